"""What a walk has learned so far: hand-overs, and the credentials that act."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pandas as pd

Row = Mapping[str, Any]
"""A row of ``lineage/handovers`` or ``lineage/credentials``; None for missing."""

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

SIGN_INS = ("ConsoleLogin", "GetSigninToken")
PORTAL = ("Federate", "GetRoleCredentials")

UNLIKE = ("Identity Center", "SwitchRole", "account access manager")
"""Kinds of hand-overs whose issued key is not the key that is used."""

KEY = re.compile(r"A(KIA|SIA)[A-Z0-9]{8,}")
SESSION = re.compile(r".+/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""What the node of a key looks like, and that of a session."""

_FUNCTION = re.compile(":function:([^:]+)")

_NAMED = ("token", "identity", "certificate")
"""Links that name a caller who has no credential."""

_OF_CALLER = (
    "access_key",
    "session_id",
    "session_start",
    "identity_id",
    "session_name",
    "actor",
    "principal",
    "identity_type",
    "caller_account",
    "source_identity",
)
_WHO = _OF_CALLER[:7]
_HAND = ("event_id", "time", "action", "account", *_WHO, "issued_key")
_SECOND = timedelta(seconds=1)
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def rows(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame as dicts, with None for what is missing."""
    plain = frame.astype(object)
    shown = plain.where(frame.notna(), None)
    names = [str(name) for name in shown.columns]
    return [
        dict(zip(names, values, strict=True))
        for values in shown.itertuples(index=False, name=None)
    ]


def near(session: str) -> list[str]:
    """List a session's id and those that begin a second before and after.

    >>> near("AROAX/ops/2026-03-11T23:39:40Z")[1]
    'AROAX/ops/2026-03-11T23:39:39Z'
    """
    head, _, tail = session.rpartition("/")
    try:
        start = datetime.strptime(tail, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return [session]
    moments = (start, start - _SECOND, start + _SECOND)
    return [f"{head}/{moment:{_FORM}}" for moment in moments]


def plain(arn: str) -> str:
    """Return the ARN of a user or role without its path, and a session's as its role's.

    >>> plain("arn:aws:iam::111122223333:user/eng/alice")
    'arn:aws:iam::111122223333:user/alice'
    >>> plain("arn:aws:sts::111122223333:assumed-role/Ops/alice")
    'arn:aws:iam::111122223333:role/Ops'
    """
    head, kind, rest = arn.partition(":assumed-role/")
    if kind:
        return f"{head.replace(':sts:', ':iam:')}:role/{rest.split('/')[0]}"
    for kind in (":user/", ":role/"):
        head, found, rest = arn.partition(kind)
        if found:
            return f"{head}{kind}{rest.rpartition('/')[2]}"
    return arn


def linked(row: Row, kind: str) -> list[str]:
    """List what the links of a row name of one kind.

    >>> linked({"links": "name/i-1 name/i-2 source/alice"}, "name")
    ['i-1', 'i-2']
    """
    words = (row["links"] or "").split(" ")
    return [each[len(kind) + 1 :] for each in words if each.startswith(f"{kind}/")]


def grouped(found: Iterable[T], of: Callable[[T], K]) -> dict[K, list[T]]:
    """Return values by what they have in common, each list in their order.

    >>> grouped(["ab", "ac", "b"], lambda text: text[0])
    {'a': ['ab', 'ac'], 'b': ['b']}
    """
    groups = dict[K, list[T]]()
    for each in found:
        groups.setdefault(of(each), []).append(each)
    return groups


def called(members: Iterable[Row]) -> set[str]:
    """Return the names of sessions, and of the functions whose credentials they have.

    >>> arn = "arn:aws:lambda:eu-west-1:111122223333:function:sync:3"
    >>> sorted(called([{"session_name": "nightly", "issued_to": arn}]))
    ['nightly', 'sync']
    """
    rows = [*members]
    functions = (_FUNCTION.search(row["issued_to"] or "") for row in rows)
    names = {row["session_name"] for row in rows} - {None}
    return names | {found[1] for found in functions if found}


def is_provider(at: str) -> bool:
    """Whether a node is what vouches for callers from outside, by its ARN.

    >>> is_provider("arn:aws:iam::111122223333:saml-provider/okta")
    True
    """
    kinds = ("-provider/", ":trust-anchor/", ":profile/")
    return at.startswith("arn:") and any(kind in at for kind in kinds)


@dataclass
class Gathered:
    """Rows that were read, each once.

    A node of the lineage is a key whose issue is recorded, else the session (with all
    its other keys), else a long-term key; and what is not a credential: a principal, a
    password, a policy.
    """

    hands: dict[str, Row] = field(default_factory=dict[str, Row])
    credentials: dict[tuple[Any, ...], Row] = field(
        default_factory=dict[tuple[Any, ...], Row]
    )

    def learn(self, hands: Iterable[Row], credentials: Iterable[Row]) -> None:
        """Add rows."""
        for row in credentials:
            self.credentials[_who(row)] = row
        for row in hands:
            self.hands[_place(row)] = row

    def successes(self) -> list[Row]:
        """List the hand-overs that came about."""
        return [row for row in self.hands.values() if row["outcome"] == "success"]

    @property
    def issued(self) -> set[str]:
        """The keys whose issue is recorded."""
        return {row["issued_key"] for row in self.successes() if row["issued_key"]}

    @property
    def acting(self) -> set[str]:
        """The keys that called something."""
        every = (*self.credentials.values(), *self.hands.values())
        return {row["access_key"] for row in every if row["access_key"]}

    def members(self) -> dict[str, list[Row]]:
        """Return the credentials of each node that is a key or a session.

        A caller of a hand-over is one, before its own row is read.
        """
        issued, found = self.issued, dict[str, list[Row]]()
        called = (_caller_row(hand) for hand in self.hands.values() if _has_own(hand))
        every = {_who(row): row for row in called} | self.credentials
        for row in every.values():
            at = node(row["access_key"], row["session_id"], issued)
            if at:
                found.setdefault(at, []).append(row)
        return found

    def caller(self, hand: Row, issued: set[str]) -> str:
        """Return the node from which a hand-over came."""
        if hand["switched_from"]:
            return plain(hand["switched_from"])
        if at := node(hand["access_key"], hand["session_id"], issued):
            return at
        for kind in _NAMED:
            if named := linked(hand, kind):
                return f"{kind} {named[0]}"
        if hand["identity_type"] in ("IAMUser", "Root"):
            return f"password:{hand['principal']}"
        if hand["identity_type"] in ("SAMLUser", "WebIdentityUser"):
            return hand["identity_id"] or hand["actor"] or "unknown"
        return hand["actor"] or hand["via"] or "unknown"


def node(key: str | None, session: str | None, issued: set[str]) -> str | None:
    """Return the node to which a key of a session belongs."""
    return key if key in issued else session or key


def _has_own(hand: Row) -> bool:
    """Whether the caller shows a credential of its own, and not that of a switch."""
    own = hand["access_key"] or hand["session_id"]
    return bool(own) and not hand["switched_from"]


def _caller_row(hand: Row) -> Row:
    return {
        **{name: hand[name] for name in _OF_CALLER},
        "one_via": hand["via"],
        "issued_to": None,
        "links": None,
        "sign_in_session": None,
        "events": 1,
        "unsuccessful": 0,
        "relayed": int(_by_service(hand["via"])),
        "addresses": None,
        "one_address": hand["source_ip"],
        "first_seen": hand["time"],
        "last_seen": hand["time"],
    }


def _by_service(via: str | None) -> bool:
    return via is not None and not via.isdigit()


def _who(row: Row) -> tuple[Any, ...]:
    """Return what tells callers apart: no one takes another's place in it."""
    return tuple(row[each] for each in _WHO)


def _place(hand: Row) -> str:
    return str([hand[each] for each in _HAND])
