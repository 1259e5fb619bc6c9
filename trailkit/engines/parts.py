"""Tables of any length put together anew, in parts of so many rows."""

import time
from collections.abc import Iterable, Iterator

import pyarrow as pa


def of_rows(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Return tables again in parts of so many rows; the last has what is left.

    Tables without rows give one part without rows, for the sake of its columns.

    >>> tables = [pa.table({"n": [1, 2, 3]}), pa.table({"n": [4, 5]})]
    >>> [part["n"].to_pylist() for part in of_rows(tables, 2)]
    [[1, 2], [3, 4], [5]]
    """
    waiting, given = list[pa.Table](), False
    for table in tables:
        joined = pa.concat_tables([*waiting, table])
        whole = joined.num_rows - joined.num_rows % rows
        for start in range(0, whole, rows):
            yield joined.slice(start, rows)
            given = True
        waiting = [joined.slice(whole)]
    if waiting and (waiting[0].num_rows or not given):
        yield waiting[0]


def timed(parts: Iterable[pa.Table]) -> Iterator[tuple[pa.Table, float]]:
    """Yield each part with the seconds waited for it and for those before."""
    waited, started = 0.0, time.monotonic()
    for part in parts:
        waited += time.monotonic() - started
        yield part, round(waited, 3)
        started = time.monotonic()
