"""What has changed in the evidence since it was read."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trailkit.store.manifest import Manifest
from trailkit.store.walk import Found

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
        """Say whether there is anything to do."""
        return bool(self.new or self.gone)

    def notes(self) -> list[str]:
        """Say what the user may not expect."""
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
