"""What kind of answer a query gives: a list of what it reads, or a summary."""

from functools import lru_cache

from sqlglot import exp

from trailkit.dialect.functions import AGGREGATES
from trailkit.dialect.grammar import parse
from trailkit.dialect.relations import ancestors, own_cte


@lru_cache(maxsize=256)
def lists(sql: str) -> bool:
    """Return whether a query may give a row for each row that it reads.

    A summary does not, nor does a query with a ``limit``; both are short.

    >>> lists("select time, count(*) over () as n from events where action = 'x'")
    True
    >>> lists("select action, count(*) as n from events group by action")
    False
    """
    return _lists(parse(sql))


def _lists(query: exp.Expr) -> bool:
    if isinstance(query, exp.Subquery):
        return not query.args.get("limit") and _lists(query.this)
    if isinstance(query, exp.SetOperation):
        sides = (query.left, query.right)
        return not query.args.get("limit") and any(map(_lists, sides))
    shortened = any(query.args.get(part) for part in ("group", "limit", "distinct"))
    if not isinstance(query, exp.Select) or shortened or _adds_up(query):
        return False
    return any(map(_source_lists, _sources(query)))


def _sources(select: exp.Select) -> list[exp.Expr]:
    places = [select.args.get("from_"), *(select.args.get("joins") or [])]
    return [place.this for place in places if place is not None]


def _source_lists(source: exp.Expr) -> bool:
    """Return whether a SELECT reads much: a relation is long, a summary of it not."""
    if isinstance(source, exp.Table):
        cte = own_cte(source)
        return cte is None or cte in ancestors(source) or _lists(cte.this)
    return isinstance(source, exp.Subquery) and _lists(source)


def _adds_up(select: exp.Select) -> bool:
    """Return whether a SELECT makes one row of all: an aggregate without a window."""
    return any(
        call.name.lower() in AGGREGATES
        and call.find_ancestor(exp.Window) is None
        and call.find_ancestor(exp.Select) is select
        for shown in select.expressions
        for call in shown.find_all(exp.Anonymous)
    )
