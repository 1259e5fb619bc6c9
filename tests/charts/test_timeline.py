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
    """Return the dots by outcome."""
    named = [trace for trace in figure.data if trace.type == "scatter" and trace.name]
    return {trace.name.split(" (")[0]: trace for trace in named}


def strips(figure: Any) -> list[Any]:
    return [trace for trace in figure.data if trace.type == "bar"]


def names(figure: Any) -> list[str]:
    """Return what is written beside dots."""
    texts = [
        trace.text for trace in figure.data if getattr(trace, "mode", "") == "text"
    ]
    return [name for text in texts for name in text]


def marks_of(figure: Any) -> int:
    return sum(
        len(trace.x) for trace in figure.data if getattr(trace, "mode", "") != "text"
    )


def hover(figure: Any) -> list[str]:
    dots = traces(figure).values()
    return ["<br>".join(row) for trace in dots for row in trace.customdata]


def sums(figure: Any) -> int:
    """Add up the events that hovering tells of."""
    said = [row[1] for trace in strips(figure) for row in trace.customdata]
    said += [row.split("<br>")[1].split(": ")[1] for row in hover(figure)]
    return sum(int(count.replace(",", "")) for count in said)


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


def test_title_is_the_deed(events: Events):
    frame = events(5, outcome=["denied"] * 4 + ["success"], bucket="payroll")

    assert timeline(frame).layout.title.text == (
        "<b>role/Admin/bob deleted bucket payroll at 11:44 UTC; "
        "4 of 5 events<br>denied</b>"
    )


def test_title_says_that_the_deed_was_denied(events: Events):
    frame = events(2, outcome="denied", bucket="payroll")

    assert timeline(frame).layout.title.text == (
        "<b>role/Admin/bob was denied DeleteBucket on payroll 2 times from"
        "<br>11:40 UTC; 2 events, all denied</b>"
    )


def test_the_rare_change_is_the_deed_and_not_the_routine(events: Events):
    frame = events(
        50,
        action=["PutObject"] * 49 + ["StopLogging"],
        actor=["role/backup/nightly"] * 49 + ["user/eve"],
        trail=["a"] * 49 + ["main"],
    )

    assert timeline(frame).layout.title.text == (
        "<b>user/eve stopped logging of main at 12:29 UTC</b>"
    )


def test_what_was_tried_before_makes_the_deed(events: Events):
    frame = events(
        6,
        bucket=["a", "b", "payroll", "payroll", "c", "d"],
        outcome=["success", "success", "denied", "success", "success", "success"],
    )

    assert "deleted bucket payroll" in timeline(frame).layout.title.text


def test_a_deleted_bucket_outweighs_the_objects_that_were_in_it(events: Events):
    frame = events(
        6,
        actor="role/Admin/mary",
        action=[
            *("DeleteBucket", "DeleteObjects", "DeleteObjects"),
            *("DeleteObject",) * 2,
            "DeleteBucket",
        ],
        outcome=["failed", *["success"] * 5],
    )
    assert "role/Admin/mary deleted bucket" in timeline(frame).layout.title.text


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


def test_equal_lanes_stand_in_the_order_of_their_first_event(events: Events):
    frame = events(3, actor=["user/zoe", "root", "user/amy"]).iloc[::-1]

    assert timeline(frame).layout.yaxis.ticktext == ("user/zoe", "root", "user/amy")
    assert timeline(frame).layout.yaxis.range == (2.5, -0.5)


def test_the_privileged_and_the_denied_stand_on_top(events: Events):
    frame = events(
        6,
        actor=["user/reader"] * 4 + ["user/denied", "user/eve"],
        action=["ListBuckets"] * 5 + ["StopLogging"],
        outcome=["success"] * 4 + ["denied", "success"],
    )

    assert timeline(frame).layout.yaxis.ticktext == (
        *("user/eve", "user/denied", "user/reader"),
    )


def test_sessions_are_folded_into_their_role(events: Events):
    frame = events(31, actor=[f"role/terraform/run-{run}" for run in range(31)])
    frame.loc[30, "actor"] = "root"

    assert set(timeline(frame).layout.yaxis.ticktext) == {"role/terraform", "root"}


def test_two_accounts_with_the_same_role_have_two_lanes(events: Events):
    frame = events(2, actor="role/terraform/run", account=["111122223333", "4" * 12])

    assert timeline(frame).layout.yaxis.ticktext == (
        *("role/terraform · 111122223333", "role/terraform · 444444444444"),
    )


def test_values_that_are_cut_alike_keep_their_own_lanes(events: Events):
    same = "role/" + "x" * 100
    figure = timeline(events(2, actor=[f"{same}1{same}", f"{same}2{same}"]))

    assert len(set(figure.layout.yaxis.ticktext)) == 2
    assert len(set(figure.data[0].y)) == 2


def test_a_null_lane_is_unknown(events: Events):
    frame = events(2, actor=["unknown", None])

    assert timeline(frame).layout.yaxis.ticktext == ("unknown", UNKNOWN)


