"""The files in a zip or a tar archive, read one after the other.

Two entries of one name are two files. What all entries together unpack to is bounded by
the size of the archive.
"""

import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from typing import IO, Any

import pyarrow as pa

from trailkit.store.unpack import (
    EMPTY_ZIP,
    PACKED,
    PEEK,
    ZIP,
    Broken,
    begins_with_tar,
    peek,
    within,
)
from trailkit.store.walk import BAD_NAME, is_plain

_RATIO, _FLOOR = 200, 1 << 30
"""Entries may unpack to this multiple of the archive, or to 1 GB if that is more."""

_DEPTH = 2
"""Archives in an archive that are opened, one in the other."""

_INNER_LIMIT = 1 << 28
"""An archive in an archive is held in memory: at most so many bytes are."""

_ARCHIVE = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz|zst|lzma))\Z", re.I)

_MOST = 1_000_000
"""Entries of one archive that are read."""

_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError),
    *(RuntimeError, NotImplementedError, ValueError, pa.ArrowException),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive: a name that no other has, its size, and how to read it.

    ``refused`` says why it is not read.
    """

    name: str
    size: int
    read: Callable[[int], bytes]
    refused: str = ""


def kind_of(file: IO[bytes]) -> str:
    """Return ``zip``, ``tar`` or no text, by the beginning of a file."""
    start = file.read(PEEK)
    file.seek(0)
    if start.startswith((ZIP, EMPTY_ZIP)):
        return "zip"
    return "tar" if begins_with_tar(peek(start)) else ""


def entries(file: BufferedReader, kind: str, size: int) -> Iterator[Entry]:
    """List the files in an archive, in its order; each is read before the next.

    An archive in it is opened too, its files below its name. Raises Broken where the
    archive breaks off.
    """
    names: dict[str, int] = {}
    left = max(_FLOOR, _RATIO * size)
    try:
        for count, (name, length, read) in enumerate(_nested(file, kind, _DEPTH)):
            if count == _MOST:
                raise Broken(f"An archive with more than {_MOST:,} entries.")
            left -= length
            if left < 0:
                raise Broken(
                    f"Its files unpack to more than {_RATIO} times its size, as no "
                    "logs do."
                )
            plain = is_plain(name)
            unique = _unique(name if plain else ascii(name), names)
            yield Entry(unique, length, _guarded(read), "" if plain else BAD_NAME)
    except _BROKEN as error:
        raise Broken(f"Broken {kind} archive: {error}.") from error


def _unique(name: str, names: dict[str, int]) -> str:
    """Number a name that was there before: ``a.json``, ``a.json (2)``."""
    names[name] = names.get(name, 0) + 1
    if names[name] == 1:
        return name
    return _unique(f"{name} ({names[name]})", names)


_Listed = Iterator[tuple[str, int, Callable[[int], bytes]]]


def _nested(file: IO[bytes], kind: str, depth: int) -> _Listed:
    """List the files in an archive, and those in the archives in it."""
    for name, length, read in _listed(file, kind):
        inner = _inner(name, length, read) if depth else None
        if inner is None:
            yield name, length, read
            continue
        inside = _nested(inner, kind_of(inner), depth - 1)
        try:
            for below, size, read_below in inside:
                yield f"{name}/{below}", size, read_below
        except _BROKEN as error:
            yield name, length, _failing(f"Broken archive: {error}.")


def _inner(name: str, length: int, read: Callable[[int], bytes]) -> IO[bytes] | None:
    """Open an entry that is an archive by its name and its beginning."""
    if not _ARCHIVE.search(name) or length > _INNER_LIMIT:
        return None
    try:
        held = BytesIO(read(_INNER_LIMIT))
    except _BROKEN:
        return None
    return held if kind_of(held) else None


def _failing(why: str) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:  # noqa: ARG001 - as every reader
        raise Broken(why)

    return read


def _listed(file: IO[bytes], kind: str) -> _Listed:
    return _in_zip(file) if kind == "zip" else _in_tar(file)


def _in_zip(file: IO[bytes]) -> _Listed:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield info.filename, info.file_size, _zip_reader(archive, info)


def _zip_reader(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo
) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        with archive.open(info) as opened:
            return opened.read(most)

    return read


def _in_tar(file: IO[bytes]) -> _Listed:
    start = file.read(PEEK)
    file.seek(0)
    with tarfile.open(fileobj=_stream(file, start), mode="r|") as archive:
        for info in archive:
            if info.isreg():
                yield info.name, info.size, _tar_reader(archive, info)


def _tar_reader(
    archive: tarfile.TarFile, info: tarfile.TarInfo
) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        opened = archive.extractfile(info)
        return opened.read(most) if opened else b""

    return read


def _stream(file: IO[bytes], start: bytes) -> IO[bytes]:
    if not start.startswith(PACKED):
        return file
    names = dict(zip(PACKED, ("gzip", "bz2", "xz", "zstd", "xz"), strict=True))
    name = next(name for magic, name in names.items() if start.startswith(magic))
    return _opened(file, name)


def _opened(file: IO[bytes], name: str) -> Any:
    if name == "xz":
        import lzma

        return lzma.LZMAFile(file)
    return pa.CompressedInputStream(pa.PythonFile(file, mode="r"), name)


def _guarded(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Raise Broken for what goes wrong with one entry."""

    def guarded(limit: int) -> bytes:
        try:
            received = read(limit + 1)
        except _BROKEN as error:
            raise Broken(f"Broken in the archive: {error}.") from error
        if received.startswith((ZIP, EMPTY_ZIP)) or begins_with_tar(
            peek(received[:PEEK])
        ):
            raise Broken("An archive in an archive: unpack the outer one.")
        return within(received, limit)

    return guarded
