"""Fetch the event history of one region: gap by gap, page by page, newest first."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from trailkit.history.folder import HistoryFolder
from trailkit.history.gaps import Span, gaps
from trailkit.history.rate_limiter import Pace

PER_SECOND = 2
"""Requests a second in an account and region. (CloudTrail User Guide, "Quotas".)"""

SETTLED = 3600
"""Seconds after which no event comes late; what is younger is asked for again."""

_A_FILE = 1000
"""Events in a file."""

_Events = Sequence[Mapping[str, Any]]


class RegionFetch:
    """What is wanted of a region, and how many events have come.

    ``stop`` ends it after the request under way; what came is kept. An event may come
    twice, at the second where a fetch was stopped: the copies are the same.
    """

    def __init__(
        self,
        client: Any,
        region: str,
        folder: HistoryFolder,
        wanted: Span,
        pace: Pace,
        stop: threading.Event,
    ) -> None:
        """Take a client of CloudTrail in the region."""
        self._client, self.region, self.folder = client, region, folder
        self._wanted, self._pace, self._stop = wanted, pace, stop
        self.events = 0

    def run(self) -> None:
        """Fetch what is not there yet; raises what boto3 raises."""
        for gap in gaps(self._wanted, self.folder.known(self.region)):
            self._fetch(gap)

    def _fetch(self, gap: Span) -> None:
        """Fetch a gap and keep what came, also when it ends early."""
        start, end = gap
        waiting: list[Mapping[str, Any]] = []
        reached = end
        try:
            for events in self._pages(gap):
                waiting += events
                reached = min([reached, *map(_second_after, events)])
                self.events += len(events)
                if len(waiting) >= _A_FILE:
                    self._keep(waiting, (reached, end))
                    waiting = []
            if not self._stop.is_set():
                reached = start
        finally:
            self._keep(waiting, (reached, end))

    def _pages(self, gap: Span) -> Iterator[_Events]:
        start, end = (datetime.fromtimestamp(second, UTC) for second in gap)
        asked: dict[str, Any] = {"StartTime": start, "MaxResults": 50}
        # AWS takes the last second as part of the time asked for.
        asked["EndTime"] = datetime.fromtimestamp(end.timestamp() - 1, UTC)
        while not self._stop.is_set():
            self._pace.keep()
            answer = self._client.lookup_events(**asked)
            yield answer["Events"]
            if not answer.get("NextToken"):
                return
            asked["NextToken"] = answer["NextToken"]

    def _keep(self, events: _Events, span: Span) -> None:
        settled = min(span[1], self._wanted[1] - SETTLED)
        self.folder.add(self.region, events, (span[0], settled))


def _second_after(event: Mapping[str, Any]) -> int:
    """Return the second from which on everything has come.

    More events of the event's own second may lie on the next page.
    """
    return int(event["EventTime"].timestamp()) + 1
