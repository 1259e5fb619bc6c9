"""Long work of DuckDB that Ctrl-C stops: by itself, DuckDB does not listen to it."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import duckdb

_Result = TypeVar("_Result")

_POLL_SECONDS = 0.05


def interruptible(
    work: Callable[[], _Result],
    connection: duckdb.DuckDBPyConnection,
    look: Callable[[], None],
) -> _Result:
    """Do work on a connection in a thread, and look at it now and then meanwhile.

    Ctrl-C, or whatever ``look`` raises, interrupts the connection. What the work raises
    is raised here.
    """
    done: list[_Result] = []
    failed: list[BaseException] = []
    finished = threading.Event()

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)
        finally:
            finished.set()

    threading.Thread(target=run, name="trailkit-duckdb", daemon=True).start()
    try:
        _wait(finished, connection, look)
        if failed:
            raise failed[0]
        return done[0]
    finally:
        # The error's traceback holds this list: a circle that would keep the work.
        failed.clear()


def _wait(
    finished: threading.Event,
    connection: duckdb.DuckDBPyConnection,
    look: Callable[[], None],
) -> None:
    """Wait on an event: Thread.join forgets its thread when Ctrl-C meets it."""
    try:
        while not finished.wait(_POLL_SECONDS):
            look()
    finally:
        # Again and again: an interrupt is lost that comes before the work begins.
        while not finished.is_set():
            connection.interrupt()
            with suppress(KeyboardInterrupt):
                finished.wait(_POLL_SECONDS)
