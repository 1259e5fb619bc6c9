"""The Parquet store of some evidence: made once, opened in a moment, added to.

It lies in the user's cache folder, and never in the evidence. Two notebooks may open
the same evidence at once, and one may be killed at any moment: one process writes at a
time, the others wait, and whoever reads finds a whole store.
"""

import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import filelock
import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq

from trailkit.errors import NoRecords, StoreBusy, StoreError, StoreFull
from trailkit.lens.lens_files import version as lens_version
from trailkit.progress import Say, line
from trailkit.store.ingest import ingest, work_out_anew
from trailkit.store.manifest import (
    LOCK,
    WORK,
    Manifest,
    begin,
    changed,
    check,
    foreign,
    read_manifest,
    sweep,
    write_manifest,
)
from trailkit.store.originals import read_originals
from trailkit.store.unpack import UNPACKED_LIMIT
from trailkit.store.walk import compare, locate, walk

CACHE = "TRAILKIT_CACHE"
"""The environment variable that names another folder than the user's cache."""

_GLOB = "*?[]"


def store_folder(evidence: Sequence[Path], folder: Path | None) -> Path:
    """Make the folder of the store, and return it.

    Without ``folder``, the same evidence has the same store every time. Raises
    StoreError for a folder in the evidence, for one that holds other things, and for
    one that cannot be made.
    """
    try:
        there = (folder or _default(evidence)).expanduser().resolve()
    except RuntimeError as error:
        raise StoreError(f"There is no home folder for the store. {ADVICE}") from error
    if str(folder or _default(evidence)).startswith("~") and "~" in there.parts:
        raise StoreError(f"There is no home folder for the store. {ADVICE}")
    _outside(there, evidence)
    if set(_GLOB) & set(str(there)):
        raise StoreError(
            f'The store cannot lie in "{there}": DuckDB takes {" ".join(_GLOB)} in a '
            f"path as a pattern. {ADVICE}"
        )
    try:
        there.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        names = {entry.name for entry in there.iterdir()}
    except OSError as error:
        raise StoreError(
            f'The store cannot lie in "{there}": {error.strerror}. {ADVICE}'
        ) from error
    if names and LOCK not in names:
        raise StoreError(
            f'The folder "{there}" is not empty, and no store of trailkit. {ADVICE}'
        )
    with suppress(OSError):  # another's folder
        there.chmod(there.stat().st_mode & _PRIVATE)  # one that is read-only stays so
    return there


_PRIVATE = 0o700

ADVICE = (
    'Name another folder: tk.local(…, store="…"), or set the environment variable '
    f"{CACHE} to one."
)


def _default(evidence: Sequence[Path]) -> Path:
    cache = os.environ.get(CACHE)
    above = (
        Path(cache)
        if cache
        else platformdirs.user_cache_path("trailkit", appauthor=False)
    )
    name = json.dumps([str(path) for path in evidence])
    return above / "stores" / hashlib.sha256(name.encode()).hexdigest()[:16]


def _outside(there: Path, evidence: Sequence[Path]) -> None:
    for path in evidence:
        if there.is_relative_to(path):
            raise StoreError(
                f'The store cannot lie in "{there}": that is inside the evidence '
                f'"{path}", into which nothing is ever written. {ADVICE}'
            )


_PATIENCE_SECONDS = 3600
_NAMED = 5
_NO_ROOM = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_ROOM_WORDS = ("No space left", "quota exceeded", "File too large", "max_temp")


@dataclass(frozen=True, slots=True)
class Store:
    """The Parquet files made from some evidence."""

    evidence: tuple[Path, ...]
    folder: Path
    manifest: Manifest

    @property
    def counts(self) -> dict[str, int]:
        """Count files and records.

        files = files_read + files_skipped + files_broken, and
        records = events + repeats + problems. ``conflicts`` are event ids that occur
        with different content. ``remarks`` are about records that are events all the
        same: a time that is none, text that is not valid Unicode.
        """
        return dict(self.manifest.counts)

    @property
    def notes(self) -> list[str]:
        """Name the files that had changed or were gone when the store was last made."""
        return list(self.manifest.notes)

    def parquet(self, name: str) -> list[Path]:
        """Return the Parquet files of a table: records, places, files or problems."""
        return [self.folder / part for part in self.manifest.parts[name]]

    def verify(self) -> list[str]:
        """List the files of the store that are not what was written, or not its own.

        Each is hashed as a whole. Open the case again to have the store made anew.
        """
        names = _names(self.folder)
        now = read_manifest(self.folder) or self.manifest
        others = foreign(names, now, WORK in names)
        return [*changed(self.folder, self.manifest), *others]

    def original(self, event_id: str) -> list[tuple[str, int, str]]:
        """Read the records of an event again: file, position there, text.

        There is one for each delivery. Raises EvidenceError when a file is not there
        any more, or is not what was read.
        """
        return read_originals(self.parquet, event_id, self.manifest.limit)


