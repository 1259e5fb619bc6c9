"""Chains of credentials for tests, with the truth written while they are made.

Made records are no kinder than AWS's: a switch of roles and Identity Center issue one
key and use another, a console session has keys that nothing issues, a refused call
names its role in the message only, and a call over accounts leaves two copies.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.support.records_made import ACCOUNT, OTHER, Record, record

FORM = "%Y-%m-%dT%H:%M:%SZ"
PROVIDER = "token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Link:
    """A hand-over that took place: nodes, how sure it can be known, and its records."""

    origin: str
    target: str
    certainty: str
    event_ids: tuple[str, ...]
    backward: bool = True


@dataclass
class Credential:
    """A caller: the node of the lineage, its identity, and the keys that it uses."""

    node: str
    identity: Record
    account: str
    keys: list[str]
    console: bool = False
    rivals: set[str] = field(default_factory=set[str])
    in_code: Record = field(default_factory=Record)

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

    def path(self) -> set[tuple[str, str]]:
        """Return the hand-overs that lead from the first credential to the last."""
        found, nodes = set[tuple[str, str]](), {self.last}
        for link in reversed(self.links):
            if link.target in nodes and link.backward:
                found.add((link.origin, link.target))
                nodes.add(link.origin)
        return found


class Maker:
    """Makes chains; everything comes from the seed."""

    def __init__(self, seed: int) -> None:
        """Begin on a morning."""
        self.random = Random(seed)
        self.used = Counter[str]()
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
            identity = who.identity | {"accessKeyId": key} | who.in_code
            self.chain.last_event = self.call("DescribeInstances", "ec2", identity)
        self.chain.last = who.node

    def link(
        self,
        origin: str,
        target: str,
        certainty: str,
        *ids: str,
        backward: bool = True,
    ) -> None:
        """Write down the truth."""
        self.chain.links.append(Link(origin, target, certainty, ids, backward))

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

    def root(self) -> Credential:
        """Begin with a sign-in of the root user."""
        arn = f"arn:aws:iam::{ACCOUNT}:root"
        identity = {
            "type": "Root",
            "principalId": ACCOUNT,
            "arn": arn,
            "accountId": ACCOUNT,
        }
        self.chain = Chain(f"password:{arn}", "root user")
        return self.sign_in(identity, arn)

    def sign_in(self, user: Record, name: str = "") -> Credential:
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
        node = f"{name or user['principalId']}/{start}"
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
        portal: Record = {
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

    def function(self) -> Credential:
        """Begin with a Lambda function; its own calls say so, under any name."""
        caller = self.service("lambda")
        arn = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{self.name('function')}"
        scope = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": arn}
        caller.in_code = {"inScopeOf": scope}
        self.link(arn, caller.node, "certain", backward=False)
        return caller

    def eks_account(self) -> Credential:
        """Begin with a service account of Kubernetes, by IRSA."""
        issuer = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
        arn = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"
        subject = f"system:serviceaccount:shop:{self.name('account')}"
        identity = {
            "type": "WebIdentityUser",
            "principalId": f"{arn}:sts.amazonaws.com:{subject}",
            "userName": subject,
            "identityProvider": arn,
        }
        return self.federated("AssumeRoleWithWebIdentity", identity, provider=arn)

    def pod(self) -> Credential:
        """Begin with a pod: its node's agent asks, in the same second, by itself."""
        host = self.service()
        self.act(host, 1)
        self.chain.first = "service/pods.eks"
        self.chain.candidates.add(host.node)
        self.wait()
        cluster = self.name("cluster")
        self.call(
            "AssumeRoleForPodIdentity",
            "eks-auth",
            host.identity | {"accessKeyId": host.keys[0]},
            requestParameters={"clusterName": cluster, "token": "HIDDEN"},
            recipientAccountId=ACCOUNT,
        )
        return self.by_service("pods.eks", f"eks-{cluster}-web-0123abcd")

    def linked_role(self) -> Credential:
        """Begin with a role that is linked to a service."""
        self.chain = Chain("service/autoscaling", "service-issued")
        self.wait()
        return self.by_service("autoscaling", "AutoScaling", "aws-service-role/x/")

    def by_service(
        self, service: str, session: str, path: str = "", role: str = ""
    ) -> Credential:
        """Let a service assume a role now, and link the key to the service."""
        made, unique = self.role(ACCOUNT)
        made = role or made
        key = self.key()
        event = self.call(
            "AssumeRole",
            "sts",
            {"type": "AWSService", "invokedBy": f"{service}.amazonaws.com"},
            requestParameters={
                "roleArn": made.replace(":role/", f":role/{path}"),
                "roleSessionName": session,
            },
            responseElements=self.answer(unique, session, key),
            recipientAccountId=ACCOUNT,
            sharedEventID=self.name("shared"),
        )
        self.link(f"service/{service}", key, "certain", event)
        return self.session(made, unique, session, [key], key)

    def cognito(self) -> Credential:
        """Begin with a guest of an identity pool, by a data event."""
        identity = f"eu-west-1:{self.name('guest')}"
        self.chain = Chain(f"identity {identity}", "federated outside AWS")
        self.wait()
        role, unique = self.role(ACCOUNT)
        key = self.key()
        event = self.call(
            "GetCredentialsForIdentity",
            "cognito-identity",
            {"type": "Unknown"},
            managementEvent=False,
            eventCategory="Data",
            requestParameters={"identityId": identity},
            responseElements={
                "credentials": {"accessKeyId": key},
                "identityId": identity,
            },
            recipientAccountId=ACCOUNT,
        )
        self.link(f"identity {identity}", key, "certain", event)
        return self.session(role, unique, "CognitoIdentityCredentials", [key], key)

    def certificate(self) -> Credential:
        """Begin with a certificate of one's own authority: the answer has no key."""
        admin = self.long_term_key()
        self.act(admin, 1)
        anchor = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:trust-anchor/{self._count}"
        opened = self._ask(
            admin,
            "CreateTrustAnchor",
            "rolesanywhere",
            responseElements={"trustAnchor": {"trustAnchorArn": anchor}},
        )
        self.link(admin.node, anchor, "certain", opened, backward=False)
        subject = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:subject/{self.name('s')}"
        self.other_end(f"certificate {subject}", "federated outside AWS")
        self.wait()
        role, unique = self.role(ACCOUNT)
        serial = f"{self._count:032x}"
        user = {"assumedRoleId": f"{unique}:{serial}", "arn": "arn"}
        event = self.call(
            "CreateSession",
            "rolesanywhere",
            {"type": "Unknown"},
            requestParameters={"roleArn": role, "trustAnchorArn": anchor},
            responseElements={
                "credentialSet": [{"assumedRoleUser": user}],
                "subjectArn": subject,
            },
            recipientAccountId=ACCOUNT,
        )
        caller = self.session(role, unique, serial, [self.key()])
        self.link(f"certificate {subject}", caller.node, "strong", event)
        self.link(anchor, caller.node, "certain", event, opened, backward=False)
        return caller

    def account_access(self) -> Credential:
        """Begin in the account access manager: the issued key is not the used one."""
        admin = self.long_term_key()
        self.act(admin, 1)
        role, unique = self.role(ACCOUNT)
        name = self.name("person")
        grant = {"roleArn": role, "principal": {"identityCenter": {"userId": name}}}
        event = self._ask(
            admin,
            "CreateEntitlement",
            "account-access",
            requestParameters={"entitlement": {"principalRole": grant}},
        )
        self.link(admin.node, role, "certain", event, backward=False)
        self.other_end("service/account-access", "service-issued")
        self.chain.candidates.add(role)
        self.wait()
        event = self.call(
            "AssumeRole",
            "sts",
            {"type": "AWSService", "invokedBy": "account-access.amazonaws.com"},
            requestParameters={"roleArn": role, "roleSessionName": name},
            responseElements=self.answer(unique, name, self.key()),
            recipientAccountId=ACCOUNT,
        )
        caller = self.session(role, unique, name, [self.key()])
        self.link("service/account-access", caller.node, "strong", event)
        return caller

    def commanded(self) -> Credential:
        """Send a command to a machine, whose role's session acts afterwards."""
        return self._changed(
            "ec2",
            lambda name: ("SendCommand", "ssm", {"instanceIds": [name]}),
        )

    def data_changed(self) -> Credential:
        """Change what a machine runs when it starts."""
        request = {"userData": "<sensitiveDataRemoved>"}
        return self._changed(
            "ec2",
            lambda name: (
                "ModifyInstanceAttribute",
                "ec2",
                {"instanceId": name, **request},
            ),
        )

    def placed(self) -> Credential:
        """Place a role on a machine that runs."""
        request = "AssociateIamInstanceProfileRequest"
        return self._changed(
            "ec2",
            lambda name: (
                "AssociateIamInstanceProfile",
                "ec2",
                {request: {"InstanceId": name}},
            ),
        )

    def task_entered(self) -> Credential:
        """Run a command in a task."""
        return self._changed(
            "ecs-tasks", lambda name: ("ExecuteCommand", "ecs", {"task": name})
        )

    def code_changed(self) -> Credential:
        """Change the code of a function, whose role's session acts afterwards."""
        return self._changed(
            "lambda",
            lambda name: (
                "UpdateFunctionCode20150331v2",
                "lambda",
                {"functionName": name},
            ),
        )

    def _changed(
        self, service: str, what: Callable[[str], tuple[str, str, Record]]
    ) -> Credential:
        """Let someone do something to what acts under a role of its own."""
        who = self.long_term_key()
        self.act(who, 1)
        machine = self.service(service)
        self.act(machine, 1)
        self.chain.candidates.add(who.node)
        action, at, request = what(machine.identity["principalId"].partition(":")[2])
        self._ask(who, action, at, requestParameters=request)
        return machine

    # Steps

    def other_end(self, first: str, reason: str) -> None:
        """Let the way back from here on end at another place than before."""
        self.chain.first, self.chain.reason = first, reason
        self.chain.candidates = set()

    def _ask(self, who: Credential, action: str, service: str, **fields: Any) -> str:
        """Let a credential call something under its first key, after a while."""
        self.wait()
        caller = who.identity | {"accessKeyId": who.keys[0]}
        return self.call(
            action,
            service,
            caller,
            **{"readOnly": False, "recipientAccountId": ACCOUNT, **fields},
        )

    def assume_blind(self, who: Credential) -> Credential:
        """Assume a role abroad; only the other account's copy has the answer."""
        caller = self.assume_abroad(who)
        mine = self.chain.links[-1].event_ids[0]
        for each in self.records:
            if each["eventID"] == mine:
                each["responseElements"] = None
        return caller

    def assume_itself(self, who: Credential) -> Credential:
        """Let a role assume itself."""
        self.wait()
        issuer = who.identity["sessionContext"]["sessionIssuer"]
        name, key = self.name("again"), self.key()
        event = self.call(
            "AssumeRole",
            "sts",
            who.identity | {"accessKeyId": who.keys[0]},
            requestParameters={"roleArn": issuer["arn"], "roleSessionName": name},
            responseElements=self.answer(issuer["principalId"], name, key),
            additionalEventData={"explicitTrustGrant": True},
        )
        self.link(who.node, key, "certain", event)
        return self.session(issuer["arn"], issuer["principalId"], name, [key], key)

    def forward(self, who: Credential) -> Credential:
        """Let a service act for a role's session, under a key that nothing issues."""
        key = self.key()
        start = who.identity["sessionContext"]["attributes"]["creationDate"]
        node = f"{who.identity['principalId'].replace(':', '/')}/{start}"
        self.wait()
        self.call(
            "Decrypt",
            "kms",
            who.identity | {"accessKeyId": key, "invokedBy": "athena.amazonaws.com"},
        )
        self._unsettle(node)
        if who.rivals:
            self.chain.candidates |= {who.node, *who.rivals}
        else:
            self.link(who.node, node, "strong")
        return who

    def _unsettle(self, node: str) -> None:
        """Take back how a session began: what it did since may be of another key."""
        kept = [each for each in self.chain.links if each.target != node]
        self.chain.links = kept

    def cloud_shell(self, who: Credential) -> Credential:
        """Hand a console session to CloudShell: no key is recorded."""
        event = self._ask(who, "PutCredentials", "cloudshell")
        self.link(who.node, who.node, "strong", event)
        return who

    def command_line(self, who: Credential) -> Credential:
        """Consent to `aws login` in the console, and fetch tokens on a machine."""
        consent = self._ask(who, "AuthorizeOAuth2Access", "signin")
        token = self._ask(who, "CreateOAuth2Token", "signin", readOnly=True)
        self.link(who.node, who.node, "strong", consent, token)
        return who

    def tools(self, who: Credential) -> Credential:
        """Let AWS's MCP server act for a console session."""
        arn = f"arn:aws:signin:eu-west-1:{who.account}:session/{self.name('s')}"
        event = self._ask(
            who,
            "CreateOAuth2Token",
            "signin",
            requestParameters={"resource": "https://aws-mcp.eu-west-1.api.aws"},
            additionalEventData={"signInSessionArn": arn},
        )
        context = who.identity["sessionContext"] | {"signInSessionArn": arn}
        self.wait()
        identity = who.identity | {"sessionContext": context}
        self.call("ListBuckets", "s3", identity | {"accessKeyId": self.key()})
        self.link(who.node, who.node, "certain", event)
        return who

    def tools_by_key(self, who: Credential) -> Credential:
        """Let AWS's MCP server act without a person: a session of its own."""
        arn = f"arn:aws:signin:eu-west-1:{who.account}:session/{self.name('s')}"
        event = self._ask(
            who,
            "CreateOAuth2TokenWithIAM",
            "signin",
            requestParameters={"resource": "https://aws-mcp.eu-west-1.api.aws"},
            additionalEventData={"signInSessionArn": arn},
        )
        caller = self.again(who, signInSessionArn=arn)
        request = self.name("request")
        tool = self._ask(
            who,
            "CallTool",
            "aws-mcp",
            eventType="AwsMcpEvent",
            additionalEventData={"downstreamRequests": [{"requestId": request}]},
        )
        identity = caller.identity | {"accessKeyId": caller.keys[0]}
        self.call("ListBuckets", "s3", identity, requestID=request)
        self.link(who.node, caller.node, "certain", event, tool)
        return caller

    def again(self, who: Credential, **context: Any) -> Credential:
        """Make another session of the same identity, which begins later."""
        self.wait()
        start = self.now.strftime(FORM)
        old = who.identity.get("sessionContext", {}).copy()
        old.pop("signInSessionArn", None)
        attributes = {"creationDate": start, "mfaAuthenticated": "false"}
        session: Record = {**old, "attributes": attributes, **context}
        identity: Record = who.identity | {"sessionContext": session}
        head = identity["principalId"].replace(":", "/")
        if who.kind == "FederatedUser":
            head = f"{identity['arn']}/{identity['principalId'].partition(':')[2]}"
        return Credential(f"{head}/{start}", identity, who.account, [self.key()])

    def create_user(self, who: Credential) -> Credential:
        """Make a user, whose key no record issued."""
        user, key = self.user(), self.key("AKIA")
        event = self._ask(
            who, "CreateUser", "iam", requestParameters={"userName": user["userName"]}
        )
        self.link(who.node, user["arn"], "certain", event)
        self.link(user["arn"], key, "strong")
        return Credential(key, user, ACCOUNT, [key])

    def open_door(self, who: Credential) -> Credential:
        """Let the account that a role trusts be the caller, who then assumes it."""
        caller = self.assume(who)
        took = self.chain.links[-1].event_ids[0]
        role = caller.identity["sessionContext"]["sessionIssuer"]["arn"]
        named = who.identity.get("sessionContext", {}).get("sessionIssuer", {})
        principal = named.get("arn", who.identity["arn"])
        statement = f'{{"Principal": {{"AWS": "{principal}"}}, "Effect": "Allow"}}'
        late, self.now = self.now, self.now - timedelta(seconds=3)
        event = self.call(
            "UpdateAssumeRolePolicy",
            "iam",
            who.identity | {"accessKeyId": who.keys[0]},
            readOnly=False,
            recipientAccountId=ACCOUNT,
            requestParameters={
                "roleName": role.rpartition("/")[2],
                "policyDocument": f'{{"Statement": [{statement}]}}',
            },
        )
        self.now = late
        self.link(who.node, role, "certain", event, backward=False)
        self.link(role, caller.node, "certain", took, event, backward=False)
        return caller

    def build(self, who: Credential) -> Credential:
        """Pass a role to CodeBuild, and start a build under it."""
        role, _ = self.role(ACCOUNT)
        project = self.name("project")
        passed = self._ask(
            who,
            "CreateProject",
            "codebuild",
            requestParameters={"name": project, "serviceRole": role},
        )
        build = f"0123abcd-0000-4000-8000-{self._count:012x}"
        started = self._ask(
            who,
            "StartBuild",
            "codebuild",
            responseElements={"build": {"id": f"{project}:{build}"}},
        )
        self.link(who.node, role, "certain", passed, backward=False)
        self.other_end("service/codebuild", "service-issued")
        self.now += timedelta(seconds=4)
        caller = self.by_service("codebuild", f"AWSCodeBuild-{build}", role=role)
        self.link(who.node, caller.node, "certain", started, backward=False)
        self.chain.candidates.add(role)
        return caller

    def stack(self, who: Credential) -> Credential:
        """Pass a role to CloudFormation, which then assumes it."""
        role, _ = self.role(ACCOUNT)
        passed = self._ask(
            who,
            "CreateStack",
            "cloudformation",
            requestParameters={"stackName": "x", "roleARN": role},
        )
        self.link(who.node, role, "certain", passed, backward=False)
        self.other_end("service/cloudformation", "service-issued")
        self.now += timedelta(seconds=4)
        self.chain.candidates.add(role)
        return self.by_service("cloudformation", "AWSCloudFormation", role=role)

    def task(self, who: Credential) -> Credential:
        """Run a task of ECS under its role."""
        task = f"{self._count + 7:032x}"
        arn = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task/shop/{task}"
        started = self._ask(
            who, "RunTask", "ecs", responseElements={"tasks": [{"taskArn": arn}]}
        )
        return self._machine(who, "ecs-tasks", task, started)

    def instance(self, who: Credential) -> Credential:
        """Launch an instance under its role."""
        name = f"i-{self._count + (10 << 64):017x}"
        items = {"items": [{"instanceId": name}]}
        started = self._ask(
            who, "RunInstances", "ec2", responseElements={"instancesSet": items}
        )
        return self._machine(who, "ec2", name, started)

    def _machine(
        self, who: Credential, service: str, name: str, started: str
    ) -> Credential:
        self.other_end(f"service/{service}", "service-issued")
        self.wait()
        caller = self.by_service(service, name)
        self.link(who.node, caller.node, "certain", started, backward=False)
        return caller

    def web_token(self, who: Credential) -> Credential:
        """Take a token out, and trade it in for a role."""
        token = self.name("token")
        out = self._ask(
            who,
            "GetWebIdentityToken",
            "sts",
            responseElements={"webIdentityTokenId": token},
        )
        self.link(who.node, f"token {token}", "certain", out)
        self.wait()
        role, unique = self.role(ACCOUNT)
        name, key = self.name("session"), self.key()
        event = self.call(
            "AssumeRoleWithWebIdentity",
            "sts",
            {"type": "WebIdentityUser", "principalId": "outside", "userName": "x"},
            requestParameters={
                "roleArn": role,
                "roleSessionName": name,
                "webIdentityTokenId": token,
            },
            responseElements=self.answer(unique, name, key),
            recipientAccountId=ACCOUNT,
        )
        self.link(f"token {token}", key, "certain", event)
        return self.session(role, unique, name, [key], key)

    def portal_token(self, who: Credential) -> Credential:
        """Trade an identity of IAM for one of Identity Center."""
        credential = self.name("credential")
        event = self._ask(
            who,
            "CreateTokenWithIAM",
            "sso-oauth",
            additionalEventData={"identitycenter:CredentialId": credential},
        )
        self.link(who.node, credential, "certain", event)
        identity = {
            "type": "IdentityCenterUser",
            "accountId": ACCOUNT,
            "credentialId": credential,
            "onBehalfOf": {"userId": self.name("person"), "identityStoreArn": "arn"},
        }
        return Credential(credential, identity, ACCOUNT, [""])

    def delegate(self, who: Credential) -> Credential:
        """Let a partner act: no record joins what it does with the consent."""
        self._ask(
            who, "AcceptDelegationRequest", "iam", requestParameters={"id": "request"}
        )
        caller = self.again(who)
        caller.identity["invokedByDelegate"] = {"accountId": "555566667777"}
        self.other_end(caller.node, "several candidates")
        self.chain.candidates.add(who.node)
        return caller

    def sign_in_token_long(self, who: Credential) -> Credential:
        """Turn a role's session into a console with a duration: a new key."""
        key = self.key()
        event = self._ask(
            who,
            "GetSigninToken",
            "signin",
            eventType="AwsConsoleSignIn",
            responseElements={"credentials": {"accessKeyId": key}},
        )
        self.link(who.node, key, "certain", event)
        return Credential(
            key, who.identity, who.account, [key], rivals={who.node, *who.rivals}
        )

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
        """Switch roles in the console: not the issued key, and no id with SwitchRole.

        The copies of the AssumeRole for both accounts share one.
        """
        self.wait()
        account = self.random.choice((ACCOUNT, OTHER))
        role, unique = self.role(account)
        name = who.identity["principalId"].rpartition(":")[2]
        fields = {
            "sourceIPAddress": "AWS Internal",
            "userAgent": "AWS Internal",
            "requestParameters": {"roleArn": role, "roleSessionName": name},
            "responseElements": self.answer(unique, name, self.key()),
            "sharedEventID": self.name("shared"),
        }
        caller = who.identity | {
            "accessKeyId": who.keys[0],
            "invokedBy": "AWS Internal",
        }
        ids = [self.call("AssumeRole", "sts", caller, **fields)]
        if account != who.account:
            stranger = {
                "type": "AWSAccount",
                "principalId": who.identity["principalId"],
                "accountId": who.account,
            }
            fields |= {"recipientAccountId": account}
            ids.append(self.call("AssumeRole", "sts", stranger, **fields))
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
        self.link(who.node, caller.node, "strong", *ids)
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
        if who.kind == "FederatedUser":
            name = who.identity["principalId"].partition(":")[2]
            principal = f"{who.identity['arn']}/{name}"
        node = f"{principal}/{start}"
        self._unsettle(node)
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
    made: list[Step] = [make.assume, make.assume_abroad, make.assume_blind]
    if who.console:
        made += [make.switch, make.cloud_shell, make.command_line, make.tools]
    if who.account == ACCOUNT and who.kind not in ("Root", "IdentityCenterUser"):
        made += [make.create_key, make.create_password, make.create_user]
        made += [make.assume_root, make.open_door, make.build, make.stack]
        made += [make.task, make.instance, make.web_token, make.portal_token]
        made += [make.delegate, make.tools_by_key]
    if who.kind == "IAMUser" and who.keys[0].startswith("AKIA"):
        made += [make.session_token, make.federation_token]
    if who.kind == "AssumedRole" and who.node == who.keys[0]:
        made += [make.sign_in_token, make.sign_in_token_long, make.forward]
        made += [make.assume_itself]
    if who.kind == "FederatedUser" and not who.console:
        return [make.sign_in_token]
    # Root, federated users and users of the portal cannot assume roles.
    apart = ("Root", "FederatedUser", "IdentityCenterUser")
    return [] if who.kind in apart else made


