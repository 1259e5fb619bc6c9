"""What Trino makes of Athena SQL: one table, to which every engine is held.

Expressions by the function or syntax they try, each with the value that Trino's
documentation (and, where it is silent, its source) gives it. ``FAILS`` says that the
query must fail. A timestamp is plain, and UTC.
"""

from datetime import datetime
from typing import Any, Final

FAILS: Final = "the query fails"

Cases = dict[str, list[tuple[str, Any]]]

_DAY = datetime(2023, 7, 10)
_TEN = "timestamp '2023-07-10 10:59:00.000'"
_ELEVEN = "timestamp '2023-07-10 11:01:00.000'"
_TEXT = "cast(null as varchar)"
_LIST = "cast(null as array(varchar))"

TEXT: Cases = {
    "chr": [("chr(65)", "A"), ("chr(129699)", "🪣")],
    "concat": [
        ("concat('a', 'b', 'c')", "abc"),
        (f"concat('a', {_TEXT})", None),
    ],
    "concat_ws": [
        (f"concat_ws(',', 'a', {_TEXT}, '')", "a,"),
        (f"concat_ws({_TEXT}, 'a', 'b')", None),
    ],
    "length": [
        ("length('')", 0),
        ("length('é🪣')", 2),
        ("length('e' || chr(769))", 2),
        (f"length({_TEXT})", None),
    ],
    "lower": [("lower('ÀBÇ🪣')", "àbç🪣"), ("lower('İ')", "i"), ("lower('')", "")],
    "upper": [("upper('àbß')", "ÀBß"), ("upper('')", ""), (f"upper({_TEXT})", None)],
    "lpad": [
        ("lpad('7', 3, '0')", "007"),
        ("lpad('abc', 2, '0')", "ab"),
        ("lpad('a', 4, 'xy')", "xyxa"),
        ("lpad('', 0, 'x')", ""),
    ],
    "rpad": [("rpad('7', 3, '.')", "7.."), ("rpad('abc', 2, 'x')", "ab")],
    "ltrim": [("ltrim('  a ')", "a ")],
    "rtrim": [("rtrim(' a  ')", " a")],
    "substring": [("substring('abcd', 2, 2)", "bc"), ("substring('abc', -1)", "c")],
    "trim": [
        ("trim(' a b ')", "a b"),
        ("trim(chr(9) || chr(10) || 'a' || chr(13) || chr(8195))", "a"),
        ("trim(chr(160) || 'a')", "\xa0a"),
        ("trim('')", ""),
    ],
    "regexp_count": [
        ("regexp_count('aXbX', 'X')", 2),
        ("regexp_count('', 'x')", 0),
        (f"regexp_count({_TEXT}, 'x')", None),
    ],
    "regexp_extract": [
        ("regexp_extract('arn:aws:iam::1:role/Admin', '[^/]+$')", "Admin"),
        ("regexp_extract('a=1', 'a=([0-9])', 1)", "1"),
        ("regexp_extract('a=', 'a=(.*)', 1)", ""),
        ("regexp_extract('abc', 'x')", None),
        ("regexp_extract('abc', 'x(y)', 1)", None),
        ("regexp_extract('', '.*')", ""),
        (f"regexp_extract({_TEXT}, 'x')", None),
    ],
    "regexp_extract_all": [
        ("regexp_extract_all('a1b2', '[a-z]')", ["a", "b"]),
        ("regexp_extract_all('a1b2', '[a-z]([0-9])', 1)", ["1", "2"]),
        ("regexp_extract_all('aXa', '(?i)x')", ["X"]),
        ("regexp_extract_all('abc', 'x')", []),
        ("regexp_extract_all('', 'x')", []),
        (f"regexp_extract_all({_TEXT}, 'x')", None),
    ],
    "regexp_like": [
        ("regexp_like('abc', 'b')", True),
        ("regexp_like('abc', 'B')", False),
        ("regexp_like('abc', '(?i)B')", True),
        ("regexp_like('abc', '^b')", False),
        ("regexp_like('', '^$')", True),
        ("regexp_like('a' || chr(10) || 'b', 'a.b')", False),
        ("regexp_like('a1', '\\d')", True),
        (f"regexp_like({_TEXT}, 'a')", None),
    ],
    "regexp_replace": [
        ("regexp_replace('a.b.c', '\\.')", "abc"),
        ("regexp_replace('role/Admin/x', '^(role/[^/]+)/.*$', '$1')", "role/Admin"),
        ("regexp_replace('ab ab', '(a)(b)', '$2$1')", "ba ba"),
        ("regexp_replace('abc', 'x', 'y')", "abc"),
        ("regexp_replace('abc', '', '-')", "-a-b-c-"),
        (f"regexp_replace({_TEXT}, 'a', 'b')", None),
    ],
    "replace": [
        ("replace('aaa', 'aa', 'b')", "ba"),
        ("replace('abc', 'b')", "ac"),
        ("replace('aé', '', 'x')", "xaxéx"),
        ("replace('abc', 'x', 'y')", "abc"),
        (f"replace('abc', 'b', {_TEXT})", None),
    ],
    "reverse": [
        ("reverse('abc')", "cba"),
        ("reverse('e' || chr(769))", "\u0301e"),
        ("reverse('')", ""),
    ],
    "split": [
        ("split('a,b,', ',')", ["a", "b", ""]),
        ("split('', ',')", [""]),
        ("split('abc', 'bc')", ["a", ""]),
        (f"split({_TEXT}, ',')", None),
        ("split('abc', '')", FAILS),
    ],
    "split_part": [
        ("split_part('a.b.c', '.', 2)", "b"),
        ("split_part('a.b.c', '.', 3)", "c"),
        ("split_part('a.b.c', '.', 4)", None),
        ("split_part('abc', '.', 1)", "abc"),
        ("split_part('', '.', 1)", ""),
        ("split_part('a.', '.', 2)", ""),
        ("split_part('abc', '', 2)", "b"),
        (f"split_part({_TEXT}, '.', 1)", None),
        ("split_part('abc', '.', 0)", FAILS),
    ],
    "starts_with": [
        ("starts_with('abc', 'ab')", True),
        ("starts_with('abc', '')", True),
        ("starts_with('a', 'abc')", False),
        (f"starts_with('a', {_TEXT})", None),
    ],
    "strpos": [
        ("strpos('abcb', 'b')", 2),
        ("strpos('é🪣x', 'x')", 3),
        ("strpos('abc', 'x')", 0),
        ("strpos('abc', '')", 1),
        (f"strpos('abc', {_TEXT})", None),
    ],
    "substr": [
        ("substr('abcd', 2)", "bcd"),
        ("substr('abcd', 2, 2)", "bc"),
        ("substr('é🪣x', 2, 1)", "🪣"),
        ("substr('abcd', 0)", ""),
        ("substr('abcd', 0, 2)", ""),
        ("substr('abcd', -2)", "cd"),
        ("substr('abcd', -3, 2)", "bc"),
        ("substr('abcd', -5)", ""),
        ("substr('abcd', -5, 3)", ""),
        ("substr('abcd', 5)", ""),
        ("substr('abcd', 3, 9)", "cd"),
        ("substr('abcd', 2, 0)", ""),
        ("substr('abcd', 2, -1)", ""),
        (f"substr({_TEXT}, 1)", None),
    ],
    "url_decode": [
        ("url_decode('a%20b+c')", "a b c"),
        ("url_decode('%C3%A9%2B')", "é+"),
        ("url_decode('')", ""),
        (f"url_decode({_TEXT})", None),
        ("url_decode('100%')", FAILS),
        ("url_decode('%zz')", FAILS),
    ],
    "||": [("'a' || 'b'", "ab"), (f"'a' || {_TEXT}", None)],
    "like": [
        ("'abc' like 'a%'", True),
        ("'abc' like '_b_'", True),
        ("'ABC' like 'a%'", False),
        ("'a%c' like 'a\\%c'", False),
        ("'a%c' like 'a!%c' escape '!'", True),
        ("'abc' not like '%b%'", False),
        (f"{_TEXT} like '%'", None),
    ],
    "comparison": [
        ("'a' = 'a '", False),
        ("'B' < 'a'", True),
        ("'Z' < 'é'", True),
        (f"'a' = {_TEXT}", None),
        (f"'a' is distinct from {_TEXT}", True),
        (f"{_TEXT} is not distinct from {_TEXT}", True),
        (f"'a' in ('b', {_TEXT})", None),
        (f"'a' in ('a', {_TEXT})", True),
        (f"'a' not in ('b', {_TEXT})", None),
        ("2 between 1 and 3", True),
        (f"true or {_TEXT} = 'a'", True),
        (f"false and {_TEXT} = 'a'", False),
        (f"not ({_TEXT} = 'a')", None),
    ],
}

