"""The first evening: a leaked key, what it may do, and a user made with it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tools.practice_case import s3
from tools.practice_case.callers import Caller, american, by_key
from tools.practice_case.organization import (
    PRODUCTION,
    SHOP_ASSETS,
    SHOP_DEPLOY,
    US_EAST_1,
)
from tools.practice_case.record_writer import Fault, Record, RecordWriter, denied
from tools.practice_case.story.answers import Notes
from tools.practice_case.story.cast import (
    ADDRESS,
    ADMINISTRATOR,
    AGENT,
    CREATED,
    FAR_REGIONS,
    NAME,
    POLICY,
    SCANNER,
)

EVENING = datetime(2026, 3, 10, tzinfo=UTC)

CLOSED = (
    "iam:ListUsers",
    "iam:ListRoles",
    "iam:GetAccountAuthorizationDetails",
    "secretsmanager:ListSecrets",
    "ssm:DescribeParameters",
    "rds:DescribeDBInstances",
    "lambda:ListFunctions20150331",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "cloudtrail:DescribeTrails",
    "guardduty:ListDetectors",
    "kms:ListAliases",
    "dynamodb:ListTables",
    "ses:GetSendQuota",
    "servicequotas:ListServiceQuotas",
    "bedrock:ListFoundationModels",
    "ec2:DescribeSnapshots",
    "ec2:DescribeKeyPairs",
)
"""What the deployment user may not look at."""

OF_ITSELF = (
    "iam:GetUser",
    "iam:ListAccessKeys",
    "iam:ListGroupsForUser",
    "iam:ListAttachedUserPolicies",
    "iam:ListUserPolicies",
)
OPENED = ("iam:ListUsers", "iam:ListRoles", "iam:ListAccountAliases")
EVERYTHING = (
    '{"Version":"2012-10-17","Statement":'
    '[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
)
TOO_SHORT = Fault(
    "PasswordPolicyViolation",
    "Password should have a minimum length of 14 characters",
)


def gain(writer: RecordWriter, notes: Notes) -> tuple[Caller, Caller]:
    """Tell the evening; give the caller of the leaked key, and that of the new one."""
    leaked = replace(by_key(SHOP_DEPLOY, ADDRESS, AGENT), old_tls=True)
    writer.at(EVENING, 21, 14, 7)
    scanner = replace(leaked, agent=SCANNER)
    notes.deed("first", writer.call(scanner, "sts:GetCallerIdentity", region=US_EAST_1))
    writer.at(EVENING, 21, 31, 40)
    _look_around(writer, leaked)
    writer.at(EVENING, 21, 55, 12)
    notes.deed("granted", _grant(writer, leaked))
    writer.at(EVENING, 21, 58, 3)
    notes.deed("created", _create_user(writer, leaked))
    key = _create_key(writer, leaked)
    _set_password(writer, leaked)
    return leaked, replace(by_key(CREATED, ADDRESS, AGENT, key), old_tls=True)


def _look_around(writer: RecordWriter, leaked: Caller) -> None:
    """Try what the key may do; most is denied."""
    writer.call(leaked, "sts:GetCallerIdentity", region=US_EAST_1)
    writer.call(s3.in_brackets(leaked), "s3:ListBuckets", {"Host": "s3.amazonaws.com"})
    s3.bucket_call(writer, leaked, "GetBucketLocation", SHOP_ASSETS)
    for action in CLOSED:
        writer.call(leaked, action, fault=denied(leaked, action))
        writer.wait(1, 9)
    for region in (PRODUCTION.region, *FAR_REGIONS):
        for action in ("ec2:DescribeInstances", "ec2:DescribeVolumes"):
            writer.call(leaked, action, region=region, fault=denied(leaked, action))
    for action in OF_ITSELF:
        writer.call(leaked, action, {"userName": SHOP_DEPLOY.name})
        writer.wait(5, 40)
    policy = {"userName": SHOP_DEPLOY.name, "policyName": "deploy"}
    writer.call(leaked, "iam:GetUserPolicy", policy)


def _grant(writer: RecordWriter, leaked: Caller) -> Record:
    """Write a policy inline, by which the user may do everything."""
    request = {
        "userName": SHOP_DEPLOY.name,
        "policyName": POLICY,
        "policyDocument": EVERYTHING,
    }
    granted = writer.call(leaked, "iam:PutUserPolicy", request)
    for action in OPENED:
        writer.wait(5, 20)
        writer.call(leaked, action)
    return granted


def _create_user(writer: RecordWriter, leaked: Caller) -> Record:
    """Make a user with all rights."""
    made = {"userId": CREATED.unique_id, "arn": CREATED.arn, "path": "/"}
    answer = {"user": made | NAME | {"createDate": american(writer.now)}}
    user = writer.call(leaked, "iam:CreateUser", NAME, answer)
    writer.call(leaked, "iam:AttachUserPolicy", NAME | ADMINISTRATOR)
    return user


def _create_key(writer: RecordWriter, leaked: Caller) -> str:
    writer.wait(20, 40)
    key = writer.chance.key("AKIA")
    answer = {"accessKey": {"accessKeyId": key, "status": "Active", **NAME}}
    writer.call(leaked, "iam:CreateAccessKey", NAME, answer)
    return key


def _set_password(writer: RecordWriter, leaked: Caller) -> None:
    """Set a password; the first is too short."""
    request: dict[str, Any] = NAME | {"passwordResetRequired": False}
    writer.call(leaked, "iam:CreateLoginProfile", request, fault=TOO_SHORT)
    writer.wait(15, 40)
    writer.call(leaked, "iam:CreateLoginProfile", request, {"loginProfile": request})
