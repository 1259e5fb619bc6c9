"""The report: whole, inert, small, and verified against the evidence."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from trailkit.__main__ import main
from trailkit.errors import ReportError
from trailkit.report import pictures
from trailkit.report.report_file import read_report, verify_runs


class Reported(SimpleNamespace):
    """A case with a report that was written of it."""

    case: tk.Case
    path: Path
    text: str


@pytest.fixture(scope="module")
def reported(practice_case: tk.Case, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("reported")
    case = practice_case.journal(folder / "case.jsonl", who="r.okafor")
    deletions = case.ask("s3/bucket-deletions")
    case.mark(deletions.head(2), "buckets deleted", tag="impact")
    select = "select action, count(*) as events from events group by action"
    case.query(select)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pictures, "chromium", lambda: None)
        path = case.report(folder / "out.html", title="Who did it?", summary="Mary <b>")
    return Reported(case=case, path=path, text=path.read_text())


def test_it_is_one_small_file_that_fetches_nothing(reported: Reported):
    assert len(reported.text) < 7_000_000
    page = Page(reported.text)
    assert not page.fetched
    assert "default-src 'none'" in reported.text


def test_it_holds_story_answer_what_is_unknown_and_appendix(reported: Reported):
    text = Page(reported.text).shown
    for said in (
        *("Who did it?", "Mary <b>", "buckets deleted", "Who deleted an S3 bucket?"),
        *("What could not be known", "recorded, inferred", "4,278 log files"),
        *("with records as (", "none: local files", "r.okafor"),
        "Other questions that were asked",
    ):
        assert said in text, said


def test_without_a_browser_it_says_so_where_scripts_are_off(reported: Reported):
    assert "The charts need scripts" in reported.text


def test_the_journal_tells_that_it_was_reported(reported: Reported):
    assert reported.case.custody
    last = reported.case.custody.entries()[-1]
    assert last["what"] == "reported"
    told = read_report(reported.path.read_bytes())
    assert told["journal"]["line"] == last["line"] - 1


def test_verified_over_the_evidence_all_is_the_same(reported: Reported):
    found = verify_runs(reported.case, read_report(reported.path.read_bytes()))
    assert found["verified"].all()
    assert found["part"].tolist()[0] == "evidence"


def test_a_changed_answer_is_named(reported: Reported):
    told = read_report(reported.path.read_bytes())
    told["runs"][0]["sha256"] = "0" * 64
    found = verify_runs(reported.case, told)
    assert found["verified"].tolist() == [True, False]


def test_other_evidence_is_named(reported: Reported, tmp_path: Path):
    from tests.support.records_made import record, write

    write(tmp_path / "logs" / "a.json", [record()])
    other = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    found = verify_runs(other, read_report(reported.path.read_bytes()))
    assert found["verified"].tolist() == [False, False]


@pytest.mark.parametrize("place", [100, 5_000_000, -3_000, -2])
def test_a_changed_byte_breaks_the_seal(reported: Reported, place: int):
    data = bytearray(reported.path.read_bytes())
    data[place % len(data)] ^= 1
    with pytest.raises(ReportError, match="seal"):
        read_report(bytes(data))


def test_sql_of_a_report_is_never_run_as_it_stands(reported: Reported):
    told = read_report(reported.path.read_bytes())
    told["runs"][0]["sql"] = "select 1 as stolen"
    assert verify_runs(reported.case, told)["verified"].all()
    told["runs"][0] |= {"question": None, "select": "drop table events"}
    assert "NotOneSelect" in verify_runs(reported.case, told)["said"].tolist()[1]


def test_the_commands_report_and_verify(
    reported: Reported, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pictures, "chromium", lambda: None)
    notebook = tmp_path / "mine.ipynb"
    said = ["# What happened?\n", "\n", "The key **leaked**:\n", "\n", "- `AKIA`\n"]
    cells = [{"cell_type": "markdown", "source": said}]
    cells += [{"cell_type": "code", "source": ["case = tk.demo()"]}]
    cells += [{"cell_type": "markdown", "source": f"## {x}\n\n{x}"} for x in HOSTILE]
    notebook.write_text(json.dumps({"cells": cells}))
    (tmp_path / "case.jsonl").write_bytes(
        reported.path.with_name("case.jsonl").read_bytes()
    )
    assert main(["report", str(notebook), "--demo"]) == 0
    text = (tmp_path / "mine.html").read_text()
    assert "<title>What happened?</title>" in text
    assert "<p>The key <b>leaked</b>:</p><ul><li><code>AKIA</code></li></ul>" in text
    assert "case = tk.demo()" not in text
    page = Page(text)
    assert page.tags <= ALLOWED, page.tags - ALLOWED
    assert not page.handlers
    assert not page.fetched
    assert main(["verify", str(tmp_path / "mine.html"), "--demo"]) == 0
    assert "the same hash" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "mine.html")]) == 0
    assert "--evidence FOLDER" in capsys.readouterr().out
    assert main(["report", str(tmp_path / "other" / "x.ipynb"), "--demo"]) == 2


def test_without_a_mark_there_is_nothing_to_report(
    practice_case: tk.Case, tmp_path: Path
):
    case = practice_case.journal(tmp_path / "case.jsonl")
    with pytest.raises(ReportError, match=r"case\.mark"):
        case.report(tmp_path / "out.html")


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "<!--",
    "-->",
    "]]>",
    "javascript:alert(1)",
    "</pre></details><iframe src=//evil.example>",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href='https://evil.example'>click</a>",
    "\u202e<b>\x1b[2J\x00".replace("\x00", ""),
    "$\\href{javascript:alert(1)}{x}$",
    "<!-- trailkit seal sha256:" + "0" * 64 + " -->",
    '<script type="application/json" id="trailkit-report">{}</script>',
]


def test_hostile_texts_are_inert_in_report_table_card_and_chart(
    practice_case: tk.Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pictures, "chromium", lambda: None)
    case = practice_case.journal(tmp_path / "case.jsonl", who=HOSTILE[0])
    frame = hostile_frame()
    for text in HOSTILE:
        case.mark(frame.head(1), text, tag=text)
    path = case.report(
        tmp_path / "out.html", title=HOSTILE[1], summary=HOSTILE[2], frames=[frame]
    )
    page = Page(path.read_text())
    assert page.tags <= ALLOWED, page.tags - ALLOWED
    assert not page.handlers
    assert not page.fetched
    assert read_report(path.read_bytes())["runs"]


def hostile_frame(count: int = len(HOSTILE)) -> pd.DataFrame:
    texts = [HOSTILE[number % len(HOSTILE)] + str(number) for number in range(count)]
    frame = pd.DataFrame(dict.fromkeys(EIGHT, texts))
    frame["time"] = pd.date_range("2026-03-02", periods=count, freq="min", tz="UTC")
    frame["outcome"] = "success"
    frame["bucket"] = texts
    return frame


EIGHT = (
    *("time", "action", "actor", "source_ip", "account", "region", "outcome"),
    "event_id",
)
ALLOWED = {
    *("html", "head", "meta", "style", "title", "body", "script", "main", "header"),
    *(
        "h1",
        "h2",
        "h3",
        "section",
        "dl",
        "dt",
        "dd",
        "p",
        "ul",
        "ol",
        "li",
        "b",
        "br",
        "a",
    ),
    *("a", "time", "span", "div", "table", "thead", "tbody", "tr", "th", "td"),
    *("small", "label", "input", "details", "summary", "pre", "code"),
}


class Page(HTMLParser):
    """The tags of a page, what they would fetch or run, and the text that is shown."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self._hidden = 0
        self._said: list[str] = []
        self.feed(text)
        self.shown = " ".join(self._said)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        self.tags.add(tag)
        self._hidden += tag in ("script", "style")
        for name, value in attrs:
            if name in ("src", "href", "action", "data", "srcset") and not re.match(
                r"#|data:image/svg", value or ""
            ):
                self.fetched.append(f"{tag} {name}={value}")
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._said.append(data.strip())


def test_a_report_of_another_kind_is_refused(practice_case: tk.Case, tmp_path: Path):
    with pytest.raises(ReportError, match=r"out\.docx is neither.*out\.html"):
        practice_case.report(tmp_path / "out.docx", frames=[hostile_frame()])
    assert not list(tmp_path.iterdir())


def test_without_a_browser_a_pdf_is_refused_and_its_page_is_there(
    practice_case: tk.Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pictures, "chromium", lambda: None)
    with pytest.raises(ReportError, match=r"this computer has none.*out\.html"):
        practice_case.report(tmp_path / "out.pdf", frames=[hostile_frame()])
    assert [each.name for each in tmp_path.iterdir()] == ["out.html"]
