"""From a file as received to the text in it: plain, or packed in any usual way.

What unpacks is bounded, by ``unpacked_limit`` and by the size of the file: a file of
some kilobytes can unpack to terabytes. A packed file that was cut gives what it holds.
"""

import bz2
import hashlib
import json
import lzma
import os
import re
import stat
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedReader
from typing import Any, cast

import pyarrow as pa
from isal import igzip_lib, isal_zlib

GZIP = b"\x1f\x8b"
UNPACKED_LIMIT = 1 << 30
"""The bytes that one file may unpack to. CloudTrail's own files stay below 50 MB."""

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
PARQUET = b"PAR1"
_BZIP2, _XZ, _ZSTD = b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
_LZMA = b"\x5d\x00\x00"
PACKED = (GZIP, _BZIP2, _XZ, _ZSTD, _LZMA)
"""How a packed file begins that is unpacked here."""

_UNKNOWN = {
    ZIP: "A zip archive in a packed file",
    b"7z\xbc\xaf\x27\x1c": "A 7z archive",
    b"Rar!\x1a\x07": "A RAR archive",
    b"\x04\x22\x4d\x18": "A file packed with LZ4",
    b"\xff\x06\x00\x00sNaPpY": "A file packed with Snappy",
    b"\x1f\x9d": "A file packed with compress",
    b"LZIP": "A file packed with lzip",
    b"Obj\x01": "An Avro file",
    b"ORC": "An ORC file",
    b"MDMP": "A memory dump",
}

_MANIFEST = b'{"acquired": '
"""How a line of an acquisition's manifest begins, and no log."""

_LAYERS = 3
"""How often a file is unpacked that holds a packed file: tools do pack twice."""

_RATIO, _FLOOR = 200, 1 << 22
"""A file may unpack to this multiple of its size, or to 4 MB if that is more.

Each record has an id of its own, which does not pack: logs stay below sixty times. So
all files together unpack to 200 times their size and 4 MB for each, at most.
"""

PEEK = 4096
_PIECE = 1 << 16
_TAR_BLOCK = 512
_WHITE = b" \t\r\n\x1e"
_JSON = re.compile(rb'[{\[]\s*["{}]')
"""How an object begins, or a list of them, behind whatever label."""

# The stubs of isal call the class an instance.
_ERRORS = (
    cast(type[Exception], igzip_lib.IsalError),
    *(zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, pa.ArrowException),
)


class Skipped(Exception):
    """The file is not a log; the text says what it is."""


class Broken(Exception):
    """The file cannot be read, or not whole; the text says why."""


@dataclass(slots=True)
class Unpacked:
    """The text in a file, with what is odd about the packing.

    ``cut`` is why the text is not whole, ``remark`` what else should be known.
    """

    text: bytes
    cut: str = ""
    remark: str = ""


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

    Anything else is left after a look at its beginning, so that a disk image among the
    logs costs nothing.
    """
    start = file.read(PEEK)
    if not start.startswith((*PACKED, PARQUET)):
        require_log(start)
    # No more is asked for than there is: what is asked for is held free at once.
    size = os.fstat(file.fileno()).st_size
    return within(start + file.read(max(0, min(limit, size) + 1 - len(start))), limit)


def unpack(received: bytes, limit: int) -> Unpacked:
    """Unpack a file, in layers if need be, and return the text as UTF-8."""
    most = min(limit, max(_FLOOR, _RATIO * len(received)))
    done = Unpacked(received)
    for _ in range(_LAYERS):
        if not done.text.startswith(PACKED):
            break
        below = done
        done = _unpack_layer(below.text, most)
        done.cut, done.remark = below.cut or done.cut, below.remark or done.remark
    if done.text.startswith(PACKED):
        raise Broken("Packed too deep: unpack it, and open the case again.")
    if len(done.text) > most:
        within(done.text, limit)
        raise Broken(f"Unpacks to more than {_RATIO} times its size, as no log does.")
    if not done.text.startswith(PARQUET):
        if done.cut and not done.text:
            raise Broken(done.cut)
        require_log(done.text[:PEEK])
        done.text = _as_utf8(done.text)
    return done


def begins_with_tar(start: bytes) -> bool:
    """Return whether unpacked bytes begin like a tar archive."""
    return start[257:262] == b"ustar"


def peek(start: bytes) -> bytes:
    """Unpack the beginning of a packed file, as far as it goes."""
    if start.startswith(GZIP):
        try:
            return isal_zlib.decompressobj(wbits=31).decompress(start, _TAR_BLOCK)
        except _ERRORS:
            return b""
    return _unpack_layer(start, PEEK).text if start.startswith(PACKED) else start


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _unpack_layer(packed: bytes, most: int) -> Unpacked:
    """Unpack one layer, at most a byte more than ``most``."""
    if packed.startswith(GZIP):
        one = isal_zlib.decompressobj(wbits=31)
        try:
            text = one.decompress(packed, most + 1)
        except _ERRORS:
            return _in_pieces(packed, most, _gzip)
        if (one.eof and not one.unused_data) or len(text) > most:
            return Unpacked(text)
        return _in_pieces(packed, most, _gzip)
    return _in_pieces(packed, most, _opener(packed))


def _gzip() -> Any:
    return isal_zlib.decompressobj(wbits=31)


def _opener(packed: bytes) -> Callable[[], Any]:
    if packed.startswith(_BZIP2):
        return bz2.BZ2Decompressor
    return _Zstd if packed.startswith(_ZSTD) else lzma.LZMADecompressor


class _Zstd:
    """Zstandard by way of Arrow, in the manner of Python's decompressors."""

    eof, unused_data = False, b""

    def decompress(self, packed: bytes, most: int) -> bytes:
        """Unpack all frames, as far as they go."""
        stream = pa.CompressedInputStream(pa.BufferReader(packed), "zstd")
        parts: list[bytes] = []
        try:
            while most > 0 and (part := stream.read(min(_PIECE, most))):
                parts.append(part)
                most -= len(part)
            self.eof = True
        except _ERRORS:
            pass  # cut: eof stays False
        return b"".join(parts)


