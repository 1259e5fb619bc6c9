"""Volume over time: the same bars from events and from either kind of summary."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trailkit.charts import volume
from trailkit.charts.outcome import ANY, OUTCOMES
from trailkit.errors import ChartError

Events = Callable[..., pd.DataFrame]
HOURS = pd.to_datetime(["2026-03-02 10:00", "2026-03-02 11:00"], utc=True)


def bars(figure: Any) -> dict[str, list[int]]:
    return {trace.name.split(" (")[0]: list(trace.y) for trace in figure.data}


def test_events_are_counted_by_outcome(events: Events):
    frame = events(4, outcome=["denied", "success", "success", None])

    assert {name: sum(y) for name, y in bars(volume(frame)).items()} == {
        "success": 2,
        "unknown": 1,
        "denied": 1,
    }


def test_a_long_summary_keeps_its_buckets():
    frame = pd.DataFrame(
        {
            "hour": HOURS.repeat(2),
            "outcome": ["success", "denied"] * 2,
            "events": pd.array([5, 1, 7, 2], "Int64"),
        }
    )
    figure = volume(frame)

    assert bars(figure) == {"success": [5, 7], "denied": [1, 2]}
    assert figure.data[0].x[0] == np.datetime64("2026-03-02T10:00")
    assert figure.data[0].offset == 0
    assert figure.layout.yaxis.title.text == "events in 1 h"


def test_a_wide_summary_gives_the_same_bars():
    frame = pd.DataFrame(
        {"hour": HOURS, "events": [7, 9], "denied": [1, 2], "failures": [1, 0]}
    )

    assert bars(volume(frame)) == {"success": [5, 7], "failed": [1], "denied": [1, 2]}


def test_a_wide_summary_without_a_total_keeps_its_buckets():
    figure = volume(pd.DataFrame({"hour": HOURS, "succeeded": [5, 7], "denied": 1}))

    assert bars(figure) == {"success": [5, 7], "denied": [1, 1]}
    assert "a bar is 1 h" in figure.layout.title.subtitle.text


def test_the_rest_of_a_wide_summary_is_not_taken_for_success():
    frame = pd.DataFrame({"hour": HOURS, "events": [7, 9], "denied": [1, 2]})

    assert bars(volume(frame)) == {"unknown": [6, 7], "denied": [1, 2]}


def test_a_summary_without_outcomes_has_one_colour_of_its_own():
    figure = volume(pd.DataFrame({"hour": HOURS, "calls": [3, 4]}))

    assert bars(figure) == {ANY.name: [3, 4]}
    assert ANY.colour not in {each.colour for each in OUTCOMES.values()}
    assert not figure.layout.showlegend


@pytest.mark.parametrize(
    ("starts", "said"),
    [
        (["2026-03-02", "2026-03-05"], "1 day"),
        (["2026-03-02 10:00", "2026-03-02 14:00"], "1 h"),
        (["2026-03-02 10:00", "2026-03-02 10:05"], "5 min"),
    ],
)
def test_the_buckets_of_a_sparse_summary_keep_their_length(
    starts: list[str], said: str
):
    frame = pd.DataFrame({"start": pd.to_datetime(starts, utc=True), "events": [1, 2]})

    assert f"a bar is {said}" in volume(frame).layout.title.subtitle.text


def test_a_bucket_at_midnight_is_an_hour_when_its_name_says_so():
    frame = pd.DataFrame({"hour": pd.to_datetime(["2026-03-02"]), "events": [2]})

    assert "a bar is 1 h" in volume(frame).layout.title.subtitle.text


def test_a_long_summary_is_added_up_to_bars_that_can_be_seen():
    hours = pd.date_range("2026-01-01", periods=5_000, freq="h", tz="UTC")
    figure = volume(pd.DataFrame({"hour": hours, "events": 1}))

    assert len(figure.data[0].x) <= 400
    assert sum(figure.data[0].y) == 5_000
    assert "a bar is 1 day" in figure.layout.title.subtitle.text


def test_title_says_when_there_was_most():
    frame = pd.DataFrame({"hour": HOURS, "outcome": "denied", "events": [3, 8]})

    assert volume(frame).layout.title.text == (
        "<b>11 events, all denied; most at 2026-03-02 11:00 UTC: 8 in 1 h</b>"
    )


def test_null_counts_and_times_count_nothing():
    frame = pd.DataFrame(
        {
            "hour": [HOURS[0], pd.NaT, HOURS[1]],
            "events": pd.array([3, 5, None], "Int64"),
        }
    )
    figure = volume(frame)

    assert bars(figure) == {ANY.name: [3]}
    assert "1 row without a time left out" in figure.layout.title.subtitle.text


def test_no_event_at_all_is_said_in_words():
    figure = volume(pd.DataFrame({"hour": HOURS, "events": [0, 0]}))

    assert figure.layout.title.text == "<b>No row can be drawn.</b>"


def test_few_events_have_whole_numbers_on_the_axis(events: Events):
    assert volume(events(3)).layout.yaxis.dtick == 1


def test_a_frame_of_first_and_last_times_has_no_volume():
    frame = pd.DataFrame({"actor": ["root"], "first_seen": HOURS[:1], "events": [1]})

    with pytest.raises(ChartError, match='volume needs a column "time"'):
        volume(frame)


def test_what_came_to_nothing_has_a_panel_and_a_scale_of_its_own():
    frame = pd.DataFrame(
        {
            "hour": HOURS.repeat(2),
            "outcome": ["success", "denied"] * 2,
            "events": [5_000, 1, 7_000, 2],
        }
    )
    figure = volume(frame)

    assert [trace.yaxis for trace in figure.data] == ["y", "y2"]
    assert figure.layout.yaxis2.range[1] < 5 < figure.layout.yaxis.range[1]
    assert "most denied or failed at 2026-03-02 11:00 UTC: 2" in (
        figure.layout.title.text.replace("<br>", " ")
    )


def test_one_panel_is_enough_where_all_came_to_nothing():
    frame = pd.DataFrame({"hour": HOURS, "outcome": "denied", "events": [1, 2]})

    assert volume(frame).data[0].yaxis == "y"


def test_a_time_without_an_event_is_shaded():
    starts = ["2026-03-02 01:00", "2026-03-02 02:00", "2026-03-02 20:00"]
    hours = pd.to_datetime(starts, utc=True)
    figure = volume(pd.DataFrame({"hour": hours, "events": 1}))

    assert [(shape.x0.hour, shape.x1.hour) for shape in figure.layout.shapes] == [
        (3, 20)
    ]
    assert "shaded where there was no event" in figure.layout.title.subtitle.text


def test_a_time_without_logging_is_shaded_within_the_axis():
    hours = pd.date_range("2026-03-02 01:00", periods=9, freq="1h", tz="UTC")
    frame = pd.DataFrame({"hour": hours, "events": 1})
    spans = [
        {"start": "2026-03-02T03:10:00+00:00", "end": "2026-03-02T03:50:00+00:00"},
        {"start": "2026-03-02T09:00:00+00:00", "end": None},
        {"start": "2026-03-05T09:00:00+00:00", "end": None},
    ]
    frame.attrs["trailkit"] = {"stopped": spans}
    shapes = volume(frame).layout.shapes

    assert [shape.label.text for shape in shapes] == ["logging stopped"] * 2
    assert [(shape.x0.hour, shape.x1.hour) for shape in shapes] == [(3, 3), (9, 10)]


def test_the_step_follows_from_the_span(events: Events):
    assert "a bar is 30 s" in volume(events(50)).layout.title.subtitle.text
    assert "a bar is 1 h" in volume(events(5_000)).layout.title.subtitle.text
