"""DuckDB gives for Athena SQL what Trino gives."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from tests.support.dialect_cases import DIFFERENCES, EXPRESSIONS, FAILS, QUERIES, Cases
from tests.support.duckdb_values import connection, evaluator
from trailkit import dialect
from trailkit.dialect.functions import FUNCTIONS, TYPES


@pytest.fixture(scope="module")
def value_of() -> Callable[[str], Any]:
    return evaluator()


@pytest.fixture(scope="module")
def engine() -> duckdb.DuckDBPyConnection:
    return connection()


def pairs(table: Cases) -> list[tuple[str, Any]]:
    return [case for cases in table.values() for case in cases]


@pytest.mark.parametrize(("expression", "expected"), pairs(EXPRESSIONS))
def test_an_expression_has_trinos_value(
    value_of: Callable[[str], Any], expression: str, expected: Any
) -> None:
    if expected is FAILS:
        with pytest.raises(duckdb.Error):
            value_of(expression)
        return
    value = value_of(expression)
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize(("sql", "rows"), pairs(QUERIES))
def test_a_query_has_trinos_rows(
    engine: duckdb.DuckDBPyConnection, sql: str, rows: Any
) -> None:
    text = dialect.to_duckdb(sql)
    if rows is FAILS:
        with pytest.raises(duckdb.Error):
            engine.execute(text).fetchall()
        return
    assert engine.execute(text).fetchall() == rows


@pytest.mark.parametrize(("expression", "_", "differently"), DIFFERENCES)
def test_a_known_difference_is_still_one(
    value_of: Callable[[str], Any], expression: str, _: Any, differently: Any
) -> None:
    if differently is FAILS:
        with pytest.raises(duckdb.Error):
            value_of(expression)
    else:
        assert value_of(expression) == differently


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_cases(name: str) -> None:
    cases = EXPRESSIONS.get(name, []) + QUERIES.get(name, [])
    assert [expression for expression, _ in cases if f"{name}(" in expression]


def test_every_type_has_cases() -> None:
    tried = {each.partition("(")[0] for each in EXPRESSIONS} | {"json"}
    assert set(TYPES.values()) <= tried


def test_a_macro_takes_columns_as_well_as_constants(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    """DuckDB folds constants ahead of time: the cases again, out of a table."""
    rows = "(values (2, 'a.b.c', '{\"a\": \"x\"}'), (9, 'a', 'no')) as t (n, s, j)"
    sql = (
        "select split_part(s, '.', n) as part, substr(s, -n) as tail,"
        " json_extract_scalar(j, '$.a') as a, try_cast(s as bigint) as number,"
        " contains(split(s, '.'), 'b') as has, element_at(split(s, '.'), n) as at,"
        f" upper(s) as upper, cast(n as varchar) as text from {rows} order by n"
    )
    assert engine.execute(dialect.to_duckdb(sql)).fetchall() == [
        ("b", ".c", "x", None, True, "b", "A.B.C", "2"),
        (None, "", None, None, False, None, "A", "9"),
    ]
