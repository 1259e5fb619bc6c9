"""The ways through folders in S3: each step is one request, and says what is left.

S3 gives keys in order, a thousand at a time. Few folders are listed one by one; where
there are many, one request goes through the days of an account and region in a row,
and stops behind the last. Of a tree, the folders are found level by level, until there
are enough to go through at once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import Any, NamedTuple, Protocol

from trailkit.tables.folders import LogFolder
from trailkit.tables.read_plan import FileTree

ListPage = Callable[..., Mapping[str, Any]]
"""Return one page of objects, as S3's ListObjectsV2 does."""

Place = LogFolder | FileTree

_FEW = 1_000
"""As many folders are listed one by one."""

_WIDE = 200
"""In as many parts a tree is gone through, at least."""

NEVER_READ = ("GLACIER", "DEEP_ARCHIVE")
"""What lies there Athena passes over. (Athena User Guide, "Considerations".)"""

_HIDDEN = ("_", ".")


def is_data(key: str) -> bool:
    """Return whether a key names data to Athena: no folder, and nothing hidden.

    >>> [is_data(key) for key in ("2026/1.json.gz", "2026/", "2026/_filling")]
    [True, False, False]
    """
    name = key.rpartition("/")[2]
    return bool(name) and not name.startswith(_HIDDEN)


RETRIEVED = {"STANDARD_IA": 1, "ONEZONE_IA": 1, "GLACIER_IR": 3}
"""Classes out of which S3 bills each gigabyte; the last three times as much."""

KEYS_A_PAGE = 1_000
"""As many keys S3 gives in answer to one LIST."""


class Size(NamedTuple):
    """Files and bytes that a query reads; files in an archive, which it passes over.

    ``gets`` and ``lists`` are the requests to S3 that it takes, ``retrieved`` the bytes
    whose class bills for that.
    """

    files: int = 0
    bytes: int = 0
    archived: int = 0
    gets: int = 0
    lists: int = 0
    retrieved: int = 0

    def plus(self, other: "Size", times: int = 1) -> "Size":
        """Add another one, which is read so many times."""
        return Size(
            self.files + other.files,
            self.bytes + other.bytes * times,
            self.archived + other.archived,
            self.gets + other.gets * times,
            self.lists + other.lists * times,
            self.retrieved + other.retrieved * times,
        )


Sizes = dict[date | None, Size]
"""What lies in the folders of each day; None for files whose place says no day."""


class Example(NamedTuple):
    """A file that a query reads, where it lies, and the day of its folder."""

    bucket: str
    key: str
    day: date | None


class Page(NamedTuple):
    """What one request counted, and what is left to ask for behind it.

    ``examples`` are the first and the last file of each day in it.
    """

    sizes: Sizes
    more: Sequence["PagedListing"] = ()
    examples: Sequence[Example] = ()


class PagedListing(Protocol):
    """A way through folders, as far as it has come."""

    def step(self, list_page: ListPage) -> Page:
        """Send one request, and count what comes."""
        ...


def listings(places: Sequence[Place]) -> Iterator[PagedListing]:
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


def days_apart(places: Sequence[Place]) -> Iterator[PagedListing]:
    """Begin at each day of each folder; a tree is one place, which is not gone down."""
    for place in places:
        if isinstance(place, FileTree):
            yield _Branch(place, place.prefix, _WIDE)
            continue
        for key, day in place.days.items():
            yield _Stretch(place.bucket, place.prefix, {key: day})


def lists_of(places: Sequence[Place], found: Size) -> dict[date | None, int]:
    """Count the LIST requests with which a query finds its files, by day.

    One for each folder, whether or not anything lies in it; those of further pages are
    counted while the folders are listed. An Iceberg table lists nothing.
    """
    counts: dict[date | None, int] = {}
    together = Counter(id(each.days) for each in places if isinstance(each, LogFolder))
    for place in places:
        if isinstance(place, FileTree):
            pages = -(-max(1, found.files + found.archived) // KEYS_A_PAGE)
            counts[None] = counts.get(None, 0) + (pages if place.listed else 0)
        elif folders := together.pop(id(place.days), 0):
            for day in place.days.values():
                counts[day] = counts.get(day, 0) + folders
    return {day: count for day, count in counts.items() if count}


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
    folder: str = ""
    keys: int = 0

    def step(self, list_page: ListPage) -> Page:
        """Count a page of their files; stop behind the last folder."""
        tally = Tally(self.bucket)
        last = self.prefix + next(reversed(self.days))
        page = list_page(**self._request(last))
        at, keys = self.folder, self.keys
        for item in page.get("Contents", ()):
            key: str = item["Key"]
            if key[: len(last)] > last:
                return tally.page()
            folder = key[len(self.prefix) : len(last)]
            if folder in self.days:
                at, keys = folder, keys + 1 if folder == at else 1
                tally.count(self.days[folder], item)
                tally.lists(self.days[folder], keys > 1 and keys % KEYS_A_PAGE == 1)
        following = _following(page)
        more = replace(self, token=following, folder=at, keys=keys)
        return tally.page([more] if following else [])

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
        return _counted(self.tree, page).page(more)


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
        more: list[PagedListing] = [_Branch(self.tree, each, width) for each in below]
        if following := _following(page):
            more.append(replace(self, token=following))
        return _counted(self.tree, page).page(more)


def _from(token: str | None) -> dict[str, str]:
    return {"ContinuationToken": token} if token else {}


def _following(page: Mapping[str, Any]) -> str | None:
    return page["NextContinuationToken"] if page.get("IsTruncated") else None


def _counted(tree: FileTree, page: Mapping[str, Any]) -> "Tally":
    tally = Tally(tree.bucket)
    for item in page.get("Contents", ()):
        if tree.reads(item["Key"]):
            tally.count(tree.day(item["Key"]), item)
    return tally


class Tally:
    """What one page holds: the sizes of its days, and examples of each."""

    def __init__(self, bucket: str) -> None:
        """Begin with nothing."""
        self._bucket = bucket
        self._sizes: Sizes = {}
        self._examples: dict[date | None, tuple[str, str]] = {}

    def count(self, day: date | None, item: Mapping[str, Any]) -> None:
        """Add a file to its day, if Athena looks at it at all."""
        key: str = item["Key"]
        if not is_data(key):
            return
        kept: str = item.get("StorageClass", "STANDARD")
        if kept in NEVER_READ:
            self._add(day, Size(archived=1))
            return
        size: int = item["Size"]
        first, _ = self._examples.get(day, (key, key))
        self._examples[day] = first, key
        retrieved = size * RETRIEVED.get(kept, 0)
        self._add(day, Size(1, size, gets=1, retrieved=retrieved))

    def lists(self, day: date | None, more: bool) -> None:
        """Add a request, where a folder's keys fill another page."""
        if more:
            self._add(day, Size(lists=1))

    def page(self, more: Sequence[PagedListing] = ()) -> Page:
        """Return what was counted, with what is left to ask for."""
        found = [
            Example(self._bucket, key, day)
            for day, keys in self._examples.items()
            for key in dict.fromkeys(keys)
        ]
        return Page(self._sizes, more, found)

    def _add(self, day: date | None, size: Size) -> None:
        self._sizes[day] = self._sizes.get(day, Size()).plus(size)
