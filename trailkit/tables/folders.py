"""The folders in S3 behind the partitions that a SELECT within a scope reads.

Where a table projects its partitions, its template says where each of them lies: so
they can be listed, and weighed, before anything is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from trailkit.errors import TableError
from trailkit.scope import Scope
from trailkit.tables.days import TextDays
from trailkit.tables.definition import Definition
from trailkit.tables.keys import PLACEHOLDER, Key, places
from trailkit.tables.projection import Projection
from trailkit.tables.pruning import delivery_days, pruning, searched_regions
from trailkit.tables.table import Table


@dataclass(frozen=True, slots=True)
class LogFolder:
    """The folders of one account and one region: what each day's keys begin with."""

    bucket: str
    days: Mapping[str, date]


def folders(table: Table, definition: Definition, scope: Scope) -> list[LogFolder]:
    """Give the folders of the partitions in scope, one for each account and region.

    Raises what ``pruning`` raises, and TableError for a table that does not say where
    its partitions lie.
    """
    pruning(table, scope)
    named = {role: _columns(definition, role) for role in ("account", "region", "day")}
    template = definition.properties["storage.location.template"]
    _require_known(table, template, [name for each in named.values() for name in each])
    accounts = _values(table, table.account, scope.accounts, named["account"])
    regions = _values(
        table, table.region, searched_regions(table, scope), named["region"]
    )
    days = _days(table, definition, named["day"], scope)
    return [
        _folder(template, dict(account) | dict(region), days)
        for account, region in product(accounts, regions)
    ]


def _columns(definition: Definition, role: str) -> list[str]:
    """Give the partition keys in the place of a role; a fixed folder has none."""
    found = places(definition)
    if role not in found:
        raise TableError(
            f"The table {definition.database}.{definition.name} does not say where its "
            "partitions lie (storage.location.template), so what a question reads "
            "cannot be counted before. trailkit.tables.ddl.create_table writes a table "
            "over the same files that does; making one copies nothing."
        )
    return PLACEHOLDER.findall(found[role])


def _require_known(table: Table, template: str, known: list[str]) -> None:
    for name in PLACEHOLDER.findall(template):
        if name not in known:
            raise TableError(
                f"The table {table.name} has folders by {name}, and trailkit does not "
                "know which of them a question reads: it cannot count them."
            )


def _values(
    table: Table, key: Key, asked: tuple[str, ...], columns: list[str]
) -> list[dict[str, str]]:
    """Give what stands for the accounts, or the regions, in the template."""
    if not columns:
        return [{}]
    values = asked or key.values
    if not values:
        raise TableError(
            f"The table {table.name} does not list the values of {columns[0]}, so its "
            "folders cannot be counted. Name accounts and regions: "
            'case.accounts("111122223333").regions("us-east-1").'
        )
    return [dict.fromkeys(columns, value) for value in values]


def _days(
    table: Table, definition: Definition, columns: list[str], scope: Scope
) -> list[tuple[date, dict[str, str]]]:
    """Give the days of delivery in scope, each as the template writes it."""
    first, last = delivery_days(scope)
    last = min(last, table.days.last or last)
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if isinstance(table.days, TextDays):
        separator = table.days.separator or "/"
        return [
            (day, dict.fromkeys(columns, str(day).replace("-", separator)))
            for day in every
        ]
    keys = [Projection(column, definition.properties) for column in columns]
    return [(day, dict(_numbers(keys, day))) for day in every]


def _numbers(keys: list[Projection], day: date) -> Iterator[tuple[str, str]]:
    for key, number in zip(keys, (day.year, day.month, day.day), strict=True):
        yield key.column, key.spelled(number)


def _folder(
    template: str, place: dict[str, str], days: list[tuple[date, dict[str, str]]]
) -> LogFolder:
    address = template.partition("://")[2]
    bucket, _, key = address.rstrip("/").partition("/")
    return LogFolder(
        bucket, {f"{_fill(key, place | written)}/": day for day, written in days}
    )


def _fill(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)
