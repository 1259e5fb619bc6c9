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
from tools.practice_case.scribe import Fault, Record, Scribe, denied
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


def gain(scribe: Scribe, notes: Notes) -> tuple[Caller, Caller]:
    """Tell the evening; give the caller of the leaked key, and that of the new one."""
    leaked = replace(by_key(SHOP_DEPLOY, ADDRESS, AGENT), old_tls=True)
    scribe.at(EVENING, 21, 14, 7)
    scanner = replace(leaked, agent=SCANNER)
    notes.deed("first", scribe.call(scanner, "sts:GetCallerIdentity", region=US_EAST_1))
    scribe.at(EVENING, 21, 31, 40)
    _look_around(scribe, leaked)
    scribe.at(EVENING, 21, 55, 12)
    notes.deed("granted", _grant(scribe, leaked))
    scribe.at(EVENING, 21, 58, 3)
    notes.deed("created", _create_user(scribe, leaked))
    key = _create_key(scribe, leaked)
    _set_password(scribe, leaked)
    return leaked, replace(by_key(CREATED, ADDRESS, AGENT, key), old_tls=True)


def _look_around(scribe: Scribe, leaked: Caller) -> None:
    """Try what the key may do; most is denied."""
    scribe.call(leaked, "sts:GetCallerIdentity", region=US_EAST_1)
    scribe.call(s3.in_brackets(leaked), "s3:ListBuckets", {"Host": "s3.amazonaws.com"})
    s3.bucket_call(scribe, leaked, "GetBucketLocation", SHOP_ASSETS)
    for action in CLOSED:
        scribe.call(leaked, action, fault=denied(leaked, action))
        scribe.wait(1, 9)
    for region in (PRODUCTION.region, *FAR_REGIONS):
        for action in ("ec2:DescribeInstances", "ec2:DescribeVolumes"):
            scribe.call(leaked, action, region=region, fault=denied(leaked, action))
    for action in OF_ITSELF:
        scribe.call(leaked, action, {"userName": SHOP_DEPLOY.name})
        scribe.wait(5, 40)
    policy = {"userName": SHOP_DEPLOY.name, "policyName": "deploy"}
    scribe.call(leaked, "iam:GetUserPolicy", policy)


def _grant(scribe: Scribe, leaked: Caller) -> Record:
    """Write a policy inline, by which the user may do everything."""
    request = {
        "userName": SHOP_DEPLOY.name,
        "policyName": POLICY,
        "policyDocument": EVERYTHING,
    }
    granted = scribe.call(leaked, "iam:PutUserPolicy", request)
    for action in OPENED:
        scribe.wait(5, 20)
        scribe.call(leaked, action)
    return granted


def _create_user(scribe: Scribe, leaked: Caller) -> Record:
    """Make a user with all rights."""
    made = {"userId": CREATED.unique_id, "arn": CREATED.arn, "path": "/"}
    answer = {"user": made | NAME | {"createDate": american(scribe.now)}}
    user = scribe.call(leaked, "iam:CreateUser", NAME, answer)
    scribe.call(leaked, "iam:AttachUserPolicy", NAME | ADMINISTRATOR)
    return user


def _create_key(scribe: Scribe, leaked: Caller) -> str:
    scribe.wait(20, 40)
    key = scribe.chance.key("AKIA")
    answer = {"accessKey": {"accessKeyId": key, "status": "Active", **NAME}}
    scribe.call(leaked, "iam:CreateAccessKey", NAME, answer)
    return key


def _set_password(scribe: Scribe, leaked: Caller) -> None:
    """Set a password; the first is too short."""
    request: dict[str, Any] = NAME | {"passwordResetRequired": False}
    scribe.call(leaked, "iam:CreateLoginProfile", request, fault=TOO_SHORT)
    scribe.wait(15, 40)
    scribe.call(leaked, "iam:CreateLoginProfile", request, {"loginProfile": request})
