"""A copy is filled step by step in an account: shown, priced, stopped, gone on with."""

import _thread
import threading
import time
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto.glue.models import glue_backends

import trailkit as tk
from tests.support import trail_tables
from tests.support.athena_queries import put
from tests.support.athena_server import ACCOUNT, REGION, AthenaServer
from tests.support.trail_listed import A_FILE, ACCOUNTS, DAYS, FILES, deliver, session
from trailkit.admin.copies import backfill
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import NotConfigured, QueryFailed, TableError, Unavailable
from trailkit.tables import copies
from trailkit.tables.copied_from import DELIVERED_UNTIL

COPY = tk.TableCopy(
    "security.cloudtrail",
    "security.copy",
    "s3://analysis/copy/",
    account=ACCOUNT,
    region=REGION,
    workgroup="dfir",
    days=4,
)
WEEK = ("2026-03-01", "2026-03-07")
A_DAY = len(ACCOUNTS) * 2 * FILES
"""Events of all accounts and regions in a day."""


@pytest.fixture(autouse=True)
def server(athena: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> AthenaServer:
    monkeypatch.setattr(backfill, "POLL", 0.01)
    deliver(athena)
    athena.bucket("analysis")
    return athena


def fill(
    copy: tk.TableCopy = COPY, confirm: str | None = ACCOUNT, **more: Any
) -> backfill.Plan:
    given = {"first": WEEK[0], "last": WEEK[1], "session": session(), **more}
    return copy.fill_in_account(confirm=confirm, **given)


def events(table: str = "security.copy") -> list[str]:
    case = tk.athena(table, workgroup="dfir", session=session(), poll=0.01)
    found = case.window(*WEEK[:1], "2026-03-08").query(
        "select event_id, file from deliveries order by event_id"
    )
    assert found["file"].str.startswith("s3://central-logs/AWSLogs/").all()
    return found["event_id"].tolist()


def ran(server: AthenaServer) -> list[str]:
    return [query.sql.split()[0] for query in server.queries.values()]


def test_without_confirmation_the_steps_are_shown_and_priced(
    server: AthenaServer,
) -> None:
    plan = fill(confirm=None)
    # Each step reads the day after its last one too; the second day has no files.
    files = (len(DAYS[:8]) + 1 - 1) * A_DAY
    assert plan.bytes == files * A_FILE
    scan = sum(step.bill.scan for step in plan.steps)
    assert scan == pytest.approx(plan.bytes / 1024**4 * 5)
    assert plan.dollars > scan
    assert plan.frame["files"].tolist() == [4 * A_DAY, 4 * A_DAY]
    assert repr(plan) == (
        f"AWS account {ACCOUNT}, us-east-1: security.cloudtrail into security.copy\n"
        "  table security.copy over s3://analysis/copy/: to be made\n"
        "  steps: 2, which read 96 log files, 96.0 MB: less than $0.01, and more for "
        "days that the copy holds already\n"
        f'Nothing is changed yet. Add confirm="{ACCOUNT}".'
    )
    assert ran(server) == []
    assert not any("Create" in each for each in server.faults.seen)


def test_a_table_whose_partitions_were_added_by_hand_can_be_copied(
    server: AthenaServer,
) -> None:
    table = trail_tables.table_of("by hand, of every account")
    trail_tables.publish(server, table, trail_tables.deliver(server))
    named = replace(COPY, source=f"security.{table.name}")
    plan = fill(named, confirm=None, accounts=[ACCOUNTS[0]])
    assert len(plan.steps) == 2
    assert all(step.bytes for step in plan.steps)


def test_a_copy_is_made_filled_and_read(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = fill()
    assert ran(server) == ["alter", "insert", "alter", "insert"]
    assert events() == events("security.cloudtrail")
    assert len(events()) == 6 * A_DAY
    said = capsys.readouterr()
    assert "Changing the account now." in said.out
    assert "Step 2 of 2 is done: 2026-03-05 00:00:00 to 2026-03-08" in said.err
    assert plan.billed > 0
    assert 'Ask it: tk.athena("security.copy", workgroup="dfir").' in repr(plan)


def test_the_partitions_have_names_before_they_are_written(
    server: AthenaServer,
) -> None:
    fill(last=WEEK[0])
    add, insert = (query.sql for query in server.queries.values())
    assert add == (
        "alter table `security`.`copy` add if not exists\n"
        "    partition (`event_day` = '2026-03-01', `account` = '111122223333')\n"
        "    partition (`event_day` = '2026-03-01', `account` = '444455556666')"
    )
    assert insert.startswith('insert into "security"."copy" (')


def test_the_plan_shows_the_very_text_that_runs(server: AthenaServer) -> None:
    shown = fill(confirm=None).frame["sql"].tolist()
    fill()
    every = [query.sql for query in server.queries.values()]
    assert shown == [";\n\n".join(every[:2]), ";\n\n".join(every[2:])]


def test_a_copy_is_extended_day_by_day_without_repeats(server: AthenaServer) -> None:
    fill(last="2026-03-04")
    fill(first="2026-03-04")
    assert len(events()) == len(set(events())) == 6 * A_DAY


def test_after_a_failure_the_same_call_goes_on(
    server: AthenaServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    insert = server.warehouse.insert
    calls = []

    def fail_once(*asked: Any) -> None:
        calls.append(asked)
        insert(*asked)
        if len(calls) == 2:
            server.failure = "Query exhausted resources at this scale factor"

    monkeypatch.setattr(server.warehouse, "insert", fail_once)
    with pytest.raises(QueryFailed, match="too large"):
        fill(replace(COPY, days=2))
    said = capsys.readouterr().err
    assert "Steps done: 2 of 4" in said
    assert 'goes on from there with first="2026-03-05"' in said
    server.failure = None
    fill(replace(COPY, days=2), first="2026-03-05")
    assert len(events()) == len(set(events())) == 6 * A_DAY


def test_an_account_and_day_too_large_to_sort_is_copied_in_hours(
    server: AthenaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was stopped between its hours is not said to be copied."""
    monkeypatch.setattr(copies, "MOST_SORTED", 3 * A_FILE)
    halves, insert, calls = (
        fill(last=WEEK[0], confirm=None),
        server.warehouse.insert,
        [],
    )
    assert [str(each.scope)[:52] for each in halves.steps[:2]] == [
        "2026-03-01 00:00:00 to 2026-03-01 12:00:00 UTC, 1111",
        "2026-03-01 12:00:00 to 2026-03-02 00:00:00 UTC, 1111",
    ]
    assert "2 days of an account are too large to sort at once: in 4" in repr(halves)

    def fail_at_last(*asked: Any) -> None:
        calls.append(asked)
        insert(*asked)
        if len(calls) == 3:
            server.failure = "Query exhausted resources at this scale factor"

    monkeypatch.setattr(server.warehouse, "insert", fail_at_last)
    with pytest.raises(QueryFailed):
        fill(last=WEEK[0])
    assert marked() == {ACCOUNTS[0]}
    server.failure = None
    fill(last=WEEK[0])
    assert marked() == {*ACCOUNTS}
    assert len(events()) == len(set(events())) == A_DAY


def marked() -> set[str]:
    """Return the accounts whose day is noted to be copied whole."""
    glue = glue_backends[ACCOUNT][REGION]
    listed = [each.as_dict() for each in glue.get_partitions("security", "copy", "")]
    return {
        each["Values"][1]
        for each in listed
        if DELIVERED_UNTIL in each.get("Parameters", {})
    }


def test_ctrl_c_stops_the_step_in_athena(
    server: AthenaServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.slow = 60

    def interrupt() -> None:
        while len(server.queries) < 2 or server.last.state != "RUNNING":
            time.sleep(0.01)
        _thread.interrupt_main()

    threading.Thread(target=interrupt).start()
    server_start = server.start_query

    def quick_partitions(**settings: Any) -> Any:
        server.slow = 60 if settings["sql"].startswith("insert") else 0
        return server_start(**settings)

    monkeypatch.setattr(server, "start_query", quick_partitions)
    with pytest.raises(KeyboardInterrupt, match="is stopped in Athena"):
        fill()
    assert server.last.state == "CANCELLED"
    assert 'first="2026-03-01"' in capsys.readouterr().err


def test_an_iceberg_copy_is_made_by_a_statement_of_athena(
    server: AthenaServer,
) -> None:
    fill(replace(COPY, iceberg=True))
    assert ran(server) == ["create", "insert", "insert"]
    assert events() == events("security.cloudtrail")


def test_an_iceberg_copy_wants_an_empty_place(server: AthenaServer) -> None:
    put("s3://analysis/copy/left-behind.parquet", b"PAR1")
    with pytest.raises(TableError, match="Name an empty folder"):
        fill(replace(COPY, iceberg=True))
    assert server.files("analysis") == ["copy/left-behind.parquet"]


def test_what_is_there_decides_whether_it_is_iceberg(server: AthenaServer) -> None:
    fill(replace(COPY, iceberg=True), last="2026-03-04")
    fill(first="2026-03-04")
    assert ran(server).count("alter") == 0


def test_the_text_that_tidies_an_iceberg_copy() -> None:
    assert COPY.maintenance_sql("2026-03-01", "2026-03-31") == (
        "optimize security.copy rewrite data using bin_pack where "
        "event_day between '2026-03-01' and '2026-03-31';\n\n"
        "vacuum security.copy;"
    )


def test_late_deliveries_are_searched_as_long_as_one_says(
    server: AthenaServer,
) -> None:
    one, three = (
        fill(last=WEEK[0], late=late, confirm=None).frame for late in ("1d", "3d")
    )
    assert "\"day\" between '2026/03/01' and '2026/03/02'" in one["sql"][0]
    assert "\"day\" between '2026/03/01' and '2026/03/04'" in three["sql"][0]


def test_only_the_accounts_named_are_copied(server: AthenaServer) -> None:
    fill(accounts=ACCOUNTS[:1])
    assert len(events()) == 6 * A_DAY / 2


def test_another_table_under_the_name_is_not_written_to(server: AthenaServer) -> None:
    with pytest.raises(TableError, match="has no column event_version"):
        fill(replace(COPY, name="security.cloudtrail"))
    assert ran(server) == []


def test_another_account_is_not_changed(server: AthenaServer) -> None:
    with pytest.raises(NotConfigured, match="Nothing was changed"):
        fill(confirm="111122223333")
    with pytest.raises(NotConfigured, match=f"are of account {ACCOUNT}"):
        fill(replace(COPY, account="111122223333"), confirm="111122223333")
    tables = boto3.client("glue").get_tables(DatabaseName="security")["TableList"]
    assert [table["Name"] for table in tables] == ["cloudtrail"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("name", "copy"),
        ("name", 'security."copy"'),
        ("files", "analysis/copy"),
        ("files", "s3://analysis/"),
        ("account", "12"),
        ("region", "moon"),
        ("days", 0),
    ],
)
def test_what_aws_would_not_take_is_refused(setting: str, value: Any) -> None:
    with pytest.raises(TableError):
        fill(replace(COPY, **{setting: value}))


def locked() -> bool:
    asked = {"Bucket": "analysis", "Prefix": "copy.filling"}
    listed = boto3.client("s3").list_objects_v2(**asked)
    return bool(listed["KeyCount"])


def test_while_one_fills_another_is_refused(
    server: AthenaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, refused = server.start_query, []

    def fill_meanwhile(**settings: Any) -> Any:
        assert locked()
        with pytest.raises(TableError, match=r"Someone fills this copy: arn:aws:.*"):
            fill()
        refused.append(settings["sql"])
        return start(**settings)

    monkeypatch.setattr(server, "start_query", fill_meanwhile)
    fill(last=WEEK[0])
    assert len(refused) == len(server.queries) == 2
    assert not locked()


def test_a_lock_that_was_left_behind_is_named_with_the_remedy(
    server: AthenaServer,
) -> None:
    boto3.client("s3").put_object(
        Bucket="analysis", Key="copy.filling", Body=b"Someone\x1b[31m, once."
    )
    with pytest.raises(TableError) as refused:
        fill()
    assert str(refused.value) == (
        "Someone fills this copy: Someone[31m, once. Two at once would write records"
        " twice. Wait for the end. If that run has ended and left"
        " s3://analysis/copy.filling behind: When no statement that fills the copy"
        " runs any more in the workgroup dfir, delete that object; then the same call"
        " goes on."
    )
    assert ran(server) == []


def test_after_a_failure_and_after_ctrl_c_the_lock_is_gone(
    server: AthenaServer,
) -> None:
    server.failure = "Query exhausted resources at this scale factor"
    with pytest.raises(QueryFailed):
        fill()
    assert not locked()


def test_a_lock_stays_where_a_statement_may_still_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(*_: object) -> None:
        raise Unavailable("AWS cannot be reached.")

    monkeypatch.setattr(AthenaEngine, "execute", lost)
    with pytest.raises(Unavailable):
        fill()
    assert locked()
    assert "s3://analysis/copy.filling is still there." in capsys.readouterr().err


def test_a_copy_in_a_bucket_that_is_not_there_is_refused(server: AthenaServer) -> None:
    with pytest.raises(TableError, match="There is no bucket nowhere for the copy"):
        fill(replace(COPY, files="s3://nowhere/copy/"))
    assert ran(server) == []
