"""Questions over very many log files: asked in slices, stopped and gone on with."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from moto.s3.models import s3_backends

import trailkit as tk
from tests.support import athena_queries, athena_reading, very_many_files
from tests.support.athena_queries import Query, put
from tests.support.athena_server import ACCOUNT, AthenaServer
from tests.support.raw_rows import raw_rows
from tests.support.sampled import sampled
from tests.support.trail_listed import (
    ACCOUNTS,
    BUCKET,
    DAYS,
    TABLE,
    case,
    folder,
    record,
)
from tests.test_equal_engines import arguments
from trailkit.case import Case
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import BudgetExceeded, QueryFailed
from trailkit.execution import run, slice_select, slices, slicing
from trailkit.questions.question import Question
from trailkit.tables.definition import Definition

LIST = "s3/bucket-deletions"
SUMMARY = (
    "select account, region, count(*) as events, count(distinct event_id) as ids, "
    "min(time) as first from events where action = 'DeleteBucket' "
    "group by account, region order by account, region"
)
FILES = 5
IN_S3 = len(ACCOUNTS) * 2 * 3 * FILES
NEVER = 10**9


@pytest.fixture
def server(
    athena: AthenaServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AthenaServer:
    """Let 60 files lie in S3, and an Athena that reads 40 of them before it fails."""
    monkeypatch.setenv("TRAILKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(slicing, "MOST_FILES", 15)
    monkeypatch.setattr(slices, "LARGE_FILES", 30)
    athena.bucket(BUCKET)
    located = [
        (url, record(url))
        for account in ACCOUNTS
        for region in ("eu-west-1", "us-east-1")
        for day in (DAYS[0], *DAYS[2:4])
        for url in (f"{folder(account, region, day)}{n}.json.gz" for n in range(FILES))
    ]
    for url, _ in located:
        put(url, bytes(1_000))
    definition = TABLE.definition()
    athena.create(definition, raw_rows(located, definition), in_s3=True)
    athena.throttle = 40
    return athena


@pytest.fixture
def days() -> Case:
    return case(reuse=None).window("2026-03-01", "2026-03-05")


@pytest.fixture
def at_once(
    server: AthenaServer, days: Case, monkeypatch: pytest.MonkeyPatch
) -> pd.DataFrame:
    """Return the answer of one query, to which S3 gives all the files."""
    with monkeypatch.context() as patch:
        patch.setattr(slices, "LARGE_FILES", NEVER)
        server.throttle = None
        answer = days.ask(LIST)
    server.throttle = 40
    assert len(answer) == IN_S3
    return answer


def kept(tmp_path: Path) -> int:
    return len(list(tmp_path.rglob("slices/*/*.parquet")))


def test_a_question_too_large_for_one_query_finishes_in_slices(
    server: AthenaServer,
    days: Case,
    at_once: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(slices, "LARGE_FILES", NEVER)
        with pytest.raises(QueryFailed, match="S3 throttled"):
            days.ask(LIST)
        server.throttle, server.quotas = None, {"DML query timeout": 40 / 800 / 60}
        with pytest.raises(QueryFailed, match="ran longer than Athena lets a query"):
            days.ask(LIST)
    server.throttle = 40
    frame = days.ask(LIST)
    pd.testing.assert_frame_equal(frame, at_once)
    facts = tk.provenance(frame).facts
    assert facts["slices"] == len(facts["query_ids"]) >= 4
    assert facts["bytes"] >= IN_S3 * 1_000
    assert facts["workgroup"] == "dfir"
    assert not kept(tmp_path)
    said = capsys.readouterr().err
    assert f"asked in {facts['slices']} slices" in said
    assert "tk.TableCopy" in said


def test_a_summary_is_one_of_all_slices(server: AthenaServer, days: Case) -> None:
    frame = days.query(SUMMARY)
    assert list(frame["events"]) == list(frame["ids"]) == [3 * FILES] * 4


def test_slices_come_in_chunks_too(
    server: AthenaServer, days: Case, at_once: pd.DataFrame
) -> None:
    chunks = list(days.chunks(LIST, rows=25))
    assert [len(each) for each in chunks] == [25, 25, 10]
    pd.testing.assert_frame_equal(pd.concat(chunks), at_once)


def test_a_stopped_question_goes_on_where_it_was(
    server: AthenaServer,
    days: Case,
    at_once: pd.DataFrame,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Stopped twice: by a failure that does not pass, and by Ctrl-C."""
    before = len(server.queries)
    server.failure, server.failures = "Query exhausted resources", 1
    with pytest.raises(QueryFailed, match=r"1 of \d+ slices have no answer"):
        days.ask(LIST)
    first = kept(tmp_path)
    assert first >= 3

    def interrupt(query: Query) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    next(tmp_path.rglob("slices/*/*.parquet")).unlink()
    server.afterwards, server.slow = interrupt, 0.2
    with pytest.raises(KeyboardInterrupt):
        days.ask(LIST)
    server.afterwards, server.slow = None, 0
    assert "repeat the line to go on" in capsys.readouterr().err
    assert kept(tmp_path) >= first - 1
    frame = days.ask(LIST)
    pd.testing.assert_frame_equal(frame, at_once)
    assert "were answered before" in capsys.readouterr().err
    ran = len(server.queries) - before
    assert ran <= tk.provenance(frame).facts["slices"] + 4


