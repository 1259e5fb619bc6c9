"""Athena's grammar as we use it: text to tokens, text to one parsed query.

sqlglot gives the syntax and nothing else. Its Trino parser would turn function calls
into its own ideas of them, and write those out for DuckDB with another meaning; here
every call stays as written (an ``Anonymous`` node), and ``functions`` says what it is.
"""

from functools import lru_cache

from sqlglot import exp
from sqlglot import parser as sqlglot_parser
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.tokenizer_core import Token

from trailkit.errors import NotConfigured, NotOneSelect, UnsupportedSQL


class AthenaSQL(Trino):
    """Trino's syntax, with no function known to the parser."""

    INDEX_OFFSET = 0  # a subscript stays as written

    class Parser(Trino.Parser):
        """Leave every call as written; CAST, CASE, EXTRACT are syntax, not calls."""

        FUNCTIONS = {}  # noqa: RUF012
        NO_PAREN_FUNCTIONS = {}  # noqa: RUF012
        FUNCTION_PARSERS = {  # noqa: RUF012
            name: parser
            for name, parser in Trino.Parser.FUNCTION_PARSERS.items()
            if name in ("CAST", "EXTRACT", "TRY_CAST")
        }
        NO_PAREN_FUNCTION_PARSERS = {  # noqa: RUF012
            "CASE": Trino.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]
        }

        def _warn_unsupported(self) -> None:
            """Say nothing of what is no SELECT: ``parse`` refuses it."""


@lru_cache(maxsize=256)
def tokens(sql: str) -> tuple[Token, ...]:
    """Split SQL into tokens; comments, literals and JSON paths are one piece each.

    Offsets count characters, whatever they are; ``end`` is the last character.

    >>> [sql_token.text for sql_token in tokens("select ':a' -- :b")]
    ['select', ':a']
    """
    try:
        return tuple(AthenaSQL().tokenize(sql))
    except TokenError as error:
        raise UnsupportedSQL(f"This is not SQL: {_reason(error)}.") from error


def parse(sql: str) -> exp.Query:
    """Parse exactly one SELECT, with or without WITH or UNION.

    The tree is shared between callers: copy it before you change it.
    """
    return _parse(sql)


@lru_cache(maxsize=128)
def _parse(sql: str) -> exp.Query:
    _refuse_compiled()
    try:
        statements = AthenaSQL().parse(sql)
    except TokenError as error:
        raise UnsupportedSQL(f"This is not SQL: {_reason(error)}.") from error
    except ParseError as error:
        raise UnsupportedSQL(
            f"This SQL does not parse: {_reason(error)}.{_hint(sql)}"
        ) from error
    except RecursionError as error:
        raise UnsupportedSQL("This SQL is nested too deeply to be read.") from error
    queries = [each for each in statements if each is not None]
    if len(queries) != 1:
        raise NotOneSelect(
            f"Here are {len(queries)} statements; write exactly one SELECT."
        )
    query = queries[0]
    if not isinstance(query, exp.Select | exp.SetOperation | exp.Subquery):
        raise NotOneSelect(
            f"This is {_verb(query)}, not a SELECT; trailkit only reads."
            " Write one SELECT, with its WITH before it if it has one; describe events"
            " lists the columns."
        )
    return query


def _refuse_compiled() -> None:
    """Raise NotConfigured where sqlglot is compiled: no class can extend its parser."""
    if not str(sqlglot_parser.__file__).endswith(".py"):
        raise NotConfigured(
            "sqlglotc, the compiled form of sqlglot, is installed beside it, and its"
            " parser cannot be extended, as trailkit does. Type: pip uninstall sqlglotc"
        )


def place(node: exp.Expr, sql: str) -> str:
    """Name the line of a node, for a message; nothing where there is but one line."""
    lines = (each.meta.get("line") for each in node.walk())
    line = next((line for line in lines if line), None)
    return f"Line {line}: " if line and "\n" in sql.strip() else ""


def _hint(sql: str) -> str:
    """Return what to write instead of another database's word, where one is there."""
    words = {piece.text.lower() for piece in tokens(sql)}
    return "".join(f" {_OTHERS[word]}" for word in sorted(words & _OTHERS.keys()))


_OTHERS = {
    "qualify": "For qualify, number the rows in a WITH, and read from it.",
    "top": "For top 5, write limit 5 at the end.",
    "overflow": "For on overflow, cut the text: substr(listagg(…), 1, 1000).",
    "pivot": "For pivot, write count_if(x = 'a') as a, count_if(x = 'b') as b.",
}
"""What people type elsewhere, and no parser of Athena's SQL reads."""


def _verb(statement: exp.Expr) -> str:
    words = statement.sql(dialect="trino").split()
    return f'"{words[0].lower()} …"' if words else "nothing"


def _reason(error: SqlglotError) -> str:
    """Return the first line of sqlglot's message, without its terminal colours."""
    details = getattr(error, "errors", None)
    if details:
        first = details[0]
        return f"{first['description'].rstrip('.')}, line {first['line']}"
    return str(error).splitlines()[0].rstrip(".")
