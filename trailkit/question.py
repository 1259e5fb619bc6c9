"""One question: a SQL file, with its header.

The header is the run of ``--`` lines at the top, YAML once the dashes are off; then one
SELECT follows. Everything in the header is text and is converted by declared type: YAML
itself would read NO as false and 0123 as 83.
"""

import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from trailkit import dialect, parameters
from trailkit.errors import InvalidQuestion, TrailkitError, nearest
from trailkit.parameters import Parameter
from trailkit.scope import duration

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

CHARTS = ("heatmap", "ranking", "timeline", "volume")
"""The charts that a header can name."""

_ATTACK = re.compile(r"T\d{4}(\.\d{3})?")
_RETIRED = re.compile(r"T1562(\.\d{3})?")
_NEED = re.compile(
    r"management:(read|write|kms)|(data|aggregated):[a-z0-9-]+|network|insight"
)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the library; ``sql`` is its SELECT, without the header."""

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
    lookback: timedelta | None = None
    scans: int = 1
    global_services: tuple[str, ...] = ()
    limit: str | None = None

    @property
    def columns(self) -> list[str]:
        """Give the names of the columns that it returns."""
        return dialect.output_columns(self.sql)

    def cut_note(self, rows: int, values: Mapping[str, Any]) -> str | None:
        """Say so when the question's own limit has cut the frame."""
        limit = next(
            (each for each in self.parameters if each.name == self.limit), None
        )
        if limit is None:
            return None
        most = values.get(limit.name) or limit.default
        if most is None or rows < int(most):
            return None
        return f"Only the first {rows:,} rows are shown: give a larger {limit.name}."


def read(path: Path, folder: Path) -> Question:
    """Read the question in a file; its name is its path below the folder.

    Raises InvalidQuestion, which names the file, the line and the mend.
    """
    text = path.read_text(encoding="utf-8")
    header, sql = _split(text)
    name = path.relative_to(folder).with_suffix("").as_posix()
    try:
        fields = _fields(_yaml(header))
        question = Question(name=name, sql=sql, path=path, **fields)
        _check(question)
    except _Mistake as mistake:
        place = _line(text, mistake.word)
        raise InvalidQuestion(f"{path}, line {place}: {mistake}") from None
    return question


class _Mistake(Exception):
    """A mistake in a file, with the word that stands on its line."""

    def __init__(self, message: str, word: str = "") -> None:
        super().__init__(message)
        self.word = word


def _line(text: str, word: str) -> int:
    """Find the first line that holds a word; the first line of all without one."""
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if word and word in line), 1)


def _split(text: str) -> tuple[str, str]:
    """Take the comment lines at the top off the SELECT."""
    lines = text.splitlines()
    end = next((n for n, line in enumerate(lines) if not line.startswith("--")), 0)
    header = "\n".join(
        line.removeprefix("--").removeprefix(" ") for line in lines[:end]
    )
    return header, "\n".join(lines[end:]).strip()


def _yaml(header: str) -> Mapping[str, Any]:
    try:
        loaded = yaml.load(header, Loader=yaml.CBaseLoader)  # noqa: S506 - texts only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = header.splitlines()[mark.line] if mark else ""
        raise _Mistake(f"the header is no YAML ({error}). Quote texts.", line) from None
    if not isinstance(loaded, dict):
        raise _Mistake('the file does not begin with "-- title: …".')
    return loaded


def _fields(header: Mapping[str, Any]) -> dict[str, Any]:
    for key in header:
        if key not in _READERS:
            raise _Mistake(f'unknown key "{key}". {nearest(key, _READERS)}', key)
    if not header.get("title"):
        raise _Mistake('the header has no title: write -- title: "Who …?"')
    return {_FIELD.get(key, key): _READERS[key](header[key]) for key in header}


def _one(value: Any) -> str:
    if not isinstance(value, str):
        raise _Mistake(f"{value!r} must be one text.")
    return value


def _list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _Mistake(f"{value!r} must be a list: [a, b].", str(value))
    return tuple(value)


def _attack(value: Any) -> tuple[str, ...]:
    for each in _list(value):
        if not _ATTACK.fullmatch(each):
            raise _Mistake(f'"{each}" is no ATT&CK id, such as T1078.004.', each)
        if _RETIRED.fullmatch(each):
            raise _Mistake(
                f"{each} was retired in ATT&CK version 19: T1562.008 is T1685.002, "
                "T1562.001 T1685, T1562.007 T1686.001.",
                each,
            )
    return tuple(value)


