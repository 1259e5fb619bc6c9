"""What a SELECT within a scope reads of a table, of whatever kind: places in S3.

A projected table has folders that its template gives; one with partitions has those
that Glue lists; of one without, everything below its LOCATION is read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from trailkit import clock
from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import ReadPlan
from trailkit.tables import folders, layout, partitions
from trailkit.tables.advice import advice
from trailkit.tables.days import columns_of, days_between
from trailkit.tables.definition import Definition
from trailkit.tables.folders import LogFolder
from trailkit.tables.keys import template
from trailkit.tables.partitions import ListPartitions, Partition
from trailkit.tables.pruning import pruning, searched_days
from trailkit.tables.table import Table

MOST_PARTITIONS = 1_000_000
"""The most that one query reads, of those that Glue lists; AWS says nothing of others.

(Athena User Guide, "Service Quotas".)
"""

_NAMED_DAY = re.compile(r"(?:^|/)event_day=([0-9]{4}-[0-9]{2}-[0-9]{2})/")
_DAY_IN_LAKE = re.compile(r"(?:^|/)eventday=([0-9]{8})/", re.IGNORECASE)
_ACCOUNT_IN_LAKE = re.compile(r"(?:^|/)accountid=([0-9]{12})/", re.IGNORECASE)
_NAMED_ACCOUNT = re.compile(r"(?:^|/)account=([0-9]{12})/")


@dataclass(frozen=True, slots=True)
class FileTree:
    """A folder of which all files below are read that ``reads`` says yes to, by key.

    ``day`` gives the day that a key says, None where it says none. A query lists the
    tree unless ``listed`` is False: an Iceberg table has a list of its own.
    """

    bucket: str
    prefix: str
    reads: Callable[[str], bool]
    day: Callable[[str], date | None]
    listed: bool = True


def read_plan(
    table: Table, definition: Definition, scope: Scope, listed: ListPartitions
) -> ReadPlan:
    """Find what a SELECT within a scope reads; ``listed`` gives a table's partitions.

    Raises what ``pruning`` raises, TableError where no partition is in scope, or where
    trailkit cannot work the folders out, and ScopeError for too many of them.
    """
    pruning(table, scope)
    if definition.of_s3_tables:
        raise TableError(
            f"{table.name} is kept by S3 Tables, which lists its files to no one: what "
            "a question reads is told after it ran, and a budget cannot hold it. A "
            "workgroup with a cut-off ends a query that reads too much: "
            "tk.Setup(…).workgroup_json()."
        )
    days = list(days_between(*searched_days(table, scope)))
    notes = [*_notes(table, definition)]
    gaps: tuple[str, ...] = ()
    if table.form:
        places: Sequence[LogFolder | FileTree] = [_in_lake(definition, scope, days)]
    elif definition.is_iceberg:
        places = [_iceberg(definition, scope, days)]
    elif template(definition):
        places = folders.folders(table, definition, scope)
    elif definition.partitions:
        found = _partitions(table, definition, scope, listed)
        places = partitions.folders(table, definition, found)
        gaps = tuple(_gaps(table, days, found))
    else:
        places = [_everything(definition)]
    notes += _many(places)
    return ReadPlan(places, days, tuple(notes), gaps, definition.lies_in_columns)


def _notes(table: Table, definition: Definition) -> Iterator[str]:
    if more := advice(table, definition):
        yield more
    if definition.lies_in_columns:
        yield _IN_COLUMNS
    if definition.is_iceberg:
        yield _SNAPSHOTS


def _many(places: Iterable[LogFolder | FileTree]) -> Iterator[str]:
    """Return where Athena may refuse a query for the partitions that it looks into."""
    partitions = sum(len(each.days) for each in places if isinstance(each, LogFolder))
    if partitions > MOST_PARTITIONS:
        yield (
            f"Athena looks into {partitions:,} folders for it, and refuses more than "
            f"{MOST_PARTITIONS:,} partitions in one query: ask in several windows."
        )


_IN_COLUMNS = (
    "Its files lie in columns, and a question reads those that it needs: this is the "
    "most that it can be."
)
_SNAPSHOTS = (
    "Files of older snapshots count here, but are not read: VACUUM removes them."
)
_ADD = (
    "Someone must add partitions for each day, or make a table that works them out: "
    "print(case.table.better())."
)


def _parts(location: str) -> tuple[str, str]:
    """Take a folder in S3 apart into bucket and key."""
    bucket, key = layout.bucket_and_key(location)
    return bucket, f"{key}/" if key else ""


def _everything(definition: Definition) -> FileTree:
    """Return all below the LOCATION of a table without partitions."""
    return FileTree(*_parts(definition.location), lambda _: True, _day_of_delivery)


def _day_of_delivery(key: str) -> date | None:
    parsed = layout.parse(key)
    return parsed and parsed.day


def _iceberg(definition: Definition, scope: Scope, days: Sequence[date]) -> FileTree:
    """Return the files of an Iceberg table; a copy's keys name their folders."""
    bucket, key = _parts(definition.location)

    def in_scope(file: str) -> bool:
        day, account = _named_day(file), _NAMED_ACCOUNT.search(file)
        other_account = account and scope.accounts and account[1] not in scope.accounts
        return not other_account and (day is None or days[0] <= day <= days[-1])

    return FileTree(bucket, f"{key}data/", in_scope, _named_day, listed=False)


