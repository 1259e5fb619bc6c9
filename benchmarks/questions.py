"""How long each question takes on a store, and how long where the lens is worked out.

The baseline is the question's own text, in which DuckDB works the lens out anew from
the records: what every question would take on a store that keeps nothing of it.
"""

import contextlib
import io
import time
from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import trailkit as tk
from trailkit.case import Case
from trailkit.execution import run
from trailkit.questions.question import Question

ORIGINAL = [
    "console/sign-ins",
    "console/weak-sign-ins",
    "iam/access-changes",
    "identity/access-key",
    "identity/active",
    "identity/role-assumptions",
    "identity/root-activity",
    "network/source-address",
    "overview/errors",
    "overview/event",
    "overview/regions",
    "overview/user-agents",
    "overview/volume",
    "resource/history",
    "s3/bucket-deletions",
    "s3/objects-read",
    "secrets/reads",
    "cloudtrail/logging-changes",
]
"""The questions that trailkit began with, by which it is held to its speed."""

LONG = 20_000
"""Values in a long list."""

FEW = 40
"""Events in a small scope."""

_HOUR = ("2026-03-05 10:00", "2026-03-05 11:00")
_ADDRESS = "198.51.100.7"
_DAYS = {
    "before_start": "2026-03-01",
    "before_end": "2026-03-10",
    "after_start": "2026-03-10",
    "after_end": "2026-03-20",
}


@dataclass(frozen=True)
class Asked:
    """A question that was asked: the quicker time of two, its rows, the baseline."""

    name: str
    seconds: float
    rows: int
    worked_out: float | None


def seconds_of_each(
    logs: Path, store: Path, *, baseline: bool = True
) -> Iterator[Asked]:
    """Ask the questions of the beginning twice, and once without what is kept.

    One that has got another name since is found by it.
    """
    case = tk.local(logs, store=store, progress=False)
    known = _examples(case)
    for name in ORIGINAL:
        with _silent():
            question = case.questions[name]
        values = _needed(question, known)
        times, rows = zip(*(_ask(case, question, values) for _ in (1, 2)), strict=True)
        asked = run.request(question, values, case.source, case.scope)
        worked_out = (
            _timed(partial(case.engine.run, str(asked.sql))) if baseline else None
        )
        yield Asked(question.name, min(times), rows[0], worked_out)


def seconds_of_the_library(logs: Path, store: Path) -> Iterator[Asked]:
    """Ask each question of the library once, triage's among them."""
    case = tk.local(logs, store=store, progress=False)
    known = _examples(case)
    for question in case.questions:
        values = _needed(question, known)
        yield Asked(question.name, *_ask(case, question, values), None)


def seconds_of_triage(logs: Path, store: Path) -> tuple[float, int]:
    """Return how long ``case.triage()`` takes, and how many findings it has."""
    case = tk.local(logs, store=store, progress=False)
    return _counted(case.triage)


def seconds_of_trace(logs: Path, store: Path) -> tuple[float, int]:
    """Return how long ``case.trace()`` of a busy key takes, and its edges."""
    case = tk.local(logs, store=store, progress=False)
    key = _examples(case)["access_key"]
    return _counted(lambda: case.trace(key).edges)


def small_and_long(logs: Path, store: Path) -> tuple[float, float, float]:
    """Return the seconds of an ask over 40 events, with 20 values, and with 20,000."""
    case = tk.local(logs, store=store, progress=False)
    times = case.window(*_HOUR).query("select time from events order by time")["time"]
    least = case.window(times.iloc[0], times.iloc[min(FEW, len(times) - 1)])
    asks = [
        lambda: least.ask("overview/volume"),
        lambda: case.query(_among(20)),
        lambda: case.query(_among(LONG)),
    ]
    with _silent():
        first, few, many = (median(_timed(ask) for _ in range(3)) for ask in asks)
    return first, few, many


def _among(count: int) -> str:
    keys = ", ".join(f"'AKIA{number:016d}'" for number in range(count))
    return f"select event_id from events where contains(array[{keys}], access_key)"


def _examples(case: Case) -> dict[str, Any]:
    """Return each parameter that a question needs a value that has an answer."""
    row = case.query(
        "select access_key, event_id, time, identity_id from events"
        " where access_key is not null order by event_id limit 1"
    ).iloc[0]
    key = row["access_key"]
    known = {"access_key": key, "resource": key, "event_id": row["event_id"]}
    known |= {"at": row["time"], "identity": row["identity_id"]}
    known |= {"identities": [row["identity_id"]], "since": _DAYS["after_start"]}
    known |= {"credential": key, "bad": [_ADDRESS], "objects": ["payroll"]}
    return {**_DAYS, **known, "address": _ADDRESS, "bucket": "payroll"}


def _needed(question: Question, known: dict[str, Any]) -> dict[str, Any]:
    return {
        each.name: known[each.name]
        for each in question.parameters
        if not each.optional and each.default is None
    }


def _ask(case: Case, question: Question, values: dict[str, Any]) -> tuple[float, int]:
    return _counted(lambda: case.ask(question.name, **values))


def _counted(work: Callable[[], Sized]) -> tuple[float, int]:
    started = time.monotonic()
    with _silent():
        found = work()
    return time.monotonic() - started, len(found)


def _timed(work: Callable[[], object]) -> float:
    started = time.monotonic()
    with _silent():
        work()
    return time.monotonic() - started


def _silent() -> contextlib.redirect_stderr[io.StringIO]:
    """Keep back what an empty answer says."""
    return contextlib.redirect_stderr(io.StringIO())
