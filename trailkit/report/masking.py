"""Masking: accounts, names, addresses, keys and ARNs become steady tokens.

Columns are masked unless they are known to be harmless, so a new column hides too much
rather than too little. Prose (notes, titles) is searched for every identifier that a
frame held, for what looks like one, and for either in an encoded form.
"""

import base64
import binascii
import html
import ipaddress
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pandas as pd

from trailkit.display.cells import missing
from trailkit.errors import ReportError
from trailkit.integrity.frame_hash import frame_hash, unmarked
from trailkit.integrity.journal import Entry
from trailkit.report.contents import Answered, Contents

PUBLIC = {
    *("action", "event_name", "service", "family", "event_source", "outcome", "state"),
    *("region", "error_code", "category", "identity_type", "ip_kind", "tls_version"),
    *(
        "technique",
        "techniques",
        "severity",
        "kind",
        "need",
        "what",
        "status",
        "effect",
    ),
    *("question", "certainty", "timestamp_desc", "chart", "place"),
}
"""Columns whose texts are AWS's or trailkit's own words: searched, not hidden."""

_COLUMNS = {
    *("time", "actor", "source_ip", "account", "event_id", "events", "count", "known"),
    *(
        "first_seen",
        "last_seen",
        "principal_arn",
        "access_key",
        "session_id",
        "request",
    ),
    *("request", "response", "user_agent", "error_message", "identity_id", "via"),
    "session_name",
}
"""Other names of the lens's columns, which say nothing of what stands in them."""

