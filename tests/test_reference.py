"""The library answers what investigators ask, and finds the events attackers use."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.support import examples_read
from trailkit.questions.library import load

OUTSIDE = ("overview/", "identity/", "resource/")
"""Topics that show every event, whatever it is."""

EXPECTED_ROWS = 248


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> Path:
    """Return the folder with the lists of questions and of attackers' events."""
    return shared_data.parent / "reference"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_question_is_answered_or_its_reason_is_told(reference: Path) -> None:
    asked = {row["id"] for row in rows(reference / "questions.csv")}
    assert len(asked) == EXPECTED_ROWS
    answered = {number for question in load() for number in question.answers}
    listed = Path(__file__).with_name("questions_not_answerable.yaml")
    reasons = yaml.safe_load(listed.read_text(encoding="utf-8"))
    assert all(len(reason) > 20 for reason in reasons.values())
    assert asked - answered == set(reasons)
    assert answered <= asked


@cache
def found() -> set[tuple[str, str]]:
    """Return source and name of each event that a question of its own topic finds."""
    events: set[tuple[str, str]] = set()
    for name in examples_read.names():
        if not name.startswith(OUTSIDE):
            for record in examples_read.read(name).finds:
                events.add((record["eventSource"], record["eventName"]))
                events.add((record["eventSource"], unversioned(record["eventName"])))
    return events


def unversioned(name: str) -> str:
    """Return a name without the date of its API, which Lambda and CloudFront append."""
    return re.sub(r"20\d{2}[-_]?\d{2}[-_]?\d{2}(v\d+)?$", "", name)


def test_every_event_that_attackers_use_is_found_by_a_question_about_it(
    reference: Path,
) -> None:
    used = {
        (row["event_source"], row["event_name"])
        for row in rows(reference / "attacker_events.csv")
    }
    assert sorted(used - found()) == []


UNNAMED = [
    *["ExecuteCommand", "GetSnapshotBlock", "ListSnapshotBlocks", "StartCopyJob"],
    *["PutBackupVaultAccessPolicy", "DetachPolicy", "SetIdentityPoolRoles"],
    *["RestoreFromClusterSnapshot", "ReplicateSecretToRegions", "CreateVpcEndpoint"],
    *["CreateTransitGatewayVpcAttachment", "StartPrimaryEmailUpdate"],
    *["AcceptPrimaryEmailUpdate", "DeleteTable", "AssumeRoot", "CreateOAuth2Token"],
    *["AuthorizeOAuth2Access", "GetRoleCredentials", "CreateTokenWithIAM"],
    *[
        "GetWebIdentityToken",
        "DeleteBucketPublicAccessBlock",
        "ModifySecurityGroupRules",
    ],
    *["DeleteObjects", "EnableMFADevice", "CreateServiceSpecificCredential"],
    *["CreateInstanceConnectEndpoint", "BatchRevokeSessions"],
    *["GetTokensFromRefreshToken"],
]
"""Events that attackers can use and no other tool names."""


@pytest.mark.parametrize("event", UNNAMED)
def test_an_event_that_no_other_tool_names_is_found(event: str) -> None:
    assert event in {name for _, name in found()}


def test_every_question_has_examples() -> None:
    assert {each.name for each in load()} == set(examples_read.names())


def test_a_list_says_what_was_affected() -> None:
    """Of the questions that find attackers' events, each list has a target column."""
    lists = [
        each
        for each in load()
        if each.columns[0] == "time" and not each.name.startswith(OUTSIDE)
    ]
    without = [each.name for each in lists if "target" not in each.columns]
    assert sorted(without) == WITHOUT_TARGET


WITHOUT_TARGET = [
    *["lineage/acts", "lineage/handovers", "s3/bucket-deletions", "signin/console"],
    *["signin/new", "signin/weak"],
]
"""Lists whose deciding column has another name: the bucket, or the one who signs in."""
