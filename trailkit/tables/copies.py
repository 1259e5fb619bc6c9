"""Copies of a table's records in Parquet, which make questions cheap.

A copy holds ``records``: typed columns, each record once, with its log file. It is
filled in steps, each an INSERT that stays within the 100 partitions that Athena writes
at once. A step adds only what the copy does not hold yet: so it may run again, after a
failure or for days whose log files came late. Facts: Athena User Guide, "INSERT INTO",
"Create Iceberg tables", "Optimize Iceberg tables".
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from trailkit.dialect.predicates import account_of, time_of
from trailkit.errors import TableError
from trailkit.record import PLACE, Kind, columns
from trailkit.scope import Scope
from trailkit.tables import names, records
from trailkit.tables.copy import KEYS, Copy
from trailkit.tables.days import days_between, midnight
from trailkit.tables.ddl import column_lines
from trailkit.tables.pruning import event_days, pruning
from trailkit.tables.table import Table
from trailkit.tables.text import nested, select_text

_BARE = re.compile("[a-z_][a-z0-9_]*")

MOST_PARTITIONS = 100
"""The most partitions that one statement may write."""


def create_iceberg(copy: Copy) -> str:
    """Write the statement that makes a copy as an Iceberg table.

    There, a statement that fails leaves nothing behind, which a plain table cannot
    promise. Without Iceberg it is ``ddl.create_table(copy.definition())``.
    """
    table = copy.definition()
    name = f"{names.hive(copy.database)}.{names.hive(copy.name)}"
    return (
        f"create table if not exists {name} (\n"
        f"{column_lines({**table.columns, **table.partitions})}\n"
        ")\n"
        f"partitioned by ({', '.join(map(names.hive, KEYS))})\n"
        f"location {names.hive_text(table.location)}\n"
        "tblproperties (\n"
        "    'table_type' = 'ICEBERG',\n"
        "    'format' = 'parquet',\n"
        "    'write_compression' = 'zstd'\n"
        ")"
    )


def steps(
    first: date, last: date, accounts: Sequence[str], *, days: int = 10
) -> Iterator[Scope]:
    """Cut days of events and accounts into scopes that one ``fill`` can write.

    More days a step read fewer log files twice: each step also searches what was
    delivered on the day after its last.

    >>> for step in steps(date(2026, 3, 1), date(2026, 3, 15), ["111122223333"]):
    ...     print(step)
    2026-03-01 00:00:00 to 2026-03-11 00:00:00 UTC, 111122223333, all regions
    2026-03-11 00:00:00 to 2026-03-16 00:00:00 UTC, 111122223333, all regions
    """
    if not 1 <= days <= MOST_PARTITIONS:
        raise TableError(f"A step has 1 to {MOST_PARTITIONS} days, not {days}.")
    together = MOST_PARTITIONS // days
    for begin in range(0, (last - first).days + 1, days):
        start = first + timedelta(days=begin)
        end = min(start + timedelta(days=days), last + timedelta(days=1))
        for place in range(0, len(accounts), together):
            batch = tuple(accounts[place : place + together])
            yield Scope(midnight(start), midnight(end), batch)


def written(copy: Copy) -> list[str]:
    """Return the columns that a step writes."""
    return [*columns(copy.kind), *PLACE, *KEYS]


def add_partitions(copy: Copy, step: Scope) -> str:
    """Write the statement that names a step's partitions, before the step is written.

    An INSERT that fails may leave files behind. Of a partition that has no name yet
    no one would see them: the step, run again, would write its records a second time,
    and then both would be seen. An Iceberg table needs no such statement.
    """
    named = (
        ", ".join(map(_equals, KEYS, (day.isoformat(), account)))
        for day in days_of(step)
        for account in step.accounts
    )
    listed = "".join(f"\n    partition ({values})" for values in named)
    name = f"{names.hive(copy.database)}.{names.hive(copy.name)}"
    return f"alter table {name} add if not exists{listed}"


def days_of(step: Scope) -> list[date]:
    """Return the days of events that a step writes, each a partition of an account."""
    return list(days_between(*event_days(step)))


def _equals(key: str, value: str) -> str:
    return f"{names.hive(key)} = {names.hive_text(value)}"


def fill(copy: Copy, source: Table, step: Scope) -> str:
    """Write the INSERT that adds what a copy lacks of a step.

    Records that are equal but for their place were delivered twice: the copy keeps one,
    with the place that sorts first. The same id with other content stays.
    """
    items = written(copy)
    listed = ",\n    ".join(items)
    lacking = nested(_lacking(copy, source, step))
    # The condition holds for every row: without one, no one would number them.
    return (
        f"insert into {_name(copy)} (\n    {listed}\n)\n"
        f"{select_text(items, lacking, ['place_in_file > 0'])}"
    )


def _lacking(copy: Copy, source: Table, step: Scope) -> str:
    """Write the SELECT of what a copy lacks of a step, each record once."""
    content = [*columns(copy.kind)]
    kept_place = [f"min_by({name}, file) as {name}" for name in PLACE if name != "file"]
    both = f"{_arrived(copy, source, step)}\nunion all\n{_held(copy, step)}"
    grouped = ",\n    ".join([*content, *KEYS])
    number = f"{_numbered(copy.kind)} as place_in_file"
    items = [*content, *kept_place, "min(file) as file", *KEYS, number]
    return (
        f"{select_text(items, nested(both))}\n"
        f"group by\n    {grouped}\n"
        "having not bool_or(held)"
    )


def _numbered(kind: Kind) -> str:
    """Write the number of a row in its day and account, by service, action and time.

    A statement's ORDER BY does not reach the files that it writes. But who numbers
    rows sorts them first, and writes them as they then lie: so a question about some
    service or action reads only their part. Where an engine does it in another way, the
    rows are the same.
    """
    own = columns(kind)
    together = [name for name in ("event_source", "event_name") if name in own]
    order = ", ".join([*together, time_of(kind)])
    return f"row_number() over (partition by {', '.join(KEYS)} order by {order})"


def _arrived(copy: Copy, source: Table, step: Scope) -> str:
    """Write the SELECT of a step's records in the table that is copied."""
    content = [*columns(copy.kind), *PLACE]
    day = f"date_format({time_of(copy.kind)}, '%Y-%m-%d') as event_day"
    account = f"{account_of(copy.kind)} as account"
    arrived = nested(records.select(source, step, content))
    return select_text([*content, day, account, "false as held"], arrived)