_PROSE = {"note", "tag", "why", "message", "reason", "finding"}
_KEPT = {
    *("user", "role", "assumed-role", "federated-user", "sso", "federated", "root"),
    *("root-session", "service", "account", "anonymous", "group", "policy", "instance"),
    *("function", "key", "alias", "trail", "table", "secret", "log-group", "mfa"),
    *("saml-provider", "instance-profile", "access-point", "arn", "aws", "aws-cn"),
    *(
        "aws-us-gov",
        "iam",
        "sts",
        "s3",
        "ec2",
        "kms",
        "lambda",
        "dynamodb",
        "rds",
        "sns",
    ),
    *("cloudtrail", "sqs", "logs", "secretsmanager", "ssm", "organizations", "success"),
    *("denied", "failed", "unknown", "true", "false", "*"),
}
"""Words of a name's form, which stay: ``role/name-3`` says more than ``name-3``."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,2}-\d")
_AWS_SERVICE = re.compile(r"[a-z0-9-]{2,30}\.amazonaws\.com")
_ACCOUNT = r"(?<!\d)\d{12}(?!\d)"
_KEY = r"\bA[A-Z]{2}[A-Z][A-Z0-9]{12,124}\b"
_ARN = r"\barn:aws[a-z-]*:[^\s\"'<>,;]+"
_EMAIL = r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_IPV4 = r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
_IPV6 = r"(?<![\w:])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?![\w:])"
_LOOKS = re.compile("|".join([_ARN, _EMAIL, _ACCOUNT, _KEY, _IPV4, _IPV6]))
_SPLIT = re.compile(r"([/:,|\s]+)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_NAMING = re.compile(
    r"(name|id|arn|bucket|account|user|role|group|address|ip|host|domain|mail|key|path)"
    r"s?$",
    re.IGNORECASE,
)
_SHORT = 6
_DEPTH = 4


class Mask:
    """The tokens of a case, and what each stands for."""

    def __init__(self, tokens: dict[str, str] | None = None) -> None:
        """Begin with the tokens of a key file, so that they stay the same."""
        self._of = {value: token for token, value in (tokens or {}).items()}
        self._count: dict[str, int] = {}
        for token in tokens or {}:
            kind, _, number = token.rpartition("-")
            self._count[kind] = max(self._count.get(kind, 0), int(number))
        self._known = KnownValues(self._of)

    @property
    def tokens(self) -> dict[str, str]:
        """Return what each token stands for."""
        return {token: value for value, token in self._of.items()}

    def frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame with its texts masked, and its notes."""
        masked = frame.copy()
        for place, name in enumerate(frame.columns):
            column = frame.iloc[:, place]
            if pd.api.types.is_string_dtype(column) or column.dtype == object:
                self._learn_json(column)
                hide = self._hider(str(name))
                texts = [None if missing(each) else str(each) for each in column]
                made = {each: hide(each) for each in dict.fromkeys(texts) if each}
                made |= {None: None, "": ""}
                hidden = [made[each] for each in texts]
                masked.isetitem(place, pd.array(hidden, dtype="str"))
        masked.attrs = {
            key: self.about(value) if isinstance(value, dict) else value
            for key, value in frame.attrs.items()
        }
        return masked

    def column(self, name: str) -> str:
        """Return the name of a column, masked unless the lens has one of that name."""
        known = name in PUBLIC or name in _PROSE or name in _COLUMNS
        return name if known else self.text(name)

    def about(self, summary: Entry) -> Entry:
        """Return what a frame says of its run, or a run, masked.

        The SQL of an ad hoc query is left out: a literal in it can be anything.
        """
        left_out = ("sql", "select", "source", "engine", "facts", "checked")
        kept = {k: v for k, v in summary.items() if k not in left_out}
        kept["source"] = self.value(str(summary.get("source", "unknown")))
        for name in ("title", "scope"):
            kept[name] = self.text(str(kept.get(name) or ""))
        kept["notes"] = [self.text(str(each)) for each in kept.get("notes") or ()]
        kept["parameters"] = self._json(kept.get("parameters") or {})
        if "bounds" in kept:
            kept["bounds"] = self._bounds(kept["bounds"])
        facts = summary.get("facts") or {}
        kept["facts"] = {k: v for k, v in facts.items() if isinstance(v, int | float)}
        return kept

    def value(self, text: str) -> str:
        """Return the token of a value; of a name with parts, a token for each part.

        >>> Mask().value("role/Admin/mary"), Mask().value("203.0.113.7")
        ('role/name-1/name-2', 'address-1')
        """
        if text in self._of or _kind(text) != "name" or "@" in text:
            return self._token(text)
        return "".join(map(self._piece, _SPLIT.split(text)))

    def text(self, prose: str) -> str:
        """Return prose with every identifier in it replaced, also an encoded one."""
        masked = self._search(prose)
        words = re.split(r"(\s+)", masked)
        words = [
            self._token(word, "text") if self._hides(word) else word for word in words
        ]
        masked = "".join(words)
        return self._token(prose, "text") if self._hides(masked) else masked

    def learn(self, values: Sequence[object]) -> None:
        """Make tokens of values that no frame need hold, so that prose is searched."""
        for value in values:
            if not missing(value):
                self.value(str(value))

    def _learn_json(self, column: pd.Series) -> None:
        """Learn the names in JSON texts, which are hidden as a whole."""
        for text in column.dropna().unique():
            if str(text).startswith(("{", "[")):
                try:
                    self.learn([*_named(json.loads(text))])
                except (ValueError, RecursionError):
                    continue

    def leaks(self, page: str) -> list[str]:
        """List the accounts, keys, addresses and ARNs that a page still holds."""
        return [
            value
            for value, token in self._of.items()
            if token.startswith(("account-", "key-", "address-")) and value in page
        ]

    def _hider(self, name: str) -> Any:
        if name in PUBLIC or name in _PROSE:
            return self.text
        if name.endswith("event_id"):
            return lambda each: each if _UUID.fullmatch(each) else self.value(each)
        return self.value

    def _piece(self, piece: str) -> str:
        plain = piece in _KEPT or not piece.strip("/:,| \t\n")
        if plain or _REGION.fullmatch(piece) or _AWS_SERVICE.fullmatch(piece):
            return piece
        return self._token(piece)

    def _token(self, value: str, kind: str = "") -> str:
        if value not in self._of:
            kind = kind or _kind(value)
            self._count[kind] = self._count.get(kind, 0) + 1
            self._of[value] = f"{kind}-{self._count[kind]}"
            self._known.add(value)
        return self._of[value]

    def _search(self, prose: str) -> str:
        parts, at = list[str](), 0
        for start, end, value in self._known.matches(prose):
            token = self._of.get(prose[start:end]) or self._of[value]
            parts += [prose[at:start], token]
            at = end
        found = "".join([*parts, prose[at:]])
        return _LOOKS.sub(lambda match: self._looked_like(match[0]), found)

    def _looked_like(self, found: str) -> str:
        return (
            self.value(found) if found.startswith("arn:") or _is_one(found) else found
        )

    def _hides(self, text: str) -> bool:
        """Return whether a text holds an identifier once its encodings are undone."""
        return any(self._holds(each) for each in decoded(text) if each != text)

    def _holds(self, text: str) -> bool:
        if any(True for _ in self._known.matches(text)):
            return True
        return any(_is_one(match[0]) for match in _LOOKS.finditer(text))

    def _json(self, value: Any) -> Any:
        match value:
            case dict():
                return {self.text(str(k)): self._json(v) for k, v in value.items()}
            case list() | tuple():
                return [self._json(each) for each in value]
            case str():
                return self.value(value)
            case _:
                return value

    def _bounds(self, bounds: Entry) -> Entry:
        return {**bounds, "accounts": [self.value(each) for each in bounds["accounts"]]}


