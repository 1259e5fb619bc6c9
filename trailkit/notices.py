"""What trailkit says beside a frame: bounds it took, limits, what no rows mean."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

_kept: ContextVar[list[str] | None] = ContextVar("_kept", default=None)


def notice(text: str) -> None:
    """Say a sentence to the person at the keyboard."""
    kept = _kept.get()
    if kept is None:
        print(text, file=beside())
    else:
        kept.append(text)


@contextmanager
def keeping() -> Generator[list[str]]:
    """Keep what this thread would say, for one who says it later, or not at all."""
    token = _kept.set(said := [])
    try:
        yield said
    finally:
        _kept.reset(token)


def beside() -> TextIO:
    """Give the stream for what is said beside the answer.

    In a notebook that is the cell's own output; elsewhere stderr, so that output that
    a program reads stays clean.
    """
    return sys.stdout if _in_notebook() else sys.stderr


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
