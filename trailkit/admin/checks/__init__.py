"""First contact: whether a table is what trailkit takes it for, by one look at it.

AWS's documentation leaves open what only a real connection can show. A check counts it
on the log files of one account, region and day: one query, its price shown before. Of
a copy it looks at one account and day, and also whether each record is there once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from trailkit import clock
from trailkit.admin.checks import bare_arrays, deviations
from trailkit.admin.checks.counts import (
    AGAIN,
    CheckedPlace,
    Look,
    compose,
    count_again,
    judged,
    take,
)
from trailkit.admin.checks.deviations import Finding
from trailkit.admin.checks.result import Check
from trailkit.admin.checks.sample import Named, choose
from trailkit.cost.budget import Budget, PaidEngine
from trailkit.cost.estimate import Billing, Estimate, estimate
from trailkit.engines import Engine
from trailkit.errors import AccessRefused, TableError
from trailkit.lens.compose import relation_of
from trailkit.progress import notice
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
    place = choose(source, engine, scope, wanted)
    planned = compose(source, place)
    weighed = _estimate(source, engine, place, unpriced and spending is None)
    billed = weighed is not None and weighed.prices is not None
    if billed:
        notice(f"{weighed}" if spending is None else f"{weighed}\n{spending}")
    files = weighed.files if weighed and billed else None
    if files == 0:
        return Check(_title(source, place), place, clock.now())
    paid = engine
    if weighed and spending is not None:
        paid = PaidEngine(engine, spending, weighed)
    more = _More(
        partial(_again, source, engine, place, spending),
        partial(_bare, source, engine, place),
    )
    return _taken(source, paid, place, planned, files, more)


@dataclass(frozen=True, slots=True)
class _More:
    """What is looked at only where the first look gives a reason."""

    again: Callable[[], int]
    bare: Callable[[], list[Finding]]


def _title(source: Source, place: CheckedPlace) -> str:
    """Name what is looked at: the table of the kind, or the evidence."""
    return source.name(place.kind)


def _estimate(
    source: Source, engine: Engine, place: CheckedPlace, unpriced: bool
) -> Estimate | None:
    """Return what the look will read; None where that cannot be told, and need not be.

    A copy may be read again, where an event id is there more than once.
    """
    try:
        reads = {relation_of(place.kind): 1 + AGAIN * place.copied}
        return estimate(TITLE, reads, source, engine, place.cell)
    except (TableError, AccessRefused) as error:
        if not unpriced:
            raise type(error)(
                f"{error} To look at {place.cell} without a price: "
                "case.table.check(unpriced=True)."
            ) from error
        notice(f"What the check will cost cannot be told before. {error}")
        return None


def _taken(
    source: Source,
    engine: Engine,
    place: CheckedPlace,
    planned: Look,
    files: int | None,
    more: "_More",
) -> Check:
    """Take the look, and judge what it counts."""
    started = clock.now()
    look, answer = take(source, engine, place, planned)
    [counts] = answer.table.to_pylist()
    findings = [*judged(look, counts, files if place.in_folders else None)]
    if place.in_folders and (files or 0) > counts.get("files", files or 0):
        findings += more.bare()
    if place.copied:
        may_be = counts["repeats"] or counts["unnamed"] > 1
        surplus = more.again() if may_be else 0
        findings.append(deviations.kept_once(counts["records"], surplus))
    return Check(
        _title(source, place),
        place,
        started,
        counts["records"],
        counts["repeats"],
        tuple(findings),
        look.sql,
        answer.facts,
    )


def _bare(source: Source, engine: Engine, place: CheckedPlace) -> list[Finding]:
    """Look into the log files, where some of them gave no record."""
    if not isinstance(engine, Billing):
        return []
    found = bare_arrays.look(source, engine, place)
    return [found] if found else []


def _again(
    source: Source, engine: Engine, place: CheckedPlace, spending: Budget | None
) -> int:
    """Count the rows of a copy that are there again, where an id is."""
    if spending is not None:
        reads = {relation_of(place.kind): AGAIN}
        weighed = estimate(TITLE, reads, source, engine, place.cell)
        engine = PaidEngine(engine, spending, weighed)
    answer = engine.run(count_again(source, place))
    return answer.table.column("again")[0].as_py()
