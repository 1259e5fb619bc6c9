"""Heat map: at which hours of the week there was activity."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import bins
from trailkit.charts.labels import counted, label
from trailkit.charts.outcome import OUTCOMES
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
from trailkit.charts.theme import draw, draw_nothing, heat_scale
from trailkit.charts.zones import local
from trailkit.errors import ChartError

_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


_WEEK = 7
"""In less days than these, no hour has others to be compared with."""

_UNUSUAL = 3
"""An hour with more than so many times the events of every other day is outlined."""


def heatmap(
    frame: pd.DataFrame, count: str | None = None, zone: str = "UTC"
) -> "go.Figure":
    """Draw the events of each hour of the week: a person's hours show.

    The frame is a list of events, or a summary by hour or less. Weeks are added up,
    so that a window of ten days has some weekdays twice: the subtitle says how many
    days there are. Hours are in UTC, or in a ``zone`` such as ``Europe/Berlin``. Hours
    far busier than the same hour of every other day are outlined. ``count`` names the
    column to add up where the choice is wrong. Raises ChartError without a column of
    times, for a summary by day, and for a zone that is not known.

    >>> when = pd.to_datetime(["2026-03-02 11:40", "2026-03-02 11:41"], utc=True)
    >>> heatmap(pd.DataFrame({"time": when})).layout.title.text
    '<b>Busiest: Monday 11:00 to 12:00 UTC, 2 of 2 events</b>'
    """
    when = time_column(frame) or "time"
    count = count or count_column(frame)
    require(frame, "heatmap", when, *filter(None, [count]))
    moments = times(frame[when])
    there = local(moments, zone)
    hours = tally(frame, there.dt.floor("1h"), count).dropna(subset="key")
    if hours.empty:
        return draw_nothing(frame)
    summed = count or is_summary(frame)
    if summed and bins.bucket(when, moments) > pd.Timedelta("1h"):
        raise ChartError(
            f'A heatmap shows hours, and "{when}" counts whole days. Draw '
            "tk.charts.volume(frame), or ask for the events by hour."
        )
    grid = _grid(hours)
    odd = [*_unusual(grid)] if _days(hours["key"]) >= _WEEK else []
    outlined = f"outlined: over {_UNUSUAL} times every other day at that hour"
    said = [_sums(hours["key"]), outlined if odd else "", undated(moments)]
    return draw(
        [_cells(grid, zone)],
        _finding(grid, zone),
        subtitle(frame, *said),
        height=356,
        shapes=[_outline(day, hour) for day, hour in odd],
        xaxis={
            "title": {"text": f"hour of the day ({label(zone)})"},
            "tickvals": list(range(24)),
            "ticktext": [f"{hour:02}" for hour in range(24)],
            "tickangle": 0,
            "showgrid": False,
        },
        yaxis={
            "tickvals": list(range(7)),
            "ticktext": _DAYS,
            "range": [6.5, -0.5],
            "showgrid": False,
        },
    )


def _unusual(grid: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """List the hours that are far busier than the same hour of every other day."""
    for hour in range(24):
        column = grid[hour].sort_values(ascending=False)
        most, next_most = int(column.iloc[0]), int(column.iloc[1])
        if (
            most >= 5
            and most > _UNUSUAL * next_most
            and int(grid.to_numpy().sum()) > most
        ):
            yield int(column.index[0]), hour


def _outline(day: int, hour: int) -> dict[str, Any]:
    corners = {"x0": hour - 0.5, "x1": hour + 0.5, "y0": day - 0.5, "y1": day + 0.5}
    line = {"color": OUTCOMES["denied"].colour, "width": 2}
    return {"type": "rect", **corners, "line": line}


def _grid(hours: pd.DataFrame) -> pd.DataFrame:
    """Return the hours added up: a row for each weekday, a column for each hour."""
    key = hours["key"].dt
    summed = hours.groupby([key.day_of_week, key.hour])["count"].sum().unstack()
    return summed.reindex(index=range(7), columns=range(24)).fillna(0).astype(int)


def _cells(grid: pd.DataFrame, zone: str) -> Any:
    # The root keeps a single burst from paling all the rest.
    most = grid.to_numpy().max()
    ticks = sorted({1, round(most / 10), round(most / 3), most} - {0})
    return go.Heatmap(
        z=np.sqrt(grid.where(grid > 0)),
        customdata=grid,
        zmin=0,
        zmax=np.sqrt(most),
        colorscale=heat_scale(),
        xgap=2,
        ygap=2,
        colorbar={
            "title": {"text": "events", "side": "right"},
            "tickvals": np.sqrt(ticks),
            "ticktext": [f"{tick:,}" for tick in ticks],
            "thickness": 12,
            "outlinewidth": 0,
        },
        hovertemplate=f"<b>%{{y}} %{{x:02d}}:00 {label(zone)}</b>"
        "<br>%{customdata:,} events<extra></extra>",
    )


def _finding(grid: pd.DataFrame, zone: str) -> str:
    day, hour = divmod(int(grid.to_numpy().argmax()), 24)
    most, total = grid.iat[day, hour], counted(grid.to_numpy().sum(), "event")
    when = f"{_DAYS[day]} {hour:02}:00 to {hour + 1:02}:00 {label(zone)}"
    return f"Busiest: {when}, {most:,} of {total}"


def _sums(hours: pd.Series) -> str:
    first, last = hours.min(), hours.max()
    days = counted(_days(hours), "day")
    return f"sum of {days}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _days(hours: pd.Series) -> int:
    """Return how many days there are from the first to the last hour."""
    return (hours.max().normalize() - hours.min().normalize()).days + 1
