"""What each kind of syntax and each function must keep to, on any engine."""

import re
from collections.abc import Callable

from sqlglot import exp

from trailkit.dialect.functions import (
    DATE_FORMAT,
    FUNCTIONS,
    LAMBDAS,
    PARTS,
    PLACES,
    SYNTAX,
    TYPES,
    UNITS,
    WHOLE_UNITS,
)
from trailkit.dialect.jsonpath import json_pointer
from trailkit.errors import UnsupportedSQL, nearest

_CLOCK = re.compile(r"(current|local)_?(date|time|timestamp|user|role|schema|catalog)")
_NAME = re.compile(r"[ -~]+")
"""Outside ASCII the engines do not agree on which letters are one name."""

_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

LONGEST_PAD = 256
"""So long a text ``lpad`` and ``rpad`` may make."""

_DOUBLE = re.compile(r"\d+(\.\d*)?[eE][+-]?\d+")


def check_node(node: exp.Expr) -> None:
    """Refuse a piece of syntax that Athena and DuckDB do not share."""
    kind = type(node)
    if kind is exp.Placeholder:
        raise UnsupportedSQL(
            f":{node.name} has no value. Only questions take parameters:"
            " write the value itself, as a literal."
        )
    parts = PARTS.get(kind)
    extra = parts is not None and [
        part for part, value in node.args.items() if value and part not in parts
    ]
    if kind not in SYNTAX or extra:
        raise UnsupportedSQL(
            f"{_excerpt(node)} is syntax that Athena and DuckDB do not share"
            f" ({', '.join(extra) if extra else kind.__name__})."
        )
    rule = _RULES.get(kind)
    if rule is not None:
        rule(node)


def _check_call(call: exp.Expr) -> None:
    name = call.name.lower()
    if name not in FUNCTIONS:
        raise UnsupportedSQL(
            f"{name}() is not a function that Athena and DuckDB share."
            f" {nearest(name, FUNCTIONS)}"
        )
    count = len(_arguments(call))
    if count not in FUNCTIONS[name]:
        raise UnsupportedSQL(
            f"{name}() takes {_counts(FUNCTIONS[name])} arguments, not {count}."
        )
    if name in LAMBDAS and not isinstance(_arguments(call)[1], exp.Lambda):
        raise UnsupportedSQL(f"{name}() takes a lambda: {name}(items, x -> …).")
    rule = _CALLS.get(name)
    if rule is not None:
        rule(call)


def _counts(allowed: tuple[int, ...]) -> str:
    if len(allowed) > 3:
        return f"{allowed[0]} to {allowed[-1]}"
    return " or ".join(str(each) for each in allowed)


def _check_unit(call: exp.Expr) -> None:
    units = WHOLE_UNITS if call.name.lower() == "date_diff" else UNITS
    unit = call.expressions[0]
    if not (unit.is_string and unit.name in units):
        raise UnsupportedSQL(
            f"{call.name.lower()}() takes one of {', '.join(sorted(units))}"
            f" as a text literal, not {unit.sql()}."
        )


def _check_path(call: exp.Expr) -> None:
    path = call.expressions[1]
    if not path.is_string:
        raise UnsupportedSQL(
            f"The JSON path of {call.name.lower()}() must be a text literal,"
            f" such as '$.bucketName', not {path.sql()}."
        )
    json_pointer(path.name)


def _check_format(call: exp.Expr) -> None:
    form = call.expressions[1]
    unknown = set(re.findall("%.?", form.name)) - DATE_FORMAT.keys()
    if not form.is_string or unknown:
        raise UnsupportedSQL(
            f"date_format() takes a text literal with {', '.join(DATE_FORMAT)},"
            f" not {form.sql()}."
        )


def _check_replacement(call: exp.Expr) -> None:
    if len(call.expressions) == 3:
        new = call.expressions[2]
        if not new.is_string or "\\" in new.name:
            raise UnsupportedSQL(
                "The new text of regexp_replace() must be a literal without"
                f" backslash ($1 is the first group), not {new.sql()}."
            )