CONDITIONS: Cases = {
    "coalesce": [
        (f"coalesce({_TEXT}, '', 'a')", ""),
        (f"coalesce({', '.join([_TEXT] * 39)}, 'last')", "last"),
    ],
    "nullif": [("nullif('', '')", None), ("nullif('a', '')", "a")],
    "if": [("if(true, 1, 2)", 1), ("if(false, 1)", None), ("if(null, 1, 2)", 2)],
    "case": [
        ("case when false then 1 end", None),
        (f"case {_TEXT} when 'a' then 1 else 2 end", 2),
    ],
    "greatest": [
        ("greatest('a', 'b')", "b"),
        ("greatest(1, 3, 2)", 3),
        ("greatest(1, 3, 2, 4)", 4),
        (f"greatest('a', {_TEXT})", None),
    ],
    "least": [
        ("least('a', 'b')", "a"),
        ("least(3, 1, 2)", 1),
        ("least(3, 1, 2, 0)", 0),
        (f"least('a', {_TEXT}, 'b')", None),
    ],
    "try": [
        ("try(1 / 0)", None),
        ("try(cast('x' as bigint))", None),
        ("try(url_decode('%zz'))", None),
        ("try(split('a,b', ',')[3])", None),
        ("try('a')", "a"),
    ],
}

NUMBERS: Cases = {
    "/": [
        ("5 / 2", 2),
        ("-5 / 2", -2),
        ("5e0 / 2", 2.5),
        ("5 / 2e0", 2.5),
        ("1 / 0", FAILS),
    ],
    "%": [("5 % 3", 2), ("-5 % 3", -2), ("5 % 0", FAILS)],
    "abs": [("abs(-3)", 3), ("abs(-3.5e0)", 3.5)],
    "ceil": [("ceil(1.2e0)", 2.0), ("ceil(-1.2e0)", -1.0)],
    "ceiling": [("ceiling(1.2e0)", 2.0)],
    "floor": [("floor(1.7e0)", 1.0), ("floor(-1.2e0)", -2.0)],
    "mod": [("mod(7, 3)", 1), ("mod(-7, 3)", -1)],
    "power": [("power(2, 10)", 1024.0), ("power(2e0, -1)", 0.5)],
    "sqrt": [("sqrt(16)", 4.0), ("sqrt(2.25e0)", 1.5)],
    "round": [
        ("round(2.345e0, 2)", 2.35),
        ("round(-1.25e0, 1)", -1.3),
        ("round(33.3333e0, 1)", 33.3),
        ("round(1.005e0, 2)", 1.0),
        ("round(0.285e0, 2)", 0.28),
        ("round(1.15e0, 1)", 1.2),
        ("round(2.5e0)", 3.0),
        ("round(-2.5e0)", -3.0),
        ("round(2.4e0)", 2.0),
        ("round(5)", 5),
    ],
}

