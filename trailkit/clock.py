"""The time now, in UTC: the one clock that trailkit looks at, and that tests set."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the day it is now, in UTC."""
    return now().date()
