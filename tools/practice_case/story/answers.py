"""The answer key: what happened, as data, worked out while the story is told."""

from dataclasses import dataclass, field
from datetime import datetime

from tools.practice_case.callers import Caller, timestamp
from tools.practice_case.record_writer import Record
from tools.practice_case.sts import Assumed


def time_of(record: Record) -> datetime:
    """Return the time of a record, in UTC."""
    return datetime.fromisoformat(record["eventTime"])


@dataclass(frozen=True, slots=True)
class Deed:
    """One call: what, when, by whom, with which key, from where."""

    action: str
    time: datetime
    event_id: str
    account: str
    region: str
    principal: str
    access_key: str
    address: str
    agent: str
    error_code: str = ""


def _deed(record: Record) -> Deed:
    """Take the deed out of a record."""
    identity = record["userIdentity"]
    return Deed(
        action=record["eventName"],
        time=time_of(record),
        event_id=record["eventID"],
        account=record["recipientAccountId"],
        region=record["awsRegion"],
        principal=identity.get("arn", ""),
        access_key=identity.get("accessKeyId", ""),
        address=record["sourceIPAddress"],
        agent=record["userAgent"].strip("[]"),
        error_code=record.get("errorCode", ""),
    )


@dataclass(frozen=True, slots=True)
class Hop:
    """A role that was assumed from the credentials before it.

    ``event_ids`` are those of all records of the hop, the caller's first: two where the
    role is of another account, and a third, SwitchRole, in the console.
    """

    time: datetime
    from_account: str
    to_account: str
    role: str
    session: str
    caller_key: str
    issued_key: str
    shared_event_id: str
    event_ids: tuple[str, ...]
    console: bool


def _hop(assumed: Assumed) -> Hop:
    """Take the hop out of what tells of it."""
    record = assumed.records[0]
    request = record["requestParameters"]
    return Hop(
        time=time_of(record),
        from_account=record["recipientAccountId"],
        to_account=assumed.caller.account.id,
        role=request["roleArn"],
        session=request["roleSessionName"],
        caller_key=record["userIdentity"]["accessKeyId"],
        issued_key=record["responseElements"]["credentials"]["accessKeyId"],
        shared_event_id=record.get("sharedEventID", ""),
        event_ids=tuple(each["eventID"] for each in assumed.records),
        console=assumed.caller.console,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Objects that were read: successful calls only."""

    bucket: str
    objects: int
    bytes: int
    first: datetime
    last: datetime
    access_key: str


def reading(bucket: str, records: list[Record]) -> Reading:
    """Add up what was read."""
    sent = [record["additionalEventData"]["bytesTransferredOut"] for record in records]
    return Reading(
        bucket=bucket,
        objects=len(records),
        bytes=sum(sent),
        first=time_of(records[0]),
        last=time_of(records[-1]),
        access_key=records[0]["userIdentity"]["accessKeyId"],
    )


@dataclass(frozen=True, kw_only=True)
class Deeds:
    """The calls that matter most, in the order in which they were made."""

    first: Deed
    granted: Deed
    created: Deed
    failed_sign_in: Deed
    sign_in: Deed
    refused_stop: Deed
    refused_deletion: Deed
    narrowed: Deed
    stopped: Deed
    started: Deed
    restored: Deed
    failed_deletion: Deed
    deletion: Deed
    cleaned_up: Deed
    last: Deed


@dataclass(frozen=True, kw_only=True)
class Answers(Deeds):
    """What happened. Times are UTC; the deed of a call that failed has an error code.

    ``calls`` and ``denied`` count the intruder's records, with those that AWS wrote on
    the intruder's behalf or as a copy for a second account; ``event_ids`` names them.
    The trail was off from ``stopped`` to ``started``; from ``narrowed`` to ``restored``
    it had no data events.
    """

    culprit: str
    leaked_key: str
    address: str
    browser_address: str
    agent: str
    policy: str
    created_user: str
    created_user_id: str
    created_key: str
    keys: tuple[str, ...]
    refused_roles: tuple[str, ...]
    hops: tuple[Hop, ...]
    secrets: tuple[str, ...]
    refused_secret: str
    parameters: tuple[str, ...]
    reading: Reading
    trail: str
    bucket: str
    objects_deleted: int
    calls: int
    denied: int
    event_ids: frozenset[str]

    def __str__(self) -> str:
        """Tell what happened, a line an event."""
        return "\n".join(f"{timestamp(time)}  {text}" for time, text in _lines(self))


def _lines(key: Answers) -> list[tuple[datetime, str]]:
    read = key.reading
    told = [
        (key.first.time, f"{key.leaked_key} first used from {key.address}"),
        (key.granted.time, f"inline policy {key.policy} for {key.culprit}"),
        (key.created.time, f"user {key.created_user} made, with {key.created_key}"),
        (key.sign_in.time, f"console sign-in without MFA from {key.browser_address}"),
        (read.first, f"{read.objects} objects, {read.bytes} bytes, of {read.bucket}"),
        (key.stopped.time, f"logging stopped: {key.trail}"),
        (key.started.time, "logging started again, by its guard"),
        (key.deletion.time, f"bucket {key.bucket} deleted"),
        (key.last.time, "last call, after the clean-up"),
    ]
    for hop in key.hops:
        how = "switched in the console" if hop.console else "hopped"
        told.append((hop.time, f"{how} to {hop.role}"))
    return sorted(told)


@dataclass(slots=True)
class Notes:
    """Takes down, while the story is told, what the answer key needs."""

    deeds: dict[str, Deed] = field(default_factory=dict[str, Deed])
    hops: list[Hop] = field(default_factory=list[Hop])

    def deed(self, name: str, record: Record) -> None:
        """Remember a call by a name of ``Deeds``."""
        self.deeds[name] = _deed(record)

    def hop(self, assumed: Assumed) -> Caller:
        """Remember a hop, and go on as the caller that it gave."""
        self.hops.append(_hop(assumed))
        return assumed.caller
