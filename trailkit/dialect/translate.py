"""Write the DuckDB form of a checked Athena query.

Only syntax changes here: lambdas, subscripts, casts, JSON paths, and the few functions
whose DuckDB name or shape differs. What a function means is in ``macros.sql``.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

from sqlglot import exp

from trailkit.dialect.bound import Bound, is_one
from trailkit.dialect.check import check
from trailkit.dialect.functions import DATE_FORMAT, PARTS_OF_TIME
from trailkit.dialect.grammar import parse
from trailkit.dialect.jsonpath import json_pointer
from trailkit.dialect.networks import unroll_networks, with_value
from trailkit.dialect.relations import output_name
from trailkit.dialect.rules import arguments_of, has_no_order
from trailkit.dialect.spreading import spread_in_passing
from trailkit.errors import UnsupportedSQL


def to_duckdb(sql: str) -> str:
    """Write a query in Athena SQL for DuckDB, to the same meaning.

    The connection must have run ``settings()`` and ``macros()``. Raises
    ``NotOneSelect`` and ``UnsupportedSQL`` where ``check`` does.

    >>> print(to_duckdb("select transform(a, x -> x + 1) as next from t"))
    SELECT LIST_TRANSFORM("a", LAMBDA "x" : "x" + 1) AS "next" FROM "t"
    """
    if isinstance(sql, Bound) and (form := _of_shape(sql.shape)):
        filled = sql.filled(form)
        if filled is not None:
            return filled
    return _translated(str(sql))


def _of_shape(shape: str) -> str | None:
    """Translate a shape; None where it depends on a value."""
    try:
        return _translated(shape)
    except UnsupportedSQL:
        return None


@lru_cache(maxsize=256)
def _translated(sql: str) -> str:
    check(sql)
    tree = parse(sql).copy()
    _name_columns(tree)
    unroll_networks(tree)
    spread_in_passing(tree)
    return _duckdb_form(tree).sql(dialect="duckdb", identify=True, comments=False)


def macros() -> list[str]:
    """Return the CREATE MACRO statements that carry Trino's meaning into DuckDB."""
    text = files("trailkit.dialect").joinpath("macros.sql").read_text(encoding="utf-8")
    return [statement for statement in text.split(";\n") if statement.strip()]


def settings() -> list[str]:
    """Return the SET statements under which DuckDB counts and sorts as Trino does.

    They are global: a cursor of the connection does not have its local settings.
    """
    return [
        "set global integer_division = true",
        "set global error_on_division_by_zero = true",
        "set global default_null_order = 'nulls_last'",
        "set global default_order = 'asc'",
        "set global TimeZone = 'UTC'",
    ]


def _duckdb_form(tree: exp.Expr) -> exp.Expr:
    """Rewrite from the leaves up, so that a form may hold rewritten parts."""
    for node in reversed(list(tree.walk(bfs=True))):
        form = _FORMS.get(type(node))
        if form is not None:
            changed = form(node)
            if changed is not node:
                node.replace(changed)
    return tree


def _name_columns(tree: exp.Expr) -> None:
    """Name the columns of the answer that have no name, as Trino does."""
    while isinstance(tree, exp.SetOperation | exp.Subquery):
        tree = tree.this
    items = tree.expressions if isinstance(tree, exp.Select) else []
    for place, item in enumerate(items):
        if not item.is_star and not output_name(item):
            item.replace(exp.alias_(item.copy(), f"_col{place}"))


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _call_form(call: exp.Expr) -> exp.Expr:
    form = _CALLS.get(call.name.lower())
    return call if form is None else form(call)


def _renamed(name: str) -> Callable[[exp.Expr], exp.Expr]:
    return lambda call: _call(name, *call.expressions)


def _match(wanted: bool, *, negated: bool) -> Callable[[exp.Expr], exp.Expr]:
    """Write any_match and its kind: is true, or false, among the lambda's answers?

    Of a list of one text any_match is what the lambda says of it: that is quicker.
    """

    def form(call: exp.Expr) -> exp.Expr:
        one = _only_text(call.expressions[0])
        if one and wanted and not negated:
            lambda_ = call.expressions[1]
            return with_value(lambda_.this, lambda_.expressions[0].name, one)
        answers = _call("list_transform", *call.expressions)
        found = _call("contains", answers, exp.Boolean(this=wanted))
        return exp.Paren(this=exp.Not(this=found)) if negated else found

    return form


