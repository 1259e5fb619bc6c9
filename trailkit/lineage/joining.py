"""From rows to edges: what one record tells alone, and all edges together.

Rules about sessions whose keys no record issued stand in ``sessions_begun``, those
about what only may be in ``candidates``.
"""

from collections.abc import Iterator
from functools import cached_property
from urllib.parse import unquote

from trailkit.lineage import candidates, sessions_begun
from trailkit.lineage.edges import Edge
from trailkit.lineage.gathered import (
    PORTAL,
    SIGN_INS,
    Row,
    grouped,
    is_provider,
    linked,
)
from trailkit.lineage.nodes import WITHIN, Nodes

_ONLY_TELL = (
    "Identity Center portal",
    "Identity Center sign-in",
    "EKS Pod Identity agent",
    "MCP tool call",
    *candidates.ON_MACHINES,
    "delegated access",
    "started",
)
"""Kinds whose records name neither a key nor a thing that was made."""

_STARTS = ("RunInstances", "RunTask", "StartBuild")
"""Calls that make what the session of its role is named after."""

_USERS_OWN = "credential of the user"


class Joined(Nodes):
    """All edges between the nodes that are known."""

    @cached_property
    def edges(self) -> list[Edge]:
        """Every edge, by time."""
        found = [*self._recorded(), *sessions_begun.edges(self)]
        reached = {edge.target for edge in found if edge.done}
        found += [*self._unused(found)]
        found += [*self._of_users(reached)]
        found += [*self._started(), *self._doors(found), *self._issued_to()]
        found += [*candidates.edges(self, found)]
        return sorted(found, key=lambda edge: (edge.when, edge.origin, edge.target))

    # What one record tells

    def _recorded(self) -> Iterator[Edge]:
        """What one record tells: a key in an answer, a thing made, a refusal."""
        for hand in self.known.hands.values():
            if hand["outcome"] != "success":
                yield self._refused(hand)
            elif hand["kind"] in WITHIN:
                yield from self._within(hand)
            elif hand["kind"] in _ONLY_TELL:
                yield from self._tools(hand)
            elif self.is_used(hand):
                yield self.edge(
                    hand, hand["issued_key"], "certain", "its key is in the answer"
                )
            elif hand["made"]:
                yield self.edge(hand, hand["made"], "certain", "the call names it")

    def _refused(self, hand: Row) -> Edge:
        machines = [f"machine {name}" for name in linked(hand, "name")]
        named = [hand["role"], hand["made"], *machines]
        target = next(filter(None, named), f"{hand['action']}, {hand['outcome']}")
        reason = f"{hand['outcome']}; the target is as the record names it"
        return self.edge(hand, target, "certain", reason)

    def _within(self, hand: Row) -> Iterator[Edge]:
        """Join what another client does under a session's identity."""
        targets = {
            at
            for link in linked(hand, "sign-in")
            for at in self.by_link.get(f"sign-in/{link}", ())
        }
        for at in sorted(targets):
            yield self.edge(hand, at, "certain", "both have the ARN of the sign-in")
        if not targets and hand["issued_session"] in self.members:
            reason = "same principal and start of the session; no key is recorded"
            yield self.edge(hand, hand["issued_session"], "strong", reason)

    def _tools(self, hand: Row) -> Iterator[Edge]:
        """Join the requests that AWS's MCP server made for a tool call."""
        for request in linked(hand, "request"):
            for at in sorted(self.by_link.get(f"request/{request}", ())):
                edge = self.edge(hand, at, "certain", f"it made request {request}")
                if edge.origin != at:
                    yield edge

    def _unused(self, found: list[Edge]) -> Iterator[Edge]:
        """What came of calls whose session never acted, as far as is known."""
        joined = {id(edge.hand) for edge in found}
        apart = (*PORTAL, *SIGN_INS, "Authenticate", "SwitchRole")
        for hand in self.done:
            done_with = id(hand) in joined or hand["action"] in apart
            if done_with or hand["kind"] in (*WITHIN, *_ONLY_TELL):
                continue
            if target := hand["issued_session"] or hand["role"]:
                yield self.edge(hand, target, "certain", "no call under it is known")

    # What belongs together by the name of a thing

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

    def _started(self) -> Iterator[Edge]:
        """Join what was started with the session of its role, which has its name."""
        for hand in self.done:
            if hand["action"] not in _STARTS:
                continue
            for name in linked(hand, "name"):
                for at in sorted(self._named(name)):
                    reason = f"the call made {name}, after which the session is named"
                    origin = self.known.caller(hand, self.issued)
                    kind = "started"
                    sure = "certain" if name in self.issued_by_name else "inferred"
                    yield Edge(origin, at, kind, sure, hand, reason, backward=False)

    def _issued_to(self) -> Iterator[Edge]:
        """Join what credentials were issued to, such as a function, with their use."""
        reason = "the record says what the credentials were issued to"
        for at, rows in self.members.items():
            for name in sorted({row["issued_to"] for row in rows} - {None}):
                yield Edge(
                    name, at, "issued to", "certain", None, reason, backward=False
                )

    def _named(self, name: str) -> set[str]:
        return self.issued_by_name.get(name) or self.by_name.get(name, set())

    def _doors(self, found: list[Edge]) -> Iterator[Edge]:
        """Join what was made or opened with those whom it let in."""
        doors = [each for each in self.done if each["made"]]
        opened = (each for each in doors if each["trust"])
        trusts = grouped(opened, lambda each: each["made"])
        linked_roles = {
            each["made"]: each
            for each in doors
            if each["action"] == "CreateServiceLinkedRole"
        }
        providers = {each["made"]: each for each in doors if is_provider(each["made"])}
        for edge in found:
            hand = edge.hand
            if hand is None or not edge.sure or hand["service"] not in _ISSUERS:
                continue
            for door in trusts.get(hand["role"], ()):
                if door["time"] <= hand["time"]:
                    yield from _let_in(door, hand, edge.target)
            if hand["role"] in linked_roles and hand["via"]:
                reason = "a service uses the service-linked role that was made"
                yield _door(hand["role"], hand, edge.target, "certain", reason)
            for name in {*linked(hand, "provider")} & providers.keys():
                if providers[name]["time"] <= hand["time"]:
                    reason = "signed in by the provider that was made"
                    yield _door(name, hand, edge.target, "certain", reason)


_ISSUERS = ("sts", "rolesanywhere")


def _door(door: str, hand: Row, target: str, certainty: str, reason: str) -> Edge:
    return Edge(door, target, "door used", certainty, hand, reason, backward=False)


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
    yield _door(door["made"], hand, target, certainty, reason)


def _own(owner: str, target: str) -> Edge:
    reason = "belongs to the user; its own issue is not in the logs"
    return Edge(owner, target, _USERS_OWN, "strong", None, reason)
