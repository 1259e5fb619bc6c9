"""The lens: from records to the relations that a question reads.

Each relation is one SELECT in ``sql/`` over ``records``. For a question it is cut to
the columns in use, so that Athena and DuckDB work out nothing that no one asked for.
"""

from collections.abc import Collection
from dataclasses import dataclass

from trailkit import dialect
from trailkit.lens import kept, lateral_aliases, pushdown
from trailkit.lens.lens_files import columns_of
from trailkit.record import Kind, every_column
from trailkit.scope import Scope
from trailkit.source import Source


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of the lens: its file in ``sql/`` and the kind of record it shows."""

    name: str
    file: str
    kind: Kind
    deliveries: bool = False


RELATIONS = {
    relation.name: relation
    for relation in (
        Relation("events", "events.sql", Kind.EVENT),
        Relation("deliveries", "events.sql", Kind.EVENT, deliveries=True),
        Relation("insights", "insights.sql", Kind.INSIGHT),
        Relation("network", "events.sql", Kind.NETWORK),
        Relation("aggregated", "aggregated.sql", Kind.AGGREGATED),
    )
}
"""What a question or an ad hoc query can read, by name.

``deliveries`` is ``events`` with its repeats, and with ``file``. ``network`` has the
columns of ``events``: each row is the endpoint owner's copy of a call.
"""

_READ = [*every_column(), *kept.names().values(), kept.KEY]
"""Every column that a source's ``records`` can have, in order."""

_CALLER = "caller_kind"
_IDENTITY = {"event_id", "time"}
"""What tells events apart, and so is always kept: ids have been seen at two times."""


def compose(select: str, source: Source, scope: Scope) -> str:
    """Put the relations that a SELECT reads in front of it, as Athena SQL."""
    return _composed(select, source, scope, keeps=False)


def to_run(select: str, source: Source, scope: Scope) -> str:
    """Write what the source's engine runs: of the lens, what the source keeps is read.

    The answer is that of ``compose``. A source that keeps nothing is asked the same.
    """
    return _composed(select, source, scope, source.lens is not None)


def _composed(select: str, source: Source, scope: Scope, keeps: bool) -> str:
    shape = dialect.shape_of(select)
    used = dialect.columns_used(shape)
    by_key = keeps and dialect.only_told_apart(shape, kept.ACTION)
    ctes: dict[str, str] = {}
    for name in sorted(dialect.relations_used(shape).keys() & RELATIONS.keys()):
        relation = RELATIONS[name]
        every = _columns(relation)
        where = None
        if keeps and relation.file == kept.FILE:
            every = kept.as_kept(every, by_key)
            where = kept.implied(shape, name)
        elif source.skips(relation.kind):
            where = pushdown.implied(dialect.without_lists(select), name)
        ctes |= _relation(relation, every, used, source, scope, where)
    return dialect.with_relations(select, ctes)


def records_read(select: str, scope: Scope) -> dict[Kind, set[str]]:
    """Return the columns of ``records`` that a SELECT stands on, by kind of record."""
    shape = dialect.shape_of(select)
    used = dialect.columns_used(shape)
    found: dict[Kind, set[str]] = {}
    for name in dialect.relations_used(shape).keys() & RELATIONS.keys():
        relation = RELATIONS[name]
        needed = _needed(_columns(relation), used, scope)[1]
        read = found.setdefault(relation.kind, set())
        read |= {each for column in needed.values() for each in column.below}
    return found


def relation_of(kind: Kind) -> str:
    """Name the relation that shows a kind of record as it was delivered, or as it is.

    >>> relation_of(Kind.EVENT), relation_of(Kind.NETWORK)
    ('deliveries', 'network')
    """
    of_kind = [each for each in RELATIONS.values() if each.kind is kind]
    return max(of_kind, key=lambda each: each.deliveries).name


def columns(relation: str) -> list[str]:
    """Return the columns of a relation, in order."""
    return list(_columns(RELATIONS[relation]))


def _relation(
    relation: Relation,
    every: lateral_aliases.Columns,
    used: Collection[str] | None,
    source: Source,
    scope: Scope,
    where: str | None,
) -> dict[str, str]:
    """Write two CTEs: the records that a relation stands on, and the relation.

    ``where`` is a condition on the records.
    """
    wanted, needed = _needed(every, used, scope)
    read = {name for column in needed.values() for name in column.below}
    below = "records" if relation.name == "events" else f"{relation.name}_records"
    verb = (
        "select" if relation.deliveries or source.deduplicates() else "select distinct"
    )
    text = lateral_aliases.nested(needed, wanted, below, verb, where)
    if _narrowed(every, scope):
        text = _of_people(text, [name for name in needed if name in wanted])
    return {
        below: source.records(
            relation.kind,
            scope,
            [name for name in _READ if name in read],
            relation.deliveries,
        ),
        relation.name: text,
    }


def _needed(
    every: lateral_aliases.Columns, used: Collection[str] | None, scope: Scope
) -> tuple[Collection[str], lateral_aliases.Columns]:
    """Return the columns wanted of a relation, and with them those that they read."""
    wanted = every.keys() if used is None else every.keys() & {*used, *_IDENTITY}
    if _narrowed(every, scope):
        wanted = {*wanted, _CALLER}
    return wanted, lateral_aliases.needed(every, wanted)


def _narrowed(every: lateral_aliases.Columns, scope: Scope) -> bool:
    return scope.people and _CALLER in every


def _of_people(text: str, shown: list[str]) -> str:
    """Leave out the callers that are known to be services or workloads."""
    return (
        f"select {', '.join(shown)}\nfrom (\n{text}\n)\n"
        f"where coalesce({_CALLER}, 'person') = 'person'"
    )


def _columns(relation: Relation) -> lateral_aliases.Columns:
    """Return the relation's columns; ``file`` for deliveries alone."""
    every = columns_of(relation.file)
    if relation.deliveries:
        return every
    return {name: column for name, column in every.items() if name != "file"}
