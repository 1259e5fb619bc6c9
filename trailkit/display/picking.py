"""One event out of a frame, to go on from; a plain sentence where there is none."""

import pandas as pd

from trailkit.charts.labels import counted
from trailkit.charts.reading import about, time_column
from trailkit.errors import ChartError, NothingFound, typed


@typed
def earliest(frame: pd.DataFrame) -> pd.Series:
    """Return the first row of a frame by its time; of a summary, by ``first_seen``.

    Raises NothingFound where the frame is empty, so that a notebook stops there with a
    sentence; ChartError where no column holds a time.

    >>> when = pd.to_datetime(["2026-03-02 11:52", "2026-03-02 11:40"], utc=True)
    >>> earliest(pd.DataFrame({"time": when, "action": ["Stop", "Start"]}))["action"]
    'Start'
    """
    return _in_order(frame, "first_seen").iloc[0]


@typed
def latest(frame: pd.DataFrame) -> pd.Series:
    """Return the last row of a frame by its time; of a summary, by ``last_seen``.

    Raises NothingFound where the frame is empty, so that a notebook stops there with a
    sentence; ChartError where no column holds a time.

    >>> when = pd.to_datetime(["2026-03-02 11:52", "2026-03-02 11:40"], utc=True)
    >>> latest(pd.DataFrame({"time": when, "action": ["Stop", "Start"]}))["action"]
    'Stop'
    """
    return _in_order(frame, "last_seen").iloc[-1]


def _in_order(frame: pd.DataFrame, of_a_summary: str) -> pd.DataFrame:
    seen = of_a_summary in frame.columns and "time" not in frame.columns
    column = of_a_summary if seen else time_column(frame)
    if column is None:
        raise ChartError(
            f"No column of {', '.join(map(str, frame.columns))} holds a time. "
            "Take a row by its place: frame.iloc[0]."
        )
    dated = frame.dropna(subset=[column]).sort_values(column, kind="stable")
    if dated.empty:
        raise NothingFound(
            f"There is no event to go on from: {_counted(frame)}, and none with a time "
            "is left here. What that means is in print(tk.finding(frame)). The cells "
            "below need an event: stop here."
        )
    return dated


def _counted(frame: pd.DataFrame) -> str:
    asked = about(frame)
    title = f'"{asked["title"]}"' if asked.get("title") else "the frame"
    return f"{title} has {counted(asked.get('rows', len(frame)), 'row')}"
