"""What AWS bills for a question on Athena, from one dated table.

Athena bills by the terabyte that a query scanned: bytes are rounded up to the next
megabyte, each query counts as 10 MB at least, a cancelled one is billed for what it had
scanned, a failed one is free. S3 bills each request, also of a query that failed, and
KMS each Decrypt of a file that is encrypted with a key of its own. (Amazon Athena
pricing, "Additional costs"; Amazon S3 pricing; AWS KMS pricing.)

``prices.csv`` holds the prices by Region, and says of when they are. What a price is
today, only AWS's own pages say; ``tk.athena(price=…)`` wins.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

from trailkit.errors import NotConfigured

DOLLARS_PER_GIGABYTE_OUT = 0.09
"""What leaves AWS for the internet, first tier in us-east-1; into EC2 there, nothing.

From Amazon S3's pricing page, "Data transfer"; the first 100 GB of a month are free.
"""

LISTS_PER_SECOND = 300
"""About so many LIST requests are answered in a second, a few of them at once."""

GIGABYTE = 1024**3
_MEGABYTE = 1024**2
_TERABYTE = 1024**4
_LEAST = 10 * _MEGABYTE
_SIGNS = {"USD": "$", "CNY": "¥"}

Own = float | Mapping[str, float]
"""Prices of one's own: of a terabyte scanned, or several by their names."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one Region, in ``currency``; ``dated`` says of when.

    ``scan`` is for a terabyte, ``get`` and ``list`` for a thousand requests to S3,
    ``decrypt`` for ten thousand to KMS, ``storage`` for a gigabyte and month,
    ``retrieval`` for a gigabyte out of an infrequent-access class of S3.
    """

    currency: str
    dated: str
    scan: float
    get: float
    list: float
    decrypt: float
    storage: float
    retrieval: float

    def scanned(self, count: int) -> float:
        """Work out what Athena bills for a query that scanned so many bytes."""
        return dollars(count, self.scan)

    def say(self, amount: float) -> str:
        """Write an amount for people, in this currency."""
        return say_money(amount, self.currency)


@cache
def _listed() -> Mapping[str, Prices]:
    """Read the table; a name that ends in a hyphen is of all Regions that begin so."""
    text = Path(__file__).with_name("prices.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        row.pop("region"): Prices(
            row.pop("currency"),
            row.pop("dated"),
            *map(float, row.values()),
        )
        for row in csv.DictReader(lines)
    }


def prices_of(region: str, own: Own | None = None) -> Prices:
    """Return a Region's prices, with those of one's own in their place.

    >>> prices_of("sa-east-1").scan, prices_of("cn-north-1").currency
    (9.0, 'CNY')
    >>> prices_of("us-east-1", {"get": 0.0003}).get
    0.0003
    """
    listed = _listed()
    family = next(
        (each for each in listed if each[-1] == "-" and region.startswith(each)), "*"
    )
    found = listed.get(region, listed[family])
    if own is None:
        return found
    mine = own if isinstance(own, Mapping) else {"scan": own}
    _require_known(mine)
    return replace(found, **mine, dated="your own")


def _require_known(own: Mapping[str, float]) -> None:
    names = [each.name for each in fields(Prices) if each.name not in _NOT_PRICES]
    for name, price in own.items():
        if name not in names or price < 0:
            raise NotConfigured(
                f"price={{{name!r}: {price!r}}} is not a price that trailkit knows. "
                f"Write a number for a terabyte scanned, or some of {', '.join(names)}:"
                ' price={"scan": 4.5, "get": 0.0004}.'
            )


_NOT_PRICES = ("currency", "dated")


def dollars(scanned: int, price: float) -> float:
    """Work out what a scan costs at a price for the terabyte.

    >>> round(dollars(0, 5.0), 6), dollars(1024**4, 5.0)
    (4.8e-05, 5.0)
    """
    megabytes = -(-max(scanned, _LEAST) // _MEGABYTE)
    return megabytes * _MEGABYTE / _TERABYTE * price


def list_dollars(requests: int) -> float:
    """Work out what LIST requests to S3 cost, in dollars, in us-east-1.

    >>> list_dollars(100_000)
    0.5
    """
    return requests * prices_of("us-east-1").list / 1000


def egress_dollars(count: int) -> float:
    """Work out what bytes cost that leave AWS, at most, in dollars.

    >>> egress_dollars(1024**3)
    0.09
    """
    return count / 1024**3 * DOLLARS_PER_GIGABYTE_OUT


def say_dollars(amount: float) -> str:
    """Write an amount of dollars for people, never rounded to nothing.

    >>> say_dollars(12.345), say_dollars(0.00005), say_dollars(0)
    ('$12.35', 'less than $0.01', '$0.00')
    """
    return say_money(amount, "USD")


def say_money(amount: float, currency: str) -> str:
    """Write an amount for people, never rounded to nothing.

    >>> say_money(12.345, "CNY"), say_money(0.00005, "CNY")
    ('¥12.35', 'less than ¥0.01')
    """
    sign = _SIGNS[currency]
    return f"less than {sign}0.01" if 0 < amount < 0.01 else f"{sign}{amount:,.2f}"


def say_bytes(count: int) -> str:
    """Write a number of bytes for people.

    >>> say_bytes(512), say_bytes(3 * 1024**3 // 2)
    ('512 bytes', '1.5 GB')
    """
    for unit, size in (("TB", 1024**4), ("GB", 1024**3), ("MB", 1024**2)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count / 1024:.0f} KB" if count >= 1024 else f"{count} bytes"


def say_seconds(seconds: float) -> str:
    """Write a length of time for people, roughly.

    >>> say_seconds(0.2), say_seconds(8), say_seconds(100), say_seconds(40_000)
    ('a second', '8 seconds', '2 minutes', '11 hours')
    """
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:,.0f} seconds" if seconds >= 1.5 else "a second"
