"""What the engines do not share is refused, and so is every way out of the lens."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailkit import dialect
from trailkit.dialect import grammar
from trailkit.errors import (
    NotConfigured,
    NotOneSelect,
    SQLError,
    UnknownRelation,
    UnsupportedSQL,
)

LENS = {"events", "deliveries", "insights", "network", "aggregated"}

WELL = [
    "select * from events",
    "select e.* from events as e",
    "SELECT Time FROM EVENTS",
    'select "time" from "events"',
    "-- why\nselect time from events -- done",
    "select time from events;",
    "(select time from events) union all (select time from network) order by 1",
    "with a as (select time from events) select * from a join deliveries d on true",
    "with a as (select 1 as x), b as (select x from a) select x from b",
    "with recursive a (n) as (select 1 union all select n + 1 from a where n < 3)"
    " select n from a",
    "select time from events where event_id in (select event_id from insights)",
    "select (with a as (select 1 as x) select x from a) as x from events",
    "select x from (values (1), (2)) as t (x)",
    "select 1 as one",
    "select t.part from events cross join unnest(split(action, ',')) as t (part)",
    "select 'read_csv(''x'')' as text, json_extract_scalar(request, '$.a:b') as b"
    " from events",
    "select count(*) as n from events group by action having count(*) > 1"
    " order by n desc nulls last limit 10",
]

NOT_ONE_SELECT = [
    "",
    ";",
    "-- nothing",
    "select 1; select 2",
    "select 1; drop table events",
    "select 1;;select 2",
    "drop view events",
    "create table x as select * from events",
    "create macro f(x) as 1",
    "insert into events select * from events",
    "update events set time = null",
    "delete from events",
    "merge into events using events on true when matched then delete",
    "copy events to 'x.csv'",
    "copy (select 1) to 'x.csv'",
    "unload (select 1) to 's3://bucket/x' with (format = 'PARQUET')",
    "export database 'x'",
    "attach 'x.db'",
    "detach x",
    "use memory",
    "set memory_limit = '1GB'",
    "reset memory_limit",
    "pragma database_list",
    "call pragma_version()",
    "load httpfs",
    "install httpfs",
    "explain select 1",
    "describe events",
    "show tables",
    "prepare p as select 1",
    "execute p",
    "begin transaction",
    "vacuum",
    "checkpoint",
    "values (1)",
    "pivot events on action",
    "summarize events",
]

UNKNOWN_RELATION = [
    "select * from records",
    "select * from event",
    "select * from 'notes.parquet'",
    'select * from "notes.parquet"',
    'select * from "/etc/passwd"',
    "select * from 's3://bucket/key'",
    "select * from main.events",
    "select * from memory.main.events",
    "select * from system.information_schema.tables",
    "select * from information_schema.tables",
    "select * from duckdb_settings()",
    "select * from read_csv('x.csv')",
    "select * from read_csv_auto('x.csv')",
    "select * from read_json('x.json')",
    "select * from read_parquet('x.parquet')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from glob('/*')",
    "select * from parquet_metadata('x')",
    "select * from query('select 1')",
    "select * from query_table('events')",
    "select * from pragma_version()",
    "select * from sqlite_master",
    "select * from events, records",
    "select * from events join other on true",
    "select (select max(x) from other) as x from events",
    "select 1 as x from events where exists (select 1 from read_csv('x'))",
    "with a as (select * from b), b as (select 1 as x) select * from a",
    "with a as (select * from a) select * from a",
    "select * from (with a as (select 1 as x) select * from a) as t, a",
    "with events as (select 1 as x) select * from events",
    "with RECORDS as (select 1 as x) select * from records",
    "with x as (with insights as (select 1 as x) select * from insights)"
    " select * from x",
    "select * from df",
]

UNSUPPORTED = [
    "select approx_distinct(actor) as n from events",
    "select arbitrary(actor) as a from events",
    "select any_value(actor) as a from events",
    "select now() as t from events",
    "select current_timestamp from events",
    "select getenv('HOME') as home from events",
    "select pg_read_file('x') as x from events",
    "select read_text('x') as x from events",
    "select error('x') as x from events",
    "select nextval('x') as x from events",
    "select random() as x from events",
    "select system.main.upper(action) as x from events",
    "select trino_fail('x') as x from events",
    "select list_filter(resources, x -> true) as x from events",
    "select action::varchar as a from events",
    "select 1 as a from events where action == 'x'",
    "select 1.5 as x from events",
    "select 99999999999999999999 as x from events",
    "select action as a from events where action ilike 'x'",
    "select action as a from events where action similar to 'x'",
    "select action as a from events where action ~ 'x'",
    "select action as a from events where action rlike 'x'",
    "select action as a from events where read_only is true",
    "select action as a from events where action = any (select 'x')",
    "select action as a from events qualify row_number() over (order by time) = 1",
    "select action as a from events using sample 10",
    "select action as a from events tablesample bernoulli (10)",
    "select action as a from events limit 5 offset 5",
    "select action as a from events fetch first 5 rows only",
    "select action as a from events limit 10 percent",
    "select action, count(*) as n from events group by all",
    "select action, count(*) as n from events group by rollup (action)",
    "select action, count(*) as n from events group by grouping sets ((action), ())",
    "select distinct on (action) action from events",
    "select * exclude (action) from events",
    "select * replace (1 as action) from events",
    "select columns('a.*') from events",
    "from events",
    "from events select action",
    "table events",
    "select action from (from events) as t",
    "select action as a from events natural join network",
    "select action as a from events semi join network on true",
    "select action as a from events anti join network on true",
    "select action as a from events asof join network on true",
    "select action as a from events, lateral (select 1 as x) as t",
    "select x from events cross join lateral (select action as x) as t",
    "select * from (events join network on true)",
    "select * from (events)",
    "select {'a': 1} as x from events",
    "select [1, 2] as x from events",
    "select map(array[1], array[2]) as x from events",
    "select array[1, 2, 3][1:2] as x from events",
    "select x'41' as x from events",
    "select U&'\\0041' as x from events",
    "select date '2023-01-01' + 1.5 as x from events",
    "select cast(action as char(3)) as x from events",
    "select cast(action as varchar(3)) as x from events",
    "select cast(1 as decimal(10, 2)) as x from events",
    "select cast(1 as real) as x from events",
    "select cast(1 as hugeint) as x from events",
    "select cast(time as timestamp with time zone) as x from events",
    "select cast(action as json) as x from events",
    "select cast(action as interval day to second) as x from events",
    "select cast(json_extract(request, '$.a') as varchar) as x from events",
    "select time at time zone 'Europe/Paris' as x from events",
    "select from_iso8601_timestamp(action) as x from events",
    "select extract(epoch from time) as x from events",
    "select trim(both ' ' from action) as x from events",
    "select substring(action from 1 for 2) as x from events",
    "select position('a' in action) as x from events",
    "select overlay(action placing 'x' from 1) as x from events",
    "select lag(action) ignore nulls over (order by time) as x from events",
    "select row_number() over () as x from events",
    "select lag(action) over (partition by actor) as x from events",
    "select array_agg(action) as x from events",
    "select array_join(array_agg(action), ',') as x from events",
    "select array_join(array_distinct(array_agg(action)), ',') as x from events",
    "select flatten(array_agg(split(action, 'a'))) as x from events",
    "select date_trunc('decade', time) as x from events",
    "select date_trunc(action, time) as x from events",
    "select date_diff('month', time, time) as x from events",
    "select date_add('fortnight', 1, time) as x from events",
    "select date_format(time, '%W') as x from events",
    "select json_extract_scalar(request, action) as x from events",
    "select json_extract_scalar(request, '$.user-agent') as x from events",
    "select json_extract_scalar(request, 'bucketName') as x from events",
    "select json_extract_scalar(request, '$..a') as x from events",
    "select json_extract_scalar(request, '$.a[*]') as x from events",
    "select json_extract_scalar(request, '$.a.') as x from events",
    "select json_extract_scalar(request, '') as x from events",
    "select regexp_replace(action, 'a', '\\1') as x from events",
    "select regexp_replace(action, 'a', error_code) as x from events",
    "select regexp_replace(action, 'a', x -> 'b') as x from events",
    "select filter(split(action, ','), true) as x from events",
    "select transform(split(action, ',')) as x from events",
    "select lower() as x from events",
    "select lower(action, action) as x from events",
    "select count(action, time) as x from events",
    "select contains('10.0.0.0/8', try_cast(source_ip as ipaddress)) as x from events",
    "select try(contains(action, try_cast(source_ip as ipaddress))) as x from events",
    "select try(contains('10.0.0.1/8', try_cast(source_ip as ipaddress))) as x"
    " from events",
    "select try(contains('10.0.0.1', try_cast(source_ip as ipaddress))) as x"
    " from events",
    "select any_match(split(action, ','), n -> try(contains(n, try_cast(source_ip as"
    " ipaddress)))) as x from events",
    "select a.arn as x from events cross join unnest(resources) as a (arn, id, type)",
    "select a.x as x from events cross join unnest(resources) as a (x)",
    "select a.x as x from events cross join unnest(split(action, ','), split(action,"
    " ',')) as a (x, y)",
    "select x from events cross join unnest(split(action, ',')) as x",
    "select unnest(split(action, ',')) as x from events",
    "select action as a from events where action = :action",
    "select ? as a from events",
    "select @a as a from events",
    "select $1 as a from events",
    "select {{ a }} as a from events",
    "select `action` as a from events",
    "select 'a' 'b' as x from events",
    "select 'unfinished from events",
    "select /* unfinished from events",
    "select from events",
    "select action as a from events where",
    "select (action as a from events",
    "select action as a into x from events",
    "select /*+ hint */ action as a from events for update",
    "with a as materialized (select 1 as x) select x from a",
    "select action from events union by name select action from network",
    "select #1 as a from events",
]  # fmt: skip


@pytest.mark.parametrize("sql", WELL)
def test_a_select_over_the_lens_is_allowed(sql: str) -> None:
    dialect.check_query(sql, LENS)


@pytest.mark.parametrize("sql", NOT_ONE_SELECT)
def test_anything_but_one_select_is_refused(sql: str) -> None:
    with pytest.raises((NotOneSelect, UnsupportedSQL)):
        dialect.check_query(sql, LENS)


@pytest.mark.parametrize("sql", UNKNOWN_RELATION)
def test_no_other_table_or_file_can_be_reached(sql: str) -> None:
    with pytest.raises(UnknownRelation):
        dialect.check_query(sql, LENS)


@pytest.mark.parametrize("sql", UNSUPPORTED)
def test_what_the_engines_do_not_share_is_refused(sql: str) -> None:
    with pytest.raises(SQLError):
        dialect.check_query(sql, LENS)


PIECES = (
    "select from events records with as ( ) ' \" , ; -- /* */ union * x 1 = . read_csv"
    " 'f.csv' [ ] :: -> lateral unnest values $ ? :a \\"
)


@given(st.lists(st.sampled_from([*PIECES.split(), "\n"]), max_size=15).map(" ".join))
@settings(max_examples=1500)
def test_any_text_is_translated_or_refused_with_a_sentence(sql: str) -> None:
    with contextlib.suppress(SQLError):
        dialect.check_query(sql, LENS)
        dialect.to_duckdb(sql)


@pytest.mark.parametrize("depth", [20, 100_000])
def test_deep_nesting_is_answered(depth: int) -> None:
    sql = f"select {'(' * depth}1{')' * depth} as x from events"
    if depth == 20:
        dialect.check_query(sql, LENS)
    else:
        with pytest.raises(UnsupportedSQL, match="nested too deeply"):
            dialect.check_query(sql, LENS)


def test_long_lists_and_long_chains_are_no_trouble() -> None:
    names = ", ".join(f"'{n}'" for n in range(5000))
    chain = " or ".join(f"action = '{n}'" for n in range(1000))
    sql = f"select 1 as x from events where contains(array[{names}], action) or {chain}"
    dialect.check_query(sql, LENS)
    assert dialect.to_duckdb(sql).count("'4999'") == 1


REASONS = [
    ("select aprox(1) as x from events", "aprox() is not a function"),
    ("select lowr(action) as x from events", 'Did you mean "lower"'),
    ("select * from evnts", 'Did you mean "events"'),
    ("select lower() as x from events", "lower() takes 1 arguments, not 0"),
    ("select coalesce(action) as x from events", "coalesce() takes 2 to 40 arguments"),
    ("select 1 as x from events where", "line 1"),
    ("drop table x", 'This is "drop …", not a SELECT'),
    ("select 1; select 2", "Here are 2 statements"),
    ("select 1.5 as x", "write it as a double, such as 1.5e0"),
    ("select a::bigint as x", ":: in line 1"),
    ("select :bucket as x", ":bucket has no value"),
    ("with events as (select 1 as x) select * from events", '"chosen_events"'),
]


@pytest.mark.parametrize(("sql", "reason"), REASONS)
def test_a_refusal_says_what_to_write_instead(sql: str, reason: str) -> None:
    with pytest.raises(SQLError) as refusal:
        dialect.check_query(sql, LENS)
    assert reason in str(refusal.value)
    assert "\x1b" not in str(refusal.value)


def test_a_compiled_sqlglot_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grammar.sqlglot_parser, "__file__", "parser.cpython-311.so")
    grammar._parse.cache_clear()
    with pytest.raises(NotConfigured, match="pip uninstall sqlglotc"):
        grammar.parse("select 1 as a")
