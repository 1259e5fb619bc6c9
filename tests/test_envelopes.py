"""The forms in which records travel."""

import json
from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.store.envelopes import Items, split
from trailkit.store.json_values import repair
from trailkit.store.unpack import Broken, Skipped

RECORD = {"eventName": "GetObject", "eventID": "11111111-0000-4000-8000-000000000001"}
OTHER = {"eventName": "PutObject", "eventID": "11111111-0000-4000-8000-000000000002"}
TEXT = json.dumps(RECORD)
BOTH = [RECORD, OTHER]

FORMS = {
    "a log file": {"Records": BOTH},
    "a bare list": BOTH,
    "LookupEvents": {
        "Events": [{"CloudTrailEvent": json.dumps(each)} for each in BOTH]
    },
    "a list of LookupEvents": [{"CloudTrailEvent": json.dumps(each)} for each in BOTH],
    "EventBridge events": [{"detail-type": "x", "detail": each} for each in BOTH],
    "CloudWatch": {"logEvents": [{"message": json.dumps(each)} for each in BOTH]},
    "raw strings": [{"_raw": json.dumps(each)} for each in BOTH],
    "Splunk": [{"result": {"_raw": json.dumps(each)}} for each in BOTH],
    "OpenSearch": [{"aws": {"cloudtrail": each}} for each in BOTH],
    "strings": [json.dumps(each) for each in BOTH],
}


SURE = [each | {"eventSource": "s3.amazonaws.com"} for each in BOTH]
RAW = [json.dumps(each) for each in SURE]
ELSEWHERE = {
    "Sumo Logic": {"messages": [{"map": {"_raw": each}} for each in RAW]},
    "Datadog": {"data": [{"id": "A", "attributes": {"attributes": x}} for x in SURE]},
    "Graylog": {"messages": [{"message": {"full_message": each}} for each in RAW]},
    "Chronicle": {"logs": [{"data": b64encode(x.encode()).decode()} for x in RAW]},
    "S3 Select": [{"Records": {"Payload": each}} for each in RAW],
    "a key that no one knows": [{"kept_in": {"whatever": each}} for each in SURE],
}


def values(items: Items) -> list[object]:
    return [json.loads(bytes(text)) for text in items.texts]


SPELLINGS = {
    "lower": {"eventname": "GetObject", "eventid": "1", "eventsource": "s3"},
    "snake": {"event_name": "GetObject", "event_id": "1", "event_source": "s3"},
    "upper": {"EVENTNAME": "GetObject", "EVENTID": "1", "EVENTSOURCE": "s3"},
    "title": {"Event name": "GetObject", "Event ID": "1", "Event source": "s3"},
}


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("many", [1, 30])
def test_a_log_file_with_keys_in_another_spelling_is_read(
    spelt: dict[str, str], many: int
) -> None:
    items = split(json.dumps({"Records": [spelt] * many}).encode())
    right = {"eventName": "GetObject", "eventID": "1", "eventSource": "s3"}
    assert values(items) == [right] * many
    assert len(items.remarks) == many


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_records_are_found_in_every_form(form: object):
    items = split(json.dumps(form).encode())
    assert values(items) == BOTH
    assert items.problems == {}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_records_are_found_in_every_form_one_a_line(form: object):
    parts = form if isinstance(form, list) else [form]
    lines = "\r\n".join(json.dumps(each) for each in parts if isinstance(each, dict))
    if lines:
        assert values(split(lines.encode())) == BOTH


