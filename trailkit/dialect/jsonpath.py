"""Trino's JSON paths, which ``json_extract`` and ``json_extract_scalar`` take.

Their grammar is small: ``$``, ``.name`` of letters, digits, ``_`` and ``:``, ``[0]``,
``["any text"]``. DuckDB reads its own paths otherwise (``$.a:b`` is two steps), so
they go to it as JSON pointers (RFC 6901), in which a step is a step. As in Trino, a
number finds an array's element, and an object's field of that name.
"""

import re

from trailkit.errors import UnsupportedSQL

_STEP = re.compile(
    r'\.(?P<name>[\w:]+)|\[(?P<index>\w+)\]|\["(?P<quoted>(?:[^"\\]|\\["\\])*)"\]'
)


def json_pointer(path: str) -> str:
    """Write a JSON path of Trino's as a JSON pointer.

    >>> json_pointer('$.items[0]["a/b"].aws:type')
    '/items/0/a~1b/aws:type'
    >>> json_pointer("$")
    ''

    Raises ``UnsupportedSQL`` for what Trino does not read, such as ``$.a-b``.
    """
    return "".join("/" + _escape(step) for step in _steps(path))


def _steps(path: str) -> list[str]:
    steps: list[str] = []
    at = 1
    while path.startswith("$") and at < len(path) and (found := _STEP.match(path, at)):
        quoted = found["quoted"]
        name = found["name"] or found["index"]
        steps.append(name if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        at = found.end()
    if not path.startswith("$") or at != len(path):
        raise UnsupportedSQL(
            f"'{path}' is not JSON path of Trino's: it begins with $, then .name of"
            ' letters, digits, _ and :, [0], or ["any text"].'
            ' Write $["user-agent"], not $.user-agent.'
        )
    return steps


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
