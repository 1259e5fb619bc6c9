"""What a report holds: the story, questions asked again, and what is not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from trailkit import clock
from trailkit.display.provenance import provenance
from trailkit.errors import ReportError, TrailkitError
from trailkit.integrity.frame_hash import frame_hash, unmarked
from trailkit.integrity.journal import Entry, Journal, fingerprint, run_of
from trailkit.progress import keeping, line, notice
from trailkit.report.reported_case import ReportedCase, ask_again
from trailkit.report.story import kept, story

FILE_COLUMNS = ["file", "size", "sha256", "status"]
_SAME = ("question", "select", "parameters", "bounds")


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of the case: its run, its frame, and the frame's hash."""

    run: Entry
    frame: pd.DataFrame
    sha256: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a report shows. ``others`` were asked, and nothing of them marked.

    ``words`` are the Markdown cells of the notebook.
    """

    title: str
    summary: str
    source: str
    evidence: str
    who: str
    made: datetime
    story: pd.DataFrame
    answered: list[Answered]
    others: list[Entry]
    inventory: pd.DataFrame
    coverage: pd.DataFrame
    files: pd.DataFrame
    journal: pd.DataFrame
    notes: list[str] = field(default_factory=list[str])
    masked: bool = False
    words: list[str] = field(default_factory=list[str])


def collect(
    case: ReportedCase,
    title: str = "",
    summary: str = "",
    frames: Iterable[pd.DataFrame] = (),
    words: Iterable[str] = (),
) -> Contents:
    """Ask each marked question again, and collect the rest.

    Raises ReportError where nothing was marked and no frame is given, JournalError for
    a journal that was changed.
    """
    journal, given = kept(case), [*frames]
    entries = journal.everything()
    runs = _distinct(entries)
    marked = _of_marks(entries, runs)
    if not given and not any(each["what"] == "marked" for each in entries):
        raise ReportError(
            f"There is nothing to report: {journal.path} holds no mark. Mark what "
            'counts: case.mark(frame, "first use of the key", tag="entry"); or name '
            'frames: case.report("out.html", frames=[frame]).'
        )
    return Contents(
        title=title or "Report of a CloudTrail investigation",
        summary=summary,
        source=case.source.title,
        evidence=fingerprint(case.source),
        who=journal.who or (entries[-1]["who"] if entries else ""),
        made=clock.now(),
        story=story(journal),
        answered=[*map(_of_frame, given), *_asked_again(case, marked)],
        others=[each for each in runs if each not in marked],
        inventory=case.inventory(),
        coverage=_quietly(case.coverage),
        files=_files(case),
        journal=journal.frame(),
        notes=case.source.notes(case.scope),
        words=[*words],
    )


def run_key(run: Entry) -> str:
    """Return what two runs of the same question in the same scope share."""
    return repr([run.get(name) for name in _SAME])


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Return each question of the journal once, as it was asked last."""
    runs = {run_key(each): each for each in entries if "sql" in each}
    return [run for run in runs.values() if run.get("bounds")]


def _of_marks(entries: Sequence[Entry], runs: Sequence[Entry]) -> list[Entry]:
    wanted = {run_key(each) for each in entries if each["what"] == "marked"}
    return [each for each in runs if run_key(each) in wanted]


def _asked_again(case: ReportedCase, runs: Sequence[Entry]) -> list[Answered]:
    if runs and case.source.needs_window:
        notice(
            f"The report asks {len(runs):,} questions again, each at its own price; "
            "case.report(…, frames=[…]) takes frames that you have, and asks none."
        )
    with line() as say:
        return [_again(case, each, say, runs) for each in runs]


def _again(case: ReportedCase, run: Entry, say: Any, runs: Sequence[Entry]) -> Answered:
    say(f"Asking again: {runs.index(run) + 1} of {len(runs)}")
    with keeping():
        frame = ask_again(case, run)
    answered = _of_frame(frame)
    before = run.get("sha256")
    if before and run["what"] == "asked" and before != answered.sha256:
        changed = f"On {run['at'][:16]} UTC the answer was another one: {before}."
        return Answered(answered.run, frame, answered.sha256, changed)
    return answered


def _of_frame(frame: pd.DataFrame) -> Answered:
    try:
        run = run_of(provenance(frame).summary())
    except TrailkitError:
        run = {"title": "A frame that was made by hand", "rows": len(frame)}
    if len(frame) != run["rows"]:
        run = {**run, "filtered": True}
    return Answered(run, frame, frame_hash(unmarked(frame)))


def _quietly(ask: Any) -> Any:
    with keeping():
        return ask()


def _files(case: ReportedCase) -> pd.DataFrame:
    """List the log files; a table does not know its own."""
    if case.source.needs_window:
        return pd.DataFrame(columns=FILE_COLUMNS)
    return case.source.files()[FILE_COLUMNS]


def head(journal: Journal) -> Entry:
    """Return the last line of a journal: its number and hash."""
    entries = journal.entries()
    return {name: entries[-1][name] for name in ("line", "hash")} if entries else {}
