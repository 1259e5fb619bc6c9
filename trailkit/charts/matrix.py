"""Matrix: who did what, and which of it is new."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.deed import weight
from trailkit.charts.identity import identities
from trailkit.charts.labels import counted, distinct, label
from trailkit.charts.outcome import OUTCOMES
from trailkit.charts.reading import count_column, outcomes, require, subtitle
from trailkit.charts.theme import draw, draw_nothing, ground, heat_scale, name_axis


def matrix(
    frame: pd.DataFrame,
    before: pd.DataFrame | None = None,
    who: str = "actor",
    what: str = "action",
    most: int = 25,
) -> "go.Figure":
    """Draw who did what as cells, the more events the darker.

    With ``before``, a frame of the time that came first, what is not in it is ringed
    as new; a column ``new`` of truth values does the same. Cells with denied events
    have a cross. The frame is a list of events, or a summary with a count. Past
    ``most`` rows or columns the most ordinary are left out, and the subtitle says so.
    Raises ChartError without the columns ``who`` and ``what``.

    >>> frame = pd.DataFrame({"actor": ["root", "user/bo"], "action": "PutObject"})
    >>> matrix(frame, before=frame[1:]).layout.title.text
    '<b>New: root with PutObject</b>'
    """
    require(frame, "matrix", who, what)
    cells = _cells(frame, before, who, what)
    if cells.empty:
        return draw_nothing(frame)
    rows, columns = (_ordered(cells, side, most) for side in ("who", "what"))
    shown = cells[cells["who"].isin(rows) & cells["what"].isin(columns)].copy()
    # A row whose every action is left out would be blank.
    rows = [name for name in rows if name in {*shown["who"]}]
    columns = [name for name in columns if name in {*shown["what"]}]
    shown["row"] = shown["who"].map({name: at for at, name in enumerate(rows)})
    shown["column"] = shown["what"].map({name: at for at, name in enumerate(columns)})
    rings = "ringed: new" if before is not None or "new" in frame else ""
    return draw(
        _traces(shown, len(rows), len(columns)),
        _finding(cells),
        subtitle(frame, *_left(cells, shown), rings),
        height=240 + 24 * max(3, len(rows)),
        legend=bool((shown["denied"] > 0).any() or shown["new"].any()),
        xaxis={
            "tickvals": list(range(len(columns))),
            "ticktext": distinct(columns, 26),
            "range": [-0.5, len(columns) - 0.5],
            "tickangle": -50,
            "showgrid": False,
        },
        yaxis={**name_axis(distinct(rows, 36)), "showgrid": False},
    )


def _cells(
    frame: pd.DataFrame, before: pd.DataFrame | None, who: str, what: str
) -> pd.DataFrame:
    """Sum the events of each pair: columns who, what, events, denied, new."""
    pairs = _pairs(frame, who, what)
    count = count_column(frame)
    events = pd.to_numeric(frame[count]).fillna(0) if count else 1
    denied = (outcomes(frame) == "denied").astype(int) * events
    new = frame["new"].fillna(False).astype(bool) if "new" in frame else False
    pairs = pairs.assign(events=events, denied=denied, new=new)
    grouped = pairs.groupby(["who", "what"], dropna=False, sort=False)
    cells = grouped.agg({"events": "sum", "denied": "sum", "new": "any"}).reset_index()
    if before is not None:
        known = {*_pairs(before, who, what).itertuples(index=False, name=None)}
        here = zip(cells["who"], cells["what"], strict=True)
        cells["new"] = [pair not in known for pair in here]
    return cells.astype({"events": int, "denied": int, "new": bool})


def _pairs(frame: pd.DataFrame, who: str, what: str) -> pd.DataFrame:
    names = identities(frame, who) if who in ("actor", "identity") else frame[who]
    whats = frame[what].astype(object)
    return pd.DataFrame(
        {
            "who": names.astype(object).where(names.notna(), "unknown"),
            "what": whats.where(whats.notna(), "unknown"),
        }
    )


def _ordered(cells: pd.DataFrame, side: str, most: int) -> list[Any]:
    """Choose rows or columns: with something new, denied or weighty first."""
    weighed = cells.assign(
        score=cells["new"] * 20
        + (cells["denied"] > 0) * 5
        + cells["what"].map(weight)
        + 1 / (1 + cells["events"])
    )
    score = weighed.groupby(side, sort=False)["score"].max()
    return score.sort_values(ascending=False, kind="stable").index[:most].tolist()


def _traces(shown: pd.DataFrame, rows: int, columns: int) -> list[Any]:
    grid = np.full((rows, columns), np.nan)
    said = np.full((rows, columns), "", object)
    grid[shown["row"], shown["column"]] = np.log1p(shown["events"])
    said[shown["row"], shown["column"]] = [
        _hover(*cell)
        for cell in shown[["who", "what", "events", "denied", "new"]].values
    ]
    heat = go.Heatmap(
        z=grid,
        zmin=0,
        colorscale=heat_scale(),
        customdata=said,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    paper = ground().paper
    denied = {"symbol": "x", "size": 8, "line": {"width": 1, "color": paper}}
    denied["color"] = OUTCOMES["denied"].colour
    text = {"color": ground().text, "width": 2}
    ring = {"symbol": "circle-open", "size": 18, "line": text, "color": text["color"]}
    return [
        heat,
        *_signs(shown[shown["denied"] > 0], "some denied", denied),
        *_signs(shown[shown["new"]], "new", ring),
    ]


def _signs(cells: pd.DataFrame, name: str, marker: dict[str, Any]) -> list[Any]:
    if cells.empty:
        return []
    place = {"x": cells["column"], "y": cells["row"], "mode": "markers"}
    more = {"hoverinfo": "skip", "name": f"{name} ({len(cells):,})"}
    return [go.Scatter(**place, **more, marker=marker)]


def _hover(who: Any, what: Any, events: int, denied: int, new: bool) -> str:
    more = f", {denied:,} denied" if denied else ""
    said = f"<b>{label(who, 60)}</b><br>{label(what)}: {counted(events, 'event')}{more}"
    return f"{said}<br>new" if new else said


def _left(cells: pd.DataFrame, shown: pd.DataFrame) -> list[str]:
    left = len(cells) - len(shown)
    return [f"{counted(left, 'ordinary pair')} not drawn"] if left else []


def _finding(cells: pd.DataFrame) -> str:
    """Return what is new, or else what was denied most, or else how much there is."""
    new = cells[cells["new"]]
    if len(new):
        grave = new["what"].map(weight) * 1000 - new["events"]
        chief = new.iloc[int(grave.to_numpy().argmax())]
        said = f"New: {label(chief['who'], 48)} with {label(chief['what'])}"
        rest = counted(len(new) - 1, "more new pair")
        return f"{said}, and {rest}" if len(new) > 1 else said
    sizes = f"{counted(cells['who'].nunique(), 'identity')}, "
    sizes += counted(cells["what"].nunique(), "action")
    denied = cells[cells["denied"] > 0]
    if denied.empty:
        return sizes
    chief = denied.iloc[int(denied["denied"].to_numpy().argmax())]
    pair = f"{label(chief['who'], 48)} with {label(chief['what'])}"
    return f"{sizes}; most denied: {pair}, {chief['denied']:,} times"
