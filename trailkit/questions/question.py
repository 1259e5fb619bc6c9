"""One question: a SQL file, with its header.

The header is the run of ``--`` lines at the top; then one SELECT follows. ``read``
takes the file apart and holds parameters and text to each other; ``check`` tries the
SELECT itself, which takes longer: it is for tests and for a user's own questions.
"""

import keyword
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlglot.tokenizer_core import TokenType

from trailkit import dialect
from trailkit.dialect import literals
from trailkit.errors import InvalidQuestion, SQLError
from trailkit.questions import called_by, header, parameters
from trailkit.questions.header import HeaderError
from trailkit.questions.parameters import Parameter

EVENT_COLUMNS = (
    "time",
    "action",
    "actor",
    "source_ip",
    "account",
    "region",
    "outcome",
    "event_id",
)
"""The columns that every list of events begins with."""

RELATIONS = ("aggregated", "deliveries", "events", "insights", "network")
"""The relations that a question can read."""

_WORD = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the library; ``sql`` is its SELECT, without the header.

    ``line`` is the line of its file on which the SELECT begins.
    """

    name: str
    title: str
    sql: str
    path: Path
    answers: tuple[str, ...] = ()
    attack: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    chart: str | None = None
    next: tuple[str, ...] = ()
    notes: str = ""
    severity: str = "note"
    keywords: tuple[str, ...] = ()
    false_positives: str = ""
    cannot_show: str = ""
    formerly: tuple[str, ...] = ()
    lookback: timedelta | None = None
    scans: int = 1
    global_services: tuple[str, ...] = ()
    limit: str | None = None
    line: int = 1

    @property
    def columns(self) -> list[str]:
        """Return the names of the columns that it returns."""
        return list(_columns(self))

    @property
    def reads(self) -> Counter[str]:
        """Count how often it reads each relation."""
        return dialect.relations_used(self.tried())

    def tried(self) -> str:
        """Return the SELECT with its defaults, or typed nulls, for the parameters."""
        values = {
            each.name: literals.literal(each.default, each.type)
            for each in self.parameters
        }
        window = parameters.window_literals(None, None)
        return parameters.bind(self.placed(), values | window)

    def placed(self) -> str:
        """Return the SELECT on the lines that it has in its file, for messages."""
        return "\n" * (self.line - 1) + self.sql

    def cut_note(self, rows: int, values: Mapping[str, Any]) -> str | None:
        """Report when the question's own limit has cut the frame."""
        limit = next(
            (each for each in self.parameters if each.name == self.limit), None
        )
        if limit is None:
            return None
        given = values.get(limit.name)
        if rows < int(limit.default if given is None else given):
            return None
        return f"Only the first {rows:,} rows are shown: give a larger {limit.name}."


@lru_cache(maxsize=1024)
def _columns(question: Question) -> tuple[str, ...]:
    """Return the columns of a question, whose text is parsed once for them."""
    return tuple(dialect.output_columns(question.tried()))


def read(path: Path, folder: Path) -> Question:
    """Read the question in a file, and hold its parameters and its text to each other.

    Raises InvalidQuestion, which names the file, the line and the mend.
    """
    question = take_apart(path, folder)
    try:
        _check_parameters(question)
    except (HeaderError, SQLError) as mistake:
        raise _invalid(path, mistake) from None
    return question


def question_name(path: Path, folder: Path) -> str:
    """Return the name of the question in a file: its path below the folder."""
    return path.relative_to(folder).with_suffix("").as_posix()


