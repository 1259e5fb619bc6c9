"""What of a scope a copy does not hold: days and accounts that were not copied whole.

A partition has its name before it is filled, and a day may be copied before it is over.
So each says up to when log files were copied, once a step has ended well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from trailkit import clock
from trailkit.scope import Scope
from trailkit.source import Lacking
from trailkit.tables.days import days_between, midnight
from trailkit.tables.pruning import event_days

Mark = tuple[Sequence[str], str | None]
"""A partition's values, and up to when log files were copied into it, if it says so."""

_NAMED = 3


def lacking(
    keys: Iterable[str],
    marks: Iterable[Mark],
    accounts: Sequence[str],
    scope: Scope,
    settled: timedelta,
) -> Lacking:
    """Return what of a scope's days and accounts a copy lacks; empty texts for nothing.

    Without ``accounts`` those count of which the copy has any day in scope. Log files
    come so long (``settled``) after their events.
    """
    named = [*keys]
    until = {_cell(dict(zip(named, values, strict=True))): at for values, at in marks}
    wanted = accounts or sorted({account for _, account in until})
    days = [*_days(scope)]
    if not wanted:
        return Lacking(f"nothing was copied of {days[0]} to {days[-1]}", "")
    cells = [(str(day), account) for day in days for account in wanted]
    missing = [cell for cell in cells if cell not in until]
    unsure = [
        cell
        for cell in cells
        if cell in until and not _is_whole(cell[0], until[cell], scope, settled)
    ]
    return Lacking(
        _listed("nothing was copied of", missing),
        _listed("the copy may lack log files that came late of", unsure),
    )


def _cell(values: Mapping[str, str]) -> tuple[str, str]:
    return values["event_day"], values["account"]


def _days(scope: Scope) -> Iterator[date]:
    """Return the days of a scope up to today: later ones no one can copy."""
    first, last = event_days(scope)
    return days_between(first, max(first, min(last, clock.today())))


def _is_whole(day: str, until: str | None, scope: Scope, settled: timedelta) -> bool:
    if until is None:
        return False
    over = midnight(date.fromisoformat(day)) + timedelta(days=1)
    end = min(over, scope.end) if scope.end else over
    return datetime.fromisoformat(until) >= end + settled


def _listed(what: str, cells: Sequence[tuple[str, str]]) -> str:
    """Name the first few; nothing for none."""
    if not cells:
        return ""
    named = ", ".join(f"{day} ({account})" for day, account in cells[:_NAMED])
    more = f" and {len(cells) - _NAMED:,} more" if len(cells) > _NAMED else ""
    return f"{what} {named}{more}"
