"""Volume: how many events there were over time; what came to nothing on its own."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import bins
from trailkit.charts.folding import Fold
from trailkit.charts.outcome import ANY, OUTCOMES, Outcome, looks, verdict
from trailkit.charts.reading import (
    count_column,
    is_summary,
    require,
    stopped,
    subtitle,
    tally,
    time_column,
    times,
    undated,
)
from trailkit.charts.theme import (
    count_axis,
    draw,
    draw_nothing,
    ground,
    on_paper,
    time_axis,
)
from trailkit.charts.zones import in_hover, in_zone

_EVENT_BARS = 120
_BUCKET_BARS = 400
"""A summary keeps the buckets that its author chose, as long as they can be seen."""

_REFUSED = ("failed", "denied")
_QUIET = 0.04
"""A time without an event is shaded when it takes more of the axis than this."""


def volume(
    frame: pd.DataFrame, count: str | None = None, zone: str = "UTC"
) -> "go.Figure":
    """Draw how many events there were over time, in bars by outcome.

    Denied and failed events have a panel and a scale of their own, where a handful
    under a thousand would not be seen. The frame is a list of events, or a summary:
    times at which a bucket begins, a count, and ``outcome`` or a count for each
    outcome. ``count`` names the column to add up where the choice is wrong. A ``zone``
    such as ``Europe/Berlin`` is written below UTC. Raises ChartError without a column
    of times, and for a zone that is not known.

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
    quiet, axes = _quiet(bars, step), _axes(bars, each)
    drawn = [_bars(bars, outcome, step, "yaxis2" in axes) for outcome in shown]
    figure = draw(
        [*drawn, *_clocks(bars, zone)],
        _finding(bars, step),
        subtitle(frame, f"a bar is {each}", _shaded(quiet), undated(moments)),
        height=480 if "yaxis2" in axes else 400,
        legend=ANY not in shown,
        barmode="stack",
        hovermode="x unified",
        hoversubplots="axis",
        shapes=[*map(_shade, quiet), *map(_stop, _stops(frame, bars, step))],
        xaxis=time_axis(hoverformat=f"%Y-%m-%d %H:%M:%S UTC, {each}", anchor="free"),
        **axes,
    )
    return in_zone(figure, zone, Fold(bars["key"].min(), bars["key"].max() + step))


def _step(when: str, moments: pd.Series, summed: bool) -> pd.Timedelta:
    if not summed:
        return bins.step_for(moments, _EVENT_BARS)
    return max(bins.bucket(when, moments), bins.step_for(moments, _BUCKET_BARS))


def _axes(bars: pd.DataFrame, each: str) -> dict[str, Any]:
    """Return the panels: one, or two where some events came to nothing and some did."""
    refused = bars["outcome"].isin(_REFUSED)
    if refused.all() or not refused.any():
        return {"yaxis": count_axis(f"events in {each}", _highest(bars))}
    upper = {"domain": [0.46, 1.0], "side": "left"}
    lower = {"domain": [0.0, 0.34], "anchor": "x"}
    return {
        "yaxis": count_axis(f"events in {each}", _highest(bars[~refused])) | upper,
        "yaxis2": count_axis("denied, failed", _highest(bars[refused])) | lower,
        "annotations": [
            on_paper(0, 0.36, "denied and failed, on a scale of their own")
            | {"xanchor": "left", "yanchor": "bottom", "font": {"size": 11}}
        ],
    }


def _highest(bars: pd.DataFrame) -> float:
    return bars.groupby("key")["count"].sum().max()


def _bars(
    bars: pd.DataFrame, outcome: Outcome, step: pd.Timedelta, two_panels: bool
) -> Any:
    own = bars[bars["outcome"] == outcome.name]
    return go.Bar(
        x=own["key"].astype("datetime64[ms]"),
        y=own["count"],
        yaxis="y2" if two_panels and outcome.name in _REFUSED else "y",
        # A bar covers its bucket: plotly would set it round the bucket's start.
        width=step / pd.Timedelta("1ms") * 0.92,
        offset=0,
        name=f"{outcome.name} ({own['count'].sum():,})",
        marker=outcome.bar,
        hovertemplate=f"{outcome.name}: %{{y:,}}<extra></extra>",
    )


def _clocks(bars: pd.DataFrame, zone: str) -> list[Any]:
    """Say in the hover of each bucket when it begins in another zone."""
    if zone == "UTC":
        return []
    starts = bars["key"].drop_duplicates()
    return [
        go.Scatter(
            x=starts.astype("datetime64[ms]"),
            y=[0] * len(starts),
            mode="markers",
            opacity=0,
            showlegend=False,
            customdata=in_hover(starts, starts, zone).str.removeprefix("<br>"),
            hovertemplate="%{customdata}<extra></extra>",
        )
    ]


def _quiet(bars: pd.DataFrame, step: pd.Timedelta) -> list[tuple[Any, Any]]:
    """List the spans between two bars in which there was no event."""
    starts = bars["key"].drop_duplicates().sort_values()
    span = starts.iloc[-1] - starts.iloc[0] + step
    until = starts.shift(-1)
    long = (until - starts - step) > max(span * _QUIET, 2 * step)
    return [*zip(starts[long] + step, until[long], strict=True)]


def _stops(
    frame: pd.DataFrame, bars: pd.DataFrame, step: pd.Timedelta
) -> list[tuple[Any, Any]]:
    """List the spans within the axis in which logging was stopped."""
    first, last = bars["key"].min(), bars["key"].max() + step
    spans = [(max(a, first), min(b or last, last)) for a, b in stopped(frame)]
    return [(start, end) for start, end in spans if start < end]


def _shade(span: tuple[Any, Any]) -> dict[str, Any]:
    fill = {"fillcolor": ground().grid, "opacity": 0.5, "line": {"width": 0}}
    place = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below", "type": "rect"}
    return {"x0": span[0], "x1": span[1], **place, **fill}


def _stop(span: tuple[Any, Any]) -> dict[str, Any]:
    """Shade a span in which logging was stopped: no bar there proves nothing."""
    colour = OUTCOMES["denied"].colour
    fill = {"fillcolor": colour, "opacity": 0.15, "line": {"width": 1, "color": colour}}
    said = {"text": "logging stopped", "textposition": "top center", "textangle": 90}
    return {**_shade(span), **fill, "label": {**said, "font": {"size": 10}}}


def _shaded(quiet: list[tuple[Any, Any]]) -> str:
    return "shaded where there was no event" if quiet else ""


def _finding(bars: pd.DataFrame, step: pd.Timedelta) -> str:
    return "; ".join(_sentences(bars, step))


def _sentences(bars: pd.DataFrame, step: pd.Timedelta) -> Iterator[str]:
    yield verdict(bars.groupby("outcome")["count"].sum().to_dict())
    buckets = bars.groupby("key")["count"].sum()
    busiest = buckets[buckets == buckets.max()]
    if len(busiest) > 1:
        first, last = buckets.index.min(), buckets.index.max() + step
        yield f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
        return
    most = f"{buckets.max():,} in {bins.words(step)}"
    yield f"most at {busiest.index[0]:%Y-%m-%d %H:%M} UTC: {most}"
    refused = bars[bars["outcome"].isin(_REFUSED)].groupby("key")["count"].sum()
    if len(refused) and refused.sum() < buckets.sum() and refused.max() > 1:
        when = f"{refused.idxmax():%Y-%m-%d %H:%M} UTC"
        yield f"most denied or failed at {when}: {refused.max():,}"
