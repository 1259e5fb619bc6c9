"""Frames for the charts, and what stands in a figure."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

MONDAY = pd.Timestamp("2026-03-02 11:40", tz="UTC")
_OWN_MARKUP = re.compile(r"</?(b|i|br)>")


def event_list(rows: int, **columns: Any) -> pd.DataFrame:
    """Make a list of events, one a minute from Monday 11:40 UTC."""
    frame = pd.DataFrame(
        {
            "time": MONDAY + pd.to_timedelta(range(rows), unit="min"),
            "action": "DeleteBucket",
            "actor": "role/Admin/bob",
            "source_ip": "203.0.113.7",
            "account": "111122223333",
            "region": "eu-west-1",
            "outcome": "success",
            "event_id": [f"event-{row}" for row in range(rows)],
        }
    )
    return frame.assign(**columns)


def strings(value: Any) -> Iterator[str]:
    """Return every text of a figure that can hold a log value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in ("template", "hovertemplate", "tickformatstops"):
                yield from strings(part)
    elif hasattr(value, "__iter__"):
        for part in value:
            yield from strings(part)


@pytest.fixture
def events() -> Callable[..., pd.DataFrame]:
    """Make lists of events."""
    return event_list


@pytest.fixture
def texts() -> Callable[[Any], list[str]]:
    """Return the texts of a figure without the markup that is trailkit's own."""

    def found(figure: Any) -> list[str]:
        every = strings(figure.to_plotly_json())
        return [_OWN_MARKUP.sub(" ", text) for text in every]

    return found
