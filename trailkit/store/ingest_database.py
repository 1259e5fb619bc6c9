"""The DuckDB in which an ingest does its joins and sorts, in bounded memory."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from trailkit.engines.interruptible import interruptible
from trailkit.progress import Say

MEMORY = "256MB"
"""What DuckDB may hold in memory; the rest of its work lies on the disk."""

_Result = TypeVar("_Result")

_THREADS = 4


class IngestDatabase:
    """An in-memory DuckDB that spills into a folder, and that Ctrl-C stops."""

    def __init__(self, spill: Path, say: Say) -> None:
        """Open it; ``say`` is told what it is doing."""
        self._say = say
        self._connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": min(_THREADS, os.cpu_count() or 1),
                "temp_directory": str(spill),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
            }
        )

    def __enter__(self) -> "IngestDatabase":
        """Use it, and close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self._connection.close()

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table a relation."""
        # In the thread as well: here, DuckDB would take Ctrl-C for itself.
        self._do(lambda: self._connection.register(name, table), doing="Sorting")

    def run(
        self, sql: str, parameters: Sequence[object] = (), doing: str = "Sorting"
    ) -> list[tuple[Any, ...]]:
        """Run statements, and return the rows of the last."""
        return self._do(
            lambda: self._connection.execute(sql, list(parameters)).fetchall(), doing
        )

    def count(self, relation: str) -> int:
        """Count the rows of a relation."""
        return int(self.run(f"select count(*) from {relation}", doing="Counting")[0][0])

    def arrow(self, sql: str, doing: str) -> pa.Table:
        """Run a SELECT, and return its rows as an Arrow table."""
        return self._do(lambda: self._connection.sql(sql).to_arrow_table(), doing)

    def _do(self, work: Callable[[], _Result], doing: str) -> _Result:
        return interruptible(work, self._connection, lambda: self._say(doing))
