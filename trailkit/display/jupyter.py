"""What Jupyter shows for a frame that trailkit made: a table for reading.

Frames of other origin, and of a person's own work, look as pandas shows them.
"""

import sys
from typing import Any

import pandas as pd

from trailkit.display.reading_table import is_ours, to_html, to_text


def install() -> None:
    """Let IPython show trailkit's frames as tables; without IPython do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        install_into(shell)


def install_into(shell: Any) -> None:
    """Register the tables with a shell of IPython's."""
    # What a person makes of a frame holds log text as well: no formulas in it either.
    pd.set_option("display.html.use_mathjax", False)
    formatters = shell.display_formatter.formatters
    formatters["text/html"].for_type(pd.DataFrame, _html)
    formatters["text/plain"].for_type(pd.DataFrame, _text)


def _html(frame: pd.DataFrame) -> str | None:
    if is_ours(frame) and frame.columns.is_unique and frame.columns.nlevels == 1:
        return to_html(frame)
    return frame._repr_html_()  # type: ignore[operator]


def _text(frame: pd.DataFrame, printer: Any, cycle: bool) -> None:
    ours = is_ours(frame) and frame.columns.is_unique and frame.columns.nlevels == 1
    printer.text(to_text(frame) if ours and not cycle else repr(frame))
