"""What log files show of themselves: kinds of events seen, trails, silent stretches.

Local files do not tell which trails there are. What they hold still tells what was
recorded: an event shows that its kind was recorded at its second; the calls that change
a trail show when it was off; a long stretch without any event is a remark.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from trailkit.coverage.control import Touched, TrailSeen, touched, trails_of
from trailkit.source import DigestHour

SLOT = timedelta(minutes=5)
"""CloudTrail delivers about every five minutes: what is shorter is not a stretch."""

SILENT = timedelta(minutes=30)
"""The shortest stretch without an event that is worth a remark."""

_MOST = 5_000
"""So many things that were worked out are remembered."""

_Worked = TypeVar("_Worked")

_ENOUGH = 20
"""From so many gaps on there is a usual one."""

KINDS = """
select
    account,
    region,
    case
        when category = 'Data' then 'data:' || family
        when service in ('kms', 'rdsdata') then 'management:' || service
        when is_write then 'management:write'
        else 'management:read'
    end as need,
    date_trunc('minute', time) as minute,
    count(*) as events
from events
group by 1, 2, 3, 4
"""
"""The kinds of events of each account, Region and minute."""

Place = tuple[str, str]
"""Account and Region."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a kind of event was seen in an account and Region, minute by minute."""

    first: datetime
    last: datetime
    minutes: tuple[datetime, ...] = ()
    events: int = 0

    def within(self, start: datetime, end: datetime) -> list[datetime]:
        """List the minutes with such events in a window."""
        return [minute for minute in self.minutes if start <= minute < end]


class Quiet(NamedTuple):
    """Long stretches without any event of a place, and the gap that is usual there."""

    usual: timedelta | None
    least: timedelta
    stretches: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class LogsSeen:
    """All that some log files show of what was recorded."""

    spans: Mapping[tuple[str, str, str], Span] = field(default_factory=dict)
    trails: tuple[TrailSeen, ...] = ()
    deliveries: tuple[DigestHour, ...] = ()
    touched: tuple[Touched, ...] = ()
    _once: dict[Hashable, Any] = field(
        default_factory=dict[Hashable, Any], init=False, repr=False, compare=False
    )
    of_digests: dict[Place, Any] = field(
        default_factory=dict[Place, Any], init=False, repr=False, compare=False
    )
    """What ``proved`` works out of each place, whatever kind of event is asked for."""

    @cached_property
    def places(self) -> frozenset[Place]:
        """The accounts and Regions of which there is any event."""
        return frozenset((account, region) for account, region, _ in self.spans)

    @cached_property
    def told(self) -> frozenset[Place]:
        """The accounts and Regions that events or digests tell of."""
        return self.places.union(self._delivered)

    @cached_property
    def first(self) -> datetime | None:
        """The first minute of the evidence; None where there is none."""
        return min((each.first for each in self.spans.values()), default=None)

    @cached_property
    def last(self) -> datetime | None:
        """The last minute of the evidence; None where there is none."""
        return max((each.last for each in self.spans.values()), default=None)

    def delivered(self, place: Place) -> list[DigestHour]:
        """List the hours of digests of a place."""
        return self._delivered.get(place, [])

    @cached_property
    def _delivered(self) -> dict[Place, list[DigestHour]]:
        found: dict[Place, list[DigestHour]] = {}
        for each in self.deliveries:
            found.setdefault((each.account, each.region), []).append(each)
        return found

    def quiet(self, place: Place) -> Quiet:
        """Return the unusually long stretches without any event of a place.

        Unusual is ten times the usual gap, and half an hour at least; where there are
        too few events to know a usual one, half an hour.
        """
        return self.once(("quiet", place), lambda: self._quiet(place))

    def _quiet(self, place: Place) -> Quiet:
        of_place = (each for key, each in self.spans.items() if key[:2] == place)
        return _quiet_of({m for span in of_place for m in span.minutes})

    def once(self, about: Hashable, work: Callable[[], _Worked]) -> _Worked:
        """Work something out of this, or return it as it was worked out before.

        ``about`` names it, with all else that it depends on. A month of many accounts
        has tens of thousands of stretches, and every frame tells of coverage.
        """
        if about not in self._once:
            if len(self._once) >= _MOST:
                self._once.clear()
            self._once[about] = work()
        return self._once[about]


def _quiet_of(minutes: set[datetime]) -> Quiet:
    pairs = list(pairwise(sorted(minutes)))
    gaps = sorted(after - before for before, after in pairs)
    usual = gaps[len(gaps) * 3 // 4] if len(gaps) >= _ENOUGH else None
    least = max(SILENT, 10 * usual) if usual else SILENT
    return Quiet(usual, least, tuple(p for p in pairs if p[1] - p[0] >= least))


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


def seen(
    kinds: pa.Table, changes: Rows, deliveries: Iterable[DigestHour] = ()
) -> LogsSeen:
    """Make the value of the answers to ``KINDS`` and ``control.CHANGES``."""
    spans = {
        (row["account"], row["region"], row["need"]): _span(row)
        for row in _by_kind(kinds).to_pylist()
    }
    rows = list(changes)
    trails = trails_of(rows)
    return LogsSeen(spans, trails, tuple(deliveries), touched(rows, trails))


def _by_kind(kinds: pa.Table) -> pa.Table:
    """Put the minutes of a kind, account and Region into one row."""
    return (
        kinds.drop_null()
        .group_by(["account", "region", "need"])
        .aggregate([("minute", "list"), ("events", "sum")])
    )


def _span(row: Mapping[str, Any]) -> Span:
    ordered = tuple(minute.replace(tzinfo=UTC) for minute in sorted(row["minute_list"]))
    return Span(ordered[0], ordered[-1], ordered, row["events_sum"])
