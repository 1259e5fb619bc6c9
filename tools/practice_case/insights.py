"""CloudTrail Insights: pairs of records about an unusual rate of calls or errors.

Shapes: CloudTrail User Guide, "Insights events: fields for trails".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tools.practice_case.callers import timestamp
from tools.practice_case.organization import Account
from tools.practice_case.record_writer import Record, RecordWriter


@dataclass(frozen=True, slots=True)
class Unusual:
    """What was unusual: calls a minute, against those of the baseline week."""

    action: str
    account: Account
    region: str
    caller: str
    agent: str
    rate: float
    baseline: float
    error: str = ""


def insight(writer: RecordWriter, what: Unusual, start: datetime, minutes: int) -> None:
    """Write the record of the start, and that of the end under the same shared id."""
    shared = writer.chance.uuid()
    end = start + timedelta(minutes=minutes)
    for state, when in (("Start", start), ("End", end)):
        details = _details(what, state, minutes)
        writer.write(_record(writer, what, when, shared, details))


def _record(
    writer: RecordWriter,
    what: Unusual,
    when: datetime,
    shared: str,
    details: dict[str, Any],
) -> Record:
    return {
        "eventVersion": "1.10",
        "eventTime": timestamp(when),
        "awsRegion": what.region,
        "eventID": writer.chance.uuid(),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": what.account.id,
        "sharedEventID": shared,
        "insightDetails": details,
        "eventCategory": "Insight",
    }


def _details(what: Unusual, state: str, minutes: int) -> dict[str, Any]:
    service, name = what.action.split(":")
    statistics: dict[str, Any] = {
        "baseline": {"average": what.baseline},
        "insight": {"average": what.rate},
        "baselineDuration": 10_080,
    }
    if state == "End":
        statistics["insightDuration"] = minutes
    details: dict[str, Any] = {
        "state": state,
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "insightType": "ApiErrorRateInsight" if what.error else "ApiCallRateInsight",
        "insightContext": {
            "statistics": statistics,
            "attributions": _attributions(what),
        },
    }
    return details | ({"errorCode": what.error} if what.error else {})


def _attributions(what: Unusual) -> list[dict[str, Any]]:
    """Return who and what made the difference; no error is the text null."""
    values = {"userIdentityArn": what.caller, "userAgent": what.agent}
    if not what.error:
        values["errorCode"] = "null"
    return [
        {
            "attribute": attribute,
            "insight": [{"value": value, "average": what.rate}],
            "baseline": [{"value": value, "average": what.baseline}],
        }
        for attribute, value in values.items()
    ]
