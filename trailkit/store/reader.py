"""Read the files of the evidence, in their order, and what their paths say.

CloudTrail writes ``AWSLogs/[o-…/]<account>/CloudTrail/<region>/YYYY/MM/DD/`` and names
each file ``<account>_CloudTrail_<region>_<time of delivery>_<random>.json.gz``. Facts:
AWS CloudTrail User Guide, "Getting and viewing your CloudTrail log files".
"""

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from trailkit.store.archives import Entry, entries, kind_of
from trailkit.store.envelopes import Items, split
from trailkit.store.rebuilding import from_csv, from_parquet
from trailkit.store.unpack import (
    PACKED,
    PARQUET,
    PEEK,
    Broken,
    Skipped,
    open_plain,
    receive,
    require_log,
    sha256,
    unpack,
)
from trailkit.store.walk import Found
from trailkit.tables.layout import DAY, folders

_FOLDERS = re.compile(rf"{folders()}{DAY}/[^/]+\Z")
_NAME = re.compile(
    r"(?:\A|/)(?P<account>\d{12})_CloudTrail(?:-[A-Za-z]+)?_(?P<region>[^_/]+(?:_[^_/]+)*)_"
    r"(?P<day>\d{8})T\d{4}Z_[^/]*\Z",
    re.ASCII,
)


_TIME = re.compile(r"\d{8}T\d{4}Z(?=_[^/]*\Z)", re.ASCII)


class Place(NamedTuple):
    """Where a record was delivered; None for what the path does not say."""

    delivery_day: date | None = None
    folder_account: str | None = None
    folder_region: str | None = None


def place_of(path: str) -> Place:
    """Read the place from the folders of a trail, else from the name of the file.

    A region is kept as it is spelt, also one that no list knows. Folder and record may
    disagree about account and region: this is the folder.

    >>> place_of("x/AWSLogs/o-a1/111122223333/CloudTrail/us-east-1/2026/03/09/f.gz")
    Place(delivery_day=datetime.date(2026, 3, 9), folder_account='111122223333',
          folder_region='us-east-1')
    >>> place_of("111122223333_CloudTrail_eu-west-1_20260309T1105Z_Ab1.json")[1:]
    ('111122223333', 'eu-west-1')
    """
    path = path.replace("\\", "/")
    match = _FOLDERS.search(path) or _NAME.search(path)
    if not match:
        return Place()
    return Place(_day(match["day"]), match["account"], match["region"])


def delivery_time(path: str) -> str:
    """Return the time in the name of a log file, as text that sorts; else no text.

    >>> delivery_time("111122223333_CloudTrail_eu-west-1_20260309T1105Z_Ab1.json.gz")
    '20260309T1105Z'
    """
    match = _TIME.search(path)
    return match[0] if match else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", ""))
    except ValueError:
        return None


@dataclass(slots=True)
class Reading:
    """A file as it was read: its text, or the reason why there is none.

    ``sha256`` is that of the bytes as received, ``sha256_unpacked`` of the text in
    them. A file in an archive names its ``archive``; its path is the archive's, a
    slash, and its name in there. A file that is ``broken`` may hold records all the
    same: those before and after the break.
    """

    file: str
    size: int
    modified: int | None
    archive: str | None = None
    sha256: str | None = None
    sha256_unpacked: str | None = None
    status: str = "read"
    reason: str | None = None
    records: int = 0
    text: bytes | None = None
    archive_kind: str = ""

    def take(self, received: bytes, limit: int) -> None:
        """Unpack the bytes as received and keep the text."""
        self.sha256 = sha256(received)
        unpacked = unpack(received, limit)
        self.text = unpacked.text
        self.sha256_unpacked = sha256(self.text)
        if unpacked.cut:
            self.status, self.reason = "broken", unpacked.cut
        elif unpacked.remark:
            self.reason = unpacked.remark

    def end(self, status: str, reason: str) -> None:
        """Record that the file is not read, and why."""
        self.status, self.reason, self.text = status, reason, None


def read_all(files: Iterable[Found], limit: int) -> Iterator[Reading]:
    """Read files in their order; after an archive come the files in it."""
    for found in files:
        reading = read(found, limit)
        yield reading
        if reading.archive_kind:
            yield from _read_entries(reading, limit)


def read(found: Found, limit: int) -> Reading:
    """Read one file; nothing that is wrong with it raises."""
    reading = Reading(found.path, found.size, found.modified)
    with _failure_recorded(reading):
        if found.status:
            reading.end(found.status, found.reason)
        else:
            with open_plain(found.path) as file:
                _read_open(reading, file, limit)
    return reading


def _read_open(reading: Reading, file: BufferedReader, limit: int) -> None:
    kind = kind_of(file)
    if not kind:
        reading.take(receive(file, limit), limit)
        return
    reading.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    reading.archive_kind = kind
    reading.reason = f"A {kind} archive: its files are listed by themselves."


def _read_entries(archive: Reading, limit: int) -> Iterator[Reading]:
    with _failure_recorded(archive), open_plain(archive.file) as file:
        for entry in entries(file, archive.archive_kind, archive.size):
            yield _read_entry(entry, archive.file, limit)


def _read_entry(entry: Entry, archive: str, limit: int) -> Reading:
    reading = Reading(f"{archive}/{entry.name}", entry.size, None, archive)
    with _failure_recorded(reading):
        if entry.refused:
            raise Skipped(entry.refused)
        received = entry.read(limit)
        if not received.startswith((*PACKED, PARQUET)):
            require_log(received[:PEEK])
        reading.take(received, limit)
    return reading


@contextmanager
def _failure_recorded(reading: Reading) -> Generator[None]:
    """Turn what goes wrong with a file into its status and reason."""
    try:
        yield
    except Skipped as reason:
        reading.end("skipped", str(reason))
    except Broken as reason:
        reading.end("broken", str(reason))
    except OSError as error:
        # It may be readable the next time, though size and time stay the same.
        reading.modified = None
        reading.end("broken", f"Cannot be read: {error.strerror}.")
    except MemoryError:
        reading.modified = None
        reading.end("broken", "Takes more memory than this machine has free.")


def read_again(file: str, archive: str | None, limit: int) -> Reading:
    """Read one file again, also one in an archive."""
    if archive is None:
        return read(Found(file), limit)
    reading = Reading(file, 0, None, archive)
    with _failure_recorded(reading), open_plain(archive) as opened:
        name = file.removeprefix(f"{archive}/")
        kind = kind_of(opened)
        for entry in entries(opened, kind, Path(archive).stat().st_size):
            if entry.name == name:
                return _read_entry(entry, archive, limit)
        raise Skipped(f'The archive holds no file "{name}" any more.')
    return reading


def split_records(reading: Reading) -> Items:
    """Split the text of a file into its records, and drop the text."""
    text, reading.text = reading.text, None
    if text is None:
        return Items()
    with _failure_recorded(reading):
        items = split(_as_json(text))
        if items.cut and reading.status == "read":
            reading.status, reading.reason = "broken", items.cut
        return items
    return Items()


def _as_json(text: bytes) -> bytes:
    """Turn a table into JSON; other text is what it is."""
    if text.startswith(PARQUET):
        return from_parquet(text)
    if text.lstrip()[:1] in (b"{", b"["):
        return text
    return from_csv(text) or text
