"""Strips: how dense a lane's events are, where dots would lie on each other."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import bins
from trailkit.charts.labels import labels
from trailkit.charts.outcome import Outcome
from trailkit.charts.spans import written
from trailkit.charts.zones import in_hover

_COLUMNS = 240
"""So many bins an axis has: three to five pixels each."""

_MOST = 4_000
"""Bins of all strips together: with more lanes than ten they are wider."""

_TOP, _HEIGHT = -0.02, 0.36
_PALE = 0.25


def step_of(events: pd.DataFrame, seconds: float) -> pd.Timedelta:
    """Choose how long a bin is, where an axis shows so many seconds."""
    strips = events.groupby(["row", "outcome"]).ngroups
    start = pd.Timestamp(0)
    span = pd.Series([start, start + pd.Timedelta(seconds=seconds)])
    return bins.step_for(span, max(24, min(_COLUMNS, _MOST // strips)))


def strip(
    events: pd.DataFrame,
    outcome: Outcome,
    names: list[str],
    step: pd.Timedelta,
    zone: str,
) -> Any:
    """Draw the events of one outcome as strips, the denser the darker.

    Needs the columns row, time and action.
    """
    own = events[events["outcome"] == outcome.name]
    start = bins.floor(own["time"], step).rename("start")
    cells = own.groupby(["row", start])
    summed = cells.size().rename("events").reset_index()
    ends = summed["start"] + step
    return go.Bar(
        x=summed["start"].astype("datetime64[ms]"),
        y=np.full(len(summed), _HEIGHT),
        base=summed["row"] + _TOP,
        width=step / pd.Timedelta("1ms"),
        offset=0,
        name=f"{outcome.name} ({len(own):,})",
        marker={
            "color": outcome.colour,
            "opacity": _shades(summed["events"]),
            "line": {"width": 0},
        },
        customdata=np.column_stack(
            [
                np.array(names, object)[summed["row"]],
                summed["events"].map("{:,}".format),
                written(summed["start"], ends) + in_hover(summed["start"], ends, zone),
                labels(_commonest(own, cells)),
            ]
        ).astype(object),
        hovertemplate="<b>%{customdata[0]}</b><br>"
        + outcome.name
        + ": %{customdata[1]}, mostly %{customdata[3]}"
        + "<br>%{customdata[2]}<extra></extra>",
    )


def _shades(counts: pd.Series) -> np.ndarray:
    """Return how dark each count is: by its logarithm, the single event still seen."""
    dark = np.log1p(counts) / np.log1p(counts.max())
    return (_PALE + (1 - _PALE) * dark).round(2).to_numpy()


def _commonest(own: pd.DataFrame, cells: Any) -> pd.Series:
    """Return the commonest action of each cell, in the order of the cells."""
    counts = own.groupby([cells.ngroup().rename("cell"), "action"], dropna=False).size()
    best = counts.reset_index(name="events").sort_values(
        ["cell", "events"], ascending=[True, False], kind="stable"
    )
    return best.drop_duplicates("cell")["action"].reset_index(drop=True)
