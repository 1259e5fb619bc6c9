"""Coverage: which account and region was recorded on which days, and which not."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.labels import counted, label
from trailkit.charts.outcome import OUTCOMES, Outcome
from trailkit.charts.reading import require, subtitle, times
from trailkit.charts.spans import least_of, span_axis, span_bars, written
from trailkit.charts.theme import draw, draw_nothing, name_axis

STATES = {
    each.name: each
    for each in (
        Outcome("recorded", "#0072B2", "circle", ""),
        Outcome("in part", "#6272D0", "circle", "."),
        Outcome("unknown", "#85898E", "square", "-"),
        Outcome("not recorded", "#BF8600", "diamond", "\\"),
        Outcome("stopped", OUTCOMES["denied"].colour, "x", "/"),
    )
}
"""The states of recording by name; what matters most is drawn last, so on top."""

_GRAVITY = {"stopped": 4, "not recorded": 3, "unknown": 2, "in part": 1}


def coverage(frame: pd.DataFrame, most: int = 40) -> "go.Figure":
    """Draw what was recorded when: a row for each account, region and kind.

    The frame has a row for each span: ``account``, ``region``, ``kind`` (management,
    data, …), ``state`` (recorded, in part, not recorded, unknown, stopped), ``start``,
    ``end``, ``basis``. A state that is not known is drawn as unknown, never as
    recorded. What was stopped or not recorded stands on top. Raises ChartError without
    those columns.

    >>> days = pd.to_datetime(["2026-03-12", "2026-03-13"], utc=True)
    >>> frame = pd.DataFrame(
    ...     {"account": ["111122223333"], "region": ["eu-west-1"], "kind": ["data"],
    ...      "state": ["stopped"], "start": days[:1], "end": days[1:]}
    ... )
    >>> coverage(frame).layout.title.text
    '<b>1 of 1 stopped: 111122223333 eu-west-1 data from 2026-03-12 00:00 UTC</b>'
    """
    require(frame, "chart of coverage", "account", "region", "state", "start", "end")
    spans = _spans(frame)
    if spans.empty:
        return draw_nothing(frame)
    order = _order(spans)
    shown = spans[spans["place"].isin(order[:most])].copy()
    shown["row"] = shown["place"].map({place: at for at, place in enumerate(order)})
    left = counted(max(0, len(order) - most), "row")
    names = spans.drop_duplicates("place").set_index("place")["name"]
    return draw(
        _bars(shown),
        _finding(spans),
        subtitle(frame, f"{left} better recorded not drawn" if order[most:] else ""),
        height=170 + 26 * max(3, min(most, len(order))),
        legend=True,
        barmode="overlay",
        xaxis=span_axis(shown),
        yaxis={**name_axis([names[at] for at in order[:most]]), "showgrid": False},
    )


def _spans(frame: pd.DataFrame) -> pd.DataFrame:
    named = ["account", "region", *(["kind"] if "kind" in frame.columns else [])]
    texts = frame[named].astype(object).fillna("all")
    states = frame["state"].astype(object)
    basis = frame.get("basis", pd.Series("", frame.index)).astype(object)
    spans = pd.DataFrame(
        {
            "place": texts.groupby(named, sort=False).ngroup(),
            "name": [" ".join(map(_short, row)) for row in texts.to_numpy(object)],
            "state": states.where(states.isin(list(STATES)), "unknown"),
            "start": times(frame["start"]),
            "end": times(frame["end"]),
            "basis": [label(each, 90) if each else "" for each in basis],
        }
    )
    # A span without an end lasts until the last moment that any row tells of.
    spans["end"] = spans["end"].fillna(spans[["start", "end"]].max().max())
    spans = _merged(spans.dropna(subset="start"))
    spans["when"] = written(spans["start"], spans["end"])
    told = spans[["name", "state", "when", "basis"]].to_numpy(object)
    spans["hover"] = [
        f"<b>{name}</b><br>{state}<br>{when}<br>{basis}"
        for name, state, when, basis in told
    ]
    return spans


def _merged(spans: pd.DataFrame) -> pd.DataFrame:
    """Make one span of those that touch or overlap in the same place and state."""
    alike = ["place", "state"]
    spans = spans.sort_values([*alike, "start"], kind="stable")
    reach = spans.groupby(alike, sort=False)["end"].cummax()
    before = reach.groupby([spans["place"], spans["state"]], sort=False).shift()
    part = (before.isna() | (spans["start"] > before)).cumsum().rename("part")
    summed = spans.groupby([*alike, part], sort=False).agg(
        name=("name", "first"),
        start=("start", "min"),
        end=("end", "max"),
        basis=("basis", "first"),
    )
    return summed.reset_index()


def _short(value: object) -> str:
    return label(value, 28)


def _order(spans: pd.DataFrame) -> list[int]:
    """Order rows by the gravest of their states, then by how long it lasted."""
    grave = spans["state"].map(_GRAVITY).fillna(0).to_numpy(float)
    hours = ((spans["end"] - spans["start"]).dt.total_seconds() / 3600).to_numpy(float)
    score = pd.Series(grave * 1e7 + np.minimum(hours, 1e6) * (grave > 0))
    worst = score.groupby(spans["place"], sort=True).max()
    return [
        int(str(at)) for at in worst.sort_values(ascending=False, kind="stable").index
    ]


def _bars(shown: pd.DataFrame) -> list[Any]:
    least = least_of(shown)
    return [
        span_bars(own, look.name, look.bar, least)
        for look in STATES.values()
        if len(own := shown[shown["state"] == look.name])
    ]


def _finding(spans: pd.DataFrame) -> str:
    """Return where recording was stopped, missing, or not known, the gravest first."""
    whole = spans["place"].nunique()
    for state in ("stopped", "not recorded", "unknown", "in part"):
        own = spans[spans["state"] == state]
        if own.empty:
            continue
        first = own.sort_values("start", kind="stable").iloc[0]
        said = f"{own['place'].nunique():,} of {whole:,} {state}: {first['name']}"
        return f"{said} from {first['start']:%Y-%m-%d %H:%M} UTC"
    return f"All of {counted(whole, 'row')} recorded"