TIME: Cases = {
    "date_add": [
        ("date_add('day', 1, timestamp '2023-07-09 00:00:00.000')", _DAY),
        ("date_add('hour', -1, timestamp '2023-07-10 01:00:00.000')", _DAY),
        ("date_add('minute', 90, timestamp '2023-07-09 22:30:00.000')", _DAY),
        ("date_add('second', 1, timestamp '2023-07-09 23:59:59.000')", _DAY),
        ("date_add('millisecond', 1, timestamp '2023-07-09 23:59:59.999')", _DAY),
        ("date_add('week', 1, timestamp '2023-07-03 00:00:00.000')", _DAY),
        (
            "date_add('month', 1, timestamp '2024-01-31 00:00:00.000')",
            datetime(2024, 2, 29),
        ),
        ("date_add('quarter', 1, timestamp '2023-04-10 00:00:00.000')", _DAY),
        (
            "date_add('year', 1, timestamp '2024-02-29 00:00:00.000')",
            datetime(2025, 2, 28),
        ),
        ("date_add('day', 1, cast(null as timestamp))", None),
    ],
    "date_diff": [
        (f"date_diff('hour', {_TEN}, {_ELEVEN})", 0),
        (f"date_diff('hour', {_ELEVEN}, {_TEN})", 0),
        (f"date_diff('minute', {_TEN}, {_ELEVEN})", 2),
        (f"date_diff('minute', {_ELEVEN}, {_TEN})", -2),
        (f"date_diff('second', {_TEN}, {_ELEVEN})", 120),
        (f"date_diff('millisecond', {_TEN}, {_ELEVEN})", 120000),
        (f"date_diff('day', timestamp '2023-07-09 11:00:00.000', {_TEN})", 0),
        (f"date_diff('week', timestamp '2023-07-03 10:59:00.000', {_TEN})", 1),
        (f"date_diff('day', {_TEN}, cast(null as timestamp))", None),
    ],
    "date_format": [
        (f"date_format({_TEN}, '/%Y-%m-%dT%H:%i:%sZ')", "/2023-07-10T10:59:00Z"),
        ("date_format(cast(null as timestamp), '%Y')", None),
    ],
    "date_trunc": [
        (f"date_trunc('hour', {_TEN})", datetime(2023, 7, 10, 10)),
        (f"date_trunc('day', {_TEN})", _DAY),
        ("date_trunc('week', timestamp '2023-07-16 23:00:00.000')", _DAY),
        (f"date_trunc('month', {_TEN})", datetime(2023, 7, 1)),
        (f"date_trunc('quarter', {_TEN})", datetime(2023, 7, 1)),
        (f"date_trunc('year', {_TEN})", datetime(2023, 1, 1)),
        ("date_trunc('day', cast(null as timestamp))", None),
    ],
    "day_of_week": [
        (f"day_of_week({_TEN})", 1),
        ("day_of_week(timestamp '2023-07-16 00:00:00.000')", 7),
    ],
    "year": [(f"year({_TEN})", 2023)],
    "month": [(f"month({_TEN})", 7)],
    "day": [(f"day({_TEN})", 10)],
    "hour": [(f"hour({_TEN})", 10), ("hour(cast(null as timestamp))", None)],
    "day_of_month": [(f"day_of_month({_TEN})", 10)],
    "day_of_year": [(f"day_of_year({_TEN})", 191)],
    "extract": [
        (f"extract(hour from {_TEN})", 10),
        ("extract(dow from date '2023-07-09')", 7),
        ("extract(doy from date '2023-07-09')", 190),
        ("extract(week from date '2023-01-01')", 52),
    ],
    "from_unixtime": [
        ("cast(from_unixtime(1688947200) as timestamp)", _DAY),
        (
            "cast(from_unixtime(1688947200.5e0) as timestamp)",
            datetime(2023, 7, 10, 0, 0, 0, 500000),
        ),
    ],
    "minute": [(f"minute({_TEN})", 59)],
    "quarter": [(f"quarter({_TEN})", 3)],
    "to_unixtime": [
        ("to_unixtime(timestamp '2023-07-10 00:00:00.250')", 1688947200.25)
    ],
    "week": [(f"week({_TEN})", 28)],
    "second": [("second(timestamp '2023-07-10 10:59:07.900')", 7)],
    "from_iso8601_timestamp": [
        (
            f"cast(from_iso8601_timestamp('{text}') at time zone 'UTC' as timestamp)",
            expected,
        )
        for text, expected in [
            ("2023-07-10T00:00:00Z", _DAY),
            ("2023-07-10T05:00:00+05:00", _DAY),
            ("2023-07-10T00:00:00.500Z", datetime(2023, 7, 10, 0, 0, 0, 500000)),
            ("2023-07-10", _DAY),
            ("10 July 2023", FAILS),
            ("2023-07-10 00:00:00", FAILS),
            ("", FAILS),
        ]
    ],
    "interval": [
        ("timestamp '2023-07-09 00:00:00.000' + interval '1' day", _DAY),
        ("timestamp '2023-07-10 00:00:07.000' - interval '7' second", _DAY),
        (f"{_ELEVEN} - {_TEN} > interval '1' minute", True),
        (f"{_ELEVEN} - {_TEN} > interval '1' hour", False),
    ],
}

