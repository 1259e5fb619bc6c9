"""Sessions: who was at work from when to when, as bars from first to last event."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.deed import events_of, ranked
from trailkit.charts.identity import hue, identities
from trailkit.charts.labels import counted, distinct, label
from trailkit.charts.outcome import OUTCOMES
from trailkit.charts.reading import require, subtitle, times, undated
from trailkit.charts.spans import along, least_of, span_axis, span_bars, written
from trailkit.charts.theme import draw, draw_nothing, name_axis
from trailkit.charts.zones import in_hover, in_zone

_KEYS = ("session_id", "access_key", "actor", "identity")
_ENDS = (("first_seen", "last_seen"), ("start", "end"))


def sessions(
    frame: pd.DataFrame, key: str | None = None, most: int = 24, zone: str = "UTC"
) -> "go.Figure":
    """Draw each session as a bar from its first to its last event.

    The frame is a list of events, which are gathered by session id, access key or
    actor (``key`` names another column), or has a row for each session with
    ``first_seen`` and ``last_seen``. Bars have the colour of their identity. Past
    ``most`` the least telling are left out, and the subtitle says so. A ``zone`` such
    as ``Europe/Berlin`` is written below UTC. Raises ChartError without those columns,
    and for a zone that is not known.

    >>> when = pd.to_datetime(["2026-03-02 11:40", "2026-03-02 12:10"], utc=True)
    >>> frame = pd.DataFrame({"time": when, "actor": "role/ci/x", "action": "Put"})
    >>> sessions(frame).layout.title.text
    '<b>role/ci/x: 2 events, 2026-03-02 11:40:00 to 12:10:00 UTC</b>'
    """
    spans, moments = _spans(frame, key)
    if spans.empty:
        return draw_nothing(frame)
    found = len(spans)
    spans = spans.sort_values("telling", ascending=False, kind="stable")
    chief = spans.iloc[0]
    spans = spans[:most].sort_values("start", kind="stable", ignore_index=True)
    spans["row"] = range(len(spans))
    spans["hover"] += in_hover(spans["start"], spans["end"], zone)
    names = distinct(spans["name"], 44)
    left = f"the {most} most telling of {counted(found, 'session')}"
    figure = draw(
        _traces(spans),
        f"{label(chief['name'], 60)}: {chief['said']}",
        subtitle(
            frame,
            left if found > most else "",
            "red edge: some events denied" if spans["denied"].any() else "",
            undated(moments),
        ),
        height=170 + 26 * max(3, len(spans)),
        barmode="overlay",
        xaxis=span_axis(spans),
        yaxis={**name_axis(names), "showgrid": False},
    )
    return in_zone(figure, zone, along(spans))


def _traces(spans: pd.DataFrame) -> list[Any]:
    """Draw the bars, and an edge in the colour of denied where some was denied."""
    least = least_of(spans)
    refused = spans["denied"] > 0
    edge = {"width": 2, "color": OUTCOMES["denied"].colour}
    parts = [(spans[~refused], "no event denied", {"width": 0})]
    parts += [(spans[refused], "some events denied", edge)]
    return [
        span_bars(own, name, {"color": own["who"].map(hue), "line": line}, least)
        for own, name, line in parts
        if len(own)
    ]


def _spans(
    frame: pd.DataFrame, key: str | None
) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
    if "time" in frame.columns and not _ends(frame, key):
        return _of_events(frame, key), times(frame["time"])
    ends = _ends(frame, key) or _ENDS[0]
    key = key or next((name for name in _KEYS[::-1] if name in frame), "identity")
    require(frame, "chart of sessions", *ends, key)
    start, end = (times(frame[name]) for name in ends)
    spans = pd.DataFrame(
        {"start": start, "end": end, "name": frame[key].astype(object)}
    )
    counts = {name: _count(frame, name) for name in ("events", "denied")}
    spans = spans.assign(**counts, who=identities(frame, key))
    spans["telling"] = spans["denied"] * 100 + spans["events"].rank(pct=True)
    return _said(spans.dropna(subset=["start", "end"]).reset_index(drop=True)), start


def _ends(frame: pd.DataFrame, key: str | None) -> tuple[str, str] | None:
    if key == "time" or "event_id" in frame.columns:
        return None
    return next((ends for ends in _ENDS if {*ends} <= {*frame.columns}), None)


def _count(frame: pd.DataFrame, name: str) -> pd.Series:
    column = frame[name] if name in frame.columns else pd.Series(0, frame.index)
    return pd.to_numeric(column, errors="coerce").fillna(0).astype(int)


def _of_events(frame: pd.DataFrame, key: str | None) -> pd.DataFrame:
    """Gather events to sessions."""
    frame = frame.reset_index(drop=True)
    key = key or next((name for name in _KEYS if name in frame.columns), "actor")
    require(frame, "chart of sessions", key, "actor")
    events = events_of(frame)
    events["key"] = frame[key].astype(object).loc[events.index]
    events["key"] = events["key"].where(events["key"].notna(), events["actor"])
    events["who"] = identities(frame).loc[events.index]
    events = events.reset_index(drop=True)
    events["telling"] = ranked(events)
    events["denied"] = (events["outcome"] == "denied").astype(int)
    grouped = events.groupby("key", sort=False, dropna=False)
    spans = grouped.agg(
        start=("time", "min"),
        end=("time", "max"),
        name=("actor", "first"),
        who=("who", "first"),
        events=("time", "size"),
        denied=("denied", "sum"),
        telling=("telling", "max"),
    )
    return _said(spans.reset_index(drop=True))


def _said(spans: pd.DataFrame) -> pd.DataFrame:
    """Add what a session was, in words."""
    when = written(spans["start"], spans["end"])
    counts = [
        counted(events, "event") + (f", {denied:,} denied" if denied else "")
        for events, denied in zip(spans["events"], spans["denied"], strict=True)
    ]
    spans["said"] = [
        f"{count}, {span}" for count, span in zip(counts, when, strict=True)
    ]
    spans["hover"] = [
        f"<b>{label(name, 60)}</b><br>{said}"
        for name, said in zip(spans["name"], spans["said"], strict=True)
    ]
    return spans
