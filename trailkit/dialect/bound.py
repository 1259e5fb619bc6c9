"""A query with values in it, which knows where they stand.

What a query reads, and how DuckDB writes it, hardly ever depends on the values. So
it is worked out for the shape of a query, the text with a stand-in for each value, and
kept; the values are put in afterwards, as the literals that they are.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

MARK = r"\%q "
"""How the stand-in of a text begins."""

_TEXT, _LIST = f"'{MARK}{{:d}}'", f"'{MARK}{{:d}} …'"
_NUMBER = "92233720368547{:05d}"
_TIME = "'9998-12-31 23:59:59.{:06d}'"
_STANDING = re.compile(
    rf"'{re.escape(MARK)}(\d+)(?: …)?'"
    r"|\b92233720368547(\d{5})\b|'9998-12-31 23:59:59\.(\d{6})'"
)
_ONE = re.compile(r"'(?:[^']|'')*'")
_MOST = 1_000


class Bound(str):
    """A finished query: ``pieces`` of text with a literal between each two.

    ``shape`` is the query with stand-ins. No rule of the dialect that looks into a
    literal (a path, a unit, a format, a network) takes a stand-in for a good one: so a
    shape that is allowed is allowed with every value.

    >>> query = Bound(("select a from t where a = ", ""), ("'x'",))
    >>> print(query, query.filled(query.shape.replace("select", "SELECT")), sep="; ")
    select a from t where a = 'x'; SELECT a from t where a = 'x'
    """

    pieces: tuple[str, ...]
    literals: tuple[str, ...]

    def __new__(cls, pieces: Sequence[str], literals: Sequence[str]) -> "Bound":
        """Put the literals between the pieces."""
        made = super().__new__(cls, _joined(pieces, literals))
        made.pieces, made.literals = tuple(pieces), tuple(literals)
        return made

    @classmethod
    def of(cls, parts: Iterable[str]) -> "Bound":
        """Join texts, bound or not, and keep where the values stand.

        >>> scope = Bound(("time >= ", ""), ("timestamp '2026-03-12'",))
        >>> Bound.of(["select a from t where ", scope]).shape
        "select a from t where time >= timestamp '9998-12-31 23:59:59.000000'"
        """
        pieces, literals = [""], list[str]()
        for part in parts:
            own = part.pieces if isinstance(part, Bound) else (str(part),)
            pieces[-1] += own[0]
            pieces += own[1:]
            literals += part.literals if isinstance(part, Bound) else ()
        return cls(pieces, literals)

    @property
    def shape(self) -> str:
        """Return the query with a stand-in for each value that can have one."""
        found = enumerate(self.literals)
        return _joined(self.pieces, [_stand_in(each, at) for at, each in found])

    @property
    def short(self) -> str:
        """Return the query with a stand-in for each long list, and the other values."""
        short = [
            _stand_in(each, at) if _is_long(each) else each
            for at, each in enumerate(self.literals)
        ]
        return _joined(self.pieces, short)

    def filled(self, form: str) -> str | None:
        """Put the values into another form of the shape; None where one is lost."""
        if len(self.literals) > _MOST or _STANDING.search("".join(self.pieces)):
            return None
        wanted = {_number(found) for found in _STANDING.finditer(self.shape)}
        if wanted - {_number(found) for found in _STANDING.finditer(form)}:
            return None
        inner = [_in_duckdb(literal) for literal in self.literals]
        return _STANDING.sub(lambda found: inner[_number(found)], form)


def shape_of(sql: str) -> str:
    """Return the shape of a query that was bound, and any other as it is."""
    return sql.shape if isinstance(sql, Bound) else sql


def without_lists(sql: str) -> str:
    """Return a query without the long lists that were bound into it."""
    return sql.short if isinstance(sql, Bound) else sql


def _is_long(literal: str) -> bool:
    return literal.startswith("array[") and len(literal) > 1_000


def _joined(pieces: Sequence[str], literals: Sequence[str]) -> str:
    pairs = zip_longest(pieces, literals, fillvalue="")
    return "".join(part for pair in pairs for part in pair)


def _stand_in(literal: str, at: int) -> str:
    """Write the stand-in of a literal; what is short or rare stands for itself."""
    inner = _inner(literal)
    if inner.startswith("timestamp "):
        return f"array[timestamp {_TIME.format(at)}]"
    if literal.startswith("timestamp "):
        return f"timestamp {_TIME.format(at)}"
    text = _TEXT if _ONE.fullmatch(inner) else _LIST
    form = text if inner.startswith("'") else _NUMBER if _is_number(inner) else inner
    return literal.replace(inner, form.format(at), 1) if form is not inner else literal


def _inner(literal: str) -> str:
    """Return what a stand-in stands for: of a list its items, of a time its text."""
    if literal.startswith("array["):
        return literal[len("array[") : -1]
    return literal.removeprefix("timestamp ")


def _in_duckdb(literal: str) -> str:
    """Return what takes a stand-in's place in DuckDB's form, where a time is a cast.

    >>> _in_duckdb("array[timestamp '2026-03-02', timestamp '2026-03-03']")
    "'2026-03-02' AS TIMESTAMP), CAST('2026-03-03'"
    """
    inner = _inner(literal)
    if not inner.startswith("timestamp "):
        return inner
    return inner[len("timestamp ") :].replace(", timestamp ", " AS TIMESTAMP), CAST(")


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or text.startswith("(-")


def is_one(literal: str) -> bool:
    """Tell whether a text in a list is itself, and not the stand-in of many."""
    return not re.fullmatch(rf"{re.escape(MARK)}\d+ …", literal)


def _number(found: re.Match[str]) -> int:
    return int(next(group for group in found.groups() if group))
