"""What a chain of digests shows, where the selectors of its trail are known.

Facts: CloudTrail User Guide, "CloudTrail digest file structure" (one for each trail,
account, Region and hour, also an empty one; it names the files delivered in that hour),
"Creating a trail for an organization" (the files of its members lie below its id). A
digest does not say whose trail it is, and a trail is changed in its owner's account and
home Region: what was delivered from there must be whole from that change on.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from trailkit.coverage.control import Phase, TrailSeen
from trailkit.coverage.doubts import Stretch, in_a_row
from trailkit.coverage.seen import LogsSeen, Place
from trailkit.coverage.selectors import State, recorded
from trailkit.source import DigestHour


class ByDigests(NamedTuple):
    """When digests show a kind to be recorded: valid ones, and those not validated."""

    proved: Sequence[Stretch]
    inferred: Sequence[Stretch]


def by_digests(
    seen: LogsSeen, need: str, place: Place, start: datetime, end: datetime
) -> ByDigests:
    """Return when digests say that all is at hand, and what their trail recorded."""
    if place not in seen.of_digests:
        hours = seen.delivered(place)
        told = tuple([*_shown(seen, hours, valid)] for valid in (True, False))
        seen.of_digests[place] = told
    return ByDigests(
        *(
            in_a_row(
                (max(first, start), min(last, end))
                for phase, first, last in told
                if first < end and last > start and _lets_through(phase, need)
            )
            for told in seen.of_digests[place]
        )
    )


def _shown(
    seen: LogsSeen, hours: Sequence[DigestHour], valid: bool
) -> Iterator[tuple[Phase, datetime, datetime]]:
    """Return the phases of trails, and from when to when all of them is at hand.

    Events of a minute may be delivered an hour later: so each hour needs the next.
    """
    whole = [each for each in hours if _is_whole(each, valid)]
    begun = {(each.trail, each.start) for each in whole}
    owners: dict[tuple[str, str], list[Stretch]] = {}
    for each in whole:
        trail, key = _trail(seen, each), (each.trail, each.organization)
        if trail is None or (each.trail, each.end) not in begun:
            continue
        if key not in owners:
            owners[key] = _of_owner(seen, trail, each.organization, valid)
        for phase in _phases(trail, each, owners[key]):
            first, last = max(each.start, phase.start), each.end
            last = min(last, phase.end) if phase.end else last
            if first < last:
                yield phase, first, last


def _is_whole(hour: DigestHour, valid: bool) -> bool:
    sound = not hour.missing and not hour.refuted
    return sound and (hour.proved or not valid)


def _trail(seen: LogsSeen, hour: DigestHour) -> TrailSeen | None:
    """Return the trail that a digest is of; None where two have its name.

    That of another account delivers here only as the trail of an organization.
    """
    home, name = hour.trail.split(":")[3], hour.trail.rpartition("/")[2]
    alike = [each for each in seen.trails if (each.name, each.home) == (name, home)]
    if len(alike) != 1:
        return None
    [trail] = alike
    return trail if hour.organization or trail.account == hour.account else None


def _of_owner(
    seen: LogsSeen, trail: TrailSeen, organization: str, valid: bool
) -> list[Stretch]:
    """Return the hours in which all from the trail's owner and home is at hand."""
    at_home = (
        (each.start, each.end)
        for each in seen.delivered((trail.account, trail.home))
        if (each.trail.rpartition("/")[2], each.organization)
        == (trail.name, organization)
        and _is_whole(each, valid)
    )
    return in_a_row(at_home)


def _phases(
    trail: TrailSeen, hour: DigestHour, told: Sequence[Stretch]
) -> Iterator[Phase]:
    """Return the phases of a trail whose end could not be overlooked in an hour."""
    for phase in trail.phases:
        reaches = trail.reaches(phase, hour.account, hour.region)
        if phase.logging is False or reaches is False:
            continue
        if any(a <= phase.start and hour.end < b for a, b in told):
            yield phase


def _lets_through(phase: Phase, need: str) -> bool:
    known = phase.selectors is not None and not phase.moved
    return known and recorded(phase.selectors or (), need).state is State.RECORDED
