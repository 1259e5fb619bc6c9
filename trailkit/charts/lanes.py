"""The lanes of a timeline: what to look at first on top, the routine in one strip."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trailkit.charts.labels import counted, distinct


@dataclass(frozen=True, slots=True)
class Lanes:
    """Each event's lane by number from the top, the lanes' names, and what was folded.

    ``strip`` is the number of the lane that many share; without one it is -1.
    """

    rows: np.ndarray
    names: list[str]
    strip: int = -1
    said: str = ""


def lanes_of(events: pd.DataFrame, most: int, noun: str) -> Lanes:
    """Choose the lanes: the rare, the denied and the privileged stand on top.

    Needs the columns lane, outcome and telling. Past ``most`` lanes the most ordinary
    ones share a strip at the bottom.
    """
    codes, values = pd.factorize(events["lane"], use_na_sentinel=False)
    order = _order(events, codes)
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    # A strip for one other would save nothing.
    if len(values) <= most + 1:
        return Lanes(place[codes], distinct(values[order]))
    kept = distinct(values[order[:most]])
    others = counted(len(values) - most, f"other {noun}")
    said = f"{most} of {counted(len(values), noun)} in lanes, the most telling on top"
    rows = np.minimum(place, most)[codes]
    return Lanes(rows, [*kept, f"<i>{others}</i>"], most, said)


def _order(events: pd.DataFrame, codes: np.ndarray) -> np.ndarray:
    """Order lanes by their most telling event, how much was denied, and their start."""
    lanes = pd.DataFrame(
        {
            "lane": codes,
            "telling": events["telling"].to_numpy(float),
            "denied": (events["outcome"] == "denied").to_numpy(float),
        }
    ).groupby("lane", sort=True)
    score = lanes["telling"].max() + 3 * lanes["denied"].mean() / (1 + lanes.size())
    return np.argsort(-score.to_numpy(), kind="stable")
