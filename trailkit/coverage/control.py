"""Trails as the calls that change them show: on or off, and with which selectors.

Facts: CloudTrail User Guide, "Turning off logging for a trail", "Logging data events"
(PutEventSelectors replaces all selectors, basic and advanced displace each other),
"Creating a trail with the AWS CLI" (a trail made by the API records nothing until
StartLogging), "Deleting a trail"; CloudTrail API Reference, "UpdateTrail" (only what is
sent changes). A trail is changed in its owner's account and its home Region alone, so
calls that say they were made elsewhere count for nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from trailkit.coverage.selectors import Selector, State, read_selectors, recorded

CHANGES = """
select
    time, action, actor, account, region, request, response
from events
where
    outcome = 'success'
    and (
        (
            service = 'cloudtrail'
            and action in (
                'CreateTrail', 'DeleteTrail', 'PutEventSelectors',
                'StartLogging', 'StopLogging', 'UpdateTrail'
            )
        )
        or (
            service = 's3'
            and action in (
                'DeleteBucket', 'DeleteBucketPolicy', 'PutBucketLifecycle',
                'PutBucketPolicy'
            )
        )
        or (
            service = 'kms'
            and action in ('DisableKey', 'PutKeyPolicy', 'ScheduleKeyDeletion')
        )
    )
order by time
"""
"""The calls that change what a trail records or where it delivers.

