"""What to write instead of functions that people type and the engines do not share."""

_TEXT_PARTS = "write strpos(x, 'part') > 0"
_EXACT = (
    "the engines work it out differently; number the rows with row_number() instead"
)

FUNCTIONS: dict[str, str] = {
    **dict.fromkeys(("nvl", "ifnull", "isnull"), "write coalesce(x, y)"),
    "iff": "write if(condition, x, y)",
    "decode": "write case x when … then … end",
    **dict.fromkeys(("len", "char_length", "character_length"), "write length(x)"),
    **dict.fromkeys(("ucase", "toupper"), "write upper(x)"),
    **dict.fromkeys(("lcase", "tolower"), "write lower(x)"),
    **dict.fromkeys(("instr", "position", "charindex", "locate"), _TEXT_PARTS),
    "ends_with": "write x like '%end'",
    "endswith": "write x like '%end'",
    "startswith": "write starts_with(x, 'begin')",
    "left": "write substr(x, 1, 3)",
    "right": "write substr(x, -3)",
    "format": "write concat(x, ' ', y), or x || ' ' || y",
    "printf": "write concat(x, ' ', y), or x || ' ' || y",
    **dict.fromkeys(
        ("regexp_matches", "rlike", "regexp", "match"), "write regexp_like(x, '…')"
    ),
    "regexp_substr": "write regexp_extract(x, '…')",
    **dict.fromkeys(
        ("string_agg", "group_concat", "array_to_string"),
        "write listagg(x, ', ') within group (order by x), or array_join(…, ', ')",
    ),
    "collect_set": "write array_agg(distinct x order by x)",
    "collect_list": "write array_agg(x order by time)",
    "countif": "write count_if(condition)",
    "sumif": "write sum(x) filter (where …)",
    "count_distinct": "write count(distinct x)",
    **dict.fromkeys(
        ("approx_percentile", "percentile_cont", "median", "quantile"), _EXACT
    ),
    **dict.fromkeys(("stddev", "variance", "corr"), "the engines round it differently"),
    **dict.fromkeys(
        ("histogram", "map_agg", "map", "multimap_agg", "approx_most_frequent"),
        "a frame holds no map; write count(*) and group by",
    ),
    **dict.fromkeys(
        ("random", "rand", "uuid", "shuffle"), "its answer differs from run to run"
    ),
    "typeof": "case.columns() lists the types",
    "json_parse": "write json_extract_scalar(request, '$.name'): it is text already",
    **dict.fromkeys(
        ("json_extract_string", "json_value", "get_json_object", "json_query"),
        "write json_extract_scalar(request, '$.name')",
    ),
    "json_array_contains": "write contains(cast(json_extract(…) as array(varchar)), x)",
    "json_size": "write json_array_length(json_extract(request, '$.list'))",
    "explode": "write cross join unnest(…) as t (item)",
    "array_contains": "write contains(list, x)",
    "list_contains": "write contains(list, x)",
    "array_length": "write cardinality(list)",
    "array_size": "write cardinality(list)",
    "datediff": "write date_diff('day', start, end)",
    "timestampdiff": "write date_diff('day', start, end)",
    "dateadd": "write date_add('day', 1, time)",
    "date_part": "write extract(hour from time)",
    "datepart": "write extract(hour from time)",
    **dict.fromkeys(
        ("to_char", "strftime", "format_datetime", "to_iso8601"),
        "write date_format(time, '%Y-%m-%d %H:%i:%s')",
    ),
    **dict.fromkeys(
        ("date_parse", "parse_datetime", "strptime", "to_timestamp", "to_date"),
        "write timestamp '2026-03-12 00:00:00', or try_cast(x as timestamp)",
    ),
    "unix_timestamp": "write to_unixtime(time)",
    "epoch": "write to_unixtime(time)",
    "getdate": "write now()",
    "sysdate": "write now()",
    "dayofweek": "write day_of_week(time)",
    "dayofyear": "write day_of_year(time)",
    "dayname": "write day_of_week(time), which is 1 on Monday",
    "weekday": "write day_of_week(time), which is 1 on Monday",
    "date_bin": "write date_trunc('hour', time)",
    "time_bucket": "write date_trunc('hour', time)",
    "bin": "write date_trunc('hour', time)",
    "pow": "write power(x, y)",
    "to_number": "write try_cast(x as bigint)",
    "int": "write try_cast(x as bigint)",
    "str": "write cast(x as varchar)",
    "string": "write cast(x as varchar)",
}
"""By the name as people type it: what comes after "is not shared"."""
