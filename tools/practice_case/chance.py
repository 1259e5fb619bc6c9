"""Chance, seeded by a name: the same practice case every time, on every machine."""

import random
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

Item = TypeVar("Item")

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Chance(random.Random):
    """A stream of chance. Two streams of the same name give the same.

    Each part of the practice case has a stream of its own, so that a change of one
    part leaves the others as they are. Only the methods below are used: they rest on
    ``random()`` and ``getrandbits()``, which Python keeps stable between versions.

    >>> Chance("routine").uuid() == Chance("routine").uuid()
    True
    """

    def uuid(self) -> str:
        """Return an event or request id."""
        digits = f"{self.getrandbits(128):032x}"
        parts = digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20]
        return "-".join((*parts, digits[20:]))

    def text(self, length: int, alphabet: str = ALPHANUMERIC) -> str:
        """Return letters and digits, such as the end of a log file's name."""
        return "".join(self.choices(alphabet, k=length))

    def key(self, prefix: str = "ASIA") -> str:
        """Return an access key id that ends as in AWS's examples, so no one's."""
        return f"{prefix}{self.text(9, BASE32)}EXAMPLE"

    def between(self, low: int, high: int) -> int:
        """Return a whole number, both bounds included."""
        return low + int(self.random() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        """Return yes with that probability."""
        return self.random() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        """Take one of the items."""
        return items[int(self.random() * len(items))]

    def some(self, items: Sequence[Item], share: float) -> list[Item]:
        """Take about that share of the items, in their order."""
        return [item for item in items if self.random() < share]


@cache
def unique_id(prefix: str, name: str) -> str:
    """Return the unique id that IAM would have made for a user (AIDA) or role (AROA).

    >>> unique_id("AIDA", "arn:aws:iam::444455556666:user/shop-deploy")
    'AIDA...EXAMPLE'
    """
    return f"{prefix}{Chance(name).text(10, BASE32)}EXAMPLE"


def hexadecimal(name: str, length: int = 17) -> str:
    """Return the end of a resource's id, such as that of an instance.

    >>> len(hexadecimal("web-1"))
    17
    """
    return f"{Chance(name).getrandbits(4 * length):0{length}x}"
