"""A question over more log files than one query of Athena reads: asked in slices.

Athena ends a query after half an hour, and S3 gives 5,500 files a second and prefix. So
the events that a question needs are asked for by account and day, a few slices at once,
and kept as Parquet in the cache folder; the question itself is then put to them here.
Each event is in one slice, so the frame is that of one query. See docs/decisions/0016.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from trailkit import clock
from trailkit.cost.budget import PaidEngine
from trailkit.cost.estimate import Billing
from trailkit.cost.estimate_bytes import estimate_bytes, look
from trailkit.engines import ANEW, Answer, Engine, QueryOptions
from trailkit.errors import TrailkitError
from trailkit.execution import batch, slicing
from trailkit.execution.own_traces import SignsCalls
from trailkit.execution.slice_select import fetch, received
from trailkit.lens import compose
from trailkit.progress import notice
from trailkit.scope import Scope, quoted
from trailkit.source import Source
from trailkit.store.practice_case import cache_folder

if TYPE_CHECKING:
    from trailkit.execution.run import Request

LARGE_FILES = 400_000
"""From so many on a question is asked in slices."""

AT_ONCE = 5
"""So many slices are under way: together they read less than S3 gives of a prefix."""

_ASKED = b"trailkit.asked"
_FACTS = b"trailkit.facts"
_ADDED = ("bytes", "dollars", "dollars_beside")
_SAME = ("price_per_terabyte", "currency", "workgroup", "region")

Paid = Callable[[Scope], Engine]
"""Give the engine for one query within a scope, within the budget if there is one."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the events of a relation: the SELECT of it, and where it is kept."""

    relation: str
    scope: Scope
    sql: str
    path: Path

    def kept(self, oldest: datetime | None) -> dict[str, Any] | None:
        """Return the facts of an answer that is there already, and not too old."""
        if oldest is None or not self.path.exists():
            return None
        said = pq.read_schema(self.path).metadata or {}
        asked = datetime.fromisoformat(said[_ASKED].decode())
        return json.loads(said[_FACTS]) if asked >= oldest else None

    def ask(self, engine: Engine, options: QueryOptions) -> dict[str, Any]:
        """Ask for it, and keep it; a part of a file is never seen."""
        asked = clock.now()
        answer = engine.run(self.sql, options)
        told = {_ASKED: asked.isoformat(), _FACTS: json.dumps(answer.facts)}
        table = answer.table.replace_schema_metadata(told)
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        pq.write_table(table, part, compression="zstd")
        part.replace(self.path)
        return answer.facts


def sliced(
    asked: "Request", source: Source, engine: Engine, paid: Paid
) -> "Engine | SlicedEngine":
    """Return the engine that answers a request: in slices where it reads very much.

    What reads very much, and cannot be asked in slices, is said to.
    """
    whole = paid(asked.scope)
    if not isinstance(engine, Billing) or not asked.scope.bounded:
        return whole
    kinds = {name: compose.RELATIONS[name].kind for name in asked.reads}
    found = {name: source.apart(kind, asked.scope) for name, kind in kinds.items()}
    apart = {name: each for name, each in found.items() if each is not None}
    if not apart or len(apart) < len(found):
        return whole
    files = _files(asked, source, engine, whole)
    if files <= LARGE_FILES:
        return whole
    fetched = {name: fetch(asked.over, name) for name in asked.reads}
    if None in fetched.values():
        notice(
            f"{files:,} log files are in scope, and this question needs all of their "
            f"events at once: S3 may throttle it, and Athena end it. {_COPY}"
        )
        return whole
    folder = _folder(asked, engine)
    slices = [
        Slice(name, scope, *written(fetched[name], source, scope, folder))
        for name, each in apart.items()
        for scope in slicing.cut(source, name, asked.scope, engine, each)
    ]
    return (
        whole
        if len(slices) < 2
        else SlicedEngine(asked, source, whole, paid, slices, files)
    )


_COPY = (
    "Narrow the window, the accounts or the regions, or make a copy once, which holds "
    "the same events in a file a day and account: tk.TableCopy(…), see docs/set-up.md."
)


def _files(asked: "Request", source: Source, engine: Engine, whole: Engine) -> int:
    """Return the log files in scope: those of the estimate, else about how many."""
    if isinstance(whole, PaidEngine):
        return whole.estimate.files
    return look(asked.reads, source, engine, asked.scope).files


def written(
    select: str | None, source: Source, scope: Scope, folder: Path
) -> tuple[str, Path]:
    """Write the Athena SQL of a slice, and where its answer is kept."""
    sql = compose.to_run(str(select), source, scope)
    name = hashlib.sha256(sql.encode()).hexdigest()[:24]
    return sql, folder / f"{name}.parquet"


def _folder(asked: "Request", engine: Engine) -> Path:
    """Return where the slices of a question are kept until it is answered.

    It is another one for each account and Region in which someone asks.
    """
    who = engine.caller()[0].split(":")[4] if isinstance(engine, SignsCalls) else ""
    where = engine.region if isinstance(engine, Billing) else ""
    about = [who, where, asked.over, asked.sql]
    name = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:24]
    return cache_folder() / "slices" / name


