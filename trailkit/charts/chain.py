"""Chain: from which credential to which; the lineage of identities."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.identity import hue
from trailkit.charts.labels import counted, distinct, label
from trailkit.charts.lineage_tree import Tree, tree_of
from trailkit.charts.outcome import OUTCOMES
from trailkit.charts.reading import require, subtitle
from trailkit.charts.theme import draw, draw_nothing, ground

_DASHES = {"certain": "solid", "strong": "dash", "inferred": "dot"}
"""How sure an edge is; what a frame does not tell is drawn as inferred."""

_REFUSED = "denied or failed"

_WIDTH = 24
"""An axis holds so many steps of indentation."""

_LONGEST = 62
"""So many letters of a name are written."""

_ASKED = "<br>where the lineage was asked for"

_BESIDE = 0.1
"""A refused step is drawn so far beside one that went through."""


def chain(frame: pd.DataFrame, most: int = 40) -> "go.Figure":
    """Draw a lineage: each identity in a row, below and right of where it came from.

    The frame has a row for each hand-over: ``from_id``, ``to_id``, and what it tells of
    ``from_label``, ``to_label``, ``kind``, ``certainty`` (certain, strong, inferred),
    ``time``, ``account``, ``source_ip``, ``outcome``, ``event_id``, and ``start``
    (from, to or both: where the lineage was asked for, drawn as a diamond). Certain
    edges are solid, strong ones dashed, inferred ones dotted, denied ones red and
    dashed. A dot's ``customdata`` is its hover, and the event by which it was reached.
    Past ``most`` rows the rest is counted in the subtitle. Raises ChartError without
    both ids.

    >>> when = pd.to_datetime(["2026-03-11 23:38"], utc=True)
    >>> frame = pd.DataFrame(
    ...     {"from_id": ["k1"], "to_id": ["k2"], "from_label": ["user/eve"],
    ...      "to_label": ["role/ops"], "time": when, "certainty": ["certain"]}
    ... )
    >>> chain(frame).layout.title.text
    '<b>user/eve became role/ops in 1 step, 2026-03-11 23:38 UTC</b>'
    """
    require(frame, "chain", "from_id", "to_id")
    tree = tree_of(frame, most)
    if tree.nodes.empty:
        return draw_nothing(frame)
    rows, deepest = len(tree.nodes), int(tree.nodes["depth"].max())
    edges = _drawn(tree)
    return draw(
        [*_lines(edges), _dots(tree, edges), _names(tree)],
        _finding(tree),
        subtitle(
            frame,
            f"{counted(tree.left, 'identity')} not drawn" if tree.left else "",
            "× counts ends alike" if (tree.nodes["alike"] > 1).any() else "",
            *_beside(edges),
        ),
        height=150 + 42 * max(3, rows),
        legend=True,
        xaxis={"visible": False, "range": [-0.6, max(_WIDTH, deepest + 12)]},
        yaxis={"visible": False, "range": [rows - 0.4, -0.6]},
    )


def _drawn(tree: Tree) -> pd.DataFrame:
    """Return the edges between rows that are drawn, with both places."""
    rows = tree.nodes.set_index("id")[["row", "depth"]]
    edges = tree.edges[
        tree.edges["from_id"].isin(rows.index) & tree.edges["to_id"].isin(rows.index)
    ].copy()
    for side in ("from", "to"):
        for what in ("row", "depth"):
            edges[f"{side}_{what}"] = edges[f"{side}_id"].map(rows[what]).astype(int)
    known = edges["certainty"].isin(list(_DASHES))
    edges["look"] = edges["certainty"].where(known, "inferred")
    edges.loc[edges["outcome"].isin(["denied", "failed"]), "look"] = _REFUSED
    return edges[edges["from_id"] != edges["to_id"]]


def _lines(edges: pd.DataFrame) -> list[Any]:
    """Draw elbows: down from the one before, then right."""
    quiet = ground().quiet
    looks = {name: (dash, quiet, 1.5) for name, dash in _DASHES.items()}
    looks[_REFUSED] = ("dash", OUTCOMES["denied"].colour, 2)
    traces: list[Any] = []
    for name, (dash, colour, width) in looks.items():
        own = edges[edges["look"] == name]
        if own.empty:
            continue
        start, end = own["from_depth"], own["to_depth"]
        beside = _BESIDE if name == _REFUSED else 0
        levels = own["to_row"] + beside
        corners = zip(start + beside, own["from_row"], end, levels, strict=True)
        places = [(x0, y0, x0, y1, x1, y1) for x0, y0, x1, y1 in corners]
        x = [at for place in places for at in (*place[::2], None)]
        y = [at for place in places for at in (*place[1::2], None)]
        line = {"dash": dash, "color": colour, "width": width}
        more = {"mode": "lines", "line": line, "hoverinfo": "skip"}
        traces.append(go.Scatter(x=x, y=y, name=f"{name} ({len(own):,})", **more))
    return traces


def _dots(tree: Tree, edges: pd.DataFrame) -> Any:
    asked = [node in tree.starts for node, _ in _ids(tree)]
    said = [
        _hover(name, edges[edges["to_id"] == node]) + _ASKED * (node in tree.starts)
        for node, name in _ids(tree)
    ]
    return go.Scatter(
        x=tree.nodes["depth"],
        y=tree.nodes["row"],
        mode="markers",
        marker={
            "size": [16 if each else 12 for each in asked],
            "symbol": ["diamond" if each else "circle" for each in asked],
            "color": [hue(name) for name in tree.nodes["label"]],
            "line": {"width": 1.5, "color": ground().paper},
        },
        customdata=[[text, *_event(tree, at)] for text, at in _said(said, tree)],
        hovertemplate="%{customdata[0]}<extra></extra>",
        showlegend=False,
    )


def _said(said: list[str], tree: Tree) -> Any:
    return zip(said, tree.nodes["edge"], strict=True)


def _event(tree: Tree, at: int) -> list[str]:
    """Return the id of the event by which an identity was reached, for a click."""
    event = tree.edges["event_id"].iloc[at] if at >= 0 else None
    return [label(event)] if isinstance(event, str) else [""]


def _ids(tree: Tree) -> Any:
    return zip(tree.nodes["id"], tree.nodes["label"], strict=True)


def _hover(name: object, reached: pd.DataFrame) -> str:
    """Return how an identity was reached: kind, certainty, when, from where."""
    told = [f"<b>{label(name, 70)}</b>"]
    for edge in reached[:4].itertuples():
        times = f", {edge.times:,} times" if int(str(edge.times)) > 1 else ""
        parts = [edge.kind, edge.certainty, edge.outcome, edge.source_ip, edge.account]
        texts = [label(part, 50) for part in parts if isinstance(part, str)]
        told.append(" · ".join([*texts, _when(edge.time)]) + times)
        told += (
            [f"event {label(edge.event_id)}"] if isinstance(edge.event_id, str) else []
        )
    return "<br>".join(told) if len(told) > 1 else f"{told[0]}<br>where this begins"


def _when(time: Any) -> str:
    return "time unknown" if pd.isna(time) else f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _names(tree: Tree) -> Any:
    """Write each identity beside its dot, and below it how it was reached."""
    names = distinct(tree.nodes["label"], _LONGEST)
    texts: list[str] = []
    known = zip(names, tree.nodes["edge"], tree.nodes["alike"], strict=True)
    for name, at, alike in known:
        texts.append(f"  <b>{name}</b>" + (f" ×{alike:,}" if alike > 1 else ""))
        if at >= 0:
            texts[-1] += f"<br>  {_reached(tree, int(at))}"
    return go.Scatter(
        x=tree.nodes["depth"] + 0.2,
        y=tree.nodes["row"],
        mode="text",
        text=texts,
        textposition="middle right",
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def _reached(tree: Tree, at: int) -> str:
    edge = tree.edges.iloc[at]
    parts = [
        label(edge[name], 24) for name in ("kind", "source_ip") if _has(edge, name)
    ]
    when = "" if pd.isna(edge["time"]) else f"{edge['time']:%Y-%m-%d %H:%M}"
    times = f"{edge['times']:,} times" if edge["times"] > 1 else ""
    return " · ".join(filter(None, [when, *parts, times]))


def _has(edge: pd.Series, name: str) -> bool:
    return isinstance(edge[name], str) and edge[name] != ""


def _beside(edges: pd.DataFrame) -> list[str]:
    """Return that some identities were reached in more than one way."""
    several = edges.groupby("to_id")["from_id"].nunique()
    count = int((several > 1).sum())
    return [f"{counted(count, 'identity')} reached from several"] if count else []


def _finding(tree: Tree) -> str:
    """Return the longest lineage: who became whom, in how many steps, and when."""
    rows = tree.longest()
    names = [label(tree.nodes["label"].iloc[row], _LONGEST) for row in rows]
    if len(rows) < 2:
        return f"{counted(len(tree.nodes), 'identity')}, no hand-over"
    moments = [
        tree.edges["time"].iloc[int(tree.nodes["edge"].iloc[row])] for row in rows[1:]
    ]
    known = [each for each in moments if pd.notna(each)]
    when = f", {min(known):%Y-%m-%d %H:%M} UTC" if known else ""
    if len(known) > 1:
        when = f", {min(known):%Y-%m-%d %H:%M} to {max(known):%Y-%m-%d %H:%M} UTC"
    steps = counted(len(rows) - 1, "step")
    return f"{names[0]} became {names[-1]} in {steps}{when}"
