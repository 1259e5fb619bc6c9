"""What an empty answer proves: nothing, unless such events were recorded at all.

A trail records what its selectors say: data events, for one, are off until somebody
turns them on. A question says in ``needs`` what must have been recorded. Of a table the
trails can tell, where somebody has discovered them; of local files, what lies in them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pandas as pd

from trailkit.coverage.selectors import Coverage, State
from trailkit.dialect.literals import literal
from trailkit.engines import Engine
from trailkit.errors import AccessRefused, TableError
from trailkit.history.fetch import SETTLED
from trailkit.lens import compose
from trailkit.questions.question import Question
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
        """Look whether any event of that kind lies in the scope."""
        relation, condition = _events_of(need)
        select = f"select 1 as seen from {relation} where {condition} limit 1"
        answer = self.engine.run(compose.to_run(select, self.source, self.scope))
        if answer.table.num_rows:
            return Coverage(State.RECORDED, "there are some in scope")
        return Coverage(State.UNKNOWN, "there is none in scope")

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


def explain_empty(question: Question | None, logs: Logs) -> str:
    """Say what was searched, and whether the emptiness means anything."""
    searched = f"No rows. Searched {logs.source.title}: {logs.scope}."
    if question is None or not question.needs:
        return searched
    said = {need: logs.recorded(need) for need in question.needs}
    unproven = {
        need: each for need, each in said.items() if each.state is not State.RECORDED
    }
    ending = ", so this does not show that nothing happened."
    if not unproven:
        ending = ", and this is not among them."
    parts = ", and ".join(_together(unproven or said))
    return f"{searched} {parts[0].upper()}{parts[1:]}{ending}"


def _together(said: Mapping[str, Coverage]) -> Iterator[str]:
    """Say of the kinds of events that have one answer whether they were recorded."""
    for answer in dict.fromkeys(said.values()):
        kinds = " and ".join(need for need, each in said.items() if each == answer)
        yield f"{_SENTENCES[answer.state].format(kinds)} ({answer.why})"


_SENTENCES = {
    State.RECORDED: "events of the kind {} were recorded there",
    State.NOT_RECORDED: "events of the kind {} are not recorded there",
    State.NOT_COPIED: "events of the kind {} are not all in the copy",
    State.UNKNOWN: "whether events of the kind {} were recorded there is unknown",
}


def coverage(logs: Logs, needs: Iterable[str]) -> pd.DataFrame:
    """List kinds of events, whether they were recorded, and how one knows."""
    listed = [*needs, *(logs.trails.needs() if logs.trails else ())]
    rows = [
        (need, answer.state.value, answer.why)
        for need in sorted(dict.fromkeys(listed), key=_order)
        for answer in [logs.recorded(need)]
    ]
    return pd.DataFrame(rows, columns=["need", "state", "why"])


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
