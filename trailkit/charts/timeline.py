"""Timeline: who did what and when, in lanes."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import bins
from trailkit.charts.labels import counted, label, labels
from trailkit.charts.marks import HOVER, marks, step_for
from trailkit.charts.outcome import ANY, Outcome, looks, verdict
from trailkit.charts.reading import (
    is_text,
    outcomes,
    require,
    subtitle,
    time_column,
    times,
    undated,
)
from trailkit.charts.theme import draw, draw_nothing, name_axis, time_axis

_READ = ("actor", "action", "error_code", "source_ip", "account", "region")
_BESIDE = {"failed": -0.18, "denied": 0.18}
"""What came to nothing stands beside the middle of its lane: nothing hides it."""

_HOVER = (
    "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}%{customdata[3]}"
    "<extra></extra>"
)


def timeline(
    frame: pd.DataFrame, lane: str | None = None, lanes: int = 20
) -> "go.Figure":
    """Draw events over time, in lanes by a column, outcome by colour and symbol.

    The lanes are actors, or, where there is only one, its actions; ``lane`` names
    another column. They stand in the order of their first event. Past ``lanes`` of
    them the smaller ones share one; past 2,000 events a mark stands for all of one
    outcome in a span of time. The subtitle says so. Raises ChartError when the frame
    has no column of times, or none called ``lane``.

    >>> when = pd.to_datetime(["2026-03-02 11:40"], utc=True)
    >>> frame = pd.DataFrame({"time": when, "actor": ["root"], "outcome": ["denied"]})
    >>> timeline(frame).layout.title.text
    '<b>1 event, denied; only actor: root</b>'
    """
    when = time_column(frame) or "time"
    lane = lane or _usual_lane(frame)
    require(frame, "timeline", when, lane)
    moments = times(frame[when])
    events = _events(frame, moments, lane)
    if events.empty:
        return draw_nothing(frame)
    events["row"], names, folded = _lanes(events["lane"], lanes)
    events["member"] = events["lane"].where(events["row"] == lanes) if folded else None
    shown = looks(events["outcome"])
    step = step_for(events)
    drawn = marks(events, names, step)
    return draw(
        [_trace(drawn, outcome, events) for outcome in shown],
        _finding(events, lane),
        subtitle(frame, _sums(drawn, step), folded, undated(moments)),
        height=190 + (34 if len(names) <= 12 else 27) * len(names),
        legend=ANY not in shown,
        xaxis={**time_axis(), "range": _reach(drawn)},
        yaxis=name_axis(names),
    )


def _usual_lane(frame: pd.DataFrame) -> str:
    several = [
        name
        for name in ("actor", "action")
        if name in frame.columns and frame[name].nunique(dropna=False) > 1
    ]
    return several[0] if several else "actor"


def _events(frame: pd.DataFrame, moments: pd.Series, lane: str) -> pd.DataFrame:
    """Take what a timeline shows, in the order of time."""
    read = [name for name in _READ if name in frame.columns and name != lane]
    events = frame[read].assign(
        time=moments, outcome=outcomes(frame), lane=frame[lane], about=_target(frame)
    )
    dated = events.dropna(subset="time")
    return dated.sort_values("time", kind="stable", ignore_index=True)


def _target(frame: pd.DataFrame) -> pd.Series | None:
    """Give what the events were about: the column after the eight of every list."""
    match [*frame.columns[7:9]]:
        case ["event_id", name] if name not in _READ and is_text(frame[name]):
            return frame[name]
        case _:
            return None


def _lanes(column: pd.Series, most: int) -> tuple[np.ndarray, np.ndarray, str]:
    """Give each event its lane, the lanes their names, and say what was folded."""
    # Numbers, not names: two values that are cut to the same label stay two lanes.
    codes, values = pd.factorize(column, use_na_sentinel=False)
    # A lane for one other would save none.
    if len(values) <= most + 1:
        return codes, labels(pd.Series(values)), ""
    kept = np.sort(np.argsort(-np.bincount(codes), kind="stable")[:most])
    names = labels(pd.Series(values[kept]))
    rows = np.full(len(values), len(kept))
    rows[kept] = np.arange(len(kept))
    other = counted(len(values) - len(kept), "other")
    said = f"the {len(kept)} busiest of {len(values):,} lanes, then {other} in one"
    return rows[codes], np.append(names, f"<i>{other}</i>"), said


def _trace(drawn: pd.DataFrame, outcome: Outcome, events: pd.DataFrame) -> Any:
    own = drawn[drawn["outcome"] == outcome.name]
    total = (events["outcome"] == outcome.name).sum()
    return go.Scatter(
        x=own["time"].astype("datetime64[ms]"),
        y=own["row"] + _BESIDE.get(outcome.name, 0),
        mode="markers",
        name=f"{outcome.name} ({total:,})",
        marker={
            "color": outcome.colour,
            "symbol": outcome.symbol,
            "size": own["size"],
            "opacity": 0.85,
            "line": {"width": 0.5, "color": "rgba(255, 255, 255, 0.6)"},
        },
        customdata=own[HOVER].to_numpy(object),
        hovertemplate=_HOVER,
    )


def _finding(events: pd.DataFrame, lane: str) -> str:
    """Say what came of the events, and whose they were."""
    noun, column = "event", label(lane.replace("_", " "))
    if "action" in events and events["action"].nunique(dropna=False) == 1:
        noun = f"{label(events['action'][0])} event"
    said = verdict(events["outcome"].value_counts().to_dict(), noun)
    sizes = events["lane"].value_counts(dropna=False)
    leader = label(sizes.index[0])
    if len(sizes) == 1:
        return f"{said}; only {column}: {leader}"
    if "actor" in events and events["actor"].nunique(dropna=False) == 1:
        return f"{said}; only actor: {label(events['actor'][0])}"
    if sizes.iloc[0] == sizes.iloc[1]:
        return f"{said}; {counted(len(sizes), column)}"
    return f"{said}; most active {column}: {leader} ({sizes.iloc[0]:,})"


def _reach(drawn: pd.DataFrame) -> list[pd.Timestamp]:
    first, last = drawn["time"].min(), drawn["time"].max()
    margin = max((last - first) * 0.02, pd.Timedelta("5s"))
    return [first - margin, last + margin]


def _sums(drawn: pd.DataFrame, step: pd.Timedelta) -> str:
    """Say what a mark stands for, unless each is one event."""
    if drawn["events"].max() == 1:
        return ""
    return f"a mark sums {bins.words(step)}, larger for more events"
