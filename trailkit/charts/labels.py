"""Log values made harmless and short before they stand in a figure.

plotly reads a little markup in every text that it draws: tags such as ``<a href>``,
``$…$`` as a formula, ``%{…}`` as a template. A user agent or a bucket name may hold
any of these, or a character that turns the reading direction round.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from html import unescape
from typing import Any

import numpy as np
import pandas as pd

UNKNOWN, EMPTY = "<i>unknown</i>", "<i>empty</i>"
"""What stands for a null and for no text: no log value can look like this markup."""

# Numeric, because plotly knows few entities by name: &quot; is not one of them.
_ENTITIES = str.maketrans({char: f"&#{ord(char)};" for char in "&<>\"'`$%{}"})


def label(value: Any, width: int = 40) -> str:
    r"""Return one log value made safe for any text of a figure, and cut it to a width.

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
    """Return a whole column of log values made safe; see ``label``."""
    codes, values = pd.factorize(column)
    safe = np.array([*(label(value, width) for value in values), UNKNOWN], object)
    # The code of a null is -1, which takes the last.
    return safe[codes]


def distinct(values: Iterable[Any], width: int = 40) -> list[str]:
    """Return a safe label for each of the values, no two alike unless the values are.

    Where a value is too long, what all of them begin and end with gives way first,
    then what those begin and end with that would look the same.

    >>> distinct(["role/terraform", "role/Admin"])
    ['role/terraform', 'role/Admin']
    >>> stem = "arn:aws:s3:::a-very-long-name-of-a-bucket/"
    >>> distinct([stem + "2026/one.csv", stem + "2027/two.csv"], 24)
    ['…2026/one.csv', '…2027/two.csv']
    """
    given = list(values)
    texts = ["" if pd.isna(value) else str(value) for value in given]
    if max(map(len, texts), default=0) > width:
        texts = _without_common(texts)
    shown = [
        label(value, width) if pd.isna(value) or value == "" else label(text, width)
        for value, text in zip(given, texts, strict=True)
    ]
    return _told_apart(given, texts, shown, width)


def qualified(names: Sequence[Any], by: Sequence[Any]) -> list[str]:
    """Return each name, followed by its qualifier where others have the same name.

    >>> qualified(["role/ci", "role/ci", "root"], ["111122223333", "444455556666", ""])
    ['role/ci · 111122223333', 'role/ci · 444455556666', 'root']
    """
    repeated = Counter(names)
    return [
        f"{name} · {more}" if repeated[name] > 1 and isinstance(more, str) else name
        for name, more in zip(names, by, strict=True)
    ]


def _without_common(texts: list[str]) -> list[str]:
    """Replace by an ellipsis what all texts begin with, and what all end with."""
    head = _at_boundary(_common(texts))
    tails = _common([text[len(head) :][::-1] for text in texts])
    tail = _at_boundary(tails)
    return [
        ("…" if head else "")
        + text[len(head) : len(text) - len(tail)]
        + ("…" if tail else "")
        for text in texts
    ]


def _common(texts: list[str]) -> str:
    """Return what all of the texts begin with."""
    first, last = min(texts), max(texts)
    pairs = enumerate(zip(first, last, strict=False))
    end = next((place for place, (one, two) in pairs if one != two), None)
    return first[: min(len(first), len(last)) if end is None else end]


def _at_boundary(common: str) -> str:
    """Cut a common part back to where a name begins; a short one is worth keeping."""
    end = max(common.rfind(char) for char in "/:._- ") + 1
    return common[:end] if end > 8 else ""


def _told_apart(
    given: list[Any], texts: list[str], shown: list[str], width: int
) -> list[str]:
    """Return labels, with those that look alike told apart."""
    by_label: dict[str, list[int]] = {}
    for place, name in enumerate(shown):
        by_label.setdefault(name, []).append(place)
    for places in by_label.values():
        if len({str(given[place]) for place in places}) < 2:
            continue
        middles = _middles([texts[place] for place in places], width)
        for place, text in zip(places, middles, strict=True):
            shown[place] = label(text, width)
    return _numbered(given, shown)


def _middles(texts: list[str], width: int) -> list[str]:
    head = len(_common(texts))
    tail = len(_common([text[head:][::-1] for text in texts]))
    keep = width // 3
    return [
        f"{text[:keep]}…{text[max(head - 2, 0) : len(text) - tail] or text[-keep:]}"
        for text in texts
    ]


def _numbered(given: list[Any], shown: list[str]) -> list[str]:
    """Count through labels that are still alike although their values are not."""
    seen: dict[str, list[str]] = {}
    out: list[str] = []
    for value, name in zip(map(str, given), shown, strict=True):
        known = seen.setdefault(name, [])
        if value not in known:
            known.append(value)
        number = known.index(value)
        out.append(f"{name} ({number + 1})" if number else name)
    return out


def lines(text: str, width: int) -> str:
    """Return safe text broken into lines, between words only."""
    broken = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "<br>".join(broken)


def counted(count: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "event"), counted(2900, "event"), counted(2, "identity")
    ('1 event', '2,900 events', '2 identities')
    """
    if count == 1:
        return f"{count:,} {noun}"
    if noun.endswith("y") and noun[-2:-1] not in "aeo":
        return f"{count:,} {noun[:-1]}ies"
    return f"{count:,} {noun}s"


def _cut(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    head = width // 2
    return f"{text[:head]}…{text[head + 1 - width :]}"


def _visible(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def untagged(safe: str) -> str:
    """Return safe text without trailkit's own markup; what was escaped stays so."""
    return " ".join(re.sub(r"<[^>]*>", " ", safe).split())


def plain(safe: str) -> str:
    """Return safe text as a person reads it, for a terminal or a measure.

    >>> plain("<b>user/&#60;bo&#62;</b>")
    'user/<bo>'
    """
    return unescape(untagged(safe))
