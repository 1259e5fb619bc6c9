"""A copy is checked as one: what it holds, and that each record is there once."""

from typing import Any

import pytest

import trailkit as tk
from tests.support.athena_queries import put
from tests.support.athena_server import ACCOUNT as MINE
from tests.support.athena_server import REGION, AthenaServer
from tests.support.raw_rows import Located
from tests.support.records_made import ACCOUNT, OTHER, record
from tests.test_checking import everyday, failing, published, session, url, verdicts
from trailkit import dialect
from trailkit.admin.checks import Check
from trailkit.admin.checks.counts import CheckedPlace, count_again
from trailkit.admin.checks.expectations import expectations
from trailkit.admin.copies import backfill
from trailkit.case import Case
from trailkit.errors import BudgetExceeded
from trailkit.record import Kind
from trailkit.tables.table_source import TableSource

CELL = {"account": ACCOUNT, "day": "2026-03-09"}
FOLDER = f"s3://analysis/copy/event_day=2026-03-09/account={ACCOUNT}/"
ONCE = "The copy has each record once"
MEGABYTE = bytes(1024**2)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "POLL", 0.01)


def copied(server: AthenaServer, located: list[Located], **settings: Any) -> Case:
    """Fill a copy with the day of these records, and open it."""
    published(server, located)
    server.bucket("analysis")
    copy = tk.TableCopy(
        "security.cloudtrail",
        "security.copy",
        "s3://analysis/copy/",
        account=MINE,
        region=REGION,
        workgroup="dfir",
        **settings,
    )
    copy.fill_in_account("2026-03-09", "2026-03-09", session=session(), confirm=MINE)
    put(f"{FOLDER}1.parquet", MEGABYTE)
    server.queries.clear()
    return tk.athena("security.copy", workgroup="dfir", poll=0.01, session=session())


def again(server: AthenaServer, change: str = "") -> None:
    """Write the rows of a copy once more, changed, as a second fill at once would."""
    table = 'awsdatacatalog."security"."copy"'
    rows = f"select * replace ({change or 'file as file'}) from {table}"
    server.warehouse._connection.execute(f"insert into {table} {rows}")


def finding(found: Check) -> dict[str, Any]:
    return found.frame.set_index("claim").loc[ONCE].to_dict()


def test_of_everyday_records_nothing_fails(athena: AthenaServer) -> None:
    found = copied(athena, everyday()).table.check(**CELL)
    assert (found.records, failing(found)) == (3, [])
    assert verdicts(found)[ONCE] == "holds"
    assert str(found).startswith("Check of security.copy, 2026-03-09 111122223333\n")


def test_ids_that_all_differ_take_one_query(athena: AthenaServer) -> None:
    copied(athena, everyday()).table.check(**CELL)
    assert len(athena.queries) == 1


def test_records_that_are_there_twice_fail(athena: AthenaServer) -> None:
    case = copied(athena, everyday())
    again(athena, "'another place' as file")
    found = case.table.check(**CELL)
    assert finding(found)["disagree"] == 3
    assert "under another name" in finding(found)["meaning"]
    assert failing(found) == [ONCE]
    assert "fails: The copy has each record once: not so in 3 of 6." in str(found)


def test_a_record_without_an_id_is_compared_too(athena: AthenaServer) -> None:
    case = copied(athena, [(url(), record(eventID=None))])
    again(athena)
    assert finding(case.table.check(**CELL))["disagree"] == 1


def test_the_same_id_with_other_content_is_no_repeat(athena: AthenaServer) -> None:
    case = copied(athena, everyday())
    again(athena, "'other' as user_agent")
    found = case.table.check(**CELL)
    assert verdicts(found)[ONCE] == "holds"
    assert found.repeats == 3
    assert len(athena.queries) == 2


def test_later_frames_carry_that_a_record_is_there_twice(
    athena: AthenaServer,
) -> None:
    case = copied(athena, everyday())
    again(athena)
    case = case.checked(case.table.check(**CELL))
    frame = case.window("2026-03-09", "2026-03-10").ask("overview/volume")
    [checked] = tk.provenance(frame).checked
    assert f"does not hold: {ONCE}" in checked


def test_the_second_query_means_the_same_on_every_engine(
    athena: AthenaServer,
) -> None:
    case = copied(athena, everyday())
    assert isinstance(case.source, TableSource)
    scope = case.window("2026-03-09", "2026-03-10").scope
    sql = count_again(case.source, CheckedPlace(Kind.EVENT, scope, True))
    dialect.check(sql[sql.index("\nselect", sql.index("\n)\n")) :])


def test_the_price_is_said_for_what_may_be_read(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    copied(athena, everyday()).table.check(**CELL)
    assert "The check: at most 1 log files, 3.0 MB" in capsys.readouterr().err


def test_a_budget_is_kept_for_both_queries(athena: AthenaServer) -> None:
    case = copied(athena, everyday())
    again(athena)
    paid = case.budget(usd=1)
    assert failing(paid.table.check(**CELL)) == [ONCE]
    assert paid.spending is not None
    assert paid.spending.queries == 2
    with pytest.raises(BudgetExceeded, match="The check"):
        case.budget(usd=1e-9).table.check(**CELL)


def test_events_of_a_day_are_looked_at_whenever_they_were_delivered(
    athena: AthenaServer,
) -> None:
    late = record(at="23:59:00")
    later = (url().replace("/2026/03/09/", "/2026/03/10/"), late)
    assert copied(athena, [*everyday(), later]).table.check(**CELL).records == 4


def test_the_fullest_account_of_the_day_is_taken(athena: AthenaServer) -> None:
    strange = (url(account=OTHER), record(recipientAccountId=OTHER))
    case = copied(athena, [*everyday(), strange])
    put(f"{FOLDER.replace(ACCOUNT, OTHER)}1.parquet", MEGABYTE * 2)
    found = case.window("2026-03-01", "2026-03-10").table.check()
    assert found.scope.accounts == (OTHER,)
    assert found.records == 1


def test_a_day_that_was_not_copied_is_not_asked(athena: AthenaServer) -> None:
    case = copied(athena, everyday())
    found = case.table.check(**{**CELL, "day": "2026-03-08"})
    assert found.records == 0
    assert (
        'case.table.check(day="2026-03-07"), or name account="111122223333" of'
        in str(found)
    )
    assert case.window("2026-03-01", "2026-03-06").table.check().records == 0
    assert athena.queries == {}


def test_an_iceberg_copy_is_checked_once_its_account_is_named(
    athena: AthenaServer,
) -> None:
    case = copied(athena, everyday(), iceberg=True)
    put(f"s3://analysis/copy/data/{FOLDER[19:]}1.parquet", MEGABYTE)
    found = case.table.check(**CELL)
    assert (found.records, failing(found)) == (3, [])
    with pytest.raises(tk.TrailkitError, match="Or name the place"):
        case.window("2026-03-09", "2026-03-10").table.check()


@pytest.mark.parametrize("kind", Kind)
def test_of_folders_nothing_is_claimed(kind: Kind) -> None:
    of_table = {claim.name for claim in expectations(kind)}
    of_copy = {claim.name for claim in expectations(kind, copied=True)}
    assert of_table - of_copy == {"place", "early", "late", "account", "region"}
