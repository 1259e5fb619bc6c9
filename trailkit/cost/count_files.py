"""Files in S3 counted before they are read, page by page and in parallel."""

from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from random import Random

from trailkit.aws.in_parallel import in_order
from trailkit.aws.prices import say_bytes
from trailkit.cost.encryption import Examples
from trailkit.cost.s3_listing import (
    ListPage,
    Page,
    PagedListing,
    Place,
    Size,
    Sizes,
    days_apart,
    listings,
)
from trailkit.progress import Say

_LOOKED = 16
_PAGES = 20


def measure(
    places: Sequence[Place],
    list_page: ListPage,
    say: Say,
    examples: Examples | None = None,
) -> Sizes:
    """Count the files of each day and their bytes; keep ``examples`` of them.

    Ctrl-C stops after the requests under way. Raises what ``list_page`` raises.
    """
    sizes: Sizes = {}
    total = Size()
    for requests, page in enumerate(pages(places, list_page), start=1):
        add(sizes, page.sizes)
        total = total.plus(total_of(page.sizes))
        if examples is not None:
            examples.take(page.examples)
        say(
            f"Listing log files: {total.files:,} files, {say_bytes(total.bytes)} "
            f"in {requests:,} requests"
        )
    return sizes


def sample(places: Sequence[Place], list_page: ListPage) -> Size:
    """Return about how much lies in some places, from a few of their days.

    Of each at most 20 pages are looked at. Which days is chance, but the same for
    the same places. Raises what ``list_page`` raises.
    """
    every = [*days_apart(places)]
    chance = Random(0)  # noqa: S311 - nothing is kept secret by it
    looked = chance.sample(every, min(len(every), _LOOKED))

    def size_of(listing: PagedListing) -> Size:
        seen, pages = Size(), 0
        following: Sequence[PagedListing] = [listing]
        while following and pages < _PAGES:
            page, pages = following[0].step(list_page), pages + 1
            seen, following = seen.plus(total_of(page.sizes)), page.more
        return seen

    seen = [*in_order(size_of, looked)]
    files, size = (sum(each[of] for each in seen) for of in (0, 1))
    share = len(every) / max(1, len(looked))
    return Size(round(files * share), round(size * share))


def add(sizes: Sizes, more: Mapping[date | None, Size], times: int = 1) -> None:
    """Add to the sizes of each day; the bytes of ``more`` are read so many times."""
    for day, size in more.items():
        sizes[day] = sizes.get(day, Size()).plus(size, times)


def total_of(sizes: Mapping[date | None, Size]) -> Size:
    """Add all days up."""
    total = Size()
    for size in sizes.values():
        total = total.plus(size)
    return total


def pages(places: Sequence[Place], list_page: ListPage) -> Generator[Page]:
    """Count page by page, many at once; close it to stop."""
    waiting = _Waiting(listings(places))
    with closing(in_order(lambda each: each.step(list_page), waiting)) as found:
        for page in found:
            waiting.following.extend(page.more)
            yield page


class _Waiting(Iterator[PagedListing]):
    """The listings to go on with: what a page leaves to ask for, then new ones.

    It may be at its end, and go on when another page has come.
    """

    def __init__(self, beginning: Iterator[PagedListing]) -> None:
        self._beginning = beginning
        self.following: deque[PagedListing] = deque()

    def __next__(self) -> PagedListing:
        return self.following.popleft() if self.following else next(self._beginning)
