"""What to write instead of functions that people type and the engines do not share."""

_TEXT_PARTS = "write strpos(x, 'part') > 0"
_EXACT = (
    "the engines work it out differently; number the rows with row_number() instead"
)

_BYTES = "no column holds bytes: take the text out, and decode it in Python"
_CLOCK = "every time is UTC; write time + interval '1' hour for another clock"

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
    "grouping": "write two SELECTs, joined by union all",
    "nth_value": "number the rows with row_number() in a WITH, and read those with 2",
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
    "json_exists": "write json_extract(request, '$.name') is not null",
    "explode": "write cross join unnest(…) as t (item)",
    "array_contains": "write contains(list, x)",
    "list_contains": "write contains(list, x)",
    "array_intersect": "write filter(a, x -> contains(b, x))",
    "array_except": "write filter(a, x -> not contains(b, x))",
    "array_union": "write array_distinct(flatten(array[a, b]))",
    "array_remove": "write filter(list, x -> x <> 'this')",
    "array_position": "write contains(list, x), or unnest(…) with ordinality",
    "slice": "write element_at(list, 1), or unnest(…) with ordinality",
    "zip": "write unnest(…) with ordinality for each, and join by the place",
    "reduce": "write cross join unnest(…) as t (item), and count over the items",
    "sequence": "write the values out: (values 1, 2, 3) as t (n)",
    "array_length": "write cardinality(list)",
    "array_size": "write cardinality(list)",
    "any": "write x in (…)",
    **dict.fromkeys(
        ("map_keys", "map_values", "split_to_map"),
        "no column holds a map; write regexp_extract(x, 'name=([^;&]*)', 1)",
    ),
    "url_encode": "compare the other side: url_decode(x) = 'a b'",
    "url_extract_host": "write regexp_extract(x, '://([^/:?#]+)', 1)",
    "url_extract_path": "write regexp_extract(x, '://[^/?#]+([^?#]*)', 1)",
    "url_extract_query": "write regexp_extract(x, '[?]([^#]*)', 1)",
    "url_extract_parameter": "write regexp_extract(x, '[?&]name=([^&#]*)', 1)",
    "regexp_split": "write split(x, '/'), or regexp_extract_all(x, '[^/]+')",
    "regexp_position": _TEXT_PARTS,
    "translate": "write replace(x, 'a', 'b')",
    **dict.fromkeys(
        ("from_base64", "to_base64", "from_utf8", "to_utf8", "from_hex", "to_hex"),
        _BYTES,
    ),
    **dict.fromkeys(("md5", "sha1", "sha256", "sha512"), _BYTES),
    **dict.fromkeys(
        ("ip_prefix", "ip_subnet_min", "ip_subnet_max", "is_subnet_of"),
        "write try(contains('10.0.0.0/8', try_cast(client_ip as ipaddress)))",
    ),
    **dict.fromkeys(("with_timezone", "at_timezone", "current_timezone"), _CLOCK),
    "last_day_of_month": "write date_trunc('month', time) + interval '1' month, the"
    " first instant of the next",
    **dict.fromkeys(
        ("year_of_week", "yow"), "write date_trunc('week', time), its Monday"
    ),
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
