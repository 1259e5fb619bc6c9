"""Types as Athena names them, and what may stand beside what.

A type is a text such as ``varchar`` or ``array(varchar)``; None is one that is not
known, and fits everywhere, as a null does.
"""

from collections.abc import Iterable

from sqlglot import exp

from trailkit.dialect.functions import TYPES

Type = str | None

_KINDS = {
    "varchar": "text",
    "bigint": "number",
    "integer": "number",
    "double": "number",
    "boolean": "boolean",
    "timestamp": "time",
    "date": "time",
    "interval": "interval",
    "json": "JSON",
    "ipaddress": "address",
}


def kind(type: Type) -> str | None:
    """Return the kind of a type: values of one kind can be compared.

    >>> kind("bigint"), kind("array(varchar)"), kind(None)
    ('number', 'list', None)
    """
    if type is None:
        return None
    outer = type.partition("(")[0]
    return {"array": "list", "row": "row"}.get(outer) or _KINDS.get(type)


def is_nested(type: Type) -> bool:
    """Return whether a frame cannot hold a type as it is."""
    return kind(type) in ("list", "row", "JSON")


def element(type: Type) -> Type:
    """Return the type of what a list holds."""
    if type is None or not type.startswith("array("):
        return None
    return type[len("array(") : -1] or None


def field(type: Type, name: str) -> Type:
    """Return the type of a row's field, None where there is no such field.

    >>> field("row(arn varchar, tags array(varchar))", "tags")
    'array(varchar)'
    """
    return fields(type).get(name.lower())


def fields(type: Type) -> dict[str, str]:
    """Return the fields of a row with their types; none of another type."""
    if type is None or not type.startswith("row("):
        return {}
    named: list[str] = [""]
    depth = 0
    for letter in type[len("row(") : -1]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            named.append("")
        else:
            named[-1] += letter
    pairs = (each.strip().partition(" ") for each in named)
    return {name.strip('"').lower(): type for name, _, type in pairs}


def of_cast(to: exp.DataType) -> Type:
    """Return the type that a cast gives."""
    if isinstance(to.this, exp.Interval):
        return "interval"
    if to.this is exp.DType.ARRAY and to.expressions:
        inner = of_cast(to.expressions[0])
        return None if inner is None else f"array({inner})"
    if to.this is exp.DType.STRUCT:
        return "row()"
    return TYPES.get(to.this)


def common(types: Iterable[Type]) -> Type:
    """Return the type of a value that may be any of these; the widest of numbers."""
    known = [each for each in types if each is not None]
    for wide in ("double", "bigint", "timestamp"):
        if wide in known:
            return wide
    return known[0] if known else None
