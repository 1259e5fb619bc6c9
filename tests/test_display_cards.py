"""Cards, the event card, and the searchable table."""

import re
import sys

import pandas as pd
import pytest

import trailkit as tk
from trailkit.display.card import Card, Part, Told
from trailkit.display.event_card import event_card
from trailkit.display.reading_table import is_ours
from trailkit.display.searchable import table
from trailkit.display.sentences import finding, tell
from trailkit.errors import MissingExtra, NothingFound
from trailkit.questions.library import load
from trailkit.tables.raw import ddl

HOSTILE = '</pre></details><script>alert("$x$")</script>\x1b[2J\u202e'


def event(**more: object) -> pd.Series:
    made = {
        "time": pd.Timestamp("2026-03-12 02:17:04", tz="UTC"),
        "action": "DeleteBucket",
        "actor": "role/Deploy/ci",
        "source_ip": "203.0.113.7",
        "account": "111122223333",
        "region": "eu-west-1",
        "outcome": "success",
        "event_id": "e-1",
        "bucket": "payroll",
        "access_key": "ASIAEXAMPLE",
    }
    return pd.Series({**made, **more})


def html_of(card) -> str:
    return re.sub(r"<style>.*?</style>", "", card._repr_html_(), flags=re.S)


def test_a_card_has_a_title_lines_and_folded_parts():
    card = Card("Title", [("rows", 3), "A sentence."], [Part("SQL", "select 1")])
    html = html_of(card)

    assert "<dt>rows</dt><dd>3</dd>" in html
    assert "<p>A sentence.</p>" in html
    assert "<details><summary>SQL</summary><pre>select 1</pre></details>" in html
    assert str(card) == "Title\n  rows  3\n  A sentence.\n\nSQL\n  select 1"
    assert repr(card) == str(card)


def test_a_part_can_be_a_frame_a_card_or_open():
    frame = pd.DataFrame({"a": [1234]})
    inner = Card("Inner", ["x"])
    card = Card("Outer", (), [Part("f", frame), Part("c", inner, open=True)])

    assert "1,234" in html_of(card)
    assert "<details open>" in html_of(card)
    assert html_of(card).count("tk-title") == 2
    assert "Inner" in str(card)
    assert "1,234" in str(card)


def test_a_long_folded_part_is_cut_in_a_terminal_and_says_how_much():
    card = Card("T", (), [Part("SQL", "\n".join(map(str, range(50))))])

    assert "… 38 more lines" in str(card)
    assert "49" in html_of(card)


def test_hostile_text_is_inert_everywhere_in_a_card():
    frame = pd.DataFrame({HOSTILE: [HOSTILE]})
    inner = Card(HOSTILE, [HOSTILE], [Part(HOSTILE, HOSTILE)])
    parts = [Part(HOSTILE, body) for body in (HOSTILE, frame, inner)]
    card = Card(HOSTILE, [(HOSTILE, HOSTILE), HOSTILE], parts)
    html = html_of(card)

    assert "<script" not in html
    assert html.count("</details>") == len(re.findall(r"<details", html))
    for text in (html, str(card)):
        assert not set(text) & set("\x1b\u202e")


def test_an_event_card_says_who_did_what_when_and_from_where():
    card = event_card(event(), '{"eventName": "DeleteBucket"}')
    text = str(card)

    assert text.startswith("role/Deploy/ci deleted bucket payroll\n")
    assert re.search(r"when +2026-03-12 02:17:04 UTC", text)
    assert re.search(r"where +111122223333, eu-west-1", text)
    assert '"eventName": "DeleteBucket"' in text
    assert "case.ask(\"identity/address\", address='203.0.113.7')" in text


def test_an_original_that_is_not_json_is_shown_as_it_is():
    assert "{broken" in str(event_card(event(), "{broken"))


def test_a_hostile_event_is_inert_and_its_next_lines_stay_python():
    odd = dict.fromkeys(["actor", "bucket", "user_agent", "error_message"], HOSTILE)
    card = event_card(event(**odd, source_ip="'); import os #"), HOSTILE)

    assert "<script" not in html_of(card)
    assert not set(str(card)) & set("\x1b\u202e")
    assert 'address="\'); import os #")' in str(card)