def test_smaller_lanes_share_one_and_the_subtitle_says_so(events: Events):
    frame = events(6, actor=["a", "a", "b", "b", "c", "d"])
    figure = timeline(frame, lanes=2)

    assert figure.layout.yaxis.ticktext == ("c", "d", "<i>2 other identities</i>")
    assert "2 of 4 identities in lanes, the most telling on top" in (
        figure.layout.title.subtitle.text
    )
    assert [text for text in hover(figure) if "<br>a · " in text]


def test_a_single_smaller_lane_keeps_its_name(events: Events):
    figure = timeline(events(3, actor=["a", "b", "c"]), lanes=2)

    assert figure.layout.yaxis.ticktext == ("a", "b", "c")


def test_hover_says_who_what_when_and_where(events: Events):
    frame = events(1, outcome="denied", error_code="AccessDenied")

    assert hover(timeline(frame)) == [
        "role/Admin<br>denied: 1<br>DeleteBucket · AccessDenied"
        "<br>2026-03-02 11:40:00 UTC"
        "<br><br>role/Admin/bob · 203.0.113.7 · 111122223333 · eu-west-1<br>event-0"
    ]


def test_the_column_after_the_usual_eight_tells_what_an_event_was_about(
    events: Events,
):
    frame = events(1, bucket="payroll", user_agent="curl")

    assert "<br>DeleteBucket · payroll<br>" in hover(timeline(frame))[0]


def test_one_actor_has_lanes_by_action(events: Events):
    figure = timeline(events(2, action=["ListBuckets", "DeleteBucket"]))

    assert figure.layout.yaxis.ticktext == ("DeleteBucket", "ListBuckets")


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
    assert "a dot sums 1 s" in figure.layout.title.subtitle.text


@pytest.mark.parametrize("rows", [2_001, 100_000])
def test_many_events_make_few_marks_and_none_is_lost(rows: int):
    figure = timeline(many(rows, 60))

    assert marks_of(figure) <= 5_000
    assert sums(figure) == rows
    assert len(figure.to_json()) < 2_000_000


def test_many_lanes_by_wish_still_make_few_marks():
    assert marks_of(timeline(many(50_000, 100), lanes=100)) <= 10_000


def test_two_thousand_events_are_dots_and_one_more_changes_no_resolution():
    dots, dense = timeline(many(2_000, 12)), timeline(many(2_001, 12))

    assert not strips(dots)
    assert strips(dense)
    assert min(trace.width for trace in strips(dense)) <= 10**9 / 75


def test_denied_events_stay_dots_above_the_strips(events: Events):
    frame = events(5_000, action="GetObject")
    frame.loc[4_000, ["outcome", "actor"]] = ["denied", "user/eve"]
    figure = timeline(frame)

    assert figure.layout.yaxis.ticktext[0] == "user/eve"
    assert len(traces(figure)["denied"].x) == 1


def test_the_most_telling_events_have_their_names_beside_them(events: Events):
    chance = np.random.default_rng(3)
    frame = events(
        400,
        action=chance.choice(["ListBuckets", "PutObject", "CreateUser"], 400),
        actor=[f"user/{number}" for number in chance.integers(0, 10, 400)],
        target=[f"it-{number}" for number in chance.integers(0, 50, 400)],
    )
    frame.loc[399, ["action", "target"]] = ["StopLogging", "main"]
    written = names(timeline(frame))

    assert "StopLogging main" in written
    assert 5 <= len(written) <= 15


def test_idle_time_is_folded_and_the_subtitle_says_so(events: Events):
    frame = events(40)
    frame.loc[20:, "time"] += pd.Timedelta("3 days")
    figure = timeline(frame)

    assert len(figure.layout.xaxis.rangebreaks) == 1
    assert [each.text for each in figure.layout.annotations] == ["<b>//</b>"]
    assert "3 d 1 min without an event folded at //" not in str(figure.layout.title)
    assert "without an event folded at //" in figure.layout.title.subtitle.text


def test_steady_times_are_not_folded(events: Events):
    assert not timeline(events(12)).layout.xaxis.rangebreaks


def test_a_time_without_logging_is_hatched(events: Events):
    frame = events(40)
    span = {"start": "2026-03-02T11:50:00Z", "end": "2026-03-02T12:00:00Z"}
    frame.attrs["trailkit"] = {"stopped": [span]}
    hatch = strips(timeline(frame))[0]

    assert hatch.marker.pattern.shape == "/"
    assert list(hatch.width) == [600_000]
    assert hatch.name == "logging stopped"


def test_what_was_not_recorded_is_said(events: Events):
    frame = events(1)
    frame.attrs["trailkit"] = {"not_recorded": ["data events of S3"]}

    assert "not recorded: data events of S3" in (
        timeline(frame).layout.title.subtitle.text
    )


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

    assert figure.layout.title.text.startswith("<b>role/Admin/bob deleted bucket")
    assert not figure.layout.showlegend


def test_a_missing_lane_is_refused_with_the_nearest_column(events: Events):
    with pytest.raises(ChartError, match=r'"actr".*Did you mean "actor"'):
        timeline(events(1), lane="actr")


def test_a_frame_without_times_is_refused():
    with pytest.raises(ChartError, match='timeline needs a column "time"'):
        timeline(pd.DataFrame({"actor": ["root"]}))
