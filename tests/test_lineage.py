"""Credentials followed over hops: what is joined is true, what is not known is said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support import chains_made
from tests.support.chains_made import Chain, Credential, Link, Maker
from tests.support.records_made import (
    ACCOUNT,
    OTHER,
    case_of,
    record,
    role,
    user,
    write,
)
from tools.practice_case import practice
from trailkit.case import Case
from trailkit.dialect.translate import _translated
from trailkit.errors import EvidenceError, InvalidParameter
from trailkit.lineage import Lineage
from trailkit.lineage import ends as ending
from trailkit.lineage.edges import Edge
from trailkit.lineage.gathered import Gathered, Row, linked, node, rows
from trailkit.lineage.joining import Joined
from trailkit.lineage.reach import reach
from trailkit.lineage.tracing import Tracing
from trailkit.lineage.tree_text import TreeText

SEED = 20260310
LATE = "2026-03-20"


@dataclass
class Made:
    """Chains side by side in one case, and all that the questions return of them."""

    case: Case
    chains: list[Chain]
    known: Gathered

    def truth(self) -> dict[tuple[str, str], str]:
        """Return how sure each hand-over can be known."""
        return {
            (link.origin, link.target): link.certainty
            for chain in self.chains
            for link in chain.links
        }


def known(case: Case) -> Gathered:
    """Read all hand-overs and credentials."""
    read = Gathered()
    hands = rows(case.ask("lineage/handovers"))
    links = sorted(
        {f"request/{each}" for row in hands for each in linked(row, "request")}
    )
    read.learn(hands, rows(case.ask("lineage/credentials")))
    read.learn([], rows(case.ask("lineage/credentials", links=links)))
    return read


CHAINS = 50


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Make fifty chains in one set of logs."""
    records, chains = chains_made.chains(SEED, CHAINS)
    case = case_of(tmp_path_factory.mktemp("chains"), records)
    return Made(case, chains, known(case))


def sure(edges: list[Edge]) -> dict[tuple[str, str], str]:
    """Return the edges that are stated as facts."""
    return {(edge.origin, edge.target): edge.certainty for edge in edges if edge.sure}


