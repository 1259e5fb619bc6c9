"""Text of the logs stays text wherever it is shown: one hostile case, all its faces."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support.evidence_made import dumped, log
from tests.support.records_made import record
from tests.test_report import ALLOWED, Page
from trailkit.display.reading_table import to_html, to_text
from trailkit.report import pictures

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e$\\phantom{x}$'\"--{0.__class__}%s"
KEY, MADE = "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"
USER = {
    "type": "IAMUser",
    "principalId": f"AIDA{HOSTILE}",
    "arn": f"arn:aws:iam::111122223333:user/{HOSTILE}",
    "accountId": "111122223333",
    "accessKeyId": KEY,
    "userName": HOSTILE,
}
TRAIL = f"arn:aws:cloudtrail:us-east-1:111122223333:trail/{HOSTILE}"
NAMED = {"name": HOSTILE, "s3BucketName": HOSTILE}
SELECTED = {
    "readWriteType": "All",
    "includeManagementEvents": True,
    "dataResources": [{"type": HOSTILE, "values": [HOSTILE]}],
}
ROLE = {
    "credentials": {"accessKeyId": MADE},
    "assumedRoleUser": {"assumedRoleId": f"AROA:{HOSTILE}", "arn": HOSTILE},
}
CALLS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("StopLogging", "cloudtrail", {"name": TRAIL}, {}),
    ("CreateTrail", "cloudtrail", NAMED, {**NAMED, "trailARN": TRAIL}),
    (
        *("PutEventSelectors", "cloudtrail"),
        {"trailName": HOSTILE, "eventSelectors": [SELECTED]},
        {},
    ),
    ("DeleteBucket", "s3", {"bucketName": HOSTILE}, {}),
    ("CreateUser", "iam", {"userName": HOSTILE}, {"user": {"userName": HOSTILE}}),
    (
        *("CreateAccessKey", "iam", {"userName": HOSTILE}),
        {"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE", "userName": HOSTILE}},
    ),
    ("AssumeRole", "sts", {"roleArn": HOSTILE, "roleSessionName": HOSTILE}, ROLE),
    ("ConsoleLogin", "signin", {}, {"ConsoleLogin": "Success"}),
    (HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, {HOSTILE: HOSTILE}),
]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tk.Case:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "logs").mkdir()
    texts = dict.fromkeys(["userAgent", "sourceIPAddress", "errorMessage"], HOSTILE)
    made = [
        record(
            *(action, service),
            **(texts | {"userIdentity": USER, "awsRegion": HOSTILE}),
            requestParameters=asked,
            responseElements=said,
        )
        for action, service, asked, said in CALLS
    ]
    (folder / "logs" / "a.json").write_bytes(log(made))
    (folder / "logs" / "<script>alert(1)<.json").write_bytes(dumped(made)[:-9])
    opened = tk.local(folder / "logs", store=folder / "store", progress=False)
    return opened.journal(folder / "case.jsonl", who=HOSTILE)


def faces(case: tk.Case) -> Iterator[tuple[str, Any]]:
    """Show the case in every way that there is."""
    events = case.query("select * from events")
    lineage = case.trace(KEY)
    yield "case", case
    yield "inventory", case.inventory()
    yield "coverage", case.coverage()
    yield "triage", case.triage()
    yield "files", case.evidence.files()
    yield "problems", case.evidence.problems()
    yield "digests", case.evidence.digests(progress=False)
    yield "lineage", lineage
    yield "edges", lineage.edges
    yield "events", events
    yield "own traces", case.investigated_by(KEY).own_traces()
    yield (
        "compared",
        case.compare(("2026-03-08", "2026-03-09"), ("2026-03-09", "2026-03-10")),
    )
    yield "card", tk.show(events.iloc[0], case)
    yield "told", tk.tell(events.iloc[0])
    yield "finding", tk.finding(events)
    yield "table", tk.table(events)
    yield "provenance", tk.provenance(events)
    yield "original", case.original(events["event_id"][0])
    yield "marked", case.mark(events.head(3), HOSTILE, tag=HOSTILE)
    yield "story", case.story()
    yield "journal", case.custody


def shown(name: str, thing: Any) -> Iterator[tuple[str, str]]:
    """Return each text that a person sees of it, as HTML or in a terminal."""
    if isinstance(thing, pd.DataFrame):
        yield f"{name} as a table", to_html(thing)
        yield f"{name} as text", to_text(thing)
    else:
        yield f"{name} as text", str(thing) + repr(thing)
        if hasattr(thing, "_repr_html_"):
            yield f"{name} as HTML", thing._repr_html_()


def test_hostile_texts_stay_texts_on_every_face_of_a_case(
    case: tk.Case, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = list[str]()
    for name, thing in faces(case):
        said = "".join(capsys.readouterr())
        for where, text in [*shown(name, thing), (f"{name} says text", said)]:
            runs = not where.endswith("text") and "<script>alert" in text
            if runs or {"\x1b", "\u202e"} & {*text}:
                wrong.append(where)
    assert not wrong


def test_hostile_texts_stay_texts_in_every_chart(case: tk.Case) -> None:
    for frame in (case.query("select * from events"), case.coverage(), case.story()):
        page = tk.chart(frame).to_html(include_plotlyjs=False)
        assert "<script>alert" not in page
        assert not {"\x1b", "\u202e"} & {*page}


@pytest.mark.parametrize("masked", [False, True], ids=["plain", "masked"])
def test_hostile_texts_stay_texts_in_reports(
    case: tk.Case, masked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "chromium", lambda: None)
    frames = [case.query("select * from events"), case.triage(), case.coverage()]
    path = case.report(tmp_path / "out.html", frames=frames, masked=masked)
    page = Page(path.read_text())
    assert page.tags <= ALLOWED, page.tags - ALLOWED
    assert not page.handlers + page.fetched
    assert bool(re.search("phantom", page.shown)) is not masked
