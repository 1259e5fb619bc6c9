"""Chains in real, public logs: what the raw files show by hand is what is joined.

The logs lie outside the project, and nothing of them is written here: each test reads
the raw records and works out the hand-overs without trailkit.
"""

import gzip
import json
from collections import defaultdict
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import trailkit as tk
from tests.support.records_made import Record
from trailkit.case import Case
from trailkit.lineage.gathered import SESSION, Gathered, rows
from trailkit.lineage.joining import Joined

INVICTUS = "invictus-aws-dataset/CloudTrail"


def raw(folder: Path) -> list[Record]:
    """Read the records of files, each once."""
    found: dict[str, Record] = {}
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.json*"))
    for file in files:
        packed = file.read_bytes()
        read = json.loads(gzip.decompress(packed) if file.suffix == ".gz" else packed)
        records = read["Records"] if isinstance(read, dict) else read
        found |= {each["eventID"]: each for each in records}
    return [*found.values()]


def issued(made: Record) -> str | None:
    """Return the key in the answer of a call."""
    answer: dict[str, Any] = made.get("responseElements") or {}
    for name in ("credentials", "accessKey"):
        if key := (answer.get(name) or {}).get("accessKeyId"):
            return key
    return None


def by_hand(records: list[Record]) -> set[tuple[str, str]]:
    """Return who issued which key: by key, or the service that asked for itself."""
    found = set[tuple[str, str]]()
    for each in records:
        who, key = each["userIdentity"], issued(each)
        if not key:
            continue
        service = who.get("invokedBy", "").removesuffix(".amazonaws.com")
        found.add((who.get("accessKeyId") or f"service/{service}", key))
    return found


def begun_by_hand(records: list[Record]) -> set[tuple[str, str]]:
    """Return what began each session whose keys no record issued.

    A sign-in to the console by the same principal in the second of its creation, or the
    only key of the session that was issued and acts, where services acted for it.
    """
    sessions = defaultdict[tuple[str, str], list[Record]](list)
    for each in records:
        who = each["userIdentity"]
        start = who.get("sessionContext", {}).get("attributes", {}).get("creationDate")
        if start and who.get("accessKeyId"):
            sessions[who["principalId"], start].append(each)
    keys, found = {issued(each) for each in records}, set[tuple[str, str]]()
    for (principal, start), own in sessions.items():
        node = f"{principal.replace(':', '/')}/{start}"
        used = {each["userIdentity"]["accessKeyId"] for each in own}
        other = [
            each for each in own if each["userIdentity"]["accessKeyId"] not in keys
        ]
        relayed = all("invokedBy" in each["userIdentity"] for each in other)
        if other and relayed and len(used & keys) == 1:
            found.add(((used & keys).pop(), node))
        found |= {
            (f"password:{each['userIdentity']['arn']}", node)
            for each in records
            if each["eventName"] == "ConsoleLogin"
            and (each["responseElements"] or {}).get("ConsoleLogin") == "Success"
            and each["userIdentity"].get("principalId") == principal
            and each["eventTime"] == start
        }
    return found


def joined(case: Case) -> Joined:
    """Join all that the questions return."""
    known = Gathered()
    known.learn(
        rows(case.ask("lineage/handovers")), rows(case.ask("lineage/credentials"))
    )
    return Joined(known)