def open_store(
    evidence: str | Path | Sequence[str | Path],
    *,
    folder: Path | None = None,
    progress: bool = True,
    unpacked_limit: int = UNPACKED_LIMIT,
) -> Store:
    """Open the store of some evidence; read first what is new.

    The store lies in ``folder``, else where the environment variable TRAILKIT_CACHE
    says, else in your cache folder. A file that has changed is read again. A file that
    is gone does not count any more: the store says what the evidence says, so that a
    colleague with the same files gets the same answers. ``Store.notes`` tells of both.

    A file is read up to ``unpacked_limit`` bytes, unpacked. Nothing is written into the
    evidence. Raises NoSuchEvidence, UnsafePath, NoRecords, StoreError, StoreFull or
    StoreBusy.
    """
    where = locate(evidence)
    there = store_folder(where, folder)
    with line(progress) as say, _room(there):
        # Before the manifest: what another process adds meanwhile is not among them.
        names = _names(there)
        manifest = _current(there, where, unpacked_limit)
        if manifest is None:
            with _only_writer(there, say):
                manifest = _made_current(there, where, unpacked_limit, say)
        else:
            manifest = _naming(there, manifest, foreign(names, manifest, WORK in names))
    store = Store(where, there, manifest)
    if not store.counts["events"]:
        raise NoRecords(_without_records(store))
    return store


def _current(folder: Path, evidence: Sequence[Path], limit: int) -> Manifest | None:
    """Return the manifest, if the store holds all that is in the evidence."""
    manifest = read_manifest(folder)
    if manifest is None or not manifest.counts or manifest.lens != lens_version():
        return None
    changes = compare(walk(evidence), folder, manifest, limit)
    return None if changes else manifest


def _made_current(
    folder: Path, evidence: Sequence[Path], limit: int, say: Say
) -> Manifest:
    """Read what is new, in rounds; what a round has read is kept, come what may."""
    manifest, wrong = check(folder)
    begun = manifest is None
    manifest = manifest or begin(folder, limit)
    changes = compare(walk(evidence), folder, manifest, limit)
    others = [] if begun else foreign(_names(folder), manifest, at_work=True)
    # Once: what the rounds replace is still there for whoever opened the store earlier.
    sweep(folder, manifest)
    if manifest.lens != lens_version():
        with _work(folder):
            manifest = work_out_anew(folder, manifest, say)
            manifest = write_manifest(folder, manifest)
    while changes or not manifest.counts:
        with _work(folder):
            manifest, changes = ingest(folder, manifest, changes, limit, say)
            if wrong:
                anew = f'The store "{folder}" was made anew from the evidence: {wrong}'
                manifest = replace(manifest, notes=[anew, *manifest.notes])
            manifest = write_manifest(folder, manifest)
    return _naming(folder, manifest, others)


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def _naming(folder: Path, manifest: Manifest, others: Sequence[str]) -> Manifest:
    """Note what lies in the folder and is none of the store's own."""
    if not others:
        return manifest
    named = ", ".join(others[:_NAMED])
    more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
    note = f'In the store "{folder}" lie files that are none of its own, and are not'
    return replace(manifest, notes=[*manifest.notes, f"{note} read: {named}{more}."])


@contextmanager
def _work(folder: Path) -> Generator[None]:
    """Remove what the work laid aside, however it ended."""
    try:
        yield
    finally:
        shutil.rmtree(folder / WORK, ignore_errors=True)


@contextmanager
def _only_writer(folder: Path, say: Say) -> Generator[None]:
    """Wait until no other process writes to the store."""
    lock = filelock.FileLock(folder / LOCK, mode=0o600)
    until = time.monotonic() + _PATIENCE_SECONDS
    while not lock.is_locked:
        try:
            lock.acquire(timeout=0.2)
        except filelock.Timeout:
            say("Another process is reading the same evidence: waiting for it")
            if time.monotonic() > until:
                raise StoreBusy(
                    f'Another process has been writing to the store "{folder}" for '
                    "more than an hour. Stop it, or name another folder: "
                    'tk.local(…, store="…")'
                ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _room(folder: Path) -> Generator[None]:
    """Raise StoreFull where the disk is full, StoreError for what else goes wrong."""
    try:
        yield
    except (OSError, duckdb.Error, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.errno in _READ_ONLY:
            raise StoreError(
                f'The store "{folder}" cannot be written to, and the evidence holds '
                f"what it lacks. {ADVICE}"
            ) from error
        if not _is_full(error):
            what = str(error).partition("\n")[0][:200]
            raise StoreError(
                f'The store "{folder}" could not be made: {what}. {ADVICE}'
            ) from error
        free = shutil.disk_usage(folder).free
        raise StoreFull(
            f'There is no room for the store in "{folder}": {free:,} bytes are free. '
            "It takes about as much as the packed logs, and as much again while they "
            f"are read. {ADVICE}"
        ) from error


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return True
    return any(words in str(error) for words in _NO_ROOM_WORDS)


def _without_records(store: Store) -> str:
    """Return why there is nothing to ask."""
    named = ", ".join(f'"{path}"' for path in store.evidence)
    if not store.counts["files"]:
        return f"{named} is empty. Name the folder of the logs: tk.local(…)"
    reasons = [
        f"{row['file']}: {row['reason'] or 'It holds no records.'}"
        for part in store.parquet("files")
        for row in pq.read_table(part)[:_NAMED].to_pylist()
    ]
    return (
        f"None of the {store.counts['files']:,} files in {named} holds a CloudTrail "
        f"record. Name the folder of the logs: tk.local(…)\n" + "\n".join(reasons)
    )
