"""The lens: every rule of ``events``, on hand-made records."""

import ipaddress
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support.records_made import (
    ACCOUNT,
    OTHER,
    Record,
    case_of,
    data_event,
    denied,
    record,
    role,
    root,
    service,
    session,
    stranger,
    user,
    write,
)
from trailkit.lens import compose

SSO = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
CONSOLE = {"eventType": "AwsConsoleSignIn", "readOnly": False}


def sees(claim: str, made: Record, **expected: Any) -> Any:
    """Claim what the lens shows of a record."""
    return pytest.param(made, expected, id=claim.replace(" ", "_"))


def portal(name: str, **fields: Any) -> Record:
    """Make a sign-in event of Identity Center."""
    who = {
        "type": "IdentityCenterUser",
        "accountId": ACCOUNT,
        "credentialId": "c1",
        "onBehalfOf": {"userId": "user-1", "identityStoreArn": "arn:store"},
    }
    made = {"eventType": "AwsServiceEvent", "userIdentity": who, **fields}
    return record(name, "signin", **made)


def signed_in(result: str, **fields: Any) -> Record:
    """Make a ConsoleLogin."""
    return record(
        "ConsoleLogin",
        "signin",
        user("alice", key="", principalId="AIDAALICEALICEALICE1"),
        responseElements={"ConsoleLogin": result},
        **{**CONSOLE, **fields},
    )


WHAT = [
    sees(
        "an API version is no part of the action",
        record("UpdateFunctionCode20150331v2", "lambda"),
        action="UpdateFunctionCode",
        event_name="UpdateFunctionCode20150331v2",
    ),
    sees(
        "an API version without v is cut",
        record("ListFunctions20150331", "lambda"),
        action="ListFunctions",
    ),
    sees(
        "an API version with underscores is cut",
        record("UpdateDistribution2020_05_31", "cloudfront"),
        action="UpdateDistribution",
    ),
    sees(
        "an API version with hyphens is cut",
        record("GetRestApi2015-07-09", "apigateway"),
        action="GetRestApi",
    ),
    sees("v2 alone is a name", record("PutObjectV2", "s3"), action="PutObjectV2"),
    sees("a number is a name", record("DescribeVpcs2"), action="DescribeVpcs2"),
    sees("no date is a name", record("Get20159999"), action="Get20159999"),
    sees(
        "a service goes by the first part of its source",
        record("GetMetricData", "monitoring"),
        service="monitoring",
        family="monitoring",
        event_source="monitoring.amazonaws.com",
    ),
    sees(
        "a source in China has the same service",
        record(eventSource="ec2.amazonaws.com.cn"),
        service="ec2",
    ),
    sees(
        "directory buckets are of the family s3",
        record("DeleteBucket", "s3express"),
        service="s3express",
        family="s3",
    ),
    sees(
        "the identity store is of the family sso",
        record("CreateUser", "identitystore"),
        service="identitystore",
        family="sso",
    ),
    sees(
        "an empty text is null",
        record(
            userAgent="",
            sourceIPAddress="",
            errorCode="",
            errorMessage="",
            awsRegion="",
        ),
        user_agent=None,
        source_ip=None,
        error_code=None,
        error_message=None,
        region=None,
        outcome="success",
    ),
]

