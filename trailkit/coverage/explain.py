"""What an empty answer proves, and coverage as a frame and as a summary."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from trailkit import dialect
from trailkit.coverage.answers import Logs
from trailkit.coverage.seen import in_words as when_of
from trailkit.coverage.selectors import State
from trailkit.coverage.states import Cell, Reads
from trailkit.coverage.wording import all_recorded, in_words, kind_of, summed_up
from trailkit.questions.question import Question
from trailkit.source import Source

_UNREAD = " What was not read may hold one: this does not show that nothing happened."


def reads_of(question: Question) -> Reads:
    """Return the services that a question reads, and which it seeks in all Regions."""
    services = dialect.required_values(
        question.tried(), "events", ("service", "family")
    )
    return Reads(question.global_services, services)


def explain_empty(question: Question | None, logs: Logs, known: "Covered") -> str:
    """Return what was searched, and what the emptiness proves."""
    searched = f"No rows. Searched {logs.source.title}: {logs.scope}."
    if question is None or not question.needs:
        return f"{searched} This does not show that nothing happened: {_ASK}"
    needs, reads = question.needs, reads_of(question)
    said = logs.once("proves", needs, reads, lambda: _proves(needs, logs, known))
    unread = _UNREAD if logs.source.incomplete() else ""
    return f"{searched} {said}{unread}{_hint(logs)}"


def _proves(needs: Sequence[str], logs: Logs, known: "Covered") -> str:
    # A table would bill for the count.
    count = None if logs.source.needs_window else logs.searched(needs)
    return in_words(known.cells, count, logs.scope.bounded)


def explain_nought(known: "Covered") -> str:
    """Return what a count of nought, or a sum over nothing, says."""
    if known.sure:
        return f"Nought, of what was recorded: {known.words}"
    return f"Nought does not show that nothing happened. {known.words}"


def _hint(logs: Logs) -> str:
    """Name the digests that lie beside local files, where no one validated them."""
    if logs.source.needs_window or logs.source.proof is not None:
        return ""
    beside = logs.seen().once("digests beside", lambda: _digests_lie(logs.source))
    return f" {_DIGESTS}" if beside else ""


def _digests_lie(source: Source) -> bool:
    files = source.files()["file"]
    return bool(files.str.contains("CloudTrail-Digest", regex=False).any())


_DIGESTS = "Digests lie beside these logs: case.evidence.digests() may prove more."
_ASK = "case.coverage() tells what was recorded."


@dataclass(frozen=True, slots=True)
class Covered:
    """What a frame says of coverage: in words, when trails were off, what never was.

    ``sure`` says that all of it was recorded, and all that was delivered is read.
    ``stopped`` are stretches with ``start`` and ``end`` in ISO; ``notes`` say who
    stopped which trail.
    """

    words: str
    cells: tuple[Cell, ...] = ()
    sure: bool = False
    stopped: tuple[dict[str, str | None], ...] = ()
    not_recorded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def covered(question: Question | None, logs: Logs, listing: bool = False) -> Covered:
    """Return what a frame says of coverage.

    Without ``listing`` no file is listed for it, and no table read.
    """
    needs = question.needs if question and question.needs else _USUAL
    reads = reads_of(question) if question else Reads()
    return logs.once(
        "covered", needs, reads, lambda: _covered(needs, reads, logs, listing)
    )


def _covered(needs: Sequence[str], reads: Reads, logs: Logs, listing: bool) -> Covered:
    found = logs.cells(needs, reads, listing)
    surely = listing or not logs.source.needs_window
    stops = {(each.start, each.end): each for each in found if each.cause == "stopped"}
    return Covered(
        words=summed_up(found),
        cells=tuple(found),
        sure=surely and all_recorded(found) and not logs.source.incomplete(),
        stopped=tuple({"start": _iso(a), "end": _iso(b)} for a, b in stops),
        not_recorded=_never(found),
        notes=tuple(
            "CloudTrail did not record all of this scope: "
            f"{when_of(each.start, each.end)} ({each.why})."
            for each in stops.values()
            if each.start
        ),
    )


_USUAL = ("management:read", "management:write")
"""What an ad hoc query is taken to need."""


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _never(found: Sequence[Cell]) -> tuple[str, ...]:
    """Name the kinds that are known not to be recorded anywhere in scope."""
    states: dict[str, set[State]] = {}
    for each in found:
        states.setdefault(each.need, set()).add(each.state)
    never = {State.NOT_RECORDED}
    return tuple(kind_of(need) for need, own in states.items() if own == never)


def coverage(logs: Logs, needs: Iterable[str], listing: bool = True) -> pd.DataFrame:
    """List kinds of events by account, Region and time: whether recorded, and why."""
    listed = sorted({*needs, *(logs.trails.needs() if logs.trails else ())}, key=_order)
    found = logs.cells(listed, listing=listing)
    rows = [[getattr(each, name) for name in _COLUMNS] for each in found]
    frame = pd.DataFrame(rows, columns=_COLUMNS).astype(_TYPES)
    frame.attrs["trailkit"] = {"scope": str(logs.scope), "rows": len(frame)}
    return frame


_COLUMNS = ["need", "account", "region", "state", "start", "end", "why", "cause"]
_TIME = "datetime64[us, UTC]"
_TYPES = dict.fromkeys(_COLUMNS, "str") | {"start": _TIME, "end": _TIME}


def _order(need: str) -> tuple[bool, str]:
    return not need.startswith("management"), need
