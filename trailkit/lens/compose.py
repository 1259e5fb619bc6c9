"""The lens: from records to the relations that a question reads.

Each relation is one SELECT in ``sql/`` over ``records``. For a question it is cut to
the columns in use, so that Athena and DuckDB work out nothing that nobody asked for.
"""

from dataclasses import dataclass
from functools import cache

from trailkit import dialect
from trailkit.lens import families, lateral_aliases, pushdown
from trailkit.questions.library import sql_folder
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

_IDENTITY = {"event_id", "time"}
"""What tells events apart, and so is always kept: ids have been seen at two times."""


def compose(select: str, source: Source, scope: Scope) -> str:
    """Put the relations that a SELECT reads in front of it, as Athena SQL."""
    shape = dialect.shape_of(select)
    used = dialect.columns_used(shape)
    ctes: dict[str, str] = {}
    for name in sorted(dialect.relations_used(shape).keys() & RELATIONS.keys()):
        relation = RELATIONS[name]
        skips = source.skips(relation.kind)
        where = pushdown.implied(dialect.without_lists(select), name) if skips else None
        ctes |= _relation(relation, used, source, scope, where)
    return dialect.with_relations(select, ctes)


def relation_of(kind: Kind) -> str:
    """Name the relation that shows a kind of record as it was delivered, or as it is.

    >>> relation_of(Kind.EVENT), relation_of(Kind.NETWORK)
    ('deliveries', 'network')
    """
    of_kind = [each for each in RELATIONS.values() if each.kind is kind]
    return max(of_kind, key=lambda each: each.deliveries).name


def columns(relation: str) -> list[str]:
    """Give the columns of a relation, in order."""
    return list(_columns(RELATIONS[relation]))


def _relation(
    relation: Relation,
    used: set[str] | None,
    source: Source,
    scope: Scope,
    where: str | None,
) -> dict[str, str]:
    """Write two CTEs: the records that a relation stands on, and the relation.

    ``where`` is a condition on the records.
    """
    every = _columns(relation)
    wanted = every.keys() if used is None else every.keys() & {*used, *_IDENTITY}
    kept = lateral_aliases.needed(every, wanted)
    read = {name for column in kept.values() for name in column.below}
    below = "records" if relation.name == "events" else f"{relation.name}_records"
    verb = "select" if relation.deliveries or source.folds() else "select distinct"
    return {
        below: source.records(
            relation.kind,
            scope,
            [name for name in every_column() if name in read],
            relation.deliveries,
        ),
        relation.name: lateral_aliases.nested(kept, wanted, below, verb, where),
    }


def _columns(relation: Relation) -> lateral_aliases.Columns:
    """Give the relation's columns; ``file`` for deliveries alone."""
    every = _read(relation.file)
    if relation.deliveries:
        return every
    return {name: column for name, column in every.items() if name != "file"}


@cache
def _read(file: str) -> lateral_aliases.Columns:
    sql = (sql_folder() / file).read_text(encoding="utf-8")
    return lateral_aliases.columns(families.expand(sql), every_column())
