"""The Trino engine before a real Trino: values, facts, errors, Ctrl-C, definitions."""

import os
import signal
import threading
import time
from datetime import date, datetime

import pyarrow as pa
import pytest

from tests.conformance.trino_server import CATALOG, TrinoServer
from tests.support.raw_rows import raw_rows
from tests.support.tables_made import OWN
from trailkit.engines.trino import TrinoEngine
from trailkit.errors import QueryCancelled, QueryFailed, TableError
from trailkit.record import Kind
from trailkit.tables.definition import Definition
from trailkit.tables.table import Table

ENDLESS = "select count(*) as n from " + " cross join ".join(
    f"unnest(sequence(1, 10000)) as {name} ({name})" for name in ("a", "b", "c")
)


@pytest.fixture(scope="module")
def engine(trino: TrinoServer) -> TrinoEngine:
    return trino.engine()


@pytest.fixture(scope="module")
def made(trino: TrinoServer) -> Definition:
    """Make a table of one Insights record."""
    table = OWN["insight"].definition()
    path = (
        "s3://central-logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail-Insight/"
        "eu-west-1/2026/03/09/"
        "111122223333_CloudTrail-Insight_eu-west-1_20260309T0000Z_aaaaaaaaaaaaaaaa.json.gz"
    )
    trino.create(table, raw_rows([(path, {"eventID": "1"})], table), 0)
    return table


def test_values_keep_their_types(engine: TrinoEngine) -> None:
    answer = engine.run(
        "select '' as empty, cast(null as varchar) as missing, null as unknown,"
        " 9007199254740993 as large, cast(1 as integer) as small, 1.5e0 as number,"
        " timestamp '2026-03-09 10:59:00.123' as time, date '2026-03-09' as day,"
        " true as truth, 'a' || chr(13) || chr(10) || 'é🪣' as text"
    )
    assert answer.table.to_pylist() == [
        {
            "empty": "",
            "missing": None,
            "unknown": None,
            "large": 9007199254740993,
            "small": 1,
            "number": 1.5,
            "time": datetime(2026, 3, 9, 10, 59, 0, 123000),
            "day": date(2026, 3, 9),
            "truth": True,
            "text": "a\r\né🪣",
        }
    ]
    assert list(answer.types.values()) == [
        *("varchar", "varchar", "varchar", "bigint", "integer", "double"),
        *("timestamp", "date", "boolean", "varchar"),
    ]


def test_no_rows_have_types_too(engine: TrinoEngine) -> None:
    answer = engine.run("select 'a' as x, 1.5e0 as y where false")
    assert answer.table.schema == pa.schema([("x", pa.string()), ("y", pa.float64())])
    assert answer.types == {"x": "varchar", "y": "double"}


def test_many_rows_come_in_order(engine: TrinoEngine) -> None:
    answer = engine.run(
        "select a * 100 + b as n from unnest(sequence(0, 299)) as x (a)"
        " cross join unnest(sequence(0, 99)) as y (b) order by n"
    )
    assert answer.table["n"].to_pylist() == list(range(30_000))


def test_chunks_come_in_order_and_while_the_query_runs(
    engine: TrinoEngine, trino: TrinoServer
) -> None:
    sql = (
        "select a * 10000 + b as n from unnest(sequence(0, 9999)) as x (a)"
        " cross join unnest(sequence(0, 9999)) as y (b)"
    )
    chunks = engine.chunks(sql, 20_000)
    first, second = next(chunks), next(chunks)
    assert [len(first.table), len(second.table)] == [20_000, 20_000]
    assert _state(trino, first.facts["query_id"])[0] == "RUNNING"
    chunks.close()
    assert _state(trino, first.facts["query_id"]) == ["FAILED", "USER_CANCELED"]


