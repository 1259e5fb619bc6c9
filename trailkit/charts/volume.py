"""Volume: how many events there were over time, by outcome."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import bins
from trailkit.charts.outcome import ANY, Outcome, looks, verdict
from trailkit.charts.reading import (
    count_column,
    is_summary,
    require,
    subtitle,
    tally,
    time_column,
    times,
    undated,
)
from trailkit.charts.theme import count_axis, draw, draw_nothing, time_axis

_EVENT_BARS = 120
_BUCKET_BARS = 400
"""A summary keeps the buckets that its author chose, as long as they can be seen."""


def volume(frame: pd.DataFrame, count: str | None = None) -> "go.Figure":
    """Draw how many events there were over time, in bars stacked by outcome.

    The frame is a list of events, or a summary: times at which a bucket begins, a
    count, and ``outcome`` or a count for each outcome. ``count`` names the column to
    add up where the choice is wrong. Raises ChartError without a column of times.

    >>> when = pd.to_datetime(["2026-03-02 11:00", "2026-03-02 12:00"], utc=True)
    >>> frame = pd.DataFrame({"hour": when, "events": [3, 8], "outcome": "denied"})
    >>> volume(frame).layout.title.text
    '<b>11 events, all denied; most at 2026-03-02 12:00 UTC: 8 in 1 h</b>'
    """
    when = time_column(frame) or "time"
    count = count or count_column(frame)
    require(frame, "volume", when, *filter(None, [count]))
    moments = times(frame[when])
    step = _step(when, moments, bool(count) or is_summary(frame))
    bars = tally(frame, bins.floor(moments, step), count).dropna(subset="key")
    if bars.empty:
        return draw_nothing(frame)
    shown = looks(bars["outcome"])
    each = bins.words(step)
    return draw(
        [_bars(bars, outcome, step) for outcome in shown],
        _finding(bars, step),
        subtitle(frame, f"a bar is {each}", undated(moments)),
        legend=ANY not in shown,
        barmode="stack",
        hovermode="x unified",
        xaxis={**time_axis(), "hoverformat": f"%Y-%m-%d %H:%M:%S UTC, {each}"},
        yaxis=count_axis(f"events in {each}", bars.groupby("key")["count"].sum().max()),
    )


def _step(when: str, moments: pd.Series, summed: bool) -> pd.Timedelta:
    if not summed:
        return bins.step_for(moments, _EVENT_BARS)
    return max(bins.bucket(when, moments), bins.step_for(moments, _BUCKET_BARS))


def _bars(bars: pd.DataFrame, outcome: Outcome, step: pd.Timedelta) -> Any:
    own = bars[bars["outcome"] == outcome.name]
    return go.Bar(
        x=own["key"].astype("datetime64[ms]"),
        y=own["count"],
        # A bar covers its bucket: plotly would set it round the bucket's start.
        width=step / pd.Timedelta("1ms") * 0.92,
        offset=0,
        name=f"{outcome.name} ({own['count'].sum():,})",
        marker=outcome.bar,
        hovertemplate=f"{outcome.name}: %{{y:,}}<extra></extra>",
    )


def _finding(bars: pd.DataFrame, step: pd.Timedelta) -> str:
    said = verdict(bars.groupby("outcome")["count"].sum().to_dict())
    buckets = bars.groupby("key")["count"].sum()
    busiest = buckets[buckets == buckets.max()]
    if len(busiest) > 1:
        first, last = buckets.index.min(), buckets.index.max() + step
        return f"{said}; {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    most = f"{buckets.max():,} in {bins.words(step)}"
    return f"{said}; most at {busiest.index[0]:%Y-%m-%d %H:%M} UTC: {most}"
