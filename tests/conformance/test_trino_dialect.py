"""Trino itself gives what the table of Trino's answers says."""

from typing import Any

from trino.exceptions import TrinoQueryError

from tests.conformance.trino_server import TrinoServer
from tests.support.dialect_cases import DIFFERENCES, EXPRESSIONS, FAILS, QUERIES, Cases

TOGETHER = 10


def pairs(table: Cases) -> list[tuple[str, Any]]:
    return [case for cases in table.values() for case in cases]


def values(trino: TrinoServer, expressions: list[str]) -> list[Any]:
    """Ask for some at once, as a query takes a while; if that fails, for each alone."""
    found: list[Any] = []
    for start in range(0, len(expressions), TOGETHER):
        some = expressions[start : start + TOGETHER]
        together = rows(trino, f"select {', '.join(some)}")
        if together is not FAILS:
            found += together[0]
        elif len(some) == 1:
            found.append(FAILS)
        else:
            found += [value for each in some for value in values(trino, [each])]
    return found


def rows(trino: TrinoServer, sql: str) -> Any:
    try:
        return [tuple(row) for row in trino.rows(sql)]
    except TrinoQueryError:
        return FAILS


def wrong(asked: list[tuple[str, Any]], found: list[Any]) -> dict[str, Any]:
    """Return what differs in value or type: the expression, with what Trino gives."""
    return {
        text: value
        for (text, expected), value in zip(asked, found, strict=True)
        if (value, type(value)) != (expected, type(expected))
    }


def test_every_expression_has_its_value(trino: TrinoServer) -> None:
    asked = pairs(EXPRESSIONS)
    assert wrong(asked, values(trino, [text for text, _ in asked])) == {}


def test_every_query_has_its_rows(trino: TrinoServer) -> None:
    asked = pairs(QUERIES)
    assert wrong(asked, [rows(trino, sql) for sql, _ in asked]) == {}


def test_every_known_difference_has_trinos_value(trino: TrinoServer) -> None:
    asked = [(text, expected) for text, expected, _ in DIFFERENCES]
    assert wrong(asked, values(trino, [text for text, _ in asked])) == {}
