"""What may stand beside ``group by``: what is grouped by, and counts over the rows."""

from collections.abc import Iterator

from sqlglot import exp

from trailkit.dialect.functions import AGGREGATES
from trailkit.dialect.sources import KnownNames
from trailkit.errors import UnsupportedSQL


def is_aggregated(select: exp.Select) -> bool:
    """Return whether a SELECT makes one row of many, with or without ``group by``."""
    if select.args.get("group") or select.args.get("having"):
        return True
    return any(_aggregates(part, select) for part in _parts(select))


def _aggregates(part: exp.Expr, select: exp.Select) -> bool:
    return any(
        _is_aggregate(call) and call.find_ancestor(exp.Select) is select
        for call in part.find_all(exp.Anonymous)
    )


def check_groups(select: exp.Select, groups: list[exp.Expr], names: KnownNames) -> None:
    """Refuse a column that is neither grouped by nor inside an aggregate."""
    if any(each.is_star and not _is_call(each) for each in select.expressions):
        raise UnsupportedSQL(
            "A * stands in no SELECT that counts over rows: name the columns, and the"
            " same ones in group by."
        )
    by = {_key(each, names) for each in groups}
    for part in _parts(select):
        _check(part, by, names)


def _parts(select: exp.Select) -> Iterator[exp.Expr]:
    for item in select.expressions:
        yield item.unalias()
    if having := select.args.get("having"):
        yield having.this
    shown = {each.alias_or_name.lower() for each in select.expressions}
    order = select.args.get("order")
    for item in order.expressions if order else []:
        named = isinstance(item.this, exp.Column) and item.this.name.lower() in shown
        if not (named or item.this.is_number):
            yield item.this


def _check(node: exp.Expr, by: set[str], names: KnownNames) -> None:
    if _key(node, names) in by or _is_aggregate(node):
        return
    if isinstance(node, exp.Filter | exp.WithinGroup) and _is_aggregate(_call(node)):
        return
    if isinstance(node, exp.Query | exp.Subquery):
        return
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
        found = names.find(node)
        if found is not None and found[1] is names:
            raise UnsupportedSQL(
                f"{node.sql()} is neither in group by nor counted over the rows: add"
                f" it to group by, or write max({node.sql()}) or count(distinct"
                f" {node.sql()})."
            )
    for child in node.iter_expressions():
        _check(child, by, names)


def _is_call(item: exp.Expr) -> bool:
    return isinstance(item.unalias(), exp.Anonymous | exp.Filter | exp.Window)


def _call(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Filter | exp.WithinGroup):
        node = node.this
    return node


def _is_aggregate(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Anonymous) or node.name.lower() not in AGGREGATES:
        return False
    return not _is_windowed(node)


def _is_windowed(node: exp.Expr) -> bool:
    """Return whether a call counts over a window, which keeps the rows."""
    around = node.parent
    while isinstance(around, exp.Filter | exp.WithinGroup):
        node, around = around, around.parent
    return isinstance(around, exp.Window) and around.this is node


def _key(node: exp.Expr, names: KnownNames) -> str:
    """Write an expression so that the same one is the same text, however spelt."""

    def spelt(each: exp.Expr) -> exp.Expr:
        if not isinstance(each, exp.Column) or isinstance(each.this, exp.Star):
            return each
        found = names.find(each)
        return exp.column(each.name.lower(), found[0].strip() if found else None)

    return node.copy().transform(spelt).sql(dialect="trino", comments=False)
