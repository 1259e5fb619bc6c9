"""Whatever value a question is given, its parsed tree is the same but for literals."""

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp

from trailkit import dialect
from trailkit.dialect.grammar import parse
from trailkit.dialect.literals import TYPES, literal
from trailkit.errors import InvalidParameter
from trailkit.questions import parameters
from trailkit.questions.library import load
from trailkit.questions.parameters import Parameter
from trailkit.questions.question import Question

PROJECT = Path(__file__).parents[1]

PIECES = (
    *("'", "''", '"', "\\", "--", "/*", "*/", ";", "\n", "\r", "$$", "`", "\u2019"),
    *(" or 1=1 ", ") union select 1", ":bucket", "{{x}}", "%s", "U&'\\0041'", "x'41'"),
    *(
        "\uff07",
        "\u02bc",
        "\u2028",
        "\u202e",
        "\x1b[2J",
        "e'\\n'",
        "array[",
        "](",
        "\t",
    ),
    *("'\\%q 0'", "9223372036854700001", "9998-12-31 23:59:59.000001", "null", "''' "),
)
NUMBERS = (0, -1, 1, 2**63 - 1, -(2**63) + 1, "-5", "+7", " 12 ", 2**64, "1e5", "0x1F")
ODD: dict[str, tuple[Any, ...]] = {
    "text": (),
    "integer": (*NUMBERS, "1;", "1--", True, 1.0, "١", "1_000"),
    "number": (0.5, -0.0, 1e308, "1e-300", "-.5", 9.0, "1e999", "nan", "1/0", "１"),
    "boolean": (True, False, "true", "false", "TRUE", "1=1", 1),
    "time": ("2026-03-09", "2026-03-09T11:40:00.123456+01:00", "2026-03-09' --"),
    "duration": ("90m", "7d", "99999999999d", "1h'; --", "-1h", "1s"),
    "cidr": (
        *("198.51.100.7", "10.0.0.0/8", "fe80::1", "fe80::/10", "::1", "fe80::1%'x"),
        *("fe80::1%' or ''='", "10.0.0.0/8'", "0/0", "::%--/64", "1.2.3.4\n"),
    ),
}


def value_of(kind: str, dice: random.Random) -> Any:
    """Make a hostile value of a type; a text is made of pieces that mean something."""
    if kind.startswith("list of "):
        inner = kind.removeprefix("list of ")
        return [value_of(inner, dice) for _ in range(dice.randint(1, 3))]
    made = "".join(dice.choices(PIECES, k=dice.randint(1, 4)))
    if kind == "text" or dice.random() < 0.2:
        return made
    odd = dice.choice(ODD[kind])
    return f"{odd}{made}" if isinstance(odd, str) and dice.random() < 0.3 else odd


def taken(kind: str, dice: random.Random) -> tuple[str, int]:
    """Write a hostile value as a literal; count those that were refused before it."""
    refused = 0
    while True:
        try:
            return literal(value_of(kind, dice), kind), refused
        except InvalidParameter:
            refused += 1


def athena_tree(sql: str) -> list[Any]:
    """Return the nodes of a query, without the values of its literals.

    A negative number stands in parentheses: it is one literal, with its sign.
    """
    tree = parse(sql).copy()
    for paren in list(tree.find_all(exp.Paren)):
        if isinstance(paren.this, exp.Neg) and isinstance(paren.this.this, exp.Literal):
            paren.replace(exp.Literal.number(0))
    return [_node(each) for each in tree.walk()]


def _node(node: exp.Expr) -> tuple[Any, ...]:
    if isinstance(node, exp.Literal):
        return exp.Literal, node.args["is_string"]
    if isinstance(node, exp.Boolean):
        return (exp.Boolean,)
    plain = {
        name: value
        for name, value in node.args.items()
        if not isinstance(value, exp.Expr | list)
    }
    return type(node), str(plain)


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def duckdb_tree(sql: str) -> str:
    """Return what DuckDB's own parser makes of a query, without values and places."""
    [(text,)] = (
        _duckdb()
        .execute(
            "select json_serialize_sql(cast(? as varchar))", [dialect.to_duckdb(sql)]
        )
        .fetchall()
    )
    assert not json.loads(text)["error"], sql
    tree = json.loads(text)
    return json.dumps(_without_values(tree), sort_keys=True)


