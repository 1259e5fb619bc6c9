"""The one way from an answer to a frame."""

from datetime import datetime

import pandas as pd
import pyarrow as pa
import pytest

from trailkit.engines import Answer
from trailkit.errors import UnsupportedSQL
from trailkit.execution.frames import to_frame

TYPES = {
    "text": "varchar",
    "whole": "bigint",
    "number": "double",
    "truth": "boolean",
    "time": "timestamp(3)",
}
ROWS = {
    "text": ["", None, "x"],
    "whole": [9007199254740993, None, 0],
    "number": [1.5, None, float("nan")],
    "truth": [True, None, False],
    "time": [datetime(2026, 3, 2, 12, 0, 0, 123000), None, datetime(1970, 1, 1)],
}


def frame(rows=ROWS):
    return to_frame(Answer(pa.table(rows), TYPES))


def test_a_frame_has_one_dtype_for_each_athena_type():
    assert {name: str(kind) for name, kind in frame().dtypes.items()} == {
        "text": "str",
        "whole": "Int64",
        "number": "float64",
        "truth": "boolean",
        "time": "datetime64[us, UTC]",
    }


def test_an_empty_answer_has_the_same_dtypes():
    empty = frame({name: pa.array([], pa.null()) for name in ROWS})
    assert list(empty.dtypes) == list(frame().dtypes)


def test_empty_text_and_null_stay_apart():
    assert frame()["text"].isna().tolist() == [False, True, False]


def test_large_whole_numbers_stay_exact():
    assert frame()["whole"][0] == 9007199254740993


def test_wall_clock_times_are_utc():
    assert frame()["time"][0] == pd.Timestamp("2026-03-02 12:00:00.123", tz="UTC")


def test_a_sum_that_duckdb_gives_as_decimal_is_a_whole_number():
    table = pa.table({"bytes": pa.array([5], pa.decimal128(38, 0))})
    made = to_frame(Answer(table, {"bytes": "decimal(38,0)"}))
    assert made.dtypes["bytes"] == pd.Int64Dtype()


def test_a_list_column_is_refused_with_the_mend():
    table = pa.table({"names": [["a"]]})
    with pytest.raises(UnsupportedSQL, match="array_join"):
        to_frame(Answer(table, {"names": "array(varchar)"}))
