"""What a chart reads from a frame: its times, outcomes, counts and origin."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from pandas.api import types

from trailkit.charts.labels import counted, label
from trailkit.charts.outcome import ANY, OUTCOMES
from trailkit.errors import ChartError, nearest

TOTALS = ("events", "count", "calls")
_NOT_WHEN = ("first_seen", "last_seen", "session_start")
_SPLIT = {
    "success": ("success", "successes", "succeeded"),
    "failed": ("failed", "failures"),
    "denied": ("denied", "denials"),
}
"""Columns in which a summary may count each outcome beside the total."""


def about(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what the frame says of the run it came from; a stranger's says nothing."""
    summary = frame.attrs.get("trailkit")
    return summary if isinstance(summary, dict) else {}


def subtitle(frame: pd.DataFrame, *said: str) -> list[str]:
    """List the scope and the rows that a chart shows, then what else counts."""
    summary = about(frame)
    asked = summary.get("rows", len(frame))
    rows = counted(len(frame), "row")
    if asked != len(frame):
        # Filtered or grouped since: either way it was made from that many.
        rows = f"{rows} from {asked:,}"
    scope = [label(summary["scope"], 160)] if summary.get("scope") else []
    notes = [label(note, 240) for note in summary.get("notes", ())]
    missing = [label(each, 80) for each in summary.get("not_recorded", ())]
    unseen = [f"not recorded: {', '.join(missing)}"] if missing else []
    return [*scope, rows, *filter(None, said), *unseen, *notes]


def stopped(frame: pd.DataFrame) -> list[tuple[pd.Timestamp, pd.Timestamp | None]]:
    """List the spans in which logging was stopped, as the frame's attrs name them.

    ``attrs["trailkit"]["stopped"]`` is a list of dicts with ``start`` and ``end`` in
    ISO; a span without an end lasts.
    """
    spans = [
        [_moment(span.get(name)) for name in ("start", "end")]
        for span in about(frame).get("stopped", ())
    ]
    return [(start, end) for start, end in spans if start is not None]


def _moment(value: Any) -> pd.Timestamp | None:
    read = pd.to_datetime(value, utc=True, errors="coerce")
    return None if pd.isna(read) else read.tz_localize(None)


def require(frame: pd.DataFrame, chart: str, *columns: str) -> None:
    """Raise ChartError unless the frame has the columns that the chart needs."""
    for column in columns:
        if column not in frame.columns:
            raise ChartError(
                f'This {chart} needs a column "{column}", which the frame lacks. '
                + nearest(column, map(str, frame.columns))
            )


def time_column(frame: pd.DataFrame) -> str | None:
    """Return the column that says when; ``first_seen`` and its like do not."""
    if "time" in frame.columns:
        return "time"
    dated = (name for name in frame.columns if name not in _NOT_WHEN)
    return next((n for n in dated if types.is_datetime64_any_dtype(frame[n])), None)


def count_column(frame: pd.DataFrame, of_bytes: bool = False) -> str | None:
    """Return the column that counts events, or bytes where wished; None without one.

    Then each row is one event, or a summary counts each outcome but not their total.
    """
    if "event_id" in frame.columns:
        return None
    numbers = [name for name in frame.columns if _is_number(frame[name])]
    if of_bytes:
        sized = [name for name in numbers if str(name).startswith("bytes")]
        full = (name for name in sized if pd.to_numeric(frame[name]).sum() > 0)
        numbers = [*full, *numbers] if sized else numbers
        if numbers and numbers[0] in sized:
            return numbers[0]
    total = next((name for name in TOTALS if name in numbers), None)
    return total if _split_columns(frame) else total or next(iter(numbers), None)


def amount(count: float, noun: str) -> str:
    """Return a count as its noun asks, as safe text: bytes and dollars with a unit.

    >>> amount(1_536_000, "bytes out"), amount(2900, "events"), amount(0.5, "dollars")
    ('1.5 MB', '2,900', '&#36;0.50')
    """
    if noun.startswith("dollars"):
        # As an entity: what stands between two of the signs is a formula to plotly.
        number = f"{count:,.2f}" if count >= 0.01 or not count else f"{count:.2g}"
        return f"&#36;{number}"
    if not noun.startswith("bytes"):
        return f"{count:,.0f}"
    units = ["B", "kB", "MB", "GB", "TB", "PB"]
    size, unit = float(count), units.pop(0)
    while size >= 1000 and units:
        size, unit = size / 1000, units.pop(0)
    return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"


