"""What a store consists of: its tables, the files of each, and the manifest.

* records: one row for each distinct record, with the place of its first delivery
* places: one row for each delivery of a record
* files: one row for each file of the evidence, read or not
* problems: what could not be read, and remarks on what was

The Parquet files are never written twice. ``manifest.json`` names those that count, and
is replaced in one step. So whoever reads the manifest sees a whole store, also while
another process adds to it, and after a kill.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trailkit.lens.lens_files import version as lens_version
from trailkit.record import PLACE, Type, relation_columns

RESOURCE = pa.struct(
    [(name, pa.string()) for name in ("arn", "account_id", "type")],
)
"""An item of the column ``resources``."""

COMPRESSION = "zstd"
_PRIVATE = 0o600
ROW_GROUP = 30_000
"""Records that are read together: a window of an hour should need few of them."""

UNIQUE = ("event_id", "request_id", "shared_event_id")
"""Texts that hardly come twice: a dictionary of them would only cost."""

_ARROW = {
    Type.BOOLEAN: pa.bool_(),
    Type.TIME: pa.timestamp("us"),
    Type.RESOURCES: pa.list_(RESOURCE),
}
PLACE_COLUMNS = [
    pa.field(name, pa.date32() if kind == "date" else pa.string())
    for name, kind in PLACE.items()
]
"""The day of delivery, the folder's account and region, the log file."""

SCHEMAS = {
    "records": pa.schema(
        [("record_id", pa.int64()), ("kind", pa.string())]
        + [
            (name, _ARROW.get(kind, pa.string()))
            for name, kind in relation_columns().items()
        ]
        + PLACE_COLUMNS
    ),
    "places": pa.schema(
        [
            ("record_id", pa.int64()),
            ("position", pa.int32()),
            ("content", pa.binary()),
            *PLACE_COLUMNS,
        ]
    ),
    "files": pa.schema(
        [
            ("file", pa.string()),
            ("archive", pa.string()),
            ("size", pa.int64()),
            ("modified", pa.timestamp("us")),
            ("sha256", pa.string()),
            ("sha256_unpacked", pa.string()),
            ("records", pa.int64()),
            ("status", pa.string()),
            ("reason", pa.string()),
        ]
    ),
    "problems": pa.schema(
        [
            ("file", pa.string()),
            ("position", pa.int32()),
            ("reason", pa.string()),
            ("lost", pa.bool_()),
        ]
    ),
}


REPEATED = [
    *(
        name
        for name, kind in relation_columns().items()
        if kind is Type.TEXT and name not in UNIQUE
    ),
    *(f"resources.list.element.{each.name}" for each in RESOURCE),
    "kind",
    *PLACE,
]
"""The columns of records whose values repeat, as Parquet names them."""


def write_empty(folder: Path, number: int) -> dict[str, list[str]]:
    """Write a Parquet file without rows for each table; return their names."""
    names = {table: part_name(table, number) for table in SCHEMAS}
    for table, schema in SCHEMAS.items():
        pq.write_table(schema.empty_table(), folder / names[table])
        (folder / names[table]).chmod(_PRIVATE)
    return {table: [name] for table, name in names.items()}


def part_name(table: str, number: int) -> str:
    """Name a Parquet file of a table; no number comes twice in a store."""
    return f"{table}-{number:06d}.parquet"


FORMAT = 2
"""Raise it when a store must be made anew: other columns of it, another reading."""

LOCK = "trailkit.lock"
WORK = "ingest-at-work"
_NAME = "manifest.json"
_NEW = "manifest.json.new"
_QUICK = 1 << 20
_PART = re.compile(rf"(?:{'|'.join(SCHEMAS)})-(\d+)\.parquet")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a store consists of.

    ``parts`` names the Parquet files of each table, relative to the store. ``limit`` is
    the size up to which a file was unpacked. ``counts`` is empty until all was read;
    ``notes`` say what the user may not expect. ``lens`` is the version of the lens that
    worked out the columns beside the records. ``hashes`` has of each Parquet file its
    size, the hash of its end and that of all of it. ``left`` are those that counted
    before and still are on the disk; None in a store that did not note them.
    """

    limit: int
    next_part: int
    next_record: int
    parts: dict[str, list[str]]
    counts: dict[str, int] = field(default_factory=dict[str, int])
    notes: list[str] = field(default_factory=list[str])
    lens: str = ""
    hashes: dict[str, list[int | str]] = field(
        default_factory=dict[str, "list[int | str]"]
    )
    left: list[str] | None = None

    def files(self) -> set[str]:
        """Return the names of all files that count."""
        return {name for names in self.parts.values() for name in names}


def begin(folder: Path, limit: int) -> Manifest:
    """Begin a store: its tables are there, and have no rows.

    Its parts are numbered on from whatever lies in the folder: another process may
    still read a store of another format there, and must not find our rows under a name
    that it knows.
    """
    there = [_PART.fullmatch(entry.name) for entry in folder.iterdir()]
    first = max((int(part[1]) + 1 for part in there if part), default=0)
    parts = write_empty(folder, first)
    return Manifest(limit, first + 1, 0, parts, lens=lens_version())


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a store; None where there is no whole store of our format.

    Such a store is made anew: it holds nothing that the evidence does not.
    """
    manifest, _ = check(folder)
    return manifest


