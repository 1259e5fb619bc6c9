"""Cast records, exactly: no text is respelt, no odd type becomes null in silence.

Text stays as it is. What is not text where text belongs (a number, a list) stays as its
JSON text, and a string where JSON belongs is that string, as Athena reads it. Null and
missing are null.

From the members of many records come Arrow columns. Objects below the top repeat: one
session writes the same ``userIdentity`` a dozen times. Each distinct text is cast once,
and the rows point at the result: their leaves are dictionary columns.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import accumulate, count
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from msgspec import Raw
from pyarrow.compute import MatchSubstringOptions, SetLookupOptions, call_function

from trailkit.record import COLUMNS, FIELDS, Field, Type
from trailkit.store.manifest import RESOURCE

NOTHING = Raw(b"")
"""What a field holds that a record lacks."""

_TRUTH: dict[bool | str | None, bool] = {
    **dict.fromkeys((True, "true", "True", "TRUE"), True),
    **dict.fromkeys((False, "false", "False", "FALSE"), False),
}


class NoRecord(Exception):
    """The text is not a record; the message says why."""


_KINDS: dict[Type, Any] = {
    Type.TEXT: str | None,
    Type.TIME: str | None,
    Type.BOOLEAN: bool | str | None,
}

_Record: Any = msgspec.defstruct(
    "_Record",
    [
        (field.name, _KINDS[field.type], None)
        if field.type in _KINDS
        else (field.name, Raw, NOTHING)
        for field in FIELDS
    ]
    # Copies made by log collectors lack eventTime and have this.
    + [("timestamp", str | None, msgspec.field(default=None, name="@timestamp"))],
    # Thousands of records are alive at a time; none of them is part of a cycle.
    gc=False,
)


class Resource(msgspec.Struct, forbid_unknown_fields=True):
    """An item of ``resources`` as CloudTrail writes it."""

    arn: str | None = msgspec.field(default=None, name="ARN")
    prefix: str | None = msgspec.field(default=None, name="ARNPrefix")
    account: str | None = msgspec.field(default=None, name="accountId")
    type: str | None = None


_decode_record = msgspec.json.Decoder(_Record).decode
_decode_resources = msgspec.json.Decoder(list[Resource]).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode
_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_string = msgspec.json.Decoder(str).decode


def records(texts: Sequence[Raw]) -> list[Any] | None:
    """Cast records that are all as CloudTrail writes them, with name, id and time.

    None if one is not: then each takes the exact way, ``record``.
    """
    try:
        decoded = [*map(_decode_record, texts)]
    except msgspec.ValidationError:
        return None
    usual = all(each.eventTime and (each.eventName or each.eventID) for each in decoded)
    return decoded if usual else None


def record(text: Raw) -> Any:
    """Cast the top level of a record: an object with a member for each field.

    Text and time are text or None, booleans are what they are, everything below the
    top is still JSON (Raw). Raises NoRecord unless it has an event name or event id.

    >>> record(Raw(b'{"eventName": "GetObject", "apiVersion": 2.50}')).apiVersion
    '2.50'
    """
    try:
        decoded = _decode_record(text)
    except msgspec.ValidationError:
        decoded = _record_of_odd_types(text)
    named = decoded.eventName or decoded.eventID or decoded.eventId
    if not named and as_text(decoded.insightDetails) is None:
        raise NoRecord("An object without an event name or event id.")
    return decoded


def _record_of_odd_types(text: Raw) -> Any:
    try:
        written = _decode_object(text)
    except msgspec.ValidationError:
        raise NoRecord("Not a JSON object.") from None
    decoded = _Record()
    for field in FIELDS:
        value = written.get(field.name, NOTHING)
        setattr(decoded, field.name, as_text(value) if field.type in _KINDS else value)
    decoded.timestamp = as_text(written.get("@timestamp", NOTHING))
    return decoded


def as_text(text: Raw | bytes) -> str | None:
    """Cast JSON to text.

    >>> [as_text(each) for each in (b'"a"', b'[1.50]', b'null', b'')]
    ['a', '[1.50]', None, None]
    """
    written = bytes(text)
    if written[:1] == b"{":
        return written.decode()
    if written in (b"", b"null"):
        return None
    return _decode_string(written) if written[:1] == b'"' else written.decode()


def as_boolean(value: bool | str | None) -> bool | None:
    """Cast to a boolean; CloudTrail writes some as strings.

    >>> as_boolean(True), as_boolean("True"), as_boolean("yes")
    (True, True, None)
    """
    return _TRUTH.get(value)


def as_leaves(field: Field, text: Raw | bytes) -> list[Any]:
    """Cast the leaves below a field, in the order of ``record.COLUMNS``."""
    if field.type is Type.OBJECT:
        written = as_object(text)
        if not written:
            return [None] * _leaf_count(field)
        below = ((each, written.get(each.name, NOTHING)) for each in field.fields)
        return [leaf for each, value in below for leaf in as_leaves(each, value)]
    leaf = as_text(text)
    return [as_boolean(leaf) if field.type is Type.BOOLEAN else leaf]


def _leaf_count(field: Field) -> int:
    return sum(_leaf_count(each) for each in field.fields) or 1


def as_object(text: Raw | bytes) -> dict[str, Raw] | None:
    """Cast to an object, also from a string that holds one, as copies have it."""
    written = as_text(text)
    if written is None:
        return None
    try:
        return _decode_object(written)
    except msgspec.DecodeError:
        return None


def as_resources(text: bytes) -> list[Resource] | None:
    """Cast ``resources``; the names of the members count in any case.

    >>> as_resources(b'[{"arn": "arn:aws:s3:::bucket", "type": "AWS::S3::Bucket"}]')
    [Resource(arn='arn:aws:s3:::bucket', prefix=None, account=None,
              type='AWS::S3::Bucket')]
    """
    try:
        return _decode_resources(text)
    except msgspec.DecodeError:
        return _resources_of_odd_types(as_text(text) or "null")


def _resources_of_odd_types(text: str) -> list[Resource] | None:
    try:
        return [_resource_of_odd_types(each) for each in _decode_list(text)]
    except msgspec.DecodeError:
        return None


def _resource_of_odd_types(text: Raw) -> Resource:
    written = as_object(text)
    if written is None:
        return Resource(as_text(text))
    named = {name.lower(): as_text(value) for name, value in written.items()}
    members = ("arn", "arnprefix", "accountid", "type")
    return Resource(*(named.get(name) for name in members))


NAMES = {
    field.name: [each.name for each in COLUMNS if each.path[0] == field.name]
    for field in FIELDS
}
"""The columns that each field of the record fills, by the field's name."""

