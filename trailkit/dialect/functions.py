"""The closed table: every function, type and kind of syntax that a question may use.

Each means the same on Athena and on DuckDB, in one of three ways: DuckDB's own is
equal; a macro of the same name has Trino's meaning (``macros.sql``); or
``translate`` writes another form. What is not here is refused, on both engines.
"""

from sqlglot import exp

FUNCTIONS: dict[str, tuple[int, ...]] = {
    # text
    "chr": (1,),
    "concat": (2, 3, 4, 5, 6, 7, 8),
    "concat_ws": (3, 4, 5, 6, 7, 8),
    "length": (1,),
    "lower": (1,),
    "lpad": (3,),
    "ltrim": (1,),
    "regexp_count": (2,),
    "regexp_extract": (2, 3),
    "regexp_extract_all": (2, 3),
    "regexp_like": (2,),
    "regexp_replace": (2, 3),
    "replace": (2, 3),
    "reverse": (1,),
    "rpad": (3,),
    "rtrim": (1,),
    "split": (2,),
    "split_part": (3,),
    "starts_with": (2,),
    "strpos": (2,),
    "substr": (2, 3),
    "substring": (2, 3),
    "trim": (1,),
    "upper": (1,),
    "url_decode": (1,),
    # conditions
    "coalesce": tuple(range(2, 41)),
    "greatest": (2, 3, 4),
    "if": (2, 3),
    "least": (2, 3, 4),
    "nullif": (2,),
    "try": (1,),
    # numbers
    "abs": (1,),
    "ceil": (1,),
    "ceiling": (1,),
    "floor": (1,),
    "mod": (2,),
    "power": (2,),
    "round": (1, 2),
    "sqrt": (1,),
    # time
    "date": (1,),
    "date_add": (3,),
    "date_diff": (3,),
    "date_format": (2,),
    "date_trunc": (2,),
    "day": (1,),
    "day_of_month": (1,),
    "day_of_week": (1,),
    "day_of_year": (1,),
    "from_iso8601_timestamp": (1,),
    "from_unixtime": (1,),
    "hour": (1,),
    "minute": (1,),
    "month": (1,),
    "quarter": (1,),
    "second": (1,),
    "to_unixtime": (1,),
    "week": (1,),
    "year": (1,),
    # JSON
    "json_array_length": (1,),
    "json_extract": (2,),
    "json_extract_scalar": (2,),
    "json_format": (1,),
    # arrays and rows
    "all_match": (2,),
    "any_match": (2,),
    "array_distinct": (1,),
    "array_join": (2, 3),
    "array_max": (1,),
    "array_min": (1,),
    "array_sort": (1,),
    "arrays_overlap": (2,),
    "cardinality": (1,),
    "contains": (2,),
    "element_at": (2,),
    "filter": (2,),
    "flatten": (1,),
    "none_match": (2,),
    "row": (1, 2, 3, 4, 5, 6),
    "transform": (2,),
    # aggregates
    "array_agg": (1,),
    "avg": (1,),
    "bool_and": (1,),
    "bool_or": (1,),
    "count": (0, 1),
    "count_if": (1,),
    "every": (1,),
    "listagg": (1, 2),
    "max": (1,),
    "max_by": (2,),
    "min": (1,),
    "min_by": (2,),
    "sum": (1,),
    # windows
    "cume_dist": (0,),
    "dense_rank": (0,),
    "first_value": (1,),
    "lag": (1, 2, 3),
    "last_value": (1,),
    "lead": (1, 2, 3),
    "ntile": (1,),
    "percent_rank": (0,),
    "rank": (0,),
    "row_number": (0,),
}
"""Every function a question may call, with the numbers of arguments it may take."""

OVER_MAPS: dict[str, tuple[int, ...]] = {"map_filter": (2,)}
"""What the SELECT of a table may call besides: the lens that a query reads has no maps.

The second argument is ``(key, value) -> …``.
"""

LAMBDAS = frozenset(
    {"all_match", "any_match", "filter", "none_match", "transform", *OVER_MAPS}
)
"""The functions whose second argument is ``x -> …``."""

AGGREGATES = frozenset(
    {"array_agg", "avg", "bool_and", "bool_or", "count", "count_if", "every"}
    | {"listagg", "max", "max_by", "min", "min_by", "sum"}
)
"""The functions that make one value of many rows."""

PLACES = frozenset(
    {"cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead"}
    | {"ntile", "percent_rank", "rank", "row_number"}
)
"""The functions that tell a row by its place in a window."""

