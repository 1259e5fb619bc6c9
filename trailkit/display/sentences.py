"""A frame and an event in words."""

from collections.abc import Iterator
from html import unescape

import pandas as pd

from trailkit.charts.labels import counted, label
from trailkit.charts.outcome import verdict
from trailkit.charts.reading import TOTALS, about, count_column, is_summary, tally
from trailkit.display.card import Card, Part, Told
from trailkit.errors import typed

_STARTS, _ENDS = ("time", "first_seen"), ("time", "last_seen")
_LEADERS = {
    **{"actor": "actor", "identity": "identity", "action": "action"},
    **{"source_ip": "address", "error_code": "error"},
}


@typed
def finding(frame: pd.DataFrame) -> str:
    """Return in plain words what a frame holds: how much, when, and who leads.

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
    lines = [*([asked] if asked else []), *said, *notes]
    long = [note for note in notes if len(note) > _LONG]
    parts = [Part("what was searched, and what was recorded", "\n\n".join(long))]
    shown = [_ends(line) if line in long else line for line in lines]
    return Told("\n".join(lines), Card(shown[0], shown[1:], parts if long else []))


_LONG = 300
"""A note of more characters stands folded in a card, its two ends unfolded."""


def _ends(note: str) -> str:
    """Return the first and the last sentence of a note."""
    first, *_, last = note.split(". ")
    return f"{first}. … {last}"


@typed
def tell(event: pd.Series) -> str:
    """Return one event in words: who, what, when, where, from where, and with what.

    ``event`` is a row of a list of events: ``frame.iloc[0]``. What the row does not
    have is left out.

    >>> event = {"actor": "root", "action": "DeleteTrail", "outcome": "denied"}
    >>> print(tell(pd.Series(event)))
    Who:   root
    What:  DeleteTrail, denied
    """
    told = {word: _joined(event, columns) for word, columns in _WORDS.items()}
    pairs = [(word, text) for word, text in told.items() if text]
    lines = "\n".join(f"{word + ':':<6} {text}" for word, text in pairs)
    return Told(lines, Card("One event", pairs))


_WORDS = {
    "Who": ("actor", "principal_arn"),
    "What": ("action", "bucket", "target", "outcome", "error_code"),
    "When": ("time",),
    "Where": ("account", "region"),
    "From": ("source_ip",),
    "With": ("access_key", "session_id", "user_agent"),
    "Event": ("event_id",),
}
"""The words that an investigator answers to, and the columns that hold the answer."""


def _joined(event: pd.Series, columns: tuple[str, ...]) -> str:
    values = (event[name] for name in columns if name in event.index)
    return ", ".join(_shown(value) for value in values if not pd.isna(value))


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return unescape(label(str(value), 200))


def _rows(frame: pd.DataFrame) -> Iterator[str]:
    count = count_column(frame)
    yield f"{_how_much(frame, count)}."
    yield from _span(frame)
    for column in frame.columns.intersection([*_LEADERS]):
        yield from _leader(frame, column, count)


def _how_much(frame: pd.DataFrame, count: str | None) -> str:
    rows = counted(len(frame), "row")
    lists_events = not frame.columns.intersection(_OF_AN_EVENT).empty
    of_events = count is None and (lists_events or is_summary(frame))
    if count not in TOTALS and not of_events:
        return rows
    counts = tally(frame, pd.Series("", frame.index), count)
    events = verdict(dict(zip(counts["outcome"], counts["count"], strict=True)))
    return f"{rows}: {events}" if count else events


_OF_AN_EVENT = ["event_id", "time", "outcome"]
"""A row with one of these and no count is one event, and else only a row."""


def _span(frame: pd.DataFrame) -> Iterator[str]:
    start = next((name for name in _STARTS if name in frame.columns), None)
    end = next((name for name in _ENDS if name in frame.columns), None)
    if start and end:
        first, last = frame[start].min(), frame[end].max()
        yield f"From {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC."


def _leader(frame: pd.DataFrame, column: str, count: str | None) -> Iterator[str]:
    weight = frame[count] if count else pd.Series(1, frame.index)
    sums = (
        weight.groupby(frame[column]).sum().sort_values(ascending=False, kind="stable")
    )
    if sums.empty:
        return
    noun, leader = _LEADERS[column], unescape(label(sums.index[0], 80))
    if len(sums) == 1:
        yield f"Only {noun}: {leader}."
    else:
        others = counted(len(sums) - 1, "other")
        yield f"Most by {noun}: {leader} ({sums.iloc[0]:,}), then {others}."
