"""The folders that log files really lie in: listed level by level, in parallel.

S3 groups keys at a delimiter, so that a level costs one request for each folder above
it, however many files lie below. The days are found at their edges: the first key is
that of the first day, and this month's folders hold the last, unless delivery ended.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from trailkit.aws.access import AT_ONCE
from trailkit.aws.attempts import Attempts
from trailkit.errors import TableError
from trailkit.progress import Say
from trailkit.record import Kind
from trailkit.tables import names
from trailkit.tables.layout import DIGESTS, KINDS, Layout, parse

_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


class Place(NamedTuple):
    """A bucket, and what stands before ``AWSLogs`` in it."""

    bucket: str
    prefix: str


@dataclass(frozen=True, slots=True)
class LogFolder:
    """A folder with log files of one account, kind and region, and its days."""

    layout: Layout
    account: str
    folder: str
    region: str
    first_day: date
    last_day: date

    @property
    def kind(self) -> Kind | None:
        """The kind of record in it; None for digests."""
        return KINDS.get(self.folder)


class _Folder(NamedTuple):
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
    s3: Any,
    places: Iterable[Place],
    attempts: Attempts,
    say: Say,
    partition: str = "aws",
) -> tuple[LogFolder, ...]:
    """Find the folders with log files below each place, sorted.

    What is no account, no kind of log and no region is passed over: a bucket may hold
    other logs too.
    """
    listing = _Listing(s3, attempts, partition)
    pool = ThreadPoolExecutor(AT_ONCE, "trailkit-list")

    def each(
        work: Callable[[_Item], Iterable[_Found]], items: Sequence[_Item]
    ) -> list[_Found]:
        return list(chain.from_iterable(pool.map(work, items)))

    try:
        say("Looking for accounts")
        roots = each(listing.roots, sorted(set(places)))
        accounts = each(listing.accounts, roots)
        say(f"{len(accounts):,} accounts: looking for their kinds of logs")
        kinds = each(listing.kinds, accounts)
        say(f"{len(kinds):,} folders: looking for regions")
        regions = each(listing.regions, kinds)
        say(f"{len(regions):,} folders: looking for first and last days")
        found = each(listing.days, regions)
    finally:
        pool.shutdown(cancel_futures=True)
    return tuple(sorted(found, key=_order))


def _order(folder: LogFolder) -> tuple[str, ...]:
    return folder.layout.root, folder.account, folder.folder, folder.region


class _Listing:
    """The levels, each from the one above it."""

    def __init__(self, s3: Any, attempts: Attempts, partition: str) -> None:
        self._s3, self._attempts, self._partition = s3, attempts, partition

    def roots(self, place: Place) -> Iterable[_Folder]:
        """Give the folder of account trails, and those of organizations."""
        try:
            root = _Folder(Layout(*place))
        except TableError as error:
            self._attempts.leave_out(f"s3://{place.bucket}/{place.prefix}", str(error))
            return
        yield root
        for name in self._below(root):
            if _is(names.organization, name):
                yield _Folder(Layout(*place, organization=name))

    def accounts(self, root: _Folder) -> Iterable[_Folder]:
        """Give the accounts below a root."""
        for name in self._below(root):
            if _is(names.account, name):
                yield root._replace(account=name)

    def kinds(self, account: _Folder) -> Iterable[_Folder]:
        """Give the kinds of logs of an account, digests too."""
        for name in self._below(account):
            if name in (*KINDS, DIGESTS):
                yield account._replace(folder=name)

    def regions(self, kind: _Folder) -> Iterable[_Folder]:
        """Give the regions of a kind."""
        for name in self._below(kind):
            if _is(names.region, name):
                yield kind._replace(region=name)

    def days(self, region: _Folder) -> Iterable[LogFolder]:
        """Give the folder with its first and its last day, if it has any."""
        first, last = self._first_day(region), self._last_day(region)
        if first and last:
            yield LogFolder(*region, first_day=first, last_day=last)

    def _first_day(self, region: _Folder) -> date | None:
        answer = self._list(region.layout.bucket, Prefix=region.key, MaxKeys=1)
        for item in answer.get("Contents", ()):
            if key := parse(item["Key"]):
                return key.day
        return self._edge(region, min)

    def _last_day(self, region: _Folder) -> date | None:
        today = datetime.now(UTC).date()
        month = f"{region.key}{today:%Y/%m}/"
        days = [_day(f"{month}{name}") for name in self._numbers(region, month)]
        known = [day for day in days if day]
        return max(known) if known else self._edge(region, max)

    def _edge(
        self, region: _Folder, choose: Callable[[Sequence[str]], str]
    ) -> date | None:
        """Go down by the first, or the last, of years, months and days."""
        key = region.key
        for _ in range(3):
            numbers = self._numbers(region, key)
            if not numbers:
                return None
            key += f"{choose(numbers)}/"
        return _day(key)

    def _numbers(self, region: _Folder, key: str) -> list[str]:
        below = self._names(region.layout.bucket, key)
        return [name for name in below if name.isdecimal()]

    def _below(self, folder: _Folder) -> list[str]:
        return self._names(folder.layout.bucket, folder.key)

    def _names(self, bucket: str, key: str) -> list[str]:
        """Name the folders right below a key."""
        found: list[str] = []
        more: dict[str, str] = {}
        while True:
            answer = self._list(bucket, Prefix=key, Delimiter="/", **more)
            for each in answer.get("CommonPrefixes", ()):
                found.append(each["Prefix"].removeprefix(key).removesuffix("/"))
            if not answer.get("IsTruncated"):
                return found
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def _list(self, bucket: str, **asked: Any) -> dict[str, Any]:
        call = partial(self._s3.list_objects_v2, Bucket=bucket, **asked)
        on = f"arn:{self._partition}:s3:::{bucket}"
        return self._attempts.ask("s3:ListBucket", on, call, ("NoSuchBucket",)) or {}


def _is(check: Callable[[str], str], name: str) -> bool:
    try:
        check(name)
    except TableError:
        return False
    return True


def _day(key: str) -> date | None:
    """Read the day at the end of a folder's key."""
    try:
        return date.fromisoformat("-".join(key.strip("/").split("/")[-3:]))
    except ValueError:
        return None
