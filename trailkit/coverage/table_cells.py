"""What a table's log files in S3 leave of what its trails are said to record.

A day of an account and Region without a file is unknown: a quiet Region has none, and
so has one whose files were lost, moved or never delivered.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from trailkit.coverage.home_regions import regions_of
from trailkit.coverage.listed import Files, ListedFiles
from trailkit.coverage.selectors import Coverage, State
from trailkit.coverage.states import Cell, Reads, together
from trailkit.scope import Scope
from trailkit.tables.days import midnight

EVERYWHERE = "all accounts", "all Regions"
_DAY = timedelta(days=1)


def whole(need: str, said: Coverage, scope: Scope, cause: str = "") -> Cell:
    """Return one cell of all accounts and Regions for the whole window."""
    if said.state is State.NOT_COPIED:
        cause = "copy"
    return Cell(need, *EVERYWHERE, said.state, scope.start, scope.end, said.why, cause)


def folder_cells(
    need: str,
    said: Coverage,
    found: ListedFiles | str | None,
    scope: Scope,
    reads: Reads,
) -> list[Cell]:
    """List the cells of each account and Region whose files were listed."""
    if isinstance(found, str):
        doubt = Coverage(State.UNKNOWN, f"{said.why}; {found}")
        return [whole(need, doubt, scope, "missing")]
    if found is None or said.state is State.NOT_COPIED:
        return [whole(need, said, scope)]
    return list(_of_places(need, said, found, scope, reads))


def _of_places(
    need: str, said: Coverage, found: ListedFiles, scope: Scope, reads: Reads
) -> Iterator[Cell]:
    days = _days(found, scope)
    held = {region for _, region in found.places}
    asked = reads.only, reads.everywhere, scope.regions
    regions = regions_of(*asked, held, scope.start)
    accounts = scope.accounts or found.accounts
    if not accounts:
        none = _unless_excluded(said, "there is no log file in scope")
        yield whole(need, none, scope, "no file")
    for account in accounts:
        seen = {region for holder, region in found.places if holder == account}
        for region in sorted(regions & seen):
            yield from _by_day(need, said, found, (account, region), days, scope)
        beside = {region for holder, region in found.beside if holder == account}
        if lacking := sorted(regions - seen - beside):
            none = _unless_excluded(said, "no log file in scope")
            asked = scope.regions and set(lacking) <= {*scope.regions}
            named = together(lacking, regions, bool(asked))
            window = none.state, scope.start, scope.end, none.why
            yield Cell(need, account, named, *window, "no file")
    for account, region in found.beside:
        if region == EVERYWHERE[1] or region in regions:
            why = "it lies in S3, and the table does not look into it"
            window = State.UNKNOWN, scope.start, scope.end, why
            yield Cell(need, account, region, *window, "missing")


def _days(found: ListedFiles, scope: Scope) -> list[date]:
    """Return the days of the window itself: files of later ones may be of it, too."""
    last = (scope.end - timedelta(microseconds=1)).date() if scope.end else date.max
    first = scope.start.date() if scope.start else date.min
    return [day for day in found.days if first <= day <= last]


def _unless_excluded(said: Coverage, why: str) -> Coverage:
    """Return unknown for lack of files, but what is known not to be recorded stays."""
    if said.state is State.NOT_RECORDED:
        return said
    known = said.state in (State.RECORDED, State.PROVED)
    return Coverage(State.UNKNOWN, why if known else f"{said.why}; {why}")


def _by_day(
    need: str,
    said: Coverage,
    found: ListedFiles,
    place: tuple[str, str],
    days: Sequence[date],
    scope: Scope,
) -> Iterator[Cell]:
    """Join the days in a row that are alike."""
    run: list[date] = []
    last: tuple[Coverage, str] | None = None
    for day in [*days, None]:
        now = None if day is None else _of_day(said, found.of(*place, day))
        if run and now != last and last is not None:
            (state, why), cause = last
            start, end = _window(run, scope)
            yield Cell(need, *place, state, start, end, why, cause)
            run = []
        if day is not None:
            run.append(day)
        last = now


def _of_day(said: Coverage, files: Files) -> tuple[Coverage, str]:
    if files.archived:
        why = "log files lie in an archive class, which Athena does not read"
        return _unless_excluded(said, why), "archived"
    if not files.read:
        return _unless_excluded(said, "no log file"), "no file"
    return said, ""


def _window(days: Sequence[date], scope: Scope) -> tuple[datetime, datetime]:
    first, last = midnight(days[0]), midnight(days[-1]) + _DAY
    return max(first, scope.start or first), min(last, scope.end or last)
