"""A day on which every question has an answer: hand-made records of one morning.

Alice's key is stolen and used from another address; routine goes on around it.
"""

from typing import Any

from tests.support.records_made import (
    ACCOUNT,
    OTHER,
    Record,
    data_event,
    denied,
    record,
    role,
    root,
    service,
    session,
    stranger,
    user,
)

STRANGE = "198.51.100.77"
STOLEN = "AKIAIOSFODNN7EXAMPLE"
ISSUED = "ASIAIOSFODNN7ADMIN01"
BUCKET = "payroll"
ADMIN = f"arn:aws:iam::{OTHER}:role/Admin"

FROM_AFAR = {"sourceIPAddress": STRANGE, "userAgent": "Boto3/1.40 md/Kali"}
SIGN_IN = {"eventType": "AwsConsoleSignIn", "readOnly": False}


def _discovery() -> list[Record]:
    return [
        record("GetCallerIdentity", "sts", at="09:00:00", **FROM_AFAR),
        record("ListBuckets", "s3", at="09:00:05", **FROM_AFAR),
        denied("ListUsers", "iam", "*", at="09:00:05", **FROM_AFAR),
        denied("ListRoles", "iam", "*", at="09:00:05", **FROM_AFAR),
        denied("DescribeTrails", "cloudtrail", "*", at="09:00:06", **FROM_AFAR),
        record("DescribeInstances", at="09:01:00", errorCode="ThrottlingException"),
        record("ListBuckets", "s3", role("Terraform", "ci"), at="09:02:00"),
        record("RunInstances", who=service("autoscaling"), at="09:03:00"),
    ]


def _access() -> list[Record]:
    return [
        record(
            "CreateUser",
            "iam",
            at="09:10:00",
            requestParameters={"userName": "backup"},
            **FROM_AFAR,
        ),
        record(
            "CreateAccessKey",
            "iam",
            at="09:10:01",
            requestParameters={"userName": "backup"},
            responseElements={
                "accessKey": {
                    "userName": "backup",
                    "accessKeyId": "AKIAI44QH8DHBEXAMPLE",
                }
            },
            **FROM_AFAR,
        ),
        denied(
            "AttachUserPolicy",
            "iam",
            "user backup",
            at="09:10:02",
            **FROM_AFAR,
        ),
        record(
            "UpdateAssumeRolePolicy",
            "iam",
            at="09:10:03",
            requestParameters={"roleName": "Ops", "policyDocument": "{}"},
            **FROM_AFAR,
        ),
    ]


def _assumptions() -> list[Record]:
    call: dict[str, Any] = {
        "at": "09:20:00",
        "requestParameters": {"roleArn": ADMIN, "roleSessionName": "x"},
        "responseElements": {"credentials": {"accessKeyId": ISSUED}},
        "sharedEventID": "shared-assume-role",
        **FROM_AFAR,
    }
    return [
        record("AssumeRole", "sts", **call),
        record(
            "AssumeRole",
            "sts",
            stranger("AIDAALICEXXXXXXXXXXX", ACCOUNT),
            **{**call, "recipientAccountId": OTHER},
        ),
        denied(
            "AssumeRole",
            "sts",
            f"arn:aws:iam::{OTHER}:role/Billing",
            at="09:19:00",
            **FROM_AFAR,
        ),
        record(
            "SwitchRole",
            "signin",
            {**role("Ops", "alice", key=""), "sessionContext": None},
            at="09:25:00",
            responseElements={"SwitchRole": "Success"},
            additionalEventData={"SwitchFrom": f"arn:aws:iam::{ACCOUNT}:user/alice"},
            **SIGN_IN,
        ),
        record(
            "AssumeRole",
            "sts",
            service("ec2"),
            at="09:26:00",
            requestParameters={"roleArn": f"arn:aws:iam::{ACCOUNT}:role/Web"},
        ),
    ]


def _admin_session() -> list[Record]:
    who = role("Admin", "x", key=ISSUED, account=OTHER, start="2026-03-09T09:20:00Z")
    again = role(
        "Admin", "x", "ASIAIOSFODNN7ADMIN02", OTHER, start="2026-03-09T09:20:00Z"
    )
    place = {"recipientAccountId": OTHER, **FROM_AFAR}
    in_console = {**place, "sessionCredentialFromConsole": "true"}
    secret = {"secretId": "prod/database"}
    names = {"names": ["/app/key", "/app/url"], "withDecryption": True}
    return [
        record(
            "GetSecretValue",
            "secretsmanager",
            who,
            "09:30:00",
            requestParameters=secret,
            **place,
        ),
        record(
            "GetParameters", "ssm", who, "09:30:00", requestParameters=names, **place
        ),
        denied(
            "GetSecretValue",
            "secretsmanager",
            f"arn:aws:secretsmanager:eu-west-1:{OTHER}:secret:prod/key-a1",
            who=who,
            at="09:30:01",
            **place,
        ),
        record(
            "StopLogging",
            "cloudtrail",
            who,
            "09:31:00",
            requestParameters={
                "name": f"arn:aws:cloudtrail:eu-west-1:{OTHER}:trail/main"
            },
            **place,
        ),
        record(
            "PutEventSelectors",
            "cloudtrail",
            again,
            "09:31:00",
            requestParameters={
                "trailName": "main",
                "advancedEventSelectors": [
                    {"fieldSelectors": [{"field": "eventCategory", "equals": [kind]}]}
                    for kind in ("Data", "Management")
                ],
            },
            **in_console,
        ),
        record(
            "PutEventSelectors",
            "cloudtrail",
            again,
            "09:31:01",
            requestParameters={
                "trailName": "main",
                "eventSelectors": [
                    {"includeManagementEvents": False, "readWriteType": "ReadOnly"}
                ],
            },
            **in_console,
        ),
        denied(
            "DeleteTrail",
            "cloudtrail",
            f"arn:aws:cloudtrail:eu-west-1:{OTHER}:trail/main",
            who=again,
            at="09:31:02",
            **in_console,
        ),
    ]


