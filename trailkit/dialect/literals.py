"""Python values as typed literals of Athena SQL.

A value is written as one literal of its declared type, or refused. Nothing else ever
puts a value into SQL, so no value can become SQL, on any engine.
"""

import ipaddress
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from trailkit.errors import InvalidParameter, InvalidWindow
from trailkit.scope import duration, moment, quoted

_LIST = "list of "
_LARGEST = 2**63 - 1
_NETWORKS = ipaddress.IPv4Network | ipaddress.IPv6Network
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def literal(value: Any, type: str) -> str:
    """Write a value as an Athena SQL literal of a declared type; None as a typed null.

    A time without an offset is UTC. Text in the type's own spelling will do for every
    type. A list may be one value, any collection, a Series, or a Path to a text file
    with one value a line. Raises InvalidParameter for a value that the type does not
    hold.

    >>> literal("it's", "text"), literal(["a", "b"], "list of text")
    ("'it''s'", "array['a', 'b']")
    >>> literal("2026-03-02T12:40+01:00", "time")
    "timestamp '2026-03-02 11:40:00.000'"
    >>> literal(None, "integer")
    'cast(null as bigint)'
    """
    kind = _KINDS[type.removeprefix(_LIST)]
    is_list = type.startswith(_LIST)
    if value is None:
        return f"cast(null as {f'array({kind.sql})' if is_list else kind.sql})"
    if not is_list:
        return kind.write(_plain(value))
    return f"array[{', '.join(kind.write(_plain(item)) for item in items(value))}]"


def items(value: Any) -> list[Any]:
    """Return a list: one value, a collection, a Series, a text file with its lines."""
    if isinstance(value, Path):
        found = _lines(value)
    elif isinstance(value, bytes | Mapping | pd.DataFrame):
        raise InvalidParameter(
            f"{_shown(value)} is neither a value nor a list. A column of a frame is"
            ' frame["name"]; a text file with a value a line is a pathlib.Path.'
        )
    elif isinstance(value, str | _NETWORKS) or not isinstance(value, Iterable):
        found = [value]
    else:
        found = list(value)
    if isinstance(value, set | frozenset):
        found.sort(key=str)  # a set has no order, and SQL must not differ by run
    if not found:
        raise InvalidParameter(
            "The list is empty, so nothing could match. Leave the parameter out, or"
            " give at least one value."
        )
    return found


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidParameter(
            f"The list {path} cannot be read: {reason}. Name a file of UTF-8 text with"
            " one value on each line."
        ) from None
    return [line.strip() for line in lines if line.strip()]


def _plain(value: Any) -> Any:
    """Unwrap what numpy and pandas put around a value."""
    if isinstance(value, np.datetime64):
        return pd.Timestamp(value)
    if isinstance(value, np.timedelta64):
        return pd.Timedelta(value)
    return value.item() if isinstance(value, np.generic) else value


def _text(value: Any) -> str:
    if not isinstance(value, str | bytes | Mapping) and isinstance(value, Iterable):
        raise InvalidParameter(
            f"It takes one value; here is {_shown(value)}. Ask once for each."
        )
    if not isinstance(value, str):
        raise _wrong(value, "a text", "'payroll'")
    if "\0" in value:
        raise InvalidParameter(
            f"{_shown(value)} holds a NUL character, which no log text has."
        )
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidParameter(
            f"{_shown(value)} holds half a character (a lone surrogate), which is no"
            " text."
        ) from None
    return quoted(value)


def _integer(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,19}", value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(value, "a whole number", "100")
    if abs(value) > _LARGEST:
        raise InvalidParameter(
            f"{_shown(value)} is too large: a whole number has 64 bits at most."
        )
    return str(value) if value >= 0 else f"({value})"  # two dashes begin a comment


def _number(value: Any) -> str:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(value, "a number", "0.5")
    if abs(value) > sys.float_info.max or math.isnan(value):
        raise InvalidParameter(f"{_shown(value)} is not a number that a log can hold.")
    return f"cast({quoted(repr(float(value)))} as double)"


def _boolean(value: Any) -> str:
    if isinstance(value, str) and value in ("true", "false"):
        return value
    if not isinstance(value, bool):
        raise _wrong(value, "True or False", "True")
    return str(value).lower()


def _time(value: Any) -> str:
    if not isinstance(value, str | date):
        raise _wrong(value, "a time", "'2026-03-02 11:40'")
    try:
        at = moment(value).replace(tzinfo=None)
    except InvalidWindow as error:
        raise InvalidParameter(str(error)) from None
    precision = "microseconds" if at.microsecond % 1000 else "milliseconds"
    return f"timestamp {quoted(at.isoformat(' ', precision))}"


def _duration(value: Any) -> str:
    if not isinstance(value, str | timedelta):
        raise _wrong(value, "a length of time", "'90m'")
    try:
        length = duration(value)
    except InvalidWindow as error:
        raise InvalidParameter(str(error)) from None
    if length % timedelta(seconds=1):
        raise InvalidParameter(f"{_shown(value)} is no whole number of seconds.")
    return f"interval {quoted(str(length // timedelta(seconds=1)))} second"


def _cidr(value: Any) -> str:
    addresses = ipaddress.IPv4Address | ipaddress.IPv6Address
    if not isinstance(value, str | addresses | _NETWORKS):
        raise _wrong(value, "an address or a network", "'198.51.100.0/24'")
    try:
        network = ipaddress.ip_network(str(value).strip())
        if getattr(network.network_address, "scope_id", None) is not None:
            raise ValueError("a zone, which logs have not")
    except ValueError as error:
        raise InvalidParameter(
            f"{_shown(value)} is not an address and no network ({error}). Write it like"
            " '198.51.100.7' or '198.51.100.0/24'."
        ) from None
    return quoted(str(network))


def _wrong(value: Any, what: str, example: str) -> InvalidParameter:
    kind = type(value).__name__
    return InvalidParameter(
        f"{_shown(value)} ({kind}) is not {what}, such as {example}."
    )


def _shown(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > 256:
        return f"a number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


class _Kind(NamedTuple):
    """A type that a header can declare: Athena's name for it, and its literals."""

    sql: str
    write: Callable[[Any], str]


_KINDS = {
    "text": _Kind("varchar", _text),
    "integer": _Kind("bigint", _integer),
    "number": _Kind("double", _number),
    "boolean": _Kind("boolean", _boolean),
    "time": _Kind("timestamp", _time),
    "duration": _Kind("interval day to second", _duration),
    # Trino's contains(network, address) takes the network as text.
    "cidr": _Kind("varchar", _cidr),
}

TYPES = (*_KINDS, *(_LIST + name for name in _KINDS))
"""Every type that a header can declare."""
