"""The DuckDB form of a query gives what Trino gives."""

import duckdb
import pytest

from trailkit import dialect


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in (*dialect.settings(), *dialect.macros()):
        connection.execute(statement)
    return connection


def test_relations_go_before_the_querys_own_and_its_text_stays() -> None:
    text = "-- why\nwith recursive t(n) as (select 1) select n from t -- end;\n;"
    assert dialect.with_relations(text, {"events": "select 2"}) == (
        "with recursive events as (\nselect 2\n),\n"
        "-- why\nt(n) as (select 1) select n from t -- end;\n"
    )
