"""What is said of a table that cannot keep to a scope: its cost, and a better one."""

from collections.abc import Iterator, Mapping
from itertools import islice

from trailkit.aws.prices import say_bytes
from trailkit.cost.bill import Usage, bill
from trailkit.cost.count_files import add, pages, total_of
from trailkit.cost.estimate import Billing
from trailkit.cost.s3_listing import Sizes
from trailkit.engines import Engine
from trailkit.errors import AccessRefused
from trailkit.lens.compose import RELATIONS
from trailkit.progress import notice
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import Source

MOST_REQUESTS = 100
"""So many pages are listed for a warning: a hundred thousand files, in seconds."""


def warn(
    reads: Mapping[str, int], source: Source, engine: Engine, scope: Scope
) -> None:
    """Warn once of each table that reads more than what is in scope, and how much.

    Raises TableError where a table has no partition in scope: it would find nothing.
    """
    if not isinstance(engine, Billing):
        return
    for kind, times in _kinds(reads):
        source.require_partitions(kind, scope)
        if advice := source.advice(kind):
            notice(f"{advice} {_how_much(source, kind, times, engine, scope)}")


def _kinds(reads: Mapping[str, int]) -> Iterator[tuple[Kind, int]]:
    for name, times in reads.items():
        yield RELATIONS[name].kind, times


def _how_much(
    source: Source, kind: Kind, times: int, engine: Billing, scope: Scope
) -> str:
    """Count what is read, unless it is very much: then as far as it was counted."""
    found, sizes = source.read_plan(kind, scope), Sizes()
    if found is None:
        return "How much that is cannot be counted."
    counting = pages(found.places, engine.objects)
    try:
        for page in islice(counting, MOST_REQUESTS):
            add(sizes, page.sizes, times)
        is_all = next(counting, None) is None
    except AccessRefused as error:
        return f"How much that is cannot be counted. {error}"
    finally:
        counting.close()
    total = total_of(sizes)
    cost = bill(Usage(total.bytes, total.gets), engine.prices).total
    most = "at most " if found.at_most else ""
    return (
        f"This question reads {most if is_all else 'more than '}{total.files:,} files, "
        f"{say_bytes(total.bytes)}: {engine.prices.say(cost)}."
    )
