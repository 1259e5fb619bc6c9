"""Ctrl-C stops DuckDB, once the work has begun and before."""

import gc
import re
import threading
import time
import weakref
from contextlib import nullcontext

import duckdb
import pytest

from trailkit.engines import duckdb as local_engine
from trailkit.engines.interruptible import interruptible

ENDLESS = "select count(*) from range(100_000_000) as a, range(100_000) as b"


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def test_what_the_work_gives_is_given(connection: duckdb.DuckDBPyConnection) -> None:
    given = interruptible(
        lambda: connection.execute("select 7").fetchone(), connection, str
    )
    assert given == (7,)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_whatever_ends_the_look_ends_the_work(
    error: type[BaseException], connection: duckdb.DuckDBPyConnection
) -> None:
    def look() -> None:
        raise error

    with pytest.raises(error):
        interruptible(lambda: connection.execute(ENDLESS).fetchone(), connection, look)
    assert connection.execute("select 7").fetchone() == (7,), "it can go on"


def test_work_that_has_not_begun_is_stopped_when_it_does(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    def begin_late() -> object:
        time.sleep(0.5)
        return connection.execute(ENDLESS).fetchone()

    def look() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interruptible(begin_late, connection, look)


def test_an_error_does_not_keep_the_work_alive(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    class Held:
        """Something that the work holds."""

    held = Held()
    seen = weakref.ref(held)

    def fail(held: Held = held) -> None:
        raise ValueError(held)

    gc.disable()
    try:
        with pytest.raises(ValueError, match="Held"):
            interruptible(fail, connection, str)
        del fail, held
        assert seen() is None
    finally:
        gc.enable()


def test_what_takes_long_says_for_how_long_it_runs(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    told = threading.Event()

    def say(text: str) -> None:
        said.append(text)
        told.set()

    monkeypatch.setattr(local_engine, "line", lambda: nullcontext(say))
    assert local_engine._interruptible(lambda: told.wait(60), connection)
    assert re.fullmatch("DuckDB: running, [0-9]+ s", said[0])
