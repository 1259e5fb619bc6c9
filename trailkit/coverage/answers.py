"""What an empty answer proves: nothing, unless such events were recorded at all.

A trail records what its selectors say: data events, for one, are off until somebody
turns them on. A question says in ``needs`` what must have been recorded. Of a table the
trails can tell, where somebody has discovered them; of local files, what lies in them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import pandas as pd

from trailkit.cost.estimate import estimate
from trailkit.coverage.seen import CHANGES, KINDS, LogsSeen, seen
from trailkit.coverage.selectors import Coverage, State
from trailkit.coverage.states import Cell, cells
from trailkit.coverage.wording import in_words
from trailkit.dialect.literals import literal
from trailkit.engines import Engine
from trailkit.errors import AccessRefused, TableError, TrailkitError
from trailkit.history.fetch import SETTLED
from trailkit.lens import compose
from trailkit.questions.question import Question
from trailkit.record import Kind
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

    def accounts(self, reach: LogScope) -> list[str]:
        """List the accounts that have log files of a kind at a place."""
        ...

    def recorded(self, need: str, reach: LogScope | None = None) -> Coverage:
        """Say whether events of a kind were recorded wherever a question reaches."""
        ...


_SEEN: WeakKeyDictionary[Source, LogsSeen] = WeakKeyDictionary()
_APART = {"network", "insight", "aggregated"}
"""Kinds of events with a relation of their own."""


@dataclass(frozen=True, slots=True)
class Logs:
    """Where one asks, and what is known of the trails that deliver there."""

    source: Source
    engine: Engine
    scope: Scope
    trails: Trails | None = None

    def recorded(self, need: str) -> Coverage:
        """Say whether events of a kind were recorded in scope, and how one knows."""
        if not self.source.needs_window:
            return self._seen(need)
        if self.trails is None:
            return Coverage(State.UNKNOWN, "case.recorded_by(tk.discover()) may tell")
        return self._by_trails(need, self.trails)

    def _seen(self, need: str) -> Coverage:
        """Return what the log files show of a kind, over all cells in scope."""
        found = self.cells([need])
        states = {each.state for each in found}
        reasons = "; ".join(dict.fromkeys(each.why for each in found))
        if states == {State.RECORDED}:
            return Coverage(State.RECORDED, reasons)
        state = State.PART if states - {State.UNKNOWN} else State.UNKNOWN
        return Coverage(state, reasons or "there is none in scope")

    def cells(self, needs: Iterable[str], services: Sequence[str] = ()) -> list[Cell]:
        """List what local log files show of each kind, account and Region in scope."""
        rare = [need for need in needs if need.partition(":")[0] in _APART]
        usual = [need for need in needs if need not in rare]
        found = cells(self.seen(), usual, self.scope, services)
        return found + [self._counted(need) for need in rare]

    def _counted(self, need: str) -> Cell:
        """Return whether any event of a kind of its own relation lies in the scope."""
        relation, condition = _events_of(need)
        count = self._count(
            f"select count(*) as found from {relation} where {condition}"
        )
        state = State.PART if count else State.UNKNOWN
        why = "some of them are in scope" if count else "none of them is in scope"
        where = "all accounts", "all Regions"
        return Cell(need, *where, state, self.scope.start, self.scope.end, why)

    def searched(self) -> int:
        """Return how many events lie in the scope."""
        return self._count("select count(*) as found from events")

    def seen(self) -> LogsSeen:
        """Return what the whole evidence shows was recorded; worked out once."""
        known = _SEEN.get(self.source)
        if known is None:
            rows = (self._rows(select, Scope()) for select in (KINDS, CHANGES))
            known = _SEEN[self.source] = seen(*rows)
        return known

    def stops(self) -> list[str]:
        """Name the stops of a trail that lie in the scope, as local log files show."""
        if self.source.needs_window:
            return []
        found = self.seen()
        start, end = self.scope.start or found.first, self.scope.end or found.last
        return [
            f"CloudTrail did not record all of this scope: {stop}."
            for stop in found.stops
            if start and end and stop.overlaps(start, end)
        ]

    def files(self) -> Iterator[str]:
        """Name what the list of log files in scope shows: none, archived, lacking days.

        For a table whose files can be listed; it takes LIST requests.
        """
        if self.source.is_copy(Kind.EVENT):
            return
        where = self.source, self.engine, self.scope
        try:
            found = estimate("The empty answer", {"events": 1}, *where)
        except TrailkitError as error:
            yield f"The log files in scope could not be listed: {error}"
            return
        if found.prices is None:
            return
        if not found.files:
            yield "There is no log file in scope that Athena reads."
        if found.archived:
            yield (
                f"{found.archived:,} log files in scope lie in an archive class, "
                "which Athena does not read."
            )
        if missing := found.days_without_files:
            yield f"Days without any log file: {', '.join(map(str, missing[:5]))}."

    def _count(self, select: str) -> int:
        return self._rows(select, self.scope)[0]["found"]

    def _rows(self, select: str, scope: Scope) -> list[dict[str, Any]]:
        sql = compose.to_run(select, self.source, scope)
        return self.engine.run(sql).table.to_pylist()

    def _by_trails(self, need: str, trails: Trails) -> Coverage:
        """Ask the trails that deliver to the place that the table looks into."""
        try:
            reach = self._reach(need)
            lacking = self._lacking(reach, trails)
        except (TableError, AccessRefused) as error:
            return Coverage(State.UNKNOWN, str(error))
        if reach is None:
            return Coverage(State.UNKNOWN, "the table lies in no trail's folders")
        if lacking is not None:
            return lacking
        state, why = trails.recorded(need, reach)
        if state is State.RECORDED and self._may_still_come():
            return Coverage(State.UNKNOWN, "log files of the last hour may still come")
        return Coverage(
            state, f"{why}; as the selectors stand on {trails.time:%Y-%m-%d}"
        )

    def _reach(self, need: str) -> LogScope | None:
        kind = compose.RELATIONS[_events_of(need)[0]].kind
        return self.source.log_scope(kind, self.scope)

    def _lacking(self, reach: LogScope | None, trails: Trails) -> Coverage | None:
        """Say what a copy does not hold of the scope, whatever the trails recorded."""
        source = self.source
        if reach is None or not source.is_copy(reach.kind):
            return None
        accounts = reach.accounts or trails.accounts(reach)
        late = timedelta(seconds=SETTLED)
        missing, unsure = source.lacking(reach.kind, self.scope, accounts, late)
        if missing:
            return Coverage(State.NOT_COPIED, missing)
        return Coverage(State.UNKNOWN, unsure) if unsure else None

    def _may_still_come(self) -> bool:
        settled = datetime.now(UTC) - timedelta(seconds=SETTLED)
        return self.scope.end is not None and self.scope.end > settled


_UNREAD = " What was not read may hold one: this does not show that nothing happened."


def explain_empty(question: Question | None, logs: Logs) -> str:
    """Return what was searched, and what the emptiness proves."""
    searched = f"No rows. Searched {logs.source.title}: {logs.scope}."
    if question is None or not question.needs:
        return searched
    if not logs.source.needs_window:
        cells = logs.cells(question.needs, question.global_services)
        found = logs.searched()
        unread = _UNREAD if logs.source.incomplete() else ""
        return f"{searched} {in_words(cells, found)}{unread}"
    said = {need: logs.recorded(need) for need in question.needs}
    unproven = {
        need: each for need, each in said.items() if each.state is not State.RECORDED
    }
    files = [] if unproven else list(logs.files())
    ending = ", so this does not show that nothing happened."
    if not unproven and not files:
        ending = ", and this is not among them."
    elif not unproven:
        ending = ", but this does not show that nothing happened:"
    parts = ", and ".join(_together(unproven or said))
    return " ".join([searched, f"{parts[0].upper()}{parts[1:]}{ending}", *files])


def _together(said: Mapping[str, Coverage]) -> Iterator[str]:
    """Say of the kinds of events that have one answer whether they were recorded."""
    for answer in dict.fromkeys(said.values()):
        kinds = " and ".join(need for need, each in said.items() if each == answer)
        yield f"{_SENTENCES[answer.state].format(kinds)} ({answer.why})"


_SENTENCES = {
    State.PROVED: "events of the kind {} were recorded there",
    State.PART: "events of the kind {} were recorded in part",
    State.RECORDED: "events of the kind {} were recorded there",
    State.NOT_RECORDED: "events of the kind {} are not recorded there",
    State.NOT_COPIED: "events of the kind {} are not all in the copy",
    State.UNKNOWN: "whether events of the kind {} were recorded there is unknown",
}


def coverage(logs: Logs, needs: Iterable[str]) -> pd.DataFrame:
    """List kinds of events by account and Region, whether recorded, and the basis."""
    listed = sorted({*needs, *(logs.trails.needs() if logs.trails else ())}, key=_order)
    if logs.source.needs_window:
        rows = [
            (need, None, None, answer.state.value, None, None, answer.why)
            for need in listed
            for answer in [logs.recorded(need)]
        ]
    else:
        rows = [
            (each.need, each.account, each.region, each.state.value, *_span(each))
            for each in logs.cells(listed)
        ]
    return pd.DataFrame(rows, columns=_COLUMNS).astype(_TYPES)


_COLUMNS = ["need", "account", "region", "state", "start", "end", "why"]
_TIME = "datetime64[us, UTC]"
_TYPES = dict.fromkeys(_COLUMNS, "str") | {"start": _TIME, "end": _TIME}


def _span(cell: Cell) -> tuple[datetime | None, datetime | None, str]:
    return cell.start, cell.end, cell.why


def _order(need: str) -> tuple[bool, str]:
    return not need.startswith("management"), need


def _events_of(need: str) -> tuple[str, str]:
    """Give the relation and the condition that a need stands for."""
    kind, _, what = need.partition(":")
    service = literal(what, "text") if what else ""
    if kind == "management":
        return "events", f"category = 'Management' and {_management(what)}"
    if kind == "data":
        return "events", f"category = 'Data' and family = {service}"
    if kind == "aggregated":
        return "aggregated", f"service = {service}"
    return {"network": "network", "insight": "insights"}[kind], "true"


def _management(what: str) -> str:
    return {
        "read": "read_only",
        "write": "read_only is distinct from true",
        "kms": "service = 'kms'",
    }[what]
