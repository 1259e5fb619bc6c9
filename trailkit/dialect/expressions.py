"""The type of each expression; a value that does not fit is refused as Trino would.

DuckDB is kinder: it reads a text as a time where one is wanted. Athena refuses the
query instead, and so does this, with what to write.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from trailkit.dialect import value_types as kinds
from trailkit.dialect.rules import arguments_of, excerpt
from trailkit.dialect.signatures import SIGNATURES
from trailkit.dialect.sources import KnownNames
from trailkit.dialect.value_types import Type, kind
from trailkit.errors import InvalidWindow, UnsupportedSQL
from trailkit.scope import moment

_WANTED = {
    "t": ("text", "a text", "cast({} as varchar)"),
    "n": ("number", "a number", "try_cast({} as bigint)"),
    "d": ("number", "a number", "try_cast({} as double)"),
    "b": ("boolean", "a condition", "{} = …"),
    "s": ("time", "a time", "timestamp '2026-03-12 00:00:00', or try_cast({} as …)"),
    "a": ("list", "a list", "array[{}]"),
    "j": ("text", "JSON text", "a column such as request"),
}
_ARE = {
    "text": "a text",
    "number": "a number",
    "boolean": "true or false",
    "time": "a time",
    "interval": "a length of time",
    "JSON": "JSON",
    "list": "a list",
    "row": "a row",
    "address": "an address",
}

Asked = Callable[[exp.Query, KnownNames], Type]
"""Return the type of the first column of a query inside an expression."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The types of the expressions of one SELECT, by the names that it can use."""

    names: KnownNames
    asked: Asked

    def of(self, node: exp.Expr) -> Type:
        """Return the type of an expression; raise what Trino would refuse."""
        rule = _RULES.get(type(node))
        if rule is not None:
            return rule(self, node)
        for child in node.iter_expressions():
            self.of(child)
        return None

    def condition(self, node: exp.Expr) -> None:
        """Refuse what is not a condition where one is wanted."""
        if kind(self.of(node)) not in (None, "boolean"):
            raise _not(node, self.of(node), "a condition, such as action = 'X'")

    def same(self, first: exp.Expr, *others: exp.Expr) -> Type:
        """Refuse values that cannot be compared with each other."""
        types = [self.of(each) for each in (first, *others)]
        for other, type in zip(others, types[1:], strict=True):
            if None not in (types[0], type) and kind(types[0]) != kind(type):
                raise _differ(first, types[0], other, type)
        return kinds.common(types)


def _column(typed: Typed, node: exp.Expr) -> Type:
    if isinstance(node.this, exp.Star):
        return None
    return typed.names.type_of(node)  # type: ignore[arg-type]


def _identifier(typed: Typed, node: exp.Expr) -> Type:
    """A bare identifier is the variable of a lambda."""
    return typed.names.variables.get(node.name.lower())


def _literal(typed: Typed, node: exp.Expr) -> Type:
    del typed
    if node.is_string:
        return "varchar"
    return "bigint" if node.name.isdecimal() else "double"


def _comparison(typed: Typed, node: exp.Expr) -> Type:
    typed.same(node.left, node.right)  # type: ignore[attr-defined]
    return "boolean"


def _in(typed: Typed, node: exp.Expr) -> Type:
    if query := node.args.get("query"):
        inner = typed.asked(query.this, typed.names)
        mine = typed.of(node.this)
        if None not in (mine, inner) and kind(mine) != kind(inner):
            raise _differ(node.this, mine, query, inner)
        return "boolean"
    typed.same(node.this, *node.expressions)
    return "boolean"


def _between(typed: Typed, node: exp.Expr) -> Type:
    typed.same(node.this, node.args["low"], node.args["high"])
    return "boolean"


def _logic(typed: Typed, node: exp.Expr) -> Type:
    for child in node.iter_expressions():
        typed.condition(child)
    return "boolean"


def _is(typed: Typed, node: exp.Expr) -> Type:
    typed.of(node.this)
    return "boolean"


