"""Words that people type, in words that every engine reads to one answer.

The present moment becomes the literal it is now, so that a query says what it asked.
``any_value`` becomes ``min``, which is one of the values and the same on every run;
``approx_distinct`` the exact count. The rest of the text stays as it was written.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlglot.tokenizer_core import Token, TokenType

from trailkit.dialect.grammar import tokens


class Reworded(NamedTuple):
    """A query in the words that all engines share, and what was changed."""

    sql: str
    notes: list[str]


class _Change(NamedTuple):
    start: int
    end: int
    text: str
    note: str


def reworded(sql: str, now: datetime) -> Reworded:
    """Return a query with its synonyms and its present moment written out.

    >>> reworded("select any_value(actor) as actor from events", datetime(2026, 3, 1))
    Reworded(sql='select min(actor) as actor from events', notes=['any_value() ...'])
    """
    changes = list(_changes(tokens(sql), now))
    for change in reversed(changes):
        sql = sql[: change.start] + change.text + sql[change.end :]
    return Reworded(sql, list(dict.fromkeys(each.note for each in changes)))


def _changes(pieces: Sequence[Token], now: datetime) -> Iterator[_Change]:
    for at, token in enumerate(pieces):
        word = token.text.lower()
        if token.token_type in (TokenType.STRING, TokenType.IDENTIFIER):
            continue
        if at and pieces[at - 1].token_type in (TokenType.DOT, TokenType.ALIAS):
            continue
        called = _type_at(pieces, at + 1) is TokenType.L_PAREN
        if word in _MOMENTS and called is (word == "now"):
            close = pieces[at + 2 if called else at]
            if not called or close.token_type is TokenType.R_PAREN:
                text = _MOMENTS[word](now)
                note = f"{word} was read as {text}."
                yield _Change(token.start, close.end + 1, text, note)
        elif word in _NAMES and called:
            note = f"{word}() {_NAMES[word][1]}."
            yield _Change(token.start, token.end + 1, _NAMES[word][0], note)
        elif word == "approx_distinct" and called and _has_one(pieces, at + 1):
            end = pieces[at + 1].end + 1
            note = "approx_distinct() was counted exactly."
            yield _Change(token.start, end, "count(distinct ", note)


def _type_at(pieces: Sequence[Token], at: int) -> TokenType | None:
    return pieces[at].token_type if at < len(pieces) else None


def _has_one(pieces: Sequence[Token], opening: int) -> bool:
    """Return whether a call has one argument alone."""
    depth = 0
    for token in pieces[opening:]:
        depth += token.token_type in (TokenType.L_PAREN, TokenType.L_BRACKET)
        depth -= token.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET)
        if depth == 1 and token.token_type is TokenType.COMMA:
            return False
        if depth == 0:
            return True
    return True


def _time(now: datetime) -> str:
    return f"timestamp '{now:%Y-%m-%d %H:%M:%S}.000'"


def _date(now: datetime) -> str:
    return f"date '{now:%Y-%m-%d}'"


_MOMENTS: dict[str, Callable[[datetime], str]] = {
    "now": _time,
    "current_timestamp": _time,
    "localtimestamp": _time,
    "current_date": _date,
}

_NAMES = {
    "any_value": ("min", "was taken as the least of the values"),
    "arbitrary": ("min", "was taken as the least of the values"),
}