Those that failed change nothing.
"""

_DEFAULT = (Selector("Management"),)
"""What a new trail records: all management events."""

_HOW = {
    "DeleteTrail": "deleted",
    "StopLogging": "stopped",
    "UpdateTrail": "changed",
    "PutEventSelectors": "set",
    "CreateTrail": "created, not started,",
}


@dataclass(frozen=True, slots=True)
class Phase:
    """What held of a trail from a call until the next; None means not known.

    ``place`` is the bucket and prefix that it delivers to; ``moved`` says that this is
    another one than before. ``key`` is the id of the KMS key that it uses.
    """

    start: datetime
    end: datetime | None = None
    actor: str = "unknown"
    action: str = ""
    logging: bool | None = None
    selectors: tuple[Selector, ...] | None = None
    multi_region: bool | None = None
    organization: bool | None = None
    place: tuple[str, str] | None = None
    moved: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class TrailSeen:
    """A trail that some call names: whose, where it is at home, and its phases."""

    name: str
    account: str
    home: str
    phases: tuple[Phase, ...] = ()

    def reaches(self, phase: Phase, account: str, region: str) -> bool | None:
        """Return whether it records an account and Region; None where not known."""
        own = True if account == self.account else phase.organization
        here = True if region == self.home else phase.multi_region
        if own is False or here is False:
            return False
        return True if own and here else None

    def doubt(self, phase: Phase, need: str) -> str:
        """Return why it does not record a kind of event in a phase; empty for none."""
        if phase.logging is False:
            return self._said(_HOW.get(phase.action, "stopped"), phase)
        if phase.moved:
            return self._said("moved to another bucket or prefix", phase)
        if phase.selectors is None:
            return ""
        state, why = recorded(phase.selectors, need)
        if state is State.RECORDED:
            return ""
        return f"{self._said('set', phase)}: {why}"

    def _said(self, what: str, phase: Phase) -> str:
        return f"{self.name} {what} by {phase.actor}"

    def covers(self, phase: Phase, need: str, account: str, region: str) -> bool:
        """Return whether it is known to record a kind of event of a place."""
        if phase.logging is False or phase.moved or phase.selectors is None:
            return False
        whole = recorded(phase.selectors, need).state is State.RECORDED
        return whole and self.reaches(phase, account, region) is True


def trails_of(rows: Iterable[Mapping[str, Any]]) -> tuple[TrailSeen, ...]:
    """Read the rows of ``CHANGES`` in the order of time."""
    found: dict[tuple[str, str, str], list[Phase]] = {}
    for row in rows:
        if row["action"] in _OF_PLACE:
            continue
        asked, said = _read(row["request"]), _read(row["response"])
        trail = _whose(row, asked, said)
        if row["time"] is None or trail is None:
            continue
        phases = found.setdefault(trail, [])
        begun = row["time"].replace(tzinfo=UTC)
        before = phases[-1] if phases else Phase(begun)
        if phases:
            phases[-1] = replace(before, end=begun)
        after = _changed(before, row["action"], {**said, **asked}, said)
        actor = row["actor"] or "unknown"
        phases.append(replace(after, start=begun, end=None, actor=actor))
    return tuple(
        TrailSeen(name, account, home, tuple(_lasting(phases)))
        for (account, home, name), phases in found.items()
    )


class Touched(NamedTuple):
    """A change of the bucket or key of a trail, which may have kept log files away."""

    trail: TrailSeen
    time: datetime
    why: str


def touched(
    rows: Iterable[Mapping[str, Any]], trails: Iterable[TrailSeen]
) -> tuple[Touched, ...]:
    """Find the changes of what trails deliver to, in the rows of ``CHANGES``."""
    known = [(name, trail) for trail in trails for name in _delivers_to(trail)]
    found: list[Touched] = []
    for row in rows:
        if row["action"] not in _OF_PLACE or row["time"] is None:
            continue
        asked = _read(row["request"])
        name = str(asked.get("bucketName") or "") or _last(asked.get("keyId"))
        why = _OF_PLACE[row["action"]].format(name, row["actor"] or "unknown")
        time = row["time"].replace(tzinfo=UTC)
        found += [Touched(each, time, why) for kept, each in known if kept == name]
    return tuple(found)


def _delivers_to(trail: TrailSeen) -> set[str]:
    buckets = {phase.place[0] for phase in trail.phases if phase.place}
    return buckets | {phase.key for phase in trail.phases if phase.key}


def _last(name: object) -> str:
    return str(name or "").rpartition("/")[2]


_OF_PLACE = {
    "DeleteBucket": "the log bucket {} was deleted by {}",
    "DeleteBucketPolicy": "the policy of the log bucket {} was deleted by {}",
    "DisableKey": "the key {} of the log files was disabled by {}",
    "PutBucketLifecycle": "the lifecycle of the log bucket {} was set by {}",
    "PutBucketPolicy": "the policy of the log bucket {} was set by {}",
    "PutKeyPolicy": "the policy of the key {} of the log files was set by {}",
    "ScheduleKeyDeletion": "the key {} of the log files was scheduled to be deleted by"
    " {}",
}
"""The calls after which CloudTrail may be unable to deliver, in words."""


def _read(text: object) -> dict[str, Any]:
    """Return the fields of a request or response that are there."""
    try:
        value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {name: each for name, each in value.items() if each is not None}


def _whose(
    row: Mapping[str, Any], asked: Mapping[str, Any], said: Mapping[str, Any]
) -> tuple[str, str, str] | None:
    """Return account, home Region and name; None for a call that names no own trail."""
    given = asked.get("name") or asked.get("trailName")
    arn = str(said.get("trailARN") or given or "")
    here = str(row["account"]), str(row["region"])
    if not arn.startswith("arn:"):
        return (*here, arn) if arn else None
    parts = arn.split(":")
    name = parts[-1].rpartition("/")[2]
    owner = (parts[4], parts[3]) if len(parts) == 6 else ("", "")
    return (*here, name) if name and owner == here else None


def _changed(
    phase: Phase, action: str, fields: Mapping[str, Any], said: Mapping[str, Any]
) -> Phase:
    """Return the phase that a call begins."""
    match action:
        case "StopLogging" | "DeleteTrail":
            return replace(phase, logging=False, action=action)
        case "StartLogging":
            return replace(phase, logging=True, action=action)
        case "PutEventSelectors":
            how = phase.action if phase.logging is False else action
            return replace(phase, selectors=_selectors(fields), action=how)
        case "CreateTrail":
            new = Phase(phase.start, logging=False, selectors=_DEFAULT, action=action)
            plain = {"isMultiRegionTrail": False, "isOrganizationTrail": False}
            return _settings(new, {**plain, **fields})
        case _:
            how = phase.action if phase.logging is False else action
            return _settings(replace(phase, action=how), {**said, **fields})


def _settings(phase: Phase, fields: Mapping[str, Any]) -> Phase:
    place = phase.place
    if "s3BucketName" in fields:
        place = str(fields["s3BucketName"]), str(fields.get("s3KeyPrefix") or "")
    return replace(
        phase,
        multi_region=_truth(fields, "isMultiRegionTrail", phase.multi_region),
        organization=_truth(fields, "isOrganizationTrail", phase.organization),
        place=place,
        moved=phase.moved or (phase.place is not None and place != phase.place),
        key=_last(fields.get("kmsKeyId")) or phase.key,
    )


def _truth(fields: Mapping[str, Any], name: str, before: bool | None) -> bool | None:
    value = fields.get(name, before)
    return value if isinstance(value, bool) else before


def _selectors(fields: Mapping[str, Any]) -> tuple[Selector, ...] | None:
    """Return the selectors that a call sets; None where it does not tell them."""
    try:
        found = read_selectors(_capitalized(fields))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return None
    texts = (
        text
        for each in found
        for text in (each.category, each.resource_type, *each.excluded, *each.narrowed)
    )
    return found if found and all(isinstance(text, str) for text in texts) else None


def _capitalized(value: Any) -> Any:
    """Spell the keys as the API does: CloudTrail writes their first letter small."""
    if isinstance(value, Mapping):
        return {
            f"{name[:1].upper()}{name[1:]}": _capitalized(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_capitalized(each) for each in value]
    return value


def _lasting(phases: Iterable[Phase]) -> Iterator[Phase]:
    """Leave out what lasted no time."""
    return (each for each in phases if each.end is None or each.end > each.start)
