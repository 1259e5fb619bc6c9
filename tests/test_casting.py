"""No text is respelt and no odd type becomes null in silence."""

import json
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, structs

from trailkit.record import COLUMNS, FIELDS, Type
from trailkit.store import casting
from trailkit.store.batches import RecordBatches
from trailkit.store.casting import NoRecord
from trailkit.store.envelopes import split

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS
TEXTS = st.text() | st.sampled_from(["", "true", "False", '{"a": 1}', "[1]", "null"])
JSON = st.recursive(
    SCALARS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from([field.name for field in FIELDS] + ["@timestamp", "other"])
RECORDS = st.dictionaries(NAMES, JSON, max_size=12).map(
    lambda record: {"eventName": "A", **record}
)


def batch(*records: Any) -> pa.Table:
    incoming = RecordBatches()
    items = split(json.dumps({"Records": records}).encode())
    return pa.concat_tables([*incoming.add(0, items), *incoming.rest()])


def row(**fields: Any) -> dict[str, Any]:
    (only,) = batch({"eventName": "A", **fields}).to_pylist()
    return only


def expected(record: dict[str, Any], name: str) -> list[Any]:
    """Cast the way to a column step by step: slow, and plain to see."""
    values: list[Any] = []
    for column in (each for each in COLUMNS if each.name == name):
        value = Raw(json.dumps(record).encode())
        for step in column.path:
            value = (casting.as_object(value) or {}).get(step, casting.NOTHING)
        text = casting.as_text(value)
        values.append(casting.as_boolean(text) if column.type is Type.BOOLEAN else text)
    return values


@given(st.lists(RECORDS, min_size=1, max_size=5))
def test_columns_hold_what_each_record_says(records: list[dict[str, Any]]):
    kept = [each for each in records if has_a_name(each)]
    rows = batch(*kept).to_pylist() if kept else []
    for record, cast in zip(kept, rows, strict=True):
        for column in COLUMNS:
            if column.type is not Type.RESOURCES and column.name != "event_time":
                said = [x for x in expected(record, column.name) if x is not None]
                assert cast[column.name] == (said[0] if said else None)


def has_a_name(record: dict[str, Any]) -> bool:
    try:
        casting.record(Raw(json.dumps(record).encode()))
    except NoRecord:
        return False
    return True


@given(RECORDS)
def test_the_quick_way_and_the_exact_way_agree(record: dict[str, Any]):
    text = Raw(json.dumps(record).encode())
    try:
        quick = casting._decode_record(text)
    except msgspec.ValidationError:
        return
    assert settled(quick) == settled(casting._record_of_odd_types(text))


def settled(record: Any) -> list[Any]:
    """Return what the columns will hold: a boolean may still be its text."""
    return [
        casting.as_boolean(value) if field.type is Type.BOOLEAN else value
        for field, value in zip(FIELDS, structs.astuple(record), strict=False)
    ]


@pytest.mark.parametrize("written", ["1.50", "9.8E-5", "[1,  2]", '{"b":1, "a":1.0}'])
def test_what_is_no_text_stays_as_it_is_written(written: str):
    text = f'{{"eventName": "A", "userAgent": {written}, "userIdentity": '
    record = Raw(f'{text}{{"userName": {written}}}}}'.encode())
    assert casting.record(record).userAgent == written
    items = split(b'{"Records": [' + bytes(record) + b"]}")
    incoming = RecordBatches()
    (cast,) = [*incoming.add(0, items), *incoming.rest()]
    assert cast["user_agent"].to_pylist() == [written]
    assert cast["user_identity_user_name"].to_pylist() == [written]


def test_null_and_missing_are_null():
    cast = row(userAgent=None, requestParameters=None, userIdentity=None)
    assert cast["user_agent"] is cast["request_parameters"] is None
    assert cast["user_identity_arn"] is cast["source_ip_address"] is None


def test_json_is_kept_and_a_string_in_its_place_is_plain():
    assert row(requestParameters={"a": [1]})["request_parameters"] == '{"a": [1]}'
    assert row(requestParameters='a "b"')["request_parameters"] == 'a "b"'
    assert row(responseElements="null")["response_elements"] == "null"


def test_keys_that_differ_in_case_are_both_kept():
    written = row(requestParameters={"tag": 1, "Tag": 2})["request_parameters"]
    assert json.loads(written) == {"tag": 1, "Tag": 2}


@pytest.mark.parametrize(
    ("given", "held"),
    [(True, True), ("true", True), ("False", False), ("maybe", None), (1, None)],
)
def test_booleans_may_be_strings(given: object, held: bool | None):
    assert row(readOnly=given)["read_only"] is held
    attributes = {"attributes": {"mfaAuthenticated": given}}
    identity = {"sessionContext": attributes}
    assert row(userIdentity=identity)["session_mfa_authenticated"] is held


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ([{"ARN": "a", "accountId": "1", "type": "T"}], [("a", "1", "T")]),
        ([{"ARNPrefix": "a"}], [("a", None, None)]),
        ([{"ARN": "a", "ARNPrefix": "b"}], [("a", None, None)]),
        ([{"arn": "a", "accountid": 12, "more": 1}], [("a", "12", None)]),
        ('[{"arn": "a"}]', [("a", None, None)]),
        (["arn:aws:s3:::b"], [("arn:aws:s3:::b", None, None)]),
        ([], []),
        (None, None),
        ("", None),
    ],
)
def test_resources_are_read_in_every_spelling(given: object, held: object):
    found = row(resources=given)["resources"]
    assert (found and [tuple(each.values()) for each in found]) == held


def test_an_identity_may_be_a_string_that_holds_one():
    text = json.dumps({"arn": "arn:aws:iam::111122223333:root"})
    assert row(userIdentity=text)["user_identity_arn"].endswith(":root")


def test_what_a_column_cannot_hold_is_remarked():
    incoming = RecordBatches()
    odd = {"eventName": "A", "userIdentity": ["x"], "resources": "x"}
    list(incoming.add(7, split(json.dumps({"Records": [odd]}).encode())))
    list(incoming.rest())
    assert [(each.file_number, each.position) for each in incoming.remarks] == [
        (7, 1)
    ] * 2
    assert not any(each.lost for each in incoming.remarks)


@pytest.mark.parametrize("text", ["1", "[]", '"a"', "{}", '{"eventName": ""}'])
def test_what_has_no_name_and_no_id_is_no_record(text: str):
    with pytest.raises(NoRecord):
        casting.record(Raw(text.encode()))


@pytest.mark.parametrize("name", ["eventName", "eventID", "eventId", "insightDetails"])
def test_a_name_or_an_id_makes_a_record(name: str):
    assert casting.record(Raw(json.dumps({name: "x"}).encode()))


def test_the_time_of_a_collector_fills_in():
    assert row(**{"@timestamp": "2026-03-09T10:00:00.123Z"})["event_time"]
    both = row(eventTime="2026-03-09T10:00:00Z", **{"@timestamp": "x"})
    assert both["event_time"] == "2026-03-09T10:00:00Z"
