"""How each column of ``records`` is read from the columns that a table declares.

A table may declare less than the record holds, and may declare an object as a struct,
as a map or as JSON text. What it lacks becomes null: a field that a struct does not
have cannot be tried for in SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError

from trailkit.errors import TableError
from trailkit.record import Column, Kind, Type
from trailkit.scope import quoted

_WHOLE = "eventjson"
"""The column in which CloudTrail Lake keeps a record as AWS wrote it."""

_NEVER_READ = "web_id_attributes"
"""AWS declares it as a map, which the engines share no way to write as text."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands in a table: the SQL that reaches it, its declared type."""

    sql: str
    type: exp.DataType

    @property
    def is_text(self) -> bool:
        return self.type.this in exp.DataType.TEXT_TYPES


def expression(column: Column, declared: Mapping[str, str]) -> str:
    """Write the SQL that reads a column, or a null of its type.

    Raises TableError where the table declares it in a way that loses what it holds.

    >>> from trailkit.record import columns
    >>> read_only = columns(Kind.EVENT)["read_only"]
    >>> print(expression(read_only, {"readonly": "string"}))
    case lower(readonly) when 'true' then true when 'false' then false end
    >>> print(expression(read_only, {}))
    cast(null as boolean)
    """
    place = _find(column, declared)
    if place is None:
        return null(column.type)
    match column.type:
        case Type.BOOLEAN:
            return _boolean(place)
        case Type.TIME:
            return _time(place, column)
        case Type.RESOURCES:
            return _resources(place)
        case _:
            return _text(place, column, is_lake(declared))


def is_lake(declared: Mapping[str, str]) -> bool:
    """Return whether these are the columns of an event data store of CloudTrail Lake.

    (CloudTrail User Guide, "Supported SQL schemas for event data stores".)
    """
    in_maps = declared.get("requestparameters", "").startswith("map")
    timed = declared.get("eventtime", "").startswith("timestamp")
    return _WHOLE in declared or (in_maps and timed)


def has_maps_alone(declared: Mapping[str, str]) -> bool:
    """Return whether objects stand in such a table as maps of texts alone."""
    return is_lake(declared) and _WHOLE not in declared


def null(column_type: Type) -> str:
    """Write a null of a column's type."""
    return f"cast(null as {column_type.sql})"


def _find(column: Column, declared: Mapping[str, str]) -> _Place | None:
    """Find where a table has a column: as it declares it, or in the whole record."""
    found = _declared(column, declared)
    is_lost = found is None or (column.type is Type.JSON and not found.is_text)
    if is_lost and _WHOLE in declared:
        text = _in_json(_WHOLE, column, 0)
        is_json = column.type is Type.JSON
        text = f"nullif({text}, 'null')" if is_json else text
        return _Place(text, type_of(_WHOLE, "string"))
    return found


def _declared(column: Column, declared: Mapping[str, str]) -> _Place | None:
    """Follow a column's path as far as the table declares it, then on in its JSON."""
    name = column.path[0].lower()
    if name not in declared:
        return None
    place = _Place(name, type_of(name, declared[name]))
    for depth, part in enumerate(column.path[1:], start=1):
        if place.is_text:
            return _Place(_in_json(place.sql, column, depth), place.type)
        inner = _inner(place, part)
        if inner is None:
            return None
        place = inner
    return place


def _inner(place: _Place, part: str) -> _Place | None:
    """Step into a struct or a map; None where the struct has no such field."""
    if place.type.this is exp.DType.MAP:
        sql = f"element_at({place.sql}, {quoted(part)})"
        return _Place(sql, place.type.expressions[1])
    if place.type.this is not exp.DType.STRUCT:
        raise _unreadable(place)
    fields = {each.name.lower(): each.kind for each in place.type.expressions}
    kind = fields.get(part.lower())
    return _Place(f"{place.sql}.{part.lower()}", kind) if kind else None


def _in_json(sql: str, column: Column, depth: int) -> str:
    path = quoted("$." + ".".join(column.path[depth:]))
    if column.type is Type.JSON:
        return f"json_format(json_extract({sql}, {path}))"
    return f"json_extract_scalar({sql}, {path})"


def _text(place: _Place, column: Column, of_lake: bool) -> str:
    if place.is_text:
        return place.sql
    is_map = place.type.this is exp.DType.MAP
    if column.name == _NEVER_READ and is_map:
        return null(column.type)
    if of_lake and column.type is Type.JSON and is_map:
        return f"json_format(cast({place.sql} as json))"
    if place.type.args.get("nested"):
        raise _unreadable(place)
    return f"cast({place.sql} as varchar)"


def _boolean(place: _Place) -> str:
    if place.type.this is exp.DType.BOOLEAN:
        return place.sql
    return f"case lower({place.sql}) when 'true' then true when 'false' then false end"


def _time(place: _Place, column: Column) -> str:
    """Read a time as plain UTC; a text that is none gives null, not an error."""
    if not place.is_text:
        return f"cast({place.sql} as timestamp)"
    moment = f"try(from_iso8601_timestamp({place.sql}))"
    iso = f"cast({moment} at time zone 'UTC' as timestamp)"
    if Kind.EVENT in column.kinds:
        return iso
    # Aggregated events come with either form of a time, by AWS's own examples.
    return f"coalesce({iso}, try_cast({place.sql} as timestamp))"


def _resources(place: _Place) -> str:
    items = place.type.expressions if place.type.this is exp.DType.ARRAY else []
    if not items or items[0].this is not exp.DType.STRUCT:
        raise _unreadable(place)
    declared = {each.name.lower() for each in items[0].expressions}
    arn, account, kind = (
        f"each.{name}" if name in declared else "null"
        for name in ("arn", "accountid", "type")
    )
    if "arnprefix" in declared:
        arn = f"coalesce({arn}, each.arnprefix)"
    row = Type.RESOURCES.sql.removeprefix("array(").removesuffix(")")
    return (
        f"transform({place.sql}, each -> cast(row({arn}, {account}, {kind}) as {row}))"
    )


@lru_cache(maxsize=256)
def type_of(name: str, declared: str) -> exp.DataType:
    """Read the Hive type that a column is declared with; raises TableError."""
    try:
        return exp.DataType.build(declared, dialect="hive")
    except SqlglotError:
        raise TableError(
            f'trailkit cannot read the type "{declared}" of the column "{name}".'
        ) from None


def _unreadable(place: _Place) -> TableError:
    return TableError(
        f'The table declares "{place.sql}" as {place.type.sql("hive").lower()}, which '
        "trailkit cannot read: inside a struct the log's keys lose their capitals, and "
        "a question would miss what is there. A table over the same files that keeps "
        "them, and copies nothing: print(case.table.better())."
    )
