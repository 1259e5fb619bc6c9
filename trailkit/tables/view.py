"""A view of Athena over a table of records: one step through its text.

A view that shows columns of one table as they are, and keeps some of its rows, is read
as that table with the view's WHERE: so partitions are pruned, files counted, and the
log file of a row known, which a view does not tell.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlglot import exp

from trailkit.dialect.grammar import AthenaSQL, parse
from trailkit.errors import NotOneSelect, TableError, UnsupportedSQL
from trailkit.tables.definition import Definition

_TEXT = re.compile(r"/\* (?:Presto|Trino) View: (?P<text>[A-Za-z0-9+/=]+) \*/")
_WORKS_OUT = ("joins", "group", "having", "distinct", "limit", "offset", "qualify")


@dataclass(frozen=True, slots=True)
class View:
    """What a view reads: a table, its rows under a condition, some of its columns.

    ``columns`` are None where it shows all. ``worked_out`` are those that the table
    does not have under that name.
    """

    name: str
    base: str
    columns: tuple[str, ...] | None
    worked_out: tuple[str, ...]
    condition: str

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """Read the ``Table`` of Glue's GetTable of a view.

        Athena keeps its statement as JSON in Base64. (Trino, "Hive connector": views.)
        Raises TableError for a view that does more than choose rows and columns.
        """
        name = f"{table['DatabaseName']}.{table['Name']}"
        stored = _stored(table)
        select = _select(name, str(stored.get("originalSql", "")))
        source = select.args["from_"].this
        base = (
            f"{source.db or stored.get('schema', table['DatabaseName'])}.{source.name}"
        )
        plain = {_shown(each) for each in select.expressions} - {None}
        starred = any(each.is_star for each in select.expressions)
        given = {each.alias_or_name.lower() for each in select.expressions}
        return cls(
            name,
            base.lower(),
            None if starred else tuple(sorted(filter(None, plain))),
            tuple(sorted(given - plain - {"*"})),
            _condition(select),
        )

    def over(self, table: Definition) -> Definition:
        """Return the definition of the table as the view shows it.

        Raises TableError where the view does not show what tells events apart.
        """
        shown = {
            name: kind
            for name, kind in table.columns.items()
            if self.columns is None or name in self.columns
        }
        if "eventid" not in shown and "event_id" not in shown:
            raise TableError(
                f"The view {self.name} does not show the column eventid as its table "
                f'has it, so events cannot be told apart. Open the table: tk.athena("'
                f'{self.base}", …).'
            )
        return replace(table, columns=shown, view=self.name, condition=self.condition)


def _stored(table: Mapping[str, Any]) -> dict[str, Any]:
    match = _TEXT.fullmatch(str(table.get("ViewOriginalText", "")).strip())
    try:
        return json.loads(base64.b64decode(match["text"])) if match else {}
    except ValueError:
        return {}


def _select(name: str, sql: str) -> exp.Select:
    """Parse a view's statement; raise TableError for more than rows and columns."""
    try:
        select = parse(sql) if sql else None
    except (NotOneSelect, UnsupportedSQL):
        select = None
    if isinstance(select, exp.Select) and not any(_more(select)):
        return select
    raise TableError(
        f"{name} is a view that does more than choose rows and columns of one table, "
        "and trailkit cannot see what a question over it would read. Open the table "
        'that it reads: tk.athena("database.table", …).'
    )


def _more(select: exp.Select) -> Iterator[bool]:
    """Return whether a view does more than choose rows and columns of one table."""
    source = select.args.get("from_")
    yield not source or not isinstance(source.this, exp.Table)
    yield any(select.args.get(each) for each in (*_WORKS_OUT, "with_"))
    yield len([*select.find_all(exp.Query)]) > 1
    yield select.find(exp.Window) is not None


def _shown(item: exp.Expr) -> str | None:
    """Return the column that an item shows as it is; None for any other."""
    column = item.unalias()
    named = isinstance(column, exp.Column) and len(column.parts) <= 2
    name = column.name.lower() if named else None
    return name if name == item.alias_or_name.lower() else None


def _condition(select: exp.Select) -> str:
    """Write a view's WHERE, without the other name of its table."""
    where = select.args.get("where")
    if where is None:
        return ""
    alias = select.args["from_"].this.alias_or_name.lower()
    copy = where.this.copy()
    for column in copy.find_all(exp.Column):
        if column.table.lower() == alias:
            column.set("table", None)
    text = copy.sql(dialect=AthenaSQL, normalize_functions=False, comments=False)
    return f"({text})"
