"""A case: a scope over a source of records, to which one puts questions."""

import re
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from trailkit import clock, dialect
from trailkit.cost import table_cost
from trailkit.cost.as_in_s3 import as_in_s3
from trailkit.cost.budget import Budget, PaidEngine
from trailkit.cost.estimate import Estimate, estimate
from trailkit.coverage.answers import Logs, Trails
from trailkit.coverage.explain import coverage
from trailkit.dialect import literals
from trailkit.display.card import Card, Part, Told
from trailkit.display.known import Known, known_good
from trailkit.display.reading_table import for_reading
from trailkit.engines import Engine
from trailkit.errors import (
    EvidenceError,
    InvalidParameter,
    NotOneSelect,
    UnboundedScan,
    typed,
)
from trailkit.execution import batch, run, slices, widening
from trailkit.execution.batch import Answers, Wanted
from trailkit.execution.own_traces import OwnTraces, SignsCalls
from trailkit.lens import compose
from trailkit.lens.described import described
from trailkit.progress import notice
from trailkit.questions.library import Ask, Library
from trailkit.questions.question import Question
from trailkit.scope import Moment, Scope, duration, moment, shifted
from trailkit.source import Original, Source

if TYPE_CHECKING:
    from trailkit.admin.case_table import CaseTable
    from trailkit.admin.checks import Check
    from trailkit.integrity.case_evidence import Evidence
    from trailkit.integrity.journal import Journal
    from trailkit.lineage.compare import Window
    from trailkit.lineage.traced import Lineage


