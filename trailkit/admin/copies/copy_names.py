"""What a copy in an account consists of, with every name checked."""

from dataclasses import dataclass

from trailkit.admin.setup.setup_names import check_workgroup, s3_folder
from trailkit.record import Kind
from trailkit.tables import names
from trailkit.tables.copy import Copy


@dataclass(frozen=True, slots=True)
class WantedCopy:
    """The parts of a copy: what it is made of, where it lies, who runs its statements.

    ``source`` and ``name`` are ``database.table``; ``files`` is a folder in S3 for this
    copy alone. As ``iceberg`` a step that fails leaves nothing behind. ``days`` are
    those of one step: fewer for accounts that write very much.

    Raises TableError for what AWS would not allow.
    """

    source: str
    name: str
    files: str
    account: str
    region: str
    workgroup: str
    iceberg: bool = False
    days: int = 10

    def __post_init__(self) -> None:
        """Check every name."""
        names.account(self.account)
        names.region(self.region)
        check_workgroup(self.workgroup)
        self.copy(Kind.EVENT)

    def copy(self, kind: Kind) -> Copy:
        """Return what the texts are written of, for a kind of record."""
        database, _, table = self.name.partition(".")
        return Copy(database, table, *s3_folder(self.files), kind)
