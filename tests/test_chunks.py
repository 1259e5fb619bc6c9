"""Answers in chunks: the frame of ``ask``, so many rows at a time."""

import gc
import os
import signal
import threading
import tracemalloc
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import trailkit as tk
from tests.support.athena_results import Rows, to_csv
from tests.support.athena_server import AthenaServer
from tests.support.trail_listed import case, deliver
from trailkit.case import Case
from trailkit.engines.athena import result_files
from trailkit.engines.athena.csv_blocks import whole_rows
from trailkit.engines.athena.figures import Figures
from trailkit.engines.athena.results import ResultColumn, from_blocks, from_csv
from trailkit.engines.duckdb import LocalEngine
from trailkit.errors import (
    InvalidParameter,
    QueryFailed,
    ResultsChanged,
    UnboundedScan,
    UnknownParameter,
    UnknownQuestion,
    UnknownRelation,
)

LIST = "s3/bucket-deletions"
MANY = "select time, event_id, actor from events order by time, event_id, actor"


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    deliver(athena)
    return athena


@pytest.fixture(params=["local", "csv", "managed"])
def asked(
    request: pytest.FixtureRequest, server: AthenaServer, practice_case: Case
) -> Case:
    """Return a case on each engine, with hundreds of events."""
    if request.param == "local":
        return practice_case.window("2026-03-09 08:00", "2026-03-09 12:00")
    server.workgroup("managed", managed=True)
    workgroup = "dfir" if request.param == "csv" else "managed"
    return case(workgroup=workgroup).window("2026-03-01", "2026-03-11")


@pytest.mark.parametrize("rows", [1, 7, 100, 10_000])
def test_the_chunks_are_the_frame(asked: Case, rows: int) -> None:
    whole = asked.query(MANY)
    chunks = list(asked.query_chunks(MANY, rows=rows))
    pd.testing.assert_frame_equal(pd.concat(chunks), whole)
    assert len(whole) > 100
    assert {len(chunk) for chunk in chunks[:-1]} <= {rows}
    assert 0 < len(chunks[-1]) <= rows


def test_a_chunk_says_where_it_came_from_and_which_it_is(asked: Case) -> None:
    origins = [
        tk.provenance(chunk) for chunk in asked.chunks("overview/volume", rows=2)
    ]
    assert [origin.chunk for origin in origins] == list(range(1, len(origins) + 1))
    assert len({origin.run for origin in origins}) == 1
    assert {origin.question for origin in origins} == {"overview/volume"}
    assert origins[0].rows == 2
    assert all(origin.facts["seconds"] > 0 for origin in origins[-1:])
    assert "chunk  1" in str(origins[0])


