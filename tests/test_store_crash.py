"""Killed, interrupted, shared, overtaken: the store is whole and complete afterwards.

An audit hook in the child counts its steps in the store's folder (files opened, renamed
and removed) and strikes at a chosen one; between these steps, where DuckDB and Arrow
write by themselves, it is struck after a time.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.support.evidence_made import (
    all_is_accounted_for,
    checksum,
    dumped,
    log,
    many,
    put,
    rows,
)
from tests.support.records_made import record
from tests.support.sampled import WHOLE
from trailkit.connect import local
from trailkit.store.store import Store, open_store

FILES, EACH = 150, 10
NEVER = 1_000_000

CHILD = """
import os, sys
from pathlib import Path
from tests.support.evidence_made import checksum
from trailkit.store.store import open_store

logs, store, step, strike = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
steps = 0

def count(event, given):
    global steps
    if event.startswith(("open", "os.", "shutil.")) and store in str(given[:2]):
        steps += 1
        if steps == step:
            os.kill(os.getpid(), strike)

sys.addaudithook(count)
print("ready", flush=True)
sys.stdin.readline()
opened = open_store(logs, folder=Path(store), progress=False)
print(steps, checksum(opened), flush=True)
"""


@contextmanager
def opening(
    logs: Path, store: Path, step: int = NEVER, strike: int = 0
) -> Generator["subprocess.Popen[str]"]:
    """Start a process that opens a store, struck by a signal at a step of it."""
    given = [str(logs), str(store), str(step), str(strike)]
    child = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", CHILD, *given],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def go(child: "subprocess.Popen[str]") -> None:
    """Let a process begin, once it has imported all it needs."""
    assert child.stdout
    assert child.stdin
    assert child.stdout.readline() == "ready\n"
    child.stdin.write("go\n")
    child.stdin.flush()


def opened(logs: Path, store: Path) -> Store:
    return open_store(logs, folder=store, progress=False)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return some thousand records in some hundred files."""
    return many(tmp_path_factory.mktemp("many") / "logs", FILES, EACH)


@pytest.fixture(scope="module")
def whole(logs: Path) -> str:
    """Return the checksum of a store that was made undisturbed."""
    store = opened(logs, logs.parent / "whole")
    assert all_is_accounted_for(store)
    assert store.counts["events"] == FILES * EACH
    return checksum(store)


@pytest.fixture(scope="module")
def steps(logs: Path, whole: str) -> int:
    """Return the number of steps in the store's folder that making it takes."""
    with opening(logs, logs.parent / "counted") as child:
        go(child)
        count, made = child.communicate()[0].split()
    assert made == whole
    return int(count)


# Killed

KILLS = 25 if WHOLE else 4


@pytest.mark.parametrize("part", range(KILLS))
def test_killed_at_a_step_the_next_opening_gives_the_whole_store(
    logs: Path, whole: str, steps: int, part: int, tmp_path: Path
) -> None:
    step = 1 + part * (steps - 1) // (KILLS - 1)
    with opening(logs, tmp_path / "store", step, signal.SIGKILL) as child:
        go(child)
        assert child.wait() == -signal.SIGKILL
    assert checksum(opened(logs, tmp_path / "store")) == whole


def test_killed_again_and_again_the_store_comes_whole(
    logs: Path, whole: str, tmp_path: Path
) -> None:
    struck = 0
    for delay in (0.1, 0.2, 0.3, 0.4):
        with opening(logs, tmp_path / "store") as child:
            go(child)
            time.sleep(delay)
            struck += child.poll() is None
            child.kill()
    assert struck
    assert checksum(opened(logs, tmp_path / "store")) == whole


