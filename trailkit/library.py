"""The questions: found, searched, and put to a case."""

import inspect
import keyword
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from trailkit.errors import InvalidQuestion, UnknownQuestion, nearest
from trailkit.parameters import Parameter
from trailkit.question import Question, read

_COLUMNS = ["name", "title", "parameters", "attack", "chart", "needs"]
_ANNOTATIONS: dict[str, Any] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "time": str | datetime | date,
    "duration": str | timedelta,
    "cidr": str,
}


def sql_folder() -> Path:
    """Give the folder of the questions: in the wheel, or beside the package."""
    package = Path(__file__).parent
    inside = package / "sql"
    return inside if inside.is_dir() else package.parent / "sql"


class Library:
    """Questions by name, such as ``s3/bucket-deletions``.

    >>> library = load()
    >>> library["s3/bucket-deletions"].title
    'Who deleted an S3 bucket?'
    """

    def __init__(self, questions: Mapping[str, Question]) -> None:
        """Hold the questions, sorted by name."""
        self._questions = dict(sorted(questions.items()))

    def __getitem__(self, name: str) -> Question:
        """Give a question; raise UnknownQuestion with the nearest names."""
        if name not in self._questions:
            raise UnknownQuestion(
                f'There is no question "{name}". {nearest(name, self._questions)} '
                "case.library() lists them all."
            )
        return self._questions[name]

    def __iter__(self) -> Iterator[Question]:
        """Go through the questions by name."""
        return iter(self._questions.values())

    def __len__(self) -> int:
        """Count the questions."""
        return len(self._questions)

    def search(self, about: str = "") -> pd.DataFrame:
        """List the questions that mention every word of a text, as a frame."""
        words = about.lower().split()
        rows = [_row(each) for each in self if _mentions(each, words)]
        return pd.DataFrame(rows, columns=_COLUMNS, dtype="str")

    def with_folder(self, folder: str | Path) -> "Library":
        """Give a library with the questions of another folder added."""
        added = _read_folder(Path(folder))
        for name in added.keys() & self._questions.keys():
            raise InvalidQuestion(
                f'There is a question "{name}" already. Rename {added[name].path}.'
            )
        return Library(self._questions | added)


def load() -> Library:
    """Read the questions that trailkit brings."""
    return Library(_read_folder(sql_folder()))


def _read_folder(folder: Path) -> dict[str, Question]:
    questions = (read(path, folder) for path in sorted(folder.glob("*/*.sql")))
    return {question.name: question for question in questions}


def _row(question: Question) -> list[str]:
    return [
        question.name,
        question.title,
        ", ".join(parameter.name for parameter in question.parameters),
        ", ".join(question.attack),
        question.chart or "",
        ", ".join(question.needs),
    ]


def _mentions(question: Question, words: list[str]) -> bool:
    said = [question.name, question.title, question.notes, *question.attack]
    text = " ".join([*said, *question.answers, *question.columns]).lower()
    return all(word in text for word in words)


class Ask:
    """Put questions, by name or as attributes.

    ``ask("s3/bucket-deletions", …)`` is ``ask.s3.bucket_deletions(…)``. Each topic is
    an attribute and each question a function with its own signature and help, so that
    Tab and Shift-Tab work in a notebook.
    """

    def __init__(
        self, library: Library, put: Callable[[Question, Mapping[str, Any]], Any]
    ) -> None:
        """Make a function of each question."""
        self._library = library
        self._put = put
        for question in library:
            topic, _, name = question.name.rpartition("/")
            holder = self.__dict__.setdefault(_attribute(topic), SimpleNamespace())
            setattr(holder, _attribute(name), self._function(question))

    def __call__(self, name: str, /, **parameters: Any) -> pd.DataFrame:
        """Put the question of that name."""
        return self._put(self._library[name], parameters)

    def _function(self, question: Question) -> Callable[..., pd.DataFrame]:
        def function(**parameters: Any) -> pd.DataFrame:
            return self._put(question, parameters)

        function.__name__ = _attribute(question.name.rpartition("/")[2])
        function.__qualname__ = f"ask.{question.name.replace('/', '.')}"
        function.__doc__ = describe(question)
        vars(function)["__signature__"] = _signature(question)
        return function


def describe(question: Question) -> str:
    """Say what a question asks, takes and returns."""
    lines = [question.title, "", question.notes.strip(), ""]
    lines += [f"{each.name} ({each.type}): {each.help}" for each in question.parameters]
    lines += ["", f"Columns: {', '.join(question.columns)}."]
    if question.next:
        lines += [f"Ask next: {', '.join(question.next)}."]
    return "\n".join(lines)


def _signature(question: Question) -> inspect.Signature:
    taken = [_argument(parameter) for parameter in question.parameters]
    return inspect.Signature(taken, return_annotation=pd.DataFrame)


def _argument(parameter: Parameter) -> inspect.Parameter:
    optional = parameter.optional or parameter.default is not None
    kind = parameter.type.removeprefix("list of ")
    annotation = _ANNOTATIONS[kind]
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=parameter.default if optional else inspect.Parameter.empty,
        annotation=annotation if kind == parameter.type else list[annotation],
    )


def _attribute(name: str) -> str:
    """Make an attribute of a name; refuse Python's own words."""
    attribute = name.replace("-", "_")
    if not attribute.isidentifier() or keyword.iskeyword(attribute):
        raise InvalidQuestion(
            f'"{name}" cannot be an attribute of ask: it is no Python name, or a '
            "keyword. Rename the file or its folder."
        )
    return attribute
