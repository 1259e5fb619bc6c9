"""What trailkit says beside a frame: bounds it took, limits, what no rows mean."""

import sys
from typing import TextIO


def notice(text: str) -> None:
    """Say a sentence to the person at the keyboard."""
    print(text, file=beside())


def beside() -> TextIO:
    """Give the stream for what is said beside the answer.

    In a notebook that is the cell's own output; elsewhere stderr, so that output that
    a program reads stays clean.
    """
    return sys.stdout if _in_notebook() else sys.stderr


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
