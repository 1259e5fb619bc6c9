"""Who calls: the userIdentity element for each kind of caller, with address and agent.

Shapes: CloudTrail User Guide, "CloudTrail userIdentity element".
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tools.practice_case.organization import Account, Role, User

INTERNAL = "AWS Internal"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, in whose account, from where and with what.

    ``region`` is where the caller's regional calls go, unless a call says otherwise;
    ``endpoint`` is the VPC endpoint that they pass through.
    """

    identity: dict[str, Any]
    account: Account
    address: str
    agent: str
    region: str
    console: bool = False
    endpoint: str = ""
    old_tls: bool = False

    @property
    def arn(self) -> str:
        """The ARN, as error messages name it."""
        return str(self.identity.get("arn", self.identity.get("invokedBy", "")))

    @property
    def access_key(self) -> str:
        """The access key that signs the calls."""
        return str(self.identity.get("accessKeyId", ""))

    @property
    def is_service(self) -> bool:
        """Return whether AWS itself calls, or relays the call."""
        return self.address == INTERNAL or self.address.endswith(".amazonaws.com")

    def through(self, service: str) -> "Caller":
        """Return the caller as seen when a service calls on the caller's behalf."""
        host = service if service == INTERNAL else f"{service}.amazonaws.com"
        identity = self.identity | {"invokedBy": host}
        return replace(self, identity=identity, address=host, agent=host, endpoint="")

    def with_key(self, key: str) -> "Caller":
        """Return the same session under another access key."""
        return replace(self, identity=self.identity | {"accessKeyId": key})

    def in_region(self, region: str) -> "Caller":
        """Return the same caller at work in another region."""
        return replace(self, region=region)


def timestamp(when: datetime) -> str:
    """Write a time as records do.

    >>> timestamp(datetime(2026, 3, 2, 8, 5, 0))
    '2026-03-02T08:05:00Z'
    """
    return f"{when.isoformat()[:19]}Z"


def american(when: datetime) -> str:
    """Write a time as responses do; the case plays in March.

    >>> american(datetime(2026, 3, 10, 21, 58, 3))
    'Mar 10, 2026, 9:58:03 PM'
    """
    hour = f"{(when.hour - 1) % 12 + 1}:{when:%M:%S}"
    return f"Mar {when.day}, {when.year}, {hour} {'AM' if when.hour < 12 else 'PM'}"


def user_identity(user: User, key: str) -> dict[str, Any]:
    """Write an IAM user who signs with an access key."""
    return {
        "type": "IAMUser",
        "principalId": user.unique_id,
        "arn": user.arn,
        "accountId": user.account.id,
        "accessKeyId": key,
        "userName": user.name,
    }


def by_key(user: User, address: str, agent: str, key: str = "") -> Caller:
    """Call as an IAM user, with the long-term key unless another is given."""
    identity = user_identity(user, key or user.access_key)
    return Caller(identity, user.account, address, agent, user.account.region)


def issuer(role: Role) -> dict[str, str]:
    """Write the role that issued a session."""
    return {
        "type": "Role",
        "principalId": role.unique_id,
        "arn": role.arn,
        "accountId": role.account.id,
        "userName": role.name,
    }


def session_attributes(since: datetime, mfa: bool = False) -> dict[str, str]:
    """Write when a session began, and whether with MFA: both are text in records."""
    return {"creationDate": timestamp(since), "mfaAuthenticated": str(mfa).lower()}


def session_identity(
    role: Role, session: str, key: str, since: datetime, **context: Any
) -> dict[str, Any]:
    """Write a role session; further parts of its context go by their own names."""
    return {
        "type": "AssumedRole",
        "principalId": f"{role.unique_id}:{session}",
        "arn": role.session_arn(session),
        "accountId": role.account.id,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": issuer(role),
            "attributes": session_attributes(since),
            **context,
        },
    }


def by_session(
    role: Role,
    session: str,
    key: str,
    since: datetime,
    *,
    address: str,
    agent: str,
    **context: Any,
) -> Caller:
    """Call from a role session."""
    identity = session_identity(role, session, key, since, **context)
    return Caller(identity, role.account, address, agent, role.account.region)


def by_service(service: str, account: Account, region: str = "") -> Caller:
    """Call as an AWS service, which has no ARN and no key."""
    host = f"{service}.amazonaws.com"
    identity = {"type": "AWSService", "invokedBy": host}
    return Caller(identity, account, host, host, region or account.region)


def stranger(caller: Caller) -> dict[str, Any]:
    """Write the caller as the other account sees it: an id and an account, no name."""
    return {
        "type": "AWSAccount",
        "principalId": caller.identity["principalId"],
        "accountId": caller.account.id,
    }