def _check_order(call: exp.Expr) -> None:
    """An array without an order differs from run to run."""
    parent = call.parent.parent if isinstance(call.parent, exp.Filter) else call.parent
    outer = parent.name.lower() if isinstance(parent, exp.Anonymous) else ""
    if outer not in ("array_sort", "cardinality") and not call.find(exp.Order):
        raise UnsupportedSQL(
            "array_agg() needs an order: array_agg(x order by x), or array_sort()"
            " around it."
        )


def _check_iso(call: exp.Expr) -> None:
    zoned = call.find_ancestor(exp.AtTimeZone)
    if zoned is None or not isinstance(zoned.parent, exp.Cast):
        raise UnsupportedSQL(
            "from_iso8601_timestamp() gives a zoned time; make it plain UTC:"
            " cast(from_iso8601_timestamp(x) at time zone 'UTC' as timestamp)."
        )


def _check_zone(node: exp.Expr) -> None:
    zone = node.args["zone"]
    calls = {call.name.lower() for call in node.this.find_all(exp.Anonymous)}
    if zone.name != "UTC" or "from_iso8601_timestamp" not in calls:
        raise UnsupportedSQL(
            f"{_excerpt(node)}: every time is UTC and has no zone;"
            " only from_iso8601_timestamp(x) at time zone 'UTC' is shared."
        )


def _check_literal(literal: exp.Expr) -> None:
    text = literal.name
    is_bigint = text.isdecimal() and len(text) < 20 and int(text) < 2**63
    if not (literal.is_string or is_bigint or _DOUBLE.fullmatch(text)):
        raise UnsupportedSQL(
            f"{text} is a decimal, which the engines divide and round"
            " differently: write it as a double, such as 1.5e0, or as an integer."
        )


def _check_type(node: exp.Expr) -> None:
    if isinstance(node.this, exp.Interval):  # interval day to second
        return
    inner = node.expressions and node.this not in (
        exp.DType.ARRAY,
        exp.DType.STRUCT,
        exp.DType.TIMESTAMP,
    )
    if node.this not in TYPES or inner:
        names = ", ".join(sorted(set(TYPES.values())))
        raise UnsupportedSQL(
            f"{_excerpt(node)} is not a type that Athena and DuckDB share."
            f" There are: {names}."
        )


def _check_cast(node: exp.Expr) -> None:
    kind = node.args["to"].this
    source = node.this
    valueless = kind is exp.DType.JSON or isinstance(kind, exp.Interval)
    if valueless and not isinstance(source, exp.Null):
        raise UnsupportedSQL(
            f"{_excerpt(node)}: no value can be cast to that."
            " JSON stays text: use json_extract_scalar() or json_extract()."
        )
    if source.name.lower() == "json_extract" and kind is not exp.DType.ARRAY:
        raise UnsupportedSQL(
            f"{_excerpt(node)}: take one value out with json_extract_scalar(),"
            " and cast that; a JSON list becomes array(varchar) or array(json)."
        )


def _check_column(node: exp.Expr) -> None:
    if _CLOCK.fullmatch(node.name.lower()) and not node.this.quoted:
        raise UnsupportedSQL(
            f"{node.name} differs from run to run. Write the time as a literal, or use"
            " :window_end in a question."
        )


def _check_identifier(node: exp.Expr) -> None:
    if not _NAME.fullmatch(node.name):
        raise UnsupportedSQL(
            f"The name {node.name!a} has characters outside ASCII, of which Athena"
            " and DuckDB hold different ones for the same: write it in plain letters."
        )


def _check_table_alias(node: exp.Expr) -> None:
    if node.name and not _TABLE.fullmatch(node.name):
        raise UnsupportedSQL(
            f"The name {node.name!a} of a part of the query must have letters,"
            " digits and _ alone, and begin with no digit."
        )


