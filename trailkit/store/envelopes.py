"""The forms in which CloudTrail records travel, and the way to the records inside.

* the log file of a trail: ``{"Records": [...]}``
* bare records: one, a list of them, one a line, or one right after the other
* LookupEvents (event history): ``Events[].CloudTrailEvent``, a string
* EventBridge: ``detail``; CloudWatch Logs: ``logEvents[].message``,
  ``events[].message``, exports, and Logs Insights' ``results[][].value``
* SQS ``Messages[].Body``, SNS ``Message``, Lambda's ``body`` and ``Sns``; Kinesis and
  Firehose ``data``, which is base64 and may be gzip
* log collectors: ``_raw``, ``result._raw``, ``aws.cloudtrail``, Elastic's ``_source``
  and ``event.original``, Wazuh's ``data.aws``, OCSF's ``raw_data``
* any other wrapper, where what stands in it is surely a record

A wrapper with records inside is opened, whatever ids it has itself.
"""

import base64
import binascii
from dataclasses import dataclass, field

import msgspec
from msgspec import Raw

from trailkit.store.json_values import (
    NO_NUMBER,
    REPAIRED,
    Value,
    members,
    repair,
    repair_bytes,
    repair_escapes,
    values,
    was_repaired,
    without_nan,
)
from trailkit.store.rebuilding import RESPELT, respelt
from trailkit.store.unpack import GZIP, Broken, Skipped, unpack

_DEPTH = 24
_NOTHING = Raw(b"")
_TOO_DEEP = "Nested or wrapped too deeply to read."
_INNER_LIMIT = 1 << 26


@dataclass(slots=True)
class Items:
    """What a file holds, in its order: records, and what should have been one.

    By index, ``problems`` says why an item is not a record, ``remarks`` what was
    changed in a record to read it, and ``times`` the time that a wrapper gives, for a
    record without its own. ``cut`` is why the file is not whole. ``passed`` is what was
    left out because it is not meant to be a record, as control messages.
    """

    texts: list[Raw] = field(default_factory=list[Raw])
    problems: dict[int, str] = field(default_factory=dict[int, str])
    remarks: dict[int, str] = field(default_factory=dict[int, str])
    times: dict[int, str] = field(default_factory=dict[int, str])
    cut: str = ""
    passed: str = ""

    def add(self, text: Raw, time: str | None, remark: str = "") -> None:
        """Add a record."""
        if time:
            self.times[len(self.texts)] = time
        if remark:
            self.remarks[len(self.texts)] = remark
        self.texts.append(text)

    def refuse(self, text: Raw, reason: str) -> None:
        """Add what is not a record."""
        self.problems[len(self.texts)] = reason
        self.texts.append(text)


class _Log(msgspec.Struct):
    """What CloudTrail itself delivers: the one form that must be read quickly."""

    Records: list[Raw]


class _Object(msgspec.Struct):
    """The keys by which a record is known, and the time that a wrapper gives."""

    name: Raw = msgspec.field(default=_NOTHING, name="eventName")
    id: Raw = msgspec.field(default=_NOTHING, name="eventID")
    aggregated_id: Raw = msgspec.field(default=_NOTHING, name="eventId")
    insight: Raw = msgspec.field(default=_NOTHING, name="insightDetails")
    source: Raw = msgspec.field(default=_NOTHING, name="eventSource")
    other_source: Raw = msgspec.field(default=_NOTHING, name="EventSource")
    version: Raw = msgspec.field(default=_NOTHING, name="eventVersion")
    message_type: Raw = msgspec.field(default=_NOTHING, name="messageType")
    type: Raw = msgspec.field(default=_NOTHING, name="Type")

    looked_up_time: Raw = msgspec.field(default=_NOTHING, name="EventTime")
    time: Raw = _NOTHING
    timestamp: Raw = msgspec.field(default=_NOTHING, name="@timestamp")

    def is_record(self) -> bool:
        """Return whether it has an event name or an event id."""
        marks = (self.name, self.id, self.aggregated_id, self.insight)
        return any(_is_given(each) for each in marks)

    def is_surely_one(self) -> bool:
        """Return whether it is a record, whatever else it holds."""
        others = (self.source, self.version)
        return _is_given(self.name) and any(_is_given(each) for each in others)

    def is_from_another_service(self) -> bool:
        """Return whether it is a notification: CloudTrail has no source ``aws:…``."""
        sources = (self.source, self.other_source)
        return any(bytes(each)[:5] == b'"aws:' for each in sources)

    def outer_time(self) -> str | None:
        """Return the time that the wrapper says, if it is text."""
        times = (self.looked_up_time, self.time, self.timestamp)
        return next((_string(each) for each in times if bytes(each)[:1] == b'"'), None)


