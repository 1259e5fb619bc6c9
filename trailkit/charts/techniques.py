"""Techniques: which findings there are, of whom, and when, the gravest on top."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.labels import UNKNOWN, counted, distinct, label
from trailkit.charts.reading import require, subtitle, times
from trailkit.charts.severity import SEVERITIES, rank, severities
from trailkit.charts.spans import along, least_of, span_axis, span_bars, written
from trailkit.charts.theme import draw, draw_nothing, name_axis
from trailkit.charts.zones import in_hover, in_zone


def techniques(frame: pd.DataFrame, most: int = 30, zone: str = "UTC") -> "go.Figure":
    """Draw findings over time, from the first to the last event of each.

    The frame has a row for each finding: ``technique``, ``finding`` or ``question``,
    ``severity``, ``count``, ``first_seen``, ``last_seen``, and what hovering tells:
    ``actors``, ``accounts``, ``why``. Rows without a time, such as of questions that
    found nothing, are counted in the subtitle. A ``zone`` such as ``Europe/Berlin`` is
    written below UTC. Raises ChartError without those columns, and for a zone that is
    not known.

    >>> when = pd.to_datetime(["2026-03-12 01:14"], utc=True)
    >>> frame = pd.DataFrame(
    ...     {"technique": ["T1685.002"], "severity": ["critical"], "count": [2],
    ...      "first_seen": when, "last_seen": when, "question": ["blinded"]}
    ... )
    >>> techniques(frame).layout.title.text
    '<b>1 finding, 1 critical; first critical: T1685.002 at 2026-03-12<br>01:14 UTC</b>'
    """
    require(frame, "chart of techniques", "technique", "first_seen", "last_seen")
    found = _found(frame)
    if found.empty:
        return draw_nothing(frame)
    names = _lanes(found)
    shown = found[found["row"] < most].copy()
    shown["hover"] += in_hover(shown["start"], shown["end"], zone)
    least = least_of(shown)
    blank = len(frame) - len(found)
    figure = draw(
        [
            span_bars(own, f"{name} ({len(own):,})", {"color": SEVERITIES[name]}, least)
            for name, own in _by_severity(shown)
        ],
        _finding(found),
        subtitle(
            frame,
            f"the {most} gravest lanes of {len(names):,} drawn"
            if len(names) > most
            else "",
            f"{counted(blank, 'row')} with nothing found" if blank else "",
        ),
        height=170 + 28 * max(3, len(names[:most])),
        legend=True,
        barmode="overlay",
        xaxis=span_axis(shown),
        yaxis={**name_axis(names[:most]), "showgrid": False},
    )
    return in_zone(figure, zone, along(shown))


def _found(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the findings with a time, the gravest and the earliest first."""
    found = pd.DataFrame(
        {
            "technique": frame["technique"].astype(object),
            "finding": _text(frame, "finding"),
            "question": _text(frame, "question"),
            "actors": _text(frame, "actors"),
            "severity": severities(frame),
            "start": times(frame["first_seen"]),
            "end": times(frame["last_seen"]),
        }
    )
    titled = found["finding"] != ""
    found["title"] = found["finding"].where(titled, found["question"])
    found["hover"] = _hover(frame, found)
    found["rank"] = rank(found["severity"])
    dated = found.dropna(subset=["start", "end"])
    return dated.sort_values(["rank", "start"], kind="stable", ignore_index=True)


def _text(frame: pd.DataFrame, name: str) -> pd.Series:
    column = frame.get(name)
    empty = pd.Series("", frame.index, dtype=object)
    return empty if column is None else column.astype(object).fillna("")


def _hover(frame: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    told = [name for name in ("actors", "accounts", "why") if name in frame.columns]
    counts = frame.get("count", pd.Series(pd.NA, frame.index))
    when = written(found["start"], found["end"])
    heads = zip(
        found["technique"].fillna(""), found["title"], counts, when, strict=True
    )
    rows = frame[told].astype(object).to_numpy()
    return [
        f"<b>{label(technique)}</b> {label(title, 60)}<br>"
        + (f"{int(count):,} events, " if pd.notna(count) else "")
        + f"{span}"
        + "".join(f"<br>{label(value, 90)}" for value in row if pd.notna(value))
        for (technique, title, count, span), row in zip(heads, rows, strict=True)
    ]


def _lanes(found: pd.DataFrame) -> list[str]:
    """Set each finding on the lane of its kind and actor; return the lanes' names."""
    ids = found["technique"].fillna("").astype(str)
    kind = [*zip(ids, found["title"], found["actors"], strict=True)]
    found["row"], lanes = pd.factorize(pd.Series(kind, dtype=object))
    short, told, who = zip(*lanes, strict=True)
    parts = [_told(short, 14), _told(told, 34), _told(who, 26)]
    return [
        " · ".join(filter(None, texts)) or UNKNOWN for texts in zip(*parts, strict=True)
    ]


def _told(values: Sequence[str], width: int) -> list[str]:
    """Return a label for each value, and nothing for what is not told."""
    named = zip(values, distinct(values, width), strict=True)
    return [text if value else "" for value, text in named]


def _by_severity(shown: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    parts: list[tuple[str, Any]] = [
        (name, shown[shown["severity"] == name]) for name in SEVERITIES
    ]
    return [(name, own) for name, own in parts if len(own)]


def _finding(found: pd.DataFrame) -> str:
    worst = found["severity"].iloc[0]
    number = int((found["severity"] == worst).sum())
    first = (
        found[found["severity"] == worst].sort_values("start", kind="stable").iloc[0]
    )
    when = f"{first['start']:%Y-%m-%d %H:%M} UTC"
    said = f"{counted(len(found), 'finding')}, {number:,} {worst}"
    what = first["finding"] or first["technique"]
    return f"{said}; first {worst}: {label(what)} at {when}"
