"""What a query reads and gives, and how relations are put before it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from trailkit.dialect.bound import Bound
from trailkit.dialect.grammar import parse, tokens


def with_relations(sql: str, ctes: Mapping[str, str]) -> Bound:
    """Put CTEs before a query's own, and leave its text as written.

    One trailing semicolon goes. The result begins with ``with``, also when the query
    begins with comments. Values that were bound, in the query or in a CTE, stay so.

    >>> print(with_relations("select 1 as one from events", {"events": "select 2"}))
    with events as (
    select 2
    )
    select 1 as one from events
    """
    query = sql if isinstance(sql, Bound) else Bound((sql,), ())
    first, *rest = [*query.pieces[:-1], _without_semicolon(query.pieces[-1])]
    if not ctes:
        return Bound([first, *rest], query.literals)
    word, last, behind = _around(first)
    before = [f"{word} "]
    for name, text in ctes.items():
        before += [f"{name} as (\n", text, "\n),\n"]
    before[-1] = f"\n){last}"
    return Bound.of([*before, Bound([behind, *rest], query.literals)])


def _without_semicolon(sql: str) -> str:
    pieces = tokens(sql)
    if not pieces or pieces[-1].token_type is not TokenType.SEMICOLON:
        return sql
    return sql[: pieces[-1].start] + sql[pieces[-1].end + 1 :]


def _around(sql: str) -> tuple[str, str, str]:
    """Return the word before the CTEs, what follows them, and the rest of a query."""
    pieces = tokens(sql)
    end = _after_with(pieces)
    if end is None:
        return "with", "\n", sql
    start = pieces[0].start
    return sql[start:end], ",\n", sql[:start] + sql[end:].lstrip(" ")


def _after_with(pieces: Sequence[Token]) -> int | None:
    """Return the place after the query's ``with`` or ``with recursive``, if any."""
    if not pieces or pieces[0].token_type is not TokenType.WITH:
        return None
    recursive = pieces[1].token_type is TokenType.RECURSIVE
    return pieces[1 if recursive else 0].end + 1


def relation_tables(tree: exp.Expr) -> Iterator[exp.Table]:
    """Return every table of a query that is not a CTE of its own."""
    return (table for table in tree.find_all(exp.Table) if own_cte(table) is None)


def conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    """List the conditions that an AND joins, without the brackets around them."""
    inner = condition.unnest()
    if isinstance(inner, exp.And):
        yield from conjuncts(inner.left)
        yield from conjuncts(inner.right)
    else:
        yield inner


def relations_used(sql: str) -> Counter[str]:
    """Count how often a query reads each relation that is not a CTE of its own.

    A CTE that is named twice counts twice: Trino runs it again for each reference.

    >>> relations_used("with a as (select x from events) select 1 from a join a as b")
    Counter({'events': 2})
    """
    return Counter(_reads_of(sql))


@lru_cache(maxsize=256)
def _reads_of(sql: str) -> Counter[str]:
    return _reads(parse(sql))


def _reads(tree: exp.Expr) -> Counter[str]:
    counts: Counter[str] = Counter()
    for table in _outside_ctes(tree):
        cte = own_cte(table)
        if cte is None:
            counts[table.name.lower()] += 1
        elif cte not in ancestors(table):  # a recursive CTE reads itself
            counts += _reads(cte.this)
    return counts


def _outside_ctes(tree: exp.Expr) -> Iterator[exp.Table]:
    """Return the tables of a query, without those inside its CTEs."""
    for node in tree.walk(prune=lambda node: isinstance(node, exp.With)):
        if isinstance(node, exp.Table):
            yield node


@lru_cache(maxsize=256)
def columns_used(sql: str) -> frozenset[str] | None:
    """Return every name that may be a column the query reads, in lower case.

    None where the answer shows all the columns of a relation, by ``select *``. A star
    inside a CTE shows those that someone names. The names are too many rather than
    too few: those of CTEs and of lambdas are among them.

    >>> sorted(columns_used("select a.Time, count(*) as n from events a group by 1"))
    ['a', 'time']
    >>> columns_used("with a as (select * from events) select time from a")
    frozenset({'time'})
    """
    tree = parse(sql)
    stars = [select for select in tree.find_all(exp.Select) if _has_star(select)]
    if any(map(_takes_all, stars)) and any(map(_shows_all, stars)):
        return None
    names = frozenset(
        identifier.name.lower()
        for column in tree.find_all(exp.Column, exp.Dot)
        for identifier in column.find_all(exp.Identifier)
    )
    using = (
        identifier.name.lower()
        for join in tree.find_all(exp.Join)
        for identifier in join.args.get("using") or []
    )
    return names.union(using)


def _has_star(select: exp.Select) -> bool:
    return any(expression.is_star for expression in select.expressions)


