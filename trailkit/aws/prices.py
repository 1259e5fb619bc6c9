"""What AWS bills: Athena by the terabyte that a query scanned, S3 by the request.

From Amazon Athena's pricing page: bytes are rounded up to the next megabyte, each query
counts as 10 MB at least, a cancelled one is billed for what it had scanned, a failed
one is free.
"""

DOLLARS_PER_TERABYTE = {
    "af-south-1": 6.00,
    "ap-east-1": 5.50,
    "ap-northeast-3": 6.00,
    "ap-southeast-2": 5.75,
    "ca-central-1": 5.50,
    "eu-south-1": 5.25,
    "eu-west-3": 7.00,
    "me-south-1": 6.50,
    "sa-east-1": 9.00,
    "us-west-1": 6.75,
}
"""The regions whose price is not that of us-east-1, on 13 December 2022.

What a price is today, only AWS's own page says; ``AthenaEngine(price=…)`` wins.
"""

DOLLARS_PER_THOUSAND_LISTS = 0.005
"""S3's price for LIST requests in us-east-1; a few regions take somewhat more.

From Amazon S3's pricing page, "Requests & data retrievals", S3 Standard: the
price of 2025. What it is today, only the page says. The bucket's owner is billed.
"""

LISTS_PER_SECOND = 300
"""About so many LIST requests are answered in a second, a few of them at once."""

_ELSEWHERE = 5.00
_MEGABYTE = 1024**2
_TERABYTE = 1024**4
_LEAST = 10 * _MEGABYTE


def per_terabyte(region: str) -> float:
    """Give a region's price for a terabyte, in dollars.

    >>> per_terabyte("us-east-1"), per_terabyte("sa-east-1")
    (5.0, 9.0)
    """
    return DOLLARS_PER_TERABYTE.get(region, _ELSEWHERE)


def dollars(scanned: int, price: float) -> float:
    """Work out what a scan costs at a price for the terabyte.

    >>> round(dollars(0, 5.0), 6), dollars(1024**4, 5.0)
    (4.8e-05, 5.0)
    """
    megabytes = -(-max(scanned, _LEAST) // _MEGABYTE)
    return megabytes * _MEGABYTE / _TERABYTE * price


def list_dollars(requests: int) -> float:
    """Work out what LIST requests to S3 cost, in dollars.

    >>> list_dollars(100_000)
    0.5
    """
    return requests * DOLLARS_PER_THOUSAND_LISTS / 1000


def say_dollars(amount: float) -> str:
    """Write an amount for people, never rounded to nothing.

    >>> say_dollars(12.345), say_dollars(0.00005), say_dollars(0)
    ('$12.35', 'less than $0.01', '$0.00')
    """
    return "less than $0.01" if 0 < amount < 0.01 else f"${amount:,.2f}"


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
