"""Which files make up a store: the one file of it that ever changes.

A store is a folder of Parquet files that are never written twice. ``manifest.json``
names those that count, and is replaced in one step. So whoever reads the manifest sees
a whole store, also while another process adds to it, and after a kill.
"""

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from trailkit.store.parquet_tables import SCHEMAS, write_empty

FORMAT = 1
"""Raise it when a store must be made anew: other columns of it, another reading."""

LOCK = "trailkit.lock"
WORK = "ingest-at-work"
_NAME = "manifest.json"
_NEW = "manifest.json.new"
_PART = re.compile(rf"(?:{'|'.join(SCHEMAS)})-(\d+)\.parquet")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a store consists of.

    ``parts`` names the Parquet files of each table, relative to the store. ``limit`` is
    the size up to which a file was unpacked. ``counts`` is empty until all was read;
    ``notes`` say what the user may not expect.
    """

    limit: int
    next_part: int
    next_record: int
    parts: dict[str, list[str]]
    counts: dict[str, int] = field(default_factory=dict[str, int])
    notes: list[str] = field(default_factory=list[str])

    def files(self) -> set[str]:
        """Give the names of all files that count."""
        return {name for names in self.parts.values() for name in names}


def begin(folder: Path, limit: int) -> Manifest:
    """Begin a store: its tables are there, and have no rows.

    Its parts are numbered on from whatever lies in the folder: somebody may still read
    a store of another format there, and must not find our rows under a name he knows.
    """
    parts = [_PART.fullmatch(entry.name) for entry in folder.iterdir()]
    first = max((int(part[1]) + 1 for part in parts if part), default=0)
    return Manifest(limit, first + 1, 0, write_empty(folder, first))


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a store; None where there is no whole store of our format.

    Such a store is made anew: it holds nothing that the evidence does not.
    """
    try:
        written = json.loads((folder / _NAME).read_text("utf-8"))
        if written.pop("made_for") != _made_for():
            return None
        manifest = Manifest(**written)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    whole = all((folder / name).is_file() for name in manifest.files())
    return manifest if whole else None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step, once all that it names is on the disk."""
    for name in manifest.files():
        _sync(folder / name)
    _sync(folder)
    new = folder / _NEW
    new.write_text(json.dumps({"made_for": _made_for()} | asdict(manifest), indent=1))
    _sync(new)
    new.replace(folder / _NAME)
    _sync(folder)


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove what the manifest does not name; only the one writer may do so.

    That is what a killed ingest left, and what the ingest before the last replaced.
    Nothing is touched whose name is not one of ours.
    """
    shutil.rmtree(folder / WORK, ignore_errors=True)
    (folder / _NEW).unlink(missing_ok=True)
    for entry in folder.iterdir():
        if _PART.fullmatch(entry.name) and entry.name not in manifest.files():
            entry.unlink()


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