CASTS: Cases = {
    "varchar": [
        ("cast(5 as varchar)", "5"),
        ("cast(true as varchar)", "true"),
        (f"cast({_TEN} as varchar)", "2023-07-10 10:59:00.000"),
        ("cast(cast('2023-07-10' as date) as varchar)", "2023-07-10"),
    ],
    "bigint": [
        ("cast('-5' as bigint)", -5),
        ("cast('+5' as bigint)", 5),
        ("cast(' 5' as bigint)", FAILS),
        ("cast(2.5e0 as bigint)", 3),
        ("cast(-2.5e0 as bigint)", -3),
        ("cast(true as bigint)", 1),
        ("try_cast('5.0' as bigint)", None),
        ("try_cast('5e3' as bigint)", None),
        ("try_cast('1_000' as bigint)", None),
        ("try_cast('0x10' as bigint)", None),
        ("try_cast('' as bigint)", None),
        ("try_cast('9223372036854775808' as bigint)", None),
        ("try_cast(1e30 as bigint)", None),
        ("cast('x' as bigint)", FAILS),
        (f"cast({_TEXT} as bigint)", None),
    ],
    "integer": [
        ("cast('5' as integer)", 5),
        ("try_cast('2147483648' as integer)", None),
        ("try_cast(2147483648 as integer)", None),
    ],
    "double": [
        ("cast('1.5' as double)", 1.5),
        ("cast(' -1e3 ' as double)", -1000.0),
        ("cast('.5' as double)", 0.5),
        ("cast(5 as double)", 5.0),
        ("try_cast('1_000' as double)", None),
        ("try_cast('inf' as double)", None),
        ("try_cast('' as double)", None),
        ("cast('x' as double)", FAILS),
    ],
    "boolean": [
        ("cast('True' as boolean)", True),
        ("cast('f' as boolean)", False),
        ("cast('1' as boolean)", True),
        ("cast(0 as boolean)", False),
        ("try_cast('yes' as boolean)", None),
        ("try_cast(' true' as boolean)", None),
        ("try_cast('' as boolean)", None),
        ("cast('no' as boolean)", FAILS),
    ],
    "timestamp": [
        ("cast('2023-07-10 00:00:00' as timestamp)", _DAY),
        ("cast('2023-07-10' as timestamp)", _DAY),
        ("cast(cast('2023-07-10' as date) as timestamp)", _DAY),
        ("try_cast('2023-07-10T00:00:00' as timestamp)", None),
        ("try_cast('2023-13-10' as timestamp)", None),
        ("cast('soon' as timestamp)", FAILS),
    ],
    "date": [
        (f"date({_TEN}) = date '2023-07-10'", True),
        ("date('2023-07-10') = date '2023-07-10'", True),
        (f"cast({_TEN} as date) = cast('2023-07-10' as date)", True),
        ("try_cast('2023-7-1' as date) = cast('2023-07-01' as date)", True),
        ("try_cast('10/07/2023' as date)", None),
        ("cast('soon' as date)", FAILS),
    ],
    "ipaddress": [
        ("try_cast('192.0.2.1' as ipaddress) is null", False),
        ("try_cast('2001:db8::1' as ipaddress) is null", False),
        ("try_cast('::ffff:192.0.2.1' as ipaddress) is null", False),
        ("try_cast('192.0.2.256' as ipaddress) is null", True),
        ("try_cast('192.0.02.1' as ipaddress) is null", True),
        ("try_cast('192.0.2' as ipaddress) is null", True),
        ("try_cast('1::2::3' as ipaddress) is null", True),
        ("try_cast('12345::' as ipaddress) is null", True),
        ("try_cast('AWS Internal' as ipaddress) is null", True),
        ("try_cast('' as ipaddress) is null", True),
        ("cast('2001:DB8::1' as ipaddress) = cast('2001:db8:0::1' as ipaddress)", True),
        ("cast('9.0.0.0' as ipaddress) < cast('10.0.0.0' as ipaddress)", True),
        ("cast('s3.amazonaws.com' as ipaddress) is null", FAILS),
    ],
}

_OBJECT = (
    """'{"a": {"b": "x"}, "l": [1, "y", null], "t": true, "n": null, "i": 5,"""
    """ "f": 2.5, "e": "", "q": "\\"q\\"", "aws:type": "t", "x-y": "z", "p.q": "d","""
    """ "0": "zero", "big": 12345678901234567890, "": "none"}'"""
)