@dataclass(frozen=True, repr=False)
class Case:
    """A scope over records, an engine that reads them, and the library of questions.

    A case is a value: narrowing it returns a new one.

    >>> import trailkit as tk
    >>> hour = tk.demo().window("2026-03-09 10:00", "2026-03-09 11:00")
    >>> frame = hour.ask("overview/volume")
    """

    source: Source
    engine: Engine
    questions: Library
    scope: Scope = field(default_factory=Scope)
    spending: Budget | None = None
    trails: Trails | None = None
    checks: tuple["Check", ...] = ()
    known_good: tuple[Known, ...] = ()
    own: OwnTraces | None = None
    custody: "Journal | None" = None

    def __repr__(self) -> str:
        """Return what it stands on and how far it looks."""
        return f"Case of {self.source.title}: {self.scope}"

    def _repr_html_(self) -> str:
        count = len(self.questions)
        next_lines = "case.inventory()\ncase.triage()\ncase.library()"
        return Card(
            f"Case of {self.source.title}",
            [
                ("scope", self.scope),
                ("questions", f"{count:,}; case.library() lists them"),
                *([("budget", self.spending)] if self.spending else []),
            ],
            [Part("where to begin", next_lines)],
        ).html()

    # Narrowing

    def window(self, start: Moment, end: Moment) -> "Case":
        """Narrow to the half-open window from start to end.

        Times without an offset are UTC. Scopes only narrow: what lies outside an
        earlier window stays outside. Raises InvalidWindow when the end is not after
        the start or the start lies in the future, EmptyScope when nothing is left.
        """
        return replace(self, scope=self.scope.window(start, end))

    def around(self, time: Moment, length: str | timedelta) -> "Case":
        """Narrow to so much time before a moment and as much after it.

        ``case.around(event["time"], "1h")`` shows what else happened then.
        """
        middle, reach = moment(time), duration(length)
        return self.window(shifted(middle, -reach), shifted(middle, reach))

    def last(self, length: str | timedelta) -> "Case":
        """Narrow to the last so many minutes, hours or days: ``case.last("7d")``.

        It counts back from the end of the case's window. Without one, that is now on
        Athena, and locally the newest event that is not later than now; it prints
        which bounds it took.
        """
        end = self.scope.end or self._newest()
        narrowed = self.window(shifted(end, -duration(length)), end)
        notice(f"Window: {narrowed.scope}.")
        return narrowed

    def accounts(self, *accounts: str) -> "Case":
        """Narrow to the events that these accounts received; earlier ones intersect."""
        return replace(self, scope=self.scope.with_accounts(*accounts))

    def regions(self, *regions: str) -> "Case":
        """Narrow to the events of these regions; earlier ones intersect.

        Questions about services that AWS records elsewhere (IAM, STS, sign-in) search
        all regions all the same, and say so.
        """
        return replace(self, scope=self.scope.with_regions(*regions))

    def people(self) -> "Case":
        """Narrow to people and unknown callers: leave out services and workloads.

        By ``caller_kind``, which is null where the record does not show it; such
        events stay. Insights and aggregated events have no caller, and stay as well.

        >>> import trailkit as tk
        >>> print(tk.demo().people().scope)
        all times, all accounts, all regions, people and unknown callers
        """
        return replace(self, scope=self.scope.of_people())

    def everything(self) -> "Case":
        """Return the case without its scope: all times, accounts, regions, callers."""
        return replace(self, scope=Scope())

    def late(self, late: str | timedelta) -> "Case":
        """Search log files that were delivered so long after the window as well."""
        return replace(self, scope=self.scope.with_late(late))

    @typed
    def with_questions(self, folder: str | Path) -> "Case":
        """Return a case that can also be asked the questions of a folder of your own.

        They lie in it as trailkit's do: ``folder/topic/name.sql``; ``trailkit new
        question topic/name`` begins one. Raises InvalidQuestion for a file that breaks
        a rule, with its line, and for a name that is taken.
        """
        return replace(self, questions=self.questions.with_folder(folder))

    def known(
        self,
        *,
        addresses: Iterable[str] = (),
        identities: Iterable[str] = (),
        agents: Iterable[str] = (),
        why: str,
    ) -> "Case":
        """Return a case that marks what is known to be good, and drops nothing.

        Frames with an address, an identity or a user agent get a column ``known``: the
        reason, or null. Of several kinds in one call all must fit; a second call adds
        to the first. Addresses are single ones or networks, identities the text of
        ``actor``, an ARN, a unique id or a key, agents the beginning of a user agent.
        ``triage`` lowers a finding by one level where all its addresses and its
        identity are known; an agent alone, which a caller can choose, lowers nothing.
        Raises InvalidParameter for anything else.

        >>> import trailkit as tk
        >>> case = tk.demo().known(addresses=["192.0.2.0/24"], why="the office")
        """
        one = known_good(addresses, identities, agents, why)
        return replace(self, known_good=(*self.known_good, one))

    def investigated_by(self, *who: str) -> "Case":
        """Return a case that marks what the investigation did, and drops nothing.

        ``who`` are access key ids and ARNs as GetCallerIdentity gives them; without
        any, on Athena, AWS is asked who you are. Frames with an actor, a key or a user
        agent get a column ``own``: the reason, or null. What Athena reads in your name
        from S3, Glue and KMS is marked as well, though no logged call issued its keys.
        ``own_traces`` lists them. Files that ``tk.acquire`` fetched are opened with
        those who fetched them. Raises InvalidParameter for anything else.

        >>> import trailkit as tk
        >>> analyst = "arn:aws:sts::111122223333:assumed-role/Analyst/alice"
        >>> case = tk.demo().investigated_by(analyst)
        """
        if not who and not isinstance(self.engine, SignsCalls):
            raise InvalidParameter(
                "Name who investigates, by ARN or access key id: case.investigated_by("
                '"arn:aws:sts::111122223333:assumed-role/Analyst/alice").'
            )
        if not who and isinstance(self.engine, SignsCalls):
            who = self.engine.caller()
        return replace(self, own=(self.own or OwnTraces()).with_more(who))

    def own_traces(self) -> pd.DataFrame:
        """List the calls in scope that the investigation itself made, with the reason.

        Those are of the keys and identities that ``investigated_by`` named, what Athena
        did in their name, and calls with trailkit's user agent, which any caller can
        choose. On Athena it is one query.
        """
        case = self if self.own else replace(self, own=OwnTraces())
        frame = case.query((case.own or OwnTraces()).select())
        return frame[frame["own"].notna()].reset_index(drop=True)

    # Asking

    @cached_property
    def ask(self) -> Ask:
        """Ask a question of the library, by name or by attribute.

        ``case.ask("s3/bucket-deletions", bucket="payroll")`` and
        ``case.ask.s3.bucket_deletions(bucket="payroll")`` are the same.
        """
        return Ask(self.questions, self._answer)

    @typed
    def ask_all(self, wanted: Iterable[Wanted], *, at_once: int = 8) -> Answers:
        """Ask many questions at once: by name, or ``("name", {"parameter": value})``.

        The answer is a dict of frames by name. A question that fails sinks no other:
        its error is in ``answers.errors``. Ctrl-C stops them all. Raises
        UnknownQuestion or a ParameterError before anything runs.
        """
        self._require_window("ask_all")
        asked = batch.named(wanted, self.questions)
        jobs = {name: partial(self._answer, *each) for name, each in asked.items()}
        return batch.ask(jobs, at_once)

    def find(self, name: str, /, *, around: Moment, **values: Any) -> pd.DataFrame:
        """Ask about an hour around a time, then a day, a week, a month, until found.

        It says what it searched, and ends early with the case's budget. On Athena each
        step is a query of its own.
        """
        question, middle = self.questions[name], moment(around)
        return widening.find(
            lambda reach: self.around(middle, reach)._answer(question, values)
        )

    @typed
    def chunks(
        self, name: str, /, *, rows: int = 100_000, **values: Any
    ) -> Generator[pd.DataFrame]:
        """Ask a question whose answer may not fit in memory, so many rows at a time.

        ``for frame in case.chunks("identity/access-key", access_key="AKIA…"):`` gives
        the frame of ``ask`` in parts, in order; an empty answer is one empty part.
        Leaving the loop stops the query. On Trino work on a part for five minutes at
        most: it then gives the query up. Raises what ``ask`` raises, before the loop.
        """
        return self._chunks(self._request(self.questions[name], values), rows)

    @typed
    def sql(self, name: str, /, **values: Any) -> str:
        """Write the Athena SQL that ``ask`` would run, without running it.

        It is text; a notebook shows it folded.
        """
        question = self.questions[name]
        text = str(self._request(question, values).sql)
        lines = f"{len(text.splitlines()):,} lines of Athena SQL"
        return Told(text, Card(question.title, parts=[Part(lines, text)]))

    def query(self, select: str) -> pd.DataFrame:
        """Run a SELECT of your own over the lens, within the case's scope.

        It may read ``events``, ``deliveries``, ``insights``, ``network``,
        ``aggregated`` and its own CTEs. ``describe events`` is ``columns()``. Raises
        NotOneSelect, UnknownRelation or UnsupportedSQL for anything else.
        """
        if described := _DESCRIBE.fullmatch(str(select)):
            return self.columns(described[1].lower())
        return self._run(self._ad_hoc(select))

    @typed
    def columns(self, relation: str = "events") -> pd.DataFrame:
        """List the columns of a relation of the lens: column, type and meaning.

        Raises UnknownRelation for another name than events, deliveries, insights,
        network or aggregated.

        >>> import trailkit as tk
        >>> tk.demo().columns()["column"].head(3).tolist()
        ['time', 'outcome', 'action']
        """
        rows = [(name, *each) for name, each in described(relation).items()]
        columns = ["column", "type", "meaning"]
        return for_reading(pd.DataFrame(rows, columns=columns, dtype="str"))

    def query_chunks(
        self, select: str, *, rows: int = 100_000
    ) -> Generator[pd.DataFrame]:
        """Run a SELECT of your own, and give its frame so many rows at a time."""
        return self._chunks(self._ad_hoc(select), rows)

    def budget(self, *, usd: float | None = None, cny: float | None = None) -> "Case":
        """Return a case that may spend so much on Athena, S3 and KMS, and no more.

        In dollars, or where AWS bills yuan (the Regions in China) in ``cny``. All cases
        that are narrowed from it share the account, ``case.spending``. Each ask is
        estimated first, and one that would go beyond is refused: it then raises
        BudgetExceeded, and what ``estimate`` raises.
        """
        if cny is not None and usd is None:
            return replace(self, spending=Budget(cny, "CNY"))
        if cny is not None:
            raise InvalidParameter(
                "A budget has one currency: case.budget(usd=5) or case.budget(cny=35)."
            )
        return replace(self, spending=Budget(usd))  # type: ignore[arg-type]

    def estimate(self, name: str = "", /, **values: Any) -> Estimate:
        """Return what a question would read, and all that AWS bills for it.

        That is Athena's scan, S3's GET and LIST requests, KMS's Decrypts, and the
        result, kept for a month. Without a name it is about any question that reads the
        events of the case once. On Athena it lists the log files in scope, which S3
        bills by the request: about $0.005 for a million files; and it looks at the
        headers of 24 of them. Of a table in Parquet it says the most. Over local files
        nothing is billed; it says what the same files would cost in S3. Raises
        TableError where no partition is in scope, ScopeError for more folders than can
        be listed, AccessRefused without s3:ListBucket or glue:GetPartitions.
        """
        if name or values:
            asked = self._request(self.questions[name], values)
        else:
            self._require_window("estimate")
            asked = run.ad_hoc(_ANY, self.source, self.scope)
        title = name or "Any question"
        if self.source.paths:
            return as_in_s3(title, asked.reads, self.source, asked.scope)
        return self._estimate(title, asked.reads, asked.scope)

    def triage(self) -> pd.DataFrame:
        """Return what must be seen first: one frame of findings, most serious first.

        A finding is one kind, one identity and one day: question, finding, technique
        (MITRE ATT&CK), severity, count, first_seen, last_seen, actors, accounts,
        example_event_id, and why it has its severity; then identity_id, addresses and
        agents. Rows at the end say what could not be found, because such events are
        not known to be recorded. ``frame.attrs["next"]`` holds the next questions,
        ready to run. It reads the events of the scope once.
        """
        from trailkit.triage import triage

        logs = Logs(self.source, self.engine, self.scope, self.trails)
        return triage(self.ask("triage/findings"), logs, self.known_good)

    def recorded_by(self, trails: Trails) -> "Case":
        """Return a case that knows its trails: what ``tk.discover()`` found.

        An empty answer then says whether it means that nothing happened: ``coverage``
        shows for which kinds of events. Raises EvidenceError for local files: what a
        trail recorded, they need not hold.
        """
        if not self.source.needs_window:
            raise EvidenceError(
                f"{self.source.title} may hold less than the trails recorded, so they "
                "cannot say what its empty answers mean. Ask a table of their logs: "
                'tk.athena("database.table", …).recorded_by(tk.discover()).'
            )
        return replace(self, trails=trails)

    @typed
    def checked(self, *results: "Check") -> "Case":
        """Return a case whose frames carry what ``case.table.check()`` found.

        A later result of the same place takes the place of an earlier one.
        """
        for each in results:
            if not hasattr(each, "findings"):
                raise InvalidParameter(
                    f"{type(each).__name__} is not a check. Give what it returns: "
                    "case.checked(case.table.check())."
                )
        places = [each.place for each in results]
        kept = [each for each in self.checks if each.place not in places]
        found = [each for each in results if each.findings]
        return replace(self, checks=(*kept, *found))

    def coverage(self, question: str | None = None) -> pd.DataFrame:
        """List what was recorded: a row for each kind, account, Region and stretch.

        Of the kinds that a ``question`` reads, by its name; without one, of all kinds.

        The columns are need, account, region, state, start, end, why and cause. Only
        of what was recorded (``recorded, proved`` or ``recorded, inferred``) does an
        empty answer show that nothing happened; else the state is ``in part``, ``not
        recorded``, ``not in the copy`` or ``unknown``, and ``cause`` says in a word
        what speaks against it (stopped, archived, no file, silent, …). Local logs are
        read for it; of a table it is what ``recorded_by`` was told, held against the
        log files in S3, which are listed. ``tk.chart`` draws it.

        >>> import trailkit as tk
        >>> frame = tk.demo().window("2026-03-12 01:00", "2026-03-12 02:00").coverage()
        >>> set(frame.loc[frame["cause"] == "stopped", "state"])
        {'unknown'}
        """
        logs = Logs(self.source, self.engine, self.scope, self.trails)
        asked = self.questions if question is None else [self.questions[question]]
        needs = (need for each in asked for need in each.needs)
        return self._listed("coverage", coverage(logs, needs))

    @typed
    def library(self, about: str = "") -> pd.DataFrame:
        """List the questions that mention a text, all of them without one."""
        return self.questions.search(about)

    # Investigating

    def trace(self, start: object, *, hops: int = 12) -> "Lineage":
        """Follow a credential over hops: back to the first, forward to all it made.

        ``start`` is an event id, an access key, a session_id, the ARN, the unique id or
        the name of a user, a role or a role's session, an address, or a row of a frame.
        Each hop is two queries, within the case's scope and budget; Ctrl-C returns what
        is known so far. Raises InvalidParameter for another start, EvidenceError when
        nothing in the logs matches it.

        >>> import trailkit as tk
        >>> lineage = tk.demo().trace("AKIAQ7H2XLWTVEXAMPLE")
        >>> frame = lineage.edges
        """
        from trailkit.lineage import trace

        return trace(self, start, hops)

    @typed
    def compare(
        self, before: "Window", after: "Window", by: str = "actor"
    ) -> pd.DataFrame:
        """List what is new, gone, or ten times as many in a second window.

        A window is a start and an end; ``by`` is actor, action, address, agent, region,
        service or error. ``change`` is unknown where the logs hold nothing of the other
        window: nothing is new against that. Raises InvalidParameter for anything else.
        """
        from trailkit.lineage import compare

        return compare(self, before, after, by)

    # The story of the case

    @typed
    def journal(self, path: str | Path = "case.jsonl", *, who: str = "") -> "Case":
        """Return a case that keeps a journal of what is done with it, in a file.

        Each acquisition, opening, question, listing, check, record read again, mark,
        export and report becomes a line with time, name and the hash of the line
        before; lines are only added. ``case.custody`` is the journal: shown as a table,
        written as a page by ``case.custody.page("custody.html")``, merged with a
        colleague's by ``case.custody.merge("theirs.jsonl")``. ``who`` is your name;
        left out, that of the user at this computer. Without this call, and without a
        mark, no journal is kept. Raises JournalError for a file that is not a journal,
        that was changed, or that is about other evidence.
        """
        from trailkit.integrity.journal import begin

        kept = begin(path, who, self.source, self.everything().scope)
        return replace(self, custody=kept)

    def mark(self, events: Any, note: str, *, tag: str = "") -> pd.DataFrame:
        """Add events to the story of the case, with a note; return them.

        ``events`` is a list of events (a frame of up to 1,000 rows, or one of its
        rows), an event id, or a list of ids. The mark goes into the case's journal, or
        into ``case.jsonl`` beside the notebook. Raises InvalidParameter for what holds
        no events, JournalError where the file cannot be added to.
        """
        from trailkit.report.story import mark

        return mark(self, replace(self, custody=None).query, events, note, tag)

    def story(self) -> pd.DataFrame:
        """Return the events that were marked, by time, each with its note and tag.

        ``tk.chart(case.story())`` draws it; its CSV opens in Timesketch.
        """
        from trailkit.report.story import kept, story

        return story(kept(self))

    @typed
    def report(
        self,
        path: str | Path,
        *,
        title: str = "",
        summary: str = "",
        frames: Iterable[pd.DataFrame] = (),
        masked: bool = False,
        key: str | Path | None = None,
    ) -> Path:
        """Write the report of the case into one HTML file that works offline.

        Where ``path`` ends in ``.pdf``, an installed Chromium, Chrome or Edge prints it
        as well, beside the HTML file: that one is what can be verified.

        It holds a summary (``summary`` is your own text), the story, each question of
        which an event was marked with chart and table, what could not be known, and an
        appendix by which all of it can be checked: ``trailkit verify REPORT``. Each
        such question is asked again, so that the report shows what the evidence says
        now; ``frames`` are shown as they are.

        With ``masked`` accounts, names, addresses, keys and ARNs stand as tokens
        (``role/name-3``); what each stands for goes into the file ``key``, left out:
        ``out.key.json``, and the same file keeps the tokens of the next report. Read
        your own notes before you hand it over: a name that stands in no log is not
        known to be one. Raises ReportError without a mark and without frames.
        """
        from trailkit.report.report_file import report

        return report(
            self,
            path,
            title=title,
            summary=summary,
            frames=frames,
            mask=masked,
            key=key,
        )

    @typed
    def bundle(
        self,
        path: str | Path,
        *,
        title: str = "",
        summary: str = "",
        frames: Iterable[pd.DataFrame] = (),
    ) -> Path:
        """Write all that another person needs to check the case into one archive.

        It holds the report, the story, the journal, each answer as CSV and Parquet with
        its SQL, what was recorded, and a script that checks every byte of it with
        Python's standard library alone. Of local files it also holds their list with
        each SHA-256, what the digests prove, and where they were acquired. The log
        files themselves are not in it: ``trailkit verify case.zip --evidence FOLDER``
        asks its questions again. Takes what ``case.report`` takes.
        """
        from trailkit.report.handing_over import bundle

        return bundle(self, path, title, summary, frames)

    # The evidence behind it

    def inventory(self) -> pd.DataFrame:
        """Return what there is: files, events, repeats, problems, accounts, span.

        One row a fact, with columns ``what`` and ``value`` (text). Events in scope are
        counted for each account that recorded them; of calls in scope one that two
        accounts recorded counts once. A question's notes say which of them it counts.
        """
        facts: dict[str, Any] = {"evidence": self.source.title, "scope": self.scope}
        facts |= {name: f"{count:,}" for name, count in self.source.counts().items()}
        found = self._look("The inventory", _WHERE, self.scope)[0]
        facts |= {
            name: f"{value:,}" if isinstance(value, int) else value
            for name, value in found.items()
        }
        rows = [(name.replace("_", " "), str(value)) for name, value in facts.items()]
        rows += [("note", note) for note in self.source.notes(self.scope)]
        frame = pd.DataFrame(rows, columns=["what", "value"])
        return self._listed("inventory", for_reading(frame, title="What there is"))

    @property
    def evidence(self) -> "Evidence":
        """What local files the case stands on: ``files()``, ``problems()``.

        Raises TableError for a case over a table.
        """
        from trailkit.integrity.case_evidence import Evidence

        self.source.require_files()
        return Evidence(self.source, self.bundle, self.custody)

    @property
    def table(self) -> "CaseTable":
        """What one does with the case's table: ``check()``, ``advice()``, better DDL.

        Local files have no table, but can be checked like one.
        """
        from trailkit.admin.case_table import CaseTable

        kept = self.custody.found if self.custody else None
        return CaseTable(self.source, self.engine, self.scope, self.spending, kept)

    @typed
    def original(self, event_id: str) -> Original:
        """Read an event's record again from its log file, as AWS wrote it.

        Raises EvidenceError when no record has that id, or the file has changed.
        """
        found = self.source.originals(event_id, lambda: self._files_of(event_id))
        if not found:
            raise EvidenceError(
                f'No record has the event id "{event_id}" in {self.source.title}. '
                "Take the id from the event_id column of a frame."
            )
        if self.custody:
            self.custody.read(event_id, found[0].file, found[0].text)
        return found[0]

    # Underneath

    def _listed(self, what: str, frame: pd.DataFrame) -> pd.DataFrame:
        return self.custody.listed(what, frame, self.scope) if self.custody else frame

    def _answer(self, question: Question, values: Mapping[str, Any]) -> pd.DataFrame:
        return self._run(self._request(question, values))

    def _run(self, asked: run.Request) -> pd.DataFrame:
        marks = self.known_good, self.own
        frame = run.run(asked, self._logs(asked), self._checked(), *marks)
        if self.custody:
            self.custody.asked(frame)
        return frame

    def _chunks(self, asked: run.Request, rows: int) -> Generator[pd.DataFrame]:
        if isinstance(rows, bool) or not isinstance(rows, int) or rows < 1:
            raise InvalidParameter(
                f"rows={rows!r} is not a number of rows. Use a whole one: rows=100_000."
            )
        logs, checked = self._logs(asked), self._checked()
        parts = run.chunks(asked, logs, rows, checked, self.known_good, self.own)
        return self.custody.watched(parts) if self.custody else parts

    def _logs(self, asked: run.Request) -> Logs:
        paid = partial(self._paid, asked.title, asked.reads)
        engine = slices.sliced(asked, self.source, self.engine, paid)
        return Logs(self.source, engine, asked.scope, self.trails, self.engine)

    def _checked(self) -> tuple[str, ...]:
        return tuple(each.summary for each in self.checks)

    def _ad_hoc(self, select: str) -> run.Request:
        self._require_window("query")
        if not isinstance(select, str):
            raise NotOneSelect(f"{select!r} is not text. Write one SELECT.")
        return run.ad_hoc(select, self.source, self.scope)

    def _request(self, question: Question, values: Mapping[str, Any]) -> run.Request:
        self._require_window(question.name)
        return run.request(question, values, self.source, self.scope)

    def _estimate(self, title: str, reads: Mapping[str, int], scope: Scope) -> Estimate:
        return estimate(title, reads, self.source, self.engine, scope)

    def _paid(self, title: str, reads: Mapping[str, int], scope: Scope) -> Engine:
        """Return the engine for one query, within the budget if there is one."""
        table_cost.warn(reads, self.source, self.engine, scope)
        if self.spending is None:
            return self.engine
        return PaidEngine(
            self.engine, self.spending, self._estimate(title, reads, scope)
        )

    def _require_window(self, name: str) -> None:
        if self.source.needs_window and not self.scope.bounded:
            raise UnboundedScan(
                f'"{name}" would read every log file of {self.source.title}. Give it a '
                'window: case.window("2026-03-02", "2026-03-03") or case.last("24h").'
            )

    def _files_of(self, event_id: str) -> list[str]:
        """Ask for the log files that hold an event."""
        wanted = literals.literal(event_id, "text")
        self._require_window("original")
        select = f"select distinct file from deliveries where event_id = {wanted}"
        found = self._look("The original", select, self.scope)
        return sorted(row["file"] for row in found)

    def _newest(self) -> datetime:
        """Return the time from which ``last`` counts back."""
        now = clock.now()
        if self.source.needs_window:
            return now
        newest = self._look("The newest event", _SPAN, Scope(end=now))[0]["last"]
        if newest is None:
            raise EvidenceError(
                f"There is no event with a time in {self.source.title}."
            )
        # The window is half-open: it must reach past the newest event.
        return newest.replace(tzinfo=UTC) + timedelta(seconds=1)

    def _look(self, title: str, select: str, scope: Scope) -> list[dict[str, Any]]:
        """Return the rows of a SELECT of our own."""
        engine = self._paid(title, dialect.relations_used(select), scope)
        answer = engine.run(compose.to_run(select, self.source, scope))
        return answer.table.to_pylist()


_DESCRIBE = re.compile(
    r"\s*(?:describe|desc|show\s+columns\s+(?:from|in))\s+(\w+)\s*;?\s*", re.I
)
_ANY = "select event_id from events"
_SPAN = "select min(time) as first, max(time) as last from events"
_WHERE = """
select
    count(*) as events_in_scope,
    count_if(shared_event_id is null)
    + count(distinct if(shared_event_id is not null, action_id)) as calls_in_scope,
    min(time) as first,
    max(time) as last,
    array_join(array_sort(array_agg(distinct account)), ', ') as accounts,
    array_join(array_sort(array_agg(distinct region)), ', ') as regions
from events
"""
