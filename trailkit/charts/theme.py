"""The look that every chart shares: ground, text, title, legend, hover.

Python cannot see whether JupyterLab is light or dark, and no one text colour is read
with ease on both. So a chart brings its own ground: light, or dark where asked for. On
a dark page the rules of ``dark_page`` put the dark one in the place of the light one.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.grounds import GROUNDS, Ground
from trailkit.charts.labels import label, lines, untagged
from trailkit.charts.outcome import ANY, OUTCOMES
from trailkit.charts.reading import about, subtitle
from trailkit.errors import ChartError, nearest

TEMPLATE = "trailkit"
"""The name by which plotly knows the theme in use, for figures of your own."""

_FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif"
_CLEAR = "rgba(0, 0, 0, 0)"
_TITLE_WIDTH, _SUBTITLE_WIDTH = 66, 94

BUTTONS = ["sendChartToCloud", "select", "lasso", "autoScale", "zoomIn", "zoomOut"]
"""What the mode bar lacks: the first would send the evidence to a server."""

_in_use = ["light"]


def use_theme(name: str) -> None:
    """Draw the charts from now on for a ``light`` or a ``dark`` page.

    >>> use_theme("light")
    """
    if name not in GROUNDS:
        raise ChartError(f'There is no theme "{name}". {nearest(name, GROUNDS)}')
    _in_use[0] = name
    register()
    _name_the_one_in_use()


@cache
def register() -> None:
    """Let plotly know the themes by name; a chart calls it when it draws."""
    # Not at import: plotly takes a tenth of a second to load its figures.
    import plotly.io

    for name, ground in GROUNDS.items():
        template = go.layout.Template(layout=_layout(ground))
        plotly.io.templates[f"{TEMPLATE}-{name}"] = template
    _name_the_one_in_use()
    from trailkit.charts.notebook import show_in_notebooks

    show_in_notebooks()


def _name_the_one_in_use() -> None:
    import plotly.io

    plotly.io.templates[TEMPLATE] = plotly.io.templates[f"{TEMPLATE}-{_in_use[0]}"]


def ground() -> Ground:
    """Return the ground in use, for marks that must be seen on it."""
    return GROUNDS[_in_use[0]]


def heat_scale() -> list[list[Any]]:
    """Return the colours from one event to the most; one is seen on either ground."""
    if ground() is GROUNDS["dark"]:
        return [[0, "#123A55"], [1, "#4DB3F0"]]
    return [[0, "#C9E2F2"], [1, "#00558A"]]


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
    scope = lines(" · ".join(filter(None, below)), _SUBTITLE_WIDTH)
    extra = 22 * heading.count("<br>") + 16 * scope.count("<br>")
    figure = go.Figure(traces)
    return figure.update_layout(
        template=TEMPLATE,
        title={"text": f"<b>{heading}</b>", "subtitle": {"text": scope}},
        height=height + extra,
        margin={"t": (100 if legend else 74) + extra},
        # plotly would hide the legend of one outcome, and so which one it is.
        showlegend=legend,
        # On the figure itself: a template of the user's would bring the button back.
        modebar={"remove": BUTTONS},
        meta={"words": untagged(f"{heading}. {scope}")},
        **layout,
    )


def draw_nothing(frame: pd.DataFrame, said: str = "") -> "go.Figure":
    """Make a figure that says in words that there is nothing to draw, and where."""
    words = said or ("Nothing was found." if frame.empty else "No row can be drawn.")
    notes = about(frame).get("notes", ())
    text = "<br>".join(lines(label(note, 400), 90) for note in notes) or words
    asked = about(frame).get("title")
    hidden = {"visible": False}
    return draw(
        [],
        f"{label(asked, 120)} {words}" if asked else words,
        subtitle(frame)[:2],
        height=240,
        annotations=[on_paper(0.5, 0.5, text, font={"size": 14})],
        xaxis=hidden,
        yaxis=hidden,
    )


def on_paper(x: float, y: float, text: str, **more: Any) -> dict[str, Any]:
    """Return an annotation at a place that is measured in parts of the plot."""
    place = {"x": x, "y": y, "xref": "paper", "yref": "paper", "showarrow": False}
    return {"text": text, **place, **more}


def time_axis(**more: Any) -> dict[str, Any]:
    """Return the settings of an axis of times, written as ISO writes them."""
    second, day = 1_000, 86_400_000
    stops: list[tuple[Any, Any, str]] = [
        (None, second - 1, "%H:%M:%S.%L\n%Y-%m-%d"),
        (second, 59 * second, "%H:%M:%S\n%Y-%m-%d"),
        (60 * second, day - second, "%H:%M\n%Y-%m-%d"),
        (day, "M1", "%Y-%m-%d"),
        ("M1", None, "%Y-%m"),
    ]
    return {
        "type": "date",
        "title": {"text": "time (UTC)"},
        "tickformatstops": [
            {"dtickrange": [low, high], "value": form} for low, high, form in stops
        ],
        **more,
    }


def count_axis(title: str, most: float) -> dict[str, Any]:
    """Return the settings of an axis of counts, from nought, with room past the most.

    Where the title says bytes or dollars, the ticks have their unit.
    """
    units = {"bytes": {"tickformat": ".3~s", "ticksuffix": "B"}}
    form = units.get(title.partition(" ")[0], {"tickformat": ","})
    if title.startswith("dollars"):
        form = {"tickprefix": "&#36;", "tickformat": ",.2~f" if most > 1 else ".2~g"}
    whole = most <= 5 and "tickformat" in form and form["tickformat"] == ","
    return {
        "title": {"text": title},
        "range": [0, 1.12 * most],
        # Left alone, plotly marks fifths of an event.
        "dtick": 1 if whole else None,
        "nticks": 6,
        **form,
    }


def name_axis(names: Sequence[str]) -> dict[str, Any]:
    """Return the settings of an upright axis of names at 0, 1, 2 …, from the top."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "range": [len(names) - 0.5, -0.5],
    }


