"""Hash log files as CloudTrail hashes them: the text that they unpack to.

``python -m trailkit.integrity.hash_worker`` reads lists of paths from standard input, a
line of JSON each, and answers each with a line; only ``hashing`` starts it.
"""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from isal import igzip_lib, isal_zlib

_GZIP = b"\x1f\x8b"
_MOST = 1 << 30
# The stubs of isal call the class an instance.
_ERRORS = (cast(type[Exception], igzip_lib.IsalError), EOFError)

UNREAD = "cannot be read"
"""How the reason begins of a file that was not received at all."""

Hashed = tuple[str, str]
"""The hash of a file's text, and what lies behind it; or no hash, and why."""


def open_member(received: bytes) -> tuple[bytes, bytes] | str:
    """Unpack the first packed part of a file: its text, and the bytes behind it.

    A file that is not packed is its own text. Returns why it cannot be unpacked.
    """
    if not received.startswith(_GZIP):
        return received, b""
    one = isal_zlib.decompressobj(wbits=31)
    try:
        text = one.decompress(received, _MOST)
    except _ERRORS as error:
        return f"broken gzip: {error}"
    if not one.eof:
        return "cut short: the gzip ends before its end mark"
    return text, one.unused_data


def hash_file(path: str) -> Hashed:
    """Hash one local file."""
    flags = os.O_RDONLY
    for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            received = file.read()
    except OSError as error:
        return "", f"{UNREAD}: {error.strerror}"
    return hash_bytes(received)


def hash_bytes(received: bytes) -> Hashed:
    """Hash a file as it was received."""
    member = open_member(received)
    if isinstance(member, str):
        return "", member
    text, behind = member
    return hashlib.sha256(text).hexdigest(), in_words(behind)


def in_words(behind: bytes) -> str:
    """Return what lies behind the end of a packed file; nothing for padding.

    >>> in_words(b""), in_words(b"{}"), in_words(bytes(512))
    ('', '2 bytes', '')
    """
    if not behind.strip(b"\0"):
        return ""
    more = ", a second packed part" if behind.startswith(_GZIP) else ""
    return f"{len(behind):,} bytes{more}"


def hash_files(paths: Sequence[str]) -> list[Hashed]:
    """Hash local files one after the other."""
    return [hash_file(path) for path in paths]


def main() -> None:
    """Answer until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        for line in sys.stdin.buffer:
            answer = json.dumps(hash_files(json.loads(line)))
            sys.stdout.write(answer + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
