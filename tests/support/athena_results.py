"""The result files that Athena writes: CSV in its own form, Parquet by UNLOAD.

Athena User Guide, "Working with query results": every value stands in quotes, a quote
is doubled, a null is an empty field without quotes, an empty text is ``""``.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

ATHENA_TYPES = {
    "VARCHAR": "varchar",
    '"NULL"': "varchar",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "bigint",
    "FLOAT": "float",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
}
"""Athena's name for DuckDB's simple types. DuckDB sums whole numbers as HUGEINT."""

PARQUET_PARTS = 3


@dataclass(frozen=True)
class Rows:
    """What a statement gave: names, Athena types, rows, and the same in Arrow."""

    names: list[str]
    types: list[str]
    values: list[tuple[Any, ...]]
    table: pa.Table

    @classmethod
    def of(cls, relation: duckdb.DuckDBPyRelation) -> "Rows":
        """Read a DuckDB result."""
        types = [_athena_type(str(kind)) for kind in relation.types]
        table = relation.to_arrow_table()
        values = [tuple(row.values()) for row in _unique(table).to_pylist()]
        return cls(list(relation.columns), types, values, table)

    def texts(self) -> list[list[str | None]]:
        """Return each value as Athena writes it; a null stays None."""
        return [[as_text(value) for value in row] for row in self.values]

    def column_info(self) -> list[dict[str, Any]]:
        """Describe the columns as GetQueryResults does."""
        return [
            {
                "CatalogName": "hive",
                "SchemaName": "",
                "TableName": "",
                "Name": name,
                "Label": name,
                "Type": kind.partition("(")[0],
                "Precision": 38 if kind.startswith("decimal") else 0,
                "Scale": int(kind[:-1].split(",")[1]) if "," in kind else 0,
                "Nullable": "UNKNOWN",
                "CaseSensitive": kind == "varchar",
            }
            for name, kind in zip(self.names, self.types, strict=True)
        ]


def _unique(table: pa.Table) -> pa.Table:
    return table.rename_columns([str(place) for place in range(table.num_columns)])


def _athena_type(duckdb_type: str) -> str:
    if duckdb_type.endswith("[]"):
        return "array"
    if duckdb_type.startswith("STRUCT"):
        return "row"
    if duckdb_type.startswith("DECIMAL(38,0)"):
        return "bigint"
    return ATHENA_TYPES.get(duckdb_type, duckdb_type.lower())


def as_text(value: Any) -> str | None:
    """Write a value as Athena does; None for null."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return _java_double(value)
        case datetime():
            zone = " UTC" if value.tzinfo else ""
            return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}{zone}"
        case date() | int() | Decimal():
            return str(value)
        case list():
            return "[" + ", ".join(as_text(item) or "null" for item in value) + "]"
        case dict():
            fields = (f"{name}={as_text(item)}" for name, item in value.items())
            return "{" + ", ".join(fields) + "}"
        case _:
            return str(value)


def _java_double(value: float) -> str:
    """Write 0.001 to 10,000,000 plainly, the rest as 1.0E10, as Java does."""
    if value != value or value in (float("inf"), float("-inf")):
        return "NaN" if value != value else f"{'-' if value < 0 else ''}Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    digits, exponent = f"{Decimal(repr(value)).normalize():E}".split("E")
    return f"{digits if '.' in digits else digits + '.0'}E{int(exponent)}"


def to_csv(rows: Rows) -> bytes:
    """Write Athena's CSV, with its header."""
    lines = [_csv_line(rows.names), *map(_csv_line, rows.texts())]
    return "".join(lines).encode()


def _csv_line(texts: Sequence[str | None]) -> str:
    fields = (
        "" if text is None else '"' + text.replace('"', '""') + '"' for text in texts
    )
    return ",".join(fields) + "\n"


def to_parquet(rows: Rows) -> list[bytes]:
    """Write the parts of an UNLOAD: in no order, and none for no rows."""
    table = rows.table.cast(pa.schema(map(_stored, rows.table.schema)))
    parts = [
        table.take(pa.array(range(n, len(table), PARQUET_PARTS), pa.int64()))
        for n in range(PARQUET_PARTS)
    ]
    return [_parquet(part) for part in reversed(parts) if len(part)]


def _stored(field: pa.Field) -> pa.Field:
    """Store sums as bigint and times in milliseconds, as Athena does."""
    if pa.types.is_decimal(field.type) and field.type.scale == 0:
        return field.with_type(pa.int64())
    if pa.types.is_timestamp(field.type):
        return field.with_type(pa.timestamp("ms"))
    if pa.types.is_null(field.type):
        return field.with_type(pa.string())
    return field


def _parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, use_deprecated_int96_timestamps=True)
    return file.getvalue()


def hive_type(kind: pa.DataType) -> str:
    """Write an Arrow type as Glue does."""
    if pa.types.is_struct(kind):
        fields = (f"{field.name.lower()}:{hive_type(field.type)}" for field in kind)
        return f"struct<{','.join(fields)}>"
    if pa.types.is_list(kind):
        return f"array<{hive_type(kind.value_type)}>"
    if pa.types.is_map(kind):
        return f"map<{hive_type(kind.key_type)},{hive_type(kind.item_type)}>"
    simple = {"int64": "bigint", "int32": "int", "bool": "boolean", "double": "double"}
    if pa.types.is_timestamp(kind):
        return "timestamp"
    return simple.get(str(kind), "string")
