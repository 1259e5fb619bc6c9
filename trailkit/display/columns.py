"""The columns of a frame as a reader wants them: what decides first."""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from pandas.api import types

from trailkit.charts.deed import target_column

Kind = Literal["time", "id", "outcome", "bytes", "number", "yesno", "text"]

_FIRST = (
    *("time", "hour", "day", "actor", "identity", "action", "outcome", "severity"),
    *("finding", "technique", "question", "error_code"),
)
_FINDINGS = ("severity", "finding", "actors", "count", "first_seen", "last_seen")
_AFTER = ("source_ip", "account", "region", "event_id")
_MOST = 9
"""More columns than these are folded away; most screens show so many."""

_IDS = ("_id", "arn", "sha256", "hash", "_key", "digest")


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its name, what kind of value it holds, and whether it is folded."""

    name: str
    kind: Kind
    folded: bool = False


def columns_of(frame: pd.DataFrame) -> list[TableColumn]:
    """List the columns in reading order: those that decide, then the folded rest.

    >>> frame = pd.DataFrame({"event_id": ["e"], "region": ["r"], "actor": ["root"]})
    >>> [column.name for column in columns_of(frame)]
    ['actor', 'region', 'event_id']
    """
    about = target_column(frame)
    kinds: dict[Any, Kind] = {
        name: _kind(str(name), frame[name]) for name in frame.columns
    }
    order = _order([*frame.columns], [about] if about else [])
    many = len(order) > _MOST + 1
    return [
        TableColumn(name, kinds[name], folded=many and place >= _MOST)
        for place, name in enumerate(order)
    ]


def _order(names: list[str], target: list[str]) -> list[str]:
    """Put who, what and when first, then what the question is about, then where."""
    if "event_id" not in names:
        # A summary: its author put the columns in order, but for findings.
        first = [*_FINDINGS] if {*_FINDINGS} <= {*names} else []
        return [*first, *(name for name in names if name not in first)]
    first = [name for name in _FIRST if name in names]
    after = [name for name in _AFTER if name in names]
    about = [name for name in target if name not in (*first, *after)]
    rest = [name for name in names if name not in (*first, *about, *after)]
    return [*first, *about, *after, *rest]


def _kind(name: str, column: pd.Series) -> Kind:
    if types.is_datetime64_any_dtype(column):
        return "time"
    if name in ("outcome", "was"):
        return "outcome"
    if types.is_bool_dtype(column):
        return "yesno"
    if types.is_numeric_dtype(column):
        sized = name.startswith("bytes") or name.endswith(("bytes", "size"))
        return "bytes" if sized else "number"
    return "id" if name.endswith(_IDS) or name in ("run", "file") else "text"
