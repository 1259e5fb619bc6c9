"""A copy, filled by the real statement on a real Trino, gives the local frames.

It is made of the doubled tables, by ``fill_in_account`` through the test server's
Athena, which runs each INSERT on that Trino. Then it is asked through Trino, and
through Athena by CSV and by UNLOAD.
"""

from pathlib import Path

import pandas as pd
import pytest

from tests.conformance.copies_filled import WINDOW, Copies, lie
from tests.conformance.practice_asked import (
    DATABASE,
    JSON,
    each_optional,
    on_trino,
    same,
    with_values,
)
from tests.conformance.trino_server import TrinoServer
from tests.support.athena_server import AthenaServer
from tests.support.sampled import in_turn, some
from tests.test_equal_engines import (
    SHAPES,
    UNANSWERED,
    arguments,
    on_athena,
)
from trailkit.admin.checks import Check
from trailkit.case import Case
from trailkit.lens import compose
from trailkit.questions.question import Question

PREFIX = "copy_of_"
COPIES = Copies(PREFIX)


@pytest.fixture(scope="module")
def copied(published: TrinoServer, athena_on_trino: AthenaServer) -> tuple[Case, ...]:
    """Fill the copies; give the cases over them."""
    COPIES.fill_all()
    return (
        on_trino(published, DATABASE, PREFIX),
        on_athena(DATABASE, PREFIX),
        on_athena(DATABASE, PREFIX, unload=True),
    )


@pytest.mark.parametrize("question", some(SHAPES, 4))
def test_a_copy_gives_the_local_frame(
    question: Question, local: Case, copied: tuple[Case, ...]
) -> None:
    ways = in_turn(question.name, copied)
    cases = (case.window(*WINDOW) for case in (local, *ways))
    frame = same(question, arguments(question), *cases)
    assert len(frame) > 0 or question.name in UNANSWERED


@pytest.mark.parametrize("question", some(SHAPES, 8))
def test_every_parameter_means_the_same(
    question: Question, local: Case, copied: tuple[Case, ...]
) -> None:
    for name, values in each_optional(question).items():
        ways = in_turn(name, copied)
        cases = (case.window(*WINDOW) for case in (local, *ways))
        frame = same(question, values, *cases)
        assert len(frame) > 0 or question.name in UNANSWERED


@pytest.mark.parametrize("question", some(SHAPES, 4))
def test_a_scope_means_the_same(
    question: Question, local: Case, copied: tuple[Case, ...]
) -> None:
    narrow = (
        case.window("2026-03-11 18:00", "2026-03-12 02:30:00")
        .accounts("777788889999", "111122223333")
        .regions("us-east-1", "eu-central-1")
        for case in (local, *in_turn(question.name, copied))
    )
    same(question, arguments(question), *narrow)


@pytest.mark.parametrize("relation", ["events", "insights", "network", "aggregated"])
def test_every_column_of_the_lens_is_equal(
    relation: str, local: Case, copied: tuple[Case, ...]
) -> None:
    names = [name for name in compose.columns(relation) if name != "resources"]
    order = [name for name in names if name not in JSON]
    select = f"select {', '.join(names)} from {relation} order by {', '.join(order)}"
    first, *others = (
        with_values(case.window(*WINDOW).query(select))
        for case in (local, *in_turn(relation, copied))
    )
    assert len(first) > 0
    for other in others:
        pd.testing.assert_frame_equal(other, first)


def count(case: Case, relation: str) -> int:
    frame = case.window(*WINDOW).query(f"select count(*) as n from {relation}")
    return frame["n"].tolist()[0]


def test_a_copy_is_free_of_repeats(local: Case, copied: tuple[Case, ...]) -> None:
    once = count(local, "events")
    assert [count(case, "deliveries") for case in copied] == [once] * 3


def test_filling_again_adds_nothing(local: Case, copied: tuple[Case, ...]) -> None:
    COPIES.fill()
    assert count(copied[0], "deliveries") == count(local, "events")


def test_a_row_names_its_log_file(copied: tuple[Case, ...]) -> None:
    files = copied[0].window(*WINDOW).query("select distinct file from deliveries")
    assert all(Path(file.removeprefix("file:")).is_file() for file in files["file"])


@pytest.mark.usefixtures("copied")
def test_rows_lie_by_service_action_and_time(published: TrinoServer) -> None:
    disorder, most = lie(published.folder / DATABASE / f"{PREFIX}cloudtrail")
    assert disorder < 1 / 100
    assert most > 1_000


ONCE = "The copy has each record once"


def verdict(found: Check) -> tuple[str, int]:
    row = found.frame.set_index("claim").loc[ONCE]
    return row["verdict"], int(row["disagree"])


def test_a_check_finds_each_record_once(copied: tuple[Case, ...]) -> None:
    found = copied[0].window("2026-03-12", "2026-03-13").table.check()
    assert found.records > 500
    assert verdict(found) == ("holds", 0)


@pytest.mark.usefixtures("copied")
def test_a_check_finds_what_is_there_twice(published: TrinoServer) -> None:
    once = f"hive.{DATABASE}.{PREFIX}cloudtrail"
    day = f"select * from {once} where event_day = '2026-03-12'"
    published.rows(
        f"create table {once}_twice with (format = 'PARQUET', partitioned_by = "
        f"array['event_day', 'account']) as {day} union all {day}"
    )
    twice = on_trino(published, DATABASE, PREFIX, events="cloudtrail_twice")
    found = twice.window("2026-03-12", "2026-03-13").table.check()
    assert verdict(found) == ("fails", found.records // 2)
