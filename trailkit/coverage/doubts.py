"""What speaks against a kind of event having been recorded, and from when to when.

Facts: CloudTrail User Guide, "Getting and viewing your CloudTrail log files" (files
come about five minutes after the events, without a promise), "Turning off logging for a
trail" (a change takes effect with a delay), "CloudTrail digest file structure".
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from trailkit.coverage.control import TrailSeen
from trailkit.coverage.seen import SLOT, LogsSeen, Place, Span
from trailkit.coverage.selectors import State

MINUTE = timedelta(minutes=1)
MARGIN = 3 * SLOT
"""How late log files may come, and events of a trail that was stopped (own choice)."""


Stretch = tuple[datetime, datetime]


class Doubt(NamedTuple):
    """Why a kind of event may not have been recorded from a moment to another."""

    start: datetime
    end: datetime
    state: State
    cause: str
    why: str


def doubts(
    seen: LogsSeen,
    need: str,
    place: Place,
    start: datetime,
    end: datetime,
    open_end: bool,
) -> Iterator[Doubt]:
    """Find what speaks against a kind having been recorded, the gravest first."""
    unknown = State.UNKNOWN
    if place not in seen.places:
        why = "the logs hold no event from there"
        yield Doubt(start, end, unknown, "missing", why)
        return
    span = seen.spans.get((*place, need))
    off = list(_trails(seen, need, place, start, end))
    off += _touched(seen, need, place, end)
    # Of a kind that was never seen nothing is known, whether a trail was on or off.
    yield from (each for each in off if span or each.cause == "selectors")
    if span is None:
        yield Doubt(start, end, unknown, "unseen", "none of them is in the logs")
        return
    yield from _edges(seen, span, start, end, open_end)
    yield from _silences(seen, place, [each for each in off if each.cause == "stopped"])
    yield from _undelivered(seen, place)
    if need.startswith("data:"):
        why = "a trail may record those of some resources only"
        for first, last in without(start, end, _covered(seen, need, place, end)):
            yield Doubt(first, last, State.PART, "resources", why)


def _edges(
    seen: LogsSeen, span: Span, start: datetime, end: datetime, open_end: bool
) -> Iterator[Doubt]:
    """Find the time before the first such event, and behind the last."""
    unknown = State.UNKNOWN
    if span.first > start:
        why = f"the first of them is of {span.first:%Y-%m-%d %H:%M}"
        yield Doubt(start, span.first, unknown, "unseen", why)
    if span.last + MINUTE < end:
        why = f"the last of them is of {span.last:%Y-%m-%d %H:%M}"
        yield Doubt(span.last + MINUTE, end, unknown, "unseen", why)
    if seen.last and not open_end and seen.last < end + MARGIN:
        why = f"the logs end with {seen.last:%Y-%m-%d %H:%M}"
        yield Doubt(max(start, seen.last - MARGIN), end, unknown, "outside", why)


def _silences(seen: LogsSeen, place: Place, stops: Sequence[Doubt]) -> Iterator[Doubt]:
    """Find the unusually long stretches without an event that nothing explains."""
    quiet = seen.quiet(place)
    usual = f"; usual gap {_minutes(quiet.usual)}" if quiet.usual else ""
    whole = (x for x in seen.delivered(place) if not x.missing and not x.refuted)
    empty = [(each.start, each.end) for each in whole]
    off = [(each.start, each.end + MARGIN) for each in stops]
    explained = in_a_row(off + empty)
    for before, after in quiet.stretches:
        for first, last in without(before, after, explained):
            if last - first >= quiet.least or (first, last) == (before, after):
                why = f"no event at all between {_between(first, last)}{usual}"
                yield Doubt(first + MINUTE, last, State.UNKNOWN, "silent", why)


def _between(first: datetime, last: datetime) -> str:
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    return f"{first:%Y-%m-%d %H:%M} and {until}"


def _minutes(gap: timedelta) -> str:
    whole = max(1, round(gap.total_seconds() / 60))
    return f"{whole} minute{'s' * (whole > 1)}"


def _undelivered(seen: LogsSeen, place: Place) -> Iterator[Doubt]:
    """Find hours of which a digest names log files that are not at hand."""
    for each in seen.delivered(place):
        if each.missing:
            why = (
                f"a digest names {each.missing:,} log files of then that are not "
                "among these"
            )
            start = each.start - timedelta(hours=1)
            yield Doubt(start, each.end, State.UNKNOWN, "digests", why)


def _trails(
    seen: LogsSeen, need: str, place: Place, start: datetime, end: datetime
) -> Iterator[Doubt]:
    """Find when a trail did not record a kind, and no other is seen to have done so."""
    for trail in seen.trails:
        for number, phase in enumerate(trail.phases):
            until = phase.end or end
            why = _why_not(trail, number, need, place)
            if not why or until <= start or phase.start >= end:
                continue
            stopped = phase.logging is False
            others = _covered(seen, need, place, end)
            if stopped or "in part" not in why:
                others += _went_on(seen, need, place, phase.start, until)
            cause = "stopped" if stopped else "selectors"
            state = State.PART if "in part" in why and not stopped else State.UNKNOWN
            for first, last in without(phase.start, until, others):
                yield Doubt(first, last, state, cause, why)


def _touched(seen: LogsSeen, need: str, place: Place, end: datetime) -> Iterator[Doubt]:
    """Find when a trail's bucket or key was changed, until events are seen again."""
    for each in seen.touched:
        now = [x for x in each.trail.phases if x.start <= each.time]
        reached = not now or each.trail.reaches(now[-1], *place) is not False
        if reached and each.time < end:
            span = seen.spans.get((*place, need))
            after = span.within(each.time + MARGIN, end) if span else []
            usual = seen.quiet(place).usual or SLOT
            if not after or after[0] - each.time > MARGIN + usual:
                until = after[0] if after else end
                yield Doubt(each.time, until, State.UNKNOWN, "stopped", each.why)


