"""Aggregated data events: five minutes of the shop's bucket, told in three ways.

Shapes: CloudTrail User Guide, "Aggregated events". The id is spelt with a small d, and
there is neither an event time nor an event name nor a caller at the top.
"""

from datetime import datetime, timedelta
from typing import Any

from tools.practice_case.callers import timestamp
from tools.practice_case.organization import PRODUCTION, SHOP_ASSETS, SHOP_WEB
from tools.practice_case.record_writer import Record, RecordWriter
from tools.practice_case.routine import days
from tools.practice_case.routine.services import INSTANCES

WINDOW = timedelta(minutes=5)


def count(writer: RecordWriter) -> None:
    """Tell the evening of the day on which aggregation was tried."""
    evening = days.WORKING[5] + timedelta(hours=16)
    for number in range(36):
        _tell(writer, evening + number * WINDOW)


def _tell(writer: RecordWriter, start: datetime) -> None:
    read, wrote = writer.chance.between(900, 4000), writer.chance.between(5, 60)
    total = read + wrote
    writer.write(_record(writer, start, "eventName", GetObject=read, PutObject=wrote))
    whole = {f"{SHOP_ASSETS.arn}/covers/": read, f"{SHOP_ASSETS.arn}/build/": wrote}
    writer.write(_record(writer, start, "resourceARN", **whole))
    shares = [total // 3, total // 3, total - 2 * (total // 3)]
    people = [SHOP_WEB.session_arn(instance) for instance in INSTANCES]
    by_caller = dict(zip(people, shares, strict=True))
    writer.write(_record(writer, start, "userIdentity", **by_caller))


def _record(
    writer: RecordWriter, start: datetime, dimension: str, **counts: int
) -> Record:
    return {
        "eventVersion": "1.0",
        "accountId": PRODUCTION.id,
        "eventId": writer.chance.uuid(),
        "eventCategory": "Aggregated",
        "eventType": "AwsAggregatedEvent",
        "awsRegion": PRODUCTION.region,
        "eventSource": "s3.amazonaws.com",
        "timeWindow": {
            "windowStart": timestamp(start),
            "windowEnd": timestamp(start + WINDOW),
            "windowSize": "PT5M",
        },
        "summary": {
            "primaryDimension": _statistics(dimension, counts),
            "details": [_statistics("errorCode", {"none": sum(counts.values())})],
        },
    }


def _statistics(dimension: str, counts: dict[str, int]) -> dict[str, Any]:
    statistics = [{"name": name, "value": value} for name, value in counts.items()]
    return {
        "dimension": dimension,
        "statistics": statistics,
        "aggregationType": "Count",
    }