def _takes_all(select: exp.Select) -> bool:
    """Return whether a star stands for the columns of a relation."""
    sources = [select.args.get("from_"), *(select.args.get("joins") or [])]
    tables = (source.this for source in sources if source is not None)
    return any(
        isinstance(table, exp.Table) and own_cte(table) is None for table in tables
    )


def _shows_all(select: exp.Select) -> bool:
    """Return whether a star's columns matter though no one names them.

    They do in the answer itself, in a union or an ``in (…)``, where columns are told by
    their place, and under ``distinct``.
    """
    around = select.parent
    if isinstance(around, exp.Subquery):
        named = isinstance(around.parent, exp.From | exp.Join)
    else:
        named = isinstance(around, exp.CTE)
    by_place = named and bool(around and around.alias_column_names)
    return not named or by_place or bool(select.args.get("distinct"))


@lru_cache(maxsize=256)
def only_told_apart(sql: str, name: str) -> bool:
    """Return whether a query asks of a column only which rows have the same value.

    It counts distinct values, groups or partitions by them, and never shows, compares
    or works with one: then any other value that is as distinct gives the same answer.

    >>> only_told_apart("select count(distinct a) as n from events group by b", "a")
    True
    >>> only_told_apart("select max(a) as last from events", "a")
    False
    """
    tree = parse(sql)
    if any(_has_star(select) for select in tree.find_all(exp.Select)):
        return False
    return _told_apart(tree, name, {name})


def _told_apart(tree: exp.Expr, name: str, seen: set[str]) -> bool:
    """Look at every use of a name, and of the names that its value is given."""
    identifiers = tree.find_all(exp.Identifier)
    for identifier in (each for each in identifiers if each.name.lower() == name):
        column = identifier.parent
        if isinstance(column, exp.Alias) and column.args["alias"] is identifier:
            continue
        if not isinstance(column, exp.Column) or column.this is not identifier:
            return False
        value = _carried(column)
        alias = _name_in_cte(value)
        if alias and alias not in seen and not _told_apart(tree, alias, seen | {alias}):
            return False
        if not alias and not _tells_apart(value):
            return False
    return True


def _carried(value: exp.Expr) -> exp.Expr:
    """Go up through what returns a value as it is, or null: ``if(x, value)``."""
    call = value.parent
    if not isinstance(call, exp.Anonymous) or call.name.lower() != "if":
        return value
    if len(call.expressions) != 2 or call.expressions[1] is not value:
        return value
    return _carried(call)


def _name_in_cte(value: exp.Expr) -> str | None:
    """Return the name under which a CTE gives a value on."""
    item = value.parent if isinstance(value.parent, exp.Alias) else value
    select = item.parent
    if not isinstance(select, exp.Select) or item.arg_key != "expressions":
        return None
    cte = select.parent
    if not isinstance(cte, exp.CTE) or cte.alias_column_names:
        return None
    return item.alias_or_name.lower() or None


def _tells_apart(value: exp.Expr) -> bool:
    match value.parent:
        case exp.Distinct(parent=exp.Anonymous() as call):
            return call.name.lower() == "count"
        case exp.Group():
            return True
        case exp.Window():
            return value.arg_key == "partition_by"
        case _:
            return False


def output_columns(sql: str) -> list[str]:
    """Return the names of a query's columns; an expression without a name gives "".

    >>> output_columns("select time, count(*) as calls, 1 from events group by 1")
    ['time', 'calls', '']
    """
    return [output_name(each) for each in parse(sql).selects]


def output_name(item: exp.Expr) -> str:
    """Return the name of a column as Trino gives it, "" where it gives none."""
    bare = item.unnest()
    return item.alias or (bare.name if isinstance(bare, exp.Column) else "")


def own_cte(table: exp.Table) -> exp.CTE | None:
    """Find the CTE that a table means, looking outwards from where it stands."""
    if table.db or not isinstance(table.this, exp.Identifier):
        return None
    inside: exp.Expr = table
    for ancestor in ancestors(table):
        with_ = ancestor.args.get("with_")
        if with_ is not None:
            for cte in _visible(with_, inside):
                if cte.alias.lower() == table.name.lower():
                    return cte
        if isinstance(ancestor, exp.CTE):
            inside = ancestor
    return None


def _visible(with_: exp.With, inside: exp.Expr) -> list[exp.CTE]:
    """Return the CTEs of a WITH that can be seen: inside one, those before it."""
    ctes: list[exp.CTE] = with_.expressions
    place = next((n for n, cte in enumerate(ctes) if cte is inside), len(ctes))
    return ctes[: place + 1 if with_.recursive else place]


def ancestors(node: exp.Expr) -> Iterator[exp.Expr]:
    """Return what a node stands in, from the nearest to the whole query."""
    while node.parent is not None:
        node = node.parent
        yield node
