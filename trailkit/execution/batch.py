"""Many questions at once: one display, and one failure does not sink the rest."""

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import pandas as pd

from trailkit.aws.in_parallel import in_order
from trailkit.errors import InvalidParameter, TrailkitError
from trailkit.progress import behind, keeping, line, notice
from trailkit.questions import meanings, parameters
from trailkit.questions.library import Library
from trailkit.questions.question import Question

Wanted = str | tuple[str, Mapping[str, Any]]
"""A question's name, or its name with values: ``("identity/root", {"limit": 9})``."""


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


@dataclass(frozen=True, slots=True)
class JobResult(Generic[_Given]):
    """What a job gave, or why it gave nothing, and what it had to say."""

    given: _Given | None
    said: list[str]
    error: BaseException | None = None

    def result(self) -> tuple[_Given, list[str]]:
        """Return what it gave, with what it had to say; raise what it raised."""
        if self.error is not None:
            raise self.error
        return cast(_Given, self.given), self.said


def done(
    jobs: Mapping[str, Callable[[], _Given]], at_once: int
) -> dict[str, JobResult[_Given]]:
    """Do the jobs, so many at a time; each has ended, with what it had to say.

    Ctrl-C stops them all.
    """
    stop, begun, ended = threading.Event(), list[None](), list[None]()

    def work(job: Callable[[], _Given]) -> JobResult[_Given]:
        begun.append(None)
        try:
            return _alone(job, stop)
        finally:
            ended.append(None)

    with line() as say:

        def look() -> None:
            say(
                f"Asking: {len(ended):,} of {len(jobs):,} answered, "
                f"{len(begun) - len(ended):,} under way"
            )

        answers = in_order(work, jobs.values(), at_once, look, stop.set)
        with closing(answers):
            return dict(zip(jobs, answers, strict=True))


def _alone(job: Callable[[], _Given], stop: threading.Event) -> JobResult[_Given]:
    try:
        with behind(stop), keeping() as said:
            return JobResult(job(), said)
    except BaseException as error:  # noqa: BLE001 - raised to whoever asks for it
        return JobResult(None, [], error)


def _collect(
    asked: Mapping[str, JobResult[pd.DataFrame]],
) -> Answers:
    answers = Answers()
    notes: dict[str, None] = {}
    for name, outcome in asked.items():
        try:
            answers[name], said = outcome.result()
        except TrailkitError as error:
            answers.errors[name] = error
            notes[f"{name} has no answer: {error}"] = None
        else:
            notes |= dict.fromkeys(said)
    for note in notes:
        notice(note)
    return answers
