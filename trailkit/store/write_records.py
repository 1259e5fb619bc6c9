"""Write the new records, sorted by time, from where they were laid down.

The rows are long, and most of a row is text that sorting need not touch. So DuckDB
sorts the times alone, and the rows are gathered in that order.
"""

from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trailkit.progress import Say
from trailkit.store.batches import TEXTS
from trailkit.store.ingest_database import Workshop
from trailkit.store.parquet_tables import COMPRESSION, REPEATED, ROW_GROUP, SCHEMAS
from trailkit.store.staging import Staged
from trailkit.store.write_behind import Behind

_SCHEMA = pa.schema(
    [
        TEXTS.field(field.name) if field.name in TEXTS.names else field
        for field in SCHEMAS["records"]
    ]
)
"""The columns of records; those that were laid down stay in the form they have."""


def write_records(workshop: Workshop, staged: Staged, path: Path, say: Say) -> None:
    """Write the relation ``new_records`` with all columns of its arrivals."""
    added = workshop.arrow(
        "select * from new_records order by event_time, record_id", doing="Sorting"
    )
    with _open(path) as written, Behind() as behind:
        for first in range(0, added.num_rows, ROW_GROUP):
            rows = _gather(added.slice(first, ROW_GROUP), staged)
            behind.do(partial(written.write_table, rows))
            say(f"Writing: {first:,} of {added.num_rows:,} records")


def _open(path: Path) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path,
        _SCHEMA,
        compression=COMPRESSION,
        use_dictionary=REPEATED,  # pyright: ignore[reportArgumentType]
        # Who reads it with Arrow shall see texts, however they were written.
        store_schema=False,
    )


def _gather(added: pa.Table, staged: Staged) -> pa.Table:
    rows = staged.texts.take(added["arrival"])
    files = staged.files.take(added["file_number"])
    given: dict[str, pa.ChunkedArray] = {}
    for table in (files, rows, added):
        given |= dict(zip(table.column_names, table.columns, strict=True))
    return pa.table([given[name] for name in _SCHEMA.names], _SCHEMA)
