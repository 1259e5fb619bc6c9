"""Sign-ins of people through IAM Identity Center, recorded in its own account.

Shapes: IAM Identity Center User Guide, "CloudTrail use cases for IAM Identity Center";
since 14 July 2025 a person is named by ids, and by name in the two sign-in events only.
"""

from typing import Any

from tools.practice_case.callers import Caller
from tools.practice_case.organization import (
    IDENTITY_STORE,
    MANAGEMENT,
    SIGN_IN_REGION,
    Person,
    Role,
)
from tools.practice_case.record_writer import Record, RecordWriter
from tools.practice_case.signin import sign_in_session
from tools.practice_case.sts import assume_with_saml

SERVICE_EVENT = "AwsServiceEvent"
PORTAL = "https://harbour-books.awsapps.com/start/"


def portal_user(person: Person, address: str, credential: str) -> Caller:
    """Call as a person who is signed in to the access portal."""
    identity = {
        "type": "IdentityCenterUser",
        "accountId": MANAGEMENT.id,
        "onBehalfOf": {"userId": person.user_id, "identityStoreArn": IDENTITY_STORE},
        "credentialId": credential,
    }
    return Caller(identity, MANAGEMENT, address, person.agent, SIGN_IN_REGION)


def _somebody(person: Person, address: str) -> Caller:
    """Call as one who is not known yet: the type is Unknown, the ARN empty."""
    identity = {
        "type": "Unknown",
        "principalId": MANAGEMENT.id,
        "arn": "",
        "accountId": MANAGEMENT.id,
        "accessKeyId": "",
    }
    return Caller(identity, MANAGEMENT, address, person.agent, SIGN_IN_REGION)


def fail_password(writer: RecordWriter, person: Person, address: str) -> Record:
    """Mistype the password: no errorCode, the failure stands in the service details."""
    return writer.event(
        _somebody(person, address),
        "signin:CredentialVerification",
        SERVICE_EVENT,
        additionalEventData={
            "AuthWorkflowID": writer.chance.uuid(),
            "UserName": person.login,
            "CredentialType": "PASSWORD",
        },
        serviceEventDetails={"CredentialVerification": "Failure"},
    )


def sign_in(writer: RecordWriter, person: Person, address: str) -> Caller:
    """Sign a person in to the access portal, with password and one-time code."""
    user = portal_user(person, address, writer.chance.uuid())
    known: dict[str, Any] = {
        "AuthWorkflowID": writer.chance.uuid(),
        "UserName": person.login,
    }
    for step in ("PASSWORD", "TOTP"):
        _sign_in_step(writer, user, "CredentialVerification", known, step)
        writer.wait(4, 15)
    login = known | {"LoginTo": PORTAL}
    _sign_in_step(writer, user, "UserAuthentication", login, "PASSWORD,TOTP")
    writer.event(user, "sso:Authenticate", SERVICE_EVENT)
    for name in ("ListApplications", "ListProfilesForApplication"):
        writer.event(user, f"sso:{name}", SERVICE_EVENT, readOnly=True)
    return user


def _sign_in_step(
    writer: RecordWriter, user: Caller, name: str, data: dict[str, Any], credential: str
) -> Record:
    return writer.event(
        user,
        f"signin:{name}",
        SERVICE_EVENT,
        additionalEventData=data | {"CredentialType": credential},
        serviceEventDetails={name: "Success"},
    )


def open_account(
    writer: RecordWriter, person: Person, user: Caller, role: Role
) -> Caller:
    """Go from the portal to the console of an account."""
    _portal(writer, user, "Federate", role)
    caller = assume_with_saml(writer, person, role, user.address)
    sign_in_session(writer, caller)
    return caller


def get_role_credentials(
    writer: RecordWriter, person: Person, user: Caller, role: Role
) -> Caller:
    """Fetch keys for the command line: no console sign-in follows."""
    _portal(writer, user, "GetRoleCredentials", role)
    return assume_with_saml(writer, person, role, user.address)


def _portal(writer: RecordWriter, user: Caller, name: str, role: Role) -> Record:
    chosen = role.name.removeprefix("AWSReservedSSO_").rpartition("_")[0]
    details = {"role_name": chosen, "account_id": role.account.id}
    return writer.event(
        user,
        f"sso:{name}",
        SERVICE_EVENT,
        serviceEventDetails=details,
        readOnly=name == "GetRoleCredentials",
    )
