"""A second time zone: below UTC on every axis of times, and in the hover."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from trailkit.charts import chart
from trailkit.errors import ChartError

Events = Callable[..., pd.DataFrame]
BERLIN = "Europe/Berlin"


def night(start: str, step: str = "30min", rows: int = 8) -> dict[str, Any]:
    """Return the times of a list of events, which pass the turn of the clocks."""
    return {"time": pd.date_range(start, periods=rows, freq=step, tz="UTC")}


SPRING, AUTUMN = night("2026-03-28 23:30"), night("2026-10-24 23:30")


def spans(start: str, end: str) -> pd.DataFrame:
    """Make a frame that the charts of spans can draw, each by its own columns."""
    first, last = pd.to_datetime([start], utc=True), pd.to_datetime([end], utc=True)
    own = {"start": first, "end": last, "first_seen": first, "last_seen": last}
    told = {"account": "111122223333", "region": "eu-west-1", "state": "stopped"}
    found = {"technique": "T1485", "severity": "high", "question": "q", "count": 2}
    return pd.DataFrame({**own, **told, **found, "actor": "root", "events": 2})


def second(figure: Any) -> dict[str, str]:
    """Return the labels of the second line by their moments in UTC."""
    axis = figure.layout.xaxis2
    moments = pd.to_datetime(list(axis.tickvals)).strftime("%m-%d %H:%M")
    return dict(zip(moments, axis.ticktext, strict=True))


def hover(figure: Any) -> str:
    """Return all that hovering can tell."""
    told = [
        list(each.customdata) for each in figure.data if each.customdata is not None
    ]
    return str(told)


@pytest.mark.parametrize("name", ["timeline", "volume", "sessions"])
def test_an_hour_that_the_clocks_skip_has_no_label(name: str, events: Events):
    figure = chart(events(8, **SPRING), name, zone=BERLIN)

    labels = second(figure)
    assert labels["03-29 00:30"] == "01:30"
    assert labels["03-29 01:00"] == "03:00+02:00"
    assert not [text for text in labels.values() if text.startswith("02:")]
    assert figure.layout.xaxis2.title.text == (
        "time: above UTC, below Europe/Berlin, UTC+01:00"
        "<br>from 2026-03-29 01:00 UTC on UTC+02:00"
    )


@pytest.mark.parametrize("name", ["timeline", "volume", "sessions"])
def test_an_hour_that_the_clocks_show_twice_has_its_offset(name: str, events: Events):
    labels = second(chart(events(8, **AUTUMN), name, zone=BERLIN))

    assert labels["10-25 00:00"] == "02:00"
    assert labels["10-25 01:00"] == "02:00+01:00"


def test_hover_says_which_of_two_alike_hours_it_was(events: Events):
    told = hover(chart(events(8, **AUTUMN), "timeline", zone=BERLIN))

    assert "2026-10-25 00:30:00 UTC<br>2026-10-25 02:30:00+02:00 Europe/Berlin" in told
    assert "2026-10-25 01:30:00 UTC<br>2026-10-25 02:30:00+01:00 Europe/Berlin" in told


def test_hover_of_a_volume_says_when_its_bucket_begins(events: Events):
    figure = chart(events(8, **SPRING), "volume", zone=BERLIN)

    assert "'2026-03-29 03:00:00+02:00 Europe/Berlin'" in hover(figure)


@pytest.mark.parametrize("name", ["coverage", "techniques", "sessions"])
def test_spans_are_told_in_both_zones(name: str):
    frame = spans("2026-03-28 22:30", "2026-03-29 01:00")
    figure = chart(frame, name, zone=BERLIN)

    there = "2026-03-28 23:30:00+01:00 to 2026-03-29 03:00:00+02:00 Europe/Berlin"
    assert f"2026-03-28 22:30:00 to 2026-03-29 01:00:00 UTC<br>{there}" in hover(figure)
    assert second(figure)["03-29 01:00"] == "03:00+02:00"


def test_strips_of_very_many_events_are_told_in_both_zones(events: Events):
    frame = events(2_500, **night("2026-10-24 12:00", "30s", 2_500))

    assert "02:00:00+01:00 Europe/Berlin" in hover(chart(frame, zone=BERLIN))


def test_days_begin_at_midnight_of_the_zone(events: Events):
    labels = second(chart(events(8, **night("2026-03-26", "1D")), zone=BERLIN))

    assert labels["03-26 23:00"] == "2026-03-27<br>+01:00"
    assert labels["03-29 22:00"] == "2026-03-30<br>+02:00"


def test_no_label_stands_in_folded_idle_time(events: Events):
    frame = pd.concat([events(8, **SPRING), events(8, **night("2026-04-20 10:00"))])
    figure = chart(frame, "timeline", zone="Asia/Kolkata")

    assert figure.layout.xaxis.rangebreaks == figure.layout.xaxis2.rangebreaks
    assert {moment[:5] for moment in second(figure)} == {"03-28", "03-29", "04-20"}


def test_the_axis_itself_stays_utc(events: Events):
    plain = chart(events(8, **SPRING), "timeline")
    other = chart(events(8, **SPRING), "timeline", zone=BERLIN)

    assert list(other.data[0].x) == list(plain.data[0].x)
    assert other.layout.xaxis.range == plain.layout.xaxis.range
    assert other.layout.title == plain.layout.title
    assert other.layout.xaxis2.matches == "x"
    assert plain == chart(events(8, **SPRING), "timeline", zone="UTC")


@pytest.mark.parametrize("name", ["timeline", "volume", "sessions", "heatmap"])
@pytest.mark.parametrize(
    ("zone", "said"),
    [("Europe/Berlln", 'mean "Europe/Berlin"'), ("Berlin", "Europe/Berlin"), (7, "7")],
)
def test_an_unknown_zone_is_refused_with_the_nearest(
    zone: Any, said: str, name: str, events: Events
):
    with pytest.raises(ChartError, match=f"is not a time zone.*{said}|{said} is not a"):
        chart(events(8), name, zone=zone)


def test_a_chart_without_an_axis_of_times_says_that_it_has_no_zone(events: Events):
    with pytest.raises(
        ChartError, match=r'"ranking" has no setting "zone"\. There are'
    ):
        chart(events(8), "ranking", zone=BERLIN)


@pytest.mark.parametrize("zone", [BERLIN, "Asia/Kolkata", "America/New_York"])
@pytest.mark.parametrize(
    "years", [("1880", "1881"), ("1601", "9990"), ("2026", "2026")]
)
def test_whatever_a_log_says_of_time_is_drawn(
    years: tuple[str, str], zone: str, events: Events
):
    frame = events(
        2, time=pd.to_datetime([f"{year}-03-29" for year in years], utc=True)
    )

    assert second(chart(frame, "timeline", zone=zone))
