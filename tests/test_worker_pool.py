"""With or without worker processes, the store is the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Event

import pytest

from tests.conftest import PROJECT
from tests.support.evidence_made import checksum, log, many, put
from tests.support.records_made import record
from trailkit.errors import StoreFull
from trailkit.store import worker_pool
from trailkit.store.spool import Spool, Spooled
from trailkit.store.store import Store, open_store
from trailkit.store.walk import Found
from trailkit.store.worker_pool import WorkQueue

FILES, EACH = 40, 20


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write log files, with repeats, with some that are none, with remarks."""
    folder = many(tmp_path_factory.mktemp("many") / "logs", FILES, EACH)
    odd = [record(), "no record", record(userIdentity="odd"), record(eventTime="?")]
    others = {"broken.json": b'{"Records": [', "other.txt": b"", "odd.json": log(odd)}
    return put(folder, {**others, "very odd.json": log(odd[::-1])})


@pytest.fixture(scope="module")
def alone(logs: Path) -> Store:
    """Make the store in one process."""
    return opened(logs, logs.parent / "alone")


@pytest.fixture
def by_workers(monkeypatch: pytest.MonkeyPatch) -> list[Spooled]:
    """Let two workers read, and this process be slow; list what they spooled."""
    monkeypatch.setattr(worker_pool, "_WORTH", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr("trailkit.store.worker_pool.CHUNK_FILES", 2)
    read, spooled_by = Spool.read, worker_pool.WorkerPool.spooled
    others: list[Spooled] = []

    def read_slowly(spool: Spool, files: Iterable[Found]) -> int:
        time.sleep(0.3)
        return read(spool, files)

    def spooled_and_listed(self: worker_pool.WorkerPool) -> list[Spooled]:
        others.extend(spooled_by(self))
        return others

    monkeypatch.setattr(Spool, "read", read_slowly)
    monkeypatch.setattr(worker_pool.WorkerPool, "spooled", spooled_and_listed)
    return others


def opened(logs: Path, store: Path) -> Store:
    return open_store(logs, folder=store, progress=False)


def test_together_they_make_the_store_that_one_makes(
    logs: Path,
    alone: Store,
    by_workers: list[Spooled],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, ask, read = Event(), worker_pool._Worker._ask, Spool.read

    def ask_and_tell(worker: worker_pool._Worker, chunk: list[Found]) -> object:
        begun.set()
        return ask(worker, chunk)

    def read_late(spool: Spool, files: Iterable[Found]) -> int:
        assert begun.wait(60), "no worker has begun"
        return read(spool, files)

    monkeypatch.setattr(worker_pool._Worker, "_ask", ask_and_tell)
    monkeypatch.setattr(Spool, "read", read_late)
    together = opened(logs, tmp_path / "store")
    assert sum(len(each.readings) for each in by_workers) > 0
    assert checksum(together) == checksum(alone)


def test_one_that_is_killed_costs_nothing_but_time(
    logs: Path,
    alone: Store,
    by_workers: list[Spooled],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = worker_pool._Worker._ask
    killed: list[int] = []

    def ask_twice_and_kill(worker: worker_pool._Worker, chunk: list[Found]) -> object:
        if worker._process.pid in killed:
            worker._process.kill()
            worker._process.wait()
        killed.append(worker._process.pid)
        return ask(worker, chunk)

    monkeypatch.setattr(worker_pool._Worker, "_ask", ask_twice_and_kill)
    store = opened(logs, tmp_path / "store")
    assert killed
    assert by_workers == []
    assert checksum(store) == checksum(alone)


@pytest.mark.parametrize("program", ["/bin/false", "/bin/echo", "/no/such/program"])
def test_one_that_is_no_python_is_not_missed(
    program: str,
    logs: Path,
    alone: Store,
    by_workers: list[Spooled],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    assert checksum(opened(logs, tmp_path / "store")) == checksum(alone)
    assert by_workers == []


def test_nothing_is_started_where_there_is_no_program(
    logs: Path,
    alone: Store,
    by_workers: list[Spooled],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert checksum(opened(logs, tmp_path / "store")) == checksum(alone)
    assert by_workers == []


FULL = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (99, 99))
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""


def test_a_disk_that_is_full_for_one_is_full_for_all(
    logs: Path,
    by_workers: list[Spooled],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = subprocess.Popen

    def start_on_a_full_disk(program: list[str], **settings: object) -> object:
        return start([program[0], "-P", "-c", FULL, *program[3:]], **settings)

    monkeypatch.setattr(subprocess, "Popen", start_on_a_full_disk)
    with pytest.raises(StoreFull, match="There is no room for the store"):
        opened(logs, tmp_path / "store")


CHILD = """
import os, sys, time
from pathlib import Path
from trailkit.store import worker_pool
from trailkit.store.spool import Spool
from trailkit.store.store import open_store

worker_pool._WORTH, worker_pool.CHUNK_FILES, os.cpu_count = 1, 1, lambda: 3
start, read, begun = worker_pool.subprocess.Popen, Spool.read, []

def started(*program, **settings):
    begun.append(start(*program, **settings))
    return begun[-1]

def read_slowly(spool, files):
    if len(begun) == 2:
        print(*(each.pid for each in begun), flush=True)
        begun.append(None)
    time.sleep(0.3)
    return read(spool, files)

worker_pool.subprocess.Popen, Spool.read = started, read_slowly
open_store(sys.argv[1], folder=Path(sys.argv[2]), progress=False)
"""


@pytest.mark.parametrize("strike", [signal.SIGINT, signal.SIGKILL])
def test_none_outlives_the_one_that_started_it(
    strike: signal.Signals, logs: Path, alone: Store, tmp_path: Path
) -> None:
    given = [sys.executable, "-c", CHILD, str(logs), str(tmp_path / "store")]
    child = subprocess.Popen(
        given, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout
        others = [int(pid) for pid in child.stdout.readline().split()]
        time.sleep(0.7)
        child.send_signal(strike)
        _, errors = child.communicate(timeout=5)
    assert child.returncode in (-strike, 130), errors
    assert len(others) == 2
    until = time.monotonic() + 10
    while any(map(is_alive, others)):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert checksum(opened(logs, tmp_path / "store")) == checksum(alone)


def is_alive(pid: int) -> bool:
    """Return whether there is such a process; a zombie is none."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


# The queue


def found(*sizes: int) -> list[Found]:
    return [Found(f"{number}", size) for number, size in enumerate(sizes)]


def test_a_large_file_is_a_chunk_of_its_own() -> None:
    queue = WorkQueue(found(1, 5_000_000, 1, 2_000_001), 10)
    handed = [[each.path for each in queue.take()] for _ in range(5)]
    assert handed == [["0"], ["1"], ["2"], ["3"], []]


def test_enough_records_end_a_round_and_leave_the_rest() -> None:
    queue = WorkQueue(found(*[1_500_000] * 3), 10)
    queue.read(len(queue.take()), 10)
    assert queue.take() == []
    assert [each.path for each in queue.left[::-1]] == ["1", "2"]


def test_what_is_given_back_is_handed_out_again_in_its_order() -> None:
    queue = WorkQueue(found(*[1] * 60), 10)
    first = queue.take()
    assert not queue.is_finished()
    queue.give_back(first)
    queue.finish(len(first))
    assert queue.take() == first


def test_it_is_over_when_nothing_is_left_and_nothing_being_read() -> None:
    queue = WorkQueue(found(1, 1), 10)
    chunk = queue.take()
    assert not queue.is_finished()
    queue.finish(len(chunk))
    assert queue.is_finished()
