"""Worker processes that read files: one Python process keeps only one core busy.

A worker that cannot start, or that the system kills, costs nothing but time: its files
are read by the others. It is a plain program, so that a script needs no main guard, in
a process group of its own, so that Ctrl-C reaches only us.

``python -m trailkit.store.worker_pool FOLDER NAME LIMIT`` reads lists of files from
standard input, and answers each on standard output with the number of records, in the
end with what it spooled. Only this module starts it.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Condition
from types import TracebackType
from typing import IO, Any, BinaryIO, cast

from trailkit.store.spool import Spool, Spooled
from trailkit.store.walk import Found

CHUNK_FILES, _CHUNK_BYTES = 50, 2_000_000
"""The most files, and bytes of more than one file, in one chunk."""

_MOMENT = 0.1


class WorkQueue:
    """Files to read, taken in chunks until a round is full; safe for threads.

    A file is being read from when it is taken until all its records are spooled.
    ``files`` and ``records`` count what was read; ``left`` are the files that were not
    taken, the next one last.
    """

    def __init__(self, files: Sequence[Found], most: int) -> None:
        """Queue the files; a round is full after ``most`` records."""
        self.left, self._most = [*reversed(files)], most
        self.files = self.records = 0
        self._being_read = 0
        self._changed = Condition()

    def take(self) -> list[Found]:
        """Return the next files; none when no more are left, or the round is full."""
        chunk: list[Found] = []
        with self._changed:
            while self._is_waiting() and self._fits(chunk):
                chunk.append(self.left.pop())
            self._being_read += len(chunk)
        return chunk

    def _is_waiting(self) -> bool:
        return bool(self.left) and self.records < self._most

    def _fits(self, chunk: list[Found]) -> bool:
        size = sum(each.size for each in [*chunk, self.left[-1]])
        return not chunk or (len(chunk) < CHUNK_FILES and size <= _CHUNK_BYTES)

    def read(self, files: int, records: int) -> None:
        """Count what was read."""
        with self._changed:
            self.files += files
            self.records += records

    def give_back(self, taken: Sequence[Found]) -> None:
        """Queue files again whose worker ended before they were spooled."""
        with self._changed:
            self.left += reversed(taken)

    def finish(self, files: int) -> None:
        """Count files as read to the end."""
        with self._changed:
            self._being_read -= files
            self._changed.notify_all()

    def is_finished(self) -> bool:
        """Wait a moment for the workers; return whether all files are read."""
        with self._changed:
            return self._changed.wait_for(self._has_ended, _MOMENT)

    def _has_ended(self) -> bool:
        return not self._being_read and not self._is_waiting()


_MOST = 3
"""More than that wait for the disk, and take memory."""

_WORTH = 10_000_000
"""Bytes of files for each process: fewer are read before it has begun."""


class WorkerPool:
    """The workers, each with a thread that sends it files."""

    def __init__(self, work: Path, limit: int, queue: WorkQueue) -> None:
        """Start a worker for each further core, if there is enough to read."""
        size = sum(each.size for each in queue.left)
        number = min(_MOST, (os.cpu_count() or 1) - 1, size // _WORTH)
        self._workers = [*_started(work, limit, number)]
        self._threads = ThreadPoolExecutor(max(1, number), "trailkit-workers")
        self._work = [self._threads.submit(each.read, queue) for each in self._workers]

    def __enter__(self) -> "WorkerPool":
        """Return the pool, whose workers are gone at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Kill the workers that still run."""
        for worker in self._workers:
            worker.end()
        self._threads.shutdown()

    def spooled(self) -> list[Spooled]:
        """Return what the workers wrote; raise what ended one of them, as a full disk.

        A worker that has not begun is not waited for.
        """
        pairs = zip(self._workers, self._work, strict=True)
        results = [work.result() for worker, work in pairs if worker.has_begun]
        return [spooled for spooled in results if spooled is not None]


def _started(work: Path, limit: int, number: int) -> Iterator["_Worker"]:
    """Start processes, as many as the system allows."""
    with suppress(OSError):
        for name in range(1, number + 1):
            yield _Worker(work, str(name), limit)


class _Worker:
    """One worker process."""

    def __init__(self, work: Path, name: str, limit: int) -> None:
        program = [sys.executable or "", "-P", "-m", "trailkit.store.worker_pool"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*program, str(work), name, str(limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.has_begun = False
        self._requests = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)

    def read(self, queue: WorkQueue) -> Spooled | None:
        """Send it chunks until none is left; None if the process ended before."""
        taken: list[Found] = []
        files = records = 0
        try:
            self._answer()
            while chunk := queue.take():
                self.has_begun = True
                taken += chunk
                more = self._ask(chunk)
                queue.read(len(chunk), more)
                files, records = files + len(chunk), records + more
            return self._ask([])
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            queue.read(-files, -records)
            queue.give_back(taken)
            return None
        finally:
            queue.finish(len(taken))

    def _ask(self, chunk: list[Found]) -> Any:
        pickle.dump(chunk, self._requests)
        self._requests.flush()
        return self._answer()

    def _answer(self) -> Any:
        answer = pickle.load(self._answers)  # noqa: S301 - from our own process
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def end(self) -> None:
        """Kill the process."""
        self._process.kill()
        for pipe in (self._requests, self._answers):
            with suppress(OSError):
                pipe.close()
        self._process.wait()


def main(folder: str, name: str, limit: str) -> None:
    """Read the files that standard input names, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed must not be taken for an answer
    try:
        _read(Spool(Path(folder), name, int(limit)), requests, answers)
    except (EOFError, BrokenPipeError):
        pass  # the parent process is gone
    except (OSError, MemoryError) as error:
        _answer(answers, error)


def _read(spool: Spool, requests: BinaryIO, answers: BinaryIO) -> None:
    _answer(answers, True)
    with spool:
        while files := _next(requests):
            _answer(answers, spool.read(files))
    _answer(answers, spool.spooled)


def _next(requests: BinaryIO) -> list[Found]:
    return pickle.load(requests)  # noqa: S301 - from the process that started this one


def _answer(answers: BinaryIO, what: object) -> None:
    pickle.dump(what, answers)
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
