"""Where the names in a SELECT come from: the columns of what stands behind FROM."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from trailkit.dialect.value_types import Type
from trailkit.errors import UnknownColumn, UnsupportedSQL, nearest

Columns = Mapping[str, Type]
"""The columns of a relation, each with its type."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names that a SELECT can use: of its sources, and of the query around it.

    ``given`` are the names that its own items have, which it cannot use itself.
    """

    sources: Mapping[str, Columns]
    joined_by: frozenset[str] = frozenset()
    around: "KnownNames | None" = None
    given: frozenset[str] = frozenset()
    variables: Mapping[str, Type] = field(default_factory=dict[str, Type])

    def type_of(self, column: exp.Column) -> Type:
        """Return the type of a column; raise UnknownColumn where there is none."""
        found = self.find(column)
        if found is None:
            raise self._unknown(column)
        source, scope = found
        return scope.sources[source][column.name.lower()]

    def find(self, column: exp.Column) -> "tuple[str, KnownNames] | None":
        """Find the source of a column, here or in the query around."""
        name, table = column.name.lower(), column.table.lower()
        holding = [
            source
            for source, columns in self.sources.items()
            if name in columns and table in ("", source)
        ]
        if len(holding) > 1 and name not in self.joined_by:
            raise UnsupportedSQL(
                f'"{name}" is a column of {" and of ".join(holding)}: write'
                f" {holding[0]}.{name}."
            )
        if holding:
            return holding[0], self
        return self.around.find(column) if self.around else None

    def _unknown(self, column: exp.Column) -> UnknownColumn | UnsupportedSQL:
        name, table = column.name.lower(), column.table.lower()
        known = self.everything()
        if table and table in known and table not in self.sources:
            return UnsupportedSQL(
                f'{column.sql()}: "{table}" is a column of JSON text. Take one value'
                f" out: json_extract_scalar({table}, '$.{column.name}')."
            )
        if name in self.given:
            return UnsupportedSQL(
                f'"{column.name}" is a name that this SELECT gives, and Athena does'
                " not know it there yet. Write its expression again (group by 1 means"
                " the first column), or put this SELECT into a WITH and read it from"
                " another."
            )
        if column.this.quoted and not table:
            return UnknownColumn(
                f'There is no column "{column.name}". A text stands in single quotes:'
                f" '{column.name}'."
            )
        return UnknownColumn(
            f'There is no column "{column.sql()}". {nearest_column(name, known)}',
            column.sql(),
        )

    def everything(self) -> list[str]:
        """List the names of all columns of the sources."""
        return [name for columns in self.sources.values() for name in columns]


def nearest_column(name: str, known: Iterable[str]) -> str:
    """Return the columns nearest by spelling, or where all of them are listed."""
    listed = list(known)
    said = nearest(name, listed)
    if said.startswith("There are") and len(listed) > 20:
        return "case.columns() lists them all, with what each means."
    return said
