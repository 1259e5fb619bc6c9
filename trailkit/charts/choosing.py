"""Which charts a frame's columns allow, the most telling first."""

import pandas as pd

from trailkit.charts.deed import target_column
from trailkit.charts.reading import is_summary, key_columns, time_column

_BY_COLUMNS = {
    "chain": {"from_id", "to_id"},
    "coverage": {"account", "region", "state", "start", "end"},
    "techniques": {"technique", "first_seen", "last_seen"},
    "attack": {"technique", "count"},
    "comparison": {"events_before", "events_after"},
}
"""Charts of frames of their own kind, and the columns that tell those."""


def fitting(frame: pd.DataFrame) -> list[str]:
    """Name the charts that the frame's columns allow, the most telling first."""
    columns = {*frame.columns}
    special = [name for name, needed in _BY_COLUMNS.items() if needed <= columns]
    if special:
        return special
    dated, summed = time_column(frame) is not None, is_summary(frame)
    if summed:
        # A summary has no single events to set on a timeline.
        fits = _of_a_summary(columns, dated)
    else:
        fits = _of_events(columns, dated, target_column(frame) is not None)
    ranked = (dated or summed) and key_columns(frame)
    return [*fits, *(["ranking"] if ranked else [])]


def _of_events(columns: set[str], dated: bool, about: bool) -> list[str]:
    acted = {"actor", "action"} <= columns
    fits = ["timeline"] if dated and "actor" in columns else []
    fits += ["volume", "heatmap"] if dated else []
    fits += ["sessions"] if dated and acted else []
    fits += ["matrix"] if acted else []
    fits += ["resources"] if acted and about else []
    flows = {"source_ip", "actor"} <= columns and columns & {"service", "action"}
    return [*fits, *(["flow"] if flows else [])]


def _of_a_summary(columns: set[str], dated: bool) -> list[str]:
    fits = ["volume", "heatmap"] if dated else []
    fits += ["timeline"] if dated and "actor" in columns else []
    spans = {"first_seen", "last_seen"} <= columns and columns & {"actor", "identity"}
    fits += ["sessions"] if spans and "session_id" in columns else []
    priced = columns & {"dollars", "cost", "price"}
    return [*fits, *(["cost"] if priced else [])]
