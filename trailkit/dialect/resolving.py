"""What every name in a query means, and of which type each of its columns is.

Athena's rules, checked before a run: names that are there, values that fit, what may
stand beside ``group by``. Nothing here depends on an engine.
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from sqlglot import exp

from trailkit.dialect import value_types as kinds
from trailkit.dialect.expressions import Typed, excerpt
from trailkit.dialect.functions import AGGREGATES
from trailkit.dialect.grammar import parse
from trailkit.dialect.grouping import check_groups, is_aggregated
from trailkit.dialect.relations import output_name
from trailkit.dialect.sources import Columns, KnownNames
from trailkit.dialect.value_types import Type, kind
from trailkit.errors import UnsupportedSQL

Shown = list[tuple[str, Type]]
"""The columns that a query gives: name, or "" without one, and type."""

Ctes = Mapping[str, Columns]


def resolve(sql: str, relations: Mapping[str, Mapping[str, str]]) -> Shown:
    """Return what a query shows: each column's name and type, stars spelt out.

    ``relations`` are the columns of each relation with their types. Raises
    UnknownColumn, and UnsupportedSQL for what Athena refuses.

    >>> resolve("select a, count(*) from t group by a", {"t": {"a": "varchar"}})
    [('a', 'varchar'), ('', 'bigint')]
    """
    return _of_query(parse(sql), relations, None)


def _of_query(query: exp.Expr, ctes: Ctes, around: KnownNames | None) -> Shown:
    if isinstance(query, exp.Subquery):
        return _of_query(query.this, ctes, around)
    ctes = _with_own(query, ctes, around)
    if isinstance(query, exp.SetOperation):
        return _of_both(query, ctes, around)
    if isinstance(query, exp.Select):
        return _Select(query, ctes, around).shown()
    return []


def _with_own(query: exp.Expr, ctes: Ctes, around: KnownNames | None) -> Ctes:
    """Add a query's own CTEs, each of which sees those before it."""
    own = dict(ctes)
    for cte in query.ctes:  # type: ignore[attr-defined]
        if query.args["with_"].recursive:
            own[cte.alias.lower()] = _of_anchor(cte, own, around)
        shown = _of_query(cte.this, own, around)
        own[cte.alias.lower()] = _named(shown, cte.alias_column_names)
    return own


def _of_anchor(cte: exp.CTE, ctes: Ctes, around: KnownNames | None) -> Columns:
    """Return the columns of a CTE that reads itself, by its first part."""
    first = cte.this.left if isinstance(cte.this, exp.SetOperation) else cte.this
    return _named(_of_query(first, ctes, around), cte.alias_column_names)


def _named(shown: Shown, names: list[str]) -> Columns:
    pairs = zip_longest(shown, names)
    return {
        (alias or name).lower(): type for (name, type), alias in pairs if alias or name
    }


def _of_both(query: exp.SetOperation, ctes: Ctes, around: KnownNames | None) -> Shown:
    left, right = (_of_query(each, ctes, around) for each in (query.left, query.right))
    if len(left) != len(right):
        raise UnsupportedSQL(
            f"The two sides of {query.key} show {len(left)} and {len(right)} columns:"
            " they must be as many."
        )
    shown: Shown = []
    for number, (mine, other) in enumerate(zip(left, right, strict=True), start=1):
        if None not in (mine[1], other[1]) and kind(mine[1]) != kind(other[1]):
            raise UnsupportedSQL(
                f"Column {number} of the two sides of {query.key} is {mine[1]} and"
                f" {other[1]}: cast one of them."
            )
        shown.append((mine[0], kinds.common([mine[1], other[1]])))
    _check_order_of_both(query, shown)
    return shown


def _check_order_of_both(query: exp.SetOperation, shown: Shown) -> None:
    names = KnownNames({"": dict(shown)})
    for item in _order_items(query):
        if not item.this.is_number:
            Typed(names, _asks_nothing).of(item)


def _asks_nothing(query: exp.Query, around: KnownNames) -> Type:
    """Stand for a query inside the order of a union, which Athena does not read."""
    del query, around
    return None


def _order_items(query: exp.Expr) -> list[exp.Expr]:
    order = query.args.get("order")
    return order.expressions if order else []


