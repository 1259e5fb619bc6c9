"""Cards: a title, a few lines, and folded parts; in Jupyter and in a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

import pandas as pd

from trailkit.display.reading_table import to_html, to_text
from trailkit.display.style import CLASSES, framed
from trailkit.visible import block, safe, visible, visible_line, visible_text

Line = str | tuple[str, object]
"""A sentence, or a name with its value."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a card under a title: text as it is, a frame, or another card.

    It is folded unless ``open``. In a terminal, where nothing unfolds, a folded text
    longer than ``lines`` is cut, and how much is missing is said.
    """

    title: str
    body: "str | pd.DataFrame | Card"
    open: bool = False
    lines: int = 12


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """A title, lines, and parts to unfold. All of it is text: nothing is markup.

    >>> print(Card("Deleted", [("bucket", "payroll"), "By one identity."]))
    Deleted
      bucket  payroll
      By one identity.
    """

    title: str
    lines: Sequence[Line] = ()
    parts: "tuple[Part, ...] | list[Part]" = ()

    def _repr_html_(self) -> str:
        return self.html()

    def html(self) -> str:
        """Return the HTML of the card, with frame and style."""
        return framed(self.inside(), " tk-card")

    def inside(self) -> str:
        """Return the HTML of the card without frame and style, to stand in a page."""
        parts = "".join(map(_part, self.parts))
        title = f'<div class="tk-title">{safe(self.title)}</div>' if self.title else ""
        return f"{title}{self._lines()}{parts}"

    def _lines(self) -> str:
        return "".join(_run(run) for run in _runs(self.lines))

    def __str__(self) -> str:
        """Return the card as plain text."""
        pairs = [line for line in self.lines if isinstance(line, tuple)]
        width = max((len(visible(name)) for name, _ in pairs), default=0)
        lines = [_plain(line, width) for line in self.lines]
        parts = [_plain_part(part) for part in self.parts]
        return "\n".join([visible(self.title), *lines, *parts])

    __repr__ = __str__


_NO_CARD = Card("")


class Told(str):
    r"""Text that a notebook shows as its card, where it would quote other text.

    It is text in all else: ``print`` it, search it, write it to a file.

    >>> Told("2 events.\nOnly actor: root.", Card("Done", ["2 events."]))
    2 events.
    Only actor: root.
    """

    card: Card

    def __new__(cls, text: str, card: Card = _NO_CARD) -> "Told":
        """Make the text, and let it have its card."""
        made = super().__new__(cls, text)
        made.card = card
        return made

    def __repr__(self) -> str:
        return visible_text(self)

    def _repr_html_(self) -> str:
        return self.card.html()


def folded(title: str, text: str) -> Told:
    """Return a long text that a notebook shows by its title, folded.

    >>> print(folded("The table", "create table a (b string)"))
    create table a (b string)
    """
    lines = f"{len(text.splitlines()):,} lines"
    return Told(text, Card(title, parts=[Part(lines, text)]))


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Part sentences from names with values: each run becomes one piece of HTML."""
    run: list[Line] = []
    for line in lines:
        if run and isinstance(line, tuple) != isinstance(run[-1], tuple):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _run(run: list[Line]) -> str:
    if isinstance(run[0], str):
        return "".join(f"<p>{safe(line)}</p>" for line in run)
    pairs = [line for line in run if isinstance(line, tuple)]
    rows = (f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in pairs)
    return f"<dl>{''.join(rows)}</dl>"


def _part(part: Part) -> str:
    opened = " open" if part.open else ""
    return (
        f"<details{opened}><summary>{safe(part.title)}</summary>{_body(part)}</details>"
    )


def _body(part: Part) -> str:
    match part.body:
        case Card():
            return f'<div class="{CLASSES} tk-card">{part.body.inside()}</div>'
        case pd.DataFrame():
            return to_html(part.body)
        case _:
            return f"<pre>{block(part.body)}</pre>"


def _plain(line: Line, width: int) -> str:
    if isinstance(line, str):
        return f"  {visible(line)}"
    name, value = line
    return f"  {visible(name):<{width}}  {visible(str(value))}"


def _plain_part(part: Part) -> str:
    match part.body:
        case Card():
            text = str(part.body)
        case pd.DataFrame():
            text = to_text(part.body)
        case _:
            text = _shortened(part)
    return f"\n{visible(part.title)}\n{indent(text, '  ')}"


def _shortened(part: Part) -> str:
    lines = [visible_line(line) for line in str(part.body).splitlines()]
    if part.open or len(lines) <= part.lines:
        return "\n".join(lines)
    left = len(lines) - part.lines
    return "\n".join([*lines[: part.lines], f"… {left:,} more lines"])
