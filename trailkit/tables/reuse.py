"""How old an answer may be that is given again: decided here, and nowhere else.

Athena looks at the text of a query and at the age of an earlier answer, whoever asked
for that, and never at whether log files have come since. (Athena User Guide, "Reuse
query results".) An investigator must not miss one. So an answer may be given again only
if it was worked out when

* the folders that it reads had been closed for an hour: their days of delivery were
  over, and with them the time that ``.late(…)`` waits for. Nothing more comes there;
* or, while files may still come, a few minutes ago at most, enough for a cell that runs
  twice, and not before an hour had passed since the end of the window: CloudTrail
  delivers most events within ten minutes, and all but the late ones within the hour.

So a window that touches the last hour is always asked anew, and so is one that was
first asked when it did.
"""

from datetime import datetime, timedelta

from trailkit.scope import Scope
from trailkit.tables.days import midnight
from trailkit.tables.pruning import delivery_days

_DELIVERED = timedelta(hours=1)
"""How long after an event its log file is there, but for late ones."""

_FEW_MINUTES = timedelta(minutes=10)


def greatest_age(scope: Scope, now: datetime) -> timedelta | None:
    """Return the greatest age of an answer that still holds; None: ask anew.

    >>> scope = Scope().window("2026-03-09 10:00", "2026-03-09 12:00")
    >>> from datetime import UTC
    >>> print(greatest_age(scope, datetime(2026, 3, 9, 12, 45, tzinfo=UTC)))
    None
    >>> print(greatest_age(scope, datetime(2026, 3, 9, 18, 0, tzinfo=UTC)))
    0:10:00
    >>> print(greatest_age(scope, datetime(2026, 3, 13, 1, 0, tzinfo=UTC)))
    2 days, 0:00:00
    """
    if scope.end is None:
        return None
    since_window = now - scope.end - _DELIVERED
    since_folders = now - _closed(scope) - _DELIVERED
    age = max(since_folders, min(since_window, _FEW_MINUTES))
    return age if age > timedelta(0) else None


def _closed(scope: Scope) -> datetime:
    """Return the moment from which on no file comes into the folders in scope."""
    return midnight(delivery_days(scope)[1] + timedelta(days=1))
