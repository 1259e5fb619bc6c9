"""The same question gives the same frame from local files and from a real Trino.

Columns, types, order, values; full and empty; in a narrow scope; with every file
delivered twice and the rows in another order; and from Athena by CSV and by UNLOAD,
where the test server runs each statement on that Trino.
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from trino.exceptions import TrinoQueryError

import trailkit as tk
from tests.conformance.practice_asked import (
    ACCOUNT_IDS,
    DATABASE,
    JSON,
    each_optional,
    on_trino,
    same,
    with_values,
)
from tests.conformance.trino_server import TrinoServer
from tests.conformance.trino_warehouse import TrinoWarehouse
from tests.support.adhoc_read import refused, runs
from tests.support.athena_server import AthenaServer
from tests.support.dialect_cases import EXPRESSIONS, FAILS
from tests.support.sampled import WHOLE, in_turn, some
from tests.support.tables_over_logs import publish
from tests.test_equal_engines import (
    NOTHING,
    QUESTIONS,
    SHAPES,
    UNANSWERED,
    WINDOW,
    arguments,
    on_athena,
)
from tools.practice_case import practice
from trailkit.case import Case
from trailkit.errors import SQLError, UnsupportedSQL
from trailkit.execution.frames import to_frame
from trailkit.lens import compose
from trailkit.questions.question import Question

TOGETHER = 40
"""Expressions in one query."""


@pytest.fixture(scope="module")
def plain(published: TrinoServer) -> Case:
    return on_trino(published, DATABASE)


@pytest.fixture(scope="module")
def doubled(published: TrinoServer) -> Case:
    return on_trino(published, f"{DATABASE}_twice")


@pytest.fixture(scope="module")
def athena(
    _running_athena: AthenaServer, published: TrinoServer, logs: Path
) -> Iterator[tuple[Case, Case]]:
    """Return the test server's Athena, by CSV and by UNLOAD; Trino runs it."""
    with pytest.MonkeyPatch.context() as patch:
        _running_athena.begin(patch)
        _running_athena.warehouse = TrinoWarehouse(published)
        publish(_running_athena, logs, ACCOUNT_IDS, DATABASE)
        yield on_athena(DATABASE), on_athena(DATABASE, unload=True)


@pytest.mark.parametrize("question", some(QUESTIONS, 4))
def test_trino_gives_the_local_frame(
    question: Question, local: Case, plain: Case, doubled: Case
) -> None:
    ways = in_turn(question.name, (plain, doubled))
    cases = (case.window(*WINDOW) for case in (local, *ways))
    frame = same(question, arguments(question), *cases)
    assert len(frame) > 0 or question.name in UNANSWERED


@pytest.mark.parametrize("question", QUESTIONS if WHOLE else SHAPES[::4])
def test_athena_gives_it_too(
    question: Question, local: Case, athena: tuple[Case, Case]
) -> None:
    ways = in_turn(question.name, athena)
    cases = (case.window(*WINDOW) for case in (local, *ways))
    frame = same(question, arguments(question), *cases)
    assert len(frame) > 0 or question.name in UNANSWERED


@pytest.mark.parametrize("question", some(SHAPES, 3))
def test_an_empty_frame_is_equal_too(
    question: Question, local: Case, plain: Case, athena: tuple[Case, Case]
) -> None:
    ways = in_turn(question.name, (plain, *athena))
    cases = (case.window(*NOTHING) for case in (local, *ways))
    assert same(question, arguments(question), *cases).empty


