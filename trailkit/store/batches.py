"""Collect records as they are read, and return them column by column.

A row is one record in one file. Its columns are those of ``records`` with times
still as text, and the number of its file, its position there, counted from 1, and the
hash of its content.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import repeat
from typing import Any, NamedTuple

import pyarrow as pa
from msgspec import Raw, structs
from pyarrow.compute import call_function

from trailkit.record import FIELDS, Type, relation_columns
from trailkit.store import casting
from trailkit.store.casting import NAMES, POINTING, NoRecord, arrow_type
from trailkit.store.casting import cast as columns_of
from trailkit.store.envelopes import Items
from trailkit.store.manifest import REPEATED

ROWS = 4096
"""Records after which a batch is full: their objects stay in the processor's cache."""

BYTES = 1 << 25
"""Bytes of JSON in a batch: a column stays far below the two gigabytes of Arrow's."""

_PIECE = 256
"""Records that are cast together, at most: a file may hold a million."""

_HASH = pa.binary(16)

_COLUMNS = {name: arrow_type(kind) for name, kind in relation_columns().items()}
_NUMBERS = {
    "file_number": pa.int32(),
    "position": pa.int32(),
    "content": _HASH,
}
_TIMES = [name for name, kind in relation_columns().items() if kind is Type.TIME]
_COMPARED = ["event_id", "event_type", "event_category", *_TIMES]

KEYS = pa.schema(_NUMBERS | {name: _COLUMNS[name] for name in _COMPARED})
"""The short columns, by which records are told apart and sorted."""

TEXTS = pa.schema(
    {
        name: POINTING if name in REPEATED else kind
        for name, kind in _COLUMNS.items()
        if name not in _TIMES
    }
)
"""The columns that a record keeps as they are."""


OUTER_TIME = "No event time; shown is the time of @timestamp or of the wrapper."
SHORT_ACCOUNT = "An account id lost the zeros in front: they were put back."

_ACCOUNTS = [name for name in _COLUMNS if name.endswith("account_id")]
_SHORT_ACCOUNT = re.compile(r"[0-9]{8,12}(?:\.0)?")
_ACCOUNT_DIGITS = 12


class Remark(NamedTuple):
    """Something to know about a record, or why it is none (then it is ``lost``)."""

    file_number: int
    position: int
    reason: str
    lost: bool


class RecordBatches:
    """The records of some files, until there are enough for a batch."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        self.remarks: list[Remark] = []
        self._clear()

    def _clear(self) -> None:
        self._records: list[Any] = []
        self._texts: list[Raw] = []
        self._files: list[int] = []
        self._positions: list[int] = []
        self._bytes = 0

    def add(self, file_number: int, items: Items) -> Iterator[pa.Table]:
        """Add the records of a file, and return the batches that are full.

        What is not a record becomes a remark.
        """
        for first in range(0, len(items.texts), _PIECE):
            texts = items.texts[first : first + _PIECE]
            indices = range(first, first + len(texts))
            records = None if items.problems else casting.records(texts)
            if records is None:
                self._add_one_by_one(file_number, items, indices)
            else:
                self._keep(file_number, records, texts, indices)
            if len(self._records) >= ROWS or self._bytes > BYTES:
                yield from self.rest()
        for index, reason in items.remarks.items():
            self._remark(file_number, index, reason, lost=False)

    def _add_one_by_one(self, file_number: int, items: Items, indices: range) -> None:
        for index in indices:
            text = items.texts[index]
            try:
                if index in items.problems:
                    raise NoRecord(items.problems[index])
                record = casting.record(text)
            except NoRecord as reason:
                self._remark(file_number, index, str(reason), lost=True)
                continue
            if not record.eventTime:
                record.eventTime = record.timestamp or items.times.get(index)
                if record.eventTime:
                    self._remark(file_number, index, OUTER_TIME, lost=False)
            self._keep(file_number, [record], [text], [index])

    def _keep(
        self,
        file_number: int,
        records: Sequence[Any],
        texts: Sequence[Raw],
        indices: Sequence[int],
    ) -> None:
        self._records += records
        self._texts += texts
        self._files += repeat(file_number, len(records))
        self._positions += [index + 1 for index in indices]
        self._bytes += sum(map(len, texts))

    def rest(self) -> Iterator[pa.Table]:
        """Return the records that make no full batch, if there are any."""
        if self._records:
            yield self._table()

    def _remark(self, file_number: int, index: int, reason: str, lost: bool) -> None:
        self.remarks.append(Remark(file_number, index + 1, reason, lost))

    def _remark_row(self, row: int, reason: str) -> None:
        self._remark(self._files[row], self._positions[row] - 1, reason, lost=False)

    def _table(self) -> pa.Table:
        self.count += len(self._records)
        columns: dict[str, pa.Array] = {
            "file_number": pa.array(self._files, pa.int32()),
            "position": pa.array(self._positions, pa.int32()),
            "content": _hashes(self._texts),
        }
        members = zip(*map(structs.astuple, self._records), strict=True)
        for field, values in zip(FIELDS, members, strict=False):
            cast = columns_of(field, values)
            for name, column in zip(NAMES[field.name], cast.columns, strict=True):
                columns[name] = _either(columns.get(name), column)
            for row in cast.odd:
                self._remark_row(row, f"{field.name} is not what AWS writes there.")
        for name in _ACCOUNTS:
            columns[name], padded = with_zeros(columns[name])
            for row in padded:
                self._remark_row(row, SHORT_ACCOUNT)
        self._clear()
        return pa.table(columns)


def with_zeros(column: pa.Array) -> tuple[pa.Array, list[int]]:
    """Pad account ids that became numbers; return the rows where that was done.

    >>> with_zeros(pa.array(["11222233334", "anonymous"]))[0].to_pylist()
    ['011222233334', 'anonymous']
    """
    distinct = column.dictionary if pa.types.is_dictionary(column.type) else column
    lengths = call_function("utf8_length", [distinct])
    bounds = call_function("min_max", [lengths]).as_py()
    if set(bounds.values()) <= {None, _ACCOUNT_DIGITS}:
        return column, []
    texts = column.to_pylist()
    padded = [_with_zeros(text) for text in texts]
    pairs = zip(texts, padded, strict=True)
    rows = [row for row, (text, now) in enumerate(pairs) if text != now]
    return (pa.array(padded, pa.string()) if rows else column), rows


def _with_zeros(text: str | None) -> str | None:
    if text is None or not _SHORT_ACCOUNT.fullmatch(text):
        return text
    return text.removesuffix(".0").zfill(_ACCOUNT_DIGITS)


def _either(first: pa.Array | None, second: pa.Array) -> pa.Array:
    """Join two fields with one column: the event id has two spellings."""
    if first is None:
        return second
    return call_function("coalesce", [first, second])


def _hashes(texts: Sequence[Raw]) -> pa.Array:
    """Return half of each text's SHA-256: enough to make no two alike."""
    halves = b"".join([sha256(text).digest()[:16] for text in texts])
    return pa.Array.from_buffers(_HASH, len(texts), [None, pa.py_buffer(halves)])
