"""First contact with a table on Athena: one page of what works, and what does not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from trailkit import clock
from trailkit.admin.checks import Named, check
from trailkit.admin.doctor import catalog, log_files, price, workgroup
from trailkit.admin.doctor.diagnosis import Diagnosis
from trailkit.admin.doctor.lines import Line, Lines, Standing
from trailkit.cost.budget import Budget
from trailkit.cost.estimate import Estimate, estimate
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import AccessRefused, TableError, TrailkitError
from trailkit.lens.compose import relation_of
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.days import midnight
from trailkit.tables.log_scope import LogScope

__all__ = ["Diagnosis", "examine"]

USUAL = timedelta(days=7)
"""The days of a usual question, where the case has no window."""

MOST_FOR_CHECK = 0.05
"""The dollars (or yuan) up to which the doctor runs the check itself."""


def examine(
    source: Source, engine: AthenaEngine, scope: Scope, spending: Budget | None
) -> Diagnosis:
    """Look at workgroup, catalog, log files and price; then check the records.

    Each area is looked at only where those before it let it.
    """
    usual = scope if scope.bounded else _last_days(scope)
    lines, names = _examined(source, engine, usual, spending)
    return Diagnosis(
        table=engine.table,
        workgroup=engine.workgroup,
        region=engine.region,
        time=clock.now(),
        lines=tuple(lines),
        names=names,
    )


def _examined(
    source: Source, engine: AthenaEngine, scope: Scope, spending: Budget | None
) -> tuple[list[Line], tuple[str, ...]]:
    group, settings = workgroup.look_at(engine)
    table = catalog.look_at(engine)
    lines = [*group, *table]
    if _stops(table):
        return lines, ()
    formed = source.in_other_form(Kind.EVENT)
    where, found = _weighed(source, engine, scope, formed)
    if isinstance(found, TrailkitError):
        return [*lines, *_uncounted(found, formed)], _names(where)
    lines += log_files.look_at(engine, where, found, settings, formed)
    lines += price.look_at(engine, found, settings)
    if not _stops(lines):
        lines += _checked(source, engine, scope, found, spending)
    return lines, _names(where)


def _uncounted(error: TrailkitError, formed: bool) -> Lines:
    """Say that no price can be told; what AWS keeps can be asked all the same."""
    lines = Lines(log_files.AREA)
    if formed and isinstance(error, TableError | AccessRefused):
        remedy = f"{error} To check a day of it: case.table.check(unpriced=True)."
        lines.look("files", "what a question costs cannot be told before.", remedy)
    else:
        lines.stop("files", "they cannot be counted.", str(error))
    return lines


def _weighed(
    source: Source, engine: AthenaEngine, scope: Scope, formed: bool
) -> tuple[LogScope | None, Estimate | TrailkitError]:
    """Count the files of a usual question; return what hinders that."""
    where = None
    try:
        if not formed:
            where = source.log_scope(Kind.EVENT, scope)
        reads = {relation_of(Kind.EVENT): 1}
        return where, estimate("A usual question", reads, source, engine, scope)
    except TrailkitError as error:
        return where, error


def _checked(
    source: Source,
    engine: AthenaEngine,
    scope: Scope,
    found: Estimate,
    spending: Budget | None,
) -> Iterator[Line]:
    """Check the records of one account, Region and day."""
    lines = Lines("records")
    if not found.files:
        return iter(lines)
    if found.dollars > MOST_FOR_CHECK and not scope.accounts:
        lines.look(
            "check",
            "it was not run, for the files of these days cost more than a little.",
            'Run it on one account: case.accounts("111122223333").table.check().',
        )
        return iter(lines)
    filled = [day for day, size in found.days.items() if day and size.files]
    day = max(filled, default=None)
    try:
        result = check(source, engine, scope, Named(day=day), spending, False)
    except TrailkitError as error:
        lines.stop("check", "the first query did not come to its end.", str(error))
        return iter(lines)
    failed = list(result.frame.query("verdict == 'fails'").itertuples())
    for each in failed:
        lines.look(
            "check",
            f"{each.claim}: not so in {each.disagree:,} of {each.rows:,} records.",
            str(each.meaning),
        )
    if not failed and not result.records:
        lines.look(
            "check",
            f"no record lies on {result.scope.start:%Y-%m-%d}: nothing was checked.",
            'Name a day that has some: case.table.check(day="2026-03-09").',
        )
    elif not failed:
        lines.good("check", f"{result.records:,} looked at: nothing fails.")
    return iter(lines)


def _stops(lines: list[Line]) -> bool:
    return any(each.state is Standing.STOP for each in lines)


def _names(where: LogScope | None) -> tuple[str, ...]:
    return (where.layout.bucket, where.layout.prefix) if where else ()


def _last_days(scope: Scope) -> Scope:
    """Take the last full days."""
    today = midnight(clock.today())
    return replace(scope, start=today - USUAL, end=today)
