"""Read files and lay their records down, as they arrive, on shelves."""

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
from trailkit.store.log_path import delivery_time, place_of
from trailkit.store.parquet_tables import PLACE_COLUMNS, SCHEMAS
from trailkit.store.reader import Reading
from trailkit.store.spool import Shelf
from trailkit.store.spooling import Laid, Station
from trailkit.store.walk import Found
from trailkit.store.work_queue import Pieces
from trailkit.store.worker_pool import Crew

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

    A record's ``arrival`` is the number of its row in ``texts``. ``left`` are the files
    that are for the next round.
    """

    keys: pa.Table
    texts: Shelf
    files: pa.Table
    remarks: pa.Table
    left: list[Found]


def stage(found: Sequence[Found], work: Path, limit: int, say: Say) -> Staged:
    """Read files until a round is full, and lay their records down in the folder.

    Files are read in the order of their delivery, as far as their names tell: what
    belongs together in time lies together.
    """
    ordered = sorted(found, key=lambda each: (delivery_time(each.path), each.path))
    pieces = Pieces(ordered, ROUND)
    with (
        _without_looking_for_cycles(),
        Station(work, "0", limit) as station,
        Crew(work, limit, pieces) as crew,
    ):
        while (piece := pieces.take()) or not pieces.are_over():
            pieces.read(len(piece), station.read(piece))
            pieces.settle(len(piece))
            say(f"Reading: {pieces.files:,} of {len(found):,} files")
        others = crew.laid()
    return _joined([station.laid, *others], pieces.left[::-1])


def _joined(laid: Sequence[Laid], left: list[Found]) -> Staged:
    """Put what several stations laid down into one row; their files count on."""
    firsts = [*accumulate((len(each.readings) for each in laid), initial=0)]
    remarks = [
        remark._replace(file_number=first + remark.file_number)
        for each, first in zip(laid, firsts, strict=False)
        for remark in each.remarks
    ]
    readings = [reading for each in laid for reading in each.readings]
    texts = Shelf([each.texts for each in laid], TEXTS)
    keys = pa.concat_tables(
        _counted_on(Shelf([each.keys], KEYS).table, first)
        for each, first in zip(laid, firsts, strict=False)
    )
    arrivals = pa.array(range(keys.num_rows), pa.int64())
    return Staged(
        keys.append_column("arrival", arrivals),
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
    """Let Python's cycle collector rest.

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