@pytest.mark.parametrize("form", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_surely_a_record_is_found_under_any_key(form: object) -> None:
    items = split(json.dumps(form).encode())
    assert values(items) == SURE
    assert not items.problems


def test_a_lookalike_under_an_unknown_key_is_no_record() -> None:
    with pytest.raises(Skipped):
        split(b'{"kept": {"note": {"eventName": "x"}, "eventSource": null}}')


def test_lines_of_elastics_bulk_api_are_no_problem() -> None:
    lines = [line for each in RAW for line in ('{"index": {"_index": "ct"}}', each)]
    items = split("\n".join(lines).encode())
    assert values(items) == SURE
    assert not items.problems


@pytest.mark.parametrize("between", ["", "\n", " \n\t "])
def test_values_may_follow_each_other(between: str):
    pretty = json.dumps(RECORD, indent=2)
    text = between.join([pretty, json.dumps(OTHER), pretty])
    assert values(split(text.encode())) == [RECORD, OTHER, RECORD]


def test_one_record_is_a_file():
    assert values(split(TEXT.encode())) == [RECORD]


@pytest.mark.parametrize("text", ["[]", '{"Records": []}', '{"Events": []}'])
def test_no_records_are_no_problem(text: str):
    assert split(text.encode()).texts == []


def test_text_is_kept_as_it_is_written():
    written = b'{"eventName":  "A", "requestParameters": {"n": 1.50, "e": 9.8E-5}}'
    items = split(b'{"Records": [' + written + b"]}")
    assert bytes(items.texts[0]) == written


def test_a_broken_line_costs_only_itself():
    items = split(f'{TEXT}\n{{"eventName": \n{TEXT}'.encode())
    assert list(items.problems) == [1]
    assert items.problems[1].startswith("Malformed JSON: ")
    assert len(items.texts) == 3


def test_what_is_no_record_is_a_problem_among_records():
    items = split(json.dumps([RECORD, {"a": 1}, 7, "text", None, RECORD]).encode())
    assert list(items.problems) == [1, 2, 3, 4]
    assert len(items.texts) == 6


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"digestStartTime": "2026-03-01T00:00:00Z"}', "digest"),
        ('{"configurationItems": []}', "AWS Config"),
        ('{"a": 1, "b": 2}', "'a', 'b'"),
        ('{"detail": {}}', "No CloudTrail record"),
        ("[1, 2]", "No CloudTrail record"),
    ],
)
def test_json_without_a_record_is_skipped(text: str, reason: str):
    with pytest.raises(Skipped, match=reason):
        split(text.encode())


@pytest.mark.parametrize("text", ['{"Records": [', '{"Records": [1,]}', "[{]", "{}}"])
def test_broken_json_is_broken(text: str):
    with pytest.raises((Broken, Skipped)):
        split(text.encode())


def test_nesting_without_end_is_refused():
    with pytest.raises(Broken, match="Cut short"):
        split(b'{"Records": ' + b"[" * 100_000)
    with pytest.raises(Broken, match="too deeply"):
        split(b'{"detail":' * 60 + b"{}" + b"}" * 60)


def test_the_time_of_a_wrapper_is_kept():
    wrapped = {"EventTime": "2026-03-01 09:00:00+11:00", "CloudTrailEvent": TEXT}
    assert split(json.dumps([wrapped]).encode()).times == {
        0: "2026-03-01 09:00:00+11:00"
    }


def test_text_that_is_not_unicode_is_mended_and_remarked():
    cut = rb'{"eventName": "A", "userAgent": "x \ud83d"}'
    items = split(
        b'{"Records": [' + cut + b', {"eventName": "caf\xe9"}, {"eventName": "B"}]}'
    )
    assert list(items.remarks) == [0, 1]
    assert json.loads(bytes(items.texts[0]))["userAgent"] == "x \ufffd"


def test_an_escaped_pair_is_no_half():
    whole = json.dumps({"Records": [{"eventName": "\U0001f600 \\ud83d"}]}).encode()
    assert repair(whole) is whole


@given(st.text())
def test_valid_text_is_never_mended(text: str):
    encoded = text.encode("utf-8", "replace")
    for written in (json.dumps(text).encode("utf-8", "replace"), encoded):
        if "\\ud" not in written.decode().lower():
            assert repair(written) is written


@given(st.recursive(st.none() | st.booleans() | st.text(), st.lists))
def test_any_json_is_split_or_refused(value: object):
    with suppress(Broken, Skipped):
        split(json.dumps({"Records": value}).encode())
