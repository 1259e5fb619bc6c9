"""Which partition keys of a table say account, region and day of delivery.

A key is known by its place in the folders where the table projects its partitions
(``storage.location.template``), whatever its name; else by its name, as people give it
who add partitions by hand.
"""

import re
from dataclasses import dataclass

from trailkit.errors import TableError
from trailkit.scope import quoted
from trailkit.tables import layout
from trailkit.tables.days import PATH, Days, NumberedDays, PathDays, TextDays
from trailkit.tables.definition import Definition
from trailkit.tables.names import trino
from trailkit.tables.projection import Projection

_FOLDERS = re.compile(f".*{layout.folders(organization='[^/]+')}(?P<day>.+?)/?")
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

    ``expression`` is the SQL that gives it; ``column`` the partition key, where it is
    one. ``values`` are all that the table looks into, None where it does not say. With
    an ``injected`` key every query must say the values it wants.
    """

    expression: str
    column: str | None = None
    values: tuple[str, ...] | None = None
    injected: bool = False


def find_key(table: Definition, role: str) -> Key:
    """Find what says the account or the region: a partition key, or the path."""
    place = places(table).get(role, "") or _fixed(table, role)
    if place and "$" not in place:
        return Key(quoted(place), values=(place,))
    for column in _columns(table, role):
        projection = Projection(column, table.properties)
        injected = projection.type == "injected"
        return Key(trino(column), column, projection.values(), injected)
    return Key(f"regexp_extract({PATH}, {quoted(_IN_PATH[role])}, 1)")


def _columns(table: Definition, role: str) -> list[str]:
    """Name the partition keys that say account, region, or day: one, three or none."""
    if place := places(table).get(role):
        return PLACEHOLDER.findall(place)
    if role != "day":
        return _named(table, role)
    day, month, year = (_named(table, part) for part in ("day", "month", "year"))
    return [*year, *month, *day] if year and month and day else day


def find_days(table: Definition) -> Days:
    """Find what says the day of delivery: one key, three, or the path.

    Raises TableError for a day in a form that trailkit does not read, or one that finds
    nothing where CloudTrail puts its files.
    """
    columns = _columns(table, "day")
    if len(columns) == 3:
        return _three_day_columns(table, *columns)
    if len(columns) == 1:
        return _one_day_column(table, columns[0])
    return PathDays()


def _three_day_columns(
    table: Definition, year: str, month: str, day: str
) -> NumberedDays:
    columns = (year, month, day)
    keys = [Projection(column, table.properties) for column in columns]
    if places(table):
        for key in keys[1:]:
            key.require_spelled(7, "07")
    return NumberedDays(
        columns,
        (_is_text(table, year), _is_text(table, month), _is_text(table, day)),
        tuple(key.numbers() for key in keys),
    )


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
    listed = projection.listed_days()
    only = frozenset(listed) if listed else None
    return TextDays(column, _SEPARATORS.get(projection.format), first, last, only)


def template(table: Definition) -> str:
    """Return where the partitions lie, with placeholders; nothing without projection.

    Where the table does not say, they lie in folders named ``key=value``.
    """
    if not Projection("", table.properties).enabled:
        return ""
    by_name = "/".join(f"{name}=${{{name}}}" for name in table.partitions)
    return table.properties.get(
        "storage.location.template", f"{table.location.rstrip('/')}/{by_name}"
    )


def by_hand(table: Definition) -> bool:
    """Return whether someone must add a partition before a table looks into it."""
    return bool(table.partitions) and not template(table)


def places(table: Definition) -> dict[str, str]:
    """Return what stands in the place of account, region and day in the folders.

    Nothing where the table does not project its partitions, or not onto a trail's
    folders.
    """
    match = _FOLDERS.fullmatch(template(table))
    return match.groupdict() if match else {}


def _fixed(table: Definition, role: str) -> str:
    """Return the account or region of all files of a table without partitions."""
    if table.partitions:
        return ""
    return layout.beginning(table.location).get(role) or ""


def _named(table: Definition, role: str) -> list[str]:
    return [name for name in table.partitions if name in _NAMES[role]][:1]


def _is_text(table: Definition, column: str) -> bool:
    return table.partitions.get(column, "").startswith(_TEXT)