def test_all_chunks_are_the_answer(engine: TrinoEngine) -> None:
    sql = (
        "select a * 100 + b as n from unnest(sequence(0, 249)) as x (a)"
        " cross join unnest(sequence(0, 99)) as y (b) order by n"
    )
    chunks = list(engine.chunks(sql, 10_000))
    assert [len(chunk.table) for chunk in chunks] == [10_000, 10_000, 5_000]
    whole = pa.concat_tables([chunk.table for chunk in chunks])
    assert whole.equals(engine.run(sql).table)
    [empty] = engine.chunks(f"select n from ({sql}) where n < 0", 10)
    assert empty.table.schema == whole.schema


def test_ctrl_c_between_chunks_stops_the_query(
    engine: TrinoEngine, trino: TrinoServer
) -> None:
    interrupt = threading.Timer(2, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt, match="is stopped on Trino") as caught:
        next(engine.chunks(ENDLESS, 10))
    query = str(caught.value).split()[1]
    assert _state(trino, query) == ["FAILED", "USER_CANCELED"]


def _state(trino: TrinoServer, query: str) -> list[str | None]:
    [state] = trino.rows(
        "select state, error_code from system.runtime.queries"
        f" where query_id = '{query}'"
    )
    return list(state)


def test_facts_say_what_ran(engine: TrinoEngine, trino: TrinoServer) -> None:
    facts = engine.run("select 1 as one").facts
    [[sql]] = trino.rows(
        "select query from system.runtime.queries"
        f" where query_id = '{facts['query_id']}'"
    )
    assert sql == "select 1 as one"
    assert facts["seconds"] * 1000 >= facts["milliseconds"]["total"] > 0


def test_a_wrong_query_fails_with_trinos_words(engine: TrinoEngine) -> None:
    with pytest.raises(QueryFailed, match="Division by zero"):
        engine.run("select 1 / 0 as x")


@pytest.mark.parametrize("name", [f"{CATALOG}.security.none", "none.security.none"])
def test_a_missing_table_is_named(engine: TrinoEngine, name: str) -> None:
    with pytest.raises(TableError, match="none"):
        engine.definition(name)


def test_ctrl_c_stops_the_query_on_the_server(
    engine: TrinoEngine, trino: TrinoServer
) -> None:
    interrupt = threading.Timer(2, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt, match="is stopped on Trino") as caught:
        engine.run(ENDLESS)
    query = str(caught.value).split()[1]
    [[error]] = trino.rows(
        f"select error_code from system.runtime.queries where query_id = '{query}'"
    )
    assert error == "USER_CANCELED"


def test_a_query_that_somebody_kills_is_cancelled(
    engine: TrinoEngine, trino: TrinoServer
) -> None:
    killer = threading.Thread(target=_kill, args=(trino,))
    killer.start()
    with pytest.raises(QueryCancelled, match="enough"):
        engine.run(ENDLESS)
    killer.join()


def _kill(trino: TrinoServer) -> None:
    """Kill the endless query, once it runs."""
    running = (
        "select query_id from system.runtime.queries where state = 'RUNNING'"
        " and query like 'select count(*) as n from unnest%'"
    )
    while not (found := trino.rows(running)):
        time.sleep(0.2)
    trino.rows(f"call system.runtime.kill_query('{found[0][0]}', 'enough')")


def test_a_definition_says_columns_keys_and_kind(
    engine: TrinoEngine, made: Definition
) -> None:
    found = engine.definition(f"{CATALOG}.{made.database}.{made.name}")
    assert dict(found.columns) == dict(made.columns)
    assert dict(found.partitions) == dict(made.partitions)
    assert Table.of(found).kind is Kind.INSIGHT


def test_a_view_is_refused(engine: TrinoEngine, trino: TrinoServer) -> None:
    trino.rows(f"create schema if not exists {CATALOG}.security")
    trino.rows(f"create view {CATALOG}.security.seen as select 1 as one")
    with pytest.raises(TableError, match="is a view"):
        engine.definition(f"{CATALOG}.security.seen")
