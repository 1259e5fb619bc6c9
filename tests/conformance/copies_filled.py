"""Copies of the doubled practice tables, filled as an analyst fills them."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq

import trailkit as tk
from tests.conformance.practice_asked import DATABASE
from tests.support.athena_server import ACCOUNT, REGION
from tests.support.sampled import WHOLE
from tests.support.tables_over_logs import NAMES
from tests.test_equal_engines import session

FILLED = ("2026-03-01", "2026-03-19") if WHOLE else ("2026-03-04", "2026-03-13")
"""The first and the last day of the copies."""

WINDOW = (FILLED[0], "2026-03-20" if WHOLE else "2026-03-14")
"""What is asked of them."""


@dataclass(frozen=True)
class Copies:
    """Copies whose names begin with a prefix, in Parquet or Iceberg."""

    prefix: str
    iceberg: bool = False

    def of(self, name: str) -> tk.TableCopy:
        """Return the copy of a table, made of the one with every record twice."""
        return tk.TableCopy(
            f"{DATABASE}_twice.{name}",
            f"{DATABASE}.{self.prefix}{name}",
            f"s3://analysis/{self.prefix}{name}/",
            account=ACCOUNT,
            region=REGION,
            workgroup="dfir",
            iceberg=self.iceberg,
            days=5,
        )

    def fill(
        self,
        name: str = "cloudtrail",
        days: tuple[str, str] = FILLED,
        late: str = "3d",
    ) -> None:
        """Fill a copy."""
        self.of(name).fill_in_account(
            *days, late=late, session=session(), confirm=ACCOUNT
        )

    def fill_all(self) -> None:
        """Fill the copy of every kind of record."""
        for name in NAMES.values():
            self.fill(name)


def lie(folder: Path) -> tuple[float, int]:
    """Return how a copy's rows lie: the part out of order, the rows of a large file.

    Where the pages of two writers meet, a few may stand the wrong way round.
    """
    order = ["event_source", "event_name", "event_time"]
    parts = [
        pq.read_table(path, columns=order, partitioning=None)
        for path in folder.rglob("event_day=*/*/*")
        if not path.name.startswith(".")
    ]
    rows = [[tuple(row.values()) for row in part.to_pylist()] for part in parts]
    neighbours = [pair for part in rows for pair in pairwise(part)]
    wrong = sum(first > second for first, second in neighbours)
    return wrong / len(neighbours), max(map(len, rows))
