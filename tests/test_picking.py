"""One event out of a frame."""

import pandas as pd
import pytest

import trailkit as tk
from trailkit.errors import ChartError, NothingFound

WHEN = pd.to_datetime(["2026-03-02 11:52", "2026-03-02 11:40", None], utc=True)
FRAME = pd.DataFrame({"time": WHEN, "action": ["second", "first", "undated"]})


def test_the_first_and_the_last_event_go_by_time_not_by_place():
    dated = FRAME.dropna()
    assert tk.earliest(dated)["action"] == "first"
    assert tk.latest(dated)["action"] == "second"


def test_an_event_without_a_time_is_neither():
    assert tk.earliest(FRAME)["action"] == "first"
    assert tk.latest(FRAME)["action"] == "second"


def test_no_event_is_a_sentence_with_the_question_and_its_rows():
    frame = FRAME.iloc[:0].copy()
    frame.attrs["trailkit"] = {"title": "Who deleted an S3 bucket?", "rows": 3}
    with pytest.raises(NothingFound, match=r'"Who deleted .+" has 3 rows'):
        tk.earliest(frame)


def test_events_that_all_lack_a_time_are_nothing_to_go_on_from():
    with pytest.raises(NothingFound):
        tk.latest(FRAME[FRAME["time"].isna()])


def test_a_frame_without_times_is_refused():
    with pytest.raises(ChartError, match=r"frame\.iloc\[0\]"):
        tk.latest(pd.DataFrame({"actor": ["root"]}))


def test_a_summary_goes_by_what_was_seen_first_and_last():
    early, late = WHEN[1], WHEN[0]
    summary = pd.DataFrame(
        {
            "actor": ["long", "short"],
            "first_seen": [early, late],
            "last_seen": [late + pd.Timedelta("1h"), late],
        }
    )
    assert tk.earliest(summary)["actor"] == "long"
    assert tk.latest(summary)["actor"] == "long"