def check(folder: Path) -> tuple[Manifest | None, str]:
    """Read the manifest and look at each part; return it, or None and what is wrong.

    That is an empty text where there is no store yet. A part must have its size, and
    the hash of its footer, or of all of it where it is small: ``changed`` looks at all.
    """
    try:
        written = json.loads((folder / _NAME).read_text("utf-8"))
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError):
        return None, f"{_NAME} could not be read."
    try:
        if written.pop("sha256") != _hash_of(written):
            return None, f"{_NAME} had been changed."
        if written.pop("made_for") != _made_for():
            return None, "it was of another version of trailkit."
        manifest = Manifest(**written)
        wrong = next(_wrong(folder, manifest), None)
    except (KeyError, TypeError, AttributeError, ValueError):
        return None, "it was of another version of trailkit."
    return (
        (None, f"{wrong} had been changed, cut or removed.")
        if wrong
        else (
            manifest,
            "",
        )
    )


def _wrong(folder: Path, manifest: Manifest) -> Iterator[str]:
    for name in sorted(manifest.files()):
        size, quick, _ = manifest.hashes[name]
        try:
            if [(folder / name).stat().st_size, _quick_hash(folder / name)] != [
                size,
                quick,
            ]:
                yield name
        except OSError:
            yield name


def changed(folder: Path, manifest: Manifest) -> list[str]:
    """List the parts whose content is not what was written, by the hash of all of it.

    ``manifest.json`` is one of them where it is not what was opened.
    """
    now = read_manifest(folder)
    found = [] if now is not None else [_NAME]
    for name in sorted(manifest.files()):
        try:
            if _hash_file(folder / name) != manifest.hashes[name][2]:
                found.append(name)
        except OSError:
            found.append(name)
    return found


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Replace the manifest in one step, once all that it names is on the disk.

    Returns it with the hashes of its parts.
    """
    hashes = {
        name: manifest.hashes.get(name) or _hashes(folder / name)
        for name in sorted(manifest.files())
    }
    parts = {entry.name for entry in folder.iterdir() if _PART.fullmatch(entry.name)}
    left = sorted(parts - manifest.files())
    manifest = replace(manifest, hashes=hashes, left=left)
    for name in manifest.files():
        _sync(folder / name)
    _sync(folder)
    new = folder / _NEW
    written = {"made_for": _made_for()} | asdict(manifest)
    new.write_text(json.dumps(written | {"sha256": _hash_of(written)}, indent=1))
    new.chmod(_PRIVATE)
    _sync(new)
    new.replace(folder / _NAME)
    _sync(folder)
    return manifest


def _hashes(path: Path) -> list[int | str]:
    """Return size, quick hash and whole hash of a part, and let no one else read it."""
    path.chmod(_PRIVATE)
    return [path.stat().st_size, _quick_hash(path), _hash_file(path)]


def _quick_hash(path: Path) -> str:
    """Hash a small file, or the end of a large one, where Parquet keeps its footer."""
    with path.open("rb") as file:
        file.seek(-min(_QUICK, path.stat().st_size), os.SEEK_END)
        return hashlib.sha256(file.read()).hexdigest()


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_of(written: Mapping[str, object]) -> str:
    text = json.dumps(written, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove what the manifest does not name; only the one writer may do so.

    That is what a killed ingest left, and what the ingest before the last replaced.
    Nothing is touched whose name is not one of ours.
    """
    shutil.rmtree(folder / WORK, ignore_errors=True)
    for new in folder.glob("*.new"):
        new.unlink(missing_ok=True)
    for entry in folder.iterdir():
        if _PART.fullmatch(entry.name) and entry.name not in manifest.files():
            entry.unlink()


def foreign(names: Iterable[str], manifest: Manifest, at_work: bool) -> list[str]:
    """Return which names in the folder are none of the store's own: no one reads them.

    ``at_work`` says that parts may be there which the manifest does not name yet, or
    that a killed ingest left.
    """
    own = {_NAME, LOCK, WORK, *manifest.files(), *(manifest.left or ())}
    return sorted(
        name
        for name in names
        if name not in own
        and not name.endswith((".new", ".kept"))
        and not _may_be_own(name, manifest, at_work)
    )


def _may_be_own(name: str, manifest: Manifest, at_work: bool) -> bool:
    part = _PART.fullmatch(name)
    if part is None:
        return False
    return at_work if int(part[1]) >= manifest.next_part else manifest.left is None


def _made_for() -> dict[str, object]:
    names = {table: schema.names for table, schema in SCHEMAS.items()}
    return {"format": FORMAT, "tables": names}


def _sync(path: Path) -> None:
    """Have the disk write down a file, or the names in a folder."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
