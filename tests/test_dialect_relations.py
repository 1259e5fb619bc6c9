"""What a query reads and gives is known, and relations go before it unseen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.duckdb_values import connection
from trailkit import dialect

OURS = {"records": "select 1 as a -- note", "events": "select a from records"}
BEFORE = (
    "records as (\nselect 1 as a -- note\n),\nevents as (\nselect a from records\n)"
)

PLACED = [
    ("select a from events", f"with {BEFORE}\nselect a from events"),
    ("select a from events ;", f"with {BEFORE}\nselect a from events "),
    ("select a from events; -- end", f"with {BEFORE}\nselect a from events -- end"),
    (
        "-- why\n/* and\nhow */ select a from events",
        f"with {BEFORE}\n-- why\n/* and\nhow */ select a from events",
    ),
    (
        "with x as (select a from events) select a from x",
        f"with {BEFORE},\nx as (select a from events) select a from x",
    ),
    (
        "-- why\nWITH\n    x as (select a from events)\nselect a from x",
        f"WITH {BEFORE},\n-- why\n\n    x as (select a from events)\nselect a from x",
    ),
    (
        "with recursive x (n) as (select a from events union all select n + 1 from x"
        " where n < 2) select n as a from x where n = 1",
        f"with recursive {BEFORE},\nx (n) as (select a from events union all"
        " select n + 1 from x where n < 2) select n as a from x where n = 1",
    ),
    (
        "(select a from events) union (select a from events)",
        f"with {BEFORE}\n(select a from events) union (select a from events)",
    ),
    (
        "select (with x as (select a from events) select a from x) as a",
        f"with {BEFORE}\n"
        "select (with x as (select a from events) select a from x) as a",
    ),
]


@pytest.mark.parametrize(("sql", "placed"), PLACED)
def test_relations_go_before_the_querys_own_and_its_text_stays(
    sql: str, placed: str
) -> None:
    assert dialect.with_relations(sql, OURS) == placed
    text = dialect.to_duckdb(placed)
    assert connection().execute(text).fetchall() == [(1,)]


def test_without_relations_only_the_semicolon_goes() -> None:
    assert dialect.with_relations("select ';' as a;", {}) == "select ';' as a"


@given(st.text("ab -/*'\";\n🪣", max_size=12), st.text("c🪣\n ", max_size=5))
@settings(max_examples=300)
def test_comments_and_literals_of_any_kind_stay(text: str, comment: str) -> None:
    comment = comment.replace("\n", " ")
    literal = "'" + text.replace("'", "''") + "'"
    sql = f"-- {comment}\nselect {literal} as a /* {comment} */ from events"
    assert (
        dialect.with_relations(sql + ";", OURS).removeprefix(f"with {BEFORE}\n") == sql
    )


READS = [
    ("select 1 as x", {}),
    ("select a from events", {"events": 1}),
    ("select a from Events e join EVENTS f on e.a = f.a", {"events": 2}),
    ("select a from events union select a from network", {"events": 1, "network": 1}),
    ("with x as (select a from events) select a from x", {"events": 1}),
    ("with x as (select a from events) select 1 as b", {}),
    ("with x as (select a from events) select a from x, x as y", {"events": 2}),
    (
        "with x as (select a from events), y as (select a from x) select a from x"
        " union all select a from y",
        {"events": 2},
    ),
    ("select a from events where a in (select a from events)", {"events": 2}),
    (
        "with recursive x (n) as (select a from events union all select n + 1 from x)"
        " select n from x",
        {"events": 1},
    ),
    ("with a as (select x from b), b as (select 1 as x) select x from a", {"b": 1}),
    ("with a as (select x from a) select x from a", {"a": 1}),
    (
        "select x from (with a as (select 1 as x) select x from a) t join a on true",
        {"a": 1},
    ),
]


@pytest.mark.parametrize(("sql", "reads"), READS)
def test_every_read_of_a_relation_counts(sql: str, reads: dict[str, int]) -> None:
    assert dialect.relations_used(sql) == reads


COLUMNS = [
    ("select Time, e.ACTION as what from events as e", {"time", "action", "e"}),
    ('select "time" from events', {"time"}),
    ("select count(*) as n from events group by region", {"region"}),
    ("select a from events join network using (event_id)", {"a", "event_id"}),
    ("select 1 as x from events order by time", {"time"}),
    ("select 1 as x from events where a = 'b' and c in (d)", {"a", "c", "d"}),
    (
        "select sum(a) filter (where b) over (partition by c order by d) as x"
        " from events",
        {"a", "b", "c", "d"},
    ),
    (
        "select any_match(resources, r -> r.arn = needle) as x from events",
        {"resources", "r", "arn", "needle"},
    ),
    ("select resources[1].arn as x from events", {"resources", "arn"}),
    ("select x from events cross join unnest(split(a, b)) as t (x)", {"x", "a", "b"}),
    ("with c as (select a from events) select * from c", {"a"}),
    ("select t.* from (select a from events) as t", {"a", "t"}),
    ("with c as (select * from events) select a from c", {"a"}),
    ("with c as (select e.* from events e) select c.a from c", {"a", "c", "e"}),
    ("select * from events", None),
    ("select e.* from events as e", None),
    ("select c.* from c join (select * from events) as d on true", None),
    ("with c as (select * from events) select * from c", None),
    ("with c (x) as (select * from events) select x from c", None),
    ("with c as (select distinct * from events) select a from c", None),
    (
        "with c as (select * from events union select * from events) select a from c",
        None,
    ),
    ("select 1 as x where 1 in (select * from events)", None),
    ("with c as (select 1 as a) select * from c join events on true", None),
]


@pytest.mark.parametrize(("sql", "columns"), COLUMNS)
def test_every_column_that_a_query_may_read_is_known(
    sql: str, columns: set[str] | None
) -> None:
    assert dialect.columns_used(sql) == columns


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("select time, count(*) as calls from events group by 1", ["time", "calls"]),
        ("select e.time, 1 from events as e", ["time", ""]),
        ("with a as (select 1 as x) select x as y from a", ["y"]),
        ("select 1 as x union select 2 as y", ["x"]),
    ],
)
def test_output_columns_are_named_as_written(sql: str, names: list[str]) -> None:
    assert dialect.output_columns(sql) == names
