"""Idle time folded out of an axis, and how far along a moment then stands."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trailkit.charts import bins
from trailkit.charts.theme import ground

_LARGE = 0.12
"""A gap that takes more of the axis than this is idle time, and folded."""

_LEFT = 0.015
"""So much of the axis stays of a folded gap at either side of the break."""

_MOST_GAPS = 6


@dataclass(frozen=True, slots=True)
class Fold:
    """The gaps of an axis, and the first and the last moment on it."""

    first: pd.Timestamp
    last: pd.Timestamp
    gaps: tuple[tuple[pd.Timestamp, pd.Timestamp], ...] = ()
    idle: tuple[pd.Timedelta, ...] = ()

    def along(self, moments: pd.Series) -> np.ndarray:
        """Return how far along the axis each moment stands, from 0 to 1."""
        gone = np.zeros(len(moments))
        for start, end in self.gaps:
            hidden = ((moments - start) / _SECOND).to_numpy(float)
            gone += np.clip(hidden, 0, (end - start) / _SECOND)
        passed = ((moments - self.first) / _SECOND).to_numpy(float) - gone
        return passed / max(self.seconds, 1e-6)

    @property
    def seconds(self) -> float:
        """How much time the axis shows."""
        hidden = sum((end - start) / _SECOND for start, end in self.gaps)
        return (self.last - self.first) / _SECOND - hidden

    @property
    def said(self) -> str:
        """What was folded, for a subtitle."""
        if not self.idle:
            return ""
        longest = _length(max(self.idle))
        if len(self.idle) == 1:
            return f"{longest} without an event folded at //"
        return f"{len(self.idle)} idle gaps of up to {longest} folded at //"

    def axis(self) -> dict[str, Any]:
        """Return the settings of an axis that leaves the gaps out."""
        margin = pd.Timedelta(seconds=max(self.seconds * 0.02, 5))
        breaks = [{"bounds": [_iso(start), _iso(end)]} for start, end in self.gaps]
        reach = [_iso(self.first - margin), _iso(self.last + margin)]
        ticks = self._ticks() if self.gaps else {}
        return {"range": reach, "rangebreaks": breaks, "tickangle": 0, **ticks}

    def _ticks(self) -> dict[str, Any]:
        """Choose ticks in what is left between the gaps: plotly would crowd them."""
        step = self.step
        places = pd.Series(pd.date_range(self.first.floor(step), self.last, freq=step))
        starts = pd.Series([self.first, *(end for _, end in self.gaps)])
        kept = self.apart([*starts, *places[self.shows(places)]])
        return {
            "tickvals": [_iso(tick) for tick in kept],
            "ticktext": _written(kept, step),
        }

    @property
    def step(self) -> pd.Timedelta:
        """How far its ticks are apart."""
        return bins.step_for(_span_of(self.seconds), 9)

    def shows(self, places: pd.Series) -> pd.Series:
        """Return which of these moments are on the axis, and in no gap."""
        hidden = [(places > start) & (places < end) for start, end in self.gaps]
        inside = (places >= self.first) & (places <= self.last)
        return inside & ~np.logical_or.reduce(hidden)

    def apart(self, ticks: list[pd.Timestamp]) -> list[pd.Timestamp]:
        """Keep the ticks that have room, those that come first before others."""
        kept: dict[float, pd.Timestamp] = {}
        for tick, at in zip(ticks, self.along(pd.Series(ticks)), strict=True):
            if all(abs(at - other) > 0.12 for other in kept):
                kept[float(at)] = tick
        return [kept[at] for at in sorted(kept)]

    def signs(self) -> dict[str, list[dict[str, Any]]]:
        """Return the break signs: a dotted line, and two strokes at its foot."""
        quiet = ground().quiet
        line = {"color": quiet, "width": 1, "dash": "dot"}
        up = {"yref": "paper", "y0": 0, "y1": 1, "type": "line", "line": line}
        sign = {"yref": "paper", "y": 0, "yanchor": "middle", "showarrow": False}
        sign |= {"font": {"size": 13, "color": ground().text}, "text": "<b>//</b>"}
        ends = [_iso(start) for start, _ in self.gaps]
        said = [f"idle for {_length(idle)}" for idle in self.idle]
        return {
            "shapes": [{"x0": x, "x1": x, **up} for x in ends],
            "annotations": [
                {"x": x, "hovertext": text, "bgcolor": ground().paper, **sign}
                for x, text in zip(ends, said, strict=True)
            ],
        }


_SECOND = pd.Timedelta("1s")


def fold(moments: pd.Series) -> Fold:
    """Choose the idle gaps of an axis on which these moments stand."""
    order = moments.drop_duplicates().sort_values()
    first, last = order.iloc[0], order.iloc[-1]
    waits = order.diff().to_numpy()[1:].astype("timedelta64[us]")
    chosen = _idle(waits.astype(float) / 1e6)
    shown = (last - first) / _SECOND - sum(
        waits[at].astype(float) for at in chosen
    ) / 1e6
    left = pd.Timedelta(seconds=max(shown * _LEFT, 0.5))
    starts = [pd.Timestamp(order.iloc[at]) for at in chosen]
    ends = [pd.Timestamp(order.iloc[at + 1]) for at in chosen]
    gaps = [(start + left, end - left) for start, end in zip(starts, ends, strict=True)]
    idle = tuple(end - start for start, end in zip(starts, ends, strict=True))
    return Fold(first, last, tuple(gaps), idle)


def _idle(waits: np.ndarray) -> list[int]:
    """Choose the gaps to fold: few, and each far longer than what is left."""
    order = np.argsort(-waits, kind="stable")
    long = waits[order]
    for count in range(min(_MOST_GAPS, len(long) - 2), 0, -1):
        rest = long[count - 1 :].sum()
        if long[count - 1] > max(_LARGE * rest, 3 * long[count], 60):
            return sorted(map(int, order[:count]))
    return []


def _span_of(seconds: float) -> pd.Series:
    start = pd.Timestamp(0).as_unit("us")
    return pd.Series([start, start + pd.Timedelta(seconds=seconds)])


def _written(ticks: list[pd.Timestamp], step: pd.Timedelta) -> list[str]:
    """Write each tick as ISO, its day only where it is another than before."""
    form = "%H:%M:%S" if step < pd.Timedelta("1min") else "%H:%M"
    days = [f"{tick:%Y-%m-%d}" for tick in ticks]
    return [
        tick.strftime(form) + ("" if before == day else f"<br>{day}")
        for tick, day, before in zip(ticks, days, ["", *days], strict=False)
    ]


def _iso(moment: pd.Timestamp) -> str:
    return moment.isoformat(sep=" ", timespec="milliseconds")


def _length(idle: pd.Timedelta) -> str:
    """Write how long nothing happened.

    >>> _length(pd.Timedelta("6h 12min")), _length(pd.Timedelta("3 days 2h"))
    ('6 h 12 min', '3 d 2 h')
    """
    minutes = int(idle.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "d"), (hours, "h"), (0 if days else rest, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "1 min"
