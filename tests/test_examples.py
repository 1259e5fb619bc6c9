"""Each question finds the records of its examples, and nothing in those close by."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.support import examples_read
from tests.support.records_made import Record, case_of
from trailkit.questions.library import load

DAY = ("2026-03-09", "2026-03-10")
"""The day of the records to be found; those close by are of the year before."""

YEAR_BEFORE = ("2025-01-01", "2026-01-01")


def a_year_before(records: list[Record]) -> list[Record]:
    """Move records to a window of their own."""
    return json.loads(json.dumps(records).replace("2026-0", "2025-0"))


def shown(frame: pd.DataFrame, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the columns of a frame that the stated rows name, as plain values."""
    plain = frame.astype(object).where(frame.notna(), None).to_dict("records")
    names = [row.keys() for row in rows] + [{}.keys()] * len(plain)
    return [
        {name: _plain(row[name]) for name in named}
        for row, named in zip(plain, names, strict=False)
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


@pytest.mark.parametrize("name", examples_read.names())
def test_a_question_finds_its_examples_and_nothing_close_by(
    name: str, tmp_path: Path
) -> None:
    example = examples_read.read(name)
    records = example.finds + a_year_before(example.near)
    case = case_of(tmp_path, records)
    frame = case.window(*DAY).ask(name, **example.ask)
    assert shown(frame, example.rows) == example.rows
    assert case.window(*YEAR_BEFORE).ask(name, **example.ask).empty
    assert case.window("2001-01-01", "2001-01-02").ask(name, **example.ask).empty


def test_every_example_belongs_to_a_question() -> None:
    assert set(examples_read.names()) <= {each.name for each in load()}
