"""Estimates of every kind of table against the bytes that Athena reports of the run."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import trailkit as tk
from tests.support.athena_server import AthenaServer
from tests.support.sampled import some
from tests.support.trail_listed import session
from tests.support.trail_tables import (
    BY_HAND,
    DAYS,
    INSIGHTS,
    KINDS,
    OWN,
    deliver,
    publish,
    publish_copy,
    table_of,
)
from trailkit.case import Case
from trailkit.cost.bill import Usage
from trailkit.display.provenance import provenance
from trailkit.errors import AccessRefused, TableError
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables.table_source import TableSource

DELETIONS = "s3/bucket-deletions"
EVERY_FILE = [kind for kind in KINDS if "unpartitioned" in kind or "serde" in kind]

SCOPES: dict[str, Callable[[Case], Case]] = {
    "a day": lambda case: case.window("2026-03-03", "2026-03-04"),
    "late files": lambda case: case.window("2026-03-02", "2026-03-03").late("3d"),
    "an hour over midnight": lambda case: case.window(
        "2026-03-04 23:30", "2026-03-05 00:30"
    ),
    "a region": lambda case: case.window("2026-03-01", "2026-03-07").regions(
        "us-east-1"
    ),
    "a region before November 2021": lambda case: case.window(
        "2021-03-01", "2021-03-03"
    ).regions("us-east-1"),
}

QUESTIONS = {
    "mine/looks-back": """\
-- title: "Which actions, and which before?"
-- lookback: 3d
select action, count(*) as events, min(time) as first_seen, max(time) as last_seen
from events
where time < :window_end and time >= :window_start
group by action
order by action
""",
    "mine/twice": """\
-- title: "Which actions came twice?"
-- scans: 2
with seen as (select action, event_id, time from events)
select s.action, count(*) as events, min(s.time) as first_seen,
    max(o.time) as last_seen
from seen as s
inner join seen as o on s.event_id = o.event_id
group by s.action
order by action
""",
    "mine/both": """\
