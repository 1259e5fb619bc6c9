"""The layout of a SELECT's text: one item and one condition a line; its length."""

from collections.abc import Iterable

QUERY_TEXT_LIMIT = 262_144
"""Bytes of UTF-8 that Athena takes as one query (Athena User Guide, Service Quotas)."""


def select_text(items: Iterable[str], source: str, where: Iterable[str] = ()) -> str:
    """Write a SELECT.

    >>> print(select_text(["a", "b"], "t", ["a > 1", "b > 2"]))
    select
        a,
        b
    from t
    where
        a > 1
        and b > 2
    """
    listed = ",\n    ".join(items)
    kept = "\n    and ".join(where)
    text = f"select\n    {listed}\nfrom {source}"
    return f"{text}\nwhere\n    {kept}" if kept else text


def nested(select: str) -> str:
    """Write a SELECT as the source of another.

    >>> print(nested("select 1"))
    (
        select 1
    )
    """
    lines = (f"    {line}" for line in select.splitlines())
    return "(\n" + "\n".join(lines) + "\n)"
