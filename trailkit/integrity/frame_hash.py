"""A frame's own hash, in a written form that anyone can work out again.

The form, also in docs/report.md: a first line with the names of the columns, then a
line for each row, sorted by their bytes. A line is a JSON array without blanks, in
ASCII: text as JSON text, whole numbers as they are, other numbers as text with up to
12 digits that count, times as text in UTC with six decimals and Z, true, false, null.
Each line ends in a line feed; the hash is the SHA-256 of all of them.
"""

import hashlib
import json
import math
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pandas as pd
from pandas.api import types

from trailkit.display.cells import missing


def lines(frame: pd.DataFrame) -> list[str]:
    """Return the canonical lines of a frame, the names of its columns first.

    >>> when = pd.to_datetime(["2026-03-02 11:40"], utc=True)
    >>> lines(pd.DataFrame({"time": when, "events": [3], "share": [0.1 + 0.2]}))
    ['["time","events","share"]', '["2026-03-02T11:40:00.000000Z",3,"0.3"]']
    """
    columns = [_texts(frame.iloc[:, place]) for place in range(frame.shape[1])]
    rows = [f"[{','.join(row)}]" for row in zip(*columns, strict=True)]
    return [_json([str(name) for name in frame.columns]), *sorted(rows)]


def unmarked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame without the columns that only mark: what was known, whose it was.

    They depend on what the analyst said of the case, not on the evidence. A mark is a
    reason, in words; a question's own column of the name stays.
    """
    marks = [
        name
        for name in ("known", "own")
        if name in frame and types.is_string_dtype(frame[name].dtype)
    ]
    return frame.drop(columns=marks)


def frame_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a frame's canonical form; the order of rows does not count.

    >>> frame = pd.DataFrame({"a": [2, 1]})
    >>> frame_hash(frame) == frame_hash(frame[::-1])
    True
    """
    form = hashlib.sha256()
    for line in lines(frame):
        form.update(line.encode("ascii") + b"\n")
    return form.hexdigest()


def _texts(column: pd.Series) -> list[str]:
    if types.is_datetime64_any_dtype(column):
        return [_value(value) for value in column]
    whole = types.is_integer_dtype(column)
    write: Callable[[Any], str] = _whole if whole else _value
    return [write(value) for value in column.tolist()]


def _whole(value: Any) -> str:
    return "null" if pd.isna(value) else str(int(value))


def _value(value: Any) -> str:
    match value:
        case str():
            return _json(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return "null" if math.isnan(value) else _json(f"{value:.12g}")
        case datetime() if not missing(value):
            return _json(_time(value))
        case date() if not missing(value):
            return _json(value.isoformat())
        case _:
            return "null" if missing(value) else _json(str(value))


def _time(value: datetime) -> str:
    at = pd.Timestamp(value)
    at = at.tz_localize("UTC") if at.tz is None else at.tz_convert("UTC")
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
