"""A query whose answer is flat: what is nested is shown as JSON text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from trailkit.dialect.expressions import ADDRESS
from trailkit.dialect.grammar import parse, tokens
from trailkit.dialect.resolving import Shown, resolve
from trailkit.dialect.value_types import Type, element, fields, is_nested, kind
from trailkit.errors import UnsupportedSQL

_OPENS = (TokenType.L_PAREN, TokenType.L_BRACKET)
_CLOSES = (TokenType.R_PAREN, TokenType.R_BRACKET)
_PLAIN = re.compile("[a-z_][a-z0-9_]*")


def flat(sql: str, relations: Mapping[str, Mapping[str, str]]) -> str:
    """Return a query with each nested column of its answer as JSON text.

    Names and types are held to Athena's rules first: it raises what ``resolve`` does,
    and UnsupportedSQL for two columns of one name, which no frame can hold.

    >>> print(flat("select a from t", {"t": {"a": "array(varchar)"}}))
    select json_format(cast(a as json)) as a from t
    """
    shown = resolve(sql, relations)
    _check_names(shown)
    _check_addresses(shown)
    if not any(is_nested(type) for _, type in shown):
        return sql
    query = parse(sql)
    if not isinstance(query, exp.Select):
        name, type = next(each for each in shown if is_nested(each[1]))
        raise UnsupportedSQL(
            f'"{name}" is {type}, which a frame does not hold: in each SELECT of the'
            f" union write json_format(cast({name} as json)) as {name}."
        )
    items = list(_items(sql))
    for item, node in reversed(list(zip(items, query.expressions, strict=True))):
        mine = _shown_by(node, query, shown)
        if any(is_nested(type) for _, type in mine):
            text = ", ".join(_written(each, node, item.text) for each in mine)
            sql = sql[: item.start] + text + sql[item.end :]
    return sql


def _check_names(shown: Shown) -> None:
    names = [name.lower() for name, _ in shown if name]
    for name in names:
        if names.count(name) > 1:
            raise UnsupportedSQL(
                f'Two columns are called "{name}": name one of them with … as other.'
            )


def _check_addresses(shown: Shown) -> None:
    """Refuse what Trino writes as an address, and DuckDB as the bytes of one."""
    for place, (name, type) in enumerate(shown):
        if type is not None and "ipaddress" in type:
            raise UnsupportedSQL(f'Column "{name or f"_col{place}"}": {ADDRESS}')


class _Item(NamedTuple):
    """An item of the SELECT's list: where it stands, and its expression's text."""

    start: int
    end: int
    text: str


def _items(sql: str) -> Iterator[_Item]:
    """Split the list of the query's own SELECT, which is the last one on top."""
    pieces = list(_on_top(tokens(sql)))
    selects = [at for at, each in enumerate(pieces) if _is(each, TokenType.SELECT)]
    rest = pieces[selects[-1] + 1 :]
    if rest and rest[0][0].token_type in (TokenType.DISTINCT, TokenType.ALL):
        rest = rest[1:]
    item: list[Token] = []
    alias: Token | None = None
    for token, depth in rest:
        ends = depth == 0 and token.token_type in _BEHIND
        if not ends:
            item.append(token)
            if depth == 0 and token.token_type is TokenType.ALIAS:
                alias = token
            continue
        yield _item(sql, item, alias)
        item, alias = [], None
        if token.token_type is not TokenType.COMMA:
            return
    yield _item(sql, item, alias)


_BEHIND = (TokenType.COMMA, TokenType.FROM, TokenType.SEMICOLON)


def _item(sql: str, item: Sequence[Token], alias: Token | None) -> _Item:
    start, end = item[0].start, item[-1].end + 1
    upto = alias.start if alias else end
    if not alias and len(item) > 1 and _is_bare_alias(item):
        upto = item[-1].start
    return _Item(start, end, sql[start:upto].strip())


def _is_bare_alias(item: Sequence[Token]) -> bool:
    """Return whether the last word is a name without ``as``: ``resources r``."""
    before, last = item[-2:]
    named = last.token_type in (TokenType.VAR, TokenType.IDENTIFIER)
    return named and before.token_type not in (TokenType.DOT, TokenType.STAR)


def _on_top(found: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    depth = 0
    for token in found:
        depth -= token.token_type in _CLOSES
        yield token, depth
        depth += token.token_type in _OPENS


def _is(piece: tuple[Token, int], kind: TokenType) -> bool:
    return piece[1] == 0 and piece[0].token_type is kind


def _shown_by(node: exp.Expr, query: exp.Select, shown: Shown) -> Shown:
    """Return the columns that one item shows: a star shows what the others do not."""
    items = query.expressions
    at = next(place for place, each in enumerate(items) if each is node)
    stars = [place for place, each in enumerate(items) if _is_star(each)]
    if not stars:
        return [shown[at]]
    if len(stars) > 1:
        raise UnsupportedSQL("Write one * alone where a list or a row is shown.")
    after = len(items) - 1 - stars[0]
    if at < stars[0]:
        return [shown[at]]
    if at > stars[0]:
        return [shown[len(shown) - len(items) + at]]
    return shown[stars[0] : len(shown) - after]


def _is_star(node: exp.Expr) -> bool:
    return node.is_star and not isinstance(node, exp.Anonymous)


def _written(column: tuple[str, Type], node: exp.Expr, text: str) -> str:
    name, type = column
    quoted = name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'
    if _is_star(node):
        prefix = text.removesuffix("*")
        text = f"{prefix}{quoted}"
        if not is_nested(type):
            return text
    named = f" as {quoted}" if name else ""
    if kind(type) == "JSON":
        return f"json_format({text}){named}"
    _check_inside(name, type)
    return f"json_format(cast({text} as json)){named}"


def _check_inside(name: str, type: Type) -> None:
    """Refuse a list of what the engines write differently in JSON."""
    inner = element(type)
    held = list(fields(inner).values()) if fields(inner) else [inner]
    if any(kind(each) not in ("text", "boolean", "number") for each in held):
        raise UnsupportedSQL(
            f'"{name}" is {type}, which a frame does not hold. Join it to text:'
            f" array_join(transform({name}, x -> cast(x as varchar)), ', ')."
        )
    if "double" in held:
        raise UnsupportedSQL(
            f'"{name}" is {type}, whose numbers the engines write differently: show'
            " one number a row."
        )