_LISTS = frozenset(
    ("Records", "records", "Events", "events", "logEvents", "Messages", "messages")
)
"""The keys under which wrappers hold lists, in which each item should be a record."""

_WAYS = _LISTS | {
    *("CloudTrailEvent", "cloudTrailEvent", "detail", "message", "Message", "@message"),
    *("body", "Body", "Sns", "kinesis", "data", "Data", "_raw", "raw_data", "result"),
    *("results", "aws", "cloudtrail", "_source", "hits", "event", "original", "Event"),
    *("eventData", "eventJson", "unmapped", "full_log", "value", "logs"),
}
"""The keys under which wrappers hold records, or other wrappers."""

_SURE = (b"eventName", b"eventSource")
"""What a member holds that is opened under whatever key it stands."""

_BULK = frozenset(("index", "create", "update", "delete"))
"""Lines of Elastic's bulk API that say what is done with the next one."""

_RECORD = b'"event'
_EMPTY_LOG, _SLACK = b'{"Records":[]}', 8
"""What a log file is beside its records, and the blanks that it may have more."""

_NOTIFICATION = (b'ventSource":"aws:', b'ventSource": "aws:')

_ENCODED = frozenset({"data", "Data"})

_OTHER_FILES = {
    "digestStartTime": "A digest file of CloudTrail, which holds no records.",
    "configurationItems": "A file of AWS Config.",
    "PublicKeyList": "Public keys of CloudTrail, which hold no records.",
    "PublicKeysByRegion": "Public keys of CloudTrail, which hold no records.",
    "acquisition": "trailkit's own note on how the files beside it were acquired.",
    "eventHistory": "trailkit's own note on the event history that lies beside it.",
}

_log = msgspec.json.Decoder(_Log)
_KEYS = (b'"eventName"', b'"eventID"', b'"eventId"', b'"insightDetails"')
"""Keys of records as AWS spells them, one of which each record has."""

_list = msgspec.json.Decoder(list[Raw])
_object = msgspec.json.Decoder(_Object)
_keys = msgspec.json.Decoder(dict[str, Raw])
_string = msgspec.json.Decoder(str).decode


def split(text: bytes) -> Items:
    """Take a text apart into its records.

    The ``Records`` of a log file are taken as they are. Elsewhere what is not a record
    is in ``problems``. Raises Broken for text that is not JSON, Skipped for JSON
    without any record.

    >>> items = split(b'{"Records": [{"eventName": "GetObject"}]}')
    >>> [bytes(text) for text in items.texts]
    [b'{"eventName": "GetObject"}']
    """
    valid = repair_bytes(text)
    items = Items()
    log = _log_file(valid)
    if log is not None:
        items.texts = log
        if any(mark in valid for mark in _NOTIFICATION):
            _refuse_notifications(items)
    else:
        valid = repair_escapes(valid)
        plain = without_nan(valid)
        for value in values(plain):
            _add(value, items)
        if plain is not valid:
            items.remarks |= dict.fromkeys(range(len(items.texts)), NO_NUMBER)
        _require_a_record(items)
    if valid is not text:
        _remark(items)
    return items


