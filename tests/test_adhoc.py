"""What people type at a case runs, or is refused before it runs, with the remedy."""

import pytest

import trailkit as tk
from tests.support.adhoc_read import not_shared, refused, runs
from trailkit import dialect
from trailkit.dialect.functions import FUNCTIONS
from trailkit.dialect.signatures import SIGNATURES
from trailkit.errors import QueryFailed, SQLError, UnsupportedSQL
from trailkit.lens import compose, described
from trailkit.questions.library import load
from trailkit.questions.question import Question


class Unasked:
    """An engine that must not be asked."""

    name = "unasked"

    def run(self, sql: str, terms: object = None) -> None:
        raise AssertionError(f"It was asked: {sql}")


@pytest.fixture(scope="module")
def unasked(practice_case: tk.Case) -> tk.Case:
    return tk.Case(practice_case.source, Unasked(), practice_case.questions)


def test_there_are_at_least_three_hundred() -> None:
    assert len(runs()) + len(refused()) >= 300


@pytest.mark.parametrize("query", runs())
def test_an_ad_hoc_query_runs(query: str, practice_case: tk.Case) -> None:
    frame = practice_case.query(query)
    assert len(frame.columns) == len(set(frame.columns)) > 0


@pytest.mark.parametrize(("query", "remedy"), [*refused(), *not_shared()])
def test_what_athena_refuses_is_refused_before_it_runs(
    query: str, remedy: str, unasked: tk.Case
) -> None:
    with pytest.raises(SQLError) as caught:
        unasked.query(query)
    assert remedy in str(caught.value)


def test_columns_without_a_name_are_named_as_trino_does(practice_case: tk.Case) -> None:
    frame = practice_case.query("select 1, 2 as two, count(*) from events")
    assert frame.columns.tolist() == ["_col0", "two", "_col2"]


def test_a_star_shows_what_is_nested_as_json(practice_case: tk.Case) -> None:
    frame = practice_case.query("select * from events order by time, event_id")
    assert frame.columns.tolist() == compose.columns("events")
    assert frame["resources"].dropna().iloc[0].startswith('[{"arn":')


def test_the_present_is_written_out_and_told(practice_case: tk.Case) -> None:
    frame = practice_case.query("select max(time) as last from events where time<now()")
    origin = tk.provenance(frame)
    assert "now()" not in origin.sql
    assert any("now was read as timestamp '" in note for note in origin.notes)


def test_every_function_has_its_signature() -> None:
    assert SIGNATURES.keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("question", list(load()), ids=lambda each: each.name)
def test_every_question_keeps_the_rules_of_athena(question: Question) -> None:
    shown = dialect.resolve(question.tried(), described.types())
    assert [name for name, _ in shown] == question.columns
    assert None not in [type for _, type in shown]


def test_a_name_of_aws_is_answered_with_the_column(practice_case: tk.Case) -> None:
    with pytest.raises(SQLError, match="sourceIPAddress is the column source_ip"):
        practice_case.query("select sourceIPAddress from events")


def test_a_table_alias_that_is_text_is_answered_with_json(
    practice_case: tk.Case,
) -> None:
    with pytest.raises(UnsupportedSQL, match="json_extract_scalar"):
        practice_case.query("select request.bucketName from events")


def test_a_pattern_that_the_query_makes_is_refused_in_words(
    practice_case: tk.Case,
) -> None:
    with pytest.raises(QueryFailed, match="is not a regular expression"):
        practice_case.query(
            "select count_if(regexp_like(action, '(' || region)) from events"
        )
