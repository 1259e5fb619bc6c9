"""The header of a question: YAML in the comment lines at the top of its file.

Everything in it is text and is converted field by field: YAML itself would read NO as
false, 0123 as 83 and 12:30 as 750. Each text remembers its line, for the messages.
"""

import keyword
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import yaml

from trailkit.dialect import literals
from trailkit.errors import InvalidParameter, InvalidWindow, nearest
from trailkit.questions import meanings, parameters
from trailkit.questions.parameters import Parameter
from trailkit.scope import duration
from trailkit.tactics import current

CHARTS = (
    *("attack", "chain", "comparison", "cost", "coverage", "flow", "heatmap"),
    *("matrix", "ranking", "resources", "sessions", "techniques", "timeline", "volume"),
)
"""The charts that a header can name."""

SEVERITIES = ("note", "low", "medium", "high", "critical")
"""What one successful match usually means, from least to most serious."""

_ANSWER = re.compile(r"Q\d{3}")
_ATTACK = re.compile(r"T\d{4}(\.\d{3})?")
_NEED = re.compile(
    r"management:(read|write|kms|rdsdata)|(data|aggregated):[a-z0-9-]+|network|insight"
)
_QUESTION = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*")
_SERVICE = re.compile(r"[a-z0-9-]+")


_TAKEN = {"around": "case.find(…, around=…)", "rows": "case.chunks(…, rows=…)"}
"""Names of a case's own arguments, which a parameter would hide behind."""


class HeaderError(Exception):
    """A mistake in a question's file, and its line if one is known."""

    def __init__(self, message: str, at: object = None) -> None:
        super().__init__(message)
        self.line = at if isinstance(at, int) else getattr(at, "line", None)


class Text(str):
    """A text of the header that remembers its line."""

    line: int

    def __new__(cls, text: str, line: int) -> "Text":
        """Make it of a text and its line."""
        made = super().__new__(cls, text)
        made.line = line
        return made


def split(text: str) -> tuple[str, str, int]:
    """Take a file apart: header without its dashes, SELECT, the SELECT's first line."""
    lines = text.replace("\r\n", "\n").split("\n")
    comments = (line.startswith("--") for line in [*lines, ""])
    count = next(n for n, comment in enumerate(comments) if not comment)
    header = "\n".join(re.sub("^-- ?", "", line) for line in lines[:count])
    blank = next((n for n, line in enumerate(lines[count:]) if line.strip()), 0)
    return header, "\n".join(lines[count:]).strip(), count + blank + 1


def fields(header: str) -> dict[str, Any]:
    """Read the header's fields, as ``Question`` names and types them."""
    loaded = _load(header)
    for key in loaded:
        if key not in _READERS:
            raise HeaderError(f'There is no key "{key}". {nearest(key, _READERS)}', key)
    if not loaded.get("title"):
        raise HeaderError('It has no title. Begin the file with: -- title: "Who …?"', 1)
    return {_FIELDS.get(key, key): _READERS[key](loaded[key]) for key in loaded}


def _load(header: str) -> Mapping[str, Any]:
    try:
        node = yaml.compose(header, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise HeaderError(
            f"The header is not YAML ({error.problem}). A text with a colon stands in"
            " double quotes.",
            line,
        ) from None
    except yaml.YAMLError as error:
        raise HeaderError(f"The header is not YAML ({error}).") from None
    loaded = _plain(node) if node is not None else None
    if not isinstance(loaded, dict):
        raise HeaderError('The file does not begin with: -- title: "Who …?"', 1)
    return loaded


def _plain(node: yaml.Node) -> Any:
    """Return a YAML node as dict, list or text; a key that stands twice is refused."""
    if isinstance(node, yaml.MappingNode):
        loaded: dict[Text, Any] = {}
        for name, value in node.value:
            key = _plain(name)
            if not isinstance(key, Text) or key in loaded:
                raise HeaderError(f'The key "{key}" is not text, or stands twice.', key)
            loaded[key] = _plain(value)
        return loaded
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return Text(node.value, node.start_mark.line + 1)


# One reader a key


def _text(value: Any) -> str:
    if not isinstance(value, Text):
        raise HeaderError(f"{value!r} must be one text.", _place(value))
    return str(value)


def _texts(value: Any) -> list[Text]:
    if not isinstance(value, list):
        raise HeaderError(
            f'"{value}" must be a list, such as [{value}].', _place(value)
        )
    for item in value:
        _text(item)
    return value


def _place(value: Any) -> object:
    """Find the first text in a value: its line is the value's."""
    while isinstance(value, list | dict) and value:
        value = next(iter(value))
    return value


def _listed(pattern: re.Pattern[str], form: str) -> Callable[[Any], tuple[str, ...]]:
    """Return the reader of a list of texts of one form."""

    def read(value: Any) -> tuple[str, ...]:
        for item in _texts(value):
            if not pattern.fullmatch(item):
                raise HeaderError(f'"{item}" is not {form}.', item)
        return tuple(str(item) for item in value)

    return read


def _title(value: Any) -> str:
    if "\n" in _text(value) or not value.endswith("?"):
        raise HeaderError("The title is one line, and a question: it ends in ?", value)
    return str(value)


def _attack(value: Any) -> tuple[str, ...]:
    for item in _texts(value):
        if (now := current(item)) != item:
            raise HeaderError(f"{item} is retired in ATT&CK. Write {now}.", item)
    return _listed(_ATTACK, "an ATT&CK id, such as T1078.004")(value)


def _chart(value: Any) -> str:
    if _text(value) not in CHARTS:
        raise HeaderError(
            f'There is no chart "{value}". {nearest(value, CHARTS)}', value
        )
    return str(value)


def _severity(value: Any) -> str:
    if _text(value) not in SEVERITIES:
        raise HeaderError(
            f'"{value}" is not a severity. Use one of {", ".join(SEVERITIES)}.', value
        )
    return str(value)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(item).lower() for item in _texts(value))


