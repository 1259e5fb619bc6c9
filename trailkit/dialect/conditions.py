"""What a query asks of each row of a relation: its WHERE, as far as that is alone."""

from collections.abc import Collection, Iterator

from sqlglot import exp

from trailkit.dialect.grammar import AthenaSQL, parse
from trailkit.dialect.relations import conjuncts, relation_tables


def row_condition(sql: str, relation: str, columns: Collection[str]) -> str | None:
    """Return the condition that a row of a relation must meet to be of any use.

    It is about the relation's own ``columns`` alone. None where the query may need
    every row.

    >>> row_condition("select a from t as x where x.a = 1 and b > 2", "t", ["a", "b"])
    '((a = 1) and (b > 2))'
    >>> row_condition("select count(*) as n from t", "t", ["a"]) is None
    True
    """
    tables = relation_tables(parse(sql))
    reads = [each for each in tables if each.name.lower() == relation]
    found = [" and ".join(_of_table(each, columns)) for each in reads]
    return " or ".join(f"({each})" for each in found) if found and all(found) else None


def _of_table(table: exp.Table, columns: Collection[str]) -> Iterator[str]:
    """Write the conditions, each of which all rows must meet, that are its alone."""
    reader = table.parent and table.parent.parent
    if not isinstance(reader, exp.Select) or not (where := reader.args.get("where")):
        return
    joins: list[exp.Join] = reader.args.get("joins") or []
    if any(each.side for each in joins):  # an outer join gives rows of its own
        return
    for part in conjuncts(where.this):
        if _is_alone(part, table, columns, bool(joins)):
            yield _bare(part)


def _is_alone(
    part: exp.Expr, table: exp.Table, columns: Collection[str], joined: bool
) -> bool:
    """Return whether a condition reads nothing but the columns of the relation."""
    if part.find(exp.Query):
        return False
    mine = (table.alias_or_name.lower(),) if joined else ("", table.alias_or_name)
    read = [each for each in part.find_all(exp.Column) if not _in_lambda(each)]
    return bool(read) and all(
        each.table.lower() in mine and each.name.lower() in columns for each in read
    )


def _in_lambda(column: exp.Column) -> bool:
    """Return whether a name is that of a lambda's own parameter."""
    above = column.find_ancestor(exp.Lambda)
    while above:
        if column.parts[0].name in [each.name for each in above.expressions]:
            return True
        above = above.find_ancestor(exp.Lambda)
    return False


def _bare(part: exp.Expr) -> str:
    """Write a condition without the relation's other name."""
    copy = part.copy()
    for column in copy.find_all(exp.Column):
        if not _in_lambda(column):
            column.set("table", None)
    text = copy.sql(dialect=AthenaSQL, normalize_functions=False, comments=False)
    return f"({text})"
