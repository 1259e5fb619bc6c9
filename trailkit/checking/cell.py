"""Which account, region and day a check looks into: one cell of the log files' folders.

Where Athena bills, candidates are found by listing the folders of one day and account,
which costs a request each; elsewhere by counting records.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from trailkit import dialect
from trailkit.checking.look import read_by
from trailkit.conditions import folder_of
from trailkit.cost.estimate import Billing
from trailkit.cost.listing import measure
from trailkit.cost.walks import Place
from trailkit.engines import Engine
from trailkit.errors import AccessRefused, TableError
from trailkit.progress import be_silent, line
from trailkit.record import Kind
from trailkit.scope import Moment, Scope, moment
from trailkit.source import Source
from trailkit.tables.folders import LogFolder
from trailkit.tables.layout import parse
from trailkit.tables.source import TableSource

_DAY = timedelta(days=1)
_AT_ONCE = 16
_NAME_IT = (
    'Or name the place to look at: case.check(account="111122223333", '
    'region="us-east-1", day="2026-03-09", unpriced=True).'
)


@dataclass(frozen=True, slots=True)
class Named:
    """What of a cell somebody has named."""

    account: str | None = None
    region: str | None = None
    day: Moment | None = None


def choose(source: Source, engine: Engine, scope: Scope, wanted: Named) -> Scope:
    """Choose an account, a region and a day of a scope; give their folder as a scope.

    What is not named is the scope's first account, its last full day, and the region
    with most to read there; of local files, the day with most records. Raises
    TableError for a table that does not list its folders.
    """
    day = _day(scope, wanted.day)
    named = Scope(accounts=scope.accounts[:1], regions=scope.regions, late=timedelta(0))
    if wanted.account is not None:
        named = named.with_accounts(wanted.account)
    if wanted.region is not None:
        named = named.with_regions(wanted.region)
    if day is not None:
        named = named.window(day, day + _DAY)
    cell = replace(named, by_folder=True)
    if day and len(cell.accounts) == len(cell.regions) == 1:
        return cell
    if isinstance(engine, Billing) and isinstance(source, TableSource):
        return _listed(source, engine, cell)
    return _counted(source, engine, cell)


def _day(scope: Scope, wanted: Moment | None) -> datetime | None:
    """Give the midnight at which the day begins; None where any day will do."""
    if wanted is not None:
        return _midnight(moment(wanted))
    if scope.start is None or scope.end is None:
        return None
    last_full = _midnight(min(scope.end, datetime.now(UTC))) - _DAY
    return max(last_full, _midnight(scope.start))


def _midnight(time: datetime) -> datetime:
    return time.replace(hour=0, minute=0, second=0, microsecond=0)


def _listed(source: TableSource, engine: Billing, cell: Scope) -> Scope:
    """Take the first account, and of its regions the one with most bytes."""
    source.records(Kind.EVENT, cell, ["event_id"], True)
    try:
        folders = _by_region(source.reads(Kind.EVENT, cell).places)
        account = next(account for account, _ in folders)
        own = {region: each for (of, region), each in folders.items() if of == account}
        sizes = _bytes(account, own.values(), engine)
    except (TableError, AccessRefused) as error:
        raise type(error)(f"{error} {_NAME_IT}") from error
    region, _ = max(zip(own, sizes, strict=True), key=lambda pair: pair[1])
    return replace(cell, accounts=(account,), regions=(region,))


def _by_region(places: Iterable[Place]) -> dict[tuple[str, str], LogFolder]:
    """Give the folders of each account and region, told by their keys."""
    found: dict[tuple[str, str], LogFolder] = {}
    for place in places:
        for begins, day in place.days.items() if isinstance(place, LogFolder) else ():
            key = parse(f"{place.prefix}{begins}file")
            if key:
                days = {f"{place.prefix}{begins}": day}
                found[key.account, key.region] = LogFolder(place.bucket, "", days)
    if not found:
        raise TableError("The table's folders do not say account and region.")
    return found


def _bytes(account: str, folders: Iterable[LogFolder], engine: Billing) -> list[int]:
    """Count what lies in each folder."""

    def weigh(folder: LogFolder) -> int:
        sizes = measure([folder], engine.objects, be_silent)
        return sum(size.bytes for size in sizes.values())

    with line() as say, ThreadPoolExecutor(_AT_ONCE, "trailkit-list") as pool:
        say(f"Looking for log files of {account}")
        return list(pool.map(weigh, folders))


def _counted(source: Source, engine: Engine, cell: Scope) -> Scope:
    """Take the account, the region and the day with most records."""
    records = source.records(Kind.EVENT, cell, read_by(_COUNT), True)
    found = engine.run(dialect.with_relations(_COUNT, {"records": records}))
    [most] = found.table.to_pylist() or [{}]
    return _of(most, cell)


def _of(most: Mapping[str, Any], cell: Scope) -> Scope:
    """Narrow to what was counted; a log file outside a trail's folders may lack it."""
    account, region, day = (most.get(name) for name in ("account", "region", "day"))
    if day is not None:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        cell = replace(cell, start=start, end=start + _DAY)
    return replace(
        cell,
        accounts=(account,) if account else cell.accounts,
        regions=(region,) if region else cell.regions,
    )


_FOLDER = ",\n    ".join(
    f"{text} as {name}" for name, text in folder_of(Kind.EVENT).items()
)
_COUNT = f"""select
    {_FOLDER},
    count(*) as records
from records
group by 1, 2, 3
order by records desc, account, region, day
limit 1
"""
