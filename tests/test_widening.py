"""A search that widens until it finds something."""

import pytest

from tests.support.athena_server import AthenaServer
from tests.support.trail_listed import case, deliver
from trailkit.display.provenance import provenance
from trailkit.errors import BudgetExceeded, UnknownQuestion

DELETIONS = "s3/bucket-deletions"


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    deliver(athena)  # its events are at noon of each day but 2026-03-02
    return athena


@pytest.mark.parametrize(
    ("around", "queries", "said"),
    [
        ("2026-03-05 12:10", 1, "Found 12 rows in an hour around that time."),
        ("2026-03-05 02:00", 2, "rows in a day around that time. In an hour there was"),
        ("2026-03-02 12:00", 3, "rows in a week around that time. In a day there was"),
        ("2026-06-01", 4, "Searched a month around that time, and found nothing."),
    ],
)
def test_it_widens_until_it_finds_something(
    server: AthenaServer,
    capsys: pytest.CaptureFixture[str],
    around: str,
    queries: int,
    said: str,
) -> None:
    frame = case().find(DELETIONS, around=around, bucket="payroll")
    assert len(server.queries) == queries
    assert said in capsys.readouterr().err
    assert frame.empty is (queries == 4)


def test_it_says_only_what_the_last_step_had_to_say(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    case().find(DELETIONS, around="2026-06-01")
    assert capsys.readouterr().err.count("were not searched") == 1


def test_it_ends_with_the_budget(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    paid = case(price=1024.0**2).budget(usd=60.1)
    frame = paid.find(DELETIONS, around="2026-03-05 12:10", bucket="nothing")
    assert frame.empty
    said = capsys.readouterr().err
    assert "The search ended before a week." in said
    assert "Searched a day around that time" in said
    assert "2026-03-05 00:10:00 to 2026-03-06 00:10:00" in provenance(frame).scope


def test_a_budget_too_small_for_an_hour_is_said(server: AthenaServer) -> None:
    with pytest.raises(BudgetExceeded):
        case().budget(usd=1e-9).find(DELETIONS, around="2026-03-05")


def test_a_wrong_name_is_refused(server: AthenaServer) -> None:
    with pytest.raises(UnknownQuestion):
        case().find("s3/deletions", around="2026-03-05")
