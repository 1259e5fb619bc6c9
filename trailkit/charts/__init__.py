"""Charts: a frame in, a plotly figure out; never shown, nothing fetched.

Times are UTC, outcomes look alike everywhere, and every log value is escaped.
"""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.heatmap import heatmap
from trailkit.charts.ranking import ranking
from trailkit.charts.reading import about, is_summary, key_columns, time_column
from trailkit.charts.theme import register, use_theme
from trailkit.charts.timeline import timeline
from trailkit.charts.volume import volume
from trailkit.errors import ChartError, nearest

__all__ = [
    "CHARTS",
    "chart",
    "heatmap",
    "ranking",
    "register",
    "timeline",
    "use_theme",
    "volume",
]

CHARTS: dict[str, Callable[[pd.DataFrame], "go.Figure"]] = {
    "heatmap": heatmap,
    "ranking": ranking,
    "timeline": timeline,
    "volume": volume,
}
"""The charts by the names that a question's header uses."""


def chart(frame: pd.DataFrame, name: str | None = None) -> "go.Figure":
    """Draw the chart that the frame's question names, or the one called ``name``.

    A frame whose columns have changed since, or of no question, gets the chart that
    its columns suggest. Raises ChartError for an unknown name, and for a frame that
    no chart can draw.

    >>> chart(pd.DataFrame({"actor": ["root"], "events": [3]})).layout.title.text
    '<b>Most events: root, 3 of 3</b>'
    """
    if name is not None and name not in CHARTS:
        raise ChartError(f'There is no chart "{name}". {nearest(name, CHARTS)}')
    return CHARTS[name or _suggested(frame)](frame)


def _suggested(frame: pd.DataFrame) -> str:
    fitting = _fitting(frame)
    named = about(frame).get("chart")
    if named in fitting:
        return named
    if fitting:
        return fitting[0]
    raise ChartError(
        f"No chart fits the columns {', '.join(map(str, frame.columns)) or '(none)'}. "
        "A timeline needs time and actor (or another lane); a volume or a heatmap "
        "needs time; a ranking needs a column of text and a count. Name the columns: "
        'tk.charts.ranking(frame, key="bucket", count="objects").'
    )


def _fitting(frame: pd.DataFrame) -> list[str]:
    """Name the charts that the frame's columns allow, the most telling first."""
    dated = time_column(frame) is not None
    summed = is_summary(frame)
    fitting = ["timeline"] if dated and "actor" in frame.columns else []
    if dated:
        # A summary has no single events to set on a timeline.
        fitting = (
            ["volume", "heatmap", *fitting]
            if summed
            else [*fitting, "volume", "heatmap"]
        )
    if (dated or summed) and key_columns(frame):
        fitting.append("ranking")
    return fitting
