"""A quick look at how much a question reads: good enough to choose a way, not to pay.

An estimate lists every file in scope. The look lists a few folders of one day, and
takes the rest to be like them: so it is a few requests, however broad the scope. It
finds too little rather than too much: of a folder it looks at 20,000 files at most.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from trailkit import clock
from trailkit.cost.count_files import sample
from trailkit.cost.estimate import Billing
from trailkit.cost.s3_listing import Size
from trailkit.engines import Engine
from trailkit.errors import EngineError, ScopeError, TableError
from trailkit.lens.compose import RELATIONS
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.tables.days import midnight
from trailkit.tables.pruning import delivery_days


def estimate_bytes(
    relations: Iterable[str], source: Source, engine: Engine, scope: Scope
) -> int:
    """Return about how many bytes of log files lie in a scope, for these relations."""
    return look(relations, source, engine, scope).bytes


def look(
    relations: Iterable[str],
    source: Source,
    engine: Engine,
    scope: Scope,
) -> Size:
    """Return about how much lies in a scope; for one scope it is looked at once.

    Nothing where it cannot be listed: no right to, a table that does not say where its
    files lie, an engine that has none.
    """
    if not isinstance(engine, Billing):
        return Size()
    kinds = frozenset(RELATIONS[name].kind for name in relations)
    of_what, found = _LAST.get(source, ((), Size()))
    if of_what != (kinds, scope):
        found = _look(kinds, source, engine, scope)
        _LAST[source] = (kinds, scope), found
    return found


_LAST: WeakKeyDictionary[Source, tuple[Any, Size]] = WeakKeyDictionary()


def _look(
    kinds: Collection[Kind], source: Source, engine: Billing, scope: Scope
) -> Size:
    day, days = _one_day(scope)
    try:
        plans = [source.read_plan(kind, day) for kind in kinds]
        places = [place for plan in plans if plan for place in plan.places]
        found = sample(places, engine.objects)
    except (EngineError, ScopeError, TableError):
        return Size()
    return Size(days * found.files, days * found.bytes)


def _one_day(scope: Scope) -> tuple[Scope, int]:
    """Return a scope of one day of delivery, and how many the whole one has so far."""
    first, last = delivery_days(scope)
    days = max(0, (min(last, clock.today()) - first).days) + 1
    middle = midnight(first + timedelta(days=days // 2))
    moment = timedelta(microseconds=1)
    return replace(scope, start=middle, end=middle + moment, late=moment), days
