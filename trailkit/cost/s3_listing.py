"""The ways through folders in S3: each step is one request, and says what is left.

S3 gives keys in order, a thousand at a time. Few folders are listed one by one; where
there are many, one request goes through the days of an account and region in a row,
and stops behind the last. Of a tree, the folders are found level by level, until there
are enough to go through at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import Any, NamedTuple, Protocol

from trailkit.tables.folders import LogFolder
from trailkit.tables.read_plan import FileTree

ListPage = Callable[..., Mapping[str, Any]]
"""Give one page of objects, as S3's ListObjectsV2 does."""

Place = LogFolder | FileTree

_FEW = 1_000
"""As many folders are listed one by one."""

_WIDE = 200
"""In as many parts a tree is gone through, at least."""

_NEVER_READ = ("GLACIER", "DEEP_ARCHIVE")
"""What lies there Athena passes over. (Athena User Guide, "Considerations".)"""

_HIDDEN = ("_", ".")
"""Names that begin so are no data to Athena."""


class Size(NamedTuple):
    """Files and bytes that a query reads; files in an archive, which it passes over."""

    files: int = 0
    bytes: int = 0
    archived: int = 0

    def plus(self, other: "Size", times: int = 1) -> "Size":
        """Add another one, whose bytes are read so many times."""
        return Size(
            self.files + other.files,
            self.bytes + other.bytes * times,
            self.archived + other.archived,
        )


Sizes = dict[date | None, Size]
"""What lies in the folders of each day; None for files whose place says no day."""


class Page(NamedTuple):
    """What one request counted, and what is left to ask for behind it."""

    sizes: Sizes
    more: Sequence["Walk"] = ()


class Walk(Protocol):
    """A way through folders, as far as it has come."""

    def step(self, list_page: ListPage) -> Page:
        """Send one request, and count what comes."""
        ...


def walks(places: Sequence[Place]) -> Iterator[Walk]:
    """Begin everywhere; long stretches of days where there are many of them."""
    folders = [place for place in places if isinstance(place, LogFolder)]
    together = max(1, sum(len(each.days) for each in folders) // _FEW)
    parts: dict[int, list[dict[str, date | None]]] = {}
    for folder in folders:
        which = id(folder.days)  # very many folders may share them
        if which not in parts:
            parts[which] = list(_cut(folder.days, together))
        for part in parts[which]:
            yield _Stretch(folder.bucket, folder.prefix, part)
    for place in places:
        if isinstance(place, FileTree):
            yield _Branch(place, place.prefix)


def days_apart(places: Sequence[Place]) -> Iterator[Walk]:
    """Begin at each day of each folder; a tree is one place, which is not gone down."""
    for place in places:
        if isinstance(place, FileTree):
            yield _Branch(place, place.prefix, _WIDE)
            continue
        for key, day in place.days.items():
            yield _Stretch(place.bucket, place.prefix, {key: day})


def _cut(
    days: Mapping[str, date | None], most: int
) -> Iterator[dict[str, date | None]]:
    """Cut where there are enough, and where the keys would not follow each other."""
    part: dict[str, date | None] = {}
    for key, day in days.items():
        last = next(reversed(part), "")
        if part and (len(part) == most or len(key) != len(last) or key < last):
            yield part
            part = {}
        part[key] = day
    if part:
        yield part


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Folders whose keys follow each other, all of one length."""

    bucket: str
    prefix: str
    days: dict[str, date | None]
    token: str | None = None

    def step(self, list_page: ListPage) -> Page:
        """Count a page of their files; stop behind the last folder."""
        sizes: Sizes = {}
        last = self.prefix + next(reversed(self.days))
        page = list_page(**self._request(last))
        for item in page.get("Contents", ()):
            key: str = item["Key"]
            if key[: len(last)] > last:
                return Page(sizes)
            folder = key[len(self.prefix) : len(last)]
            if folder in self.days:
                _count(sizes, self.days[folder], item)
        following = _following(page)
        return Page(sizes, [replace(self, token=following)] if following else [])

    def _request(self, last: str) -> dict[str, str]:
        """Ask for the keys from the first folder on."""
        first = self.prefix + next(iter(self.days))
        both = zip(first, last, strict=True)
        prefix = "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], both))
        asked = {"Bucket": self.bucket, "Prefix": prefix, "StartAfter": first}
        return asked | _from(self.token)


@dataclass(frozen=True, slots=True)
class _Branch:
    """A folder of a tree, whole: by a page if one is enough, else by what is in it.

    ``width`` says in how many parts the tree is gone through here, about. Where they
    are enough, a folder is listed to its end.
    """

    tree: FileTree
    prefix: str
    width: int = 1
    token: str | None = None

    def step(self, list_page: ListPage) -> Page:
        """Count a page of its files, or go down to its folders."""
        asked = {"Bucket": self.tree.bucket, "Prefix": self.prefix}
        page = list_page(**asked, **_from(self.token))
        following = _following(page)
        if following and self.width < _WIDE:
            return Page({}, [_Level(self.tree, self.prefix, self.width)])
        more = [replace(self, token=following)] if following else []
        return Page(_counted(self.tree, page), more)


@dataclass(frozen=True, slots=True)
class _Level:
    """The folders right below one, and the files beside them."""

    tree: FileTree
    prefix: str
    width: int
    token: str | None = None

    def step(self, list_page: ListPage) -> Page:
        """Count the files right here, and go on into each folder."""
        asked = {"Bucket": self.tree.bucket, "Prefix": self.prefix, "Delimiter": "/"}
        page = list_page(**asked, **_from(self.token))
        below = [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        width = self.width * max(1, len(below))
        more: list[Walk] = [_Branch(self.tree, each, width) for each in below]
        if following := _following(page):
            more.append(replace(self, token=following))
        return Page(_counted(self.tree, page), more)


def _from(token: str | None) -> dict[str, str]:
    return {"ContinuationToken": token} if token else {}


def _following(page: Mapping[str, Any]) -> str | None:
    return page["NextContinuationToken"] if page.get("IsTruncated") else None


def _counted(tree: FileTree, page: Mapping[str, Any]) -> Sizes:
    sizes: Sizes = {}
    for item in page.get("Contents", ()):
        if tree.reads(item["Key"]):
            _count(sizes, tree.day(item["Key"]), item)
    return sizes


def _count(sizes: Sizes, day: date | None, item: Mapping[str, Any]) -> None:
    """Add a file to its day, if Athena looks at it at all."""
    name = item["Key"].rpartition("/")[2]
    if not name or name.startswith(_HIDDEN):
        return
    is_read = item.get("StorageClass") not in _NEVER_READ
    size = Size(1, item["Size"]) if is_read else Size(archived=1)
    sizes[day] = sizes.get(day, Size()).plus(size)
