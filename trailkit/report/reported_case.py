"""What a report needs of a case."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

import pandas as pd

from trailkit.integrity.case_evidence import Evidence
from trailkit.integrity.journal import Entry, Journal
from trailkit.questions.library import Ask, Library
from trailkit.scope import Moment, Scope, of_bounds
from trailkit.source import Original, Source


class ReportedCase(Protocol):
    """Something that answers questions and keeps a journal, as a ``Case`` does."""

    @cached_property
    def ask(self) -> Ask:
        """Ask a question of the library."""
        ...

    def original(self, event_id: str) -> Original:
        """Read an event's record again from its log file."""
        ...

    @property
    def source(self) -> Source:
        """The logs that it reads."""
        ...

    @property
    def scope(self) -> Scope:
        """How far it looks."""
        ...

    @property
    def questions(self) -> Library:
        """The questions that it answers."""
        ...

    @property
    def evidence(self) -> Evidence:
        """The local files that it stands on."""
        ...

    @property
    def custody(self) -> Journal | None:
        """The journal that it keeps."""
        ...

    def query(self, select: str) -> pd.DataFrame:
        """Run a SELECT over the lens."""
        ...

    def coverage(self, question: str | None = None) -> pd.DataFrame:
        """List what was recorded."""
        ...

    def inventory(self) -> pd.DataFrame:
        """Return what there is."""
        ...

    def everything(self) -> "ReportedCase":
        """Take the scope off."""
        ...

    def window(self, start: Moment, end: Moment) -> "ReportedCase":
        """Narrow to a window."""
        ...

    def accounts(self, *accounts: str) -> "ReportedCase":
        """Narrow to accounts."""
        ...

    def regions(self, *regions: str) -> "ReportedCase":
        """Narrow to regions."""
        ...

    def late(self, late: Any) -> "ReportedCase":
        """Search late files as well."""
        ...


def within(case: ReportedCase, bounds: Mapping[str, Any]) -> ReportedCase:
    """Return the case with the scope that a run had."""
    scope = of_bounds(bounds)
    narrowed = case.everything().late(scope.late)
    if scope.start and scope.end:
        narrowed = narrowed.window(scope.start, scope.end)
    if scope.accounts:
        narrowed = narrowed.accounts(*scope.accounts)
    return narrowed.regions(*scope.regions) if scope.regions else narrowed


def ask_again(case: ReportedCase, run: Entry) -> pd.DataFrame:
    """Ask a question of the journal once more, in the scope that it had.

    The SQL is written anew, by this trailkit: no text of a file runs as it stands.
    """
    narrowed = within(case, run["bounds"])
    if run.get("question"):
        return narrowed.ask(run["question"], **run["parameters"])
    return narrowed.query(run["select"])
