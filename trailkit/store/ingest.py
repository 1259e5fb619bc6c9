"""Read what is new in the evidence into new Parquet files of a store.

No file that counts is changed. Where rows no longer count, or a record is now known
from an earlier place, the Parquet file that holds them is written anew under another
name. So a store that grew equals the store that is made at once.

Records are long, and most of a record is text that sorting need not touch. So DuckDB
sorts the times alone, and the rows are read from the spool in that order.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.compute import SetLookupOptions, call_function

from trailkit.lens import kept, lens_files
from trailkit.progress import Say
from trailkit.record import PLACE
from trailkit.scope import quoted
from trailkit.store import ingest_sql
from trailkit.store.batches import TEXTS
from trailkit.store.deduplicate import UNUSUAL, deduplicate
from trailkit.store.ingest_database import IngestDatabase
from trailkit.store.ingest_sql import read_parquet
from trailkit.store.lens_columns import LensColumns
from trailkit.store.manifest import (
    COMPRESSION,
    REPEATED,
    ROW_GROUP,
    SCHEMAS,
    WORK,
    Manifest,
    part_name,
)
from trailkit.store.staging import ROUND, Staged, stage
from trailkit.store.walk import Changes, Found


class WriteBehind:
    """Do things one after the other, in a thread; at most one is going on.

    What goes wrong is raised at the next step, or at the end.
    """

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._thread = ThreadPoolExecutor(1, "trailkit-behind")
        self._going_on: Future[object] | None = None

    def __enter__(self) -> "WriteBehind":
        """Use it; at the end all is done."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for what is going on, also when Ctrl-C comes: then all the more.

        What the thread works on is closed next, and must not go away under its hands.
        """
        interrupted = False
        while self._going_on and not self._going_on.done():
            try:
                wait([self._going_on])
            except KeyboardInterrupt:
                interrupted = True
        self._thread.shutdown()
        if interrupted:
            raise KeyboardInterrupt
        if error is None:
            self._end_step()

    def do(self, work: Callable[[], object]) -> None:
        """Begin a piece of work, once the one before is done."""
        self._end_step()
        self._going_on = self._thread.submit(work)

    def _end_step(self) -> None:
        if self._going_on:
            self._going_on.result()


_SCHEMA = pa.schema(
    [
        TEXTS.field(field.name) if field.name in TEXTS.names else field
        for field in SCHEMAS["records"]
    ]
)
"""The columns of records; those of the spool stay in the form they have."""


def write_records(
    database: IngestDatabase, staged: Staged, path: Path, say: Say
) -> None:
    """Write the relation ``new_records`` with all columns, the lens's beside them."""
    added = database.arrow(
        "select * from new_records order by event_time, record_id", doing="Sorting"
    )
    groups = (
        _in_order(added.slice(first, ROW_GROUP), staged)
        for first in range(0, added.num_rows, ROW_GROUP)
    )
    _write(groups, path, added.num_rows, say)


def work_out_anew(folder: Path, before: Manifest, say: Say) -> Manifest:
    """Write the records anew with the columns of the lens as it is now.

    No log file is read. The new files count once the manifest is written.
    """
    parts, number = list[str](), before.next_part
    for part in before.parts["records"]:
        with pq.ParquetFile(folder / part, read_dictionary=REPEATED) as old:
            rows = old.metadata.num_rows
            parts.append(part_name("records", number) if rows else part)
            if rows:
                _write(_groups(old), folder / parts[-1], rows, say)
        number += 1
    return replace(
        before,
        parts={**before.parts, "records": parts},
        next_part=number,
        lens=lens_files.version(),
    )


def _groups(old: pq.ParquetFile) -> Iterator[pa.Table]:
    """Read a file of records a row group at a time, without what stood beside them."""
    for group in range(old.num_row_groups):
        rows = old.read_row_group(group, columns=_SCHEMA.names)
        yield pa.table([_as(rows[each.name], each.type) for each in _SCHEMA], _SCHEMA)


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_dictionary(kind) and not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return column.cast(kind)


