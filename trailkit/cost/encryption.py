"""How the files of a scope are encrypted, from a look at a few of them.

A list of S3 does not tell it; HEAD does. A file with a KMS key of its own takes a
Decrypt each time it is read; S3 Bucket Keys cut that by up to 99 percent. (S3 User
Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys".)
"""

import heapq
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from trailkit.aws.in_parallel import in_order
from trailkit.cost.s3_listing import Example
from trailkit.errors import AccessRefused

Headers = Callable[..., Mapping[str, Any]]
"""Ask S3 for the headers of a file, as HeadObject does; empty where it is gone."""

MOST_LOOKS = 24
"""So many files are looked at, spread over the days."""

OF_BUCKET_KEYS = 0.01
"""The Decrypts that are left of a hundred, where the bucket has a key of its own."""

_KMS = ("aws:kms", "aws:kms:dsse")


class Examples:
    """A few files of each day, whichever page of a list they come with."""

    def __init__(self) -> None:
        """Begin with none."""
        self._of: dict[date | None, list[tuple[int, Example]]] = {}

    def take(self, some: Iterable[Example]) -> None:
        """Keep those whose key has the least checksum: chance, but the same again."""
        for each in some:
            kept = self._of.setdefault(each.day, [])
            entry = (-zlib.crc32(each.key.encode()), each)
            if len(kept) < MOST_LOOKS:
                heapq.heappush(kept, entry)
            else:
                heapq.heappushpop(kept, entry)

    def chosen(self) -> list[Example]:
        """Return those to look at: of each day as many, or of days at even steps."""
        days = sorted(self._of, key=lambda day: day or date.max)
        if not days:
            return []
        step = max(1, -(-len(days) // MOST_LOOKS))
        each = max(1, MOST_LOOKS // len(days))
        ends = {*days[::step], days[-1]}
        return [
            example
            for day in days
            if day in ends
            for _, example in sorted(self._of[day], reverse=True)[:each]
        ]


Shares = dict[date | None, float]
"""The Decrypts that a GET takes on average, by day."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """What a look found: of each day the Decrypts that a GET takes, on average.

    ``looked`` counts the files, ``encrypted`` those with a KMS key, ``bucket_keys``
    those of them whose bucket spares most Decrypts. ``archived`` are in an archive tier
    of Intelligent-Tiering, which a list does not show. ``unknown`` says why nothing
    could be looked at.
    """

    shares: Mapping[date | None, float] = field(
        default_factory=dict[date | None, float]
    )
    looked: int = 0
    encrypted: int = 0
    bucket_keys: int = 0
    archived: int = 0
    unknown: str | None = None

    @property
    def mixed(self) -> bool:
        """Whether one day has files of both kinds: then the Decrypts are a guess."""
        return any(
            share not in (0, OF_BUCKET_KEYS, 1) for share in self.shares.values()
        )

    def share(self, day: date | None) -> float:
        """Return the Decrypts of a GET; between two days the greater of theirs."""
        if self.unknown:
            return 1.0
        if day in self.shares or day is None:
            return self.shares.get(day, max(self.shares.values(), default=0.0))
        known = sorted(each for each in self.shares if each)
        before = [each for each in known if each < day][-1:]
        after = [each for each in known if each > day][:1]
        return max((self.shares[each] for each in before + after), default=0.0)


def look(examples: Iterable[Example], headers: Headers) -> Encryption:
    """Look at the files; unknown without s3:GetObject."""
    some = list(examples)
    if not some:
        return Encryption()
    try:
        found = list(in_order(lambda at: headers(Bucket=at[0], Key=at[1]), some))
    except AccessRefused as error:
        return Encryption(unknown=str(error))
    pairs = [(at.day, told) for at, told in zip(some, found, strict=True) if told]
    tolds = [told for _, told in pairs]
    return Encryption(
        shares=_shares(pairs),
        looked=len(pairs),
        encrypted=sum(map(_is_kms, tolds)),
        bucket_keys=sum(_is_kms(told) and _has_bucket_key(told) for told in tolds),
        archived=sum(bool(told.get("ArchiveStatus")) for told in tolds),
    )


def _shares(
    pairs: list[tuple[date | None, Mapping[str, Any]]],
) -> Shares:
    shares: Shares = {}
    for day, group in groupby(pairs, key=lambda pair: pair[0]):
        each = [decrypts(told) for _, told in group]
        shares[day] = sum(each) / len(each)
    return shares


def decrypts(told: Mapping[str, Any]) -> float:
    """Return the Decrypts that a GET of a file takes, by its headers.

    >>> decrypts({"ServerSideEncryption": "aws:kms"}), decrypts({})
    (1.0, 0.0)
    """
    if not _is_kms(told):
        return 0.0
    return OF_BUCKET_KEYS if _has_bucket_key(told) else 1.0


def _is_kms(told: Mapping[str, Any]) -> bool:
    return told.get("ServerSideEncryption") in _KMS


def _has_bucket_key(told: Mapping[str, Any]) -> bool:
    return bool(told.get("BucketKeyEnabled"))
