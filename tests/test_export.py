"""Frames on their way out."""

import io
import re

import pandas as pd
import pytest

from trailkit.report.export import to_csv, to_parquet


def written(frame: pd.DataFrame) -> str:
    target = io.StringIO()
    to_csv(frame, target)
    return target.getvalue()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "%"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start):
    back = pd.read_csv(io.StringIO(written(pd.DataFrame({"a": [start + "1+1"]}))))
    assert back["a"][0].startswith("'")


@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20")
@pytest.mark.parametrize("before", ["", "  ", "a;", "a; ", "a\t", "a\n", "a;;b;"])
def test_it_does_so_wherever_a_cell_may_begin_in_any_language(sign, before):
    text = written(pd.DataFrame({"a": [f"{before}{sign}1+1"]}))
    for cell in re.split('[,;\t\n"]', text):
        assert not cell.lstrip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20"))


def test_a_sign_inside_a_text_stays_as_it_is():
    text = "Mozilla/5.0 (X11; Linux) a=b c-d"
    assert written(pd.DataFrame({"a": [text]})) == f"a\n{text}\n"


def test_a_column_name_cannot_be_a_formula():
    assert written(pd.DataFrame({"=1+1": [1]})).startswith("'=1+1")


def test_numbers_keep_their_sign_and_missing_values_stay_empty():
    frame = pd.DataFrame({"n": pd.array([-5, None], "Int64"), "t": ["-x", None]})
    assert written(frame) == "n,t\n-5,'-x\n,\n"


def test_times_are_written_in_utc():
    frame = pd.DataFrame({"time": pd.to_datetime(["2026-03-02 11:40"], utc=True)})
    assert written(frame) == "time\n2026-03-02T11:40:00.000000Z\n"


def test_the_frame_itself_is_left_alone():
    frame = pd.DataFrame({"a": ["=1"]})
    written(frame)
    assert frame["a"][0] == "=1"


def test_a_parquet_file_says_where_it_came_from(tmp_path):
    frame = pd.DataFrame({"a": ["=1"]})
    frame.attrs["trailkit"] = {"run": "r1"}
    to_parquet(frame, tmp_path / "f.parquet")
    back = pd.read_parquet(tmp_path / "f.parquet")
    assert (back["a"][0], back.attrs["trailkit"]) == ("=1", {"run": "r1"})
