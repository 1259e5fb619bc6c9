r"""Text from logs made harmless: what cannot be printed shows as its escape.

A log value may hold escapes that move a terminal's cursor, marks that turn the reading
direction round, or nothing visible at all.
"""

import html
import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BLANK = ("\u3164", "\u115f", "\u1160", "\uffa0", "\u2800")
"""Letters that leave no ink."""


def visible(text: str) -> str:
    r"""Return text with everything that cannot be seen written as its escape.

    >>> visible("a\x1b[2Jb"), visible("exe\u202egnp.txt"), visible("line\nnext")
    ('a\\x1b[2Jb', 'exe\\u202egnp.txt', 'line\\nnext')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, text))


def safe(text: object) -> str:
    """Return any value as text for HTML: escaped, and all of it visible.

    >>> safe("<b>&'\\"")
    '&lt;b&gt;&amp;&#x27;&quot;'
    """
    return html.escape(visible(str(text)), quote=True)


def block(text: object) -> str:
    """Return text of several lines for a ``<pre>``: its line ends and tabs stay."""
    lines = str(text).replace("\r\n", "\n").split("\n")
    return "\n".join(html.escape(visible_line(line), quote=True) for line in lines)


def visible_line(line: str) -> str:
    """Return one line of a text with everything in it visible; tabs become blanks."""
    return visible(line.expandtabs(4))


def visible_text(text: str) -> str:
    r"""Return text of several lines with everything in it visible but its line ends.

    >>> visible_text("one\x1b[2J\ntwo")
    'one\\x1b[2J\ntwo'
    """
    return "\n".join(map(visible_line, text.split("\n")))


def middle(text: str, width: int) -> str:
    """Return text cut in its middle to a width.

    >>> middle("43b82edd-43d2-48d5-a16c-dfc67c9c1151", 17)
    '43b82edd…67c9c1151'
    """
    if len(text) <= width + 1:
        return text
    head = width // 2
    return f"{text[:head]}…{text[head - width :]}"


def _seen(char: str) -> str:
    # The blank is the one separator that everybody sees.
    if char == " " or _has_ink(char):
        return char
    return char.encode("unicode_escape").decode("ascii")


def _has_ink(char: str) -> bool:
    hidden = unicodedata.category(char) in _HIDDEN or char in _BLANK
    return char.isprintable() and not hidden
