"""From a file as received to the text in it: plain, gzip, or a member of a zip."""

import gzip
import hashlib
import io
import json
import os
import stat
import zipfile
import zlib
from io import BufferedReader
from typing import cast

from isal import igzip, igzip_lib, isal_zlib

GZIP = b"\x1f\x8b"
UNPACKED_LIMIT = 1 << 30
"""The bytes that one file may unpack to. CloudTrail's own files stay below 50 MB."""

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"

# The stubs of isal call the class an instance.
_GZIP_ERRORS = (gzip.BadGzipFile, cast(type[Exception], igzip_lib.IsalError))

_LAYERS = 3
"""How often a file is unpacked that holds a packed file: tools do pack twice."""

_PEEK = 4096
_WHITE = b" \t\r\n"


class Skipped(Exception):
    """The file is no log; the text says what it is."""


class Broken(Exception):
    """The file cannot be read; the text says why."""


def open_plain(path: str) -> BufferedReader:
    """Open a regular file to read, and nothing else.

    What was a file when the folder was listed may be a link or a pipe by now.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Skipped("Not a regular file any more.")
    return os.fdopen(descriptor, "rb")


def receive(file: BufferedReader, limit: int) -> bytes:
    """Read the bytes of a file that may be a log, at most ``limit``.

    A log begins like JSON or gzip; anything else is left after a glance at it, so that
    a disk image among the logs costs nothing.
    """
    start = file.read(_PEEK)
    if not start.startswith((GZIP, ZIP)) and not _may_be_json(start):
        raise Skipped(_what_it_is(start))
    received = start + file.read(max(0, limit + 1 - len(start)))
    _within(received, limit)
    return received


def unpack(received: bytes, limit: int) -> bytes:
    """Unpack gzip, in layers if need be, and return the text as UTF-8.

    Stops at ``limit`` bytes: a file of some kilobytes can unpack to terabytes.
    """
    text = received
    for _ in range(_LAYERS):
        if not text.startswith(GZIP):
            break
        text = _gunzip(text, limit)
    if not _may_be_json(text[:_PEEK]):
        raise Skipped(_what_it_is(text[:_PEEK]))
    return _as_utf8(text)


def open_zip(file: BufferedReader) -> zipfile.ZipFile:
    """Open a zip archive."""
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise Broken(f"Broken zip archive: {error}.") from error


def receive_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int
) -> bytes:
    """Read a member of an archive, at most ``limit`` bytes of it."""
    try:
        with archive.open(member) as file:
            received = file.read(limit + 1)
    except (RuntimeError, NotImplementedError) as error:
        raise Broken(f"Cannot be unzipped: {error}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise Broken(f"Broken in the zip archive: {error}.") from error
    if received.startswith((ZIP, EMPTY_ZIP)):
        raise Skipped("A zip archive in a zip archive: unzip the outer one.")
    return _within(received, limit)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _gunzip(packed: bytes, limit: int) -> bytes:
    """Unpack a gzip file, at most ``limit`` bytes of it."""
    try:
        one = isal_zlib.decompressobj(wbits=31)
        text = one.decompress(packed, limit + 1)
        if not one.eof or one.unused_data:
            text = _gunzip_members(packed, limit)
    except EOFError as error:
        raise Broken("Cut short: the gzip ends before its end mark.") from error
    except _GZIP_ERRORS as error:
        raise Broken(f"Broken gzip: {error}.") from error
    return _within(text, limit)


def _gunzip_members(packed: bytes, limit: int) -> bytes:
    """Unpack several members, or find out what is wrong with one."""
    with igzip.IGzipFile(fileobj=io.BytesIO(packed)) as file:
        return file.read(limit + 1)


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise Broken(
            f"Larger than {limit:,} bytes, the limit for one file. To read it, raise "
            "unpacked_limit; it is held in memory while it is read."
        )
    return data


def _may_be_json(start: bytes) -> bool:
    text = _as_utf8(start, whole=False).lstrip(_WHITE)
    return text.startswith((b"{", b"["))


def _as_utf8(text: bytes, whole: bool = True) -> bytes:
    """Take the byte-order mark off; turn UTF-16 and UTF-32 into UTF-8."""
    encoding = json.detect_encoding(text)
    if encoding == "utf-8":
        return text
    if encoding == "utf-8-sig":
        return text.removeprefix(b"\xef\xbb\xbf")
    errors = "surrogatepass" if whole else "ignore"
    try:
        return text.decode(encoding, errors).encode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise Broken(f"No valid {encoding.upper()} text: {error.reason}.") from error


def _what_it_is(start: bytes) -> str:
    if not start.strip(_WHITE):
        return "Empty."
    return "No log: neither JSON nor gzip nor zip."
