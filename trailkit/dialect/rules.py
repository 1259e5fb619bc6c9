"""What each kind of syntax and each function must keep to, on any engine."""

import re
from collections.abc import Callable

from sqlglot import exp

from trailkit.dialect import remedies
from trailkit.dialect.functions import (
    DATE_FORMAT,
    FUNCTIONS,
    LAMBDAS,
    OVER_MAPS,
    PARTS,
    PARTS_OF_TIME,
    PLACES,
    SYNTAX,
    TYPES,
    UNITS,
    WHOLE_UNITS,
)
from trailkit.dialect.jsonpath import json_pointer
from trailkit.dialect.patterns import check_pattern
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
    if kind in _MENDS:
        raise UnsupportedSQL(f"{excerpt(node)} is not shared: {_MENDS[kind]}.")
    if kind is exp.Placeholder:
        raise UnsupportedSQL(
            f":{node.name} has no value. Only questions take parameters:"
            " write the value itself, as a literal."
        )
    parts = PARTS.get(kind)
    extra = parts is not None and [
        part for part, value in node.args.items() if value and part not in parts
    ]
    for part in extra or []:
        if part in _MENDED_PARTS:
            raise UnsupportedSQL(f"{excerpt(node)}: {_MENDED_PARTS[part]}.")
    if kind not in SYNTAX or extra:
        raise UnsupportedSQL(
            f"{excerpt(node)} is syntax that Athena and DuckDB do not share"
            f" ({', '.join(extra) if extra else kind.__name__})."
        )
    rule = _RULES.get(kind)
    if rule is not None:
        rule(node)


def _check_call(call: exp.Expr) -> None:
    name = call.name.lower()
    if name in remedies.FUNCTIONS:
        raise UnsupportedSQL(
            f"{name}() is not a function that Athena and DuckDB share:"
            f" {remedies.FUNCTIONS[name]}."
        )
    counts = FUNCTIONS.get(name) or OVER_MAPS.get(name)
    if counts is None:
        raise UnsupportedSQL(
            f"{name}() is not a function that Athena and DuckDB share."
            f" {nearest(name, FUNCTIONS)}"
        )
    count = len(arguments_of(call))
    if count not in counts:
        raise UnsupportedSQL(
            f"{name}() takes {_counts(counts)} arguments, not {count}."
        )
    if name in LAMBDAS and not isinstance(arguments_of(call)[1], exp.Lambda):
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


def _check_regex(call: exp.Expr) -> None:
    pattern = call.expressions[1]
    if pattern.is_string:
        check_pattern(pattern.name)


def _check_replacement(call: exp.Expr) -> None:
    _check_regex(call)
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
    if not has_no_order(parent) and not call.find(exp.Order):
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
            f"{excerpt(node)}: every time is UTC and has no zone;"
            " only from_iso8601_timestamp(x) at time zone 'UTC' is shared. For another"
            " clock write time + interval '1' hour."
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
            f"{excerpt(node)} is not a type that Athena and DuckDB share."
            f" There are: {names}."
        )


def _check_cast(node: exp.Expr) -> None:
    kind = node.args["to"].this
    source = node.this
    valueless = kind is exp.DType.JSON or isinstance(kind, exp.Interval)
    written = isinstance(node.parent, exp.Anonymous) and (
        node.parent.name.lower() == "json_format"
    )
    if valueless and not written and not isinstance(source, exp.Null):
        raise UnsupportedSQL(
            f"{excerpt(node)}: no value can be cast to that."
            " JSON stays text: use json_extract_scalar() or json_extract()."
        )
    extracts = (
        isinstance(source, exp.Anonymous) and source.name.lower() == "json_extract"
    )
    if extracts and kind is not exp.DType.ARRAY:
        raise UnsupportedSQL(
            f"{excerpt(node)}: take one value out with json_extract_scalar(),"
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
            f" {LONGEST_PAD}, as a literal, not {excerpt(length)}."
        )


def _check_escape(node: exp.Expr) -> None:
    """Trino refuses an escape before any other letter; DuckDB reads it as that."""
    mark, pattern = node.expression, node.this.expression
    if not (mark.is_string and pattern.is_string):
        return
    letter = re.escape(mark.name)
    if len(mark.name) == 1 and re.fullmatch(
        f"(?s)(?:[^{letter}]|{letter}[%_{letter}])*", pattern.name
    ):
        return
    raise UnsupportedSQL(
        f"{excerpt(node)}: the escape is one letter, and stands before %, _ or itself."
    )


def _check_extract(node: exp.Expr) -> None:
    if node.name.lower() not in PARTS_OF_TIME:
        raise UnsupportedSQL(
            f"{excerpt(node)}: extract() takes out {', '.join(PARTS_OF_TIME)}."
        )


def _check_unixtime(call: exp.Expr) -> None:
    cast = call.parent
    if not isinstance(cast, exp.Cast) or cast.to.this is not exp.DType.TIMESTAMP:
        raise UnsupportedSQL(
            "from_unixtime() gives a zoned time; make it plain UTC:"
            f" cast({call.sql()} as timestamp)."
        )


def _check_listagg(call: exp.Expr) -> None:
    group = call.parent
    if not isinstance(group, exp.WithinGroup):
        raise UnsupportedSQL(
            "listagg() needs an order: listagg(x, ', ') within group (order by x)."
        )
    if isinstance(group.parent, exp.Filter):
        raise UnsupportedSQL(
            "listagg() takes no filter in Athena: write listagg(if(condition, x), ', ')"
            " within group (order by x)."
        )
    if group.find_ancestor(exp.Window) is not None:
        raise UnsupportedSQL("listagg() counts over no window: use group by.")


