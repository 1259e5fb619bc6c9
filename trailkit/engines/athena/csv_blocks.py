"""A large CSV of Athena's in pieces, each of them whole rows.

Blocks of a file end anywhere: within a row, a value, a character. A line break ends a
row unless it stands inside a value; Athena puts every value in quotes and doubles the
quotes in it, so it does where the quotes before it are even in number.
"""

from collections.abc import Iterable, Iterator

_QUOTE, _LINE_BREAK = b'"', b"\n"


def whole_rows(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks anew, so that each piece ends with a row.

    >>> list(whole_rows([b'"a"\\n"b', b'\\nc"\\n"d"', b"\\n"]))
    [b'"a"\\n', b'"b\\nc"\\n', b'"d"\\n']
    """
    rest = b""
    for block in blocks:
        rest += block
        if end := _end_of_rows(rest):
            yield rest[:end]
            rest = rest[end:]
    if rest:
        yield rest


def _end_of_rows(text: bytes) -> int:
    """Find the end of the last whole row; the text begins with a row."""
    odd = text.count(_QUOTE) % 2
    place = len(text)
    while (found := text.rfind(_LINE_BREAK, 0, place)) >= 0:
        odd ^= text.count(_QUOTE, found, place) % 2
        if not odd:
            return found + 1
        place = found
    return 0
