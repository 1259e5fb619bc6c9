"""The folders that log files really lie in, listed level by level, in parallel.

S3 groups keys at a delimiter, so that a level costs one request for each folder above
it, however many files lie below.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from trailkit.admin.discovery.key_listing import Listing, NotSeen
from trailkit.aws.in_parallel import in_order
from trailkit.errors import TableError
from trailkit.progress import Say
from trailkit.record import Kind
from trailkit.tables import names
from trailkit.tables.layout import DIGESTS, KINDS, Layout

_Item = TypeVar("_Item")


class FolderKey(NamedTuple):
    """A bucket, and what stands before ``AWSLogs`` in it."""

    bucket: str
    prefix: str


@dataclass(frozen=True, slots=True)
class TrailFolder:
    """A folder with log files of one account, kind and region, and its days.

    A day is None where no one has looked for it: there are log files all the same.
    """

    layout: Layout
    account: str
    folder: str
    region: str
    first_day: date | None
    last_day: date | None

    @property
    def kind(self) -> Kind | None:
        """The kind of record in it; None for digests."""
        return KINDS.get(self.folder)

    @property
    def is_seen(self) -> bool:
        """Whether someone has looked for both its days."""
        return self.first_day is not None and self.last_day is not None


class Folder(NamedTuple):
    """A folder above the days, as far as it is known."""

    layout: Layout
    account: str = ""
    folder: str = ""
    region: str = ""

    @property
    def key(self) -> str:
        """Its key in the bucket."""
        parts = [part for part in self[1:] if part]
        root = self.layout.root.removeprefix(f"s3://{self.layout.bucket}/")
        return root + "".join(f"{part}/" for part in parts)


def find_folders(
    listing: Listing, places: Iterable[FolderKey], say: Say
) -> list[Folder]:
    """Find the folders of regions below each place, in the order of their keys.

    What is not an account, a kind of log or a region is passed over: a bucket may hold
    other logs too.
    """
    levels = _Levels(listing)

    def each(
        work: Callable[[_Item], Iterator[Folder]], items: Sequence[_Item], what: str
    ) -> list[Folder]:
        found: list[Folder] = []
        answers = in_order(lambda item: list(work(item)), items)
        for done, below in enumerate(answers, start=1):
            found += below
            say(f"Looking for {what}: {len(found):,} in {done:,} of {len(items):,}")
        return found

    roots = each(levels.roots, sorted(set(places)), "organizations")
    accounts = each(levels.accounts, roots, "accounts")
    kinds = each(levels.kinds, accounts, "kinds of logs")
    regions = each(levels.regions, kinds, "regions")
    return sorted(regions, key=lambda each: (each.layout.bucket, each.key))


class _Levels:
    """The levels, each from the one above it."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    def roots(self, place: FolderKey) -> Iterator[Folder]:
        """Return the folder of account trails, and those of organizations."""
        try:
            root = Folder(Layout(*place))
        except TableError as error:
            thing = f"s3://{place.bucket}/{place.prefix}"
            self._listing.attempts.leave_out(thing, str(error))
            return
        yield root
        for name in self._below(root):
            if _is(names.organization, name):
                yield Folder(Layout(*place, organization=name))

    def accounts(self, root: Folder) -> Iterator[Folder]:
        """Return the accounts below a root."""
        for name in self._below(root):
            if _is(names.account, name):
                yield root._replace(account=name)

    def kinds(self, account: Folder) -> Iterator[Folder]:
        """Return the kinds of logs of an account, digests too."""
        for name in self._below(account):
            if name in (*KINDS, DIGESTS):
                yield account._replace(folder=name)

    def regions(self, kind: Folder) -> Iterator[Folder]:
        """Return the regions of a kind."""
        for name in self._below(kind):
            if _is(names.region, name):
                yield kind._replace(region=name)

    def _below(self, folder: Folder) -> Iterator[str]:
        with suppress(NotSeen):
            yield from self._listing.names(folder.layout.bucket, folder.key)


def _is(check: Callable[[str], str], name: str) -> bool:
    try:
        check(name)
    except TableError:
        return False
    return True
