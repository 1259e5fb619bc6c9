"""The local engine: what it runs, what it refuses, how it stops."""

import os
import signal
import threading
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trailkit.engines.duckdb import LocalEngine
from trailkit.errors import QueryFailed, TrailkitError


@pytest.fixture
def engine(tmp_path):
    folder = tmp_path / "store"
    folder.mkdir()
    pq.write_table(pa.table({"n": list(range(100_000))}), folder / "n.parquet")
    view = f"select * from read_parquet(['{folder / 'n.parquet'}'])"
    return LocalEngine(folder, {"store.numbers": view})


def test_an_answer_has_athenas_type_names(engine):
    sql = "select count(*) as n, 'x' as t, timestamp '2026-03-02 00:00:00' as at"
    answer = engine.run(f"{sql} from store.numbers")
    assert answer.types == {"n": "bigint", "t": "varchar", "at": "timestamp"}
    assert answer.table.to_pylist()[0]["n"] == 100_000


def test_whole_numbers_are_divided_as_by_trino(engine):
    answer = engine.run("select 5 / 2 as n")
    assert answer.table.to_pylist() == [{"n": 2}]
    assert answer.types == {"n": "integer"}
    with pytest.raises(QueryFailed, match="by zero"):
        engine.run("select 1 / 0 as n")


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('{file}')",
        "select * from read_csv('{file}')",
        "select * from '{file}'",
        "copy (select 1) to '{file}'",
        "attach '{file}' as other",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_nothing_outside_the_store_can_be_reached(engine, tmp_path, sql):
    file = tmp_path / "secret.csv"
    file.write_text("secret")
    with pytest.raises(TrailkitError):
        engine.run(sql.format(file=file))
    # Also past trailkit's own check of the text, DuckDB itself refuses.
    with pytest.raises(QueryFailed):
        engine.run_duckdb(sql.format(file=file))
    assert file.read_text() == "secret"


def test_a_refused_query_says_why(engine):
    with pytest.raises(QueryFailed, match="nope"):
        engine.run("select nope from store.numbers")


@pytest.mark.parametrize(
    ("expression", "remedy"),
    [
        ("1 / 0", r"nullif\(y, 0\)"),
        ("cast('x' as bigint)", r'^"x" cannot be cast to that type: write try_cast\('),
        ("cast('x' as timestamp)", r'^"x" cannot be cast to that type'),
        ("array[1][2]", r"element_at\(list, 2\)"),
    ],
)
def test_a_value_that_fails_is_named_with_the_remedy(engine, expression, remedy):
    with pytest.raises(QueryFailed, match=remedy) as caught:
        engine.run(f"select {expression} as x from store.numbers")
    assert "LINE" not in str(caught.value)


def test_interrupt_stops_a_long_query_within_a_second(engine):
    long = "select count(*) as n from store.numbers a cross join store.numbers b"
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        engine.run(f"{long} where (a.n * b.n) % 7919 = 5")
    assert time.monotonic() - started < 1.5
    assert engine.run("select 1 as one from store.numbers").table.num_rows == 100_000
