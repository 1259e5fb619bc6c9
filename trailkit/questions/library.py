"""The questions: found, searched, and put to a case."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from trailkit.dialect.sql_files import sql_folder
from trailkit.display.reading_table import for_reading
from trailkit.errors import InvalidQuestion, UnknownQuestion, nearest
from trailkit.progress import notice
from trailkit.questions.parameters import Parameter
from trailkit.questions.question import (
    Question,
    check,
    question_name,
    read,
    take_apart,
)
from trailkit.tactics import current, technique_name

_COLUMNS = ["name", "title", "topic", "parameters", "attack", "chart", "needs"]

_ANNOTATIONS: dict[str, Any] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "time": str | datetime | date,
    "duration": str | timedelta,
    "cidr": str,
}


class Library:
    """Questions by name, such as ``s3/bucket-deletions``.

    >>> library = load()
    >>> library["s3/bucket-deletions"].title
    'Who deleted an S3 bucket?'
    """

    def __init__(
        self, questions: Iterable[Question] = (), folder: Path | None = None
    ) -> None:
        """Hold the questions, and those of a folder, each read when it is asked for.

        A name that stands twice is refused.
        """
        self._unread = _by_name(folder) if folder else {}
        self._folder = folder or Path()
        self._read: dict[str, Question] = {}
        for question in questions:
            other = self._read.setdefault(question.name, question)
            if other is not question:
                raise InvalidQuestion(
                    f'{question.path}: there is a question "{question.name}" already,'
                    f" in {other.path}. Rename one of the files."
                )

    def __getitem__(self, name: str) -> Question:
        """Return a question; raise UnknownQuestion with the nearest names.

        An old name is answered with a notice that tells the new one.
        """
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UnknownQuestion(
                f"{name!r} is not the name of a question. case.library() lists them."
            )
        if name in self:
            return self._question(name)
        current_name = self._renamed.get(name)
        if current_name is None:
            raise UnknownQuestion(
                f'There is no question "{name}". {nearest(name, self.names())}'
                " case.library() lists them all."
            )
        notice(f'"{name}" is now "{current_name}".')
        return self._question(current_name)

    def __contains__(self, name: str) -> bool:
        """Look whether there is a question of that name."""
        return name in self._read or name in self._unread

    def __iter__(self) -> Iterator[Question]:
        """Go through the questions by name."""
        return (self._question(name) for name in self.names())

    def __len__(self) -> int:
        """Count the questions."""
        return len(self.names())

    def names(self) -> list[str]:
        """Return the names of all questions, in order."""
        return sorted(self._read.keys() | self._unread.keys())

    def _question(self, name: str) -> Question:
        if name not in self._read:
            self._read[name] = take_apart(self._unread[name], self._folder)
        return self._read[name]

    @cached_property
    def _renamed(self) -> dict[str, str]:
        """The current name of each older one."""
        return {old: question.name for question in self for old in question.formerly}

    def search(self, about: str = "") -> pd.DataFrame:
        """List the questions that mention every word of a text, as a frame.

        It looks at names, titles, notes, columns, parameters, severities, what they
        need, ATT&CK ids and names (a retired id finds the current one), and the numbers
        of the questions that they answer.
        """
        words = [current(each.upper()).lower() for each in about.split()]
        rows = [_row(each) for each in self if _mentions(each, words)]
        return for_reading(pd.DataFrame(rows, columns=_COLUMNS, dtype="str"))

    def with_folder(self, folder: str | Path) -> "Library":
        """Return a library with the questions of a folder of your own added.

        They lie in it as in trailkit's: a folder a topic, a file a question. Raises
        InvalidQuestion for a file that breaks a rule, and for a name there is already.
        """
        added = [read(path, Path(folder)) for path in _files(Path(folder))]
        library = Library([*self, *added])
        for question in added:
            check(question)
            library._check_next(question)
        return library

    def _check_next(self, question: Question) -> None:
        """Refuse a question that leads to one that is not there."""
        for name in question.next:
            if name not in self or name == question.name:
                raise InvalidQuestion(
                    f'{question.path}: next names "{name}", which is no other question.'
                    f" {nearest(name, self.names())}"
                )


def load() -> Library:
    """Return the questions that trailkit brings.

    Their texts are held to their headers by the tests, and not at each start.
    """
    return Library(folder=sql_folder())


def _by_name(folder: Path) -> dict[str, Path]:
    return {question_name(path, folder): path for path in _files(folder)}


def _files(folder: Path) -> list[Path]:
    """List the questions, one folder down; on top lie the relations of the lens."""
    paths = sorted(folder.glob("*/**/*.sql"))
    if not paths:
        raise InvalidQuestion(
            f"There is no question in {folder}: a question is a file such as"
            " s3/bucket-deletions.sql in it."
        )
    return paths


def _row(question: Question) -> list[str]:
    return [
        question.name,
        question.title,
        question.name.partition("/")[0],
        ", ".join(parameter.name for parameter in question.parameters),
        ", ".join(question.attack),
        question.chart or "",
        ", ".join(question.needs),
    ]


def _mentions(question: Question, words: list[str]) -> bool:
    said = [question.name, question.title, question.notes, *question.attack]
    said += [question.severity, *question.keywords, *question.formerly, *question.needs]
    said += [technique_name(each) for each in question.attack]
    taken = [f"{each.name} {each.help}" for each in question.parameters]
    text = " ".join([*said, *taken, *question.answers]).lower()
    missing = [word for word in words if word not in text]
    columns = " ".join(question.columns) if missing else ""
    return all(word in columns for word in missing)


class Ask:
    """Put questions, by name or by attribute.

    ``ask("s3/bucket-deletions", bucket="payroll")`` and
    ``ask.s3.bucket_deletions(bucket="payroll")`` are the same. Each topic is an
    attribute and each question a callable with its own signature and help, so that Tab
    and Shift-Tab work in a notebook.
    """

    def __init__(
        self, library: Library, put: Callable[[Question, Mapping[str, Any]], Any]
    ) -> None:
        """Make a callable of each question."""
        self._library = library
        self._put = put
        for name in library.names():
            topic, attribute = _attributes(name)
            holder = self.__dict__.setdefault(topic, SimpleNamespace())
            setattr(holder, attribute, AskQuestion(library, name, put))

    def __call__(self, name: str, /, **parameters: Any) -> Any:
        """Put the question of that name."""
        return self._put(self._library[name], parameters)


class AskQuestion:
    """One question as a callable, with the signature and the help of its header."""

    def __init__(
        self,
        library: Library,
        name: str,
        put: Callable[[Question, Mapping[str, Any]], Any],
    ) -> None:
        """Bind a question, which is read when it is needed, to what it is put to."""
        topic, attribute = _attributes(name)
        self._library = library
        self._called = name
        self._put = put
        self.__name__ = attribute
        self.__qualname__ = f"ask.{topic}.{attribute}"

    @property
    def _question(self) -> Question:
        return self._library[self._called]

    @property
    def __signature__(self) -> inspect.Signature:
        """How it is called: what Shift-Tab shows."""
        return _signature(self._question)

    @property
    def __doc__(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """What it asks and takes."""
        return describe(self._question)

    def __call__(self, /, **parameters: Any) -> Any:
        """Put the question."""
        return self._put(self._question, parameters)

    def __repr__(self) -> str:
        """Show how it is called, and what it asks."""
        return f"{self.__qualname__}{self.__signature__}: {self._question.title}"


def describe(question: Question) -> str:
    """Return what a question asks and takes, and what to mind about its answer."""
    taken = [
        f"{each.name} ({_words(each)}): {each.help}" for each in question.parameters
    ]
    after = f"Ask next: {', '.join(question.next)}." if question.next else ""
    parts = [
        question.title,
        "\n".join(taken),
        question.notes.strip(),
        _under("Likely innocent", question.false_positives),
        _under("Cannot show", question.cannot_show),
        after,
    ]
    return "\n\n".join(part for part in parts if part)


def _words(parameter: Parameter) -> str:
    item = parameter.type.removeprefix("list of ")
    return item if item == parameter.type else f"{item}, one or a list"


def _under(heading: str, text: str) -> str:
    return f"{heading}: {text.strip()}" if text.strip() else ""


def _signature(question: Question) -> inspect.Signature:
    taken = sorted(question.parameters, key=lambda each: not each.required)
    return inspect.Signature(
        [_argument(parameter) for parameter in taken],
        return_annotation=pd.DataFrame,
    )


def _argument(parameter: Parameter) -> inspect.Parameter:
    required = parameter.required
    item = parameter.type.removeprefix("list of ")
    kind = _ANNOTATIONS[item]
    if item != parameter.type:
        kind = kind | list[kind]
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if required else parameter.default,
        annotation=kind | None if parameter.optional else kind,
    )


def _attributes(name: str) -> tuple[str, str]:
    """Return the attributes of ``ask`` under which a question stands."""
    topic, _, question = name.replace("-", "_").partition("/")
    return topic, question
