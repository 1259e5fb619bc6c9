"""Log values made harmless and short before they stand in a figure.

plotly reads a little markup in every text that it draws: tags such as ``<a href>``,
``$…$`` as a formula, ``%{…}`` as a template. A user agent or a bucket name may hold
any of these, or a character that turns the reading direction round.
"""

import textwrap
from typing import Any

import numpy as np
import pandas as pd

UNKNOWN, EMPTY = "<i>unknown</i>", "<i>empty</i>"
"""What stands for a null and for no text: no log value can look like this markup."""

# Numeric, because plotly knows few entities by name: &quot; is not one of them.
_ENTITIES = str.maketrans({char: f"&#{ord(char)};" for char in "&<>\"'`$%{}"})


def label(value: Any, width: int = 40) -> str:
    r"""Make one log value safe for any text of a figure, and cut it to a width.

    What cannot be printed shows as its escape; the middle gives way to ``…``, since
    both ends of an ARN or a session name matter. A null reads *unknown*.

    >>> label("<b>Bob</b>")
    '&#60;b&#62;Bob&#60;/b&#62;'
    >>> label("invoice\u202efdp.exe")
    'invoice\\u202efdp.exe'
    >>> label("role/AWSReservedSSO_Admin_0123456789abcdef/alice", 24)
    'role/AWSRese…bcdef/alice'
    """
    if pd.isna(value):
        return UNKNOWN
    if value == "":
        return EMPTY
    # Cut first: a log value can be a hundred thousand characters long.
    visible = "".join(map(_visible, _cut(str(value), width)))
    return _cut(visible, width).translate(_ENTITIES)


def labels(column: pd.Series, width: int = 40) -> np.ndarray:
    """Make a whole column of log values safe; see ``label``."""
    codes, values = pd.factorize(column)
    safe = np.array([*(label(value, width) for value in values), UNKNOWN], object)
    # The code of a null is -1, which takes the last.
    return safe[codes]


def lines(text: str, width: int) -> str:
    """Break safe text into lines, between words only: an entity stays whole."""
    broken = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "<br>".join(broken)


def counted(count: int, noun: str) -> str:
    """Say a number with its noun.

    >>> counted(1, "event"), counted(2900, "event")
    ('1 event', '2,900 events')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    head = width // 2
    return f"{text[:head]}…{text[head + 1 - width :]}"


def _visible(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()