@pytest.mark.parametrize("part", range(1, 4))
def test_killed_while_it_grows_a_store_is_old_or_new(
    tmp_path: Path, part: int, steps: int
) -> None:
    logs, store = many(tmp_path / "logs", 10, 20), tmp_path / "store"
    opened(logs, store)
    put(
        logs, {"0003.json.gz": log([record("Changed")]), "z.json": log([record("New")])}
    )
    (logs / "0007.json.gz").unlink()
    with opening(logs, store, 1 + part * steps // 4, signal.SIGKILL) as child:
        go(child)
        assert child.wait() == -signal.SIGKILL
    assert checksum(opened(logs, store)) == checksum(opened(logs, tmp_path / "clean"))


def test_what_a_killed_process_left_is_swept_away(
    logs: Path, steps: int, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    with opening(logs, store, steps // 2, signal.SIGKILL) as child:
        go(child)
        child.wait()
    made = opened(logs, store)
    named = made.manifest.files() | {"manifest.json", "trailkit.lock"}
    first = {path.name for path in store.iterdir()} - named
    put(logs.parent / "one more", {"a.json": log([record()])})
    grown = open_store([logs, logs.parent / "one more"], folder=store, progress=False)
    left = {path.name for path in store.iterdir()} - grown.manifest.files()
    assert not first & left


# Interrupted


@pytest.mark.parametrize("part", range(3))
def test_ctrl_c_ends_an_ingest_and_the_next_is_whole(
    logs: Path, whole: str, steps: int, part: int, tmp_path: Path
) -> None:
    step = 1 + part * (steps - 1) // 3
    with opening(logs, tmp_path / "store", step, signal.SIGINT) as child:
        go(child)
        _, errors = child.communicate(timeout=20)
        assert child.returncode in (-signal.SIGINT, 130), errors
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert not (tmp_path / "store" / "ingest-at-work").exists()
    assert checksum(opened(logs, tmp_path / "store")) == whole


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return more records than can be read before the strike."""
    return many(tmp_path_factory.mktemp("large") / "logs", 400, 50)


@pytest.mark.parametrize("delay", [0.1, 0.4])
def test_ctrl_c_ends_an_ingest_half_way(
    large: Path, delay: float, tmp_path: Path
) -> None:
    with opening(large, tmp_path / "store") as child:
        go(child)
        time.sleep(delay)
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=10)
    assert child.returncode in (-signal.SIGINT, 130), errors
    assert errors.rstrip().endswith("KeyboardInterrupt")


# Shared


def test_two_processes_that_open_at_once_both_get_the_whole_store(
    logs: Path, whole: str, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    with opening(logs, store) as one, opening(logs, store) as two:
        go(one)
        go(two)
        answers = [child.communicate() for child in (one, two)]
    assert [(out.split()[1], err) for out, err in answers] == [(whole, "")] * 2


def test_a_case_that_was_opened_earlier_still_answers(tmp_path: Path) -> None:
    logs = put(tmp_path / "logs", {"a.json": log([record("Old"), record("Old")])})
    count = "select count(*) as events from events"
    before = local(logs, store=tmp_path / "store", progress=False)
    put(logs, {"a.json": log([record("Changed")]), "b.json": log([record()] * 2)})
    put(logs, {"c.json": log([record(), record()])})
    with opening(logs, tmp_path / "store") as child:
        go(child)
        child.communicate()
    after = local(logs, store=tmp_path / "store", progress=False)
    assert before.query(count)["events"].tolist() == [2]
    assert after.query(count)["events"].tolist() == [4]


def test_an_earlier_store_stays_through_an_ingest_of_many_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs, store = many(tmp_path / "logs", 3, 10), tmp_path / "store"
    before = opened(logs, store)
    held = checksum(before)
    monkeypatch.setattr("trailkit.store.staging.ROUND", 10)
    monkeypatch.setattr("trailkit.store.worker_pool.CHUNK_FILES", 1)
    put(logs, {"0000.json.gz": log([record("Changed")])})
    put(logs, {f"{n}.json": log([record() for _ in range(10)]) for n in range(1, 5)})
    after = opened(logs, store)
    assert after.manifest.next_part > before.manifest.next_part + 8, "several rounds"
    assert checksum(before) == held
    assert checksum(after) == checksum(opened(logs, tmp_path / "at once"))


# Overtaken


def test_a_file_that_grows_while_it_is_read_is_complete_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trailkit.store.reader as reader

    logs = put(tmp_path / "logs", {"a.jsonl": b"", "b.json": log([record()])})
    lines = [dumped(record(f"Event{n}")) + b"\n" for n in range(30)]
    (logs / "a.jsonl").write_bytes(b"".join(lines[:10]))
    receive = reader.receive

    def grow(first: int) -> None:
        with (logs / "a.jsonl").open("ab") as file:
            file.writelines(lines[first : first + 10])

    def grown_meanwhile(file: Any, limit: int) -> bytes:
        is_growing = file.read(1) == b"{" and b"Records" not in file.read(20)
        file.seek(0)
        if is_growing:
            grow(10)
        received = receive(file, limit)
        if is_growing:
            grow(20)
        return received

    with monkeypatch.context() as patch:
        patch.setattr(reader, "receive", grown_meanwhile)
        assert opened(logs, tmp_path / "store").counts["events"] <= 31
    assert opened(logs, tmp_path / "store").counts["events"] == 31


def test_a_file_that_is_written_meanwhile_is_complete_in_the_end(
    tmp_path: Path,
) -> None:
    logs = put(tmp_path / "logs", {"first.json": log([record("First")])})
    made = [record(f"Event{n}") for n in range(500)]
    text = b"\n".join(map(dumped, made))

    def write() -> None:
        with (logs / "growing.jsonl").open("wb") as file:
            for start in range(0, len(text), 9_999):
                file.write(text[start : start + 9_999])
                file.flush()
                time.sleep(0.03)

    writer = Thread(target=write)
    writer.start()
    while writer.is_alive():
        assert all_is_accounted_for(opened(logs, tmp_path / "store"))
    store = opened(logs, tmp_path / "store")
    assert (store.counts["events"], store.counts["problems"]) == (501, 0)
    names = {name for (name,) in rows(store, "select event_name from {records}")}
    assert names == {"First", *(each["eventName"] for each in made)}
