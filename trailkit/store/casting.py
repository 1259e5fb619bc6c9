"""Cast one record, exactly: no text is respelt, no odd type becomes null in silence.

Text stays as it is. What is no text where text belongs (a number, a list) stays as its
JSON text, and a string where JSON belongs is that string, as Athena reads it. Null and
missing are null.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from trailkit.record import FIELDS, Field, Type

NOTHING = Raw(b"")
"""What a field holds that a record lacks."""

_TRUTH: dict[bool | str | None, bool] = {
    **dict.fromkeys((True, "true", "True", "TRUE"), True),
    **dict.fromkeys((False, "false", "False", "FALSE"), False),
}


class NoRecord(Exception):
    """The text is no record; the message says why."""


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
