"""Many questions at once: one display, and one failure does not sink the rest."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

import pandas as pd

from trailkit.errors import InvalidParameter, TrailkitError
from trailkit.progress import behind, keeping, line, notice
from trailkit.questions import meanings, parameters
from trailkit.questions.library import Library
from trailkit.questions.question import Question

Wanted = str | tuple[str, Mapping[str, Any]]
"""A question's name, or its name with values: ``("identity/root", {"limit": 9})``."""

_LOOK_SECONDS = 0.1


class Answers(dict[str, pd.DataFrame]):
    """The frames of many questions, each by its name.

    ``errors`` holds why a question has none; asking for its frame raises that.
    """

    def __init__(self) -> None:
        """Begin without any."""
        super().__init__()
        self.errors: dict[str, TrailkitError] = {}

    def __missing__(self, name: str) -> pd.DataFrame:
        """Raise the error of a question that failed."""
        raise self.errors.get(name) or KeyError(name)

    def __repr__(self) -> str:
        """Show a line for each question: how many rows, or what went wrong."""
        shown = [f"{name}: {len(frame):,} rows" for name, frame in self.items()]
        shown += [
            f"{name}: {type(error).__name__}: {error}"
            for name, error in self.errors.items()
        ]
        return "\n".join(shown)


def named(
    wanted: Iterable[Wanted], library: Library
) -> dict[str, tuple[Question, Mapping[str, Any]]]:
    """Find the questions; one that is asked with several values is named with them.

    Raises UnknownQuestion or a ParameterError before anything runs.
    """
    asked = [(each, {}) if isinstance(each, str) else _pair(each) for each in wanted]
    names = [name for name, _ in asked]
    found: dict[str, tuple[Question, Mapping[str, Any]]] = {}
    for name, values in asked:
        question = library[name]
        read, _ = meanings.read(question.parameters, values)
        parameters.resolve(question.parameters, read)
        found[_label(name, values) if names.count(name) > 1 else name] = (
            question,
            values,
        )
    return found


def _pair(given: Any) -> tuple[str, Mapping[str, Any]]:
    match given:
        case [str() as name, Mapping() as values]:
            return name, values
        case _:
            raise InvalidParameter(
                f"{given!r} is not a question. Give its name, or a pair of its name "
                'and a dict of values: ("s3/bucket-deletions", {"bucket": "payroll"}).'
            )


def _label(name: str, values: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{each}={value!r}' for each, value in values.items())})"


def ask(jobs: Mapping[str, Callable[[], pd.DataFrame]], at_once: int) -> Answers:
    """Do the jobs, so many at a time, and give their frames in the same order.

    Ctrl-C stops them all. What they had to say is said once, at the end.
    """
    return _collect(done(jobs, at_once))


_Given = TypeVar("_Given")


def done(
    jobs: Mapping[str, Callable[[], _Given]], at_once: int
) -> dict[str, Future[tuple[_Given, list[str]]]]:
    """Do the jobs, so many at a time; each has ended, with what it had to say.

    Ctrl-C stops them all.
    """
    stop = threading.Event()
    pool = ThreadPoolExecutor(at_once, "trailkit-ask")
    try:
        asked = {name: pool.submit(_alone, job, stop) for name, job in jobs.items()}
        _wait(list(asked.values()))
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
    return asked


def _alone(
    job: Callable[[], _Given], stop: threading.Event
) -> tuple[_Given, list[str]]:
    with behind(stop), keeping() as said:
        return job(), said


def _wait(asked: Sequence[Future[Any]]) -> None:
    """Wait in short steps: the display goes on, and Ctrl-C is heard on any system."""
    with line() as say:
        waiting = set(asked)
        while waiting:
            waiting = wait(waiting, _LOOK_SECONDS).not_done
            running = sum(each.running() for each in waiting)
            done = len(asked) - len(waiting)
            say(f"Asking: {done:,} of {len(asked):,} answered, {running:,} under way")


def _collect(
    asked: Mapping[str, Future[tuple[pd.DataFrame, list[str]]]],
) -> Answers:
    answers = Answers()
    notes: dict[str, None] = {}
    for name, future in asked.items():
        try:
            answers[name], said = future.result()
        except TrailkitError as error:
            answers.errors[name] = error
            notes[f"{name} has no answer: {error}"] = None
        else:
            notes |= dict.fromkeys(said)
    for note in notes:
        notice(note)
    return answers
