"""Ranking: the largest of a column, in bars."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.labels import counted, label
from trailkit.charts.outcome import ANY, Outcome, looks
from trailkit.charts.reading import (
    TOTALS,
    count_column,
    key_columns,
    require,
    subtitle,
    tally,
)
from trailkit.charts.theme import count_axis, draw, draw_nothing, name_axis


def ranking(
    frame: pd.DataFrame,
    key: str | Sequence[str] | None = None,
    count: str | None = None,
    top: int = 12,
) -> "go.Figure":
    """Draw the largest of a column as bars, split by outcome where the frame is.

    The frame is a summary, of which the first text column and the count are taken,
    or a list of events. ``key`` names another column, or several; ``count`` another
    count. Past ``top`` the rest share one bar, and the subtitle says so. Raises
    ChartError for a column that is not there.

    >>> frame = pd.DataFrame({"actor": ["root", "user/bo"], "events": [3, 1]})
    >>> ranking(frame).layout.title.text
    '<b>Most events: root, 3 of 4</b>'
    """
    keys = [key] if isinstance(key, str) else [*(key or key_columns(frame))]
    count = count or count_column(frame)
    require(frame, "ranking", *(keys or ["actor"]), *filter(None, [count]))
    parts, values = _placed(frame, keys, count)
    if parts.empty:
        return draw_nothing(frame)
    # A bar for one other would save none.
    top = len(values) if len(values) == top + 1 else top
    parts["row"] = parts["place"].clip(upper=top)
    by = label(" and ".join(keys).replace("_", " "))
    names, folded = _names(values, by, top)
    noun = "events" if count in (None, *TOTALS) else label(count.replace("_", " "))
    shown = looks(parts["outcome"])
    longest = parts.groupby("row")["count"].sum().max()
    return draw(
        [*(_bars(parts, outcome, names) for outcome in shown), _totals(parts)],
        _finding(parts, values, noun),
        subtitle(frame, folded),
        height=150 + 28 * max(3, len(names)),
        legend=ANY not in shown,
        barmode="stack",
        xaxis=count_axis(f"{noun} by {by}", longest),
        yaxis={**name_axis(names), "showgrid": False},
    )


def _placed(
    frame: pd.DataFrame, keys: list[str], count: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum the counts, give each sum the place of its keys, and the keys by place."""
    # By number, not by label: what is cut to the same label keeps its own bar.
    code = frame.groupby(_apart(frame, keys), dropna=False, sort=False).ngroup()
    parts = tally(frame, code, count)
    sums = parts.groupby("key")["count"].sum()
    order = sums.sort_values(ascending=False, kind="stable").index
    parts["place"] = order.get_indexer(pd.Index(parts["key"]))
    values = frame.loc[~code.duplicated().to_numpy(), keys]
    return parts, values.iloc[order]


def _apart(frame: pd.DataFrame, keys: list[str]) -> list[str]:
    """Name the columns whose values keep bars apart.

    An actor is for reading: two identities can have the same name.
    """
    named = {"actor", "identity"}.intersection(keys)
    return [*keys, "identity_id"] if named and "identity_id" in frame else keys


def _names(values: pd.DataFrame, by: str, top: int) -> tuple[np.ndarray, str]:
    """Name the bars, and say which values share the last one."""
    names = [_name(values, place) for place in range(min(top, len(values)))]
    if len(values) <= top:
        return np.array(names, object), ""
    rest = counted(len(values) - top, "other")
    said = f"the {top} largest of {len(values):,} by {by}, then {rest} in one"
    return np.array([*names, f"<i>{rest}</i>"], object), said


def _name(values: pd.DataFrame, place: int) -> str:
    return " · ".join(map(label, values.iloc[place]))


def _bars(parts: pd.DataFrame, outcome: Outcome, names: np.ndarray) -> Any:
    own = parts[parts["outcome"] == outcome.name].groupby("row")["count"].sum()
    return go.Bar(
        x=own,
        y=own.index,
        orientation="h",
        name=f"{outcome.name} ({own.sum():,})",
        marker=outcome.bar,
        width=0.7,
        customdata=names[own.index],
        hovertemplate=f"<b>%{{customdata}}</b><br>{outcome.name}: %{{x:,}}"
        "<extra></extra>",
    )


def _totals(parts: pd.DataFrame) -> Any:
    """Write each bar's sum at its end."""
    sums = parts.groupby("row")["count"].sum()
    return go.Scatter(
        x=sums,
        y=sums.index,
        mode="text",
        text=sums.map(" {:,}".format),
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _finding(parts: pd.DataFrame, values: pd.DataFrame, noun: str) -> str:
    """Say what leads, and what was denied most."""
    said = f"Most {noun}: {_leader(parts, values)}"
    denied = parts[parts["outcome"] == "denied"]
    return said if denied.empty else f"{said}; most denied: {_leader(denied, values)}"


def _leader(parts: pd.DataFrame, values: pd.DataFrame) -> str:
    sums = parts.groupby("place")["count"].sum()
    most, total = sums.max(), sums.sum()
    first, *equal = sums.index[sums == most]
    name = _name(values, first)
    if equal:
        return f"{name} and {counted(len(equal), 'other')}, {most:,} each"
    return f"{name}, {most:,} of {total:,}"