-- title: "What is in both?"
-- scans: 2
with both_kinds as (
    select action, time from events
    union all
    select action, time from insights
)
select action, count(*) as events, min(time) as first_seen, max(time) as last_seen
from both_kinds
group by action
order by action
""",
}


@pytest.fixture
def sizes(athena: AthenaServer) -> dict[str, int]:
    for bucket in ("central-logs", "analysis"):
        athena.bucket(bucket)
    return deliver(athena)


def case(name: str, **more: Any) -> Case:
    """Open a table, of one account: a few see no other."""
    opened = tk.athena(
        f"security.{name}", workgroup="dfir", poll=0.01, session=session(), **more
    )
    return opened.accounts("111122223333")


def require_true(server: AthenaServer, asked: Case, question: str = DELETIONS) -> Usage:
    """Compare an estimate with what the run reports, and with what S3 counts."""
    said = asked.estimate(question)
    facts = provenance(asked.ask(question)).facts
    done = server.last.read
    assert said.bytes == pytest.approx(facts["bytes"], rel=0.05)
    assert said.bill.scan == pytest.approx(facts["dollars"], rel=0.05)
    counted = (done.gets, done.lists, done.decrypts, done.retrieved)
    usage = said.usage
    estimated = (usage.gets, usage.lists, usage.decrypts, usage.retrieved)
    assert estimated == pytest.approx(counted, rel=0.05)
    assert not said.at_most
    return usage


@pytest.mark.parametrize("kind", some(KINDS, 3))
def test_an_estimate_of_any_table_is_what_the_run_reports(
    athena: AthenaServer, sizes: dict[str, int], kind: str
) -> None:
    table = table_of(kind)
    publish(athena, table, sizes)
    opened, weighed = case(table.name), dict[str, int]()
    for name, narrowed in SCOPES.items():
        # A scope beyond what the table looks into is refused.
        with suppress(TableError):
            weighed[name] = require_true(athena, narrowed(opened)).bytes
    assert len(weighed) >= 3
    every_file = len(set(weighed.values())) == 1
    assert every_file == (kind in EVERY_FILE)
    assert all(weighed.values())
    assert len(SCOPES["a day"](opened).ask(DELETIONS))


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("kind", ["trailkit's own", "by hand, of every account"])
def test_an_estimate_of_any_question_is_what_the_run_reports(
    athena: AthenaServer, sizes: dict[str, int], kind: str, name: str, tmp_path: Path
) -> None:
    table = table_of(kind)
    publish(athena, table, sizes)
    publish(athena, INSIGHTS.definition(), deliver(athena, Kind.INSIGHT))
    (tmp_path / "mine").mkdir()
    (tmp_path / f"{name}.sql").write_text(QUESTIONS[name], encoding="utf-8")
    opened = case(table.name, insights="security.insights")
    mine = replace(opened, questions=opened.questions.with_folder(tmp_path))
    asked = mine.window("2026-03-05", "2026-03-06")
    more = require_true(athena, asked, name).bytes
    assert more > require_true(athena, asked).bytes


# What an estimate says


def test_a_table_without_partitions_is_said_to_be_read_whole(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    table = table_of("unpartitioned, of every account")
    publish(athena, table, sizes)
    found = case(table.name).window("2026-03-03", "2026-03-04").estimate()
    assert found.files == len(sizes)
    assert found.bytes == sum(sizes.values())
    assert 'cloudtrail"' not in str(found)
    assert "has no partitions: a question reads every file below s3://" in str(found)
    assert "print(case.table.better())" in str(found)
    assert found.frame["files"].sum() == len(sizes)


def test_days_without_a_partition_are_named_and_noted(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    table = table_of("region and dt")
    publish(athena, table, sizes)
    asked = case(table.name).window("2026-03-07", "2026-03-09")
    gap = f"has no partition of {DAYS[-2]}: nothing is found there"
    assert gap in str(asked.estimate())
    frame = asked.ask(DELETIONS)
    assert any(gap in note for note in provenance(frame).notes)


def test_a_look_at_another_scope_leaves_them_named(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    """A long list is weighed by a look at one day; a broad estimate comes between."""
    table = table_of("region and dt")
    publish(athena, table, sizes)
    source = case(table.name).source
    assert isinstance(source, TableSource)
    scope = Scope().window("2026-03-07", "2026-03-09")
    day = Scope().window("2026-03-08", "2026-03-09")
    gaps = source.read_plan(Kind.EVENT, scope).gaps
    assert gaps
    source.read_plan(Kind.EVENT, day)
    assert set(gaps) <= set(source.notes(scope, [Kind.EVENT]))


def test_a_scope_without_any_partition_is_refused_before_the_run(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    table = table_of("region and dt")
    publish(athena, table, sizes)
    asked = case(table.name).window("2026-05-07", "2026-05-09")
    for ask in (asked.estimate, lambda: asked.ask(DELETIONS)):
        with pytest.raises(TableError, match=r"it has: region='eu-west-1', dt='2021"):
            ask()
    assert not athena.queries


def test_a_stray_blank_in_a_partitions_value_shows(athena: AthenaServer) -> None:
    athena.bucket("central-logs")
    table = table_of("region and dt")
    publish(athena, table, {})
    athena.add_partition(
        "security", table.name, ["us-east-1 ", "2026-03-03"], "s3://b/x"
    )
    asked = case(table.name).window("2026-03-03", "2026-03-04").regions("us-east-1")
    with pytest.raises(TableError, match="region='us-east-1 '"):
        asked.ask(DELETIONS)


def test_a_table_to_which_nobody_added_a_partition_is_refused(
    athena: AthenaServer,
) -> None:
    table = table_of("region and dt")
    publish(athena, table, {})
    with pytest.raises(TableError, match="has no partition at all"):
        case(table.name).window("2026-03-03", "2026-03-04").ask(DELETIONS)


def test_partitions_come_a_page_at_a_time(
    athena: AthenaServer, sizes: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.athena_server.PagedResponse.most", 7)
    table = table_of("by hand, of every account")
    publish(athena, table, sizes)
    athena.faults.seen.clear()
    require_true(athena, case(table.name).window("2026-03-01", "2026-03-09"))
    assert athena.faults.seen.count("glue:GetPartitions") > 2


def test_glue_is_told_what_it_understands(athena: AthenaServer) -> None:
    """So that it gives few partitions: one page, where all of them are ten."""
    athena.bucket(bucket := "central-logs")
    table = table_of("by hand, of every account")
    publish(athena, table, {})
    for number in range(10_000):
        values = [f"{number:012}", "us-east-1", "2026/03/03"]
        athena.add_partition("security", table.name, values, f"s3://{bucket}/{number}")
    athena.faults.seen.clear()
    one = case(table.name).everything().accounts("000000000007")
    one.window("2026-03-03", "2026-03-04").estimate()
    assert athena.faults.seen.count("glue:GetPartitions") == 1


def test_an_expression_that_glue_refuses_is_left_out(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    table = table_of("region and dt")
    publish(athena, table, sizes)
    athena.refuse("glue:GetPartitions", "InvalidInputException", times=1)
    assert case(table.name).window("2026-03-03", "2026-03-04").estimate().files


def test_a_missing_right_to_partitions_is_named(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    table = table_of("region and dt")
    publish(athena, table, sizes)
    athena.refuse("glue:GetPartitions", "AccessDeniedException")
    with pytest.raises(AccessRefused, match="glue:GetPartitions"):
        case(table.name).window("2026-03-03", "2026-03-04").estimate()


@pytest.mark.parametrize("iceberg", [False, True])
def test_a_copy_is_said_to_read_at_most_so_much(
    athena: AthenaServer, iceberg: bool
) -> None:
    athena.bucket("analysis")
    publish_copy(athena, iceberg)
    asked = case("copied").window("2026-03-04", "2026-03-06")
    found = asked.estimate()
    assert found.at_most
    assert "at most 2 log files" in str(found)
    assert "Its files lie in columns" in str(found)
    assert ("VACUUM" in str(found)) == iceberg
    assert [day for day, size in found.days.items() if size.files] == [
        date(2026, 3, 4),
        date(2026, 3, 5),
    ]
    if not iceberg:  # whose partitions the tests' Athena does not know
        frame = asked.query("select event_id from events order by event_id")
        assert provenance(frame).facts["bytes"] == found.bytes


def test_the_names_of_kinds_differ() -> None:
    assert len({table_of(kind).name for kind in KINDS}) == len(KINDS)
    assert len(BY_HAND) >= 5
    assert OWN.kind is Kind.EVENT
