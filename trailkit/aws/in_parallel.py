"""Many small requests at once, and their answers one by one, in order.

Ctrl-C can come between any two steps of Python. A lock of ``threading.Condition`` that
it leaves behind would keep a thread waiting for good, and us for the thread; so threads
are plain ones, and only queues without such a lock lie between them and us.
"""

import _thread
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from trailkit.aws.session import AT_ONCE

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")

_UNDER_WAY = 4 * AT_ONCE
"""So many wait for their turn or to be taken, that one slow answer stops no one."""

_LOOK = 0.2
"""Seconds between two looks: Ctrl-C is heard in between, on any system."""

_END = object()
_Queue = SimpleQueue[Any]


def _nothing() -> None:
    """Do nothing."""


def in_order(
    work: Callable[[_Item], _Answer],
    items: Iterable[_Item],
    at_once: int = AT_ONCE,
    look: Callable[[], object] = _nothing,
    stop: Callable[[], object] = _nothing,
) -> Generator[_Answer]:
    """Do the work on each item in threads, and give the answers in the items' order.

    Items are taken as they are needed, so that a million of them take no memory, and
    whoever takes an answer may add to them. Close it to stop after the requests under
    way, which ``stop`` tells to end; ``look`` is called now and then while one waits.
    Raises what the work raises.

    >>> list(in_order(abs, [-3, 2, -1]))
    [3, 2, 1]
    """
    waiting, asked, answered = iter(items), _Queue(), _Queue()
    ready: dict[int, tuple[Any, BaseException | None]] = {}
    begun = threads = 0
    try:
        for number in count():
            while begun < number + _UNDER_WAY:
                item = next(waiting, _END)
                if item is _END:
                    break
                if threads < at_once:
                    _thread.start_new_thread(_serve, (work, asked, answered))
                    threads += 1
                asked.put((begun, item))
                begun += 1
            if number == begun:
                return
            while number not in ready:
                look()
                with suppress(Empty):
                    place, *answer = answered.get(timeout=_LOOK)
                    ready[place] = cast(Any, answer)
            answer, error = ready.pop(number)
            if error is not None:
                raise error
            yield answer
    finally:
        stop()
        _end(threads, asked, answered)


def _serve(work: Callable[[Any], Any], asked: _Queue, answered: _Queue) -> None:
    """Do the work in a thread until there is none."""
    while (job := asked.get()) is not None:
        place, item = job
        try:
            answered.put((place, work(item), None))
        except BaseException as error:  # noqa: BLE001 - raised to whoever asked
            answered.put((place, None, error))
    answered.put(None)


def _end(threads: int, asked: _Queue, answered: _Queue) -> None:
    """Begin nothing more, and wait for what is under way."""
    with suppress(Empty):
        while True:
            asked.get_nowait()
    for _ in range(threads):
        asked.put(None)
    while threads:
        with suppress(Empty):
            threads -= answered.get(timeout=_LOOK) is None