def _log_file(text: bytes) -> list[Raw] | None:
    """Read a log file of CloudTrail, if it is one and no more.

    A key that stands twice, or another list beside, would be lost here: then the text
    is longer than its records, and is read with care.
    """
    try:
        records = _log.decode(text).Records
    except (msgspec.DecodeError, RecursionError):
        return None
    rest = len(text) - sum(map(len, records)) - len(_EMPTY_LOG)
    separators = len(records) - 1
    usual = rest <= separators + _SLACK or abs(rest - 2 * separators) <= _SLACK
    are_records = not records or any(key in bytes(records[0]) for key in _KEYS)
    return records if usual and are_records else None


def _refuse_notifications(items: Items) -> None:
    """Read with care where a source is ``aws:…``, which is never CloudTrail's."""
    texts, items.texts = items.texts, []
    for text in texts:
        _unwrap(text, None, items, _DEPTH)
    _require_a_record(items)


def _require_a_record(items: Items) -> None:
    """Refuse a file in which nothing is a record."""
    if items.texts and len(items.problems) < len(items.texts):
        return
    if items.cut and any(_RECORD in bytes(each) for each in items.texts):
        return  # what was cut is counted as lost
    if items.cut:
        raise Broken(items.cut)
    if items.problems and items.problems[0].startswith(("Malformed", _TOO_DEEP)):
        raise Broken(items.problems[0])
    if items.texts or items.passed:
        reason = items.passed or items.problems[0]
        raise Skipped(f"No CloudTrail record in it. {reason}")


def _remark(items: Items) -> None:
    for index, text in enumerate(items.texts):
        if was_repaired(bytes(text)):
            items.remarks[index] = REPAIRED


def _add(value: Value, items: Items) -> None:
    if value.cut:
        items.cut = "Cut short: it ends inside of a record or a list."
    elif value.inner:
        items.cut = items.cut or "Malformed JSON: what stands around the break is read."
    if value.wrong:
        items.refuse(value.text, value.wrong)
    elif value.text:
        _unwrap(value.text, None, items, _DEPTH, only_records=value.inner)


def _unwrap(
    text: Raw, time: str | None, items: Items, depth: int, only_records: bool = False
) -> None:
    """Add the records inside a value, however they are wrapped."""
    first = bytes(text)[:1]
    try:
        if not depth:
            items.refuse(text, _TOO_DEEP)
        elif first == b"[":
            for each in _list.decode(text):
                _unwrap(each, time, items, depth - 1, only_records)
        elif first == b'"':
            _unwrap_string(_string(text), time, items, depth - 1, only_records)
        elif first == b"{":
            _unwrap_object(text, time, items, depth, only_records)
        elif not only_records:
            items.refuse(text, "Not a JSON object.")
    except RecursionError:
        items.refuse(text, _TOO_DEEP)
    except msgspec.DecodeError as error:
        wrong = str(error).removeprefix("JSON is malformed: ")
        items.refuse(text, f"Malformed JSON: {wrong}.")


def _unwrap_string(
    text: str, time: str | None, items: Items, depth: int, only_records: bool
) -> None:
    """Open a string that holds JSON, perhaps behind a label."""
    inner = without_nan(repair(text.strip().encode()))
    for value in values(inner):
        if not value.wrong:
            _unwrap(value.text, time, items, depth, only_records)
        elif not only_records:
            items.refuse(Raw(inner), f"Malformed JSON: {value.wrong}")