def _in_pieces(packed: bytes, most: int, opener: Callable[[], Any]) -> Unpacked:
    """Unpack piece by piece, members one after the other, and keep what came out."""
    parts: list[bytes] = []
    size, cut, remark, members = 0, "", "", 0
    rest = packed
    while rest and size <= most:
        if members and not rest.startswith((packed[:2], packed[:3])):
            if rest.strip(b"\0"):
                remark = f"{len(rest):,} bytes after the end of the packed file."
            break
        one, at = opener(), 0
        members += 1
        try:
            if opener is _Zstd:
                part = one.decompress(rest, most + 1 - size)
                parts, size, at = [*parts, part], size + len(part), len(rest)
            while at < len(rest) and not one.eof and size <= most:
                piece = rest[at : at + _PIECE]
                at += len(piece)
                part = one.decompress(piece)
                size += len(part)
                parts.append(part)
        except _ERRORS as error:
            cut = f"Broken {_name(packed)}: {error}."
            break
        if not one.eof and size <= most:
            cut = f"Cut short: the {_name(packed)} ends before its end mark."
            break
        rest = one.unused_data + rest[at:] if one.eof else b""
    if members > 1 and not remark:
        remark = f"{members:,} packed files, one after the other."
    return Unpacked(b"".join(parts), cut, remark)


def _name(packed: bytes) -> str:
    names = zip(PACKED, ("gzip", "bzip2", "xz", "Zstandard", "lzma"), strict=True)
    return next(name for magic, name in names if packed.startswith(magic))


def within(data: bytes, limit: int) -> bytes:
    """Return the bytes; raise Broken for more than the limit."""
    if len(data) > limit:
        raise Broken(
            f"Larger than {limit:,} bytes, the limit for one file. To read it, raise "
            "unpacked_limit; it is held in memory while it is read."
        )
    return data


def require_log(start: bytes) -> None:
    """Raise Skipped or Broken unless a text begins like a log.

    That is JSON, JSON behind a label, or the heading of a table of events.
    """
    for magic, what in _UNKNOWN.items():
        if start.startswith(magic):
            raise Broken(f"{what}: unpack it, and open the case again.")
    text = _as_utf8(start, whole=False).lstrip(_WHITE)
    if text.startswith(_MANIFEST):
        raise Skipped("trailkit's own list of the files that it acquired.")
    if text.startswith((b"{", b"[")):
        return
    if not text.strip(_WHITE):
        raise Skipped("Empty.")
    if b"\0" in text or not _may_hold_events(text):
        raise Skipped("No log: neither JSON nor a table of events, packed or plain.")


def _may_hold_events(text: bytes) -> bool:
    heading = text.split(b"\n", 1)[0].lower()
    words = heading.translate(None, b" _-\"'")
    is_table = b"," in words or b"\t" in words
    names = (b"eventname", b"eventid", b"eventdata", b"eventjson", b"message", b"raw")
    return _JSON.search(text) is not None or (
        is_table and any(name in words for name in (*names, b"cloudtrailevent"))
    )


def _as_utf8(text: bytes, whole: bool = True) -> bytes:
    """Remove the byte-order mark; turn UTF-16 and UTF-32 into UTF-8."""
    encoding = json.detect_encoding(text)
    if encoding == "utf-8":
        return text
    if encoding == "utf-8-sig":
        return text.removeprefix(b"\xef\xbb\xbf")
    errors = "surrogatepass" if whole else "ignore"
    try:
        return text.decode(encoding, errors).encode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise Broken(f"Invalid {encoding.upper()} text: {error.reason}.") from error