def _only_text(items: exp.Expr) -> exp.Expr | None:
    if not isinstance(items, exp.Array) or len(items.expressions) != 1:
        return None
    item = items.expressions[0]
    return item if item.is_string and is_one(item.name) else None


def _concat(call: exp.Expr) -> exp.Expr:
    """Trino's concat of a null is null; DuckDB's skips it, and its || does not."""
    chain, *rest = call.expressions
    for part in rest:
        chain = exp.DPipe(this=chain, expression=part)
    return exp.Paren(this=chain)


def _if(call: exp.Expr) -> exp.Expr:
    condition, *values = call.expressions
    case = exp.Case(ifs=[exp.If(this=condition, true=values[0])])
    if len(values) == 2:
        case.set("default", values[1])
    return case


def _date_format(call: exp.Expr) -> exp.Expr:
    time, form = call.expressions
    letters = re.sub("%.", lambda found: DATE_FORMAT[found[0]], form.name)
    return _call("strftime", time, exp.Literal.string(letters))


def _count_if(call: exp.Expr) -> exp.Expr:
    """DuckDB's own gives null for no rows, and a hugeint."""
    one = exp.If(this=call.expressions[0], true=exp.Literal.number(1))
    return _call("count", exp.Case(ifs=[one]))


def _with_pointer(call: exp.Expr) -> exp.Expr:
    json, path = call.expressions
    pointer = exp.Literal.string(json_pointer(path.name))
    return _call(call.name, json, pointer)


def _element_at(call: exp.Expr) -> exp.Expr:
    """Tell a map from a list by its key, which is a text: a list has places."""
    of_map = call.expressions[1].is_string
    return _call("map_extract_value", *call.expressions) if of_map else call


def _map_filter(call: exp.Expr) -> exp.Expr:
    """Write ``(key, value) -> …`` as a lambda over the list of a map's entries."""
    entries, lambda_ = _call("map_entries", call.expressions[0]), call.expressions[1]
    entry, body = exp.to_identifier("entry"), lambda_.this
    for parameter, part in zip(lambda_.expressions, ("key", "value"), strict=True):
        value = exp.Dot(this=entry.copy(), expression=exp.to_identifier(part))
        body = with_value(body, parameter.name, value)
    of_entry = exp.Lambda(this=body, expressions=[entry])
    return _call("map_from_entries", _call("list_filter", entries, of_entry))


def _array_distinct(call: exp.Expr) -> exp.Expr:
    """Look each element up in a table, where it need not stay where it was first."""
    return _call("trino_distinct", *call.expressions) if has_no_order(call) else call


def _contains(call: exp.Expr) -> exp.Expr:
    """Write ``in`` for a list of literals: DuckDB looks a value up, and not along.

    In a lambda it does not, and its own function goes along the list in half the time.
    """
    items, value = call.expressions
    listed = isinstance(items, exp.Array) and items.expressions
    if not listed or call.find_ancestor(exp.Lambda):
        return call
    texts = [each.this if isinstance(each, exp.Cast) else each for each in listed]
    if not all(isinstance(each, exp.Literal) for each in texts):
        return call
    return exp.Paren(this=exp.In(this=exp.Paren(this=value), expressions=listed))


def _subscript(node: exp.Expr) -> exp.Expr:
    return _call("trino_subscript", node.this, *node.expressions)


