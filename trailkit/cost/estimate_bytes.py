"""A quick look at how much a question reads: good enough to choose a way, not to pay.

An estimate lists every file in scope. The look lists a page of a few folders of one
day, and takes the rest to be like them: so it is a few requests, however broad the
scope. It finds too little rather than too much: a page ends after a thousand files.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from trailkit.cost.count_files import sample
from trailkit.cost.estimate import Billing
from trailkit.engines import Engine
from trailkit.errors import EngineError, ScopeError, TableError
from trailkit.lens.compose import RELATIONS
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.pruning import delivery_days


def estimate_bytes(
    relations: Iterable[str], source: Source, engine: Engine, scope: Scope
) -> int:
    """Return about how many bytes of log files lie in a scope, for these relations.

    0 where they cannot be listed: no right to, a table that does not say where they
    lie, an engine that has none.
    """
    if not isinstance(engine, Billing):
        return 0
    day, days = _one_day(scope)
    kinds = {RELATIONS[name].kind for name in relations}
    try:
        plans = [source.read_plan(kind, day) for kind in kinds]
        places = [place for plan in plans if plan for place in plan.places]
        return days * sample(places, engine.objects)
    except (EngineError, ScopeError, TableError):
        return 0


def _one_day(scope: Scope) -> tuple[Scope, int]:
    """Return a scope of one day of delivery, and how many the whole one has so far."""
    first, last = delivery_days(scope)
    days = max(0, (min(last, datetime.now(UTC).date()) - first).days) + 1
    middle = datetime.combine(first, datetime.min.time(), UTC) + (
        days // 2 * timedelta(days=1)
    )
    moment = timedelta(microseconds=1)
    return replace(scope, start=middle, end=middle + moment, late=moment), days
