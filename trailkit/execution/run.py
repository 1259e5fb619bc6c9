"""From a question and its values to a frame: compose, run, note, attach."""

import secrets
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from typing import Any

import pandas as pd

from trailkit import clock, dialect
from trailkit.cost.estimate_bytes import estimate_bytes
from trailkit.coverage.answers import Logs
from trailkit.coverage.explain import Covered, covered, explain_empty, explain_nought
from trailkit.dialect import literals
from trailkit.display.known import Known, marked
from trailkit.display.provenance import Provenance, attach
from trailkit.engines import Answer, QueryOptions
from trailkit.errors import UnknownColumn
from trailkit.execution.frames import to_frame
from trailkit.execution.lacking_columns import lacking
from trailkit.execution.own_traces import OwnTraces
from trailkit.execution.values_in_logs import near, not_held
from trailkit.lens import compose, described
from trailkit.progress import notice
from trailkit.questions import meanings, parameters
from trailkit.questions.question import Question
from trailkit.scope import Scope
from trailkit.source import Source


@dataclass(frozen=True, slots=True)
class Request:
    """Finished Athena SQL, with what it asks and where.

    ``runs`` is what the engine is given: the same, where the source keeps nothing.
    ``over`` is the SELECT over the lens alone.
    ``reads`` counts how often it reads each relation of the lens; ``lists`` says that
    it may give a row for each row of theirs. ``bounds`` is the scope of the case, which
    ``scope`` may widen; ``select`` is the text of an ad hoc query. ``notes`` say how
    values or words were read.
    """

    sql: str
    runs: str
    over: str
    reads: Counter[str]
    lists: bool
    scope: Scope
    question: Question | None
    values: Mapping[str, Any]
    bounds: Scope
    select: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return the question in words."""
        return self.question.title if self.question else "Ad hoc query"


def request(
    question: Question, values: Mapping[str, Any], source: Source, scope: Scope
) -> Request:
    """Write the SQL of a question; refuse wrong parameters before anything runs."""
    kept = {name: _kept(value) for name, value in values.items()}
    values, said = meanings.read(question.parameters, kept)
    given = parameters.resolve(question.parameters, values)
    window = parameters.window_literals(scope.start, scope.end)
    select = parameters.bind(question.sql, given | window)
    searched = _searched(question, scope)
    plain = _plain(question, values)
    asked = _request(select, source, searched, question, plain, scope)
    return replace(asked, notes=tuple(said))


def ad_hoc(select: str, source: Source, scope: Scope) -> Request:
    """Write the SQL of someone's own SELECT over the lens, flat and without a clock.

    What Athena would refuse is refused here, before anything runs or is billed.
    """
    select, notes = dialect.reworded(select, clock.now())
    dialect.check_query(select, set(compose.RELATIONS))
    try:
        flat = dialect.flat(select, described.types())
    except UnknownColumn as error:
        raise _by_aws_name(error) from None
    asked = _request(flat, source, scope, None, {}, scope)
    return replace(asked, notes=tuple(notes))


def _by_aws_name(error: UnknownColumn) -> UnknownColumn:
    """Name the column that holds what AWS calls so."""
    columns = described.of_aws(error.name) if error.name else []
    if not columns:
        return error
    return UnknownColumn(
        f'There is no column "{error.name}". AWS\'s {error.name} is the column'
        f" {' or '.join(columns)} (case.columns() lists them all).",
        error.name,
    )


def run(
    asked: Request,
    logs: Logs,
    checked: tuple[str, ...] = (),
    known: tuple[Known, ...] = (),
    own: OwnTraces | None = None,
) -> pd.DataFrame:
    """Run a request; the frame says where it came from, and what to mind.

    ``checked`` is what checks found of the same logs; ``known`` and
    ``own`` mark rows.
    """
    origin = _begun(asked, logs, checked)
    answer = logs.engine.run(asked.runs, _query_options(asked, logs))
    frame = _marked(answer, known, own)
    recorded = covered(asked.question, logs, listing=_is_nothing(frame))
    notes = [*answer.notes, *_notes(frame, asked, logs, recorded)]
    if cut := _cut(asked, len(frame)):
        notes.append(cut)
    _say(notes)
    ended = _ended(origin, answer, [*recorded.notes, *notes], recorded)
    return attach(frame, ended, logs.source.files)


def chunks(
    asked: Request,
    logs: Logs,
    rows: int,
    checked: tuple[str, ...] = (),
    known: tuple[Known, ...] = (),
    own: OwnTraces | None = None,
) -> Generator[pd.DataFrame]:
    """Run a request, and give its frame in parts of so many rows.

    Each says where it came from and which part it is; its index goes on from the one
    before. What to mind is said once.
    """
    origin, notes, given = _begun(asked, logs, checked), list[str](), 0
    recorded = Covered("")
    parts = logs.engine.chunks(asked.runs, rows, _query_options(asked, logs))
    with closing(parts):
        for number, answer in enumerate(parts, start=1):
            frame = _marked(answer, known, own)
            if number == 1:
                recorded = covered(asked.question, logs, _is_nothing(frame))
                notes = [*answer.notes, *_notes(frame, asked, logs, recorded)]
                _say(notes)
                notes = [*recorded.notes, *notes]
            frame.index = pd.RangeIndex(given, given + len(frame))
            given += len(frame)
            part = replace(_ended(origin, answer, notes, recorded), chunk=number)
            yield attach(frame, part, logs.source.files)
    if cut := _cut(asked, given):
        notice(cut)


def _marked(
    answer: Answer, known: tuple[Known, ...], own: OwnTraces | None
) -> pd.DataFrame:
    frame = marked(to_frame(answer), known)
    return own.mark(frame) if own else frame


def _request(
    select: str,
    source: Source,
    scope: Scope,
    question: Question | None,
    values: Mapping[str, Any],
    bounds: Scope,
) -> Request:
    shape = dialect.shape_of(select)
    sql = compose.compose(select, source, scope)
    return Request(
        sql=sql,
        runs=compose.to_run(select, source, scope) if source.lens else sql,
        over=select,
        reads=dialect.relations_used(shape),
        lists=dialect.lists(shape),
        scope=scope,
        question=question,
        values=values,
        bounds=bounds,
        select=None if question else str(select),
    )


def _kept(value: Any) -> Any:
    """Keep what can be read only once."""
    return list(value) if isinstance(value, Iterator) else value


def _plain(question: Question, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with each list as a list: of a Series, a set, a file.

    One text stays one.
    """
    types = {each.name: each.type for each in question.parameters}
    return {
        name: literals.items(value)
        if not isinstance(value, str | None) and types[name].startswith("list of ")
        else value
        for name, value in values.items()
    }


