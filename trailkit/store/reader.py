"""Read the files of the evidence, in their order, and what their paths say.

CloudTrail writes ``AWSLogs/[o-…/]<account>/CloudTrail/<region>/YYYY/MM/DD/`` and names
each file ``<account>_CloudTrail_<region>_<time of delivery>_<random>.json.gz``. Facts:
AWS CloudTrail User Guide, "Getting and viewing your CloudTrail log files".
"""

import hashlib
import re
import zipfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BufferedReader
from typing import NamedTuple

from trailkit.store.envelopes import Items, split
from trailkit.store.unpack import (
    ZIP,
    Broken,
    Skipped,
    open_plain,
    open_zip,
    receive,
    receive_member,
    sha256,
    unpack,
)
from trailkit.store.walk import BAD_NAME, Found, is_plain
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
    them. A file in a zip names its ``archive``; its path is the archive's, a slash, and
    its name in there.
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
    members: int | None = None

    def take(self, received: bytes, limit: int) -> None:
        """Unpack the bytes as received and keep the text."""
        self.sha256 = sha256(received)
        self.text = unpack(received, limit)
        self.sha256_unpacked = sha256(self.text)

    def end(self, status: str, reason: str) -> None:
        """Record that the file is not read, and why."""
        self.status, self.reason, self.text = status, reason, None


def read_all(files: Iterable[Found], limit: int) -> Iterator[Reading]:
    """Read files in their order; after a zip come the files in it."""
    for found in files:
        reading = read(found, limit)
        yield reading
        if reading.members is not None:
            yield from _read_members(reading, limit)


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
    start = file.read(len(ZIP))
    file.seek(0)
    if start != ZIP:
        reading.take(receive(file, limit), limit)
        return
    reading.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with open_zip(file) as archive:
        reading.members = len(archive.infolist())
    reading.reason = f"A zip archive with {reading.members:,} entries."


def _read_members(archive: Reading, limit: int) -> Iterator[Reading]:
    with (
        _failure_recorded(archive),
        open_plain(archive.file) as file,
        open_zip(file) as opened,
    ):
        for entry in opened.infolist():
            if not entry.is_dir():
                yield _read_member(opened, archive.file, limit, entry)


def _read_member(
    archive: zipfile.ZipFile, path: str, limit: int, entry: zipfile.ZipInfo
) -> Reading:
    name = entry.filename
    shown = name if is_plain(name) else ascii(name)
    reading = Reading(f"{path}/{shown}", entry.file_size, None, path)
    with _failure_recorded(reading):
        if shown != name:
            raise Skipped(BAD_NAME)
        if archive.getinfo(name) is not entry:
            raise Skipped("The archive has a later entry with the same name.")
        reading.take(receive_member(archive, entry, limit), limit)
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


def read_again(file: str, archive: str | None, limit: int) -> Reading:
    """Read one file again, also one in a zip."""
    if archive is None:
        return read(Found(file), limit)
    reading = Reading(file, 0, None, archive)
    with (
        _failure_recorded(reading),
        open_plain(archive) as opened,
        open_zip(opened) as zipped,
    ):
        name = file.removeprefix(f"{archive}/")
        if name not in zipped.namelist():
            raise Skipped(f'The archive holds no file "{name}" any more.')
        return _read_member(zipped, archive, limit, zipped.getinfo(name))
    return reading


def split_records(reading: Reading) -> Items:
    """Split the text of a file into its records; the text is let go then."""
    text, reading.text = reading.text, None
    if text is not None:
        with _failure_recorded(reading):
            return split(text)
    return Items()