class KnownValues:
    """The values that have a token, to be found in any text, in capitals or not.

    A long one is found anywhere, a short one as a word; of two that begin at one place
    the longer counts. To add one costs nothing: a pattern of all would be made anew.

    >>> [*KnownValues(["payroll", "ci"]).matches("s3://PAYROLL/ci")]
    [(5, 12, 'payroll')]
    """

    def __init__(self, values: Iterable[str]) -> None:
        """Hold the values; those of less than three characters say nothing."""
        # By the first three characters, then by length, the longest first.
        self._stems: dict[str, dict[int, dict[str, str]]] = {}
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Hold one more value."""
        if len(value) < _STEM:
            return
        low = _folded(value)
        lengths = self._stems.setdefault(low[:_STEM], {})
        if len(low) not in lengths:
            lengths[len(low)] = {}
            self._stems[low[:_STEM]] = dict(sorted(lengths.items(), reverse=True))
        self._stems[low[:_STEM]][len(low)].setdefault(low, value)

    def matches(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and value of each that a text holds, from the left."""
        low, at = _folded(text), 0
        while at <= len(low) - _STEM:
            lengths = self._stems.get(low[at : at + _STEM])
            found = _longest(low, at, lengths) if lengths else None
            if found is not None:
                yield at, at + len(found), found
            at += len(found) if found else 1


_STEM = 3


def _longest(low: str, at: int, lengths: dict[int, dict[str, str]]) -> str | None:
    for length, values in lengths.items():
        value = values.get(low[at : at + length])
        if value and (length >= _SHORT or _is_word(low, at, at + length)):
            return value
    return None


def _is_word(text: str, start: int, end: int) -> bool:
    around = text[start - 1 : start] if start else "", text[end : end + 1]
    return not any(each.isalnum() or each == "_" for each in around)


