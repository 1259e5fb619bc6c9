"""Work in threads gives answers in order, and takes no more items than it needs."""

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
