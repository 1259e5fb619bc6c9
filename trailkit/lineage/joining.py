"""From rows to edges: which credential came of which, and how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from urllib.parse import unquote

from trailkit.lineage.gathered import PORTAL, SIGN_INS, Gathered, Row, near

_UNLIKE = ("Identity Center", "SwitchRole", "account access manager")
"""Kinds whose issued key is not the key that is used."""

_SOON = timedelta(seconds=10)
_USERS_OWN = "credential of the user"


@dataclass(frozen=True, slots=True)
class Edge:
    """One hand-over from node to node; ``hand`` is the call, None for what needs none.

    ``certainty`` is certain, strong or inferred; ``onward`` says whether a walk may go
    from its beginning to its end, ``backward`` whether it may go back.
    """

    origin: str
    target: str
    kind: str
    certainty: str
    hand: Row | None
    reason: str = ""
    backward: bool = True

    @property
    def done(self) -> bool:
        """Whether it came about."""
        return self.hand is None or self.hand["outcome"] == "success"

    @property
    def sure(self) -> bool:
        """Whether a walk may follow it: a candidate stays one."""
        return self.done and self.certainty != "inferred"


class Joined:
    """All edges between what is known."""

    def __init__(self, known: Gathered) -> None:
        """Take what is known so far."""
        self.known = known
        self.issued, self.acting = known.issued, known.acting
        self.members = known.members()
        self.done = known.successes()

    @cached_property
    def edges(self) -> list[Edge]:
        """Every edge, by time."""
        found = [*self._recorded(), *self._of_sessions()]
        reached = {edge.target for edge in found if edge.done}
        found += [*self._unused(found)]
        found += [*self._of_users(reached)]
        found += self._portal(found)
        found += [*self._doors(found)]
        return sorted(found, key=lambda edge: (_when(edge), edge.origin, edge.target))

    def _edge(self, hand: Row, target: str, certainty: str, reason: str = "") -> Edge:
        origin = self.known.caller(hand, self.issued)
        return Edge(origin, target, hand["kind"], certainty, hand, reason)

    def _recorded(self) -> Iterator[Edge]:
        """What one record tells: a key in an answer, a thing made, a refusal."""
        for hand in self.known.hands.values():
            if hand["action"] in PORTAL:
                continue
            if hand["outcome"] != "success":
                target = (
                    hand["role"]
                    or hand["made"]
                    or f"{hand['action']}, {hand['outcome']}"
                )
                reason = f"{hand['outcome']}; the target is as the record names it"
                yield self._edge(hand, target, "certain", reason)
            elif self._is_used(hand):
                yield self._edge(
                    hand, hand["issued_key"], "certain", "its key is in the answer"
                )
            elif hand["made"]:
                yield self._edge(hand, hand["made"], "certain", "the call names it")

    def _is_used(self, hand: Row) -> bool:
        """Whether the key in the answer is the one that acts, as far as is known."""
        key = hand["issued_key"]
        return bool(key) and (key in self.acting or not _unlike(hand))

    # Sessions whose keys no record issued

    def _of_sessions(self) -> Iterator[Edge]:
        for session, rows in self.members.items():
            if any(row["session_id"] == session for row in rows):
                yield from self._issuers(session, rows)

    def begun(self, session: str) -> list[Row]:
        """List the calls that began a session, by its id.

        Clocks differ: a call of a second before or after counts if no session fits it.
        """
        exact = [each for each in self.done if each["issued_session"] == session]
        return exact or [
            each
            for each in self.done
            if each["issued_session"] in near(session)
            and each["issued_session"] not in self._sessions
        ]

    @cached_property
    def _sessions(self) -> set[str]:
        return {
            row["session_id"]
            for row in self.known.credentials.values()
            if row["session_id"]
        }

    def _issuers(self, session: str, rows: list[Row]) -> list[Edge]:
        begun = self.begun(session)
        signed = [each for each in begun if each["action"] in SIGN_INS]
        handed = [each for each in signed if each["session_id"]]
        traded = [
            self._edge(each, session, "strong", "console sign-in of this session")
            for each in handed
        ]
        traded = [edge for edge in traded if edge.origin != session]
        if traded:
            return _agreed(traded)
        direct = [each for each in signed if not each["session_id"]]
        direct = direct or [
            each for each in begun if each["action"] not in (*SIGN_INS, "SwitchRole")
        ]
        if relayed := self._relayed(session, rows):
            return [relayed]
        if direct:
            return self._direct(session, direct, begun)
        return self._guessed(session, rows, begun)

    def _direct(self, session: str, calls: list[Row], begun: list[Row]) -> list[Edge]:
        """Join by principal and second of creation."""
        switch = [each["event_id"] for each in begun if each["action"] == "SwitchRole"]
        beside = f"; SwitchRole {switch[0]} in the same second" if switch else ""
        fits = [_keyless(each) and not self._spent(each) for each in calls]
        if all(fits):
            reason = f"same principal, created in that second{beside}"
            return _agreed(
                [self._edge(each, session, "strong", reason) for each in calls]
            )
        return [self._edge(each, session, "inferred", _doubt(each)) for each in calls]

    def _spent(self, hand: Row) -> bool:
        """Whether the key that it issued acts, so that another needs another call."""
        return hand["issued_key"] in self.acting

    def _relayed(self, session: str, rows: list[Row]) -> Edge | None:
        """Join the keys under which services act for a caller with its own key."""
        if any(row["relayed"] < row["events"] for row in rows):
            return None
        keys = {
            each["issued_key"]
            for each in self.begun(session)
            if each["issued_key"] in self.acting
        }
        if len(keys) != 1:
            return None
        reason = "services acted for this session; AWS does not record their keys"
        return Edge(
            keys.pop(), session, "forward access session", "strong", None, reason
        )

    def _guessed(self, session: str, rows: list[Row], begun: list[Row]) -> list[Edge]:
        """List candidates: calls without an answer, or a switch of roles alone."""
        role, name, start = (
            next((row[column] for row in rows if row[column]), None)
            for column in ("principal", "session_name", "session_start")
        )
        reason = "same role, session name and second; the answer is not recorded"
        blind = [
            self._edge(each, session, "inferred", reason)
            for each in self.done
            if start is not None
            and each["issued_session"] is None
            and each["role"] == role
            and each["role_session"] == name
            and abs(each["time"] - start) <= timedelta(seconds=1)
        ]
        switched = "SwitchRole in that second; the AssumeRole behind it is missing"
        return blind or [
            self._edge(each, session, "inferred", switched)
            for each in begun
            if each["action"] == "SwitchRole"
        ]

    def _unused(self, found: list[Edge]) -> Iterator[Edge]:
        """What came of calls whose session never acted, as far as is known."""
        joined = {id(edge.hand) for edge in found}
        for hand in self.done:
            if id(hand) in joined or hand["action"] in (*PORTAL, *SIGN_INS):
                continue
            target = hand["issued_session"] or hand["role"]
            if target and hand["action"] != "SwitchRole":
                yield self._edge(hand, target, "certain", "no call under it is known")

    # What belongs together without a call

    def _of_users(self, reached: set[str]) -> Iterator[Edge]:
        """Join a user that was made with its credentials of unknown issue."""
        made = {
            each["made"]: each["time"]
            for each in self.done
            if each["action"] == "CreateUser" and each["made"]
        }
        for at, rows in self.members.items():
            owner, seen = rows[0]["principal"], min(row["first_seen"] for row in rows)
            lasting = rows[0]["session_id"] is None and at not in reached
            if lasting and owner in made and seen >= made[owner]:
                yield _own(owner, at)
        for hand in self.done:
            password = f"password:{hand['principal']}"
            signs_in = self.known.caller(hand, self.issued) == password
            if signs_in and hand["principal"] in made and password not in reached:
                yield _own(hand["principal"], password)

    def _portal(self, found: list[Edge]) -> list[Edge]:
        """List the calls of the access portal that may have led to a session."""
        calls = [each for each in self.done if each["action"] in PORTAL]
        return [
            Edge(
                self.known.caller(call, self.issued),
                edge.target,
                "Identity Center portal",
                "inferred",
                call,
                "same account and permission set, seconds before",
            )
            for edge in found
            if edge.hand and edge.done and edge.kind == "Identity Center"
            for call in calls
            if call["portal_target"] in portal_targets(edge.hand)
            and -_SOON <= edge.hand["time"] - call["time"] <= _SOON
        ]

    def _doors(self, found: list[Edge]) -> Iterator[Edge]:
        """Join a role that was made or opened with those whom its trust let in."""
        doors = [each for each in self.done if each["trust"] and each["made"]]
        for edge in found:
            if edge.hand is None or not edge.sure or not edge.hand["role"]:
                continue
            for door in doors:
                fits = door["made"] == edge.hand["role"]
                if fits and door["time"] <= edge.hand["time"]:
                    yield from _let_in(door, edge.hand, edge.target)


def portal_targets(hand: Row) -> list[str]:
    """List what a portal's call for the role of a sign-in may name: account and set.

    >>> portal_targets({"role": "arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_1a"})
    ['111122223333/AWSReservedSSO_Ops_1a', '111122223333/Ops']
    """
    head, _, name = (hand["role"] or "").partition(":role/")
    account = head.rpartition(":")[2]
    reserved = name.removeprefix("AWSReservedSSO_").rpartition("_")[0]
    return [f"{account}/{each}" for each in (name, reserved) if each]


def _let_in(door: Row, hand: Row, target: str) -> Iterator[Edge]:
    trust = unquote(door["trust"])
    named = (hand["principal"], hand["identity_id"], hand["via"])
    account = hand["caller_account"]
    if any(name and f'"{name}"' in trust for name in named):
        certainty, reason = "certain", "the new trust policy names the caller"
    elif '"*"' in trust or (account and account in trust):
        certainty, reason = (
            "inferred",
            "the new trust policy lets many in, the caller too",
        )
    else:
        return
    yield Edge(
        door["made"], target, "door used", certainty, hand, reason, backward=False
    )


def _own(owner: str, target: str) -> Edge:
    reason = "belongs to the user; its own issue is not in the logs"
    return Edge(owner, target, _USERS_OWN, "strong", None, reason)


def _agreed(edges: list[Edge]) -> list[Edge]:
    """Keep edges strong that come from one node; several are candidates."""
    if len({edge.origin for edge in edges}) == 1:
        return edges
    reason = "one of several that began in the same second"
    return [
        Edge(each.origin, each.target, each.kind, "inferred", each.hand, reason)
        for each in edges
    ]


def _unlike(hand: Row) -> bool:
    return hand["kind"] in _UNLIKE


def _keyless(hand: Row) -> bool:
    """Whether the key in the answer says nothing about the key in use."""
    return hand["issued_key"] is None or _unlike(hand)


def _doubt(hand: Row) -> str:
    if hand["issued_key"] is None or _unlike(hand):
        return "same principal and second, but its own key acts as well"
    return f"same principal and second, but it issued another key, {hand['issued_key']}"


def _when(edge: Edge) -> str:
    return "" if edge.hand is None else str(edge.hand["time"])
