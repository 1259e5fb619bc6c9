"""The partitions that a scope lacks, as statements that add them: text, never run here.

For a table to which someone adds partitions by hand, over a trail's folders. With IF
NOT EXISTS a partition that is there already stays as it is. Facts: Athena User Guide,
"ALTER TABLE ADD PARTITION" and "Create a table for CloudTrail logs in Athena using
manual partitioning"; "Service Quotas" for the length of a statement.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from trailkit import clock
from trailkit.errors import ScopeError, TableError
from trailkit.scope import Scope
from trailkit.tables import names
from trailkit.tables.days import TextDays, columns_of, days_between
from trailkit.tables.definition import Definition
from trailkit.tables.keys import Key, template
from trailkit.tables.layout import Layout, beginning, bucket_and_key, parse
from trailkit.tables.partitions import Listed, ListPartitions, Partition, chosen
from trailkit.tables.pruning import pruning, searched_days, searched_regions
from trailkit.tables.table import Table
from trailkit.tables.text import QUERY_TEXT_LIMIT

MOST_FOLDERS = 100_000
"""The most accounts times regions times days of which partitions are written."""

_NUMBERS = ("tinyint", "smallint", "int", "bigint")
_FOLDER = re.compile(r"[A-Za-z0-9_-]+")
"""The name of an account's or a region's folder; a stray blank is in none."""

_EXAMPLES = {"accounts": "111122223333", "regions": "us-east-1"}

Folder = tuple[str, str, date]
"""Account, region and day of delivery."""


@dataclass(slots=True)
class _Seen:
    """What the partitions that are there say: values of each key, and where one lies.

    ``lies_right`` says of a place whether trailkit would look there; ``right`` whether
    one of the partitions does.
    """

    values: dict[str, set[str]]
    lies_right: Callable[[str], bool]
    place: str = ""
    right: bool = False

    def watch(self, listed: Iterable[Listed]) -> Iterator[Listed]:
        """Look at partitions that go by."""
        for values, place in listed:
            for known, value in zip(self.values.values(), values, strict=True):
                known.add(value)
            self.place = place
            self.right = self.right or self.lies_right(place)
            yield values, place


@dataclass(frozen=True, slots=True)
class _Trail:
    """A table over a trail's folders, whose partitions someone adds by hand."""

    table: Table
    definition: Definition
    layout: Layout
    place: dict[str, str | None] = field(repr=False)

    @classmethod
    def of(cls, table: Table, definition: Definition) -> "_Trail":
        """Raise TableError for a table of which trailkit cannot tell the folders."""
        _require_by_hand(table, definition)
        place = beginning(definition.location)
        bucket = place.get("bucket")
        if not bucket:
            raise TableError(
                f"{table.name} lies in {definition.location}, which does not show the "
                "folders of a trail (…/AWSLogs/…): where its partitions belong cannot "
                "be worked out. Add them as those that are there were added."
            )
        layout = Layout(bucket, place["prefix"] or "", place["organization"])
        return cls(table, definition, layout, place)

    @property
    def keys(self) -> dict[str, Key]:
        """What says the account and the region, by what a scope calls them."""
        return {"accounts": self.table.account, "regions": self.table.region}

    def look(self) -> _Seen:
        """Begin to look at the partitions that are there."""
        return _Seen({key: set() for key in self.definition.partitions}, self._is_own)

    def _is_own(self, place: str) -> bool:
        """Return whether a partition lies where this trail has a folder of its kind."""
        bucket, key = bucket_and_key(place)
        found = parse(f"{key}/file")
        if found is None:
            return False
        folder = self.folder(found.account, found.region, found.day)
        return folder == f"s3://{bucket}/{key}/"

    def folder(self, account: str, region: str, day: date) -> str:
        """Return the folder of an account, region and day."""
        return self.layout.folder(self.table.kind, account, region, day)

    def require_own(self, seen: _Seen) -> None:
        """Refuse where no partition that is there lies where trailkit would look."""
        if seen.place and not seen.right:
            example = self.folder("111122223333", "us-east-1", date(2026, 3, 9))
            raise TableError(
                f"By its place, {self.table.name} has folders such as {example}, but "
                f"its partitions lie elsewhere, such as in {seen.place}: where those "
                "that lack belong cannot be worked out. Add them as that one was added."
            )

    def choices(self, what: str, asked: Sequence[str], seen: _Seen) -> Sequence[str]:
        """Return the accounts or regions in scope: named, seen, or of the place."""
        column = self.keys[what].column
        if column is None:
            return self._fixed(what, asked)
        known = sorted(filter(_FOLDER.fullmatch, seen.values[column]))
        if found := asked or known:
            return found
        raise TableError(
            f"{self.table.name} has no partition that says which {what} there are. "
            f'Name them: case.{what}("{_EXAMPLES[what]}").'
        )

    def _fixed(self, what: str, asked: Sequence[str]) -> Sequence[str]:
        """Return the one account or region in whose folder the table lies."""
        role = what.removesuffix("s")
        value = self.place[role]
        if not value:
            raise TableError(
                f"{self.table.name} has no partition key for the {role}, and lies in "
                f"{self.definition.location}, above the folders of several: a "
                "partition has one folder, so none can be written. A table that "
                "works its partitions out: print(case.table.better())."
            )
        return [value] if not asked or value in asked else []


