"""Where a frame came from: SQL, parameters, engine, scope, cost, files.

A frame carries a small summary in ``frame.attrs["trailkit"]``, which pandas hands on at
every step; the way to the files stays in a registry of this Python process.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from trailkit.aws.prices import say_bytes, say_dollars
from trailkit.display.card import Card, Line, Part
from trailkit.display.reading_table import for_reading
from trailkit.errors import TrailkitError, typed
from trailkit.visible import visible_text

KEY = "trailkit"
"""The key of ``frame.attrs`` under which a frame carries its summary."""

_KEPT_RUNS = 1_000
_LISTS = ("checked", "notes", "stopped", "not_recorded")
_FIRST = ("question", "parameters", "rows", "scope", "source", "engine")
_APART = ("sql", "facts", "chart", "bounds", "select", *_LISTS)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What one run was: enough for another person to run it again and compare.

    ``sql`` is the Athena text with every value in it; ``facts`` are the engine's own
    (seconds, and on Athena query id, bytes, dollars, milliseconds of each phase,
    whether an earlier answer was given again). ``checked`` is what each
    ``case.table.check()`` before it found. ``lens`` is the version of the lens by which
    a local store had worked out what was read of it. ``proof`` is what digests had
    proved of its log files (``case.evidence.digests()``). ``chunk`` says which part of
    an answer it is about; the facts are those of the whole query. ``bounds`` (the scope
    of the case as JSON) and ``select`` (the text of an ad hoc query) are what it takes
    to ask again. ``coverage`` says in words what was recorded of what the question
    needs, ``recorded`` whether all of it surely was, ``stopped`` when trails were off
    (start and end in ISO), ``not_recorded`` which kinds never were.
    """

    run: str
    question: str | None
    title: str
    sql: str
    parameters: dict[str, Any]
    scope: str
    engine: str
    source: str
    started: datetime
    rows: int
    trailkit: str
    chart: str | None = None
    lens: str | None = None
    proof: str | None = None
    checked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    chunk: int | None = None
    bounds: dict[str, Any] = field(default_factory=dict[str, Any])
    select: str | None = None
    coverage: str | None = None
    recorded: bool = False
    stopped: tuple[dict[str, str | None], ...] = ()
    not_recorded: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Return the small JSON dict that travels in ``frame.attrs``."""
        return json.loads(self.to_json())

    def to_json(self) -> str:
        """Write it as JSON, for a report or an evidence note."""
        return json.dumps(asdict(self), default=_plain, ensure_ascii=False, indent=2)

    def files(self) -> pd.DataFrame:
        """Return the log files that the run searched, with size and SHA-256.

        Raises TrailkitError when the frame was made by another Python process, or
        when the engine does not list files.
        """
        find = _FILES.get(self.run)
        if find is None:
            raise TrailkitError(
                f"The files of run {self.run} are not known in this process. Ask "
                "again, and take the provenance of the new frame."
            )
        return for_reading(find())

    def __str__(self) -> str:
        """Show it as lines of name and value, the SQL last."""
        pairs = self._pairs()
        pairs += [("checked", found) for found in self.checked]
        pairs += [("note", note) for note in self.notes]
        width = max(len(name) for name, _ in pairs)
        lines = [f"{name:>{width}}  {text}" for name, text in pairs]
        return visible_text("\n".join([*lines, "", self.sql]))

    __repr__ = __str__

    def _pairs(self) -> list[tuple[str, str]]:
        shown = {**asdict(self), **self.facts}
        for name in _APART:
            shown.pop(name)
        shown["parameters"] = json.dumps(self.parameters, default=str)
        return [
            (name, _in_words(name, value))
            for name, value in shown.items()
            if value is not None
        ]

    def _repr_html_(self) -> str:
        """Show first what an answer rests on; the rest and the SQL are folded."""
        told = dict(self._pairs())
        first: list[Line] = [(name, told.pop(name)) for name in _FIRST if name in told]
        told.pop("coverage", None)
        notes = [("note", note) for note in (*self.checked, *self.notes)]
        rest = "\n".join(f"{name}: {text}" for name, text in told.items())
        lines = f"{len(self.sql.splitlines()):,} lines of Athena SQL"
        recorded = [Part("what was recorded", self.coverage)] if self.coverage else []
        parts = [
            *recorded,
            Part(f"{len(told):,} more facts", rest),
            Part(lines, self.sql),
        ]
        return Card(f"Where it came from: {self.title}", [*first, *notes], parts).html()


def _plain(value: Any) -> Any:
    """Write what JSON lacks so that a question takes it again.

    >>> _plain(timedelta(hours=2)), _plain(datetime(2026, 3, 2, 11, 40))
    ('7200s', '2026-03-02T11:40:00')
    """
    match value:
        case timedelta():
            return f"{value // timedelta(seconds=1)}s"
        case date():
            return value.isoformat()
        case np.generic():
            return value.item()
        case _:
            return str(value)


def _in_words(name: str, value: Any) -> str:
    """Write a fact for people: amounts with their unit, phases in a row.

    >>> _in_words("milliseconds", {"queue": 4, "engine": 1020})
    'queue 4, engine 1,020'
    """
    match name, value:
        case _, bool():
            return "yes" if value else "no"
        case "bytes", int():
            return f"{value:,} ({say_bytes(value)})" if value else "0"
        case "dollars" | "dollars_beside", float():
            return f"{value:.6f} ({say_dollars(value)})" if value else "0"
        case "dollars", None:
            return "not known"
        case "milliseconds", dict():
            return ", ".join(f"{phase} {count:,}" for phase, count in value.items())
        case _, int():
            return f"{value:,}"
        case _:
            return str(value)


_FILES: OrderedDict[str, Callable[[], pd.DataFrame]] = OrderedDict()


class Summary(dict[str, Any]):
    """A summary that pandas hands on as it is: it would copy every value in it."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "Summary":
        return self


def attach(
    frame: pd.DataFrame,
    origin: Provenance,
    files: Callable[[], pd.DataFrame] | None,
) -> pd.DataFrame:
    """Let the frame carry where it came from, and keep the way to its files."""
    frame.attrs[KEY] = Summary(origin.summary())
    if files is not None:
        _FILES[origin.run] = files
        while len(_FILES) > _KEPT_RUNS:
            _FILES.popitem(last=False)
    return frame


@typed
def provenance(frame: pd.DataFrame) -> Provenance:
    """Return where a frame came from.

    pandas keeps it through filters, sorts and copies; a join or a group may lose it.
    Raises TrailkitError for a frame that trailkit did not make.
    """
    summary = frame.attrs.get(KEY)
    if not isinstance(summary, dict) or "run" not in summary:
        raise TrailkitError(
            "This frame does not say where it came from: trailkit did not make it, or "
            "a join or a group lost it. Take the provenance of the frame that "
            "case.ask(...) or case.query(...) returned."
        )
    fields: dict[str, Any] = dict(summary)
    fields["started"] = datetime.fromisoformat(summary["started"])
    for name in _LISTS:
        fields[name] = tuple(summary.get(name, ()))
    return Provenance(**fields)
