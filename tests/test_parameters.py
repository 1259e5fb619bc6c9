"""Parameters are found by a tokenizer, resolved before any run, bound in place."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trailkit import dialect
from trailkit.dialect.literals import literal
from trailkit.errors import (
    InvalidParameter,
    MissingParameter,
    UnknownParameter,
    UnsupportedSQL,
)
from trailkit.questions.parameters import (
    Parameter,
    bind,
    names,
    resolve,
    window_literals,
)

BUCKET = Parameter("bucket", "text", optional=True, help="one bucket")
SINCE = Parameter("since", "time", help="the first day")
LIMIT = Parameter("most", "integer", default=100)

QUESTION = """
select /* :no */ a, "b:no", ':no', json_extract_scalar(j, '$.a:no') as c -- it's :no
from t -- 🪣 :no
where (:bucket is null or a = :bucket) and n <:most and t>=:window_start
limit :most"""


def test_only_parameters_outside_comments_and_literals_are_found() -> None:
    assert names(QUESTION) == ["bucket", "most", "window_start"]


def test_the_authors_text_stays_as_written() -> None:
    literals = {"bucket": "'x'", "most": "5", "window_start": "timestamp '2023-01-01'"}
    bound = bind(QUESTION, literals)
    for name, written in literals.items():
        bound = bound.replace(written, f":{name}")
    assert bound == QUESTION


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
sql_like = st.lists(
    st.sampled_from(["'", '"', "\\", "--", "/*", "*/", ";", "\n", ":most", "''", "x"])
).map("".join)


@given(texts | sql_like, st.integers(-(2**63) + 1, 2**63 - 1))
@settings(max_examples=500)
@example("' or :most --", -1)
def test_no_value_changes_the_structure_of_the_query(text: str, number: int) -> None:
    given = {
        "bucket": literal(text, "text"),
        "most": literal(number, "integer"),
        "window_start": literal("2023-01-01", "time"),
    }
    plain = given | {
        "bucket": "'x'",
        "most": literal(1 if number >= 0 else -1, "integer"),
    }
    kinds = [token.token_type for token in dialect.tokens(bind(QUESTION, given))]
    assert kinds == [
        token.token_type for token in dialect.tokens(bind(QUESTION, plain))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "select a from t where x:bucket",
        "select 'a':bucket from t",
        "select :bucket'a' from t",
        "select 1:bucket from t",
        "select :bucket.a from t",
        "select :bucket:bucket from t",
        "select a::bucket, : bucket from t",
        "select a from t where a = : bucket",
        "select a from t where a = :Bucket",
        "select a from t where a = :1",
        "select a from t where a = :é",
        "select a[1:2] from t",
        "select a from t where a = :",
    ],
)
def test_a_colon_that_is_no_parameter_of_its_own_is_refused(text: str) -> None:
    with pytest.raises(UnsupportedSQL, match="line 1"):
        bind(text, {"bucket": "'x'"})


def test_a_python_keyword_or_sql_keyword_is_found_as_well() -> None:
    assert bind("select :from, :values", {"from": "1", "values": "2"}) == "select 1, 2"


def test_a_name_without_a_literal_is_missing() -> None:
    with pytest.raises(MissingParameter, match=":bucket has no value"):
        bind("select :bucket", {})


def test_left_out_is_a_typed_null_and_a_default_is_its_value() -> None:
    assert resolve([BUCKET, LIMIT], {"bucket": None}) == {
        "bucket": "cast(null as varchar)",
        "most": "100",
    }


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownParameter, match=r'"buckt".*Did you mean "bucket"'):
        resolve([BUCKET], {"buckt": "x"})


def test_a_missing_parameter_says_what_it_is() -> None:
    message = (
        'The parameter "since" (time) is missing: the first day. Give it as since=…'
    )
    with pytest.raises(MissingParameter, match=re.escape(message)):
        resolve([SINCE], {})


def test_a_mistyped_value_names_the_parameter_the_value_and_the_type() -> None:
    message = "most: 'ten' (str) is not a whole number, such as 100."
    with pytest.raises(InvalidParameter, match=re.escape(message)):
        resolve([LIMIT], {"most": "ten"})


def test_the_scope_fills_the_window_and_an_open_side_is_null() -> None:
    assert window_literals(None, None) == {
        "window_start": "cast(null as timestamp)",
        "window_end": "cast(null as timestamp)",
    }
