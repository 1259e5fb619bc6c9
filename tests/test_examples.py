"""Each question finds the records of its examples, and nothing in those close by."""

import json
import re
from functools import cache
from typing import Any

import pandas as pd
import pytest

from tests.support import examples_read
from tests.support.records_made import Record, case_of
from trailkit.case import Case
from trailkit.questions.library import load

DAY = ("2026-03-09", "2026-03-10")
"""The day of the records to be found; those close by are of the year before."""

YEAR_BEFORE = ("2025-01-01", "2026-01-01")


def a_year_before(records: list[Record]) -> list[Record]:
    """Move records to a window of their own."""
    return json.loads(json.dumps(records).replace("2026-0", "2025-0"))


def recording(record: Record) -> str:
    """Return the account whose trail holds a record."""
    return record.get("recipientAccountId") or record["accountId"]


@cache
def apart(name: str) -> tuple[Any, list[str]]:
    """Return an example in accounts that no other example has, and these accounts.

    So all examples lie in one store, and each is asked of its own accounts.
    """
    example = examples_read.read(name)
    made = example.finds + a_year_before(example.near)
    accounts = sorted({recording(each) for each in made})
    first = 700_000_000_000 + 10 * examples_read.names().index(name)
    own = {account: str(first + at) for at, account in enumerate(accounts)}
    whole = json.dumps([made, example.ask, example.rows])
    moved = re.sub("|".join(own), lambda found: own[found[0]], whole)
    return json.loads(moved), list(own.values())


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open the records of all examples."""
    made = [each for name in examples_read.names() for each in apart(name)[0][0]]
    return case_of(tmp_path_factory.mktemp("examples"), made)


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
    name: str, case: Case
) -> None:
    (_, ask, rows), accounts = apart(name)
    own = case.accounts(*accounts)
    frame = own.window(*DAY).ask(name, **ask)
    assert shown(frame, rows) == rows
    assert own.window(*YEAR_BEFORE).ask(name, **ask).empty
    assert own.window("2001-01-01", "2001-01-02").ask(name, **ask).empty


def test_every_example_belongs_to_a_question() -> None:
    assert set(examples_read.names()) <= {each.name for each in load()}
