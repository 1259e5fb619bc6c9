"""Read what is new in the evidence into new Parquet files of a store.

No file that counts is changed. Where rows no longer count, or a record is now known
from an earlier place, the Parquet file that holds them is written anew under another
name. So a store that grew equals the store that is made at once.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trailkit.progress import Say
from trailkit.store import ingest_sql
from trailkit.store.changes import Changes
from trailkit.store.deduplicate import fold
from trailkit.store.ingest_database import Workshop
from trailkit.store.ingest_sql import quoted, read_parquet
from trailkit.store.manifest import WORK, Manifest
from trailkit.store.parquet_tables import COMPRESSION, ROW_GROUP, part_name
from trailkit.store.staging import ROUND, Staged, stage
from trailkit.store.write_records import write_records

_MANY = 16
_SMALL = ROUND // 8
"""Many small Parquet files become one: each costs time at every question."""

_FORMAT = f"format parquet, compression {COMPRESSION}, row_group_size {ROW_GROUP}"


def ingest(
    folder: Path, before: Manifest, changes: Changes, limit: int, say: Say
) -> tuple[Manifest, Changes]:
    """Read a round of changes; give the manifest that holds it, and what is left.

    The new files lie in the folder, and count once the manifest is written.
    """
    work = folder / WORK
    work.mkdir()
    staged = stage(changes.new, work, limit, say)
    left = replace(changes, new=staged.left, gone=[])
    with Workshop(work / "spill", say) as workshop:
        workshop.register("staged_arrivals", staged.keys)
        workshop.register("staged_files", staged.files)
        workshop.register("staged_remarks", staged.remarks)
        gone = pa.array(changes.gone, pa.string())
        workshop.register("gone", pa.table({"file": gone}))
        manifest = _Round(folder, before, staged, workshop, say).run(limit, not left)
    return replace(manifest, notes=changes.notes()), left


class _Round:
    """From what was staged to new parts of the tables."""

    def __init__(
        self,
        folder: Path,
        before: Manifest,
        staged: Staged,
        workshop: Workshop,
        say: Say,
    ) -> None:
        self._folder = folder
        self._before = before
        self._staged = staged
        self._workshop = workshop
        self._say = say
        self._next_part = before.next_part

    def run(self, limit: int, is_last: bool) -> Manifest:
        before = self._before
        self._workshop.run(
            ingest_sql.sources({n: self._paths(p) for n, p in before.parts.items()})
        )
        fold(self._workshop, before.next_record, limit)
        self._workshop.run(ingest_sql.outcome())
        records, places = self._records(), self._places()
        every = self._paths(records), self._paths(places)
        self._workshop.run(ingest_sql.conflicting(every[0], is_last))
        parts = {
            "records": records,
            "places": places,
            "files": [self._copy("files", ingest_sql.files())],
            "problems": [self._copy("problems", ingest_sql.problems(*every))],
        }
        return Manifest(
            limit=limit,
            next_part=self._next_part,
            next_record=before.next_record + self._workshop.count("identities"),
            parts=parts,
            counts=self._counts(parts) if is_last else {},
        )

    def _records(self) -> list[str]:
        kept, anew = self._sort_out("records", "moved", "record_id")
        if anew:
            kept.append(self._copy("records", ingest_sql.moved_records(anew)))
        if self._workshop.count("new_records"):
            kept.append(self._name("records"))
            path = self._folder / kept[-1]
            write_records(self._workshop, self._staged, path, self._say)
        return self._with_rows(kept)

    def _places(self) -> list[str]:
        kept, anew = self._sort_out("places", "gone", "file")
        if anew:
            kept.append(self._copy("places", ingest_sql.places_left(anew)))
        if self._workshop.count("new_places"):
            kept.append(self._copy("places", ingest_sql.NEW_PLACES))
        return self._with_rows(kept)

    def _sort_out(
        self, name: str, stale: str, key: str
    ) -> tuple[list[str], list[Path]]:
        """Tell the parts that stay from those to be written anew."""
        parts = self._before.parts[name]
        small = [part for part in parts if self._rows(part) < _SMALL]
        anew = set(small) if len(small) > _MANY else set[str]()
        for part in parts:
            rows = read_parquet(self._paths([part]))
            if self._workshop.count(f"{rows} semi join {stale} using ({key})"):
                anew.add(part)
        kept = [part for part in parts if part not in anew]
        return kept, self._paths(sorted(anew))

    def _with_rows(self, parts: list[str]) -> list[str]:
        """Leave out the parts without rows, but for the last of them."""
        return [part for part in parts if self._rows(part)] or parts[-1:]

    def _rows(self, part: str) -> int:
        return pq.read_metadata(self._folder / part).num_rows

    def _copy(self, name: str, select: str) -> str:
        part = self._name(name)
        path = quoted(str(self._folder / part))
        self._workshop.run(f"copy ({select}) to {path} ({_FORMAT})", doing="Writing")
        return part

    def _name(self, table: str) -> str:
        self._next_part += 1
        return part_name(table, self._next_part - 1)

    def _counts(self, parts: dict[str, list[str]]) -> dict[str, int]:
        read = {name: read_parquet(self._paths(names)) for name, names in parts.items()}
        return self._workshop.run(ingest_sql.counts(read), doing="Counting")[0][0]

    def _paths(self, parts: Iterable[str]) -> list[Path]:
        return [self._folder / part for part in parts]