WHO = [
    sees(
        "an IAM user goes by the name",
        record(who=user("alice")),
        actor="user/alice",
        identity_id="AIDAALICEXXXXXXXXXXX",
        principal_arn=ALICE,
        session_id=None,
        session_name=None,
        access_key="AKIAIOSFODNN7EXAMPLE",
        identity_type="IAMUser",
        caller_account=ACCOUNT,
        mfa_authenticated=None,
    ),
    sees(
        "a user with temporary credentials has a session",
        record(
            who=user(
                "alice", "ASIAIOSFODNN7EXAMPLE", sessionContext=session(mfa="true")
            )
        ),
        actor="user/alice",
        session_id="AIDAALICEXXXXXXXXXXX/2026-03-09T11:00:00Z",
        session_start=pd.Timestamp("2026-03-09T11:00:00Z"),
        mfa_authenticated=True,
    ),
    sees(
        "a user without a principal id is told by the ARN",
        record(who=user("alice", principalId="EX_PRINCIPAL_ID")),
        identity_id=ALICE,
    ),
    sees(
        "CheckMfa has a name and no ARN",
        record(
            "CheckMfa",
            "signin",
            {k: v for k, v in user("alice", key="").items() if k != "arn"},
            responseElements={"CheckMfa": "Success"},
            **CONSOLE,
        ),
        actor="user/alice",
        identity_id="AIDAALICEXXXXXXXXXXX",
        principal_arn=None,
        access_key=None,
        outcome="success",
    ),
    sees(
        "an assumed role goes by role and session",
        record(who=role("Admin", "alice")),
        actor="role/Admin/alice",
        identity_id="AROAADMINXXXXXXXXXXX",
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/Admin",
        session_name="alice",
        session_id="AROAADMINXXXXXXXXXXX/alice/2026-03-09T11:00:00Z",
        mfa_authenticated=None,
    ),
    sees(
        "the path of a role stands in its ARN",
        record(who=role("Admin", path="/ops/")),
        actor="role/Admin/deploy",
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/ops/Admin",
    ),
    sees(
        "a role without an issuer is named after the session",
        record(who={**role("Admin", "alice"), "sessionContext": None}),
        actor="role/Admin/alice",
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/Admin",
        session_id="AROAADMINXXXXXXXXXXX/alice",
    ),
    sees(
        "a role without an issuer stays in its partition",
        record(
            who={
                "type": "AssumedRole",
                "arn": f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/Admin/alice",
            }
        ),
        actor="role/Admin/alice",
        identity_id=f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/Admin",
        principal_arn=f"arn:aws-cn:iam::{ACCOUNT}:role/Admin",
        session_name="alice",
    ),
    sees(
        "SwitchRole has no session context",
        record(
            "SwitchRole",
            "signin",
            {**role("Admin", "alice", key=""), "sessionContext": None},
            responseElements={"SwitchRole": "Success"},
            additionalEventData={"SwitchFrom": ALICE},
            **CONSOLE,
        ),
        actor="role/Admin/alice",
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/Admin",
        outcome="success",
    ),
    sees(
        "a role of Identity Center goes by the person",
        record(who=role("AWSReservedSSO_Ops_0123456789abcdef", "bob", path=SSO)),
        actor="sso/bob",
        session_name="bob",
        principal_arn=(
            f"arn:aws:iam::{ACCOUNT}:role{SSO}AWSReservedSSO_Ops_0123456789abcdef"
        ),
    ),
    sees(
        "a role that only looks like Identity Center is a role",
        record(who=role("AWSReservedSSO_Ops_0123456789abcdef", "bob")),
        actor="role/AWSReservedSSO_Ops_0123456789abcdef/bob",
    ),
    sees(
        "a role as such has no session",
        record(
            who={"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/ops/Admin"},
        ),
        actor="role/Admin",
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/ops/Admin",
        session_name=None,
    ),
    sees(
        "a federated user acts with the rights of the issuer",
        record(
            who={
                "type": "FederatedUser",
                "principalId": f"{ACCOUNT}:bob",
                "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
                "accountId": ACCOUNT,
                "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
                "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": ALICE}},
            }
        ),
        actor="federated/bob",
        identity_id=f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
        principal_arn=ALICE,
        session_name="bob",
    ),
    sees(
        "a SAML user is known by the provider alone",
        record(
            "AssumeRoleWithSAML",
            "sts",
            {
                "type": "SAMLUser",
                "principalId": "SAML:qualifier:carol@example.com",
                "userName": "carol@example.com",
                "identityProvider": "qualifier",
            },
        ),
        actor="federated/carol@example.com",
        identity_id="SAML:qualifier:carol@example.com",
        principal_arn=None,
        session_name=None,
        session_id=None,
    ),
    sees(
        "a web identity user goes by the name",
        record(
            "AssumeRoleWithWebIdentity",
            "sts",
            {
                "type": "WebIdentityUser",
                "principalId": "arn:oidc:sts.amazonaws.com:repo:example/app",
                "userName": "repo:example/app",
            },
        ),
        actor="federated/repo:example/app",
        identity_id="arn:oidc:sts.amazonaws.com:repo:example/app",
    ),
    sees(
        "root is root",
        record(who=root(sessionContext=session(mfa="true"))),
        actor="root",
        identity_id=f"arn:aws:iam::{ACCOUNT}:root",
        principal_arn=f"arn:aws:iam::{ACCOUNT}:root",
        mfa_authenticated=True,
        assumed_root=None,
    ),
    sees(
        "a session of AssumeRoot is not the root user",
        record(who=root(sessionContext={**session(), "assumedRoot": "true"})),
        actor="root-session",
        assumed_root=True,
        mfa_authenticated=None,
    ),
    sees(
        "a service acts for itself",
        record(who=service("autoscaling"), sourceIPAddress="autoscaling.amazonaws.com"),
        actor="service/autoscaling",
        identity_id="autoscaling.amazonaws.com",
        principal_arn=None,
        via="autoscaling.amazonaws.com",
    ),
    sees(
        "without a type the service tells who",
        record(
            "RotationSucceeded",
            "secretsmanager",
            {"accountId": ACCOUNT, "invokedBy": "secretsmanager.amazonaws.com"},
            eventType="AwsServiceEvent",
        ),
        actor="service/secretsmanager",
        identity_id="secretsmanager.amazonaws.com",
        identity_type=None,
    ),
    sees(
        "without type and service the account is all there is",
        record(who={"accountId": ACCOUNT}),
        actor=f"account/{ACCOUNT}",
        identity_id=ACCOUNT,
    ),
    sees("no one is no one", record(who={}), actor=None, identity_id=None),
    sees(
        "another account's role is told by its id alone",
        record("AssumeRole", "sts", stranger("AROAADMINXXXXXXXXXXX:alice")),
        actor=f"account/{OTHER}/AROAADMINXXXXXXXXXXX:alice",
        identity_id="AROAADMINXXXXXXXXXXX",
        session_name="alice",
        principal_arn=None,
        caller_account=OTHER,
        account=ACCOUNT,
    ),
    sees(
        "another account's user is told by the id alone",
        record("AssumeRole", "sts", stranger("AIDACKCEVSQ6C2EXAMPLE")),
        actor=f"account/{OTHER}/AIDACKCEVSQ6C2EXAMPLE",
        identity_id="AIDACKCEVSQ6C2EXAMPLE",
        session_name=None,
        session_id=None,
    ),
    sees(
        "an unsigned request is anonymous",
        data_event("GetObject", who=stranger("", "ANONYMOUS_PRINCIPAL")),
        actor="anonymous",
        identity_id="anonymous",
        caller_account="ANONYMOUS_PRINCIPAL",
    ),
    sees(
        "anonymous is also written small",
        data_event("GetObject", who=stranger("", "anonymous")),
        actor="anonymous",
        identity_id="anonymous",
    ),
    sees(
        "Cognito writes anonymous as the principal",
        record(
            "InitiateAuth",
            "cognito-idp",
            {"type": "Unknown", "principalId": "Anonymous"},
        ),
        actor="anonymous",
        family="cognito",
    ),
    sees(
        "a sign-in to Identity Center names the user aside",
        portal(
            "CredentialChallenge",
            additionalEventData={"CredentialType": "PASSWORD", "UserName": "dora"},
            serviceEventDetails={"CredentialChallenge": "Success"},
        ),
        actor="sso/dora",
        user_name="dora",
        identity_id="user-1",
        session_id="c1",
        outcome="success",
    ),
    sees(
        "a call in the access portal has only the user's id",
        record(
            "ListAccounts",
            "sso",
            {
                "type": "IdentityCenterUser",
                "accountId": ACCOUNT,
                "credentialId": "c2",
                "onBehalfOf": {"userId": "user-1"},
            },
        ),
        actor="sso/user-1",
        identity_id="user-1",
        session_id="c2",
    ),
    sees(
        "Identity Center used to call its users Unknown",
        record(
            "Federate",
            "sso",
            {
                "type": "Unknown",
                "principalId": ACCOUNT,
                "accountId": ACCOUNT,
                "userName": "dora",
                "arn": "",
            },
        ),
        actor="sso/dora",
        identity_id="dora",
        principal_arn=None,
    ),
    sees(
        "what is unknown says so",
        record(
            who={
                "type": "Directory",
                "userName": "corp-user",
                "accountId": ACCOUNT,
            }
        ),
        actor="directory/corp-user",
        identity_id=ACCOUNT,
    ),
    sees(
        "the ARN of the sign-in does not split a session",
        record(
            who=user(
                "alice",
                "ASIAIOSFODNN7EXAMPL2",
                sessionContext={
                    **session(),
                    "signInSessionArn": f"arn:aws:signin::{ACCOUNT}:session/s-1",
                },
            ),
            sessionCredentialFromConsole="true",
        ),
        session_id="AIDAALICEXXXXXXXXXXX/2026-03-09T11:00:00Z",
        from_console=True,
    ),
    sees(
        "the ARN of the sign-in stands in where nothing else tells sessions apart",
        record(
            who=user(
                "alice",
                sessionContext={
                    "signInSessionArn": f"arn:aws:signin::{ACCOUNT}:session/s-1"
                },
            )
        ),
        session_id=f"arn:aws:signin::{ACCOUNT}:session/s-1",
    ),
    sees("not from the console is not told", record(), from_console=None),
    sees(
        "a role's MFA is not told",
        record(who={**role("Admin"), "sessionContext": session(mfa="false")}),
        mfa_authenticated=None,
    ),
    sees(
        "the source identity stays through a chain",
        record(
            who={
                **role("Admin"),
                "sessionContext": {**session(), "sourceIdentity": "alice"},
            }
        ),
        source_identity="alice",
    ),
    sees(
        "a service that acts for a user does not take the user's place",
        record(
            who=user(
                "alice",
                "ASIAIOSFODNN7EXAMPLE",
                invokedBy="cloudformation.amazonaws.com",
            ),
            sourceIPAddress="cloudformation.amazonaws.com",
        ),
        actor="user/alice",
        via="cloudformation.amazonaws.com",
    ),
    sees(
        "a product provider acts by delegation",
        record(who={**role("Partner"), "invokedByDelegate": {"accountId": OTHER}}),
        actor="role/Partner/deploy",
        via=OTHER,
    ),
]