def take_apart(path: Path, folder: Path) -> Question:
    """Read the question in a file by its header; its text is not looked at yet.

    Its name is its path below the folder. A file that has not changed since is not
    read again. Raises InvalidQuestion.
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise _invalid(path, _unreadable(error)) from None
    return _taken_apart(path, folder, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=1024)
def _taken_apart(path: Path, folder: Path, _changed: int, _size: int) -> Question:
    name = question_name(path, folder)
    try:
        _check_name(name)
        top, sql, line = header.split(_text(path))
        fields = header.fields(top)
        sql = called_by.expand(sql)
        return Question(name=name, sql=sql, path=path, line=line, **fields)
    except (HeaderError, SQLError) as mistake:
        raise _invalid(path, mistake) from None


def check(question: Question) -> None:
    """Hold the SELECT to the dialect, to its header and to the house's shapes.

    Raises InvalidQuestion, which names the file, the line and the mend.
    """
    try:
        dialect.check_query(question.tried(), RELATIONS)
        dialect.check_habits(question.tried())
        _check_scans(question)
        _check_columns(question.columns)
        _check_order(question)
    except (HeaderError, SQLError) as mistake:
        raise _invalid(question.path, mistake) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(error) from None


def _unreadable(error: OSError | UnicodeDecodeError) -> HeaderError:
    return HeaderError(f"It cannot be read as text: {error}.")


def _invalid(path: Path, mistake: HeaderError | SQLError) -> InvalidQuestion:
    reason = str(mistake)
    if isinstance(mistake, HeaderError) and mistake.line:
        reason = f"Line {mistake.line}: {reason}"
    return InvalidQuestion(f"{path}: {reason}")


def check_name(name: str) -> None:
    """Raise InvalidQuestion where a question may not have that name."""
    try:
        _check_name(name)
    except HeaderError as mistake:
        raise InvalidQuestion(str(mistake)) from None


def _check_name(name: str) -> None:
    parts = name.split("/")
    words = [part for part in parts if _WORD.fullmatch(part)]
    if len(words) != 2 or len(parts) != 2:
        raise HeaderError(
            f'"{name}" cannot name a question: put it in a folder by topic and use'
            " lower-case letters, digits and hyphens, as in s3/bucket-deletions.sql."
        )
    for word in words:
        if keyword.iskeyword(word.replace("-", "_")):
            raise HeaderError(
                f'"{word}" is a Python keyword: rename the file or folder.'
            )


def _check_parameters(question: Question) -> None:
    """Hold the parameters that are declared and used to each other."""
    if not question.sql:
        raise HeaderError("No SELECT follows the header.")
    declared = {each.name for each in question.parameters}
    used = set(parameters.names(question.placed()))
    if undeclared := sorted(used - declared - set(parameters.WINDOW)):
        raise HeaderError(
            f":{undeclared[0]} is not declared. Add it to parameters in the header.",
            question.placed().partition(f":{undeclared[0]}")[0].count("\n") + 1,
        )
    if unused := sorted(declared - used):
        raise HeaderError(f'The parameter "{unused[0]}" is not used in the SELECT.')
    if (question.lookback is None) != used.isdisjoint(parameters.WINDOW):
        raise HeaderError(
            "lookback and :window_start belong together: with a lookback the SELECT"
            " reads earlier events, and must itself keep what lies in the window."
        )
    _check_limit(question)


def _check_limit(question: Question) -> None:
    """Hold every ``limit`` in the text to the parameter that the header names."""
    pieces = dialect.tokens(question.placed())
    limits = [
        pair for pair in pairwise(pieces) if pair[0].token_type is TokenType.LIMIT
    ]
    for limit, after in limits:
        if after.text != ":":
            raise HeaderError("A limit is a parameter: write limit :most.", limit.line)
    if bool(limits) != bool(question.limit):
        raise HeaderError("Name the parameter of `limit` in the header: limit: most.")
    taken = [each for each in question.parameters if each.name == question.limit]
    if limits and not (taken and taken[0].type == "integer" and taken[0].default):
        raise HeaderError(f'"{question.limit}" must be an integer with a default.')


def _check_scans(question: Question) -> None:
    reads = question.reads.total()
    if reads != question.scans:
        raise HeaderError(
            f"It reads its relations {reads} times, and Athena bills each. Use window"
            f" functions or filter (where …), or say scans: {reads}."
        )


def _check_columns(columns: list[str]) -> None:
    for name in columns:
        if not parameters.NAME.fullmatch(name):
            raise HeaderError(
                f'The column "{name}" needs a lower-case name: write "… as name".'
            )
        if columns.count(name) > 1:
            raise HeaderError(f'Two columns are called "{name}": rename one.')
    is_list = tuple(columns[: len(EVENT_COLUMNS)]) == EVENT_COLUMNS
    is_summary = {"first_seen", "last_seen"} <= set(columns)
    if not is_list and not is_summary:
        raise HeaderError(
            f"A list of events begins with {', '.join(EVENT_COLUMNS)}. A summary has"
            " its keys, then counts, then first_seen and last_seen."
        )


def _check_order(question: Question) -> None:
    order = dialect.order_columns(question.tried())
    if not order:
        raise HeaderError(
            "It has no order by: end it with one that ends in a unique column."
        )
    for name in order:
        if name not in question.columns:
            raise HeaderError(
                "The order by names columns that the SELECT gives, and nothing else:"
                f" {', '.join(question.columns)}."
            )
    is_list = tuple(question.columns[: len(EVENT_COLUMNS)]) == EVENT_COLUMNS
    if is_list and "event_id" not in order:
        raise HeaderError("The order by of a list of events ends in event_id.")
