"""What is laid down is taken up in any order."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.evidence.shelf import Shelf

SCHEMA = pa.schema({"text": pa.string(), "many": pa.list_(pa.int64())})
ROWS = 100


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    path = tmp_path_factory.mktemp("shelf") / "rows.arrow"
    with Shelf(path, SCHEMA) as shelf:
        for first in range(0, ROWS, 7):
            numbers = range(first, min(first + 7, ROWS))
            texts = [f"row {n}" if n % 5 else None for n in numbers]
            many = [[n] * (n % 3) for n in numbers]
            shelf.write(pa.table({"other": texts, "many": many, "text": texts}))
    return shelf


def test_all_rows_are_there(shelf: Shelf):
    assert shelf.table.schema == SCHEMA
    assert shelf.table["text"].to_pylist()[1:3] == ["row 1", "row 2"]
    assert shelf.table.num_rows == ROWS


@given(st.lists(st.integers(0, ROWS - 1), min_size=1))
def test_rows_come_in_the_order_that_is_asked_for(shelf: Shelf, numbers: list[int]):
    taken = shelf.take(pa.chunked_array([numbers]))
    assert taken.equals(shelf.table.take(pa.array(numbers)))


def test_a_shelf_may_be_empty(tmp_path: Path):
    with Shelf(tmp_path / "none.arrow", SCHEMA) as shelf:
        pass
    assert shelf.table.num_rows == 0