def _in_lake(definition: Definition, scope: Scope, days: Sequence[date]) -> FileTree:
    """Return the files of Security Lake, whose folders name account and day.

    (Security Lake User Guide, "Collecting data from custom sources": the partitions.)
    """
    bucket, key = _parts(definition.location)

    def in_scope(file: str) -> bool:
        day, account = _day_in_lake(file), _ACCOUNT_IN_LAKE.search(file)
        other_account = account and scope.accounts and account[1] not in scope.accounts
        return not other_account and (day is None or days[0] <= day <= days[-1])

    listed = not definition.is_iceberg
    return FileTree(bucket, key, in_scope, _day_in_lake, listed=listed)


def _day_in_lake(key: str) -> date | None:
    match = _DAY_IN_LAKE.search(key)
    return date.fromisoformat(match[1]) if match else None


def _named_day(key: str) -> date | None:
    match = _NAMED_DAY.search(key)
    return date.fromisoformat(match[1]) if match else None


def _partitions(
    table: Table, definition: Definition, scope: Scope, listed: ListPartitions
) -> list[Partition]:
    """Return the partitions in scope; a table of log files must have some."""
    name = definition.full_name
    few = listed(name, partitions.partition_filter(table, scope))
    found = list(partitions.chosen(table, definition, scope, few))
    if found or table.is_copy:
        return found
    for values, _ in listed(name, ""):
        named = zip(definition.partitions, values, strict=True)
        example = ", ".join(f"{key}={value!r}" for key, value in named)
        raise TableError(
            f"{table.name} has no partition in the scope {scope}, so it would find "
            f"nothing. One that it has: {example}. {_ADD} {_written(table)}"
        )
    raise TableError(
        f"{table.name} has no partition at all, so it finds nothing. {_ADD} "
        f"{_written(table)}"
    )


def _gaps(
    table: Table, days: Sequence[date], found: Iterable[Partition]
) -> Iterator[str]:
    """Return of which days there is not one partition: no one added any."""
    if not columns_of(table.days):
        return
    there = {each.day for each in found}
    today = clock.today()
    missing = [str(day) for day in days if day not in there and day <= today]
    if missing:
        more = f" and {len(missing) - 5:,} more" if len(missing) > 5 else ""
        yield (
            f"{table.name} has no partition of {', '.join(missing[:5])}{more}: nothing "
            f"is found there, whatever lies in S3. {_written(table)}"
        )


def _written(table: Table) -> str:
    """Return what writes the statements that add what is missing."""
    if table.is_copy:
        return "A copy grows by tk.TableCopy(…).fill_in_account(…)."
    kind = "" if table.kind is Kind.EVENT else f'"{table.kind}"'
    return (
        f"The statements that add them: print(case.table.missing_partitions({kind}))."
    )
