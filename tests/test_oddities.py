"""The oddities of real records, each with the rows of the lens that are right for it.

Their numbers are those of the catalogue of public CloudTrail logs that this kit was
built with. Each has files of its own, in a folder by its number; its records carry the
number in ``requestID``.
"""

import gzip
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support.records_made import (
    ACCOUNT,
    OTHER,
    Record,
    denied,
    record,
    role,
    root,
    service,
    session,
    stranger,
    user,
)
from trailkit.case import Case

DAY = "CloudTrail/us-west-1/2026/03/10"
TRAIL = f"AWSLogs/{ACCOUNT}/{DAY}"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@dataclass(frozen=True)
class Oddity:
    """Files as they come, what is asked of the lens, and the right rows."""

    number: int
    what: str
    files: dict[str, Any] | list[Record]
    select: str
    rows: list[tuple[Any, ...]]
    relation: str = "events"

    def query(self) -> str:
        """Ask for its own records, in the order that lists of events have.

        Two records may share their id (number 2): then the account decides.
        """
        mine = f"request_id = '{self.number}'"
        if self.relation == "aggregated":
            return f"select {self.select} from aggregated order by event_id"
        order = "order by time, event_id, account"
        return f"select {self.select} from events where {mine} {order}"

    def write(self, folder: Path) -> None:
        """Write its files: text and bytes as they are, anything else as JSON."""
        files = self.files
        if isinstance(files, list):
            files = {"log.json": {"Records": files}}
        for name, content in files.items():
            path = folder / f"{self.number:02}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_bytes(_numbered(content, self.number)))