def _like(typed: Typed, node: exp.Expr) -> Type:
    for child in (node.this, node.expression):
        _require(typed, child, "t", "like")
    return "boolean"


def _joined_text(typed: Typed, node: exp.Expr) -> Type:
    sides = (node.left, node.right)  # type: ignore[attr-defined]
    types = [typed.of(side) for side in sides]
    if "list" in map(kind, types):
        return next(each for each in types if kind(each) == "list")
    for side in sides:
        _require(typed, side, "t", "||")
    return "varchar"


def _arithmetic(typed: Typed, node: exp.Expr) -> Type:
    left, right = node.left, node.right  # type: ignore[attr-defined]
    types = typed.of(left), typed.of(right)
    found = tuple(map(kind, types))
    if None in found or found == ("number", "number"):
        return kinds.common(types)
    if found in _WITH_TIMES.get(type(node), ()):
        return next((each for each in types if kind(each) == "time"), "interval")
    if found == ("time", "time"):
        raise UnsupportedSQL(
            f"{excerpt(node)}: the engines write a length of time differently. Use"
            f" date_diff('second', {right.sql()}, {left.sql()})."
        )
    if "time" in found:
        raise UnsupportedSQL(
            f"{excerpt(node)}: add a length of time, such as time + interval '1' day."
        )
    wrong = left if kind(types[0]) != "number" else right
    raise _not(wrong, typed.of(wrong), "a number, as arithmetic needs")


_WITH_TIMES: dict[type[exp.Expr], tuple[tuple[str | None, ...], ...]] = {
    exp.Add: (("time", "interval"), ("interval", "time"), ("interval", "interval")),
    exp.Sub: (("time", "interval"), ("interval", "interval")),
    exp.Mul: (("interval", "number"), ("number", "interval")),
    exp.Div: (("interval", "number"),),
}


ADDRESS = (
    "an ipaddress is there to be compared, and is not shown: write the text that it was"
    " made of, such as client_ip."
)


def _cast(typed: Typed, node: exp.Expr) -> Type:
    to = kinds.of_cast(node.args["to"])
    source = kind(typed.of(node.this))
    if source == "address" and kind(to) != "address":
        raise UnsupportedSQL(f"{excerpt(node)}: {ADDRESS}")
    if source == "text" and kind(to) == "list":
        raise UnsupportedSQL(
            f"{excerpt(node)}: Athena makes no list of text. Of JSON text write"
            f" cast(json_extract({node.this.sql(dialect='trino')}, '$') as"
            " array(varchar)), of others split(x, ',')."
        )
    return to


def _case(typed: Typed, node: exp.Expr) -> Type:
    branches: list[exp.Expr] = node.args["ifs"]
    for branch in branches:
        if node.this is None:
            typed.condition(branch.this)
        else:
            typed.same(node.this, branch.this)
    values = [branch.args["true"] for branch in branches]
    values += [node.args["default"]] if node.args.get("default") else []
    return typed.same(*values)


def _bracket(typed: Typed, node: exp.Expr) -> Type:
    type = typed.of(node.this)
    if kind(type) == "text":
        raise UnsupportedSQL(
            f"{excerpt(node)}: {node.this.sql()} is text. Take one value out of JSON"
            f" text with json_extract_scalar({node.this.sql()}, '$.name')."
        )
    return kinds.element(type)


def _dot(typed: Typed, node: exp.Expr) -> Type:
    type = typed.of(node.this)
    if kind(type) == "text":
        raise UnsupportedSQL(
            f"{excerpt(node)}: {node.this.sql()} is text. Take one value out of JSON"
            f" text with json_extract_scalar({node.this.sql()}, '$.name')."
        )
    found = kinds.field(type, node.expression.name)
    if kinds.fields(type) and found is None:
        known = ", ".join(kinds.fields(type))
        raise UnsupportedSQL(
            f"{excerpt(node)}: there is no field {node.expression.name}. There are:"
            f" {known}."
        )
    return found


def _array(typed: Typed, node: exp.Expr) -> Type:
    if not node.expressions:
        return None
    inner = typed.same(*node.expressions)
    return None if inner is None else f"array({inner})"