def _unwrap_object(
    text: Raw, time: str | None, items: Items, depth: int, only_records: bool
) -> None:
    known = _object.decode(text)
    is_other = known.is_from_another_service()
    if known.is_surely_one() and not is_other:
        items.add(text, time)
        return
    if bytes(known.message_type) == b'"CONTROL_MESSAGE"':
        items.passed = items.passed or "A control message of CloudWatch Logs."
        return
    found = Items()
    pairs = members(text)
    for key, inside in pairs:
        if key in _WAYS and _may_hold_records(inside):
            inner = Items()
            _open(key, inside, known.outer_time() or time, inner, depth - 1)
            hides_some = any(_TOO_DEEP in each for each in inner.problems.values())
            if key in _LISTS or hides_some or len(inner.problems) < len(inner.texts):
                _join(found, inner)
            found.passed = found.passed or inner.passed
    if len(found.problems) < len(found.texts) or (
        not found.texts and any(_is_empty_list(*pair) for pair in pairs)
    ):
        _join(items, found)
    elif is_other:
        source = _string(known.source or known.other_source)[:40]
        items.passed = f"A notification of {source}, not a CloudTrail record."
    elif known.is_record():
        items.add(text, time)
    elif any(_TOO_DEEP in each for each in found.problems.values()):
        _join(items, found)
    elif (rebuilt := respelt(text)) is not None:
        items.add(rebuilt, time, RESPELT)
    elif (sure := _surely_inside(pairs, known.outer_time() or time, depth)).texts:
        _join(items, sure)
    elif found.passed or {key for key, _ in pairs} == {"field", "value"}:
        items.passed = found.passed or "A field of a query's result."
    elif len(pairs) == 1 and pairs[0][0] in _BULK and b'"_in' in bytes(pairs[0][1]):
        items.passed = items.passed or "A line of Elastic's bulk API."
    elif not only_records:
        items.refuse(text, _what_it_is(text))


def _surely_inside(pairs: list[tuple[str, Raw]], time: str | None, depth: int) -> Items:
    """Open members of other names, where they hold what is surely a record."""
    found = Items()
    for key, inside in pairs:
        written = bytes(inside)
        if key not in _WAYS and all(mark in written for mark in _SURE):
            _unwrap(inside, time, found, depth - 1, only_records=True)
    sure = all(_object.decode(each).is_surely_one() for each in found.texts)
    return found if sure and not found.problems else Items()


def _open(key: str, inside: Raw, time: str | None, items: Items, depth: int) -> None:
    """Open a member of a wrapper."""
    if key in _ENCODED and bytes(inside)[:1] == b'"':
        decoded = _from_base64(_string(inside))
        if decoded is not None:
            for value in values(repair(decoded)):
                _add_inner(value, time, items, depth)
            return
    _unwrap(inside, time, items, depth)


def _add_inner(value: Value, time: str | None, items: Items, depth: int) -> None:
    if value.wrong:
        items.refuse(value.text, f"Malformed JSON: {value.wrong}")
    elif value.text:
        _unwrap(value.text, time, items, depth)


def _from_base64(text: str) -> bytes | None:
    try:
        decoded = base64.b64decode(text, validate=True)
        if decoded.startswith(GZIP):
            return unpack(decoded, _INNER_LIMIT).text
    except (binascii.Error, ValueError, Broken, Skipped):
        return None
    return decoded if decoded.lstrip()[:1] in (b"{", b"[") else None


def _join(items: Items, found: Items) -> None:
    """Add what was found in a wrapper."""
    first = len(items.texts)
    items.texts += found.texts
    for name in ("problems", "remarks", "times"):
        numbered = getattr(found, name).items()
        getattr(items, name).update({first + index: each for index, each in numbered})
    items.passed = items.passed or found.passed


def _what_it_is(text: Raw) -> str:
    keys = list(_keys.decode(text))
    known = [reason for key, reason in _OTHER_FILES.items() if key in keys]
    named = ", ".join(f"{key[:40]!a}" for key in keys[:6])
    return known[0] if known else f"An object without an event name or id: {named}."


def _is_empty_list(key: str, inside: Raw) -> bool:
    return key in _LISTS and bytes(inside)[:1] == b"[" and not _list.decode(inside)


def _may_hold_records(text: Raw) -> bool:
    """Return whether a member is an object, a list, or a string that holds one."""
    written = bytes(text)
    if written[:1] == b'"':
        return b"{" in written or (len(written) > 80 and b" " not in written)
    return written[:1] in (b"{", b"[")


def _is_given(text: Raw) -> bool:
    return bytes(text) not in (b"", b"null", b'""')