def _layout(ground: Ground) -> dict[str, Any]:
    axis = _axis(ground)
    hover = {"family": _FONT, "size": 12, "color": "#F5F6F7"}
    return {
        "paper_bgcolor": ground.paper,
        "plot_bgcolor": ground.paper,
        "colorway": [ANY.colour, *(outcome.colour for outcome in OUTCOMES.values())],
        "font": {"family": _FONT, "size": 12, "color": ground.text},
        "title": _title(ground),
        "margin": {"l": 12, "r": 44, "b": 56},
        "legend": {
            **{"orientation": "h", "traceorder": "normal", "itemsizing": "constant"},
            **{"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"},
        },
        "hoverlabel": {
            **{"bgcolor": ground.hover, "bordercolor": ground.hover, "font": hover},
            **{"align": "left", "namelength": -1},
        },
        # Upright, at the right: never over the title.
        "modebar": {
            **{"bgcolor": _CLEAR, "color": ground.quiet, "orientation": "v"},
            **{"activecolor": OUTCOMES["success"].colour, "remove": BUTTONS},
        },
        "xaxis": axis,
        "yaxis": axis,
    }


def _axis(ground: Ground) -> Mapping[str, Any]:
    return {
        "gridcolor": ground.grid,
        "linecolor": ground.grid,
        "zeroline": False,
        "automargin": True,
        "ticks": "",
        "ticklabelstandoff": 6,
        "tickfont": {"color": ground.text},
        "title": {"standoff": 12, "font": {"size": 12, "color": ground.quiet}},
    }


def _title(ground: Ground) -> dict[str, Any]:
    return {
        # By its baseline: anchored at the top, plotly sets one line lower than two.
        **{"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"},
        "pad": {"b": -32, "l": 12},
        "font": {"size": 15},
        "subtitle": {"font": {"size": 12, "color": ground.quiet}},
    }
