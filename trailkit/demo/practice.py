"""The practice case: two weeks of an organization's logs, with a known answer.

    python -m trailkit demo

The log files are made once, in seconds and without a network, into the user's cache
folder; ``answers()`` is the answer key. What the organization is, and what to find out,
stands in docs/practice-case.md.
"""

import os
import shutil
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

import platformdirs

from trailkit.demo import delivery, routine, story
from trailkit.demo.scribe import Record
from trailkit.demo.story.answers import Answers
from trailkit.demo.trail import heard


def answers() -> Answers:
    """Give the answer key: it spoils the case."""
    return story.tell().answers


def records() -> list[Record]:
    """Give all records that the trail was able to write."""
    tale = story.tell()
    return heard(routine.records() + tale.records, tale.silences)


def write(folder: Path) -> int:
    """Write the log files below a folder; say how many."""
    return delivery.write(folder, records())


def folder(base: Path | None = None) -> Path:
    """Give the folder with the log files, and make them when they are not there yet.

    They are made beside and moved into place, so that a folder that is there is whole,
    also when two notebooks start at once. Its name changes with the generator. ``base``
    is the cache folder: ``TRAILKIT_CACHE``, else the user's own.
    """
    base = base or cache_folder()
    target = base / f"practice-{version()}"
    if not target.is_dir():
        base.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix="practice-", dir=base))
        try:
            write(making)
            _move(making, target)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return target


def cache_folder() -> Path:
    """Give the folder for what trailkit can make again."""
    chosen = os.environ.get("TRAILKIT_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("trailkit")


@cache
def version() -> str:
    """Name the generator by its own text: another text may write other records."""
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def _move(making: Path, target: Path) -> None:
    """Move a folder into place, unless somebody else was quicker."""
    try:
        making.rename(target)
    except OSError:
        if not target.is_dir():
            raise
