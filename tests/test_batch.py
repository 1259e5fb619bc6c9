"""Many questions at once, on Athena and at home."""

import _thread
import threading
import time
from dataclasses import replace

import pandas as pd
import pytest

from tests.support.athena_server import AthenaServer
from tests.support.trail_listed import case, deliver
from trailkit.case import Case
from trailkit.errors import (
    BudgetExceeded,
    MissingParameter,
    TableError,
    UnboundedScan,
    UnknownQuestion,
)
from trailkit.questions.library import Library

DELETIONS = "s3/bucket-deletions"
SEVERAL = [DELETIONS, "overview/volume", "signin/console", "persistence/iam-changes"]


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    deliver(athena)
    return athena


def week() -> Case:
    return case().window("2026-03-03", "2026-03-09")


def test_each_answer_is_what_ask_gives(server: AthenaServer) -> None:
    answers = week().ask_all(SEVERAL)
    assert list(answers) == SEVERAL
    assert not answers.errors
    for name in SEVERAL:
        pd.testing.assert_frame_equal(answers[name], week().ask(name))


def test_the_same_at_home(practice_case: Case) -> None:
    answers = practice_case.ask_all(SEVERAL)
    for name in SEVERAL:
        pd.testing.assert_frame_equal(answers[name], practice_case.ask(name))


def test_one_failure_does_not_sink_the_rest(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    [*questions] = week().questions
    sql = "select event_id from network order by event_id"
    calls = replace(questions[0], name="network/calls", sql=sql, parameters=())
    asked = replace(week(), questions=Library([*questions, calls]))
    network = calls.name
    answers = asked.ask_all([network, DELETIONS])
    assert list(answers) == [DELETIONS]
    assert isinstance(answers.errors[network], TableError)
    with pytest.raises(TableError, match="no table of network records"):
        answers[network]
    with pytest.raises(KeyError):
        answers["another"]
    assert f"{network}: TableError" in repr(answers)
    assert f"{network} has no answer" in capsys.readouterr().err


def test_a_wrong_call_is_refused_before_anything_runs(server: AthenaServer) -> None:
    with pytest.raises(UnknownQuestion):
        week().ask_all([DELETIONS, "s3/bucket-deletion"])
    with pytest.raises(MissingParameter):
        week().ask_all([DELETIONS, "identity/access-key"])
    with pytest.raises(UnboundedScan):
        case().ask_all(SEVERAL)
    assert not server.queries


def test_a_question_asked_twice_is_named_with_its_values(server: AthenaServer) -> None:
    wanted = [(DELETIONS, {"bucket": "payroll"}), (DELETIONS, {"bucket": "nowhere"})]
    answers = week().ask_all(wanted)
    assert {name: len(frame) for name, frame in answers.items()} == {
        f"{DELETIONS}(bucket='payroll')": 72,
        f"{DELETIONS}(bucket='nowhere')": 0,
    }


def test_no_more_run_at_once_than_allowed(server: AthenaServer) -> None:
    server.slow = 0.3
    most = 0

    def watch() -> None:
        nonlocal most
        while not done.wait(0.01):
            running = [q.state == "RUNNING" for q in list(server.queries.values())]
            most = max(most, sum(running))

    done = threading.Event()
    watching = threading.Thread(target=watch)
    watching.start()
    try:
        week().ask_all(SEVERAL, at_once=2)
    finally:
        done.set()
        watching.join()
    assert most == 2


def test_a_note_is_said_once(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    week().ask_all(SEVERAL)
    assert capsys.readouterr().err.count("were not searched") == 1


def test_a_budget_holds_for_all_of_them(server: AthenaServer) -> None:
    paid = case(price=1024.0**2).window("2026-03-03", "2026-03-09").budget(usd=200)
    answers = paid.ask_all(SEVERAL)
    assert len(answers) == 2
    assert {type(error) for error in answers.errors.values()} == {BudgetExceeded}
    assert paid.spending.spent == pytest.approx(168, abs=0.01)


def test_ctrl_c_stops_them_all(server: AthenaServer) -> None:
    server.slow = 60

    def interrupt() -> None:
        while sum(q.state == "RUNNING" for q in list(server.queries.values())) < 2:
            time.sleep(0.02)
        _thread.interrupt_main()

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        week().ask_all(SEVERAL, at_once=2)
    assert len(server.queries) == 2
    assert {query.state for query in server.queries.values()} == {"CANCELLED"}
