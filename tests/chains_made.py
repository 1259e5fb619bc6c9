"""Chains of credentials for tests, with the truth written while they are made.

Made records are no kinder than AWS's: a switch of roles and Identity Center issue one
key and use another, a console session has keys that nothing issues, a refused call
names its role in the message only, and a call over accounts leaves two copies.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.records_made import ACCOUNT, OTHER, Record, record

FORM = "%Y-%m-%dT%H:%M:%SZ"
PROVIDER = "token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Link:
    """A hand-over that took place: nodes, how sure it can be known, and its records."""

    origin: str
    target: str
    certainty: str
    event_ids: tuple[str, ...]


@dataclass
class Credential:
    """A caller: the node of the lineage, its identity, and the keys that it uses."""

    node: str
    identity: Record
    account: str
    keys: list[str]
    console: bool = False

    @property
    def kind(self) -> str:
        """The type of its identity."""
        return self.identity["type"]


@dataclass
class Chain:
    """One chain: its links from the first credential on, and an event at its end."""

    first: str
    reason: str
    links: list[Link] = field(default_factory=list[Link])
    last_event: str = ""
    last: str = ""
    candidates: set[str] = field(default_factory=set[str])


class Maker:
    """Makes chains; everything comes from the seed."""

    def __init__(self, seed: int) -> None:
        """Begin on a morning."""
        self.random = Random(seed)
        self.records: list[Record] = []
        self.now = datetime(2026, 3, 9, 8, tzinfo=UTC)
        self.chain = Chain("", "")
        self._count = 0

    # Small parts

    def key(self, kind: str = "ASIA") -> str:
        """Make the id of a key."""
        letters = self.random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=9)
        return kind + "".join(letters) + "EXAMPLE"

    def name(self, kind: str) -> str:
        """Make a name that no other has."""
        self._count += 1
        return f"{kind}{self._count}"

    def wait(self) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=self.random.randint(5, 300))

    def call(self, action: str, service: str, who: Record, **fields: Any) -> str:
        """Write a record; return its event id."""
        made = record(action, service, who, self.now.strftime(FORM), **fields)
        made["recipientAccountId"] = fields.get(
            "recipientAccountId", who.get("accountId", ACCOUNT)
        )
        self.records.append(made)
        return made["eventID"]

    def act(self, who: Credential, times: int = 2) -> None:
        """Let a credential do something everyday, under one of its keys."""
        for _ in range(times):
            self.wait()
            key = self.random.choice(who.keys)
            identity = who.identity | {"accessKeyId": key}
            self.chain.last_event = self.call("DescribeInstances", "ec2", identity)
        self.chain.last = who.node

    def link(self, origin: str, target: str, certainty: str, *ids: str) -> None:
        """Write down the truth."""
        self.chain.links.append(Link(origin, target, certainty, ids))

    def role(self, account: str) -> tuple[str, str]:
        """Make a role: its ARN and its unique id."""
        name = self.name("role")
        return f"arn:aws:iam::{account}:role/{name}", f"AROA{name.upper():X<16}"[:20]

    def session(
        self, role: str, unique: str, name: str, keys: list[str], node: str = ""
    ) -> Credential:
        """Make the caller of a role's session that begins now."""
        account = role.split(":")[4]
        short = role.rpartition("/")[2]
        start = self.now.strftime(FORM)
        identity = {
            "type": "AssumedRole",
            "principalId": f"{unique}:{name}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{short}/{name}",
            "accountId": account,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": unique,
                    "arn": role,
                    "accountId": account,
                    "userName": short,
                },
                "attributes": {"creationDate": start, "mfaAuthenticated": "false"},
            },
        }
        return Credential(
            node or f"{unique}/{name}/{start}", identity, account, list(keys)
        )

    def answer(self, unique: str, name: str, key: str) -> Record:
        """Write what STS answers."""
        return {
            "credentials": {"accessKeyId": key, "expiration": "later"},
            "assumedRoleUser": {"assumedRoleId": f"{unique}:{name}", "arn": "arn"},
        }

    def user(self) -> Record:
        """Make the identity of a user, without a key."""
        name = self.name("user")
        return {
            "type": "IAMUser",
            "principalId": f"AIDA{name.upper():X<16}"[:20],
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "accountId": ACCOUNT,
            "userName": name,
        }

    # Beginnings

    def long_term_key(self) -> Credential:
        """Begin with a key that was there before."""
        key = self.key("AKIA")
        self.chain = Chain(key, "long-term key")
        return Credential(key, self.user(), ACCOUNT, [key])

    def password(self) -> Credential:
        """Begin with a sign-in to the console."""
        user = self.user()
        self.chain = Chain(f"password:{user['arn']}", "password")
        return self.sign_in(user)

    def sign_in(self, user: Record) -> Credential:
        """Sign a user in to the console: many keys, issued by no record."""
        self.wait()
        start = self.now.strftime(FORM)
        event = self.call(
            "ConsoleLogin",
            "signin",
            user,
            eventType="AwsConsoleSignIn",
            readOnly=False,
            responseElements={"ConsoleLogin": "Success"},
        )
        node = f"{user['principalId']}/{start}"
        self.link(f"password:{user['arn']}", node, "strong", event)
        context = {"attributes": {"creationDate": start, "mfaAuthenticated": "false"}}
        identity = user | {"sessionContext": context}
        keys = [self.key() for _ in range(3)]
        return Credential(node, identity, ACCOUNT, keys, console=True)

    def federated(self, action: str, identity: Record, **fields: Any) -> Credential:
        """Begin with an identity provider."""
        self.chain = Chain(identity["principalId"], "federated outside AWS")
        self.wait()
        role, unique = self.role(ACCOUNT)
        name, key = self.name("session"), self.key()
        event = self.call(
            action,
            "sts",
            identity,
            requestParameters={"roleArn": role, "roleSessionName": name},
            responseElements=self.answer(unique, name, key) | fields,
            recipientAccountId=ACCOUNT,
        )
        self.link(identity["principalId"], key, "certain", event)
        return self.session(role, unique, name, [key], key)

    def saml(self) -> Credential:
        """Begin with SAML."""
        name = self.name("person")
        identity = {"type": "SAMLUser", "principalId": f"q=:{name}", "userName": name}
        return self.federated("AssumeRoleWithSAML", identity, issuer="https://idp")

    def github(self) -> Credential:
        """Begin with a run of GitHub Actions."""
        subject = f"repo:example/{self.name('repo')}:ref:refs/heads/main"
        arn = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{PROVIDER}"
        identity = {
            "type": "WebIdentityUser",
            "principalId": f"{arn}:sts.amazonaws.com:{subject}",
            "userName": subject,
            "identityProvider": arn,
        }
        return self.federated("AssumeRoleWithWebIdentity", identity, provider=arn)

    def identity_center(self) -> Credential:
        """Begin in the access portal: the key in the answer is not the one in use."""
        person = self.name("person")
        identity = {"type": "SAMLUser", "principalId": f"q=:{person}"}
        self.chain = Chain(identity["principalId"], "federated outside AWS")
        self.wait()
        name = self.name("Set")
        role = f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_{name}_0123456789abcdef"
        unique = f"AROA{name.upper():X<16}"[:20]
        portal = {
            "type": "IdentityCenterUser",
            "accountId": OTHER,
            "credentialId": self.name("portal"),
            "onBehalfOf": {"userId": person, "identityStoreArn": "arn"},
        }
        self.chain.candidates.add(portal["credentialId"])
        self.call(
            "GetRoleCredentials",
            "sso",
            portal,
            eventType="AwsServiceEvent",
            serviceEventDetails={"role_name": name, "account_id": ACCOUNT},
        )
        self.now += timedelta(seconds=1)
        provider = f"arn:aws:iam::{ACCOUNT}:saml-provider/AWSSSO_x_DO_NOT_DELETE"
        event = self.call(
            "AssumeRoleWithSAML",
            "sts",
            identity,
            requestParameters={
                "roleArn": role,
                "roleSessionName": person,
                "principalArn": provider,
            },
            responseElements=self.answer(unique, person, self.key()),
            recipientAccountId=ACCOUNT,
        )
        caller = self.session(role, unique, person, [self.key()])
        self.link(identity["principalId"], caller.node, "strong", event)
        return caller

    def service(self, name: str = "ec2") -> Credential:
        """Begin with a service that puts on a role."""
        self.chain = Chain(f"service/{name}", "service-issued")
        self.wait()
        role, unique = self.role(ACCOUNT)
        session, key = f"i-{self._count:017x}", self.key()
        event = self.call(
            "AssumeRole",
            "sts",
            {"type": "AWSService", "invokedBy": f"{name}.amazonaws.com"},
            requestParameters={"roleArn": role, "roleSessionName": session},
            responseElements=self.answer(unique, session, key),
            recipientAccountId=ACCOUNT,
            sharedEventID=self.name("shared"),
        )
        self.link(f"service/{name}", key, "certain", event)
        return self.session(role, unique, session, [key], key)

    # Steps

    def assume(self, who: Credential, account: str = ACCOUNT) -> Credential:
        """Assume a role: two copies where it is of another account."""
        self.wait()
        role, unique = self.role(account)
        name, key = self.name("session"), self.key()
        both: dict[str, Any] = {
            "requestParameters": {"roleArn": role, "roleSessionName": name},
            "responseElements": self.answer(unique, name, key),
        }
        caller = who.identity | {"accessKeyId": self.random.choice(who.keys)}
        ids = list[str]()
        if account != who.account:
            both["sharedEventID"] = self.name("shared")
            stranger = {
                "type": "AWSAccount",
                "principalId": who.identity["principalId"],
                "accountId": who.account,
            }
            ids = [
                self.call(
                    "AssumeRole", "sts", stranger, recipientAccountId=account, **both
                )
            ]
        ids.insert(0, self.call("AssumeRole", "sts", caller, **both))
        self.link(who.node, key, "certain", *ids)
        return self.session(role, unique, name, [key], key)

    def assume_abroad(self, who: Credential) -> Credential:
        """Assume a role of the other account."""
        return self.assume(who, OTHER if who.account == ACCOUNT else ACCOUNT)

    def switch(self, who: Credential) -> Credential:
        """Switch roles in the console: no shared id, and not the issued key."""
        self.wait()
        role, unique = self.role(ACCOUNT)
        name = who.identity["principalId"].rpartition(":")[2]
        internal = {"sourceIPAddress": "AWS Internal", "userAgent": "AWS Internal"}
        event = self.call(
            "AssumeRole",
            "sts",
            who.identity | {"accessKeyId": who.keys[0], "invokedBy": "AWS Internal"},
            requestParameters={"roleArn": role, "roleSessionName": name},
            responseElements=self.answer(unique, name, self.key()),
            **internal,
        )
        caller = self.session(role, unique, name, [self.key(), self.key()])
        bare = {k: v for k, v in caller.identity.items() if k != "sessionContext"}
        self.call(
            "SwitchRole",
            "signin",
            bare,
            eventType="AwsConsoleSignIn",
            readOnly=False,
            responseElements={"SwitchRole": "Success"},
            additionalEventData={"SwitchFrom": who.identity["arn"]},
        )
        caller.console = True
        self.link(who.node, caller.node, "strong", event)
        return caller

    def session_token(self, who: Credential) -> Credential:
        """Trade a long-term key for temporary ones."""
        self.wait()
        key, start = self.key(), self.now.strftime(FORM)
        event = self.call(
            "GetSessionToken",
            "sts",
            who.identity | {"accessKeyId": who.keys[0]},
            readOnly=False,
            responseElements={"credentials": {"accessKeyId": key}},
        )
        self.link(who.node, key, "certain", event)
        context = {"attributes": {"creationDate": start, "mfaAuthenticated": "true"}}
        identity = who.identity | {"sessionContext": context}
        return Credential(key, identity, who.account, [key])

    def federation_token(self, who: Credential) -> Credential:
        """Hand keys to a federated user."""
        self.wait()
        key, name, start = self.key(), self.name("guest"), self.now.strftime(FORM)
        arn = f"arn:aws:sts::{who.account}:federated-user/{name}"
        principal = f"{who.account}:{name}"
        event = self.call(
            "GetFederationToken",
            "sts",
            who.identity | {"accessKeyId": who.keys[0]},
            readOnly=False,
            requestParameters={"name": name},
            responseElements={
                "credentials": {"accessKeyId": key},
                "federatedUser": {"federatedUserId": principal, "arn": arn},
            },
        )
        self.link(who.node, key, "certain", event)
        identity = {
            "type": "FederatedUser",
            "principalId": principal,
            "arn": arn,
            "accountId": who.account,
            "sessionContext": {
                "sessionIssuer": {"type": "IAMUser", "arn": who.identity["arn"]},
                "attributes": {"creationDate": start, "mfaAuthenticated": "false"},
            },
        }
        return Credential(key, identity, who.account, [key])

    def assume_root(self, who: Credential) -> Credential:
        """Act as the root user of a member account."""
        self.wait()
        key, start = self.key(), self.now.strftime(FORM)
        event = self.call(
            "AssumeRoot",
            "sts",
            who.identity | {"accessKeyId": who.keys[0]},
            requestParameters={"targetPrincipal": OTHER},
            responseElements={"credentials": {"accessKeyId": key}},
        )
        self.link(who.node, key, "certain", event)
        identity = {
            "type": "Root",
            "principalId": OTHER,
            "arn": f"arn:aws:iam::{OTHER}:root",
            "accountId": OTHER,
            "sessionContext": {
                "attributes": {"creationDate": start, "mfaAuthenticated": "false"}
            },
        }
        return Credential(key, identity, OTHER, [key])

    def create_key(self, who: Credential) -> Credential:
        """Make a key for another user."""
        self.wait()
        user, key = self.user(), self.key("AKIA")
        event = self.call(
            "CreateAccessKey",
            "iam",
            who.identity | {"accessKeyId": who.keys[0]},
            readOnly=False,
            requestParameters={"userName": user["userName"]},
            responseElements={"accessKey": {"accessKeyId": key}},
            recipientAccountId=ACCOUNT,
        )
        self.link(who.node, key, "certain", event)
        return Credential(key, user, ACCOUNT, [key])

    def create_password(self, who: Credential) -> Credential:
        """Set another user's password, and sign in with it."""
        self.wait()
        user = self.user()
        event = self.call(
            "CreateLoginProfile",
            "iam",
            who.identity | {"accessKeyId": who.keys[0]},
            readOnly=False,
            requestParameters={"userName": user["userName"]},
            recipientAccountId=ACCOUNT,
        )
        self.link(who.node, f"password:{user['arn']}", "certain", event)
        return self.sign_in(user)

    def sign_in_token(self, who: Credential) -> Credential:
        """Turn a role's session into a console."""
        self.wait()
        identity = who.identity | {"accessKeyId": who.keys[0]}
        token = self.call(
            "GetSigninToken",
            "signin",
            identity,
            eventType="AwsConsoleSignIn",
            responseElements={
                "GetSigninToken": "Success",
                "credentials": {"accessKeyId": who.keys[0]},
            },
        )
        self.now += timedelta(seconds=2)
        event = self.call(
            "ConsoleLogin",
            "signin",
            identity,
            eventType="AwsConsoleSignIn",
            readOnly=False,
            responseElements={"ConsoleLogin": "Success"},
        )
        start = who.identity["sessionContext"]["attributes"]["creationDate"]
        principal = who.identity["principalId"].replace(":", "/")
        node = f"{principal}/{start}"
        self.link(who.node, node, "strong", event, token)
        return Credential(
            node, who.identity, who.account, [self.key(), self.key()], console=True
        )

    def refuse(self, who: Credential) -> str:
        """Refuse a role: it stands in the message only. Return its ARN."""
        self.wait()
        role, _ = self.role(OTHER)
        message = (
            f"User: {who.identity['arn']} is not authorized to perform: sts:AssumeRole "
            f"on resource: {role} because no identity-based policy allows it"
        )
        fault = {"errorCode": "AccessDenied", "errorMessage": message}
        caller = who.identity | {"accessKeyId": who.keys[0]}
        self.call("AssumeRole", "sts", caller, **fault)
        return role