def _objects() -> list[Record]:
    def read(key: str, at: str, sent: float, **fields: Any) -> Record:
        return data_event(
            "GetObject",
            at=at,
            requestParameters={"bucketName": BUCKET, "key": key},
            additionalEventData={"bytesTransferredOut": sent},
            resources=[{"ARN": f"arn:aws:s3:::{BUCKET}", "type": "AWS::S3::Bucket"}],
            **fields,
        )

    shared = {"sharedEventID": "shared-read", **FROM_AFAR}
    return [
        read("2026/march.csv", "09:40:00", 1000.0, **FROM_AFAR),
        read("2026/march.csv", "09:40:01", 500, **FROM_AFAR),
        read("2026/april.csv", "09:40:01", 70, **shared),
        read("2026/april.csv", "09:40:01", 70, recipientAccountId=OTHER, **shared),
        read("index.html", "09:40:02", 9, who=stranger("", "ANONYMOUS_PRINCIPAL")),
        denied(
            "GetObject",
            "s3",
            f'"arn:aws:s3:::{BUCKET}/2025/may.csv"',
            at="09:40:03",
            managementEvent=False,
            eventCategory="Data",
            **FROM_AFAR,
        ),
        data_event(
            "CopyObject",
            at="09:40:04",
            requestParameters={
                "bucketName": "elsewhere",
                "key": "copy.csv",
                "x-amz-copy-source": f"/{BUCKET}/2026/june.csv?versionId=3",
            },
            **FROM_AFAR,
        ),
    ]


def _buckets() -> list[Record]:
    named = {"requestParameters": {"bucketName": BUCKET}}
    return [
        denied(
            "DeleteBucket", "s3", f'"arn:aws:s3:::{BUCKET}"', at="09:50:00", **FROM_AFAR
        ),
        record(
            "DeleteBucket",
            "s3",
            at="09:50:01",
            errorCode="BucketNotEmpty",
            **named,
            **FROM_AFAR,
        ),
        record("DeleteBucket", "s3", at="09:50:02", **named, **FROM_AFAR),
        record(
            "DeleteBucket",
            "s3express",
            at="09:51:00",
            requestParameters={"bucketName": "scratch--euw1-az1--x-s3"},
        ),
        record(
            "DeleteTableBucket",
            "s3tables",
            at="09:52:00",
            requestParameters={
                "tableBucketARN": f"arn:aws:s3tables:eu-west-1:{ACCOUNT}:bucket/tables"
            },
        ),
    ]


def _sign_ins() -> list[Record]:
    portal = {
        "type": "IdentityCenterUser",
        "accountId": ACCOUNT,
        "onBehalfOf": {"userId": "user-1"},
        "credentialId": "credential-1",
    }
    done = {"responseElements": {"ConsoleLogin": "Success"}, **SIGN_IN}
    return [
        record(
            "ConsoleLogin",
            "signin",
            user("bob", key=""),
            "08:00:00",
            additionalEventData={"MFAUsed": "No"},
            **done,
        ),
        record(
            "ConsoleLogin",
            "signin",
            user("carol", key=""),
            "08:01:00",
            additionalEventData={"MFAUsed": "Yes"},
            **done,
        ),
        record(
            "ConsoleLogin",
            "signin",
            root(),
            "08:02:00",
            errorMessage="Failed authentication",
            responseElements={"ConsoleLogin": "Failure"},
            additionalEventData={"MFAUsed": "No"},
            **SIGN_IN,
        ),
        record(
            "ConsoleLogin",
            "signin",
            role("Federated", "dan", key=""),
            "08:03:00",
            additionalEventData={"MFAUsed": "No"},
            **done,
        ),
        record(
            "CredentialVerification",
            "signin",
            portal,
            "08:04:00",
            eventType="AwsServiceEvent",
            additionalEventData={"CredentialType": "TOTP"},
            serviceEventDetails={"CredentialVerification": "Failure"},
        ),
        record(
            "UserAuthentication",
            "signin",
            portal,
            "08:05:00",
            eventType="AwsServiceEvent",
            additionalEventData={"CredentialType": "PASSWORD"},
            serviceEventDetails={"UserAuthentication": "Success"},
        ),
        record(
            "UserAuthentication",
            "signin",
            portal,
            "08:06:00",
            eventType="AwsServiceEvent",
            additionalEventData={"CredentialType": "PASSWORD,TOTP"},
            serviceEventDetails={"UserAuthentication": "Success"},
        ),
        record("CreateAccessKey", "iam", root(), "08:07:00"),
        record(
            "PutBucketPolicy",
            "s3",
            root(sessionContext={**session(), "assumedRoot": "true"}),
            "08:08:00",
        ),
        record("Decrypt", "kms", root(invokedBy="ebs.amazonaws.com"), "08:09:00"),
    ]


DAY: list[Record] = [
    *_discovery(),
    *_access(),
    *_assumptions(),
    *_admin_session(),
    *_objects(),
    *_buckets(),
    *_sign_ins(),
]

ARGUMENTS: dict[str, dict[str, Any]] = {
    "overview/event": {"event_id": DAY[0]["eventID"]},
    "resource/history": {"resource": BUCKET},
    "identity/access-key": {"access_key": ISSUED},
    "identity/address": {"address": STRANGE},
    "s3/objects-read": {"bucket": BUCKET},
}
"""What the questions with a parameter are asked, to have an answer on this day."""
