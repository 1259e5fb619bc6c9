"""Event history: what CloudTrail keeps of an account without any trail."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from trailkit import clock
from trailkit.errors import InvalidWindow, typed

if TYPE_CHECKING:
    import boto3

    from trailkit.history.fetched import EventHistory

__all__ = ["event_history"]

_KEPT = 90


@typed
def event_history(
    session: "boto3.Session | None",
    folder: str | Path,
    *,
    regions: Sequence[str] = (),
    days: int = _KEPT,
    profile: str | None = None,
    region: str | None = None,
    progress: bool = True,
) -> "EventHistory":
    """Fetch the last 90 days of management events into a folder for ``tk.local``.

    It takes no trail and costs nothing but time: 100 events a second in each region,
    all regions at once. Ctrl-C keeps what came, and the same line goes on from there.
    What lies in the folder is not asked for again, but for the last hour. The result
    says what event history lacks, and which regions could not be read.

    ``session`` is a boto3 session, or None for your own credentials; ``region`` is
    where it begins, ``regions`` are those to search instead of all.

    Raises AccessRefused without credentials or cloudtrail:LookupEvents, Unavailable
    where no region answers, TableError for a wrong region, InvalidWindow for more days
    than there are, EvidenceError for a folder that cannot be written.
    """
    from trailkit.aws.session import Access
    from trailkit.history.account_history import fetch_account

    if not 1 <= days <= _KEPT:
        raise InvalidWindow(
            f"Event history holds {_KEPT} days, so days={days} cannot be had. Give a "
            f"number from 1 to {_KEPT}."
        )
    end = clock.now().replace(microsecond=0)
    start = end - timedelta(days=days)
    access = Access(session, profile, region)
    path = Path(folder).expanduser()
    return fetch_account(access, path, regions, start, end, progress)
