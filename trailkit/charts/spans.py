"""Bars from a start to an end, each in the row of a name."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.folding import Fold
from trailkit.charts.theme import time_axis

_LEAST = 0.007
"""A moment is drawn this wide, in parts of the axis: a bar of no width is not seen."""


def span_bars(
    spans: pd.DataFrame, name: str, marker: dict[str, Any], least: pd.Timedelta
) -> Any:
    """Draw bars. Needs the columns row, start, end, and hover, which is safe text."""
    seconds = (spans["end"] - spans["start"]).dt.total_seconds().to_numpy(float)
    long = np.maximum(seconds, least.total_seconds()) * 1000
    return go.Bar(
        orientation="h",
        base=spans["start"].astype("datetime64[ms]"),
        x=long,
        y=spans["row"],
        width=0.62,
        name=name,
        marker={"line": {"width": 0}, **marker},
        customdata=spans[["hover"]].to_numpy(object),
        hovertemplate="%{customdata[0]}<extra></extra>",
    )


def least_of(spans: pd.DataFrame) -> pd.Timedelta:
    """Return how long a bar must be to be seen among these."""
    whole = spans["end"].max() - spans["start"].min()
    return max(whole * _LEAST, pd.Timedelta("1s"))


def along(spans: pd.DataFrame) -> Fold:
    """Return the axis that the spans stand on, which folds nothing."""
    return Fold(spans["start"].min(), spans["end"].max())


def span_axis(spans: pd.DataFrame) -> dict[str, Any]:
    """Return the settings of an axis of times that shows all of the spans."""
    first, last = spans["start"].min(), spans["end"].max()
    margin = max((last - first) * 0.02, pd.Timedelta("5s"))
    reach = [(first - margin).isoformat(), (last + margin).isoformat()]
    return time_axis(range=reach)


def written(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return spans in words, without the day twice.

    >>> times = pd.Series(pd.to_datetime(["2026-03-12 01:14", "2026-03-12 03:20"]))
    >>> written(times[:1], times[1:].reset_index(drop=True))[0]
    '2026-03-12 01:14:00 to 03:20:00 UTC'
    """
    first, last = start.dt.strftime("%Y-%m-%d %H:%M:%S"), end.dt.strftime("%H:%M:%S")
    day = end.dt.strftime("%Y-%m-%d ")
    same = (start.dt.normalize() == end.dt.normalize()).to_numpy()
    until = np.where(same, last, day + last)
    return first.where(start == end, first + " to " + until) + " UTC"
