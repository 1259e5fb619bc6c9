"""What was recorded of the logs that one asks, and how one knows.

A trail records what its selectors say: data events, for one, are off until someone
turns them on. A question says in ``needs`` what must have been recorded. Of a table
the trails can tell, where someone has discovered them, and the log files in S3; of
local files, and of a table that costs nothing to read, what lies in them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

import pyarrow as pa

from trailkit import clock
from trailkit.cost.estimate import Billing
from trailkit.coverage.control import CHANGES
from trailkit.coverage.listed import ListedFiles, kind_of, listed
from trailkit.coverage.seen import KINDS, LogsSeen, seen
from trailkit.coverage.selectors import AS_THEY_STAND, Coverage, State
from trailkit.coverage.states import ANY, Cell, Reads, cells, places_of
from trailkit.coverage.table_cells import folder_cells, whole
from trailkit.dialect.literals import literal
from trailkit.engines import Engine
from trailkit.errors import AccessRefused, TableError, TrailkitError
from trailkit.history.fetch import SETTLED
from trailkit.lens import compose
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.log_scope import LogScope


class Trails(Protocol):
    """What is known of trails, as ``tk.discover()`` gives it."""

    @property
    def time(self) -> datetime:
        """When they were looked at."""
        ...

    def needs(self) -> list[str]:
        """List the kinds of events that a trail is known to record, or may."""
        ...

    def accounts(self, log_scope: LogScope) -> list[str]:
        """List the accounts that have log files of a kind at a place."""
        ...

    def recorded(self, need: str, log_scope: LogScope | None = None) -> Coverage:
        """Return whether events of a kind were recorded wherever a question reaches."""
        ...


_SEEN: WeakKeyDictionary[Source, LogsSeen] = WeakKeyDictionary()
_Worked = TypeVar("_Worked")
_APART = {"network", "insight", "aggregated"}
"""Kinds of events with a relation of their own."""

_FEW_PLACES = 1_000
"""So many folders are listed in any case: about half a cent of requests."""

_AROUND = timedelta(days=1)
"""So far around its window a table that costs nothing is read for its coverage."""


@dataclass(frozen=True, slots=True)
class Logs:
    """Where one asks, and what is known of the trails that deliver there.

    ``unpaid`` is the engine behind one that pays for each query: it lists files.
    """

    source: Source
    engine: Engine
    scope: Scope
    trails: Trails | None = None
    unpaid: Engine | None = None

    def cells(
        self, needs: Iterable[str], reads: Reads = ANY, listing: bool = True
    ) -> list[Cell]:
        """List what was recorded of each kind, account and Region in scope, and when.

        With ``listing`` a table's log files are listed, where its engine can, or its
        events around the window are read, where that costs nothing.
        """
        wanted = list(dict.fromkeys(needs))
        if not self.source.needs_window:
            return self._seen_cells(self.seen(), wanted, reads)
        return self._table_cells(wanted, reads, listing)

    def once(
        self,
        what: str,
        needs: Iterable[str],
        reads: Reads,
        work: Callable[[], _Worked],
    ) -> _Worked:
        """Work something out of cells; of local files only once for a scope."""
        if self.source.needs_window:
            return work()
        found = self.seen()
        places = tuple(places_of(found, self.scope, reads))
        return found.once((what, tuple(needs), places, self.scope), work)

    def _seen_cells(
        self, found: LogsSeen, needs: Sequence[str], reads: Reads
    ) -> list[Cell]:
        rare = [need for need in needs if need.partition(":")[0] in _APART]
        usual = [need for need in needs if need not in rare]
        known = cells(found, usual, self.scope, reads)
        return known + [self._counted(need) for need in rare]

    def _counted(self, need: str) -> Cell:
        """Return whether any event of a kind of its own relation lies in the scope."""
        count = self._count(*_events_of(need))
        state = State.PART if count else State.UNKNOWN
        why = "some of them are in scope" if count else "none of them is in scope"
        cause = "resources" if count else "unseen"
        return whole(need, Coverage(state, why), self.scope, cause)

    def _table_cells(
        self, needs: Sequence[str], reads: Reads, listing: bool
    ) -> list[Cell]:
        """Put together what trails tell, and what lies in the log files themselves."""
        said = {need: self._told(need, listing) for need in needs}
        if not listing or not self.scope.bounded:
            return [whole(need, each, self.scope) for need, each in said.items()]
        billed = isinstance(self.unpaid or self.engine, Billing)
        if not billed:
            return self._beside_seen(said, reads)
        found: list[Cell] = []
        files: dict[Any, ListedFiles | str | None] = {}
        for need, each in said.items():
            kind = kind_of(need)
            if kind not in files:
                # Where nothing can be concluded anyway, many requests are not worth it.
                known = any(said[x].state is State.RECORDED for x in needs)
                files[kind] = self._listed(need, None if known else _FEW_PLACES)
            found += folder_cells(need, each, files[kind], self.scope, reads)
        return found

    def _told(self, need: str, listing: bool) -> Coverage:
        """Return what trails tell; of a copy only where its days may be looked up."""
        if listing or self.trails is None or not self._copied(need):
            return self.recorded(need)
        return Coverage(State.UNKNOWN, "case.coverage() tells what the copy holds")

    def _copied(self, need: str) -> bool:
        try:
            return self.source.is_copy(kind_of(need))
        except TableError:
            return False

    def _listed(self, need: str, most: int | None) -> ListedFiles | str | None:
        """Return the log files in scope; a text that says why they are not known."""
        engine = self.unpaid or self.engine
        try:
            log_scope = self._log_scope(need)
            kind = kind_of(need)
            return listed(self.source, engine, self.scope, kind, log_scope, most)
        except TrailkitError as error:
            return f"the log files in scope could not be listed: {error}"

    def _beside_seen(self, said: dict[str, Coverage], reads: Reads) -> list[Cell]:
        """Hold what trails tell against the events around, which cost nothing."""
        known = (State.NOT_RECORDED, State.NOT_COPIED)
        told = [
            whole(need, each, self.scope)
            for need, each in said.items()
            if each.state in known
        ]
        open_needs = [need for need, each in said.items() if each.state not in known]
        if not open_needs:
            return told
        around = self._seen_around()
        found = self._seen_cells(around, open_needs, reads)
        return told + [_surer(each, said[each.need]) for each in found]

    def _seen_around(self) -> LogsSeen:
        """Return what the events of the window show, and a day before and after."""
        start, end = self.scope.start, self.scope.end
        around = replace(
            self.scope,
            start=start and start - _AROUND,
            end=end and max(end, min(end + _AROUND, clock.now())),
            regions=(),
        )
        return self._look(around)

    def searched(self, needs: Iterable[str] = ()) -> int:
        """Return how many events lie in the scope, of the relations of some kinds."""
        relations = {_events_of(need)[0] for need in needs} or {"events"}
        return sum(self._count(each, "true") for each in sorted(relations))

    def seen(self) -> LogsSeen:
        """Return what the whole evidence shows was recorded; worked out once."""
        known = _SEEN.get(self.source)
        if known is None:
            known = _SEEN[self.source] = self._look(Scope())
        if known.deliveries is not self.source.deliveries:
            known = replace(known, deliveries=self.source.deliveries)
            _SEEN[self.source] = known
        return known

    def _look(self, scope: Scope) -> LogsSeen:
        return seen(self._table(KINDS, scope), self._rows(CHANGES, scope))

    def _count(self, relation: str, condition: str) -> int:
        select = f"select count(*) as found from {relation} where {condition}"
        return self._rows(select, self.scope)[0]["found"]

    def _rows(self, select: str, scope: Scope) -> list[dict[str, Any]]:
        return self._table(select, scope).to_pylist()

    def _table(self, select: str, scope: Scope) -> pa.Table:
        return self.engine.run(compose.to_run(select, self.source, scope)).table

    def recorded(self, need: str) -> Coverage:
        """Return what is known of a kind in the whole scope, without listing files."""
        if not self.source.needs_window:
            return _summed(self.cells([need]))
        if self.trails is None:
            return Coverage(
                State.UNKNOWN, "case.recorded_by(tk.discover()) can show it"
            )
        return self._by_trails(need, self.trails)

    def _by_trails(self, need: str, trails: Trails) -> Coverage:
        """Ask the trails that deliver to the place that the table looks into."""
        try:
            log_scope = self._log_scope(need)
            lacking = self._lacking(log_scope, trails)
        except (TableError, AccessRefused) as error:
            return Coverage(State.UNKNOWN, str(error))
        if log_scope is None:
            return Coverage(State.UNKNOWN, "the table lies in no trail's folders")
        if lacking is not None:
            return lacking
        state, why = trails.recorded(need, log_scope)
        if state is State.RECORDED and self._may_still_come():
            return Coverage(State.UNKNOWN, "log files of the last hour may still come")
        return Coverage(state, f"{why}; {AS_THEY_STAND} {trails.time:%Y-%m-%d}")

    def _log_scope(self, need: str) -> LogScope | None:
        return self.source.log_scope(kind_of(need), self.scope)

    def _lacking(self, log_scope: LogScope | None, trails: Trails) -> Coverage | None:
        """Return what a copy lacks of the scope, whatever the trails recorded."""
        source = self.source
        if log_scope is None or not source.is_copy(log_scope.kind):
            return None
        accounts = log_scope.accounts or trails.accounts(log_scope)
        late = timedelta(seconds=SETTLED)
        missing, unsure = source.lacking(log_scope.kind, self.scope, accounts, late)
        if missing:
            return Coverage(State.NOT_COPIED, missing)
        return Coverage(State.UNKNOWN, unsure) if unsure else None

    def _may_still_come(self) -> bool:
        settled = clock.now() - timedelta(seconds=SETTLED)
        return self.scope.end is not None and self.scope.end > settled


def _summed(found: Sequence[Cell]) -> Coverage:
    """Return one state for all cells."""
    states = {each.state for each in found}
    reasons = "; ".join(dict.fromkeys(each.why for each in found))
    if states and states <= {State.RECORDED, State.PROVED}:
        return Coverage(State.RECORDED, reasons)
    state = State.PART if states - {State.UNKNOWN} else State.UNKNOWN
    return Coverage(state, reasons or "there is none in scope")


def _surer(cell: Cell, told: Coverage) -> Cell:
    """Add to what events show that a trail lets all of a kind through."""
    if cell.cause == "resources" and told.state is State.RECORDED:
        return replace(cell, state=State.RECORDED, why=told.why, cause="")
    return cell


def _events_of(need: str) -> tuple[str, str]:
    """Return the relation and the condition that a need stands for."""
    kind, _, what = need.partition(":")
    service = literal(what, "text") if what else ""
    if kind == "aggregated":
        return "aggregated", f"service = {service}"
    return {"network": "network", "insight": "insights"}.get(kind, "events"), "true"