JSON: Cases = {
    "json_extract_scalar": [
        (f"json_extract_scalar({_OBJECT}, '{path}')", expected)
        for path, expected in [
            ("$.a.b", "x"),
            ('$["a"]["b"]', "x"),
            ("$.a", None),
            ("$.l", None),
            ("$.l[0]", "1"),
            ("$.l[1]", "y"),
            ("$.l[2]", None),
            ("$.l[3]", None),
            ("$.l.b", None),
            ("$.t", "true"),
            ("$.n", None),
            ("$.i", "5"),
            ("$.f", "2.5"),
            ("$.e", ""),
            ("$.q", '"q"'),
            ("$.aws:type", "t"),
            ('$["x-y"]', "z"),
            ('$["p.q"]', "d"),
            ("$[0]", "zero"),
            ("$.big", "12345678901234567890"),
            ('$[""]', "none"),
            ("$.A", None),
            ("$.e.b", None),
            ("$", None),
        ]
    ]
    + [
        ("""json_extract_scalar('"x"', '$')""", "x"),
        ("json_extract_scalar('true', '$')", "true"),
        ("""json_extract_scalar('{"a": 1, "a": 2}', '$.a')""", "1"),
        ("""json_extract_scalar('{"a": "\\u00e9\\n"}', '$.a')""", "é\n"),
        ("""json_extract_scalar('{"a\\"b": 1}', '$["a\\"b"]')""", "1"),
        ("json_extract_scalar('{not json', '$.a')", None),
        ("json_extract_scalar('', '$.a')", None),
        (f"json_extract_scalar({_TEXT}, '$.a')", None),
        ("json_extract_scalar(json_extract('[{\"a\": 1}]', '$[0]'), '$.a')", "1"),
    ],
    "json_extract": [
        (f"json_extract({_OBJECT}, '$.n') is null", False),
        (f"json_extract({_OBJECT}, '$.none') is null", True),
        ("json_extract('{not json', '$.a') is null", True),
    ],
    "json_format": [
        (f"json_format(json_extract({_OBJECT}, '$.l'))", '[1,"y",null]'),
        ("""json_format(json_extract('{"z": 1, "a": 2}', '$'))""", '{"z":1,"a":2}'),
        (f"json_format(json_extract({_OBJECT}, '$.n'))", "null"),
        (f"json_format(json_extract({_OBJECT}, '$.none'))", None),
    ],
    "json_array_length": [
        ("json_array_length('[1, 2]')", 2),
        ("json_array_length('[]')", 0),
        ("json_array_length('{}')", None),
        ("json_array_length('1')", None),
        ("json_array_length('nope')", None),
        (f"json_array_length(json_extract({_OBJECT}, '$.l'))", 3),
        (f"json_array_length({_TEXT})", None),
    ],
    "array(varchar)": [
        (f"{cast}(json_extract({json}, '$') as array(varchar))", expected)
        for cast, json, expected in [
            ("cast", """'["x", 1, true, null, ""]'""", ["x", "1", "true", None, ""]),
            ("cast", "'[]'", []),
            ("cast", "'null'", None),
            ("cast", "'nope'", None),
            ("cast", "'{}'", FAILS),
            ("cast", "'\"x\"'", FAILS),
            ("cast", "'[[]]'", FAILS),
            ("try_cast", "'{}'", None),
            ("try_cast", """'["x", {}]'""", None),
            ("try_cast", _TEXT, None),
        ]
    ],
    "array(json)": [
        (
            """transform(cast(json_extract('{"i": [{"a": "x"}, {"b": 1}, 5]}', '$.i')"""
            " as array(json)), item -> json_extract_scalar(item, '$.a'))",
            ["x", None, None],
        ),
        ("cardinality(cast(json_extract('[[1], null]', '$') as array(json)))", 2),
        ("cardinality(try_cast(json_extract('{}', '$') as array(json)))", None),
        ("cardinality(cast(json_extract('{}', '$') as array(json)))", FAILS),
    ],
}

