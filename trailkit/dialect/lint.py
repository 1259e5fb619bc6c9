"""What a question of the library keeps to beyond the dialect.

A question is asked again and again, over logs that no one has seen: what would do for
an ad hoc query may end it, or give other columns, on the next log.
"""

from sqlglot import exp

from trailkit.dialect.grammar import parse, place
from trailkit.errors import UnsupportedSQL

_JSON = {"json_extract", "json_extract_scalar"}


def check_habits(sql: str) -> None:
    """Refuse ``select *``, and calls that end the query over text they cannot read.

    >>> check_habits("select cast(json_extract_scalar(request, '$.n') as bigint) as n")
    Traceback (most recent call last):
    trailkit.errors.UnsupportedSQL: A log may hold anything there: write try_cast(…).
    """
    tree = parse(sql)
    for node in tree.find_all(exp.Star, exp.Cast, exp.Anonymous):
        reason = _reason(node)
        if reason is not None:
            raise UnsupportedSQL(f"{place(node, sql)}{reason}")


def order_columns(sql: str) -> list[str]:
    """Return the names in a query's ``order by``; what is not a bare name gives "".

    >>> order_columns("select a, b from t order by a desc, lower(b)")
    ['a', '']
    """
    order = parse(sql).args.get("order")
    items = [item.this for item in order.expressions] if order else []
    return [
        item.name if isinstance(item, exp.Column) and not item.table else ""
        for item in items
    ]


def _reason(node: exp.Expr) -> str | None:
    if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Anonymous):
        return "Name the columns: a question has no select *."
    if type(node) is exp.Cast and _reads_json(node.this):
        return "A log may hold anything there: write try_cast(…)."
    if node.name.lower() == "url_decode" and _outer(node) != "try":
        return "A log may hold anything there: write try(url_decode(…))."
    return None


def _reads_json(node: exp.Expr) -> bool:
    return any(call.name.lower() in _JSON for call in node.find_all(exp.Anonymous))


def _outer(node: exp.Expr) -> str:
    return node.parent.name.lower() if isinstance(node.parent, exp.Anonymous) else ""