_COLUMN_TYPES = {
    field.name: [each.type for each in COLUMNS if each.path[0] == field.name]
    for field in FIELDS
}
_NULLS = pa.array(["", "null"])

POINTING = pa.dictionary(pa.int32(), pa.string())
"""A column of texts that repeat: each is there once, and rows point at it."""


def arrow_type(kind: Type) -> pa.DataType:
    """Return the type of a column before its times are cast."""
    if kind is Type.RESOURCES:
        return pa.list_(RESOURCE)
    return pa.bool_() if kind is Type.BOOLEAN else pa.string()


_SHORT = 2_000
_CAST_BEFORE = {
    field.name: lru_cache(8_000)(partial(as_leaves, field))
    for field in FIELDS
    if field.type is Type.OBJECT
}
"""The leaves of short texts that came lately: identities last longer than a batch."""


def _types(field: Field) -> list[pa.DataType]:
    plain = [arrow_type(kind) for kind in _COLUMN_TYPES[field.name]]
    if field.type is not Type.OBJECT:
        return plain
    return [POINTING if kind == pa.string() else kind for kind in plain]


class Cast(NamedTuple):
    """The columns of a field, and the rows whose value they cannot hold."""

    columns: list[pa.Array]
    odd: Sequence[int] = ()


def cast(field: Field, values: Sequence[Any]) -> Cast:
    """Cast a field of many records, as ``record`` gives them."""
    if field.type in (Type.TEXT, Type.TIME):
        return Cast([pa.array(values, pa.string())])
    if field.type is Type.BOOLEAN:
        booleans = [as_boolean(value) for value in values]
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
        return pa.array([as_text(value) for value in values], pa.string())
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
    cast_before, kinds = _CAST_BEFORE[field.name], _COLUMN_TYPES[field.name]
    leaves = zip(
        *(
            cast_before(text) if len(text) < _SHORT else as_leaves(field, text)
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
    lists = [as_resources(text) for text in texts]
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
    """Return whether an object or a list is expected and something else is there."""
    is_list = field.type is Type.RESOURCES
    if text[:1] == (b"[" if is_list else b"{") or as_text(text) is None:
        return False
    return (as_resources if is_list else as_object)(text) is None
