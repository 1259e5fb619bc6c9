"""A value becomes one literal of its type, on DuckDB and in Athena's text alike."""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.duckdb_values import evaluator
from trailkit import dialect
from trailkit.dialect.literals import TYPES, literal
from trailkit.errors import InvalidParameter

HOSTILE = [
    "",
    "'",
    "''",
    "it's",
    "\\",
    "\\'",
    "' or 1=1 --",
    "'; drop table events; --",
    "/* */",
    "*/ select 1",
    "-- comment",
    "line\nbreak\r\n\ttab",
    "${x} {{x}} {% x %} %s %(x)s :bucket ? $1",
    'double "quotes" and `ticks`',
    "\x1b[31m\x7f\x01",
    "\u202eright to left\u200b",
    "é ß İ 🪣 👩‍💻",
    "U&'\\0041'",
    "x'41'",
    "$$a$$",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
]

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
sql_like = st.lists(
    st.sampled_from(
        ["'", '"', "\\", "--", "/*", "*/", ";", "\n", ":a", "''", "x", "$$"]
    )
).map("".join)


@pytest.fixture(scope="module")
def value_of() -> Callable[[str], Any]:
    """Return what DuckDB makes of an expression in Athena SQL."""
    return evaluator()


@given(texts | sql_like)
@settings(max_examples=3000)
@example("'")
def test_any_text_is_one_token_whatever_is_in_it(text: str) -> None:
    query = f"select {literal(text, 'text')} as a, {literal(text, 'text')} as b from t"
    kinds = [token.token_type.name for token in dialect.tokens(query)]
    assert " ".join(kinds) == (
        "SELECT STRING ALIAS VAR COMMA STRING ALIAS VAR FROM VAR"
    )
    assert dialect.tokens(query)[1].text == text


@given(st.lists(texts | sql_like, min_size=1, max_size=200))
@settings(max_examples=50)
@example(HOSTILE)
def test_any_text_comes_back_unchanged_through_duckdb(
    value_of: Callable[[str], Any], values: list[str]
) -> None:
    assert value_of(literal(values, "list of text")) == values


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_equals_itself(
    value_of: Callable[[str], Any], text: str
) -> None:
    written = literal(text, "text")
    assert value_of(f"{written} = {written}") is True
    assert value_of(f"length({written})") == len(text)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff tail"])
@pytest.mark.parametrize("type", ["text", "list of text"])
def test_what_is_no_text_is_refused(text: str, type: str) -> None:
    with pytest.raises(InvalidParameter, match=r"NUL|half a character"):
        literal([text] if type.startswith("list") else text, type)


@given(st.integers(-(2**63) + 1, 2**63 - 1))
@settings(max_examples=200)
def test_integers_of_64_bits_come_back(
    value_of: Callable[[str], Any], number: int
) -> None:
    assert value_of(literal(number, "integer")) == number
    assert value_of(f"0 -{literal(number, 'integer')}") == -number


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=200)
def test_numbers_come_back(value_of: Callable[[str], Any], number: float) -> None:
    assert value_of(literal(number, "number")) == number


@given(
    st.datetimes(
        datetime(1, 1, 2),
        datetime(9999, 12, 30),
        timezones=st.none() | st.sampled_from([UTC, timezone(timedelta(hours=5.5))]),
    )
)
@settings(max_examples=200)
def test_times_come_back_in_utc(value_of: Callable[[str], Any], time: datetime) -> None:
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    assert value_of(literal(time, "time")) == aware.replace(tzinfo=None)


