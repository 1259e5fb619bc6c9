"""Where a frame came from."""

import json
from dataclasses import replace

import pandas as pd
import pytest

import trailkit as tk
from trailkit.errors import TrailkitError


@pytest.fixture
def frame(practice_case):
    hour = practice_case.window("2026-03-09 10:00", "2026-03-09 11:00")
    return hour.ask("s3/bucket-deletions", bucket="no-such-bucket")


def test_a_frame_says_its_question_parameters_scope_and_engine(frame):
    origin = tk.provenance(frame)
    assert origin.question == "s3/bucket-deletions"
    assert origin.parameters == {"bucket": "no-such-bucket"}
    assert origin.scope.startswith("2026-03-09 10:00:00 to 2026-03-09 11:00:00 UTC")
    assert (origin.engine, origin.rows) == ("local", 0)


def test_its_sql_is_the_text_with_every_value_in_it(practice_case, frame):
    assert "'no-such-bucket'" in tk.provenance(frame).sql


def test_sql_shows_what_ask_runs(practice_case):
    text = practice_case.sql("s3/bucket-deletions", bucket="nowhere")
    ran = practice_case.ask("s3/bucket-deletions", bucket="nowhere")
    assert tk.provenance(ran).sql == text


def test_it_survives_filters_copies_and_sorting(practice_case):
    frame = practice_case.ask.overview.errors()
    derived = frame[frame.index > 0].sort_values(frame.columns[0]).copy()
    assert tk.provenance(derived).run == tk.provenance(frame).run


def test_the_summary_in_the_frame_is_plain_json(frame):
    assert json.loads(json.dumps(frame.attrs["trailkit"])) == frame.attrs["trailkit"]


def test_it_lists_the_files_that_were_searched_with_their_hashes(practice_case, frame):
    files = tk.provenance(frame).files()
    assert len(files) == practice_case.source.counts()["files"]
    assert files["sha256"].str.fullmatch("[0-9a-f]{64}").all()


def test_two_runs_have_two_names(practice_case):
    runs = {tk.provenance(practice_case.ask.overview.errors()).run for _ in range(2)}
    assert len(runs) == 2


def test_a_foreign_frame_is_refused_with_advice():
    with pytest.raises(TrailkitError, match=r"case\.ask"):
        tk.provenance(pd.DataFrame({"a": [1]}))


def test_printing_it_shows_the_sql_last(frame):
    assert str(tk.provenance(frame)).endswith("order by time, event_id")


def test_printing_it_shows_what_a_query_cost_in_words(frame):
    facts = {
        "bytes": 3 * 1024**2,
        "dollars": 0.0123456,
        "milliseconds": {"queue": 4, "engine": 1020},
        "reused": False,
    }
    shown = str(replace(tk.provenance(frame), facts=facts)).splitlines()
    costs = [line for line in shown if line.strip().partition(" ")[0] in facts]
    assert [line.split(maxsplit=1) for line in costs] == [
        ["bytes", "3,145,728 (3.0 MB)"],
        ["dollars", "0.012346 ($0.01)"],
        ["milliseconds", "queue 4, engine 1,020"],
        ["reused", "no"],
    ]


def test_pandas_hands_a_summary_on_without_copying_it(practice_case: tk.Case) -> None:
    frame = practice_case.ask("s3/bucket-deletions")
    summary = frame.attrs["trailkit"]
    for step in (
        frame.head(1),
        frame["time"],
        frame.copy(),
        frame[frame["via"].isna()],
    ):
        assert step.attrs["trailkit"] is summary
    assert json.loads(json.dumps(summary)) == summary