@pytest.mark.parametrize("question", SHAPES if WHOLE else SHAPES[::3])
def test_chunks_together_are_the_frame(question: Question, plain: Case) -> None:
    case = plain.window(*WINDOW)
    whole = case.ask(question.name, **arguments(question))
    chunks = list(case.chunks(question.name, rows=5, **arguments(question)))
    pd.testing.assert_frame_equal(pd.concat(chunks), whole)
    assert len(chunks) == max(1, -(-len(whole) // 5))


@pytest.mark.parametrize("question", some(SHAPES, 3))
def test_a_scope_means_the_same(question: Question, local: Case, plain: Case) -> None:
    narrow = (
        case.window("2026-03-11 18:00", "2026-03-12 02:30:00")
        .accounts("777788889999", "111122223333")
        .regions("us-east-1", "eu-central-1")
        for case in (local, plain)
    )
    same(question, arguments(question), *narrow)


@pytest.mark.parametrize("question", some(QUESTIONS, 6))
def test_every_parameter_means_the_same(
    question: Question, local: Case, plain: Case, athena: tuple[Case, Case]
) -> None:
    for name, values in each_optional(question).items():
        ways = in_turn(name, (plain, *athena))
        cases = (case.window(*WINDOW) for case in (local, *ways))
        frame = same(question, values, *cases)
        assert len(frame) > 0 or question.name in UNANSWERED


def test_every_function_gives_one_frame(
    local: Case, plain: Case, athena: tuple[Case, Case]
) -> None:
    every = [case for cases in EXPRESSIONS.values() for case in cases]
    held = [text for text, value in every if value is not FAILS and _held(local, text)]
    assert len(held) > 0.8 * len(every)
    for start in range(0, len(held), TOGETHER):
        some = enumerate(held[start : start + TOGETHER])
        select = f"select {', '.join(f'{text} as c{n}' for n, text in some)}"
        first, *others = (
            to_frame(case.engine.run(select)) for case in (local, plain, *athena)
        )
        for other in others:
            pd.testing.assert_frame_equal(other, first)


def _held(case: Case, expression: str) -> bool:
    """Return whether a frame can hold an expression's type: a list it cannot."""
    try:
        to_frame(case.engine.run(f"select {expression} as value"))
    except UnsupportedSQL:
        return False
    return True


@pytest.mark.parametrize("relation", ["events", "insights", "network", "aggregated"])
def test_every_column_of_the_lens_is_equal(
    relation: str, local: Case, plain: Case, doubled: Case
) -> None:
    names = [name for name in compose.columns(relation) if name != "resources"]
    order = [name for name in names if name not in JSON]
    select = f"select {', '.join(names)} from {relation} order by {', '.join(order)}"
    first, *others = (
        with_values(case.window(*WINDOW).query(select))
        for case in (local, plain, doubled)
    )
    assert len(first) > 0
    for other in others:
        pd.testing.assert_frame_equal(other, first)


def test_real_records_are_equal(
    trino: TrinoServer, real_logs: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    publish(trino, real_logs, ("111122223333",), "labs")
    names = [name for name in compose.columns("events") if name != "resources"]
    unique = [name for name in names if name not in JSON]
    select = f"select {', '.join(names)} from events order by {', '.join(unique)}"
    store = tmp_path_factory.mktemp("store")
    local = tk.local(real_logs, store=store, progress=False)
    first, other = (
        case.window("2016-01-01", "2026-11-01").query(select)
        for case in (local, on_trino(trino, "labs"))
    )
    assert len(first) > 3_000
    pd.testing.assert_frame_equal(with_values(other), with_values(first))


def test_resources_are_equal(local: Case, plain: Case) -> None:
    select = (
        "select e.event_id, array_join(transform(e.resources, r -> concat_ws('|',"
        " coalesce(r.arn, '-'), coalesce(r.account_id, '-'), coalesce(r.type, '-'))),"
        " ' ') as resources from events e order by event_id, resources"
    )
    first, other = (case.window(*WINDOW).query(select) for case in (local, plain))
    assert first["resources"].notna().any()
    pd.testing.assert_frame_equal(other, first)


@pytest.mark.parametrize("query", some(runs(), 15))
def test_an_ad_hoc_query_gives_one_frame(query: str, local: Case, plain: Case) -> None:
    first, other = (case.window(*WINDOW).query(query) for case in (local, plain))
    pd.testing.assert_frame_equal(with_values(other), with_values(first))


@pytest.mark.parametrize(("query", "remedy"), some(refused(), 15))
def test_trino_refuses_what_is_refused_for_it(
    query: str, remedy: str, trino: TrinoServer, plain: Case
) -> None:
    del remedy
    case = plain.window(*WINDOW)
    try:
        query = compose.compose(query, case.source, case.scope)
    except SQLError:  # it does not even parse
        query = query.removesuffix(";")
    with pytest.raises(TrinoQueryError):
        trino.rows(str(query))


def test_a_delivery_names_its_file(plain: Case) -> None:
    key = practice.answers()
    frame = plain.window(*WINDOW).query(
        f"select file from deliveries where event_id = '{key.deletion.event_id}'"
    )
    assert all(Path(file.removeprefix("file:")).is_file() for file in frame["file"])


def test_the_doubled_tables_are_doubled(plain: Case, doubled: Case) -> None:
    count = "select count(*) as n from deliveries"
    [once], [twice] = (
        case.window(*WINDOW).query(count)["n"].tolist() for case in (plain, doubled)
    )
    assert twice == 2 * once


def test_a_narrow_scope_reads_less(plain: Case) -> None:
    wide = plain.window(*WINDOW)
    narrow = plain.window("2026-03-12", "2026-03-13").accounts("777788889999")
    read = [
        tk.provenance(case.ask("overview/volume")).facts["bytes"]
        for case in (wide, narrow)
    ]
    assert 0 < read[1] < read[0] / 5