WHERE = [
    sees(
        "an account without a name of its own is null",
        record(recipientAccountId=None),
        account=None,
        region="eu-west-1",
    ),
    sees(
        "brackets are no part of a user agent",
        record(userAgent="[S3Console/0.4, aws-internal/3]"),
        user_agent="S3Console/0.4, aws-internal/3",
    ),
    sees(
        "a bracket alone stays",
        record(userAgent="[strange agent"),
        user_agent="[strange agent",
    ),
    sees("empty brackets are null", record(userAgent="[]"), user_agent=None),
    sees(
        "an endpoint of the network is told",
        record(vpcEndpointId="vpce-0123456789abcdef0", sourceIPAddress="10.0.1.20"),
        vpc_endpoint="vpce-0123456789abcdef0",
        ip_kind="private",
    ),
]

ADDRESSES = [
    ("198.51.100.7", "public"),
    ("172.15.0.1", "public"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("172.32.0.1", "public"),
    ("10.1.2.3", "private"),
    ("192.168.0.1", "private"),
    ("100.63.0.1", "public"),
    ("100.64.0.1", "private"),
    ("100.127.0.1", "private"),
    ("100.128.0.1", "public"),
    ("127.0.0.1", "private"),
    ("169.254.169.254", "private"),
    ("2001:db8::1", "public"),
    ("2001:DB8:0:0:0:0:0:1", "public"),
    ("::1", "private"),
    ("fd12:3456:789a::1", "private"),
    ("fe80::1", "private"),
    ("fec0::1", "public"),
    ("::ffff:10.1.2.3", "private"),
]
NO_ADDRESSES = [
    ("ec2.amazonaws.com", "service"),
    ("cloudtrail.amazonaws.com.cn", "service"),
    ("aws-mcp.us-east-1.api.aws", "service"),
    ("ec2.amazonaws.com.evil.example", None),
    ("amazonaws.com", None),
    ("evilamazonaws.com", None),
    ("host.example.com", None),
    ("aws-mcp.api.aws", None),
    ("AWS Internal", "internal"),
    ("AWS Internal/#", "internal"),
    ("aws.internal", "internal"),
    ("203.0.113.7, 10.0.0.1", None),
    ("256.1.1.1", None),
    ("06.237.252.245", None),
    ("redacted", None),
    ("1::2::3", None),
    ("fe80::1%eth0", None),
]
WHERE += [
    sees(
        f"the address {text} is {kind}",
        record(sourceIPAddress=text),
        source_ip=text,
        client_ip=text,
        ip_kind=kind,
    )
    for text, kind in ADDRESSES
]
WHERE += [
    sees(
        f"no address: {text}",
        record(sourceIPAddress=text),
        source_ip=text,
        client_ip=None,
        ip_kind=kind,
    )
    for text, kind in NO_ADDRESSES
]

DENIED = [
    "AccessDenied",
    "AccessDeniedException",
    "Client.UnauthorizedOperation",
    "UnauthorizedOperation",
    "Server.UnauthorizedOperation",
    "UnauthorizedException",
    "UnauthorizedAccess",
    "AuthorizationErrorException",
    "AuthorizationError",
    "Forbidden",
    "ForbiddenException",
    "VpceAccessDenied",
    "AccessDeniedFault",
    "AccessDeniedForDependencyException",
    "Client.AccessDeniedByPolicy",
    "Server.NotUnauthorizedOperation",
]
FAILED = [
    "ThrottlingException",
    "Client.DryRunOperation",
    "NoSuchBucket",
    "404",
    "InvalidAccessDenied",
    "UnauthorizedOperations",
    "2000",
    "Exception",
]
OUTCOME = [
    sees("no code is success", record(), outcome="success", error_code=None),
    sees("a 2xx number is success", record(errorCode="200"), outcome="success"),
    *(
        sees(
            f"{code} is denied",
            record(errorCode=code),
            outcome="denied",
            error_code=code,
        )
        for code in DENIED
    ),
    *(
        sees(
            f"{code} is failed",
            record(errorCode=code),
            outcome="failed",
            error_code=code,
        )
        for code in FAILED
    ),
    sees(
        "a refused call has its target in the message",
        denied("DeleteBucket", "s3", "arn:aws:s3:::payroll"),
        outcome="denied",
        request=None,
    ),
    sees("a sign-in succeeds", signed_in("Success"), outcome="success"),
    sees(
        "a failed sign-in has no code",
        signed_in("Failure", errorMessage="Failed authentication"),
        outcome="failed",
        error_code=None,
        error_message="Failed authentication",
    ),
    sees("Failure alone is failed", signed_in("Failure"), outcome="failed"),
    sees(
        "an error message alone is failed at sign-in",
        signed_in("Success", errorMessage="No username found in supplied account"),
        outcome="failed",
    ),
    sees(
        "a wrong user name is hidden and no one's",
        record(
            "ConsoleLogin",
            "signin",
            {"type": "IAMUser", "accountId": ACCOUNT, "userName": HIDDEN},
            responseElements={"ConsoleLogin": "Failure"},
            **CONSOLE,
        ),
        actor=f"user/{HIDDEN}",
        identity_id=ACCOUNT,
        outcome="failed",
    ),
    sees(
        "a longer text than Failure is none",
        signed_in('Failure", "x": "', errorMessage=None),
        outcome="success",
    ),
    sees(
        "a failed MFA check is failed",
        record(
            "CheckMfa", "signin", responseElements={"CheckMfa": "Failure"}, **CONSOLE
        ),
        outcome="failed",
    ),
    sees(
        "a failed switch of roles is failed",
        record(
            "SwitchRole",
            "signin",
            responseElements={"SwitchRole": "Failure"},
            **CONSOLE,
        ),
        outcome="failed",
    ),
    sees(
        "the failure of another event's name is none",
        record(
            "ConsoleLogin",
            "signin",
            responseElements={"CheckMfa": "Failure"},
            **CONSOLE,
        ),
        outcome="success",
    ),
    sees(
        "a wrong password at Identity Center is failed",
        portal(
            "CredentialVerification",
            serviceEventDetails={"CredentialVerification": "Failure"},
        ),
        outcome="failed",
        error_code=None,
    ),
    sees(
        "a failure at the access portal is failed",
        record("Federate", "sso", serviceEventDetails={"Federate": "Failure"}),
        outcome="failed",
    ),
    sees(
        "the word Failure elsewhere is none",
        record("PutRule", "events", responseElements={"PutRule": "Failure"}),
        outcome="success",
    ),
    sees(
        "an error message without a code elsewhere is none",
        record(errorMessage="a remark"),
        outcome="success",
    ),
]


def old(name: str, source: str, version: str, **fields: Any) -> Record:
    """Make a record from before the category."""
    made = record(name, source, **fields)
    del made["eventCategory"]
    return {**made, "eventVersion": version}


KIND = [
    sees("a category is taken as it is", data_event("GetObject"), category="Data"),
    sees(
        "before 1.07 no management event is data",
        old("GetItem", "dynamodb", "1.06", managementEvent=False),
        category="Data",
    ),
    sees(
        "before 1.07 others are management",
        old("RunTask", "ecs", "1.06"),
        category="Management",
    ),
    sees(
        "before 1.06 an object's call is data",
        old("GetObject", "s3", "1.05", managementEvent=None),
        category="Data",
    ),
    sees(
        "before 1.06 a bucket's call is management",
        old("PutBucketPolicy", "s3", "1.05", managementEvent=None),
        category="Management",
    ),
    sees(
        "before 1.06 an invocation is data",
        old("Invoke", "lambda", "1.05", managementEvent=None),
        category="Data",
    ),
    sees(
        "before 1.06 everything else is management",
        old("RunInstances", "ec2", "1.04", managementEvent=None),
        category="Management",
    ),
    sees("read-only may be unknown", record(readOnly=None), read_only=None),
    sees("read-only may be a text", record(readOnly="True"), read_only=True),
]

CALLER = [
    sees(f"the caller shows as {kind}: {claim}", made, caller_kind=kind)
    for kind, claim, made in [
        ("service", "a service for itself", record(who=service("config"))),
        (
            "service",
            "a service without a type",
            record(who={"accountId": ACCOUNT, "invokedBy": "config.amazonaws.com"}),
        ),
        (
            "service",
            "a service-linked role",
            record(
                who=role("AWSServiceRoleForConfig", path="/aws-service-role/config/")
            ),
        ),
        (
            "service",
            "root through a service",
            record(who=root(invokedBy="support.amazonaws.com")),
        ),
        ("workload", "an instance", record(who=role("App", "i-0123456789abcdef0"))),
        (
            "workload",
            "a function",
            record(
                who={
                    **role("App", "f"),
                    "inScopeOf": {
                        "credentialsIssuedTo": "arn:aws:lambda:x:1:function:f"
                    },
                }
            ),
        ),
        (
            "workload",
            "credentials of the metadata service",
            record(
                who={
                    **role("App", "x"),
                    "sessionContext": {**session(), "ec2RoleDelivery": "2.0"},
                }
            ),
        ),
        ("person", "root", record(who=root())),
        ("person", "a sign-in", signed_in("Success")),
        ("person", "the portal", portal("Federate")),
        ("person", "a permission set", record(who=role("AWSReserved", path=SSO))),
        (
            "person",
            "the console",
            record(who=role("Admin", "x"), sessionCredentialFromConsole="true"),
        ),
        (
            "person",
            "a second factor",
            record(who={**role("Admin"), "sessionContext": session(mfa="true")}),
        ),
        (None, "a long-term key", record()),
        (None, "a role", record(who=role("Deploy"))),
        (None, "an agent that claims to be a function", record(userAgent="AWS_Lambda")),
    ]
]

WRITES = [
    sees(f"{name} with readOnly {told} writes: {writes}", made, is_write=writes)
    for name, told, writes in [
        ("GetObject", False, True),
        ("CreateUser", True, False),
        ("DescribeInstances", None, False),
        ("BatchGetItem", None, False),
        ("GetUser", None, False),
        ("GetSessionToken", None, True),
        ("AssumeRole", None, False),
        ("Decrypt", None, False),
        ("Getaway", None, True),
        ("CreateUser", None, True),
        ("UnknownAction", None, True),
    ]
    for made in [
        record(
            name,
            readOnly=told,
        )
    ]
]

REST = [
    sees(
        "JSON stays text",
        record(
            requestParameters={"bucketName": "payroll"},
            responseElements={"a": 1},
            additionalEventData={"b": "c"},
            serviceEventDetails={"d": None},
        ),
        request='{"bucketName": "payroll"}',
        response='{"a": 1}',
        additional_data='{"b": "c"}',
        service_details='{"d": null}',
    ),
    sees(
        "an addendum names the event it corrects",
        record(
            addendum={
                "reason": "UPDATED_DATA",
                "updatedFields": "responseElements",
                "originalEventID": "11111111-2222-3333-4444-555555555555",
            }
        ),
        addendum_reason="UPDATED_DATA",
        original_event_id="11111111-2222-3333-4444-555555555555",
    ),
    sees(
        "the copies of one action have one action id",
        record("AssumeRole", "sts", sharedEventID="s-1", eventID="e-1"),
        shared_event_id="s-1",
        action_id="s-1/sts/AssumeRole",
    ),
    sees(
        "a single event is its own action",
        record(eventID="e-2"),
        shared_event_id=None,
        action_id="e-2/2026-03-09T11:40:00Z",
    ),
    sees(
        "an event without a time is its own action",
        record(eventID="e-3", eventTime=None),
        action_id="e-3/no time",
    ),
    sees(
        "TLS is told",
        record(tlsDetails={"tlsVersion": "TLSv1.3", "cipherSuite": "x"}),
        tls_version="TLSv1.3",
    ),
]

ISSUED = [
    pytest.param(
        record(
            "AssumeRole",
            "sts",
            requestParameters={"roleArn": f"arn:aws:iam::{ACCOUNT}:role/eng/Ops"},
            responseElements={
                "credentials": {"accessKeyId": "ASIAISSUEDKEYEXAMPLE"},
                "assumedRoleUser": {"assumedRoleId": "AROAOPSXXXXXXXXXXXXX:eve"},
            },
        ),
        {
            "issued_key": "ASIAISSUEDKEYEXAMPLE",
            "issued_session": "AROAOPSXXXXXXXXXXXXX/eve/2026-03-09T11:40:00Z",
            "asked_role": f"arn:aws:iam::{ACCOUNT}:role/Ops",
        },
        id="a role that was assumed",
    ),
    pytest.param(
        denied("AssumeRole", "sts", f"arn:aws:iam::{ACCOUNT}:role/Far"),
        {
            "issued_key": None,
            "issued_session": None,
            "asked_role": f"arn:aws:iam::{ACCOUNT}:role/Far",
        },
        id="a role that was refused, which the message alone names",
    ),
    pytest.param(
        record("GetObject", "s3", responseElements={"credentials": "no"}),
        {"issued_key": None, "issued_session": None, "asked_role": None},
        id="a call that issues nothing",
    ),
]
RULES = [*ISSUED, *WHAT, *WHO, *CALLER, *WHERE, *OUTCOME, *KIND, *WRITES, *REST]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Show every record of the rules through the lens, by event id."""
    made = [rule.values[0] for rule in RULES]
    case = case_of(tmp_path_factory.mktemp("rules"), made)
    shown = [name for name in compose.columns("events") if name != "resources"]
    frame = case.query(f"select {', '.join(shown)} from events order by event_id")
    return frame.set_index("event_id", drop=False)


@pytest.mark.parametrize(("made", "expected"), RULES)
def test_the_lens_shows(
    made: Record, expected: dict[str, Any], rows: pd.DataFrame
) -> None:
    row = rows.loc[made["eventID"]]
    shown = {name: None if pd.isna(row[name]) else row[name] for name in expected}
    assert shown == expected


def test_events_without_an_id_count_one_by_one(tmp_path: Path) -> None:
    made = [record(eventID=None, requestID=f"r{number % 3}") for number in range(6)]
    case = case_of(tmp_path, [{**each, "extra": n} for n, each in enumerate(made)])
    frame = case.query(
        "select count(*) as every, count(distinct action_id) as actions, "
        "count_if(action_id is null) as lost from events"
    )
    assert frame.iloc[0].to_list() == [6, 3, 0]


def test_no_record_of_the_rules_is_lost(rows: pd.DataFrame) -> None:
    assert len(rows) == len(RULES)


def test_an_address_is_one_exactly_when_python_says_so(tmp_path: Path) -> None:
    texts = sorted({*_texts_like_addresses(random.Random(7), 1_500)})
    case = case_of(tmp_path, [record(sourceIPAddress=text) for text in texts])
    frame = case.query("select source_ip, client_ip from events order by source_ip")
    valid = {text for text in texts if _is_address(text)}
    assert set(frame["client_ip"].dropna()) == valid
    assert 200 < len(valid) < len(texts) - 200


def _texts_like_addresses(chance: random.Random, count: int) -> set[str]:
    octets = ["0", "9", "10", "99", "199", "249", "255", "256", "300", "01"]
    texts = set[str]()
    for _ in range(count):
        texts.add(".".join(chance.choices(octets, k=chance.choice([3, 4, 4, 4, 5]))))
        groups = [
            f"{chance.randrange(16**4):x}" for _ in range(chance.choice([7, 8, 9]))
        ]
        text = ":".join(groups[: chance.choice([3, 6, 9])])
        for _ in range(chance.choice([0, 1, 1, 2])):
            place = chance.randrange(len(text) + 1)
            text = text[:place] + chance.choice([":", "::"]) + text[place:]
        texts.add(text)
    return texts


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("column", compose.columns("events"))
def test_each_column_can_be_asked_alone(column: str, one: Any) -> None:
    counted = one.query(f"select count({column}) as told from events")
    assert counted["told"].tolist() in ([0], [1])


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Open a case of one event."""
    return case_of(tmp_path_factory.mktemp("one"), [record()])


def test_resources_have_arn_account_and_type(tmp_path: Path) -> None:
    resources = [
        {
            "ARN": "arn:aws:s3:::payroll/a",
            "accountId": ACCOUNT,
            "type": "AWS::S3::Object",
        },
        {"ARNPrefix": "arn:aws:s3:::payroll/", "type": "AWS::S3::Object"},
    ]
    case = case_of(tmp_path, [data_event("ListObjects", resources=resources)])
    frame = case.query(
        "select array_join(transform(resources, one -> one.arn), ' ') as arns, "
        "array_join(transform(resources, one -> one.account_id), ' ', '-') as owners, "
        "array_join(transform(resources, one -> one.type), ' ') as types from events"
    )
    assert frame.iloc[0].tolist() == [
        "arn:aws:s3:::payroll/a arn:aws:s3:::payroll/",
        f"{ACCOUNT} -",
        "AWS::S3::Object AWS::S3::Object",
    ]


def test_the_account_of_the_folder_stands_in_for_a_missing_recipient(
    tmp_path: Path,
) -> None:
    made = record()
    del made["recipientAccountId"]
    write(tmp_path / f"logs/AWSLogs/{OTHER}/CloudTrail/eu-west-1/2026/03/09", [made])
    case = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    assert case.query("select account from events")["account"].tolist() == [OTHER]


def test_the_endpoint_owners_copy_of_a_call_is_no_event(tmp_path: Path) -> None:
    call = {"sharedEventID": "s-1", "vpcEndpointId": "vpce-1"}
    seen = record(
        "PutObject",
        "s3",
        stranger("AIDACKCEVSQ6C2EXAMPLE"),
        eventType="AwsVpceEvent",
        eventCategory="NetworkActivity",
        errorCode="VpceAccessDenied",
        **call,
    )
    case = case_of(tmp_path, [record("PutObject", "s3", **call), seen])
    assert len(case.query("select time from events order by time")) == 1
    frame = case.query(
        "select actor, outcome, vpc_endpoint, action_id from network order by time"
    )
    assert frame.iloc[0].tolist() == [
        f"account/{OTHER}/AIDACKCEVSQ6C2EXAMPLE",
        "denied",
        "vpce-1",
        "s-1/s3/PutObject",
    ]


def test_an_insight_says_how_far_a_rate_was_from_the_usual(tmp_path: Path) -> None:
    statistics = {
        "baseline": {"average": 9.8e-05},
        "insight": {"average": 12.5},
        "insightDuration": 7,
    }
    made = {
        "eventVersion": "1.11",
        "eventTime": "2026-03-09T11:40:00Z",
        "awsRegion": "eu-west-1",
        "eventID": "e-1",
        "sharedEventID": "s-1",
        "eventType": "AwsCloudTrailInsight",
        "eventCategory": "Insight",
        "recipientAccountId": ACCOUNT,
        "insightDetails": {
            "state": "End",
            "eventSource": "ec2.amazonaws.com",
            "eventName": "RunInstances",
            "insightType": "ApiErrorRateInsight",
            "errorCode": "null",
            "insightContext": {"statistics": statistics},
        },
    }
    case = case_of(tmp_path, [made])
    assert len(case.query("select time from events order by time")) == 0
    frame = case.query(
        "select state, insight_type, action, service, account, baseline_per_minute, "
        "insight_per_minute, insight_minutes, coalesce(error_code, '-') as error_code "
        "from insights order by time"
    )
    assert frame.iloc[0].tolist() == [
        *["End", "ApiErrorRateInsight", "RunInstances", "ec2", ACCOUNT],
        *[9.8e-05, 12.5, 7, "-"],
    ]
