"""All that AWS bills for a question on Athena, item by item.

Athena bills the bytes. S3 bills each request, also those of a query that failed, and
KMS each Decrypt. (Amazon Athena pricing, "Additional costs".) What stays unknown until
the answer is there is the size of the result.
"""

from dataclasses import dataclass, fields

from trailkit.aws.prices import GIGABYTE, Prices

RESULT_SHARE = 0.01
"""So much of what is scanned a result is taken to be, before it is there."""

_LEAST_RESULT = 100 * 1024
_RESULT_WRITES = 2
"""Athena writes the result and a file of its columns."""

FOOTER_GETS = 2
"""Parquet: its last bytes first, then what a query needs."""

PART_BYTES = 8 * 1024**2
"""A large file in columns is read in parts: Trino's hive.parquet.max-buffer-size."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a query does, in the units that AWS bills.

    ``retrieved`` are bytes out of an infrequent-access class of S3; those out of S3
    Glacier Instant Retrieval, which cost three times as much, count threefold.
    """

    bytes: int = 0
    gets: int = 0
    lists: int = 0
    decrypts: float = 0
    retrieved: int = 0

    @property
    def result_bytes(self) -> int:
        """The size that its result is taken to have, before it is there."""
        return max(_LEAST_RESULT, round(self.bytes * RESULT_SHARE))


@dataclass(frozen=True, slots=True)
class Bill:
    """The amounts of a question, in the currency of its prices."""

    scan: float = 0.0
    gets: float = 0.0
    lists: float = 0.0
    decrypts: float = 0.0
    retrieval: float = 0.0
    results: float = 0.0

    @property
    def beside(self) -> float:
        """What S3 and KMS bill, whether or not the query succeeds."""
        return self.gets + self.lists + self.decrypts + self.retrieval

    @property
    def total(self) -> float:
        """All together."""
        return sum(getattr(self, each.name) for each in fields(self))


def bill(usage: Usage, prices: Prices) -> Bill:
    """Work out what AWS bills; the result is kept for a month.

    >>> from trailkit.aws.prices import prices_of
    >>> found = bill(Usage(80_000_000, 1_000), prices_of("us-east-1"))
    >>> round(found.scan, 6), round(found.gets, 6)
    (0.000367, 0.0004)
    """
    return Bill(
        scan=prices.scanned(usage.bytes),
        gets=usage.gets / 1_000 * prices.get,
        lists=usage.lists / 1_000 * prices.list,
        decrypts=usage.decrypts / 10_000 * prices.decrypt,
        retrieval=usage.retrieved / GIGABYTE * prices.retrieval,
        results=of_result(usage.result_bytes, prices),
    )


def of_result(size: int, prices: Prices) -> float:
    """Work out what a result of so many bytes costs: written, and kept for a month."""
    written = _RESULT_WRITES / 1_000 * prices.list
    return written + size / GIGABYTE * prices.storage


def gets_of(files: int, size: int, in_columns: bool) -> int:
    """Count the GETs that read so many files; one of text is read in one.

    >>> gets_of(1_000, 10**9, False), gets_of(10, 10 * PART_BYTES, True)
    (1000, 30)
    """
    return files * FOOTER_GETS + size // PART_BYTES if in_columns else files
