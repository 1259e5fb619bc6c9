"""Copies in other forms, envelopes and spellings give the records that they hold."""

import base64
import csv
import gzip
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trailkit.store.reader import Reading, split_records
from trailkit.store.rebuilding import from_csv

RECORDS = [
    {
        "eventVersion": "1.09",
        "eventName": name,
        "eventID": number,
        "eventSource": "s3.amazonaws.com",
        "eventTime": "2026-03-09T11:40:00Z",
        "userIdentity": {"type": "IAMUser", "userName": "nina"},
    }
    for name, number in (("GetObject", "1"), ("PutObject", "2"))
]
TEXTS = [json.dumps(each) for each in RECORDS]
LOG_EVENTS = [{"id": "x", "timestamp": 1, "message": text} for text in TEXTS]
SUBSCRIPTION = {"messageType": "DATA_MESSAGE", "logEvents": LOG_EVENTS}
PACKED = base64.b64encode(gzip.compress(json.dumps(SUBSCRIPTION).encode())).decode()


def dumped(*values: Any) -> bytes:
    return "\n".join(map(json.dumps, values)).encode()


def csv_of(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*rows[0]], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parquet_of(rows: list[dict[str, Any]]) -> bytes:
    packed = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), packed)
    return packed.getvalue()


def field(name: str, value: str) -> dict[str, str]:
    return {"field": name, "value": value}


LOWER = [{key.lower(): value for key, value in each.items()} for each in RECORDS]
FORMS = {
    "Logs Insights": dumped(
        {
            "results": [
                [field("@timestamp", "x"), field("@message", text), field("@ptr", "p")]
                for text in TEXTS
            ],
            "statistics": {"recordsMatched": 2.0},
            "status": "Complete",
        }
    ),
    "get-log-events": dumped({"events": LOG_EVENTS, "nextForwardToken": "f/1"}),
    "SNS": dumped(
        *(
            {"Type": "Notification", "Message": json.dumps({"Records": [each]})}
            for each in RECORDS
        )
    ),
    "SNS to Lambda": dumped(
        {
            "Records": [
                {
                    "EventSource": "aws:sns",
                    "Sns": {"Message": json.dumps({"detail": r})},
                }
                for r in RECORDS
            ]
        }
    ),
    "SQS to Lambda": dumped(
        {"Records": [{"eventSource": "aws:sqs", "body": text} for text in TEXTS]}
    ),
    "Kinesis to Lambda": dumped(
        {
            "Records": [
                {
                    "kinesis": {"data": PACKED},
                    "eventSource": "aws:kinesis",
                    "eventID": "shard",
                    "eventName": "aws:kinesis:record",
                }
            ]
        }
    ),
    "Kinesis": dumped(
        {"Records": [{"Data": base64.b64encode(t.encode()).decode()} for t in TEXTS]}
    ),
    "Firehose": dumped({"requestId": "i", "records": [{"data": PACKED}]}),
    "Wazuh": dumped(
        *(
            {"rule": {"id": "1"}, "data": {"aws": {**each, "source": "cloudtrail"}}}
            for each in RECORDS
        )
    ),
    "OCSF with raw data": dumped(
        *(
            {"class_uid": 6003, "unmapped": {"eventType": "x"}, "raw_data": text}
            for text in TEXTS
        )
    ),
    "Elastic": dumped(
        *({"_source": {"event": {"original": text, "action": "x"}}} for text in TEXTS)
    ),
    "Splunk's collector": dumped(
        *({"event": each, "sourcetype": "aws:cloudtrail"} for each in RECORDS)
    ),
    "LookupEvents": dumped(
        {
            "Events": [
                {"EventId": each["eventID"], "CloudTrailEvent": json.dumps(each)}
                for each in RECORDS
            ]
        }
    ),
    "labels": b"\n".join(b"Mar 9 host trail[12]: " + t.encode() for t in TEXTS),
    "record separators": b"".join(b"\x1e" + t.encode() + b"\n" for t in TEXTS),
    "byte-order marks": b"\n".join(b"\xef\xbb\xbf" + t.encode() for t in TEXTS),
    "two lists": dumped({"Records": RECORDS[:1], "Events": RECORDS[1:]}),
    "one list twice": b'{"Records":[%s],"Records":[%s]}'
    % tuple(t.encode() for t in TEXTS),
    "the console's CSV": csv_of(
        [
            {
                "Event name": each["eventName"],
                "Event time": each["eventTime"],
                "User name": "nina",
                "Event ID": each["eventID"],
                "Event source": each["eventSource"],
            }
            for each in RECORDS
        ]
    ),
    "Athena's CSV": csv_of(
        [{**each, "useridentity": json.dumps(each["useridentity"])} for each in LOWER]
    ),
    "CSV of raw events": csv_of([{"_time": "x", "_raw": text} for text in TEXTS]),
    "CSV of messages, with tabs": csv_of(
        [{"@message": t, "n": "1"} for t in TEXTS], "\t"
    ),
    "Athena's Parquet": parquet_of(LOWER),
    "Parquet of CloudTrail Lake": parquet_of([{"eventData": text} for text in TEXTS]),
    "keys in snake case": dumped(
        *(
            {
                "event_name": each["eventName"],
                "event_id": each["eventID"],
                "event_source": each["eventSource"],
                "event_time": each["eventTime"],
                "user_identity": {"type": "IAMUser", "user_name": "nina"},
            }
            for each in RECORDS
        )
    ),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_the_records_of_a_copy_are_found(content: bytes) -> None:
    reading = Reading("copy", len(content), None)
    reading.take(content, 1 << 24)
    items = split_records(reading)
    assert items.problems == {}
    assert reading.status == "read"
    found = [json.loads(bytes(text)) for text in items.texts]
    named = [(each["eventID"], each["eventName"]) for each in found]
    assert named == [("1", "GetObject"), ("2", "PutObject")]
    assert {each["userIdentity"]["userName"] for each in found} == {"nina"}
    assert {each["eventTime"] for each in found} == {"2026-03-09T11:40:00Z"}


def test_a_table_leaves_the_process_room_for_the_tables_of_others() -> None:
    before = csv.field_size_limit()
    assert from_csv(csv_of([{"eventName": "GetObject", "eventSource": "s3"}]))
    assert csv.field_size_limit() >= before
