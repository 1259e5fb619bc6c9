"""The four tables of a store, and the type of each column.

* records: one row for each distinct record, with the place of its first delivery
* places: one row for each delivery of a record
* files: one row for each file of the evidence, read or not
* problems: what could not be read, and remarks on what was
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trailkit.record import PLACE, Type, relation_columns

RESOURCE = pa.struct(
    [(name, pa.string()) for name in ("arn", "account_id", "type")],
)
"""An item of the column ``resources``."""

COMPRESSION = "zstd"
ROW_GROUP = 30_000
"""Records that are read together: a window of an hour should need few of them."""

UNIQUE = ("event_id", "request_id", "shared_event_id")
"""Texts that hardly come twice: a dictionary of them would only cost."""

_ARROW = {
    Type.BOOLEAN: pa.bool_(),
    Type.TIME: pa.timestamp("us"),
    Type.RESOURCES: pa.list_(RESOURCE),
}
PLACE_COLUMNS = [
    pa.field(name, pa.date32() if kind == "date" else pa.string())
    for name, kind in PLACE.items()
]
"""The day of delivery, the folder's account and region, the log file."""

SCHEMAS = {
    "records": pa.schema(
        [("record_id", pa.int64()), ("kind", pa.string())]
        + [
            (name, _ARROW.get(kind, pa.string()))
            for name, kind in relation_columns().items()
        ]
        + PLACE_COLUMNS
    ),
    "places": pa.schema(
        [
            ("record_id", pa.int64()),
            ("position", pa.int32()),
            ("content", pa.binary()),
            *PLACE_COLUMNS,
        ]
    ),
    "files": pa.schema(
        [
            ("file", pa.string()),
            ("archive", pa.string()),
            ("size", pa.int64()),
            ("modified", pa.timestamp("us")),
            ("sha256", pa.string()),
            ("sha256_unpacked", pa.string()),
            ("records", pa.int64()),
            ("status", pa.string()),
            ("reason", pa.string()),
        ]
    ),
    "problems": pa.schema(
        [
            ("file", pa.string()),
            ("position", pa.int32()),
            ("reason", pa.string()),
            ("lost", pa.bool_()),
        ]
    ),
}


REPEATED = [
    *(
        name
        for name, kind in relation_columns().items()
        if kind is Type.TEXT and name not in UNIQUE
    ),
    *(f"resources.list.element.{each.name}" for each in RESOURCE),
    "kind",
    *PLACE,
]
"""The columns of records whose values repeat, as Parquet names them."""


def write_empty(folder: Path, number: int) -> dict[str, list[str]]:
    """Write a Parquet file without rows for each table; gives their names."""
    names = {table: part_name(table, number) for table in SCHEMAS}
    for table, schema in SCHEMAS.items():
        pq.write_table(schema.empty_table(), folder / names[table])
    return {table: [name] for table, name in names.items()}


def part_name(table: str, number: int) -> str:
    """Name a Parquet file of a table; no number comes twice in a store."""
    return f"{table}-{number:06d}.parquet"
