"""The SELECT that makes ``records`` from a table, within a scope.

The inner SELECT reads the table's columns and keeps to its partitions, which is what
Athena is paid for; the outer one keeps exactly what the scope says.
"""

from collections.abc import Iterable

from trailkit.dialect.predicates import scope_predicates
from trailkit.errors import TableError, nearest
from trailkit.record import PLACE, Type, columns, every_column, relation_columns
from trailkit.scope import Scope
from trailkit.tables.column_expressions import expression, null
from trailkit.tables.days import PATH
from trailkit.tables.form import Form
from trailkit.tables.pruning import pruning
from trailkit.tables.table import Table
from trailkit.tables.text import nested, select_text


def select(table: Table, scope: Scope, wanted: Iterable[str] | None = None) -> str:
    """Write the Athena SELECT of ``records``: the columns wanted, or all of them.

    A log file is read whole whatever the columns, so there must be a window. Raises
    UnboundedScan without one, or without the accounts that a table must be told, and
    TableError for a column that is none, or an account, a region or a day that the
    table leaves out.
    """
    shown = _known(wanted)
    partitions = pruning(table, scope)
    kept = scope_predicates(scope, table.kind)
    needed = {*shown, *(name for names in kept.values() for name in names)}
    read = [f"{text} as {name}" for name, text in _expressions(table, needed).items()]
    rows = [*partitions, table.condition] if table.condition else partitions
    inner = select_text(read, table.name, rows)
    return select_text(shown, nested(inner), kept)


def _known(wanted: Iterable[str] | None) -> list[str]:
    """Return the columns wanted, in the order of ``records``."""
    every = every_column()
    asked = set(every if wanted is None else wanted)
    for name in sorted(asked.difference(every)):
        raise TableError(
            f'There is no column "{name}" in records. {nearest(name, every)}'
        )
    return [name for name in every if name in asked]


def _expressions(table: Table, needed: set[str]) -> dict[str, str]:
    """Write the SQL of each column; what this kind of record lacks is null."""
    if table.is_copy:
        return _copied(table, needed)
    if table.form:
        return _in_form(table, table.form, needed)
    own = columns(table.kind)
    place = {
        "delivery_day": table.days.expression,
        "folder_account": table.account.expression,
        "folder_region": table.region.expression,
        "file": PATH,
    }
    texts = {
        name: expression(own[name], table.columns) if name in own else null(type_)
        for name, type_ in relation_columns().items()
        if name in needed
    }
    return texts | {name: text for name, text in place.items() if name in needed}


def _in_form(table: Table, form: Form, needed: set[str]) -> dict[str, str]:
    """Take the columns from where a form has them."""
    types = {name: kind.sql for name, kind in relation_columns().items()} | PLACE
    given = {
        "delivery_day": table.days.expression,
        "file": PATH,
        **form.expressions,
    }
    return {
        name: given.get(name, f"cast(null as {kind})")
        for name, kind in types.items()
        if name in needed
    }


def _copied(table: Table, needed: set[str]) -> dict[str, str]:
    """Take the columns of a copy as they are, times in milliseconds.

    An Iceberg table keeps microseconds, and would write each time with three more
    digits than every other table.
    """
    types = relation_columns()
    read = {name: name for name in (*types, *PLACE)} | {
        name: f"cast({name} as {kind.sql})"
        for name, kind in types.items()
        if kind is Type.TIME
    }
    return {
        name: text if name in table.columns else null(types[name])
        for name, text in read.items()
        if name in needed
    }
