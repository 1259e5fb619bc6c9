"""The practice case's records, answer key and archive.

``python -m tools.practice_case`` makes the archive in the package anew.
"""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from tools.practice_case import delivery, routine, story
from tools.practice_case.record_writer import Record
from tools.practice_case.story.answers import Answers
from tools.practice_case.trail import heard


def answers() -> Answers:
    """Return the answer key: it spoils the case."""
    return story.tell().answers


def records() -> list[Record]:
    """Return all records that the trail was able to write."""
    tale = story.tell()
    return heard(routine.records() + tale.records, tale.silences)


def files() -> Iterator[tuple[str, bytes]]:
    """Return the key and the text of every log file, in the order of their keys."""
    yield from sorted(delivery.files(records()))


def write_archive(path: Path) -> int:
    """Write the archive of all log files; return their number."""
    number = 0
    with tarfile.open(path, "w:xz", preset=9) as archive:
        for key, text in files():
            member = tarfile.TarInfo(key)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
            number += 1
    return number
