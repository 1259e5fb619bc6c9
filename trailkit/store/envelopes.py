"""The forms in which CloudTrail records travel, and the way to the records inside.

* the log file of a trail: ``{"Records": [...]}``
* bare records: one, a list of them, one a line, or one right after the other
* LookupEvents (event history): ``Events[].CloudTrailEvent``, a string
* EventBridge: ``detail``; CloudWatch Logs subscriptions: ``logEvents[].message``
* log collectors: ``_raw``, ``result._raw``, ``aws.cloudtrail``

One bad character costs a character, not a file. A service that cuts a user agent at a
length may cut a surrogate pair in two. JSON allows the half as an escape, but no
Unicode text can hold it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec
from msgspec import Raw

from trailkit.store.unpack import Broken, Skipped

REPAIRED = "Text that is not valid Unicode; what was wrong is shown as \ufffd."

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB]..\\u[dD][c-fC-F].."  # a pair
    rb"|(\\u[dD][89a-fA-F]..)"  # half of one
    rb"|\\.",
    re.DOTALL,
)


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


_DEPTH = 8
_NOTHING = Raw(b"")
_MALFORMED = "Malformed JSON: "
_TOO_DEEP = "JSON nested too deeply to read."


@dataclass(slots=True)
class Items:
    """What a file holds, in its order: records, and what should have been one.

    By index, ``problems`` says why an item is no record, ``remarks`` what was changed
    in a record to read it, and ``times`` the time that a wrapper gives, for a record
    without its own.
    """

    texts: list[Raw] = field(default_factory=list[Raw])
    problems: dict[int, str] = field(default_factory=dict[int, str])
    remarks: dict[int, str] = field(default_factory=dict[int, str])
    times: dict[int, str] = field(default_factory=dict[int, str])

    def add(self, text: Raw, time: str | None) -> None:
        """Add a record."""
        if time:
            self.times[len(self.texts)] = time
        self.texts.append(text)

    def refuse(self, text: Raw, reason: str) -> None:
        """Add what is no record."""
        self.problems[len(self.texts)] = reason
        self.texts.append(text)


class _Log(msgspec.Struct):
    """What CloudTrail itself delivers: the one form that must be read quickly."""

    Records: list[Raw]


class _Object(msgspec.Struct):
    """The keys by which a record or a wrapper is known."""

    name: Raw = msgspec.field(default=_NOTHING, name="eventName")
    id: Raw = msgspec.field(default=_NOTHING, name="eventID")
    aggregated_id: Raw = msgspec.field(default=_NOTHING, name="eventId")
    insight: Raw = msgspec.field(default=_NOTHING, name="insightDetails")

    records: Raw = msgspec.field(default=_NOTHING, name="Records")
    events: Raw = msgspec.field(default=_NOTHING, name="Events")
    looked_up: Raw = msgspec.field(default=_NOTHING, name="CloudTrailEvent")
    detail: Raw = _NOTHING
    log_events: Raw = msgspec.field(default=_NOTHING, name="logEvents")
    message: Raw = _NOTHING
    raw: Raw = msgspec.field(default=_NOTHING, name="_raw")
    result: Raw = _NOTHING
    aws: Raw = _NOTHING
    cloudtrail: Raw = _NOTHING

    looked_up_time: Raw = msgspec.field(default=_NOTHING, name="EventTime")
    time: Raw = _NOTHING
    timestamp: Raw = msgspec.field(default=_NOTHING, name="@timestamp")

    def is_record(self) -> bool:
        """Return whether it is a record: it has an event name or an event id."""
        marks = (self.name, self.id, self.aggregated_id, self.insight)
        return any(_is_given(each) for each in marks)

    def inside(self) -> Raw | None:
        """Return what the wrapper wraps."""
        ways = [self.records, self.events, self.looked_up, self.detail]
        ways += [self.log_events, self.message, self.raw, self.result]
        ways += [self.aws, self.cloudtrail]
        return next(filter(_is_given, ways), None)

    def outer_time(self) -> str | None:
        """Return the time that the wrapper says, if it is text."""
        times = (self.looked_up_time, self.time, self.timestamp)
        return next((_string(each) for each in times if bytes(each)[:1] == b'"'), None)


_OTHER_FILES = {
    "digestStartTime": "A digest file of CloudTrail, which holds no records.",
    "configurationItems": "A file of AWS Config.",
    "eventHistory": "trailkit's own note on the event history that lies beside it.",
}

_log = msgspec.json.Decoder(_Log)
_list = msgspec.json.Decoder(list[Raw])
_object = msgspec.json.Decoder(_Object)
_keys = msgspec.json.Decoder(dict[str, Raw])
_value = msgspec.json.Decoder(Raw)
_string = msgspec.json.Decoder(str).decode
_WHITE = re.compile(r"[ \t\r\n]*")
_scan = json.JSONDecoder().raw_decode


def split(text: bytes) -> Items:
    """Take a text apart into its records.

    The ``Records`` of a log file are taken as they are. Elsewhere what is no record is
    in ``problems``. Raises Broken for text that is not JSON, Skipped for JSON without
    any record.

    >>> items = split(b'{"Records": [{"eventName": "GetObject"}]}')
    >>> [bytes(text) for text in items.texts]
    [b'{"eventName": "GetObject"}']
    """
    valid = repair_bytes(text)
    items = Items()
    try:
        items.texts = _log.decode(valid).Records
    except (msgspec.DecodeError, RecursionError):
        valid = repair_escapes(valid)
        for value in _values(valid):
            _unwrap(value, None, items, _DEPTH)
        _require_a_record(items)
    if valid is not text:
        _remark(items)
    return items


def _require_a_record(items: Items) -> None:
    """Refuse a file in which nothing is a record."""
    if not items.texts or len(items.problems) < len(items.texts):
        return
    reason = items.problems[0]
    if reason.startswith((_MALFORMED, _TOO_DEEP)):
        raise Broken(reason)
    raise Skipped(f"No CloudTrail record in it. {reason}")


def _remark(items: Items) -> None:
    for index, text in enumerate(items.texts):
        if was_repaired(bytes(text)):
            items.remarks[index] = REPAIRED


def _values(text: bytes) -> Iterator[Raw]:
    """Return the JSON values that stand in a text, one after the other.

    Where every value has a line of its own, a broken line costs only itself.
    """
    lines = [line for line in text.split(b"\n") if line.strip()]
    one_a_line = all(line.lstrip().startswith(b"{") for line in lines)
    for part in lines if one_a_line else [text]:
        yield from _in_a_row(part)


def _in_a_row(text: bytes) -> Iterator[Raw]:
    """Return JSON values without anything between them, as Firehose writes them."""
    try:
        yield _value.decode(text)
    except (msgspec.DecodeError, RecursionError):
        yield from _scanned(text.decode())


def _scanned(text: str) -> Iterator[Raw]:
    """Return the values of a text; the last is whatever cannot be read."""
    start = _skip_white(text, 0)
    while start < len(text):
        try:
            _, end = _scan(text, start)
        except (ValueError, RecursionError):
            end = len(text)
        yield Raw(text[start:end].encode())
        start = _skip_white(text, end)


def _skip_white(text: str, start: int) -> int:
    match = _WHITE.match(text, start)
    return match.end() if match else start


def _unwrap(text: Raw, time: str | None, items: Items, depth: int) -> None:
    """Add the records inside a value, however they are wrapped."""
    try:
        if not depth:
            items.refuse(text, "Wrapped too deeply.")
        elif bytes(text)[:1] == b"[":
            for each in _list.decode(text):
                _unwrap(each, time, items, depth - 1)
        elif bytes(text)[:1] == b'"':
            inner = repair(_string(text).strip().encode())
            _unwrap(Raw(inner), time, items, depth - 1)
        else:
            _unwrap_object(text, time, items, depth)
    except RecursionError:
        items.refuse(text, _TOO_DEEP)
    except msgspec.ValidationError:
        items.refuse(text, "Not a JSON object.")
    except msgspec.DecodeError as error:
        wrong = str(error).removeprefix("JSON is malformed: ")
        items.refuse(text, f"{_MALFORMED}{wrong}.")


def _unwrap_object(text: Raw, time: str | None, items: Items, depth: int) -> None:
    wrapper = _object.decode(text)
    inside = wrapper.inside()
    if wrapper.is_record():
        items.add(text, time)
    elif inside is not None:
        _unwrap(inside, wrapper.outer_time() or time, items, depth - 1)
    else:
        items.refuse(text, _what_it_is(text))


def _what_it_is(text: Raw) -> str:
    keys = list(_keys.decode(text))
    known = [reason for key, reason in _OTHER_FILES.items() if key in keys]
    named = ", ".join(f"{key[:40]!a}" for key in keys[:6])
    return known[0] if known else f"An object without an event name or id: {named}."


def _is_given(text: Raw) -> bool:
    return bytes(text) not in (b"", b"null", b'""')
