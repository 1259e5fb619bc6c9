"""What a case stands on: records, and what the source of them can do beside.

A source says itself what it can do: what a question reads of it, what it advises, where
its log files lie, what it lacks. No other module asks for its class.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import pandas as pd

from trailkit.record import Kind
from trailkit.scope import Scope


@dataclass(frozen=True, slots=True)
class Original:
    """A record as it stands in its log file: file, place among its records, text."""

    file: str
    position: int
    text: str

    @property
    def record(self) -> dict[str, Any]:
        """Return the record as Python objects."""
        return json.loads(self.text)

    def __str__(self) -> str:
        """Show the record with a line for each field, all in plain ASCII."""
        record = json.dumps(self.record, indent=2)
        return f"{self.file}, record {self.position}\n{record}"

    __repr__ = __str__


Files = Callable[[], list[str]]
"""Ask for the log files of an event."""


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """What a SELECT reads of a source: places to list, the days in scope, and notes.

    ``gaps`` are days of which nothing is found, whatever lies in S3. With ``at_most``
    the files that are listed are more than what is read.
    """

    places: Sequence[Any]
    days: Sequence[date]
    notes: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    at_most: bool = False


class Apart(NamedTuple):
    """By what a scope can be read in slices that read their own log files.

    ``accounts`` are those whose folders can be read one by one; ``days`` says whether
    days can. ``regions`` are those into whose folders the table looks, if it says so.
    """

    accounts: tuple[str, ...]
    days: bool
    regions: tuple[str, ...] = ()


class Lacks(NamedTuple):
    """What a source has no place for.

    ``columns`` of ``records`` are null in it; ``deep`` says of a column of the lens
    what it does not show of it.
    """

    columns: Collection[str] = ()
    deep: Mapping[str, str] = MappingProxyType({})


class Lacking(NamedTuple):
    """What a copy lacks, in words: what was never copied, what perhaps not whole."""

    missing: str
    unsure: str


class DigestHour(NamedTuple):
    """An hour of a trail's digests: what was delivered of an account and Region.

    ``trail`` is an ARN; that of an organization's trail has the member's account, since
    a digest does not name the owner; ``organization`` is then the one of its folder.
    ``named`` log files stand in the digest, ``missing`` of them are not at hand. With
    ``proved`` its signature and its link are valid, and each file has the hash that it
    names; with ``refuted`` they were looked at, and are not.
    """

    trail: str
    account: str
    region: str
    start: datetime
    end: datetime
    named: int
    missing: int
    proved: bool = False
    organization: str = ""
    refuted: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """What CloudTrail's digests prove of local log files.

    ``validated`` of ``files`` log files are named by a valid digest, with their hash.
    ``deliveries`` are the hours of the digests at hand; ``tampered`` counts what
    someone must have changed.

    >>> print(Proof(4_112, 4_112, ()))
    4,112 of 4,112 files validated by digests
    >>> print(Proof(4_111, 4_112, (), tampered=1))
    4,111 of 4,112 files validated by digests, signs of tampering: 1
    """

    validated: int
    files: int
    deliveries: tuple[DigestHour, ...]
    tampered: int = 0

    def __str__(self) -> str:
        """Return it as part of a sentence."""
        said = f"{self.validated:,} of {self.files:,} files validated by digests"
        signs = f", signs of tampering: {self.tampered:,}" if self.tampered else ""
        return f"{said}{signs}"


class Source(Protocol):
    """A store of local evidence, or a table on Athena or Trino."""

    needs_window: bool
    """Whether a question without a window is refused, because it costs money."""

    proof: Proof | None
    """What digests proved of local files; None before they were validated."""

    @property
    def deliveries(self) -> tuple[DigestHour, ...]:
        """The hours of the digests among local files, validated or not."""
        ...

    def keep(self, name: str, content: bytes) -> None:
        """Keep a result about local files until one of them changes."""
        ...

    def kept(self, name: str) -> bytes | None:
        """Return a result that was kept; raise ValueError for one that was changed."""
        ...

    @property
    def lens(self) -> str | None:
        """Version of the lens that worked out what ``lens.kept`` names; None: nothing.

        Its columns stand beside those of ``records``.
        """
        ...

    @property
    def title(self) -> str:
        """The name of the evidence or the table, for people."""
        ...

    @property
    def paths(self) -> Sequence[Path]:
        """The folders and files of local evidence; empty for a table."""
        ...

    def require_files(self) -> None:
        """Raise TableError of a table: it does not list its files."""
        ...

    def name(self, kind: Kind) -> str:
        """Return the name of the table of a kind of record, or of the evidence."""
        ...

    def is_copy(self, kind: Kind) -> bool:
        """Return whether it is a copy that trailkit made of a table."""
        ...

    def in_other_form(self, kind: Kind) -> bool:
        """Return whether AWS made a table of records, and not a trail of log files."""
        ...

    def by_event(self, kind: Kind) -> bool:
        """Return whether its days are those of events, not of a trail's folders."""
        ...

    def lacks(self, kind: Kind) -> Lacks:
        """Return what a table in another form than AWS's log files has no place for."""
        ...

    def read_plan(self, kind: Kind, scope: Scope) -> ReadPlan | None:
        """Return what a SELECT of ``records`` reads in S3; None of local files."""
        ...

    def apart(self, kind: Kind, scope: Scope) -> "Apart | None":
        """Return by what a scope can be read in slices; None where it cannot."""
        ...

    def require_partitions(self, kind: Kind, scope: Scope) -> None:
        """Raise TableError where partitions are added by hand, and none is in scope."""
        ...

    def advice(self, kind: Kind) -> str | None:
        """Return what the source cannot leave out, and a remedy; None for nothing."""
        ...

    def log_scope(self, kind: Kind, scope: Scope) -> Any:
        """Return the ``tables.log_scope.LogScope`` of a scope; None where unknown."""
        ...

    def lacking(
        self, kind: Kind, scope: Scope, accounts: Sequence[str], settled: timedelta
    ) -> Lacking:
        """Return which days and accounts in scope a copy does not hold whole."""
        ...

    def deduplicates(self) -> bool:
        """Return whether ``records`` already holds every event once."""
        ...

    def skips(self, kind: Kind) -> bool:
        """Return whether a condition on a record's columns saves reading."""
        ...

    def records(
        self, kind: Kind, scope: Scope, columns: list[str], deliveries: bool
    ) -> str:
        """Write the Athena SELECT of ``records``, with the scope's predicates.

        ``columns`` are those in use. With ``deliveries`` each delivery is a row.
        """
        ...

    def reuse(self, kinds: Collection[Kind], scope: Scope) -> timedelta | None:
        """Return how old an answer may be that is given again; None: none may."""
        ...

    def incomplete(self) -> list[str]:
        """List what is known not to have been read, in short sentences."""
        ...

    def notes(self, scope: Scope, kinds: Collection[Kind] = ()) -> list[str]:
        """List what the scope leaves out unexpectedly, of the kinds that are read."""
        ...

    def counts(self) -> dict[str, int]:
        """Count files and records, with what was skipped, folded or broken."""
        ...

    def files(self) -> pd.DataFrame:
        """List the log files: path, size, SHA-256, status, reason."""
        ...

    def problems(self) -> pd.DataFrame:
        """List what could not be read: file, position, reason."""
        ...

    def originals(self, event_id: str, files: Files) -> list[Original]:
        """Read the records of an event again from their log files.

        ``files`` asks the engine for those files, where the source does not know them.
        """
        ...
