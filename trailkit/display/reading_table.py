"""A frame as a table made for reading, in Jupyter and in a terminal."""

import shutil
from typing import Any

import pandas as pd

from trailkit.charts.labels import counted
from trailkit.charts.reading import about
from trailkit.display import cells
from trailkit.display.columns import TableColumn, columns_of
from trailkit.display.style import framed
from trailkit.visible import safe, visible

ROWS = 30
"""So many rows are shown in Jupyter; ``tk.table(frame)`` shows all, to search in."""

_TERMINAL_ROWS = 20
_FEW = 3
"""Of so few columns each may be wide, and its text breaks into lines."""

_NUMBERS = ("number", "bytes")


def is_ours(frame: pd.DataFrame) -> bool:
    """Return whether trailkit made a frame."""
    return bool(about(frame))


def for_reading(frame: pd.DataFrame, **said: Any) -> pd.DataFrame:
    """Let a frame that no run made show as a table for reading, and return it.

    ``said`` is what its footer says: ``scope`` for one.
    """
    frame.attrs.setdefault("trailkit", {"rows": len(frame), **said})
    return frame


def to_html(frame: pd.DataFrame, rows: int = ROWS) -> str:
    """Return a frame as HTML: deciding columns first, the rest to be unfolded."""
    columns = columns_of(frame)
    body = frame.head(rows)
    names = [column.name for column in columns]
    values = zip(*(body[name].tolist() for name in names), strict=True)
    lines = [_row(columns, row) for row in values] if names else []
    few = " tk-few" if len(columns) <= _FEW else ""
    table = (
        f'<table class="tk-table{few}"><thead><tr>'
        f"{''.join(map(_heading, columns))}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
    return framed(
        f'{_unfold(columns)}<div class="tk-scroll">{table}</div>'
        f'<div class="tk-foot">{safe(footer(frame, len(body)))}</div>'
    )


def to_text(frame: pd.DataFrame, rows: int = _TERMINAL_ROWS) -> str:
    """Return a frame as lines of text that fit the terminal."""
    width = shutil.get_terminal_size((100, 24)).columns
    columns = columns_of(frame)
    body = frame.head(rows)
    shown = {column.name: _texts(body, column) for column in columns}
    kept = _fitting(shown, width)
    lines = [
        "  ".join(cell) for cell in zip(*(shown[name] for name in kept), strict=True)
    ]
    left = len(columns) - len(kept)
    more = f"\n{counted(left, 'more column')}: {_named(columns, kept)}" if left else ""
    body_text = "\n".join(line.rstrip() for line in lines)
    return f"{body_text}{more}\n{footer(frame, len(body))}"


def footer(frame: pd.DataFrame, shown: int) -> str:
    """Return rows, scope, run, and what was not recorded, in words."""
    summary = about(frame)
    rows = counted(len(frame), "row")
    asked = summary.get("rows", len(frame))
    if asked != len(frame):
        rows += f" from {asked:,}"
    if shown < len(frame):
        rows = f"the first {shown:,} of {rows}; tk.table(frame) shows all"
    unseen = ", ".join(map(str, summary.get("not_recorded", ())))
    parts = [
        rows,
        summary.get("scope"),
        f"run {summary['run']}" if summary.get("run") else None,
        f"not recorded: {unseen}" if unseen else None,
    ]
    return " · ".join(visible(str(part)) for part in parts if part)


def _heading(column: TableColumn) -> str:
    rest = ' class="tk-rest"' if column.folded else ""
    unit = " <small>UTC</small>" if column.kind == "time" else ""
    return f'<th scope="col"{rest}>{safe(column.name)}{unit}</th>'


def _row(columns: list[TableColumn], row: tuple[Any, ...]) -> str:
    pairs = zip(columns, row, strict=True)
    return f"<tr>{''.join(_cell(column, value) for column, value in pairs)}</tr>"


def _cell(column: TableColumn, value: Any) -> str:
    names = ["tk-rest"] if column.folded else []
    names += ["tk-n"] if column.kind in _NUMBERS else []
    marked = f' class="{" ".join(names)}"' if names else ""
    return f"<td{marked}>{cells.html(value, column.kind)}</td>"


def _unfold(columns: list[TableColumn]) -> str:
    """Offer the folded columns; a box that a keyboard reaches, without a script."""
    folded = sum(column.folded for column in columns)
    if not folded:
        return ""
    said = counted(folded, "more column")
    return f'<label><input type="checkbox" class="tk-more"> {said}</label>'


def _texts(body: pd.DataFrame, column: TableColumn) -> list[str]:
    """Return a column's heading and cells, of one width."""
    head = visible(str(column.name)) + (" (UTC)" if column.kind == "time" else "")
    texts = [
        head,
        *(cells.plain(value, column.kind, 36) for value in body[column.name]),
    ]
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def _fitting(shown: dict[str, list[str]], width: int) -> list[str]:
    """Choose the first columns that fit in a line; one at least."""
    kept: list[str] = []
    used = 0
    for name, texts in shown.items():
        used += len(texts[0]) + 2
        if kept and used > width + 2:
            break
        kept.append(name)
    return kept


def _named(columns: list[TableColumn], kept: list[str]) -> str:
    left = [visible(str(each.name)) for each in columns if each.name not in kept]
    return ", ".join(left[:12]) + (", …" if len(left) > 12 else "")
