"""Cost: what questions read, and what that cost."""

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.labels import counted, distinct, label
from trailkit.charts.outcome import ANY
from trailkit.charts.reading import amount, key_columns, require, subtitle
from trailkit.charts.theme import count_axis, draw, draw_nothing, ground, name_axis
from trailkit.errors import ChartError

_COUNTS = ("dollars", "cost", "price", "bytes")


def cost(frame: pd.DataFrame, key: str | None = None, most: int = 20) -> "go.Figure":
    """Draw what each question cost, in dollars, or else in bytes.

    The frame has a row for each question or run: its name, and ``dollars`` (or cost,
    price) or ``bytes``; ``lowest`` and ``highest`` dollars, where it is an estimate,
    become a line. A missing price is said, and not drawn as nothing. Raises ChartError
    without a price or bytes.

    >>> frame = pd.DataFrame({"question": ["a", "b"], "dollars": [0.5, 1.5]})
    >>> cost(frame).layout.title.text
    '<b>&#36;2.00 in all; most on b, &#36;1.50</b>'
    """
    key = key or next(iter(key_columns(frame)), "question")
    column = next((name for name in _COUNTS if name in frame.columns), None)
    if column is None:
        raise ChartError("A chart of cost needs a column dollars or bytes.")
    require(frame, "chart of cost", key)
    noun = "bytes" if column == "bytes" else "dollars"
    asked = _asked(frame, key, column)
    priced = asked.dropna(subset="count").reset_index(drop=True)
    if priced.empty:
        return draw_nothing(frame, "No price is known." if len(frame) else "")
    shown = priced[:most]
    unknown, left = len(asked) - len(priced), len(priced) - len(shown)
    dear = f"{label(priced['key'][0], 60)}, {amount(priced['count'][0], noun)}"
    return draw(
        [_bars(shown, noun), *_ranges(shown), _said(shown, noun)],
        f"{amount(priced['count'].sum(), noun)} in all; most on {dear}",
        subtitle(
            frame,
            f"{counted(unknown, 'price')} not known" if unknown else "",
            f"{counted(left, 'cheaper one')} not drawn" if left else "",
        ),
        height=150 + 28 * max(3, len(shown)),
        xaxis=count_axis(noun, float(shown[["count", "high"]].max().max())),
        yaxis={**name_axis(distinct(shown["key"])), "showgrid": False},
    )


def _asked(frame: pd.DataFrame, key: str, column: str) -> pd.DataFrame:
    """Sum the runs of each question, the most expensive first, the unpriced last."""
    given = {"count": column, "low": "lowest", "high": "highest"}
    numbers = {
        name: pd.to_numeric(frame[each], errors="coerce").astype(float)
        if each in frame.columns
        else pd.Series(float("nan"), frame.index)
        for name, each in given.items()
    }
    rows = pd.DataFrame({"key": _names(frame[key]), **numbers})
    sums = rows.groupby("key", sort=False, dropna=False).sum(min_count=1).reset_index()
    return sums.sort_values("count", ascending=False, kind="stable", ignore_index=True)


def _names(keys: pd.Series) -> pd.Series:
    """Return what the amounts are of; a day without its midnight."""
    days = pd.api.types.is_datetime64_any_dtype(keys)
    return (keys.dt.strftime("%Y-%m-%d") if days else keys).astype(object)


def _bars(shown: pd.DataFrame, noun: str) -> "go.Bar":
    return go.Bar(
        x=shown["count"],
        y=list(range(len(shown))),
        orientation="h",
        width=0.7,
        marker=ANY.bar,
        customdata=[amount(count, noun) for count in shown["count"]],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )


def _said(shown: pd.DataFrame, noun: str) -> "go.Scatter":
    """Write each amount right of its bar, and of its line."""
    return go.Scatter(
        x=shown[["count", "high"]].max(axis=1),
        y=list(range(len(shown))),
        mode="text",
        text=[f"  {amount(count, noun)}" for count in shown["count"]],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )


def _ranges(shown: pd.DataFrame) -> list["go.Scatter"]:
    """Draw from the lowest to the highest that an estimate allows."""
    known = shown[shown["low"].notna() & shown["high"].notna()]
    if known.empty:
        return []
    line = {"color": ground().text, "width": 2}
    x = [
        at for row in known[["low", "high"]].to_numpy().tolist() for at in (*row, None)
    ]
    y = [at for row in known.index for at in (row, row, None)]
    return [
        go.Scatter(
            x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False
        )
    ]
