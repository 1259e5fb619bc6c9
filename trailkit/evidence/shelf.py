"""Rows laid down on the disk, to be taken up again in any order."""

import mmap
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa


class Shelf:
    """An Arrow file: write batches to it, close it, then take rows from it.

    It is mapped into memory and not read, so that it may be larger than the memory.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Begin the file."""
        self._path = path
        self._names = schema.names
        self._writer = pa.ipc.new_file(path, schema)

    def __enter__(self) -> "Shelf":
        """Write to it, and close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it; what is on it can be read from now on."""
        self._writer.close()
        with self._path.open("rb") as written:
            self._mapping = mmap.mmap(written.fileno(), 0, access=mmap.ACCESS_READ)
        file = pa.ipc.open_file(pa.py_buffer(self._mapping))
        self._batches = [file.get_batch(n) for n in range(file.num_record_batches)]
        self._firsts = np.cumsum([0, *(batch.num_rows for batch in self._batches)])
        self.table = pa.Table.from_batches(self._batches, file.schema)

    def write(self, batch: pa.Table) -> None:
        """Lay down the columns of the shelf."""
        self._writer.write_table(batch.select(self._names))

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
            self._mapping.madvise(mmap.MADV_DONTNEED)
        return pa.Table.from_batches(taken).take(pa.array(np.argsort(order)))
