"""The folder of an acquisition: what is planned and fetched, and the lists at its end.

While it is being made, ``.acquiring`` holds a small SQLite database of all objects,
which survives a kill at any moment. In the end it becomes ``manifest.jsonl``, a line of
JSON for each version, and ``SHA256SUMS``, which ``sha256sum --check`` verifies.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import filelock

from trailkit.errors import EvidenceError, StoreBusy
from trailkit.integrity.acquisition_listing import ListedObject
from trailkit.progress import Say

WORK, MANIFEST, SUMS = ".acquiring", "manifest.jsonl", "SHA256SUMS"
NOTE = "acquisition.json"
CURRENT, VERSIONS = "objects", "versions"
_SAFE = "=+@,!()' "
_PRIVATE, _PRIVATE_FILE = 0o700, 0o600

_PLAN = """
create table if not exists objects (
    bucket text, key text, version text, etag text, latest integer, marker integer,
    size integer, modified text, storage text, state text, path text, sha256 text,
    facts text, primary key (bucket, key, version, etag)
);
create unique index if not exists paths on objects (path) where path is not null;
create table if not exists notes (name text primary key, value text);
"""

_ADD = """
insert into objects (
    bucket, key, version, etag, latest, marker, size, modified, storage, state
)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set latest = excluded.latest
"""
_COLUMNS = (
    "bucket, key, version, etag, latest, marker, size, modified, storage, state, path, "
    "sha256, facts"
)
_ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")
LOST = ("failed", "archived")
"""The states of what was listed and could not be fetched."""
_IN_ARCHIVE = "It lies in an archive: restore it, and acquire again."


class AcquisitionFolder:
    """The folder, with the plan of it; for any thread."""

    def __init__(self, path: Path) -> None:
        """Make the folder, and go on with what is in it."""
        self.path, self.work = path, path / WORK
        path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        self.work.mkdir(mode=_PRIVATE, exist_ok=True)
        self._turn = filelock.FileLock(self.work / "lock", mode=_PRIVATE_FILE)
        try:
            self._turn.acquire(timeout=0)
        except filelock.Timeout:
            raise StoreBusy(
                f'Another process is acquiring into "{path}". Wait for it, or name '
                "another folder."
            ) from None
        for cut in self.work.glob("*.part"):
            cut.unlink()
        self._lock = threading.Lock()
        self._plan = sqlite3.connect(
            self.work / "plan.sqlite", check_same_thread=False, isolation_level=None
        )
        # A kill of the process loses nothing; after one of the machine, files are
        # hashed before they count.
        self._plan.execute("pragma journal_mode = wal")
        self._plan.execute("pragma synchronous = off")
        self._plan.executescript(_PLAN)
        self._go_on()

    def _go_on(self) -> None:
        """Take over what an acquisition that is finished has in its manifest."""
        if self.note("began") is None and (self.path / MANIFEST).exists():
            with self._lock, self._plan:
                self._plan.execute("begin")
                for line in read_manifest(self.path):
                    self._plan.execute(
                        f"insert or ignore into objects ({_COLUMNS}) "
                        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        _row(line),
                    )
        # What lay in an archive may have been restored since.
        again = "update objects set state = 'planned' where state in (?, ?)"
        self._plan.execute(again, LOST)

    def note(self, name: str, value: str | None = None) -> str | None:
        """Return a note; with a value, write it down unless it is there already."""
        with self._lock:
            if value is not None:
                add = "insert or ignore into notes values (?, ?)"
                self._plan.execute(add, (name, value))
            select = "select value from notes where name = ?"
            found = self._plan.execute(select, (name,))
            return next((each for (each,) in found), None)

    def plan(self, listed: Sequence[ListedObject]) -> None:
        """Add what was listed; what is fetched already stays so."""
        rows = [(*each, _state(each)) for each in listed]
        with self._lock:
            self._plan.execute("begin")
            self._plan.executemany(_ADD, rows)
            self._plan.execute("commit")

    def waiting(self) -> Iterator[ListedObject]:
        """List what is still to be fetched, in the order of keys."""
        for row in self._pages(_COLUMNS, "state = 'planned'"):
            yield ListedObject._make((*row[:4], bool(row[4]), bool(row[5]), *row[6:9]))

    def count(self, condition: str) -> tuple[int, int]:
        """Count objects and bytes."""
        select = "select count(*), coalesce(sum(size), 0) from objects where "
        [(count, size)] = self._look(select + condition, ())
        return count, size

    def facts(self, names: Mapping[str, str]) -> dict[str, int]:
        """Count the values of some facts of what was fetched, each fact by its name."""
        select = (
            "select json_extract(facts, ?), count(*) from objects "
            "where state = 'fetched' group by 1 order by 1"
        )
        return {
            f"{said} {value}": count
            for fact, said in names.items()
            for value, count in self._look(select, (f"$.{fact}",))
            if value
        }

    def _look(self, select: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._plan.execute(select, values).fetchall()

    def part(self) -> Path:
        """Return a path for a file that is being fetched."""
        return self.work / f"{threading.get_ident()}.part"

    def keep(
        self, listed: ListedObject, part: Path, sha256: str, facts: Mapping[str, Any]
    ) -> None:
        """Put a file that came whole into its place, and note what is known of it."""
        path = self._place(listed)
        there = self.path / path
        there.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        part.chmod(_PRIVATE_FILE)
        part.replace(there)
        self._set(listed, "fetched", path, sha256, facts)

    def miss(self, listed: ListedObject, reason: str) -> None:
        """Write down why an object was not fetched."""
        self._set(listed, "failed", None, None, {"reason": reason})

    def _set(
        self,
        listed: ListedObject,
        state: str,
        path: str | None,
        sha256: str | None,
        facts: Mapping[str, Any],
    ) -> None:
        with self._lock:
            self._plan.execute(
                "update objects set state = ?, path = ?, sha256 = ?, facts = ? "
                "where bucket = ? and key = ? and version = ? and etag = ?",
                (state, path, sha256, json.dumps(facts, sort_keys=True), *listed[:4]),
            )

    def _place(self, listed: ListedObject) -> str:
        """Name the file of an object, below the folder."""
        name = f"{listed.bucket}/{_as_path(listed.key)}"
        taken = self._look(
            "select 1 from objects where path = ? "
            "and not (bucket = ? and key = ? and version = ? and etag = ?)",
            (f"{CURRENT}/{name}", *listed[:4]),
        )
        if listed.latest and not taken:
            return f"{CURRENT}/{name}"
        etag = listed.etag.strip('"')
        own = listed.version if listed.version != "null" else f"null-{etag}"
        return f"{VERSIONS}/{quote(own, safe='')}/{name}"

    def recheck(self, say: Say) -> int:
        """Plan again what is not on the disk as it was fetched; count it."""
        columns = "bucket, key, version, etag, path, sha256"
        rows = self._pages(columns, "state = 'fetched'")
        again: list[tuple[Any, ...]] = []
        for number, row in enumerate(rows, start=1):
            say(f"Checking what was fetched before: {number:,} files")
            if hash_of(self.path / row[4]) != row[5]:
                again.append(row)
        with self._lock:
            for row in again:
                self._plan.execute(
                    "update objects set state = 'planned', path = null where "
                    "bucket = ? and key = ? and version = ? and etag = ?",
                    row[:4],
                )
        return len(again)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Return the manifest, line by line, in the order of keys."""
        return map(_line, self._pages(_COLUMNS, "true"))

    def missed(self) -> dict[str, str]:
        """Return the reasons for objects that were not fetched, by key."""
        lost = (_line(row) for row in self._pages(_COLUMNS, f"state in {LOST}"))
        return {line["key"]: line.get("reason", _IN_ARCHIVE) for line in lost}

    def earlier(self) -> list[Any]:
        """Return what is noted of earlier acquisitions into the folder.

        One that was ended while it wrote its lists is the one that goes on now.
        """
        began = self.note("began")
        try:
            said = json.loads((self.path / NOTE).read_text("utf-8"))["acquisition"]
            return [each for each in said if each["began"] != began]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def _pages(self, columns: str, condition: str) -> Iterator[tuple[Any, ...]]:
        """Return rows in the order of keys, a thousand at a time."""
        last: tuple[Any, ...] = ("", "", "", "")
        while rows := self._look(
            f"select {columns} from objects where {condition} "
            "and (bucket, key, version, etag) > (?, ?, ?, ?) "
            "order by bucket, key, version, etag limit 1000",
            last,
        ):
            yield from rows
            last = rows[-1][:4]

    def finish(
        self, note: Mapping[str, Any], keys: Mapping[str, Any], name: str
    ) -> None:
        """Write the lists, and remove what was needed to make them.

        ``keys`` are public keys, written as ``name``.
        """
        sums: list[tuple[str, str]] = []
        with _Written(self.path / MANIFEST) as file:
            for line in self.lines():
                file.write(json.dumps(line) + "\n")
                if line["path"]:
                    sums.append((line["sha256"], line["path"]))
        for other, content in ((NOTE, note), (name, keys)):
            if content:
                with _Written(self.path / other) as file:
                    file.write(json.dumps(content, indent=1) + "\n")
        beside = [MANIFEST, NOTE, name]
        sums += [
            (hash_of(self.path / each), each)
            for each in beside
            if (self.path / each).exists()
        ]
        with _Written(self.path / SUMS) as file:
            file.writelines(f"{sha256}  {path}\n" for sha256, path in sums)
        self.close()
        shutil.rmtree(self.work)

    def close(self) -> None:
        """Close the plan."""
        with self._lock:
            self._plan.close()
        self._turn.release()


