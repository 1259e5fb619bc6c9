"""Large answers from Athena: which of them come by UNLOAD, and what that leaves."""

import _thread
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

import trailkit as tk
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import raw_rows
from tests.support.trail_listed import A_FILE, BUCKET, case, deliver, many_accounts
from trailkit import dialect
from trailkit.case import Case
from trailkit.engines.athena import athena_engine
from trailkit.errors import AccessRefused, NotConfigured, QueryFailed

LIST, SUMMARY = "s3/bucket-deletions", "overview/volume"
LOOK = "s3:ListBucket"


@pytest.fixture
def server(athena: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> AthenaServer:
    """Return a trail of 12 MB a day, where 30 MB are large."""
    monkeypatch.setattr(athena_engine, "LARGE_BYTES", 30 * A_FILE)
    deliver(athena)
    return athena


def week(**settings: object) -> Case:
    return case(**settings).window("2026-03-03", "2026-03-09")


def way(frame: pd.DataFrame) -> str:
    return tk.provenance(frame).facts["format"]


def test_a_list_over_large_logs_comes_as_parquet(server: AthenaServer) -> None:
    frame = week().ask(LIST)
    assert way(frame) == "Parquet"
    pd.testing.assert_frame_equal(frame, week(unload=False).ask(LIST))


@pytest.mark.parametrize(
    "asked",
    [
        lambda: week().ask(SUMMARY),
        lambda: week().query("select event_id from events order by event_id limit 5"),
        lambda: week().query("select event_id from events order by lower(event_id)"),
        lambda: week(unload=False).ask(LIST),
        lambda: case().window("2026-03-03", "2026-03-04").ask(LIST),
        lambda: week().accounts("111122223333").regions("eu-west-1").ask(LIST),
    ],
    ids=["summary", "limit", "order", "forbidden", "a day", "one account"],
)
def test_all_else_comes_as_csv(
    server: AthenaServer, asked: Callable[[], pd.DataFrame]
) -> None:
    assert way(asked()) == "CSV"


def test_what_cannot_be_listed_comes_as_csv(server: AthenaServer) -> None:
    server.refuse(LOOK, "AccessDenied")
    assert way(week().ask(LIST)) == "CSV"


def test_a_scope_is_looked_at_once(server: AthenaServer) -> None:
    asked = week().accounts("111122223333").regions("eu-west-1")
    server.faults.seen.clear()
    asked.ask(SUMMARY)
    asked.ask(LIST)
    assert server.faults.seen.count(LOOK) == 1


def looks(server: AthenaServer) -> int:
    """Count the requests that look at log files before the query starts."""
    seen = server.faults.seen
    return seen[: seen.index("athena:StartQueryExecution")].count(LOOK)


def test_a_look_is_a_few_requests_however_broad_the_scope(
    server: AthenaServer,
) -> None:
    accounts = [f"{n:012}" for n in range(500)]
    table = replace(many_accounts(), name="broad")
    server.create(table.definition(), raw_rows([], table.definition()), total=0)
    broad = case(table).accounts(*accounts).regions("us-east-1", "eu-west-1")
    server.faults.seen.clear()
    broad.window("2025-03-03", "2026-03-09").ask(LIST)
    assert 0 < looks(server) <= 16


def test_a_look_at_a_narrow_scope_is_one_request(server: AthenaServer) -> None:
    narrow = week().accounts("111122223333").regions("eu-west-1")
    server.faults.seen.clear()
    narrow.ask(LIST)
    assert server.faults.seen.count(LOOK) == 1


def test_a_budgets_estimate_is_not_listed_again(server: AthenaServer) -> None:
    paid = week().budget(usd=1)
    server.faults.seen.clear()
    paid.estimate(LIST)
    listed = server.faults.seen.count(LOOK)
    assert way(paid.ask(LIST)) == "Parquet"
    assert looks(server) == 2 * listed


def test_another_way_is_refused() -> None:
    with pytest.raises(NotConfigured, match='unload="auto", True or False'):
        case(unload="always")


# --- What is a list


@pytest.mark.parametrize(
    ("sql", "is_list"),
    [
        ("select time from events", True),
        ("select time, count(*) over (partition by action) as n from events", True),
        ("with a as (select time from events) select time from a", True),
        ("select time from events union all select time from network", True),
        ("select e.time from events as e, unnest(resources) as r (one)", True),
        ("(select time from events)", True),
        ("select action, count(*) as n from events group by action", False),
        ("select distinct action from events", False),
        ("select count(*) filter (where read_only) as n from events", False),
        ("select n from (select count(*) as n from events)", False),
        ("with a as (select max(time) as t from events) select t from a", False),
        ("select time from events limit 100", False),
        ("select 1 as one", False),
    ],
)
def test_a_list_gives_a_row_for_each_that_it_reads(sql: str, is_list: bool) -> None:
    assert dialect.lists(sql) is is_list


# --- What an UNLOAD leaves


@pytest.fixture
def ctrl_c(server: AthenaServer) -> Callable[[], None]:
    """Press Ctrl-C as soon as the query runs."""

    def press() -> None:
        while not any(query.state == "RUNNING" for query in server.queries.values()):
            time.sleep(0.01)
        _thread.interrupt_main()

    return lambda: threading.Thread(target=press, daemon=True).start()


def test_a_query_that_fails_half_way_leaves_nothing(server: AthenaServer) -> None:
    server.failure = "Query exhausted resources at this scale factor"
    with pytest.raises(QueryFailed, match="too large for Athena"):
        week().ask(LIST)
    assert server.last.sql.startswith("unload")
    assert server.files("results") == []


def test_ctrl_c_leaves_nothing(
    server: AthenaServer, ctrl_c: Callable[[], None]
) -> None:
    server.slow = 30
    ctrl_c()
    with pytest.raises(KeyboardInterrupt, match="is stopped in Athena"):
        week().ask(LIST)
    assert server.last.state == "CANCELLED"
    assert server.files("results") == []


@pytest.mark.parametrize("after", [0, 1, 2])
def test_files_that_cannot_be_read_are_deleted(
    server: AthenaServer, after: int
) -> None:
    read = "s3:GetObject"
    seen = server.faults.seen
    seen.clear()
    server.refuse(read, "AccessDenied", until=lambda: seen.count(read) <= after)
    with pytest.raises(AccessRefused, match=r"s3:GetObject is missing"):
        week().ask(LIST)
    assert server.files("results") == []


def test_the_server_does_leave_files_of_a_query_that_fails(
    server: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.failure = "Query exhausted resources at this scale factor"
    server.refuse("s3:DeleteObject", "AccessDenied")
    with pytest.raises(QueryFailed):
        week().ask(LIST)
    [left] = server.files("results")
    said = capsys.readouterr().err
    assert f"stay in s3://results/{left.rpartition('/')[0]}/" in said
    assert "s3:DeleteObject" in said


def test_a_frame_says_when_its_files_stay(server: AthenaServer) -> None:
    server.refuse("s3:DeleteObject", "AccessDenied")
    origin = tk.provenance(week().ask(LIST))
    assert origin.facts["deleted"] is False
    assert any("could not be deleted and stay in s3://" in n for n in origin.notes)


def test_the_logs_themselves_are_never_deleted(server: AthenaServer) -> None:
    before = server.files(BUCKET)
    week().ask(LIST)
    assert server.files(BUCKET) == before
