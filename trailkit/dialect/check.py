"""Refuse what the engines do not share, before anything runs."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from trailkit.dialect.functions import OVER_MAPS, TYPES
from trailkit.dialect.grammar import parse, place, tokens
from trailkit.dialect.networks import is_network_test, unroll_networks
from trailkit.dialect.relations import relation_tables
from trailkit.dialect.rules import check_node
from trailkit.errors import UnknownRelation, UnsupportedSQL, nearest

_INDEXED = {
    TokenType.ARRAY,
    TokenType.IDENTIFIER,
    TokenType.R_BRACKET,
    TokenType.R_PAREN,
    TokenType.VAR,
}
"""What may stand before [."""

_TYPE_WORDS = {*TYPES.values(), "int", "interval"}

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check(sql: str) -> None:
    """Refuse a query that does not mean the same on Athena and on DuckDB.

    It must be one SELECT, of the functions, types and syntax in ``functions``. Raises
    ``NotOneSelect`` and ``UnsupportedSQL``, with what to write instead.

    >>> check("select stddev(minutes) as spread from events")
    Traceback (most recent call last):
    trailkit.errors.UnsupportedSQL: stddev() is not a function ...
    """
    tree = parse(sql)
    _check_tokens(tree, tokens(sql))
    for node in tree.walk():
        try:
            check_node(node)
        except UnsupportedSQL as error:
            raise UnsupportedSQL(f"{place(node, sql)}{error}") from None
    if any(is_network_test(call) for call in tree.find_all(exp.Anonymous)):
        unroll_networks(tree.copy())


def check_query(sql: str, relations: Collection[str]) -> None:
    """Refuse an ad hoc query that is not one SELECT over relations of the lens.

    A table must be one of ``relations`` or a CTE of the query's own, by its bare name;
    a CTE may not take a relation's name. Raises ``UnknownRelation`` too.

    >>> check_query("select * from 'notes.parquet'", ["events"])
    Traceback (most recent call last):
    trailkit.errors.UnknownRelation: There is no relation "notes.parquet". ...
    """
    tree = parse(sql)
    for table in relation_tables(tree):
        _check_table(table, relations)
    for cte in tree.find_all(exp.CTE):
        if cte.alias.lower().removesuffix("_records") in {*relations, "records"}:
            raise UnknownRelation(
                f'The query calls a part of its own "{cte.alias}", which is a name of'
                f' the lens. Give it another one, such as "chosen_{cte.alias}".'
            )
    for call in tree.find_all(exp.Anonymous):
        if call.name.lower() in OVER_MAPS:
            raise UnsupportedSQL(
                f"{call.name}() is about maps, and no column of the lens is one."
            )
    check(sql)


def _check_tokens(tree: exp.Expr, pieces: Sequence[Token]) -> None:
    """Refuse what sqlglot reads, kindly, as the right thing."""
    _check_offset(tree, pieces)
    _check_types(pieces)
    for before, piece in pairwise([None, *pieces]):
        if piece is not None and (mend := _mend(before, piece)):
            raise UnsupportedSQL(
                f"{piece.text} in line {piece.line} is not Athena SQL here: {mend}."
            )
    written = sum(piece.token_type is TokenType.SELECT for piece in pieces)
    if written != len(list(tree.find_all(exp.Select))):
        raise UnsupportedSQL(
            "`table x` and bare `values …` are not shared: write select … from x, or"
            " select n from (values …) as t (n)."
        )


def _check_offset(tree: exp.Expr, pieces: Sequence[Token]) -> None:
    """Trino reads an offset before its limit, and only there."""
    offset = tree.args.get("offset")
    if offset is None:
        return
    kinds = [piece.token_type for piece in pieces]
    if TokenType.LIMIT in kinds and kinds.index(TokenType.LIMIT) < _last(kinds):
        raise UnsupportedSQL("Athena reads the offset first: offset 20 limit 10.")


def _check_types(pieces: Sequence[Token]) -> None:
    """Refuse other databases' words for a type, which sqlglot reads as Athena's."""
    opened: list[str] = []
    for before, piece in pairwise(pieces):
        if piece.token_type is TokenType.L_PAREN:
            opened.append(before.text.lower())
        elif piece.token_type is TokenType.R_PAREN and opened:
            opened.pop()
        casts = opened and opened[-1] in ("cast", "try_cast")
        if casts and before.token_type is TokenType.ALIAS:
            word = piece.text.lower()
            if word not in _TYPE_WORDS:
                names = ", ".join(sorted(set(TYPES.values())))
                raise UnsupportedSQL(
                    f"{word} is not a type that Athena and DuckDB share. There are:"
                    f" {names}."
                )


def _last(kinds: list[TokenType]) -> int:
    return max(at for at, kind in enumerate(kinds) if kind is TokenType.OFFSET)


def _mend(before: Token | None, piece: Token) -> str | None:
    """Return what to write instead of a token that Trino would not read there."""
    kind = piece.token_type
    opens = before is None or before.token_type is TokenType.L_PAREN
    if kind is TokenType.DCOLON:
        return "write cast(… as …)"
    if kind is TokenType.EQ and piece.text == "==":
        return "write ="
    if kind is TokenType.FROM and opens:
        return "write select … from x"
    if kind is TokenType.L_BRACKET and before and before.token_type not in _INDEXED:
        return "write array[…]"
    if kind is TokenType.VAR and not _WORD.fullmatch(piece.text):
        return "a name has letters, digits and _, or stands in double quotes"
    return None


def _check_table(table: exp.Table, relations: Collection[str]) -> None:
    bare = isinstance(table.this, exp.Identifier) and not (table.db or table.catalog)
    if not bare:
        raise UnknownRelation(
            f"A query reads relations by their bare name, not {table.sql()}."
            f" There are: {', '.join(sorted(relations))}."
        )
    if table.name.lower() not in relations:
        raise UnknownRelation(
            f'There is no relation "{table.name}". {nearest(table.name, relations)}'
        )
