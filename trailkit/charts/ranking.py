"""Ranking: the largest of a column, the rarest, or the most denied, in bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.identity import identities
from trailkit.charts.labels import counted, distinct, label, qualified
from trailkit.charts.outcome import ANY, Outcome, looks
from trailkit.charts.reading import (
    TOTALS,
    amount,
    count_column,
    key_columns,
    require,
    subtitle,
    tally,
)
from trailkit.charts.theme import count_axis, draw, draw_nothing, name_axis

Order = Literal["most", "rarest", "denied"]

_LEADS = {"most": "largest", "rarest": "rarest", "denied": "most denied"}


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The sums by place, from the first, the names of the places, and the noun."""

    parts: pd.DataFrame
    names: list[str]
    values: pd.DataFrame
    noun: str
    by: str

    def name(self, place: int) -> str:
        """Return the name of any place, drawn or not."""
        if place < len(self.names):
            return self.names[place]
        return _names(self.values[place : place + 1])[0]

    @property
    def sums(self) -> pd.Series:
        return self.parts.groupby("place")["count"].sum()

    @property
    def rest(self) -> pd.DataFrame:
        return self.parts[self.parts["place"] >= len(self.names)]


def ranking(
    frame: pd.DataFrame,
    key: str | Sequence[str] | None = None,
    count: str | None = None,
    top: int = 12,
    order: Order = "most",
) -> "go.Figure":
    """Draw the first of a column as bars, split by outcome where the frame is.

    The frame is a summary, of which the first text column and the count are taken
    (bytes, where it has them), or a list of events. ``key`` names another column, or
    several; ``count`` another count. ``order`` puts the ``most``, the ``rarest`` or
    the most ``denied`` first. The subtitle says how many others there are and what
    they sum to. Raises ChartError for a column that is not there.

    >>> frame = pd.DataFrame({"actor": ["root", "user/bo"], "events": [3, 1]})
    >>> ranking(frame).layout.title.text
    '<b>Most events: root, 3 of 4</b>'
    """
    keys = [key] if isinstance(key, str) else [*(key or key_columns(frame))]
    count = count or count_column(frame, of_bytes=True)
    require(frame, "ranking", *(keys or ["actor"]), *filter(None, [count]))
    ranked = _ranked(frame, keys, count, top, order)
    if ranked.parts.empty:
        return draw_nothing(frame)
    shown = ranked.parts[ranked.parts["place"] < len(ranked.names)]
    outcomes = looks(shown["outcome"])
    longest = shown.groupby("place")["count"].sum().max()
    return draw(
        [*(_bars(shown, each, ranked) for each in outcomes), _totals(shown, ranked)],
        _finding(ranked, order),
        subtitle(frame, _others(ranked, order)),
        height=150 + 28 * max(3, len(ranked.names)),
        legend=ANY not in outcomes,
        barmode="stack",
        xaxis=count_axis(f"{ranked.noun} by {ranked.by}", longest),
        yaxis={**name_axis(ranked.names), "showgrid": False},
    )


def _ranked(
    frame: pd.DataFrame, keys: list[str], count: str | None, top: int, order: Order
) -> _Ranked:
    """Sum the counts, and give each sum the place of its keys."""
    parts, values = _placed(frame, keys, count, order)
    noun = "events" if count in (None, *TOTALS) else _noun(count or "")
    by = label(" and ".join(keys).replace("_", " "))
    return _Ranked(parts, _names(values[:top]), values, noun, by)


def _noun(count: str) -> str:
    """Write what a column counts, the unit first.

    >>> _noun("bytes_out")
    'bytes out'
    """
    return label(count.replace("_", " "))


def _placed(
    frame: pd.DataFrame, keys: list[str], count: str | None, order: Order
) -> tuple[pd.DataFrame, pd.DataFrame]:
    # By number, not by label: what is cut to the same label keeps its own bar.
    who = _who(frame, keys)
    code = who.groupby([*who.columns], dropna=False, sort=False).ngroup()
    parts = tally(frame, code, count)
    sums = parts.groupby("key")["count"].sum()
    if order == "denied":
        denied = parts[parts["outcome"] == "denied"].groupby("key")["count"].sum()
        sums = denied.reindex(sums.index, fill_value=0) + sums / (sums.sum() + 1)
    by_size = sums.sort_values(ascending=order == "rarest", kind="stable").index
    parts["place"] = by_size.get_indexer(pd.Index(parts["key"]))
    return parts, who.loc[~code.duplicated().to_numpy()].iloc[by_size]


