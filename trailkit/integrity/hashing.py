"""Hash very many local files on every core, and give each file's hash.

A worker is a plain program, so that a script needs no main guard, in a process group of
its own, so that Ctrl-C reaches only us. One that ends early costs nothing but time.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, cast

from trailkit.integrity.hash_worker import Hashed, hash_files

_CHUNK = 100
_WORTH = 2_000
"""So many files are hashed before a further process has begun."""

_MOST = 3


class _Shared:
    """The chunks that are left, and the hashes so far; safe for threads."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._left = [paths[at : at + _CHUNK] for at in range(0, len(paths), _CHUNK)]
        self._lock = threading.Lock()
        self.hashes: dict[str, Hashed] = {}

    def take(self) -> Sequence[str]:
        with self._lock:
            return self._left.pop() if self._left else ()

    def give_back(self, chunk: Sequence[str]) -> None:
        with self._lock:
            self._left.append(chunk)

    def keep(self, chunk: Sequence[str], hashes: Sequence[Hashed]) -> None:
        self.hashes.update(zip(chunk, hashes, strict=True))


def hash_all(paths: Sequence[str], say: Callable[[str], None]) -> dict[str, Hashed]:
    """Hash local files, on up to four cores; Ctrl-C ends it at once."""
    shared = _Shared(paths)
    number = min(_MOST, (os.cpu_count() or 1) - 1, len(paths) // _WORTH)
    workers = [_Worker() for _ in range(number)]
    threads = [threading.Thread(target=each.work, args=[shared]) for each in workers]
    try:
        for thread in threads:
            thread.start()
        _hash_here(shared, len(paths), say)
        for thread in threads:
            thread.join()
        _hash_here(shared, len(paths), say)  # what a worker gave back
    finally:
        for worker in workers:
            worker.end()
    return shared.hashes


def _hash_here(shared: _Shared, number: int, say: Callable[[str], None]) -> None:
    while chunk := shared.take():
        shared.keep(chunk, hash_files(chunk))
        say(f"Validating {len(shared.hashes):,} of {number:,} log files")


class _Worker:
    """One further process, with the thread that sends it chunks."""

    def __init__(self) -> None:
        program = [sys.executable, "-P", "-m", "trailkit.integrity.hash_worker"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._requests = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)

    def work(self, shared: _Shared) -> None:
        """Have chunks hashed until none is left, or the process ends."""
        while chunk := shared.take():
            try:
                self._requests.write(json.dumps([*chunk]).encode() + b"\n")
                self._requests.flush()
                hashes = [tuple(each) for each in json.loads(self._answers.readline())]
            except (OSError, ValueError):
                shared.give_back(chunk)
                return
            shared.keep(chunk, cast(list[Hashed], hashes))

    def end(self) -> None:
        """Kill the process."""
        self._process.kill()
        for pipe in (self._requests, self._answers):
            with suppress(OSError):
                pipe.close()
        self._process.wait()
