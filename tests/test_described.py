"""The lens says of each column what it is."""

import pytest

import trailkit as tk
from trailkit.errors import UnknownRelation
from trailkit.lens import compose
from trailkit.lens.described import described


@pytest.fixture(scope="module")
def case() -> tk.Case:
    return tk.demo()


@pytest.mark.parametrize("relation", compose.RELATIONS)
def test_each_column_has_a_meaning_and_the_type_it_has(
    relation: str, case: tk.Case
) -> None:
    names = compose.columns(relation)
    found = described(relation)
    assert list(found) == names
    assert all(column.meaning for column in found.values())
    select = f"select {', '.join(names)} from {relation} limit 0"
    answer = case.engine.run(compose.to_run(select, case.source, case.scope))
    plain = {name: kind for name, kind in answer.types.items() if name != "resources"}
    assert plain == {name: found[name].type for name in plain}


def test_case_columns_is_the_description_of_events(case: tk.Case) -> None:
    frame = case.columns()
    assert list(frame.columns) == ["column", "type", "meaning"]
    assert frame["column"].tolist() == compose.columns("events")
    assert case.columns("insights")["column"].tolist() == compose.columns("insights")


def test_a_relation_that_is_not_there_is_answered_with_the_nearest(
    case: tk.Case,
) -> None:
    with pytest.raises(UnknownRelation, match='Did you mean "events"'):
        case.columns("event")


@pytest.mark.parametrize(
    "words", ["describe events", "DESCRIBE events;", "show columns from events"]
)
def test_describe_is_the_same_frame(case: tk.Case, words: str) -> None:
    assert case.query(words).equals(case.columns())
