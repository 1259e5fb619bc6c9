"""Role sessions: how AWS STS records that a caller becomes another.

Shapes: IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail".
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tools.practice_case.callers import (
    Caller,
    american,
    by_service,
    by_session,
    stranger,
)
from tools.practice_case.chance import Chance
from tools.practice_case.organization import FUNCTIONS, Person, Role
from tools.practice_case.record_writer import Record, RecordWriter, denied, resource

FUNCTION_AGENT = (
    "Boto3/1.42.40 md/Botocore#1.42.40 ua/2.1 os/linux#5.10.245 md/arch#arm64 "
    "lang/python#3.13.11 exec-env/AWS_Lambda_python3.13"
)
HOUR = timedelta(hours=1)
SAML_PROVIDER = "saml-provider/AWSSSO_example_DO_NOT_DELETE"


@dataclass(frozen=True, slots=True)
class Assumed:
    """A role that was assumed: the new caller, and the records that tell of it.

    A role of another account gives two records, one in each account, that share a
    sharedEventID; the first is the caller's.
    """

    caller: Caller
    records: tuple[Record, ...]


def credentials(key: str, until: datetime) -> dict[str, str]:
    """Write the credentials that a call issued; the secret is never recorded."""
    return {
        "accessKeyId": key,
        "sessionToken": f"IQoJb3JpZ2luX2VjEXAMPLE{key}",
        "expiration": american(until),
    }


def used_key(issued: str) -> str:
    """Return the key that is used where it is not the one in the answer."""
    return Chance(f"instead of {issued}").key()


def response(
    writer: RecordWriter, role: Role, session: str, key: str
) -> dict[str, Any]:
    """Write what AssumeRole and its kin answer."""
    return {
        "credentials": credentials(key, writer.now + HOUR),
        "assumedRoleUser": {
            "assumedRoleId": f"{role.unique_id}:{session}",
            "arn": role.session_arn(session),
        },
    }


def assume_role(
    writer: RecordWriter,
    caller: Caller,
    role: Role,
    session: str,
    *,
    source_identity: str = "",
    **more: Any,
) -> Assumed:
    """Let the caller assume a role, in its own account or another."""
    source = {"sourceIdentity": source_identity} if source_identity else {}
    request = {"roleArn": role.arn, "roleSessionName": session, **source}
    key, since = writer.chance.key(), writer.now
    abroad = caller.account != role.account
    if abroad:
        more.setdefault("sharedEventID", writer.chance.uuid())
    record = writer.call(
        caller,
        "sts:AssumeRole",
        request | {"durationSeconds": 3600},
        response(writer, role, session, key) | source,
        resources=[resource(role.arn, role.account, "AWS::IAM::Role")],
        **more,
    )
    records = (record,)
    if abroad:
        records = (record, _twin(writer, record, caller, role))
    new = by_session(
        role, session, key, since, address=caller.address, agent=caller.agent, **source
    )
    return Assumed(replace(new, old_tls=caller.old_tls), records)


def _twin(writer: RecordWriter, record: Record, caller: Caller, role: Role) -> Record:
    """Write the copy for the account of the role."""
    return writer.write(
        record
        | {
            "userIdentity": stranger(caller),
            "eventID": writer.chance.uuid(),
            "recipientAccountId": role.account.id,
        }
    )


def refuse_role(writer: RecordWriter, caller: Caller, role: Role) -> Record:
    """Deny the caller a role: only the caller's account has a record of it."""
    fault = denied(caller, "sts:AssumeRole", role.arn)
    return writer.call(caller, "sts:AssumeRole", fault=fault)


def assume_for_service(
    writer: RecordWriter, service: str, role: Role, session: str, region: str = ""
) -> Caller:
    """Let a service put on a role of the account, as Lambda and EC2 do all day."""
    caller = by_service(service, role.account, region)
    key, since = writer.chance.key(), writer.now
    writer.call(
        caller,
        "sts:AssumeRole",
        {"roleArn": role.arn, "roleSessionName": session},
        response(writer, role, session, key),
        resources=[resource(role.arn, role.account, "AWS::IAM::Role")],
        sharedEventID=writer.chance.uuid(),
    )
    return by_session(
        role, session, key, since, address=caller.address, agent=caller.agent
    ).in_region(caller.region)


def run_function(writer: RecordWriter, role: Role, session: str) -> Caller:
    """Let Lambda put on the role of a function, whose code then calls for itself."""
    caller = assume_for_service(writer, "lambda", role, session)
    return replace(caller, address=FUNCTIONS, agent=FUNCTION_AGENT)


def assume_with_web_identity(
    writer: RecordWriter,
    role: Role,
    session: str,
    subject: str,
    address: str,
    agent: str,
) -> Caller:
    """Let a pipeline become a role with the token of its provider."""
    provider = f"arn:aws:iam::{role.account.id}:oidc-provider/git.example.com"
    identity = {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }
    key, since = writer.chance.key(), writer.now
    caller = Caller(identity, role.account, address, agent, role.account.region)
    writer.call(
        caller,
        "sts:AssumeRoleWithWebIdentity",
        {"roleArn": role.arn, "roleSessionName": session, "durationSeconds": 3600},
        response(writer, role, session, key)
        | {"subjectFromWebIdentityToken": subject, "provider": provider},
        resources=[resource(role.arn, role.account, "AWS::IAM::Role")],
    )
    attributes = {"federatedProvider": provider, "attributes": {}}
    return by_session(
        role,
        session,
        key,
        since,
        address=address,
        agent=agent,
        webIdFederationData=attributes,
    )


def assume_with_saml(
    writer: RecordWriter, person: Person, role: Role, address: str
) -> Caller:
    """Let IAM Identity Center sign a person in to an account.

    The key in the answer is never used: the session's calls have another.
    """
    identity = {
        "type": "SAMLUser",
        "principalId": f"exampleQualifier=:{person.login}",
        "userName": person.login,
        "identityProvider": "exampleQualifier=",
    }
    key, since = writer.chance.key(), writer.now
    caller = Caller(identity, role.account, address, person.agent, role.account.region)
    writer.call(
        replace(caller, agent="aws-internal/3 aws-sdk-java/1.12.783"),
        "sts:AssumeRoleWithSAML",
        {
            "sAMLAssertionID": f"_{writer.chance.uuid()}",
            "roleSessionName": person.login,
            "durationSeconds": 43200,
            "roleArn": role.arn,
            "principalArn": f"arn:aws:iam::{role.account.id}:{SAML_PROVIDER}",
        },
        response(writer, role, person.login, key)
        | {"subject": person.login, "subjectType": "persistent"},
        resources=[resource(role.arn, role.account, "AWS::IAM::Role")],
    )
    return by_session(
        role, person.login, used_key(key), since, address=address, agent=person.agent
    )