def _bytes(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    return json.dumps(content, ensure_ascii=False).encode()


def _numbered(content: Any, number: int) -> Any:
    """Put the number into every record."""
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.replace("@number@", str(number))
    return json.loads(json.dumps(content).replace("@number@", str(number)))


def odd(*args: Any, **fields: Any) -> Record:
    """Make a record that takes the number of its oddity."""
    return record(*args, **{"requestID": "@number@", **fields})


def without(made: Record, *names: str) -> Record:
    """Leave fields out of a record."""
    return {name: value for name, value in made.items() if name not in names}


def zipped(name: str, content: Any) -> bytes:
    """Pack one file into a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, _bytes(content))
    return packed.getvalue()


def text(made: Record) -> str:
    """Write a record as JSON in a string, as many carriers do."""
    return json.dumps(made)


doubled = odd("DeleteBucket", "s3")
twice = odd("RunInstances", at="10:00:00")
plain = odd("StopLogging", "cloudtrail")

ODDITIES = [
    Oddity(
        1,
        "a record is delivered twice",
        {"a.json": {"Records": [doubled]}, "b/a.json": {"Records": [odd(), doubled]}},
        "action",
        [("DeleteBucket",), ("DescribeInstances",)],
    ),
    Oddity(
        2,
        "one event id with different content",
        [twice, {**twice, "recipientAccountId": OTHER}],
        "account, event_id",
        [(ACCOUNT, twice["eventID"]), (OTHER, twice["eventID"])],
    ),
    Oddity(
        3,
        "the folder's Region is not the event's",
        {
            f"{TRAIL}/a.json": {
                "Records": [odd("PutUserPolicy", "iam", awsRegion="us-east-1")]
            }
        },
        "region, account",
        [("us-east-1", ACCOUNT)],
    ),
    Oddity(
        4,
        "the folder's day is not the event's",
        {f"{TRAIL}/a.json": {"Records": [odd(at="23:58:30")]}},
        "time",
        [(pd.Timestamp("2026-03-09T23:58:30Z"),)],
    ),
    Oddity(
        5,
        "the folder's account is not the record's",
        {f"AWSLogs/{OTHER}/{DAY}/a.json": {"Records": [odd()]}},
        "account",
        [(ACCOUNT,)],
    ),
    Oddity(
        6,
        "Regions that no list knows",
        {
            f"AWSLogs/{ACCOUNT}/CloudTrail/us_east_1/2026/03/09/a.json": {
                "Records": [odd(awsRegion="eu-westwest-1r")]
            }
        },
        "region",
        [("eu-westwest-1r",)],
    ),
    Oddity(
        7,
        "files without a record, and records out of order",
        {
            "empty.json": {"Records": []},
            "none.json": [],
            "digest.json": {"awsAccountId": ACCOUNT, "logFiles": []},
            "log.json": {
                "Records": [odd(at="12:00:00"), odd("RunTask", at="11:00:00")]
            },
        },
        "action",
        [("RunTask",), ("DescribeInstances",)],
    ),
    Oddity(
        8,
        "broken JSON beside a byte-order mark",
        {
            "broken.json": '{"Records": [' + text(odd()) + "}, }",
            "mark.json": "\ufeff" + json.dumps({"Records": [plain]}),
        },
        "action",
        [("StopLogging",), ("DescribeInstances",)],
    ),
    Oddity(
        9,
        "records in many wrappers",
        {
            "list.json": [odd("A1", at="11:00:01")],
            "one.json": odd("A2", at="11:00:02"),
            "lines.json": text(odd("A3", at="11:00:03"))
            + "\n"
            + text(odd("A4", at="11:00:04")),
            "bridge.json": {"detail-type": "x", "detail": odd("A5", at="11:00:05")},
            "watch.json": {"logEvents": [{"message": text(odd("A6", at="11:00:06"))}]},
            "lookup.json": {
                "Events": [
                    {
                        "EventTime": "2022-02-08 09:23:37+11:00",
                        "CloudTrailEvent": text(odd("A7", at="11:00:07")),
                    }
                ]
            },
            "raw.json": {"_raw": text(odd("A8", at="11:00:08"))},
            "aws.json": {"aws": {"cloudtrail": odd("A9", at="11:00:09")}},
        },
        "action",
        [(f"A{number}",) for number in range(1, 10)],
    ),
    Oddity(
        10,
        "a log packed and unpacked side by side",
        {
            "log.json": {"Records": [{**plain, "requestID": "10"}]},
            "log.json.gz": gzip.compress(
                _bytes({"Records": [{**plain, "requestID": "10"}]})
            ),
            "log.zip": zipped("log.json", {"Records": [{**plain, "requestID": "10"}]}),
        },
        "action",
        [("StopLogging",)],
    ),
    Oddity(
        11,
        "parameters are an object, null, missing or a string",
        [
            odd(at="11:00:01", requestParameters={"a": 1}),
            odd(at="11:00:02", requestParameters=None),
            without(odd(at="11:00:03"), "requestParameters", "responseElements"),
            odd(at="11:00:04", requestParameters='{"a": 1}'),
        ],
        "json_extract_scalar(request, '$.a') as a, response",
        [("1", None), (None, None), (None, None), ("1", None)],
    ),
    Oddity(
        12,
        "an identity is missing, or has no type or ARN",
        [
            without(odd(at="11:00:01"), "userIdentity"),
            odd(
                at="11:00:02",
                who={"accountId": ACCOUNT, "invokedBy": "rds.amazonaws.com"},
            ),
            odd(at="11:00:03", who=service("ec2")),
            odd(at="11:00:04", who=stranger("", "ANONYMOUS_PRINCIPAL")),
            odd(at="11:00:05", who=role("Admin", "bob")),
            odd(at="11:00:06", who=root()),
        ],
        "actor, principal_arn",
        [
            (None, None),
            ("service/rds", None),
            ("service/ec2", None),
            ("anonymous", None),
            ("role/Admin/bob", f"arn:aws:iam::{ACCOUNT}:role/Admin"),
            ("root", f"arn:aws:iam::{ACCOUNT}:root"),
        ],
    ),
    Oddity(
        13,
        "the session's issuer is an empty object",
        [odd(who=user("alice", "ASIAIOSFODNN7EXAMPLE", sessionContext=session()))],
        "actor, principal_arn, session_id",
        [
            (
                "user/alice",
                f"arn:aws:iam::{ACCOUNT}:user/alice",
                "AIDAALICEXXXXXXXXXXX/2026-03-09T11:00:00Z",
            )
        ],
    ),
    Oddity(
        14,
        "the source address is none",
        [
            odd(at=f"11:00:0{at}", sourceIPAddress=address)
            for at, address in enumerate(
                [
                    "s3.amazonaws.com",
                    "AWS Internal",
                    "10.0.0.1",
                    "300.1.2.3",
                    "81.2.69.142, 192.168.10.10",
                    "aws.internal",
                    "redacted",
                    None,
                    "",
                ]
            )
        ],
        "client_ip, ip_kind",
        [
            (None, "service"),
            (None, "internal"),
            ("10.0.0.1", "private"),
            (None, None),
            (None, None),
            (None, "internal"),
            (None, None),
            (None, None),
            (None, None),
        ],
    ),
    Oddity(
        15,
        "the user agent is bracketed, a service, missing or a list",
        [
            odd(at="11:00:01", userAgent="[Boto3/1.40]"),
            odd(at="11:00:02", userAgent="autoscaling.amazonaws.com"),
            without(odd(at="11:00:03"), "userAgent"),
            odd(at="11:00:04", userAgent=["console", "browser"]),
        ],
        "substr(user_agent, 1, 9) as begins",
        [("Boto3/1.4",), ("autoscali",), (None,), ('"console"',)],
    ),
    Oddity(
        16,
        "an error code has many forms",
        [
            odd(at=f"11:00:0{at}", errorCode=code)
            for at, code in enumerate(
                [
                    "Client.UnauthorizedOperation",
                    "AccessDenied",
                    "AccessDeniedException",
                    "UnauthorizedException",
                    "VpceAccessDenied",
                    "NoSuchBucket",
                    "200",
                ]
            )
        ],
        "outcome",
        [*[("denied",)] * 5, ("failed",), ("success",)],
    ),
    Oddity(
        17,
        "a failed console sign-in has no error code",
        [
            odd(
                "ConsoleLogin",
                "signin",
                errorMessage="Failed authentication",
                responseElements={"ConsoleLogin": "Failure"},
            )
        ],
        "outcome, error_code",
        [("failed", None)],
    ),
    Oddity(
        18,
        "a refused AssumeRole names the role in its message only",
        [
            denied(
                "AssumeRole",
                "sts",
                f"arn:aws:iam::{OTHER}:role/Admin",
                requestID="@number@",
            )
        ],
        "outcome, request, strpos(error_message, ':role/Admin') > 0 as named",
        [("denied", None, True)],
    ),
    Oddity(
        19,
        "times are written in several ways, or not",
        [
            odd(at="2026-03-09T11:00:01z"),
            odd(at="2026-03-09T11:00:02.500Z"),
            {**odd(), "eventTime": "2026-03-09 11:00:03.000000000"},
            without(odd(), "eventTime"),
        ],
        "time",
        [
            (pd.Timestamp("2026-03-09T11:00:01Z"),),
            (pd.Timestamp("2026-03-09T11:00:02.500Z"),),
            (pd.Timestamp("2026-03-09T11:00:03Z"),),
            (None,),
        ],
    ),
    Oddity(
        20,
        "old records lack the category",
        [
            without(
                odd(name, source, at=at, eventVersion=version),
                "eventCategory",
                "managementEvent",
            )
            for name, source, at, version in [
                ("GetObject", "s3", "11:00:01", "1.05"),
                ("CreateBucket", "s3", "11:00:02", "1.03"),
                ("Invoke", "lambda", "11:00:03", "1.05"),
            ]
        ],
        "category",
        [("Data",), ("Management",), ("Data",)],
    ),
    Oddity(
        21,
        "booleans are texts",
        [
            odd(
                who=user("alice", sessionContext=session(mfa="true")),
                readOnly="True",
                sessionCredentialFromConsole="true",
            ),
            without(odd(at="11:50:00", sessionCredentialFromConsole=True), "readOnly"),
        ],
        "read_only, from_console, mfa_authenticated",
        [(True, True, True), (None, True, None)],
    ),
    Oddity(
        22,
        "ids are no UUID, missing, begin with zero, or are masked",
        [
            odd(at="11:00:01", eventID="not-a-uuid", recipientAccountId="056392974792"),
            without(odd(at="11:00:02", recipientAccountId="700***"), "eventID"),
            odd(
                at="11:00:03",
                eventID="e-22",
                who=user("alice", accountId=OTHER),
                recipientAccountId=ACCOUNT,
            ),
        ],
        "event_id, account, caller_account",
        [
            ("not-a-uuid", "056392974792", ACCOUNT),
            (None, "700***", ACCOUNT),
            ("e-22", ACCOUNT, OTHER),
        ],
    ),
    Oddity(
        23,
        "resources lack parts, or go by a prefix",
        [
            odd(at=f"11:00:0{at}", requestID="@number@", resources=resources)
            for at, resources in enumerate(
                [
                    [{"ARN": "arn:a", "accountId": ACCOUNT, "type": "AWS::S3::Bucket"}],
                    [{"ARN": "arn:b"}],
                    [{"ARNPrefix": "arn:c/"}, {"arn": "arn:d"}],
                    [],
                    None,
                ]
            )
        ],
        "array_join(transform(resources, one -> one.arn), ' ') as arns",
        [("arn:a",), ("arn:b",), ("arn:c/ arn:d",), ("",), (None,)],
    ),
    Oddity(
        24,
        "TLS details have a host alone; API versions have many styles",
        [
            odd(
                tlsDetails={"clientProvidedHostHeader": "s3.amazonaws.com"},
                apiVersion="55606",
            )
        ],
        "tls_version",
        [(None,)],
    ),
    Oddity(
        25,
        "a shared id stands on single records too",
        [odd(sharedEventID="s-25"), odd("RunTask", "ecs", at="11:41:00")],
        "shared_event_id, strpos(action_id, event_id) = 1 as alone",
        [("s-25", False), (None, True)],
    ),
    Oddity(
        26,
        "service details are an object, and a string in copies",
        [
            odd(at="11:00:01", serviceEventDetails={"state": "done"}),
            odd(at="11:00:02", serviceEventDetails='{"state": "done"}'),
        ],
        "json_extract_scalar(service_details, '$.state') as state",
        [("done",), ("done",)],
    ),
    Oddity(
        27,
        "an aggregated event has no time, name or identity",
        [
            {
                "eventVersion": "1.0",
                "accountId": ACCOUNT,
                "eventId": "e-27",
                "eventCategory": "Aggregated",
                "eventType": "AwsAggregatedEvent",
                "awsRegion": "eu-west-1",
                "eventSource": "s3.amazonaws.com",
                "timeWindow": {
                    "windowStart": "2026-03-09 11:40:00",
                    "windowEnd": "2026-03-09T11:45:00Z",
                    "windowSize": "PT5M",
                },
                "summary": {
                    "primaryDimension": {
                        "dimension": "eventName",
                        "statistics": [{"name": "GetObject", "value": 7}],
                        "aggregationType": "Count",
                    }
                },
            }
        ],
        "window_start, window_end, service, dimension, account, event_id",
        [
            (
                pd.Timestamp("2026-03-09T11:40:00Z"),
                pd.Timestamp("2026-03-09T11:45:00Z"),
                "s3",
                "eventName",
                ACCOUNT,
                "e-27",
            )
        ],
        relation="aggregated",
    ),
    Oddity(
        28,
        "keys differ in case alone",
        [odd(requestParameters={"Tagging": {"a": "1"}, "tagging": "2"})],
        "json_extract_scalar(request, '$.Tagging.a') as upper, "
        "json_extract_scalar(request, '$.tagging') as lower",
        [("1", "2")],
    ),
    Oddity(
        29,
        "keys hold - : @ . # *",
        [
            odd(
                additionalEventData={
                    "x-amz-id-2": "a",
                    "aws:x": "b",
                    "c.d": "c",
                    "#*@": "d",
                }
            )
        ],
        """json_extract_scalar(additional_data, '$["x-amz-id-2"]') as dash,
        json_extract_scalar(additional_data, '$.aws:x') as colon,
        json_extract_scalar(additional_data, '$["c.d"]') as dot,
        json_extract_scalar(additional_data, '$["#*@"]') as rest""",
        [("a", "b", "c", "d")],
    ),
    Oddity(
        30,
        "JSON inside strings, plain and URL-encoded",
        [
            odd(
                requestParameters={"policyDocument": '{"Version":"2012-10-17"}'},
                responseElements={"role": {"policy": "%7B%22Version%22%3A%221%22%7D"}},
            )
        ],
        """json_extract_scalar(
            json_extract_scalar(request, '$.policyDocument'), '$.Version'
        ) as version,
        url_decode(json_extract_scalar(response, '$.role.policy')) as policy""",
        [("2012-10-17", '{"Version":"1"}')],
    ),
    Oddity(
        31,
        "one path, several types",
        [
            odd(at="11:00:01", requestParameters={"key": "a/b", "tags": [], "n": 1}),
            odd(at="11:00:02", requestParameters={"key": {"id": {"S": "7"}}, "n": "1"}),
        ],
        """json_extract_scalar(request, '$.key') as key,
        json_extract_scalar(request, '$.key.id.S') as id,
        json_extract_scalar(request, '$.n') as n""",
        [("a/b", None, "1"), (None, "7", "1")],
    ),
    Oddity(
        32,
        "EC2 writes lists in its own way",
        [
            odd(
                requestParameters={
                    "instancesSet": {"items": [{"instanceId": "i-1"}]},
                    "groupSet": {},
                    "DeleteFlowLogsRequest": {
                        "FlowLogId": {"tag": 1, "content": "fl-1"}
                    },
                }
            )
        ],
        """json_extract_scalar(request, '$.instancesSet.items[0].instanceId') as id,
        json_extract_scalar(request, '$.groupSet') as groups,
        json_extract_scalar(request, '$.DeleteFlowLogsRequest.FlowLogId.content')
            as flow_log""",
        [("i-1", None, "fl-1")],
    ),
    Oddity(
        33,
        "numbers keep their spelling",
        {
            "log.json": '{"Records": ['
            + text(odd(additionalEventData={"out": 7})).replace(
                ": 7}", ': 0.0, "r": 9.8E-5}'
            )
            + "]}"
        },
        "json_extract_scalar(additional_data, '$.out') as bytes, "
        "strpos(additional_data, '9.8E-5') > 0 as kept",
        [("0.0", True)],
    ),
    Oddity(
        34,
        "AWS and others blot out",
        [
            odd(who=user(HIDDEN, principalId=None, arn=None), at="11:00:01"),
            odd(requestParameters={"parameters": HIDDEN, "password": "***"}),
        ],
        "actor, identity_id = caller_account as nobody, "
        "json_extract_scalar(request, '$.parameters') as given",
        [(f"user/{HIDDEN}", True, None), ("user/alice", False, HIDDEN)],
    ),
    Oddity(
        35,
        "narrow blanks, Korean and emoji",
        [
            odd(
                responseElements={
                    "date": "Aug 2, 2024, 10:23:24\u202fAM",
                    "name": "보안🔒",
                }
            )
        ],
        "json_extract_scalar(response, '$.date') as at, "
        "json_extract_scalar(response, '$.name') as name",
        [("Aug 2, 2024, 10:23:24\u202fAM", "보안🔒")],
    ),
    Oddity(
        36,
        "an event's name ends in an API version, or is oddly written",
        [
            odd("ListFunctions20150331", "lambda", at="11:00:01"),
            odd("AddPermission20150331v2", "lambda", at="11:00:02"),
            odd("UpdateDistribution2020_05_31", "cloudfront", at="11:00:03"),
            odd("action", at="11:00:04", eventSource="iam"),
        ],
        "action, service",
        [
            ("ListFunctions", "lambda"),
            ("AddPermission", "lambda"),
            ("UpdateDistribution", "cloudfront"),
            ("action", "iam"),
        ],
    ),
    Oddity(
        37,
        "a record is as large as AWS lets it be",
        [odd(requestParameters={"document": "x" * 250_000})],
        "length(json_extract_scalar(request, '$.document')) as long",
        [(250_000,)],
    ),
    Oddity(
        38,
        "several events in one second",
        [odd(name, eventID=f"38-{name}") for name in ("C", "A", "B")],
        "action",
        [("A",), ("B",), ("C",)],
    ),
    Oddity(
        39,
        "vendors add fields",
        [
            {
                **odd(),
                "p_any_ip_addresses": ["203.0.113.10"],
                "evt": {"name": "x"},
                "@timestamp": "2026-03-09T11:40:01.123Z",
                "@version": "1",
            }
        ],
        "action, time",
        [("DescribeInstances", pd.Timestamp("2026-03-09T11:40:00Z"))],
    ),
]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open the files of all oddities as one case."""
    folder = tmp_path_factory.mktemp("oddities")
    for oddity in ODDITIES:
        oddity.write(folder / "logs")
    return tk.local(folder / "logs", store=folder / "store", progress=False)


@pytest.mark.parametrize(
    "oddity",
    ODDITIES,
    ids=[f"{each.number:02}_{each.what.replace(' ', '_')}" for each in ODDITIES],
)
def test_the_lens_shows_the_right_rows_for(oddity: Oddity, case: Case) -> None:
    frame = case.query(oddity.query())
    rows = [tuple(None if pd.isna(v) else v for v in row) for row in frame.to_numpy()]
    assert rows == oddity.rows


def test_every_oddity_of_the_catalogue_is_here() -> None:
    assert [each.number for each in ODDITIES] == list(range(1, 40))


def test_a_broken_file_is_reported_and_costs_only_itself(case: Case) -> None:
    files = case.evidence.files()
    broken = files.loc[files["status"] == "broken", "file"]
    assert [Path(file).name for file in broken] == ["broken.json"]


def test_an_event_in_another_regions_folder_is_found_by_its_own(case: Case) -> None:
    narrowed = case.regions("us-east-1").query(
        "select action from events where request_id = '3' order by event_id"
    )
    assert narrowed["action"].tolist() == ["PutUserPolicy"]


def test_an_event_delivered_the_next_day_is_found_by_its_time(case: Case) -> None:
    evening = case.window("2026-03-09 23:00", "2026-03-10").query(
        "select time from events where request_id = '4' order by time"
    )
    assert len(evening) == 1
