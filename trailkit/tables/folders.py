"""The folders in S3 behind the projected partitions that a SELECT within a scope reads.

The table's template says where each partition lies: so they can be listed, and weighed,
before anything is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from math import prod

from trailkit.aws.prices import LISTS_PER_SECOND, list_dollars, say_dollars, say_seconds
from trailkit.errors import ScopeError, TableError
from trailkit.scope import Scope
from trailkit.tables.days import TextDays, columns_of, days_between
from trailkit.tables.definition import Definition
from trailkit.tables.keys import PLACEHOLDER, template
from trailkit.tables.layout import bucket_and_key
from trailkit.tables.projection import Projection
from trailkit.tables.pruning import pruning, searched_days, searched_regions
from trailkit.tables.table import Table

MOST_PLACES = 100_000
"""The most accounts times regions whose folders are listed.

Each takes a request at least.
"""

Values = Mapping[str, str]
"""What stands for each partition key in the template."""


@dataclass(frozen=True, slots=True)
class LogFolder:
    """The folders of one account and one region: how each day goes on from a prefix.

    ``days`` may be shared by many. A day is None where the folder does not say it.
    """

    bucket: str
    prefix: str
    days: Mapping[str, date | None]


def folders(table: Table, definition: Definition, scope: Scope) -> list[LogFolder]:
    """Return the folders of the partitions in scope, one for each account and region.

    Raises what ``pruning`` raises, TableError for folders that trailkit cannot work
    out, and ScopeError for more of them than can be listed.
    """
    pruning(table, scope)
    days = _days(table, definition, scope)
    of_days = columns_of(table.days)
    bucket, key = bucket_and_key(template(definition))
    above = [name for name in PLACEHOLDER.findall(key) if name not in of_days]
    choices = [_values(table, definition, scope, name) for name in dict.fromkeys(above)]
    _require_few(table, [len(values) for values in choices])
    before, after = _cut_at_days(f"{key}/", of_days)
    shared: dict[str, Mapping[str, date | None]] = {}
    found: list[LogFolder] = []
    for chosen in product(*choices):
        place = dict(zip(dict.fromkeys(above), chosen, strict=True))
        rest = _fill(after, place)
        if rest not in shared:
            shared[rest] = {_fill(rest, written): day for day, written in days}
        found.append(LogFolder(bucket, _fill(before, place), shared[rest]))
    return found


def _cut_at_days(key: str, of_days: Sequence[str]) -> tuple[str, str]:
    """Cut before the first key that says the day; else at the end."""
    starts = [key.find(f"${{{name}}}") for name in of_days]
    cut = min((start for start in starts if start >= 0), default=len(key))
    return key[:cut], key[cut:]


def _values(
    table: Table, definition: Definition, scope: Scope, column: str
) -> Sequence[str]:
    """Return what stands for a partition key, other than the day's, in the template."""
    if column == table.account.column:
        values = scope.folders or scope.accounts or table.account.values
    elif column == table.region.column:
        values = searched_regions(table, scope) or table.region.values
    else:
        values = Projection(column, definition.properties).listed()
    if not values:
        raise TableError(
            f"The table {table.name} does not list the values of {column}, so the "
            "folders that a question reads cannot be counted. Name accounts and "
            'regions: case.accounts("111122223333").regions("us-east-1").'
        )
    return values


def _require_few(table: Table, counts: list[int]) -> None:
    places = prod(counts)
    if places > MOST_PLACES:
        raise ScopeError(
            f"In scope are {places:,} folders of {table.name}, by account and region. "
            f"Counting their files takes as many requests to S3, about "
            f"{say_dollars(list_dollars(places))} and "
            f"{say_seconds(places / LISTS_PER_SECOND)}; "
            f"{MOST_PLACES:,} is the most. Name fewer accounts or regions: "
            'case.accounts("111122223333").regions("us-east-1").'
        )


def _days(
    table: Table, definition: Definition, scope: Scope
) -> list[tuple[date | None, Values]]:
    """Return the days in scope, each as the template writes it."""
    columns = columns_of(table.days)
    if not columns:
        return [(None, {})]
    first, last = searched_days(table, scope)
    last = min(last, table.days.last or last)
    every = filter(table.days.look_into, days_between(first, last))
    if isinstance(table.days, TextDays):
        listed = Projection(columns[0], definition.properties).listed_days() or {}
        separator = table.days.separator or "/"
        plain = ((day, str(day).replace("-", separator)) for day in every)
        return [(day, {columns[0]: listed.get(day, text)}) for day, text in plain]
    keys = [Projection(column, definition.properties) for column in columns]
    return [(day, dict(_numbers(keys, day))) for day in every]


def _numbers(keys: list[Projection], day: date) -> Iterable[tuple[str, str]]:
    for key, number in zip(keys, (day.year, day.month, day.day), strict=True):
        yield key.column, key.spelled(number)


def _fill(text: str, values: Values) -> str:
    """Put values in the place of their keys; the other keys stay."""
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
