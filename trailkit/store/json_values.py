"""The JSON values in a text, one after the other, whatever stands between them.

One odd line, member or value costs itself alone. A text may be one value, a value a
line, values in a row without anything between them; with labels before them, stray
lines, separators and byte-order marks; cut at its end, or broken in the middle.

One bad character costs a character. A service that cuts a user agent at a length may
cut a surrogate pair in two: JSON allows the half as an escape, but no Unicode text can
hold it.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import Raw

REPAIRED = "Text that is not valid Unicode; what was wrong is shown as \ufffd."
NO_NUMBER = "NaN and Infinity are not JSON; they are shown as null."

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB]..\\u[dD][c-fC-F].."  # a pair
    rb"|(\\u[dD][89a-fA-F]..)"  # half of one
    rb"|\\.",
    re.DOTALL,
)
_NO_NUMBERS = re.compile(rb'("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b')
_BETWEEN = re.compile("[ \t\r\n\ufeff\x1e,;]*")
_HEAD = re.compile(r'[\[{\s]*("[^"]{0,80}"\s*:\s*[\[{][\[{\s]*)?[\]}\s,]*')
_BEGIN = re.compile(r"\{|\[\s*[\[{]")
_CLOSED = re.compile(r"[\]}\s,]+")
_RECORD = re.compile(r'"event(?:Name|ID|Id)"\s*:')
_TRIES = 100
"""Failures in a row after which a line is passed over: each may cost a whole text."""

_value = msgspec.json.Decoder(Raw)
_scan = json.JSONDecoder().raw_decode


class Value(NamedTuple):
    """A JSON value, or what stands in a text and is none, with the reason.

    ``inner`` marks a record that was found inside of a broken value, ``cut`` what
    breaks off at the end of the text.
    """

    text: Raw
    wrong: str = ""
    inner: bool = False
    cut: bool = False


def repair(text: bytes) -> bytes:
    r"""Replace bytes that are not UTF-8, and escapes of half a surrogate pair.

    Returns the very same object when nothing was wrong.

    >>> repair(b'"caf\xe9 \\ud83d"').decode()
    '"caf\ufffd \\ufffd"'
    """
    return repair_escapes(repair_bytes(text))


def repair_bytes(text: bytes) -> bytes:
    """Replace bytes that are not UTF-8."""
    if text.isascii():
        return text
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode(errors="replace").encode()
    return text


def repair_escapes(text: bytes) -> bytes:
    """Replace escapes of half a surrogate pair, which JSON allows and Unicode not."""
    if b"\\ud" not in text and b"\\uD" not in text:
        return text
    repaired = _ESCAPES.sub(_repair_half, text)
    return text if repaired == text else repaired


def _repair_half(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def was_repaired(text: bytes) -> bool:
    """Return whether a text shows the replacement character."""
    return rb"\ufffd" in text or "\ufffd".encode() in text


def without_nan(text: bytes) -> bytes:
    """Replace NaN and Infinity by null; the very same object where there are none."""
    if b"NaN" not in text and b"Infinity" not in text:
        return text
    replaced = _NO_NUMBERS.sub(lambda match: match[1] or b"null", text)
    return text if replaced == text else replaced


def values(text: bytes) -> Iterator[Value]:
    r"""List the values of a text of valid UTF-8, and what stands there and is none.

    >>> [bytes(each.text) for each in values(b'label {"a": 1}[2]\n--\n{"b": 3')]
    [b'{"a": 1}', b'[2]', b'--', b'{"b": 3']
    """
    try:
        yield Value(_value.decode(text))
    except (msgspec.DecodeError, RecursionError):
        yield from _Scanner(text.decode()).values()


def members(text: Raw) -> list[tuple[str, Raw]]:
    """List the members of an object, also those whose key it has twice.

    >>> [(key, bytes(value)) for key, value in members(Raw(b'{"a": 1, "a": [2]}'))]
    [('a', b'1'), ('a', b'[2]')]
    """
    written = bytes(text).decode()
    found: list[tuple[str, Raw]] = []
    at = _skip(written, 1)
    while written[at : at + 1] == '"':
        key, at = _scan(written, at)
        at = _skip(written, written.index(":", at) + 1)
        _, end = _scan(written, at)
        found.append((key, Raw(written[at:end].encode())))
        at = _skip(written, end)
    return found


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


class _Scanner:
    """Go through a text that is not one JSON value."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def values(self) -> Iterator[Value]:
        while (at := _skip(self._text, self._at)) < len(self._text):
            self._at = at
            if self._text[at] not in '{["':
                yield from self._stray()
            elif (value := self._whole()) is not None:
                yield Value(value)
            elif _BEGIN.match(self._text, at):
                yield from self._broken()
            else:
                yield from self._stray()

    def _whole(self) -> Raw | None:
        """Read the value that begins here, of a line of its own at best."""
        begin = self._at
        end = self._text.find("\n", begin)
        end = len(self._text) if end < 0 else end
        try:
            value = _value.decode(self._text[begin:end])
        except (msgspec.DecodeError, RecursionError):
            try:
                _, end = _scan(self._text, begin)
            except (ValueError, RecursionError):
                return None
            value = Raw(self._text[begin:end].encode())
        self._at = end
        return value

    def _stray(self) -> Iterator[Value]:
        """Pass over a label that stands before a value; return a line without any."""
        begin = self._at
        end = self._text.find("\n", begin)
        end = len(self._text) if end < 0 else end
        found = _BEGIN.search(self._text, begin + 1, end)
        value = found.start() if found else end
        self._at = value
        if value == end:
            yield Value(Raw(self._text[begin:end].encode()), "Not JSON.")

    def _broken(self) -> Iterator[Value]:
        """Return the records in a broken value, and the pieces between them."""
        text, piece, at, tries, opened = self._text, self._at, self._at + 1, 0, 0
        while (at := text.find("{", at)) >= 0:
            if text[at - 1] == "\n" and text[self._at : at].strip():
                break  # a line of its own
            try:
                _, end = _scan(text, at)
            except (ValueError, RecursionError):
                tries += 1
                at = at + 1 if tries < _TRIES else self._next_line(at)
                continue
            tries = 0
            if _RECORD.search(text, at, end):
                head = text[piece:at] if _HEAD.fullmatch(text[piece:at]) else ""
                opened += head.count("{") + head.count("[")
                yield from self._piece(piece, at)
                yield Value(Raw(text[at:end].encode()), inner=True)
                piece = end
            at = end
        self._at = len(text) if at < 0 else at
        yield from self._piece(piece, self._at, opened)

    def _next_line(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _piece(self, begin: int, end: int, opened: int = 0) -> Iterator[Value]:
        """Return what lies between records, unless it belongs to their wrapper."""
        text = self._text[begin:end].strip(" \t\r\n,")
        closed = text.count("]") + text.count("}") if _CLOSED.fullmatch(text) else 0
        cut = end == len(self._text) and closed < max(opened, 1)
        if not _HEAD.fullmatch(text):
            wrong = (
                "Malformed JSON: it is cut short."
                if cut
                else "Malformed JSON: neither a value nor the end of one."
            )
            yield Value(Raw(text.encode()), wrong, cut=cut)
        elif cut:
            yield Value(Raw(b""), cut=True)
