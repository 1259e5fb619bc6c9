"""Write CloudTrail log files for the benchmarks: the same bytes for the same seed.

An organization trail of a month: users and roles in sessions, services that act on
their own, denied calls, data events, and some records delivered twice. The shape
follows real logs: about 1.26 KB a record, one identity, address and agent for some
twenty records.
"""

import gzip
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

REGIONS = ["us-east-1", "eu-central-1"]
ORGANIZATION = "o-exampleorgid"
REPEATED_IN_A_THOUSAND = 5

Record = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A kind of API call: what is alike in all records of it."""

    service: str
    action: str
    read_only: bool
    weight: int
    category: str = "Management"


CALLS = [
    Call("s3", "GetObject", True, 18, "Data"),
    Call("s3", "PutObject", False, 8, "Data"),
    Call("s3", "ListObjects", True, 4, "Data"),
    Call("s3", "GetBucketAcl", True, 6),
    Call("sts", "AssumeRole", True, 16),
    Call("sts", "GetCallerIdentity", True, 4),
    Call("kms", "Decrypt", True, 12),
    Call("ec2", "DescribeInstances", True, 10),
    Call("ec2", "RunInstances", False, 2),
    Call("ec2", "DescribeSecurityGroups", True, 6),
    Call("iam", "GetRole", True, 5),
    Call("iam", "CreateAccessKey", False, 1),
    Call("lambda", "UpdateFunctionCode20150331v2", False, 1),
    Call("logs", "CreateLogStream", False, 6),
    Call("dynamodb", "DescribeTable", True, 4),
    Call("secretsmanager", "GetSecretValue", True, 3),
    Call("config", "PutEvaluations", False, 4),
]
AGENTS = [
    "aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64"
    " lang/python#3.13.4 md/pyimpl#CPython cfg/retry-mode#standard",
    "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 lang/python#3.12.9",
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.750 Linux/5.10.223]",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 terraform-provider-aws/5.80.0"
    " aws-sdk-go-v2/1.32.5 ua/2.1 os/linux lang/go#1.23.3 md/GOARCH#amd64",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36",
]


@dataclass(frozen=True)
class Session:
    """Who acts for a while, from one address, with one agent."""

    identity: Record
    address: str
    agent: str


@dataclass(frozen=True)
class Trail:
    """What is written: from when on, for how many days, in which accounts."""

    start: datetime
    days: int
    accounts: tuple[str, ...]


MONTH = Trail(
    datetime(2026, 3, 1, tzinfo=UTC),
    30,
    tuple(f"{number:012d}" for number in range(111122223333, 111122223343)),
)


def write(
    folder: Path, events: int, files: int, seed: int = 7, trail: Trail = MONTH
) -> int:
    """Write the log files and give the number of records in them, repeats included."""
    source = random.Random(seed)
    written, before = 0, list[Record]()
    for number, path in enumerate(_paths(folder, files, trail)):
        share = events // files + (number < events % files)
        records = list(_records(source, share, number / files, path, trail))
        again = [each for each in before if _chance(source, REPEATED_IN_A_THOUSAND)]
        _write_file(path, records + again)
        written += len(records) + len(again)
        before = records
    return written


def _paths(folder: Path, files: int, trail: Trail) -> Iterator[Path]:
    accounts = trail.accounts
    for number in range(files):
        account = accounts[number % len(accounts)]
        region = REGIONS[number // len(accounts) % len(REGIONS)]
        time = trail.start + timedelta(days=trail.days) * (number / files)
        name = (
            f"{account}_CloudTrail_{region}_{time:%Y%m%dT%H%MZ}_{number:016x}.json.gz"
        )
        below = f"AWSLogs/{ORGANIZATION}/{account}/CloudTrail/{region}/{time:%Y/%m/%d}"
        yield folder / below / name


def _write_file(path: Path, records: list[Record]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"Records": records}, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), compresslevel=6, mtime=0))


def _records(
    source: random.Random, count: int, part: float, path: Path, trail: Trail
) -> Iterator[Record]:
    """Return the records of a file, in sessions of some twenty records."""
    account, _, region = path.name.split("_")[:3]
    time = trail.start + timedelta(days=trail.days) * part - timedelta(minutes=10)
    sessions = [_session(source, account, time) for _ in range(max(1, count // 20))]
    weights = [call.weight for call in CALLS]
    for _ in range(count):
        at = time + timedelta(seconds=source.randrange(540))
        session = source.choice(sessions)
        call = source.choices(CALLS, weights)[0]
        yield _record(source, call, session, account, region, at)


def _record(
    source: random.Random,
    call: Call,
    session: Session,
    account: str,
    region: str,
    at: datetime,
) -> Record:
    identity = session.identity
    service = identity.get("invokedBy")
    denied = call.action != "GetBucketAcl" and _chance(source, 60)
    record: Record = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.action,
        "awsRegion": region,
        "sourceIPAddress": service or session.address,
        "userAgent": service or session.agent,
    }
    if denied:
        record["errorCode"] = "AccessDenied"
        record["errorMessage"] = (
            f"User: {identity.get('arn', service)} is not authorized to perform: "
            f"{call.service}:{call.action} because no identity-based policy allows it"
        )
    record["requestParameters"] = None if denied else _request(source, call, account)
    record["responseElements"] = None if denied else _response(source, call, account)
    if call.category == "Data" or _chance(source, 100):
        record["additionalEventData"] = _additional(source)
    record["requestID"] = _uuid(source)
    record["eventID"] = _uuid(source)
    record["readOnly"] = call.read_only
    if call.service in ("s3", "kms", "sts"):
        record["resources"] = _resources(source, call, account)
    record["eventType"] = "AwsApiCall"
    record["managementEvent"] = call.category == "Management"
    record["recipientAccountId"] = account
    if service:
        record["sharedEventID"] = _uuid(source)
    record["eventCategory"] = call.category
    if not service:
        record["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{call.service}.{region}.amazonaws.com",
        }
    return record


def _session(source: random.Random, account: str, at: datetime) -> Session:
    address = f"198.51.100.{source.randrange(256)}"
    return Session(_identity(source, account, at), address, source.choice(AGENTS))


def _identity(source: random.Random, account: str, at: datetime) -> Record:
    if _chance(source, 450):
        services = ["cloudtrail", "config", "lambda", "autoscaling"]
        return {
            "type": "AWSService",
            "invokedBy": f"{source.choice(services)}.amazonaws.com",
        }
    if _chance(source, 300):
        number = source.randrange(40)
        return {
            "type": "IAMUser",
            "principalId": f"AIDA{number:017d}",
            "arn": f"arn:aws:iam::{account}:user/person-{number}",
            "accountId": account,
            "accessKeyId": f"AKIA{number:09d}EXAMPLE",
            "userName": f"person-{number}",
        }
    role, session = f"application-role-{source.randrange(60)}", _name(source, 16)
    principal = f"AROA{source.randrange(60):017d}"
    began = at - timedelta(minutes=source.randrange(60))
    return {
        "type": "AssumedRole",
        "principalId": f"{principal}:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
        "accountId": account,
        "accessKeyId": f"ASIA{_name(source, 9).upper()}EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal,
                "arn": f"arn:aws:iam::{account}:role/{role}",
                "accountId": account,
                "userName": role,
            },
            "attributes": {
                "creationDate": f"{began:%Y-%m-%dT%H:%M:%SZ}",
                "mfaAuthenticated": "false",
            },
        },
    }


def _request(source: random.Random, call: Call, account: str) -> Record | None:
    if call.service == "s3":
        bucket = f"data-{account}-{source.randrange(30)}"
        return {
            "bucketName": bucket,
            "Host": f"{bucket}.s3.us-east-1.amazonaws.com",
            "key": f"exports/2026/03/part-{source.randrange(10**8):08d}.parquet",
            "x-amz-acl": "bucket-owner-full-control",
        }
    if call.service == "ec2":
        instances = [{"instanceId": f"i-{_name(source, 17)}"} for _ in range(3)]
        return {"instancesSet": {"items": instances}, "filterSet": {}}
    if call.action == "GetCallerIdentity":
        return None
    return {
        "roleArn": f"arn:aws:iam::{account}:role/application-{source.randrange(60)}",
        "roleSessionName": _name(source, 16),
        "durationSeconds": source.choice([900, 3600]),
        "encryptionContext": {"aws:lambda:FunctionArn": _name(source, 12)},
    }


def _response(source: random.Random, call: Call, account: str) -> Record | None:
    if call.action == "RunInstances":
        items = [_instance(source) for _ in range(2)]
        return {"requestId": _uuid(source), "instancesSet": {"items": items}}
    if call.service != "sts":
        return None if call.read_only else {"x-amz-request-id": _name(source, 16)}
    return {
        "credentials": {
            "accessKeyId": f"ASIA{_name(source, 9).upper()}EXAMPLE",
            "sessionToken": _name(source, 160),
            "expiration": "Mar 2, 2026, 10:23:24\u202fAM",
        },
        "assumedRoleUser": {
            "assumedRoleId": f"AROA{source.randrange(60):017d}:{_name(source, 16)}",
            "arn": f"arn:aws:sts::{account}:assumed-role/application/session",
        },
    }


def _instance(source: random.Random) -> Record:
    return {
        "instanceId": f"i-{_name(source, 17)}",
        "imageId": f"ami-{_name(source, 17)}",
        "instanceState": {"code": 0, "name": "pending"},
        "privateDnsName": f"ip-10-0-0-{source.randrange(256)}.ec2.internal",
        "networkInterfaceSet": {"items": [{"networkInterfaceId": _name(source, 17)}]},
        "blockDeviceMapping": {},
        "hypervisor": "xen",
    }


def _additional(source: random.Random) -> Record:
    return {
        "SignatureVersion": "SigV4",
        "CipherSuite": "TLS_AES_128_GCM_SHA256",
        "bytesTransferredIn": 0.0,
        "AuthenticationMethod": "AuthHeader",
        "x-amz-id-2": _name(source, 48),
        "bytesTransferredOut": source.randrange(10**7),
    }


def _resources(source: random.Random, call: Call, account: str) -> list[Record]:
    if call.service == "s3":
        bucket = f"arn:aws:s3:::data-{account}-{source.randrange(30)}"
        return [
            {"type": "AWS::S3::Object", "ARNPrefix": f"{bucket}/exports/"}
            if call.action == "ListObjects"
            else {"type": "AWS::S3::Object", "ARN": f"{bucket}/{_name(source, 12)}"},
            {"accountId": account, "type": "AWS::S3::Bucket", "ARN": bucket},
        ]
    arn = f"arn:aws:{call.service}:us-east-1:{account}:key/{_uuid(source)}"
    return [{"accountId": account, "type": "AWS::KMS::Key", "ARN": arn}]


def _chance(source: random.Random, in_a_thousand: int) -> bool:
    return source.random() * 1000 < in_a_thousand


def _name(source: random.Random, length: int) -> str:
    return f"{source.getrandbits(length * 4):0{length}x}"


def _uuid(source: random.Random) -> str:
    return str(uuid.UUID(int=source.getrandbits(128), version=4))
