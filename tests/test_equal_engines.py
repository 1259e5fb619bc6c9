"""The same question gives the same frame from local files and from Athena.

Columns, types, order, values; full and empty; by CSV and by UNLOAD; and with every
file delivered twice and the rows in another order.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

import trailkit as tk
from tests.support import examples_read
from tests.support.athena_server import AthenaServer
from tests.support.sampled import sampled, some
from tests.support.tables_over_logs import BUCKET, publish
from tools.practice_case import practice
from tools.practice_case.organization import ACCOUNTS
from trailkit.case import Case
from trailkit.lens import compose
from trailkit.questions.question import Question
from trailkit.store import practice_case

QUESTIONS = [pytest.param(question, id=question.name) for question in sampled()]
SHAPES = [pytest.param(question, id=question.name) for question in sampled(a_topic=0)]
"""The questions whose shape no other has, for what hangs on the shape alone."""

WINDOW = ("2026-03-01", "2026-03-20")
NOTHING = ("2026-02-01", "2026-02-02")

UNANSWERED = {"overview/unusual-parameters", *examples_read.names()}
"""What the practice case may have no answer to: it did not happen, or needs a past.

The examples, each with an answer, are asked of a real Trino in tests/conformance.
"""


def arguments(question: Question) -> dict[str, Any]:
    """Return each question that needs a value one that has an answer."""
    key = practice.answers()
    values: dict[str, dict[str, Any]] = {
        "overview/event": {"event_id": key.deletion.event_id},
        "resource/history": {"resource": key.bucket},
        "identity/access-key": {"access_key": key.leaked_key},
        "overview/moment": {"at": key.deletion.time},
        "overview/old-tls": {"allowed": ["TLSv1.2"]},
        "overview/search": {
            "values": [key.leaked_key, key.bucket],
            "texts": ["kali"],
            "networks": [key.address.rpartition(".")[0] + ".0/24"],
        },
        "overview/unusual-parameters": {"identity": key.leaked_key},
        "overview/windows-compared": {
            "before_start": "2026-03-05",
            "before_end": "2026-03-06",
            "after_start": "2026-03-12",
            "after_end": "2026-03-13",
        },
        "identity/actions": {"identity": key.created_user},
        "identity/activity": {"identity": key.created_user},
        "identity/address": {"address": key.address},
        "identity/containment": {
            "identities": [key.leaked_key],
            "since": key.sign_in.time,
        },
        "identity/key-turning": {"credential": key.leaked_key, "bad": [key.address]},
        "s3/objects-read": {"bucket": key.bucket},
    }
    return values.get(question.name, {})


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    practice_case.unpack(folder)
    return folder


@pytest.fixture(scope="module")
def local(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return tk.local(logs, store=tmp_path_factory.mktemp("store"), progress=False)


@pytest.fixture(scope="module")
def server(_running_athena: AthenaServer, logs: Path) -> Iterator[AthenaServer]:
    accounts = tuple(account.id for account in ACCOUNTS)
    with pytest.MonkeyPatch.context() as patch:
        _running_athena.begin(patch)
        publish(_running_athena, logs, accounts, "practice")
        yield _running_athena


@cache
def session() -> boto3.Session:
    """Read boto3's models once, which takes a while."""
    return boto3.Session()


def on_athena(database: str, prefix: str = "", **settings: Any) -> Case:
    return tk.athena(
        f"{database}.{prefix}cloudtrail",
        insights=f"{database}.{prefix}insights",
        network=f"{database}.{prefix}network",
        aggregated=f"{database}.{prefix}aggregated",
        workgroup="dfir",
        session=session(),
        poll=0.01,
        **{"unload": False, "reuse": None, **settings},
    )


@pytest.fixture(scope="module")
def by_csv(server: AthenaServer) -> Case:
    return on_athena("practice")


@pytest.fixture(scope="module")
def by_unload(server: AthenaServer) -> Case:
    return on_athena("practice", unload=True)


@pytest.fixture(scope="module")
def doubled(server: AthenaServer) -> Case:
    return on_athena("practice_twice")


def same(question: Question, *cases: Case) -> pd.DataFrame:
    """Ask every case, and expect one frame."""
    first, *others = (case.ask(question.name, **arguments(question)) for case in cases)
    for other in others:
        pd.testing.assert_frame_equal(other, first)
    return first


@pytest.mark.parametrize("question", some(QUESTIONS, 2))
def test_athena_gives_the_local_frame(
    question: Question,
    local: Case,
    by_csv: Case,
    by_unload: Case,
    doubled: Case,
) -> None:
    cases = (local, by_csv, by_unload, doubled)
    frame = same(question, *(case.window(*WINDOW) for case in cases))
    assert len(frame) > 0 or question.name in UNANSWERED


