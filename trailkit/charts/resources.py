"""Resources: the blast radius; what was done to which resource."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.deed import short, target_column
from trailkit.charts.effects import EFFECTS, effects
from trailkit.charts.labels import counted, distinct, label
from trailkit.charts.outcome import Outcome
from trailkit.charts.reading import outcomes, require, subtitle
from trailkit.charts.theme import count_axis, draw, draw_nothing, name_axis

_COLUMNS = ("resource", "resources", "bucket", "object", "target", "names", "trail")
_GRAVE = {"deleted": 5, "changed": 3, "created": 2, "unknown": 1.5, "refused": 1}


def resources(
    frame: pd.DataFrame, resource: str | None = None, most: int = 20
) -> "go.Figure":
    """Draw what was done to each resource: deleted, changed, created, read, refused.

    The frame is a list of events whose column ``resource`` (or bucket, target and the
    like) says what each was about. What is not known is hatched grey. The gravest
    stand on top; past ``most`` the others are said in the subtitle. Raises ChartError
    without such a column.

    >>> frame = pd.DataFrame(
    ...     {"action": ["DeleteBucket"], "outcome": ["success"], "bucket": ["payroll"]}
    ... )
    >>> resources(frame).layout.title.text
    '<b>1 resource touched; deleted: payroll</b>'
    """
    named = (name for name in _COLUMNS if name in frame.columns)
    column = resource or target_column(frame) or next(named, "resource")
    require(frame, "chart of resources", column, "action")
    marks = _marks(frame, column)
    if marks.empty:
        return draw_nothing(frame)
    order = _order(marks)
    marks["row"] = marks["resource"].map({name: at for at, name in enumerate(order)})
    shown = marks[marks["row"] < most]
    names = distinct(map(short, order[:most]), 46)
    left = counted(max(0, len(order) - most), "other resource")
    unnamed = int(frame[column].isna().sum())
    return draw(
        [_bars(shown, each, names) for each in EFFECTS.values()],
        _finding(marks, order),
        subtitle(
            frame,
            f"the {most} gravest, {left} not drawn" if len(order) > most else "",
            f"{counted(unnamed, 'row')} without a resource" if unnamed else "",
        ),
        height=160 + 28 * max(3, len(names)),
        legend=True,
        barmode="stack",
        xaxis=count_axis("events", shown.groupby("row")["events"].sum().max()),
        yaxis={**name_axis(names), "showgrid": False},
    )


def _marks(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Count the events of each resource and effect."""
    came = outcomes(frame)
    # A frame that does not tell outcomes lists what was done.
    came = came.mask(came == "events", "success")
    parts = pd.DataFrame(
        {
            "resource": frame[column].astype(object),
            "effect": effects(frame["action"].astype(object), came),
        }
    )
    counts = parts.dropna(subset="resource").groupby(["resource", "effect"], sort=False)
    return counts.size().rename("events").reset_index()


def _order(marks: pd.DataFrame) -> list[str]:
    grave = marks["effect"].map(_GRAVE).fillna(0.5)
    score = (grave * 1e6 + marks["events"]).groupby(marks["resource"], sort=False).max()
    # What was tried before it was done comes before what was simply done.
    refused = marks[marks["effect"] == "refused"].groupby("resource")["events"].sum()
    score = score.add(refused.clip(upper=1000) * 100, fill_value=0).reindex(score.index)
    return score.sort_values(ascending=False, kind="stable").index.tolist()


def _bars(shown: pd.DataFrame, look: Outcome, names: list[str]) -> Any:
    own = shown[shown["effect"] == look.name]
    return go.Bar(
        x=own["events"],
        y=own["row"],
        orientation="h",
        width=0.7,
        name=f"{look.name} ({own['events'].sum():,})",
        visible=True if len(own) else "legendonly",
        showlegend=len(own) > 0,
        marker=look.bar,
        customdata=[names[row] for row in own["row"]],
        hovertemplate=f"<b>%{{customdata}}</b><br>{look.name}: %{{x:,}}<extra></extra>",
    )


def _finding(marks: pd.DataFrame, order: list[str]) -> str:
    """Return how many resources were touched, and the gravest thing done to one."""
    touched = marks[~marks["effect"].isin(["refused", "unknown"])]
    said = f"{counted(touched['resource'].nunique(), 'resource')} touched"
    for effect in ("deleted", "changed", "created"):
        own = marks[marks["effect"] == effect]["resource"].unique()
        if len(own):
            first = next(name for name in order if name in {*own})
            more = f" and {counted(len(own) - 1, 'other')}" if len(own) > 1 else ""
            return f"{said}; {effect}: {label(short(first), 60)}{more}"
    refused = marks[marks["effect"] == "refused"]["resource"].nunique()
    return f"{said}, {counted(refused, 'resource')} refused" if refused else said
