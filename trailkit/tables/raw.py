"""The raw table: Athena's view of the log files as CloudTrail left them.

Its partitions are worked out from the folders' names (partition projection), so there
is nothing to load and nothing to keep up to date. Facts: Athena User Guide, "Partition
projection with Amazon Athena" and the pages below it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from trailkit import clock
from trailkit.display.card import folded
from trailkit.errors import TableError, typed
from trailkit.record import Kind
from trailkit.tables import names
from trailkit.tables.ddl import create_table
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout
from trailkit.tables.regions import REGIONS
from trailkit.tables.schema import raw_columns

MOST_ACCOUNTS = 1000
"""The longest list of accounts.

A question that names no account makes Athena list every account, region and day.
"""


@dataclass(frozen=True, slots=True)
class RawTable:
    """What a raw table shall look into.

    With ``accounts`` a question may leave them out. Without, every question must name
    its accounts (an injected partition column): right for very many. ``start`` is the
    first day of delivery; the table has no last one. One kind of record needs one
    table, as each has folders and columns of its own.

    Raises TableError for names that are not allowed and for empty or overlong lists.

    >>> table = RawTable(
    ...     "security",
    ...     "cloudtrail",
    ...     Layout("central-logs", organization="o-a1b2c3d4e5"),
    ...     date(2024, 1, 1),
    ...     accounts=("111122223333", "444455556666"),
    ... )
    >>> table.definition().properties["storage.location.template"]
    's3://central-logs/AWSLogs/o-a1b2c3d4e5/${account}/CloudTrail/${region}/${day}/'
    """

    database: str
    name: str
    layout: Layout
    start: date
    kind: Kind = Kind.EVENT
    accounts: tuple[str, ...] | None = None
    regions: tuple[str, ...] = REGIONS["aws"]

    def __post_init__(self) -> None:
        """Check every name and list."""
        names.database(self.database)
        names.table(self.name)
        if self.start > clock.today():
            raise TableError(
                f"The table would begin on {self.start}, in the future, and be empty. "
                "Give the day of the trail's first log file."
            )
        for region in _some(self.regions, "regions"):
            names.region(region)
        if self.accounts is not None:
            self._check_accounts(_some(self.accounts, "accounts"))

    def _check_accounts(self, accounts: tuple[str, ...]) -> None:
        for account in accounts:
            names.account(account)
        if len(accounts) > MOST_ACCOUNTS:
            raise TableError(
                f"The table would list {len(accounts):,} accounts; {MOST_ACCOUNTS:,} "
                "is the most. Leave accounts out: each question then names its own."
            )

    def definition(self) -> Definition:
        """Return the table's definition, for ``ddl.create_table``."""
        return Definition(
            database=self.database,
            name=self.name,
            columns=raw_columns(self.kind),
            partitions={"account": "string", "region": "string", "day": "string"},
            location=self.layout.root,
            properties={
                "classification": "cloudtrail",
                "projection.enabled": "true",
                **self._account_projection(),
                **_enum("region", self.regions),
                **self._day_projection(),
                "storage.location.template": self.layout.template(self.kind),
            },
        )

    def _account_projection(self) -> dict[str, str]:
        if self.accounts is None:
            return {"projection.account.type": "injected"}
        return _enum("account", self.accounts)

    def _day_projection(self) -> dict[str, str]:
        first = self.start.isoformat().replace("-", "/")
        return {
            "projection.day.type": "date",
            "projection.day.format": "yyyy/MM/dd",
            "projection.day.range": f"{first},NOW",
            "projection.day.interval": "1",
            "projection.day.interval.unit": "DAYS",
        }


@typed
def ddl(
    table: str,
    *,
    bucket: str,
    start: str | date,
    prefix: str = "",
    organization: str | None = None,
    accounts: Sequence[str] | None = None,
    regions: Sequence[str] | None = None,
    kind: Kind | str = Kind.EVENT,
) -> str:
    """Return the statement that makes a table over a trail's log files on Athena.

    ``table`` is ``database.table``; ``prefix`` what stands before ``AWSLogs/`` in the
    bucket; ``organization`` the id of an organization's trail; ``start`` the first day
    of logs. Without ``accounts`` each question names its own, without ``regions`` the
    table has all of the partition aws. Nothing is run. Raises TableError.

    >>> text = ddl("security.cloudtrail", bucket="central-logs", start="2024-01-01")
    >>> print(text.partition("(")[0])
    create external table if not exists `security`.`cloudtrail`
    """
    database, _, name = table.partition(".")
    if not name:
        raise TableError(
            f'"{table}" does not name a table. Write database.table, such as '
            "security.cloudtrail."
        )
    made = RawTable(
        database,
        name,
        Layout(bucket, prefix=prefix, organization=organization),
        _first_day(start),
        kind=_kind(kind),
        accounts=None if accounts is None else _listed(accounts),
        regions=REGIONS["aws"] if regions is None else _listed(regions),
    )
    return folded(f"The table {table}", create_table(made.definition()))


def _first_day(start: str | date) -> date:
    try:
        return start if isinstance(start, date) else date.fromisoformat(start)
    except ValueError:
        raise TableError(
            f'"{start}" is not a day. Give the first day of logs: 2024-01-01.'
        ) from None


def _kind(kind: Kind | str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise TableError(
            f'"{kind}" is not a kind of record. Use one of {", ".join(Kind)}.'
        ) from None


def _listed(values: Sequence[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def _some(values: tuple[str, ...], what: str) -> tuple[str, ...]:
    if not values:
        raise TableError(f"The list of {what} is empty, and so would the table be.")
    return values


def _enum(column: str, values: Iterable[str]) -> dict[str, str]:
    """List a column's values: once each, and without blanks, which would be part."""
    return {
        f"projection.{column}.type": "enum",
        f"projection.{column}.values": ",".join(dict.fromkeys(values)),
    }
