"""Copies of a table's records in Parquet, which make questions cheap.

A copy holds ``records``: typed columns, each record once, with its log file. It is
filled in steps, each an INSERT that stays within the 100 partitions that Athena writes
at once. A step adds only what the copy does not hold yet: so it may run again, after a
failure or for days whose log files came late. Facts: Athena User Guide, "INSERT INTO",
"Create Iceberg tables", "Optimize Iceberg tables".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from trailkit.dialect.predicates import account_of, scope_predicates, time_of
from trailkit.errors import TableError
from trailkit.record import PLACE, Kind, columns
from trailkit.scope import Scope
from trailkit.tables import names, records
from trailkit.tables.copy import KEYS, Copy
from trailkit.tables.days import days_between, is_midnight, midnight
from trailkit.tables.ddl import column_lines
from trailkit.tables.pruning import event_days, pruning
from trailkit.tables.table import Table
from trailkit.tables.text import nested, select_text

_BARE = re.compile("[a-z_][a-z0-9_]*")

MOST_PARTITIONS = 100
"""The most partitions that one statement may write."""

MOST_SORTED = 512 * 1024**2
"""As many bytes of log files of an account and day one statement sorts.

They hold about four million records, and the rows of one partition are sorted by one
worker of Athena's, in its memory. See docs/decisions/0010.
"""

_HOURS = 24


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


def too_large(sizes: Mapping[date | None, int]) -> dict[date, int]:
    """Return the days of an account that are too large to sort, with their bytes."""
    return {day: size for day, size in sizes.items() if day and size > MOST_SORTED}


def in_hours(
    step: Scope, sizes: Mapping[str, Mapping[date | None, int]]
) -> Iterator[Scope]:
    """Cut a step where an account and day is too large to sort: that one by hours.

    ``sizes`` are the bytes of the log files of each account, by day. Each part of a
    day reads all of its log files, so there are no more than it takes.

    >>> day = Scope().window("2026-03-01", "2026-03-02").with_accounts("111122223333")
    >>> sizes = {"111122223333": {date(2026, 3, 1): 2 * MOST_SORTED}}
    >>> for part in in_hours(day, sizes):
    ...     print(part)
    2026-03-01 00:00:00 to 2026-03-01 12:00:00 UTC, 111122223333, all regions
    2026-03-01 12:00:00 to 2026-03-02 00:00:00 UTC, 111122223333, all regions
    """
    large = {account: too_large(sizes.get(account, {})) for account in step.accounts}
    if together := tuple(account for account, days in large.items() if not days):
        yield replace(step, accounts=together)
    for account, days in large.items():
        if days:
            yield from _around(replace(step, accounts=(account,)), days)


def _around(step: Scope, large: Mapping[date, int]) -> Iterator[Scope]:
    """Cut the days of one account: large ones by hours, those between them together."""
    apart = [day for day in days_of(step) if day in large]
    start = step.start
    for day in apart:
        begin, end = midnight(day), midnight(day + timedelta(days=1))
        if start and start < begin:
            yield replace(step, start=start, end=begin)
        hours = max(1, _HOURS // -(-large[day] // MOST_SORTED))
        for hour in range(0, _HOURS, hours):
            first = begin + timedelta(hours=hour)
            last = min(end, first + timedelta(hours=hours))
            yield replace(step, start=first, end=last)
        start = end
    if start and step.end and start < step.end:
        yield replace(step, start=start)


def is_whole(step: Scope) -> bool:
    """Return whether a step is of whole days."""
    return is_midnight(step.start) and is_midnight(step.end)


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
    where = pruning(Table.of(copy.definition()), step)
    if not is_whole(step):
        where += scope_predicates(Scope(step.start, step.end), copy.kind)
    return select_text(content, _name(copy), where)


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
