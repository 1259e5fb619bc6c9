"""The timeline: lanes, outcomes, sums and what the words around them say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trailkit.charts import timeline
from trailkit.charts.labels import UNKNOWN
from trailkit.charts.outcome import OUTCOMES
from trailkit.errors import ChartError

Events = Callable[..., pd.DataFrame]


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name.split(" (")[0]: trace for trace in figure.data}


def marks_of(figure: Any) -> int:
    return sum(len(trace.x) for trace in figure.data)


def hover(figure: Any) -> list[str]:
    return ["<br>".join(row) for trace in figure.data for row in trace.customdata]


def sums(figure: Any) -> int:
    """Add up the events that hovering tells of."""
    said = [row[1] for trace in figure.data for row in trace.customdata]
    return sum(
        int(what.split("<br>")[0].split(": ")[1].replace(",", "")) for what in said
    )


def many(rows: int, actors: int) -> pd.DataFrame:
    chance = np.random.default_rng(7)
    start = pd.Timestamp("2026-03-02", tz="UTC")
    return pd.DataFrame(
        {
            "time": start + pd.to_timedelta(chance.integers(0, 10**6, rows), unit="s"),
            "action": chance.choice(["GetObject", "PutObject", "Decrypt"], rows),
            "actor": [f"user/{n}" for n in chance.integers(0, actors, rows)],
            "source_ip": "203.0.113.7",
            "outcome": chance.choice([*OUTCOMES], rows),
        }
    )


def test_title_is_the_finding(events: Events):
    frame = events(5, outcome=["denied"] * 3 + ["success"] * 2)
    frame.loc[4, "actor"] = "root"

    assert timeline(frame).layout.title.text == (
        "<b>3 of 5 DeleteBucket events denied; "
        "most active actor: role/Admin/bob (4)</b>"
    )


def test_title_names_no_leader_where_there_is_none(events: Events):
    figure = timeline(events(2, actor=["root", "user/amy"]))

    assert figure.layout.title.text.endswith("; 2 actors</b>")


def test_subtitle_says_scope_rows_and_notes(events: Events):
    frame = events(2)
    frame.attrs["trailkit"] = {"scope": "all times", "rows": 2, "notes": ["A limit."]}

    assert timeline(frame).layout.title.subtitle.text == "all times · 2 rows · A limit."


def test_a_filtered_frame_says_what_it_was_made_from(events: Events):
    frame = events(5)
    frame.attrs["trailkit"] = {"rows": 5}

    assert "2 rows from 5" in timeline(frame[:2]).layout.title.subtitle.text


def test_each_outcome_has_its_colour_and_symbol(events: Events):
    frame = events(4, outcome=["success", "failed", "denied", None])
    found = traces(timeline(frame))

    assert list(found) == ["success", "unknown", "failed", "denied"]
    for name, trace in found.items():
        assert trace.marker.color == OUTCOMES[name].colour
        assert trace.marker.symbol == OUTCOMES[name].symbol


def test_an_outcome_that_the_lens_does_not_know_is_unknown(events: Events):
    assert list(traces(timeline(events(1, outcome="<b>won</b>")))) == ["unknown"]


def test_the_legend_stays_for_a_single_outcome(events: Events):
    assert timeline(events(1)).layout.showlegend


def test_lanes_stand_in_the_order_of_their_first_event(events: Events):
    frame = events(3, actor=["user/zoe", "root", "user/amy"]).iloc[::-1]

    assert timeline(frame).layout.yaxis.ticktext == ("user/zoe", "root", "user/amy")
    assert timeline(frame).layout.yaxis.range == (2.5, -0.5)


def test_values_that_are_cut_alike_keep_their_own_lanes(events: Events):
    same = "role/" + "x" * 100
    figure = timeline(events(2, actor=[f"{same}1{same}", f"{same}2{same}"]))

    assert len(set(figure.layout.yaxis.ticktext)) == 1
    assert list(figure.data[0].y) == [0, 1]


def test_a_null_lane_is_unknown(events: Events):
    frame = events(2, actor=["unknown", None])

    assert timeline(frame).layout.yaxis.ticktext == ("unknown", UNKNOWN)


def test_smaller_lanes_share_one_and_the_subtitle_says_so(events: Events):
    frame = events(6, actor=["a", "a", "b", "b", "c", "d"])
    figure = timeline(frame, lanes=2)

    assert figure.layout.yaxis.ticktext == ("a", "b", "<i>2 others</i>")
    assert "the 2 busiest of 4 lanes, then 2 others in one" in (
        figure.layout.title.subtitle.text
    )
    assert [text for text in hover(figure) if "<br>c · " in text]


def test_a_single_smaller_lane_keeps_its_name(events: Events):
    figure = timeline(events(3, actor=["a", "b", "c"]), lanes=2)

    assert figure.layout.yaxis.ticktext == ("a", "b", "c")
    assert not [text for text in hover(figure) if "c · " in text]


def test_hover_says_who_what_when_and_where(events: Events):
    frame = events(1, outcome="denied", error_code="AccessDenied")

    assert hover(timeline(frame)) == [
        "role/Admin/bob<br>denied: 1<br>DeleteBucket · AccessDenied"
        "<br>2026-03-02 11:40:00 UTC<br><br>203.0.113.7 · 111122223333 · eu-west-1"
    ]


def test_the_column_after_the_usual_eight_tells_what_an_event_was_about(
    events: Events,
):
    frame = events(1, bucket="payroll", user_agent="curl")

    assert "<br>DeleteBucket · payroll<br>" in hover(timeline(frame))[0]


def test_one_actor_has_lanes_by_action(events: Events):
    figure = timeline(events(2, action=["ListBuckets", "DeleteBucket"]))

    assert figure.layout.yaxis.ticktext == ("ListBuckets", "DeleteBucket")
    assert figure.layout.title.text == (
        "<b>2 events, all successful; only actor: role/Admin/bob</b>"
    )


def test_lanes_by_another_column_tell_the_actor_in_the_hover(events: Events):
    figure = timeline(events(1, bucket="payroll"), lane="bucket")

    assert figure.layout.yaxis.ticktext == ("payroll",)
    assert "role/Admin/bob" in hover(figure)[0]


def test_events_of_the_same_second_share_a_larger_mark(events: Events):
    frame = pd.concat([events(1)] * 30)
    figure = timeline(frame)

    assert marks_of(figure) == 1
    assert "success: 30" in hover(figure)[0]
    assert figure.data[0].marker.size[0] > timeline(events(1)).data[0].marker.size[0]
    assert "a mark sums 1 s" in figure.layout.title.subtitle.text


def test_a_hundred_thousand_events_make_few_marks_and_none_is_lost():
    figure = timeline(many(100_000, 60))

    assert marks_of(figure) <= 5_000
    assert sums(figure) == 100_000
    assert len(figure.to_json()) < 1_500_000
    assert "a mark sums 6 h" in figure.layout.title.subtitle.text


def test_many_lanes_by_wish_still_make_few_marks():
    assert marks_of(timeline(many(50_000, 100), lanes=100)) <= 5_000


def test_times_are_utc_on_the_axis(events: Events):
    frame = events(1)
    frame["time"] = frame["time"].dt.tz_convert("Asia/Tokyo")
    figure = timeline(frame)

    assert figure.layout.xaxis.title.text == "time (UTC)"
    assert figure.data[0].x[0] == np.datetime64("2026-03-02T11:40")


def test_a_row_without_a_time_is_left_out_and_told(events: Events):
    frame = events(3)
    frame.loc[1, "time"] = pd.NaT

    figure = timeline(frame)

    assert marks_of(figure) == 2
    assert "1 row without a time left out" in figure.layout.title.subtitle.text


def test_no_time_at_all_is_said_in_words(events: Events):
    figure = timeline(events(2, time=pd.NaT))

    assert figure.layout.title.text == "<b>No row can be drawn.</b>"


def test_an_empty_frame_says_so_with_scope_and_notes(events: Events):
    frame = events(0)
    frame.attrs["trailkit"] = {
        "title": "Who deleted an S3 bucket?",
        "scope": "all times, all accounts",
        "rows": 0,
        "notes": ["Management events were recorded."],
    }
    figure = timeline(frame)

    assert figure.layout.title.text == (
        "<b>Who deleted an S3 bucket? Nothing was found.</b>"
    )
    assert figure.layout.title.subtitle.text == "all times, all accounts · 0 rows"
    assert figure.layout.annotations[0].text == "Management events were recorded."


def test_the_frame_is_not_changed(events: Events):
    frame = events(3).set_index(pd.Index([5, 5, 1]))
    frame.attrs["trailkit"] = {"rows": 3}
    before = frame.copy(deep=True)

    timeline(frame)

    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == {"trailkit": {"rows": 3}}


def test_an_arrow_backed_frame_draws_the_same(events: Events):
    frame = events(4, actor=["a", None, "b", "a"], error_code=None)
    arrow = frame.convert_dtypes(dtype_backend="pyarrow")

    assert timeline(arrow).to_json() == timeline(frame).to_json()


def test_a_frame_without_outcomes_is_drawn(events: Events):
    figure = timeline(events(2).drop(columns="outcome"))

    assert figure.layout.title.text.startswith("<b>2 DeleteBucket events; only actor")
    assert not figure.layout.showlegend


def test_a_missing_lane_is_refused_with_the_nearest_column(events: Events):
    with pytest.raises(ChartError, match=r'"actr".*Did you mean "actor"'):
        timeline(events(1), lane="actr")


def test_a_frame_without_times_is_refused():
    with pytest.raises(ChartError, match='timeline needs a column "time"'):
        timeline(pd.DataFrame({"actor": ["root"]}))
