"""From the members of many records to Arrow columns.

Objects below the top repeat: one session writes the same ``userIdentity`` a dozen
times. Each distinct text is cast once, and the rows point at what came of it: their
leaves are dictionary columns.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import accumulate, count
from typing import Any, NamedTuple

import pyarrow as pa
from msgspec import Raw
from pyarrow.compute import MatchSubstringOptions, SetLookupOptions, call_function

from trailkit.record import COLUMNS, FIELDS, Field, Type
from trailkit.store import casting
from trailkit.store.casting import NOTHING
from trailkit.store.parquet_tables import RESOURCE

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

POINTING = pa.dictionary(pa.int32(), pa.string())
"""A column of texts that repeat: each is there once, and rows point at it."""


def arrow_type(kind: Type) -> pa.DataType:
    """Give the type of a column before its times are cast."""
    if kind is Type.RESOURCES:
        return pa.list_(RESOURCE)
    return pa.bool_() if kind is Type.BOOLEAN else pa.string()


_SHORT = 2_000
_CAST_BEFORE = {
    field.name: lru_cache(8_000)(partial(casting.as_leaves, field))
    for field in FIELDS
    if field.type is Type.OBJECT
}
"""The leaves of short texts that came lately: identities last longer than a batch."""


def _types(field: Field) -> list[pa.DataType]:
    plain = [arrow_type(kind) for kind in _KINDS[field.name]]
    if field.type is not Type.OBJECT:
        return plain
    return [POINTING if kind == pa.string() else kind for kind in plain]


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
    if values[0] is NOTHING and values.count(NOTHING) == len(values):
        return Cast([pa.nulls(len(values), kind) for kind in _types(field)])
    if field.type is Type.JSON:
        return Cast([_json(values)])
    return _spread(field, values)


def _json(values: Sequence[Raw]) -> pa.Array:
    """Keep the JSON as it is written; all of it is copied at once."""
    ends = accumulate(map(len, values), initial=0)
    offsets = pa.array(list(ends), pa.int32()).buffers()[1]
    text = pa.py_buffer(b"".join(values))
    written = pa.StringArray.from_buffers(len(values), offsets, text)
    is_string = call_function("starts_with", [written], MatchSubstringOptions('"'))
    if is_string.true_count:
        return pa.array([casting.as_text(value) for value in values], pa.string())
    is_null = call_function("is_in", [written], SetLookupOptions(_NULLS))
    there = call_function("invert", [is_null]).buffers()[1]
    return pa.StringArray.from_buffers(len(values), offsets, text, there)


def _spread(field: Field, values: Sequence[Raw]) -> Cast:
    """Cast each distinct text once."""
    numbers = defaultdict[bytes, int](count().__next__)
    rows = [*map(numbers.__getitem__, map(bytes, values))]
    of_texts = _resources if field.type is Type.RESOURCES else _leaves
    columns = of_texts(field, list(numbers), pa.array(rows, pa.int32()))
    odd = {number for text, number in numbers.items() if _is_odd(field, text)}
    if not odd:
        return Cast(columns)
    return Cast(columns, [row for row, number in enumerate(rows) if number in odd])


def _leaves(field: Field, texts: list[bytes], rows: pa.Array) -> list[pa.Array]:
    cast_before, kinds = _CAST_BEFORE[field.name], _KINDS[field.name]
    leaves = zip(
        *(
            cast_before(text) if len(text) < _SHORT else casting.as_leaves(field, text)
            for text in texts
        ),
        strict=True,
    )
    return [
        _pointing(pa.array(column, arrow_type(kind)), rows)
        for column, kind in zip(leaves, kinds, strict=True)
    ]


def _pointing(values: pa.Array, rows: pa.Array) -> pa.Array:
    """Let each row point at its value."""
    if values.type != pa.string():
        return values.take(rows)
    distinct = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        distinct.indices.take(rows), distinct.dictionary
    )


def _resources(_: Field, texts: list[bytes], rows: pa.Array) -> list[pa.Array]:
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
    offsets = pa.array([*starts, ends[-1]], pa.int32())
    return [pa.ListArray.from_arrays(offsets, struct).take(rows)]


def _is_odd(field: Field, text: bytes) -> bool:
    """Say whether an object or a list is expected and something else is there."""
    is_list = field.type is Type.RESOURCES
    if text[:1] == (b"[" if is_list else b"{") or casting.as_text(text) is None:
        return False
    return (casting.as_resources if is_list else casting.as_object)(text) is None