def _check_group_order(node: exp.Expr) -> None:
    if node.this.name.lower() != "listagg":
        raise UnsupportedSQL(
            f"{excerpt(node)}: only listagg() takes within group (order by …)."
        )


def _check_dot(node: exp.Expr) -> None:
    if not isinstance(node.expression, exp.Identifier):
        raise UnsupportedSQL(f"{excerpt(node)}: call a function by its bare name.")


def _check_select(node: exp.Expr) -> None:
    if not node.expressions:
        raise UnsupportedSQL("A SELECT names what it gives: select … from x.")


def _check_subquery(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Query):
        raise UnsupportedSQL(f"{excerpt(node)}: join without parentheses.")


def _check_is(node: exp.Expr) -> None:
    if not isinstance(node.expression, exp.Null):
        raise UnsupportedSQL(
            f"{excerpt(node)}: Athena knows only `is null` and `is not null`;"
            " write x = true, or x is distinct from true."
        )


def _check_join(node: exp.Expr) -> None:
    kind = node.args.get("kind") or ""
    if kind not in ("", "INNER", "OUTER", "CROSS"):
        raise UnsupportedSQL(f"{excerpt(node)}: a {kind} join is not shared.")


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
            f"{excerpt(node)}: unnest() takes one array of plain values."
            " For rows: unnest(transform(resources, r -> r.arn)) as t (arn)."
        )
    if columns != 1 or (offset and not isinstance(offset, exp.Identifier)):
        raise UnsupportedSQL(
            f"{excerpt(node)}: name what it gives, as in unnest(…) as t (item), and"
            " with ordinality as t (item, place)."
        )


def has_no_order(around: exp.Expr | None) -> bool:
    """Return whether the order of the array in a call can make no difference."""
    while around is not None and around.name.lower() in ("array_distinct", "flatten"):
        around = around.parent
    name = around.name.lower() if isinstance(around, exp.Anonymous) else ""
    return name in ("array_sort", "cardinality")


def arguments_of(call: exp.Expr) -> list[exp.Expr]:
    """Return a call's arguments, without DISTINCT and ORDER BY around the first."""
    arguments = list(call.expressions)
    if len(arguments) == 1 and isinstance(arguments[0], exp.Order):
        arguments = [arguments[0].this]
    if len(arguments) == 1 and isinstance(arguments[0], exp.Distinct):
        arguments = list(arguments[0].expressions)
    return arguments


def excerpt(node: exp.Expr) -> str:
    """Show a piece of a query, cut where it is long."""
    text = node.sql(dialect="trino", comments=False)
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`"


_UNION = "write two SELECTs, joined by union all"

_MENDS: dict[type[exp.Expr], str] = {
    exp.ILike: "write lower(x) like '%part%', or regexp_like(x, '(?i)part')",
    exp.SimilarTo: "write regexp_like(x, '…')",
    exp.RegexpLike: "write regexp_like(x, '…')",
    exp.JSONExtract: "write json_extract_scalar(request, '$.name')",
    exp.JSONExtractScalar: "write json_extract_scalar(request, '$.name')",
    exp.Fetch: "write limit 10",
    exp.IntDiv: "write a / b, which is whole for whole numbers",
    **dict.fromkeys((exp.Rollup, exp.Cube, exp.GroupingSets), _UNION),
    exp.Any: "write x in (select …)",
    exp.All: "compare with one value: x > (select max(…) from …)",
    exp.Lateral: "write the inner SELECT as a WITH, and join it",
    exp.IgnoreNulls: "leave the null ones out before: where x is not null",
}
"""What to write instead of syntax that people type."""

_MENDED_PARTS = {
    "sample": "it differs from run to run; write limit 10",
    "qualify": "number the rows in a WITH, and read those with number 1 from it",
    "except_": "Athena knows no * except (…): name the columns",
    "replace": "Athena knows no * replace (…): name the columns",
    "rename": "Athena knows no * rename (…): name the columns",
    **dict.fromkeys(("rollup", "cube", "grouping_sets"), _UNION),
    "method": "name the columns: join x using (event_id)",
    "all": "name what to group by: group by 1, 2",
    "on": "Athena knows no distinct on (…): number the rows in a WITH",
}
"""What to write instead of such a part of a piece of syntax."""

_RULES: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.Anonymous: _check_call,
    exp.AtTimeZone: _check_zone,
    exp.Cast: _check_cast,
    exp.Column: _check_column,
    exp.DataType: _check_type,
    exp.Dot: _check_dot,
    exp.Identifier: _check_identifier,
    exp.Escape: _check_escape,
    exp.Extract: _check_extract,
    exp.Is: _check_is,
    exp.Join: _check_join,
    exp.Literal: _check_literal,
    exp.Select: _check_select,
    exp.Subquery: _check_subquery,
    exp.TableAlias: _check_table_alias,
    exp.TryCast: _check_cast,
    exp.Unnest: _check_unnest,
    exp.Window: _check_window,
    exp.WithinGroup: _check_group_order,
}

_CALLS: dict[str, Callable[[exp.Expr], None]] = {
    "array_agg": _check_order,
    "date_add": _check_unit,
    "date_diff": _check_unit,
    "date_format": _check_format,
    "date_trunc": _check_unit,
    "from_iso8601_timestamp": _check_iso,
    "from_unixtime": _check_unixtime,
    "json_extract": _check_path,
    "json_extract_scalar": _check_path,
    "lpad": _check_pad,
    "listagg": _check_listagg,
    "regexp_count": _check_regex,
    "regexp_extract": _check_regex,
    "regexp_extract_all": _check_regex,
    "regexp_like": _check_regex,
    "regexp_replace": _check_replacement,
    "rpad": _check_pad,
}