def of_frame(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return the edges of a lineage that are stated as facts."""
    kept = frame[(frame["certainty"] != "inferred") & (frame["outcome"] == "success")]
    pairs = zip(kept["from_id"], kept["to_id"], strict=True)
    return dict(zip(pairs, kept["certainty"], strict=True))


# Made chains


def test_what_is_joined_is_the_truth_and_all_of_it(made: Made) -> None:
    assert sure(Joined(made.known).edges) == made.truth()


def test_the_chains_cover_every_kind(made: Made) -> None:
    assert {edge.kind for edge in Joined(made.known).edges} >= {
        "AssumeRole", "role chain", "SwitchRole", "Identity Center",
        "Identity Center portal", "SAML", "GitHub Actions", "EKS service account",
        "EKS Pod Identity", "EKS Pod Identity agent", "EC2 instance profile",
        "ECS task", "Lambda function", "service role", "service-linked role",
        "account access manager", "Cognito", "Roles Anywhere", "ConsoleLogin",
        "GetSigninToken", "GetSessionToken", "GetFederationToken", "AssumeRoot",
        "CreateAccessKey", "CreateLoginProfile", "CreateUser",
        "credential of the user", "UpdateAssumeRolePolicy", "door used",
        "role passed", "passed role used", "started", "command on a machine",
        "aws login", "OAuth consent", "AWS MCP Server", "MCP tool call", "CloudShell",
        "CreateTokenWithIAM", "GetWebIdentityToken", "outbound token",
        "delegated access", "forward access session", "account access grant",
        "instance profile placed", "code of a function", "issued to",
        "CreateTrustAnchor",
    }  # fmt: skip


def numbers() -> list[Any]:
    """List the chains, a few of them in the quick run."""
    quick = (0, 3, 7, 14, 19, 28)
    marks = pytest.mark.soak
    return [
        number if number in quick else pytest.param(number, marks=marks)
        for number in range(CHAINS)
    ]


@pytest.mark.parametrize("number", numbers())
def test_from_its_last_event_a_chain_is_found_to_the_first_credential(
    made: Made, number: int
) -> None:
    chain = made.chains[number]
    lineage = made.case.trace(chain.last_event)
    found = of_frame(lineage.edges)
    assert found.keys() >= chain.path()
    assert found.items() <= made.truth().items()
    ends = list(zip(lineage.ends["id"], lineage.ends["reason"], strict=True))
    assert ends == [(chain.first, chain.reason)]
    inferred = lineage.edges[lineage.edges["certainty"] == "inferred"]
    assert chain.candidates <= set(inferred["from_id"])


def test_from_its_first_credential_a_chain_is_found_to_the_last(made: Made) -> None:
    chain = next(each for each in made.chains if each.first.startswith("AKIA"))
    lineage = made.case.trace(chain.first)
    assert chain.last in set(lineage.credentials["id"])


@pytest.mark.parametrize(
    "share", [10, pytest.param(1, marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_without_the_record_of_a_hop_nothing_false_is_joined(
    made: Made, share: int
) -> None:
    truth = {_renamed(made, *pair) for pair in made.truth()}
    links = [each for chain in made.chains for each in chain.links if each.event_ids]
    for link in links[::share]:
        joined = Joined(_without(made.known, link))
        found = {_renamed(made, *pair) for pair in sure(joined.edges)}
        assert found <= truth, link
        # A key and the console of its session have one name without their issue.
        origin, target = _renamed(made, link.origin, link.target)
        assert origin == target or (origin, target) not in found, link


@pytest.mark.parametrize(
    "share", [10, pytest.param(1, marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_without_the_record_of_a_hop_the_way_back_ends_at_its_place(
    made: Made, share: int
) -> None:
    whole, hops = made.known.issued, 12
    hidden = [
        (chain, link)
        for chain in made.chains
        for link in chain.links
        if link.event_ids and (link.origin, link.target) in chain.path()
        if link.origin != link.target
    ]
    for chain, link in hidden[::share]:
        joined = Joined(_without(made.known, link))
        starts = {
            node(row["access_key"], row["session_id"], joined.issued)
            for row in made.known.credentials.values()
            if node(row["access_key"], row["session_id"], whole) == chain.last
        }
        now = reach(joined, starts - {None}, hops)
        found = ending.ends(joined, now, ending.Recorded(), False, hops)
        named = {_renamed(made, end.node, "")[0] for end in found}
        after = {_renamed(made, at, "")[0] for at in _after(chain, link.target)}
        assert named, link
        assert named <= after, link


def _without(known: Gathered, link: Link) -> Gathered:
    """Return what is known without the records of one hand-over."""
    missing = Gathered()
    hands = known.hands.values()
    kept = [each for each in hands if each["event_id"] not in link.event_ids]
    missing.learn(kept, known.credentials.values())
    return missing


def _after(chain: Chain, at: str) -> set[str]:
    """Return a node of a chain and those that came of it."""
    found = {at}
    for _ in chain.links:
        found |= {each.target for each in chain.links if each.origin in found}
    return found


def _renamed(made: Made, origin: str, target: str) -> tuple[str, str]:
    """Name keys by their session: without its issue, a key is known by that."""
    sessions = {
        row["access_key"]: row["session_id"] or row["access_key"]
        for row in made.known.credentials.values()
    }
    return sessions.get(origin, origin), sessions.get(target, target)


def test_a_missing_record_is_named_at_its_place(tmp_path: Path) -> None:
    make = Maker(SEED)
    who = make.long_term_key()
    make.act(who)
    middle = make.assume(who)
    make.act(middle)
    last = make.assume(middle)
    make.act(last)
    first_hop = make.chain.links[0].event_ids
    kept = [each for each in make.records if each["eventID"] not in first_hop]
    lineage = case_of(tmp_path, kept).trace(make.chain.last_event)
    assert lineage.ends["reason"].tolist() == ["not in the logs"]
    assert len(of_frame(lineage.edges)) == 1


def test_files_delivered_twice_and_shuffled_change_no_edge(tmp_path: Path) -> None:
    records, chains = chains_made.chains(SEED, CHAINS)
    truth = {(x.origin, x.target): x.certainty for each in chains for x in each.links}
    Random(SEED).shuffle(records)
    for number in range(2):
        write(tmp_path / "logs", records[::-1], f"{number}.json")
    case = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    assert sure(Joined(known(case)).edges) == truth


# What is special about a kind


def lineage_of(folder: Path, make: Maker) -> Lineage:
    """Trace the last event that was made."""
    return case_of(folder, make.records).trace(make.chain.last_event)


def test_a_copy_of_each_account_is_one_edge_with_both_events(tmp_path: Path) -> None:
    make = Maker(1)
    who = make.long_term_key()
    make.act(make.assume(who, OTHER))
    edges = lineage_of(tmp_path, make).edges
    own, copy = make.chain.links[0].event_ids
    assert edges[["event_id", "copy_event_id"]].to_numpy().tolist() == [[own, copy]]


def test_the_copy_of_the_owner_alone_ends_at_an_account_not_recorded(
    tmp_path: Path,
) -> None:
    make = Maker(1)
    who = make.long_term_key()
    make.act(make.assume(who, OTHER))
    own = make.chain.links[0].event_ids[0]
    make.records = [
        each
        for each in make.records
        if each["eventID"] != own and each["recipientAccountId"] == OTHER
    ]
    ends = lineage_of(tmp_path, make).ends
    assert ends["reason"].tolist() == ["account not recorded"]
    assert ends["detail"].tolist() == [ACCOUNT]


def test_a_refused_role_is_an_edge_that_leads_nowhere(tmp_path: Path) -> None:
    make = Maker(2)
    who = make.long_term_key()
    make.act(who)
    refused = make.refuse(who)
    edges = lineage_of(tmp_path, make).edges
    assert edges["to_id"].tolist() == [refused]
    assert edges["outcome"].tolist() == ["denied"]


def test_two_switches_in_one_second_are_candidates(tmp_path: Path) -> None:
    make = Maker(3)
    who = make.long_term_key()
    one, two = make.assume(who), make.assume(who)
    target, unique = make.role(ACCOUNT)
    for each in (one, two):
        make.call(
            "AssumeRole",
            "sts",
            each.identity | {"accessKeyId": each.keys[0]},
            requestParameters={"roleArn": target, "roleSessionName": "same"},
            responseElements=make.answer(unique, "same", make.key()),
            sourceIPAddress="AWS Internal",
            userAgent="AWS Internal",
        )
    make.act(make.session(target, unique, "same", [make.key()]))
    lineage = lineage_of(tmp_path, make)
    assert set(lineage.edges["from_id"]) == {one.node, two.node}
    assert set(lineage.edges["certainty"]) == {"inferred"}
    assert lineage.ends["reason"].tolist() == ["several candidates"]


def test_keys_of_one_role_name_and_second_are_told_apart(tmp_path: Path) -> None:
    make = Maker(4)
    one, two = make.long_term_key(), make.long_term_key()
    target, unique = make.role(ACCOUNT)
    keys = [make.key(), make.key()]
    for each, key in zip((one, two), keys, strict=True):
        make.call(
            "AssumeRole",
            "sts",
            each.identity | {"accessKeyId": each.keys[0]},
            requestParameters={"roleArn": target, "roleSessionName": "same"},
            responseElements=make.answer(unique, "same", key),
        )
    callers = [make.session(target, unique, "same", [key], key) for key in keys]
    make.act(callers[0], 3)
    make.act(callers[1], 5)
    lineage = case_of(tmp_path, make.records).trace(keys[0])
    assert lineage.edges["from_id"].tolist() == [one.node]
    assert len(lineage.events()) == 3 + 1


def test_a_key_of_one_second_whose_issue_is_missing_takes_no_other_issuer(
    tmp_path: Path,
) -> None:
    make = Maker(4)
    one = make.long_term_key()
    target, unique = make.role(ACCOUNT)
    issued, other = make.key(), make.key()
    make.call(
        "AssumeRole",
        "sts",
        one.identity | {"accessKeyId": one.keys[0]},
        requestParameters={"roleArn": target, "roleSessionName": "same"},
        responseElements=make.answer(unique, "same", issued),
    )
    callers = [make.session(target, unique, "same", [key]) for key in (issued, other)]
    for caller in callers:
        make.act(caller)
    edges = lineage_of(tmp_path, make).edges
    assert edges["certainty"].tolist() == ["inferred"]
    assert "another key" in edges["reason"].item()


def test_the_portals_call_is_a_candidate_beside_the_saml_one(tmp_path: Path) -> None:
    make = Maker(5)
    make.act(make.identity_center())
    edges = lineage_of(tmp_path, make).edges
    portal = edges[edges["kind"] == "Identity Center portal"]
    assert set(portal["from_id"]) == make.chain.candidates
    assert set(portal["certainty"]) == {"inferred"}


def test_a_role_that_was_opened_leads_to_those_whom_its_trust_names(
    tmp_path: Path,
) -> None:
    make = Maker(6)
    opener, guest = make.long_term_key(), make.long_term_key()
    make.act(opener)
    target, unique = make.role(ACCOUNT)
    make.call(
        "UpdateAssumeRolePolicy",
        "iam",
        opener.identity | {"accessKeyId": opener.keys[0]},
        readOnly=False,
        requestParameters={
            "roleName": target.rpartition("/")[2],
            "policyDocument": (
                '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "'
                f'{guest.identity["arn"]}"}}, "Action": "sts:AssumeRole"}}]}}'
            ),
        },
    )
    make.wait()
    key = make.key()
    make.call(
        "AssumeRole",
        "sts",
        guest.identity | {"accessKeyId": guest.keys[0]},
        requestParameters={"roleArn": target, "roleSessionName": "in"},
        responseElements=make.answer(unique, "in", key),
    )
    lineage = case_of(tmp_path, make.records).trace(opener.node)
    assert of_frame(lineage.edges) == {
        (opener.node, target): "certain",
        (target, key): "certain",
    }


def hidden_hop(make: Maker, **request: Any) -> tuple[Credential, Credential]:
    """Assume a role with more in the request; the next hop is not in the logs."""
    who = make.long_term_key()
    make.act(who)
    middle = make.assume(who)
    make.records[-1]["requestParameters"] |= request
    make.act(middle)
    return who, make.session(*make.role(ACCOUNT), "hidden", [make.key()])


def test_a_console_whose_sign_in_is_missing_ends_there_in_spite_of_what_it_did(
    tmp_path: Path,
) -> None:
    make = Maker(29)
    make.act(make.long_term_key())
    console = make.password()
    make.act(make.cloud_shell(console))
    make.records = [
        each for each in make.records if each["eventName"] != "ConsoleLogin"
    ]
    ends = lineage_of(tmp_path, make).ends
    assert ends["id"].tolist() == [console.node]


def test_a_source_identity_names_the_call_that_set_it_as_a_candidate(
    tmp_path: Path,
) -> None:
    make = Maker(26)
    who, hidden = hidden_hop(make, sourceIdentity="alice")
    hidden.identity["sessionContext"]["sourceIdentity"] = "alice"
    make.act(hidden)
    lineage = lineage_of(tmp_path, make)
    into = lineage.edges[lineage.edges["to_id"] == hidden.node]
    assert into["from_id"].tolist() == [who.node]
    assert into["certainty"].tolist() == ["inferred"]
    assert "source/alice" in into["reason"].item()
    assert lineage.ends["reason"].tolist() == ["several candidates"]


def test_a_transitive_tag_names_the_call_that_set_it_as_a_candidate(
    tmp_path: Path,
) -> None:
    make = Maker(27)
    tags = [{"key": "team", "value": "red one"}]
    who, hidden = hidden_hop(make, tags=tags, transitiveTagKeys=["team"])
    make.act(hidden)
    make.assume(hidden)
    make.records[-1]["requestParameters"]["incomingTransitiveTags"] = {
        "team": "red one"
    }
    lineage = case_of(tmp_path, make.records).trace(hidden.keys[0])
    into = lineage.edges[lineage.edges["to_id"] == hidden.node]
    assert into["from_id"].tolist() == [who.node]
    assert into["certainty"].tolist() == ["inferred"]


def test_a_door_that_is_open_to_many_is_a_candidate_for_each(tmp_path: Path) -> None:
    make = Maker(28)
    opener, guest = make.long_term_key(), make.long_term_key()
    target, unique = make.role(ACCOUNT)
    make._ask(
        opener, "UpdateAssumeRolePolicy", "iam",
        requestParameters={
            "roleName": target.rpartition("/")[2],
            "policyDocument": '{"Statement": [{"Principal": {"AWS": "*"}}]}',
        },
    )  # fmt: skip
    key = make.key()
    make._ask(
        guest, "AssumeRole", "sts",
        requestParameters={"roleArn": target, "roleSessionName": "in"},
        responseElements=make.answer(unique, "in", key),
    )  # fmt: skip
    edges = case_of(tmp_path, make.records).trace(opener.node).edges
    used = edges[edges["kind"] == "door used"]
    assert used["to_id"].tolist() == [key]
    assert used["certainty"].tolist() == ["inferred"]


def test_what_services_did_for_a_user_is_never_recorded_as_issued(
    tmp_path: Path,
) -> None:
    who = user("alice", "ASIAFORWARDEDEXAMPLE")
    who["sessionContext"] = {"attributes": {"creationDate": "2026-03-09T11:39:00Z"}}
    who["invokedBy"] = "athena.amazonaws.com"
    made = record("GetObject", "s3", who)
    ends = case_of(tmp_path, [record(), made]).trace(made["eventID"]).ends
    assert ends["reason"].tolist() == ["never recorded by AWS"]


@pytest.mark.parametrize(
    ("start", "reads", "reason"),
    [
        ("2026-03-08T11:00:00Z", True, "before the window"),
        ("2026-03-09T11:40:00Z", True, "not in the logs"),
        ("2026-03-09T11:40:00Z", False, "read-only events not recorded"),
    ],
)
def test_an_end_says_why_the_issuing_call_is_missing(
    start: str, reads: bool, reason: str, tmp_path: Path
) -> None:
    acts = record("RunInstances", who=role("Ops", start=start), at="11:41:00")
    other = record("DescribeInstances" if reads else "RunInstances", at="11:39:00")
    ends = case_of(tmp_path, [acts, other]).trace(acts["eventID"]).ends
    assert ends["reason"].tolist() == [reason]


def stopped_trail(make: Maker) -> None:
    """Stop the trail for twenty minutes, in which a role is assumed."""
    who = make.long_term_key()
    make.act(who)
    trail = {"name": f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/all"}
    caller = who.identity | {"accessKeyId": who.keys[0]}
    asked: dict[str, Any] = {"readOnly": False, "requestParameters": trail}
    make.call("StopLogging", "cloudtrail", caller, **asked)
    make.now += timedelta(minutes=10)
    role_arn, unique = make.role(ACCOUNT)
    session = make.session(role_arn, unique, "hidden", [make.key()])
    make.now += timedelta(minutes=10)
    make.call("StartLogging", "cloudtrail", caller, **asked)
    make.act(session)


def silent_account(make: Maker) -> None:
    """Assume a role in hours of which the logs hold nothing."""
    who = make.long_term_key()
    make.act(who)
    make.now += timedelta(hours=3)
    role_arn, unique = make.role(ACCOUNT)
    session = make.session(role_arn, unique, "hidden", [make.key()])
    make.now += timedelta(hours=3)
    make.act(session)


def guest_of_cognito(make: Maker) -> None:
    """Hand out keys to a guest by a data event, which the trail does not record."""
    make.act(make.long_term_key())
    guest = make.cognito()
    make.records = [
        each for each in make.records if each["eventSource"][:7] != "cognito"
    ]
    make.act(guest)


def abroad(make: Maker) -> None:
    """Come from an account whose logs are not here."""
    make.act(make.assume(make.long_term_key(), OTHER))
    make.records = [
        each
        for each in make.records
        if each["recipientAccountId"] == OTHER
        and each["eventID"] != make.chain.links[0].event_ids[0]
    ]


def console_of_before(make: Maker) -> None:
    """Act in a console whose sign-in is missing, though its hour is recorded."""
    make.act(make.long_term_key())
    console = make.password()
    make.records = [
        each for each in make.records if each["eventName"] != "ConsoleLogin"
    ]
    make.act(console)
    for each in make.records[-2:]:
        each["sessionCredentialFromConsole"] = "true"


def portal_session(make: Maker) -> None:
    """Act in the access portal."""
    make.act(make.long_term_key())
    make.identity_center()
    make.records = [each for each in make.records if each["eventSource"][:4] != "sts."]
    make.chain.last_event = make.records[-1]["eventID"]


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        (stopped_trail, "coverage gap"),
        (silent_account, "coverage gap"),
        (guest_of_cognito, "event not recorded"),
        (abroad, "account not recorded"),
        (console_of_before, "never recorded by AWS"),
        (portal_session, "federated outside AWS"),
    ],
)
def test_each_reason_of_an_end_is_given_where_it_holds(
    story: Callable[[Maker], None], reason: str, tmp_path: Path
) -> None:
    make = Maker(21)
    story(make)
    ends = lineage_of(tmp_path, make).ends
    assert ends["reason"].tolist() == [reason]
    assert ends["meaning"].notna().all()


def test_in_a_narrow_window_the_issuing_call_is_outside_it(tmp_path: Path) -> None:
    make = Maker(22)
    caller = make.assume(make.long_term_key())
    make.now += timedelta(minutes=30)
    make.act(caller)
    late = case_of(tmp_path, make.records).window(make.records[1]["eventTime"], LATE)
    ends = late.trace(make.chain.last_event).ends
    assert ends["reason"].tolist() == ["before the window"]


def test_a_sign_in_to_identity_center_may_be_behind_a_session_of_the_portal(
    tmp_path: Path,
) -> None:
    make = Maker(23)
    person = {"userId": "person-1", "identityStoreArn": "arn"}
    user_of = {"type": "IdentityCenterUser", "accountId": OTHER, "onBehalfOf": person}
    service: dict[str, Any] = {"eventType": "AwsServiceEvent"}
    make.call(
        "UserAuthentication", "signin", user_of | {"credentialId": "sign-in"},
        additionalEventData={"UserName": "alice"},
        serviceEventDetails={"UserAuthentication": "Success"}, **service,
    )  # fmt: skip
    make.wait()
    portal = user_of | {"credentialId": "portal"}
    event = make.call("ListAccounts", "sso", portal, **service)
    lineage = case_of(tmp_path, make.records).trace(event)
    assert lineage.edges["kind"].tolist() == ["Identity Center sign-in"]
    assert lineage.edges["certainty"].tolist() == ["inferred"]
    assert "no id joins" in lineage.edges["reason"].item()


def test_a_command_by_tag_names_no_machine_and_joins_none(tmp_path: Path) -> None:
    make = Maker(24)
    who = make.long_term_key()
    machine = make.service()
    make._ask(
        who, "SendCommand", "ssm",
        requestParameters={"targets": [{"key": "tag:role", "values": ["web"]}]},
    )  # fmt: skip
    make.act(machine)
    kinds = set(lineage_of(tmp_path, make).edges["kind"])
    assert kinds == {"EC2 instance profile"}


def test_a_role_made_anew_under_its_name_is_another_role(tmp_path: Path) -> None:
    make = Maker(25)
    first, second = make.long_term_key(), make.long_term_key()
    role_arn, old = make.role(ACCOUNT)
    new = f"{old[:-4]}NEWX"
    for who, unique in ((first, old), (second, new)):
        make.call(
            "AssumeRole", "sts", who.identity | {"accessKeyId": who.keys[0]},
            requestParameters={"roleArn": role_arn, "roleSessionName": "same"},
            responseElements=make.answer(unique, "same", make.key()),
            userAgent="AWS Internal", sourceIPAddress="AWS Internal",
        )  # fmt: skip
    make.act(make.session(role_arn, new, "same", [make.key()]))
    assert of_frame(lineage_of(tmp_path, make).edges) == {
        (second.node, f"{new}/same/{make.records[0]['eventTime']}"): "strong"
    }


# A busy key


def busy(count: int) -> tuple[Maker, Credential, Credential]:
    """Assume one role over and over, with one refusal; return the key and a session."""
    make = Maker(31)
    who = make.long_term_key()
    role_arn, unique = make.role(ACCOUNT)
    callers = list[Credential]()
    for number in range(count):
        make.wait()
        name, key = f"build-{number}", make.key()
        make.call(
            "AssumeRole", "sts", who.identity | {"accessKeyId": who.keys[0]},
            requestParameters={"roleArn": role_arn, "roleSessionName": name},
            responseElements=make.answer(unique, name, key),
        )  # fmt: skip
        callers.append(make.session(role_arn, unique, name, [key], key))
        make.act(callers[-1], 1)
    return make, who, callers[count // 2]


def test_many_sessions_of_one_role_fold_and_hide_no_refusal(tmp_path: Path) -> None:
    make, who, _ = busy(30)
    refused = make.refuse(who)
    tree = case_of(tmp_path, make.records).trace(who.node).tree()
    lines = tree.splitlines()
    assert len(lines) == 1 + 3 + 1 + 1
    assert "… and 27 more of role/role1" in lines[4].replace("role/role2", "role/role1")
    assert "AssumeRole" in lines[4]
    assert "DENIED" in lines[5]
    assert refused.rpartition("/")[2] in lines[5]
    assert lines[0].startswith("> ")


def test_the_way_to_the_start_is_not_folded(tmp_path: Path) -> None:
    make, _, middle = busy(30)
    lineage = case_of(tmp_path, make.records).trace(middle.node)
    found = [line for line in lineage.tree().splitlines() if ">" in line]
    assert len(found) == 1
    assert middle.node in found[0]
    assert found[0] in str(lineage.card())


def test_what_leads_to_the_start_is_shown_past_any_number_of_lines() -> None:
    hand = {"time": pd.Timestamp("2026-03-09"), "source_ip": "x", "outcome": "denied"}
    edges = [
        Edge("root", f"role {number}", "AssumeRole", "certain", hand)
        for number in range(500)
    ]
    edges += [Edge("root", "wanted", "own", "strong", None)]
    way = {"root", "wanted"}
    tree = TreeText({}, {"wanted"}, 3, way).written(edges, [*way], [])
    assert "> wanted" in tree
    assert len(tree.splitlines()) < 210


def test_the_picture_of_many_sessions_marks_the_start_and_keeps_it(
    tmp_path: Path,
) -> None:
    make, _, middle = busy(30)
    figure = tk.chart(case_of(tmp_path, make.records).trace(middle.node))
    dots = next(each for each in figure.data if each.mode == "markers")
    asked = [
        text
        for (text, _), symbol in zip(dots.customdata, dots.marker.symbol, strict=True)
        if symbol == "diamond"
    ]
    assert len(asked) == 1
    assert middle.node in asked[0]
    assert "asked for" in asked[0]
    written = " ".join(next(each for each in figure.data if each.mode == "text").text)
    assert "×29" in written


def test_work_grows_with_the_chain_and_not_with_its_square(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, caller = list[int](), Gathered.caller

    def counting(known: Gathered, hand: Row, issued: set[str]) -> str:
        counted[-1] += 1
        return caller(known, hand, issued)

    monkeypatch.setattr(Gathered, "caller", counting)
    asked = list[int]()
    for count in (10, 40):
        make, _, middle = busy(count)
        case = case_of(tmp_path / str(count), make.records)
        role_arn = middle.identity["sessionContext"]["sessionIssuer"]["arn"]
        counted.append(0)
        lineage = case.trace(role_arn)
        assert len(lineage.credentials) == count + 1
        assert len(lineage.ends) == 1
        asked.append(len(lineage._walk.frames))
    assert counted[1] <= 4 * counted[0]
    assert asked[0] == asked[1]


def test_each_hop_asks_sql_of_one_shape(made: Made) -> None:
    chains = [each for each in made.chains if len(each.path()) > 1]
    made.case.trace(chains[0].last_event)
    before = _translated.cache_info().misses
    made.case.trace(chains[1].last_event)
    made.case.trace(chains[2].last_event)
    assert _translated.cache_info().misses == before


# Where it may start, and what it shows


def test_an_account_of_hostile_names_is_shown_escaped(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>\x1b[2J"
    acts = record(who=role("Ops", name))
    lineage = case_of(tmp_path, [acts]).trace(acts["eventID"])
    assert "<script>" not in lineage._repr_html_()
    assert "\x1b" not in repr(lineage)


@pytest.mark.parametrize("start", ["", 7, None, pd.Series({"count": 3})])
def test_what_cannot_be_a_start_is_refused(start: object, made: Made) -> None:
    with pytest.raises(InvalidParameter):
        made.case.trace(start)


def test_a_start_that_did_nothing_raises(made: Made) -> None:
    with pytest.raises(EvidenceError, match="AKIANOBODYEXAMPLE"):
        made.case.trace("AKIANOBODYEXAMPLE")


def test_a_start_that_nearly_fits_is_refused_with_what_comes_near(made: Made) -> None:
    chain = next(each for each in made.chains if each.first.startswith("AKIA"))
    with pytest.raises(EvidenceError, match=f'Did you mean "{chain.first}"'):
        made.case.trace(f"{chain.first[:-8]}EXAMPLF")


@pytest.mark.parametrize("rows", [0, 2])
def test_a_frame_of_other_than_one_row_is_refused(made: Made, rows: int) -> None:
    frame = pd.DataFrame({"access_key": ["AKIANOBODYEXAMPLE"] * rows})
    with pytest.raises(InvalidParameter, match=r"iloc\[0\]"):
        made.case.trace(frame)


def test_a_start_is_a_value_and_never_sql(made: Made) -> None:
    with pytest.raises(EvidenceError):
        made.case.trace("' or 1 = 1 --")


def starts() -> list[Any]:
    """Return every form of start for the session of one role."""
    return [
        pytest.param(form, id=form)
        for form in (
            *("event", "key", "session", "arn", "role", "address", "row"),
            *("one row", "unique id", "actor", "role name"),
        )
    ]


@pytest.mark.parametrize("form", starts())
def test_every_form_of_a_start_leads_to_the_same_first_credential(
    form: str, tmp_path: Path
) -> None:
    make = Maker(8)
    who = make.long_term_key()
    caller = make.assume(who)
    make.act(caller)
    make.records[-1]["sourceIPAddress"] = "198.51.100.7"
    case = case_of(tmp_path, make.records)
    start = {
        "event": make.chain.last_event,
        "key": caller.node,
        "session": case.query(
            f"select session_id from events where access_key = '{caller.node}'"
        )["session_id"].iloc[0],
        "arn": caller.identity["arn"],
        "role": caller.identity["sessionContext"]["sessionIssuer"]["arn"],
        "address": "198.51.100.7",
        "row": case.ask("identity/access-key", access_key=caller.node).iloc[-1],
        "one row": case.ask("identity/access-key", access_key=caller.node).tail(1),
        "unique id": caller.identity["principalId"].partition(":")[0],
        "actor": "role/" + "/".join(caller.identity["arn"].split("/")[1:]),
        "role name": caller.identity["arn"].split("/")[1],
    }[form]
    lineage = case.trace(start)
    assert lineage.ends["id"].tolist() == [who.node]
    assert of_frame(lineage.edges) == {(who.node, caller.node): "certain"}


def test_ctrl_c_returns_what_is_known_so_far(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = max(made.chains, key=lambda each: len(each.path()))
    asked, ask = list[str](), Tracing._rows

    def interrupted(
        walk: Tracing, question: str, values: dict[str, Any], *more: Any
    ) -> list[Row]:
        asked.append(question)
        if len(asked) > 5:
            raise KeyboardInterrupt
        return ask(walk, question, values, *more)

    monkeypatch.setattr(Tracing, "_rows", interrupted)
    lineage = made.case.trace(chain.last_event)
    assert not lineage.complete
    assert 0 < len(of_frame(lineage.edges)) < len(chain.links)
    assert "not followed further" in set(lineage.ends["reason"])
    assert "interrupted" in repr(lineage)


def test_frames_say_where_they_came_from(made: Made) -> None:
    lineage = made.case.trace(made.chains[0].last_event)
    for frame in (lineage.edges, lineage.credentials, lineage.ends):
        origin = tk.provenance(frame)
        assert origin.title.startswith("Lineage of ")
        assert origin.rows == len(frame)
    assert tk.provenance(lineage.events()).question == "lineage/acts"


def test_the_chart_of_a_chain_takes_the_edges(made: Made) -> None:
    lineage = made.case.trace(made.chains[0].last_event)
    assert "became" in tk.charts.chain(lineage.edges).layout.title.text


def test_a_lineage_is_drawn_and_its_dots_name_their_events(made: Made) -> None:
    lineage = made.case.trace(made.chains[0].last_event)
    figure = tk.chart(lineage)
    dots = next(each for each in figure.data if each.mode == "markers")
    events = {event for _, event in dots.customdata if event}
    assert events
    assert events <= set(lineage.edges["event_id"])


@pytest.mark.parametrize("count", [0, 1, 5, 200])
def test_a_chart_of_any_number_of_edges_is_drawn(count: int) -> None:
    names = [f"identity-{number}" for number in range(count + 1)]
    pairs = {"from_id": names[:-1], "to_id": names[1:], "outcome": "denied"}
    assert tk.chart(pd.DataFrame(pairs)).layout.title.text


def test_a_lineage_in_a_notebook_is_a_card_with_the_reason_of_each_end(
    made: Made,
) -> None:
    lineage = made.case.trace(made.chains[0].last_event)
    assert "tk-card" in lineage._repr_html_()
    assert lineage.ends["reason"].iloc[0] in str(lineage.card())


def test_what_was_left_behind_is_listed_with_its_revocation_and_other_use(
    tmp_path: Path,
) -> None:
    make = Maker(11)
    who = make.long_term_key()
    make.act(who)
    kept, taken = make.create_key(who), make.create_key(who)
    make.act(kept, 3)
    make.wait()
    make.call(
        "DeleteAccessKey",
        "iam",
        who.identity | {"accessKeyId": who.keys[0]},
        readOnly=False,
        requestParameters={
            "userName": taken.identity["userName"],
            "accessKeyId": taken.node,
        },
    )
    left = case_of(tmp_path, make.records).trace(who.node).left_behind()
    assert left["target"].tolist() == [kept.node]
    assert left["uses"].tolist() == [3]
    assert "delete-access-key" in left["revoke_with"].item()
    assert tk.provenance(left).rows == 1


def test_it_reads_the_logs_at_most_twice_as_often_as_the_chain_has_hops(
    deletion: Lineage,
) -> None:
    hops = len(practice.answers().hops) + 2
    assert len(deletion._walk.frames) <= 2 * hops


# The practice case


@pytest.fixture(scope="module")
def deletion(practice_case: Case) -> Lineage:
    """Trace the deletion of the bucket."""
    return practice_case.trace(practice.answers().deletion.event_id)


def test_the_deletion_leads_back_to_the_leaked_key(deletion: Lineage) -> None:
    truth = practice.answers()
    assert deletion.ends["id"].tolist() == [truth.leaked_key]
    events = set(deletion.edges["event_id"]) | set(deletion.edges["copy_event_id"])
    for hop in truth.hops:
        assert set(hop.event_ids[:2]) <= events


def test_it_leads_forward_to_user_key_password_and_policy(deletion: Lineage) -> None:
    truth = practice.answers()
    edges = deletion.edges
    came = edges[
        (edges["from_id"] == truth.leaked_key) & (edges["outcome"] == "success")
    ]
    assert {
        truth.created_user,
        truth.created_key,
        f"password:{truth.created_user}",
        f"policy {truth.policy} on {truth.culprit}",
    } <= set(came["to_id"])
    assert set(truth.keys) <= set(deletion.credentials["access_key"])


def test_roles_that_were_refused_are_edges(deletion: Lineage) -> None:
    edges = deletion.edges
    refused = set(edges["to_id"][edges["outcome"] == "denied"])
    assert refused == set(practice.answers().refused_roles)


def test_all_that_the_intruder_did_is_listed_once(deletion: Lineage) -> None:
    truth, events = practice.answers(), deletion.events()
    assert truth.event_ids <= set(events["event_id"])
    assert events["event_id"].is_unique
    others = events[~events["event_id"].isin(truth.event_ids)]
    assert set(others["access_key"]) <= {truth.leaked_key}


def test_what_was_read_is_summed_and_what_is_unknown_is_missing(
    deletion: Lineage,
) -> None:
    truth, touched = practice.answers(), deletion.resources()
    read = touched[touched["resource"].str.contains(truth.reading.bucket, na=False)]
    objects = read[read["actions"] == "GetObject"]
    assert objects["done"].sum() == truth.reading.objects
    assert objects["bytes_out"].sum() == truth.reading.bytes
    assert set(objects.loc[objects["done"] > 0, "bytes_told"]) == {"yes"}
    secrets = touched[(touched["service"] == "secretsmanager") & (touched["done"] > 0)]
    assert secrets["bytes_out"].isna().all()
    assert set(secrets["bytes_told"]) == {"unknown"}
    deleted = touched[touched["effect"] == "deleted"]["resource"]
    assert deleted.str.contains(truth.bucket).any()


# Two windows


def windows() -> tuple[tuple[str, str], tuple[str, str]]:
    """Return a day before the intrusion and the days of it."""
    return ("2026-03-09", "2026-03-10"), ("2026-03-11", "2026-03-12")


def test_two_windows_show_the_new_user(practice_case: Case) -> None:
    changed = practice_case.compare(*windows(), by="actor")
    new = changed[changed["change"] == "new"]
    assert practice.answers().created_user_id in set(new["value"])
    assert set(changed["change"]) <= {"new", "gone", "more", "fewer"}
    assert not ((changed["events_before"] > 0) & (changed["change"] == "new")).any()


def test_what_is_new_is_unknown_where_the_window_before_was_not_recorded(
    practice_case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    blind, after = ("2026-01-05", "2026-01-06"), windows()[1]
    forth = practice_case.compare(blind, after)
    back = practice_case.compare(after, blind)
    assert set(forth["change"]) == set(back["change"]) == {"unknown"}
    assert "what is new is not known" in "".join(capsys.readouterr())
    assert "what is new is not known" in tk.chart(forth).layout.title.text
    assert "what is gone is not known" in tk.chart(back).layout.title.text


def test_a_trail_that_was_off_in_one_window_is_said(
    practice_case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    off = ("2026-03-12 01:00", "2026-03-12 02:00")
    practice_case.compare(off, ("2026-03-12 03:00", "2026-03-12 04:00"))
    assert "was off for part of the window before" in "".join(capsys.readouterr())


def test_ten_times_as_many_an_hour_are_more_and_fewer(tmp_path: Path) -> None:
    made = [record("ListBuckets", "s3", at="10:00:00")]
    made += [record("ListBuckets", "s3", at=f"11:{n:02}:00") for n in range(10)]
    case = case_of(tmp_path, made)
    hours = [(f"2026-03-09 {n}:00", f"2026-03-09 {n + 1}:00") for n in (10, 11)]
    assert case.compare(*hours, by="action")["change"].tolist() == ["more"]
    assert case.compare(*hours[::-1], by="action")["change"].tolist() == ["fewer"]


@pytest.mark.parametrize(
    ("before", "after", "by"),
    [
        ("2026-03-09", ("2026-03-11", "2026-03-12"), "actor"),
        (("2026-03-10", "2026-03-09"), ("2026-03-11", "2026-03-12"), "actor"),
        (("2026-03-09", "2026-03-10"), ("2026-03-11", "2026-03-12"), "colour"),
    ],
)
def test_windows_that_cannot_be_compared_are_refused(
    practice_case: Case, before: Any, after: Any, by: str
) -> None:
    with pytest.raises(InvalidParameter):
        practice_case.compare(before, after, by)
