"""A chart to click: what stands beside it is the card and the line of tk.show."""

import json
import re
import sys
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.charts.conftest import event_list
from trailkit.errors import InvalidParameter, MissingExtra
from trailkit.report import explorer
from trailkit.report.choices import Aside, Marks, Questions, marks_of

HOSTILE = "<img src=x onerror=alert(1)>'); import os #\u202e</script>$x$"


@pytest.fixture(scope="module")
def deletions(practice_case: tk.Case) -> pd.DataFrame:
    return practice_case.ask("s3/bucket-deletions")


def clicked(marks: Marks, event_id: str) -> Aside:
    """Click the mark that carries an event."""
    for curve, trace in enumerate(marks.figure.data):
        rows = () if trace.customdata is None else trace.customdata
        for number, row in enumerate(rows):
            if row[-1] == event_id:
                return marks.answer({"kind": "mark", "marks": [[curve, number]]})
    raise AssertionError(event_id)


def run(found: Aside, case: tk.Case) -> Any:
    return eval(found.code, {"tk": tk, "case": case})


def test_a_click_shows_the_card_of_tk_show_and_the_line_for_it(
    practice_case: tk.Case, deletions: pd.DataFrame
) -> None:
    event_id = deletions["event_id"].iloc[-1]
    found = clicked(marks_of(deletions, practice_case), event_id)

    assert found.code == f"tk.show('{event_id}', case)"
    assert found.card.html() == run(found, practice_case).html()
    assert "original record" in found.card.html()


def test_a_figure_alone_is_enough(
    practice_case: tk.Case, deletions: pd.DataFrame
) -> None:
    event_id = deletions["event_id"].iloc[-1]
    found = clicked(marks_of(tk.chart(deletions), practice_case), event_id)

    assert found.card.html() == tk.show(event_id, practice_case).html()


def test_a_drag_gives_the_window_in_whole_seconds(
    practice_case: tk.Case, deletions: pd.DataFrame
) -> None:
    marks = marks_of(deletions, practice_case, name="volume")
    ends = {"start": "2026-03-12 01:14:00.7", "end": "2026-03-12 02:30:10.2"}
    found = marks.answer({"kind": "window", **ends})

    assert found.code == 'case.window("2026-03-12 01:14:00", "2026-03-12 02:30:11")'
    assert str(run(found, practice_case).scope.start).startswith("2026-03-12 01:14:00")
    turned = {"start": ends["end"], "end": ends["start"]}
    assert marks.answer({"kind": "window", **turned}) == found


def test_one_moment_is_a_window_too(
    practice_case: tk.Case, deletions: pd.DataFrame
) -> None:
    at = "2026-03-12 01:14:00"
    marks = marks_of(deletions, practice_case)
    found = marks.answer({"kind": "window", "start": at, "end": at})

    assert run(found, practice_case).scope.bounded


def test_a_chart_without_an_axis_of_times_gives_no_window(
    practice_case: tk.Case, deletions: pd.DataFrame
) -> None:
    marks = marks_of(deletions, practice_case, name="ranking")

    assert marks.answer({"kind": "window", "start": "0.5", "end": "2"}) == Aside()


@pytest.mark.parametrize("name", ["volume", "sessions", "ranking", "heatmap", "matrix"])
def test_a_mark_of_many_events_says_so(
    name: str, practice_case: tk.Case, deletions: pd.DataFrame
) -> None:
    marks = marks_of(deletions, practice_case, name=name)
    for mark in ([0, 0], [0, [0, 0]], [0, None], [0, 99_999]):
        found = marks.answer({"kind": "mark", "marks": [mark]})
        assert found.card.title == "This mark stands for no single event"
        assert not found.code