def _why_not(trail: TrailSeen, number: int, need: str, place: Place) -> str:
    """Return why a trail does not record a kind in a phase; empty where it may."""
    phase = trail.phases[number]
    if trail.reaches(phase, *place) is not False:
        return trail.doubt(phase, need)
    before = (trail.reaches(each, *place) for each in trail.phases[:number])
    lost = any(each is not False for each in before)
    return (
        f"{trail.name} no longer records it, changed by {phase.actor}" if lost else ""
    )


def _went_on(
    seen: LogsSeen, need: str, place: Place, start: datetime, end: datetime
) -> list[Stretch]:
    """Return when such events were recorded all the same: by another trail."""
    span = seen.spans.get((*place, need))
    found = span.within(start + MARGIN, end) if span else []
    if not found:
        return []
    least = seen.quiet(place).least
    first = start if found[0] - start < least else found[0]
    last = end if end - found[-1] < least else found[-1] + MINUTE
    return [(first, last)]


def _covered(seen: LogsSeen, need: str, place: Place, end: datetime) -> list[Stretch]:
    """Return when a trail is known to have recorded a kind of event of a place."""
    return [
        (phase.start, phase.end or end)
        for trail in seen.trails
        for phase in trail.phases
        if trail.covers(phase, need, *place) and phase.start < end
    ]


def without(start: datetime, end: datetime, holes: Iterable[Stretch]) -> list[Stretch]:
    """Return a stretch of time without some others."""
    left = [(start, end)]
    for first, last in holes:
        left = [
            piece
            for begin, until in left
            for piece in (
                (begin, min(until, max(begin, first))),
                (max(begin, min(until, last)), until),
            )
            if piece[0] < piece[1]
        ]
    return left


def in_a_row(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches of time that touch or overlap.

    >>> hours = [datetime(2026, 3, 9, hour) for hour in range(4)]
    >>> in_a_row([(hours[2], hours[3]), (hours[0], hours[2])]) == [(hours[0], hours[3])]
    True
    """
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
