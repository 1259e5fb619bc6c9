"""A process that reads along: a station that is told what to read, and answers.

``python -m trailkit.store.worker FOLDER NAME LIMIT`` is told on standard input, a list
of files at a time, and answers on standard output with the number of their records; in
the end with what was laid down. Only ``trailkit.store.worker_pool`` starts it.
"""

import gc
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from trailkit.store.spooling import Station
from trailkit.store.walk import Found


def main(folder: str, name: str, limit: str) -> None:
    """Read what one is told to, until there is no more, or nobody to tell."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    told, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anybody prints is no answer
    try:
        _read(Station(Path(folder), name, int(limit)), told, answers)
    except (EOFError, BrokenPipeError):
        pass  # who asked is gone
    except (OSError, MemoryError) as error:
        _answer(answers, error)


def _read(station: Station, told: BinaryIO, answers: BinaryIO) -> None:
    _answer(answers, True)
    with station:
        while files := _next(told):
            _answer(answers, station.read(files))
    _answer(answers, station.laid)


def _next(told: BinaryIO) -> list[Found]:
    return pickle.load(told)  # noqa: S301 - from the process that started this one


def _answer(answers: BinaryIO, what: object) -> None:
    pickle.dump(what, answers)
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
