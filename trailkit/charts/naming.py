"""Names beside the most telling dots of a timeline, none over another."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.folding import Fold
from trailkit.charts.labels import plain

MOST = 15
"""More names than these would be read by no one."""

_WIDTH = 640
"""Names that keep apart on a plot of so many pixels keep apart on a wider one."""

_LETTER = 6.4
_ABOVE = 0.3


def named(drawn: pd.DataFrame, axis: Fold) -> list[Any]:
    """Write up to fifteen names, the most telling dots first."""
    best = drawn.nlargest(4 * MOST, "telling", keep="first")
    along = dict(zip(best.index, axis.along(best["time"]), strict=True))
    taken: dict[int, list[tuple[float, float]]] = {}
    written: set[tuple[int, str]] = set()
    sides: dict[str, list[Any]] = {"right": [], "left": []}
    for at, dot in best.iterrows():
        if (dot["row"], dot["name"]) in written or len(written) == MOST:
            continue
        side = _side(along[at], dot, taken.setdefault(dot["row"], []))
        if side:
            sides[side].append(at)
            written.add((dot["row"], dot["name"]))
    return [_written(best.loc[at], side) for side, at in sides.items() if at]


def _side(along: float, dot: pd.Series, taken: list[tuple[float, float]]) -> str:
    """Choose the side on which a name has room, and take that room."""
    long = _LETTER * len(plain(dot["name"])) / _WIDTH
    for side, start in (("right", along), ("left", along - long)):
        end = start + long
        free = all(end < left or start > right for left, right in taken)
        if free and start > -0.02 and end < 1.02:
            taken.append((start, end))
            return side
    return ""


def _written(best: pd.DataFrame, side: str) -> Any:
    return go.Scatter(
        x=best["time"].astype("datetime64[ms]"),
        y=best["row"] - _ABOVE,
        mode="text",
        text=best["name"],
        textposition=f"middle {side}",
        textfont={"size": 11},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
