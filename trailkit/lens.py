"""The lens: from records to the relations that a question reads.

Each relation is one SELECT in ``sql/`` over ``records``. For a question it is cut to
the columns in use, so that Athena and DuckDB work out nothing that nobody asked for.
A column may read those above it: SQL does not allow that, so they are written out.
"""

from dataclasses import dataclass
from functools import cache

from sqlglot.tokenizer_core import TokenType

from trailkit import dialect, families
from trailkit.library import sql_folder
from trailkit.record import PLACE, Kind, relation_columns
from trailkit.scope import Scope
from trailkit.source import Source
from trailkit.sqltext import select_items


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


def compose(select: str, source: Source, scope: Scope) -> str:
    """Put the relations that a SELECT reads in front of it, as Athena SQL."""
    used = dialect.columns_used(select)
    ctes: dict[str, str] = {}
    for name in sorted(dialect.relations_used(select).keys() & RELATIONS.keys()):
        ctes |= _relation(RELATIONS[name], used, source, scope)
    return dialect.with_relations(select, ctes)


def columns(relation: str) -> list[str]:
    """Give the columns of a relation, in order."""
    return list(_items(RELATIONS[relation]))


def _relation(
    relation: Relation, used: set[str] | None, source: Source, scope: Scope
) -> dict[str, str]:
    """Write two CTEs: the records that a relation stands on, and the relation."""
    items = _cut(_items(relation), used)
    needed = _record_columns(items)
    below = "records" if relation.name == "events" else f"{relation.name}_records"
    verb = "select" if relation.deliveries or source.folds() else "select distinct"
    selected = ",\n".join(f"    {text}" for text in items.values())
    return {
        below: source.records(relation.kind, scope, needed, relation.deliveries),
        relation.name: f"{verb}\n{selected}\nfrom {below}",
    }


def _cut(items: dict[str, str], used: set[str] | None) -> dict[str, str]:
    """Keep the columns in use; the id always, as it tells events apart."""
    if used is None:
        return items
    return {
        name: text for name, text in items.items() if name in used or name == "event_id"
    }


def _record_columns(items: dict[str, str]) -> list[str]:
    """Give the columns of ``records`` that these expressions read, in one order."""
    text = f"select {', '.join(items.values())} from records"
    read = dialect.columns_used(text) or set()
    return [name for name in (*relation_columns(), *PLACE) if name in read]


def _items(relation: Relation) -> dict[str, str]:
    """Give the relation's columns with their expressions; ``file`` for deliveries."""
    items = _read_items(relation.file)
    if relation.deliveries:
        return items
    return {name: text for name, text in items.items() if name != "file"}


@cache
def _read_items(file: str) -> dict[str, str]:
    sql = (sql_folder() / file).read_text(encoding="utf-8")
    return _written_out(select_items(families.expand(sql)))


def _written_out(items: dict[str, str]) -> dict[str, str]:
    """Write out each column of the lens that an expression below it reads.

    A name that ``records`` has too is the record's.
    """
    expressions: dict[str, str] = {}
    for name, text in items.items():
        expression = text[: text.rindex(" as ")]
        for token in reversed(dialect.tokens(expression)):
            if token.token_type is not TokenType.STRING and token.text in expressions:
                before, after = expression[: token.start], expression[token.end + 1 :]
                expression = f"{before}({expressions[token.text]}){after}"
        items[name] = f"{expression} as {name}"
        if name not in relation_columns():
            expressions[name] = expression
    return items
