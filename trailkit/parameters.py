"""Python values as typed SQL literals, and their place in a question's text.

A value is written as a literal of its declared type and nothing else; the author's
text stays as it is around it. So a value cannot become SQL, on any engine.
"""

import ipaddress
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
from sqlglot.tokenizer_core import TokenType

from trailkit.dialect import tokens
from trailkit.errors import (
    InvalidParameter,
    InvalidWindow,
    MissingParameter,
    UnknownParameter,
    nearest,
)
from trailkit.scope import duration, moment

WINDOW = ("window_start", "window_end")
"""The names that the scope fills: a question may use them undeclared."""

_LIST = "list of "
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question, as its header declares it."""

    name: str
    type: str
    optional: bool = False
    default: Any = None
    help: str = ""


def resolve(
    parameters: Iterable[Parameter], given: Mapping[str, Any]
) -> dict[str, str]:
    """Give the literal of each parameter; refuse what does not fit.

    Raises UnknownParameter, MissingParameter or InvalidParameter.
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
            f'The parameter "{parameter.name}" ({parameter.type}) is missing: '
            f"{parameter.help or 'it is needed'}. "
            f"Give it as {parameter.name}=…"
        )
    try:
        return literal(value, parameter.type)
    except InvalidParameter as error:
        raise InvalidParameter(f"{parameter.name}: {error}") from None


def literal(value: Any, type: str) -> str:
    """Write a value as an Athena SQL literal of a declared type; None as a typed null.

    Raises InvalidParameter for a value that the type does not hold.

    >>> literal("it's", "text"), literal(["a", "b"], "list of text")
    ("'it''s'", "array['a', 'b']")
    >>> literal(None, "integer")
    'cast(null as bigint)'
    """
    if type.startswith(_LIST):
        return _list(value, type.removeprefix(_LIST))
    if value is None:
        return f"cast(null as {_SQL[type]})"
    return _WRITERS[type](_plain(value))


def _list(value: Any, item: str) -> str:
    if value is None:
        return f"cast(null as array({_SQL[item]}))"
    values = _items(value)
    if not values:
        raise InvalidParameter(
            "The list is empty, so nothing could match. Leave the parameter out, or "
            "give at least one value."
        )
    return f"array[{', '.join(literal(each, item) for each in values)}]"


def _items(value: Any) -> list[Any]:
    """Read a list: any collection, a Series, or a text file with a value a line."""
    if isinstance(value, Path):
        return _lines(value)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InvalidParameter(
            f"{value!r} is not a list. Put it in brackets: [{value!r}]. A file with a "
            "value a line is given as pathlib.Path."
        )
    items = list(value)
    if any(item is None or item is pd.NA or item is pd.NaT for item in items):
        raise InvalidParameter("The list holds a missing value. Drop it: .dropna().")
    return sorted(items) if isinstance(value, set | frozenset) else items


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidParameter(
            f"The list file {path} cannot be read: {error}."
        ) from None
    return [line.strip() for line in lines if line.strip()]


def _plain(value: Any) -> Any:
    """Unwrap a numpy scalar."""
    unwrap = getattr(value, "item", None)
    return unwrap() if callable(unwrap) and not isinstance(value, datetime) else value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(value, "a text", "'payroll'")
    if "\0" in value:
        raise InvalidParameter(
            f"{value!r} holds a NUL character, which no log text has."
        )
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidParameter(
            f"{value!r} holds half a character (a lone surrogate), which is no text."
        ) from None
    return "'" + value.replace("'", "''") + "'"


def _integer(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(value, "a whole number", "100")
    if not -_LARGEST <= value < _LARGEST:
        raise InvalidParameter(f"{value} is too large for a whole number of 64 bits.")
    # A literal past 32 bits is a bigint by itself; a smaller one is made so.
    return f"cast({value} as bigint)" if value >= 0 else f"cast('{value}' as bigint)"


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(value, "a number", "0.5")
    if not math.isfinite(value):
        raise InvalidParameter(f"{value} is not a number that a log can hold.")
    return f"cast('{float(value)!r}' as double)"


def _boolean(value: Any) -> str:
    if not isinstance(value, bool):
        raise _wrong(value, "True or False", "True")
    return str(value).lower()


def _time(value: Any) -> str:
    if not isinstance(value, str | datetime | date):
        raise _wrong(value, "a time", "'2026-03-02 11:40'")
    try:
        at = moment(value)
    except InvalidWindow as error:
        raise InvalidParameter(str(error)) from None
    return f"timestamp '{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}'"


def _duration(value: Any) -> str:
    if not isinstance(value, str | timedelta):
        raise _wrong(value, "a length of time", "'90m'")
    try:
        length = duration(value)
    except InvalidWindow as error:
        raise InvalidParameter(str(error)) from None
    return f"interval '{length // timedelta(seconds=1)}' second"


def _cidr(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(value, "an address or a network", "'198.51.100.0/24'")
    try:
        network = ipaddress.ip_network(value.strip())
    except ValueError as error:
        raise InvalidParameter(
            f"{value!r} is no address and no network ({error}). Write it like "
            "'198.51.100.7' or '198.51.100.0/24'."
        ) from None
    return f"cast('{network}' as ipprefix)"


def _wrong(value: Any, what: str, example: str) -> InvalidParameter:
    kind = type(value).__name__
    return InvalidParameter(f"{value!r} ({kind}) is not {what}, such as {example}.")


_WRITERS: dict[str, Callable[[Any], str]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "time": _time,
    "duration": _duration,
    "cidr": _cidr,
}

_SQL = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "time": "timestamp",
    "duration": "interval day to second",
    "cidr": "ipprefix",
}

TYPES = (*_WRITERS, *(_LIST + name for name in _WRITERS))
"""Every type that a header can declare."""


def window_literals(start: datetime | None, end: datetime | None) -> dict[str, str]:
    """Give the literals of ``:window_start`` and ``:window_end``."""
    values = zip(WINDOW, (start, end), strict=True)
    return {name: literal(value, "time") for name, value in values}


def names(sql: str) -> set[str]:
    """Give the names of the parameters that a text uses.

    >>> sorted(names("select ':no', a from t where a = :bucket -- :no"))
    ['bucket']
    """
    return {name for name, _, _ in _places(sql)}


def bind(sql: str, literals: Mapping[str, str]) -> str:
    """Put literals in the place of ``:name``; the rest stays as it was written.

    >>> bind("select a from t where a = :b -- :b", {"b": "'x'"})
    "select a from t where a = 'x' -- :b"
    """
    for name, start, end in reversed(_places(sql)):
        sql = sql[:start] + literals[name] + sql[end:]
    return sql


def _places(sql: str) -> list[tuple[str, int, int]]:
    """Find each ``:name``: name, first offset, offset behind it."""
    found: list[tuple[str, int, int]] = []
    pieces = tokens(sql)
    for colon, name in pairwise(pieces):
        adjacent = name.start == colon.end + 1
        if (
            colon.token_type is TokenType.COLON
            and adjacent
            and name.text.isidentifier()
        ):
            found.append((name.text, colon.start, name.end + 1))
    return found
