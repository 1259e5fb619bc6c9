"""Records that stand in a table in another form than AWS's own: OCSF.

A form is a SELECT in ``sql/`` that gives the columns of ``records``. A table may have
less than the form knows, and a field that a struct does not have cannot be tried for in
SQL: so what a table does not declare is taken out of the text before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from sqlglot import exp

from trailkit.dialect.grammar import AthenaSQL, parse
from trailkit.dialect.sql_files import sql_folder
from trailkit.record import Kind, columns
from trailkit.tables.column_expressions import type_of

OCSF = "ocsf.sql"

NEEDED = ("event_id", "event_time", "event_name", "event_source")
"""Without these columns a table answers no question."""

_FLAT = "{} below its first level"
DEEP = {
    "additional_data": _FLAT.format("additionalEventData"),
    "service_details": _FLAT.format("serviceEventDetails"),
    "resources": "the ARNs of resources that a record gives by their beginning alone",
}
"""What OCSF has no place for, by the column of the lens that shows the rest."""

DEEP_IN_MAPS = {
    "request": _FLAT.format("requestParameters"),
    "response": _FLAT.format("responseElements"),
    "additional_data": _FLAT.format("additionalEventData"),
    "service_details": _FLAT.format("serviceEventDetails"),
}
"""The same of CloudTrail Lake without ``eventjson``: its maps hold texts.

Of a text that is JSON no one can tell whether the record has an object or a text there.
"""


@dataclass(frozen=True, slots=True)
class Form:
    """How a table has the columns of ``records``: the SQL of each that it carries.

    ``condition`` keeps the rows that are records of CloudTrail.
    """

    expressions: Mapping[str, str]
    condition: str

    @classmethod
    def of(cls, declared: Mapping[str, str]) -> Self | None:
        """Return the form of a table with these columns (Hive types); None for AWS's.

        >>> Form.of({"eventid": "string", "eventtime": "string"}) is None
        True
        """
        if "metadata" not in declared:
            return None
        select = _file(OCSF)
        kept = {each.alias: _pruned(each.this, declared) for each in select.expressions}
        found = {name: _text(tree) for name, tree in kept.items() if tree is not None}
        where = _pruned(select.args["where"].this, declared)
        return cls(found, "" if where is None else _text(where))

    @property
    def lacking(self) -> tuple[str, ...]:
        """The columns of an event's record that the table does not carry."""
        own = columns(Kind.EVENT).values()
        return tuple(
            each.name
            for each in own
            if each.in_files and each.name not in self.expressions
        )


@cache
def _file(name: str) -> exp.Expr:
    return parse((sql_folder() / name).read_text(encoding="utf-8"))


def _text(tree: exp.Expr) -> str:
    return tree.sql(dialect=AthenaSQL, normalize_functions=False, comments=False)


def _pruned(tree: exp.Expr, declared: Mapping[str, str]) -> exp.Expr | None:
    """Take out what the table does not have; None where nothing is left."""
    whole = exp.Paren(this=tree.copy())
    for node in reversed(list(whole.this.walk(bfs=True))):
        left = _left(node, declared)
        if left is not node:
            node.replace(left)
    return None if isinstance(whole.this, exp.Null) else whole.this


def _left(node: exp.Expr, declared: Mapping[str, str]) -> exp.Expr:
    """Return what is left of a node, of which the parts are done.

    A coalesce keeps the rest, a CASE its other branches, a row a null; all else that
    is worked out from a null is null.
    """
    if isinstance(node, exp.Column | exp.Dot):
        inner = isinstance(node.parent, exp.Dot)
        return node if inner or _type(node, declared) else exp.Null()
    if isinstance(node, exp.Case):
        return _left_of_case(node)
    parts = [*node.iter_expressions()]
    there = [each for each in parts if not isinstance(each, exp.Null)]
    if len(there) == len(parts) or isinstance(node, exp.If) or _calls(node, "row"):
        return node
    if _calls(node, "coalesce") and there:
        return there[0] if len(there) == 1 else _coalesce(there)
    return there[0] if isinstance(node, exp.Or) and there else exp.Null()


def _calls(node: exp.Expr, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == name


def _coalesce(values: list[exp.Expr]) -> exp.Expr:
    return exp.Anonymous(this="coalesce", expressions=[each.copy() for each in values])


def _left_of_case(case: exp.Expr) -> exp.Expr:
    """Keep the branches that can be reached; a null where none of them has a value."""
    of_null = isinstance(case.this, exp.Null)
    kept = [each for each in case.args["ifs"] if not isinstance(each.this, exp.Null)]
    valued = any(not isinstance(each.args["true"], exp.Null) for each in kept)
    if of_null or not valued:
        return case.args.get("default") or exp.Null()
    case.set("ifs", kept)
    return case


def _type(node: exp.Expr, declared: Mapping[str, str]) -> exp.DataType | None:
    """Return the type of a column, or of a field reached through it; None: no such."""
    if isinstance(node, exp.Dot):
        return _field(_type(node.this, declared), node.name)
    if isinstance(node, exp.Identifier):
        return _element(node, declared)
    parts = node.parts if isinstance(node, exp.Column) else []
    name, *fields = (part.name.lower() for part in parts)
    found = type_of(name, declared[name]) if name in declared else None
    for field in fields:
        found = _field(found, field)
    return found


def _field(kind: exp.DataType | None, name: str) -> exp.DataType | None:
    if kind is None or kind.this is not exp.DType.STRUCT:
        return None
    fields = {each.name.lower(): each.args["kind"] for each in kind.expressions}
    return fields.get(name.lower())


def _element(name: exp.Expr, declared: Mapping[str, str]) -> exp.DataType | None:
    """Return the type of a lambda's parameter: that of an element of the list."""
    lambda_ = name.find_ancestor(exp.Lambda)
    items = lambda_.parent.expressions[0] if lambda_ and lambda_.parent else None
    kind = _type(items, declared) if isinstance(items, exp.Column) else None
    return kind.expressions[0] if kind and kind.this is exp.DType.ARRAY else None
