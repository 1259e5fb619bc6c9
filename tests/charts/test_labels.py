"""Log values stay text: no markup, no formula, no template, nothing unseen."""

import html
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.charts.labels import EMPTY, UNKNOWN, label, labels, lines

_ENTITY = re.compile(r"&#\d+;")


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        '<a href="http://example.com/">here</a>',
        "one<br>two",
        r"$\frac{1}{2}$",
        "%{customdata[0]} %{x}",
        'it\'s "quoted" & `ticked`',
    ],
)
def test_markup_formula_and_template_are_shown_as_they_are_written(text: str):
    safe = label(text, 80)

    assert html.unescape(safe) == text
    assert not set(_ENTITY.sub("", safe)) & set("<>&$%{}\"'`")


def test_entities_are_numbers_since_plotly_knows_few_names():
    assert label('"') == "&#34;"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("invoice\u202efdp.exe", r"invoice\u202efdp.exe"),
        ("a\x1b[31m\x00b", r"a\x1b[31m\x00b"),
        ("two\nlines", r"two\nlines"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("half\ud800", r"half\ud800"),
    ],
)
def test_what_cannot_be_printed_is_made_visible(text: str, shown: str):
    assert label(text) == shown


def test_both_ends_of_a_long_value_stay():
    assert label("role/Administrator/" + "x" * 10_000 + "/alice", 20) == (
        "role/Admin…xxx/alice"
    )


@pytest.mark.parametrize("null", [None, pd.NA, pd.NaT, float("nan")])
def test_a_null_is_no_log_value(null: object):
    assert label(null) == UNKNOWN
    assert label("unknown") != UNKNOWN


def test_an_empty_text_is_seen():
    assert label("") == EMPTY


@given(st.text(min_size=1, max_size=200), st.integers(10, 60))
def test_any_text_becomes_short_printable_text(text: str, width: int):
    safe = label(text, width)
    shown = html.unescape(safe)

    assert len(shown) <= width
    assert shown.isprintable()
    assert not set(_ENTITY.sub("", safe)) & set("<>&$%{}\"'`")


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
def test_short_printable_text_comes_back_unchanged(text: str):
    assert html.unescape(label(text, 40)) == text


def test_a_column_is_made_safe_value_by_value():
    column = pd.Series(["<b>", None, "<b>", ""])

    assert list(labels(column)) == [label("<b>"), UNKNOWN, label("<b>"), EMPTY]


def test_a_line_ends_between_words_and_never_in_an_entity():
    text = " ".join([label("<" * 20)] * 5)

    assert lines(text, 30).split("<br>") == [label("<" * 20)] * 5
