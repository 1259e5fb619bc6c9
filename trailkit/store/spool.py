"""Rows laid down on the disk, to be taken up again in any order.

They lie in Arrow streams, which are mapped into memory and not read: so there may be
more of them than memory. A column may be a dictionary column, with another dictionary
in each batch.
"""

import mmap
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa


class Pile:
    """A file that takes batches of rows, one upon the other."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Begin the file."""
        self._schema = schema
        self._writer = pa.ipc.new_stream(path, schema)

    def __enter__(self) -> "Pile":
        """Write to it, and close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it; what lies in it can be read from now on."""
        self._writer.close()

    def write(self, batch: pa.Table) -> None:
        """Lay down the columns of the pile."""
        columns = [_as(batch[field.name], field.type) for field in self._schema]
        self._writer.write_table(pa.table(columns, self._schema))


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if pa.types.is_dictionary(kind):
        return column.dictionary_encode()
    return column.cast(kind)


class Shelf:
    """The rows of some piles, one after the other, numbered from zero."""

    def __init__(self, piles: Iterable[Path], schema: pa.Schema) -> None:
        """Map the files of the piles."""
        self._mapped = [_map(path) for path in piles]
        self._batches = [
            batch
            for mapped in self._mapped
            for batch in pa.ipc.open_stream(pa.py_buffer(mapped))
        ]
        self._firsts = np.cumsum([0, *(batch.num_rows for batch in self._batches)])
        self.table = pa.Table.from_batches(self._batches, schema)

    def take(self, rows: pa.ChunkedArray) -> pa.Table:
        """Take up rows by their number, in the order of the numbers given.

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
            # What was touched counts as ours until the system is told that it is not.
            for mapped in self._mapped:
                mapped.madvise(mmap.MADV_DONTNEED)
        return pa.Table.from_batches(taken).take(pa.array(np.argsort(order)))


def _map(path: Path) -> mmap.mmap:
    with path.open("rb") as written:
        return mmap.mmap(written.fileno(), 0, access=mmap.ACCESS_READ)
