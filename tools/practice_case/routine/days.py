"""The days of the practice case, and when in them things happen."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tools.practice_case.record_writer import DAYS, FIRST_DAY

ALL = tuple(FIRST_DAY + timedelta(days=number) for number in range(DAYS))
WORKING = tuple(day for day in ALL if day.weekday() < 5)
WEEKEND = tuple(day for day in ALL if day.weekday() >= 5)

TRAFFIC = (1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 6, 5, 5, 6, 7, 8, 8, 7, 5, 3, 2)
"""How busy the shop is in each hour of the day: from 0, next to nothing, to 8."""


def every(minutes: int, offset: int = 0) -> Iterator[datetime]:
    """Return the times of something that happens all day and night, each so often."""
    step = timedelta(minutes=minutes)
    when = FIRST_DAY + timedelta(minutes=offset)
    while when < FIRST_DAY + timedelta(days=DAYS):
        yield when
        when += step


def traffic(when: datetime) -> int:
    """Return how busy the shop is; half as busy on Sundays."""
    return TRAFFIC[when.hour] // (2 if when.weekday() == 6 else 1)