ARRAYS: Cases = {
    "array_max": [
        ("array_max(array[1, 3, 2])", 3),
        ("array_max(array['a', null])", None),
    ],
    "array_min": [("array_min(array['b', 'a'])", "a")],
    "json of a list": [
        ("json_format(cast(array['a\"/é', null] as json))", '["a\\"/é",null]'),
        ("json_format(cast(array[1, 2] as json))", "[1,2]"),
        (f"json_format(cast({_LIST} as json))", None),
        ("json_format(cast(array[true] as json))", "[true]"),
    ],
    "all_match": [
        ("all_match(array[1, 2], x -> x > 0)", True),
        ("all_match(array[1, -2, null], x -> x > 0)", False),
        ("all_match(array[1, null], x -> x > 0)", None),
        (f"all_match({_LIST}, x -> x = 'a')", None),
        ("all_match(filter(array[1], x -> x > 1), x -> x > 1)", True),
    ],
    "any_match": [
        ("any_match(array[1, null], x -> x > 0)", True),
        ("any_match(array[-1, null], x -> x > 0)", None),
        ("any_match(array[-1], x -> x > 0)", False),
        ("any_match(filter(array[1], x -> x > 1), x -> x > 1)", False),
        (f"any_match({_LIST}, x -> x = 'a')", None),
    ],
    "none_match": [
        ("none_match(array[1], x -> x > 1)", True),
        ("none_match(array[2, null], x -> x > 1)", False),
        ("none_match(array[1, null], x -> x > 1)", None),
    ],
    "array_distinct": [
        ("array_distinct(array['b', 'a', 'b', null, null])", ["b", "a", None]),
        (f"array_distinct({_LIST})", None),
    ],
    "array_join": [
        ("array_join(array['a', null, 'b'], ', ')", "a, b"),
        ("array_join(array['a', null], ', ', '?')", "a, ?"),
        ("array_join(array[1, 2], '-')", "1-2"),
        ("array_join(filter(array['a'], x -> x = 'b'), ',')", ""),
        (f"array_join({_LIST}, ',')", None),
    ],
    "array_sort": [
        ("array_sort(array[3, null, 1])", [1, 3, None]),
        ("array_sort(array['b', 'Z', 'é', 'a'])", ["Z", "a", "b", "é"]),
        (f"array_sort({_LIST})", None),
    ],
    "arrays_overlap": [
        ("arrays_overlap(array[1, null], array[1])", True),
        ("arrays_overlap(array[1, null], array[2])", None),
        ("arrays_overlap(array[1], array[2])", False),
        (f"arrays_overlap(array['a'], {_LIST})", None),
    ],
    "cardinality": [
        ("cardinality(array['a', null])", 2),
        (f"cardinality({_LIST})", None),
    ],
    "contains": [
        ("contains(array['a', 'b'], 'b')", True),
        ("contains(array['a'], 'b')", False),
        ("contains(array['a', null], 'a')", True),
        ("contains(array['a', null], 'b')", None),
        (f"contains(array['a'], {_TEXT})", None),
        (f"contains({_LIST}, 'a')", None),
    ],
    "contains (network)": [
        (f"try(contains('{network}', try_cast('{address}' as ipaddress)))", expected)
        for network, address, expected in [
            ("10.0.0.0/8", "10.255.255.255", True),
            ("10.0.0.0/8", "11.0.0.0", False),
            ("192.0.2.128/25", "192.0.2.127", False),
            ("192.0.2.128/25", "192.0.2.128", True),
            ("192.0.2.7/32", "192.0.2.7", True),
            ("0.0.0.0/0", "203.0.113.9", True),
            ("0.0.0.0/0", "2001:db8::1", None),
            ("2001:db8::/33", "2001:db8:7fff::", True),
            ("2001:db8::/33", "2001:db8:8000::", False),
            ("::/0", "2001:db8::1", True),
            ("::/0", "192.0.2.7", None),
            ("10.0.0.0/8", "s3.amazonaws.com", None),
        ]
    ]
    + [
        (
            "any_match(array['10.0.0.0/8', '2001:db8::/32'],"
            " n -> try(contains(n, try_cast('2001:db8::7' as ipaddress))))",
            True,
        ),
        (
            "any_match(array['10.0.0.0/8', '192.0.2.0/24'],"
            " n -> try(contains(n, try_cast('198.51.100.7' as ipaddress))))",
            False,
        ),
        (
            "any_match(array['10.0.0.0/8', '2001:db8::/32'],"
            " n -> try(contains(n, try_cast('192.0.2.7' as ipaddress))))",
            None,
        ),
        (
            f"any_match({_LIST}, n -> try(contains(n, try_cast('::' as ipaddress))))",
            None,
        ),
        (f"try(contains({_TEXT}, try_cast('::' as ipaddress)))", None),
    ],
    "element_at": [
        ("element_at(array['a', 'b'], 2)", "b"),
        ("element_at(array['a', 'b'], -1)", "b"),
        ("element_at(array['a', 'b'], 3)", None),
        (f"element_at({_LIST}, 1)", None),
        ("element_at(array['a'], 0)", FAILS),
    ],
    "[]": [
        ("array['a', 'b'][2]", "b"),
        ("split('a.b', '.')[1]", "a"),
        (f"{_LIST}[1]", None),
        ("array['a'][2]", FAILS),
        ("array['a'][0]", FAILS),
        ("array['a'][-1]", FAILS),
    ],
    "filter": [
        ("filter(array[1, null, 3], x -> x > 1)", [3]),
        (f"filter({_LIST}, x -> x = 'a')", None),
    ],
    "flatten": [
        ("flatten(array[array[1], array[2, null]])", [1, 2, None]),
        (f"flatten(array[array['a'], {_LIST}])", ["a"]),
    ],
    "transform": [
        ("transform(array[1, null], x -> x + 1)", [2, None]),
        ("transform(array['a'], x -> x || 'b')", ["ab"]),
        (f"transform({_LIST}, x -> x)", None),
    ],
    "row": [
        (
            "transform(array[cast(row('a', 1) as row(n varchar, i bigint))], r -> r.i)",
            [1],
        ),
    ],
}

EXPRESSIONS: Cases = {
    name: cases
    for group in (TEXT, CONDITIONS, NUMBERS, TIME, CASTS, JSON, ARRAYS)
    for name, cases in group.items()
}
"""Every expression, by the function or syntax it tries."""

_ROWS = (
    "(values (1, 'a', 10, true), (2, 'b', null, false), (3, 'a', 30, null),"
    " (4, null, 20, true)) as t (id, name, size, done)"
)

