"""The partitions that people add by hand, or that a statement wrote: Glue lists them.

trailkit's own predicates decide which of them a SELECT reads. They are run on DuckDB,
over the values that Glue gives: so this can never differ from what Athena is told.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import duckdb
import pyarrow as pa

from trailkit import dialect
from trailkit.scope import Scope
from trailkit.tables.days import columns_of
from trailkit.tables.definition import Definition
from trailkit.tables.folders import LogFolder
from trailkit.tables.layout import bucket_and_key
from trailkit.tables.names import trino
from trailkit.tables.pruning import pruning
from trailkit.tables.table import Table

Listed = tuple[Sequence[str], str]
"""A partition as Glue has it: the values of its keys, its place in S3."""

ListPartitions = Callable[[str, str], Iterable[Listed]]
"""List a table's partitions, by its name; the text narrows them, as Glue takes it."""

_PLAIN = re.compile(r'"([a-z_]+)" ((?:in \(|between ).*)')
"""A predicate that Glue's own parser takes, on a key whose name it takes unquoted."""

_KEYWORDS = ("date", "key", "timestamp")
"""Names that Glue's parser does not take for a column's."""

_MOST_CHARACTERS = 2048
"""The longest expression that Glue takes."""

_TYPES = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "bigint"),
    "date": "date",
}
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition that a SELECT reads: the day that it says, its values, its place."""

    day: date | None
    values: Sequence[str]
    location: str


def partition_filter(table: Table, scope: Scope) -> str:
    """Write what Glue can tell of a scope's predicates: it gives fewer partitions then.

    It may give too many, for it is told only what it surely understands.
    """
    text = ""
    for predicate in pruning(table, scope):
        match = _PLAIN.fullmatch(predicate)
        if match and match[1] not in _KEYWORDS:
            longer = f"{text}{' and ' if text else ''}{match[1]} {match[2]}"
            text = longer if len(longer) <= _MOST_CHARACTERS else text
    return text


def chosen(
    table: Table, definition: Definition, scope: Scope, listed: Iterable[Listed]
) -> Iterator[Partition]:
    """Return the partitions that a SELECT within a scope reads."""
    where = " and ".join([*pruning(table, scope), "true"])
    typed = ", ".join(
        f"try_cast({trino(name)} as {_TYPES.get(kind, 'varchar')}) as {trino(name)}"
        for name, kind in definition.partitions.items()
    )
    select = dialect.to_duckdb(
        f'select "$place", {table.days.expression} from '
        f'(select {typed}, "$place", "$path" from listed) where {where}'
    )
    with duckdb.connect() as connection:
        for statement in (*dialect.settings(), *dialect.macros()):
            connection.execute(statement)
        rest = iter(listed)
        while some := list(islice(rest, _AT_ONCE)):
            connection.register("listed", _arrow(definition.partitions, some))
            for place, day in connection.sql(select).fetchall():
                yield Partition(day, *some[place])


def _arrow(keys: Mapping[str, str], listed: Sequence[Listed]) -> pa.Table:
    values = zip(*(values for values, _ in listed), strict=True)
    columns = {name: list(each) for name, each in zip(keys, values, strict=True)}
    # What lies right in a partition's folder has a path of this form.
    paths = [f"{location.rstrip('/')}/file" for _, location in listed]
    return pa.table({**columns, "$place": range(len(listed)), "$path": paths})


def folders(
    table: Table, definition: Definition, partitions: Iterable[Partition]
) -> list[LogFolder]:
    """Return the folders of partitions: those that differ by day only lie in one."""
    of_days = columns_of(table.days)
    together: dict[tuple[str, ...], dict[str, date | None]] = {}
    for each in partitions:
        named = zip(definition.partitions, each.values, strict=True)
        others = [value for name, value in named if name not in of_days]
        bucket, key = bucket_and_key(each.location)
        days = together.setdefault((bucket, *others), {})
        days[f"{key}/"] = each.day
    return [
        LogFolder(bucket, "", dict(sorted(days.items())))
        for (bucket, *_), days in together.items()
    ]
