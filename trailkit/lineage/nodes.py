"""The nodes of a lineage: what acts, by key, session, name and link."""

from functools import cached_property

from trailkit.lineage.edges import Edge
from trailkit.lineage.gathered import UNLIKE, Gathered, Row, called, grouped, near

WITHIN = ("aws login", "AWS MCP Server", "CloudShell", "OAuth consent")
"""Kinds that give a session's identity to another client, under keys not recorded."""


class Nodes:
    """What is known, by node."""

    def __init__(self, known: Gathered) -> None:
        """Take what is known so far."""
        self.known = known
        self.issued, self.acting = known.issued, known.acting
        self.members = known.members()
        self.done = known.successes()

    def is_used(self, hand: Row) -> bool:
        """Whether the key in the answer is the one that acts, as far as is known."""
        key = hand["issued_key"]
        return bool(key) and (key in self.acting or hand["kind"] not in UNLIKE)

    def edge(self, hand: Row, target: str, certainty: str, reason: str = "") -> Edge:
        """Return an edge from the caller of a hand-over."""
        origin = self.known.caller(hand, self.issued)
        return Edge(origin, target, hand["kind"], certainty, hand, reason)

    def begun(self, session: str) -> list[Row]:
        """List the calls that began a session, by its id.

        Clocks differ: a call of a second before or after counts if no session fits it.
        """
        exact = self._by_session.get(session, [])
        return exact or [
            call
            for each in near(session)
            if each not in self._sessions
            for call in self._by_session.get(each, [])
        ]

    @cached_property
    def _by_session(self) -> dict[str, list[Row]]:
        begun = (
            hand
            for hand in self.done
            if hand["issued_session"] and hand["kind"] not in WITHIN
        )
        return grouped(begun, lambda hand: hand["issued_session"])

    @cached_property
    def unanswered(self) -> dict[str | None, list[Row]]:
        """The calls that may have begun a session without telling, by the role."""
        silent = (
            hand
            for hand in self.done
            if hand["issued_session"] is None and not hand["made"]
        )
        return grouped(silent, lambda hand: hand["role"])

    @cached_property
    def calls_of(self) -> dict[str, list[Row]]:
        """The hand-overs of each node, those that did not come about too."""
        hands, issued = self.known.hands.values(), self.issued
        return grouped(hands, lambda hand: self.known.caller(hand, issued))

    @cached_property
    def with_link(self) -> dict[str, list[Row]]:
        """The calls that came about by each kind of link that they have."""
        found = dict[str, list[Row]]()
        for hand in self.done:
            words = (hand["links"] or "").split()
            for kind in {word.partition("/")[0] for word in words}:
                found.setdefault(kind, []).append(hand)
        return found

    @cached_property
    def by_issue(self) -> dict[str, list[Row]]:
        """The calls that issued a key or began a session, by that."""
        found = dict[str, list[Row]]()
        for hand in self.done:
            for at in {hand["issued_key"], hand["issued_session"]} - {None}:
                found.setdefault(at, []).append(hand)
        return found

    @cached_property
    def _sessions(self) -> set[str]:
        rows = (row for own in self.members.values() for row in own)
        return {row["session_id"] for row in rows if row["session_id"]}

    @cached_property
    def keys_of_session(self) -> dict[str, set[str]]:
        """The keys that were issued and act, by the session that they act under."""
        found = dict[str, set[str]]()
        for at in self.members.keys() & self.issued:
            for row in self.members[at]:
                found.setdefault(row["session_id"], set()).add(at)
        return found

    @cached_property
    def by_link(self) -> dict[str, set[str]]:
        """The nodes whose records have a link, such as that of a sign-in."""
        found = dict[str, set[str]]()
        for at, own in self.members.items():
            links = {word for row in own for word in (row["links"] or "").split()}
            signed = {row["sign_in_session"] for row in own} - {None}
            for link in links | {f"sign-in/{each}" for each in signed}:
                found.setdefault(link, set()).add(at)
        return found

    @cached_property
    def issued_by_name(self) -> dict[str, set[str]]:
        """The keys that were issued to role sessions, by the session's name."""
        found = dict[str, set[str]]()
        for hand in self.done:
            if hand["role_session"] and self.is_used(hand):
                found.setdefault(hand["role_session"], set()).add(hand["issued_key"])
        return found

    @cached_property
    def by_name(self) -> dict[str, set[str]]:
        """The nodes of role sessions by the session's name."""
        found = {name: {*keys} for name, keys in self.issued_by_name.items()}
        for at, own in self.members.items():
            for name in called(own):
                found.setdefault(name, set()).add(at)
        return found
