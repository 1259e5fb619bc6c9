"""The journal of a case: what was acquired, opened, asked, marked, handed over.

It is a file of JSON lines beside the notebook, only ever added to, and is kept once
someone asks for it: ``case.journal("case.jsonl")``, or the first mark.
"""

import getpass
import hashlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from trailkit import clock
from trailkit.display.provenance import KEY, provenance
from trailkit.display.reading_table import to_html, to_text
from trailkit.errors import JournalError
from trailkit.integrity import chained_lines as chain
from trailkit.integrity.custody_page import custody_page
from trailkit.integrity.frame_hash import frame_hash, unmarked
from trailkit.integrity.verify_bundle import fits, read_lines
from trailkit.scope import Scope
from trailkit.source import Source

NAME = "case.jsonl"
"""The journal that ``case.mark`` keeps where no other was named."""

_COLUMNS = {
    "time": "datetime64[us, UTC]",
    "who": "str",
    "what": "str",
    "about": "str",
    "rows": "Int64",
    "run": "str",
    "journal": "str",
    "line": "Int64",
    "hash": "str",
}
_RUN = ("question", "title", "parameters", "select", "bounds", "scope", "engine")
_RUN_TOO = ("source", "sql", "chart", "notes", "facts", "rows", "trailkit", "started")

Entry = dict[str, Any]
"""One line of a journal."""


