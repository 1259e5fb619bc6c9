"""A notebook's own words in its report: headings, paragraphs, lists and code.

Of Markdown only these are rendered; a link is its text, and all else stands as it was
written. Every character is escaped: a cell may quote a log.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

from trailkit.visible import block, safe

_FENCE = "```"
_ITEM = re.compile(r"\s*(?:[-*+]|[0-9]{1,9}[.)])\s+(.*)")
_LINK = re.compile(r"!?\[([^\][]*)\]\([^()\s]*\)")
_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")


def words_of(cells: Iterable[dict[str, Any]]) -> list[str]:
    """Return the text of each Markdown cell.

    >>> words_of([{"cell_type": "markdown", "source": ["# Who?\\n", "By whom."]}])
    ['# Who?\\nBy whom.']
    """
    return [
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    ]


def html(words: Iterable[str]) -> str:
    """Return the words as HTML; a heading without any words below it is left out.

    >>> html(["# Who?\\n\\nSee `AKIA` & [more](x.ipynb)", "## The SQL"])
    '<h3>Who?</h3><p>See <code>AKIA</code> &amp; more</p>'
    """
    following = pairwise([*_pieces(words), ("h3", "")])
    return "".join(
        text for (kind, text), (after, _) in following if (kind, after) != ("h3", "h3")
    )


def _pieces(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    for each in words:
        for number, part in enumerate(re.split(rf"^{_FENCE}.*$", each, flags=re.M)):
            if number % 2:
                yield "pre", f"<pre>{block(part.strip(chr(10)))}</pre>"
            else:
                yield from _of_lines(part.splitlines())


def _of_lines(lines: list[str]) -> Iterator[tuple[str, str]]:
    for kind, run in groupby(_joined(lines), key=lambda each: each[0]):
        texts = [_inline(text) for _, text in run]
        if kind == "li":
            yield "ul", f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"
        else:
            yield from ((kind, f"<{kind}>{text}</{kind}>") for text in texts)


def _joined(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Join the lines of a paragraph, and of an item."""
    kind, text = "p", list[str]()
    for line in [*lines, ""]:
        item, heading = _ITEM.fullmatch(line), re.fullmatch(r"#{1,6}\s+(.*)", line)
        if text and (item or heading or not line.strip()):
            yield kind, " ".join(text)
            kind, text = "p", []
        if heading:
            yield "h3", heading[1]
        elif item:
            kind, text = "li", [item[1]]
        elif line.strip():
            text.append(line.strip())


def _inline(text: str) -> str:
    escaped = safe(_LINK.sub(r"\1", text))
    return _BOLD.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", escaped))
