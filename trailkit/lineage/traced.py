"""A lineage as a value: edges, credentials, ends, and all that the chain did."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import pandas as pd

from trailkit import clock
from trailkit.display.card import Card, Line, Part
from trailkit.display.provenance import Provenance, attach, provenance
from trailkit.display.style import framed
from trailkit.lineage import ends as ending
from trailkit.lineage.askable import Askable
from trailkit.lineage.columns_framed import CREDENTIALS, EDGES, OF_CALL
from trailkit.lineage.edges import Edge
from trailkit.lineage.gathered import rows
from trailkit.lineage.joining import Joined
from trailkit.lineage.left_over import left_over
from trailkit.lineage.naming_nodes import labels
from trailkit.lineage.reach import Reach
from trailkit.lineage.tracing import HOPS, Tracing
from trailkit.lineage.tree_text import TreeText
from trailkit.progress import keeping


def trace(case: Askable, start: object, hops: int = HOPS) -> "Lineage":
    """Follow a credential back to the first and forward to all that came of it."""
    walk = Tracing(case, hops)
    joined, now = walk.run(start)
    return Lineage(walk, joined, now)


class Lineage:
    """The credentials before and after one, and how sure each step is.

    ``complete`` is false where the walk was interrupted or ran out of budget.
    """

    def __init__(self, walk: Tracing, joined: Joined, now: Reach) -> None:
        """Take what a walk found."""
        self._walk, self._joined, self._reach = walk, joined, now
        self._labels = labels(joined)
        self.complete = not walk.halted

    @cached_property
    def edges(self) -> pd.DataFrame:
        """Every hand-over by time, refused ones too.

        ``from_id`` and ``to_id`` name the nodes; ``certainty`` is certain (one
        identifier stands in both records), strong (same principal, created in the
        second of the call) or inferred (a candidate, with its ``reason``). ``start``
        says which node is one that was traced: from, to or both.
        """
        data = [self._edge(edge) for edge in self._reach.edges]
        return self._framed(data, EDGES)

    def _edge(self, edge: Edge) -> dict[str, Any]:
        call: Mapping[str, Any] = edge.hand or dict.fromkeys(OF_CALL)
        return {
            "from_id": edge.origin,
            "to_id": edge.target,
            "from_label": self._labels.get(edge.origin, edge.origin),
            "to_label": self._labels.get(edge.target, edge.target),
            "kind": edge.kind,
            "certainty": edge.certainty,
            **{name: call[name] for name in OF_CALL},
            "outcome": call["outcome"] or "success",
            "reason": edge.reason,
            "start": self._start_of(edge),
        }

    def _start_of(self, edge: Edge) -> str | None:
        ends = {"from": edge.origin, "to": edge.target}
        found = [name for name, at in ends.items() if at in self._starts]
        return "both" if len(found) == 2 else next(iter(found), None)

    @cached_property
    def _starts(self) -> set[str]:
        return {at for at, hops in self._reach.before.items() if hops == 0}

    @cached_property
    def credentials(self) -> pd.DataFrame:
        """Every key and session of the chain, with its use; one row a key.

        ``place`` is start, before or after; ``hops`` the distance.
        """
        data = [
            {**row, "id": at, "label": self._labels[at], **self._place(at)}
            for at in self._nodes
            for row in self._joined.members.get(at, [])
        ]
        frame = self._framed(data, CREDENTIALS)
        return frame.sort_values(["first_seen", "id"], ignore_index=True)

    @property
    def _nodes(self) -> dict[str, int]:
        return {**self._reach.after, **self._reach.before}

    def _place(self, at: str) -> dict[str, Any]:
        hops = self._nodes[at]
        place = "before" if at in self._reach.before else "after"
        return {"place": place if hops else "start", "hops": hops}

    @cached_property
    def ends(self) -> pd.DataFrame:
        """Where the lineage begins, and why nothing is known before: one row each."""
        found = self._walk.ends(self._joined, self._reach)
        frame = ending.frame_of(found, self._labels)
        return attach(frame, self._origin(len(frame)), self._walk.case.source.files)

    # All that it did

    def events(self) -> pd.DataFrame:
        """List everything that the chain did, each event once, in order of time.

        Copies for the account of a resource are listed where they belong to a
        hand-over. Candidates are left out.
        """
        calls = [
            edge.hand
            for edge in self._reach.edges
            if edge.hand and edge.certainty != "inferred"
        ]
        ids = {
            hand[name]
            for hand in calls
            for name in ("event_id", "copy_event_id")
            if hand[name]
        }
        ids |= {
            hand["event_id"]
            for hand in self._joined.done
            if hand["action"] == "SwitchRole" and hand["issued_session"] in self._nodes
        }
        return self._walk.case.ask(
            "lineage/acts", **self._parameters(), events=sorted(ids) or None
        )

    def resources(self) -> pd.DataFrame:
        """List what the chain read, wrote, created, shared and deleted.

        ``bytes_out`` is missing where no record tells it.
        """
        return self._walk.case.ask("lineage/touched", **self._parameters())

    def left_behind(self) -> pd.DataFrame:
        """List what the chain left behind that still works, as far as the logs tell.

        One row a key, user, password, policy, role, share or other access that it gave
        and no later call took away: ``revoke_with`` is the line for the AWS CLI,
        ``uses`` and ``last_used`` how it was used since, ``others`` how many keys and
        sessions that are not of the chain use it too, ``other_actors`` whose.
        """
        events = set(self.edges["event_id"].dropna())
        keys = set(self.credentials["access_key"].dropna())
        with keeping():
            frame = left_over(self._walk.case.ask, events, keys)
        return attach(frame, self._origin(len(frame)), self._walk.case.source.files)

    def _parameters(self) -> dict[str, Any]:
        members = self._joined.members
        keys = {at for at in self._nodes if at in self._joined.issued}
        sessions = set[str]()
        for at in self._nodes:
            for row in members.get(at, []):
                if row["session_id"] == at:
                    sessions.add(at)
                elif row["access_key"]:
                    keys.add(row["access_key"])
        issued = {
            row["access_key"]
            for own in members.values()
            for row in own
            if row["session_id"] in sessions
            and row["access_key"] in self._joined.issued
        }
        return {
            "keys": sorted(keys) or None,
            "sessions": sorted(sessions) or None,
            "apart": sorted(issued - keys) or None,
        }

    # As text

    def tree(self) -> str:
        """Return the lineage as text: each node below the one that it came from.

        Where it was asked for stands after ``>``. Of many credentials alike that lead
        nowhere the first stand there, and how many more.
        """
        text = TreeText(
            self._labels, self._starts, self._walk.hops, {*self._reach.before}
        )
        return text.written(self._reach.edges, [*self._reach.before], rows(self.ends))

    def __str__(self) -> str:
        """Return the tree."""
        return self.tree()

    def __repr__(self) -> str:
        """Return how far it goes, and the tree."""
        count = len({edge.target for edge in self._reach.edges if edge.sure})
        short = "" if self.complete else f" Not complete: {self._walk.halted}."
        return (
            f"Lineage of {len(self._nodes)} identities, {count} of them handed on,"
            f" in {self._walk.rounds} rounds.{short}\n{self.tree()}"
        )

    def _repr_html_(self) -> str:
        """Return the same as a card, with every log value escaped."""
        return framed(self.card().inside(), " tk-card")

    def card(self) -> Card:
        """Return the lineage as a card: its beginnings, why they are, and the tree."""
        lines: list[Line] = [
            (row["label"], f"{row['reason']}: {row['meaning']}")
            for row in rows(self.ends)
        ]
        title, _, tree = repr(self).partition("\n")
        return Card(title, lines, [Part("Tree", tree, open=True)])

    # Where it came from

    def _framed(
        self, data: list[dict[str, Any]], types: Mapping[str, Any]
    ) -> pd.DataFrame:
        frame = pd.DataFrame(data, columns=list(types))
        for name, kind in types.items():
            frame[name] = (
                pd.to_datetime(frame[name], utc=True).astype(kind)
                if kind.startswith("datetime")
                else frame[name].astype(kind)
            )
        return attach(frame, self._origin(len(frame)), self._walk.case.source.files)

    def _origin(self, count: int) -> Provenance:
        """Return the provenance of the last query, and the runs of all."""
        last = provenance(self._walk.frames[-1])
        runs = [provenance(frame).run for frame in self._walk.frames]
        started = clock.now()
        note = f"Joined from {len(runs)} queries."
        halted = f"Not complete: {self._walk.halted}." if self._walk.halted else ""
        return replace(
            last,
            run=f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            question=None,
            title=f"Lineage of {self._walk.start_text}",
            parameters={"start": self._walk.start_text, "hops": self._walk.hops},
            scope=str(self._walk.case.scope),
            started=started,
            rows=count,
            chart=None,
            notes=tuple(filter(None, [note, halted])),
            facts={"runs": ", ".join(runs)},
            chunk=None,
        )