UNITS = frozenset(
    {"millisecond", "second", "minute", "hour", "day", "week"}
    | {"month", "quarter", "year"}
)
"""What ``date_add`` and ``date_trunc`` may be asked for, as a literal."""

WHOLE_UNITS = UNITS - {"month", "quarter", "year"}
"""What ``date_diff`` may count: the engines disagree on the last day of a month."""

PARTS_OF_TIME = {
    **{each: each for each in ("year", "quarter", "month", "week", "day", "hour")},
    **{each: each for each in ("minute", "second")},
    **dict.fromkeys(("day_of_week", "dow"), "isodow"),
    **dict.fromkeys(("day_of_year", "doy"), "doy"),
    "day_of_month": "day",
}
"""What ``extract(… from time)`` may take out, with DuckDB's word for each."""

DATE_FORMAT = {"%Y": "%Y", "%m": "%m", "%d": "%d", "%H": "%H", "%i": "%M", "%s": "%S"}
"""What ``date_format`` may write, with DuckDB's letter for each."""

TYPES: dict[exp.DType, str] = {
    exp.DType.VARCHAR: "varchar",
    exp.DType.TEXT: "varchar",
    exp.DType.BIGINT: "bigint",
    exp.DType.INT: "integer",
    exp.DType.DOUBLE: "double",
    exp.DType.BOOLEAN: "boolean",
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.DATE: "date",
    exp.DType.JSON: "json",
    exp.DType.IPADDRESS: "ipaddress",
    exp.DType.ARRAY: "array",
    exp.DType.STRUCT: "row",
}
"""What a value may be cast to; Athena's word for each."""

SYNTAX: frozenset[type[exp.Expr]] = frozenset(
    {
        # queries
        exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery, exp.With,
        exp.CTE, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Order,
        exp.Ordered, exp.Limit, exp.Offset, exp.Distinct, exp.Table, exp.TableAlias,
        exp.Unnest,
        exp.Values, exp.Tuple, exp.Alias, exp.Column, exp.Identifier, exp.Star,
        exp.Window, exp.WindowSpec, exp.Filter, exp.WithinGroup,
        # values
        exp.Literal, exp.Null, exp.Boolean, exp.Interval, exp.IntervalSpan, exp.Var,
        exp.Array, exp.Bracket, exp.Dot, exp.Lambda, exp.Anonymous,
        exp.Cast, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.ColumnDef,
        exp.AtTimeZone, exp.Extract,
        # conditions and arithmetic
        exp.Paren, exp.Neg, exp.Not, exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT,
        exp.GTE, exp.LT, exp.LTE, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ, exp.In,
        exp.Between, exp.Like, exp.Escape, exp.Exists, exp.Case, exp.If, exp.Add,
        exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe,
    }
)  # fmt: skip
"""Every kind of syntax that a question may hold, as sqlglot names it."""

_QUERY = {"with_", "expressions", "distinct", "from_", "joins", "where", "group"} | {
    "having", "windows", "order", "limit", "offset", "this", "expression", "alias"
}  # fmt: skip

PARTS: dict[type[exp.Expr], set[str]] = {
    exp.Select: _QUERY,
    exp.Union: _QUERY,
    exp.Except: _QUERY,
    exp.Intersect: _QUERY,
    exp.Subquery: _QUERY,
    exp.With: {"expressions", "recursive"},
    exp.CTE: {"this", "alias"},
    exp.Join: {"this", "on", "side", "kind", "using"},
    exp.Table: {"this", "db", "catalog", "alias", "joins"},
    exp.Values: {"expressions", "alias"},
    exp.Unnest: {"expressions", "alias", "offset"},
    exp.Group: {"expressions"},
    exp.Ordered: {"this", "desc", "nulls_first"},
    exp.Limit: {"expression"},
    exp.Distinct: {"expressions"},
    exp.Star: set(),
    exp.Window: {"this", "partition_by", "order", "spec", "alias", "over"},
    exp.WindowSpec: {"kind", "start", "start_side", "end", "end_side"},
    exp.In: {"this", "expressions", "query"},
    exp.Between: {"this", "low", "high"},
    exp.Cast: {"this", "to"},
    exp.TryCast: {"this", "to", "safe"},
    exp.ColumnDef: {"this", "kind"},
}
"""The parts that those of them may have which sqlglot lets have more than Trino."""