def is_summary(frame: pd.DataFrame) -> bool:
    """Return whether a row stands for many events, by a count of all or by outcome."""
    if "event_id" in frame.columns:
        return False
    return count_column(frame) is not None or bool(_split_columns(frame))


def key_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of text that say what a row is about: the first, mostly."""
    texts = [name for name in frame.columns if is_text(frame[name])]
    keys = [name for name in texts if name not in ("outcome", "event_id")]
    return keys[:2] if keys[:2] == ["account", "region"] else keys[:1]


def times(column: pd.Series) -> pd.Series:
    """Return a column's times as UTC without a zone, which is how plotly draws them.

    Times without an offset are UTC already; text that is not a time becomes NaT.
    """
    read = pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601")
    return read.dt.tz_localize(None).astype("datetime64[us]")


def undated(moments: pd.Series) -> str:
    """Return how many rows have no time and are left out."""
    missing = int(moments.isna().sum())
    return f"{counted(missing, 'row')} without a time left out" if missing else ""


def outcomes(frame: pd.DataFrame) -> pd.Series:
    """Return each row's outcome; what the lens does not know is ``unknown``."""
    if "outcome" not in frame.columns:
        return pd.Series(ANY.name, frame.index)
    column = frame["outcome"].astype(object)
    return column.where(column.isin(list(OUTCOMES)), "unknown")


def tally(frame: pd.DataFrame, key: pd.Series, count: str | None) -> pd.DataFrame:
    """Sum the events of a frame by key and outcome: columns key, outcome, count.

    A frame tells outcomes apart by a column ``outcome``, or by a count for each of
    them; a summary that does neither has the outcome ``events``.
    """
    parts = [
        pd.DataFrame({"key": key, "outcome": outcome, "count": counts})
        for outcome, counts in _parts(frame, count)
    ]
    summed = pd.concat(parts).groupby(["key", "outcome"], dropna=False, sort=False)
    found = summed["count"].sum().reset_index()
    found = found[found["count"] > 0]
    # Dollars are not whole; events and bytes are.
    counts = found["count"].astype(float)
    whole = bool((counts % 1 == 0).all())
    return found.astype({"count": int if whole else float})


def _parts(
    frame: pd.DataFrame, count: str | None
) -> Iterator[tuple[pd.Series | str, pd.Series]]:
    """Return outcomes with their counts: one of each row, or one for all rows."""
    split = _split_columns(frame)
    if "outcome" in frame.columns or not split or count not in (None, *TOTALS):
        yield outcomes(frame), _numbers(frame, count)
        return
    for outcome, column in split.items():
        yield outcome, _numbers(frame, column)
    if count is not None:
        rest = _numbers(frame, count) - frame[[*split.values()]].sum(axis=1)
        missing = [outcome for outcome in _SPLIT if outcome not in split]
        # Without two of the three, no one can say what the rest was.
        yield missing[0] if len(missing) == 1 else "unknown", rest.clip(lower=0)


def _split_columns(frame: pd.DataFrame) -> dict[str, str]:
    return {
        outcome: name
        for outcome, names in _SPLIT.items()
        for name in names
        if name in frame.columns and _is_number(frame[name])
    }


def _numbers(frame: pd.DataFrame, count: str | None) -> pd.Series:
    if count is None:
        return pd.Series(1, frame.index)
    return pd.to_numeric(frame[count], errors="coerce").fillna(0)


def _is_number(column: pd.Series) -> bool:
    return types.is_numeric_dtype(column) and not types.is_bool_dtype(column)


def is_text(column: pd.Series) -> bool:
    """Return whether a column holds text, of whatever pandas type."""
    return types.is_string_dtype(column) or column.dtype in ("object", "category")
