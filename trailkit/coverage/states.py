"""Whether a kind of event was recorded, for each account, Region and stretch of time.

The rules err on the side of *unknown*. With log files alone the best is *inferred*:
such events stand before and after, no stop of a trail and no unusually long silence
lies between, and the logs reach past it. Of a kind never seen nothing is known.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby, pairwise
from typing import NamedTuple

from trailkit.coverage.doubts import MINUTE, Doubt, Stretch, doubts
from trailkit.coverage.home_regions import regions_of
from trailkit.coverage.proved import ByDigests, by_digests
from trailkit.coverage.seen import LogsSeen, Place
from trailkit.coverage.selectors import State
from trailkit.scope import Scope

_NAMED = 3
_GRAVE = (
    *("stopped", "selectors", "digests", "missing", "unseen", "outside", "silent"),
    "resources",
)
"""What speaks against a conclusion: of several at once the first is told."""
_INFERRED = "such events stand before and after"


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a kind of event was recorded in a place for some time, and why.

    ``cause`` names what speaks against it in a word: stopped, selectors, silent,
    unseen, missing, outside, resources, digests, "no file", archived, copy.
    """

    need: str
    account: str
    region: str
    state: State
    start: datetime | None
    end: datetime | None
    why: str
    cause: str = ""


class Reads(NamedTuple):
    """The services that a question reads: ``everywhere`` in all Regions.

    With ``only`` it reads no others.
    """

    everywhere: Collection[str] = ()
    only: Collection[str] | None = None


ANY = Reads()


def cells(
    seen: LogsSeen, needs: Iterable[str], scope: Scope, reads: Reads = ANY
) -> list[Cell]:
    """List what was recorded of each kind, account and Region, stretch by stretch."""
    places = list(places_of(seen, scope, reads))
    return [
        cell
        for need in dict.fromkeys(needs)
        for place in places
        for cell in seen.once(
            ("cells", need, place, scope.start, scope.end),
            partial(_of_place, seen, need, place, scope),
        )
    ]


def _of_place(seen: LogsSeen, need: str, place: Place, scope: Scope) -> list[Cell]:
    return list(_stretches(seen, need, place, scope))


def places_of(seen: LogsSeen, scope: Scope, reads: Reads) -> Iterator[Place]:
    """Return the accounts and Regions in question, also those that the logs lack.

    The Regions that an account has none of are one place together.
    """
    held = {region for _, region in seen.told}
    since = scope.start or seen.first
    regions = regions_of(reads.only, reads.everywhere, scope.regions, held, since)
    for account in scope.accounts or sorted({account for account, _ in seen.told}):
        lacking = sorted(each for each in regions if (account, each) not in seen.told)
        for region in sorted(regions.difference(lacking)):
            yield account, region
        if lacking:
            asked = scope.regions and set(lacking) <= {*scope.regions}
            yield account, together(lacking, regions, bool(asked))


def together(lacking: list[str], regions: Collection[str], asked: bool) -> str:
    """Return some Regions in words: how many, where they are many and not asked for."""
    if len(lacking) <= _NAMED or asked:
        return ", ".join(lacking)
    other = "other " if len(lacking) < len(regions) else ""
    return f"{len(lacking)} {other}Regions"


def _stretches(seen: LogsSeen, need: str, place: Place, scope: Scope) -> Iterator[Cell]:
    """Cut the window of a cell where its state changes."""
    behind = seen.last and seen.last + MINUTE
    start, end = scope.start or seen.first, scope.end or behind
    if start is None or end is None or end <= start:
        why = "the logs hold no event"
        yield Cell(need, *place, State.UNKNOWN, scope.start, scope.end, why, "missing")
        return
    against = [
        each._replace(start=max(each.start, start), end=min(each.end, end))
        for each in doubts(seen, need, place, start, end, scope.end is None)
        if each.start < end and each.end > start
    ]
    told = by_digests(seen, need, place, start, end)
    times = {start, end}
    times |= {time for each in against for time in each[:2]}
    times |= {time for row in told for each in row for time in each}
    yield from _joined(
        _judged(need, place, after, before, here, told)
        for after, before, here in _swept(sorted(times), against)
    )


def _swept(
    times: Sequence[datetime], against: Sequence[Doubt]
) -> Iterator[tuple[datetime, datetime, list[Doubt]]]:
    """Go through the stretches between times, each with the doubts that span it."""
    begun = {time: list[Doubt]() for time in times}
    for each in against:
        begun[each.start].append(each)
    here: list[Doubt] = []
    for after, before in pairwise(times):
        here = [each for each in here if each.end > after] + begun[after]
        yield after, before, here


def _joined(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Join the stretches in a row that are alike."""
    for _, alike in groupby(cells, lambda each: (each.state, each.why)):
        first, *others = alike
        yield replace(first, end=others[-1].end) if others else first


def _judged(
    need: str,
    place: Place,
    start: datetime,
    end: datetime,
    here: Sequence[Doubt],
    told: ByDigests,
) -> Cell:
    """Return the state of a stretch; here is what speaks against it."""
    if _within(start, end, told.proved):
        why = "a valid chain of digests, and selectors that are known"
        return Cell(need, *place, State.PROVED, start, end, why)
    if not here:
        return Cell(need, *place, State.RECORDED, start, end, _INFERRED)
    if _within(start, end, told.inferred):
        why = "digests that no one validated, and selectors that are known"
        return Cell(need, *place, State.RECORDED, start, end, why)
    first = min(here, key=_gravity)
    alike = [each for each in here if each.cause == first.cause]
    why = "; ".join(dict.fromkeys(each.why for each in alike))
    return Cell(need, *place, first.state, start, end, why, first.cause)


def _within(start: datetime, end: datetime, stretches: Iterable[Stretch]) -> bool:
    return any(first <= start and end <= last for first, last in stretches)


def _gravity(doubt: Doubt) -> tuple[bool, int]:
    return doubt.state is State.PART, _GRAVE.index(doubt.cause)
