"""An Iceberg copy, filled by the real statement on a real Iceberg connector.

``fill_in_account`` makes and fills it through the test server's Athena, which runs each
INSERT on Trino as it stands. The copy is then asked in Trino's Iceberg catalog, and
through Athena, whose one catalog has tables of either kind, as Trino's Hive catalog has
here. OPTIMIZE and VACUUM are Athena's own; Trino has their relatives.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.conformance.copies_filled import WINDOW, Copies, lie
from tests.conformance.practice_asked import (
    DATABASE,
    JSON,
    each_optional,
    on_trino,
    same,
    with_values,
)
from tests.conformance.trino_server import ICEBERG, TrinoServer
from tests.support.athena_server import AthenaServer
from tests.support.sampled import in_turn, some
from tests.support.tables_over_logs import NAMES
from tests.test_equal_engines import (
    SHAPES,
    UNANSWERED,
    arguments,
    on_athena,
)
from trailkit.case import Case
from trailkit.errors import QueryFailed
from trailkit.lens import compose
from trailkit.questions.question import Question
from trailkit.record import Kind
from trailkit.tables import copies
from trailkit.tables.table import Table

PREFIX = "lake_of_"
COPIES = Copies(PREFIX, iceberg=True)


@pytest.fixture(scope="module")
def copied(published: TrinoServer, athena_on_trino: AthenaServer) -> tuple[Case, ...]:
    """Fill the copies; give the cases over them."""
    COPIES.fill_all()
    return (
        on_trino(published, DATABASE, PREFIX, ICEBERG),
        on_athena(DATABASE, PREFIX),
    )


@pytest.mark.parametrize("question", some(SHAPES, 6))
def test_an_iceberg_copy_gives_the_local_frame(
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


def test_a_time_is_written_alike(local: Case, copied: tuple[Case, ...]) -> None:
    select = "select distinct cast(time as varchar) as time from events order by 1"
    first, *others = (case.window(*WINDOW).query(select) for case in (local, *copied))
    for other in others:
        pd.testing.assert_frame_equal(other, first)


def test_a_row_names_its_log_file(copied: tuple[Case, ...]) -> None:
    files = copied[0].window(*WINDOW).query("select distinct file from deliveries")
    assert all(Path(file.removeprefix("file:")).is_file() for file in files["file"])


@pytest.mark.usefixtures("copied")
def test_rows_lie_by_service_action_and_time(published: TrinoServer) -> None:
    disorder, most = lie(published.folder / DATABASE / f"{PREFIX}cloudtrail")
    assert disorder < 1 / 100
    assert most > 1_000


def test_a_narrow_scope_reads_less(copied: tuple[Case, ...]) -> None:
    wide = copied[0].window(*WINDOW)
    narrow = copied[0].window("2026-03-12", "2026-03-13").accounts("777788889999")
    scanned = [
        tk.provenance(case.ask("overview/volume")).facts["bytes"]
        for case in (wide, narrow)
    ]
    assert 0 < scanned[1] < scanned[0] / 10


def written() -> list[str]:
    """Return the columns of a copy of events."""
    return copies.written(COPIES.of("cloudtrail").copy(Kind.EVENT))


@dataclass(frozen=True)
class Made:
    """A copy of events, looked at from Trino: its rows, its files."""

    copies: Copies
    trino: TrinoServer

    @property
    def name(self) -> str:
        """Its name."""
        return f"{self.copies.prefix}cloudtrail"

    def ask(self, sql: str) -> list[Any]:
        """Ask for one row; ``{copy}`` and ``{snapshots}`` are what is asked."""
        place = f"{ICEBERG}.{DATABASE}"
        names = {
            "copy": f'{place}."{self.name}"',
            "snapshots": f'{place}."{self.name}$snapshots"',
        }
        return self.trino.rows(sql.format(**names))[0]

    def rows(self, first: str = "2026-01-01", last: str = "2026-12-31") -> list[Any]:
        """Return the number of some days' rows, and a checksum of all their values."""
        values = ", ".join(written())
        return self.ask(
            f"select count(*), checksum(row({values})) from {{copy}}"
            f" where event_day between '{first}' and '{last}'"
        )

    def files(self, day: str) -> int:
        """Count the files that hold a day."""
        return self._count(f"where event_day = '{day}'")

    def all_files(self) -> int:
        """Count the files that hold any row."""
        return self._count("")

    def _count(self, where: str) -> int:
        [count] = self.ask(f'select count(distinct "$path") from {{copy}} {where}')
        return count

    def accounts(self, day: str) -> int:
        """Count the accounts that have events on a day."""
        [count] = self.ask(
            f"select count(distinct account) from {{copy}} where event_day = '{day}'"
        )
        return count

    def take_half_of(self, other: Copies, first: str, last: str) -> None:
        """Take half of another copy's rows, as if the rest had come late."""
        values = ", ".join(written())
        self.ask(
            f"insert into {{copy}} ({values}) select {values}"
            f" from {ICEBERG}.{DATABASE}.{other.prefix}cloudtrail"
            f" where event_day between '{first}' and '{last}'"
            " and minute(event_time) < 30"
        )

    @property
    def folder(self) -> Path:
        """Where its data files lie."""
        return self.trino.folder / DATABASE / self.name / "data"

    def lying(self) -> set[Path]:
        """Return the data files that lie there, read or not."""
        return set(self.folder.rglob("*.parquet"))