def _without_values(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_without_values(each) for each in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("class") == "CONSTANT":
        return {"class": "CONSTANT"}
    return {
        name: _without_values(value)
        for name, value in tree.items()
        if not name.startswith("query_location")
    }


def given(question: Question, dice: random.Random) -> Iterator[tuple[str, str, int]]:
    for each in question.parameters:
        text, refused = taken(kind_of(each), dice)
        yield each.name, text, refused


def kind_of(parameter: Parameter) -> str:
    """Return a parameter's type: of addresses only networks get as far as the SQL."""
    is_address = parameter.means == "address"
    return parameter.type.replace("text", "cidr") if is_address else parameter.type


def held(question: Question, dice: random.Random, both: bool = True) -> int:
    """Bind hostile values to all of a question's parameters; count the values."""
    hostile = list(given(question, dice))
    window = parameters.window_literals(None, None)
    lengths = {name: text.count(", ") for name, text, _ in hostile}
    literals = {name: text for name, text, _ in hostile}
    plain = {
        each.name: like(kind_of(each), literals[each.name])
        for each in question.parameters
    }
    bound = parameters.bind(question.sql, literals | window)
    benign = parameters.bind(question.sql, plain | window)
    assert athena_tree(str(bound)) == athena_tree(str(benign)), (question.name, lengths)
    if both:
        assert duckdb_tree(str(bound)) == duckdb_tree(str(benign)), question.name
        assert dialect.to_duckdb(bound) == dialect.to_duckdb(str(bound))
    return sum(1 + refused for _, _, refused in hostile)


PLAIN = {
    "text": "a",
    "integer": 1,
    "number": 0.5,
    "boolean": True,
    "time": "2026-03-09 11:40",
    "duration": "90m",
    "cidr": "198.51.100.0/24",
}


def like(kind: str, hostile: str) -> str:
    """Write a harmless literal, for a list with as many items."""
    if not kind.startswith("list of "):
        return literal(PLAIN[kind], kind)
    inner = kind.removeprefix("list of ")
    tree = parse(f"select {hostile} as a").selects[0].this
    return literal([PLAIN[inner]] * len(tree.expressions), kind)


def questions() -> list[Question]:
    return [each for each in load() if each.parameters]


def test_hostile_values_leave_the_tree_of_a_question_as_it_is() -> None:
    dice = random.Random(1)
    for question in dice.sample(questions(), 12):
        held(question, dice)


@pytest.mark.soak
def test_twenty_thousand_hostile_values_leave_every_tree_as_it_is() -> None:
    dice, tried = random.Random(2), 0
    while tried < 20_000:
        for question in questions():
            tried += held(question, dice)
    assert tried >= 20_000


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_one_literal_of_its_own(kind: str) -> None:
    dice = random.Random(kind)
    for _ in range(40):
        text, _ = taken(kind, dice)
        assert athena_tree(f"select {text} as a") == athena_tree(
            f"select {like(kind, text)} as a"
        )


@pytest.mark.parametrize("address", ["fe80::1%eth0", "fe80::1%' or ''='", "::1%0/128"])
def test_an_address_with_a_zone_is_refused(address: str) -> None:
    with pytest.raises(InvalidParameter, match=r"zone|no address"):
        literal(address, "cidr")


def test_quotes_are_escaped_in_one_place_for_each_language() -> None:
    found = [
        path.relative_to(PROJECT).as_posix()
        for path in sorted((PROJECT / "trailkit").rglob("*.py"))
        if '.replace("\'"' in path.read_text(encoding="utf-8")
    ]
    assert found == [
        "trailkit/report/interchange.py",  # patterns of STIX
        "trailkit/scope.py",  # SQL
        "trailkit/tables/names.py",  # DDL
    ]
