"""Lines of JSON that are only added to: each holds its own hash and the one before.

``hash`` is the SHA-256 of the line without it, written with sorted keys, no blanks and
nothing but ASCII; ``before`` is the hash of the line above, and zeros in the first. So
a changed, missing or moved line is found, and named, by anyone.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import filelock

from trailkit.errors import JournalError
from trailkit.integrity.verify_bundle import FIRST, canonical, read_line

_POLL = 0.005  # seconds; a line takes a few milliseconds
_BLOCK = 65_536


def sealed(content: Mapping[str, Any], line: int, before: str) -> dict[str, Any]:
    """Return a line's content with its number, the hash before, and its own."""
    body = {**content, "line": line, "before": before}
    return {**body, "hash": _hash(body)}


def append(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """Add one line, and return it; other writers wait meanwhile.

    What a crash left of a line is taken up in a line of its own first. Raises
    JournalError for a file that does not end as a journal does, or cannot be written.
    """
    try:
        lock = filelock.FileLock(path.with_name(f".{path.name}.lock"), mode=0o600)
        with lock.acquire(poll_interval=_POLL):
            return _append(path, content)
    except OSError as error:
        raise JournalError(
            f"The journal {path} cannot be written: {error.strerror or error}. Name "
            'another file: case.journal("folder/case.jsonl").'
        ) from None


def _append(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        kept, last, torn = _end(file)
        number, before = _place(path, last)
        os.truncate(file, kept)
        when = {name: content[name] for name in ("at", "who") if name in content}
        contents = [{**when, "what": "repaired", "fragment": torn}, content]
        lines = list[dict[str, Any]]()
        for each in contents if torn else contents[1:]:
            lines.append(sealed(each, number, before))
            number, before = number + 1, lines[-1]["hash"]
        os.lseek(file, 0, os.SEEK_END)
        _write(file, "".join(f"{canonical(each)}\n" for each in lines).encode())
        return lines[-1]
    finally:
        os.close(file)


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]
    os.fsync(file)


def _end(file: int) -> tuple[int, bytes, str]:
    """Return the size that is kept, the last whole line, and the rest of a torn one."""
    size = os.lseek(file, 0, os.SEEK_END)
    start, tail = size, b""
    while start and tail.count(b"\n") < 2:
        start = max(0, start - _BLOCK)
        os.lseek(file, start, os.SEEK_SET)
        tail = _read(file, size - start)
    whole, _, torn = tail.rpartition(b"\n")
    return size - len(torn), whole.rpartition(b"\n")[2], torn.decode("ascii", "replace")


def _read(file: int, size: int) -> bytes:
    data = b""
    while len(data) < size and (more := os.read(file, size - len(data))):
        data += more
    return data


def _place(path: Path, last: bytes) -> tuple[int, str]:
    """Return the number of the next line, and the hash that stands before it."""
    if not last:
        return 1, FIRST
    content, fault = read_line(last)
    if fault or not isinstance(content.get("line"), int):
        raise JournalError(
            f"The last line of {path} is not what a journal ends with: "
            f"{fault or 'it has no number'}. Nothing was added. Keep the file as it is,"
            ' and name another one: case.journal("case-2.jsonl").'
        )
    return content["line"] + 1, content["hash"]


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(body).encode()).hexdigest()
