"""Athena gives an answer again: when, for what price, and what the frame then says."""

from datetime import timedelta

import pandas as pd
import pytest

import trailkit as tk
from tests.support.athena_server import AthenaServer
from tests.support.tables_made import OWN
from tests.support.trail_listed import case, deliver, session
from trailkit import clock
from trailkit.engines import QueryOptions
from trailkit.errors import InvalidWindow, NotConfigured
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables.copy import Copy
from trailkit.tables.table_source import TableSource

DELETIONS = "s3/bucket-deletions"
WEEK = ("2026-03-03", "2026-03-09")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    deliver(athena)
    return athena


def facts(frame: pd.DataFrame) -> dict[str, object]:
    return tk.provenance(frame).facts


def test_a_question_asked_again_is_not_billed_again(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    week = case().window(*WEEK)
    first, second = week.ask(DELETIONS), week.ask(DELETIONS)
    pd.testing.assert_frame_equal(first, second)
    assert (facts(first)["reused"], facts(second)["reused"]) == (False, True)
    assert facts(first)["dollars"] > 0
    assert facts(second)["dollars"] == facts(second)["bytes"] == 0
    assert len(server.queries) == 2, "Athena is asked, and answers"
    assert "reused" in capsys.readouterr().err


def test_a_reused_answer_says_whose_it_is_and_of_when(server: AthenaServer) -> None:
    week = case().window(*WEEK)
    week.ask(DELETIONS)
    server.pass_time(20 * MINUTE)
    first = server.last
    [note] = [
        note
        for note in tk.provenance(week.ask(DELETIONS)).notes
        if "Athena reused an answer" in note
    ]
    assert f"of {first.ended:%Y-%m-%d %H:%M:%S} UTC (query {first.id})" in note
    assert "nothing is billed" in note
    assert "delivered since then are not in it: tk.athena(…, reuse=None)" in note


def test_it_says_the_greatest_age_where_athena_does_not_tell_more(
    server: AthenaServer,
) -> None:
    week = case(reuse="30m").window(*WEEK)
    week.ask(DELETIONS)
    look = "athena:GetQueryExecution"
    server.faults.seen.clear()
    server.refuse(
        look,
        "InvalidRequestException",
        until=lambda: server.faults.seen.count(look) < 2,
    )
    notes = tk.provenance(week.ask(DELETIONS)).notes
    assert any("that is at most 30 minutes old" in note for note in notes)


def test_without_reuse_a_question_is_worked_out_anew(server: AthenaServer) -> None:
    week = case(reuse=None).window(*WEEK)
    answers = [week.ask(DELETIONS), week.ask(DELETIONS)]
    assert [facts(each)["reused"] for each in answers] == [False, False]


def test_an_answer_is_reused_so_long_and_no_longer(server: AthenaServer) -> None:
    week = case(reuse="30m").window(*WEEK)
    week.ask(DELETIONS)
    server.pass_time(29 * MINUTE)
    assert facts(week.ask(DELETIONS))["reused"]
    server.pass_time(2 * MINUTE)
    assert not facts(week.ask(DELETIONS))["reused"]


def test_the_newest_hours_are_asked_anew(server: AthenaServer) -> None:
    now = clock.now()
    hours = case().window(now - 5 * HOUR, now - 59 * MINUTE)
    answers = [hours.ask(DELETIONS), hours.ask(DELETIONS)]
    assert not any(facts(each)["reused"] for each in answers)


def test_an_answer_that_was_asked_for_too_early_is_not_reused_later(
    server: AthenaServer,
) -> None:
    now = clock.now()
    hours = case().window(now - 5 * HOUR, now - 65 * MINUTE)
    hours.ask(DELETIONS)
    server.pass_time(20 * MINUTE)
    assert not facts(hours.ask(DELETIONS))["reused"]
    assert facts(hours.ask(DELETIONS))["reused"]


def test_while_files_may_come_late_an_answer_is_reused_for_minutes(
    server: AthenaServer,
) -> None:
    now = clock.now()
    hours = case().window(now - 8 * HOUR, now - 3 * HOUR)
    hours.ask(DELETIONS)
    server.pass_time(9 * MINUTE)
    assert facts(hours.ask(DELETIONS))["reused"]
    server.pass_time(2 * MINUTE)
    assert not facts(hours.ask(DELETIONS))["reused"]


def test_a_copy_is_asked_anew_for_it_may_have_grown() -> None:
    trail = OWN["organization_trail"].definition()
    copy = Copy("security", "copy", "analysis", "cloudtrail").definition()
    scope = Scope().window(*WEEK)
    for definition, may in ((copy, False), (trail, True)):
        source = TableSource({Kind.EVENT: "a.b"}, lambda _, it=definition: it)
        assert bool(source.reuse({Kind.EVENT}, scope)) is may


def test_a_place_of_ones_own_is_never_reused(server: AthenaServer) -> None:
    """Athena does so only where the workgroup's settings hold."""
    week = case(results="s3://results/mine/").window(*WEEK)
    answers = [week.ask(DELETIONS), week.ask(DELETIONS)]
    assert not any(facts(each)["reused"] for each in answers)
    assert facts(answers[1])["output"].startswith("s3://results/mine/")


def test_an_enforced_place_is_reused(server: AthenaServer) -> None:
    server.workgroup("strict", "s3://results/own/", enforced=True)
    week = case(workgroup="strict").window(*WEEK)
    week.ask(DELETIONS)
    assert facts(week.ask(DELETIONS))["reused"]


def test_managed_results_are_not_asked_for_again(server: AthenaServer) -> None:
    server.workgroup("managed", managed=True)
    week = case(workgroup="managed").window(*WEEK)
    week.ask(DELETIONS)
    assert server.last.reuse_minutes is None


def test_an_unloaded_answer_is_not_reused(server: AthenaServer) -> None:
    week = case(unload=True).window(*WEEK)
    answers = [week.ask(DELETIONS), week.ask(DELETIONS)]
    assert not any(facts(each)["reused"] for each in answers)


def test_an_answer_whose_file_is_gone_is_worked_out_anew(server: AthenaServer) -> None:
    week = case().window(*WEEK)
    key = facts(week.ask(DELETIONS))["output"].removeprefix("s3://results/")
    session().client("s3").delete_object(Bucket="results", Key=key)
    assert not facts(week.ask(DELETIONS))["reused"]


def test_a_reused_answer_costs_the_budget_nothing(server: AthenaServer) -> None:
    paid = case(price=1024.0**2).window(*WEEK).budget(usd=170)
    paid.ask(DELETIONS)
    once = paid.spending.spent
    paid.ask(DELETIONS)
    assert (paid.spending.spent, paid.spending.queries) == (once, 2)
    assert once >= 84


def test_a_reused_answer_comes_in_chunks_too(server: AthenaServer) -> None:
    week = case().window(*WEEK)
    whole = week.ask(DELETIONS)
    parts = list(week.chunks(DELETIONS, rows=10))
    assert all(facts(part)["reused"] for part in parts)
    pd.testing.assert_frame_equal(pd.concat(parts), whole)


def test_reuse_travels_with_the_question_and_not_with_the_engine(
    server: AthenaServer,
) -> None:
    engine = case().engine
    for options in (QueryOptions(), QueryOptions(reuse=MINUTE / 2)):
        engine.run("select 1 as one", options)
        assert server.last.reuse_minutes is None
    engine.run("select 1 as one", QueryOptions(reuse=timedelta(days=400)))
    assert server.last.reuse_minutes == 60


def test_a_query_that_may_not_be_reused_names_the_owner_of_its_place(
    server: AthenaServer,
) -> None:
    """One that may be names nothing, or Athena would not reuse it."""
    for reuse, bare in (("60m", True), (None, False)):
        case(reuse=reuse).window(*WEEK).ask(DELETIONS)
        assert server.last.own_settings is bare


@pytest.mark.parametrize("reuse", ["30s", "8d", timedelta(days=7, minutes=1)])
def test_an_age_that_athena_does_not_take_is_refused(reuse: str | timedelta) -> None:
    with pytest.raises(NotConfigured, match='reuse="60m", or reuse=None'):
        case(reuse=reuse)


def test_what_is_no_age_is_refused() -> None:
    with pytest.raises(InvalidWindow, match="'90m'"):
        case(reuse="an hour")
