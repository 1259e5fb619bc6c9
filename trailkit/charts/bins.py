"""Steps of time that a person counts in, and the times that fall into each."""

import pandas as pd

from trailkit.charts.labels import counted

_MONDAY = pd.Timestamp("1970-01-05")
"""Steps are counted from here, so that a week begins on Monday."""

_STEPS = [
    pd.Timedelta(text)
    for text in (
        *("1s", "2s", "5s", "10s", "15s", "20s", "30s"),
        *("1min", "2min", "3min", "5min", "10min", "15min", "20min", "30min"),
        *("1h", "2h", "3h", "4h", "6h", "8h", "12h", "1D", "7D", "28D", "364D"),
    )
]
_BUCKETS = [pd.Timedelta(text) for text in ("1D", "1h", "15min", "5min", "1min", "1s")]
_UNITS = {"h": pd.Timedelta("1h"), "min": pd.Timedelta("1min"), "s": pd.Timedelta("1s")}


def step_for(times: pd.Series, most: int) -> pd.Timedelta:
    """Choose the shortest step that cuts the times into at most so many bins."""
    span = times.max() - times.min()
    return next((step for step in _STEPS if span / step < most - 1), _STEPS[-1])


def floor(times: pd.Series, step: pd.Timedelta) -> pd.Series:
    """Return the start of the bin that each time falls into."""
    return (times - _MONDAY).dt.floor(step) + _MONDAY


def bucket(column: str, times: pd.Series) -> pd.Timedelta:
    """Work out how long the buckets of a summary are: by its name, or by their starts.

    >>> starts = pd.Series(pd.to_datetime(["2023-07-10 11:00", "2023-07-10 14:00"]))
    >>> bucket("start", starts)
    Timedelta('0 days 01:00:00')
    """
    named = {"day": "1D", "hour": "1h", "minute": "1min", "second": "1s"}
    if column in named:
        return pd.Timedelta(named[column])
    since = (times - _MONDAY).dropna()
    fits = (each for each in _BUCKETS if (since.dt.floor(each) == since).all())
    return next(fits, _BUCKETS[-1])


def words(step: pd.Timedelta) -> str:
    """Return how long a step is.

    >>> words(pd.Timedelta("30min")), words(pd.Timedelta("7D"))
    ('30 min', '7 days')
    """
    if step >= pd.Timedelta("1D"):
        return counted(step.days, "day")
    name, unit = next(each for each in _UNITS.items() if step >= each[1])
    return f"{step // unit} {name}"
