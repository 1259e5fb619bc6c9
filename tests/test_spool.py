"""What was spooled is read in any order."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.store.spool import SpooledRows, SpoolFile

REPEATED = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    {"text": pa.string(), "many": pa.list_(pa.int64()), "repeated": REPEATED}
)
ROWS = 100


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> SpooledRows:
    folder = tmp_path_factory.mktemp("spool")
    paths = [folder / "one.arrows", folder / "two.arrows"]
    for path, numbers in zip(paths, (range(40), range(40, ROWS)), strict=True):
        with SpoolFile(path, SCHEMA) as file:
            for first in numbers[::7]:
                file.write(rows(range(first, min(first + 7, numbers[-1] + 1))))
    return SpooledRows(paths, SCHEMA)


def rows(numbers: range) -> pa.Table:
    texts = [f"row {n}" if n % 5 else None for n in numbers]
    many = [[n] * (n % 3) for n in numbers]
    repeated = [f"{n % 3} of {numbers[0] // 20}" if n % 4 else None for n in numbers]
    return pa.table({"repeated": repeated, "many": many, "other": texts, "text": texts})


def test_all_rows_are_there(spool: SpooledRows):
    assert spool.table.schema == SCHEMA
    assert spool.table["text"].to_pylist()[1:3] == ["row 1", "row 2"]
    assert spool.table["repeated"].to_pylist()[38:42] == [
        "2 of 1",
        "0 of 1",
        None,
        "2 of 2",
    ]
    assert spool.table.num_rows == ROWS


@given(st.lists(st.integers(0, ROWS - 1), min_size=1))
def test_rows_come_in_the_order_that_is_asked_for(
    spool: SpooledRows, numbers: list[int]
):
    taken = spool.take(pa.chunked_array([numbers]))
    assert taken.to_pylist() == [
        spool.table.slice(n, 1).to_pylist()[0] for n in numbers
    ]


def test_a_spool_may_be_empty(tmp_path: Path):
    with SpoolFile(tmp_path / "none.arrows", SCHEMA):
        pass
    assert SpooledRows([tmp_path / "none.arrows"], SCHEMA).table.num_rows == 0
