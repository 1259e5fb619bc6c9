"""Log files and digests below a place in S3, as far as in scope, in all versions.

Folders are gone down only where a trail's may lie, and under a window only the days of
delivery are listed. Facts: Amazon S3 API Reference, "ListObjectVersions": it lists the
objects of a bucket without versioning as well, as version "null".
"""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from trailkit.aws.s3_objects import PAYER, versions_page
from trailkit.errors import TableError
from trailkit.integrity.log_names import chain_name, digest_end, log_name
from trailkit.scope import Scope
from trailkit.tables.layout import folders, parse
from trailkit.tables.pruning import delivery_days

_DEEP = 3
"""So many levels above the trails' folders are gone down; then all is listed."""

_PLACE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
_ACCOUNT = re.compile(r"AWSLogs/(?:o-[^/]+/)?(?P<account>[0-9]{12})/$")
_FOLDER = re.compile(r"AWSLogs/(?:o-[^/]+/)?[0-9]{12}/(?P<folder>[^/]+)/$")
_REGION = re.compile(rf"{folders()}$")


class ListedObject(NamedTuple):
    """One version of an object, or a delete marker, as S3 lists it."""

    bucket: str
    key: str
    version: str
    etag: str
    latest: bool
    marker: bool
    size: int
    modified: str
    storage: str

    @property
    def asked(self) -> dict[str, str]:
        """What to ask S3 for: the version that was listed, and no other."""
        asked = {"Bucket": self.bucket, "Key": self.key}
        if self.version != "null":
            return asked | {"VersionId": self.version}
        return asked | {"IfMatch": self.etag}


@dataclass(frozen=True, slots=True)
class WantedObjects:
    """A place in S3, and which accounts, Regions and days of it are wanted."""

    bucket: str
    prefix: str
    scope: Scope

    @classmethod
    def below(cls, place: str, scope: Scope) -> "WantedObjects":
        """Take a place apart: ``s3://bucket/prefix``. Raises TableError for others."""
        match = _PLACE.fullmatch(place)
        if match is None:
            raise TableError(
                f'"{place}" is not a place in S3. Name bucket and prefix: '
                'tk.acquire("s3://bucket/prefix", "evidence/").'
            )
        return cls(match[1], match[2] or "", scope)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last day of delivery; None without a window."""
        return delivery_days(self.scope) if self.scope.bounded else None

    def takes(self, key: str) -> bool:
        """Return whether a key is a log file or a digest, and in scope."""
        found = _said(key)
        if found is None:
            return False
        account, region, day = found
        accounts, regions, days = self.scope.accounts, self.scope.regions, self.days
        return (
            (not accounts or account in accounts)
            and (not regions or region in regions)
            and (days is None or days[0] <= day <= days[1])
        )

    def _goes_down(self, folder: str) -> bool:
        """Return whether anything wanted may lie in a folder."""
        if match := _ACCOUNT.search(folder):
            return not self.scope.accounts or match["account"] in self.scope.accounts
        if match := _REGION.search(folder):
            return not self.scope.regions or match["region"] in self.scope.regions
        match = _FOLDER.search(folder)
        return match is None or match["folder"].startswith("CloudTrail")

    def parts(self, s3: Any) -> Iterator[str]:
        """List the prefixes that hold all that is wanted, and little else."""
        waiting = [(self.prefix, 0)]
        while waiting:
            prefix, level = waiting.pop()
            if _REGION.search(prefix):
                yield from self._days_of(prefix)
            elif (level > _DEEP and "AWSLogs/" not in prefix) or parse(f"{prefix}x"):
                yield prefix
            else:
                below = list(_folders(s3, self.bucket, prefix))
                if not below:
                    yield prefix
                down = level + ("AWSLogs/" not in prefix)
                waiting += [(one, down) for one in below if self._goes_down(one)]

    def _days_of(self, prefix: str) -> Iterator[str]:
        if self.days is None:
            yield prefix
            return
        day, last = self.days
        while day <= last:
            yield f"{prefix}{day:%Y/%m/%d}/"
            day += timedelta(days=1)


def _said(key: str) -> tuple[str, str, date] | None:
    """Return account, Region and day of a log file or a digest."""
    parsed = parse(key)
    if parsed is not None:
        return parsed.account, parsed.region, parsed.day
    name = log_name(key) or chain_name(key)
    if name is None:
        return None
    time = digest_end(key) or getattr(name, "time", None)
    return (name.account, name.region, time.date()) if time else None


def _folders(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    """List the folders right below a prefix."""
    asked = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/", **PAYER}
    while True:
        page = s3.list_objects_v2(**asked)
        for each in page.get("CommonPrefixes", ()):
            yield each["Prefix"]
        if not page.get("IsTruncated"):
            return
        asked["ContinuationToken"] = page["NextContinuationToken"]


@dataclass(slots=True)
class Lister:
    """Pages of all versions below a prefix; for any thread.

    Where versions may not be listed, the current ones are, and ``without_versions``
    says so. ``requests`` counts; ``charged`` says that the requester pays.
    """

    s3: Any
    wanted: WantedObjects
    without_versions: bool = False
    requests: int = 0
    passed_over: int = 0
    charged: bool = False
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def pages(self, prefix: str) -> Iterator[list[ListedObject]]:
        """List what is wanted below a prefix, a page at a time."""
        if not self.without_versions:
            yield from self._versions(prefix)
        if self.without_versions:
            yield from self._current(prefix)

    def _versions(self, prefix: str) -> Iterator[list[ListedObject]]:
        asked: dict[str, str] = {"Bucket": self.wanted.bucket, "Prefix": prefix}
        while True:
            page = versions_page(self.s3, asked)
            if page is None:
                self.without_versions = True
                return
            self.charged |= "RequestCharged" in page
            versions = self._listed(page.get("Versions", ()), marker=False)
            yield versions + self._listed(page.get("DeleteMarkers", ()), marker=True)
            if not page.get("IsTruncated"):
                return
            asked["KeyMarker"] = page["NextKeyMarker"]
            if page.get("NextVersionIdMarker"):
                asked["VersionIdMarker"] = page["NextVersionIdMarker"]

    def _current(self, prefix: str) -> Iterator[list[ListedObject]]:
        asked: dict[str, str] = {"Bucket": self.wanted.bucket, "Prefix": prefix}
        while True:
            page = self.s3.list_objects_v2(**asked, **PAYER)
            self.charged |= "RequestCharged" in page
            yield self._listed(page.get("Contents", ()), marker=False)
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def _listed(
        self, items: Sequence[Mapping[str, Any]], marker: bool
    ) -> list[ListedObject]:
        taken = [each for each in items if self.wanted.takes(each["Key"])]
        with self._counting:
            self.requests += not marker
            self.passed_over += len(items) - len(taken)
        return [
            ListedObject(
                self.wanted.bucket,
                each["Key"],
                each.get("VersionId") or "null",
                each.get("ETag", ""),
                each.get("IsLatest", True),
                marker,
                each.get("Size", 0),
                each["LastModified"].isoformat(),
                each.get("StorageClass", ""),
            )
            for each in taken
        ]
