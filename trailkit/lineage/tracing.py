"""The walk: back to the first credential, then forward, until nothing is new.

A hop is one query. Backwards it is over the second in which a session began, so on
Athena it reads the log files of a day; forwards over as long as a credential can last.
What acted under the credentials that were found is asked at the end, once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pandas as pd

from trailkit.display.provenance import provenance
from trailkit.errors import BudgetExceeded, EvidenceError, TrailkitError, nearest
from trailkit.lineage import ends as ending
from trailkit.lineage import start as starting
from trailkit.lineage import wanted as wanting
from trailkit.lineage.askable import Askable
from trailkit.lineage.edges import entered
from trailkit.lineage.gathered import Gathered, Row, node, rows
from trailkit.lineage.joining import Joined
from trailkit.lineage.reach import Reach, reach
from trailkit.lineage.want_list import FIRST, LAST, WantList
from trailkit.progress import keeping, notice
from trailkit.visible import visible_text

HOPS = 12
"""So many hops a lineage is followed in each direction unless told otherwise."""

_AT_ONCE = 400
"""So many values of a kind go into one query; the rest wait for the next."""

_AT_ONCE_LOCALLY = 50_000
"""Files that are here are read by queries of any length."""

_MOMENTS = 5
"""So many sessions of unknown issue are looked at for a gap in the logs."""

Rule = Callable[[Joined, Reach], WantList]


@dataclass
class Tracing:
    """What a walk asks, has asked, and knows; ``halted`` says why it ended early."""

    case: Askable
    hops: int = HOPS
    known: Gathered = field(default_factory=Gathered)
    given: list[str] = field(default_factory=list[str])
    halted: str = ""
    rounds: int = 0
    frames: list[pd.DataFrame] = field(default_factory=list[pd.DataFrame])
    recorded: ending.Recorded = field(default_factory=ending.Recorded)
    start_text: str = ""
    _asked: WantList = field(default_factory=WantList)
    _acts: WantList = field(default_factory=WantList)
    _pairs: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])
    _begun_by: list[Row] = field(default_factory=list[Row])
    _joined: "tuple[Joined, Reach] | None" = None

    def run(self, start: object) -> "tuple[Joined, Reach]":
        """Walk from a start; end early when interrupted or out of budget.

        Raises EvidenceError when nothing in the logs matches the start.
        """
        wanted = starting.asked(start)
        self.start_text = _in_words(wanted)
        self._begin(wanted)
        try:
            self._walk()
            self._look_at_coverage()
        except KeyboardInterrupt:
            self.halted = "interrupted"
        except BudgetExceeded as error:
            self.halted = str(error)
        if self.halted:
            notice(f"The lineage is not complete: {self.halted}.")
        return self._now()

    def _walk(self) -> None:
        """Go back as far as seconds lead, then everywhere, then ask what acted."""
        while True:
            while self._round(wanting.backward):
                pass
            if not self._round(wanting.everywhere) and not self._members():
                return

    def _now(self) -> "tuple[Joined, Reach]":
        """Return what is joined of all that is known, anew after each answer."""
        if self._joined is None:
            joined = Joined(self.known)
            self._joined = joined, reach(joined, self._starting(joined), self.hops)
        return self._joined

    def _learn(self, hands: list[Row], credentials: list[Row]) -> None:
        if hands or credentials:
            self._joined = None
        self.known.learn(hands, credentials)

    def _starting(self, joined: Joined) -> set[str]:
        """Return the nodes of the start, which may be known better than before."""
        found = {*self.given}
        for key, session in self._pairs:
            if at := node(key, session, joined.issued):
                found.add(at)
        begun = {id(hand): set[str]() for hand in self._begun_by}
        for edge in joined.edges if begun else ():
            if id(edge.hand) in begun and edge.done and edge.backward:
                begun[id(edge.hand)].add(edge.target)
        for hand in self._begun_by:
            found |= begun[id(hand)] or {self.known.caller(hand, joined.issued)}
        return found

    def _begin(self, wanted: dict[str, Any]) -> None:
        """Find the credentials of the start."""
        if self.case.source.needs_window:
            notice(f"Each hop is one query, of this at most. {self._price()}")
        then = (wanted["since"], wanted["until"]) if "since" in wanted else None
        case = self._narrowed(*then) if then else None
        found = self._rows("lineage/credentials", wanted, case)
        for name in ("keys", "principals"):
            # All that they did is read with this, and need not be asked again.
            self._acts.add(name, wanted.get(name, ()), (FIRST, LAST))
        hands = [] if found else self._first_calls(wanted, case)
        self._learn(hands, found)
        self._pairs = [(row["access_key"], row["session_id"]) for row in found]
        # Only a call without a credential of its own stands for what came of it.
        self._begun_by = [] if found else hands
        self.given = wanted.get("principals", [])[:1] if not found else []
        if not found and not hands:
            raise EvidenceError(
                f"Nothing in {self.case.source.title} ({self.case.scope}) was done by "
                f'"{self.start_text}".{self._near()} Take an event_id, access_key or'
                " session_id from a frame, or widen the window."
            )

    def _near(self) -> str:
        """Return which names, keys and addresses come near; a table is not read."""
        if self.case.source.needs_window:
            return ""
        known = {
            str(row[name])
            for row in self._rows("lineage/credentials", {})
            for name in ("actor", "principal", "access_key", "one_address")
            if row[name]
        }
        known |= {name.rpartition("/")[2] for name in known}
        found = nearest(self.start_text, known)
        return f" {visible_text(found)}" if found.startswith("Did you mean") else ""

    def _price(self) -> str:
        """Return the estimate; a walk needs none where the case has no budget."""
        try:
            return str(self.case.estimate())
        except TrailkitError as error:
            return f"What that costs is not known: {error}"

    def _first_calls(self, wanted: dict[str, Any], case: Askable | None) -> list[Row]:
        """Find the calls that made the start, where it did nothing itself."""
        by = {
            "event": wanted.get("event"),
            "keys": wanted.get("keys"),
            "sessions": wanted.get("sessions"),
            "principals": wanted.get("principals"),
            "made": wanted.get("principals"),
            "roles": wanted.get("principals"),
        }
        if not any(by.values()):
            return []
        return self._rows("lineage/handovers", by, case)

    def _look_at_coverage(self) -> None:
        """Ask what was recorded, where a session's issuing call is missing."""
        joined, now = self._now()
        if any(each.reason in ending.BY_COVERAGE for each in self.ends(joined, now)):
            reached = entered(joined.edges)
            ends = [at for at in now.before if at not in reached]
            known = [wanting.started(joined, at) for at in ends]
            begun = {each for each in known if each is not None}
            asked = {"starts": sorted(begun)[:_MOMENTS]} if begun else {}
            found = self._rows("lineage/recorded", asked)
            off = provenance(self.frames[-1]).stopped
            self.recorded = ending.Recorded(found, off)

    def ends(self, joined: Joined, now: Reach) -> list[ending.End]:
        """Return where the lineage begins, and why there."""
        return ending.ends(joined, now, self.recorded, bool(self.halted), self.hops)

    @property
    def _at_once(self) -> int:
        return _AT_ONCE if self.case.source.needs_window else _AT_ONCE_LOCALLY

    def _round(self, rule: Rule) -> bool:
        """Ask about all that is new by a rule; return whether there was anything."""
        joined, now = self._now()
        fresh = rule(joined, now).without(self._asked).first(self._at_once)
        if not fresh.spans:
            return False
        self._asked.also(fresh)
        self.rounds += 1
        notice(f"Hop {self.rounds}: {len(now.before | now.after):,} credentials known.")
        found = self._within("lineage/handovers", fresh)
        self._learn(found, [])
        return True

    def _members(self) -> bool:
        """Ask what acted as the nodes that were reached; whether anything was new."""
        joined, now = self._now()
        fresh = wanting.acting(joined, now).without(self._acts).first(self._at_once)
        if not fresh.spans:
            return False
        self._acts.also(fresh)
        self._learn([], self._within("lineage/credentials", fresh))
        return True

    def _within(self, question: str, wanted: WantList) -> list[Row]:
        """Ask about some values, no further in time than they can matter."""
        since, until = wanted.span
        case = self._narrowed(since, until)
        if case is None:
            return []
        declared = self.case.questions[question].parameters
        lists = wanted.of_every(
            each.name for each in declared if each.type.startswith("list of")
        )
        return self._rows(question, {**lists, "since": since, "until": until}, case)

    def _narrowed(self, since: Any, until: Any) -> Askable | None:
        """Narrow the case to a span; None where they do not meet.

        Local files are read by time anyway.
        """
        scope = self.case.scope
        if (scope.end and since >= scope.end) or (scope.start and until < scope.start):
            return None
        if not self.case.source.needs_window:
            return self.case
        start = max(since, scope.start) if scope.start else since
        end = until + timedelta(seconds=1)
        return self.case.window(start, min(end, scope.end) if scope.end else end)

    def _rows(
        self, question: str, values: dict[str, Any], case: Askable | None = None
    ) -> list[Row]:
        # What an empty hop means is said at the end of the lineage.
        with keeping():
            frame = (case or self.case).ask(question, **values)
        self.frames.append(frame)
        return rows(frame)


def _in_words(wanted: dict[str, Any]) -> str:
    what = next(iter(wanted.values()))
    return str(what[0] if isinstance(what, list) else what)
