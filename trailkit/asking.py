"""From a question and its values to a frame: compose, run, note, attach."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pandas as pd

from trailkit import dialect, lens, parameters
from trailkit.engines import Answer, Engine
from trailkit.frames import to_frame
from trailkit.notices import notice
from trailkit.provenance import Provenance, attach
from trailkit.question import Question
from trailkit.recorded import Logs, Trails, explain_empty
from trailkit.scope import Scope
from trailkit.source import Source


@dataclass(frozen=True, slots=True)
class Request:
    """Finished Athena SQL, with what it asks and where.

    ``reads`` counts how often it reads each relation of the lens.
    """

    sql: str
    reads: Counter[str]
    scope: Scope
    question: Question | None
    values: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Give the question in words."""
        return self.question.title if self.question else "Ad hoc query"


def request(
    question: Question, values: Mapping[str, Any], source: Source, scope: Scope
) -> Request:
    """Write the SQL of a question; refuse wrong parameters before anything runs."""
    literals = parameters.resolve(question.parameters, values)
    window = parameters.window_literals(scope.start, scope.end)
    select = parameters.bind(question.sql, literals | window)
    searched = _searched(question, scope)
    sql = lens.compose(select, source, searched)
    return Request(sql, dialect.relations_used(select), searched, question, values)


def ad_hoc(select: str, source: Source, scope: Scope) -> Request:
    """Write the SQL of somebody's own SELECT over the lens."""
    dialect.check_query(select, set(lens.RELATIONS))
    sql = lens.compose(select, source, scope)
    return Request(sql, dialect.relations_used(select), scope, None, {})


def run(
    asked: Request,
    engine: Engine,
    source: Source,
    trails: Trails | None = None,
    checked: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Run a request; the frame says where it came from, and what to mind.

    ``trails`` says what was recorded there, ``checked`` what checks found.
    """
    started = datetime.now(UTC)
    answer = engine.run(asked.sql)
    frame = to_frame(answer)
    notes = _notes(frame, asked, Logs(source, engine, asked.scope, trails))
    for note in notes:
        notice(note)
    origin = _origin(asked, engine, source, started, answer, notes)
    return attach(frame, replace(origin, checked=checked), source.files)


def _searched(question: Question, scope: Scope) -> Scope:
    """Widen the scope by what the question needs to see."""
    if question.lookback:
        scope = scope.widened(question.lookback)
    if scope.regions and question.global_services:
        scope = replace(scope, everywhere=question.global_services)
    return scope


def _notes(frame: pd.DataFrame, asked: Request, logs: Logs) -> list[str]:
    """Say what the reader of the frame must know and cannot see in it."""
    notes = list(logs.source.notes(asked.scope))
    if asked.scope.everywhere:
        services = ", ".join(asked.scope.everywhere)
        notes.append(f"Events of {services} were searched in all regions.")
    if asked.question and (cut := asked.question.cut_note(len(frame), asked.values)):
        notes.append(cut)
    if frame.empty:
        notes.append(explain_empty(asked.question, logs))
    return notes


def _origin(
    asked: Request,
    engine: Engine,
    source: Source,
    started: datetime,
    answer: Answer,
    notes: list[str],
) -> Provenance:
    question = asked.question
    return Provenance(
        run=f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        question=question.name if question else None,
        title=asked.title,
        sql=asked.sql,
        parameters=dict(asked.values),
        scope=str(asked.scope),
        engine=engine.name,
        source=source.title,
        started=started,
        rows=answer.table.num_rows,
        trailkit=version("trailkit"),
        chart=question.chart if question else None,
        notes=tuple(notes),
        facts=answer.facts,
    )
