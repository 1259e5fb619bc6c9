"""From an event back to its log files: the record as it is written there."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb

from trailkit.errors import EvidenceError
from trailkit.store.ingest_sql import read_parquet
from trailkit.store.reader import Reading, read_again, split_records
from trailkit.store.unpack import UNPACKED_LIMIT

_DELIVERIES = """
select places.file, files.archive, files.sha256, places.position
from {records} as records
join {places} as places using (record_id)
join {files} as files on files.file = places.file and files.status = 'read'
where records.event_id = ?
order by places.file, places.position
"""


def read_originals(
    parquet: Callable[[str], Iterable[Path]], event_id: str, limit: int
) -> list[tuple[str, int, str]]:
    """Read the records of an event again: file, position there, text.

    ``parquet`` gives the Parquet files of a table. Raises EvidenceError when a log file
    is not what the store was made from.
    """
    tables = {name: read_parquet(parquet(name)) for name in _TABLES}
    with duckdb.connect() as connection:
        deliveries = connection.execute(
            _DELIVERIES.format(**tables), [event_id]
        ).fetchall()
    return [
        (file, position, _read(file, archive, sha256, position, limit))
        for file, archive, sha256, position in deliveries
    ]


_TABLES = ("records", "places", "files")


def _read(
    file: str, archive: str | None, sha256: str, position: int, limit: int
) -> str:
    reading = read_again(file, archive, limit)
    if reading.sha256 != sha256:
        raise EvidenceError(
            f'"{file}" is not what it was when it was read, so the original record '
            f"cannot be shown. {reading.reason or 'Its content has changed.'} SHA-256 "
            f"then: {sha256}, now: {reading.sha256 or 'none'}. Open the case again: "
            "tk.local(…)"
        )
    return bytes(split_records(reading).texts[position - 1]).decode()


def find_in(file: str, received: bytes, event_id: str) -> list[tuple[str, int, str]]:
    """Find the records of an event in a log file: file, position there, text.

    ``received`` is the file's content as it lies in S3.
    """
    reading = Reading(file, len(received), None)
    reading.take(received, UNPACKED_LIMIT)
    texts = [bytes(text).decode() for text in split_records(reading).texts]
    return [
        (file, position, text)
        for position, text in enumerate(texts, 1)
        if event_id in text and event_id in _ids(text)
    ]


def _ids(text: str) -> list[object]:
    record = json.loads(text)
    return [record.get("eventID"), record.get("eventId")]
