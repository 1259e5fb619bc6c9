"""The predicates that keep a SELECT to the partitions in scope, and lose nothing.

Athena answers with nothing, and no error, for a partition that a table does not look
into. So a scope beyond the table is refused here.
"""

from datetime import UTC, date, datetime, timedelta

from trailkit.dialect.predicates import texts
from trailkit.errors import ScopeError, TableError, UnboundedScan, nearest
from trailkit.scope import Scope
from trailkit.tables.days import days_between
from trailkit.tables.keys import Key
from trailkit.tables.regions import HOME, REGIONS
from trailkit.tables.table import Table

REGIONS_APART = datetime(2021, 11, 23, tzinfo=UTC)
"""From then on a region's events lie in its own folder.

Until 22 November 2021 those of IAM, STS and other global services lay in any region's
folder, with ``awsRegion`` us-east-1. (CloudTrail User Guide, "CloudTrail concepts".)
"""

_MOST_VALUES = 1000
"""The most values that Athena takes for an injected partition key."""


def pruning(table: Table, scope: Scope) -> list[str]:
    """Write the predicates on a table's partition keys.

    Raises UnboundedScan without a window, or without the accounts that a table must be
    told, and TableError for an account, region or day that the table leaves out.
    """
    first, last = searched_days(table, scope)
    _check_days(table, first, scope)
    regions = searched_regions(table, scope)
    return [
        *_key(table, table.account, "accounts", scope.folders or scope.accounts),
        *_key(table, table.region, "regions", regions),
        *table.days.between(first, last),
    ]


def searched_regions(table: Table, scope: Scope) -> tuple[str, ...]:
    """Return the regions whose folders are searched; none means all of them."""
    if scope.region_folders:
        return scope.region_folders
    apart = regions_apart(scope) or table.region.injected
    return scope.regions if apart else ()


def searched_days(table: Table, scope: Scope) -> tuple[date, date]:
    """Return the first and last day that is searched; a copy has the events' own."""
    return event_days(scope) if table.by_event else delivery_days(scope)


def delivery_days(scope: Scope) -> tuple[date, date]:
    """Return the first and the last day of delivery that a scope searches.

    A file lies in the folder of the day on which it was delivered, after its events.
    So the last day is later than the window's by what the scope allows for late files.

    >>> scope = Scope().window("2026-03-09", "2026-03-10")
    >>> [day.isoformat() for day in delivery_days(scope)]
    ['2026-03-09', '2026-03-10']
    """
    first, last = _bounds(scope)
    return first.date(), (last + scope.late).date()


def event_days(scope: Scope) -> tuple[date, date]:
    """Return the first and the last day of a scope's window."""
    first, last = _bounds(scope)
    return first.date(), last.date()


def _bounds(scope: Scope) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a window."""
    if scope.start is None or scope.end is None:
        raise UnboundedScan(
            "Without a window every log file would be read. Give one: "
            'case.window("2026-03-09", "2026-03-10") or case.last("24h").'
        )
    return scope.start, _last_moment(scope.end)


def _last_moment(end: datetime) -> datetime:
    """Return the last moment of a window: its end is not in it."""
    return end - timedelta(microseconds=1)


def regions_apart(scope: Scope) -> bool:
    """Whether the folders of the regions in scope hold all of their events."""
    if scope.by_folder:
        return True
    return (
        not scope.everywhere
        and scope.start is not None
        and scope.start >= REGIONS_APART
    )


def _key(table: Table, key: Key, what: str, asked: tuple[str, ...]) -> list[str]:
    if key.injected:
        _check_injected(table, what, asked)
    if key.values is not None:
        _check_values(table, what, asked, key.values)
    if not asked or not key.column:
        return []
    return [f"{key.expression} in ({texts(asked)})"]


def _check_injected(table: Table, what: str, asked: tuple[str, ...]) -> None:
    if not asked:
        example = "111122223333" if what == "accounts" else "us-east-1"
        raise UnboundedScan(
            f"The table {table.name} must be told which {what} to look into. Name "
            f'them: case.{what}("{example}").'
        )
    if len(asked) > _MOST_VALUES:
        raise ScopeError(
            f"There are {len(asked):,} {what} in scope; Athena takes {_MOST_VALUES:,} "
            f"in one query of {table.name}. Ask in several parts."
        )


def _check_values(
    table: Table, what: str, asked: tuple[str, ...], values: tuple[str, ...]
) -> None:
    known = frozenset(values)
    for value in asked:
        if value not in known:
            raise TableError(
                f'The table {table.name} does not look into "{value}", so it would '
                f"find nothing there. Of {what} it has {len(values)}. "
                f"{nearest(value, values)}"
            )


def beyond(table: Table, scope: Scope) -> list[str]:
    """Return a note on the folders that a table skips, where nothing else is refused.

    Events of global services may lie in the folder of a region that is not in scope.
    """
    known = table.region.values
    if known is None:
        return []
    out = [region for region in scope.regions if region not in known]
    notes = [
        f"{table.name} does not look into the folders of {', '.join(out)}: of their "
        "events only those in other regions' folders were searched."
    ]
    if (scope.everywhere or not scope.regions) and _misses_home(known):
        notes.append(
            f"{table.name} does not look into {HOME}, where AWS records IAM, STS and "
            "most other global services."
        )
    return notes if out else notes[1:]


def _misses_home(regions: tuple[str, ...]) -> bool:
    return HOME not in regions and any(each in REGIONS["aws"] for each in regions)


def _check_days(table: Table, first: date, scope: Scope) -> None:
    begins, ends = table.days.first, table.days.last
    last = event_days(scope)[1]
    if begins and first < begins:
        raise TableError(
            f"The table {table.name} begins with {begins}, and the search with "
            f"{first}: of the days between it would find nothing. Begin the window "
            "later, or make the table again with an earlier start."
        )
    if ends and last > ends:
        raise TableError(
            f"The table {table.name} ends with {ends}, before the window does: of the "
            "days after it would find nothing. End the window earlier, or make the "
            "table again without an end."
        )
    out = [day for day in days_between(first, last) if not table.days.look_into(day)]
    if out:
        raise TableError(
            f"The table {table.name} does not look into {out[0]} (of the window's days "
            f"{len(out):,} such), so it would find nothing there. Choose a window "
            "without them, or make the table again with every day."
        )