class _Select:
    """One SELECT, while its names are looked up."""

    def __init__(
        self, select: exp.Select, ctes: Ctes, around: KnownNames | None
    ) -> None:
        """Look at its sources first: every other part stands on them."""
        self._select, self._ctes, self._around = select, ctes, around
        self._sources: dict[str, Columns] = {}
        joined_by: set[str] = set()
        self._joined_by = joined_by
        for source in self._placed():
            self._add(source)
        for join in select.args.get("joins") or []:
            joined_by |= {each.name.lower() for each in join.args.get("using") or []}
        given = {each.alias.lower() for each in select.expressions if each.alias}
        self._names = KnownNames(
            self._sources, frozenset(joined_by), around, frozenset(given)
        )
        self._typed = Typed(self._names, self._asked)

    def shown(self) -> Shown:
        """Return its columns; refuse what Athena does not read."""
        select = self._select
        for join in select.args.get("joins") or []:
            if join.args.get("on") is not None:
                self._typed.condition(join.args["on"])
        self._check_where()
        shown = [column for item in select.expressions for column in self._item(item)]
        groups = self._groups()
        having = select.args.get("having")
        if having is not None:
            self._typed.condition(having.this)
        self._check_order(shown)
        if groups or is_aggregated(select):
            check_groups(select, groups, self._names)
        return shown

    def _asked(self, query: exp.Query, around: KnownNames) -> Type:
        shown = _of_query(query, self._ctes, around)
        return shown[0][1] if shown else None

    # What it reads

    def _placed(self) -> Iterator[exp.Expr]:
        from_ = self._select.args.get("from_")
        if from_ is not None:
            yield from_.this
        for join in self._select.args.get("joins") or []:
            yield join.this

    def _add(self, source: exp.Expr) -> None:
        name, columns = self._read(source)
        if name in self._sources and name:
            raise UnsupportedSQL(
                f'Two sources are called "{name}": give one another name, as in'
                f" {source.name or name} as other."
            )
        self._sources[name or f" {len(self._sources)}"] = columns

    def _read(self, source: exp.Expr) -> tuple[str, Columns]:
        """Return a source's name and its columns."""
        names = source.alias_column_names
        alias = source.alias.lower()
        if isinstance(source, exp.Table):
            columns = dict(self._ctes.get(source.name.lower(), {}))
            shown = list(columns.items())
            return alias or source.name.lower(), _named(shown, names)
        if isinstance(source, exp.Unnest):
            return alias, self._unnested(source, names)
        if isinstance(source, exp.Values):
            rows = source.expressions[0]
            typed = Typed(KnownNames({}), self._asked)
            first = rows.expressions if isinstance(rows, exp.Tuple) else [rows]
            return alias, _named([("", typed.of(each)) for each in first], names)
        if isinstance(source, exp.Subquery):
            shown = _of_query(source.this, self._ctes, self._around)
            return alias, _named(shown, names)
        return alias, {}

    def _unnested(self, source: exp.Unnest, names: list[str]) -> Columns:
        """Return an array's elements, and their place; it sees the sources before."""
        before = KnownNames(dict(self._sources), around=self._around)
        list_type = Typed(before, self._asked).of(source.expressions[0])
        columns: dict[str, Type] = dict.fromkeys(
            map(str.lower, names), kinds.element(list_type)
        )
        if offset := source.args.get("offset"):
            columns[offset.name.lower()] = "bigint"
        return columns

    # What it shows, and how

    def _item(self, item: exp.Expr) -> Shown:
        if item.is_star and not isinstance(item, exp.Anonymous):
            return self._star(item)
        type = self._typed.of(item.this if isinstance(item, exp.Alias) else item)
        return [(output_name(item), type)]

    def _star(self, item: exp.Expr) -> Shown:
        source = item.table.lower() if isinstance(item, exp.Column) else ""
        if source and source not in self._sources:
            raise UnsupportedSQL(f'{item.sql()}: nothing here is called "{source}".')
        shown: Shown = []
        for name, columns in self._sources.items():
            if source in ("", name):
                shown += [
                    each
                    for each in columns.items()
                    if each[0] not in self._joined_by or each not in shown
                ]
        return shown

    def _check_where(self) -> None:
        where = self._select.args.get("where")
        if where is None:
            return
        for call in _own_calls(where):
            if call.name.lower() in AGGREGATES and not call.find_ancestor(exp.Window):
                raise UnsupportedSQL(
                    f"{excerpt(call)} is counted over rows, which where comes before:"
                    " write having … after group by."
                )
        if any(_own(self._select, each) for each in where.find_all(exp.Window)):
            raise UnsupportedSQL(
                "A window function stands in no where: number the rows in a WITH, as in"
                " with numbered as (select …, row_number() over (…) as place from"
                " events) select … from numbered where place = 1."
            )
        self._typed.condition(where.this)

    def _groups(self) -> list[exp.Expr]:
        """Return what the rows are grouped by; a number means that column."""
        group = self._select.args.get("group")
        found: list[exp.Expr] = []
        for each in group.expressions if group else []:
            if each.is_number:
                found.append(self._by_number(each, "group by"))
            else:
                self._typed.of(each)
                found.append(each)
        return found

    def _by_number(self, number: exp.Expr, where: str) -> exp.Expr:
        items = self._select.expressions
        at = int(number.name) if number.name.isdecimal() else 0
        if any(each.is_star and not isinstance(each, exp.Anonymous) for each in items):
            return number
        if not 1 <= at <= len(items):
            raise UnsupportedSQL(
                f"{where} {number.name}: there are {len(items)} columns."
            )
        return items[at - 1].unalias()

    def _check_order(self, shown: Shown) -> None:
        """An order may name what is shown; else what there is to read."""
        outputs = {name.lower(): type for name, type in shown if name}
        for item in _order_items(self._select):
            if item.this.is_number:
                self._by_number(item.this, "order by")
                continue
            known = item.this.name.lower() if isinstance(item.this, exp.Column) else ""
            if known in outputs and not item.this.table:
                continue
            self._check_order_item(item, outputs)

    def _check_order_item(self, item: exp.Expr, outputs: Columns) -> None:
        columns = list(item.find_all(exp.Column))
        used = {each.name.lower() for each in columns if not each.table}
        if len(used) == len(columns) and used and used <= outputs.keys():
            Typed(KnownNames({"": outputs}), self._asked).of(item)
            return
        self._typed.of(item)
        written = {each.unalias() for each in self._select.expressions}
        if self._select.args.get("distinct") and item.this not in written:
            raise UnsupportedSQL(
                f"order by {item.this.sql()}: of distinct rows only what the SELECT"
                " shows can be ordered by."
            )


def _own_calls(part: exp.Expr) -> Iterator[exp.Expr]:
    select = part.find_ancestor(exp.Select)
    return (each for each in part.find_all(exp.Anonymous) if _own(select, each))


def _own(select: exp.Expr | None, node: exp.Expr) -> bool:
    """Return whether a node belongs to a SELECT, and to none inside it."""
    return node.find_ancestor(exp.Select) is select
