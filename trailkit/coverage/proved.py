"""What a valid chain of digests proves, where the selectors of its trail are known.

Facts: CloudTrail User Guide, "CloudTrail digest file structure" (one for each trail,
account, Region and hour, also an empty one; it names the files delivered in that hour).
"""

from collections.abc import Iterator
from datetime import datetime

from trailkit.coverage.control import Phase
from trailkit.coverage.seen import Delivery, LogsSeen, Place
from trailkit.coverage.selectors import State, recorded


def proved_by_digests(
    seen: LogsSeen, need: str, place: Place, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Return when digests prove the files, and the trail's selectors are known.

    Events of a minute may be delivered an hour later: so each hour needs the next.
    """
    hours = [
        each
        for each in seen.deliveries
        if each.proved and not each.missing and (each.account, each.region) == place
    ]
    for each in hours:
        if not any(_follows(other, each) for other in hours):
            continue
        for phase in _phases(seen, each.trail):
            if phase.logging is not False and _lets_through(phase, need):
                first = max(each.start, phase.start, start)
                last = min(each.end, phase.end or end, end)
                if first < last:
                    yield first, last


def _follows(other: Delivery, hour: Delivery) -> bool:
    return other.trail == hour.trail and other.start <= hour.end < other.end


def _phases(seen: LogsSeen, trail: str) -> Iterator[Phase]:
    """Return the phases of the trail with an ARN."""
    parts = trail.split(":")
    for each in seen.trails:
        if parts[3:5] == [each.home, each.account] and trail.endswith(f"/{each.name}"):
            yield from each.phases


def _lets_through(phase: Phase, need: str) -> bool:
    known = phase.selectors is not None and not phase.moved
    return known and recorded(phase.selectors or (), need).state is State.RECORDED
