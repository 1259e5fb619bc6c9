"""Whether a kind of event was recorded, for each account and Region in a scope.

The rules err on the side of *unknown*. With log files alone the best is *inferred*:
such events stand before and after the window, no stop of a trail and no unusually long
silence lies in it. Of a kind that was never seen nothing is known.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from trailkit.coverage.seen import SLOT, LogsSeen, Place, Span, Stop, in_words
from trailkit.coverage.selectors import State
from trailkit.scope import Scope

HOME = "us-east-1"
"""Where AWS records IAM in the commercial partition since 22 November 2021."""

_NOWHERE = "any Region"
_MARGIN = 3 * SLOT
"""Events of a stopped trail may still be recorded for so long."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a kind of event was recorded in an account and Region, and why."""

    need: str
    account: str
    region: str
    state: State
    start: datetime | None
    end: datetime | None
    why: str


def cells(
    seen: LogsSeen, needs: Iterable[str], scope: Scope, services: Sequence[str] = ()
) -> list[Cell]:
    """List the cells that a question with these needs looks into.

    ``services`` are those that AWS records in another Region than they act on.
    """
    return [
        _cell(seen, need, place, scope)
        for need in dict.fromkeys(needs)
        for place in _places(seen, scope, services)
    ]


def _places(seen: LogsSeen, scope: Scope, services: Sequence[str]) -> Iterator[Place]:
    """Return the accounts and Regions in scope, also those that the logs lack."""
    accounts = scope.accounts or sorted({account for account, _ in seen.places})
    for account in accounts:
        yield from (
            (account, region) for region in _regions(seen, account, scope, services)
        )


def _regions(
    seen: LogsSeen, account: str, scope: Scope, services: Sequence[str]
) -> list[str]:
    if tuple(services) == ("iam",):
        return [HOME]
    if not services and scope.regions:
        return sorted(scope.regions)
    own = {region for holder, region in seen.places if holder == account}
    regions = own | ({HOME} if "iam" in services else set())
    return sorted(regions) or [_NOWHERE]


def _cell(seen: LogsSeen, need: str, place: Place, scope: Scope) -> Cell:
    span = seen.spans.get((*place, need))
    if span is None:
        return _unseen(seen, need, place, scope)
    start = scope.start or span.first
    end = scope.end or span.last + timedelta(minutes=1)
    state, why = _judged(seen, need, place, span, start, end)
    return Cell(need, *place, state, start, end, why)


def _unseen(seen: LogsSeen, need: str, place: Place, scope: Scope) -> Cell:
    why = "none of them is in the logs"
    if place not in seen.places:
        why = "the logs hold no event from there"
    return Cell(need, *place, State.UNKNOWN, scope.start, scope.end, why)


def _judged(
    seen: LogsSeen, need: str, place: Place, span: Span, start: datetime, end: datetime
) -> tuple[State, str]:
    """Return the state of a cell of which such events were seen."""
    doubts = [str(stop) for stop in _stops(seen, place, start, end)]
    if any(_covers(stop, start, end) for stop in _stops(seen, place, start, end)):
        return State.UNKNOWN, f"not by this trail: {'; '.join(doubts)}"
    if span.first > start:
        doubts.append(f"the first of them is of {span.first:%Y-%m-%d %H:%M}")
    if span.last + SLOT < end:
        doubts.append(f"the last of them is of {span.last:%Y-%m-%d %H:%M}")
    doubts += [
        f"no event at all {in_words(before, after)}"
        for before, after in seen.silences(place, start, end)
    ]
    if need.startswith("data:"):
        doubts.append("a trail may record those of some resources only")
    if doubts:
        return State.PART, "; ".join(doubts)
    return State.RECORDED, "such events stand before and after"


def _stops(seen: LogsSeen, place: Place, start: datetime, end: datetime) -> list[Stop]:
    """List the stops in a window, unless another trail went on recording there."""
    found: list[Stop] = []
    for stop in seen.stops:
        if not stop.overlaps(start, end):
            continue
        until = stop.end or (seen.last or end)
        if not seen.anything(place, stop.start + _MARGIN, until):
            found.append(stop)
    return found


def _covers(stop: Stop, start: datetime, end: datetime) -> bool:
    return stop.start <= start and (stop.end is None or stop.end >= end)
