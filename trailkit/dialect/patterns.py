"""Regular expressions that every engine reads, and reads alike."""

import re
from functools import lru_cache

import pyarrow as pa

from trailkit.dialect.bound import MARK
from trailkit.errors import UnsupportedSQL

_NAMED = re.compile(r"(?<!\\)(?:\\\\)*\(\?P?<[A-Za-z_]")


@lru_cache(maxsize=512)
def check_pattern(text: str) -> None:
    r"""Refuse what is no regular expression, and what only one engine reads.

    >>> check_pattern("Delete(Bucket")
    Traceback (most recent call last):
    trailkit.errors.UnsupportedSQL: "Delete(Bucket" is not a regular expression ...
    """
    # It takes its time to load, and few queries need it.
    from pyarrow import compute

    if text.startswith(MARK):
        raise UnsupportedSQL("The value of a pattern must be known.")
    if _NAMED.search(text):
        raise _refused(text, "a group has no name")
    try:
        options = compute.MatchSubstringOptions(text)
        compute.call_function("match_substring_regex", [pa.scalar("")], options)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise _refused(text, reason) from None


def _refused(text: str, reason: str) -> UnsupportedSQL:
    return UnsupportedSQL(
        f'"{text}" is not a regular expression that all engines read ({reason}).{MEND}'
    )


MEND = (
    r" A sign itself has a backslash before it, as in \( or \*; (?=…), (?<name>…) and"
    r" \1 are not shared. strpos(x, 'a(b') > 0 looks for a text as it is."
)
"""What to write instead."""
