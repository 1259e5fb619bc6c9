"""Comparison: what became more, less, new or gone from one time to another."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.deed import weight
from trailkit.charts.identity import identities
from trailkit.charts.labels import counted, distinct, label
from trailkit.charts.outcome import OUTCOMES
from trailkit.charts.reading import count_column, key_columns, require, subtitle
from trailkit.charts.theme import draw, draw_nothing, ground, name_axis
from trailkit.errors import ChartError

_COUNTED = {"events_before": "before", "events_after": "after"}
"""Columns of a frame that has been compared, and the side that each counts."""


def comparison(
    frame: pd.DataFrame,
    before: pd.DataFrame | None = None,
    key: str | None = None,
    most: int = 20,
) -> "go.Figure":
    """Draw how many events each value had before and after, side by side.

    ``frame`` is the time after, ``before`` that before; or the frame has numbers in
    the columns ``events_before`` and ``events_after``, as that of ``case.compare``.
    ``key`` names the column to compare. New and gone values stand on top, then the
    largest changes. Raises ChartError without anything to compare with.

    >>> then = pd.DataFrame({"action": ["ListBuckets"] * 3})
    >>> now = pd.DataFrame({"action": ["ListBuckets", "DeleteTrail"]})
    >>> comparison(now, then, key="action").layout.title.text
    '<b>New: DeleteTrail, 1 event</b>'
    """
    counted_already = before is None and {*_COUNTED} <= {*frame.columns}
    key = key or _key(frame, counted_already)
    require(frame, "comparison", key)
    pairs = _pairs(frame, before, key)
    if pairs.empty:
        return draw_nothing(frame)
    shown = pairs[:most].reset_index(drop=True)
    left = len(pairs) - len(shown)
    highest = shown[["before", "after"]].to_numpy().max()
    return draw(
        [_lines(shown), *_dots(shown)],
        _unknown(frame, pairs) or _finding(pairs),
        subtitle(
            frame,
            "" if before is None else f"before: {counted(len(before), 'row')}",
            f"{counted(left, 'smaller change')} not drawn" if left else "",
        ),
        height=170 + 28 * max(3, len(shown)),
        legend=True,
        xaxis=_axis(_axis_title(key), int(highest)),
        yaxis={**name_axis(distinct(shown["key"])), "showgrid": False},
    )


def _key(frame: pd.DataFrame, counted_already: bool) -> str:
    if counted_already and "value" in frame.columns:
        return "value"
    return next(iter(key_columns(frame)), "action")


def _named(frame: pd.DataFrame, key: str) -> pd.Series:
    """Return the compared values, by the name to read where they have one."""
    values = frame[key].astype(object)
    if key != "value" or "name" not in frame.columns:
        return values
    names = frame["name"].astype(object)
    return names.where(names.notna(), values)


def _axis_title(key: str) -> str:
    return "events" if key == "value" else f"events by {label(key.replace('_', ' '))}"


def _pairs(frame: pd.DataFrame, before: pd.DataFrame | None, key: str) -> pd.DataFrame:
    """Return each value with its counts, the new and the gone first."""
    if before is not None:
        require(before, "comparison", key)
        counts = {"before": _counts(before, key), "after": _counts(frame, key)}
    elif {*_COUNTED} <= {*frame.columns}:
        grouped = frame.groupby(_named(frame, key), sort=False)
        counts = {side: grouped[name].sum() for name, side in _COUNTED.items()}
    else:
        raise ChartError(
            "A comparison needs what came before: tk.charts.comparison(frame, "
            "before=earlier), or a frame with the columns events_before and "
            "events_after, as case.compare(before, after) returns."
        )
    pairs = pd.DataFrame(counts).fillna(0).astype(int)
    pairs = pairs.rename_axis("key").reset_index()
    new = (pairs["before"] == 0) & (pairs["after"] > 0)
    gone = (pairs["after"] == 0) & (pairs["before"] > 0)
    change = (pairs["after"] - pairs["before"]).abs()
    pairs["order"] = new * 2 + gone
    pairs["change"] = change
    pairs["grave"] = pairs["key"].map(weight)
    changed = pairs[pairs["change"] > 0]
    return changed.sort_values(
        ["order", "grave", "change"], ascending=False, ignore_index=True
    )


def _counts(frame: pd.DataFrame, key: str) -> pd.Series:
    values = identities(frame, key) if key in ("actor", "identity") else frame[key]
    column = count_column(frame)
    weight = pd.to_numeric(frame[column]) if column else pd.Series(1, frame.index)
    return weight.groupby(values.astype(object), sort=False).sum()


def _axis(title: str, highest: int) -> dict[str, Any]:
    """Return a logarithmic axis with a nought: one event matters beside thousands."""
    ticks = [0, *(10**power for power in range(9) if 10**power <= 2 * highest)]
    return {
        "title": {"text": f"{title} (logarithmic)"},
        "tickvals": _places(ticks),
        "ticktext": [f"{tick:,}" for tick in ticks],
        "range": [-0.03 * np.log10(2 + highest), 1.08 * np.log10(2 + highest)],
    }


def _places(counts: Sequence[int] | pd.Series) -> list[float]:
    return np.log10(1 + np.asarray(counts, float)).round(4).tolist()


def _lines(shown: pd.DataFrame) -> Any:
    """Draw a line from before to after for each value."""
    ends = zip(_places(shown["before"]), _places(shown["after"]), strict=True)
    x = [at for row in ends for at in (*row, None)]
    y = [at for row in range(len(shown)) for at in (row, row, None)]
    line = {"color": ground().quiet, "width": 2}
    return go.Scatter(
        x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False
    )


def _dots(shown: pd.DataFrame) -> list[Any]:
    blue = OUTCOMES["success"].colour
    looks = {"before": ("circle-open", ground().text), "after": ("circle", blue)}
    names = [label(each, 80) for each in shown["key"]]
    return [
        go.Scatter(
            x=_places(shown[side]),
            y=list(range(len(shown))),
            mode="markers",
            name=side,
            marker={
                "symbol": symbol,
                "color": colour,
                "size": 10,
                "line": {"width": 2},
            },
            customdata=[
                f"<b>{name}</b><br>{side}: {count:,}"
                for name, count in zip(names, shown[side], strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for side, (symbol, colour) in looks.items()
    ]


def _unknown(frame: pd.DataFrame, pairs: pd.DataFrame) -> str:
    """Return that one side was not recorded, where ``change`` says unknown."""
    if "change" not in frame.columns or not frame["change"].eq("unknown").any():
        return ""
    side, word = ("after", "gone") if pairs["before"].any() else ("before", "new")
    return f"Nothing is recorded {side}: what is {word} is not known"


def _finding(pairs: pd.DataFrame) -> str:
    """Return what is new, or gone, or changed most."""
    new, gone = pairs[pairs["before"] == 0], pairs[pairs["after"] == 0]
    said = [
        _first(part, word, side)
        for part, word, side in ((new, "New", "after"), (gone, "gone", "before"))
        if len(part)
    ]
    if said:
        text = "; ".join(said)
        return text[0].upper() + text[1:]
    first = pairs.iloc[0]
    change = f"{first['before']:,} before, {first['after']:,} after"
    return f"Changed most: {label(first['key'], 60)}, {change}"


def _first(part: pd.DataFrame, word: str, side: str) -> str:
    first = part.iloc[0]
    more = f" and {counted(len(part) - 1, 'other')}" if len(part) > 1 else ""
    return f"{word}: {label(first['key'], 60)}, {counted(first[side], 'event')}{more}"
