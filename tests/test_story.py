"""Marks and the story that they make."""

from pathlib import Path

import pandas as pd
import pytest

import trailkit as tk
from trailkit.errors import InvalidParameter


@pytest.fixture
def case(practice_case: tk.Case, tmp_path: Path) -> tk.Case:
    """Open the practice case with a journal."""
    return practice_case.journal(tmp_path / "case.jsonl", who="r.okafor")


@pytest.fixture(scope="module")
def deletions(practice_case: tk.Case) -> pd.DataFrame:
    """Ask who deleted a bucket."""
    return practice_case.ask("s3/bucket-deletions")


def test_a_frame_a_row_an_id_and_ids_are_marked(case: tk.Case, deletions: pd.DataFrame):
    ids = deletions["event_id"].tolist()
    case.mark(deletions.head(2), "the first two", tag="impact")
    case.mark(deletions.iloc[2], "one row")
    case.mark(ids[3], "one id")
    case.mark(ids[4:6], "two ids")
    case.mark(deletions[["event_id", "bucket"]].iloc[6:7], "few columns")
    story = case.story()
    assert story["event_id"].tolist() == ids[:7]
    assert story["note"].tolist()[:3] == ["the first two", "the first two", "one row"]
    assert story["tag"].tolist()[0] == "impact"
    pd.testing.assert_series_equal(story["time"], deletions["time"].head(7))


def test_a_mark_knows_the_question_it_came_from(case: tk.Case, deletions: pd.DataFrame):
    case.mark(deletions.head(1), "deleted")
    assert case.custody
    entry = case.custody.entries()[-1]
    assert entry["question"] == "s3/bucket-deletions"
    assert entry["sql"] == tk.provenance(deletions).sql
    assert entry["note"] == "deleted"


def test_a_mark_without_a_journal_begins_one_beside_the_notebook(
    practice_case: tk.Case,
    deletions: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    practice_case.mark(deletions.head(1), "deleted")
    practice_case.mark(deletions.tail(1), "and again")
    assert len(practice_case.story()) == 2
    assert (tmp_path / "case.jsonl").exists()


def test_a_story_of_no_mark_is_empty_and_can_be_drawn(case: tk.Case):
    assert case.story().empty
    tk.chart(case.story())


def test_the_chart_of_a_story_names_the_notes(case: tk.Case, deletions: pd.DataFrame):
    case.mark(deletions.head(1), "first use of <b>the key</b>")
    figure = tk.chart(case.story())
    texts = [text for trace in figure.data for text in trace.text or ()]
    assert "first use of &#60;b&#62;the key&#60;/b&#62;" in texts


def test_the_csv_of_a_story_has_what_timesketch_reads(
    case: tk.Case, deletions: pd.DataFrame, tmp_path: Path
):
    case.mark(deletions.head(3), "deleted")
    tk.to_csv(case.story(), tmp_path / "story.csv")
    back = pd.read_csv(tmp_path / "story.csv")
    assert back[["message", "datetime", "timestamp_desc"]].notna().all(axis=None)
    read = pd.to_datetime(back["datetime"], utc=True, format="ISO8601")
    assert read.dt.floor("s").tolist() == deletions["time"].head(3).tolist()


@pytest.mark.parametrize(
    ("events", "note", "sentence"),
    [
        ([], "x", "no event to mark"),
        ("no such id", "x", "No event in scope"),
        ([1], "x", "is not an event id"),
        (7, "x", "is not an event id"),
        (pd.DataFrame({"actor": ["a"]}), "x", "no column event_id"),
        (pd.DataFrame({"event_id": ["a"] * 1001}), "x", "No event in scope"),
        (pd.DataFrame({"event_id": map(str, range(1001))}), "x", "too many"),
        ("any", " ", "is not a note"),
    ],
)
def test_what_is_no_mark_is_refused(
    case: tk.Case, events: object, note: str, sentence: str
):
    with pytest.raises(InvalidParameter, match=sentence):
        case.mark(events, note)
    assert case.story().empty