def test_what_an_event_does_not_have_is_left_out():
    text = str(event_card(pd.Series({"actor": None, "action": "x"})))

    assert text.startswith("someone unknown called x")
    assert "None" not in text


def test_a_searchable_table_brings_all_along_and_escapes():
    pytest.importorskip("itables")
    frame = pd.DataFrame({"actor": [HOSTILE] * 3, "events": [3, 2, 1]})
    html = table(frame)._repr_html_()

    assert "alert(&" not in html.replace("alert(&quot;", "")
    assert '<script>alert("' not in html
    assert "tex2jax_ignore" in html
    assert not set(html) & set("\x1b\u202e")
    assert not re.search(r"(src|href)=.https?://", html)


def test_without_itables_the_next_line_to_type_is_said(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(sys.modules, "itables", None)

    with pytest.raises(MissingExtra, match=r"pip install 'trailkit\[tables\]'"):
        table(pd.DataFrame({"a": [1]}))


def test_the_questions_of_an_event_card_are_in_the_library():
    asked = re.findall(r'case.ask\("([^"]+)"', str(event_card(event())))
    assert len(asked) == 2
    assert {*asked} <= {question.name for question in load()}


def test_words_are_text_and_stand_in_a_notebook_as_a_card():
    said = finding(pd.DataFrame([event(), event(actor=HOSTILE)]))

    assert isinstance(said, str)
    assert said.startswith("2 events")
    assert repr(said) == str(said)
    assert "<script" not in html_of(said)
    assert '<div class="tk-title">2 events' in html_of(said)


def test_an_event_in_words_is_a_card_of_names_and_values():
    said = tell(event(bucket=HOSTILE))
    assert "<dt>Who</dt><dd>role/Deploy/ci</dd>" in html_of(said)
    assert "<script" not in html_of(said)
    assert "\x1b" not in repr(said)
    assert Told("one").card.title == ""


@pytest.fixture(scope="module")
def case() -> tk.Case:
    return tk.demo()


def test_sql_and_provenance_are_folded_in_a_notebook(case):
    sql = case.sql("credentials/credential-objects", pattern="</pre><script>")
    assert sql.startswith("with records as (")
    assert html_of(sql).count("<details>") == 1
    assert "<script" not in html_of(sql)

    answer = case.ask("credentials/credential-objects", pattern="<script>")
    html = html_of(tk.provenance(answer))
    assert "<dt>question</dt><dd>credentials/credential-objects</dd>" in html
    assert "<details open>" not in html
    assert "<script" not in html


def test_a_case_and_an_estimate_are_cards(case):
    shown = html_of(case.window("2026-03-02", "2026-03-03"))
    assert "2026-03-02" in shown
    assert "nothing is billed" in html_of(case.estimate("s3/bucket-deletions"))


def test_frames_that_no_run_made_show_as_tables_for_reading(case):
    for frame in (case.inventory(), case.library("bucket"), case.columns()):
        assert is_ours(frame)


def test_an_event_is_shown_by_its_id_and_by_its_row(case):
    row = tk.latest(case.ask("s3/bucket-deletions"))
    card = tk.show(row["event_id"], case)

    assert str(card) == str(tk.show(row, case))
    assert row["event_id"] in str(card)
    assert '"eventVersion"' in str(card)
    with pytest.raises(NothingFound, match=r"case\.everything"):
        tk.show("00000000-0000-0000-0000-000000000000", case)


def test_the_text_of_a_table_is_folded_in_a_notebook_and_text_elsewhere():
    text = ddl("security.cloudtrail", bucket="central-logs", start="2024-01-01")
    assert " lines</summary><pre>create external table" in html_of(text)
    assert text.startswith("create external table if not exists `security`.`cloudt")


def test_a_long_note_is_folded_but_for_its_two_ends():
    frame = pd.DataFrame({"time": pd.to_datetime([], utc=True)})
    note = f"No rows. {'Searched far and wide. ' * 30}So this shows nothing."
    frame.attrs["trailkit"] = {"title": "Who?", "notes": (note,)}
    said = finding(frame)

    assert said.endswith(note)
    assert "<p>No rows. … So this shows nothing.</p>" in html_of(said)
    assert html_of(said).count("<details>") == 1
