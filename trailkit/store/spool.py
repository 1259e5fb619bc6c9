"""The spool: records on the disk in the order of reading, to be read in any order.

A spool is two Arrow streams. They are mapped into memory and not read, so there may be
more of them than memory. A column may be a dictionary column, with another dictionary
in each batch.
"""

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa

from trailkit.store.batches import KEYS, TEXTS, RecordBatches, Remark
from trailkit.store.reader import Reading, read_all, split_records
from trailkit.store.walk import Found


class SpoolFile:
    """A file to which batches of rows are appended."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Create the file."""
        self._schema = schema
        self._writer = pa.ipc.new_stream(path, schema)

    def __enter__(self) -> "SpoolFile":
        """Return the file, which is closed at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file; its rows can be read from now on."""
        self._writer.close()

    def write(self, batch: pa.Table) -> None:
        """Append the columns of the file's schema."""
        columns = [_as(batch[field.name], field.type) for field in self._schema]
        self._writer.write_table(pa.table(columns, self._schema))


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if pa.types.is_dictionary(kind):
        return column.dictionary_encode()
    return column.cast(kind)


class SpooledRows:
    """The rows of several spool files, one after the other, numbered from zero."""

    def __init__(self, paths: Iterable[Path], schema: pa.Schema) -> None:
        """Map the files into memory."""
        self._mapped = [_map(path) for path in paths]
        self._batches = [
            batch
            for mapped in self._mapped
            for batch in pa.ipc.open_stream(pa.py_buffer(mapped))
        ]
        self._firsts = np.cumsum([0, *(batch.num_rows for batch in self._batches)])
        self.table = pa.Table.from_batches(self._batches, schema)

    def take(self, rows: pa.ChunkedArray) -> pa.Table:
        """Return rows by number, in the order of the numbers.

        Batch by batch: Arrow would join all batches first.
        """
        numbers = rows.to_numpy()
        order = np.argsort(numbers)
        ends = np.searchsorted(numbers[order], self._firsts)
        taken = [
            batch.take(pa.array(numbers[order[begin:end]] - first))
            for batch, first, begin, end in zip(
                self._batches, self._firsts, ends, ends[1:], strict=False
            )
            if begin < end
        ]
        if hasattr(mmap, "MADV_DONTNEED"):
            # Pages that were read count as ours until the system is told otherwise.
            for mapped in self._mapped:
                mapped.madvise(mmap.MADV_DONTNEED)
        return pa.Table.from_batches(taken).take(pa.array(np.argsort(order)))


def _map(path: Path) -> mmap.mmap:
    with path.open("rb") as written:
        return mmap.mmap(written.fileno(), 0, access=mmap.ACCESS_READ)


@dataclass(frozen=True, slots=True)
class Spooled:
    """What one process wrote: where, from which files, with what remarks.

    Files count from zero, in the order of ``readings``.
    """

    keys: Path
    texts: Path
    readings: list[Reading]
    remarks: list[Remark]


class Spool:
    """Two files of records in a folder: their short columns, and all others."""

    def __init__(self, work: Path, name: str, limit: int) -> None:
        """Create the files; a log is unpacked up to ``limit`` bytes."""
        self._limit = limit
        self._batches = RecordBatches()
        self.spooled = Spooled(
            work / f"{name}-keys.arrows",
            work / f"{name}-texts.arrows",
            [],
            self._batches.remarks,
        )
        self._spool_files = (
            SpoolFile(self.spooled.keys, KEYS),
            SpoolFile(self.spooled.texts, TEXTS),
        )

    @property
    def count(self) -> int:
        """The records that were written, except the last few thousand."""
        return self._batches.count

    def __enter__(self) -> "Spool":
        """Return the spool, whose files are whole at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write the rest, and close the files."""
        keys, texts = self._spool_files
        with keys, texts:
            if error is None:
                self._write(self._batches.rest())

    def read(self, files: Iterable[Found]) -> int:
        """Read files in their order; return the number of their records."""
        records = 0
        for reading in read_all(files, self._limit):
            items = split_records(reading)
            reading.records = len(items.texts)
            self._write(self._batches.add(len(self.spooled.readings), items))
            self.spooled.readings.append(reading)
            records += reading.records
        return records

    def _write(self, batches: Iterable[pa.Table]) -> None:
        for batch in batches:
            for file in self._spool_files:
                file.write(batch)
