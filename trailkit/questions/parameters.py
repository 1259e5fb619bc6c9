"""A question's parameters: declared, given, and bound into its text.

They stand in the text as ``:name``. A SQL tokenizer finds them, so comments, literals
and JSON paths are passed over, and a literal takes the place of each: the author's text
stays as it is around it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from sqlglot.tokenizer_core import Token, TokenType

from trailkit import dialect
from trailkit.dialect import tokens
from trailkit.dialect.literals import literal
from trailkit.errors import (
    InvalidParameter,
    MissingParameter,
    UnknownParameter,
    UnsupportedSQL,
    nearest,
)

NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What the name of a parameter looks like."""

WINDOW = ("window_start", "window_end")
"""The names that the scope fills: a question may use them undeclared."""

_BEFORE = frozenset(" \t\r\n(,[=<>+-*/%|")
_AFTER = frozenset(" \t\r\n),]=<>+-*/%|;")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question, as its header declares it."""

    name: str
    type: str
    optional: bool = False
    default: Any = None
    help: str = ""
    means: str | None = None
    one_of: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether a question cannot be asked without it."""
        return not self.optional and self.default is None


def resolve(
    parameters: Iterable[Parameter], given: Mapping[str, Any]
) -> dict[str, str]:
    """Return the literal of each parameter; refuse what does not fit.

    None means left out. Raises UnknownParameter, MissingParameter or InvalidParameter.

    >>> resolve([Parameter("bucket", "text", optional=True)], {})
    {'bucket': 'cast(null as varchar)'}
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise UnknownParameter(
                f'There is no parameter "{name}". {nearest(name, known)}'
            )
    return {name: _resolve(each, given.get(name)) for name, each in known.items()}


def _resolve(parameter: Parameter, value: Any) -> str:
    value = parameter.default if value is None else value
    if value is None and not parameter.optional:
        raise MissingParameter(
            f'The parameter "{parameter.name}" ({parameter.type}) is missing:'
            f" {parameter.help or 'it is needed'}."
            f" Give it as {parameter.name}=…"
        )
    try:
        return literal(value, parameter.type)
    except InvalidParameter as error:
        raise InvalidParameter(f"{parameter.name}: {error}") from None


def window_literals(start: datetime | None, end: datetime | None) -> dict[str, str]:
    """Return the literals of ``:window_start`` and ``:window_end``."""
    values = zip(WINDOW, (start, end), strict=True)
    return {name: literal(value, "time") for name, value in values}


def from_texts(texts: list[str], type: str) -> Any:
    """Read a value that was typed as text: in a header, on the command line.

    >>> from_texts(["7"], "integer"), from_texts(["a", "b"], "list of text")
    (7, ['a', 'b'])
    """
    item = type.removeprefix("list of ")
    if item != type:
        return [from_texts([text], item) for text in texts]
    if len(texts) > 1:
        raise InvalidParameter(f"It takes one value; here are {', '.join(texts)}.")
    try:
        return _READERS.get(type, str)(texts[0])
    except (ValueError, KeyError):
        raise InvalidParameter(f'"{texts[0]}" is not of type {type}.') from None


_READERS: dict[str, Callable[[str], Any]] = {
    "integer": lambda text: int(text.encode("ascii")),
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def names(sql: str) -> list[str]:
    """Return the names of the parameters that a text uses, in the order of their use.

    >>> names("select ':no', '$.a:no' from t where a = :bucket -- :no")
    ['bucket']
    """
    return list(dict.fromkeys(place.name for place in _places(sql)))


def bind(sql: str, literals: Mapping[str, str]) -> dialect.Bound:
    """Put literals in the place of ``:name``; the rest stays as it was written.

    Raises MissingParameter for a name without a literal, and UnsupportedSQL for a colon
    that is not a parameter or touches a word, as ``a:b`` does.

    >>> str(bind("select a from t where a = :b -- :b", {"b": "'x'"}))
    "select a from t where a = 'x' -- :b"
    """
    places = _places(sql)
    for place in places:
        if place.name not in literals:
            raise MissingParameter(f":{place.name} has no value.")
    ends = [0, *(place.end for place in places)]
    starts = [*(place.start for place in places), len(sql)]
    pieces = [sql[end:start] for end, start in zip(ends, starts, strict=True)]
    return dialect.Bound(pieces, [literals[place.name] for place in places])


class _Place(NamedTuple):
    """Where a parameter stands: its name, its first offset, the offset behind it."""

    name: str
    start: int
    end: int


@lru_cache(maxsize=512)
def _places(sql: str) -> list[_Place]:
    pieces = tokens(sql)
    return [
        _place(sql, colon, word)
        for colon, word in pairwise([*pieces, None])
        if colon is not None and colon.token_type is TokenType.COLON
    ]


def _place(sql: str, colon: Token, word: Token | None) -> _Place:
    """Read a parameter; it must stand alone, or a literal would join its neighbour."""
    if word is None or word.start != colon.end + 1 or not NAME.fullmatch(word.text):
        raise UnsupportedSQL(
            f"The colon in line {colon.line} begins no parameter: write :name, in lower"
            " case."
        )
    start, end = colon.start, word.end + 1
    before, after = sql[start - 1 : start], sql[end : end + 1]
    if not (_BEFORE.issuperset(before) and _AFTER.issuperset(after)):
        raise UnsupportedSQL(
            f"{sql[max(start - 1, 0) : end + 1]} in line {colon.line}: leave a blank"
            f" around :{word.text}."
        )
    return _Place(word.text, start, end)
