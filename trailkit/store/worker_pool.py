"""Processes that read along: one Python process keeps one core busy, and no more.

A process that cannot start, or that the system ends, costs nothing but time: its files
are read by the others. It is a plain program, so that a script needs no main guard, in
a group of its own, so that Ctrl-C reaches us alone.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

from trailkit.store.spooling import Laid
from trailkit.store.walk import Found
from trailkit.store.work_queue import Pieces

_MOST = 3
"""More than that wait for the disk, and take memory."""

_WORTH = 10_000_000
"""Bytes of files for each process: fewer are read before it has begun."""


class Crew:
    """The processes that read along, each with a thread that tells it what to read."""

    def __init__(self, work: Path, limit: int, pieces: Pieces) -> None:
        """Start as many as there are cores for, if there is enough to read."""
        size = sum(each.size for each in pieces.left)
        number = min(_MOST, (os.cpu_count() or 1) - 1, size // _WORTH)
        self._mates = [*_started(work, limit, number)]
        self._threads = ThreadPoolExecutor(max(1, number), "trailkit-crew")
        self._work = [self._threads.submit(each.read, pieces) for each in self._mates]

    def __enter__(self) -> "Crew":
        """Let them read; at the end they are gone."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End those that are not at their end."""
        for mate in self._mates:
            mate.end()
        self._threads.shutdown()

    def laid(self) -> list[Laid]:
        """Give what they laid down; raises what ended one of them, a full disk.

        One that has not begun by now is not waited for.
        """
        pairs = zip(self._mates, self._work, strict=True)
        results = [work.result() for mate, work in pairs if mate.has_begun]
        return [laid for laid in results if laid is not None]


def _started(work: Path, limit: int, number: int) -> Iterator["_Mate"]:
    """Start processes, as many as the system lets us."""
    with suppress(OSError):
        for name in range(1, number + 1):
            yield _Mate(work, str(name), limit)


class _Mate:
    """One process, ``trailkit.store.worker``."""

    def __init__(self, work: Path, name: str, limit: int) -> None:
        program = [sys.executable or "", "-P", "-m", "trailkit.store.worker"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*program, str(work), name, str(limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.has_begun = False
        self._told = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)

    def read(self, pieces: Pieces) -> Laid | None:
        """Let it read pieces until there are no more; None if it has ended before."""
        taken: list[Found] = []
        files = records = 0
        try:
            self._answer()
            while piece := pieces.take():
                self.has_begun = True
                taken += piece
                more = self._ask(piece)
                pieces.read(len(piece), more)
                files, records = files + len(piece), records + more
            return self._ask([])
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            pieces.read(-files, -records)
            pieces.give_back(taken)
            return None
        finally:
            pieces.settle(len(taken))

    def _ask(self, piece: list[Found]) -> Any:
        pickle.dump(piece, self._told)
        self._told.flush()
        return self._answer()

    def _answer(self) -> Any:
        answer = pickle.load(self._answers)  # noqa: S301 - from our own process
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def end(self) -> None:
        """End it, also half-way."""
        self._process.kill()
        for pipe in (self._told, self._answers):
            with suppress(OSError):
                pipe.close()
        self._process.wait()
