"""What a valid chain of digests proves, where the selectors of its trail are known.

Facts: CloudTrail User Guide, "CloudTrail digest file structure" (one for each trail,
account, Region and hour, also an empty one; it names the files delivered in that hour).
"""

from collections.abc import Iterator
from datetime import datetime

from trailkit.coverage.control import Phase
from trailkit.coverage.seen import LogsSeen, Place
from trailkit.coverage.selectors import State, recorded
from trailkit.source import DigestHour


def proved_by_digests(
    seen: LogsSeen, need: str, place: Place, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Return when digests prove the files, and the trail's selectors are known.

    Events of a minute may be delivered an hour later: so each hour needs the next.
    """
    hours = [each for each in seen.delivered(place) if each.proved and not each.missing]
    begun = {(each.trail, each.start) for each in hours}
    for each in hours:
        if (each.trail, each.end) not in begun:
            continue
        for phase in _phases(seen, each):
            if phase.logging is not False and _lets_through(phase, need):
                first = max(each.start, phase.start, start)
                last = min(each.end, phase.end or end, end)
                if first < last:
                    yield first, last


def _phases(seen: LogsSeen, hour: DigestHour) -> Iterator[Phase]:
    """Return the phases of the trail that a digest names; none where two have its name.

    A digest does not say whose trail it is.
    """
    home, name = hour.trail.split(":")[3], hour.trail.rpartition("/")[2]
    alike = [each for each in seen.trails if (each.name, each.home) == (name, home)]
    if len(alike) == 1:
        yield from alike[0].phases


def _lets_through(phase: Phase, need: str) -> bool:
    known = phase.selectors is not None and not phase.moved
    return known and recorded(phase.selectors or (), need).state is State.RECORDED