def _held(copy: Copy, step: Scope) -> str:
    """Write the SELECT of what the copy holds of a step already."""
    content = [*columns(copy.kind), *PLACE, *KEYS, "true as held"]
    return select_text(content, _name(copy), pruning(Table.of(copy.definition()), step))


def optimize(copy: Copy, step: Scope) -> str:
    """Write the statement that joins the small files of an Iceberg copy's days."""
    where = " and ".join(pruning(Table.of(copy.definition()), step)).replace('"', "")
    return f"optimize {_bare(copy)} rewrite data using bin_pack where {where}"


def vacuum(copy: Copy) -> str:
    """Write the statement that removes an Iceberg copy's old snapshots."""
    return f"vacuum {_bare(copy)}"


def _bare(copy: Copy) -> str:
    """Write a copy's name without quotes, which OPTIMIZE and VACUUM do not take.

    Only a table's name that begins with an underscore stands in backticks. (Athena User
    Guide, "VACUUM" and "OPTIMIZE".)
    """
    for name in (copy.database, copy.name):
        if not _BARE.fullmatch(name):
            raise TableError(
                f'OPTIMIZE and VACUUM take no quotes, and "{name}" needs them. Give '
                "the copy's database and table names that begin with a letter."
            )
    name = names.hive(copy.name) if copy.name.startswith("_") else copy.name
    return f"{copy.database}.{name}"


def _name(copy: Copy) -> str:
    return f"{names.trino(copy.database)}.{names.trino(copy.name)}"
