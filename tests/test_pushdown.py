"""What is implied for the records is never narrower than what was asked."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_compose import Table
from trailkit import dialect
from trailkit.lens import compose
from trailkit.lens.pushdown import SAME, implied
from trailkit.questions.library import load
from trailkit.record import Kind, relation_columns
from trailkit.scope import Scope

SERVICES = ["s3", "s3express", "lambda", "a_b", "%", "", ".amazonaws.com", "S3"]
SOURCES = [
    *(f"{service}{end}" for service in SERVICES for end in ("", ".amazonaws.com")),
    *("s3.amazonaws.com.cn", "s3x.amazonaws.com", "s3.amazonaws.co", None),
]
ACTIONS = ["GetObject", "Get_Object", "PutObjectV2", "", "20150331"]
NAMES = [
    *(f"{action}{end}" for action in ACTIONS for end in ("", "20150331v2", "2015")),
    *("GetObject2020-05-31", "GetObjects", None),
]
CONDITIONS = [
    "service = '{service}'",
    "family = '{service}'",
    "action = '{action}'",
    "event_name in ('{action}', 'GetObject20150331v2')",
    "(service = '{service}' and action in ('{action}', 'PutObject'))"
    " or (family = 's3' and event_source = '{service}')",
    "service = '{service}' and not action = '{action}'",
]


class Rows(Table):
    """A source of the records in a table of DuckDB."""

    def records(
        self, kind: Kind, scope: Scope, columns: list[str], deliveries: bool
    ) -> str:
        return f"select {', '.join(columns)} from made"


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    for statement in (*dialect.settings(), *dialect.macros()):
        opened.execute(statement)
    columns = {name: [None] for name in relation_columns()}
    made = [
        {"event_source": source, "event_name": name, "event_id": f"{source}/{name}"}
        for source in SOURCES
        for name in NAMES
    ]
    empty = dict.fromkeys(columns)
    schema = pa.schema([(name, pa.string()) for name in columns])
    opened.register("rows", pa.Table.from_pylist([empty | m for m in made], schema))
    opened.execute(
        "create table made as select * replace (cast(null as timestamp) as event_time)"
        " from rows"
    )
    return opened


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CONDITIONS), st.sampled_from(SERVICES), st.sampled_from(ACTIONS))
def test_the_rows_are_the_same_with_what_is_implied(
    connection: duckdb.DuckDBPyConnection, condition: str, service: str, action: str
) -> None:
    where = condition.format(service=service, action=action)
    select = f"select event_id from events where {where} order by event_id"
    found = [
        connection.sql(dialect.to_duckdb(compose.compose(select, source, Scope())))
        for source in (Rows(skips=False), Rows(skips=True))
    ]
    assert found[0].fetchall() == found[1].fetchall()


def test_a_condition_of_the_lens_becomes_one_of_the_record() -> None:
    assert implied("select 1 from events where action = 'GetObject'", "events") == (
        "(event_name in ('GetObject') or event_name like 'GetObject20%')"
    )
    assert implied("select 1 from events e where e.source_ip = '::1'", "events") == (
        "source_ip_address in ('::1')"
    )


def test_each_reading_of_a_relation_counts() -> None:
    either = implied(
        "select 1 from events where event_type = 'a' union all "
        "select 2 from events where event_type = 'b'",
        "events",
    )
    assert either == "((event_type in ('a')) or (event_type in ('b')))"
    assert implied("select 1 from network where event_type = 'a'", "events") is None


@pytest.mark.parametrize(
    "where",
    [
        "event_type = 'a' or outcome = 'denied'",
        "not event_type = 'a'",
        "event_type <> 'a'",
        "event_type is null",
        "event_type in ('a', null)",
        "event_type in ('a', upper('b'))",
        "event_type in (select 'a')",
        "event_type = ''",
        "coalesce(event_type, 'a') = 'a'",
        "'a' = any (values 'a')",
        "service = 'a_b'",
        "service = '100%'",
        "account = '111122223333'",
    ],
)
def test_what_may_need_every_row_implies_nothing(where: str) -> None:
    assert implied(f"select 1 from events where {where}", "events") is None


def test_a_second_reading_without_a_condition_needs_every_row() -> None:
    select = "select 1 from events where event_type in (select event_type from events)"
    assert implied(select, "events") is None


def test_a_join_implies_nothing() -> None:
    select = (
        "select 1 from events a left join events b on true where a.event_type = 'a'"
    )
    assert implied(select, "events") is None


def test_a_column_taken_as_the_records_is_the_records() -> None:
    for name, read in SAME.items():
        text = compose.compose(f"select {name} from events", Table(), Scope())
        assert f"nullif({read}, '') as {name}" in text


def test_only_a_source_that_skips_is_given_what_is_implied() -> None:
    select = "select time from events where event_type = 'a'"
    texts = [
        compose.compose(select, Table(skips=skips), Scope()) for skips in (True, False)
    ]
    assert ["event_type in ('a')" in text for text in texts] == [True, False]


def test_most_questions_of_the_library_imply_something() -> None:
    known = [each.name for each in load() if implied(each.tried(), "events")]
    wanted = {"persistence/iam-changes", "s3/bucket-deletions"}
    assert wanted | {"credentials/secrets-read"} <= {*known}
