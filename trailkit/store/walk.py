"""Which files the evidence holds, and what has changed since they were read.

Evidence comes from strangers. A link may lead out of the folder, a pipe may block for
ever, a name may hold a line break that forges a line of a report. Such entries are
listed with the reason and never opened.
"""

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trailkit.errors import NoSuchEvidence, UnsafePath, nearest
from trailkit.store.manifest import Manifest

_NO_FILE = "Not a regular file: a device, a pipe or a socket."
_REFUSED = ("Cc", "Cs", "Zl", "Zp")
BAD_NAME = "The name holds control characters or is no valid text."


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the evidence: a file to read, or one that is refused.

    ``modified`` counts microseconds since 1970. ``status`` is empty for a file to
    read, else ``skipped`` or ``broken`` with the ``reason``.
    """

    path: str
    size: int = 0
    modified: int | None = None
    status: str = ""
    reason: str = ""


def locate(evidence: str | Path | Sequence[str | Path]) -> tuple[Path, ...]:
    """Find the paths that the user named, resolved, sorted and without repeats.

    Raises NoSuchEvidence for a path that is not there, UnsafePath for a device, a
    pipe or a name with control characters.

    >>> locate("no/such/folder")
    Traceback (most recent call last):
    trailkit.errors.NoSuchEvidence: There is no file or folder "no/such/folder". ...
    """
    named = [evidence] if isinstance(evidence, str | Path) else list(evidence)
    if not named:
        raise NoSuchEvidence(
            "The list of evidence is empty. Name a folder or a file: "
            'tk.local("evidence/")'
        )
    return tuple(sorted({_locate(Path(each)) for each in named}))


def _locate(path: Path) -> Path:
    if not is_plain(str(path)):
        raise UnsafePath(
            f"The path {str(path)!a} is refused. {BAD_NAME} Rename a copy of it."
        )
    there = path.expanduser()
    try:
        mode = there.stat().st_mode
    except OSError as error:
        raise _not_there(path, error) from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise UnsafePath(
            f'"{path}" is refused. {_NO_FILE} Name a file, or the folder of the logs.'
        )
    return there.resolve()


def _not_there(path: Path, error: OSError) -> NoSuchEvidence:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        return NoSuchEvidence(f'"{path}" cannot be opened: {error.strerror}.')
    parent = path.expanduser().parent
    names = [each.name for each in parent.iterdir()] if parent.is_dir() else []
    advice = nearest(path.name, filter(is_plain, names)) if names else ""
    return NoSuchEvidence(
        f'There is no file or folder "{path}". {advice} '
        f'You are in "{Path.cwd()}": name the evidence from there, or in full.'
    )


def is_plain(name: str) -> bool:
    r"""Return whether a name is text without control characters.

    >>> is_plain("día 1.json"), is_plain("a\nb.json"), is_plain("\udcff.json")
    (True, False, False)
    """
    refused = ("Cc", "Cs", "Zl", "Zp")
    return (name.isascii() and name.isprintable()) or all(
        unicodedata.category(char) not in refused for char in name
    )


def walk(evidence: Sequence[Path]) -> list[Found]:
    """List every entry of the evidence once, sorted by path."""
    found: dict[str, Found] = {}
    for path in evidence:
        entries = _folder(path, evidence) if path.is_dir() else [_file(path)]
        found |= {each.path: each for each in entries}
    return sorted(found.values(), key=lambda each: each.path)


def _file(path: Path) -> Found:
    facts = path.stat()
    return Found(str(path), facts.st_size, facts.st_mtime_ns // 1000)


def _folder(folder: Path, evidence: Sequence[Path]) -> Iterator[Found]:
    """Return the entries of a folder and those below it."""
    below = [str(folder)]
    while below:
        path = below.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if _is_folder(entry):
                        below.append(entry.path)
                    else:
                        yield _entry(entry, evidence)
        except OSError as error:
            yield Found(path, 0, None, "broken", f"The folder: {error.strerror}.")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return is_plain(entry.name) and entry.is_dir(follow_symlinks=False)


def _entry(entry: os.DirEntry[str], evidence: Sequence[Path]) -> Found:
    if not is_plain(entry.name):
        folder = entry.path.removesuffix(entry.name)
        return Found(folder + ascii(entry.name), 0, 0, "skipped", BAD_NAME)
    if entry.is_symlink():
        return Found(entry.path, 0, 0, "skipped", _link(Path(entry.path), evidence))
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Found(entry.path, 0, None, "broken", f"{error.strerror}.")
    if not stat.S_ISREG(facts.st_mode):
        return Found(entry.path, 0, 0, "skipped", _NO_FILE)
    return Found(entry.path, facts.st_size, facts.st_mtime_ns // 1000)


def _link(path: Path, evidence: Sequence[Path]) -> str:
    target = Path(os.path.realpath(path))
    inside = any(target.is_relative_to(each) for each in evidence)
    if inside and target.exists():
        return "A link to another place in the evidence, which is read by itself."
    return "A link that leads out of the evidence: not followed."


_NAMED = 3


@dataclass(frozen=True, slots=True)
class Changes:
    """The files to read, and those whose rows no longer count.

    A file that changed is in both. ``vanished`` are the files that are not there any
    more.
    """

    new: list[Found]
    gone: list[str]
    changed: list[str]
    vanished: list[str]

    def __bool__(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.new or self.gone)

    def notes(self) -> list[str]:
        """Return what the user may not expect, as sentences."""
        notes: list[str] = []
        if self.changed:
            notes.append(
                f"Files that changed since they were read, and were read again: "
                f"{_listed(self.changed)}."
            )
        if self.vanished:
            notes.append(
                "Files that are not in the evidence any more; what only they held no "
                f"longer counts: {_listed(self.vanished)}."
            )
        return notes


def compare(
    found: Sequence[Found], folder: Path, manifest: Manifest, limit: int
) -> Changes:
    """Compare the evidence with what the store was made from, by size and time.

    A file that could not be opened is tried again each time, one that was broken also
    when the limit for a file is another. Where a folder cannot be opened now, the files
    in it still count.
    """
    rows = _read_before(folder, manifest)
    before = {row["file"]: row for row in rows if row["archive"] is None}
    now = {each.path: each for each in found}
    same = {path for path, each in now.items() if _is_same(each, before.get(path))}
    again = set[str]() if limit == manifest.limit else _broken(rows)
    kept = (same - again) | _below_closed_folders(found, before)
    stale = before.keys() - kept
    return Changes(
        new=[each for each in found if each.path not in kept],
        gone=[row["file"] for row in rows if (row["archive"] or row["file"]) in stale],
        changed=sorted(
            path for path in stale & now.keys() if _has_changed(now[path], before[path])
        ),
        vanished=sorted(stale - now.keys()),
    )


def _read_before(folder: Path, manifest: Manifest) -> list[dict[str, Any]]:
    columns = ["file", "archive", "size", "modified", "status"]
    rows: list[dict[str, Any]] = []
    for part in manifest.parts["files"]:
        table = pq.read_table(folder / part, columns=columns)
        modified = table["modified"].cast(pa.int64())
        index = table.schema.get_field_index("modified")
        rows += table.set_column(index, "modified", modified).to_pylist()
    return rows


def _is_same(now: Found, before: dict[str, Any] | None) -> bool:
    if before is None or now.modified is None:
        return False
    return (now.size, now.modified) == (before["size"], before["modified"])


def _has_changed(now: Found, before: dict[str, Any]) -> bool:
    known = now.modified is not None and before["modified"] is not None
    return known and not _is_same(now, before)


def _broken(rows: list[dict[str, Any]]) -> set[str]:
    return {row["archive"] or row["file"] for row in rows if row["status"] == "broken"}


def _below_closed_folders(found: Sequence[Found], paths: Iterable[str]) -> set[str]:
    closed = tuple(each.path + os.sep for each in found if each.status == "broken")
    return {path for path in paths if path.startswith(closed)} if closed else set()


def _listed(paths: list[str]) -> str:
    named = ", ".join(f'"{path}"' for path in paths[:_NAMED])
    more = len(paths) - _NAMED
    return f"{named} and {more:,} more" if more > 0 else named
