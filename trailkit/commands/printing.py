"""Text on its way to a terminal: what a log value could hide in it is made visible."""

import sys

import pandas as pd

from trailkit.visible import visible, visible_text


def show(frame: pd.DataFrame) -> None:
    """Print a frame as a table: what is missing as –, control characters visible."""
    shown = frame.copy()
    for name in frame.columns:
        if pd.api.types.is_string_dtype(frame[name].dtype):
            shown[name] = frame[name].map(visible, na_action="ignore")
        shown[name] = shown[name].astype(object).where(frame[name].notna(), "–")
    shown.columns = [visible(str(name)) for name in frame.columns]
    with pd.option_context("display.width", None, "display.max_colwidth", 60):
        print(shown.to_string(index=False))


def write(text: str) -> None:
    """Print a text: visible in a terminal, exact where a program or file takes it."""
    print(visible_text(text) if sys.stdout.isatty() else text)


def complain(text: str) -> None:
    """Print a sentence on stderr."""
    print(visible_text(text), file=sys.stderr)
