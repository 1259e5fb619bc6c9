"""The SELECT of a slice: which events a question needs, in columns that come through.

An answer of Athena holds no lists, so ``resources`` goes as JSON text and is a list
again here.
"""

from trailkit import dialect
from trailkit.lens import compose, described


def fetch(select: str, relation: str) -> str | None:
    """Write the SELECT of the events that a question needs; None for all of them."""
    every = compose.columns(relation)
    condition = dialect.row_condition(select, relation, every)
    if condition is None:
        return None
    used = dialect.columns_used(select)
    wanted = [name for name in every if used is None or name in used]
    shown = [_sent(relation, name) for name in wanted or every[:1]]
    return f"select {', '.join(shown)}\nfrom {relation}\nwhere {condition}"


def received(relation: str, name: str) -> str:
    """Write a column as the lens has it, in DuckDB's words."""
    if not _is_list(relation, name):
        return f'"{name}"'
    rows = f"from_json({name}, '[[\"VARCHAR\"]]')"
    fields = "{'arn': r[1], 'account_id': r[2], 'type': r[3]}"
    return f"list_transform({rows}, lambda r: {fields}) as {name}"


def _sent(relation: str, name: str) -> str:
    """Write a column as an answer can hold it: resources as JSON text."""
    if not _is_list(relation, name):
        return name
    rows = f"transform({name}, r -> array[r.arn, r.account_id, r.type])"
    return f"json_format(cast({rows} as json)) as {name}"


def _is_list(relation: str, name: str) -> bool:
    return described.types()[relation].get(name, "").startswith("array")
