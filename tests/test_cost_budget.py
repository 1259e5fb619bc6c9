"""A budget: what it counts, what it refuses, and what it does when things fail."""

import math
from dataclasses import replace
from datetime import date

import pytest

from tests.support.athena_server import AthenaServer
from tests.support.trail_listed import A_FILE, case, deliver
from trailkit.aws.prices import prices_of
from trailkit.case import Case
from trailkit.cost.budget import Budget, PaidEngine
from trailkit.cost.count_files import Size
from trailkit.cost.estimate import Estimate
from trailkit.display.provenance import provenance
from trailkit.engines import ANEW, Answer, QueryOptions
from trailkit.errors import BudgetExceeded, InvalidParameter, QueryFailed
from trailkit.scope import Scope

DELETIONS = "s3/bucket-deletions"
A_TERABYTE = Size(1, 1024**4)
SCAN_ALONE = replace(prices_of("us-east-1"), get=0, list=0, storage=0)
ONLY_SCAN = {"scan": 1024.0**2, "get": 0, "list": 0, "storage": 0}
"""A thousand dollars a gigabyte scanned, and nothing for the rest."""


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    deliver(athena)
    return athena


def week() -> Case:
    """Return a case that reads 84 files of a megabyte, at 1,024 dollars a gigabyte."""
    return case(price=ONLY_SCAN).window("2026-03-03", "2026-03-09")


def test_an_ask_adds_what_it_was_billed(server: AthenaServer) -> None:
    paid = week().budget(usd=100)
    frame = paid.ask(DELETIONS)
    assert paid.spending.spent == provenance(frame).facts["dollars"] == 84
    assert repr(paid.spending) == (
        "Budget of $100.00: $84.00 spent (queries: 1), $16.00 left"
    )


def test_narrowed_cases_share_the_account(server: AthenaServer) -> None:
    paid = week().budget(usd=100)
    paid.accounts("111122223333").query("select event_id from events")
    paid.regions("us-east-1").ask(DELETIONS)
    assert paid.spending.spent == 84


def test_an_ask_beyond_the_budget_is_refused_before_it_runs(
    server: AthenaServer,
) -> None:
    paid = week().budget(usd=100)
    paid.ask(DELETIONS)
    with pytest.raises(BudgetExceeded, match=r"would cost \$84.00 \(84 log files"):
        paid.ask(DELETIONS)
    with pytest.raises(BudgetExceeded, match=r"\$84.00 is spent.*budget\(usd=168.0\)"):
        paid.inventory()
    assert len(server.queries) == 1


def test_a_failed_query_is_free(server: AthenaServer) -> None:
    paid = week().budget(usd=100)
    server.failure = "GENERIC_INTERNAL_ERROR: sorry"
    with pytest.raises(QueryFailed):
        paid.ask(DELETIONS)
    assert paid.spending.spent == 0
    assert paid.spending.left == 100


def test_a_query_cut_off_is_billed_for_what_it_scanned(server: AthenaServer) -> None:
    server.workgroup("tight", "s3://results/", BytesScannedCutoffPerQuery=20 * A_FILE)
    paid = case(workgroup="tight", price=ONLY_SCAN).budget(usd=100)
    server.failure_state = "CANCELLED"
    with pytest.raises(QueryFailed, match="stops a query at 20"):
        paid.window("2026-03-03", "2026-03-09").ask(DELETIONS)
    assert paid.spending.spent == 20


def test_an_interrupted_query_counts_in_full() -> None:
    budget = Budget(10)
    estimate = Estimate(
        "it",
        Scope(),
        replace(prices_of("us-east-1"), get=0, list=0, storage=0),
        {date(2026, 3, 3): A_TERABYTE},
    )

    class Interrupted:
        name = "athena"

        def run(self, sql: str, options: QueryOptions = ANEW) -> Answer:
            assert budget.left == 5
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PaidEngine(Interrupted(), budget, estimate).run("select 1")
    assert budget.spent == 5


def test_what_is_held_for_a_running_query_is_not_spent_twice() -> None:
    budget = Budget(9)
    estimate = Estimate(
        "it",
        Scope(),
        replace(prices_of("us-east-1"), get=0, list=0, storage=0),
        {date(2026, 3, 3): A_TERABYTE},
    )
    with (
        budget.held(estimate) as pay,
        pytest.raises(BudgetExceeded, match=r"\$5.00 held"),
        budget.held(estimate),
    ):
        pass
    assert pay is not None
    assert budget.spent == 5


@pytest.mark.parametrize("usd", [0, -1, math.nan, math.inf, "5", None])
def test_a_budget_is_an_amount(usd: object) -> None:
    with pytest.raises(InvalidParameter, match=r"case\.budget\(usd=5\)"):
        Budget(usd)  # type: ignore[arg-type]


def test_a_budget_at_home_is_never_spent(practice_case: Case) -> None:
    paid = practice_case.budget(usd=1)
    paid.ask(DELETIONS)
    paid.inventory()
    assert paid.spending.spent == 0
