"""Two windows side by side: what is new, gone, or ten times as many."""

from collections.abc import Sequence

import pandas as pd

from trailkit.errors import InvalidParameter, nearest
from trailkit.lineage.askable import Askable
from trailkit.scope import Moment, moment

Window = Sequence[Moment]
"""Start and end of a half-open window."""

BY = {"actor": "identity"}
"""What ``by`` is called in ``overview/windows-compared``, where it differs."""

_VALUES = ("action", "actor", "address", "agent", "error", "region", "service")
_MANY = 10


def compare(
    case: Askable, before: Window, after: Window, by: str = "actor"
) -> pd.DataFrame:
    """List the values that are new, gone, or ten times as many or as few an hour.

    The column ``change`` says which: new, gone, more, fewer. Raises InvalidParameter
    for another ``by``, and for a window that is not a start and an end.
    """
    if by not in (*_VALUES, "identity", "identity-action", "access_key"):
        known = nearest(by, _VALUES)
        raise InvalidParameter(f'There is no by="{by}". {known}')
    windows = {"before": before, "after": after}
    times = {
        f"{name}_{edge}": time
        for name, window in windows.items()
        for edge, time in zip(("start", "end"), _edges(name, window), strict=True)
    }
    wide = case.window(min(times.values()), max(times.values()))
    frame = wide.ask("overview/windows-compared", by=BY.get(by, by), **times)
    change = _changes(frame)
    frame.insert(1, "change", change)
    return frame[change.notna()].reset_index(drop=True)


def _edges(name: str, window: Window) -> tuple[Moment, Moment]:
    if isinstance(window, str) or len(window) != 2:
        raise InvalidParameter(
            f"{name}={window!r} is not a window. Give a start and an end: "
            f'{name}=("2026-03-02", "2026-03-03").'
        )
    start, end = moment(window[0]), moment(window[1])
    if start >= end:
        raise InvalidParameter(f"{name} ends at {end}, not after its start {start}.")
    return start, end


def _changes(frame: pd.DataFrame) -> pd.Series:
    change = pd.Series(None, frame.index, dtype="str")
    rate_before, rate_after = frame["per_hour_before"], frame["per_hour_after"]
    change[rate_after >= _MANY * rate_before] = "more"
    change[rate_before >= _MANY * rate_after] = "fewer"
    change[frame["events_before"] == 0] = "new"
    change[frame["events_after"] == 0] = "gone"
    return change
