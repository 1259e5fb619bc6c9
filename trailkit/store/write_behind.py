"""A thread that works one step behind: what it writes is written while we go on."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType


class Behind:
    """Do things one after the other, in a thread; at most one is going on.

    What goes wrong is raised at the next step, or at the end.
    """

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._thread = ThreadPoolExecutor(1, "trailkit-behind")
        self._going_on: Future[object] | None = None

    def __enter__(self) -> "Behind":
        """Use it; at the end all is done."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait for what is going on, also when Ctrl-C comes: then all the more.

        What the thread works on is closed next, and must not go away under its hands.
        """
        interrupted = False
        while self._going_on and not self._going_on.done():
            try:
                wait([self._going_on])
            except KeyboardInterrupt:
                interrupted = True
        self._thread.shutdown()
        if interrupted:
            raise KeyboardInterrupt
        if error is None:
            self._end_step()

    def do(self, work: Callable[[], object]) -> None:
        """Begin a piece of work, once the one before is done."""
        self._end_step()
        self._going_on = self._thread.submit(work)

    def _end_step(self) -> None:
        if self._going_on:
            self._going_on.result()
