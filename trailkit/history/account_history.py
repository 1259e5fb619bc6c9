"""Fetch the event history of an account: every region at once, each at its own pace."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from trailkit.aws.failures import code, explained
from trailkit.aws.in_parallel import in_order
from trailkit.aws.session import Access
from trailkit.errors import EvidenceError, TrailkitError
from trailkit.history.fetch import PER_SECOND, RegionFetch
from trailkit.history.fetched import EventHistory
from trailkit.history.folder import HistoryFolder
from trailkit.history.rate_limiter import Pace
from trailkit.progress import Say, line
from trailkit.tables import names
from trailkit.tables.regions import regions_of

_NOT_ENABLED = ("UnrecognizedClientException", "InvalidClientTokenId")

Sleep = Callable[[float], object]


def fetch_account(
    access: Access,
    path: Path,
    regions: Sequence[str],
    start: datetime,
    end: datetime,
    progress: bool,
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep | None = None,
) -> EventHistory:
    """Fetch what the folder lacks; without ``regions``, of every region.

    The waits between requests end early where the fetch is stopped. A test gives its
    own ``clock`` and ``sleep``.
    """
    with explained():
        caller = access.client("sts").get_caller_identity()
    chosen = tuple(map(names.region, regions))
    chosen = chosen or regions_of(caller["Arn"].split(":")[1])
    stop = threading.Event()
    folder = _open(path, caller["Account"])
    fetches = [
        RegionFetch(
            access.client("cloudtrail", region),
            region,
            folder,
            (int(start.timestamp()), int(end.timestamp())),
            Pace(PER_SECOND, clock, sleep or stop.wait),
            stop,
        )
        for region in chosen
    ]
    with line(progress) as say:
        failed = _run(fetches, stop, say)
    if len(failed) == len(chosen):
        raise next(iter(failed.values()))
    return EventHistory(
        folder=path,
        account=caller["Account"],
        start=start,
        end=end,
        regions=chosen,
        new_events=sum(each.events for each in fetches),
        not_searched={region: str(error) for region, error in failed.items()},
    )


def _open(path: Path, account: str) -> HistoryFolder:
    try:
        return HistoryFolder(path, account)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> EvidenceError:
    return EvidenceError(
        f'The folder "{path}" cannot be written: {error.strerror}. Name another one, '
        "or make room; what is in it stays."
    )


def _run(
    fetches: Sequence[RegionFetch], stop: threading.Event, say: Say
) -> dict[str, TrailkitError]:
    """Run all of them; return the error of each region that failed."""
    errors: dict[str, TrailkitError | None] = {}

    def fetch(each: RegionFetch) -> None:
        errors[each.region] = _fetch(each)

    def look() -> None:
        events = sum(each.events for each in fetches)
        say(
            f"Event history: {events:,} events, {len(errors)} of {len(fetches)}"
            " regions done"
        )

    try:
        with closing(in_order(fetch, fetches, len(fetches), look, stop.set)) as fetched:
            deque(fetched, maxlen=0)
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(
            "Stopped. What came is kept: the same line goes on from there."
        ) from interrupt
    return {each.region: error for each in fetches if (error := errors[each.region])}


def _fetch(region: RegionFetch) -> TrailkitError | None:
    try:
        with explained():
            region.run()
    except TrailkitError as error:
        if code(error.__cause__ or error) in _NOT_ENABLED:
            return type(error)("the region is not enabled for this account.")
        return error
    except OSError as error:
        return _unwritten(region.folder.path, error)
    return None
