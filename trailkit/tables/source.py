"""Tables of records as the source of a case."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NoReturn

from trailkit.errors import TableError
from trailkit.evidence.originals import find_in
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import Files, Original
from trailkit.tables import records
from trailkit.tables.definition import Definition
from trailkit.tables.folders import LogFolder, folders
from trailkit.tables.pruning import delivery_days
from trailkit.tables.table import Table


class TableSource:
    """One table for each kind of record that the case can be asked about.

    ``names`` holds the tables as ``database.table``; ``define`` reads a definition,
    once and when it is first needed; ``read`` fetches a log file, for originals.
    """

    needs_window = True

    def __init__(
        self,
        names: Mapping[Kind, str],
        define: Callable[[str], Definition],
        read: Callable[[str], bytes] | None = None,
    ) -> None:
        """Remember the names; nothing is read yet."""
        self._names, self._define, self._read = dict(names), define, read
        self._tables: dict[Kind, tuple[Table, Definition]] = {}

    @property
    def title(self) -> str:
        """Name the tables."""
        return ", ".join(self._names.values())

    def folds(self) -> bool:
        """Say no: a trail may deliver a record twice, and the table shows both."""
        return False

    def skips(self, kind: Kind) -> bool:
        """Say whether the table is a copy, whose rows lie sorted."""
        return self._table(kind)[0].is_copy

    def records(
        self,
        kind: Kind,
        scope: Scope,
        columns: list[str],
        deliveries: bool,
    ) -> str:
        """Write the SELECT of ``records``, with the scope's predicates.

        Raises UnboundedScan without a window, TableError for a kind without a table
        or a scope that the table does not look into.
        """
        return records.select(self._table(kind)[0], scope, columns)

    def folders(self, kind: Kind, scope: Scope) -> list[LogFolder]:
        """Give the folders in S3 that a SELECT of ``records`` reads.

        Raises what ``records`` raises, and TableError for a table that does not say
        where its partitions lie.
        """
        return folders(*self._table(kind), scope)

    def _table(self, kind: Kind) -> tuple[Table, Definition]:
        if kind not in self._names:
            raise TableError(
                f"This case has no table of {kind} records. Name it when you open "
                f'the case: tk.athena(…, {_KEYWORDS[kind]}="database.table").'
            )
        if kind not in self._tables:
            definition = self._define(self._names[kind])
            table = Table.of(definition)
            if table.kind is not kind:
                raise TableError(
                    f"{self._names[kind]} is a table of {table.kind} records, not of "
                    f"{kind} records. Name another table for them."
                )
            self._tables[kind] = table, definition
        return self._tables[kind]

    def notes(self, scope: Scope) -> list[str]:
        """Say which log files were delivered too late to be searched."""
        last = delivery_days(scope)[1]
        if last >= datetime.now(UTC).date():
            return []
        return [
            f"Log files delivered later than {last} were not searched: "
            'case.late("30d") searches them too.'
        ]

    def counts(self) -> dict[str, int]:
        """Count nothing: a table does not know its files."""
        return {}

    def files(self) -> NoReturn:
        """Refuse: a table does not know its files."""
        raise self._unlisted()

    def problems(self) -> NoReturn:
        """Refuse: Athena does not tell what it could not read."""
        raise self._unlisted()

    def originals(self, event_id: str, files: Files) -> list[Original]:
        """Fetch the log files of an event from S3, and find its records in them."""
        if self._read is None:
            raise self._unlisted()
        return [
            Original(*found)
            for file in files()
            for found in find_in(file, self._read(file), event_id)
        ]

    def _unlisted(self) -> TableError:
        return TableError(
            f"The log files of {self.title} lie in S3 and are not listed. Find those "
            'of an event with case.query("select distinct file from deliveries where '
            "event_id = '…'\")."
        )


_KEYWORDS = {
    Kind.EVENT: "table",
    Kind.INSIGHT: "insights",
    Kind.NETWORK: "network",
    Kind.AGGREGATED: "aggregated",
}
"""What ``tk.athena`` calls the table of each kind."""
