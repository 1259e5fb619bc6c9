"""Many small requests at once, and their answers one by one, in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from trailkit.aws.session import AT_ONCE

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")

_UNDER_WAY = 4 * AT_ONCE
"""So many wait for their turn or to be taken, that one slow answer stops no one."""

_LOOK = 0.2
"""Seconds between two looks: Ctrl-C is heard in between, on any system."""


def in_order(
    work: Callable[[_Item], _Answer], items: Iterable[_Item]
) -> Generator[_Answer]:
    """Do the work on each item in threads, and give the answers in the items' order.

    Items are taken as they are needed, so that a million of them take no memory. Close
    it to stop after the requests under way. Raises what the work raises.

    >>> list(in_order(abs, [-3, 2, -1]))
    [3, 2, 1]
    """
    pool = ThreadPoolExecutor(AT_ONCE, "trailkit-list")
    waiting, running = iter(items), deque[Future[_Answer]]()

    def begin(number: int) -> None:
        running.extend(pool.submit(work, each) for each in islice(waiting, number))

    try:
        begin(_UNDER_WAY)
        while running:
            yield _result(running.popleft())
            begin(1)
    finally:
        pool.shutdown(cancel_futures=True)


def _result(future: Future[_Answer]) -> _Answer:
    while not future.done():
        wait([future], _LOOK)
    return future.result()
