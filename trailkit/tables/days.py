"""How a table says the day of delivery, and what keeps a SELECT to some days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from trailkit.tables.names import trino

PATH = trino("$path")
"""The S3 object of a row, which Athena gives for every table."""


def days_between(first: date, last: date) -> Iterator[date]:
    """Return every day from first to last, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def midnight(day: date) -> datetime:
    """Return the moment in which a day begins, in UTC."""
    return datetime.combine(day, time(), UTC)


def is_midnight(at: datetime | None) -> bool:
    """Return whether a moment is one in which a day begins."""
    return at is not None and at == midnight(at.date())


class Days(Protocol):
    """The day of delivery: the SQL that gives it, and the predicates that prune.

    The table looks into the days from ``first`` to ``last``; None is an open end.
    """

    @property
    def first(self) -> date | None: ...

    @property
    def last(self) -> date | None: ...

    @property
    def expression(self) -> str:
        """Write the day as a date."""
        ...

    def between(self, first: date, last: date) -> list[str]:
        """Write predicates that keep the days from first to last, both included."""
        ...

    def look_into(self, day: date) -> bool:
        """Return whether the table looks into a day between its first and its last."""
        ...


@dataclass(frozen=True, slots=True)
class TextDays:
    """A partition key that holds the whole day as text.

    ``separator`` is ``/`` or ``-``; None where the table does not say which. ``listed``
    are the only days that the table looks into, where it lists them.

    >>> TextDays("day", "/").between(date(2026, 3, 9), date(2026, 3, 10))
    ['"day" between \\'2026/03/09\\' and \\'2026/03/10\\'']
    """

    column: str
    separator: str | None = None
    first: date | None = None
    last: date | None = None
    listed: frozenset[date] | None = None

    @property
    def expression(self) -> str:
        """Write the day as a date."""
        return f"try_cast({self._with_dashes} as date)"

    @property
    def _with_dashes(self) -> str:
        return f"replace({trino(self.column)}, '/', '-')"

    def between(self, first: date, last: date) -> list[str]:
        """Write one predicate; text of this form sorts by time."""
        if self.separator is None:
            return [f"{self._with_dashes} between '{first}' and '{last}'"]
        texts = [str(day).replace("-", self.separator) for day in (first, last)]
        return [f"{trino(self.column)} between '{texts[0]}' and '{texts[1]}'"]

    def look_into(self, day: date) -> bool:
        """Return whether the day is listed, where days are."""
        return self.listed is None or day in self.listed


@dataclass(frozen=True, slots=True)
class NumberedDays:
    """Three partition keys, year, month and day, as numbers or as text.

    ``text`` says for each whether it is text; hand-made partitions may say ``7`` for
    the month as well as ``07``. ``numbers`` are those that each looks into, None where
    the table does not say.
    """

    columns: tuple[str, str, str]
    text: tuple[bool, bool, bool]
    numbers: tuple[Sequence[int] | None, ...] = (None, None, None)

    @property
    def first(self) -> date | None:
        """The first day of the first year."""
        years = self.numbers[0]
        return date(max(years[0], 1), 1, 1) if years else None

    @property
    def last(self) -> date | None:
        """The last day of the last year."""
        years = self.numbers[0]
        return date(min(years[-1], 9999), 12, 31) if years else None

    @property
    def expression(self) -> str:
        """Write the day as a date."""
        year, month, day = (f"cast({trino(each)} as varchar)" for each in self.columns)
        padded = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"
        return f"try_cast({padded} as date)"

    def between(self, first: date, last: date) -> list[str]:
        """Write a plain predicate for each key, which prunes, and the exact one."""
        days = days_between(first, last)
        parts = zip(*((day.year, day.month, day.day) for day in days), strict=True)
        plain = [
            f"{trino(column)} in ({', '.join(_spellings(set(numbers), text))})"
            for column, text, numbers in zip(
                self.columns, self.text, parts, strict=True
            )
        ]
        year, month, day = (f"cast({trino(each)} as integer)" for each in self.columns)
        number = f"{year} * 10000 + {month} * 100 + {day}"
        return [*plain, f"{number} between {first:%Y%m%d} and {last:%Y%m%d}"]

    def look_into(self, day: date) -> bool:
        """Return whether year, month and day are all among the numbers."""
        parts = zip(self.numbers, (day.year, day.month, day.day), strict=True)
        return all(numbers is None or part in numbers for numbers, part in parts)


def _spellings(numbers: set[int], text: bool) -> list[str]:
    if not text:
        return [str(number) for number in sorted(numbers)]
    both = {f"'{number:02}'" for number in numbers} | {f"'{n}'" for n in numbers}
    return sorted(both)


@dataclass(frozen=True, slots=True)
class PathDays:
    """No partition key: the day stands in the path of the log file alone."""

    first: None = None
    last: None = None

    @property
    def expression(self) -> str:
        """Write the day as a date."""
        day = f"regexp_extract({PATH}, '/([0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}})/[^/]+$', 1)"
        return f"try_cast(replace({day}, '/', '-') as date)"

    def between(self, first: date, last: date) -> list[str]:
        """Write nothing: Athena reads every file, whatever the predicate."""
        return []

    def look_into(self, day: date) -> bool:
        """Return True: nothing is left out."""
        return True


@dataclass(frozen=True, slots=True)
class EventTimes:
    """No partition key: the time of an event, in a table that lies in columns.

    There a condition on it passes over the files, or their parts, of other times.
    """

    column: str
    first: None = None
    last: None = None

    @property
    def expression(self) -> str:
        """Write the day as a date."""
        return f"cast({trino(self.column)} as date)"

    def between(self, first: date, last: date) -> list[str]:
        """Write the bounds of the times."""
        bounds = {">=": first, "<": last + timedelta(days=1)}
        return [
            f"{trino(self.column)} {sign} timestamp '{day} 00:00:00'"
            for sign, day in bounds.items()
        ]

    def look_into(self, day: date) -> bool:
        """Return True: nothing is left out."""
        return True


def columns_of(days: Days) -> tuple[str, ...]:
    """Name the partition keys that say the day: one, three or none."""
    if isinstance(days, NumberedDays):
        return days.columns
    return (days.column,) if isinstance(days, TextDays) else ()
