"""What is said of a table that cannot keep to a scope: its cost, and a better one."""

from collections.abc import Iterator, Mapping
from itertools import islice

from trailkit.aws.prices import dollars, say_bytes, say_dollars
from trailkit.cost.count_files import add, pages, total_of
from trailkit.cost.estimate import Billing
from trailkit.cost.s3_listing import Sizes
from trailkit.engines import Engine
from trailkit.errors import AccessRefused, TableError
from trailkit.lens.compose import RELATIONS
from trailkit.notices import notice
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables import ddl
from trailkit.tables.table_source import TableSource

MOST_REQUESTS = 100
"""So many pages are listed for a warning: a hundred thousand files, in seconds."""


def warn(
    reads: Mapping[str, int], source: Source, engine: Engine, scope: Scope
) -> None:
    """Warn once of each table that reads more than what is in scope, and how much.

    Raises TableError where a table has no partition in scope: it would find nothing.
    """
    if not isinstance(engine, Billing) or not isinstance(source, TableSource):
        return
    for kind, times in _kinds(reads):
        if source.lists_partitions(kind):
            source.reads(kind, scope)
        if advice := source.advice(kind):
            notice(f"{advice} {_how_much(source, kind, times, engine, scope)}")


def _kinds(reads: Mapping[str, int]) -> Iterator[tuple[Kind, int]]:
    for name, times in reads.items():
        yield RELATIONS[name].kind, times


def _how_much(
    source: TableSource, kind: Kind, times: int, engine: Billing, scope: Scope
) -> str:
    """Count what is read, unless it is very much: then as far as it was counted."""
    found, sizes = source.reads(kind, scope), Sizes()
    counting = pages(found.places, engine.objects)
    try:
        for page in islice(counting, MOST_REQUESTS):
            add(sizes, page, times)
        is_all = next(counting, None) is None
    except AccessRefused as error:
        return f"How much that is cannot be counted. {error}"
    finally:
        counting.close()
    total = total_of(sizes)
    most = "at most " if found.at_most else ""
    return (
        f"This question reads {most if is_all else 'more than '}{total.files:,} files, "
        f"{say_bytes(total.bytes)}: {say_dollars(dollars(total.bytes, engine.price))}."
    )


def better_table(kind: str, source: Source, engine: Engine) -> str:
    """Write the DDL of a better table over the files of a kind of record."""
    tables, billing = _on_athena(source, engine)
    return ddl.create_table(
        tables.better(Kind.named(kind), billing.region).definition()
    )


def missing_partitions(kind: str, source: Source, engine: Engine, scope: Scope) -> str:
    """Write the statements that add the partitions that a scope lacks, if any."""
    tables, _ = _on_athena(source, engine)
    statements = tables.missing_partitions(Kind.named(kind), scope)
    if not statements:
        notice(f"No partition is missing in the scope {scope}.")
    return "".join(f"{each};\n\n" for each in statements).rstrip("\n")


def _on_athena(source: Source, engine: Engine) -> tuple[TableSource, Billing]:
    """Refuse what is no table on Athena."""
    if not isinstance(engine, Billing) or not isinstance(source, TableSource):
        raise TableError(
            "Only a table on Athena has partitions, and can be made better: "
            'tk.athena("database.table", …).'
        )
    return source, engine
