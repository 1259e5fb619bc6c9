"""Hand-made records, short to write: a test says what matters, the rest is everyday."""

import itertools
import json
import uuid
from pathlib import Path
from typing import Any

import trailkit as tk
from trailkit.case import Case

Record = dict[str, Any]

ACCOUNT = "111122223333"
OTHER = "444455556666"
_numbers = itertools.count(1)


def new_id() -> str:
    """Return an event id that no other record has."""
    return str(uuid.UUID(int=next(_numbers), version=4))


def record(
    name: str = "DescribeInstances",
    service: str = "ec2",
    who: Record | None = None,
    at: str = "11:40:00",
    **fields: Any,
) -> Record:
    """Make a record of 9 March 2026; fields are named as AWS names them."""
    return {
        "eventVersion": "1.11",
        "userIdentity": user("alice") if who is None else who,
        "eventTime": at if "T" in at else f"2026-03-09T{at}Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.10",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": None,
        "responseElements": None,
        "requestID": "8f7e2c1a-5a3a-4b6e-9d0e-000000000001",
        "eventID": new_id(),
        "readOnly": name.startswith(("Describe", "Get", "Head", "List", "Assume")),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **fields,
    }


def denied(name: str, service: str, resource: str, **fields: Any) -> Record:
    """Make a refused call, as most are: its target stands in the message alone."""
    message = (
        f"User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: "
        f"{service}:{name} on resource: {resource} because no identity-based policy "
        f"allows the {service}:{name} action"
    )
    code = {"errorCode": "AccessDenied", "errorMessage": message}
    return record(name, service, **code, **fields)


def data_event(name: str, service: str = "s3", **fields: Any) -> Record:
    """Make a data event."""
    kind = {"managementEvent": False, "eventCategory": "Data"}
    return record(name, service, **kind, **fields)


def network(name: str = "GetObject", **fields: Any) -> Record:
    """Make a network-activity event, as the endpoint's owner sees a call."""
    kind = {"eventType": "AwsVpceEvent", "eventCategory": "NetworkActivity"}
    endpoint = {"vpcEndpointId": "vpce-EXAMPLE08c1b6b9b7", "managementEvent": False}
    return record(name, "s3", stranger(), **{**kind, **endpoint, **fields})


def insight(state: str = "Start", **fields: Any) -> Record:
    """Make the start or the end of an insight about calls."""
    averages = {"baseline": {"average": 0.1}, "insight": {"average": 12.5}}
    details = {
        "state": state,
        "eventSource": "s3.amazonaws.com",
        "eventName": "DeleteObject",
        "insightType": "ApiCallRateInsight",
        "insightContext": {"statistics": averages, "attributions": []},
    }
    return {
        "eventVersion": "1.10",
        "eventTime": "2026-03-09T11:40:00Z",
        "awsRegion": "eu-west-1",
        "eventID": new_id(),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": ACCOUNT,
        "sharedEventID": "6b7c3bd0-0000-4000-8000-000000000001",
        "insightDetails": {**details, **fields.pop("details", {})},
        "eventCategory": "Insight",
        **fields,
    }


def aggregated(start: str = "2026-03-09T11:40:00Z", **fields: Any) -> Record:
    """Make an aggregated event: how often something was done in five minutes."""
    counted = [{"name": "GetObject", "value": 7}]
    return {
        "eventVersion": "1.0",
        "accountId": ACCOUNT,
        "eventId": new_id(),
        "eventCategory": "Aggregated",
        "eventType": "AwsAggregatedEvent",
        "awsRegion": "eu-west-1",
        "eventSource": "s3.amazonaws.com",
        "timeWindow": {
            "windowStart": start,
            "windowEnd": "2026-03-09T11:45:00Z",
            "windowSize": "PT5M",
        },
        "summary": {
            "primaryDimension": {
                "dimension": "eventName",
                "statistics": counted,
                "aggregationType": "Count",
            }
        },
        **fields,
    }


def user(name: str, key: str = "AKIAIOSFODNN7EXAMPLE", **fields: Any) -> Record:
    """Make the identity of an IAM user with a long-term key."""
    return {
        "type": "IAMUser",
        "principalId": f"AIDA{name.upper():X<16}",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "userName": name,
        **fields,
    }


def session(start: str = "2026-03-09T11:00:00Z", mfa: str = "false") -> Record:
    """Make the session context of temporary credentials."""
    return {
        "sessionIssuer": {},
        "webIdFederationData": {},
        "attributes": {"creationDate": start, "mfaAuthenticated": mfa},
    }


def role(
    name: str,
    session_name: str = "deploy",
    key: str = "ASIAIOSFODNN7EXAMPLE",
    account: str = ACCOUNT,
    path: str = "/",
    start: str = "2026-03-09T11:00:00Z",
    **fields: Any,
) -> Record:
    """Make the identity of an assumed role."""
    unique = f"AROA{name.upper().replace('_', '').replace('-', ''):X<16}"[:20]
    issuer = {
        "type": "Role",
        "principalId": unique,
        "arn": f"arn:aws:iam::{account}:role{path}{name}",
        "accountId": account,
        "userName": name,
    }
    return {
        "type": "AssumedRole",
        "principalId": f"{unique}:{session_name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {**session(start), "sessionIssuer": issuer},
        **fields,
    }


def root(**fields: Any) -> Record:
    """Make the identity of the root user."""
    return {
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "accountId": ACCOUNT,
        "accessKeyId": "",
        **fields,
    }


def service(name: str) -> Record:
    """Make the identity of an AWS service."""
    return {"type": "AWSService", "invokedBy": f"{name}.amazonaws.com"}


def stranger(principal: str = "", account: str = OTHER) -> Record:
    """Make the identity of another account's principal, as the owner sees it."""
    return {"type": "AWSAccount", "principalId": principal, "accountId": account}


def write(folder: Path, records: list[Record], name: str = "log.json") -> Path:
    """Write a log file of these records; give its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"Records": records}, ensure_ascii=False)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def case_of(folder: Path, records: list[Record]) -> Case:
    """Open these records as a case of local files, kept under the folder."""
    logs = write(folder / "logs", records)
    return tk.local(logs, store=folder / "store", progress=False)
