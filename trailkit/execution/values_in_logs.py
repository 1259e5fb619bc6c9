"""What the logs hold of what was asked for: a value that is not in them is named.

For local logs alone, where it is quick and costs nothing.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from weakref import WeakKeyDictionary

from trailkit.coverage.answers import Logs
from trailkit.lens import compose
from trailkit.questions.question import Question
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.visible import visible

_MOST = 20
_MANY = 20_000
"""More values than these are not looked through for near ones."""

_VALUES = {
    "access_key": "select distinct access_key as value from events",
    "account": "select distinct account as value from events",
    "region": "select distinct region as value from events",
    "service": "select distinct service as value from events",
    "action": "select distinct action as value from events",
    "address": "select distinct source_ip as value from events",
    "bucket": (
        "select distinct json_extract_scalar(request, '$.bucketName') as value"
        " from events where strpos(request, 'bucketName') > 0"
    ),
    "principal": (
        "select actor as value from events union select user_name from events"
        " union select identity_id from events union select principal_arn from events"
        " union select session_name from events union select access_key from events"
    ),
}
"""What the logs hold of each meaning that can be listed."""

_HELD: WeakKeyDictionary[Source, dict[str, list[str]]] = WeakKeyDictionary()


def not_held(scope: Scope, logs: Logs) -> list[str]:
    """Name the accounts and Regions of a scope that local logs do not hold."""
    if logs.source.needs_window:
        return []
    asked = {"account": scope.accounts, "region": scope.regions}
    return [note for each in asked.items() for note in _missing(*each, logs)]


def near(question: Question, values: Mapping[str, Any], logs: Logs) -> list[str]:
    """Name the values of an empty answer that local logs hold nowhere, with near ones.

    A value that may be a part of a name is held where one has it inside.
    """
    if logs.source.needs_window:
        return []
    notes: list[str] = []
    for parameter in question.parameters:
        given = values.get(parameter.name)
        if parameter.means in _VALUES and given is not None:
            listed = [given] if isinstance(given, str) else list(given)
            notes += _missing(parameter.means, listed, logs)
    return notes


def _missing(meaning: str, asked: Iterable[str], logs: Logs) -> Iterator[str]:
    wanted = list(asked)
    if not wanted:
        return
    held = _held(meaning, logs)
    for value in wanted:
        if not (any(value in each for each in held) or _has_one_of(value, held)):
            named = f'No {_WORDS[meaning]} in these logs is "{value}".'
            yield f"{named} {_nearest(value, held)}"


def _has_one_of(value: str, addresses: list[str]) -> bool:
    """Return whether a network has one of the addresses in it."""
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    return any(_is_in(each, network) for each in addresses)


def _is_in(address: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(address) in network
    except ValueError:
        return False


def _nearest(value: str, held: list[str]) -> str:
    close = difflib.get_close_matches(value, held[:_MANY], n=3, cutoff=0.6)
    if close:
        return "Nearest: " + ", ".join(f'"{visible(each)}"' for each in close) + "."
    shown = ", ".join(map(visible, held[:_MOST]))
    more = f" and {len(held) - _MOST:,} more" if len(held) > _MOST else ""
    return f"There are: {shown}{more}." if held else "There are none."


def _held(meaning: str, logs: Logs) -> list[str]:
    known = _HELD.setdefault(logs.source, {})
    if meaning not in known:
        sql = compose.to_run(_VALUES[meaning], logs.source, Scope())
        rows = logs.engine.run(sql).table.column("value").to_pylist()
        known[meaning] = sorted(each for each in rows if each is not None)
    return known[meaning]


_WORDS = {
    "access_key": "access key",
    "account": "account",
    "region": "Region",
    "service": "service",
    "action": "action",
    "address": "address",
    "bucket": "bucket",
    "principal": "identity",
}
