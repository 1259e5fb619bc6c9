"""Known good: addresses, identities and agents that an investigator has explained.

They mark rows in a column ``known`` and drop none.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pandas as pd

from trailkit.errors import InvalidParameter

_ADDRESSES = ("source_ip", "client_ip", "address")
_IDENTITIES = ("actor", "identity_id", "principal_arn", "identity", "access_key")
_AGENTS = ("user_agent", "agent")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known to be good, and why: all the kinds given must fit."""

    addresses: tuple[IPv4Network | IPv6Network, ...]
    identities: tuple[str, ...]
    agents: tuple[str, ...]
    why: str

    def holds(self, address: str) -> bool:
        """Whether an address lies in one of the networks; other texts do not."""
        try:
            given = ip_address(address)
        except ValueError:
            return False
        return any(given in network for network in self.addresses)


def known_good(
    addresses: Iterable[str], identities: Iterable[str], agents: Iterable[str], why: str
) -> Known:
    """Read what is known to be good.

    Addresses are single ones or networks. Raises InvalidParameter for others, for
    nothing at all, and without a reason.
    """
    given = [_texts(each) for each in (addresses, identities, agents)]
    if not any(given) or not why.strip():
        raise InvalidParameter(
            "Name addresses, identities or agents, and why they are known: "
            'case.known(addresses=["192.0.2.0/24"], why="the office").'
        )
    networks = tuple(_network(each) for each in given[0])
    return Known(networks, given[1], given[2], why.strip())


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    listed = (values,) if isinstance(values, str) else tuple(values)
    for value in listed:
        if not isinstance(value, str) or not value:
            raise InvalidParameter(f"{value!r} is not a text: write it in quotes.")
    return listed


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise InvalidParameter(
            f'"{text}" is not an address or a network: write "192.0.2.7" or '
            '"192.0.2.0/24".'
        ) from None


def known_why(
    known: Iterable[Known], *, identities: list[str], addresses: list[str]
) -> str | None:
    """Return why all of some identity's addresses are known; None where they are not.

    A user agent is the caller's own text: what is known by it alone does not count.

    >>> office = known_good(["192.0.2.0/24"], [], [], "the office")
    >>> known_why([office], identities=["user/alice"], addresses=["192.0.2.7"])
    'the office'
    """
    for one in known:
        fits = not one.agents and (
            not one.addresses or (addresses and all(map(one.holds, addresses)))
        )
        if fits and (not one.identities or set(one.identities) & set(identities)):
            return one.why
    return None


def marked(frame: pd.DataFrame, known: Iterable[Known]) -> pd.DataFrame:
    """Add the column ``known``: why the caller of a row is known, else null.

    A frame that tells neither address, nor identity, nor agent stays as it is.
    """
    listed = list(known)
    names = [*_ADDRESSES, *_IDENTITIES, *_AGENTS]
    if not listed or not any(name in frame for name in names):
        return frame
    why = pd.Series(pd.NA, index=frame.index, dtype="str")
    for one in reversed(listed):
        why[_fits(frame, one)] = one.why
    frame["known"] = why
    return frame


def _fits(frame: pd.DataFrame, one: Known) -> pd.Series:
    rows = pd.Series(True, index=frame.index)
    if one.addresses:
        rows &= _any(frame, _ADDRESSES, one.holds)
    if one.identities:
        rows &= _any(frame, _IDENTITIES, set(one.identities).__contains__)
    if one.agents:
        rows &= _any(frame, _AGENTS, lambda text: text.startswith(one.agents))
    return rows


def _any(
    frame: pd.DataFrame, names: Iterable[str], fits: Callable[[str], bool]
) -> pd.Series:
    """Whether one of the columns that there are fits, row by row."""
    found = pd.Series(False, index=frame.index)
    for name in names:
        if name in frame:
            found |= frame[name].map(
                lambda value: isinstance(value, str) and fits(value)
            )
    return found