def statements(
    table: Table, definition: Definition, scope: Scope, listed: ListPartitions
) -> list[str]:
    """Write what adds the partitions that a scope lacks, up to today's.

    Each statement is as long as Athena takes. Accounts and regions that the scope does
    not name are those of the partitions that are there. Raises what ``pruning`` raises,
    TableError where trailkit cannot work out a folder, and ScopeError for too many.
    """
    pruning(table, scope)
    trail = _Trail.of(table, definition)
    seen = trail.look()
    listing = seen.watch(listed(definition.full_name, ""))
    there = {_named(trail, each) for each in chosen(table, definition, scope, listing)}
    trail.require_own(seen)
    lacking = (each for each in _wanted(trail, scope, seen) if each not in there)
    head = f"{names.hive(definition.database)}.{names.hive(definition.name)}"
    clauses = (_clause(trail, each, seen) for each in lacking)
    return list(_cut(f"alter table {head} add if not exists", clauses))


def _require_by_hand(table: Table, definition: Definition) -> None:
    """Refuse a table whose partitions come in another way, or that has none."""
    of_days = columns_of(table.days)
    known = {table.account.column, table.region.column, *of_days}
    if table.is_copy:
        why = "is a copy, and grows by tk.TableCopy(…).fill_in_account(…)"
    elif template(definition):
        why = "works its partitions out by itself: none can be missing"
    elif not of_days:
        why = "has no partition key for the day. A better one: case.table.better()"
    elif others := [name for name in definition.partitions if name not in known]:
        why = f'has a partition key "{others[0]}", whose values trailkit cannot tell'
    else:
        return
    raise TableError(f"{table.name} {why}.")


def _wanted(trail: _Trail, scope: Scope, seen: _Seen) -> Iterable[Folder]:
    """Return the folders in scope, of every account, region and day up to today."""
    first, last = searched_days(trail.table, scope)
    days = list(days_between(first, min(last, clock.today())))
    if column := trail.table.region.column:
        seen.values[column].update(scope.regions)
    regions = trail.choices("regions", searched_regions(trail.table, scope), seen)
    accounts = trail.choices("accounts", scope.accounts, seen)
    _require_few(trail.table, len(accounts) * len(regions) * len(days))
    return product(accounts, regions, days)


def _require_few(table: Table, number: int) -> None:
    if number > MOST_FOLDERS:
        raise ScopeError(
            f"In scope are {number:,} folders of {table.name}, by account, region and "
            f"day; {MOST_FOLDERS:,} is the most. Name fewer: "
            'case.accounts("111122223333").regions("us-east-1").'
        )


def _named(trail: _Trail, partition: Partition) -> tuple[str, str, date | None]:
    """Return the account, region and day of a partition, by its keys or its place.

    A table without a key for one of them lies in the folder of one alone.
    """
    named = dict(zip(trail.definition.partitions, partition.values, strict=True))
    account, region = (
        named[key.column] if key.column else trail.place[what.removesuffix("s")] or ""
        for what, key in trail.keys.items()
    )
    return account, region, partition.day


def _clause(trail: _Trail, folder: Folder, seen: _Seen) -> str:
    """Write one partition, with its folder."""
    account, region, day = folder
    columns = [key.column for key in trail.keys.values()]
    values = dict(zip(columns, (account, region), strict=True))
    values |= _day_values(trail.table, day, seen)
    pairs = (
        f"{names.hive(name)} = {_value(values[name], kind)}"
        for name, kind in trail.definition.partitions.items()
    )
    place = trail.folder(account, region, day)
    return f"\n    partition ({', '.join(pairs)}) location {names.hive_text(place)}"


def _value(text: str, kind: str) -> str:
    return str(int(text)) if kind in _NUMBERS else names.hive_text(text)


def _day_values(table: Table, day: date, seen: _Seen) -> dict[str, str]:
    """Write the day as the partitions that are there do; else as CloudTrail does."""
    columns = columns_of(table.days)
    if isinstance(table.days, TextDays):
        [column] = columns
        dashes = any(re.fullmatch(r"\d+-\d+-\d+", each) for each in seen.values[column])
        return {column: f"{day:%Y-%m-%d}" if dashes else f"{day:%Y/%m/%d}"}
    numbers = (day.year, day.month, day.day)
    return {
        column: str(number) if _is_short(seen.values[column]) else f"{number:02}"
        for column, number in zip(columns, numbers, strict=True)
    }


def _is_short(values: set[str]) -> bool:
    """Return whether a number below ten is written without its zero."""
    return any(len(value) == 1 for value in values)


def _cut(head: str, clauses: Iterable[str]) -> Iterator[str]:
    """Put clauses into statements that are as long as Athena takes."""
    parts, size = [head], len(head.encode())
    for clause in clauses:
        more = len(clause.encode())
        if size + more > QUERY_TEXT_LIMIT and len(parts) > 1:
            yield "".join(parts)
            parts, size = [head], len(head.encode())
        parts.append(clause)
        size += more
    if len(parts) > 1:
        yield "".join(parts)
