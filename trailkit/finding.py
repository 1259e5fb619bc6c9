"""A frame in words: what it holds, over what time, and who leads."""

from collections.abc import Iterator
from html import unescape

import pandas as pd

from trailkit.charts.labels import counted, label
from trailkit.charts.outcome import verdict
from trailkit.charts.reading import TOTALS, about, count_column, tally

_STARTS, _ENDS = ("time", "first_seen"), ("time", "last_seen")
_LEADERS = {
    "actor": "actor",
    "action": "action",
    "source_ip": "source address",
    "error_code": "error code",
}


def finding(frame: pd.DataFrame) -> str:
    """Say in plain words what a frame holds: how much, when, and who leads.

    The words are counted from the rows as they are now, so filter first and read
    then; what the run itself had to say, about an empty answer above all, follows.

    >>> when = pd.to_datetime(["2026-03-02 11:40", "2026-03-02 11:52"], utc=True)
    >>> frame = pd.DataFrame({"time": when, "actor": "root", "outcome": "denied"})
    >>> print(finding(frame))
    2 events, all denied.
    From 2026-03-02 11:40:00 to 2026-03-02 11:52:00 UTC.
    Only actor: root.
    """
    asked, notes = about(frame).get("title"), about(frame).get("notes", ())
    said = _rows(frame) if len(frame) else ["Nothing was found."]
    return "\n".join([*([asked] if asked else []), *said, *notes])


def _rows(frame: pd.DataFrame) -> Iterator[str]:
    count = count_column(frame)
    yield f"{_how_much(frame, count)}."
    yield from _span(frame)
    for column, noun in _LEADERS.items():
        if column in frame.columns:
            yield from _leader(frame, column, noun, count)


def _how_much(frame: pd.DataFrame, count: str | None) -> str:
    rows = counted(len(frame), "row")
    if count is not None and count not in TOTALS:
        return rows
    counts = tally(frame, pd.Series("", frame.index), count)
    events = verdict(dict(zip(counts["outcome"], counts["count"], strict=True)))
    return f"{rows}: {events}" if count else events


def _span(frame: pd.DataFrame) -> Iterator[str]:
    start = next((name for name in _STARTS if name in frame.columns), None)
    end = next((name for name in _ENDS if name in frame.columns), None)
    if start and end:
        first, last = frame[start].min(), frame[end].max()
        yield f"From {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC."


def _leader(
    frame: pd.DataFrame, column: str, noun: str, count: str | None
) -> Iterator[str]:
    weight = frame[count] if count else pd.Series(1, frame.index)
    sums = (
        weight.groupby(frame[column]).sum().sort_values(ascending=False, kind="stable")
    )
    if len(sums) == 1:
        yield f"Only {noun}: {_plain(sums.index[0])}."
    elif len(sums) > 1:
        most = f"{_plain(sums.index[0])} ({sums.iloc[0]:,})"
        yield f"{len(sums):,} {noun}s, most often {most}."


def _plain(value: object) -> str:
    """Show a log value with what cannot be printed as its escape, and cut to length."""
    return unescape(label(value, 80))