def test_hostile_values_are_inert(practice_case: tk.Case) -> None:
    told = dict.fromkeys(["actor", "action", "source_ip", "user_agent"], HOSTILE)
    marks = marks_of(event_list(2, event_id=[HOSTILE, "b"], **told), practice_case)
    label = next(iter(marks.events))
    found = clicked(marks, label)

    for text in (found.card.html(), marks.figure.to_json()):
        assert "<img" not in text
        assert "<script" not in text
        assert "\u202e" not in text
    assert found.code == ""
    assert "can never be an event's id" in str(found.card)


def test_where_a_query_costs_money_a_click_runs_none() -> None:
    paid: Any = SimpleNamespace(source=SimpleNamespace(needs_window=True), ask=None)
    frame = event_list(1, event_id=HOSTILE, actor="root", bucket="payroll")
    marks = marks_of(frame, paid)
    found = clicked(marks, next(iter(marks.events)))

    assert eval(found.code.replace("tk.show", "").replace(", case", "")) == HOSTILE
    assert found.card.title == "root deleted bucket payroll"
    assert "Its record takes a query" in str(found.card)
    assert "<img" not in found.card.html()


def test_without_anywidget_the_next_line_to_type_is_said(
    practice_case: tk.Case, deletions: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer._widget.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    said = r"pip install 'trailkit\[widgets\]'.*tk\.show\(event_id, case\) is the same"
    with pytest.raises(MissingExtra, match=said):
        tk.explore(deletions, practice_case)


def test_what_is_no_case_is_refused(deletions: pd.DataFrame) -> None:
    with pytest.raises(InvalidParameter, match=r"tk\.explore\(frame, case\)"):
        tk.explore(deletions, "case")  # type: ignore[arg-type]


def test_the_widget_holds_the_figure_and_answers(
    practice_case: tk.Case, deletions: pd.DataFrame
) -> None:
    widget = tk.explore(deletions, practice_case, zone="Europe/Berlin")

    assert len(json.loads(widget.figure)["data"]) >= 2
    assert "Click a mark" in widget.panel
    ends = {"start": "2026-03-12 01:14:00", "end": "2026-03-12 02:30:10"}
    widget._asked(widget, {"kind": "window", **ends}, [])
    assert widget.code == 'case.window("2026-03-12 01:14:00", "2026-03-12 02:30:10")'
    assert repr(widget) == widget.words
    assert "http" not in widget._esm


def test_a_question_that_was_picked_is_the_line_to_ask(practice_case: tk.Case) -> None:
    questions = Questions(practice_case)
    listed = questions.listed()
    assert [each["name"] for each in listed] == [
        each.name for each in practice_case.questions
    ]
    found = questions.answer({"question": "s3/objects-read"})

    assert found.code == 'case.ask("s3/objects-read", bucket="…")'
    asked = Aside(code=found.code.replace("…", "harbour-books-exports"))
    assert "object" in run(asked, practice_case).columns
    said = str(found.card)
    assert "bucket (text" in said
    assert re.search(r"recorded +.*[0-9]+ \(accounts, Regions and times\)", said)
    assert "nothing: local files" in said


def test_of_a_question_that_costs_the_estimate_is_named(
    athena: object, practice_case: tk.Case
) -> None:
    case = tk.athena("security.cloudtrail", workgroup="dfir")
    questions = Questions(case.window("2026-03-02", "2026-03-03"))
    said = str(questions.answer({"question": "s3/bucket-deletions"}).card)
    assert "case.estimate('s3/bucket-deletions')" in said


def test_a_question_that_is_none_is_said(practice_case: tk.Case) -> None:
    found = Questions(practice_case).answer({"question": "s3/deletion"})
    assert found.code == ""
    assert "s3/deletion" in str(found.card)


def test_a_case_alone_gives_its_questions_to_pick_from(practice_case: tk.Case) -> None:
    widget = tk.explore(practice_case)

    assert len(json.loads(widget.questions)) == len(list(practice_case.questions))
    assert widget.figure == ""
    widget._asked(widget, {"kind": "question", "question": "signin/console"}, [])
    assert widget.code == 'case.ask("signin/console")'
    assert "console" in widget.panel
