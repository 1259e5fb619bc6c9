"""Read files and lay their records down, as they arrive, in one Arrow file."""

import gc
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from trailkit.evidence.arrivals import KEYS, TEXTS, Arrivals, Remark
from trailkit.evidence.behind import Behind
from trailkit.evidence.place import delivery_time, place_of
from trailkit.evidence.reader import Reading, read_all, take_apart
from trailkit.evidence.shelf import Shelf
from trailkit.evidence.walk import Found
from trailkit.progress import Say

ROUND = 2_000_000
"""Records after which a round ends: its work on the disk stays below some gigabytes."""

_FILES = pa.schema(
    [
        ("file_number", pa.int32()),
        ("file", pa.string()),
        ("archive", pa.string()),
        ("size", pa.int64()),
        ("modified", pa.timestamp("us")),
        ("sha256", pa.string()),
        ("sha256_unpacked", pa.string()),
        ("records", pa.int64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("delivery_day", pa.date32()),
        ("folder_account", pa.string()),
        ("folder_region", pa.string()),
    ]
)
_REMARKS = pa.schema(
    [
        ("file_number", pa.int32()),
        ("position", pa.int32()),
        ("reason", pa.string()),
        ("lost", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read: one row for each record, for each file, for each remark.

    ``left`` are the files that are for the next round.
    """

    keys: Shelf
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
    readings: list[Reading] = []
    arrivals = Arrivals()
    done = 0
    with (
        Shelf(work / "keys.arrow", KEYS) as keys,
        Shelf(work / "texts.arrow", TEXTS) as texts,
        Behind() as behind,
        closing(read_all(ordered, limit)) as incoming,
        _without_looking_for_cycles(),
    ):
        for reading in incoming:
            if reading.archive is None:
                if arrivals.count >= ROUND:
                    break
                done += 1
                say(f"Reading: {done:,} of {len(found):,} files")
            items = take_apart(reading)
            reading.records = len(items.texts)
            for batch in arrivals.add(len(readings), items):
                behind.do(partial(_lay_down, batch, keys, texts))
            readings.append(reading)
        for batch in arrivals.rest():
            behind.do(partial(_lay_down, batch, keys, texts))
    remarks = _remarks(arrivals.remarks)
    return Staged(keys, texts, _files(readings), remarks, ordered[done:])


def _lay_down(batch: pa.Table, *shelves: Shelf) -> None:
    for shelf in shelves:
        shelf.write(batch)


def _files(readings: Iterable[Reading]) -> pa.Table:
    rows = [
        {
            "file_number": number,
            "file": each.file,
            "archive": each.archive,
            "size": each.size,
            "modified": each.modified,
            "sha256": each.sha256,
            "sha256_unpacked": each.sha256_unpacked,
            "records": each.records,
            "status": each.status,
            "reason": each.reason,
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
