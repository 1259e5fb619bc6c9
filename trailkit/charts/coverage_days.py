"""Coverage: which account and region was recorded on which days, and which not."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.labels import counted, label
from trailkit.charts.outcome import OUTCOMES, Outcome
from trailkit.charts.reading import require, subtitle, times
from trailkit.charts.spans import along, least_of, span_axis, span_bars, written
from trailkit.charts.theme import draw, draw_nothing, name_axis
from trailkit.charts.zones import in_hover, in_zone

STATES = {
    each.name: each
    for each in (
        Outcome("recorded", "#0072B2", "circle", ""),
        Outcome("in part", "#6272D0", "circle", "."),
        Outcome("unknown", "#85898E", "square", "-"),
        Outcome("missing", "#9A6AA8", "square", "+"),
        Outcome("archived", "#3E8E7E", "square", "|"),
        Outcome("not recorded", "#BF8600", "diamond", "\\"),
        Outcome("stopped", OUTCOMES["denied"].colour, "x", "/"),
    )
}
"""The states of recording by name; what matters most is drawn last, so on top."""

_GRAVITY = {
    **{"stopped": 6, "not recorded": 5, "archived": 4, "missing": 3},
    **{"unknown": 2, "in part": 1},
}
_CAUSES = {
    **{"stopped": "stopped", "archived": "archived", "copy": "missing"},
    **dict.fromkeys(["no file", "missing", "digests"], "missing"),
}
"""What the ``cause`` of a row of ``case.coverage()`` is drawn as."""


def coverage(frame: pd.DataFrame, most: int = 40, zone: str = "UTC") -> "go.Figure":
    """Draw what was recorded when: a row for each account, region and kind.

    The frame is that of ``case.coverage()``, or has a row for each span: ``account``,
    ``region``, ``kind`` (management, data, …), ``state`` (recorded, in part, not
    recorded, missing, archived, unknown, stopped), ``start``, ``end``, ``basis``. A
    state that is not known is drawn as unknown, never as recorded. What was stopped or
    not recorded stands on top; of very many rows those of management events are drawn.
    A ``zone`` such as ``Europe/Berlin`` is written below UTC. Raises ChartError without
    those columns, and for a zone that is not known.

    >>> days = pd.to_datetime(["2026-03-12", "2026-03-13"], utc=True)
    >>> frame = pd.DataFrame(
    ...     {"account": ["111122223333"], "region": ["eu-west-1"], "kind": ["data"],
    ...      "state": ["stopped"], "start": days[:1], "end": days[1:]}
    ... )
    >>> coverage(frame).layout.title.text
    '<b>1 of 1 stopped: 111122223333 eu-west-1 data from 2026-03-12 00:00<br>UTC</b>'
    """
    require(frame, "chart of coverage", "account", "region", "state", "start", "end")
    chosen, beside = _few(frame, most)
    spans = _spans(chosen)
    if spans.empty:
        return draw_nothing(frame)
    order = _order(spans)
    shown = spans[spans["place"].isin(order[:most])].copy()
    shown["row"] = shown["place"].map({place: at for at, place in enumerate(order)})
    shown["hover"] += in_hover(shown["start"], shown["end"], zone)
    left = counted(max(0, len(order) - most), "row")
    names = spans.drop_duplicates("place").set_index("place")["name"]
    figure = draw(
        _bars(shown),
        _finding(spans),
        subtitle(
            frame, f"{left} better recorded not drawn" if order[most:] else "", beside
        ),
        height=170 + 26 * max(3, min(most, len(order))),
        legend=True,
        barmode="overlay",
        xaxis=span_axis(shown),
        yaxis={**name_axis([names[at] for at in order[:most]]), "showgrid": False},
    )
    return in_zone(figure, zone, along(shown))


def _spans(frame: pd.DataFrame) -> pd.DataFrame:
    kind = [name for name in ("kind", "need") if name in frame.columns][:1]
    named = ["account", "region", *kind]
    texts = frame[named].astype(object).fillna("all")
    states = _states(frame)
    basis = frame.get("basis", frame.get("why", pd.Series("", frame.index)))
    basis = basis.astype(object).where(basis.notna(), "")
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
        f"<b>{name}</b><br>{state}<br>{when}" + (f"<br>{basis}" if basis else "")
        for name, state, when, basis in told
    ]
    return spans


def _states(frame: pd.DataFrame) -> pd.Series:
    """Return what each row is drawn as, which its cause may say more of."""
    states = frame["state"].astype(object).where(frame["state"].notna(), "")
    recorded = states.isin(["recorded, proved", "recorded, inferred"])
    states = states.mask(recorded, "recorded").replace("not in the copy", "missing")
    if "cause" not in frame.columns:
        return states
    causes = frame["cause"].astype(object).map(_CAUSES)
    # What is recorded all the same, or known never to be, stays what it is.
    return states.mask(causes.notna() & states.isin(["unknown", "in part"]), causes)


def _few(frame: pd.DataFrame, most: int) -> tuple[pd.DataFrame, str]:
    """Leave the kinds beside management out of very many rows, and say so."""
    if "need" not in frame.columns:
        return frame, ""
    rows = frame[["account", "region", "need"]].drop_duplicates()
    own = frame["need"].astype(object).fillna("").str.startswith("management")
    if len(rows) <= most or own.all() or not own.any():
        return frame, ""
    left = sorted(frame.loc[~own, "need"].astype(str).unique())
    return frame[own], f"not drawn: {', '.join(label(each, 30) for each in left)}"


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
    for state in _GRAVITY:
        own = spans[spans["state"] == state]
        if own.empty:
            continue
        first = own.sort_values("start", kind="stable").iloc[0]
        said = f"{own['place'].nunique():,} of {whole:,} {state}: {first['name']}"
        return f"{said} from {first['start']:%Y-%m-%d %H:%M} UTC"
    return f"All of {counted(whole, 'row')} recorded"
