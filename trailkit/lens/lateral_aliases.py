"""Columns that read their neighbours, as SQL that allows it: one SELECT in another.

``select upper(a) as b, b || '!' as c from t`` is not SQL: no column may read another of
the same SELECT. In the files of the lens a column may read those above it; here each
one that does moves to a SELECT around the one that it reads from.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlglot.tokenizer_core import TokenType

from trailkit.lens.select_items import select_items


@dataclass(frozen=True, slots=True)
class LensColumn:
    """A column's expression with its name, and what it reads.

    ``above`` are columns of the same file, ``below`` columns of its source.
    """

    text: str
    above: frozenset[str]
    below: frozenset[str]


Columns = dict[str, LensColumn]


def columns(sql: str, source: Collection[str]) -> Columns:
    """Take the columns of a plain ``select … from`` whose source has these columns.

    A name means the column above, if there is one, and else the source's.

    >>> found = columns("select upper(a) as b, b || a as c from t", ["a"])
    >>> sorted(found["c"].above), sorted(found["c"].below)
    (['b'], ['a'])
    """
    found: Columns = {}
    for name, item in select_items(sql).items():
        *expression, _, _ = item
        words = {
            token.text
            for token in expression
            if token.token_type is not TokenType.STRING
        }
        above = words & found.keys()
        below = words & set(source) - above
        text = sql[item[0].start : item[-1].end + 1]
        found[name] = LensColumn(text, frozenset(above), frozenset(below))
    return found


def needed(all_columns: Columns, wanted: Collection[str]) -> Columns:
    """Keep the columns wanted and those that they read, in their order."""
    kept: set[str] = set()
    waiting = [name for name in all_columns if name in wanted]
    while waiting:
        name = waiting.pop()
        kept.add(name)
        waiting += all_columns[name].above - kept
    return {name: all_columns[name] for name in all_columns if name in kept}


def nested(
    kept: Columns,
    wanted: Collection[str],
    source: str,
    verb: str = "select",
    where: str | None = None,
) -> str:
    """Write the columns wanted as one SELECT in another; the verb is the outer one's.

    ``where`` is a condition on the columns of the source.

    >>> found = columns("select upper(a) as b, b || '!' as c from t", ["a"])
    >>> print(nested(found, ["c"], "t"))
    select
        b || '!' as c
    from (
        select
            upper(a) as b
        from t
    )
    """
    steps = _steps(kept)
    last = max(steps.values())
    for step in range(last + 1):
        later = [kept[name] for name in kept if steps[name] > step]
        carried = set(wanted).union(*(column.above for column in later))
        shown = [
            column.text if steps[name] == step else name
            for name, column in kept.items()
            if steps[name] == step or (steps[name] < step and name in carried)
        ]
        shown += sorted(frozenset[str]().union(*(column.below for column in later)))
        source = _select(shown, source, verb if step == last else "select")
        if where and step == 0:
            source += f"\nwhere {where}"
    return source


def _steps(kept: Columns) -> dict[str, int]:
    """Count how many SELECTs must lie inside the one that has a column."""
    steps: dict[str, int] = {}
    for name, column in kept.items():
        steps[name] = max((steps[each] + 1 for each in column.above), default=0)
    return steps


def _select(shown: list[str], source: str, verb: str) -> str:
    listed = ",\n".join(f"    {text}" for text in shown)
    inner = source if "\n" not in source else f"(\n{_indented(source)}\n)"
    return f"{verb}\n{listed}\nfrom {inner}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
