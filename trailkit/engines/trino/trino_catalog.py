"""A table's name in Trino, and its definition as Trino tells it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlglot import exp

from trailkit.errors import TableError
from trailkit.scope import quoted
from trailkit.tables.definition import Definition
from trailkit.tables.names import trino

Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a statement, and gives its rows."""

_PART = re.compile(r"[A-Za-z0-9_$-]{1,255}")
_LOCATION = re.compile(r"^ +(?:external_)?location = '(.*)',?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TrinoName:
    """Catalog, schema and name of a table."""

    catalog: str
    schema: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split a name as people write it; raises TableError.

        >>> TrinoName.parse("hive.security.cloudtrail").schema
        'security'
        """
        parts = text.split(".")
        if len(parts) != 3 or not all(map(_PART.fullmatch, parts)):
            raise TableError(
                f'{text!r} names no table of Trino. Write "catalog.schema.table", such '
                'as "hive.security.cloudtrail", of letters, digits and _ - $.'
            )
        return cls(*parts)

    @property
    def quoted(self) -> str:
        """The name as SQL takes it."""
        return ".".join(map(trino, (self.catalog, self.schema, self.name)))


def definition(table: TrinoName, ask: Ask) -> Definition:
    """Read a table's definition: columns, partition keys, location.

    Raises TableError for a view, which does not say where its rows lie.
    """
    _refuse_view(table, ask)
    written = ask(f"show create table {table.quoted}")[0][0]
    location = _LOCATION.search(written)
    described = ask(f"show columns from {table.quoted}")
    kinds = {name: _hive_type(kind) for name, kind, *_ in described}
    keys = [name for name, _, extra, *_ in described if extra == "partition key"]
    return Definition(
        database=table.schema,
        name=table.name,
        columns={name: kind for name, kind in kinds.items() if name not in keys},
        partitions={name: kinds[name] for name in keys},
        location=location[1].replace("''", "'") if location else "",
        serde="",
        input_format="",
        output_format="",
    )


def _refuse_view(table: TrinoName, ask: Ask) -> None:
    found = ask(
        f"select table_type from {trino(table.catalog)}.information_schema.tables"
        f" where table_schema = {quoted(table.schema)}"
        f" and table_name = {quoted(table.name)}"
    )
    if found and found[0][0] == "VIEW":
        raise TableError(
            f"{table.quoted} is a view, and trailkit cannot see what a question over "
            "it would read. Name the table that the view reads."
        )


def _hive_type(kind: str) -> str:
    """Write a type as Hive does.

    >>> _hive_type('array(row("arn" varchar, type varchar(20)))')
    'array<struct<arn:string,type:string>>'
    """
    return _hive(exp.DataType.build(kind, dialect="trino"))


def _hive(kind: exp.DataType) -> str:
    match kind.this:
        case exp.DType.STRUCT:
            inner = (
                f"{each.name}:{_hive(each.args['kind'])}" for each in kind.expressions
            )
            return f"struct<{','.join(inner)}>"
        case exp.DType.ARRAY | exp.DType.MAP:
            inner = map(_hive, kind.expressions)
            return f"{kind.this.value.lower()}<{','.join(inner)}>"
        case exp.DType.VARCHAR | exp.DType.CHAR | exp.DType.TEXT:
            return "string"
        case _:
            return kind.sql("hive").lower()