class SlicedEngine:
    """An engine that asks one request in slices, and any other as it is.

    A slice that was answered before a stop is not asked again, unless log files may
    have come since.
    """

    def __init__(
        self,
        asked: "Request",
        source: Source,
        whole: Engine,
        paid: Paid,
        slices: Sequence[Slice],
        files: int,
    ) -> None:
        """Say in how many slices it is asked; raises BudgetExceeded for too dear."""
        self.name = whole.name
        self._asked, self._source, self._whole = asked, source, whole
        self._slices, self._files = slices, files
        kept = [(each, each.kept(self._oldest(each))) for each in slices]
        self._facts = {each.path.name: facts for each, facts in kept if facts}
        left = [each for each, facts in kept if not facts]
        self._engines = {each.path.name: paid(each.scope) for each in left}
        self._require_money()
        notice(self._begun())

    def run(self, sql: str, options: QueryOptions = ANEW) -> Answer:
        """Ask what is not kept yet, and answer from all of it."""
        if sql != self._asked.runs:
            return self._whole.run(sql, options)
        facts = self._fetched()
        answer = self._local().run(self._asked.over)
        self._done()
        return self._told(answer, facts)

    def chunks(
        self, sql: str, rows: int, options: QueryOptions = ANEW
    ) -> Generator[Answer]:
        """Ask what is not kept yet, and give the answer from it in parts."""
        if sql != self._asked.runs:
            yield from self._whole.chunks(sql, rows, options)
            return
        facts = self._fetched()
        for part in self._local().chunks(self._asked.over, rows):
            yield self._told(part, facts)
        self._done()

    def _oldest(self, one: Slice) -> datetime | None:
        """Return since when an answer holds; None where none does."""
        kind = compose.RELATIONS[one.relation].kind
        age = self._source.reuse([kind], one.scope)
        return None if age is None else clock.now() - age

    def _require_money(self) -> None:
        engines = [*self._engines.values()]
        dear = [each for each in engines if isinstance(each, PaidEngine)]
        if dear:
            dear[0].budget.require([each.estimate for each in dear])

    def _begun(self) -> str:
        there = len(self._facts)
        kept = f" {there:,} of them were answered before." if there else ""
        return (
            f"About {self._files:,} log files are in scope, too many for one query of "
            f"Athena: it is asked in {len(self._slices):,} slices, {AT_ONCE} at "
            f"once.{kept} A copy would hold the same events in a file a day and "
            "account: tk.TableCopy(…), see docs/set-up.md."
        )

    def _fetched(self) -> list[dict[str, Any]]:
        """Ask the slices that are left; return the facts of all."""
        folder = self._slices[0].path.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        jobs = {
            each.path.name: partial(
                each.ask, self._engines[each.path.name], self._options(each)
            )
            for each in self._slices
            if each.path.name in self._engines
        }
        try:
            asked = batch.done(jobs, AT_ONCE)
        except KeyboardInterrupt:
            notice(f"Stopped. {_GO_ON}")
            raise
        self._facts |= _answered(asked)
        return [self._facts[each.path.name] for each in self._slices]

    def _options(self, one: Slice) -> QueryOptions:
        kind = compose.RELATIONS[one.relation].kind
        reads, engine = [one.relation], self._engines[one.path.name]
        return QueryOptions(
            reuse=self._source.reuse([kind], one.scope),
            lists=True,
            estimate=lambda: estimate_bytes(reads, self._source, engine, one.scope),
        )

    def _local(self) -> Engine:
        from trailkit.engines.duckdb import LocalEngine

        views = {f"main.{name}": self._view(name) for name in self._asked.reads}
        return LocalEngine(self._slices[0].path.parent, views)

    def _view(self, relation: str) -> str:
        paths = [each.path for each in self._slices if each.relation == relation]
        columns = pq.read_schema(paths[0]).names
        shown = ", ".join(received(relation, each) for each in columns)
        files = ", ".join(quoted(str(path)) for path in paths)
        return f"select {shown} from read_parquet([{files}])"

    def _done(self) -> None:
        shutil.rmtree(self._slices[0].path.parent, ignore_errors=True)

    def _told(self, answer: Answer, every: Sequence[dict[str, Any]]) -> Answer:
        """Add up the facts of the slices."""
        facts: dict[str, Any] = {"slices": len(every), **answer.facts}
        facts["query_ids"] = [each.get("query_id") for each in every]
        for name in _ADDED:
            amounts = [each[name] for each in every if name in each]
            if amounts:
                facts[name] = None if None in amounts else sum(amounts)
        facts |= {name: every[0][name] for name in _SAME if name in every[0]}
        return replace(answer, facts=facts, notes=(*answer.notes, self._said()))

    def _said(self) -> str:
        return (
            f"It was asked in {len(self._slices):,} slices by account and day, and "
            "answered here from the events that they gave."
        )


_GO_ON = "The slices that were answered are kept: repeat the line to go on from there."


def _answered(
    asked: "dict[str, batch.JobResult[dict[str, Any]]]",
) -> dict[str, dict[str, Any]]:
    """Return the facts of each; raise the first error when all have ended."""
    found: dict[str, dict[str, Any]] = {}
    errors: list[TrailkitError] = []
    notes: dict[str, None] = {}
    for name, outcome in asked.items():
        try:
            found[name], said = outcome.result()
            notes |= dict.fromkeys(said)
        except TrailkitError as error:
            errors.append(error)
    for note in notes:
        notice(note)
    if errors:
        first = errors[0]
        left = f"{len(errors):,} of {len(asked):,} slices have no answer."
        first.args = (f"{first} {left} {_GO_ON}",)
        raise first
    return found
