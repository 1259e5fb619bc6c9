"""A second time zone beside UTC: checked by its name, on the axis and in the hover."""

from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts.folding import Fold
from trailkit.charts.theme import ground
from trailkit.errors import ChartError, nearest

_BELOW, _MORE = 40, 68
"""Pixels: how far the second labels stand under the first, and what they take."""

_TURN = pd.Timedelta("2h")
"""No clock is put forward or back by more."""


def local(moments: pd.Series, zone: str) -> pd.Series:
    """Return times in UTC as the clocks of a zone showed them.

    Raises ChartError, with the nearest names, for a zone that is not known.

    >>> winter = pd.Series(pd.to_datetime(["2026-03-02 11:40"]))
    >>> local(winter, "Europe/Berlin")[0]
    Timestamp('2026-03-02 12:40:00')
    """
    return _there(moments, zone).dt.tz_localize(None)


def in_hover(start: pd.Series, end: pd.Series, zone: str) -> pd.Series:
    """Return a line of hover for each span, in a zone; nothing where that is UTC.

    The offset stands in it: where clocks are set back, an hour is there twice.

    >>> at = pd.Series(pd.to_datetime(["2026-10-25 00:30", "2026-10-25 01:30"]))
    >>> in_hover(at[:1], at[1:].reset_index(drop=True), "Europe/Berlin")[0]
    '<br>2026-10-25 02:30:00+02:00 to 02:30:00+01:00 Europe/Berlin'
    """
    if zone == "UTC":
        return pd.Series("", start.index, object)
    first, last = _there(start, zone), _there(end, zone)
    until = _colon(last.dt.strftime("%H:%M:%S%z"))
    same_day = first.dt.strftime("%Y-%m-%d") == last.dt.strftime("%Y-%m-%d")
    until = until.where(same_day, last.dt.strftime("%Y-%m-%d ") + until)
    told = _colon(first.dt.strftime("%Y-%m-%d %H:%M:%S%z"))
    return "<br>" + told.where(start == end, told + " to " + until) + f" {zone}"


def in_zone(figure: "go.Figure", zone: str, axis: Fold) -> "go.Figure":
    """Write a second line of labels under a figure's axis of times.

    The axis itself stays in UTC. The labels stand where the clocks of the zone are at
    whole hours or days, with the offset at the first and where it changes.
    """
    if zone == "UTC":
        return figure
    ticks = _ticks(axis, zone)
    laid = figure.layout
    kept = {"range": laid.xaxis.range, "rangebreaks": laid.xaxis.rangebreaks}
    title = f"time: above UTC, below {zone}{_offsets(axis, zone)}"
    figure.update_layout(
        xaxis={"title": {"text": ""}},
        xaxis2={
            **{"type": "date", "overlaying": "x", "matches": "x", **kept},
            **{"anchor": "free", "position": 0, "side": "bottom", "tickangle": 0},
            **{"ticklabelstandoff": _BELOW, "showgrid": False},
            **{"tickvals": ticks, "ticktext": _labels(ticks, _step(axis), zone)},
            **{"tickfont": {"color": ground().quiet}, "title": {"text": title}},
        },
        height=laid.height + _MORE,
    )
    # plotly draws no axis without a trace.
    return figure.add_trace(
        go.Scatter(
            x=[axis.first, axis.last],
            y=[0, 0],
            xaxis="x2",
            mode="markers",
            opacity=0,
            showlegend=False,
            hoverinfo="skip",
        )
    )


def _there(moments: pd.Series, zone: str) -> pd.Series:
    return moments.dt.tz_localize("UTC").dt.tz_convert(_named(zone))


def _named(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    # A folder of zones is an OSError, and no text a TypeError.
    except (KeyError, ValueError, TypeError, OSError):
        raise ChartError(
            f"{zone!r} is not a time zone. {nearest(str(zone), available_timezones())}"
            " Write it like zone='Europe/Berlin'."
        ) from None


def _ticks(axis: Fold, zone: str) -> list[pd.Timestamp]:
    """Choose moments, in UTC, at which the clocks of a zone show a whole step."""
    step = _step(axis)
    ends = local(pd.Series([axis.first, axis.last]), zone)
    first = (ends.min() - _TURN).floor(min(step, pd.Timedelta("1D")))
    shown = pd.date_range(first, ends.max() + _TURN, freq=step)
    # An hour that the clocks show twice has two ticks.
    utc = pd.Series([*_moments(shown, zone, False), *_moments(shown, zone, True)])
    places = utc.drop_duplicates().sort_values()
    kept = places[axis.shows(places)]
    return axis.apart([*(kept if len(kept) else [axis.first])])


def _step(axis: Fold) -> pd.Timedelta:
    """Return what a tick is; in a year a whole day at most, of which some have room."""
    return min(axis.step, pd.Timedelta("1D")) if not _is_long(axis) else axis.step


def _is_long(axis: Fold) -> bool:
    return axis.last - axis.first > pd.Timedelta("366D")


def _moments(shown: pd.DatetimeIndex, zone: str, early: bool) -> pd.DatetimeIndex:
    """Return when, in UTC, clocks show these times: the earlier or the later time."""
    twice = np.full(len(shown), early)
    there = shown.tz_localize(
        _named(zone), ambiguous=twice, nonexistent="shift_forward"
    )
    return there.tz_convert("UTC").tz_localize(None)


def _labels(ticks: list[pd.Timestamp], step: pd.Timedelta, zone: str) -> list[str]:
    """Write each tick in a zone, with day and offset where they changed."""
    there = _there(pd.Series(ticks), zone)
    days, offsets = there.dt.strftime("%Y-%m-%d"), _colon(there.dt.strftime("%z"))
    changed = offsets.where(offsets != offsets.shift(), "")
    if step >= pd.Timedelta("1D"):
        return [*(days + ("<br>" + changed).where(changed != "", ""))]
    form = "%H:%M" if step >= pd.Timedelta("1min") else "%H:%M:%S"
    days = ("<br>" + days).where(days != days.shift(), "")
    return [*(there.dt.strftime(form) + changed + days)]


def _offsets(axis: Fold, zone: str) -> str:
    """Return how far a zone is from UTC, and when in a year that changes."""
    if _is_long(axis):
        return ""
    days = pd.Series([*pd.date_range(axis.first, axis.last, freq="1D"), axis.last])
    offsets = _offset(days, zone)
    told = f", UTC{offsets[0]}"
    for at in np.flatnonzero(offsets != offsets.shift())[1:]:
        hours = pd.date_range(days[at - 1].floor("1h"), days[at], freq="15min")
        within = pd.Series(hours)
        turned = within[_offset(within, zone) == offsets[at]]
        when = min([*turned, days[at]])
        told += f"<br>from {when:%Y-%m-%d %H:%M} UTC on UTC{offsets[at]}"
    return told


def _offset(moments: pd.Series, zone: str) -> pd.Series:
    return _colon(_there(moments, zone).dt.strftime("%z"))


def _colon(written: pd.Series) -> pd.Series:
    """Write the offset at the end of each text as ISO does: +02:00 for +0200."""
    return written.str[:-2] + ":" + written.str[-2:]
