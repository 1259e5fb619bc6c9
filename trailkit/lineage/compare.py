"""Two windows side by side: what is new, gone, or ten times as many."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import pandas as pd

from trailkit.display.provenance import provenance
from trailkit.errors import InvalidParameter, nearest
from trailkit.lineage.askable import Askable
from trailkit.progress import notice
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

    The column ``change`` says which: new, gone, more, fewer; or unknown, where the logs
    hold nothing of the window to compare with. Raises InvalidParameter for another
    ``by``, and for a window that is not a start and an end.
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
    for said in _told(frame, times) if len(frame) else ():
        notice(said)
    change = _changes(frame)
    frame.insert(1, "change", change)
    return frame[change.notna()].reset_index(drop=True)


def _edges(name: str, window: Window) -> tuple[Moment, Moment]:
    if not isinstance(window, tuple | list) or len(window) != 2:
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
    for side, word in {"before": "new", "after": "gone"}.items():
        events = frame[f"events_{side}"]
        change[events == 0] = word if events.any() else "unknown"
    return change


def _told(frame: pd.DataFrame, times: Mapping[str, Moment]) -> Iterator[str]:
    """List what speaks against taking a value as new or gone."""
    stopped = [(each["start"], each["end"]) for each in provenance(frame).stopped]
    for side, word in {"before": "new", "after": "gone"}.items():
        start, end = (moment(times[f"{side}_{edge}"]) for edge in ("start", "end"))
        if not frame[f"events_{side}"].any():
            yield (
                f"The logs hold nothing from {start:%Y-%m-%d %H:%M} to"
                f" {end:%Y-%m-%d %H:%M}: what is {word} is not known."
            )
        elif any(_overlap(span, start, end) for span in stopped):
            yield (
                f"A trail was off for part of the window {side}: what is {word} may"
                " have been there, unrecorded. See tk.provenance(frame)."
            )


def _overlap(
    span: tuple[str | None, str | None], start: datetime, end: datetime
) -> bool:
    begun, ended = (moment(each) if each else None for each in span)
    return (begun is None or begun < end) and (ended is None or ended > start)
