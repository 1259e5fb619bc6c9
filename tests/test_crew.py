"""Processes that read along: with or without them, the store is the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.evidence_made import checksum, log, many, put
from tests.records_made import record
from trailkit.errors import StoreFull
from trailkit.store import worker_pool
from trailkit.store.spooling import Laid, Station
from trailkit.store.store import Store, open_store
from trailkit.store.walk import Found
from trailkit.store.work_queue import Pieces

FILES, EACH = 40, 20


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give log files, with repeats, with some that are none, with remarks."""
    folder = many(tmp_path_factory.mktemp("many") / "logs", FILES, EACH)
    odd = [record(), "no record", record(userIdentity="odd"), record(eventTime="?")]
    others = {"broken.json": b'{"Records": [', "other.txt": b"", "odd.json": log(odd)}
    return put(folder, {**others, "very odd.json": log(odd[::-1])})


@pytest.fixture(scope="module")
def alone(logs: Path) -> Store:
    """Give the store that one process makes."""
    return opened(logs, logs.parent / "alone")


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[Laid]:
    """Let two processes read along, and this one be slow; give what they laid down."""
    monkeypatch.setattr(worker_pool, "_WORTH", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr("trailkit.store.work_queue.PIECE_FILES", 2)
    read, give = Station.read, worker_pool.Crew.laid
    others: list[Laid] = []

    def read_slowly(station: Station, files: Iterable[Found]) -> int:
        time.sleep(0.3)
        return read(station, files)

    def give_and_tell(self: worker_pool.Crew) -> list[Laid]:
        others.extend(give(self))
        return others

    monkeypatch.setattr(Station, "read", read_slowly)
    monkeypatch.setattr(worker_pool.Crew, "laid", give_and_tell)
    return others


def opened(logs: Path, store: Path) -> Store:
    return open_store(logs, folder=store, progress=False)


def test_together_they_make_the_store_that_one_makes(
    logs: Path, alone: Store, laid: list[Laid], tmp_path: Path
) -> None:
    together = opened(logs, tmp_path / "store")
    assert sum(len(each.readings) for each in laid) > FILES / 2
    assert checksum(together) == checksum(alone)


def test_one_that_is_killed_costs_nothing_but_time(
    logs: Path,
    alone: Store,
    laid: list[Laid],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = worker_pool._Mate._ask
    killed: list[int] = []

    def ask_twice_and_kill(mate: worker_pool._Mate, piece: list[Found]) -> object:
        if mate._process.pid in killed:
            mate._process.kill()
            mate._process.wait()
        killed.append(mate._process.pid)
        return ask(mate, piece)

    monkeypatch.setattr(worker_pool._Mate, "_ask", ask_twice_and_kill)
    store = opened(logs, tmp_path / "store")
    assert killed
    assert laid == []
    assert checksum(store) == checksum(alone)


@pytest.mark.parametrize("program", ["/bin/false", "/bin/echo", "/no/such/program"])
def test_one_that_is_no_python_is_not_missed(
    program: str,
    logs: Path,
    alone: Store,
    laid: list[Laid],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    assert checksum(opened(logs, tmp_path / "store")) == checksum(alone)
    assert laid == []


def test_nothing_is_started_where_there_is_no_program(
    logs: Path,
    alone: Store,
    laid: list[Laid],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert checksum(opened(logs, tmp_path / "store")) == checksum(alone)
    assert laid == []


FULL = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (99, 99))
runpy.run_module(sys.argv.pop(1), run_name="__main__")
"""


def test_a_disk_that_is_full_for_one_is_full_for_all(
    logs: Path, laid: list[Laid], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
from trailkit.store import work_queue, worker_pool
from trailkit.store.spooling import Station
from trailkit.store.store import open_store

worker_pool._WORTH, work_queue.PIECE_FILES, os.cpu_count = 1, 1, lambda: 3
start, read, begun = worker_pool.subprocess.Popen, Station.read, []

def started(*program, **settings):
    begun.append(start(*program, **settings))
    return begun[-1]

def read_slowly(station, files):
    if len(begun) == 2:
        print(*(each.pid for each in begun), flush=True)
        begun.append(None)
    time.sleep(0.3)
    return read(station, files)

worker_pool.subprocess.Popen, Station.read = started, read_slowly
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
    """Say whether there is such a process; one that waits to be buried is none."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


# Handing out


def found(*sizes: int) -> list[Found]:
    return [Found(f"{number}", size) for number, size in enumerate(sizes)]


def test_a_large_file_is_a_piece_of_its_own() -> None:
    pieces = Pieces(found(1, 5_000_000, 1, 2_000_001), 10)
    handed = [[each.path for each in pieces.take()] for _ in range(5)]
    assert handed == [["0"], ["1"], ["2"], ["3"], []]


def test_enough_records_end_a_round_and_leave_the_rest() -> None:
    pieces = Pieces(found(*[1_500_000] * 3), 10)
    pieces.read(len(pieces.take()), 10)
    assert pieces.take() == []
    assert [each.path for each in pieces.left[::-1]] == ["1", "2"]


def test_what_is_given_back_is_handed_out_again_in_its_order() -> None:
    pieces = Pieces(found(*[1] * 60), 10)
    first = pieces.take()
    assert not pieces.are_over()
    pieces.give_back(first)
    pieces.settle(len(first))
    assert pieces.take() == first


def test_it_is_over_when_nothing_is_left_and_nothing_under_way() -> None:
    pieces = Pieces(found(1, 1), 10)
    piece = pieces.take()
    assert not pieces.are_over()
    pieces.settle(len(piece))
    assert pieces.are_over()
