"""What a table's properties say of its projected partitions.

Athena returns nothing, and no error, for what a projection does not hold. So it is
read here, and a scope beyond it is refused. Facts: Athena User Guide, "Supported types
for partition projection".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NoReturn

from trailkit import clock
from trailkit.errors import TableError

_DAY = re.compile(r"([0-9]{4})[/-]([0-9]{2})[/-]([0-9]{2})")
_NOW = re.compile(r"NOW\s*(?:([+-])\s*([0-9]+)\s*([A-Z]+?)S?)?")
_MOST_NUMBERS = 1000
_DAYS = {
    **{"YEAR": 365.25, "MONTH": 30.4375, "WEEK": 7, "DAY": 1},
    **{"HOUR": 1 / 24, "MINUTE": 1 / 1440, "SECOND": 1 / 86400},
}


@dataclass(frozen=True, slots=True)
class Projection:
    """The projection of one partition column, from the table's properties.

    >>> properties = {
    ...     "projection.enabled": "true",
    ...     "projection.region.type": "enum",
    ...     "projection.region.values": "eu-west-1,us-east-1",
    ... }
    >>> Projection("region", properties).values()
    ('eu-west-1', 'us-east-1')
    """

    column: str
    properties: Mapping[str, str]

    @property
    def enabled(self) -> bool:
        """Whether the table projects its partitions at all."""
        return self.properties.get("projection.enabled", "").lower() == "true"

    @property
    def type(self) -> str:
        """What the column holds: enum, integer, date, injected, or nothing known."""
        return self._property("type").strip().lower() if self.enabled else ""

    def values(self) -> tuple[str, ...] | None:
        """Return the values of an enum, or None for another type.

        Raises TableError for a blank among them: to Athena it is part of the value.
        """
        if self.type != "enum":
            return None
        values = self._property("values").split(",")
        clean = [value.strip() for value in values]
        if clean != values:
            raise TableError(
                f"The property projection.{self.column}.values has blanks, and Athena "
                "looks for folders with these blanks in their names. "
                f"{self._mend('values', ','.join(clean))}"
            )
        return tuple(values)

    def numbers(self) -> Sequence[int] | None:
        """Return the numbers that a column looks into, sorted; None where it says none.

        Raises TableError for what is not a number, and for steps that leave some out.
        """
        if self.type == "integer":
            first, last = (self._number("range", text) for text in self._range())
            self._require_every("interval")
            return range(first, last + 1) or self._refuse("range")
        listed = self.values()
        if listed is None:
            return None
        return sorted(self._number("values", text) for text in listed)

    def listed(self) -> Sequence[str] | None:
        """Return the values of an enum, or of a short range of numbers; else None."""
        if self.type != "integer":
            return self.values()
        numbers = self.numbers()
        if not numbers or numbers[-1] - numbers[0] >= _MOST_NUMBERS:
            return None
        return [self.spelled(number) for number in numbers]

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and the last day of a date column; None where it is open.

        A first day that moves (``NOW-3YEARS``) is right to a day or two. Raises
        TableError for steps that leave days out.
        """
        if self.type != "date":
            return None, None
        self._require_every("interval")
        if self._property("interval.unit").strip().upper() not in ("", "DAYS", "DAY"):
            raise self._leaves_out("interval.unit", "DAYS")
        first, last = self._range(strip=False)
        return self._bound(first) or clock.today(), self._bound(last)

    def listed_days(self) -> dict[date, str] | None:
        """Return the days of a column that lists them, as written; else None."""
        if self.type != "enum":
            return None
        return {self._day("values", text): text for text in self.values() or ()}

    def spelled(self, number: int) -> str:
        """Write a number as the folders' names do: ``7``, or ``07``."""
        listed = [text for text in self.values() or () if text.isdecimal()]
        digits = self._property("digits").strip()
        plain = f"{number:0{digits if digits.isdecimal() else 1}}"
        return next((text for text in listed if int(text) == number), plain)

    def require_spelled(self, number: int, written: str) -> None:
        """Raise TableError where a number is not written as CloudTrail writes it."""
        if (wrong := self.spelled(number)) != written:
            digits = self.type == "integer"
            mend = self._mend("digits", str(len(written))) if digits else ""
            raise TableError(
                f'The table looks for folders "{wrong}" where CloudTrail writes '
                f'"{written}", so it would find nothing in them: that is its property '
                f"projection.{self.column}. {mend}".rstrip()
            )

    @property
    def format(self) -> str:
        """The Java format of a date column."""
        return self._property("format")

    def _property(self, name: str) -> str:
        return self.properties.get(f"projection.{self.column}.{name}", "")

    def _range(self, strip: bool = True) -> tuple[str, ...]:
        """Return both bounds; around a date Athena takes a blank as part of it."""
        bounds = tuple(self._property("range").split(","))
        if len(bounds) != 2:
            self._refuse("range")
        return tuple(bound.strip() for bound in bounds) if strip else bounds

    def _bound(self, text: str) -> date | None:
        """Read a day; None for now and later."""
        if not (match := _NOW.fullmatch(text.strip())):
            return self._day("range", text)
        sign, number, unit = match.groups()
        if sign != "-":
            return None
        if unit not in _DAYS:
            self._refuse("range")
        days = int(number) * _DAYS[unit]
        return clock.today() - timedelta(days=round(days))

    def _day(self, name: str, text: str) -> date:
        match = _DAY.fullmatch(text) or self._refuse(name)
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            self._refuse(name)

    def _number(self, name: str, text: str) -> int:
        return int(text) if text.isdecimal() else self._refuse(name)

    def _require_every(self, name: str) -> None:
        if self._property(name).strip() not in ("", "1"):
            raise self._leaves_out(name, "1")

    def _leaves_out(self, name: str, right: str) -> TableError:
        return TableError(
            f"The table leaves folders out, and finds nothing in them: its property "
            f'projection.{self.column}.{name} is "{self._property(name)}". '
            f"{self._mend(name, right)}"
        )

    def _mend(self, name: str, right: str) -> str:
        return (
            f"Run: alter table … set tblproperties ('projection.{self.column}.{name}' "
            f"= '{right}')."
        )

    def _refuse(self, name: str) -> NoReturn:
        raise TableError(
            f"trailkit cannot read the table's property projection.{self.column}."
            f'{name}, "{self._property(name)}".'
        )
