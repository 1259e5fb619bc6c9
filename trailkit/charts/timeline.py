"""Timeline: the story of a frame; who did what and when, in lanes."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import bins
from trailkit.charts.deed import events_of, headline, ranked
from trailkit.charts.dots import HOVER, dots, step_for
from trailkit.charts.folding import Fold, fold
from trailkit.charts.identity import identities
from trailkit.charts.lanes import Lanes, lanes_of
from trailkit.charts.naming import named
from trailkit.charts.outcome import ANY, Outcome, looks, verdict
from trailkit.charts.reading import (
    require,
    stopped,
    subtitle,
    time_column,
    times,
    undated,
)
from trailkit.charts.strips import step_of, strip
from trailkit.charts.theme import draw, draw_nothing, ground, name_axis, time_axis
from trailkit.charts.zones import in_zone

_READ = ("error_code", "source_ip", "account", "region", "event_id", "note")
_DOTS = 2_000
"""More events than these are drawn as strips, with the denied above them."""

_BESIDE = {"denied": -0.1, "failed": 0.02}
"""Denied and failed events stand above the middle of their lane: nothing hides them."""

_MIDDLE = 0.16
_HOVER = (
    "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}%{customdata[3]}"
    "<br>event %{customdata[4]}<extra></extra>"
)


def timeline(
    frame: pd.DataFrame,
    lane: str | None = None,
    lanes: int = 14,
    zone: str = "UTC",
) -> "go.Figure":
    """Draw events over time, in lanes by identity, outcome by colour and symbol.

    Sessions are folded into their roles. The most telling lanes stand on top: the
    rare, the denied, the privileged; past ``lanes`` of them the ordinary ones share a
    strip. Where there is only one identity the lanes are its actions; ``lane`` names
    another column. Past 2,000 events, strips show how dense they are, and the denied
    and failed ones stay dots above. A ``zone`` such as ``Europe/Berlin`` is written
    below UTC. Raises ChartError when the frame has no column of times, or none called
    ``lane``, and for a zone that is not known.

    >>> when = pd.to_datetime(["2026-03-02 11:40"], utc=True)
    >>> frame = pd.DataFrame({"time": when, "actor": ["root"], "action": "StopLogging"})
    >>> timeline(frame).layout.title.text
    '<b>root stopped logging at 11:40 UTC</b>'
    """
    when = time_column(frame) or "time"
    require(frame, "timeline", when, lane or "actor")
    frame = frame.reset_index(drop=True)
    moments = times(frame[when])
    events = _events(frame, lane)
    if events.empty:
        return draw_nothing(frame)
    noun = (lane or events.attrs["by"]).replace("_", " ")
    placed = lanes_of(events, lanes, noun)
    events["row"] = placed.rows
    if placed.strip >= 0:
        events["member"] = events["lane"].where(placed.rows == placed.strip)
    axis = fold(events["time"])
    marks, sums = _marks(events, placed, axis, zone)
    figure = draw(
        [*_hatches(frame, axis, placed), *marks],
        _finding(events),
        subtitle(frame, sums, placed.said, axis.said, undated(moments)),
        height=200 + (44 if len(placed.names) <= 15 else 30) * len(placed.names),
        legend=ANY not in looks(events["outcome"]) or bool(stopped(frame)),
        barmode="overlay",
        xaxis=time_axis(**axis.axis()),
        yaxis={**name_axis(placed.names), "zeroline": False},
        **axis.signs(),
    )
    return in_zone(figure, zone, axis)


def _events(frame: pd.DataFrame, lane: str | None) -> pd.DataFrame:
    """Take what a timeline shows, in the order of time, with its lane."""
    events = events_of(frame)
    for name in _READ:
        if name in frame.columns and name != lane:
            events[name] = frame[name].loc[events.index]
    who = frame[lane] if lane else identities(frame)
    events["lane"] = who.astype(object).loc[events.index]
    by = lane or "identity"
    alone = not lane and events["lane"].nunique(dropna=False) == 1
    if alone and events["action"].nunique(dropna=False) > 1:
        by, events["lane"] = "action", events["action"]
    events = events.reset_index(drop=True)
    events["telling"] = ranked(events)
    events.attrs["by"] = by
    return events


def _marks(
    events: pd.DataFrame, placed: Lanes, axis: Fold, zone: str
) -> tuple[list[Any], str]:
    """Draw few events as dots; many as strips, with dots for what came to nothing."""
    shown = looks(events["outcome"])
    if len(events) <= _DOTS:
        step = step_for(events)
        drawn = dots(events, placed.names, step, zone)
        return [*_dots(drawn, shown, events), *named(drawn, axis)], _sums(drawn, step)
    single = events["outcome"].isin(["denied", "failed"])
    telling = events["telling"].nlargest(15).index
    single |= events.index.isin(telling)
    step = step_of(events[~events["outcome"].isin(list(_BESIDE))], axis.seconds)
    dense = [
        strip(events, each, placed.names, step, zone)
        for each in shown
        if each.name not in _BESIDE
    ]
    drawn = dots(events[single], placed.names, step_for(events[single]), zone)
    said = f"a strip's step is {bins.words(step)}, darker for more events"
    above = _dots(drawn, [each for each in shown if each.name in _BESIDE], events)
    own = drawn[~drawn["outcome"].isin(list(_BESIDE))]
    ringed = [_dot(own, each, "", False) for each in shown if each.name not in _BESIDE]
    return [*dense, *ringed, *above, *named(drawn, axis)], said


def _dots(drawn: pd.DataFrame, shown: list[Outcome], events: pd.DataFrame) -> list[Any]:
    totals = events["outcome"].value_counts()
    return [
        _dot(drawn, each, f"{each.name} ({totals.get(each.name, 0):,})", True)
        for each in shown
    ]


def _height(row: Any, outcome: str) -> Any:
    return row + _BESIDE.get(outcome, _MIDDLE)


def _dot(drawn: pd.DataFrame, outcome: Outcome, name: str, listed: bool) -> Any:
    own = drawn[drawn["outcome"] == outcome.name]
    return go.Scatter(
        x=own["time"].astype("datetime64[ms]"),
        y=_height(own["row"], outcome.name),
        mode="markers",
        name=name,
        showlegend=None if listed else False,
        marker={
            "color": outcome.colour,
            "symbol": outcome.symbol,
            "size": own["size"],
            "opacity": 0.9,
            "line": {"width": 0.8, "color": ground().paper},
        },
        customdata=own[HOVER].to_numpy(object),
        hovertemplate=_HOVER,
    )


def _hatches(frame: pd.DataFrame, axis: Fold, placed: Lanes) -> list[Any]:
    """Hatch the spans in which logging was stopped: emptiness there proves nothing."""
    spans = [
        (max(start, axis.first), min(end or axis.last, axis.last))
        for start, end in stopped(frame)
    ]
    spans = [(start, end) for start, end in spans if start < end]
    if not spans:
        return []
    quiet = ground().quiet
    return [
        go.Bar(
            x=[start for start, _ in spans],
            width=[(end - start) / pd.Timedelta("1ms") for start, end in spans],
            y=[len(placed.names)] * len(spans),
            base=-0.5,
            offset=0,
            name="logging stopped",
            marker={
                "color": "rgba(127, 132, 138, 0.08)",
                "line": {"width": 0},
                "pattern": {"shape": "/", "fgcolor": quiet, "size": 9, "solidity": 0.1},
            },
            hovertemplate="logging was stopped<extra></extra>",
        )
    ]


def _finding(events: pd.DataFrame) -> str:
    """Return the deed, and how much came to nothing."""
    said = headline(events)
    counts = events["outcome"].value_counts().to_dict()
    if len(events) > 1 and (counts.get("denied") or counts.get("failed")):
        return f"{said}; {verdict(counts)}"
    return said


def _sums(drawn: pd.DataFrame, step: pd.Timedelta) -> str:
    """Return what a dot stands for, unless each is one event."""
    if drawn["events"].max() == 1:
        return ""
    return f"a dot sums {bins.words(step)}, larger for more events"
