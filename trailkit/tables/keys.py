"""Which partition keys of a table say account, region and day of delivery.

A key is known by its place in the folders where the table projects its partitions
(``storage.location.template``), whatever its name; else by its name, as people give it
who add partitions by hand.
"""

import re
from dataclasses import dataclass

from trailkit.errors import TableError
from trailkit.tables.days import PATH, Days, NumberedDays, PathDays, TextDays
from trailkit.tables.definition import Definition
from trailkit.tables.names import trino, trino_text
from trailkit.tables.projection import Projection

_FOLDERS = re.compile(
    r".*AWSLogs/(?:[^/]+/)?(?P<account>[^/]+)/CloudTrail[A-Za-z-]*/"
    r"(?P<region>[^/]+)/(?P<day>.+?)/?"
)
PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
_NAMES = {
    "account": ("account", "account_id", "accountid", "account_partition"),
    "region": ("region", "aws_region", "awsregion", "region_partition"),
    "day": ("day", "date", "dt", "timestamp", "date_partition", "day_partition"),
    "year": ("year",),
    "month": ("month",),
}
_IN_PATH = {
    "account": "/AWSLogs/(?:o-[a-z0-9]+/)?([0-9]{12})/",
    "region": "/CloudTrail[A-Za-z-]*/([^/]+)/[0-9]{4}/[0-9]{2}/[0-9]{2}/[^/]+$",
}
_SEPARATORS = {"yyyy/MM/dd": "/", "yyyy-MM-dd": "-"}
_TEXT = ("string", "varchar", "char")


@dataclass(frozen=True, slots=True)
class Key:
    """How a table says the account, or the region, of a row's folder.

    ``expression`` is the SQL that gives it. Where it ``prunes``, it is a partition key.
    ``values`` are all that the table looks into, None where it does not say. With an
    ``injected`` key every query must say the values it wants.
    """

    expression: str
    prunes: bool = False
    values: tuple[str, ...] | None = None
    injected: bool = False


def find_key(table: Definition, role: str) -> Key:
    """Find what says the account or the region: a partition key, or the path."""
    place = places(table).get(role, "")
    if place and "$" not in place:
        return Key(trino_text(place), values=(place,))
    for column in PLACEHOLDER.findall(place) or _named(table, role):
        projection = Projection(column, table.properties)
        injected = projection.type == "injected"
        return Key(trino(column), True, projection.values(), injected)
    return Key(f"regexp_extract({PATH}, {trino_text(_IN_PATH[role])}, 1)")


def find_days(table: Definition) -> Days:
    """Find what says the day of delivery: one key, three, or the path.

    Raises TableError for a day in a form that trailkit does not read.
    """
    columns = _day_columns(table)
    if len(columns) == 3:
        year, month, day = columns
        text = (_is_text(table, year), _is_text(table, month), _is_text(table, day))
        first, last = Projection(year, table.properties).years()
        return NumberedDays((year, month, day), text, first, last)
    if len(columns) == 1:
        return _one_day_column(table, columns[0])
    return PathDays()


def _one_day_column(table: Definition, column: str) -> TextDays:
    projection = Projection(column, table.properties)
    known = projection.type != "date" or projection.format in _SEPARATORS
    if not known or not _is_text(table, column):
        raise TableError(
            f'The partition key "{column}" holds days in a form that trailkit does not '
            f"read: {table.partitions.get(column, 'no')} with the format "
            f'"{projection.format}". It reads text like 2026/03/09 or 2026-03-09.'
        )
    first, last = projection.days()
    return TextDays(column, _SEPARATORS.get(projection.format), first, last)


def _day_columns(table: Definition) -> list[str]:
    if place := places(table).get("day"):
        return PLACEHOLDER.findall(place)
    day, month, year = (_named(table, role) for role in ("day", "month", "year"))
    return [*year, *month, *day] if year and month and day else day


def places(table: Definition) -> dict[str, str]:
    """Give what stands in the place of account, region and day in the folders.

    Nothing where the table does not project its partitions, or not onto a trail's
    folders.
    """
    if not Projection("", table.properties).enabled:
        return {}
    template = table.properties.get("storage.location.template", "")
    match = _FOLDERS.fullmatch(template)
    return match.groupdict() if match else {}


def _named(table: Definition, role: str) -> list[str]:
    return [name for name in table.partitions if name in _NAMES[role]][:1]


def _is_text(table: Definition, column: str) -> bool:
    return table.partitions.get(column, "").startswith(_TEXT)
