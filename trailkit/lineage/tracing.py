"""The walk: round by round, ask about what was reached last, until nothing is new.

A round is two queries, one for the credentials and one for the hand-overs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pandas as pd

from trailkit.errors import BudgetExceeded, EvidenceError
from trailkit.lineage import start as starting
from trailkit.lineage.askable import Askable
from trailkit.lineage.gathered import (
    KEY,
    SESSION,
    SIGN_INS,
    Gathered,
    Row,
    near,
    node,
    plain,
    rows,
)
from trailkit.lineage.joining import Joined, portal_targets
from trailkit.lineage.reach import Reach, reach
from trailkit.progress import keeping, notice

HOPS = 12
"""So many hops a lineage is followed in each direction unless told otherwise."""

_AT_ONCE = 400
"""So many values of a kind go into one query; the rest wait for the next."""

Wanted = dict[str, set[Any]]


@dataclass
class Tracing:
    """What a walk asks, has asked, and knows; ``halted`` says why it ended early."""

    case: Askable
    hops: int = HOPS
    known: Gathered = field(default_factory=Gathered)
    starts: set[str] = field(default_factory=set[str])
    given: list[str] = field(default_factory=list[str])
    halted: str = ""
    rounds: int = 0
    frames: list[pd.DataFrame] = field(default_factory=list[pd.DataFrame])
    recorded: dict[str, Row] = field(default_factory=dict[str, Row])
    start_text: str = ""
    _asked: set[tuple[str, Any]] = field(default_factory=set[tuple[str, Any]])
    _pairs: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])
    _begun_by: list[Row] = field(default_factory=list[Row])

    def run(self, start: object) -> "tuple[Joined, Reach]":
        """Walk from a start; end early when interrupted or out of budget.

        Raises EvidenceError when nothing in the logs matches the start.
        """
        wanted = starting.asked(start)
        self.start_text = _in_words(wanted)
        self._begin(wanted)
        try:
            while self._round():
                pass
            self._look_at_coverage()
        except KeyboardInterrupt:
            self.halted = "interrupted"
        except BudgetExceeded as error:
            self.halted = str(error)
        if self.halted:
            notice(f"The lineage is not complete: {self.halted}.")
        return self._now()

    def _now(self) -> "tuple[Joined, Reach]":
        joined = Joined(self.known)
        return joined, reach(joined, self._starting(joined), self.hops)

    def _starting(self, joined: Joined) -> set[str]:
        """Return the nodes of the start, which may be known better than before."""
        found = {*self.given}
        for key, session in self._pairs:
            if at := node(key, session, joined.issued):
                found.add(at)
        for hand in self._begun_by:
            targets = {
                edge.target
                for edge in joined.edges
                if edge.hand is hand and edge.done and edge.backward
            }
            found |= targets or {self.known.caller(hand, joined.issued)}
        return found

    def _begin(self, wanted: dict[str, Any]) -> None:
        """Find the credentials of the start."""
        if self.case.source.needs_window:
            about = self.case.estimate()
            notice(f"Each hop is two queries. {about}")
        found = self._rows("lineage/credentials", wanted)
        hands = self._first_calls(wanted, bool(found))
        self.known.learn(hands, found)
        self._pairs = [(row["access_key"], row["session_id"]) for row in found]
        # Only a call without a credential of its own stands for what came of it.
        self._begun_by = [] if found else hands
        self.given = wanted.get("principals", [])[:1] if not found else []
        if not found and not hands:
            raise EvidenceError(
                f"Nothing in {self.case.source.title} ({self.case.scope}) was done by "
                f'"{self.start_text}". Take an event_id, access_key or session_id from'
                " a frame, or widen the window."
            )

    def _first_calls(self, wanted: dict[str, Any], acted: bool) -> list[Row]:
        """Find the calls that made the start, where it did nothing itself."""
        event = wanted.get("event")
        if acted:
            return []
        by = {
            "event": event,
            "keys": wanted.get("keys"),
            "sessions": wanted.get("sessions"),
            "principals": wanted.get("principals"),
            "made": wanted.get("principals"),
            "roles": wanted.get("principals"),
        }
        if not any(by.values()):
            return []
        return self._rows("lineage/handovers", by)

    def _look_at_coverage(self) -> None:
        """Ask what was recorded: it tells why an issuing call is missing."""
        self.recorded = {
            row["account"]: row for row in self._rows("lineage/recorded", {})
        }

    def _round(self) -> bool:
        """Ask about all that is new; return whether there was anything."""
        joined, now = self._now()
        wanted = self._wanted(joined, now)
        fresh = {name: self._fresh(name, values) for name, values in wanted.items()}
        if not any(fresh.values()):
            return False
        self.rounds += 1
        notice(f"Hop {self.rounds}: {len(now.before | now.after):,} credentials known.")
        credentials = self._ask(
            "lineage/credentials", fresh, ("keys", "sessions", "principals")
        )
        self.known.learn([], credentials)
        fresh["sessions"] |= {
            each
            for row in credentials
            if row["session_id"]
            for each in near(row["session_id"])
        }
        names = ("keys", "sessions", "principals", "made", "roles", "starts", "portal")
        self.known.learn(self._ask("lineage/handovers", fresh, names), [])
        return True

    def _ask(self, question: str, wanted: Wanted, names: Iterable[str]) -> list[Row]:
        """Ask about some values: a question without one would be about everything."""
        values = {name: sorted(wanted[name]) for name in names if wanted.get(name)}
        return self._rows(question, values) if values else []

    def _rows(self, question: str, values: dict[str, Any]) -> list[Row]:
        # What an empty hop means is said at the end of the lineage.
        with keeping():
            frame = self.case.ask(question, **values)
        self.frames.append(frame)
        return rows(frame)

    def _fresh(self, name: str, values: set[Any]) -> set[Any]:
        new = sorted(each for each in values if (name, each) not in self._asked)
        taken = new[:_AT_ONCE]
        self._asked |= {(name, each) for each in taken}
        return {*taken}

    def _wanted(self, joined: Joined, now: Reach) -> Wanted:
        """Return what a query should be about, from the nodes that were reached."""
        names = ("keys", "sessions", "principals", "made", "roles", "starts", "portal")
        wanted: Wanted = {name: set() for name in names}
        for at in now.before | now.after:
            _of_credential(joined, at, wanted)
        for at in now.before:
            _of_owner(joined, at, wanted)
        for at in now.after:
            _of_made(at, wanted)
        for edge in now.edges:
            # A candidate is named by its key where the issue of that is recorded.
            if edge.hand and edge.certainty == "inferred" and edge.hand["access_key"]:
                wanted["keys"].add(edge.hand["access_key"])
            if (
                edge.hand
                and edge.kind == "Identity Center"
                and edge.target in now.before
            ):
                wanted["portal"] |= {*portal_targets(edge.hand)}
        return wanted


def _in_words(wanted: dict[str, Any]) -> str:
    what = next(iter(wanted.values()))
    return str(what[0] if isinstance(what, list) else what)


def _of_credential(joined: Joined, at: str, wanted: Wanted) -> None:
    """Ask about a key or session: its siblings, and what may have begun it."""
    members = joined.members.get(at, [])
    if KEY.fullmatch(at):
        wanted["keys"].add(at)
    elif SESSION.fullmatch(at):
        wanted["sessions"] |= {*near(at)}
    for row in members:
        if row["access_key"]:
            wanted["keys"].add(row["access_key"])
        if row["session_id"] == at:
            wanted["sessions"] |= {*near(at)}
    if any(row["session_id"] == at for row in members):
        begun = joined.begun(at)
        wanted["keys"] |= {each["issued_key"] for each in begun if each["issued_key"]}
        started = next((row["session_start"] for row in members), None)
        if started is not None and not any(
            each["action"] not in SIGN_INS for each in begun
        ):
            wanted["starts"] |= _around(started)


def _around(time: pd.Timestamp) -> set[pd.Timestamp]:
    return {time + timedelta(seconds=each) for each in (-1, 0, 1)}


def _of_owner(joined: Joined, at: str, wanted: Wanted) -> None:
    """Ask who made the user behind a password or a long-term key."""
    if at.startswith("password:"):
        wanted["made"] |= {at, at.removeprefix("password:")}
    elif at.startswith("arn:"):
        wanted["made"].add(at)
    for row in joined.members.get(at, []):
        if row["session_id"] is None and row["identity_type"] == "IAMUser":
            wanted["made"].add(plain(row["principal"]))


def _of_made(at: str, wanted: Wanted) -> None:
    """Ask what came of a user, a password or a role that was made."""
    if at.startswith("password:"):
        wanted["principals"].add(at.removeprefix("password:"))
    elif ":user/" in at and at.startswith("arn:"):
        wanted["principals"].add(at)
    elif ":role/" in at and at.startswith("arn:"):
        wanted["roles"].add(at)