Step = Callable[[Credential], Credential]


def steps(make: Maker, who: Credential) -> list[Step]:
    """List what a credential can go on to."""
    made: list[Step] = [make.assume, make.assume_abroad]
    if who.console:
        made += [make.switch, make.switch]
    if who.account == ACCOUNT and who.kind != "Root":
        made += [make.create_key, make.create_password, make.assume_root]
    if who.kind == "IAMUser" and who.keys[0].startswith("AKIA"):
        made += [make.session_token, make.federation_token]
    if who.kind == "AssumedRole" and who.node == who.keys[0]:
        made.append(make.sign_in_token)
    # Root and federated users cannot assume roles.
    return [] if who.kind in ("Root", "FederatedUser") else made


def chain(make: Maker, length: int) -> Chain:
    """Make one chain of at most so many hops; every credential acts."""
    begin = make.random.choice(
        [
            make.long_term_key,
            make.password,
            make.saml,
            make.github,
            make.identity_center,
            make.service,
            lambda: make.service("lambda"),
        ]
    )
    who = begin()
    make.act(who)
    for _ in range(length):
        possible = steps(make, who)
        if not possible:
            break
        who = make.random.choice(possible)(who)
        make.act(who)
    return make.chain


def chains(seed: int, count: int) -> tuple[list[Record], list[Chain]]:
    """Make chains side by side, in one set of logs."""
    make = Maker(seed)
    made = [chain(make, make.random.randint(1, 5)) for _ in range(count)]
    return make.records, made