SAME = [
    ("integer", 5, "5"),
    ("integer", -5, "(-5)"),
    ("integer", np.int64(5), "5"),
    ("integer", "100", "100"),
    ("number", 1, "cast('1.0' as double)"),
    ("number", np.float32(0.5), "cast('0.5' as double)"),
    ("number", "-1e3", "cast('-1000.0' as double)"),
    ("boolean", np.True_, "true"),
    ("boolean", "false", "false"),
    ("time", "2023-07-10", "timestamp '2023-07-10 00:00:00.000'"),
    ("time", date(2023, 7, 10), "timestamp '2023-07-10 00:00:00.000'"),
    ("time", "2023-07-10T11:40:00Z", "timestamp '2023-07-10 11:40:00.000'"),
    ("time", "2023-07-10 05:00+05:00", "timestamp '2023-07-10 00:00:00.000'"),
    (
        "time",
        pd.Timestamp("2023-07-10 11:40:00.5"),
        "timestamp '2023-07-10 11:40:00.500'",
    ),
    (
        "time",
        pd.Timestamp("2023-07-10 11:40", tz="Europe/Paris"),
        "timestamp '2023-07-10 09:40:00.000'",
    ),
    ("time", np.datetime64("2023-07-10T11:40"), "timestamp '2023-07-10 11:40:00.000'"),
    ("duration", "7d", "interval '604800' second"),
    ("duration", timedelta(minutes=1), "interval '60' second"),
    ("duration", np.timedelta64(2, "h"), "interval '7200' second"),
    ("cidr", "10.0.0.0/8", "'10.0.0.0/8'"),
    ("cidr", "198.51.100.7", "'198.51.100.7/32'"),
    ("cidr", ipaddress.ip_network("2001:db8::/32"), "'2001:db8::/32'"),
    ("cidr", " 2001:DB8::1 ", "'2001:db8::1/128'"),
    ("list of text", "a", "array['a']"),
    ("list of text", ("a", "b"), "array['a', 'b']"),
    ("list of text", {"b", "a"}, "array['a', 'b']"),
    ("list of text", pd.Series(["a"]), "array['a']"),
    ("list of text", pd.Index(["a"]), "array['a']"),
    ("list of text", np.array(["a"]), "array['a']"),
    ("list of text", (each for each in "ab"), "array['a', 'b']"),
    ("list of integer", pd.Series([1, -2]), "array[1, (-2)]"),
    ("list of cidr", ["10.0.0.1"], "array['10.0.0.1/32']"),
]


@pytest.mark.parametrize(("type", "value", "written"), SAME)
def test_python_numpy_and_pandas_values_are_written_alike(
    type: str, value: Any, written: str
) -> None:
    assert literal(value, type) == written


WRONG = [
    ("text", 123456789012),
    ("text", None.__class__),
    ("text", b"bytes"),
    ("text", pd.NA),
    ("text", float("nan")),
    ("text", ["a"]),
    ("integer", True),
    ("integer", np.True_),
    ("integer", 1.0),
    ("integer", "1.0"),
    ("integer", "0x10"),
    ("integer", "१"),
    ("integer", 2**63),
    ("integer", -(2**63)),
    ("number", float("nan")),
    ("number", float("inf")),
    ("number", np.nan),
    ("number", "nan"),
    ("number", "1_000"),
    ("number", 10**400),
    ("number", False),
    ("boolean", 1),
    ("boolean", "yes"),
    ("time", pd.NaT),
    ("time", np.datetime64("NaT")),
    ("time", "yesterday"),
    ("time", "10/07/2023"),
    ("time", 1689000000),
    ("duration", "soon"),
    ("duration", timedelta(0)),
    ("duration", timedelta(milliseconds=1500)),
    ("duration", 7),
    ("cidr", "10.0.0.1/8"),
    ("cidr", "10.0.0.0/33"),
    ("cidr", "example.com"),
    ("cidr", 167772160),
    ("cidr", "10.0.0.0/8' or true --"),
    ("list of text", []),
    ("list of text", pd.Series([], dtype="str")),
    ("list of text", ["a", None]),
    ("list of text", pd.Series(["a", None])),
    ("list of text", {"a": 1}),
    ("list of text", pd.DataFrame({"a": ["x"]})),
    ("list of text", 5),
    ("list of integer", [1, True]),
    ("list of number", [1.0, float("nan")]),
]


@pytest.mark.parametrize(("type", "value"), WRONG)
def test_a_value_of_another_type_is_refused(type: str, value: Any) -> None:
    with pytest.raises(InvalidParameter) as refusal:
        literal(value, type)
    assert len(str(refusal.value)) < 400


def test_a_number_of_thousands_of_digits_is_refused_in_few_words() -> None:
    for type in ("integer", "number"):
        with pytest.raises(InvalidParameter, match="bits"):
            literal(10**5000, type)


@pytest.mark.parametrize("type", TYPES)
def test_left_out_is_a_null_of_the_type(
    value_of: Callable[[str], Any], type: str
) -> None:
    written = literal(None, type)
    assert re.fullmatch(r"cast\(null as [a-z() ]+\)", written)
    assert value_of(written) is None
    assert value_of(f"{written} is null") is True


def test_a_file_gives_a_value_a_line(tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("\ufeffone\r\n\n  two's \n", encoding="utf-8")
    assert literal(file, "list of text") == "array['one', 'two''s']"


def test_a_list_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="cannot be read"):
        literal(tmp_path / "missing.txt", "list of text")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidParameter, match="cannot be read"):
        literal(binary, "list of text")


def test_a_duration_shifts_a_time(value_of: Callable[[str], Any]) -> None:
    earlier = f"{literal('2023-07-10', 'time')} - {literal('1d', 'duration')}"
    assert value_of(earlier) == datetime(2023, 7, 9)