@pytest.fixture
def made(
    request: pytest.FixtureRequest, published: TrinoServer, athena_on_trino: object
) -> Made:
    """Return a copy that is not there yet."""
    prefix = f"copy_{request.node.name.removeprefix('test_')[:20]}_"
    return Made(Copies(prefix, iceberg=True), published)


def test_a_copy_is_free_of_repeats_and_does_not_grow_when_filled_again(
    local: Case, copied: tuple[Case, ...], published: TrinoServer
) -> None:
    count = "select count(*) as n from events"
    once = local.window(*WINDOW).query(count)["n"].tolist()
    copy = Made(COPIES, published)
    before = copy.rows()
    assert before[:1] == once
    COPIES.fill()
    assert copy.rows() == before


@pytest.mark.usefixtures("copied")
def test_extended_by_a_day_it_equals_the_copy_made_at_once(
    made: Made, published: TrinoServer
) -> None:
    made.copies.fill(days=("2026-03-09", "2026-03-10"))
    made.copies.fill(days=("2026-03-11", "2026-03-11"))
    whole = Made(COPIES, published).rows("2026-03-09", "2026-03-11")
    assert made.rows() == whole


@pytest.mark.usefixtures("copied")
def test_a_fill_that_fails_half_way_leaves_nothing_behind(made: Made) -> None:
    made.copies.fill(days=("2026-03-09", "2026-03-09"))
    before, lying = made.rows(), made.lying()
    # Where the folder of the last day must be there is a file: days before are written.
    (made.folder / "event_day=2026-03-12").touch()
    with pytest.raises(QueryFailed, match="ICEBERG_WRITER_OPEN_ERROR"):
        made.copies.fill(days=("2026-03-09", "2026-03-12"))
    assert written_by_the_last_failure(made) > 0
    assert (made.rows(), made.lying()) == (before, lying)
    (made.folder / "event_day=2026-03-12").unlink()
    made.copies.fill(days=("2026-03-09", "2026-03-12"))
    assert made.rows() == Made(COPIES, made.trino).rows("2026-03-09", "2026-03-12")


def written_by_the_last_failure(made: Made) -> int:
    """Count the bytes that the INSERT had written when it failed."""
    [written] = made.ask(
        "select sum(physical_written_bytes) from system.runtime.tasks"
        " where query_id = (select max(query_id) from system.runtime.queries"
        f" where state = 'FAILED' and query like 'insert into%{made.name}%')"
    )
    return written


@pytest.mark.usefixtures("copied")
def test_optimize_joins_files_and_vacuum_lets_old_ones_go(made: Made) -> None:
    whole = Made(COPIES, made.trino)
    first, other, last = "2026-03-10", "2026-03-11", "2026-03-12"
    made.copies.fill(days=(last, last))
    made.take_half_of(COPIES, first, other)
    made.copies.fill(days=(first, other))
    assert made.rows() == whole.rows(first, last)
    accounts, untouched = made.accounts(first), made.files(other)
    assert made.files(first) == 2 * accounts

    optimize, expire = trinos_own(
        made.copies.of("cloudtrail").maintenance_sql(first, first)
    )
    made.trino.rows(optimize)
    assert made.rows() == whole.rows(first, last)
    assert (made.files(first), made.files(other)) == (accounts, untouched)

    # Files that were joined go with the snapshot that did it, so not with the latest.
    made.copies.fill(days=("2026-03-13", "2026-03-13"))
    made.trino.rows(expire)
    assert made.rows() == whole.rows(first, "2026-03-13")
    assert made.ask("select count(*) from {snapshots}") == [1]
    assert len(made.lying()) == made.all_files()


def trinos_own(tidy: str) -> tuple[str, str]:
    """Write Athena's OPTIMIZE and VACUUM in Trino's words, the condition as it is."""
    found = re.fullmatch(
        r"optimize (.+) rewrite data using bin_pack where (.+);\n\nvacuum (.+);", tidy
    )
    assert found
    assert found[1] == found[3]
    table = f"alter table {ICEBERG}.{found[1]} execute"
    return (
        f"{table} optimize where {found[2]}",
        f"{table} expire_snapshots(retention_threshold => '0s')",
    )


@pytest.mark.usefixtures("copied")
@pytest.mark.parametrize("kind", Kind)
def test_the_definition_tells_the_copy_and_its_kind(
    kind: Kind, published: TrinoServer
) -> None:
    found = published.engine().definition(f"{ICEBERG}.{DATABASE}.{PREFIX}{NAMES[kind]}")
    table = Table.of(found)
    assert table.is_copy
    assert table.kind is kind
    assert found.location == f"file://{published.folder / DATABASE / found.name}"
