"""Charts: a frame in, a plotly figure out; never shown, nothing fetched.

Times are UTC, outcomes look alike everywhere, and every log value is escaped.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any, Protocol

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.attack import attack
from trailkit.charts.chain import chain
from trailkit.charts.choosing import fitting
from trailkit.charts.comparison import comparison
from trailkit.charts.coverage_days import coverage
from trailkit.charts.flow import flow
from trailkit.charts.heatmap import heatmap
from trailkit.charts.matrix import matrix
from trailkit.charts.ranking import ranking
from trailkit.charts.reading import about
from trailkit.charts.resources import resources
from trailkit.charts.sessions import sessions
from trailkit.charts.spend import cost
from trailkit.charts.techniques import techniques
from trailkit.charts.theme import register, use_theme
from trailkit.charts.timeline import timeline
from trailkit.charts.volume import volume
from trailkit.errors import ChartError, nearest, typed

__all__ = [
    "CHARTS",
    "attack",
    "chain",
    "chart",
    "comparison",
    "cost",
    "coverage",
    "flow",
    "heatmap",
    "matrix",
    "ranking",
    "register",
    "resources",
    "sessions",
    "techniques",
    "timeline",
    "use_theme",
    "volume",
]

CHARTS: dict[str, Callable[..., "go.Figure"]] = {
    "attack": attack,
    "chain": chain,
    "comparison": comparison,
    "cost": cost,
    "coverage": coverage,
    "flow": flow,
    "heatmap": heatmap,
    "matrix": matrix,
    "ranking": ranking,
    "resources": resources,
    "sessions": sessions,
    "techniques": techniques,
    "timeline": timeline,
    "volume": volume,
}
"""The charts by the names that a question's header uses."""


class HasEdges(Protocol):
    """What is drawn by its edges, as a lineage is."""

    @property
    def edges(self) -> pd.DataFrame:
        """A row for each edge."""
        ...


@typed
def chart(
    frame: pd.DataFrame | HasEdges, name: str | None = None, **settings: Any
) -> "go.Figure":
    """Draw the chart that the frame's question names, or the one called ``name``.

    A lineage is drawn as its chain. A frame whose columns have changed since, or of no
    question, gets the chart that its columns suggest. ``settings`` are the chart's own:
    ``zone="Europe/Berlin"`` writes that time below UTC. Raises ChartError for an
    unknown name or setting, and for a frame that no chart can draw.

    >>> chart(pd.DataFrame({"actor": ["root"], "events": [3]})).layout.title.text
    '<b>Most events: root, 3 of 3</b>'
    """
    if name is not None and name not in CHARTS:
        raise ChartError(f'There is no chart "{name}". {nearest(name, CHARTS)}')
    rows = frame if isinstance(frame, pd.DataFrame) else getattr(frame, "edges", None)
    if not isinstance(rows, pd.DataFrame):
        raise ChartError(
            f"{type(frame).__name__} is not a frame. Draw what a question returns: "
            'tk.chart(case.ask("overview/volume")).'
        )
    name = name or _suggested(rows)
    known = [*signature(CHARTS[name]).parameters][1:]
    for each in settings:
        if each not in known:
            raise ChartError(
                f'The chart "{name}" has no setting "{each}". {nearest(each, known)}'
            )
    return CHARTS[name](rows, **settings)


def _suggested(frame: pd.DataFrame) -> str:
    fits = fitting(frame)
    named = about(frame).get("chart")
    if named in fits:
        return named
    if fits:
        return fits[0]
    raise ChartError(
        f"No chart fits the columns {', '.join(map(str, frame.columns)) or '(none)'}. "
        "A timeline needs time and actor (or another lane); a volume or a heatmap "
        "needs time; a ranking needs a column of text and a count. Name the columns: "
        'tk.charts.ranking(frame, key="bucket", count="objects").'
    )
