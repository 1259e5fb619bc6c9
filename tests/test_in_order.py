"""Work in threads gives answers in order, and takes no more items than it needs."""

import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice

import pytest

from trailkit.aws.in_parallel import in_order


def test_answers_come_in_order_though_some_are_slow() -> None:
    def slow_at_first(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number

    assert list(in_order(slow_at_first, range(200))) == list(range(200))


def test_items_without_end_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    answers = in_order(abs, items())
    assert list(islice(answers, 10)) == list(range(10))
    answers.close()
    assert len(taken) < 100


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda number: 1 // number, [1, 0]))


INTERRUPTED = """
import signal, sys, threading, time
from trailkit.aws.in_parallel import in_order

def slow(number):
    time.sleep(0.0001)
    return number

def strike():
    time.sleep(float(sys.argv[1]))
    signal.pthread_kill(main, signal.SIGINT)

main = threading.main_thread().ident
threading.Thread(target=strike, daemon=True).start()
try:
    for answer in in_order(slow, iter(int, 1)):
        pass
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("after", [0.1, 0.13])
def test_ctrl_c_ends_it_at_any_moment(after: float) -> None:
    words = [sys.executable, "-c", INTERRUPTED, str(after)]
    ended = subprocess.run(
        words, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.stdout == "stopped\n", ended.stderr
