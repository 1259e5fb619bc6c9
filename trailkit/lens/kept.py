"""The columns of the lens that a local store keeps beside each record.

The lens works with long rules, and a store is asked many times: so it works them out
once, when it reads a record, by the text of ``sql/events.sql``. It keeps what stands on
the record alone, not on the folder of a delivery, and is more than a column of the
record under another name. A question reads what is kept; its Athena SQL stays what it
is.
"""

import re
from collections.abc import Iterator
from functools import cache

from trailkit.dialect.bound import MARK
from trailkit.dialect.predicates import texts
from trailkit.dialect.required import required_values
from trailkit.lens import lateral_aliases
from trailkit.lens.lateral_aliases import Columns, LensColumn
from trailkit.lens.lens_files import columns_of
from trailkit.record import PLACE

FILE = "events.sql"
"""The relations of this file are kept: ``events``, ``deliveries``, ``network``."""

ACTION = "action_id"
"""A long text, of which a store keeps a key: nearly every event has its own."""

KEY = "lens_action_key"

SORTED = ("service", "action")
"""The columns of the lens by which each row group of a store is sorted."""

_RECORD = "record_id"
_PREFIX = "lens_"
_RENAMED = re.compile(r"(nullif\(\w+, ''\)|\w+) as \w+")


@cache
def names() -> dict[str, str]:
    """Return the name that each column has beside the record, by its name in the lens.

    >>> names()["outcome"]
    'lens_outcome'
    """
    return {name: _PREFIX + name for name in _worth_keeping(columns_of(FILE))}


def _worth_keeping(every: Columns) -> Iterator[str]:
    reads: dict[str, frozenset[str]] = {}
    for name, column in every.items():
        above = (reads[each] for each in column.above)
        reads[name] = column.below.union(*above)
        renamed = _RENAMED.fullmatch(column.text)
        if name != ACTION and not renamed and reads[name].isdisjoint(PLACE):
            yield name


def select() -> str:
    """Write the SELECT, in Athena SQL, that works all of them out from ``records``.

    They have their names in the lens. ``record_id`` comes first, ``action_id`` last.
    """
    every = columns_of(FILE) | {_RECORD: _beside(_RECORD, _RECORD)}
    wanted = [_RECORD, *names(), ACTION]
    return lateral_aliases.nested(
        lateral_aliases.needed(every, wanted), wanted, "records"
    )


def below() -> list[str]:
    """List the columns of the record from which they are worked out."""
    needed = lateral_aliases.needed(columns_of(FILE), [*names(), ACTION])
    return sorted(frozenset[str]().union(*(each.below for each in needed.values())))


def as_kept(every: Columns, by_key: bool) -> Columns:
    """Return the lens over records that have the kept columns beside them.

    ``by_key``: ``action_id`` is its key, which only tells actions apart.
    """
    kept = {name: _beside(beside, name) for name, beside in names().items()}
    if by_key:
        kept[ACTION] = _beside(KEY, ACTION)
    return {name: kept.get(name, column) for name, column in every.items()}


def implied(shape: str, relation: str) -> str | None:
    """Write the condition on what is kept and sorted by that a query implies.

    It says nothing new, but DuckDB passes over what lacks the values of a list where
    the list is a relation. Of the shape of a query, so that no value is in the text.

    >>> print(implied("select time from events where action in ('A', 'B')", "events"))
    lens_action in (select one from unnest(array['A', 'B']) as t (one))
    """
    found: list[str] = []
    for column in SORTED:
        values = required_values(shape, relation, (column,))
        if values and not any(each.startswith(MARK) for each in values):
            listed = f"unnest(array[{texts(sorted(values))}]) as t (one)"
            found.append(f"{names()[column]} in (select one from {listed})")
    return " and ".join(found) or None


def _beside(column: str, name: str) -> LensColumn:
    return LensColumn(f"{column} as {name}", frozenset(), frozenset([column]))
