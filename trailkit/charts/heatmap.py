"""Heat map: at which hours of the week there was activity."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import bins
from trailkit.charts.labels import counted
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
from trailkit.charts.theme import draw, draw_nothing
from trailkit.errors import ChartError

_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_SCALE = [[0, "rgba(0, 158, 115, 0.25)"], [1, "rgba(0, 158, 115, 1)"]]


def heatmap(frame: pd.DataFrame, count: str | None = None) -> "go.Figure":
    """Draw the events of each hour of the week, in UTC: a person's hours show.

    The frame is a list of events, or a summary by hour or less. Weeks are added up,
    so that a window of ten days has some weekdays twice: the subtitle says how many
    days there are. ``count`` names the column to add up where the choice is wrong.
    Raises ChartError without a column of times, and for a summary by day.

    >>> when = pd.to_datetime(["2026-03-02 11:40", "2026-03-02 11:41"], utc=True)
    >>> heatmap(pd.DataFrame({"time": when})).layout.title.text
    '<b>Busiest: Monday 11:00 to 12:00 UTC, 2 of 2 events</b>'
    """
    when = time_column(frame) or "time"
    count = count or count_column(frame)
    require(frame, "heatmap", when, *filter(None, [count]))
    moments = times(frame[when])
    hours = tally(frame, moments.dt.floor("1h"), count).dropna(subset="key")
    if hours.empty:
        return draw_nothing(frame)
    summed = count or is_summary(frame)
    if summed and bins.bucket(when, moments) > pd.Timedelta("1h"):
        raise ChartError(
            f'A heatmap shows hours, and "{when}" counts whole days. Draw '
            "tk.charts.volume(frame), or ask for the events by hour."
        )
    grid = _grid(hours)
    return draw(
        [_cells(grid)],
        _finding(grid),
        subtitle(frame, _sums(hours["key"]), undated(moments)),
        height=356,
        plot_bgcolor="rgba(127, 132, 138, 0.1)",
        xaxis={
            "title": {"text": "hour of the day (UTC)"},
            "tickvals": list(range(24)),
            "ticktext": [f"{hour:02}" for hour in range(24)],
            "showgrid": False,
        },
        yaxis={"autorange": "reversed", "showgrid": False},
    )


def _grid(hours: pd.DataFrame) -> pd.DataFrame:
    """Add up the hours: a row for each weekday, a column for each hour of the day."""
    key = hours["key"].dt
    summed = hours.groupby([key.day_of_week, key.hour])["count"].sum().unstack()
    return summed.reindex(index=range(7), columns=range(24)).fillna(0).astype(int)


def _cells(grid: pd.DataFrame) -> Any:
    # The root keeps a single burst from paling all the rest.
    most = grid.to_numpy().max()
    ticks = sorted({1, round(most / 10), round(most / 3), most} - {0})
    return go.Heatmap(
        z=np.sqrt(grid.where(grid > 0)),
        y=_DAYS,
        customdata=grid,
        zmin=0,
        zmax=np.sqrt(most),
        colorscale=_SCALE,
        xgap=2,
        ygap=2,
        colorbar={
            "title": {"text": "events", "side": "right"},
            "tickvals": np.sqrt(ticks),
            "ticktext": [f"{tick:,}" for tick in ticks],
            "thickness": 12,
            "outlinewidth": 0,
        },
        hovertemplate="<b>%{y} %{x:02d}:00 UTC</b><br>%{customdata:,} events"
        "<extra></extra>",
    )


def _finding(grid: pd.DataFrame) -> str:
    day, hour = divmod(int(grid.to_numpy().argmax()), 24)
    most, total = grid.iat[day, hour], counted(grid.to_numpy().sum(), "event")
    when = f"{_DAYS[day]} {hour:02}:00 to {hour + 1:02}:00 UTC"
    return f"Busiest: {when}, {most:,} of {total}"


def _sums(hours: pd.Series) -> str:
    first, last = hours.min().normalize(), hours.max().normalize()
    days = (last - first).days + 1
    return f"sum of {counted(days, 'day')}, {first:%Y-%m-%d} to {last:%Y-%m-%d}"