@pytest.mark.parametrize("question", some(SHAPES, 3))
def test_an_empty_frame_is_equal_too(
    question: Question, local: Case, by_csv: Case, by_unload: Case
) -> None:
    cases = (local, by_csv, by_unload)
    assert same(question, *(case.window(*NOTHING) for case in cases)).empty


@pytest.mark.parametrize("question", some(SHAPES, 3))
def test_chunks_together_are_the_frame(
    question: Question, local: Case, by_csv: Case
) -> None:
    for case in (local.window(*WINDOW), by_csv.window(*WINDOW)):
        whole = case.ask(question.name, **arguments(question))
        chunks = list(case.chunks(question.name, rows=5, **arguments(question)))
        pd.testing.assert_frame_equal(pd.concat(chunks), whole)
        assert len(chunks) == max(1, -(-len(whole) // 5))


@pytest.mark.parametrize("question", SHAPES)
def test_a_scope_means_the_same(question: Question, local: Case, by_csv: Case) -> None:
    same(
        question,
        *(
            case.window("2026-03-11 18:00", "2026-03-12 02:30:00")
            .accounts("777788889999", "111122223333")
            .regions("us-east-1", "eu-central-1")
            for case in (local, by_csv)
        ),
    )


@pytest.mark.parametrize("relation", ["events", "insights", "network", "aggregated"])
def test_every_column_of_the_lens_is_equal(
    relation: str, local: Case, by_csv: Case, by_unload: Case
) -> None:
    names = [name for name in compose.columns(relation) if name != "resources"]
    select = f"select {', '.join(names)} from {relation} order by {', '.join(names)}"
    first, *others = (
        case.window(*WINDOW).query(select) for case in (local, by_csv, by_unload)
    )
    assert len(first) > 0
    for other in others:
        pd.testing.assert_frame_equal(other, first)


JSON = {"request", "response", "additional_data", "service_details"}
"""Athena writes JSON anew: these are equal as values, not as text."""


@pytest.fixture
def real_logs(shared_data: Path, tmp_path: Path) -> Path:
    """Lay real records of many labs as an organization trail lays its own."""
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(shared_data.glob("*/**/*.json")):
        for record in records_in(path):
            days[record["eventTime"][:10].replace("-", "/")].append(record)
    for number, (day, records) in enumerate(days.items()):
        folder = tmp_path / f"AWSLogs/o-exampleorgid/111122223333/CloudTrail/x-1/{day}"
        folder.mkdir(parents=True)
        text = json.dumps({"Records": records}).encode()
        (folder / f"{number}.json.gz").write_bytes(gzip.compress(text))
    return tmp_path


def records_in(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file in AWS's form; none of any other file."""
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        return []
    rows = found.get("Records", []) if isinstance(found, dict) else found
    return [row for row in rows if isinstance(row, dict) and "eventTime" in row]


def test_real_records_are_equal(
    real_logs: Path, server: AthenaServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    publish(server, real_logs, ("111122223333",), "labs")
    store = tmp_path_factory.mktemp("store")
    names = [name for name in compose.columns("events") if name != "resources"]
    unique = [name for name in names if name not in JSON]
    select = f"select {', '.join(names)} from events order by {', '.join(unique)}"
    local, remote = (
        case.window("2016-01-01", "2026-11-01").query(select)
        for case in (
            tk.local(real_logs, store=store, progress=False),
            on_athena("labs"),
        )
    )
    assert len(local) > 3_000
    for name in JSON:
        for frame in (local, remote):
            frame[name] = frame[name].map(json.loads, na_action="ignore")
    pd.testing.assert_frame_equal(remote, local)


def test_a_delivery_names_its_log_file(by_csv: Case, logs: Path) -> None:
    key = practice.answers()
    frame = by_csv.window(*WINDOW).query(
        f"select file from deliveries where event_id = '{key.deletion.event_id}'"
    )
    prefix = f"s3://{BUCKET}/"
    assert all((logs / file.removeprefix(prefix)).is_file() for file in frame["file"])


def test_the_doubled_tables_are_doubled(by_csv: Case, doubled: Case) -> None:
    count = "select count(*) as n from deliveries"
    [once], [twice] = (
        case.window(*WINDOW).query(count)["n"].tolist() for case in (by_csv, doubled)
    )
    assert twice == 2 * once


def test_a_narrow_scope_scans_less(by_csv: Case) -> None:
    wide = by_csv.window(*WINDOW)
    narrow = by_csv.window("2026-03-12", "2026-03-13").accounts("777788889999")
    scanned = [
        tk.provenance(case.ask("overview/volume")).facts["bytes"]
        for case in (wide, narrow)
    ]
    assert 0 < scanned[1] < scanned[0] / 10
