"""How much of a trail one question reads: one account, one region, one day of it.

A trail of 20 accounts, 5 regions and 60 days, of which one region holds half, is listed
in place of S3. For each account, region and day the bytes of the partitions in scope
are set against the bytes of the whole trail. Run: python -m benchmarks.scan
"""

import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import product
from statistics import median
from typing import Any, NamedTuple

from trailkit.cost.count_files import measure
from trailkit.progress import be_silent
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables.folders import folders
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable
from trailkit.tables.table import Table

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(60)]
ACCOUNTS = tuple(f"{number:012d}" for number in range(111122223333, 111122223353))
SHARES = {
    "us-east-1": 4 / 8,
    "eu-west-1": 1 / 8,
    "eu-central-1": 1 / 8,
    "ap-southeast-2": 1 / 8,
    "us-west-2": 1 / 8,
}
"""What part of an account's bytes each region holds."""

BYTES_A_DAY = 40_000_000
"""What an account writes in a day, give or take a fifth."""

A_FILE = 500_000
WANTED = 2_000
"""At the median a question shall read at most this part of the trail."""

TABLE = RawTable(
    "security",
    "cloudtrail",
    Layout("central-logs", organization="o-a1b2c3d4e5"),
    FIRST,
    accounts=ACCOUNTS,
    regions=tuple(SHARES),
)


class Cell(NamedTuple):
    """One account, region and day."""

    account: str
    region: str
    day: date


class Listing:
    """A bucket with a trail in it, which answers as ListObjectsV2 does."""

    def __init__(self, files: Mapping[str, int]) -> None:
        """Take the size of each key."""
        self._sizes = dict(files)
        self._keys = sorted(files)

    def page(self, **asked: str) -> dict[str, Any]:
        """Return the next thousand keys."""
        after = asked.get("ContinuationToken", asked["StartAfter"])
        first = bisect_right(self._keys, after)
        keys = self._keys[first : first + 1_000]
        found = [key for key in keys if key.startswith(asked["Prefix"])]
        more = len(found) == 1_000
        contents = [{"Key": key, "Size": self._sizes[key]} for key in found]
        token = {"NextContinuationToken": found[-1]} if more else {}
        return {"Contents": contents, "IsTruncated": more, **token}


def written() -> Iterator[tuple[str, int]]:
    """Write the trail: the key and the size of each file."""
    chance = random.Random(0)
    for cell in cells():
        left = BYTES_A_DAY * SHARES[cell.region] * chance.uniform(0.8, 1.2)
        folder = TABLE.layout.folder(Kind.EVENT, *cell).partition("central-logs/")[2]
        for number in range(round(left / A_FILE)):
            yield f"{folder}{number:05}.json.gz", A_FILE


def cells() -> Iterator[Cell]:
    """Go through every account, region and day."""
    return (Cell(*cell) for cell in product(ACCOUNTS, SHARES, DAYS))


def read_in(cell: Cell, listing: Listing) -> int:
    """Count the bytes of the partitions that a question on the cell reads."""
    definition = TABLE.definition()
    scope = Scope().window(cell.day, cell.day + timedelta(days=1))
    scope = scope.with_accounts(cell.account).with_regions(cell.region)
    places = folders(Table.of(definition), definition, scope)
    sizes = measure(places, listing.page, be_silent)
    return sum(size.bytes for size in sizes.values())


def main() -> None:
    """Print the median and the worst cell."""
    files = dict(written())
    total, listing = sum(files.values()), Listing(files)
    read = {cell: read_in(cell, listing) for cell in cells()}
    middle = median(read.values())
    worst = max(read, key=lambda cell: read[cell])
    print(f"Trail: {len(files):,} files, {total:,} bytes, {len(read):,} cells")
    print(f"Median cell: 1/{total / middle:,.0f} of the trail (wanted: 1/{WANTED:,})")
    print(f"Worst cell:  1/{total / read[worst]:,.0f}: {' '.join(map(str, worst))}")
    if middle * WANTED > total:
        raise SystemExit("The median cell reads more of the trail than wanted.")


if __name__ == "__main__":
    main()
