"""The dots of a timeline: each sums what one lane did, with one outcome, at a time.

Dots are a frame: ``row`` (the lane), ``outcome``, ``time``, ``events``, ``size`` in
pixels, ``telling``, ``event_id`` of the most telling event, ``name`` (what to write
beside it), and what hovering says, as safe text: ``who``, ``what``, ``when``,
``where``.
"""

from typing import Any

import numpy as np
import pandas as pd

from trailkit.charts import bins
from trailkit.charts.deed import short
from trailkit.charts.labels import UNKNOWN, label, labels
from trailkit.charts.spans import written
from trailkit.charts.zones import in_hover

_WHAT = ["action", "target", "error_code", "note"]
_WHERE = ["member", "actor", "source_ip", "account", "region"]

HOVER = ["who", "what", "when", "where", "event_id"]

_PIXELS = 1_500
_MOST = 2_000
"""A browser draws so many dots with ease."""

_SMALL, _LARGE = 8, 18


def step_for(events: pd.DataFrame) -> pd.Timedelta:
    """Choose how long a time one dot stands for: a pixel, or more where dots are many.

    The step grows with the number of lanes that have dots, not with the events.
    """
    in_a_bin = max(1, events.groupby(["row", "outcome"]).ngroups)
    if len(events) <= _MOST:
        return bins.step_for(events["time"], _PIXELS)
    return bins.step_for(events["time"], min(_PIXELS, max(12, _MOST // in_a_bin)))


def dots(
    events: pd.DataFrame, names: list[str], step: pd.Timedelta, zone: str
) -> pd.DataFrame:
    """Sum events to dots, by row, outcome and step of time; rows have these names.

    Beside those an event may have a ``member``: whose it is where many share a row.
    Hovering says when in UTC, and in another zone.
    """
    events = events.reset_index(drop=True)
    start = bins.floor(events["time"], step).rename("start")
    groups = events.groupby(["row", "outcome", start])
    summed = groups["time"].agg(["min", "max", "size"]).reset_index()
    first, last, count = summed["min"], summed["max"], summed["size"]
    what = _commonest(events, _WHAT, groups)
    chief = events.loc[groups["telling"].idxmax().to_numpy()].reset_index(drop=True)
    return pd.DataFrame(
        {
            "row": summed["row"],
            "outcome": summed["outcome"],
            "time": first + (last - first) / 2,
            "events": count,
            "size": np.minimum(_SMALL + 1.6 * np.log2(count), _LARGE).round(1),
            "telling": chief["telling"],
            "name": _names(chief, events["action"].nunique() == 1),
            "who": np.array(names, object)[summed["row"]],
            "what": summed["outcome"] + count.map(": {:,}".format) + what,
            "when": written(first, last) + in_hover(first, last, zone),
            "where": _commonest(events, _WHERE, groups),
            "event_id": labels(chief["event_id"]) if "event_id" in chief else "",
        }
    )


def _names(chief: pd.DataFrame, one_action: bool) -> list[str]:
    """Write what stands beside a dot: its note, or the action and what it was about."""
    if "note" in chief:
        return [*labels(chief["note"], 40)]
    return [
        label(short(target) if one_action and isinstance(target, str) else action, 34)
        if one_action or not isinstance(target, str)
        else f"{label(action, 28)} {label(short(target), 24)}"
        for action, target in zip(chief["action"], chief["target"], strict=True)
    ]


def _commonest(events: pd.DataFrame, columns: list[str], groups: Any) -> pd.Series:
    """Return the three commonest values of each group, with their counts."""
    named = [name for name in columns if name in events and events[name].notna().any()]
    if not named:
        return pd.Series("", range(groups.ngroups), object)
    kind = events.groupby(named, dropna=False, sort=False).ngroup()
    sizes = (
        kind.groupby([groups.ngroup(), kind])
        .size()
        .sort_values(ascending=False, kind="stable")
    )
    best = sizes.groupby(level=0).head(3)
    group, kinds = (best.index.get_level_values(level) for level in (0, 1))
    # Only what is shown is made safe: there may be a hundred thousand kinds.
    examples = events.loc[~kind.duplicated(), named].set_axis(range(kind.max() + 1))
    times = best.map(" ({:,})".format).where(best > 1, "").to_numpy()
    lines = "<br>" + pd.Series(_joined(examples.loc[kinds]), group, object) + times
    others = sizes.groupby(level=0).size() - 3
    more = others.map("<br>and {:,} more".format).where(others > 0, "")
    return lines.groupby(level=0).sum() + more


def _joined(values: pd.DataFrame) -> list[str]:
    """Join the columns of each row to safe text; a null says nothing."""
    parts = [
        np.where(values[name].isna(), "", labels(values[name], 60)) for name in values
    ]
    return [
        " · ".join(filter(None, row)) or UNKNOWN for row in zip(*parts, strict=True)
    ]