def _left(parts: Iterable[Path], moved: pa.Table) -> Iterator[pa.Table]:
    """Read the records that still count, some of them with another place.

    A row group at a time: a record is long, and no sort of whole records stays small.
    """
    found = SetLookupOptions(moved["record_id"].combine_chunks())
    given = False
    for part in parts:
        with pq.ParquetFile(part, read_dictionary=REPEATED) as old:
            for rows in _groups(old):
                at = call_function("index_in", [rows["record_id"]], found)
                left = rows if at.null_count == len(at) else _moved(rows, at, moved)
                if left.num_rows:
                    given = True
                    yield left
    if not given:
        yield _SCHEMA.empty_table()


def _moved(rows: pa.Table, at: pa.ChunkedArray, moved: pa.Table) -> pa.Table:
    """Put the records of ``moved``, whose rows ``at`` tells, at their places there."""
    new, stays = moved.take(at), call_function("is_null", [at])
    for name in PLACE:
        kind = _SCHEMA.field(name).type
        before = rows[name].cast(new[name].type)
        now = call_function("if_else", [stays, before, new[name]])
        column = rows.column_names.index(name)
        rows = rows.set_column(column, _SCHEMA.field(name), _as(now, kind))
    counts = call_function("coalesce", [new["counts"], pa.scalar(value=True)])
    return rows.filter(counts)


def _write(groups: Iterable[pa.Table], path: Path, rows: int, say: Say) -> None:
    """Write records in row groups, with the columns of the lens beside them."""
    written, done = None, 0
    with (
        LensColumns(path.parent / WORK, say) as lens,
        ExitStack() as opened,
        WriteBehind() as behind,
    ):
        for group in groups:
            whole = _by_action(lens.beside(group))
            if written is None:
                written = opened.enter_context(_open(path, whole.schema))
            behind.do(partial(written.write_table, whole))
            done += group.num_rows
            say(f"Writing: {done:,} of {rows:,} records")


_PAGE = 64 * 1024
"""Bytes of a page of a column."""


def _by_action(group: pa.Table) -> pa.Table:
    """Sort a row group by service, action and time.

    A group is some hours long, so that a window reads few of them. In it, a question
    about some actions then skips what it reads of all the others.
    """
    keys = [*(kept.names()[name] for name in kept.SORTED), "event_time", "record_id"]
    return group.sort_by([(key, "ascending") for key in keys])


def _open(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path,
        schema,
        compression=COMPRESSION,
        use_dictionary=[*REPEATED, *kept.names().values()],  # pyright: ignore[reportArgumentType]
        # Who reads it with Arrow shall see texts, however they were written.
        store_schema=False,
        # A page without a row of the wanted actions is not unpacked.
        data_page_size=_PAGE,
    )


def _in_order(added: pa.Table, staged: Staged) -> pa.Table:
    rows = staged.texts.take(added["spool_row"])
    files = staged.files.take(added["file_number"])
    given: dict[str, pa.ChunkedArray] = {}
    for table in (files, rows, added):
        given |= dict(zip(table.column_names, table.columns, strict=True))
    return pa.table([given[name] for name in _SCHEMA.names], _SCHEMA)


_MANY = 16
_SMALL = ROUND // 8
"""Many small Parquet files become one: each costs time at every question."""

_FORMAT = f"format parquet, compression {COMPRESSION}, row_group_size {ROW_GROUP}"


def ingest(
    folder: Path, before: Manifest, changes: Changes, limit: int, say: Say
) -> tuple[Manifest, Changes]:
    """Read a round of changes; return the new manifest, and the changes that are left.

    The new files lie in the folder, and count once the manifest is written.
    """
    work = folder / WORK
    work.mkdir()
    with IngestDatabase(work / "spill", say) as database:
        if changes.gone:
            changes = _with_other_spellings(folder, before, changes, database)
        staged = stage(changes.new, work, limit, say)
        left = replace(changes, new=staged.left, gone=[])
        database.register("staged_records", staged.keys)
        database.register("staged_files", staged.files)
        database.register("staged_remarks", staged.remarks)
        _register_gone(database, changes)
        manifest = _Round(folder, before, staged, database, say).run(limit, not left)
    return replace(manifest, notes=changes.notes()), left


