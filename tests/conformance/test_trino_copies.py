"""A copy, filled by the real statement on a real Trino, gives the local frames.

It is made of the doubled tables, by ``fill_in_account`` through the test server's
Athena, which runs each INSERT on that Trino. Then it is asked through Trino, and
through Athena by CSV and by UNLOAD.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import trailkit as tk
from tests.athena_server import ACCOUNT, REGION, AthenaServer
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
from tests.tables_over_logs import BUCKET, NAMES, publish
from tests.test_equal_engines import QUESTIONS, WINDOW, arguments, on_athena, session
from trailkit import lens
from trailkit.case import Case
from trailkit.checking import Check
from trailkit.copying import filling
from trailkit.question import Question

PREFIX = "copy_of_"


@dataclass(frozen=True)
class Copies:
    """The copies of all kinds: the cases over them, and how each is filled."""

    cases: tuple[Case, Case, Case]
    folder: Path

    def fill(self, name: str) -> None:
        """Fill the copy of a table, from the one with every record twice."""
        copy = tk.TableCopy(
            f"{DATABASE}_twice.{name}",
            f"{DATABASE}.{PREFIX}{name}",
            f"s3://analysis/{name}/",
            account=ACCOUNT,
            region=REGION,
            workgroup="dfir",
            days=5,
        )
        copy.fill_in_account(*WINDOW, late="3d", session=session(), confirm=ACCOUNT)


@pytest.fixture(scope="module")
def copied(
    _running_athena: AthenaServer, published: TrinoServer, logs: Path
) -> Iterator[Copies]:
    """Fill the copies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "POLL", 0.01)
        _running_athena.begin(patch)
        _running_athena.bucket(BUCKET)
        _running_athena.bucket("analysis")
        _running_athena.warehouse = TrinoWarehouse(published)
        publish(_running_athena, logs, ACCOUNT_IDS, DATABASE)
        cases = (
            on_trino(published, DATABASE, PREFIX),
            on_athena(DATABASE, PREFIX),
            on_athena(DATABASE, PREFIX, unload=True),
        )
        made = Copies(cases, published.folder / DATABASE)
        for name in NAMES.values():
            made.fill(name)
        yield made


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_copy_gives_the_local_frame(
    question: Question, local: Case, copied: Copies
) -> None:
    cases = (case.window(*WINDOW) for case in (local, *copied.cases))
    assert len(same(question, arguments(question), *cases)) > 0


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_parameter_means_the_same(
    question: Question, local: Case, copied: Copies
) -> None:
    for values in each_optional(question):
        cases = (case.window(*WINDOW) for case in (local, *copied.cases))
        assert len(same(question, values, *cases)) > 0


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_scope_means_the_same(
    question: Question, local: Case, copied: Copies
) -> None:
    narrow = (
        case.window("2026-03-11 18:00", "2026-03-12 02:30:00")
        .accounts("777788889999", "111122223333")
        .regions("us-east-1", "eu-central-1")
        for case in (local, *copied.cases)
    )
    same(question, arguments(question), *narrow)


@pytest.mark.parametrize("relation", ["events", "insights", "network", "aggregated"])
def test_every_column_of_the_lens_is_equal(
    relation: str, local: Case, copied: Copies
) -> None:
    names = [name for name in lens.columns(relation) if name != "resources"]
    order = [name for name in names if name not in JSON]
    select = f"select {', '.join(names)} from {relation} order by {', '.join(order)}"
    first, *others = (
        with_values(case.window(*WINDOW).query(select))
        for case in (local, *copied.cases)
    )
    assert len(first) > 0
    for other in others:
        pd.testing.assert_frame_equal(other, first)


def count(case: Case, relation: str) -> int:
    frame = case.window(*WINDOW).query(f"select count(*) as n from {relation}")
    return frame["n"].tolist()[0]


def test_a_copy_is_free_of_repeats(local: Case, copied: Copies) -> None:
    once = count(local, "events")
    assert [count(case, "deliveries") for case in copied.cases] == [once] * 3


def test_filling_again_adds_nothing(local: Case, copied: Copies) -> None:
    copied.fill("cloudtrail")
    assert count(copied.cases[0], "deliveries") == count(local, "events")


def test_a_row_names_its_log_file(copied: Copies) -> None:
    files = (
        copied.cases[0].window(*WINDOW).query("select distinct file from deliveries")
    )
    assert all(Path(file.removeprefix("file:")).is_file() for file in files["file"])


def test_rows_lie_by_service_action_and_time(copied: Copies) -> None:
    order = ["event_source", "event_name", "event_time"]
    parts = [
        pq.read_table(path, columns=order, partitioning=None)
        for path in (copied.folder / f"{PREFIX}cloudtrail").rglob("event_day=*/*/*")
        if not path.name.startswith(".")
    ]
    rows = [[tuple(row.values()) for row in part.to_pylist()] for part in parts]
    neighbours = [pair for part in rows for pair in pairwise(part)]
    # Where the pages of two writers meet, a few may stand the wrong way round.
    assert sum(first > second for first, second in neighbours) < len(neighbours) / 100
    assert max(map(len, rows)) > 1_000


ONCE = "The copy has each record once"


def verdict(found: Check) -> tuple[str, int]:
    row = found.frame.set_index("claim").loc[ONCE]
    return row["verdict"], int(row["disagree"])


def test_a_check_finds_each_record_once(copied: Copies) -> None:
    found = copied.cases[0].window("2026-03-12", "2026-03-13").check()
    assert found.records > 500
    assert verdict(found) == ("holds", 0)


def test_a_check_finds_what_is_there_twice(
    copied: Copies, published: TrinoServer
) -> None:
    once = f"hive.{DATABASE}.{PREFIX}cloudtrail"
    day = f"select * from {once} where event_day = '2026-03-12'"
    published.rows(
        f"create table {once}_twice with (format = 'PARQUET', partitioned_by = "
        f"array['event_day', 'account']) as {day} union all {day}"
    )
    twice = on_trino(published, DATABASE, PREFIX, events="cloudtrail_twice")
    found = twice.window("2026-03-12", "2026-03-13").check()
    assert verdict(found) == ("fails", found.records // 2)