def _cast(node: exp.Expr) -> exp.Expr:
    value, to = node.this, node.args["to"]
    if to.this is exp.DType.IPADDRESS:
        strict = not isinstance(node, exp.TryCast)
        return _call("trino_address" if strict else "trino_try_address", value)
    if isinstance(value, exp.Null) or (value.is_string and _TIME.fullmatch(value.name)):
        return node
    if value.name.lower() in ("from_iso8601_timestamp", "from_unixtime"):
        return value  # its macro gives a plain timestamp
    if to.this is exp.DType.ARRAY:
        return _cast_array(node)
    if to.this is exp.DType.JSON:
        return _call("to_json", value)
    reader = _READERS.get(to.this)
    if reader is None:
        return node
    read = _call(reader, value)
    if isinstance(node, exp.TryCast) or to.this is exp.DType.VARCHAR:
        return read
    refused = exp.Cast(this=_call("trino_refused", value.copy()), to=to.copy())
    return exp.Coalesce(this=read, expressions=[refused])


def _to_date(call: exp.Expr) -> exp.Expr:
    [value] = call.expressions
    return _cast(exp.Cast(this=value, to=exp.DataType(this=exp.DType.DATE)))


def _extract(node: exp.Expr) -> exp.Expr:
    part = PARTS_OF_TIME[node.name.lower()]
    return exp.Extract(this=exp.Var(this=part), expression=node.expression)


def _listagg(node: exp.Expr) -> exp.Expr:
    """Write ``listagg(x, ', ') within group (order by x)``."""
    value, *separator = arguments_of(node.this)
    if isinstance(node.this.expressions[0], exp.Distinct):
        value = exp.Distinct(expressions=[value])
    last = separator[0] if separator else exp.Literal.string("")
    order = exp.Order(this=last, expressions=node.expression.expressions)
    return _call("string_agg", value, order)


def _type(node: exp.Expr) -> exp.Expr:
    """DuckDB knows one kind of interval, and keeps to the microsecond by itself."""
    if isinstance(node.this, exp.Interval):
        return exp.DataType(this=exp.DType.INTERVAL)
    if node.this is exp.DType.TIMESTAMP:
        node.set("expressions", None)
    return node


def _cast_array(node: exp.Expr) -> exp.Expr:
    """Read a JSON list as text or as JSON; other arrays are cast as they are."""
    reader = _LISTS.get(node.args["to"].expressions[0].this)
    if reader is None:
        return node
    read = _call(reader, node.this)
    if isinstance(node, exp.TryCast):
        return read
    refused = _call("trino_refused_list", node.this.copy())
    return exp.Coalesce(this=read, expressions=[refused])


_TIME = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?")
"""A literal that every engine reads alike: it needs no reader of ours."""

_LISTS = {exp.DType.VARCHAR: "trino_texts", exp.DType.JSON: "trino_elements"}

_READERS = {
    exp.DType.VARCHAR: "trino_varchar",
    exp.DType.BIGINT: "trino_try_bigint",
    exp.DType.INT: "trino_try_integer",
    exp.DType.DOUBLE: "trino_try_double",
    exp.DType.BOOLEAN: "trino_try_boolean",
    exp.DType.TIMESTAMP: "trino_try_timestamp",
    exp.DType.DATE: "trino_try_date",
}

_CALLS: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "array_distinct": _array_distinct,
    "all_match": _match(False, negated=True),
    "any_match": _match(True, negated=False),
    "concat": _concat,
    "contains": _contains,
    "count_if": _count_if,
    "date": _to_date,
    "day_of_month": _renamed("day"),
    "day_of_year": _renamed("dayofyear"),
    "element_at": _element_at,
    "every": _renamed("bool_and"),
    "date_format": _date_format,
    "filter": _renamed("list_filter"),
    "if": _if,
    "json_extract": _with_pointer,
    "json_extract_scalar": _with_pointer,
    "map_filter": _map_filter,
    "max_by": _renamed("arg_max_null"),
    "min_by": _renamed("arg_min_null"),
    "none_match": _match(True, negated=True),
    "substring": _renamed("substr"),
    "transform": _renamed("list_transform"),
}

_FORMS: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Anonymous: _call_form,
    exp.AtTimeZone: lambda node: node.this,
    exp.Bracket: _subscript,
    exp.Cast: _cast,
    exp.DataType: _type,
    exp.Extract: _extract,
    exp.TryCast: _cast,
    exp.WithinGroup: _listagg,
}
