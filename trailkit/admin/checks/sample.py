"""Which account, region and day a check looks into: one cell of the log files' folders.

Of a copy it is an account and a day of events, for so it lies; of a table in another
form, or without partitions, a day. Where Athena bills,
candidates are found by listing the folders of one day and account, which costs a
request each; elsewhere by counting records.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from trailkit import clock, dialect
from trailkit.admin.checks.counts import CheckedPlace, read_by
from trailkit.aws.in_parallel import in_order
from trailkit.cost.count_files import measure
from trailkit.cost.estimate import Billing
from trailkit.dialect.predicates import account_of, folder_of, time_of
from trailkit.engines import Engine
from trailkit.errors import AccessRefused, TableError
from trailkit.progress import be_silent, line
from trailkit.record import Kind
from trailkit.scope import Moment, Scope, moment
from trailkit.source import ReadPlan, Source
from trailkit.tables.days import midnight
from trailkit.tables.folders import LogFolder
from trailkit.tables.layout import parse
from trailkit.tables.table_source import TableSource

_DAY = timedelta(days=1)
_ACCOUNT = re.compile(r"(?:^|/)account=([0-9]{12})/$")
_NAME_IT = (
    'Or name the place to look at: case.table.check(account="111122223333", '
    'region="us-east-1", day="2026-03-09", unpriced=True).'
)


@dataclass(frozen=True, slots=True)
class Named:
    """What someone has named: the kind of record, and what of a cell."""

    kind: Kind = Kind.EVENT
    account: str | None = None
    region: str | None = None
    day: Moment | None = None


def choose(source: Source, engine: Engine, scope: Scope, wanted: Named) -> CheckedPlace:
    """Choose an account, a region and a day of a scope; give their folder as a place.

    What is not named is the scope's first account, its last full day, and the region
    with most to read there; of local files, the day with most records. A copy has all
    regions together: there it is the account with most to read. A table in another form
    than log files, or without partitions, is looked at on that day as a whole. Raises
    TableError for a kind of record without a table.
    """
    copied, formed = source.is_copy(wanted.kind), source.in_other_form(wanted.kind)
    day = _day(scope, wanted.day)
    named = Scope(accounts=scope.accounts[:1], regions=scope.regions, late=timedelta(0))
    if wanted.account is not None:
        named = named.with_accounts(wanted.account)
    if wanted.region is not None:
        named = named.with_regions(wanted.region)
    if day is not None:
        named = named.window(day, day + _DAY)
    place = CheckedPlace(wanted.kind, named, copied, formed)
    place = replace(place, cell=replace(named, by_folder=place.in_folders))
    known = copied or len(named.regions) == 1
    if day and (formed or (known and len(named.accounts) == 1)):
        return place
    if isinstance(engine, Billing) and isinstance(source, TableSource):
        return replace(place, cell=_listed(source, engine, place))
    return replace(place, cell=_counted(source, engine, place))


def _day(scope: Scope, wanted: Moment | None) -> datetime | None:
    """Return the midnight at which the day begins; None where any day will do."""
    if wanted is not None:
        return midnight(moment(wanted).date())
    if scope.start is None or scope.end is None:
        return None
    last_full = midnight(min(scope.end, clock.now()).date()) - _DAY
    return max(last_full, midnight(scope.start.date()))


def _listed(source: TableSource, engine: Billing, place: CheckedPlace) -> Scope:
    """Take the fullest account of a copy; else the first, and its fullest region."""
    source.records(place.kind, place.cell, ["event_id"], True)
    try:
        found = source.read_plan(place.kind, place.cell)
        if place.copied:
            return _fullest_account(found, engine, place.cell)
        return _fullest_region(found, engine, place.cell)
    except (TableError, AccessRefused) as error:
        raise type(error)(f"{error} {_NAME_IT}") from error


def _fullest_region(found: ReadPlan, engine: Billing, cell: Scope) -> Scope:
    """Take an account's region; all where there is no partition to choose."""
    if not any(isinstance(place, LogFolder) for place in found.places):
        return cell
    folders = _by_region(found)
    account = next(account for account, _ in folders)
    own = {region: each for (of, region), each in folders.items() if of == account}
    region = _fullest(own, engine, f"Looking for log files of {account}")
    return replace(cell, accounts=(account,), regions=(region,))


def _fullest_account(found: ReadPlan, engine: Billing, cell: Scope) -> Scope:
    """Take the account of which a copy has most; none where it has nothing that day."""
    own = dict(_by_account(found))
    if not own and not found.gaps:
        raise TableError("The copy does not list its accounts.")
    if not own:
        return cell
    return replace(cell, accounts=(_fullest(own, engine, "Looking for the accounts"),))


def _by_account(found: ReadPlan) -> Iterator[tuple[str, LogFolder]]:
    """Return the folder of each account in a copy, which is named for it."""
    for place in found.places:
        for folder in place.days if isinstance(place, LogFolder) else ():
            if match := _ACCOUNT.search(folder):
                yield match[1], LogFolder(place.bucket, folder, {"": None})


def _by_region(found: ReadPlan) -> dict[tuple[str, str], LogFolder]:
    """Return the folders of each account and region, told by their keys."""
    folders: dict[tuple[str, str], LogFolder] = {}
    for place in found.places:
        for begins, day in place.days.items() if isinstance(place, LogFolder) else ():
            key = parse(f"{place.prefix}{begins}file")
            if key:
                days = {f"{place.prefix}{begins}": day}
                folders[key.account, key.region] = LogFolder(place.bucket, "", days)
    if not folders:
        raise TableError("The table's folders do not say account and region.")
    return folders


def _fullest(folders: Mapping[str, LogFolder], engine: Billing, what: str) -> str:
    """Name the folder with most bytes."""

    def size_of(folder: LogFolder) -> int:
        sizes = measure([folder], engine.objects, be_silent)
        return sum(size.bytes for size in sizes.values())

    with line() as say:
        say(what)
        sizes = list(in_order(size_of, folders.values()))
    return max(zip(folders, sizes, strict=True), key=lambda pair: pair[1])[0]


def _counted(source: Source, engine: Engine, place: CheckedPlace) -> Scope:
    """Take the account, the region and the day with most records."""
    count = _count(place)
    records = source.records(place.kind, place.cell, read_by(count), True)
    found = engine.run(dialect.with_relations(count, {"records": records}))
    [most] = found.table.to_pylist() or [{}]
    return _of(most, place.cell)


def _of(most: Mapping[str, Any], cell: Scope) -> Scope:
    """Narrow to what was counted; a log file outside a trail's folders may lack it."""
    account, region, day = (most.get(name) for name in ("account", "region", "day"))
    if day is not None:
        start = midnight(day)
        cell = replace(cell, start=start, end=start + _DAY)
    return replace(
        cell,
        accounts=(account,) if account else cell.accounts,
        regions=(region,) if region else cell.regions,
    )


def _count(place: CheckedPlace) -> str:
    """Write the SELECT that finds the cell with most records."""
    cells = ",\n    ".join(f"{text} as {name}" for name, text in _cell(place).items())
    return (
        f"select\n    {cells},\n    count(*) as records\nfrom records\n"
        "group by 1, 2, 3\norder by records desc, account, region, day\nlimit 1"
    )


def _cell(place: CheckedPlace) -> dict[str, str]:
    """Write account, region and day of a row: its folder's, in a copy its own."""
    if not place.copied:
        return folder_of(place.kind)
    day = f"cast({time_of(place.kind)} as date)"
    return {"account": account_of(place.kind), "region": "''", "day": day}
