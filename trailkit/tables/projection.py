"""What a table's properties say of its projected partitions.

Athena returns nothing, and no error, for what a projection does not hold. So it is
read here, and a scope beyond it is refused. Facts: Athena User Guide, "Supported types
for partition projection".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn

from trailkit.errors import TableError

_DAY = re.compile(r"([0-9]{4})[/-]([0-9]{2})[/-]([0-9]{2})")
_NOW = re.compile(r"NOW(?:([+-])([0-9]+)([A-Z]+?)S?)?")
_DAYS = {"YEAR": 365.25, "MONTH": 30.4375, "WEEK": 7, "DAY": 1}


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
        return self._property("type").lower() if self.enabled else ""

    def values(self) -> tuple[str, ...] | None:
        """Give the values of an enum, or None for another type.

        Raises TableError for a blank among them: to Athena it is part of the value.
        """
        if self.type != "enum":
            return None
        values = self._property("values").split(",")
        clean = [value.strip() for value in values]
        if clean != values:
            raise TableError(
                f"The property projection.{self.column}.values has blanks, and Athena "
                "looks for folders with these blanks in their names. Run: alter table "
                f"… set tblproperties ('projection.{self.column}.values' = "
                f"'{','.join(clean)}')."
            )
        return tuple(values)

    def years(self) -> tuple[date | None, date | None]:
        """Give the first and the last day of a column of years, integer or enum."""
        years = self._range() if self.type == "integer" else self.values()
        if not years:
            return None, None
        return date(min(map(int, years)), 1, 1), date(max(map(int, years)), 12, 31)

    def days(self) -> tuple[date | None, date | None]:
        """Give the first and the last day of a date column; None where it is open.

        A first day that moves (``NOW-3YEARS``) is right to a day or two.
        """
        if self.type != "date":
            return None, None
        first, last = self._range()
        return self._bound(first), self._bound(last)

    def spelled(self, number: int) -> str:
        """Write a number as the folders' names do: ``7``, or ``07``."""
        listed = [text for text in self.values() or () if text.isdecimal()]
        digits = self._property("digits")
        plain = f"{number:0{digits if digits.isdecimal() else 1}}"
        return next((text for text in listed if int(text) == number), plain)

    @property
    def format(self) -> str:
        """The Java format of a date column."""
        return self._property("format")

    def _property(self, name: str) -> str:
        return self.properties.get(f"projection.{self.column}.{name}", "")

    def _range(self) -> tuple[str, ...]:
        bounds = tuple(bound.strip() for bound in self._property("range").split(","))
        return bounds if len(bounds) == 2 else self._refuse("range")

    def _bound(self, text: str) -> date | None:
        if match := _DAY.fullmatch(text):
            year, month, day = map(int, match.groups())
            return date(year, month, day)
        match = _NOW.fullmatch(text) or self._refuse("range")
        sign, number, unit = match.groups()
        if sign != "-":
            return None
        days = int(number) * _DAYS.get(unit, 0)
        return datetime.now(UTC).date() - timedelta(days=round(days))

    def _refuse(self, name: str) -> NoReturn:
        raise TableError(
            f"trailkit cannot read the table's property projection.{self.column}."
            f'{name}, "{self._property(name)}".'
        )
