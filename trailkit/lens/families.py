"""Families of services: ``s3express`` and ``s3tables`` belong to ``s3``.

``families.csv`` is the one list; the lens writes ``family_of(x)``, which Athena does
not know, and this module spells it out.
"""

import csv
from collections.abc import Sequence
from functools import cache
from importlib import resources

from sqlglot.tokenizer_core import Token, TokenType

from trailkit.dialect import tokens
from trailkit.scope import quoted

_NAME = "family_of"


def expand(sql: str) -> str:
    """Write each ``family_of(x)`` as a CASE: the family by the list, else x itself."""
    if _NAME not in sql:
        return sql
    pieces = tokens(sql)
    calls = [at for at, token in enumerate(pieces) if token.text == _NAME]
    for at in reversed(calls):
        close = _closing(pieces, at + 1)
        argument = sql[pieces[at + 1].end + 1 : pieces[close].start]
        sql = sql[: pieces[at].start] + _case(argument) + sql[pieces[close].end + 1 :]
    return sql


def _closing(pieces: Sequence[Token], at: int) -> int:
    """Find the parenthesis that closes the one at this place."""
    depth = 0
    for place in range(at, len(pieces)):
        depth += pieces[place].token_type is TokenType.L_PAREN
        depth -= pieces[place].token_type is TokenType.R_PAREN
        if depth == 0:
            return place
    raise ValueError(f"{_NAME} has no closing parenthesis")


def _case(service: str) -> str:
    cases = " ".join(
        f"when {quoted(member)} then {quoted(family)}"
        for member, family in families().items()
    )
    return f"case {service} {cases} else {service} end"


@cache
def families() -> dict[str, str]:
    """Return the family of each service that is not alone in its own.

    >>> families()["s3express"]
    's3'
    """
    text = resources.files("trailkit.lens").joinpath("families.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["service"]: row["family"] for row in rows}