def test_an_empty_answer_is_one_chunk_with_its_types(
    asked: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = asked.ask(LIST, bucket="no-such-bucket")
    capsys.readouterr()
    [chunk] = asked.chunks(LIST, bucket="no-such-bucket")
    pd.testing.assert_frame_equal(chunk, whole)
    assert capsys.readouterr().err.count("No rows. Searched") == 1


def test_a_chunk_is_there_before_the_rest(practice_case: Case) -> None:
    chunks = practice_case.query_chunks(MANY, rows=10)
    assert len(next(chunks)) == 10
    other = practice_case.query("select count(*) as n from events")
    assert other["n"][0] > 10
    assert next(chunks).index[0] == 10


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda it: it.chunks("s3/bucket-deletion"), UnknownQuestion),
        (lambda it: it.chunks(LIST, bukket="x"), UnknownParameter),
        (lambda it: it.query_chunks("select * from '/etc/passwd'"), UnknownRelation),
        (lambda it: it.chunks(LIST, rows=0), InvalidParameter),
        (lambda it: it.chunks(LIST, rows=2.5), InvalidParameter),
        (lambda it: it.chunks(LIST, rows=True), InvalidParameter),
    ],
)
def test_what_is_wrong_is_said_before_the_loop(
    practice_case: Case, call: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        call(practice_case)


def test_on_athena_chunks_need_a_window(server: AthenaServer) -> None:
    with pytest.raises(UnboundedScan):
        case().chunks(LIST)


def test_a_loop_that_is_left_leaves_the_engine_ready(asked: Case) -> None:
    for _ in asked.query_chunks(MANY, rows=5):
        break
    gc.collect()
    assert len(asked.query(MANY)) > 100


def test_the_budget_pays_once(server: AthenaServer) -> None:
    paid = case(price=1024.0**2).window("2026-03-03", "2026-03-09").budget(usd=100)
    chunks = paid.chunks(LIST, rows=10)
    assert paid.spending.spent == 0
    next(chunks)
    assert paid.spending.spent == pytest.approx(84, abs=0.01)
    assert len(list(chunks)) > 3
    assert (paid.spending.spent, paid.spending.queries) == (
        pytest.approx(84, abs=0.01),
        1,
    )


def test_chunks_come_by_csv_also_where_answers_are_unloaded(
    server: AthenaServer,
) -> None:
    week = case(unload=True).window("2026-03-03", "2026-03-09")
    [chunk] = week.chunks(LIST)
    assert tk.provenance(chunk).facts["format"] == "CSV"


# --- Local


ENDLESS = (
    "select a.event_id, b.time from events as a cross join events as b "
    "cross join events as c where length(a.event_id) + length(c.event_id) > 1"
)


def test_the_first_rows_of_an_endless_answer_come(practice_case: Case) -> None:
    chunks = practice_case.query_chunks(ENDLESS, rows=1_000)
    assert len(next(chunks)) == 1_000
    chunks.close()
    assert len(practice_case.query("select 1 as one from events")) > 0


def test_ctrl_c_stops_a_chunk_that_takes_long(practice_case: Case) -> None:
    long = f"select count(*) as n from ({ENDLESS}) as every"
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        next(practice_case.query_chunks(long))
    assert len(practice_case.query("select 1 as one from events")) > 0


def test_nothing_outside_the_store_is_read_in_chunks(practice_case: Case) -> None:
    engine = practice_case.engine
    assert isinstance(engine, LocalEngine)
    with pytest.raises(QueryFailed):
        list(engine._chunks("select * from read_text('/etc/passwd')", 10))


# --- Athena's CSV, piece by piece


def test_a_csv_is_read_block_by_block(
    server: AthenaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = case().window("2026-03-03", "2026-03-09")
    whole = week.ask(LIST)
    monkeypatch.setattr(result_files.ResultFiles.blocks, "__defaults__", (100,))
    server.faults.seen.clear()
    server.drop("s3:GetObject", times=1)
    pd.testing.assert_frame_equal(pd.concat(week.chunks(LIST, rows=50)), whole)
    assert server.faults.seen.count("s3:GetObject") > 50


def test_a_csv_that_changes_meanwhile_is_not_mixed(
    server: AthenaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.athena_queries import put

    monkeypatch.setattr(result_files.ResultFiles.blocks, "__defaults__", (None, 2_000))
    chunks = case().window("2026-03-03", "2026-03-09").chunks(LIST, rows=3)
    next(chunks)
    put(str(server.last.output), b'"other"\n' * 10_000)
    with pytest.raises(ResultsChanged, match="another is in its place"):
        list(chunks)


UNTOLD = Figures(None, "1", None)
"""Nothing is known of the query."""

texts = st.none() | st.text(st.sampled_from('a",\n\r;é😀'), max_size=6)


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[n : n + size] for n in range(0, len(content), size))


@given(st.lists(st.tuples(texts, texts), max_size=12), st.integers(1, 40))
def test_blocks_may_end_anywhere(values: list[tuple[Any, ...]], size: int) -> None:
    names, types = ["a", "b"], ["varchar", "varchar"]
    content = to_csv(Rows(names, types, values, pa.table({})))
    columns = list(map(ResultColumn, names, types))
    pieces = list(whole_rows(cut(content, size)))
    assert b"".join(pieces) == content
    tables = list(from_blocks(cut(content, size), columns, UNTOLD))
    assert pa.concat_tables(tables).equals(from_csv(content, columns))


def test_a_csv_of_any_size_takes_the_memory_of_a_few_blocks() -> None:
    """200 MB of CSV: never more than 60 MB at once, of Python's and of Arrow's."""
    line = b'"' + b"x" * 480 + b'\nand ""more""","' + b"y" * 500 + b'"\n'
    block = line * (result_files.BLOCK_BYTES // len(line))
    blocks = chain([b'"a","b"\n'], (block for _ in range(25)))
    columns = [ResultColumn("a", "varchar"), ResultColumn("b", "varchar")]
    gc.collect()
    pool, rows, most = pa.default_memory_pool(), 0, 0
    before = pool.bytes_allocated()
    tracemalloc.start()
    try:
        for table in from_blocks(blocks, columns, UNTOLD):
            rows += table.num_rows
            held = pool.bytes_allocated() - before
            most = max(most, held + tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert rows == 25 * (result_files.BLOCK_BYTES // len(line))
    assert most < 60 * 1024**2
