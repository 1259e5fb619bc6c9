"""The heat map: hours of the week, in UTC."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trailkit.charts import heatmap
from trailkit.errors import ChartError

Events = Callable[..., pd.DataFrame]


def counts(figure: Any) -> dict[tuple[str, int], int]:
    """Return the counts of the hours that are not blank."""
    cells = figure.data[0]
    filled = np.argwhere(~np.isnan(cells.z.astype(float)))
    days = figure.layout.yaxis.ticktext
    return {(days[d], int(h)): int(cells.customdata[d][h]) for d, h in filled}


def test_events_fall_into_their_hour_of_the_week(events: Events):
    figure = heatmap(events(25))

    assert counts(figure) == {("Monday", 11): 20, ("Monday", 12): 5}
    assert figure.layout.title.text == (
        "<b>Busiest: Monday 11:00 to 12:00 UTC, 20 of 25 events</b>"
    )
    assert "UTC" in figure.layout.xaxis.title.text


def test_hours_are_utc_whatever_the_zone(events: Events):
    frame = events(1)
    frame["time"] = frame["time"].dt.tz_convert("America/Los_Angeles")

    assert counts(heatmap(frame)) == {("Monday", 11): 1}


def test_hours_can_be_those_of_a_chosen_zone(events: Events):
    figure = heatmap(events(1), zone="Asia/Tokyo")

    assert counts(figure) == {("Monday", 20): 1}
    assert "Asia/Tokyo" in figure.layout.xaxis.title.text
    assert "Asia/Tokyo" in figure.layout.title.text


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "", "<b>"])
def test_an_unknown_zone_is_refused(zone: str, events: Events):
    with pytest.raises(ChartError, match="is not a time zone"):
        heatmap(events(1), zone=zone)


def test_an_hour_busier_than_every_other_day_is_outlined():
    hours = pd.date_range("2026-03-02", periods=7 * 24, freq="h", tz="UTC")
    frame = pd.DataFrame({"hour": hours, "events": 4})
    assert not heatmap(frame).layout.shapes

    frame.loc[24 * 2 + 3, "events"] = 13
    figure = heatmap(frame)
    assert [(shape.x0, shape.y0) for shape in figure.layout.shapes] == [(2.5, 1.5)]
    assert "outlined: over 3 times every other day" in figure.layout.title.subtitle.text


def test_weeks_are_added_up_and_the_subtitle_says_so():
    days = pd.to_datetime(["2026-03-02 11:00", "2026-03-09 11:00"], utc=True)
    figure = heatmap(pd.DataFrame({"hour": days, "events": [3, 4]}))

    assert counts(figure) == {("Monday", 11): 7}
    assert (
        "sum of 8 days, 2026-03-02 to 2026-03-09" in figure.layout.title.subtitle.text
    )


def test_outcomes_are_added_up():
    hour = pd.to_datetime(["2026-03-08 23:00"] * 2, utc=True)
    frame = pd.DataFrame({"hour": hour, "outcome": ["denied", "success"], "events": 2})

    assert counts(heatmap(frame)) == {("Sunday", 23): 4}


def test_whole_days_are_refused():
    days = pd.date_range("2026-03-02", periods=3, tz="UTC")

    with pytest.raises(ChartError, match=r"shows hours.*tk\.charts\.volume"):
        heatmap(pd.DataFrame({"day": days, "events": 1}))


def test_an_empty_frame_is_said_in_words(events: Events):
    assert heatmap(events(0)).layout.title.text == "<b>Nothing was found.</b>"


def test_a_summary_without_any_time_is_said_in_words():
    frame = pd.DataFrame({"hour": pd.to_datetime([None], utc=True), "events": [1]})

    assert heatmap(frame).layout.title.text == "<b>No row can be drawn.</b>"
