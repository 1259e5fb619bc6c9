"""Writes calls down as CloudTrail records them, one after the other.

Shapes: CloudTrail User Guide, "CloudTrail record contents", record versions 1.08 to
1.11; the order of the fields is that of the log files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.practice_case.callers import Caller, timestamp
from tools.practice_case.chance import ALPHANUMERIC, Chance
from tools.practice_case.organization import US_EAST_1, Account

Record = dict[str, Any]

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 14

GLOBAL = frozenset(
    {"account", "ce", "health", "iam", "organizations", "route53", "support"}
)
"""Services whose calls are recorded in us-east-1, wherever they come from."""

VERSIONS = {"iam": "1.11", "s3": "1.11", "kms": "1.11", "ec2": "1.10", "sts": "1.08"}
"""The record version of a service; the rest write 1.09."""

DATA_EVENTS = frozenset(
    {
        "s3:GetObject",
        "s3:HeadObject",
        "s3:PutObject",
        "s3:ListObjects",
        "s3:DeleteObject",
        "s3:DeleteObjects",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "lambda:Invoke",
    }
)
READING = ("Get", "List", "Describe", "Head", "Lookup", "Search", "Query", "Assume")
READ_ONLY = frozenset({"kms:Decrypt", "kms:GenerateDataKey"})

JSON_SERVICES = frozenset(
    {"cloudtrail", "dynamodb", "guardduty", "kms", "lambda", "logs"}
    | {"organizations", "secretsmanager", "ssm"}
)
"""Services that spell a refusal with Exception at its end."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a call failed."""

    code: str
    message: str


THROTTLED = Fault("ThrottlingException", "Rate exceeded")
LIMIT_EXCEEDED = Fault("Client.RequestLimitExceeded", "Request limit exceeded.")


def denied(caller: Caller, action: str, resource: str = "*") -> Fault:
    """Refuse a call for lack of rights, in the words of the service."""
    service = action.split(":")[0]
    reason = (
        f"User: {caller.arn} is not authorized to perform: {action} on resource: "
        f"{resource} because no identity-based policy allows the {action} action"
    )
    if service == "ec2":
        reason = f"You are not authorized to perform this operation. {reason}"
        return Fault("Client.UnauthorizedOperation", reason)
    ending = "Exception" if service in JSON_SERVICES else ""
    return Fault(f"AccessDenied{ending}", reason)


def reads(action: str) -> bool:
    """Return whether a call only reads; AWS counts AssumeRole among those."""
    return action in READ_ONLY or action.split(":")[1].startswith(READING)


def resource(arn: str, account: Account, kind: str) -> dict[str, str]:
    """Write an item of ``resources``."""
    return {"accountId": account.id, "type": kind, "ARN": arn}


def tls(host: str, old: bool = False) -> dict[str, str]:
    """Write tlsDetails."""
    version, suite = ("TLSv1.3", "TLS_AES_128_GCM_SHA256")
    if old:
        version, suite = ("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256")
    return {
        "tlsVersion": version,
        "cipherSuite": suite,
        "clientProvidedHostHeader": host,
    }


def told_time(record: Record) -> str:
    """Return the time that a record tells; an aggregated one, the end of its window."""
    return record.get("eventTime") or record["timeWindow"]["windowEnd"]


def _host(service: str, region: str) -> str:
    """Return the endpoint that a client calls."""
    if service in GLOBAL:
        return f"{service}.amazonaws.com"
    return f"{service}.{region}.amazonaws.com"


class RecordWriter:
    """Writes records, and keeps the time that they tell.

    Each call is written at ``now``, and takes up to ``pace`` seconds.
    """

    def __init__(self, name: str, pace: int = 2) -> None:
        self.chance = Chance(name)
        self.records: list[Record] = []
        self.now = FIRST_DAY
        self.pace = pace

    def at(
        self, day: datetime, hours: int = 0, minutes: int = 0, seconds: int = 0
    ) -> None:
        """Go to a time of that day."""
        self.now = day + timedelta(hours=hours, minutes=minutes, seconds=seconds)

    def wait(self, low: int, high: int) -> None:
        """Let some seconds pass."""
        self.now += timedelta(seconds=self.chance.between(low, high))

    def write(self, record: Record) -> Record:
        """Keep a record that is made elsewhere."""
        self.records.append(record)
        return record

    def call(
        self,
        caller: Caller,
        action: str,
        request: dict[str, Any] | None = None,
        response: dict[str, Any] | None = None,
        *,
        region: str = "",
        fault: Fault | None = None,
        resources: Sequence[dict[str, str]] = (),
        host: str = "",
        **more: Any,
    ) -> Record:
        """Write one API call, ``action`` being "service:EventName".

        Fields of ``more`` go by their own names and replace what is written here.
        """
        service, name = action.split(":")
        region = region or (US_EAST_1 if service in GLOBAL else caller.region)
        record: Record = {
            "eventVersion": VERSIONS.get(service, "1.09"),
            "userIdentity": caller.identity,
            "eventTime": timestamp(self.now),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": region,
            "sourceIPAddress": caller.address,
            "userAgent": caller.agent,
        }
        if fault:
            record |= {"errorCode": fault.code, "errorMessage": fault.message}
        data = action in DATA_EVENTS
        record |= {
            "requestParameters": request,
            "responseElements": None if fault else response,
            "requestID": self._request_id(service),
            "eventID": self.chance.uuid(),
            "readOnly": reads(action),
        }
        if resources:
            record["resources"] = list(resources)
        record |= {
            "eventType": "AwsApiCall",
            "managementEvent": not data,
            "recipientAccountId": caller.account.id,
            "eventCategory": "Data" if data else "Management",
        }
        record |= self._connection(caller, host or _host(service, region))
        return self._finish(record | more)

    def event(self, caller: Caller, action: str, kind: str, **fields: Any) -> Record:
        """Write what is no API call: a sign-in, or something that a service did."""
        service, name = action.split(":")
        return self._finish(
            {
                "eventVersion": "1.08",
                "userIdentity": caller.identity,
                "eventTime": timestamp(self.now),
                "eventSource": f"{service}.amazonaws.com",
                "eventName": name,
                "awsRegion": caller.region,
                "sourceIPAddress": caller.address,
                "userAgent": caller.agent,
                "requestParameters": None,
                "responseElements": None,
                "eventID": self.chance.uuid(),
                "readOnly": False,
                "eventType": kind,
                "managementEvent": True,
                "recipientAccountId": caller.account.id,
                "eventCategory": "Management",
            }
            | fields
        )

    def _finish(self, record: Record) -> Record:
        self.wait(0, self.pace)
        return self.write(record)

    def _request_id(self, service: str) -> str:
        if service == "s3":
            return self.chance.text(16, ALPHANUMERIC[:36])
        return self.chance.uuid()

    def _connection(self, caller: Caller, host: str) -> Record:
        """Return how the call came in: AWS's own calls leave this out."""
        fields: Record = {}
        if caller.endpoint:
            fields["vpcEndpointId"] = caller.endpoint
            fields["vpcEndpointAccountId"] = caller.account.id
        if not caller.is_service:
            fields["tlsDetails"] = tls(host, old=caller.old_tls)
        if caller.console:
            fields["sessionCredentialFromConsole"] = "true"
        return fields
