"""The journal: whole and in order, and what was changed is named."""

import hashlib
import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import trailkit as tk
from trailkit.errors import JournalError
from trailkit.integrity import chained_lines as chain
from trailkit.integrity.frame_hash import frame_hash, lines
from trailkit.integrity.journal import Journal
from trailkit.integrity.verify_bundle import PLACE, canonical


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Return an empty journal."""
    return Journal(tmp_path / "case.jsonl", "r.okafor")


def write(path: Path, who: str, count: int) -> None:
    journal = Journal(path, who)
    for number in range(count):
        journal.note("noted", number=number)


def test_a_thousand_lines_of_two_writers_and_a_crash_are_whole_and_in_order(
    journal: Journal,
):
    context = multiprocessing.get_context("spawn")
    one, other = [
        context.Process(target=write, args=(journal.path, name, count))
        for name, count in (("a", 500), ("b", 100_000))
    ]
    one.start()
    other.start()
    while b'"b"' not in (journal.path.read_bytes() if journal.path.exists() else b""):
        time.sleep(0.01)
    one.join()
    os.kill(other.pid or 0, signal.SIGKILL)
    other.join()
    left = 1_000 - len(journal.path.read_bytes().splitlines())
    write(journal.path, "c", max(left, 1))
    entries = journal.entries()
    assert len(entries) >= 1_000
    assert [each["line"] for each in entries] == list(range(1, len(entries) + 1))
    for name in "abc":
        noted = [each for each in entries if each["who"] == name]
        own = [each["number"] for each in noted if each["what"] == "noted"]
        assert own == list(range(len(own)))
        assert own
    data = journal.path.read_bytes().split(b"\n")
    data[499] = data[499].replace(b"noted", b"added")
    journal.path.write_bytes(b"\n".join(data))
    assert journal.faults() == ["Line 500 was changed: its hash does not fit."]


@pytest.mark.parametrize("left", [1, 40, 200])
def test_what_a_crash_left_of_a_line_is_kept_in_a_line_of_its_own(
    journal: Journal, left: int
):
    journal.note("first")
    whole = journal.path.read_bytes()
    torn = (canonical({"text": "x" * 300})[:left]).encode()
    journal.path.write_bytes(whole + torn)
    journal.note("second")
    assert journal.path.read_bytes().startswith(whole)
    assert [each["what"] for each in journal.entries()] == [
        *("first", "repaired", "second"),
    ]
    assert journal.entries()[1]["fragment"] == torn.decode()


def test_a_changed_line_is_named(journal: Journal):
    write(journal.path, "a", 30)
    data = journal.path.read_bytes().split(b"\n")
    for number in range(1, 31):
        changed = [*data]
        changed[number - 1] = data[number - 1].replace(b'"noted"', b'"not"')
        journal.path.write_bytes(b"\n".join(changed))
        assert journal.faults() == [
            f"Line {number} was changed: its hash does not fit."
        ]
        with pytest.raises(JournalError, match=f"Line {number} "):
            journal.frame()


def test_a_line_with_a_new_hash_no_longer_fits_the_next(journal: Journal):
    write(journal.path, "a", 5)
    rows = [json.loads(each) for each in journal.path.read_text().splitlines()]
    body = {name: rows[2][name] for name in rows[2] if name not in PLACE}
    rows[2] = chain.sealed({**body, "number": 99}, 3, rows[1]["hash"])
    journal.path.write_text("".join(canonical(each) + "\n" for each in rows))
    assert journal.faults() == [
        "Line 3 was changed: line 4 was written after another one."
    ]


def test_missing_and_moved_lines_are_found(journal: Journal):
    write(journal.path, "a", 5)
    data = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join(data[:2] + data[3:]))
    assert "Before line 3 a line is missing" in journal.faults()[0]
    journal.path.write_bytes(b"".join([data[1], data[0], *data[2:]]))
    assert journal.faults()


def test_a_file_of_something_else_is_never_added_to(journal: Journal):
    journal.path.write_text('{"mine": 1}\n')
    with pytest.raises(JournalError, match="Nothing was added"):
        journal.note("first")
    assert journal.path.read_text() == '{"mine": 1}\n'


@given(st.text(max_size=50))
def test_any_text_is_noted_as_it_is(tmp_path_factory, text: str):
    journal = Journal(tmp_path_factory.mktemp("j") / "case.jsonl", text)
    journal.note("noted", text=text)
    assert journal.entries()[0]["text"] == text


def test_no_journal_is_kept_unless_asked_for(
    practice_case: tk.Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    practice_case.ask("s3/bucket-deletions")
    assert list(tmp_path.iterdir()) == []


def test_what_is_done_becomes_a_line(practice_case: tk.Case, tmp_path: Path):
    case = practice_case.journal(tmp_path / "case.jsonl", who="r.okafor")
    frame = case.ask("s3/bucket-deletions")
    case.mark(frame.head(1), "deleted")
    tk.to_csv(frame, tmp_path / "deletions.csv")
    parts = list(case.chunks("overview/volume", rows=5))
    covered = case.coverage()
    case.inventory()
    original = case.original(frame["event_id"].iloc[0])
    tk.to_excel({"a": frame, "b": covered}, tmp_path / "case.xlsx")
    tk.to_csv(case.story(), tmp_path / "story.csv")
    assert case.custody
    entries = case.custody.entries()
    assert [each["what"] for each in entries] == [
        *("opened", "asked", "marked", "exported", "asked", "listed", "listed"),
        *("read", "exported", "exported", "exported"),
    ]
    assert entries[5]["said"] == f"coverage: {case.scope}"
    assert entries[5]["sha256"] == frame_hash(covered)
    assert entries[7]["file"] == original.file
    assert [each["rows"] for each in entries[8:]] == [len(frame), len(covered), 1]
    assert entries[1]["sha256"] == frame_hash(frame)
    assert entries[3]["file"].endswith("deletions.csv")
    assert entries[4]["run"] == tk.provenance(parts[0]).run
    assert set(case.custody.frame()["who"]) == {"r.okafor"}
    assert oct((tmp_path / "case.jsonl").stat().st_mode)[-3:] == "600"


def test_a_check_becomes_a_line(practice_case: tk.Case, tmp_path: Path):
    case = practice_case.journal(tmp_path / "case.jsonl", who="r.okafor")
    found = case.table.check(account="111122223333", region="us-east-1")
    assert case.custody
    line = case.custody.entries()[-1]
    assert (line["what"], line["said"]) == ("checked", found.summary)
    assert (line["scope"], line["rows"]) == (str(found.scope), found.records)
    assert line["sql"] == found.sql
    assert line["sha256"] == frame_hash(found.frame)


def test_two_journals_over_the_same_evidence_merge(
    practice_case: tk.Case, tmp_path: Path
):
    one, two = [
        practice_case.journal(tmp_path / f"{who}.jsonl", who=who) for who in "ab"
    ]
    frame = one.ask("s3/bucket-deletions")
    two.mark(frame.head(1), "theirs")
    one.mark(frame.tail(1), "mine")
    assert one.custody
    assert two.custody
    assert one.custody.merge(two.custody.path) == 2
    assert one.custody.merge(two.custody.path) == 0
    assert set(one.story()["note"]) == {"theirs", "mine"}
    assert set(one.story()["marked_by"]) == {"a", "b"}
    assert two.custody.merge(one.custody.path) == 3
    times = one.custody.frame()["time"]
    assert times.is_monotonic_increasing


def test_it_is_shown_as_a_page_with_every_line_of_both(
    practice_case: tk.Case, tmp_path: Path
):
    one, two = [
        practice_case.journal(tmp_path / f"{who}.jsonl", who=who).custody
        for who in ("a", "<b>mallory</b>")
    ]
    assert one
    assert two
    for number in range(300):
        two.note("noted", said=f"line {number} <script>")
    one.merge(two.path)
    before = hashlib.sha256(one.path.read_bytes()).hexdigest()
    page = one.page(tmp_path / "custody.html").read_text("utf-8")
    assert f"SHA-256 {before}" in page
    assert "whole: each line fits" in page
    assert page.count("&lt;script&gt;") >= 300
    assert "<script" not in page
    assert "<b>mallory" not in page
    assert (one.entries()[-1]["what"], one.faults()) == ("reported", [])
    lines = one.path.read_bytes().split(b"\n")
    one.path.write_bytes(b"\n".join([lines[0], *lines[2:]]))
    page = one.page(tmp_path / "custody.html").read_text("utf-8")
    assert "Before line 2 a line is missing" in page
    with pytest.raises(JournalError, match="cannot be written"):
        two.page(tmp_path / "nowhere" / "custody.html")


def test_a_changed_line_of_a_merged_journal_is_named(journal: Journal, tmp_path: Path):
    other = Journal(tmp_path / "other.jsonl", "b")
    other.note("noted", text="as it was")
    entry = {**other.entries()[0], "text": "as it should have been"}
    journal.note("merged", journal="other.jsonl", entry=entry)
    assert journal.faults() == ["Line 1 holds a changed line of another journal."]


def test_a_journal_of_other_evidence_is_refused(
    practice_case: tk.Case, journal: Journal, tmp_path: Path
):
    journal.note("opened", source="elsewhere", evidence="0" * 64)
    with pytest.raises(JournalError, match="other evidence"):
        practice_case.journal(journal.path)
    mine = practice_case.journal(tmp_path / "mine.jsonl").custody
    assert mine
    with pytest.raises(JournalError, match="other evidence"):
        mine.merge(journal)


def test_a_frame_hash_can_be_worked_out_by_hand():
    frame = pd.DataFrame(
        {
            "time": pd.to_datetime(["2026-03-02 11:40", None], utc=True),
            "actor": ["é", None],
            "events": pd.array([3, None], "Int64"),
            "denied": pd.array([True, None], "boolean"),
            "share": [0.1 + 0.2, None],
        }
    )
    assert lines(frame) == [
        '["time","actor","events","denied","share"]',
        '["2026-03-02T11:40:00.000000Z","\\u00e9",3,true,"0.3"]',
        "[null,null,null,null,null]",
    ]
    assert frame_hash(frame) == frame_hash(frame[::-1])
    assert frame_hash(frame) != frame_hash(frame.head(1))
