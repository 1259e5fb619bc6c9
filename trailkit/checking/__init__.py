"""First contact: whether a table is what trailkit takes it for, by one look at it.

AWS's documentation leaves open what only a real connection can show. A check counts it
on the log files of one account, region and day: one query, its price shown before.
"""

from datetime import UTC, datetime

from trailkit.checking.cell import Named, choose
from trailkit.checking.check import Check
from trailkit.checking.look import Look, compose, judged, take
from trailkit.cost.budget import Budget, PaidEngine
from trailkit.cost.estimate import Estimate, estimate
from trailkit.engines import Engine
from trailkit.errors import AccessRefused, TableError
from trailkit.notices import notice
from trailkit.scope import Scope
from trailkit.source import Source

__all__ = ["Check", "Named", "check"]

TITLE = "The check"


def check(
    source: Source,
    engine: Engine,
    scope: Scope,
    wanted: Named,
    spending: Budget | None,
    unpriced: bool,
) -> Check:
    """Choose a cell of a scope, say what the look will cost, and take it.

    Raises TableError or AccessRefused where the price cannot be told before, unless
    ``unpriced``; BudgetExceeded.
    """
    cell = choose(source, engine, scope, wanted)
    planned = compose(source, cell)
    weighed = _weigh(source, engine, cell, unpriced and spending is None)
    billed = weighed is not None and weighed.price is not None
    if billed:
        notice(f"{weighed}" if spending is None else f"{weighed}\n{spending}")
    files = weighed.files if weighed and billed else None
    if files == 0:
        return Check(source.title, cell, datetime.now(UTC))
    if weighed and spending is not None:
        engine = PaidEngine(engine, spending, weighed)
    return _taken(source, engine, cell, planned, files)


def _weigh(
    source: Source, engine: Engine, cell: Scope, unpriced: bool
) -> Estimate | None:
    """Say what the look will read; None where that cannot be told, and need not be."""
    try:
        return estimate(TITLE, {"deliveries": 1}, source, engine, cell)
    except (TableError, AccessRefused) as error:
        if not unpriced:
            raise type(error)(
                f"{error} To look at {cell} without a price: case.check(unpriced=True)."
            ) from error
        notice(f"What the check will cost cannot be told before. {error}")
        return None


def _taken(
    source: Source, engine: Engine, cell: Scope, planned: Look, files: int | None
) -> Check:
    """Take the look, and say in a line what it found."""
    started = datetime.now(UTC)
    look, answer = take(source, engine, cell, planned)
    [counts] = answer.table.to_pylist()
    return Check(
        source.title,
        cell,
        started,
        counts["records"],
        counts["repeats"],
        tuple(judged(look, counts, files)),
        look.sql,
        answer.facts,
    )
