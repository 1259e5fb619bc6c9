"""What a question's conditions say about ``records``, in words that prune.

``service = 'iam'`` is a condition on what the lens works out, and no engine can tell
from it which parts of a file hold such rows. It implies one on ``event_source`` as it
stands; by that a copy, whose rows lie sorted, is read in part. What is implied is never
narrower than what was asked, and the question's own condition still decides.
"""

from collections.abc import Callable, Iterable, Iterator

from sqlglot import exp

from trailkit.dialect.grammar import parse
from trailkit.dialect.networks import is_over_networks
from trailkit.dialect.predicates import texts
from trailkit.dialect.relations import relation_tables
from trailkit.lens.families import families

Spelling = tuple[str, str]
"""A value as a whole, and the beginning of its longer forms."""

SAME = {
    "event_name": "event_name",
    "event_source": "event_source",
    "event_type": "event_type",
    "access_key": "user_identity_access_key_id",
    "identity_type": "user_identity_type",
    "source_ip": "source_ip_address",
}
"""Columns of the lens that hold a column of ``records``, an empty text as null.

Not the event's id: ids lie in no order, and to look for one passes over nothing.
"""


def implied(select: str, relation: str) -> str | None:
    """Write the condition on ``records`` that a SELECT's reading of a relation implies.

    None where it may need every row.

    >>> print(implied("select time from events where service = 'kms'", "events"))
    (event_source in ('kms') or event_source like 'kms.amazonaws.com%')
    """
    tables = relation_tables(parse(select))
    return _either(_of_table(each) for each in tables if each.name.lower() == relation)


def _of_table(table: exp.Table) -> str | None:
    """Read the WHERE of a SELECT that reads the relation, and nothing beside it."""
    reader = table.parent and table.parent.parent
    if not isinstance(reader, exp.Select) or reader.args.get("joins"):
        return None
    where = reader.args.get("where")
    return _of(where.this) if where else None


def _of(condition: exp.Expr) -> str | None:
    match condition:
        case exp.Paren():
            return _of(condition.this)
        case exp.And():
            both = [_of(condition.left), _of(condition.right)]
            return " and ".join(filter(None, both)) or None
        case exp.Or():
            return _either([_of(condition.left), _of(condition.right)])
        case exp.EQ():
            return _one_of(condition.left, [condition.right])
        case exp.In():
            return _one_of(condition.this, condition.expressions)
        case exp.Anonymous(expressions=[exp.Array() as listed, second]):
            return _of_list(condition.name.lower(), listed.expressions, second)
        case _:
            return None


def _of_list(call: str, listed: list[exp.Expr], second: exp.Expr) -> str | None:
    """Read contains(list, column), and an any_match of networks where none is."""
    if call == "contains":
        return _one_of(second, listed)
    looks = call == "any_match" and is_over_networks(second)
    return "false" if looks and not any("/" in each.name for each in listed) else None


def _either(conditions: Iterable[str | None]) -> str | None:
    """Join by OR; where one of them may need every row, all do."""
    every = list(conditions)
    known = [each for each in every if each]
    if not known or len(known) < len(every):
        return None
    return known[0] if len(known) == 1 else f"(({') or ('.join(known)}))"


def _one_of(column: exp.Expr, values: list[exp.Expr]) -> str | None:
    """Write what it means that a column of the lens is one of these texts."""
    named = [each.name for each in values if each.is_string and each.name]
    if not isinstance(column, exp.Column) or not named or len(named) < len(values):
        return None
    name = column.name.lower()
    if name in SAME:
        return f"{SAME[name]} in ({texts(named)})"
    if name not in _WORKED_OUT:
        return None
    read, spellings = _WORKED_OUT[name]
    return _begins(read, [each for value in named for each in spellings(value)])


def _begins(column: str, spellings: list[Spelling]) -> str | None:
    """Write that a column is one of these texts, or begins with one's longer form."""
    wholes, beginnings = zip(*spellings, strict=True)
    if any(sign in text for text in beginnings for sign in "%_"):
        return None
    likes = "".join(f" or {column} like {texts([f'{each}%'])}" for each in beginnings)
    return f"({column} in ({texts(wholes)}){likes})"


def _service(service: str) -> Iterator[Spelling]:
    """Spell the source of a service: the lens cuts it at the domain."""
    yield service, f"{service}.amazonaws.com"


def _family(family: str) -> Iterator[Spelling]:
    members = (name for name, its in families().items() if its == family)
    for service in (family, *members):
        yield from _service(service)


def _action(action: str) -> Iterator[Spelling]:
    """Spell the name of an action: the lens cuts off a version, which is a date."""
    yield action, f"{action}20"


_WORKED_OUT: dict[str, tuple[str, Callable[[str], Iterator[Spelling]]]] = {
    "service": ("event_source", _service),
    "family": ("event_source", _family),
    "action": ("event_name", _action),
}
"""Columns of the lens that are worked out: from what, and how that is spelt."""