@dataclass(frozen=True, slots=True, repr=False)
class Journal:
    """An append-only file of what was done in a case, and by whom.

    >>> from tempfile import mkdtemp
    >>> journal = Journal(Path(mkdtemp()) / "case.jsonl", "r.okafor")
    >>> line = journal.note("exported", file="frame.csv")
    >>> journal.frame()[["who", "what", "about"]].values.tolist()
    [['r.okafor', 'exported', 'frame.csv']]
    """

    path: Path
    who: str

    def note(self, what: str, **details: Any) -> Entry:
        """Add a line, and return it with its number and hash."""
        now = f"{clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"
        return chain.append(
            self.path, {"at": now, "who": self.who, "what": what, **details}
        )

    def acquired(self, paths: Iterable[Path]) -> None:
        """Note the acquisitions into these folders, but for those noted already."""
        from trailkit.integrity.acquisition_check import acquisitions

        noted = {(each.get("place"), each.get("began")) for each in self.entries()}
        for line in acquisitions(paths):
            if (line["place"], line["began"]) not in noted:
                self.note("acquired", **line)

    def opened(self, source: Source, scope: Scope) -> None:
        """Note that the evidence was opened: which, and by which trailkit."""
        self.note(
            "opened",
            source=source.title,
            evidence=fingerprint(source),
            files=source.counts().get("files") if not source.needs_window else None,
            scope=str(scope),
            trailkit=version("trailkit"),
        )

    def asked(self, frame: pd.DataFrame) -> None:
        """Note a question with its parameters, SQL, and the hash of its frame."""
        origin = provenance(frame).summary()
        if origin.get("chunk") is None:
            origin["sha256"] = frame_hash(unmarked(frame))
        self.note("asked", run=origin["run"], **run_of(origin))
        _KEPT_BY[origin["run"]] = self

    def listed(self, what: str, frame: pd.DataFrame, scope: Scope) -> pd.DataFrame:
        """Note a listing that is no question's, with the hash of its frame."""
        self.found("listed", frame, said=f"{what}: {scope}", rows=len(frame))
        return self.following(frame)

    def found(self, what: str, frame: pd.DataFrame, **details: Any) -> None:
        """Note what a look at the evidence or its table found, with its hash."""
        self.note(what, **details, sha256=frame_hash(frame))

    def read(self, event_id: str, file: str, text: str) -> None:
        """Note that an event's record was read again from its log file."""
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.note("read", event_id=event_id, file=file, sha256=sha256)

    def following(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Let a frame of no question be noted too when it is written to a file."""
        listing = hashlib.sha256(str(self.path).encode()).hexdigest()[:12]
        frame.attrs[KEY] = {**frame.attrs.get(KEY, {}), "listing": listing}
        _KEPT_BY[listing] = self
        return frame

    def watched(self, parts: Generator[pd.DataFrame]) -> Generator[pd.DataFrame]:
        """Note a question that is answered in parts, when its first part is there."""
        for number, frame in enumerate(parts):
            if not number:
                self.asked(frame)
            yield frame

    def entries(self) -> list[Entry]:
        """Return the lines; raise JournalError for a journal that was changed."""
        lines, faults = read_lines(self._bytes())
        if faults := [*faults, *_merged_faults(lines)]:
            raise JournalError(f"{self.path}: {' '.join(faults)}")
        return lines

    def faults(self) -> list[str]:
        """List what was changed, a sentence for each line; nothing if it is whole."""
        lines, faults = read_lines(self._bytes())
        return [*faults, *_merged_faults(lines)]

    def everything(self) -> list[Entry]:
        """Return the lines, those of merged journals in their place by time."""
        single = _single(self.path.name, self.entries())
        lines = [{**entry, "journal": name} for name, entry in single]
        return sorted(lines, key=lambda each: (each["at"], each["line"]))

    def merge(self, other: "str | Path | Journal") -> int:
        """Add the lines of another analyst's journal over the same evidence.

        They stand in this one as they were written, each with its own hash; a line that
        is here already is not added again. Returns how many were added. Raises
        JournalError for a journal that was changed, and for other evidence.
        """
        theirs = other if isinstance(other, Journal) else Journal(Path(other), self.who)
        entries = theirs.entries()
        mine = self.entries()
        _require_same_evidence(self, mine, theirs, entries)
        there = {entry["hash"] for _, entry in _single(self.path.name, mine)}
        found = _single(theirs.path.name, entries)
        added = [each for each in found if each[1]["hash"] not in there]
        for name, entry in added:
            self.note("merged", journal=name, entry=entry)
        return len(added)

    def frame(self) -> pd.DataFrame:
        """Return the journal as a frame: when, who, what, about what, of which line."""
        rows = [_row(each) for each in self.everything()]
        frame = pd.DataFrame(rows, columns=[*_COLUMNS]).astype(_COLUMNS)
        frame.attrs[KEY] = {
            "title": "What was done in the case?",
            "scope": f"journal {self.path.name}",
            "rows": len(frame),
        }
        return self.following(frame)

    def page(self, path: str | Path) -> Path:
        """Write the journal as one HTML page with all its lines, and return its path.

        It says whether the chain is whole, and of a changed journal which lines were
        changed. Of a whole one, that it was written becomes a line. Raises JournalError
        where it cannot be written.
        """
        data, faults = self._bytes(), self.faults()
        frame = pd.DataFrame() if faults else self.frame()
        text = custody_page(self.path.name, data, frame, faults).encode()
        target = Path(path)
        try:
            target.write_bytes(text)
        except OSError as error:
            raise JournalError(
                f"{target} cannot be written: {error.strerror or error}. Name another "
                'file: case.custody.page("custody.html").'
            ) from None
        if not faults:
            sha256 = hashlib.sha256(text).hexdigest()
            self.note("reported", file=str(target), sha256=sha256)
        return target

    def _repr_html_(self) -> str:
        return to_html(self.frame(), rows=200)

    def __repr__(self) -> str:
        """Show the journal as a table."""
        return to_text(self.frame())

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise JournalError(
                f"The journal {self.path} cannot be read: {error.strerror or error}."
            ) from None


_KEPT_BY: dict[str | None, Journal] = {}
"""The journal that noted each run of this process, and each by a name of its own."""


def exported(frame: pd.DataFrame, target: object) -> None:
    """Note that a frame was written to a file, where its question was noted."""
    told = frame.attrs.get(KEY, {})
    run = told.get("run")
    if journal := _KEPT_BY.get(run or told.get("listing")):
        title = told.get("title") or told.get("question")
        about = {"run": run} if run else {"title": title}
        journal.note("exported", **about, file=str(target), rows=len(frame))


def begin(path: str | Path, who: str | None, source: Source, scope: Scope) -> Journal:
    """Keep a journal in a file, and note that the evidence was opened.

    Raises JournalError for a file that is not a journal, and for one of other evidence.
    """
    journal = at(path, who)
    if entries := journal.entries():
        known = {*_evidence(entries)}
        if known and fingerprint(source) not in known:
            raise JournalError(
                f"{journal.path} is the journal of other evidence than {source.title}."
                ' Name another file: case.journal("case-2.jsonl").'
            )
    journal.acquired(source.paths)
    journal.opened(source, scope)
    return journal


def at(path: str | Path, who: str | None = None) -> Journal:
    """Return the journal of a file; raise JournalError for a file that is not one."""
    journal = Journal(Path(path).expanduser().resolve(), who or _user())
    journal.entries()
    return journal


def fingerprint(source: Source) -> str:
    """Return what tells evidence from other evidence, wherever it lies.

    Of local files it is a hash over the SHA-256 of each; of a table its name.
    """
    if source.needs_window:
        return f"table:{source.title}"
    hashes = sorted(source.files()["sha256"].dropna().astype(str))
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def run_of(origin: Mapping[str, Any]) -> Entry:
    """Return what a line says of a run: enough to ask it again, and to show it."""
    names = (*_RUN, *_RUN_TOO, "sha256")
    return {name: origin[name] for name in names if origin.get(name) is not None}


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name for the user's number
        return "unknown"


def _evidence(entries: Sequence[Entry]) -> Iterator[str]:
    for each in entries:
        if each["what"] == "opened":
            yield each["evidence"]


def _require_same_evidence(
    mine: Journal, entries: Sequence[Entry], other: Journal, others: Sequence[Entry]
) -> None:
    here, there = {*_evidence(entries)}, {*_evidence(others)}
    if not others:
        raise JournalError(f"There is no line in {other.path}: nothing to merge.")
    if here and there and not here & there:
        raise JournalError(
            f"{other.path} is about other evidence than {mine.path}: their files are "
            "not the same. Open the case over the files of that one."
        )


def _single(name: str, entries: Sequence[Entry]) -> Iterator[tuple[str, Entry]]:
    """Return each line with its journal's name; of a merged line what it holds."""
    for each in entries:
        merged = each["what"] == "merged"
        yield (each["journal"], each["entry"]) if merged else (name, each)


def _merged_faults(lines: Sequence[Entry]) -> Iterator[str]:
    for each in lines:
        if each.get("what") == "merged" and not fits(each["entry"]):
            yield f"Line {each['line']} holds a changed line of another journal."


def _row(entry: Entry) -> Entry:
    return {
        "time": pd.to_datetime(entry["at"], utc=True),
        "who": entry.get("who"),
        "what": entry["what"],
        "about": _about(entry),
        "rows": len(entry["events"]) if "events" in entry else entry.get("rows"),
        "run": entry.get("run"),
        "journal": entry["journal"],
        "line": entry["line"],
        "hash": entry["hash"],
    }


def _about(entry: Entry) -> str:
    """Return in a few words what a line is about."""
    match entry["what"]:
        case "asked":
            given = ", ".join(f"{k}={v!r}" for k, v in entry["parameters"].items())
            name = entry.get("question") or entry.get("select") or ""
            return f"{name}({given})" if given else name
        case "marked":
            tag = f"[{entry['tag']}] " if entry.get("tag") else ""
            return f"{tag}{entry['note']}"
        case "opened":
            return entry["source"]
        case "repaired":
            return f"A line was not whole after a crash: {entry['fragment'][:80]}"
        case _:
            about = (entry.get(name) for name in ("file", "place", "said"))
            return str(next(filter(None, about), ""))
