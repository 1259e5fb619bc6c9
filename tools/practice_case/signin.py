"""Console sign-ins: of IAM users, of role sessions, and the switch of a role.

Shapes: CloudTrail User Guide, "AWS Management Console sign-in events".
"""

from dataclasses import dataclass, replace
from typing import Any

from tools.practice_case.callers import (
    INTERNAL,
    Caller,
    session_attributes,
    user_identity,
)
from tools.practice_case.chance import Chance
from tools.practice_case.organization import US_EAST_1, Role, User
from tools.practice_case.record_writer import Record, RecordWriter, tls
from tools.practice_case.sts import Assumed, assume_role, used_key

SIGN_IN = "AwsConsoleSignIn"


@dataclass(frozen=True, slots=True)
class Console:
    """A console session: one sign-in, many access keys, none of them told apart.

    No record issues the keys: what joins the calls is the principal id with the start
    of the session.
    """

    callers: tuple[Caller, ...]

    def hand(self, chance: Chance) -> Caller:
        """Return the session under one of its keys."""
        return chance.pick(self.callers)


def open_console(chance: Chance, caller: Caller, keys: int = 4) -> Console:
    """Open the console for a caller, under fresh keys."""
    caller = replace(caller, console=True)
    return Console(tuple(caller.with_key(chance.key()) for _ in range(keys)))


def _sign_in(writer: RecordWriter, caller: Caller, name: str, **fields: Any) -> Record:
    host = f"{caller.region}.signin.aws.amazon.com"
    return writer.event(
        caller, f"signin:{name}", SIGN_IN, tlsDetails=tls(host), **fields
    )


def check_mfa(writer: RecordWriter, visitor: Caller) -> Record:
    """Ask an IAM user for the second factor: neither ARN nor key is recorded."""
    identity = visitor.identity | {"accessKeyId": ""}
    identity.pop("arn")
    return _sign_in(
        writer,
        replace(visitor, identity=identity),
        "CheckMfa",
        responseElements={"CheckMfa": "Success"},
        additionalEventData={"MfaType": "Virtual MFA"},
    )


def _visitor(user: User, address: str, agent: str, region: str) -> Caller:
    identity = user_identity(user, "")
    identity.pop("accessKeyId")
    return Caller(identity, user.account, address, agent, region)


def _login_data(page: str, mfa: str = "") -> dict[str, str]:
    data = {
        "LoginTo": f"https://console.aws.amazon.com/{page}?isauthcode=true",
        "MobileVersion": "No",
    }
    if mfa:
        data["MFAIdentifier"] = mfa
    return data | {"MFAUsed": "Yes" if mfa else "No"}


def fail_to_sign_in(
    writer: RecordWriter, user: User, address: str, agent: str, region: str = US_EAST_1
) -> Record:
    """Turn an IAM user away: there is no errorCode, only a message and Failure."""
    return _sign_in(
        writer,
        _visitor(user, address, agent, region),
        "ConsoleLogin",
        errorMessage="Failed authentication",
        responseElements={"ConsoleLogin": "Failure"},
        additionalEventData=_login_data("console/home"),
    )


def sign_in(
    writer: RecordWriter,
    user: User,
    address: str,
    agent: str,
    *,
    mfa: bool,
    region: str = US_EAST_1,
) -> tuple[Console, Record]:
    """Sign an IAM user in to the console."""
    visitor = _visitor(user, address, agent, region)
    device = f"arn:aws:iam::{user.account.id}:mfa/{user.name}" if mfa else ""
    if mfa:
        check_mfa(writer, visitor)
    since = writer.now
    record = _sign_in(
        writer,
        visitor,
        "ConsoleLogin",
        responseElements={"ConsoleLogin": "Success"},
        additionalEventData=_login_data("console/home", device),
    )
    context = {"sessionContext": {"attributes": session_attributes(since, mfa)}}
    caller = replace(
        visitor, identity=visitor.identity | context, region=user.account.region
    )
    return open_console(writer.chance, caller), record


def sign_in_session(writer: RecordWriter, caller: Caller) -> Record:
    """Sign a role session in to the console; MFA is always told as No."""
    return _sign_in(
        writer,
        caller.in_region(US_EAST_1),
        "ConsoleLogin",
        responseElements={"ConsoleLogin": "Success"},
        additionalEventData=_login_data("console/home"),
    )


def get_signin_token(writer: RecordWriter, caller: Caller) -> Caller:
    """Turn the keys of a role session into a console sign-in, with a key of its own."""
    key = writer.chance.key()
    _sign_in(
        writer,
        caller.in_region(US_EAST_1),
        "GetSigninToken",
        responseElements={
            "credentials": {"accessKeyId": key},
            "GetSigninToken": "Success",
        },
        additionalEventData={"MobileVersion": "No", "MFAUsed": "No"},
    )
    return caller.with_key(key)


def switch_role(writer: RecordWriter, caller: Caller, role: Role) -> Assumed:
    """Switch the role in the console, which keeps the name of the session.

    SwitchRole is recorded in the account of the role; the AssumeRole behind it in both,
    which share a sharedEventID that SwitchRole has not. The key in the answer is never
    used.
    """
    name = str(caller.identity["principalId"]).partition(":")[2]
    name = name or str(caller.identity["userName"])
    assumed = assume_role(
        writer,
        caller.through(INTERNAL).in_region(US_EAST_1),
        role,
        name,
        sharedEventID=writer.chance.uuid(),
    )
    identity = {
        key: value
        for key, value in assumed.caller.identity.items()
        if key not in {"sessionContext", "accessKeyId"}
    }
    switched = replace(
        assumed.caller.with_key(used_key(assumed.caller.access_key)),
        address=caller.address,
        agent=caller.agent,
        console=True,
    )
    told = _sign_in(
        writer,
        replace(switched, identity=identity, region=US_EAST_1),
        "SwitchRole",
        responseElements={"SwitchRole": "Success"},
        additionalEventData={
            "SwitchFrom": caller.arn,
            "RedirectTo": "https://s3.console.aws.amazon.com/s3/home",
        },
    )
    return Assumed(switched, (*assumed.records, told))