def _needs(value: Any) -> tuple[str, ...]:
    for each in _list(value):
        if not _NEED.fullmatch(each):
            raise _Mistake(
                f'"{each}" is no need: write management:read, management:write, '
                "management:kms, data:<service>, network, insight or "
                "aggregated:<service>.",
                each,
            )
    return tuple(value)


def _chart(value: Any) -> str:
    if value not in CHARTS:
        raise _Mistake(
            f'there is no chart "{value}". {nearest(str(value), CHARTS)}', "chart"
        )
    return value


def _number(value: Any) -> int:
    if not str(value).isdigit():
        raise _Mistake(f'"{value}" is no whole number.', str(value))
    return int(value)


def _duration(value: Any) -> timedelta:
    try:
        return duration(_one(value))
    except TrailkitError as error:
        raise _Mistake(str(error), str(value)) from None


def _parameters(value: Any) -> tuple[Parameter, ...]:
    if not isinstance(value, dict):
        raise _Mistake("parameters must be name: {type: …, help: …}.", "parameters")
    return tuple(_parameter(name, fields) for name, fields in value.items())


def _parameter(name: str, fields: Any) -> Parameter:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise _Mistake(f'"{name}" is no lower-case Python name, or a keyword.', name)
    if name in parameters.WINDOW:
        raise _Mistake(f'"{name}" is filled by the scope; do not declare it.', name)
    known = ("type", "optional", "default", "help")
    for key in fields if isinstance(fields, dict) else ["no fields"]:
        if key not in known:
            raise _Mistake(f'"{name}" has {key}. {nearest(key, known)}', name)
    kind = fields.get("type", "")
    if kind not in parameters.TYPES:
        raise _Mistake(f'"{name}": {nearest(kind, parameters.TYPES)}', name)
    return Parameter(
        name,
        kind,
        optional=fields.get("optional") == "true",
        default=_default(kind, fields.get("default"), name),
        help=fields.get("help", ""),
    )


def _default(kind: str, text: str | None, name: str) -> Any:
    """Convert a default by its declared type."""
    if text is None:
        return None
    try:
        value = parameters.from_texts([text], kind)
        parameters.literal(value, kind)
    except TrailkitError as error:
        raise _Mistake(f'the default of "{name}": {error}', name) from None
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "title": _one,
    "answers": _list,
    "attack": _attack,
    "needs": _needs,
    "parameters": _parameters,
    "chart": _chart,
    "next": _list,
    "notes": _one,
    "lookback": _duration,
    "scans": _number,
    "global": _list,
    "limit": _one,
}

_FIELD = {"global": "global_services"}
"""The field of a key that is a Python keyword."""


def _check(question: Question) -> None:
    """Hold the SELECT to what the header says and to the house's shapes."""
    _check_parameters(question)
    _check_select(question)
    _check_columns(question.columns)


def _check_parameters(question: Question) -> None:
    declared = {each.name for each in question.parameters}
    used = set(parameters.names(question.sql)) - set(parameters.WINDOW)
    if undeclared := sorted(used - declared):
        raise _Mistake(f":{undeclared[0]} is not declared.", f":{undeclared[0]}")
    if unused := sorted(declared - used):
        raise _Mistake(f'the parameter "{unused[0]}" is not used.', unused[0])
    if question.limit and question.limit not in declared:
        raise _Mistake(f'limit names no parameter: "{question.limit}".', "limit")


def _check_select(question: Question) -> None:
    """Try the SELECT with typed nulls in place of its parameters."""
    nulls = {
        each.name: parameters.literal(None, each.type) for each in question.parameters
    }
    sql = parameters.bind(question.sql, nulls | parameters.window_literals(None, None))
    try:
        dialect.check(sql)
        reads = sum(dialect.relations_used(sql).values())
    except TrailkitError as error:
        raise _Mistake(str(error)) from None
    if reads > question.scans:
        raise _Mistake(
            f"it reads its relations {reads} times, and Athena bills each: use window "
            f"functions or filter (where …), or say scans: {reads}."
        )
    if "order by" not in sql.rpartition(")")[2]:
        raise _Mistake("it has no order by at its end; end it in a unique column.")


def _check_columns(columns: list[str]) -> None:
    for name in columns:
        if not _NAME.fullmatch(name) or columns.count(name) > 1:
            raise _Mistake(
                f'the column "{name}" must have one lower-case name of its own: write '
                '"… as name".',
                name,
            )
    is_list = tuple(columns[: len(EVENT_COLUMNS)]) == EVENT_COLUMNS
    is_summary = {"first_seen", "last_seen"} <= set(columns)
    if not is_list and not is_summary:
        raise _Mistake(
            f"a list of events begins with {', '.join(EVENT_COLUMNS)}; a summary has "
            "keys, counts, first_seen and last_seen."
        )