def _with_other_spellings(
    folder: Path, before: Manifest, changes: Changes, database: IngestDatabase
) -> Changes:
    """Read again what spells a record otherwise than a file that is gone."""
    _register_gone(database, changes)
    parts = {name: [folder / each for each in before.parts[name]] for name in SCHEMAS}
    rows = database.run(ingest_sql.spelt_otherwise(parts))
    again = [Found(*row) for row in rows]
    if not again:
        return changes
    files = ingest_sql.read_parquet(parts["files"])
    select = f"select file from {files} where coalesce(archive, file) in "
    paths = ", ".join(quoted(each.path) for each in again)
    gone = [file for (file,) in database.run(f"{select}({paths})")]
    return replace(
        changes, new=[*changes.new, *again], gone=sorted({*changes.gone, *gone})
    )


def _register_gone(database: IngestDatabase, changes: Changes) -> None:
    gone = pa.array(changes.gone, pa.string())
    database.register("gone", pa.table({"file": gone}))


class _Round:
    """From what was staged to new parts of the tables."""

    def __init__(
        self,
        folder: Path,
        before: Manifest,
        staged: Staged,
        database: IngestDatabase,
        say: Say,
    ) -> None:
        self._folder = folder
        self._before = before
        self._staged = staged
        self._database = database
        self._say = say
        self._next_part = before.next_part

    def run(self, limit: int, is_last: bool) -> Manifest:
        before = self._before
        self._database.run(
            ingest_sql.sources({n: self._paths(p) for n, p in before.parts.items()})
        )
        deduplicate(self._database, before.next_record, limit)
        self._database.run(ingest_sql.outcome())
        records, places = self._records(), self._places()
        every = self._paths(records), self._paths(places)
        self._database.run(ingest_sql.conflicting(every[0], is_last))
        parts = {
            "records": records,
            "places": places,
            "files": [self._copy("files", ingest_sql.files())],
            "problems": [self._copy("problems", ingest_sql.problems(*every, UNUSUAL))],
        }
        return Manifest(
            limit=limit,
            hashes=before.hashes,
            next_part=self._next_part,
            next_record=before.next_record + self._database.count("identities"),
            parts=parts,
            counts=self._counts(parts) if is_last else {},
            lens=before.lens,
        )

    def _records(self) -> list[str]:
        kept, anew = self._sort_out("records", "moved", "record_id")
        if anew:
            kept.append(self._name("records"))
            moved = self._database.arrow(ingest_sql.moved_records(), doing="Sorting")
            rows = sum(pq.read_metadata(part).num_rows for part in anew)
            _write(_left(anew, moved), self._folder / kept[-1], rows, self._say)
        if self._database.count("new_records"):
            kept.append(self._name("records"))
            path = self._folder / kept[-1]
            write_records(self._database, self._staged, path, self._say)
        return self._with_rows(kept)

    def _places(self) -> list[str]:
        kept, anew = self._sort_out("places", "gone", "file")
        if anew:
            kept.append(self._copy("places", ingest_sql.places_left(anew)))
        if self._database.count("new_places"):
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
            if self._database.count(f"{rows} semi join {stale} using ({key})"):
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
        self._database.run(f"copy ({select}) to {path} ({_FORMAT})", doing="Writing")
        return part

    def _name(self, table: str) -> str:
        self._next_part += 1
        return part_name(table, self._next_part - 1)

    def _counts(self, parts: dict[str, list[str]]) -> dict[str, int]:
        read = {name: read_parquet(self._paths(names)) for name, names in parts.items()}
        return self._database.run(ingest_sql.counts(read), doing="Counting")[0][0]

    def _paths(self, parts: Iterable[str]) -> list[Path]:
        return [self._folder / part for part in parts]
