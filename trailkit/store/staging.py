"""Read files, with all workers, into spools that are numbered as one."""

import gc
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
from pyarrow.compute import call_function

from trailkit.progress import Say
from trailkit.store.batches import KEYS, TEXTS, Remark
from trailkit.store.manifest import PLACE_COLUMNS, SCHEMAS
from trailkit.store.reader import Reading, delivery_time, place_of
from trailkit.store.spool import Spool, Spooled, SpooledRows
from trailkit.store.walk import Found
from trailkit.store.worker_pool import WorkerPool, WorkQueue

ROUND = 2_000_000
"""Records after which a round ends: its work on the disk stays below some gigabytes."""


def _but_file(fields: Iterable[pa.Field]) -> list[pa.Field]:
    return [each for each in fields if each.name != "file"]


_NUMBER = pa.field("file_number", pa.int32())
_FILES = pa.schema([_NUMBER, *SCHEMAS["files"], *_but_file(PLACE_COLUMNS)])
_REMARKS = pa.schema([_NUMBER, *_but_file(SCHEMAS["problems"])])


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read: one row for each record, for each file, for each remark.

    A record's ``spool_row`` is the number of its row in ``texts``. ``left`` are the
    files of the next round.
    """

    keys: pa.Table
    texts: SpooledRows
    files: pa.Table
    remarks: pa.Table
    left: list[Found]


def stage(found: Sequence[Found], work: Path, limit: int, say: Say) -> Staged:
    """Read files into spools in a folder, until a round is full.

    Files are read in the order of their delivery, as far as their names tell: what
    belongs together in time lies together.
    """
    ordered = sorted(found, key=lambda each: (delivery_time(each.path), each.path))
    queue = WorkQueue(ordered, ROUND)
    with (
        _without_looking_for_cycles(),
        Spool(work, "0", limit) as spool,
        WorkerPool(work, limit, queue) as pool,
    ):
        while (chunk := queue.take()) or not queue.is_finished():
            queue.read(len(chunk), spool.read(chunk))
            queue.finish(len(chunk))
            say(f"Reading: {queue.files:,} of {len(found):,} files")
        others = pool.spooled()
    return _joined([spool.spooled, *others], queue.left[::-1])


def _joined(spools: Sequence[Spooled], left: list[Found]) -> Staged:
    """Number the files and rows of several spools as one."""
    firsts = [*accumulate((len(each.readings) for each in spools), initial=0)]
    remarks = [
        remark._replace(file_number=first + remark.file_number)
        for each, first in zip(spools, firsts, strict=False)
        for remark in each.remarks
    ]
    readings = [reading for each in spools for reading in each.readings]
    texts = SpooledRows([each.texts for each in spools], TEXTS)
    keys = pa.concat_tables(
        _counted_on(SpooledRows([each.keys], KEYS).table, first)
        for each, first in zip(spools, firsts, strict=False)
    )
    spool_rows = pa.array(range(keys.num_rows), pa.int64())
    return Staged(
        keys.append_column("spool_row", spool_rows),
        texts,
        _files(readings),
        _remarks(remarks),
        left,
    )


def _counted_on(keys: pa.Table, first: int) -> pa.Table:
    place = keys.schema.get_field_index("file_number")
    numbers = call_function("add", [keys["file_number"], pa.scalar(first, pa.int32())])
    return keys.set_column(place, "file_number", numbers)


def _files(readings: Iterable[Reading]) -> pa.Table:
    rows = [
        {
            "file_number": number,
            **{name: getattr(each, name) for name in SCHEMAS["files"].names},
            **place_of(each.file)._asdict(),
        }
        for number, each in enumerate(readings)
    ]
    return pa.Table.from_pylist(rows, _FILES)


def _remarks(remarks: Iterable[Remark]) -> pa.Table:
    return pa.Table.from_pylist([each._asdict() for each in remarks], _REMARKS)


@contextmanager
def _without_looking_for_cycles() -> Generator[None]:
    """Pause Python's cycle collector.

    Reading makes millions of small objects and no cycles; looking for some would take a
    fifth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
