"""Spread an array over rows without working out twice what holds it.

For ``cross join unnest(…)`` over a column DuckDB works out everything below the join
twice: once for the rows, once for the arrays that it spreads. An ``unnest`` among the
columns of a SELECT it does in passing. Both leave out the rows whose array is empty.
"""

from collections.abc import Iterator

from sqlglot import exp

from trailkit.dialect.relations import output_name


def spread_in_passing(tree: exp.Expr) -> None:
    """Move each ``unnest`` that stands alone beside a table into a SELECT from it."""
    for select in list(tree.find_all(exp.Select)):
        from_, joins = select.args.get("from_"), select.args.get("joins") or []
        if from_ is None or len(joins) != 1 or joins[0].args.get("kind") != "CROSS":
            continue
        table, unnest = from_.this, joins[0].this
        if not isinstance(table, exp.Table) or not isinstance(unnest, exp.Unnest):
            continue
        named = list(_named(select, unnest))
        bare = not all(column.table for column in named)
        if _is_plain(select, table, unnest) and not (bare and _may_hold(table, unnest)):
            _move(select, table, unnest, named)


def _is_plain(select: exp.Select, table: exp.Table, unnest: exp.Unnest) -> bool:
    return (
        not table.alias_column_names
        and not unnest.args.get("offset")
        and unnest.find(exp.Column) is not None
        and not any(each.is_star for each in select.expressions)
        and not any(part.find(exp.Query) for part in _parts(select))
    )


def _parts(select: exp.Select) -> Iterator[exp.Expr]:
    """Return all that a SELECT is made of, but for the WITH in front of it."""
    for name, value in select.args.items():
        if name != "with_":
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, exp.Expr):
                    yield part


def _named(select: exp.Select, unnest: exp.Unnest) -> Iterator[exp.Column]:
    """Return each mention of what is spread; an order may name an output instead."""
    alias, [name] = unnest.alias.lower(), unnest.alias_column_names
    shown = {output_name(each).lower() for each in select.expressions}
    for part in _parts(select):
        for column in part.find_all(exp.Column):
            if column.name.lower() != name.lower():
                continue
            ordered = isinstance(column.parent, exp.Ordered) and name.lower() in shown
            if column.table.lower() == alias or not (column.table or ordered):
                yield column


def _may_hold(table: exp.Table, unnest: exp.Unnest) -> bool:
    """Return whether the table may have a column of the same name."""
    [name] = unnest.alias_column_names
    root = table.root()
    for cte in root.find_all(exp.CTE):
        if cte.alias.lower() == table.name.lower() and isinstance(cte.this, exp.Select):
            items = cte.this.expressions
            shown = {output_name(each).lower() for each in items}
            return any(each.is_star for each in items) or name.lower() in shown
    return True


def _move(
    select: exp.Select, table: exp.Table, unnest: exp.Unnest, named: list[exp.Column]
) -> None:
    # No column of the lens is called so: it has a dot.
    spread = exp.to_identifier(
        f"{unnest.alias}.{unnest.alias_column_names[0]}", quoted=True
    )
    source = exp.to_identifier(table.alias_or_name, quoted=True)
    for column in named:
        there = exp.Column(this=spread.copy(), table=source.copy())
        listed = column.parent is select and column.arg_key == "expressions"
        column.replace(exp.alias_(there, column.name) if listed else there)
    array = exp.Unnest(expressions=[unnest.expressions[0].copy()])
    inner = exp.Select(expressions=[exp.Star(), exp.alias_(array, spread)])
    inner.set("from_", exp.From(this=table.copy()))
    select.set("joins", None)
    beside = exp.TableAlias(this=source)
    select.set("from_", exp.From(this=exp.Subquery(this=inner, alias=beside)))
