"""From the members of many records to Arrow columns.

Objects below the top repeat: one session writes the same ``userIdentity`` a dozen
times. Each distinct text is cast once, and its leaves are spread over the rows.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import pyarrow as pa
from msgspec import Raw
from pyarrow.compute import MatchSubstringOptions, SetLookupOptions, call_function

from trailkit.evidence import casting
from trailkit.evidence.casting import NOTHING
from trailkit.evidence.tables import RESOURCE
from trailkit.record import COLUMNS, FIELDS, Field, Type

NAMES = {
    field.name: [each.name for each in COLUMNS if each.path[0] == field.name]
    for field in FIELDS
}
"""The columns that each field of the record fills, by the field's name."""

_KINDS = {
    field.name: [each.type for each in COLUMNS if each.path[0] == field.name]
    for field in FIELDS
}
_NULLS = pa.array(["", "null"])


def arrow_type(kind: Type) -> pa.DataType:
    """Give the type of a column before its times are cast."""
    if kind is Type.RESOURCES:
        return pa.list_(RESOURCE)
    return pa.bool_() if kind is Type.BOOLEAN else pa.string()


class Cast(NamedTuple):
    """The columns of a field, and the rows whose value they cannot hold."""

    columns: list[pa.Array]
    odd: Sequence[int] = ()


def cast(field: Field, values: Sequence[Any]) -> Cast:
    """Cast a field of many records, as ``casting.record`` gives them."""
    if field.type in (Type.TEXT, Type.TIME):
        return Cast([pa.array(values, pa.string())])
    if field.type is Type.BOOLEAN:
        booleans = [casting.as_boolean(value) for value in values]
        return Cast([pa.array(booleans, pa.bool_())])
    if all(value is NOTHING for value in values):
        kinds = _KINDS[field.name]
        return Cast([pa.nulls(len(values), arrow_type(kind)) for kind in kinds])
    if field.type is Type.JSON:
        return Cast([_json(values)])
    return _spread(field, values)


def _json(values: Sequence[Raw]) -> pa.Array:
    """Keep the JSON as it is written; all of it is copied at once."""
    ends = accumulate(map(len, values), initial=0)
    offsets = pa.array(list(ends), pa.int32()).buffers()[1]
    written = pa.StringArray.from_buffers(
        len(values), offsets, pa.py_buffer(b"".join(values))
    )
    is_string = call_function("starts_with", [written], MatchSubstringOptions('"'))
    if is_string.true_count:
        return pa.array([casting.as_text(value) for value in values], pa.string())
    is_null = call_function("is_in", [written], SetLookupOptions(_NULLS))
    return call_function("if_else", [is_null, pa.scalar(None, pa.string()), written])


def _spread(field: Field, values: Sequence[Raw]) -> Cast:
    """Cast each distinct text once."""
    numbers: dict[bytes, int] = {}
    rows = [numbers.setdefault(bytes(value), len(numbers)) for value in values]
    of_texts = _resources if field.type is Type.RESOURCES else _leaves
    index = pa.array(rows, pa.int32())
    columns = [column.take(index) for column in of_texts(field, list(numbers))]
    odd = {number for text, number in numbers.items() if _is_odd(field, text)}
    if not odd:
        return Cast(columns)
    return Cast(columns, [row for row, number in enumerate(rows) if number in odd])


def _leaves(field: Field, texts: list[bytes]) -> list[pa.Array]:
    leaves = zip(*(casting.as_leaves(field, text) for text in texts), strict=True)
    kinds = _KINDS[field.name]
    return [
        pa.array(column, arrow_type(kind))
        for column, kind in zip(leaves, kinds, strict=True)
    ]


def _resources(_: Field, texts: list[bytes]) -> list[pa.Array]:
    lists = [casting.as_resources(text) for text in texts]
    ends = list(accumulate((len(each or ()) for each in lists), initial=0))
    pairs = zip(lists, ends, strict=False)
    starts = [None if each is None else start for each, start in pairs]
    items = [item for each in lists if each for item in each]
    members = [
        pa.array([item.arn or item.prefix for item in items], pa.string()),
        pa.array([item.account for item in items], pa.string()),
        pa.array([item.type for item in items], pa.string()),
    ]
    struct = pa.StructArray.from_arrays(members, fields=list(RESOURCE))
    return [pa.ListArray.from_arrays(pa.array([*starts, ends[-1]], pa.int32()), struct)]


def _is_odd(field: Field, text: bytes) -> bool:
    """Say whether an object or a list is expected and something else is there."""
    is_list = field.type is Type.RESOURCES
    if text[:1] == (b"[" if is_list else b"{") or casting.as_text(text) is None:
        return False
    return (casting.as_resources if is_list else casting.as_object)(text) is None
