"""Files in S3 counted before they are read, in parallel, by the folders they lie in.

S3 gives keys in order, a thousand at a time. Few folders are listed one by one; where
there are many, one request goes through the days of an account and region in a row,
and stops behind the last.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import takewhile
from random import Random
from threading import Event
from typing import Any, NamedTuple

from trailkit.cost.price import say_bytes
from trailkit.progress import Say
from trailkit.tables.folders import LogFolder

ListPage = Callable[..., Mapping[str, Any]]
"""Give one page of objects, as S3's ListObjectsV2 does."""

_AT_ONCE = 16
_FEW = 1_000
"""As many folders are listed one by one."""

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


Sizes = dict[date, Size]
"""What lies in the folders of each day; a day without any file is there too."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Folders whose keys follow each other, all of one length."""

    bucket: str
    days: dict[str, date]

    @property
    def last(self) -> str:
        """The last folder."""
        return next(reversed(self.days))

    def request(self) -> dict[str, str]:
        """Ask for the keys from the first folder on."""
        first = next(iter(self.days))
        both = zip(first, self.last, strict=True)
        prefix = "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], both))
        return {"Bucket": self.bucket, "Prefix": prefix, "StartAfter": first}


def measure(folders: Sequence[LogFolder], list_page: ListPage, say: Say) -> Sizes:
    """Count the files of each day and their bytes.

    Ctrl-C stops after the requests under way. Raises what ``list_page`` raises.
    """
    stretches = list(_stretches(folders))
    sizes: Sizes = {day: Size() for each in folders for day in each.days.values()}
    stop, total = Event(), Size()
    pool = ThreadPoolExecutor(_AT_ONCE, "trailkit-list")
    try:
        waiting = [pool.submit(_measure, each, list_page, stop) for each in stretches]
        for done, future in enumerate(as_completed(waiting), start=1):
            for day, size in future.result().items():
                sizes[day] = sizes[day].plus(size)
                total = total.plus(size)
            say(
                f"Listing log files: {done:,} of {len(stretches):,} places, "
                f"{total.files:,} files, {say_bytes(total.bytes)}"
            )
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
    return sizes


def sample(folders: Sequence[LogFolder], list_page: ListPage) -> int:
    """Say about how many bytes lie in folders, from a page of a few of them.

    Which ones is chance, but the same for the same folders. Raises what ``list_page``
    raises.
    """
    every = [
        _Stretch(each.bucket, {key: day})
        for each in folders
        for key, day in each.days.items()
    ]
    chance = Random(0)  # noqa: S311 - nothing is kept secret by it
    looked = chance.sample(every, min(len(every), _AT_ONCE))
    with ThreadPoolExecutor(_AT_ONCE, "trailkit-look") as pool:
        seen = sum(pool.map(partial(_first_page, list_page), looked))
    return seen * len(every) // max(1, len(looked))


def _first_page(list_page: ListPage, stretch: _Stretch) -> int:
    """Weigh the files on the first page of a stretch."""
    page = list_page(**stretch.request())
    return sum(item["Size"] for item in page.get("Contents", ()))


def _stretches(folders: Sequence[LogFolder]) -> Iterator[_Stretch]:
    """Cut the days of each folder into stretches: long ones where there are many."""
    together = max(1, sum(len(each.days) for each in folders) // _FEW)
    for folder in folders:
        for days in _cut(folder.days, together):
            yield _Stretch(folder.bucket, days)


def _cut(days: Mapping[str, date], most: int) -> Iterator[dict[str, date]]:
    """Cut where there are enough, and where the keys would not follow each other."""
    part: dict[str, date] = {}
    for key, day in days.items():
        last = next(reversed(part), "")
        if part and (len(part) == most or len(key) != len(last) or key < last):
            yield part
            part = {}
        part[key] = day
    yield part


def _measure(stretch: _Stretch, list_page: ListPage, stop: Event) -> Sizes:
    """Count the files of a stretch, page by page."""
    sizes: Sizes = {}
    for day, item in _items(stretch, list_page, stop):
        is_read = item.get("StorageClass") not in _NEVER_READ
        size = Size(1, item["Size"]) if is_read else Size(archived=1)
        sizes[day] = sizes.get(day, Size()).plus(size)
    return sizes


def _items(
    stretch: _Stretch, list_page: ListPage, stop: Event
) -> Iterator[tuple[date, Mapping[str, Any]]]:
    """Go through the files of a stretch, each with the day of its folder."""
    request = stretch.request()
    last = stretch.last
    while not stop.is_set():
        page = list_page(**request)
        for item in page.get("Contents", ()):
            key: str = item["Key"]
            if key[: len(last)] > last:
                return
            day = stretch.days.get(key[: len(last)])
            if day and not key.endswith("/") and not _name(key).startswith(_HIDDEN):
                yield day, item
        if not page.get("IsTruncated"):
            return
        request["ContinuationToken"] = page["NextContinuationToken"]


def _name(key: str) -> str:
    return key.rpartition("/")[2]