def _filter(typed: Typed, node: exp.Expr) -> Type:
    typed.condition(node.expression.this)
    return typed.of(node.this)


def _window(typed: Typed, node: exp.Expr) -> Type:
    for part in [*(node.args.get("partition_by") or []), node.args.get("order")]:
        if part is not None:
            typed.of(part)
    return typed.of(node.this)


def _within_group(typed: Typed, node: exp.Expr) -> Type:
    typed.of(node.expression)
    return typed.of(node.this)


def _subquery(typed: Typed, node: exp.Expr) -> Type:
    return typed.asked(node.this, typed.names)


def _exists(typed: Typed, node: exp.Expr) -> Type:
    typed.asked(node.this, typed.names)
    return "boolean"


def _call(typed: Typed, node: exp.Expr) -> Type:
    name = node.name.lower()
    letters, result = SIGNATURES[name]
    arguments = arguments_of(node)
    if letters == "=":
        typed.same(*arguments)
    types: list[Type] = []
    for place, argument in enumerate(arguments):
        if isinstance(argument, exp.Lambda):
            types.append(_lambda(typed, argument, types[0]))
            continue
        letter = letters[min(place, len(letters) - 1)] if letters else "x"
        types.append(_require(typed, argument, letter, f"{name}()"))
    if name == "contains":
        _check_contains(node, types)
    if name == "round" and len(types) == 2:
        _require(typed, arguments[0], "d", "round() to places")
    return _result(typed, result, types, arguments)


def _result(
    typed: Typed, result: str, types: list[Type], arguments: list[exp.Expr]
) -> Type:
    match result:
        case "1" | "2" | "3":
            return types[int(result) - 1]
        case "=":
            return kinds.common(types)
        case "e":
            return kinds.element(types[0])
        case "[1]" | "[l]":
            inner = types[0 if result == "[1]" else 1]
            return None if inner is None else f"array({inner})"
        case "if":
            return typed.same(*arguments[1:])
        case "sum":
            return "double" if types[0] == "double" else types[0] and "bigint"
        case _:
            return result


def _check_contains(node: exp.Expr, types: list[Type]) -> None:
    if kind(types[0]) == "text" and kind(types[1]) == "text":
        # contains(network, address) is the one form with a text in front.
        raise UnsupportedSQL(
            f"{excerpt(node)}: contains() looks into a list. In a text look with"
            f" strpos({', '.join(each.sql() for each in node.expressions)}) > 0."
        )
    inner = kinds.element(types[0])
    if None not in (inner, types[1]) and kind(inner) != kind(types[1]):
        raise _not(
            node.expressions[1],
            types[1],
            f"{_ARE[kind(inner) or 'text']}, as the list's elements are",
        )


def _lambda(typed: Typed, node: exp.Expr, list_type: Type) -> Type:
    variable = node.expressions[0].name.lower()
    inner = kinds.element(list_type)
    variables: Mapping[str, Type] = {**typed.names.variables, variable: inner}
    return replace(typed, names=replace(typed.names, variables=variables)).of(node.this)


def _require(typed: Typed, node: exp.Expr, letter: str, where: str) -> Type:
    """Refuse an argument of another kind than is wanted."""
    type = typed.of(node)
    if letter not in _WANTED or type is None:
        return type
    wanted, words, mend = _WANTED[letter]
    allowed = {"text", "JSON"} if letter == "j" else {wanted}
    if kind(type) not in allowed:
        raise UnsupportedSQL(
            f"{where} takes {words}, and {excerpt(node)} is {_is_a(type)}. Write"
            f" {mend.format(node.sql())}."
        )
    if letter == "d" and type != "double":
        raise UnsupportedSQL(f"{where}: {excerpt(node)} is a whole number already.")
    return type


def _is_a(type: Type) -> str:
    return _ARE.get(kind(type) or "", "something else")


def _not(node: exp.Expr, type: Type, wanted: str) -> UnsupportedSQL:
    return UnsupportedSQL(f"{excerpt(node)} is {_is_a(type)}, not {wanted}.")


