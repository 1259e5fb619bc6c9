"""The ATT&CK matrix of a case: seen, tried and denied, not recorded."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.labels import counted, label
from trailkit.charts.outcome import OUTCOMES, Outcome
from trailkit.charts.reading import require, subtitle
from trailkit.charts.theme import draw, draw_nothing, ground
from trailkit.tactics import OTHER, tactic, tactics, technique_name

_STATES = {
    each.name: each
    for each in (
        Outcome("seen", "#8E63CE", "square", ""),
        Outcome("tried and denied", OUTCOMES["denied"].colour, "x", "/"),
        Outcome("not recorded", OUTCOMES["unknown"].colour, "square", "\\"),
        Outcome("nothing found", "#85898E", "square", ""),
    )
}
_PALE = "rgba(133, 137, 142, 0.25)"
"""What a question found nothing of is pale: it was looked for, and recorded."""


def attack(frame: pd.DataFrame, most: int = 20) -> "go.Figure":
    """Draw the ATT&CK matrix: a column for each tactic, a cell for each technique.

    The frame has a row for each finding or question: ``technique``, ``count``, and
    ``state`` (seen, tried and denied, not recorded, nothing found) or ``denied``, a
    count, or ``outcome``. Without them a count means seen, none means nothing found,
    and a missing count not recorded. Past ``most`` in a column the rest is counted in
    the subtitle. Raises ChartError without a technique.

    >>> frame = pd.DataFrame({"technique": ["T1685.002", "T1530"], "count": [2, None]})
    >>> attack(frame).layout.title.text
    '<b>1 technique seen, 1 not recorded; defense impairment: T1685.002</b>'
    """
    require(frame, "ATT&CK matrix", "technique")
    cells = _cells(frame)
    if cells.empty:
        return draw_nothing(frame)
    shown = cells[cells["row"] < most]
    left = len(cells) - len(shown)
    columns = [*dict.fromkeys(cells["tactic"])]
    tallest = int(shown["row"].max()) + 1
    return draw(
        [_bars(shown, each, columns) for each in _STATES.values()],
        _finding(cells),
        subtitle(frame, f"{counted(left, 'technique')} not drawn" if left else ""),
        height=200 + 34 * max(3, tallest),
        legend=True,
        barmode="overlay",
        xaxis={
            "tickvals": list(range(len(columns))),
            "ticktext": [name.replace(" ", "<br>") for name in columns],
            "range": [-0.5, len(columns) - 0.5],
            "tickangle": 0,
            "side": "top",
            "showgrid": False,
        },
        yaxis={"range": [tallest, 0], "visible": False},
    ).update_layout(legend={"y": 0, "yanchor": "top"})


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a cell for each technique: the gravest of its states, and its place."""
    named = frame.dropna(subset="technique").reset_index(drop=True)
    cells = pd.DataFrame(
        {
            "technique": named["technique"].astype(object),
            "tactic": [tactic(each) for each in named["technique"]],
            "state": _states(named),
            "count": _numbers(named, "count").fillna(0).astype(int),
        }
    )
    states, columns = list(_STATES), [*tactics(), OTHER]
    cells["order"] = cells["state"].map(states.index)
    grouped = cells.groupby(["tactic", "technique"], sort=False)
    cells = grouped.agg(order=("order", "min"), count=("count", "sum")).reset_index()
    cells["state"] = [states[each] for each in cells["order"]]
    cells["column"] = cells["tactic"].map(columns.index)
    cells = cells.sort_values(["column", "order", "technique"], ignore_index=True)
    cells["row"] = cells.groupby("column").cumcount()
    return cells


def _states(frame: pd.DataFrame) -> list[str]:
    count, denied = _numbers(frame, "count"), _numbers(frame, "denied")
    given = frame.get("state", pd.Series("", frame.index)).astype(object)
    outcome = frame.get("outcome", pd.Series("", frame.index)).astype(object)
    known = zip(given, outcome, count, denied, strict=True)
    return [_state(*each) for each in known]


def _state(given: Any, outcome: Any, count: float, denied: float) -> str:
    if given in _STATES:
        return given
    if pd.isna(count):
        return "not recorded"
    if count == 0:
        return "nothing found"
    refused = outcome == "denied" or (pd.notna(denied) and denied >= count)
    return "tried and denied" if refused else "seen"


def _numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    column = frame.get(name, pd.Series(float("nan"), frame.index))
    return pd.to_numeric(column, errors="coerce").astype(float)


def _bars(cells: pd.DataFrame, look: Outcome, columns: list[str]) -> Any:
    own = cells[cells["state"] == look.name]
    pale = look.name == "nothing found"
    text = {"color": ground().text if pale else "#FEFEFE", "size": 11}
    return go.Bar(
        x=[columns.index(each) for each in own["tactic"]],
        y=[0.86] * len(own),
        base=own["row"] + 0.07,
        width=0.92,
        name=f"{look.name} ({len(own):,})",
        showlegend=len(own) > 0,
        marker=look.bar | ({"color": _PALE} if pale else {}),
        text=[f"<b>{label(each)}</b>" for each in own["technique"]],
        textposition="inside",
        insidetextanchor="middle",
        textfont=text,
        constraintext="none",
        customdata=[
            f"<b>{label(name)}</b> {technique_name(name)}<br>{look.name}"
            + (f", {counted(count, 'event')}" if count else "")
            for name, count in zip(own["technique"], own["count"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _finding(cells: pd.DataFrame) -> str:
    """Return how many techniques were seen, and the last tactic that was reached."""
    counts = cells["state"].value_counts()
    said = f"{counted(int(counts.get('seen', 0)), 'technique')} seen"
    for state in ("tried and denied", "not recorded"):
        if counts.get(state):
            said += f", {counts[state]:,} {state}"
    seen = cells[cells["state"] == "seen"]
    if seen.empty:
        return said
    last = seen[seen["column"] == seen["column"].max()]
    return (
        f"{said}; {last['tactic'].iloc[0].lower()}: {label(last['technique'].iloc[0])}"
    )
