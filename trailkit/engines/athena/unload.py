"""A question's SELECT as an UNLOAD: results in Parquet, put back in order afterwards.

UNLOAD writes files side by side and keeps no order (Athena User Guide, "UNLOAD"), so
the rows are sorted again by the question's own ``order by``, whose items are output
columns and end in a unique one. Nulls come last in both directions, as in Trino.
"""

import re

import pyarrow as pa
from sqlglot import exp

from trailkit.dialect.grammar import parse
from trailkit.scope import quoted

Order = list[tuple[str, str]]
"""Columns, each with ascending or descending, as Arrow takes them."""


def statement(select: str, target: str) -> str:
    """Write the UNLOAD of a SELECT into a place in S3.

    >>> print(statement("select 1 as one", "s3://results/1/"))
    unload (
    select 1 as one
    ) to 's3://results/1/' with (format = 'PARQUET')
    """
    return f"unload (\n{select}\n) to {quoted(target)} with (format = 'PARQUET')"


def only_types(select: str) -> str:
    """Write a SELECT that gives the columns of another, and scans nothing.

    UNLOAD leaves no file, and so no types, of an answer without rows.
    """
    return f"select * from (\n{select}\n) limit 0"


def order(select: str) -> Order | None:
    """Read the order of a SELECT's rows; an empty one if it has none.

    None means that it cannot be put back (names that are unknown or stand twice, an
    expression, nulls first), or that Parquet does not take a column: one without a
    name or type, JSON, an interval, an address.

    >>> order("select time, event_id from events order by time desc, 2")
    [('time', 'descending'), ('event_id', 'ascending')]
    >>> order("select action from events order by lower(action)") is None
    True
    >>> order("select json_parse(request) as asked from events") is None
    True
    """
    query = parse(select)
    names = query.named_selects
    if "*" in names or "" in names or len(set(names)) < len(names):
        return None
    if any(map(_is_refused, query.selects)):
        return None
    clause = query.args.get("order")
    keys = [_key(item, names) for item in (clause.expressions if clause else [])]
    found = [key for key in keys if key is not None]
    return found if len(found) == len(keys) else None


_REFUSED_TYPES = ("JSON", "INTERVAL", "IPADDRESS", "UUID", "TIME", "TIMETZ")
_REFUSED = re.compile(
    r"(?i)unsupported|not supported|NOT_SUPPORTED|column name not specified"
    r"|COLUMN_TYPE_UNKNOWN|MISSING_COLUMN_NAME|DUPLICATE_COLUMN_NAME"
)


def is_refused(reason: str) -> bool:
    """Return whether Athena refuses to write a result's columns, whatever its rows are.

    (Athena User Guide, "UNLOAD": considerations; "Data types in Athena".)

    >>> is_refused("NOT_SUPPORTED: Unsupported Hive type: json")
    True
    """
    return _REFUSED.search(reason) is not None


def _is_refused(column: exp.Expr) -> bool:
    """Tell a column that Parquet does not take, as far as its text says."""
    value = column.unalias()
    if isinstance(value, exp.Cast | exp.TryCast):
        kind = value.to.sql("athena").upper()
        return kind.startswith(_REFUSED_TYPES) and not kind.startswith("TIMESTAMP")
    if isinstance(value, exp.Anonymous):
        return value.name.lower() in ("json_parse", "json_extract")
    return isinstance(value, exp.Null | exp.Interval)


def _key(item: exp.Ordered, names: list[str]) -> tuple[str, str] | None:
    """Read one item: an output column by name or by number."""
    name, column = None, item.this
    if isinstance(column, exp.Literal) and column.is_int:
        name = names[int(column.name) - 1]
    elif isinstance(column, exp.Column) and not column.table:
        name = column.name
    if name not in names or item.args.get("nulls_first"):
        return None
    return name, "descending" if item.args.get("desc") else "ascending"


def sort(table: pa.Table, keys: Order) -> pa.Table:
    """Put rows in order; nulls last, texts by their code points."""
    return table.sort_by(keys) if keys else table
