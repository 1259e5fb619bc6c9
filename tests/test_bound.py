"""A bound query is translated by its shape, to what its finished text says."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

import trailkit as tk
from trailkit import dialect
from trailkit.dialect.literals import literal
from trailkit.dialect.translate import _translated
from trailkit.errors import UnsupportedSQL
from trailkit.questions import parameters
from trailkit.questions.library import load

# Texts that look like the stand-ins, or that would end a literal.
HOSTILE = [
    "'",
    "''; drop table t; --",
    r"\%q 0",
    r"'\%q 0'",
    r"'\%q 1', 9223372036854700001",
    "9998-12-31 23:59:59.000000",
    "timestamp '2026-03-02', timestamp '2026-03-03'",
    "$1 \\1 {} {0:d} %s",
]
TEXTS = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20
)
VALUES = {
    "text": TEXTS,
    "integer": st.integers(-(2**63) + 1, 2**63 - 1),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "time": st.datetimes(),
    "list of text": st.lists(TEXTS, min_size=1, max_size=4),
    "list of time": st.lists(st.datetimes(), min_size=1, max_size=4),
    "list of integer": st.lists(
        st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=4
    ),
}


@pytest.fixture(scope="module")
def connection():
    opened = duckdb.connect()
    for statement in (*dialect.settings(), *dialect.macros()):
        opened.execute(statement)
    yield opened
    opened.close()


@given(st.data(), st.sampled_from(sorted(VALUES)), st.sampled_from(sorted(VALUES)))
def test_what_was_bound_is_what_comes_out(connection, data, first, second):
    values = [data.draw(VALUES[first]), data.draw(VALUES[second])]
    literals = {
        "a": literal(values[0], first),
        "b": literal(values[1], second),
    }
    bound = parameters.bind("select :a as a, :b as b, :a as c", literals)
    quick = connection.sql(dialect.to_duckdb(bound)).fetchall()
    slow = connection.sql(dialect.to_duckdb(str(bound))).fetchall()
    assert quick == slow


@pytest.mark.parametrize("question", [*load()], ids=lambda each: each.name)
def test_each_question_is_translated_as_its_text_is(question):
    examples = {
        "text": "it's \\\\1",
        "integer": 7,
        "time": "2026-03-02 11:40:00.123456",
        "list of text": ["a", "b'"],
        "list of time": ["2026-03-02 11:40", "2026-03-03"],
        "boolean": True,
        "number": 0.5,
        "duration": "90m",
        "cidr": "198.51.100.0/24",
        "list of cidr": ["198.51.100.0/24"],
    }
    given_values = {each.name: examples[each.type] for each in question.parameters}
    literals = parameters.resolve(question.parameters, given_values)
    window = parameters.window_literals(None, None)
    bound = parameters.bind(question.sql, literals | window)
    assert dialect.to_duckdb(bound) == dialect.to_duckdb(str(bound))


def test_another_value_is_not_translated_anew():
    sql = (
        "select a from t where a = :a and contains(:b, a) and contains(:c, d) limit :n"
    )
    _translated.cache_clear()
    for value in ("x", "it's", "z"):
        names = [f"{value}{number}" for number in range(50)]
        literals = {
            "a": literal(value, "text"),
            "b": literal(names, "list of text"),
            "c": literal([f"2026-03-{len(value):02}"] * len(value), "list of time"),
            "n": "5",
        }
        assert repr(f"{value}49")[1:-1].replace("'", "''") in dialect.to_duckdb(
            parameters.bind(sql, literals)
        )
    assert _translated.cache_info().misses == 1


@pytest.mark.parametrize(
    ("sql", "good", "bad"),
    [
        ("select json_extract_scalar(a, :x) as b from t", "'$.a'", "'$..a'"),
        ("select date_trunc(:x, a) as b from t", "'day'", "'eon'"),
        ("select date_format(a, :x) as b from t", "'%Y'", "'%W'"),
        ("select regexp_replace(a, 'b', :x) as b from t", "'c'", r"'\1'"),
        (
            "select try(contains(:x, try_cast(a as ipaddress))) as b from t",
            "'10.0.0.0/8'",
            "'10.0.0.1/8'",
        ),
    ],
)
def test_a_value_that_the_translation_depends_on_is_looked_at(sql, good, bad):
    bound = parameters.bind(sql, {"x": good})
    assert dialect.to_duckdb(bound) == dialect.to_duckdb(str(bound))
    with pytest.raises(UnsupportedSQL):
        dialect.to_duckdb(parameters.bind(sql, {"x": bad}))


def test_a_value_in_a_lambda_is_looked_for_by_contains():
    sql = "select filter(a, x -> contains(array['b', 'c'], x)) as found from t"
    assert " IN (" not in dialect.to_duckdb(sql)


def test_a_query_stays_bound_where_relations_are_put_before_it():
    bound = parameters.bind("select a from events where a = :x;", {"x": "'y'"})
    whole = dialect.with_relations(bound, {"events": "select 1 as a"})
    assert whole == dialect.with_relations(str(bound), {"events": "select 1 as a"})
    assert "'y'" in whole
    assert "'y'" not in dialect.shape_of(whole)


def test_another_window_is_not_translated_anew(practice_case):
    made = []
    for start in ("2026-03-10", "2026-03-11"):
        frame = practice_case.window(start, "2026-03-13").ask("s3/bucket-deletions")
        assert f"timestamp '{start}" in tk.provenance(frame).sql
        made.append(_translated.cache_info().misses)
    assert made[0] == made[1]


@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=2)), max_size=4))
def test_what_is_joined_has_its_values_where_they_stood(parts):
    each = [
        dialect.Bound([text] * (len(values) + 1), [literal(v, "text") for v in values])
        for text, values in parts
    ]
    joined = dialect.Bound.of(each)
    assert joined == "".join(each)
    assert joined.literals == tuple(one for part in each for one in part.literals)


def test_a_long_list_is_left_out_where_only_the_other_values_matter():
    many = [f"p{number}" for number in range(500)]
    literals = {"x": "'y'", "names": literal([*many, "q"], "list of text")}
    bound = parameters.bind(
        "select a from t where a = :x and contains(:names, a)", literals
    )
    short = dialect.without_lists(bound)
    assert "'y'" in short
    assert "'q'" not in short


@pytest.mark.parametrize("value", ["'a'", "'z'", "cast(null as varchar)"])
def test_a_value_is_looked_up_in_a_list_as_contains_does(connection, value):
    literals = literal(["a", "b"], "list of text"), literal(["a"], "list of text")
    for items in literals:
        quick = dialect.to_duckdb(f"select contains({items}, {value}) as found")
        macro = f"select contains({items[5:]}, {value}) as found"
        assert " IN (" in quick
        assert connection.sql(quick).fetchall() == connection.sql(macro).fetchall()
