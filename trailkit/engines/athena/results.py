"""From the files and rows that Athena returns to one Arrow table.

Values are read as text first: Athena's CSV tells null (an empty field) from an empty
text (``""``), which PyAthena's pandas paths do not keep, and holds line breaks inside
values, which its S3FSCursor turns into plain ones. Then each column is cast by the name
of its Athena type.
"""

import io
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from trailkit.engines import ARROW_TYPES
from trailkit.engines.athena.csv_blocks import whole_rows
from trailkit.engines.athena.figures import Figures

# Athena's rows are 32 MB at most; pyarrow wants each inside one block.
_BLOCK_BYTES = 64 * 1024**2

_SHOWN = 200
"""So many characters of a wrong first line are shown."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result: its name, and Athena's name for its type."""

    name: str
    type: str


def columns(description: Iterable[Sequence[Any]]) -> list[ResultColumn]:
    """Read the columns from PyAthena's description of a result."""
    return [
        ResultColumn(name, _type_name(kind, precision, scale))
        for name, kind, _, _, precision, scale, _ in description
    ]


def _type_name(kind: str, precision: int, scale: int) -> str:
    """Write a type as SQL does; the API says float for real, and splits decimals."""
    match kind:
        case "decimal":
            return f"decimal({precision},{scale})"
        case "float":
            return "real"
        case _:
            return kind


def from_csv(
    content: bytes, described: Sequence[ResultColumn], header: bool = True
) -> pa.Table:
    """Read Athena's CSV, or a piece of it that is not the first.

    >>> column = ResultColumn("actor", "varchar")
    >>> from_csv(b'"actor"\\n""\\n\\n', [column])["actor"].to_pylist()
    ['', None]
    """
    if content.count(b'"') % 2:
        raise _Malformed("a value has no end")
    places = [str(place) for place in range(len(described))]
    texts = csv.read_csv(
        io.BytesIO(content),
        csv.ReadOptions(
            column_names=places,
            block_size=_BLOCK_BYTES,
        ),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return _typed(_below_header(texts, described) if header else texts, described)


def from_blocks(
    blocks: Iterable[bytes], described: Sequence[ResultColumn], held: Figures
) -> Iterator[pa.Table]:
    """Read Athena's CSV block by block."""
    pieces = enumerate(whole_rows(blocks))
    while True:
        with readable(held):
            number, piece = next(pieces, (-1, b""))
            if number < 0:
                return
            table = from_csv(piece, described, header=number == 0)
        yield table


@contextmanager
def readable(held: Figures) -> Generator[None]:
    """Turn what cannot be read as results of these columns into ResultsChanged.

    pyarrow raises an OSError for some files that are no Parquet.
    """
    try:
        yield
    except (pa.ArrowException, _Malformed, OSError) as error:
        raise held.changed(f"they cannot be read ({error})") from error


class _Malformed(Exception):
    """A file is not a CSV of these columns."""


def _below_header(texts: pa.Table, described: Sequence[ResultColumn]) -> pa.Table:
    """Take off the first row, which must name the columns."""
    first = texts.slice(0, 1).to_pylist()
    named = list(first[0].values()) if first else []
    if named != [column.name for column in described]:
        raise _Malformed(f"their first line is {str(named)[:_SHOWN]}")
    return texts.slice(1)


def from_rows(rows: Sequence[Any], described: Sequence[ResultColumn]) -> pa.Table:
    """Make the table of rows of text."""
    values = zip(*rows, strict=True) if rows else ([] for _ in described)
    arrays = [pa.array(list(column), pa.string()) for column in values]
    return _typed(
        pa.table(arrays, [str(place) for place in range(len(arrays))]), described
    )


def from_parquet(parts: Iterable[bytes]) -> tuple[pa.Table, list[ResultColumn]] | None:
    """Join the Parquet files of an UNLOAD, and name the types of their columns."""
    tables = [pq.read_table(io.BytesIO(part)) for part in parts]
    if not tables:
        return None
    table = pa.concat_tables(tables)
    described = [
        ResultColumn(field.name, _athena_type(field.type)) for field in table.schema
    ]
    cast = [
        column.cast(ARROW_TYPES.get(each.type, column.type), safe=False)
        for column, each in zip(table.columns, described, strict=True)
    ]
    return pa.table(cast, table.column_names), described


def _typed(texts: pa.Table, described: Sequence[ResultColumn]) -> pa.Table:
    typed = [
        column.cast(ARROW_TYPES.get(each.type, pa.string()))
        for column, each in zip(texts.columns, described, strict=True)
    ]
    return pa.table(typed, [column.name for column in described])


def _athena_type(kind: pa.DataType) -> str:
    simple = {
        "string": "varchar",
        "large_string": "varchar",
        "int64": "bigint",
        "int32": "integer",
        "int16": "smallint",
        "int8": "tinyint",
        "double": "double",
        "float": "real",
        "bool": "boolean",
    }
    if pa.types.is_timestamp(kind):
        return "timestamp"
    if pa.types.is_date(kind):
        return "date"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    return simple.get(str(kind), str(kind))
