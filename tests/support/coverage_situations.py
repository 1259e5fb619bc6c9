"""Situations in which nothing is found: log files as they would lie in a bucket.

``tests/coverage_matrix.yaml`` says what an empty answer says of each. Days are of March
2026, hours of its ninth unless told otherwise.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from tests.support.records_made import Record, data_event, record, user
from trailkit.record import Kind
from trailkit.tables.layout import Layout

A, B = "111122223333", "444455556666"
HERE, HOME = "eu-west-1", "us-east-1"
LAYOUT = Layout("central-logs")
ORGANIZATION = Layout("central-logs", organization="o-a1b2c3d4e5")


@dataclass(frozen=True)
class LogFile:
    """A log file: where it lies, its records, its storage class."""

    account: str
    region: str
    day: date
    records: tuple[Record, ...]
    storage: str = "STANDARD"
    name: str = "1"

    def key(self, layout: Layout = LAYOUT) -> str:
        """Return where it lies in its bucket."""
        place = layout.folder(Kind.EVENT, self.account, self.region, self.day)
        return f"{place}{self.name}.json.gz".partition(f"s3://{layout.bucket}/")[2]

    def content(self) -> bytes:
        """Return it as CloudTrail packs it."""
        return gzip.compress(json.dumps({"Records": self.records}).encode())


def everyday(
    hours: Sequence[tuple[float, float]] = ((0, 24),),
    account: str = A,
    region: str = HERE,
    day: int = 9,
    reads: bool = True,
    storage: str = "STANDARD",
    name: str = "1",
) -> LogFile:
    """Make a write and a read every six minutes of some hours."""
    times = [
        f"2026-03-{day:02}T{minute // 60:02}:{minute % 60:02}:00Z"
        for first, last in hours
        for minute in range(int(first * 60), int(last * 60), 6)
    ]
    there: dict[str, Any] = {"awsRegion": region, "recipientAccountId": account}
    made = [
        record(action, "ec2", at=at, **there)
        for at in times
        for action in ("CreateTags", *["DescribeInstances"] * reads)
    ]
    return LogFile(account, region, date(2026, 3, day), tuple(made), storage, name)


def call(
    action: str, at: str, account: str = A, region: str = HOME, **asked: Any
) -> LogFile:
    """Make a file with a call of CloudTrail by mallory; ``error`` lets it fail."""
    failed = asked.pop("error", None)
    fields = {"errorCode": failed} if failed else {}
    response = asked.pop("response", None)
    named = {"name": "main"} if not action.startswith("Put") else {"trailName": "main"}
    one = record(
        action,
        "cloudtrail",
        user("mallory"),
        f"2026-03-09T{at}:00Z",
        requestParameters={**named, **asked},
        responseElements=response,
        awsRegion=region,
        recipientAccountId=account,
        **fields,
    )
    return LogFile(account, region, date(2026, 3, 9), (one,), name=f"{action}-{at}")


def made(bucket: str = "logs", key: str = "") -> list[LogFile]:
    """Make the calls that made the trail, with its bucket and its key."""
    given = {"s3BucketName": bucket, "kmsKeyId": key or None}
    return [
        call("CreateTrail", "00:00", isMultiRegionTrail=True, **given),
        call("StartLogging", "00:00"),
    ]


def meddle(action: str, service: str = "s3", **asked: Any) -> LogFile:
    """Make a file with a call at ten by mallory to what the trail delivers to."""
    one = record(
        action,
        service,
        user("mallory"),
        "2026-03-09T10:00:00Z",
        requestParameters=asked,
        awsRegion=HOME,
        recipientAccountId=A,
    )
    return LogFile(A, HOME, date(2026, 3, 9), (one,), name=f"{service}-{action}")


def reads(first: float, last: float, bucket: str = "other") -> LogFile:
    """Make a file of reads of S3 objects, every six minutes."""
    times = range(int(first * 60), int(last * 60), 6)
    made = [
        data_event(
            "GetObject",
            at=f"{minute // 60:02}:{minute % 60:02}:00",
            requestParameters={"bucketName": bucket, "key": "k"},
        )
        for minute in times
    ]
    return LogFile(A, HERE, date(2026, 3, 9), tuple(made), name="data")


def advanced(*categories: dict[str, list[str]]) -> dict[str, Any]:
    """Make advanced selectors as CloudTrail records them."""
    return {
        "advancedEventSelectors": [
            {"fieldSelectors": [{"field": f, "equals": v} for f, v in each.items()]}
            for each in categories
        ]
    }


def basic(
    reading: str = "All", management: bool = True, *values: str
) -> dict[str, Any]:
    """Make one basic selector as CloudTrail records it."""
    resources = [{"type": "AWS::S3::Object", "values": [*values]}] if values else []
    return {
        "eventSelectors": [
            {
                "readWriteType": reading,
                "includeManagementEvents": management,
                "dataResources": resources,
                "excludeManagementEventSources": [],
            }
        ]
    }


MANAGEMENT = {"eventCategory": ["Management"]}
OBJECTS = {"eventCategory": ["Data"], "resources.type": ["AWS::S3::Object"]}
BOTH = [everyday(), everyday(region=HOME)]
"""Each hour of the ninth in two Regions of one account."""

HOLE = [everyday([(0, 10), (12, 24)]), everyday([(0, 10), (12, 24)], region=HOME)]
SHORT_HOLE = [everyday([(0, 10), (10.4, 24)], region=each) for each in (HERE, HOME)]
"""Twenty-four minutes, which are no silence of themselves."""
OFF = [call("StopLogging", "10:00"), call("StartLogging", "12:00")]
ARCHIVED = "DEEP_ARCHIVE"

SITUATIONS: dict[str, Callable[[], list[LogFile]]] = {
    "whole": lambda: BOTH,
    "stopped": lambda: [*HOLE, *OFF],
    "stopped twice": lambda: [*HOLE, *OFF, call("StopLogging", "11:00")],
    "stopped for good": lambda: [
        everyday([(0, 10)]),
        everyday([(0, 10)], region=HOME),
        call("StopLogging", "10:00"),
        everyday([(13.5, 24)], account=B),
    ],
    "stop refused": lambda: [*BOTH, call("StopLogging", "10:00", error="AccessDenied")],
    "stop of another account's trail": lambda: [
        *HOLE,
        call(
            "StopLogging",
            "10:00",
            name=f"arn:aws:cloudtrail:{HOME}:{B}:trail/main",
        ),
    ],
    "another trail went on": lambda: [*BOTH, *OFF],
    "deleted": lambda: [*HOLE, call("DeleteTrail", "10:00")],
    "created, not started": lambda: [
        *HOLE,
        call("CreateTrail", "10:00", isMultiRegionTrail=True),
        call("StartLogging", "12:00"),
    ],
    "one Region now": lambda: [
        everyday([(0, 10)]),
        everyday(region=HOME),
        call("UpdateTrail", "10:00", isMultiRegionTrail=False),
    ],
    "moved": lambda: [
        everyday([(0, 10)]),
        everyday([(0, 10)], region=HOME),
        call("CreateTrail", "00:01", s3BucketName="a", isMultiRegionTrail=True),
        call("StartLogging", "00:02"),
        call("UpdateTrail", "10:00", s3BucketName="elsewhere"),
        everyday([(13.5, 24)], account=B),
    ],
    "policy of the log bucket deleted": lambda: [
        *HOLE,
        *made(),
        meddle("DeleteBucketPolicy", bucketName="logs"),
    ],
    "policy of the log bucket set": lambda: [
        *SHORT_HOLE,
        *made(),
        meddle("PutBucketPolicy", bucketName="logs"),
    ],
    "policy of another bucket set": lambda: [
        *BOTH,
        *made(),
        meddle("PutBucketPolicy", bucketName="else"),
    ],
    "policy set to no effect": lambda: [
        *BOTH,
        *made(),
        meddle("PutBucketPolicy", bucketName="logs"),
    ],
    "lifecycle of the log bucket set": lambda: [
        *HOLE,
        *made(),
        meddle("PutBucketLifecycle", bucketName="logs"),
    ],
    "key disabled": lambda: [
        *HOLE,
        *made(key=f"arn:aws:kms:{HOME}:{A}:key/k-1"),
        meddle("DisableKey", "kms", keyId="k-1"),
    ],
    "silent": lambda: HOLE,
    "one Region": lambda: [everyday()],
    "reads only": lambda: [
        LogFile(A, HERE, each.day, each.records[1::2]) for each in [everyday()]
    ],
    "writes only from ten on": lambda: [
        *BOTH,
        call("PutEventSelectors", "10:00", **basic("WriteOnly")),
    ],
    "reads until ten": lambda: [
        everyday(reads=False),
        everyday([(0, 10)], name="2"),
        call("PutEventSelectors", "10:00", **basic("WriteOnly")),
    ],
    "no management from ten on": lambda: [
        *HOLE,
        call("PutEventSelectors", "10:00", **advanced(OBJECTS)),
        call("PutEventSelectors", "12:00", **advanced(MANAGEMENT)),
    ],
    "insights changed": lambda: [
        *BOTH,
        call("PutInsightSelectors", "10:00", insightSelectors=[]),
    ],
    "data from two on": lambda: [
        *BOTH,
        call("PutEventSelectors", "14:00", **advanced(MANAGEMENT, OBJECTS)),
        reads(14, 24),
    ],
    "data until ten": lambda: [
        *BOTH,
        reads(0, 10),
        call("PutEventSelectors", "10:00", **basic()),
    ],
    "data all day": lambda: [*BOTH, reads(0, 24)],
    "data of one bucket": lambda: [
        *BOTH,
        reads(0, 24),
        call("PutEventSelectors", "00:01", **basic("All", True, "arn:aws:s3:::other/")),
    ],
    "data, selectors known": lambda: [
        *BOTH,
        reads(0, 24),
        call("CreateTrail", "00:00", isMultiRegionTrail=True),
        call("StartLogging", "00:00"),
        call("PutEventSelectors", "00:01", **advanced(MANAGEMENT, OBJECTS)),
    ],
    "data widened at ten": lambda: [
        *BOTH,
        replace(reads(0, 10), name="before"),
        replace(reads(10, 24), name="after"),
        call("CreateTrail", "00:00", isMultiRegionTrail=True),
        call("StartLogging", "00:00"),
        call("PutEventSelectors", "00:01", **basic("All", True, "arn:aws:s3:::other/")),
        call("PutEventSelectors", "10:00", **advanced(MANAGEMENT, OBJECTS)),
    ],
    "another day": lambda: [everyday(day=7), everyday(day=7, region=HOME)],
    "ends at noon": lambda: [everyday([(0, 12)]), everyday([(0, 12)], region=HOME)],
    "archived": lambda: [
        everyday(storage=ARCHIVED),
        everyday(region=HOME, storage=ARCHIVED),
    ],
    "one Region archived": lambda: [everyday(storage=ARCHIVED), everyday(region=HOME)],
    "a day without a file": lambda: [
        everyday(),
        everyday(region=HOME),
        everyday(region=HOME, day=10),
    ],
    "an account that joined": lambda: [*BOTH, everyday(account=B)],
}


def write(files: Sequence[LogFile], folder: Path) -> None:
    """Write files into a folder, as they lie below a bucket."""
    for each in files:
        path = folder / each.key()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.content())


def readable(
    files: Sequence[LogFile], layout: Layout = LAYOUT
) -> Iterator[tuple[str, Record]]:
    """Return the records that Athena would read, with the address of their file."""
    for each in files:
        if each.storage == "STANDARD":
            for one in each.records:
                yield f"s3://{layout.bucket}/{each.key(layout)}", one
