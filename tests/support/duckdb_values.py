"""What DuckDB makes of an expression in Athena SQL, for tests of the dialect."""

from collections.abc import Callable
from typing import Any

import duckdb

from trailkit import dialect


def connection() -> duckdb.DuckDBPyConnection:
    """Open DuckDB with the dialect's settings and macros."""
    opened = duckdb.connect()
    for statement in (*dialect.settings(), *dialect.macros()):
        opened.execute(statement)
    return opened


def evaluator() -> Callable[[str], Any]:
    """Return the function from an expression to its value."""
    opened = connection()

    def value_of(expression: str) -> Any:
        query = dialect.to_duckdb(f"select {expression} as value")
        row = opened.execute(query).fetchone()
        assert row is not None
        return row[0]

    return value_of
