"""What log files show of themselves: kinds of events seen, stops, silent stretches.

Local files do not tell which trails there are. What they hold still tells what was
recorded: an event shows that its kind was recorded at its second; a StopLogging shows
from when a trail recorded nothing; a long stretch without any event is a remark.

Facts: CloudTrail User Guide, "Turning off logging for a trail" (the change takes effect
with a delay, StopLogging is recorded itself), "CloudTrail concepts" (IAM is recorded in
us-east-1 since 22 November 2021), and CloudTrail API Reference, "StartLogging" (a trail
made by the API records nothing until then).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

SLOT = timedelta(minutes=5)
"""CloudTrail delivers about every five minutes: what is shorter is no stretch."""

SILENT = timedelta(minutes=30)
"""The shortest stretch without an event that is worth a remark."""

_ENOUGH = 20
"""From so many gaps on there is a usual one."""

KINDS = """
select
    account,
    region,
    case
        when category = 'Data' then 'data:' || family
        when service = 'kms' then 'management:kms'
        when is_write then 'management:write'
        else 'management:read'
    end as need,
    date_trunc('minute', time) as minute,
    count(*) as events
from events
group by 1, 2, 3, 4
"""
"""The kinds of events of each account, Region and minute."""

CHANGES = """
select
    time, action, actor, account, region,
    coalesce(
        json_extract_scalar(request, '$.name'),
        json_extract_scalar(request, '$.trailName')
    ) as trail,
    json_format(json_extract(request, '$.eventSelectors')) as selectors
from events
where
    service = 'cloudtrail'
    and outcome = 'success'
    and action in ('DeleteTrail', 'PutEventSelectors', 'StartLogging', 'StopLogging')
order by time
"""
"""The calls that begin and end a trail's recording."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which a trail recorded nothing, or no management events."""

    trail: str
    start: datetime
    end: datetime | None
    actor: str
    action: str

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Return whether the stop and a window have a moment in common."""
        return self.start < end and (self.end is None or start < self.end)

    def __str__(self) -> str:
        """Return the times and who did it, as part of a sentence."""
        done = "deleted" if self.action == "DeleteTrail" else "stopped"
        if self.action == "PutEventSelectors":
            done = "without management events, set"
        return f"{in_words(self.start, self.end)} ({self.trail} {done} by {self.actor})"


@dataclass(frozen=True, slots=True)
class Span:
    """When a kind of event was seen in an account and Region, minute by minute."""

    first: datetime
    last: datetime
    minutes: tuple[datetime, ...] = ()
    events: int = 0


Place = tuple[str, str]
"""Account and Region."""


@dataclass(frozen=True, slots=True)
class LogsSeen:
    """All that some log files show of what was recorded."""

    spans: Mapping[tuple[str, str, str], Span] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()

    @property
    def places(self) -> list[Place]:
        """The accounts and Regions of which there is any event."""
        return sorted({(account, region) for account, region, _ in self.spans})

    @property
    def first(self) -> datetime | None:
        """The first minute of the evidence; None where there is none."""
        return min((each.first for each in self.spans.values()), default=None)

    @property
    def last(self) -> datetime | None:
        """The last minute of the evidence; None where there is none."""
        return max((each.last for each in self.spans.values()), default=None)

    def silences(
        self, place: Place, start: datetime, end: datetime
    ) -> list[tuple[datetime, datetime]]:
        """List the unusually long stretches without any event of a place in a window.

        Unusual is ten times the usual gap, and half an hour at least.
        """
        of_place = (each for key, each in self.spans.items() if key[:2] == place)
        minutes = sorted({minute for span in of_place for minute in span.minutes})
        gaps = sorted(after - before for before, after in pairwise(minutes))
        if len(gaps) < _ENOUGH:
            return []
        least = max(SILENT, 10 * gaps[len(gaps) * 3 // 4])
        return [
            (before, after)
            for before, after in pairwise(minutes)
            if after - before >= least and before < end and after > start
        ]

    def anything(self, place: Place, start: datetime, end: datetime) -> bool:
        """Return whether any management event lies within a window."""
        return any(
            start <= minute < end
            for (account, region, need), span in self.spans.items()
            if (account, region) == place and need.startswith("management")
            for minute in span.minutes
        )


Rows = Iterable[Mapping[str, Any]]


def in_words(start: datetime, end: datetime | None) -> str:
    """Return a stretch of time in words.

    >>> in_words(datetime(2026, 3, 12, 1, 14), datetime(2026, 3, 12, 2, 0))
    '2026-03-12 01:14 to 02:00'
    """
    if end is None:
        return f"{start:%Y-%m-%d %H:%M} to the end of the evidence"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M} to {until}"


def seen(kinds: Rows, changes: Rows) -> LogsSeen:
    """Make the value of the rows of ``KINDS`` and ``CHANGES``."""
    minutes: dict[tuple[str, str, str], dict[datetime, int]] = {}
    for row in kinds:
        if row["minute"] is None or row["account"] is None or row["region"] is None:
            continue
        key = row["account"], row["region"], row["need"]
        minutes.setdefault(key, {})[row["minute"].replace(tzinfo=UTC)] = row["events"]
    spans = {key: _span(found) for key, found in minutes.items()}
    return LogsSeen(spans, tuple(_stops(changes)))


def _span(found: Mapping[datetime, int]) -> Span:
    ordered = tuple(sorted(found))
    return Span(ordered[0], ordered[-1], ordered, sum(found.values()))


def _stops(changes: Iterable[Mapping[str, Any]]) -> Iterator[Stop]:
    """Pair what ends a trail's recording with what begins it again."""
    ended: dict[str, Mapping[str, Any]] = {}
    for row in changes:
        trail = _name(row["trail"])
        if row["time"] is None or not trail:
            continue
        if _ends(row):
            ended.setdefault(trail, row)
        elif row["action"] != "DeleteTrail" and trail in ended:
            yield _stop(trail, ended.pop(trail), row["time"].replace(tzinfo=UTC))
    for trail, row in ended.items():
        yield _stop(trail, row, None)


def _ends(row: Mapping[str, Any]) -> bool:
    if row["action"] == "PutEventSelectors":
        chosen = (row["selectors"] or "").replace(" ", "")
        return (
            '"includeManagementEvents":false' in chosen
            and '"includeManagementEvents":true' not in chosen
        )
    return row["action"] in ("StopLogging", "DeleteTrail")


def _stop(trail: str, row: Mapping[str, Any], end: datetime | None) -> Stop:
    start = row["time"].replace(tzinfo=UTC)
    return Stop(trail, start, end, row["actor"] or "unknown", row["action"])


def _name(trail: str | None) -> str:
    """Return a trail's name, which may be given as its ARN."""
    return (trail or "").rpartition("/")[2]