def _query_options(asked: Request, logs: Logs) -> QueryOptions:
    """Return what an engine may know of a request."""
    kinds = {compose.RELATIONS[name].kind for name in asked.reads}
    return QueryOptions(
        reuse=logs.source.reuse(kinds, asked.scope),
        lists=asked.lists,
        estimate=partial(
            estimate_bytes,
            asked.reads,
            logs.source,
            logs.engine,
            asked.scope,
        ),
    )


def _searched(question: Question, scope: Scope) -> Scope:
    """Widen the scope by what the question needs to see."""
    if question.lookback:
        scope = scope.widened(question.lookback)
    if scope.regions and question.global_services:
        scope = replace(scope, everywhere=question.global_services)
    return scope


def _notes(
    frame: pd.DataFrame, asked: Request, logs: Logs, recorded: Covered
) -> list[str]:
    """Return what the reader of the frame must know and cannot see in it."""
    kinds = {compose.RELATIONS[name].kind for name in asked.reads}
    notes = [*asked.notes, *logs.source.notes(asked.scope, kinds)]
    notes += lacking(asked.over, asked.scope, kinds, logs.source)
    if asked.scope.everywhere:
        services = ", ".join(asked.scope.everywhere)
        notes.append(f"Events of {services} were searched in all regions.")
    notes += not_held(asked.scope, logs)
    if frame.empty and asked.question:
        notes += near(asked.question, asked.values, logs)
    if frame.empty:
        notes.append(explain_empty(asked.question, logs, recorded))
    elif _is_nothing(frame):
        notes.append(explain_nought(recorded))
    return notes


def _is_nothing(frame: pd.DataFrame) -> bool:
    """Look whether a frame holds nothing: no row, or one row of noughts."""
    if len(frame) != 1:
        return frame.empty
    numbers = frame.select_dtypes("number")
    noughts = numbers.isna() | (numbers == 0)
    return len(numbers.columns) == len(frame.columns) and bool(noughts.all(axis=None))


def _cut(asked: Request, rows: int) -> str | None:
    """Report when the question's own limit has cut the answer."""
    return asked.question.cut_note(rows, asked.values) if asked.question else None


def _say(notes: list[str]) -> None:
    for note in notes:
        notice(note)


def _begun(asked: Request, logs: Logs, checked: tuple[str, ...]) -> Provenance:
    """Write down what is known before the answer is there."""
    started, question = clock.now(), asked.question
    return Provenance(
        run=f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        question=question.name if question else None,
        title=asked.title,
        sql=str(asked.sql),
        parameters=dict(asked.values),
        scope=str(asked.scope),
        bounds=asked.bounds.bounds(),
        select=asked.select,
        engine=logs.engine.name,
        source=logs.source.title,
        started=started,
        rows=0,
        trailkit=version("trailkit"),
        chart=question.chart if question else None,
        lens=logs.source.lens,
        proof=str(logs.source.proof) if logs.source.proof else None,
        checked=checked,
    )


def _ended(
    origin: Provenance, answer: Answer, notes: list[str], recorded: Covered
) -> Provenance:
    """Add what only the answer tells, and what was recorded of what it asks."""
    return replace(
        origin,
        rows=answer.table.num_rows,
        notes=tuple(notes),
        facts=answer.facts,
        coverage=recorded.words,
        recorded=recorded.sure,
        stopped=recorded.stopped,
        not_recorded=recorded.not_recorded,
    )
