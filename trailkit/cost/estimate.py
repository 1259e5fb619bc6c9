"""What a question will read and cost, said before it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from trailkit.aws.prices import dollars, say_bytes, say_dollars
from trailkit.cost.count_files import add, measure, total_of
from trailkit.cost.s3_listing import Size, Sizes
from trailkit.engines import Engine
from trailkit.lens.compose import RELATIONS
from trailkit.progress import line
from trailkit.scope import Scope
from trailkit.source import Source

_DAYS_NAMED = 5


@runtime_checkable
class Billing(Protocol):
    """An engine that bills by the byte, and can list the files it would read."""

    @property
    def price(self) -> float:
        """Dollars for a terabyte scanned."""
        ...

    @property
    def region(self) -> str:
        """The region of AWS that it works in."""
        ...

    def objects(self, **asked: Any) -> Mapping[str, Any]:
        """List a page of objects in S3, as ListObjectsV2 does."""
        ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a question will read, in log files and bytes, and its price in dollars.

    ``price`` is what a terabyte costs, None where nothing is billed. A file that the
    question reads twice counts twice in the bytes. ``frame`` has a row for each day of
    delivery; files whose place says no day have one without. With ``at_most`` it reads
    less than that; ``notes`` say why, and what else to mind.
    """

    title: str
    scope: Scope
    price: float | None = None
    days: Mapping[date | None, Size] = field(default_factory=Sizes, repr=False)
    at_most: bool = False
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> int:
        """The log files that it reads."""
        return total_of(self.days).files

    @property
    def bytes(self) -> int:
        """The bytes that it reads, as they lie in S3."""
        return total_of(self.days).bytes

    @property
    def archived(self) -> int:
        """The files in an archive (S3 Glacier), which Athena passes over in silence."""
        return total_of(self.days).archived

    @property
    def dollars(self) -> float:
        """The price: megabytes rounded up, at least ten of them."""
        return 0.0 if self.price is None else dollars(self.bytes, self.price)

    @property
    def days_without_files(self) -> list[date]:
        """The days up to today of which not one file is there to read.

        None are named where some files do not say their day.
        """
        if None in self.days:
            return []
        today = datetime.now(UTC).date()
        return [
            day
            for day, size in self.days.items()
            if day and day <= today and not size.files
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
        most = "at most " if self.at_most else ""
        said = [
            f"{self.title}: {most}{self.files:,} log files, {say_bytes(self.bytes)}, "
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
        said += self.notes
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

    Raises what ``source.read_plan`` raises, and AccessRefused without s3:ListBucket
    or glue:GetPartitions.
    """
    if not isinstance(engine, Billing):
        return Estimate(title, scope)
    sizes: Sizes = {}
    plans = {each: source.read_plan(RELATIONS[each].kind, scope) for each in reads}
    found = {each: plan for each, plan in plans.items() if plan is not None}
    if len(found) < len(plans):
        return Estimate(title, scope)
    with line() as say:
        for relation, times in reads.items():
            add(sizes, dict.fromkeys(found[relation].days, Size()))
            add(sizes, measure(found[relation].places, engine.objects, say), times)
    return Estimate(
        title,
        scope,
        engine.price,
        dict(sorted(sizes.items(), key=_undated_last)),
        any(each.at_most for each in found.values()),
        tuple(
            dict.fromkeys(
                note for each in found.values() for note in (*each.gaps, *each.notes)
            )
        ),
    )


def _undated_last(of_day: tuple[date | None, Size]) -> tuple[bool, date]:
    day, _ = of_day
    return day is None, day or date.max


def _listed(days: list[date]) -> str:
    named = ", ".join(map(str, days[:_DAYS_NAMED]))
    more = len(days) - _DAYS_NAMED
    return f"{named} and {more:,} more" if more > 0 else named
