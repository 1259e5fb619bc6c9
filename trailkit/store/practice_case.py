"""The practice case: two weeks of an organization's logs, with a known answer.

The package brings its log files in one archive, ``practice_case.tar.xz``, which is
unpacked into the user's cache folder on first use. ``tools/practice_case`` makes the
archive; docs/practice-case.md tells what the organization is and what to find out.
"""

import os
import shutil
import tarfile
import tempfile
import zlib
from functools import cache
from hashlib import sha256
from pathlib import Path

import platformdirs

ARCHIVE = Path(__file__).with_name("practice_case.tar.xz")
"""The text of each log file under its key: packed together it takes a third."""


def folder(base: Path | None = None) -> Path:
    """Return the folder with the log files; unpack them if they are not there yet.

    They are unpacked beside it and moved into place, so that a folder that is there is
    whole, also when two notebooks start at once. ``base`` is the cache folder:
    ``TRAILKIT_CACHE``, else the user's own.
    """
    base = base or cache_folder()
    target = base / f"practice-{version()}"
    if not target.is_dir():
        base.mkdir(parents=True, exist_ok=True)
        unpacked = Path(tempfile.mkdtemp(prefix="practice-", dir=base))
        try:
            unpack(unpacked)
            _move(unpacked, target)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
    return target


def unpack(target: Path) -> int:
    """Write the log files below a folder; return their number."""
    number, day = 0, target
    with tarfile.open(ARCHIVE, "r|xz") as archive:
        for member in archive:
            path = target / member.name
            if path.parent != day:
                day = path.parent
                day.mkdir(parents=True, exist_ok=True)
            text = archive.extractfile(member)
            path.write_bytes(gzipped(text.read() if text else b""))
            number += 1
    return number


def gzipped(text: bytes) -> bytes:
    """Return a log file: gzip without a time or a name, the same on every system."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(text) + deflate.flush()
    ending = zlib.crc32(text).to_bytes(4, "little") + len(text).to_bytes(4, "little")
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + body + ending


def cache_folder() -> Path:
    """Return the folder for what trailkit can make again."""
    chosen = os.environ.get("TRAILKIT_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("trailkit")


@cache
def version() -> str:
    """Return a name for the archive's content."""
    return sha256(ARCHIVE.read_bytes()).hexdigest()[:12]


def _move(unpacked: Path, target: Path) -> None:
    """Move a folder into place, unless another process was quicker."""
    try:
        unpacked.rename(target)
    except OSError:
        if not target.is_dir():
            raise