@pytest.fixture(scope="module")
def invictus(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    store = tmp_path_factory.mktemp("store")
    return tk.local(shared_data / INVICTUS, store=store, progress=False)


@pytest.fixture(scope="module")
def records(shared_data: Path) -> list[Record]:
    return raw(shared_data / INVICTUS)


def test_each_key_that_the_raw_files_issue_is_an_edge_and_no_other_is(
    invictus: Case, records: list[Record]
) -> None:
    truth, keys = by_hand(records), {issued(each) for each in records} - {None}
    edges = [each for each in joined(invictus).edges if each.sure and each.backward]
    found = {(each.origin, each.target) for each in edges if each.target in keys}
    assert len(truth) > 30
    assert found == truth


def test_each_refused_role_of_the_raw_files_is_an_edge(
    invictus: Case, records: list[Record]
) -> None:
    refused = [
        each["errorMessage"]
        for each in records
        if each["eventName"] == "AssumeRole" and each.get("errorCode")
    ]
    edges = [
        each
        for each in joined(invictus).edges
        if each.hand and each.hand["action"] == "AssumeRole" and not each.done
    ]
    assert len(edges) == len(refused) > 10
    assert all(any(each.target in text for text in refused) for each in edges)


def test_a_sign_in_leads_back_to_the_key_that_made_its_password(
    invictus: Case, records: list[Record]
) -> None:
    made = {
        each["requestParameters"]["userName"]: each["userIdentity"]["accessKeyId"]
        for each in records
        if each["eventName"] == "CreateLoginProfile"
    }
    signed = [
        each
        for each in records
        if each["eventName"] == "ConsoleLogin"
        and each["userIdentity"].get("userName") in made
    ]
    assert len(signed) == 1
    lineage = invictus.trace(signed[0]["eventID"])
    assert lineage.ends["id"].tolist() == [made[signed[0]["userIdentity"]["userName"]]]


def test_from_the_first_key_every_key_user_and_password_is_found(
    invictus: Case, records: list[Record]
) -> None:
    uses = defaultdict[str, int](int)
    for each in records:
        uses[each["userIdentity"].get("accessKeyId", "")] += 1
    first = max((key for key in uses if key.startswith("AKIA")), key=uses.__getitem__)
    own = [each for each in records if each["userIdentity"].get("accessKeyId") == first]
    keys = {key for each in own if (key := issued(each))}
    users = {
        each["requestParameters"]["userName"]
        for each in own
        if each["eventName"] in ("CreateUser", "CreateLoginProfile")
        and not each.get("errorCode")
    }
    lineage = invictus.trace(first)
    reached = set(lineage.edges["to_id"])
    assert keys <= reached
    assert all(any(at.endswith(f"user/{user}") for at in reached) for user in users)
    assert set(lineage.credentials["access_key"]) >= keys & uses.keys()


def issued_together(records: list[Record]) -> list[set[str]]:
    """Return the keys of each session that several calls issued and that act."""
    keys = {issued(each) for each in records} - {None}
    found = defaultdict[str, set[str]](set)
    for each in records:
        who = each["userIdentity"]
        start = who.get("sessionContext", {}).get("attributes", {}).get("creationDate")
        if start and who.get("accessKeyId") in keys:
            found[f"{who['principalId']} {start}"].add(who["accessKeyId"])
    return [own for own in found.values() if len(own) > 1]


def own_events(records: list[Record], key: str) -> set[str]:
    """Return the events of a key."""
    return {
        each["eventID"]
        for each in records
        if each["userIdentity"].get("accessKeyId") == key
    }


def test_keys_of_separate_calls_in_one_second_are_told_apart(
    invictus: Case, records: list[Record]
) -> None:
    together = issued_together(records)
    assert together
    for key, other in ((a, b) for keys in together for a, b in permutations(keys, 2)):
        frame = invictus.ask("identity/access-key", access_key=key)
        assert {*frame["event_id"]} == own_events(records, key)
        found = {*invictus.trace(key).events()["event_id"]}
        assert found >= own_events(records, key)
        assert not found & own_events(records, other)


FOLDERS = (INVICTUS, "stratus-red-team", "umccr-flaws-slice/AWSLogs")


@pytest.mark.parametrize("name", FOLDERS)
def test_every_chain_of_the_raw_files_is_joined_and_nothing_else_is(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    made = raw(shared_data / name)
    case = tk.local(shared_data / name, store=tmp_path, progress=False)
    issues = {issued(each) for each in made} - {None}
    edges = [each for each in joined(case).edges if each.sure and each.backward]
    by_key = {(each.origin, each.target) for each in edges if each.target in issues}
    begun = {
        (each.origin, each.target) for each in edges if SESSION.fullmatch(each.target)
    }
    assert by_key == by_hand(made)
    assert begun == begun_by_hand(made)


def test_what_services_did_for_a_user_ends_where_aws_records_nothing(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "umccr-flaws-slice" / "AWSLogs"
    case = tk.local(folder, store=tmp_path, progress=False)
    relayed = {
        each["userIdentity"]["accessKeyId"]
        for each in raw(folder)
        if each["userIdentity"].get("sessionContext")
        and each["userIdentity"].get("invokedBy")
    }
    assert relayed
    for key in relayed:
        assert case.trace(key).ends["reason"].tolist() == ["never recorded by AWS"]


@pytest.mark.parametrize(
    "technique",
    [
        "lateral-movement.ec2-instance-connect",
        "execution.ssm-send-command",
        "persistence.iam-create-admin-user",
        "persistence.iam-backdoor-role",
    ],
)
def test_every_file_of_an_attack_joins_what_it_issues(
    technique: str, shared_data: Path, tmp_path: Path
) -> None:
    file = shared_data / "stratus-red-team" / f"aws.{technique}.json"
    made = raw(file)
    case = tk.local(file, store=tmp_path, progress=False)
    keys = {issued(each) for each in made} - {None}
    edges = [each for each in joined(case).edges if each.sure and each.backward]
    found = {(each.origin, each.target) for each in edges if each.target in keys}
    assert found == by_hand(made)