QUERIES: Cases = {
    "every": [(f"select every(done) as a from {_ROWS}", [(False,)])],
    "listagg": [
        (
            f"select listagg(name, ', ') within group (order by id) as a from {_ROWS}",
            [("a, b, a",)],
        ),
        (
            "select listagg(distinct name, '/') within group (order by name) as a"
            f" from {_ROWS}",
            [("a/b",)],
        ),
        (
            "select listagg(if(id < 3, name)) within group (order by id desc) as a"
            f" from {_ROWS}",
            [("ba",)],
        ),
        (
            f"select listagg(name, ',') within group (order by id) as a from {_ROWS}"
            " where id > 9",
            [(None,)],
        ),
    ],
    "ntile": [
        (
            f"select id, ntile(2) over (order by id) as a from {_ROWS} order by id",
            [(1, 1), (2, 1), (3, 2), (4, 2)],
        ),
    ],
    "percent_rank": [
        (
            f"select percent_rank() over (order by id) as a from {_ROWS} order by a"
            " limit 2",
            [(0.0,), (1 / 3,)],
        ),
    ],
    "cume_dist": [
        (
            f"select cume_dist() over (order by id) as a from {_ROWS} order by a",
            [(0.25,), (0.5,), (0.75,), (1.0,)],
        ),
    ],
    "offset": [
        (f"select id from {_ROWS} order by id offset 1 limit 2", [(2,), (3,)]),
    ],
    "count": [
        (f"select count(*) as a, count(size) as b from {_ROWS}", [(4, 3)]),
        (f"select count(distinct name) as a from {_ROWS}", [(2,)]),
        (f"select count(*) as a from {_ROWS} where id > 9", [(0,)]),
        (
            f"select count(*) filter (where name = 'a') as a,"
            f" count(distinct size) filter (where id > 9) as b from {_ROWS}",
            [(2, 0)],
        ),
    ],
    "count_if": [
        (
            f"select count_if(done) as a, count_if(size > 99) as b from {_ROWS}",
            [(2, 0)],
        ),
        (f"select count_if(done) as a from {_ROWS} where id > 9", [(0,)]),
    ],
    "sum": [
        (f"select sum(size) as a, sum(size) / count(*) as b from {_ROWS}", [(60, 15)]),
        (f"select sum(size) as a from {_ROWS} where id > 9", [(None,)]),
    ],
    "avg": [(f"select avg(size) as a from {_ROWS}", [(20.0,)])],
    "min": [(f"select min(name) as a, min(size) as b from {_ROWS}", [("a", 10)])],
    "max": [(f"select max(name) as a, max(size) as b from {_ROWS}", [("b", 30)])],
    "min_by": [
        (
            f"select min_by(id, size) as a, min_by(size, id) as b from {_ROWS}",
            [(1, 10)],
        ),
        (f"select min_by(name, row(-id, size)) as a from {_ROWS}", [(None,)]),
        (f"select min_by(id, size) as a from {_ROWS} where id = 2", [(None,)]),
    ],
    "max_by": [
        (
            f"select max_by(id, size) as a, max_by(size, name) as b from {_ROWS}",
            [(3, None)],
        ),
        (f"select max_by(name, id) as a from {_ROWS}", [(None,)]),
    ],
    "bool_or": [
        (
            f"select bool_or(done) as a, bool_or(size > 99) as b from {_ROWS}",
            [(True, False)],
        ),
        (f"select bool_or(done) as a from {_ROWS} where id = 3", [(None,)]),
    ],
    "bool_and": [(f"select bool_and(done) as a from {_ROWS}", [(False,)])],
    "array_agg": [
        (
            f"select array_agg(name order by id) as a from {_ROWS}",
            [(["a", "b", "a", None],)],
        ),
        (
            f"select array_join(array_sort(array_agg(distinct name)), ', ') as a"
            f" from {_ROWS}",
            [("a, b",)],
        ),
        (
            f"select array_agg(distinct name order by name desc) filter (where id < 4)"
            f" as a from {_ROWS}",
            [(["b", "a"],)],
        ),
        (f"select array_agg(id order by id) as a from {_ROWS} where id > 9", [(None,)]),
        (
            f"select array_sort(array_distinct(array_agg(name))) as a from {_ROWS}",
            [(["a", "b", None],)],
        ),
        (
            "select array_sort(array_distinct(flatten(array_agg(x) filter (where y)))),"
            " cardinality(array_distinct(flatten(array_agg(x)))) from (values"
            " (array['b', 'a', null], true), (array['b'], true), (null, true),"
            " (array['c'], false)) as t (x, y)",
            [(["a", "b", None], 4)],
        ),
        (
            f"select cardinality(array_agg(id order by size desc)) as a from {_ROWS}",
            [(4,)],
        ),
    ],
    "row_number": [
        (
            f"select id, row_number() over (order by size desc) as a from {_ROWS}"
            " order by id",
            [(1, 3), (2, 4), (3, 1), (4, 2)],
        ),
    ],
    "rank": [
        (
            f"select id, rank() over (order by name) as a from {_ROWS} order by id",
            [(1, 1), (2, 3), (3, 1), (4, 4)],
        ),
    ],
    "dense_rank": [
        (
            f"select id, dense_rank() over (order by name) as a from {_ROWS}"
            " order by id",
            [(1, 1), (2, 2), (3, 1), (4, 3)],
        ),
    ],
    "lag": [
        (
            f"select id, lag(id) over (order by id) as a,"
            f" lag(id, 2, 0) over (order by id) as b from {_ROWS} order by id",
            [(1, None, 0), (2, 1, 0), (3, 2, 1), (4, 3, 2)],
        ),
    ],
    "lead": [
        (
            "select id, lead(id) over (partition by name order by id) as a"
            f" from {_ROWS} order by id",
            [(1, 3), (2, None), (3, None), (4, None)],
        ),
    ],
    "first_value": [
        (
            f"select id, first_value(size) over (order by size desc) as a from {_ROWS}"
            " order by id",
            [(1, 30), (2, 30), (3, 30), (4, 30)],
        ),
    ],
    "last_value": [
        (
            f"select id, last_value(id) over (order by id) as a, last_value(id) over"
            " (order by id rows between unbounded preceding and unbounded following)"
            f" as b from {_ROWS} order by id",
            [(1, 1, 4), (2, 2, 4), (3, 3, 4), (4, 4, 4)],
        ),
    ],
    "over": [
        (
            f"select id, sum(id) over (order by id) as a,"
            f" count(*) over (partition by name) as b from {_ROWS} order by id",
            [(1, 1, 2), (2, 3, 1), (3, 6, 2), (4, 10, 1)],
        ),
    ],
    "order by": [
        (f"select size from {_ROWS} order by size", [(10,), (20,), (30,), (None,)]),
        (
            f"select size from {_ROWS} order by size desc",
            [(30,), (20,), (10,), (None,)],
        ),
        (
            f"select size from {_ROWS} order by size nulls first",
            [(None,), (10,), (20,), (30,)],
        ),
        (
            "select x from (values ('b'), ('Z'), ('é'), ('a'), ('')) as t (x)"
            " order by x",
            [("",), ("Z",), ("a",), ("b",), ("é",)],
        ),
        (f"select id from {_ROWS} order by id limit 2", [(1,), (2,)]),
    ],
    "group by": [
        (
            f"select name, count(*) as a from {_ROWS} group by 1 order by name",
            [("a", 2), ("b", 1), (None, 1)],
        ),
        (
            f"select name, count(*) as a from {_ROWS} group by name"
            " having count(*) > 1 order by name",
            [("a", 2)],
        ),
        (f"select distinct name from {_ROWS} order by name", [("a",), ("b",), (None,)]),
    ],
    "union": [
        (
            "select x from (values null, 1) as t (x) union"
            " select x from (values null, 2) as t (x) order by x",
            [(1,), (2,), (None,)],
        ),
        (
            "select x from (values null, 1) as t (x) except select 1 order by x",
            [(None,)],
        ),
        (
            "select x from (values null, 1) as t (x) intersect select null order by x",
            [(None,)],
        ),
    ],
    "unnest": [
        (
            "select t.id, u.part, u.place from (values (1, 'a,b'), (2, ''), (3, null))"
            " as t (id, text) cross join unnest(split(t.text, ',')) with ordinality"
            " as u (part, place) order by t.id, u.place",
            [(1, "a", 1), (1, "b", 2), (2, "", 1)],
        ),
        (
            "select t.id, u.part from (values (1, 'a'), (2, null)) as t (id, text)"
            " left join unnest(split(t.text, ',')) as u (part) on true order by t.id",
            [(1, "a"), (2, None)],
        ),
        (
            """select x from unnest(cast(json_extract('{"l": ["a", 1]}', '$.l')"""
            " as array(varchar))) as u (x) order by x",
            [("1",), ("a",)],
        ),
        # Beside a table alone: what is spread may be named alone, shown under its own
        # name, be grouped, and have the name of what the order means.
        *(
            (
                "with t as (select id, split(text, ',') as parts"
                " from (values (1, 'b,a'), (2, null), (3, 'b')) as v (id, text))"
                f" select {items} from t cross join unnest(parts) as u (part) {rest}",
                expected,
            )
            for items, rest, expected in (
                ("part, t.id", "order by part, id", [("a", 1), ("b", 1), ("b", 3)]),
                ("u.part", "where u.part > 'a' order by 1", [("b",), ("b",)]),
                ("part, count(*)", "group by part order by 1", [("a", 1), ("b", 2)]),
                (
                    "concat(lpad(cast(id as varchar), 2, '0'), u.part) as part",
                    "order by part",
                    [("01a",), ("01b",), ("03b",)],
                ),
            )
        ),
        (
            "with t as (select 'mine' as part, array['b', 'a'] as parts)"
            " select t.part as mine, u.part from t cross join unnest(parts) as u (part)"
            " order by u.part",
            [("mine", "a"), ("mine", "b")],
        ),
    ],
    "join": [
        (
            "select a.x, b.y from (values 1, 2, null) as a (x)"
            " left join (values 1, null) as b (y) on a.x = b.y order by a.x",
            [(1, 1), (2, None), (None, None)],
        ),
        (
            "select x from (values 1, 2) as a (x) where exists"
            " (select 1 from (values 2) as b (y) where b.y = a.x)",
            [(2,)],
        ),
        (
            "select x from (values 1, 2) as a (x) where x not in (values 2, null)",
            [],
        ),
    ],
    "with": [
        (
            "with recursive n (i) as (select 1 union all select i + 1 from n"
            " where i < 3) select i from n order by i",
            [(1,), (2,), (3,)],
        ),
        ("select (select x from (values 1, 2) as t (x)) as a", FAILS),
    ],
}
"""Whole queries, with their rows."""

DIFFERENCES: list[tuple[str, Any, Any]] = [
    # JSON numbers are spelt anew by DuckDB: compare them as numbers, by try_cast.
    ("""json_extract_scalar('{"a": 1.50}', '$.a')""", "1.50", "1.5"),
    ("""json_extract_scalar('{"a": 1E3}', '$.a')""", "1E3", "1000.0"),
    # Trino stops reading where it has found the value. Log text is whole.
    ("""json_extract_scalar('{"a": 1, "b', '$.a')""", "1", None),
    # Bytes that are no UTF-8: use try().
    ("url_decode('%FF')", "\ufffd", FAILS),
    ("1e0 / 0", float("inf"), FAILS),
    # A group that took no part in the match.
    ("regexp_extract('b', '(a)?b', 1)", None, ""),
]
"""What is known to differ: expression, what Trino gives, what DuckDB gives.

None of it should matter to a question; each is here so that no one meets it unawares.
"""