def _folded(text: str) -> str:
    """Return a text without capitals, each character where it was."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded_letter, text))


def _folded_letter(char: str) -> str:
    either = (char.casefold(), char.lower(), char)
    return next(each for each in either if len(each) == 1)


def _named(value: Any, named: bool = False) -> Iterator[str]:
    """List the texts in JSON that stand under a key which names something."""
    match value:
        case dict():
            for key, each in value.items():
                yield from _named(each, bool(_NAMING.search(str(key))))
        case list():
            for each in value:
                yield from _named(each, named)
        case str() if named and len(value) > 3:
            yield value
        case _:
            return


def decoded(text: str, depth: int = _DEPTH) -> set[str]:
    """Return a text with its HTML, URL, JSON and base64 encodings undone, each way."""
    found, new = {text}, {text}
    for _ in range(depth):
        new = {each for old in new for each in _undone(old)} - found
        if not new or len(found) > 500:
            break
        found |= new
    return found


def _undone(text: str) -> Iterator[str]:
    yield html.unescape(text)
    yield unquote_plus(text)
    yield re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m[1], 16)), text)
    yield re.sub(r"\\([\"\\/])", r"\1", text)
    for match in _BASE64.finditer(text):
        raw = match[0].rstrip("=").translate(str.maketrans("-_", "+/"))
        try:
            plain = base64.b64decode(raw + "=" * (-len(raw) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        said = plain.decode("utf-8", "ignore")
        if len(said) > 2 and said.isprintable():
            yield said


def _kind(value: str) -> str:
    if re.fullmatch(_ACCOUNT, value):
        return "account"
    if re.fullmatch(_KEY, value):
        return "key"
    return "address" if _is_address(value) else "name"


def _is_one(found: str) -> bool:
    return "@" in found or found.startswith("arn:") or _kind(found) != "name"


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def masked(contents: Contents, mask: Mask, identifiers: pd.DataFrame) -> Contents:
    """Return the contents of a report with all identifiers masked.

    ``identifiers`` is a frame of names that notes may speak of.
    """
    for column in identifiers:
        mask.learn(identifiers[column].tolist())
    mask.learn([contents.source, contents.who])
    answered = [_answer(each, mask) for each in contents.answered]
    story = mask.frame(contents.story)
    shown = ["time", "who", "what", "rows", "journal", "line", "hash"]
    files = contents.files.copy()
    files["file"] = [f"file-{number}" for number in range(1, len(files) + 1)]
    inventory = contents.inventory.copy()
    inventory["value"] = [mask.text(str(each)) for each in inventory["value"]]
    return replace(
        contents,
        title=mask.text(contents.title),
        summary="\n\n".join(map(mask.text, contents.summary.split("\n\n"))),
        source=mask.value(contents.source),
        who=mask.value(contents.who),
        story=story,
        answered=answered,
        others=[_other(each, mask) for each in contents.others],
        inventory=inventory,
        coverage=mask.frame(contents.coverage),
        files=files,
        journal=mask.frame(contents.journal[shown]),
        notes=[mask.text(each) for each in contents.notes],
        masked=True,
        words=["\n".join(map(mask.text, each.split("\n"))) for each in contents.words],
    )


def _answer(each: Answered, mask: Mask) -> Answered:
    frame = mask.frame(each.frame)
    if not each.run.get("question"):
        # An ad hoc query can give a column any name.
        frame.columns = [mask.column(str(name)) for name in frame.columns]
    return Answered(mask.about(each.run), frame, frame_hash(unmarked(frame)), "")


def _other(run: Entry, mask: Mask) -> Entry:
    kept = {name: run.get(name) for name in ("at", "title", "question", "rows")}
    return {**kept, "title": mask.text(str(kept["title"])), "scope": "its scope"}


def read_key(path: Path) -> dict[str, str]:
    """Return the tokens of a key file; none where there is no such file."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["tokens"])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(
            f"{path} is not a key file of a masked report: {error}. Name another file: "
            'key="masked.key.json".'
        ) from None


def write_key(path: Path, mask: Mask) -> None:
    """Write what each token stands for, for the owner's eyes only."""
    text = json.dumps({"form": 1, "tokens": mask.tokens}, indent=1)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise ReportError(
            f"The key file {path} cannot be written: {error.strerror}. Name another: "
            'key="masked.key.json".'
        ) from None
