"""Keep to a number of requests a second."""

from collections.abc import Callable


class Pace:
    """Let so many requests through in a second, evenly; for one thread.

    >>> times = iter([0.0, 0.1, 7.0])
    >>> pace = Pace(2, clock=lambda: next(times), sleep=print)
    >>> pace.keep(), pace.keep(), pace.keep()
    0.4
    (None, None, None)
    """

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
    ) -> None:
        """Take a clock that counts seconds, and what waits for some of them."""
        self._between = 1 / per_second
        self._clock, self._sleep = clock, sleep
        self._next: float | None = None

    def keep(self) -> None:
        """Wait until the next request may go."""
        now = self._clock()
        due = now if self._next is None else max(now, self._next)
        if due > now:
            self._sleep(due - now)
        self._next = due + self._between
