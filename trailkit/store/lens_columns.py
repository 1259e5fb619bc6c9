"""Work out the columns of the lens that a store keeps beside its records."""

from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa
from pyarrow.compute import SetLookupOptions, call_function

from trailkit import dialect
from trailkit.engines.interruptible import interruptible
from trailkit.lens import kept
from trailkit.progress import Say

_PIECE = 5_000
"""Rows that a thread of DuckDB takes at a time."""

_MEMORY = "512MB"


class LensColumns:
    """A DuckDB that works out the columns, for one part of a table after the other."""

    def __init__(self, spill: Path, say: Say) -> None:
        """Open it; ``say`` is told what it is doing."""
        self._say = say
        self._connection = duckdb.connect(
            config={"memory_limit": _MEMORY, "temp_directory": str(spill)}
        )
        for statement in (*dialect.settings(), *dialect.macros()):
            self._connection.execute(statement)
        self._select = _select()

    def __enter__(self) -> "LensColumns":
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

    def beside(self, rows: pa.Table) -> pa.Table:
        """Return records with the columns beside them."""
        added = interruptible(
            lambda: self._work_out(rows), self._connection, self._look
        )
        # DuckDB's threads hand over their pieces in any order.
        found = SetLookupOptions(added["record_id"].combine_chunks())
        places = call_function("index_in", [rows["record_id"]], found)
        added = added.take(places)
        for field in added.schema:
            if field.name != "record_id":
                rows = rows.append_column(*_typed(field, added[field.name]))
        return rows

    def _work_out(self, rows: pa.Table) -> pa.Table:
        read = rows.select(["record_id", *kept.below()])
        batches = read.to_batches(max_chunksize=_PIECE)
        pieces = pa.Table.from_batches(batches, read.schema)
        self._connection.register("records", pieces)
        try:
            return self._connection.sql(self._select).to_arrow_table()
        finally:
            self._connection.unregister("records")

    def _look(self) -> None:
        self._say("Working out actors, outcomes and sessions")


def _typed(field: pa.Field, column: pa.ChunkedArray) -> tuple[pa.Field, pa.Array]:
    """Return the key the type of a UUID: 16 bytes, which DuckDB takes as a number."""
    if field.name != kept.KEY:
        return field, column
    key = pa.ExtensionArray.from_storage(
        pa.uuid(), column.cast(pa.binary(16)).combine_chunks()
    )
    return pa.field(kept.KEY, pa.uuid()), key


def _select() -> str:
    """Write the DuckDB SELECT; each record's id stands beside what is worked out."""
    named = [f'"{name}" as {beside}' for name, beside in kept.names().items()]
    key = f'unhex(md5("{kept.ACTION}")) as {kept.KEY}'
    lens = dialect.to_duckdb(kept.select())
    return f"select record_id, {', '.join([*named, key])} from ({lens})"