def beginnings(make: Maker) -> list[Callable[[], Credential]]:
    """List how a chain can begin."""
    return [
        make.long_term_key,
        make.password,
        make.saml,
        make.github,
        make.eks_account,
        make.identity_center,
        make.service,
        make.function,
        make.pod,
        make.linked_role,
        make.cognito,
        make.certificate,
        make.account_access,
        make.commanded,
        make.data_changed,
        make.placed,
        make.task_entered,
        make.code_changed,
        make.root,
    ]


def _rarest(make: Maker, possible: list[Any]) -> Any:
    """Choose what was used least, so that every kind is used."""
    fewest = min(make.used[each.__name__] for each in possible)
    rare = [each for each in possible if make.used[each.__name__] == fewest]
    chosen = make.random.choice(rare)
    make.used[chosen.__name__] += 1
    return chosen


def chain(make: Maker, length: int) -> Chain:
    """Make one chain of at most so many hops; every credential acts."""
    who = _rarest(make, beginnings(make))()
    make.act(who)
    for _ in range(length):
        possible = steps(make, who)
        if not possible:
            break
        who = _rarest(make, possible)(who)
        make.act(who)
    return make.chain


def chains(seed: int, count: int) -> tuple[list[Record], list[Chain]]:
    """Make chains side by side, in one set of logs."""
    make = Maker(seed)
    made = [chain(make, make.random.randint(1, 5)) for _ in range(count)]
    return make.records, made
