"""What Jupyter and a terminal show of a frame that trailkit made."""

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from trailkit.display import cells
from trailkit.display.columns import columns_of
from trailkit.display.jupyter import install_into
from trailkit.display.reading_table import to_html, to_text
from trailkit.visible import block, safe, visible

ID = "43b82edd-43d2-48d5-a16c-dfc67c9c1151"
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</td></table><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "$\\frac{1}{2}$",
    "a\x1b[2Jb\x07\x9b31m",
    "invoice\u202egnp.exe",
    "zero\u200bwidth\u2066\u3164",
    "two\nlines\r\ttab",
]


def ours(**columns: Any) -> pd.DataFrame:
    when = pd.Timestamp("2026-03-12 02:17:04", tz="UTC")
    made = {"time": [when], "actor": ["root"], "outcome": ["denied"], "event_id": [ID]}
    frame = pd.DataFrame(made | columns)
    frame.attrs["trailkit"] = {"run": "r-1", "scope": "all times", "rows": len(frame)}
    return frame


def cell(html: str, number: int) -> str:
    return re.findall(r"<td[^>]*>(.*?)</td>", html, re.S)[number]


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r"<style>.*?</style>", "", html, flags=re.S))


def test_times_stand_without_offset_under_a_heading_that_says_utc():
    html = to_html(ours(time=[pd.Timestamp("2026-03-12T03:17:04+01:00")]))

    assert "time <small>UTC</small>" in html
    assert cell(html, 0).endswith(">2026-03-12 02:17:04</span>")
    assert 'title="2026-03-12T02:17:04Z"' in html
    assert "+00:00" not in html


def test_an_id_is_short_to_the_eye_and_whole_in_copies_and_on_hover():
    html = to_html(ours())

    assert words(html).count(ID) == 1
    assert f'title="{ID}"' in html
    assert '<span class="tk-mid">' in html


def test_an_outcome_is_a_sign_and_a_word():
    assert "✕" in cell(to_html(ours()), 2)
    assert words(cell(to_html(ours()), 2)).endswith(" denied")


def test_missing_values_are_a_dash_and_empty_text_says_so():
    html = to_html(ours(actor=[None], error_code=[""], count=[pd.NA]))

    assert cells.MISSING in words(html)
    assert "(empty)" in html
    assert not re.search(r"NaN|NaT|None|&lt;NA&gt;", html)


def test_numbers_are_grouped_and_bytes_have_units():
    html = to_html(ours(events=[1234567], bytes_out=[2_398_682]))

    assert "1,234,567" in html
    assert "2.4 MB" in html
    assert 'title="2,398,682 bytes"' in html


def test_deciding_columns_stand_first_and_the_rest_can_be_unfolded():
    more = {f"extra_{number}": ["x"] for number in range(12)}
    frame = ours(**more, action=["DeleteBucket"], source_ip=["203.0.113.7"])
    columns = columns_of(frame)

    assert [each.name for each in columns][:4] == ["time", "actor", "action", "outcome"]
    assert [each.folded for each in columns] == [False] * 9 + [True] * 9
    assert "9 more columns" in to_html(frame)
    assert to_html(frame).count("tk-rest") == 2 * 9 + 1
    assert "more columns" not in to_html(frame[["time", "actor"]])


def test_a_summary_keeps_the_order_of_its_author():
    frame = pd.DataFrame({"hour": [1], "outcome": ["denied"], "actor": ["a"]})

    assert [each.name for each in columns_of(frame)] == ["hour", "outcome", "actor"]


def test_the_footer_says_rows_scope_run_and_what_was_not_recorded():
    frame = pd.concat([ours()] * 40, ignore_index=True)
    frame.attrs["trailkit"] = {
        **{"run": "r-1", "scope": "all times", "rows": 50},
        "not_recorded": ["S3 data events"],
    }

    assert (
        "the first 30 of 40 rows from 50; tk.table(frame) shows all · all times · "
        "run r-1 · not recorded: S3 data events"
    ) in to_html(frame)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_inert_in_a_table(value: str):
    frame = ours(actor=[value], note=[value], event_id=[value * 3], outcome=[value])
    frame.attrs["trailkit"]["scope"] = value
    frame = frame.rename(columns={"note": value})
    frame.attrs["trailkit"]["not_recorded"] = [value]
    html = to_html(frame)

    assert_inert(html)
    assert_inert_in_a_terminal(to_text(frame))


@given(st.text(max_size=40))
def test_any_text_is_inert(value: str):
    for shown in (safe(value), block(value), cells.html(value, "text")):
        assert_inert(f'<div class="tex2jax_ignore mathjax_ignore">{shown}</div>')
    assert_inert_in_a_terminal(visible(value))


def assert_inert(html: str) -> None:
    own = r"</?(style|div|table|thead|tbody|tr|th|td|span|small|b|label|input)[ >]"
    tags = re.findall(r"<[^>]*>", html)
    assert all(re.match(own, tag) for tag in tags)
    assert not re.search(r"<[^>]* on\w+=", re.sub(r'"[^"]*"', '""', html))
    assert "tex2jax_ignore mathjax_ignore" in html
    assert_inert_in_a_terminal(html)


def assert_inert_in_a_terminal(text: str) -> None:
    assert all(char == "\n" or char.isprintable() for char in text)
    assert not set(text) & set("\u202e\u2066\u200b\u3164\x1b\x9b")


def test_a_terminal_shows_what_fits_and_names_the_rest(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("COLUMNS", "60")
    text = to_text(ours(user_agent=["curl"], note=["x" * 100]))

    assert max(map(len, text.splitlines()[:2])) <= 60
    assert "more columns: " in text
    assert "note" in text
    assert "time (UTC)" in text


@pytest.fixture
def shell() -> InteractiveShell:
    made = InteractiveShell()
    with pd.option_context("display.html.use_mathjax", False):
        install_into(made)
        yield made  # type: ignore[misc]


def shown(shell: InteractiveShell, frame: pd.DataFrame) -> dict[str, str]:
    data, _ = shell.display_formatter.format(frame)  # type: ignore[union-attr]
    return data


def test_jupyter_shows_our_frames_as_tables_and_no_others(shell: InteractiveShell):
    frame = ours()

    assert shown(shell, frame)["text/html"] == to_html(frame)
    assert shown(shell, frame)["text/plain"] == to_text(frame)
    stranger = pd.DataFrame({"a": [1.5]})
    assert shown(shell, stranger)["text/html"] == stranger._repr_html_()
    assert shown(shell, stranger)["text/plain"] == repr(stranger)


def test_a_frame_of_ours_after_odd_steps_is_still_shown(shell: InteractiveShell):
    frame = pd.concat([ours(), ours()], ignore_index=True)
    frame.attrs = ours().attrs
    twice = pd.concat([frame, frame], axis=1)
    twice.attrs = frame.attrs
    for odd in (frame[:0], frame[[]], frame.T, twice, frame.set_index("actor")):
        assert shown(shell, odd)["text/plain"]
        assert shown(shell, odd)["text/html"]


def test_no_log_text_becomes_a_formula_in_any_frame(shell: InteractiveShell):
    html = pd.DataFrame({"a": ["$x$"]})._repr_html_()

    assert "tex2jax_ignore" in html
