"""What an acquisition costs, said before a byte is fetched.

Facts: the pricing pages of Amazon S3 ("Requests & data retrievals", "Data transfer")
and AWS KMS; the bucket's owner is billed. Only a HEAD tells which objects take a
Decrypt of KMS, so a few are looked at: log files and digests apart, since until May
2025 a trail's key was for log files alone (CloudTrail User Guide, "Document history").
"""

import math
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from trailkit.aws.in_parallel import in_order
from trailkit.aws.prices import (
    GIGABYTE,
    Prices,
    egress_dollars,
    prices_of,
    say_bytes,
    say_dollars,
)
from trailkit.aws.s3_objects import headers
from trailkit.cost.encryption import MOST_LOOKS, decrypts
from trailkit.cost.s3_listing import RETRIEVED
from trailkit.errors import BudgetExceeded
from trailkit.integrity.acquisition_listing import ListedObject
from trailkit.integrity.digest_chains import is_digest


@dataclass(frozen=True, slots=True)
class AcquisitionPrice:
    """Files and bytes to fetch, calls of KMS, and what they cost in dollars at most.

    ``kms`` are Decrypts, ``retrieved`` bytes out of an infrequent-access class; those
    out of S3 Glacier Instant Retrieval count threefold. Requests have the prices of the
    bucket's Region where that is the session's.
    """

    files: int
    bytes: int
    kms: int = 0
    region: str = "us-east-1"
    retrieved: int = 0

    @property
    def _prices(self) -> Prices:
        return prices_of(self.region)

    @property
    def _parts(self) -> dict[str, float]:
        """Dollars for each part of it."""
        prices = self._prices
        return {
            "requests": self.files / 1_000 * prices.get,
            "egress": egress_dollars(self.bytes),
            "KMS": self.kms / 10_000 * prices.decrypt,
            "retrieval": self.retrieved / GIGABYTE * prices.retrieval,
        }

    @property
    def dollars(self) -> float:
        """All of it; less from within the bucket's Region, where egress is free."""
        return sum(self._parts.values())

    def __str__(self) -> str:
        """Return it in words."""
        said = {name: say_dollars(part) for name, part in self._parts.items()}
        more = f", retrieval {said['retrieval']}" if self.retrieved else ""
        return (
            f"To fetch: {self.files:,} files, {say_bytes(self.bytes)}, at most "
            f"{say_dollars(self.dollars)}: requests {said['requests']}, egress "
            f"{said['egress']} (none within the Region), KMS {said['KMS']}{more}."
        )


def price_of(s3: Any, objects: Iterable[ListedObject], region: str) -> AcquisitionPrice:
    """Price some objects, given in the order of keys; look at a few for their keys."""
    digests, logs = _Spread(), _Spread()
    size = retrieved = 0
    for each in objects:
        (digests if is_digest(each.key) else logs).take(each)
        size += each.size
        retrieved += each.size * RETRIEVED.get(each.storage, 0)
    keyed = sum(_decrypts(s3, each.looks()) for each in (digests, logs))
    files = digests.count + logs.count
    return AcquisitionPrice(files, size, math.ceil(keyed), region, retrieved)


class _Spread:
    """A few objects at even steps out of however many come, and the last one."""

    def __init__(self) -> None:
        self.count, self._step = 0, 1
        self._kept: list[tuple[int, ListedObject]] = []
        self._last: list[tuple[int, ListedObject]] = []

    def take(self, listed: ListedObject) -> None:
        self._last = [(self.count, listed)]
        if not self.count % self._step:
            self._kept += self._last
        if len(self._kept) > MOST_LOOKS:
            self._kept, self._step = self._kept[::2], 2 * self._step
        self.count += 1

    def looks(self) -> list[tuple[int, ListedObject]]:
        """Return those to look at, each with its place in the row of all."""
        return [*dict.fromkeys(self._kept + self._last)]


def _decrypts(s3: Any, looks: Sequence[tuple[int, ListedObject]]) -> float:
    """Count the Decrypts of a row, of which some were looked at.

    Between two of them the greater of theirs counts.
    """

    def look(placed: tuple[int, ListedObject]) -> float:
        said = headers(s3, placed[1].asked)
        return 1.0 if said is None else decrypts(said)

    with closing(in_order(look, looks)) as shares:
        each = [*zip((place for place, _ in looks), shares, strict=True)]
    between = ((b - a) * max(one, two) for (a, one), (b, two) in pairwise(each))
    return sum(between) + sum(share for _, share in each[-1:])


def require_affordable(price: AcquisitionPrice, usd: float | None) -> None:
    """Raise BudgetExceeded for a price above the limit."""
    if usd is not None and price.dollars > usd:
        raise BudgetExceeded(
            f"{price} That is more than usd={usd}, and nothing was fetched. Narrow the "
            "window, or raise usd."
        )