def test_slices_that_files_may_have_come_for_are_asked_anew(
    server: AthenaServer, days: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.failure, server.failures = "Query exhausted resources", 1
    with pytest.raises(QueryFailed):
        days.ask(LIST)
    assert kept(tmp_path)
    monkeypatch.setattr(type(days.source), "reuse", lambda *_: None)
    before = len(server.queries)
    frame = days.ask(LIST)
    assert len(server.queries) - before == tk.provenance(frame).facts["slices"]


def test_a_budget_holds_for_all_slices(server: AthenaServer, days: Case) -> None:
    before = len(server.queries)
    with pytest.raises(BudgetExceeded, match=r"in \d+ slices"):
        days.budget(usd=0.00001).ask(LIST)
    assert len(server.queries) == before
    paid = days.budget(usd=5)
    facts = tk.provenance(paid.ask(LIST)).facts
    assert paid.spending is not None
    assert paid.spending.queries == facts["slices"]
    billed = facts["dollars"] + facts["dollars_beside"]
    assert paid.spending.spent == pytest.approx(billed)


def test_what_needs_every_event_is_not_cut(
    server: AthenaServer, days: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    server.throttle = None
    frame = days.query("select count(*) as events from events")
    assert frame["events"][0] == IN_S3
    assert "needs all of their events at once" in capsys.readouterr().err


def test_the_folders_are_listed_once(server: AthenaServer, days: Case) -> None:
    """The accounts are told apart by the one listing, not by one for each."""
    server.faults.seen.clear()
    days.ask(LIST)
    seen = server.faults.seen
    begun = seen[: seen.index("athena:StartQueryExecution")]
    folders = len(ACCOUNTS) * 2 * 5  # two regions; the window's days, and the one after
    looks = 16
    assert begun.count("s3:ListBucket") <= folders + looks


def test_regions_without_any_log_file_are_not_looked_into(
    server: AthenaServer, days: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each empty folder takes Athena a LIST: of 400 accounts and 30 days very many."""
    monkeypatch.setattr(slices, "LARGE_FILES", 10)
    keys = s3_backends[ACCOUNT]["aws"].buckets[BUCKET].keys
    for key in [key for key in keys if "/eu-west-1/" in key]:
        keys.pop(key)
    frame = days.ask(LIST)
    assert set(frame["region"]) == {"us-east-1"}
    assert len(frame) == IN_S3 / 2
    texts = [query.sql for query in server.queries.values()]
    assert all("\"region\" in ('us-east-1')" in text for text in texts)


@pytest.mark.soak
def test_two_million_log_files_of_400_accounts_are_asked_in_slices(
    athena: AthenaServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Stopped twice and gone on with, it is the frame of one run without throttle.

    The sizes of slices are the real ones. Files are listed without HTTP, and what a
    statement reads is worked out once.
    """
    monkeypatch.setenv("TRAILKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(AthenaEngine, "objects", very_many_files.lister())
    monkeypatch.setattr(athena_reading, "Lying", very_many_files.Lying)
    known: dict[tuple[str, ...], athena_reading.Read] = {}

    def read(table: Definition, region: str, where: Sequence[str]) -> Any:
        key = (table.name, *where)
        if key not in known:
            known[key] = athena_reading.read(table, region, where)
        return known[key]

    monkeypatch.setattr(athena_queries, "read", read)
    table = very_many_files.TABLE
    located = [(url, record(url)) for url in very_many_files.with_events(499)]
    athena.create(table.definition(), raw_rows(located, table.definition()), in_s3=True)
    month = case(table, reuse=None).window("2026-03-01", "2026-03-31")
    athena.throttle = 250_000
    with monkeypatch.context() as patch:
        patch.setattr(slices, "LARGE_FILES", NEVER)
        with pytest.raises(QueryFailed, match="S3 throttled"):
            month.ask(LIST)
    athena.failure, athena.failures = "Query exhausted resources", 1
    with pytest.raises(QueryFailed, match=r"1 of \d+ slices have no answer"):
        month.ask(LIST)
    left = kept(tmp_path)
    assert left
    next(tmp_path.rglob("slices/*/*.parquet")).unlink()
    athena.afterwards = lambda query: os.kill(os.getpid(), signal.SIGINT)
    athena.slow = 0.2
    with pytest.raises(KeyboardInterrupt):
        month.ask(LIST)
    athena.afterwards, athena.slow = None, 0
    capsys.readouterr()
    frame = month.ask(LIST)
    assert "were answered before" in capsys.readouterr().err
    facts = tk.provenance(frame).facts
    assert facts["slices"] >= very_many_files.FILES / slicing.MOST_FILES
    assert facts["bytes"] >= very_many_files.FILES * very_many_files.SIZE
    with monkeypatch.context() as patch:
        patch.setattr(slices, "LARGE_FILES", NEVER)
        athena.throttle, athena.quotas = None, {"DML query timeout": 60}
        whole = month.ask(LIST)
    assert len(whole) == len(located)
    pd.testing.assert_frame_equal(frame, whole)


# --- Every question


def in_slices(asked: run.Request, over: Case, folder: Path) -> pd.DataFrame | None:
    """Ask local evidence in slices: two accounts apart, the others, and two halves."""
    fetched = {name: slice_select.fetch(asked.over, name) for name in asked.reads}
    if None in fetched.values():
        return None
    accounts = over.query(
        "select distinct account from events where account is not null order by account"
    )["account"]
    scopes = [
        half.scope
        for some in (accounts[:1], accounts[1:])
        for half in halves(over.accounts(*some))
    ]
    parts = [
        slices.Slice(name, scope, *slices.written(text, over.source, scope, folder))
        for name, text in fetched.items()
        for scope in scopes
    ]
    engine = slices.SlicedEngine(
        asked, over.source, over.engine, lambda _: over.engine, parts, 1_000_000
    )
    logs = over._logs(asked)
    return run.run(asked, type(logs)(logs.source, engine, logs.scope))


def halves(over: Case) -> list[Case]:
    middle = "2026-03-09 10:17"
    return [over.window("2026-01-01", middle), over.window(middle, "2026-06-01")]


@pytest.mark.parametrize("question", sampled(), ids=lambda each: each.name)
def test_every_question_that_can_be_cut_gives_one_frame(
    question: Question, practice_case: Case, tmp_path: Path
) -> None:
    over = practice_case.window("2026-01-01", "2026-06-01")
    asked = over._request(question, arguments(question))
    frame = in_slices(asked, over, tmp_path)
    if frame is not None:
        pd.testing.assert_frame_equal(frame, over._run(asked))


def test_resources_come_through(practice_case: Case, tmp_path: Path) -> None:
    over = practice_case.window("2026-01-01", "2026-06-01")
    asked = over._ad_hoc(
        "select event_id, array_join(transform(resources, r -> r.arn || "
        "coalesce(r.account_id, '-') || coalesce(r.type, '-')), ' ') as named "
        "from events where service = 's3' and resources is not null order by event_id"
    )
    frame = in_slices(asked, over, tmp_path)
    assert frame is not None
    assert len(frame) > 5
    pd.testing.assert_frame_equal(frame, over._run(asked))
