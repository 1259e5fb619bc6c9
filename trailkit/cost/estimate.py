"""What a question will read and cost, said before it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from trailkit.cost.listing import Size, Sizes, measure
from trailkit.cost.price import dollars, say_bytes, say_dollars
from trailkit.engines import Engine
from trailkit.lens import RELATIONS
from trailkit.progress import line
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.source import TableSource

_DAYS_NAMED = 5


@runtime_checkable
class Billing(Protocol):
    """An engine that bills by the byte, and can list the files it would read."""

    @property
    def price(self) -> float:
        """Dollars for a terabyte scanned."""
        ...

    def objects(self, **asked: Any) -> Mapping[str, Any]:
        """List a page of objects in S3, as ListObjectsV2 does."""
        ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a question will read, in log files and bytes, and its price in dollars.

    ``price`` is what a terabyte costs, None where nothing is billed. A file that the
    question reads twice counts twice in the bytes. ``frame`` has a row for each day of
    delivery.
    """

    title: str
    scope: Scope
    price: float | None = None
    days: Mapping[date, Size] = field(default_factory=Sizes, repr=False)

    @property
    def files(self) -> int:
        """The log files that it reads."""
        return sum(size.files for size in self.days.values())

    @property
    def bytes(self) -> int:
        """The bytes that it reads, as they lie in S3."""
        return sum(size.bytes for size in self.days.values())

    @property
    def archived(self) -> int:
        """The files in an archive (S3 Glacier), which Athena passes over in silence."""
        return sum(size.archived for size in self.days.values())

    @property
    def dollars(self) -> float:
        """The price: megabytes rounded up, at least ten of them."""
        return 0.0 if self.price is None else dollars(self.bytes, self.price)

    @property
    def days_without_files(self) -> list[date]:
        """The days up to today of which not one file is there to read."""
        today = datetime.now(UTC).date()
        return [
            day for day, size in self.days.items() if day <= today and not size.files
        ]

    @property
    def frame(self) -> pd.DataFrame:
        """The days of delivery: files, bytes, files in an archive."""
        rows = [(day, *size) for day, size in self.days.items()]
        names = ["day", *Size._fields]
        return pd.DataFrame(rows, columns=names).astype({"day": "datetime64[us]"})

    def __str__(self) -> str:
        """Say it in words."""
        if self.price is None:
            return f"{self.title}: nothing is billed for it here."
        said = [
            f"{self.title}: {self.files:,} log files, {say_bytes(self.bytes)}, "
            f"{say_dollars(self.dollars)} at {say_dollars(self.price)} a terabyte.",
            f"Scope: {self.scope}.",
        ]
        if missing := self.days_without_files:
            said.append(f"Days without any log file: {_listed(missing)}.")
        if self.archived:
            said.append(
                f"{self.archived:,} more lie in S3 Glacier, and Athena does not read "
                "them: restore them, and copy them to S3 Standard, to search them."
            )
        return "\n".join(said)

    __repr__ = __str__


def estimate(
    title: str,
    reads: Mapping[str, int],
    source: Source,
    engine: Engine,
    scope: Scope,
) -> Estimate:
    """Weigh what is read of each relation, so many times, within a scope.

    Raises TableError for a table that does not say where its partitions lie, and
    AccessRefused without s3:ListBucket.
    """
    if not isinstance(engine, Billing) or not isinstance(source, TableSource):
        return Estimate(title, scope)
    days: Sizes = {}
    with line() as say:
        for relation, times in reads.items():
            folders = source.folders(RELATIONS[relation].kind, scope)
            for day, size in measure(folders, engine.objects, say).items():
                days[day] = days.get(day, Size()).plus(size, times)
    return Estimate(title, scope, engine.price, dict(sorted(days.items())))


def _listed(days: list[date]) -> str:
    named = ", ".join(map(str, days[:_DAYS_NAMED]))
    more = len(days) - _DAYS_NAMED
    return f"{named} and {more:,} more" if more > 0 else named
