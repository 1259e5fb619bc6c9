"""What a question will read and cost, said before it runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol, runtime_checkable

import pandas as pd

from trailkit import clock
from trailkit.aws.prices import Prices, prices_of, say_bytes, say_dollars
from trailkit.cost import cost_advice as advice
from trailkit.cost.bill import Bill, Usage, bill, gets_of
from trailkit.cost.count_files import add, measure, total_of
from trailkit.cost.encryption import Encryption, Examples, look
from trailkit.cost.s3_listing import Size, Sizes, lists_of
from trailkit.display.card import Card, Part
from trailkit.engines import Engine
from trailkit.lens.compose import RELATIONS
from trailkit.progress import line
from trailkit.scope import Scope
from trailkit.source import ReadPlan, Source
from trailkit.tables import names

_DAYS_NAMED = 5
_EXAMPLE = "us-east-1"


@runtime_checkable
class Billing(Protocol):
    """An engine that bills by the byte, and can list the files it would read."""

    @property
    def prices(self) -> Prices:
        """The prices of its Region, or of one's own."""
        ...

    @property
    def region(self) -> str:
        """The region of AWS that it works in."""
        ...

    @property
    def reservation(self) -> str | None:
        """The capacity reservation that its workgroup uses; None if none is known."""
        ...

    def objects(self, **asked: Any) -> Mapping[str, Any]:
        """List a page of objects in S3, as ListObjectsV2 does."""
        ...

    def headers(self, **asked: Any) -> Mapping[str, Any]:
        """Return the headers of an object, as HeadObject does; empty if it is gone."""
        ...

    def head(self, url: str) -> bytes:
        """Return the first kilobyte of a log file."""
        ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a question will read, in log files and bytes, and all that AWS bills for it.

    ``prices`` are those of the Region, None where nothing is billed. A file that the
    question reads twice counts twice in the bytes. ``encryption`` is what a look at a
    few files found. ``frame`` has a row for each day of delivery; files whose place
    says no day have one without. With ``at_most`` it reads less than that; ``notes``
    say why, and what else to mind.
    """

    title: str
    scope: Scope
    prices: Prices | None = None
    days: Mapping[date | None, Size] = field(default_factory=Sizes, repr=False)
    at_most: bool = False
    notes: tuple[str, ...] = ()
    encryption: Encryption = field(default_factory=Encryption)

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
    def usage(self) -> Usage:
        """What it does, in the units that AWS bills: bytes, GETs, LISTs, Decrypts."""
        share = self.encryption.share
        return self._usage(sum(s.gets * share(day) for day, s in self.days.items()))

    @property
    def bill(self) -> Bill:
        """What AWS bills, item by item, in the currency of the prices."""
        return bill(self.usage, self.prices) if self.prices else Bill()

    @property
    def dollars(self) -> float:
        """All that is billed, the result kept for a month; in China it is yuan."""
        return self.bill.total

    @property
    def most(self) -> float:
        """The amount that it cannot exceed, but by the size of its result."""
        mixed = self.encryption.mixed
        gets = total_of(self.days).gets
        every = self._usage(gets) if mixed else self.usage
        return bill(every, self.prices).total if self.prices else 0.0

    def in_region(self, region: str) -> "Estimate":
        """Return the same reading at the list prices of a Region of AWS.

        Over local files that is what it would cost on Athena, were they in S3 as a
        trail lays them. Raises TableError for what is no name of a Region.

        >>> import trailkit as tk
        >>> day = tk.demo().window("2026-03-12", "2026-03-13")
        >>> day.estimate("s3/bucket-deletions").in_region("sa-east-1").prices.scan
        9.0
        """
        return replace(self, prices=prices_of(names.region(region)))

    @property
    def days_without_files(self) -> list[date]:
        """The days up to today of which not one file is there to read.

        None are named where some files do not say their day.
        """
        if None in self.days:
            return []
        today = clock.today()
        return [
            day
            for day, size in self.days.items()
            if day and day <= today and not size.files
        ]

    @property
    def frame(self) -> pd.DataFrame:
        """The days of delivery: files, bytes, files in an archive, GETs, LISTs."""
        names = ["files", "bytes", "archived", "gets", "lists"]
        rows = [(day, *size[:5]) for day, size in self.days.items()]
        frame = pd.DataFrame(rows, columns=["day", *names])
        return frame.astype({"day": "datetime64[us]"})

    def say(self, amount: float) -> str:
        """Write an amount of it for people, in its currency."""
        return self.prices.say(amount) if self.prices else say_dollars(amount)

    def __str__(self) -> str:
        """Return it in words."""
        if self.prices is None:
            return "\n".join([*self._at_home(), *self.notes])
        most = "at most " if self.at_most else ""
        said = [
            f"{self.title}: {most}{self.files:,} log files, {say_bytes(self.bytes)}, "
            f"{self.say(self.dollars)}.",
            *advice.items(self.usage, self.bill, self.prices),
            f"Scope: {self.scope}.",
        ]
        if missing := self.days_without_files:
            said.append(f"Days without any log file: {_listed(missing)}.")
        if self.archived:
            said.append(
                f"{self.archived:,} more lie in S3 Glacier, and Athena does not read "
                "them: restore them, and copy them to S3 Standard, to search them."
            )
        said += advice.small_files(self.files, self.usage, self.bill, self.prices)
        said += advice.encrypted(self.encryption)
        said += self.notes
        return "\n".join(said)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        title, *said = str(self).splitlines()
        days = [Part("day by day", self.frame)] if self.days else []
        return Card(title, said, days).html()

    def _at_home(self) -> Iterator[str]:
        """Return that nothing is billed, and what it would cost where something is."""
        yield f"{self.title}: nothing is billed for it here."
        if self.files:
            there = self.in_region(_EXAMPLE)
            yield (
                f"With the same files in S3, Athena would read {self.files:,} of them, "
                f"{say_bytes(self.bytes)}: {there.say(there.dollars)} in {_EXAMPLE}. "
                f'estimate.in_region("{_EXAMPLE}") says of what that is made.'
            )

    def _usage(self, decrypts: float) -> Usage:
        total = total_of(self.days)
        return Usage(total.bytes, total.gets, total.lists, decrypts, total.retrieved)


def estimate(
    title: str,
    reads: Mapping[str, int],
    source: Source,
    engine: Engine,
    scope: Scope,
) -> Estimate:
    """Weigh what is read of each relation, so many times, within a scope.

    It lists the files, and looks at the headers of a few of them. Raises what
    ``source.read_plan`` raises, and AccessRefused without s3:ListBucket or
    glue:GetPartitions.
    """
    if not isinstance(engine, Billing):
        return Estimate(title, scope)
    plans = {each: source.read_plan(RELATIONS[each].kind, scope) for each in reads}
    found = {each: plan for each, plan in plans.items() if plan is not None}
    if len(found) < len(plans):
        return Estimate(title, scope)
    sizes, examples = Sizes(), Examples()
    with line() as say:
        for relation, times in reads.items():
            plan = found[relation]
            add(sizes, dict.fromkeys(plan.days, Size()))
            counted = measure(plan.places, engine.objects, say, examples)
            add(sizes, _requests(plan, counted), times)
    return Estimate(
        title,
        scope,
        engine.prices,
        dict(sorted(sizes.items(), key=_undated_last)),
        any(each.at_most for each in found.values()),
        tuple(
            dict.fromkeys(
                note for each in found.values() for note in (*each.gaps, *each.notes)
            )
        )
        + advice.reserved(engine.reservation),
        look(examples.chosen(), engine.headers),
    )


def _requests(plan: ReadPlan, sizes: Sizes) -> Sizes:
    """Add the requests that are not one for each file: lists, and parts of a file."""
    every = dict(sizes)
    if plan.at_most:
        for day, size in sizes.items():
            every[day] = size._replace(gets=gets_of(size.files, size.bytes, True))
    for day, lists in lists_of(plan.places, total_of(sizes)).items():
        every[day] = every.get(day, Size()).plus(Size(lists=lists))
    return every


def _undated_last(of_day: tuple[date | None, Size]) -> tuple[bool, date]:
    day, _ = of_day
    return day is None, day or date.max


def _listed(days: list[date]) -> str:
    named = ", ".join(map(str, days[:_DAYS_NAMED]))
    more = len(days) - _DAYS_NAMED
    return f"{named} and {more:,} more" if more > 0 else named