def _who(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Take the columns whose values keep bars apart.

    An actor is for reading: two identities can have the same name.
    """
    who = frame[keys].astype(object)
    named = {"actor", "identity"}.intersection(keys)
    for name in named:
        if "identity_id" in frame:
            who["identity_id"] = frame["identity_id"].astype(object)
        who[name] = _told(frame, name)
    return who


def _told(frame: pd.DataFrame, name: str) -> pd.Series:
    return identities(frame, name) if frame[name].notna().any() else frame[name]


def _names(values: pd.DataFrame) -> list[str]:
    """Name the bars, no two alike."""
    shown = [name for name in values if name != "identity_id"] or [*values]
    if len(shown) == 1:
        names = distinct(values[shown[0]])
        if "identity_id" not in values:
            return names
        ids = [label(each, 16) for each in values["identity_id"]]
        return qualified(names, ids)
    return [" · ".join(map(label, row)) for row in values[shown].to_numpy(object)]


def _bars(shown: pd.DataFrame, outcome: Outcome, ranked: _Ranked) -> Any:
    own = shown[shown["outcome"] == outcome.name].groupby("place")["count"].sum()
    of_it = ranked.parts["outcome"] == outcome.name
    names = np.array(ranked.names, object)[own.index]
    said = np.array([amount(count, ranked.noun) for count in own], object)
    total = float(ranked.parts.loc[of_it, "count"].sum())

    return go.Bar(
        x=own,
        y=own.index,
        orientation="h",
        name=f"{outcome.name} ({amount(total, ranked.noun)})",
        marker=outcome.bar,
        width=0.7,
        customdata=np.column_stack([names, said]) if len(own) else None,
        hovertemplate=f"<b>%{{customdata[0]}}</b><br>{outcome.name}: "
        "%{customdata[1]}<extra></extra>",
    )


def _totals(shown: pd.DataFrame, ranked: _Ranked) -> Any:
    """Write each bar's sum at its end."""
    sums = shown.groupby("place")["count"].sum()
    return go.Scatter(
        x=sums,
        y=sums.index,
        mode="text",
        text=[f" {amount(count, ranked.noun)}" for count in sums],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _others(ranked: _Ranked, order: Order) -> str:
    """Return how many are not drawn, and what they sum to."""
    # In words: as a bar they would dwarf all the others.
    rest = ranked.rest
    if rest.empty:
        return ""
    others = counted(rest["place"].nunique(), "other")
    whole = len(ranked.names) + rest["place"].nunique()
    total = amount(rest["count"].sum(), ranked.noun)
    first = f"the {len(ranked.names)} {_LEADS[order]} of {whole:,} by {ranked.by}"
    return f"{first}; {others} not drawn, {total} together"


def _finding(ranked: _Ranked, order: Order) -> str:
    """Return what leads, and what was denied most."""
    if order == "rarest":
        return f"Rarest: {_leader(ranked, ranked.parts, least=True)}"
    said = f"Most {ranked.noun}: {_leader(ranked, ranked.parts)}"
    denied = ranked.parts[ranked.parts["outcome"] == "denied"]
    if denied.empty:
        return said
    most = f"Most denied: {_leader(ranked, denied)}"
    return most if order == "denied" else f"{said}; most denied: {most[13:]}"


def _leader(ranked: _Ranked, parts: pd.DataFrame, least: bool = False) -> str:
    sums = parts.groupby("place")["count"].sum()
    most, total = sums.min() if least else sums.max(), sums.sum()
    first, *equal = sums.index[sums == most]
    name = ranked.name(first)
    said = amount(most, ranked.noun)
    if equal:
        return f"{name} and {counted(len(equal), 'other')}, {said} each"
    return f"{name}, {said} of {amount(total, ranked.noun)}"
