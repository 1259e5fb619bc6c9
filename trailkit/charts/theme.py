"""The look that every chart shares: ground, text, title, legend, hover.

The ground is transparent and the text a middle grey, because Python cannot see
whether JupyterLab is light or dark.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.labels import label, lines
from trailkit.charts.outcome import ANY, OUTCOMES
from trailkit.charts.reading import about, subtitle

TEMPLATE = "trailkit"
"""The name by which plotly knows the theme, for figures of your own."""

_TEXT = "#777B80"  # 4.3 to 1 against white, 4.4 to 1 against JupyterLab's dark ground
_FONT = "system-ui, sans-serif"
_GRID = "rgba(127, 132, 138, 0.22)"
_CLEAR = "rgba(0, 0, 0, 0)"
_TITLE_WIDTH, _SUBTITLE_WIDTH = 84, 130


@cache
def register() -> None:
    """Let plotly know the theme by its name; a chart calls it when it draws."""
    # Not at import: plotly takes a tenth of a second to load its figures.
    import plotly.io

    plotly.io.templates[TEMPLATE] = go.layout.Template(layout=_layout())


def draw(
    traces: Sequence[Any],
    title: str,
    below: Sequence[str],
    height: int = 420,
    legend: bool = False,
    **layout: Any,
) -> "go.Figure":
    """Make a figure in the theme. Title and subtitle are safe text already."""
    register()
    heading = lines(title, _TITLE_WIDTH)
    scope = lines(" · ".join(below), _SUBTITLE_WIDTH)
    extra = 22 * heading.count("<br>") + 16 * scope.count("<br>")
    figure = go.Figure(traces)
    return figure.update_layout(
        template=TEMPLATE,
        title={"text": f"<b>{heading}</b>", "subtitle": {"text": scope}},
        height=height + extra,
        margin={"t": (96 if legend else 72) + extra},
        # plotly would hide the legend of one outcome, and so which one it is.
        showlegend=legend,
        **layout,
    )


def draw_nothing(frame: pd.DataFrame) -> "go.Figure":
    """Make a figure that says in words that there is nothing to draw, and where."""
    words = "Nothing was found." if frame.empty else "No row can be drawn."
    notes = about(frame).get("notes", ())
    text = "<br>".join(lines(label(note, 400), 100) for note in notes) or words
    place = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
    asked = about(frame).get("title")
    hidden = {"visible": False}
    return draw(
        [],
        f"{label(asked, 120)} {words}" if asked else words,
        subtitle(frame)[:2],
        height=260,
        annotations=[{"text": text, "font": {"size": 14}, **place}],
        xaxis=hidden,
        yaxis=hidden,
    )


def time_axis() -> dict[str, Any]:
    """Give the settings of an axis of times."""
    return {"type": "date", "title": {"text": "time (UTC)"}}


def count_axis(title: str, most: float) -> dict[str, Any]:
    """Give the settings of an axis of counts, from nought, with room past the most."""
    return {
        "title": {"text": title},
        "tickformat": ",",
        "range": [0, 1.12 * most],
        # Left alone, plotly marks fifths of an event.
        "dtick": 1 if most <= 5 else None,
    }


def name_axis(names: np.ndarray) -> dict[str, Any]:
    """Give the settings of an upright axis of names at 0, 1, 2 …, from the top."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "range": [len(names) - 0.5, -0.5],
    }


def _layout() -> dict[str, Any]:
    axis = {
        "gridcolor": _GRID,
        "linecolor": _GRID,
        "zeroline": False,
        "automargin": True,
        "ticks": "",
        "ticklabelstandoff": 6,
        "title": {"standoff": 12},
    }
    return {
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "colorway": [ANY.colour, *(outcome.colour for outcome in OUTCOMES.values())],
        "font": {"family": _FONT, "size": 12, "color": _TEXT},
        "title": {
            # By its baseline: anchored at the top, plotly sets one line lower than two.
            **{"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"},
            "pad": {"b": -32, "l": 12},
            "font": {"size": 17},
            "subtitle": {"font": {"size": 12}},
        },
        "margin": {"l": 12, "r": 24, "b": 56},
        "legend": {
            **{"orientation": "h", "traceorder": "normal", "itemsizing": "constant"},
            **{"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"},
        },
        "hoverlabel": {
            "bgcolor": "#20242B",
            "bordercolor": "#20242B",
            "font": {"family": _FONT, "size": 12, "color": "#F5F6F7"},
            "align": "left",
            "namelength": -1,
        },
        "modebar": {
            "bgcolor": _CLEAR,
            "color": _TEXT,
            "activecolor": OUTCOMES["success"].colour,
            # The first sends the chart, and so the evidence, to a server of plotly's.
            "remove": ["sendChartToCloud", "select", "lasso"],
        },
        "xaxis": axis,
        "yaxis": axis,
    }
