"""What an outcome looks like and how it is said, in every chart alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trailkit.charts.labels import counted


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one outcome is drawn: never by colour alone.

    Each colour has a contrast of 3 to 1 or more on the light and on the dark ground,
    and the four stay apart for the common colour-blindnesses.
    """

    name: str
    colour: str
    symbol: str
    pattern: str

    @property
    def bar(self) -> dict[str, object]:
        """Return plotly's settings for a bar of this outcome."""
        pattern = {
            "shape": self.pattern,
            "fillmode": "overlay",
            "fgcolor": "rgba(255, 255, 255, 0.7)",
            "size": 6,
            "solidity": 0.2,
        }
        return {"color": self.colour, "line": {"width": 0}, "pattern": pattern}


OUTCOMES = {
    outcome.name: outcome
    for outcome in (
        Outcome("success", "#0072B2", "circle", ""),
        Outcome("unknown", "#85898E", "square", "."),
        Outcome("failed", "#BF8600", "diamond", "\\"),
        Outcome("denied", "#C1272D", "x", "/"),
    )
}
"""The outcomes by name; where marks overlap, the last is on top."""

ANY = Outcome("events", "#009E73", "circle", "")
"""For marks of a frame that does not tell outcomes apart."""


_ALL = {"success": "successful", "failed": "failed", "denied": "denied"}


def looks(column: pd.Series) -> list[Outcome]:
    """List the looks of the outcomes that a column holds, in drawing order."""
    held = set(column)
    return [each for each in (*OUTCOMES.values(), ANY) if each.name in held]


def verdict(counts: Mapping[Any, int], noun: str = "event") -> str:
    """Return how many events there were, and how many of them came to nothing.

    >>> verdict({"success": 1, "denied": 3, "failed": 1}, "DeleteBucket event")
    '3 of 5 DeleteBucket events denied, 1 failed'
    >>> verdict({"success": 2900})
    '2,900 events, all successful'
    """
    total = sum(counts.values())
    whole = counted(total, noun)
    for name, word in _ALL.items():
        if counts.get(name) == total:
            return f"{whole}, {'all ' if total > 1 else ''}{word}"
    bad = [name for name in ("denied", "failed") if counts.get(name)]
    if not bad:
        return whole
    first, *rest = [f"{counts[name]:,}" for name in bad]
    said = f"{first} of {whole} {bad[0]}"
    return f"{said}, {rest[0]} failed" if rest else said
