"""The files at hand, and the way to one that a digest names.

A digest names bucket and key. Of an acquisition and of a bucket both are known; of a
plain copy only the path, which may have lost its folders: then the name of the file,
which CloudTrail uses once, leads to it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol, TypeVar

from trailkit.integrity.hash_worker import Hashed, hash_bytes
from trailkit.integrity.hashing import hash_all
from trailkit.integrity.log_names import base_name
from trailkit.store.archives import entries, kind_of
from trailkit.store.unpack import UNPACKED_LIMIT, Broken, Skipped, open_plain

Say = Callable[[str], None]
_Work = TypeVar("_Work")
_ROOT = "AWSLogs/"


class Held(NamedTuple):
    """One file at hand: where it lies, and what is known of its place in S3.

    ``bucket`` is empty where that is not known; then ``key`` is the path. ``current``
    is False for an older version. ``signature`` is that of the object's metadata.
    ``archive`` is the archive that it lies in.
    """

    path: str
    key: str
    bucket: str = ""
    version: str = ""
    current: bool = True
    signature: str | None = None
    archive: str = ""

    def is_at(self, bucket: str, key: str) -> bool:
        """Return whether it lies where a digest says, as far as that is known."""
        if self.bucket:
            return (self.bucket, self.key) == (bucket, key)
        return below_root(self.key) == below_root(key) or (
            _ROOT not in self.key and base_name(self.key) == base_name(key)
        )


def below_root(key: str) -> str:
    """Return what follows the last ``AWSLogs/`` of a key or a path."""
    return key.replace("\\", "/").rpartition(_ROOT)[2]


class HeldFiles(Protocol):
    """Files that can be read and hashed: in a folder, or in a bucket."""

    @property
    def held(self) -> Sequence[Held]:
        """All of them."""
        ...

    def read(self, wanted: Sequence[Held], say: Say) -> dict[str, bytes]:
        """Read small files, by path; without those that cannot be read."""
        ...

    def hash(self, wanted: Sequence[Held], say: Say) -> dict[str, Hashed]:
        """Hash files as CloudTrail does, by path."""
        ...


class Names:
    """The files by name; the best match for a bucket and key comes first."""

    def __init__(self, held: Iterable[Held]) -> None:
        """Put them in order."""
        self._by_name: dict[str, list[Held]] = defaultdict(list)
        for each in held:
            self._by_name[base_name(each.key)].append(each)

    def find(self, bucket: str, key: str) -> list[Held]:
        """Return what may be the file: that place first, the current version first."""
        found = self._by_name.get(base_name(key), [])
        return sorted(
            (each for each in found if each.is_at(bucket, key)),
            key=lambda each: (not each.current, each.path),
        )

    def named(self, key: str) -> list[Held]:
        """Return the files of that name, wherever they lie."""
        return self._by_name.get(base_name(key), [])


class LocalFiles:
    """Files in folders and archives of this machine."""

    def __init__(self, held: Sequence[Held]) -> None:
        """Take the list of them."""
        self.held = held

    def read(self, wanted: Sequence[Held], say: Say) -> dict[str, bytes]:
        """Read small files, by path; without those that cannot be read."""
        found = self._in_archives(wanted, bytes)
        for each in wanted:
            if not each.archive:
                try:
                    with open_plain(each.path) as file:
                        found[each.path] = file.read()
                except (OSError, Skipped):
                    continue
        return found

    def hash(self, wanted: Sequence[Held], say: Say) -> dict[str, Hashed]:
        """Hash files as CloudTrail does, by path."""
        plain = [each.path for each in wanted if not each.archive]
        return hash_all(plain, say) | self._in_archives(wanted, hash_bytes)

    def _in_archives(
        self, wanted: Sequence[Held], work: Callable[[bytes], _Work]
    ) -> dict[str, _Work]:
        by_archive: dict[str, dict[str, str]] = defaultdict(dict)
        for each in wanted:
            if each.archive:
                name = each.path.removeprefix(f"{each.archive}/")
                by_archive[each.archive][name] = each.path
        found: dict[str, _Work] = {}
        for archive, paths in by_archive.items():
            # What a broken archive held up to there still counts.
            with suppress(OSError, Skipped, Broken), open_plain(archive) as file:
                size = file.seek(0, 2)
                file.seek(0)
                for entry in entries(file, kind_of(file), size):
                    if entry.name in paths and not entry.refused:
                        found[paths[entry.name]] = work(entry.read(UNPACKED_LIMIT))
        return found
