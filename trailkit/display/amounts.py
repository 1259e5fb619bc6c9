"""How much frames hold, in words that claim no more than was recorded."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from trailkit.charts.reading import about
from trailkit.errors import typed

Frames = pd.DataFrame | Mapping[Any, pd.DataFrame] | Iterable[pd.DataFrame]
"""A frame, or several that are counted together, as ``case.ask_all`` returns them."""


@typed
def amount(frame: Frames, column: str = "") -> str:
    """Return how many rows there are, or the sum of a column, for a sentence.

    It is "at least" so many where something may not have been recorded, or some value
    is missing, and "unknown" where nothing is there and no one knows. Only where all
    was recorded, nought is "0". Several frames are counted together.

    >>> frame = pd.DataFrame({"bytes_out": pd.array([4000, None], "Int64")})
    >>> amount(frame, "bytes_out"), amount(frame[:0])
    ('at least 4,000', 'unknown')
    >>> frame.attrs["trailkit"] = {"recorded": True}
    >>> amount(frame), amount(frame[:0]), amount([frame, frame])
    ('2', '0', '4')
    """
    frames = _listed(frame)
    sure = all(about(each).get("recorded") is True for each in frames)
    total = sum(each[column].sum() if column else len(each) for each in frames)
    missing = bool(column) and any(each[column].isna().any() for each in frames)
    if total == 0 and (not sure or missing):
        return "unknown"
    return f"{total:,}" if sure and not missing else f"at least {total:,}"


def _listed(frame: Frames) -> list[pd.DataFrame]:
    if isinstance(frame, pd.DataFrame):
        return [frame]
    return [*frame.values()] if isinstance(frame, Mapping) else [*frame]
