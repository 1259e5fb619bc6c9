"""The values that a query requires of a column: no other row can be in its answer."""

from collections.abc import Collection
from functools import lru_cache

from sqlglot import exp

from trailkit.dialect.grammar import parse
from trailkit.dialect.relations import own_cte


@lru_cache(maxsize=1_000)
def required_values(
    sql: str, relation: str, columns: tuple[str, ...]
) -> frozenset[str] | None:
    """Return the texts of which each row of a relation must have one in these columns.

    None where some row may have any. What a WHERE joins by AND and OR counts.

    >>> required_values(
    ...     "select action from events where service in ('iam', 'sts') and mfa_used",
    ...     "events",
    ...     ("service", "family"),
    ... ) == {"iam", "sts"}
    True
    """
    found: set[str] = set()
    read = [
        table.find_ancestor(exp.Select)
        for table in parse(sql).find_all(exp.Table)
        if table.name == relation and own_cte(table) is None
    ]
    for select in read:
        where = select.args.get("where") if select else None
        values = _required(where.this, columns) if where else None
        if values is None:
            return None
        found |= values
    return frozenset(found) if read else None


def _required(condition: exp.Expr, columns: Collection[str]) -> set[str] | None:
    """Return what one of the columns must be where a condition holds."""
    part = condition.unnest()
    if isinstance(part, exp.And):
        both = _required(part.right, columns), _required(part.left, columns)
        known = [values for values in both if values is not None]
        return min(known, key=len, default=None)
    if isinstance(part, exp.Or):
        left, right = _required(part.left, columns), _required(part.right, columns)
        return None if left is None or right is None else left | right
    return _values(part, columns)


def _values(part: exp.Expr, columns: Collection[str]) -> set[str] | None:
    """Return the literals that a condition compares one of the columns with."""
    column = part.this if isinstance(part, exp.EQ | exp.In) else None
    if not isinstance(column, exp.Column) or column.name not in columns:
        return None
    compared = [part.expression] if isinstance(part, exp.EQ) else part.expressions
    if not compared or not all(_is_text(each) for each in compared):
        return None
    return {each.name for each in compared}


def _is_text(value: exp.Expr) -> bool:
    return isinstance(value, exp.Literal) and value.is_string
