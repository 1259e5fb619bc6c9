"""What was recorded, and what an empty answer proves, as sentences."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from trailkit.coverage.seen import in_words as when_of
from trailkit.coverage.selectors import AS_THEY_STAND, State
from trailkit.coverage.states import Cell

_NAMED = 5
_NOTHING = "So this does not show that nothing happened."
_PLACES = 3
_KINDS = {
    "management:read": "management read events",
    "management:write": "management write events",
    "management:kms": "KMS events",
    "management:rdsdata": "RDS Data API events",
    "network": "network activity events",
    "insight": "Insights events",
}
_SURE = (State.RECORDED, State.PROVED)
_CAUSES = ("stopped", "archived", "no file", "copy", "digests", "missing", "selectors")
"""What speaks loudest against a conclusion; the rest comes after it."""


_LABELS = {
    State.PART: "Recorded in part",
    State.NOT_RECORDED: "Not recorded",
    State.NOT_COPIED: "Not all in the copy",
    State.UNKNOWN: "Not known",
}


class _Shared(NamedTuple):
    """What may not have been recorded, and why: the cells that share it."""

    why: str
    when: str
    cells: tuple[Cell, ...]


def kind_of(need: str) -> str:
    """Return a kind of event in words.

    >>> kind_of("management:write"), kind_of("data:s3")
    ('management write events', 'data events of s3')
    """
    kind, _, service = need.partition(":")
    return _KINDS.get(need, f"{kind} events of {service}")


def in_words(cells: Sequence[Cell], searched: int | None, bounded: bool) -> str:
    """Return what emptiness proves among so many events that were searched.

    Where the window is not ``bounded``, the times are said of which it is known.
    """
    found = "" if searched is None else f"No such event among {searched:,}. "
    if not cells:
        return f"{found}The logs hold no account in scope. {_NOTHING}"
    doubtful = [each for each in cells if each.state not in _SURE]
    sure = [each for each in cells if each.state in _SURE]
    if not doubtful:
        return (
            f"{found}{_recorded(sure, 0)}{'' if bounded else _times(sure)} "
            f"({_basis(sure)}), and this is not among them{_if(sure)}."
        )
    return f"{found}{_doubted(sure, doubtful)} {_NOTHING}"


def _if(cells: Sequence[Cell]) -> str:
    """Return on what a conclusion hangs: selectors may have been others before."""
    if not any(AS_THEY_STAND in each.why for each in cells):
        return ""
    return ", if the selectors were the same then: impairment/cloudtrail shows changes"


def all_recorded(cells: Sequence[Cell]) -> bool:
    """Return whether there are cells, and each was recorded."""
    return bool(cells) and all(each.state in _SURE for each in cells)


def summed_up(cells: Sequence[Cell]) -> str:
    """Return what was recorded in one or two sentences."""
    if not cells:
        return "The logs hold no account in scope: what was recorded is not known."
    doubtful = [each for each in cells if each.state not in _SURE]
    sure = [each for each in cells if each.state in _SURE]
    if not doubtful:
        return f"{_recorded(sure, 0)} ({_basis(sure)})."
    return _doubted(sure, doubtful)


def _doubted(sure: Sequence[Cell], doubtful: Sequence[Cell]) -> str:
    """Return what was recorded, what not, and what no one knows."""
    window = _window([*sure, *doubtful])
    held = {each.account for each in [*sure, *doubtful]}
    known = {(each.need, each.account, each.region) for each in sure}
    part = [each for each in doubtful if _key(each) in known]
    whole = [each for each in doubtful if _key(each) not in known]
    said: list[str] = []
    if sure:
        but = f", except {_listed(part, window, named=False)}" if part else ""
        said.append(f"{_recorded(sure, len(held))} ({_basis(sure)}){but}.")
    for state, label in _LABELS.items():
        if own := [each for each in whole if each.state is state]:
            said.append(f"{label}: {_listed(own, window, named=True)}.")
    return " ".join(said)


Window = tuple[datetime | None, datetime | None]


def _window(cells: Sequence[Cell]) -> Window:
    """Return the longest window of some cells: theirs, where it goes without saying."""
    starts = [each.start for each in cells if each.start]
    ends = [each.end for each in cells if each.end]
    return min(starts, default=None), max(ends, default=None)


def _key(cell: Cell) -> tuple[str, str, str]:
    return cell.need, cell.account, cell.region


def _recorded(cells: Sequence[Cell], of: int) -> str:
    """Return which kinds were recorded where; ``of`` so many accounts, 0 for all."""
    kinds = _kinds_of(cells)
    return f"{kinds[0].upper()}{kinds[1:]} were recorded for {_places(cells, of)}"


def _basis(cells: Sequence[Cell]) -> str:
    states = {each.state for each in cells}
    inferred = dict.fromkeys(each.why for each in cells if each.state is State.RECORDED)
    said = ["proved by digests"] if State.PROVED in states else []
    if inferred:
        said.append(f"inferred: {'; '.join(list(inferred)[:_PLACES])}")
    return "; the rest ".join(said)


def _times(cells: Sequence[Cell]) -> str:
    starts = [each.start for each in cells if each.start]
    ends = [each.end for each in cells if each.end]
    return f" from {when_of(max(starts), min(ends))}" if starts and ends else ""


def _kinds_of(cells: Iterable[Cell]) -> str:
    """Name the kinds of events that cells are about, each once."""
    return _join([kind_of(need) for need in dict.fromkeys(each.need for each in cells)])


def _places(cells: Sequence[Cell], of: int) -> str:
    """Return the accounts and Regions of cells in words."""
    accounts = sorted({each.account for each in cells})
    regions = sorted({each.region for each in cells})
    every = "all " if of in (0, len(accounts)) else ""
    held = accounts[0] if len(accounts) == 1 else f"{every}{len(accounts)} accounts"
    where = regions[0] if len(regions) == 1 else f"{len(regions)} Regions"
    return (
        held if held == where.replace("Regions", "accounts") else f"{held} in {where}"
    )


def _listed(cells: Sequence[Cell], window: Window, named: bool) -> str:
    """Return each doubt once, with what, where, when and why: the gravest first."""
    doubts = sorted(_together(cells, window), key=_gravity)
    named = named or len({each.need for each in cells}) > 1
    every = {_place(each) for each in cells}
    shown = [_said(each, named, every) for each in doubts[:_NAMED]]
    more = len(doubts) - _NAMED
    rest = f"; and {more} more: case.coverage()" if more > 0 else ""
    return "; ".join(shown) + rest


def _place(cell: Cell) -> tuple[str, str]:
    return cell.account, cell.region


def _together(cells: Sequence[Cell], window: Window) -> list[_Shared]:
    """Join the cells that have a doubt in common; stretches of silence to one."""
    found: dict[tuple[Hashable, ...], list[Cell]] = {}
    for each in cells:
        if each.cause == "silent":
            found.setdefault(_key(each), []).append(each)
        else:
            found.setdefault((each.why, *_when(each, window)), []).append(each)
    return [_shared(alike, window) for alike in found.values()]


def _when(cell: Cell, window: Window) -> Window:
    """Return the minutes of a cell; none where they are those of the window."""
    if cell.start is None or (cell.start, cell.end) == window:
        return None, None
    end = cell.end and cell.end.replace(second=0, microsecond=0)
    return cell.start.replace(second=0, microsecond=0), end


def _shared(cells: list[Cell], window: Window) -> _Shared:
    start, end = _when(cells[0], window)
    silent = cells[0].cause == "silent"
    when = "" if silent or start is None else when_of(start, end)
    return _Shared(cells[0].why, when, tuple(cells))


def _gravity(doubt: _Shared) -> tuple[int, str]:
    cause = doubt.cells[0].cause
    return _CAUSES.index(cause) if cause in _CAUSES else len(_CAUSES), doubt.when


def _said(doubt: _Shared, named: bool, every: set[tuple[str, str]]) -> str:
    """Return a doubt in words: ``KMS events of 111122223333 in eu-west-1 (stopped)``.

    Without ``named`` the place is said only where it is not ``every`` one.
    """
    kinds = _kinds_of(doubt.cells)
    there = {_place(each) for each in doubt.cells}
    where = _where(doubt.cells) if named or there != every or not doubt.when else ""
    what = f"{kinds} of {where}" if named else where
    when = f"from {doubt.when}" if what and doubt.when else doubt.when
    more = len(doubt.cells) - 1 if doubt.cells[0].cause == "silent" else 0
    like = f", and {more:,} more such stretches" if more else ""
    return f"{' '.join(filter(None, [what, when]))} ({doubt.why}{like})"


def _where(cells: Iterable[Cell]) -> str:
    """Return places in words, Regions of one account together."""
    regions: dict[str, list[str]] = {}
    for account, region in dict.fromkeys(map(_place, cells)):
        regions.setdefault(account, []).append(region)
    named = [f"{account} in {_some(own)}" for account, own in regions.items()]
    if [*regions] == ["all accounts"]:
        return "all accounts"
    more = len(named) - _PLACES
    return ", ".join(named[:_PLACES]) + (f" and {more} more" if more > 0 else "")


def _some(names: Sequence[str]) -> str:
    if len(names) > _PLACES:
        return f"{len(names)} Regions"
    return " and ".join(names)


def _join(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else ", ".join(names)
