"""From an engine's answer to the one pandas frame that every engine gives.

Text is pandas ``str``, whole numbers ``Int64``, others ``float64``, truth values
``boolean``, times ``datetime64[us, UTC]``. Nothing else makes a frame of an answer.
"""

import pandas as pd
import pyarrow as pa

from trailkit.engines import Answer
from trailkit.errors import UnsupportedSQL

_ARROW = {
    "varchar": pa.large_string(),
    "bigint": pa.int64(),
    "integer": pa.int64(),
    "smallint": pa.int64(),
    "tinyint": pa.int64(),
    "double": pa.float64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.timestamp("us", tz="UTC"),
}
"""The Arrow type of each Athena type that a frame can hold."""

_PANDAS = {
    pa.large_string(): pd.StringDtype(na_value=float("nan")),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def to_frame(answer: Answer) -> pd.DataFrame:
    """Make the frame of an answer.

    Raises UnsupportedSQL for a column whose type is not a plain one.

    >>> table = pa.table({"events": pa.array([3, None]), "actor": ["root", ""]})
    >>> to_frame(Answer(table, {"events": "bigint", "actor": "varchar"})).dtypes
    events    Int64
    actor       str
    dtype: object
    """
    names = answer.table.column_names
    columns = [_column(answer, place) for place in range(len(names))]
    return pa.table(columns, names).to_pandas(types_mapper=_PANDAS.get)


def _column(answer: Answer, place: int) -> pa.ChunkedArray:
    name, column = answer.table.column_names[place], answer.table.column(place)
    target = _ARROW.get(base_type(answer.types[name]))
    if target is None:
        raise UnsupportedSQL(
            f'Column "{name}" has type {answer.types[name]}, which a frame does not '
            "hold. Select its scalar fields, or join a list to text: "
            f"array_join({name}, ', ')."
        )
    if pa.types.is_timestamp(target):
        return _in_utc(column)
    return column.cast(target)


def _in_utc(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Mark wall-clock times as the UTC that they are."""
    return column.cast(pa.timestamp("us"), safe=False).cast(
        pa.timestamp("us", tz="UTC")
    )


def base_type(athena_type: str) -> str:
    """Return an Athena type without its length or precision.

    >>> base_type("timestamp(3)"), base_type("VARCHAR(12)"), base_type("decimal(38,0)")
    ('timestamp', 'varchar', 'bigint')
    """
    name = athena_type.lower().replace(" ", "")
    # DuckDB sums whole numbers as decimals or 128-bit numbers; Athena as bigint.
    if name in ("decimal(38,0)", "hugeint"):
        return "bigint"
    return name.partition("(")[0]
