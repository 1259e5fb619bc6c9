"""What is said beside an answer: notices, and a line of progress for long work."""

import shutil
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

from trailkit.visible import visible, visible_text

FIRST_SHOWN = 1.0
"""Seconds of silence: what takes less time needs no progress."""

_BETWEEN = 0.1

Say = Callable[[str], None]

_kept: ContextVar[list[str] | None] = ContextVar("_kept", default=None)
_stop: ContextVar[threading.Event | None] = ContextVar("_stop", default=None)


@contextmanager
def line(shown: bool = True) -> Generator[Say]:
    """Return a function that shows a text in place of the one before.

    Call it as often as you like: nothing is written in the first second, then at most
    ten times a second. The line is wiped at the end, also after an error. Control
    characters, as a file name may hold them, are shown as their escapes.

    >>> with line(shown=False) as say:
    ...     say("12 of 4,000 files")
    """
    if stop := _stop.get():
        yield _until(stop)
        return
    updating = _Line(time.monotonic() + FIRST_SHOWN)
    try:
        yield updating.show if shown else be_silent
    finally:
        updating.wipe()


@contextmanager
def behind(stop: threading.Event) -> Generator[None]:
    """Let the work of this thread show nothing: another thread shows all of it.

    Once ``stop`` is set, what reports its progress is interrupted, as by Ctrl-C.
    """
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


def _until(stop: threading.Event) -> Say:
    """Raise KeyboardInterrupt when it is time to stop; once, so that one can tidy."""
    told = False

    def say(text: str) -> None:
        del text
        nonlocal told
        if stop.is_set() and not told:
            told = True
            raise KeyboardInterrupt

    return say


class _Line:
    def __init__(self, next_time: float) -> None:
        self._next_time = next_time
        self._width = 0

    def show(self, text: str) -> None:
        now = time.monotonic()
        if now < self._next_time:
            return
        self._next_time = now + _BETWEEN
        self._write(text)

    def wipe(self) -> None:
        if self._width:
            self._write("")
            beside().write("\r")
            beside().flush()

    def _write(self, text: str) -> None:
        room = shutil.get_terminal_size().columns - 1
        shown = visible(text)[:room]
        beside().write("\r" + shown.ljust(self._width))
        beside().flush()
        self._width = len(shown)


def be_silent(text: str) -> None:
    """Show nothing."""
    del text


def notice(text: str) -> None:
    """Print a sentence for the person at the keyboard."""
    kept = _kept.get()
    if kept is None:
        print(visible_text(text), file=beside())
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
    """Return the stream for what is said beside the answer.

    In a notebook that is the cell's own output; elsewhere stderr, so that output that
    a program reads stays clean.
    """
    return sys.stdout if _in_notebook() else sys.stderr


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")
