"""A budget counts what Athena bills, whatever fails after a query was started."""

import random
from collections.abc import Callable

import pytest

from tests.support.athena_server import AthenaServer
from tests.support.trail_listed import A_FILE, case, deliver
from trailkit.case import Case
from trailkit.engines.athena import cursor, figures
from trailkit.errors import BudgetExceeded, EngineError

DELETIONS = "s3/bucket-deletions"
A_MEGABYTE = 1.0
"""What a megabyte costs here, in dollars."""

LEAST = 10.0
"""What the least query costs: ten megabytes are billed."""

ESTIMATE = 84.0


@pytest.fixture
def server(athena: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> AthenaServer:
    monkeypatch.setattr(figures, "_WAITS", (0.0,))
    monkeypatch.setattr(cursor, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    deliver(athena)
    return athena


def week(**settings: object) -> Case:
    """Return a case that reads 84 files of a megabyte, at a dollar a megabyte."""
    price = {"scan": 1024.0**2 * A_MEGABYTE, "get": 0, "list": 0, "storage": 0}
    given = {"price": price, "reuse": None, **settings}
    return case(**given).window("2026-03-03", "2026-03-09").budget(usd=100)


def billed(server: AthenaServer) -> float:
    """Work out what Athena bills for what was started: nothing for what failed."""
    return sum(
        max(LEAST, -(-query.scanned // A_FILE))
        for query in server.queries.values()
        if query.state in ("SUCCEEDED", "CANCELLED")
    )


FAULTS = (
    ("athena:GetQueryExecution", "AccessDeniedException"),
    ("athena:GetQueryExecution", "InvalidRequestException"),
    ("athena:GetQueryExecution", "InternalServerException"),
    ("athena:GetQueryExecution", ""),
    ("athena:GetQueryResults", "AccessDeniedException"),
    ("athena:GetQueryResults", "InvalidRequestException"),
    ("s3:GetObject", "AccessDenied"),
    ("s3:GetObject", "NoSuchKey"),
    ("s3:GetObject", ""),
)


def fail_somewhere(server: AthenaServer, dice: random.Random) -> None:
    """Let one request of those after the start fail, for a while or for ever."""
    action, code = dice.choice(FAULTS)
    seen, after = server.faults.seen, dice.randrange(5)
    begun = seen.count(action)
    server.refuse(
        action,
        code,
        "for a test",
        times=dice.choice([1, 3, 1_000]),
        until=lambda: seen.count(action) <= begun + after,
    )
    if dice.random() < 0.2:
        server.failure = "GENERIC_INTERNAL_ERROR: sorry"
        server.failure_state = dice.choice(["FAILED", "CANCELLED"])
    if dice.random() < 0.3:
        server.refuse("athena:StopQueryExecution", "AccessDeniedException", "no")


def asked(paid: Case, dice: random.Random) -> Callable[[], object]:
    if dice.random() < 0.3:
        return lambda: list(paid.chunks(DELETIONS, rows=5))
    return lambda: paid.ask(DELETIONS)


def counted(server: AthenaServer, seed: int) -> bool:
    """Let one ask fail, and compare the budget with the bill; True where it failed."""
    dice = random.Random(seed)
    server.faults.planned.clear()
    server.queries.clear()
    server.failure = None
    paid = week(unload=dice.random() < 0.3)
    assert paid.spending is not None
    fail_somewhere(server, dice)
    said = ""
    try:
        asked(paid, dice)()
    except EngineError as error:
        said = str(error)
    assert not said or server.last.id in said
    if "counts all of its estimate" in said:
        assert paid.spending.spent == ESTIMATE >= billed(server)
    else:
        assert paid.spending.spent == pytest.approx(billed(server)), seed
    return bool(said)


def test_a_budget_counts_what_is_billed_whatever_fails(server: AthenaServer) -> None:
    assert sum(counted(server, seed) for seed in range(12)) > 5


@pytest.mark.soak
def test_a_thousand_failures_after_the_start_are_counted(server: AthenaServer) -> None:
    failed, seed, wrong = 0, 1_000, dict[int, str]()
    while failed < 1_000:
        try:
            failed += counted(server, seed)
        except AssertionError as error:
            wrong[seed] = str(error)[:200]
        seed += 1
    assert not wrong


def test_results_that_cannot_be_read_are_paid(server: AthenaServer) -> None:
    paid = week()
    server.refuse("s3:GetObject", "AccessDenied")
    with pytest.raises(EngineError):
        paid.ask(DELETIONS)
    with pytest.raises(BudgetExceeded):
        paid.ask(DELETIONS)
    assert paid.spending is not None
    assert paid.spending.spent == billed(server) == 84


def test_a_query_that_may_run_on_counts_in_full_and_is_named(
    server: AthenaServer,
) -> None:
    paid = week()
    server.refuse("athena:(GetQuery|StopQuery)Execution", "AccessDeniedException")
    with pytest.raises(EngineError) as caught:
        paid.ask(DELETIONS)
    assert f"Query {server.last.id} was started. It may still run" in str(caught.value)
    assert "budget counts all of its estimate, $84.00" in str(caught.value)
    assert paid.spending is not None
    assert paid.spending.spent == 84


def test_a_query_that_was_refused_at_the_start_is_free(server: AthenaServer) -> None:
    paid = week()
    server.refuse("athena:StartQueryExecution", "AccessDeniedException")
    with pytest.raises(EngineError):
        paid.ask(DELETIONS)
    assert paid.spending is not None
    assert paid.spending.spent == 0
