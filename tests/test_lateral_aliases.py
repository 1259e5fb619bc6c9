"""Columns that read their neighbours become one SELECT in another."""

import duckdb
import pytest

from trailkit.dialect.sql_files import sql_folder
from trailkit.lens import families, lateral_aliases
from trailkit.record import PLACE, relation_columns

SOURCE = ["a", "n"]
SQL = """
select
    upper(a) as b,
    -- n is the source's here,
    n + 1 as n,
    -- and here the column above.
    b || '/' || a || n as c,
    length(c) as d,
    'b' as e
from t
"""
COLUMNS = lateral_aliases.columns(SQL, SOURCE)


def run(*wanted: str, verb: str = "select") -> list[tuple[object, ...]]:
    """Run the nested SELECT over the row ('x', 1)."""
    kept = lateral_aliases.needed(COLUMNS, wanted)
    text = lateral_aliases.nested(kept, wanted, "t", verb)
    rows = duckdb.sql(f"with t as (select 'x' as a, 1 as n) {text}")
    assert [*rows.columns] == [name for name in COLUMNS if name in wanted]
    return rows.fetchall()


def test_a_column_reads_those_above_it_and_the_source() -> None:
    assert run("b", "n", "c", "d", "e") == [("X", 2, "X/x2", 4, "b")]


@pytest.mark.parametrize(
    ("name", "value"), [("b", "X"), ("n", 2), ("c", "X/x2"), ("d", 4), ("e", "b")]
)
def test_each_column_can_be_had_alone(name: str, value: object) -> None:
    assert run(name) == [(value,)]


def test_only_what_is_read_is_kept() -> None:
    assert list(lateral_aliases.needed(COLUMNS, ["c"])) == ["b", "n", "c"]
    assert list(lateral_aliases.needed(COLUMNS, ["e"])) == ["e"]


def test_a_text_is_no_name() -> None:
    assert COLUMNS["e"].above == set()


def test_a_column_knows_what_it_reads_of_the_source() -> None:
    assert COLUMNS["n"].below == {"n"}
    assert COLUMNS["c"].below == {"a"}


def test_the_verb_is_the_outer_selects() -> None:
    kept = lateral_aliases.needed(COLUMNS, ["d"])
    text = lateral_aliases.nested(kept, ["d"], "t", "select distinct")
    assert text.startswith("select distinct\n    length(c) as d\nfrom (")
    assert text.count("distinct") == 1


@pytest.mark.parametrize("file", ["events", "insights", "aggregated"])
def test_no_column_of_the_lens_reads_a_record_through_another_name(file: str) -> None:
    """One that reads its neighbours stands where a record's own name is taken."""
    sql = (sql_folder() / f"{file}.sql").read_text(encoding="utf-8")
    found = lateral_aliases.columns(families.expand(sql), [*relation_columns(), *PLACE])
    for name, column in found.items():
        hidden = column.below & found.keys() if column.above else set()
        assert not hidden, f"{name} reads {hidden}: put it below them"