def _check_pad(call: exp.Expr) -> None:
    length = call.expressions[1]
    digits = length.name if isinstance(length, exp.Literal) else ""
    if not (digits.isdecimal() and int(digits) <= LONGEST_PAD):
        raise UnsupportedSQL(
            f"The length of {call.name.lower()}() must be a whole number of at most"
            f" {LONGEST_PAD}, as a literal, not {_excerpt(length)}."
        )


def _check_dot(node: exp.Expr) -> None:
    if not isinstance(node.expression, exp.Identifier):
        raise UnsupportedSQL(f"{_excerpt(node)}: call a function by its bare name.")


def _check_select(node: exp.Expr) -> None:
    if not node.expressions:
        raise UnsupportedSQL("A SELECT names what it gives: select … from x.")


def _check_subquery(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Query):
        raise UnsupportedSQL(f"{_excerpt(node)}: join without parentheses.")


def _check_is(node: exp.Expr) -> None:
    if not isinstance(node.expression, exp.Null):
        raise UnsupportedSQL(
            f"{_excerpt(node)}: Athena knows only `is null` and `is not null`;"
            " write x = true, or x is distinct from true."
        )


def _check_join(node: exp.Expr) -> None:
    kind = node.args.get("kind") or ""
    if kind not in ("", "INNER", "OUTER", "CROSS"):
        raise UnsupportedSQL(f"{_excerpt(node)}: a {kind} join is not shared.")


def _check_window(node: exp.Expr) -> None:
    """A place in a window without an order differs from run to run."""
    name = node.this.name.lower()
    if name in PLACES and not (node.args.get("order") or node.args.get("alias")):
        raise UnsupportedSQL(f"{name}() needs an order: over (… order by time).")


def _check_unnest(node: exp.Expr) -> None:
    """Trino spreads rows over columns, and pairs several arrays; DuckDB does not."""
    alias = node.args.get("alias")
    columns = len(alias.columns) if alias is not None else 0
    offset = node.args.get("offset")  # its name, once it has one
    if len(node.expressions) != 1 or node.expressions[0].name == "resources":
        raise UnsupportedSQL(
            f"{_excerpt(node)}: unnest() takes one array of plain values."
            " For rows: unnest(transform(resources, r -> r.arn)) as t (arn)."
        )
    if columns != 1 or (offset and not isinstance(offset, exp.Identifier)):
        raise UnsupportedSQL(
            f"{_excerpt(node)}: name what it gives, as in unnest(…) as t (item), and"
            " with ordinality as t (item, place)."
        )


def _arguments(call: exp.Expr) -> list[exp.Expr]:
    """Give a call's arguments, without DISTINCT and ORDER BY around the first."""
    arguments = list(call.expressions)
    if len(arguments) == 1 and isinstance(arguments[0], exp.Order):
        arguments = [arguments[0].this]
    if len(arguments) == 1 and isinstance(arguments[0], exp.Distinct):
        arguments = list(arguments[0].expressions)
    return arguments


def _excerpt(node: exp.Expr) -> str:
    text = node.sql(dialect="trino", comments=False)
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`"


_RULES: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.Anonymous: _check_call,
    exp.AtTimeZone: _check_zone,
    exp.Cast: _check_cast,
    exp.Column: _check_column,
    exp.DataType: _check_type,
    exp.Dot: _check_dot,
    exp.Identifier: _check_identifier,
    exp.Is: _check_is,
    exp.Join: _check_join,
    exp.Literal: _check_literal,
    exp.Select: _check_select,
    exp.Subquery: _check_subquery,
    exp.TableAlias: _check_table_alias,
    exp.TryCast: _check_cast,
    exp.Unnest: _check_unnest,
    exp.Window: _check_window,
}

_CALLS: dict[str, Callable[[exp.Expr], None]] = {
    "array_agg": _check_order,
    "date_add": _check_unit,
    "date_diff": _check_unit,
    "date_format": _check_format,
    "date_trunc": _check_unit,
    "from_iso8601_timestamp": _check_iso,
    "json_extract": _check_path,
    "json_extract_scalar": _check_path,
    "lpad": _check_pad,
    "regexp_replace": _check_replacement,
    "rpad": _check_pad,
}