def _differ(
    first: exp.Expr, first_type: Type, other: exp.Expr, type: Type
) -> UnsupportedSQL:
    return UnsupportedSQL(
        f"{excerpt(first)} is {_is_a(first_type)}, and {excerpt(other)} is"
        f" {_is_a(type)}: Athena does not compare or mix them."
        f" {_mend(first, first_type, other, type)}"
    )


def _mend(first: exp.Expr, first_type: Type, other: exp.Expr, type: Type) -> str:
    """Return what to write so that two values are of one kind."""
    if kind(first_type) == "text" and first.is_string:
        first, first_type, other, type = other, type, first, first_type
    if "JSON" in (kind(first_type), kind(type)):
        return "Take one value out of JSON text with json_extract_scalar()."
    given = other.name
    match kind(first_type), kind(type):
        case "time", "text" if other.is_string:
            return f"Write {_as_time(given)}."
        case "boolean", "text" if other.is_string:
            return f"Write {first.sql()} = {given.lower()}, without quotes."
        case "number", "text" if other.is_string and given.strip().isdecimal():
            return f"Write {given.strip()}, without quotes."
        case "text", "number" if other.is_number:
            return f"Write '{given}' in quotes."
        case "text", _:
            return f"Write cast({other.sql()} as varchar)."
        case _, "text":
            return f"Write cast({first.sql()} as varchar)."
        case _:
            return "Cast one of them."


def _as_time(text: str) -> str:
    """Write a time as Athena's literal, if it is one."""
    try:
        time = moment(text).replace(tzinfo=None)
    except InvalidWindow:
        return "timestamp '2026-03-12 00:00:00'"
    return f"timestamp '{re.sub('[.]000000$', '', time.isoformat(' '))}'"


def _to(type: str) -> Callable[[Typed, exp.Expr], Type]:
    """Return the rule of syntax that always has one type."""

    def rule(typed: Typed, node: exp.Expr) -> Type:
        del typed, node
        return type

    return rule


def _inside(typed: Typed, node: exp.Expr) -> Type:
    return typed.of(node.this)


def _each(typed: Typed, node: exp.Expr) -> Type:
    types = [typed.of(each) for each in node.expressions]
    return types[0]


def _extract(typed: Typed, node: exp.Expr) -> Type:
    _require(typed, node.expression, "s", "extract()")
    return "bigint"


_RULES: dict[type[exp.Expr], Callable[[Typed, exp.Expr], Type]] = {
    exp.Add: _arithmetic,
    exp.And: _logic,
    exp.Anonymous: _call,
    exp.Array: _array,
    exp.AtTimeZone: _inside,
    exp.Between: _between,
    exp.Boolean: _to("boolean"),
    exp.Bracket: _bracket,
    exp.Case: _case,
    exp.Cast: _cast,
    exp.Column: _column,
    exp.Distinct: _each,
    exp.Div: _arithmetic,
    exp.Dot: _dot,
    exp.DPipe: _joined_text,
    exp.EQ: _comparison,
    exp.Escape: _inside,
    exp.Exists: _exists,
    exp.Extract: _extract,
    exp.Filter: _filter,
    exp.GT: _comparison,
    exp.GTE: _comparison,
    exp.Identifier: _identifier,
    exp.In: _in,
    exp.Interval: _to("interval"),
    exp.Is: _is,
    exp.Like: _like,
    exp.Literal: _literal,
    exp.LT: _comparison,
    exp.LTE: _comparison,
    exp.Mod: _arithmetic,
    exp.Mul: _arithmetic,
    exp.NEQ: _comparison,
    exp.Neg: _inside,
    exp.Not: _logic,
    exp.NullSafeEQ: _comparison,
    exp.NullSafeNEQ: _comparison,
    exp.Or: _logic,
    exp.Order: _each,
    exp.Ordered: _inside,
    exp.Paren: _inside,
    exp.Sub: _arithmetic,
    exp.Subquery: _subquery,
    exp.TryCast: _cast,
    exp.Window: _window,
    exp.WithinGroup: _within_group,
}