def _scans(value: Any) -> int:
    if not re.fullmatch("[1-9]", _text(value)):
        raise HeaderError(f'"{value}" is not a number of scans, such as 2.', value)
    return int(value)


def _lookback(value: Any) -> timedelta:
    try:
        return duration(_text(value))
    except InvalidWindow as error:
        raise HeaderError(str(error), value) from None


def _parameters(value: Any) -> tuple[Parameter, ...]:
    if not isinstance(value, dict):
        raise HeaderError("Write parameters as name: {type: text, help: …}.", value)
    return tuple(_parameter(name, given) for name, given in value.items())


def _parameter(name: Text, given: Any) -> Parameter:
    if not parameters.NAME.fullmatch(name) or keyword.iskeyword(name):
        raise HeaderError(
            f'"{name}" is not a name for a parameter: it has lower-case letters, digits'
            " and _, and is not a Python keyword.",
            name,
        )
    if name in parameters.WINDOW:
        raise HeaderError(f'"{name}" is filled by the scope: do not declare it.', name)
    if name in _TAKEN:
        raise HeaderError(
            f'"{name}" belongs to {_TAKEN[name]}: name it otherwise.', name
        )
    if not isinstance(given, dict) or not {"type", "help"} <= given.keys():
        raise HeaderError(f'"{name}" needs a type and a help text.', name)
    for key in given:
        if key not in PARTS:
            raise HeaderError(f'"{name}" has no "{key}". {nearest(key, PARTS)}', key)
    kind = _kind(given["type"])
    return Parameter(
        str(name),
        kind,
        optional=_flag(given.get("optional")),
        default=_default(kind, given.get("default"), name),
        help=_text(given["help"]),
        means=_meaning(given.get("means")),
        one_of=_one_of(given.get("one_of"), given.get("default"), name),
    )


def _kind(value: Any) -> str:
    if _text(value) not in literals.TYPES:
        known = nearest(value, literals.TYPES)
        raise HeaderError(f'There is no type "{value}". {known}', value)
    return str(value)


def _meaning(value: Any) -> str | None:
    if value is not None and _text(value) not in meanings.MEANINGS:
        known = nearest(value, meanings.MEANINGS)
        raise HeaderError(f'There is no meaning "{value}". {known}', value)
    return None if value is None else str(value)


def _one_of(value: Any, default: Any, name: Text) -> tuple[str, ...]:
    allowed = () if value is None else tuple(map(str, _texts(value)))
    if allowed and default is not None and default not in allowed:
        raise HeaderError(f'The default of "{name}" is not in its one_of.', name)
    return allowed


def _flag(value: Any) -> bool:
    if value not in (None, "true", "false"):
        raise HeaderError(f'optional is true or false, not "{value}".', _place(value))
    return value == "true"


def _default(kind: str, value: Any, name: Text) -> Any:
    """Convert a default by the declared type."""
    if value is None:
        return None
    texts = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    try:
        default = parameters.from_texts(texts, kind)
        literals.literal(default, kind)
    except InvalidParameter as error:
        raise HeaderError(f'The default of "{name}": {error}', name) from None
    return tuple(default) if isinstance(default, list) else default


PARTS = ("type", "optional", "default", "help", "means", "one_of")
"""The keys of a parameter."""

_READERS: dict[str, Callable[[Any], Any]] = {
    "title": _title,
    "answers": _listed(_ANSWER, "the number of a question, such as Q212"),
    "attack": _attack,
    "needs": _listed(
        _NEED,
        "what can be needed: management:read, management:write, management:kms,"
        " management:rdsdata, data:<service>, network, insight, aggregated:<service>",
    ),
    "parameters": _parameters,
    "chart": _chart,
    "next": _listed(_QUESTION, "a question's name, such as s3/bucket-deletions"),
    "notes": _text,
    "severity": _severity,
    "keywords": _words,
    "false_positives": _text,
    "cannot_show": _text,
    "formerly": _listed(_QUESTION, "a question's name, such as s3/bucket-deletions"),
    "lookback": _lookback,
    "scans": _scans,
    "global": _listed(_SERVICE, "a service, such as iam"),
    "limit": _text,
}

KEYS = tuple(_READERS)
"""The keys of a header."""

_FIELDS = {"global": "global_services"}
"""The field of a key whose name Python keeps for itself."""
