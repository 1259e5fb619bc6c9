"""Records rebuilt from copies that lost their form: tables, and other keys.

Athena, Glue and Snowflake write keys in lower case, exports write a column for each
field, downloads of the console have headings of their own. Each value is put back
under the key that AWS uses; what has no such key stays where it is.
"""

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Raw

from trailkit.record import COLUMNS, FIELDS, Field, Type
from trailkit.store.unpack import Broken, Skipped

RESPELT = "Rebuilt from a copy with other keys: what the copy lacks is missing."

_WHOLE = ("cloudtrailevent", "eventdata", "eventjson", "message", "raw")
"""Columns that hold a whole record as text, by their plain names."""

_OTHER_NAMES = {
    "username": ("userIdentity", "userName"),
    "accesskey": ("userIdentity", "accessKeyId"),
    "awsaccesskey": ("userIdentity", "accessKeyId"),
    "accesskeyid": ("userIdentity", "accessKeyId"),
    "region": ("awsRegion",),
    "sourceip": ("sourceIPAddress",),
    "awseventid": ("eventID",),
    "timegenerated": ("eventTime",),
}

_Paths = dict[str, tuple[str, ...]]


def _plain(name: str) -> str:
    """Return a key without its spelling.

    >>> _plain("Source IP address"), _plain("useridentity.arn")
    ('sourceipaddress', 'useridentityarn')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


_PATHS: _Paths = {
    **_OTHER_NAMES,
    **{_plain("".join(column.path)): column.path for column in COLUMNS},
    **{_plain(column.name): column.path for column in COLUMNS},
    **{_plain(field.name): (field.name,) for field in FIELDS},
    "eventid": ("eventID",),  # aggregated events spell it in another way
}
_MARKS = {"eventname", "eventid"}
_BESIDE = {"eventsource", "eventtime", "eventversion", "useridentity", "awsregion"}

_object = msgspec.json.Decoder(dict[str, Raw])


def respelt(text: Raw) -> Raw | None:
    """Rebuild a record from an object whose keys are spelt otherwise; None for others.

    >>> bytes(respelt(Raw(b'{"eventname": "GetObject", "eventsource": "s3"}')))
    b'{"eventName":"GetObject","eventSource":"s3"}'
    """
    members = _object.decode(text)
    names = {_plain(key) for key in members}
    if not names & _MARKS or not names & _BESIDE:
        return None
    return _rebuilt(members.items())


def _rebuilt(members: Iterable[tuple[str, Raw]]) -> Raw:
    record: dict[str, Any] = {}
    for key, value in members:
        path = _PATHS.get(_plain(key), (key,))
        below = record
        for name in path[:-1]:
            inner = below.setdefault(name, {})
            below = inner if isinstance(inner, dict) else record
        field = _FIELDS.get(path[0]) if len(path) == 1 else None
        if path[-1] in below:
            below = record
            path = (key,)
        below[path[-1]] = _inner(field, value) if field else value
    return Raw(msgspec.json.encode(record))


_FIELDS = {field.name: field for field in FIELDS if field.type is Type.OBJECT}


def _inner(field: Field, value: Raw) -> Any:
    """Respell the keys of an object that has a known form."""
    written = bytes(value)
    if written[:1] == b'"':
        written = msgspec.json.decode(written).encode()
    try:
        members = _object.decode(written)
    except msgspec.DecodeError:
        return value
    names = {_plain(each.name): each for each in field.fields}
    result: dict[str, Any] = {}
    for key, below in members.items():
        known = names.get(_plain(key))
        name = known.name if known and known.name not in result else key
        is_object = known is not None and known.type is Type.OBJECT
        result[name] = _inner(known, below) if known and is_object else below
    return result


def from_csv(text: bytes) -> bytes | None:
    """Turn a table with headings into JSON, a record a line; None if it is not a table.

    >>> from_csv(b"Event name,Event source\\nGetObject,s3.amazonaws.com\\n")
    b'{"eventName":"GetObject","eventSource":"s3.amazonaws.com"}'
    """
    decoded = text.decode(errors="replace")
    heading, _, below = decoded.partition("\n")
    if below.lstrip()[:1] in ("{", "["):
        return None  # JSON behind a label: in a table it would stand in quotes
    delimiter = max(",;\t", key=heading.count)
    rows = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter)
    try:
        # The limit is the whole process's: others rely on what it was.
        csv.field_size_limit(max(csv.field_size_limit(), len(decoded)))
        names, first = next(rows, []), next(rows, [])
        if not _is_table(names) and not any(map(_is_whole, first)):
            return None
        rows = itertools.chain([first], rows)
        lines = [_line(dict(zip(names, row, strict=False))) for row in rows if row]
    except csv.Error as error:
        raise Broken(f"Malformed table: {error}.") from error
    return b"\n".join(lines)


def from_parquet(received: bytes) -> bytes:
    """Turn a Parquet file into JSON, a record a line; raise Skipped for others."""
    try:
        table = pq.ParquetFile(pa.BufferReader(received))
        if not _is_table(table.schema_arrow.names) and not _has_whole(table):
            raise Skipped("A Parquet file without CloudTrail's columns.")
        batches = table.iter_batches(1_000)
        lines = [_line(row) for batch in batches for row in batch.to_pylist()]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Broken(f"Broken Parquet file: {error}.") from error
    return b"\n".join(lines)


def _has_whole(table: pq.ParquetFile) -> bool:
    """Return whether the first row of a Parquet file holds a whole record."""
    first = next(table.iter_batches(1), None)
    rows = first.to_pylist() if first is not None else []
    return any(_is_whole(cell) for row in rows for cell in row.values())


def _is_whole(cell: Any) -> bool:
    """Return whether a cell holds a whole record as text, whatever its heading."""
    marks = ('"eventName"', '"eventSource"')
    is_object = isinstance(cell, str) and cell.lstrip().startswith("{")
    return is_object and all(mark in cell for mark in marks)


def _is_table(names: list[str]) -> bool:
    plain = {_plain(name) for name in names}
    return holds_whole_records(names) or bool(plain & _MARKS and plain & _BESIDE)


def holds_whole_records(names: list[str]) -> bool:
    """Return whether a table has a column of whole records."""
    return not {_plain(name) for name in names}.isdisjoint(_WHOLE)


def _line(row: dict[str, Any]) -> bytes:
    """Write a row as a record: the whole record that it holds, or one of its cells."""
    named = {_plain(name) for name in row}
    is_of_columns = bool(named & _MARKS and named & _BESIDE)
    for name, cell in row.items():
        if _plain(name) in _WHOLE or (_is_whole(cell) and not is_of_columns):
            whole = _as_json(str(cell))
            if bytes(whole)[:1] == b"{":
                return b" ".join(bytes(whole).split(b"\n"))
    members = ((name, _cell(name, cell)) for name, cell in _cells(row))
    return bytes(_rebuilt(members))


def _cells(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, cell) for name, cell in row.items() if cell not in (None, "", "-"))


def _cell(name: str, cell: Any) -> Raw:
    if isinstance(cell, str):
        path = _PATHS.get(_plain(name), (name,))
        is_text = path[-1] in _TEXTS
        return Raw(msgspec.json.encode(cell)) if is_text else _as_json(cell)
    return Raw(json.dumps(cell, default=str).encode())


_TEXTS = {column.path[-1] for column in COLUMNS if column.type is Type.TEXT}


def _as_json(cell: str) -> Raw:
    """Take a cell that holds an object or a list as such, and others as text."""
    if cell.lstrip()[:1] in ("{", "["):
        try:
            return msgspec.json.decode(cell, type=Raw)
        except msgspec.DecodeError:
            pass
    return Raw(msgspec.json.encode(cell))
