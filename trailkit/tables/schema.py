"""The columns of the raw table, as Hive types, from the one definition of the record.

Hive's JSON reader finds a key whatever its case, but inside a declared struct the case
is lost. So what AWS leaves open (request parameters and the like) is declared as a
string and arrives as JSON text, as in the Athena User Guide's own table. The guide
shows that for columns, not for fields of a struct: so an object that holds something
open is a string as a whole.
"""

from collections.abc import Iterator

from trailkit.record import FIELDS, Field, Kind, Type

_RESOURCES = "array<struct<arn:string,arnprefix:string,accountid:string,type:string>>"

# The only open part of a struct that the guide declares, as a map.
_MAPS = {("webIdFederationData", "attributes"): "map<string,string>"}


def raw_columns(kind: Kind) -> dict[str, str]:
    """Return every column that a kind of record can fill, with its Hive type.

    >>> raw_columns(Kind.EVENT)["readonly"]
    'string'
    >>> raw_columns(Kind.AGGREGATED)["timewindow"]
    'struct<windowstart:string,windowend:string,windowsize:string>'
    >>> raw_columns(Kind.INSIGHT)["insightdetails"]
    'string'
    """
    return {
        field.name.lower(): _hive_type(field, kind)
        for field in FIELDS
        if kind in field.kinds
    }


def _hive_type(field: Field, kind: Kind) -> str:
    if field.type is Type.OBJECT and not _holds_something_open(field):
        return f"struct<{','.join(_struct_fields(field, kind))}>"
    # Times and booleans too: logs hold both "true" and true, and a string takes both.
    return _RESOURCES if field.type is Type.RESOURCES else "string"


def _holds_something_open(field: Field) -> bool:
    return any(
        _holds_something_open(inner)
        or (inner.type is Type.JSON and (field.name, inner.name) not in _MAPS)
        for inner in field.fields
    )


def _struct_fields(field: Field, kind: Kind) -> Iterator[str]:
    for inner in field.fields:
        if kind in inner.kinds:
            declared = _MAPS.get((field.name, inner.name)) or _hive_type(inner, kind)
            yield f"{inner.name.lower()}:{declared}"


def spread(hive_type: str, indent: str) -> str:
    """Write a Hive type over several lines, one field of a struct a line.

    >>> print(spread("struct<arn:string,attributes:map<string,string>>", "  "))
    struct<
          arn: string,
          attributes: map<string, string>
      >
    """
    if not hive_type.startswith("struct<"):
        return hive_type.replace(",", ", ")
    inner = indent + "    "
    fields = (field.partition(":") for field in _split(hive_type[7:-1]))
    lines = (f"{inner}{name}: {spread(kind, inner)}" for name, _, kind in fields)
    return "struct<\n" + ",\n".join(lines) + f"\n{indent}>"


def _split(fields: str) -> list[str]:
    """Split at the commas that are not inside a nested type."""
    parts, depth = [""], 0
    for sign in fields:
        depth += (sign == "<") - (sign == ">")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