class _Written:
    """A text file that takes its name once it is whole."""

    def __init__(self, path: Path) -> None:
        self._path, self._new = path, path.with_name(f".{path.name}.new")

    def __enter__(self) -> Any:
        self._file = self._new.open("w", encoding="utf-8", newline="\n")
        return self._file

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if kind is None:
            self._new.chmod(_PRIVATE_FILE)
            self._new.replace(self._path)


def _state(listed: ListedObject) -> str:
    if listed.marker:
        return "delete marker"
    return "archived" if listed.storage in _ARCHIVED else "planned"


def _as_path(key: str) -> str:
    """Write a key as a path that leads nowhere else, and that any system takes.

    >>> _as_path("AWSLogs/1/../a b.json.gz"), _as_path("a//b/")
    ('AWSLogs/1/%2E%2E/a b.json.gz', 'a/%/b/%')
    """
    parts = [quote(each, safe=_SAFE) for each in key.split("/")]
    return "/".join(
        each.replace(".", "%2E") if not each.strip(".") and each else each or "%"
        for each in parts
    )


_NAMES = ("bucket", "key", "version_id", "etag", "is_latest", "delete_marker", "size")
_READ = {"bucket", "key", "version_id", "is_latest", "state", "path"}
"""What is read of a line of the manifest."""

_MORE = ("last_modified", "storage_class", "state", "path", "sha256")


def _line(row: Sequence[Any]) -> dict[str, Any]:
    facts = json.loads(row[12] or "{}")
    named = dict(zip((*_NAMES, *_MORE), row[:12], strict=True))
    named["is_latest"], named["delete_marker"] = bool(row[4]), bool(row[5])
    return {"acquired": facts.pop("acquired", None)} | named | facts


def _row(line: Mapping[str, Any]) -> tuple[Any, ...]:
    facts = {k: v for k, v in line.items() if k not in (*_NAMES, *_MORE)}
    named = (line[name] for name in (*_NAMES, *_MORE))
    return (*named, json.dumps(facts, sort_keys=True))


def read_manifest(folder: Path) -> Iterator[dict[str, Any]]:
    """Return the lines of a manifest; raise EvidenceError for one that was changed."""
    with (folder / MANIFEST).open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                found = None
            if not isinstance(found, dict) or not found.keys() >= _READ:
                raise EvidenceError(
                    f'Line {number:,} of "{folder / MANIFEST}" was changed: it is no '
                    "line of a manifest. Restore the file; without it the folder is "
                    "read as a plain copy."
                )
            yield found


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, or an empty text where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
