"""Flow: from which address, as which identity, to which service."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.identity import hue, identities
from trailkit.charts.labels import counted, distinct, label
from trailkit.charts.outcome import OUTCOMES
from trailkit.charts.reading import count_column, outcomes, require, subtitle
from trailkit.charts.theme import draw, draw_nothing, ground, on_paper

_STAGES = ("source_ip", "actor", "service")
_TITLES = {"source_ip": "address", "actor": "identity", "action": "action"}


def flow(
    frame: pd.DataFrame, stages: tuple[str, ...] | None = None, most: int = 12
) -> "go.Figure":
    """Draw how events flow from addresses through identities to services.

    The frame is a list of events (with ``source_ip``, ``actor``, and ``service`` or
    ``action``), or a summary with a count. Flows have the colour of their identity;
    denied ones are red. Each stage has ``most`` values by name, chosen by denied
    events and size, and the rest as one. Raises ChartError without two stages.

    >>> frame = pd.DataFrame({"source_ip": "203.0.113.7", "actor": ["root", "user/bo"]})
    >>> flow(frame, ("source_ip", "actor")).layout.title.text
    '<b>203.0.113.7 as 2 identities, 2 events</b>'
    """
    stages = stages or _stages(frame)
    require(frame, "flow", *stages)
    parts, events, denied = _parts(frame, stages, most)
    if parts.empty:
        return draw_nothing(frame)
    nodes, links = _nodes(parts, stages), _links(parts, stages)
    tallest = max(parts[stage].nunique() for stage in stages)
    heads = [_TITLES.get(stage, stage.replace("_", " ")) for stage in stages]
    return draw(
        [_sankey(nodes, links)],
        _finding(parts, stages),
        subtitle(frame, f"{denied:,} of {events:,} events denied, in red"),
        height=210 + 34 * max(5, tallest),
        annotations=[
            on_paper(
                place / (len(stages) - 1), 1, f"<b>{label(head)}</b>", yanchor="bottom"
            )
            | {"xanchor": ("left", "center", "right")[min(2, _side(place, stages))]}
            for place, head in enumerate(heads)
        ],
        legend=True,
    ).update_layout(margin={"b": 24, "l": 16, "r": 48}, showlegend=False)


def _side(place: int, stages: tuple[str, ...]) -> int:
    return 0 if place == 0 else 2 if place == len(stages) - 1 else 1


def _stages(frame: pd.DataFrame) -> tuple[str, ...]:
    last = "service" if "service" in frame.columns else "action"
    return (*_STAGES[:2], last)


def _parts(
    frame: pd.DataFrame, stages: tuple[str, ...], most: int
) -> tuple[pd.DataFrame, int, int]:
    """Sum events by all stages and whether they were denied; fold the small values."""
    named = {stage: _values(frame, stage) for stage in stages}
    column = count_column(frame)
    weight = pd.to_numeric(frame[column]).fillna(0) if column else 1
    parts = pd.DataFrame(named, frame.index).assign(
        denied=outcomes(frame) == "denied", events=weight
    )
    for stage in stages:
        parts[stage] = _folded(parts, stage, most)
    grouped = parts.groupby([*stages, "denied"], sort=False, dropna=False)
    summed = grouped["events"].sum().reset_index()
    summed = summed[summed["events"] > 0].astype({"events": int})
    total, denied = summed["events"].sum(), summed["events"][summed["denied"]].sum()
    return summed, int(total), int(denied)


def _values(frame: pd.DataFrame, stage: str) -> pd.Series:
    who = identities(frame, stage) if stage in ("actor", "identity") else frame[stage]
    texts = who.astype(object)
    return texts.where(texts.notna(), "unknown")


def _folded(parts: pd.DataFrame, stage: str, most: int) -> pd.Series:
    score = (parts["events"] * (1 + 50 * parts["denied"])).groupby(parts[stage]).sum()
    order = score.sort_values(ascending=False, kind="stable").index
    if len(order) <= most + 1:
        return parts[stage]
    others = _Others(len(order) - most)
    return parts[stage].where(parts[stage].isin(order[:most]), others)


@dataclass(frozen=True, slots=True)
class _Others:
    """Many values as one; no text, so that no log value equals it."""

    count: int

    def __str__(self) -> str:
        return counted(self.count, "other")


def _nodes(parts: pd.DataFrame, stages: tuple[str, ...]) -> pd.DataFrame:
    """List the nodes of all stages: name, colour and place of each."""
    rows: list[dict[str, Any]] = []
    for place, stage in enumerate(stages):
        sums = parts.groupby(stage, sort=False)["events"].sum()
        values = sums.sort_values(ascending=False, kind="stable")
        names = distinct(values.index, 32)
        for value, name, count in zip(values.index, names, values, strict=True):
            who = stage in ("actor", "identity")
            colour = hue(value) if who else ground().quiet
            rows.append({"stage": place, "value": value, "name": name})
            rows[-1] |= {"colour": colour, "events": count}
    return pd.DataFrame(rows).assign(at=range(len(rows)))


def _links(parts: pd.DataFrame, stages: tuple[str, ...]) -> pd.DataFrame:
    """List the links between neighbouring stages, denied ones apart."""
    actor = next((s for s in stages if s in ("actor", "identity")), stages[0])
    found = []
    for place, (left, right) in enumerate(pairwise(stages)):
        grouped = parts.groupby([left, right, "denied"], sort=False)
        links = grouped["events"].sum().reset_index()
        links.columns = ["left", "right", "denied", "events"]
        links["who"] = links["left" if actor == left else "right"]
        found.append(links.assign(stage=place))
    return pd.concat(found, ignore_index=True)


def _sankey(nodes: pd.DataFrame, links: pd.DataFrame) -> Any:
    at = {
        (stage, value): place
        for stage, value, place in zip(
            nodes["stage"], nodes["value"], nodes["at"], strict=True
        )
    }
    ends = zip(links["stage"], links["left"], links["right"], strict=True)
    pairs = [(at[stage, left], at[stage + 1, right]) for stage, left, right in ends]
    red = OUTCOMES["denied"].colour
    who = zip(links["who"], links["denied"], strict=True)
    return go.Sankey(
        arrangement="fixed",
        textfont={"color": ground().text, "size": 12, "shadow": "none"},
        node={
            "label": nodes["name"],
            "color": nodes["colour"],
            "pad": 18,
            "thickness": 12,
            "line": {"width": 0},
            "hovertemplate": "<b>%{label}</b><br>%{value:,} events<extra></extra>",
        },
        link={
            "source": [source for source, _ in pairs],
            "target": [target for _, target in pairs],
            "value": links["events"],
            "color": [_pale(red if denied else hue(name)) for name, denied in who],
            "customdata": ["denied: " if denied else "" for denied in links["denied"]],
            "hovertemplate": "%{source.label} → %{target.label}"
            "<br>%{customdata}%{value:,} events<extra></extra>",
        },
    )


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.45)"


def _finding(parts: pd.DataFrame, stages: tuple[str, ...]) -> str:
    """Return the address that used most identities, or was denied most."""
    first, second = stages[:2]
    # The rest as one is no one.
    named = parts[[not isinstance(value, _Others) for value in parts[first]]]
    named = named if len(named) else parts
    many = named.groupby(first, sort=False)[second].nunique()
    leader = many.idxmax()
    own = named[named[first] == leader]
    noun = {"actor": "identity"}.get(second, second.replace("_", " "))
    said = f"{label(leader, 48)} as {counted(int(many.max()), noun)}"
    denied = own["events"][own["denied"]].sum()
    said += f", {counted(int(own['events'].sum()), 'event')}"
    return f"{said}, {denied:,} denied" if denied else said
