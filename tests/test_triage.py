"""Triage names what was done, and leaves what is usual at the bottom."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support.records_made import ACCOUNT, case_of, record, role, service, user
from tests.support.sampled import some
from trailkit.dialect.sql_files import sql_folder
from trailkit.errors import InvalidParameter
from trailkit.questions.header import SEVERITIES
from trailkit.questions.library import load
from trailkit.triage.kinds import kinds
from trailkit.triage.levels import Seen, judge

if TYPE_CHECKING:
    from trailkit.case import Case

SERIOUS = ["medium", "high", "critical"]

STEPS = {
    "credential-access.ec2-get-password-data": "T1552",
    "credential-access.ec2-steal-instance-credentials": "T1552.005",
    "credential-access.secretsmanager-retrieve-secrets": "T1555.006",
    "defense-evasion.cloudtrail-delete": "T1685.002",
    "defense-evasion.organizations-leave": "T1666",
    "discovery.ec2-download-user-data": "T1552.005",
    "execution.ec2-launch-unusual-instances": "T1496.001",
    "exfiltration.ec2-security-group-open-port-22": "T1686.001",
    "exfiltration.ec2-share-ebs-snapshot": "T1537",
    "exfiltration.s3-backdoor-bucket-policy": "T1530",
    "initial-access.console-login": "T1078.004",
    "persistence.iam-backdoor-role": "T1098.003",
    "persistence.iam-backdoor-user": "T1098.001",
    "persistence.iam-create-admin-user": "T1136.003",
    "persistence.iam-create-user-login-profile": "T1098",
    "persistence.lambda-overwrite-code": "T1648",
    "persistence.rolesanywhere-create-trust-anchor": "T1484.002",
}
"""Techniques of the attack in the Invictus logs, by its steps' names."""

STRATUS = {
    "credential-access.ec2-get-password-data": "T1552",
    "credential-access.secretsmanager-batch-retrieve-secrets": "T1555.006",
    "credential-access.ssm-retrieve-securestring-parameters": "T1555.006",
    "defense-evasion.cloudtrail-event-selectors": "T1685.002",
    "defense-evasion.dns-delete-logs": "T1685.002",
    "defense-evasion.vpc-remove-flow-logs": "T1685.002",
    "execution.ec2-launch-unusual-instances": "T1496.001",
    "execution.ssm-send-command": "T1651",
    "exfiltration.ec2-security-group-open-port-22-ingress": "T1686.001",
    "exfiltration.ec2-share-ebs-snapshot": "T1537",
    "impact.bedrock-invoke-model": "T1496.004",
    "lateral-movement.ec2-instance-connect": "T1651",
    "persistence.iam-backdoor-role": "T1098.003",
    "persistence.iam-create-admin-user": "T1098.003",
    "persistence.iam-create-user-login-profile": "T1098",
    "persistence.lambda-layer-extension": "T1648",
    "persistence.rolesanywhere-create-trust-anchor": "T1484.002",
    "privilege-escalation.iam-update-user-login-profile": "T1098",
}
"""The technique of each file of Stratus Red Team."""


@pytest.fixture(scope="module")
def practice(practice_case: "Case") -> pd.DataFrame:
    return practice_case.triage()


@pytest.fixture(scope="module")
def invictus(shared_data: Path) -> pd.DataFrame:
    folder = shared_data / "invictus-aws-dataset"
    return tk.local(folder, progress=False).triage()


def found(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the rows about what was not recorded."""
    return frame[frame["count"].notna()]


def test_every_step_of_a_real_attack_is_named(invictus: pd.DataFrame) -> None:
    assert set(STEPS.values()) <= set(invictus["technique"].dropna())


def test_nothing_is_found_about_a_user_whose_day_was_usual(
    invictus: pd.DataFrame,
) -> None:
    assert not invictus["actors"].str.contains("benjamin", na=False).any()


@pytest.mark.parametrize("name", some(STRATUS, 2))
def test_a_technique_is_named_with_no_question_asked(
    name: str, shared_data: Path
) -> None:
    path = shared_data / "stratus-red-team" / f"aws.{name}.json"
    frame = found(tk.local(path, progress=False).triage())
    named = frame[frame["technique"] == STRATUS[name]]
    assert set(named["severity"]) & set(SERIOUS), frame[["finding", "severity", "why"]]


def test_quiet_days_stay_quiet(practice: pd.DataFrame) -> None:
    serious = practice[practice["severity"].isin(SERIOUS)]
    a_day = serious.groupby(serious["first_seen"].dt.strftime("%m-%d")).size()
    assert a_day.drop(["03-10", "03-11", "03-12"]).max() <= 3
    assert a_day["03-12"] > 3


def test_the_most_serious_come_first_and_say_why(practice: pd.DataFrame) -> None:
    levels = found(practice)["severity"].map(SEVERITIES.index)
    assert levels.is_monotonic_decreasing
    assert found(practice)["why"].str.contains("usually ").all()
    assert found(practice)["example_event_id"].notna().all()


def test_the_next_questions_run(practice: pd.DataFrame, practice_case: "Case") -> None:
    lines = practice.attrs["next"]
    assert len(lines) == 3
    answers = [eval(line, {"case": practice_case}) for line in lines]
    assert len(answers[0])
    assert len(answers[1])


def test_a_finding_carries_where_it_came_from(practice: pd.DataFrame) -> None:
    assert tk.provenance(practice).question == "triage/findings"


def test_what_was_not_recorded_is_said(tmp_path: Path) -> None:
    frame = case_of(tmp_path, [record("GetUser", "iam", readOnly=True)]).triage()
    assert found(frame).empty
    assert {"unknown"} <= set(frame["severity"])
    assert frame["why"].str.contains("does not show that nothing happened").all()
    assert frame["count"].isna().all()


def test_every_kind_asks_a_question_that_there_is() -> None:
    names = {each.name for each in load()}
    assert {each.question for each in kinds().values()} <= names


# Traps


def triaged(folder: Path, records: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    frame = found(case_of(folder, records).triage())
    return {str(name): rows for name, rows in frame.groupby("finding")}


def test_each_instance_of_a_role_has_a_home_of_its_own(tmp_path: Path) -> None:
    first, second = ("i-0123456789abcdef0", "i-0123456789abcdef1")
    calls = [
        record("UpdateInstanceInformation", "ssm", role("web", name), at,
               sourceIPAddress=address, userAgent="aws-sdk-go/1.44 amazon-ssm-agent/")
        for name, address in ((first, "198.51.100.1"), (second, "198.51.100.2"))
        for at in ("10:00:00", "11:00:00")
    ]  # fmt: skip
    title = "Credentials of an instance were used elsewhere"
    assert title not in triaged(tmp_path / "at-home", calls)
    stolen = record("ListBuckets", "s3", role("web", first), "12:00:00",
                    sourceIPAddress="203.0.113.99")  # fmt: skip
    rows = triaged(tmp_path / "stolen", [*calls, stolen])[title]
    assert list(rows["actors"]) == [f"role/web/{first}"]
    assert list(rows["severity"]) == ["critical"]


def test_a_service_that_makes_a_call_is_no_alarm(tmp_path: Path) -> None:
    call = record("DeleteFlowLogs", "ec2", service("ec2"))
    rows = triaged(tmp_path, [call])["Other logs were turned off"]
    assert list(rows["severity"]) == ["low"]


def test_a_bucket_that_its_maker_deletes_is_less_serious(tmp_path: Path) -> None:
    made = record("CreateBucket", "s3", requestParameters={"bucketName": "test"})
    gone = record("DeleteBucket", "s3", requestParameters={"bucketName": "test"})
    title = "Things were destroyed"
    assert list(triaged(tmp_path / "own", [made, gone])[title]["severity"]) == ["low"]
    assert list(triaged(tmp_path / "other", [gone])[title]["severity"]) == ["high"]


def test_an_account_of_the_evidence_is_no_outsider(tmp_path: Path) -> None:
    share = record(
        "ModifySnapshotAttribute", "ec2",
        requestParameters={
            "snapshotId": "snap-1",
            "createVolumePermission": {"add": {"items": [{"userId": "999988887777"}]}},
        },
    )  # fmt: skip
    other = record("ListBuckets", "s3", recipientAccountId="999988887777")
    title = "A snapshot or image was shared outside"
    assert title in triaged(tmp_path / "out", [share])
    assert title not in triaged(tmp_path / "in", [share, other])


LAMBDA = {"inScopeOf": {"credentialsIssuedTo": "arn:aws:lambda:eu-west-1:1:function:f"}}
FROM_A_FUNCTION = "Boto3/1.42.40 exec-env/AWS_Lambda_python3.13"
BEFORE = [record(at="2026-03-05T10:00:00Z")]
"""What Alice did four days before, so that there is something usual."""


def assumed(account: str, at: str = "11:40:00") -> dict[str, Any]:
    arn = f"arn:aws:iam::{account}:role/ops"
    return record("AssumeRole", "sts", at=at, requestParameters={"roleArn": arn})


@pytest.mark.parametrize(
    ("title", "there", "near"),
    [
        (
            "Credentials of a function were used elsewhere",
            [record(who={**role("f", "f"), **LAMBDA}, userAgent="Boto3/1.42.40")],
            [record(who={**role("f", "f"), **LAMBDA}, userAgent=FROM_A_FUNCTION)],
        ),
        (
            "A key was used from two networks in an hour",
            [record(), record(sourceIPAddress="198.51.100.7", userAgent="curl/8")],
            [record(), record(sourceIPAddress="203.0.99.7", userAgent="curl/8")],
        ),
        (
            "A key asked who it is from a new address",
            [*BEFORE, record("GetCallerIdentity", "sts", userAgent="Boto3/1",
                             sourceIPAddress="198.51.100.7")],
            [*BEFORE, record("GetCallerIdentity", "sts")],
        ),
        (
            "A sign-in was allowed in one network and used in another",
            [record("AuthorizeOAuth2Access", "signin"),
             record("CreateOAuth2Token", "signin", sourceIPAddress="198.51.100.7",
                    userAgent="x")],
            [record("AuthorizeOAuth2Access", "signin"),
             record("CreateOAuth2Token", "signin", userAgent="x")],
        ),
        (
            "A role of administrators was given to a machine or function",
            [record("RunInstances", requestParameters={
                "iamInstanceProfile": {"name": "Admin"}})],
            [record("RunInstances", requestParameters={
                "iamInstanceProfile": {"name": "web"}})],
        ),
        (
            "An identity took a role in another account for the first time",
            [*BEFORE, assumed("999988887777")],
            [*BEFORE, assumed("999988887777", "2026-03-05T10:00:00Z"),
             assumed("999988887777"), assumed(ACCOUNT)],
        ),
        (
            "A change was made in a Region unused before",
            [*BEFORE, record("CreateVolume", awsRegion="sa-east-1")],
            [record("CreateVolume", at="2026-03-05T10:00:00Z", awsRegion="sa-east-1"),
             record("CreateVolume", awsRegion="sa-east-1")],
        ),
    ],
)  # fmt: skip
def test_a_kind_is_found_and_its_like_is_not(
    tmp_path: Path, title: str, there: list[Any], near: list[Any]
) -> None:
    assert title in triaged(tmp_path / "there", there)
    assert title not in triaged(tmp_path / "near", near)


def test_no_read_that_is_a_deed_is_passed_over():
    sql = (sql_folder() / "triage" / "findings.sql").read_text(encoding="utf-8")
    guard = sql[sql.index("call not in (") :]
    spared, rest = guard.split(")", 1)
    reads = r"'(\w[\w-]*:(?:Batch)?(?:Get|List|Describe|Search|Lookup|Simulate)\w+)'"
    deeds = set(re.findall(reads, rest[: rest.index("end as deed")]))
    assert deeds
    assert deeds == set(re.findall(reads, spared))


# Levels

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def seen(number: int, day: int = 0, **fields: Any) -> Seen:
    """Make a finding of one event that succeeded, by the same identity."""
    at = DAY + timedelta(days=day)
    one = Seen(
        kind=kinds()[number], identity="AIDAEXAMPLE", day=at, events=1, succeeded=1,
        denied=0, by_service=0, unmarked=1, marks=(), is_own=False, new=False,
        has_home=True, first_seen=at, last_seen=at, evidence_from=DAY,
        evidence_to=DAY + timedelta(days=20),
    )  # fmt: skip
    return replace(one, **fields)


def level(*findings: Seen) -> str:
    judge(list(findings))
    return SEVERITIES[findings[0].level]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "high"),
        ({"succeeded": 0, "denied": 1}, "medium"),
        ({"succeeded": 0}, "low"),
        ({"by_service": 1}, "low"),
        ({"is_own": True}, "low"),
        ({"known": "the office"}, "medium"),
        ({"new": True}, "critical"),
        ({"marks": ("- its own",), "unmarked": 0}, "medium"),
        ({"marks": ("- its own",), "unmarked": 1}, "high"),
        ({"marks": ("+ to itself", "- its own"), "unmarked": 0}, "critical"),
    ],
)
def test_a_level_rises_and_falls(fields: dict[str, Any], expected: str) -> None:
    assert level(seen(23, **fields)) == expected


def test_routine_needs_three_other_days_from_early_on() -> None:
    assert level(seen(32, 9), *(seen(32, day) for day in (1, 2, 3))) == "note"
    assert level(seen(32, 9), *(seen(32, day) for day in (1, 2))) == "medium"
    assert level(seen(32, 19), *(seen(32, day) for day in (8, 9, 10))) == "medium"
    assert level(seen(1, 9), *(seen(1, day) for day in (1, 2, 3))) == "critical"


def test_what_stands_beside_a_serious_finding_is_no_routine() -> None:
    beside = [seen(48, day) for day in (1, 2, 3)]
    assert (
        level(seen(32, 9), *(seen(32, day) for day in (1, 2, 3)), *beside) == "medium"
    )


def test_a_serious_finding_within_a_day_raises_another_once() -> None:
    assert level(seen(28), seen(48), seen(31)) == "high"
    assert level(seen(28), seen(48, 3)) == "medium"


# Known good


def test_what_is_known_is_marked_and_never_dropped(tmp_path: Path) -> None:
    calls = [
        record("StopLogging", "cloudtrail", sourceIPAddress="192.0.2.7"),
        record("StopLogging", "cloudtrail", user("bob"), sourceIPAddress="8.8.8.8"),
    ]
    case = case_of(tmp_path, calls).known(addresses=["192.0.2.0/24"], why="the office")
    frame = case.ask("impairment/cloudtrail")
    by = dict(zip(frame["source_ip"], frame["known"].fillna(""), strict=True))
    assert by == {"192.0.2.7": "the office", "8.8.8.8": ""}
    levels = case.triage().dropna(subset="count").set_index("addresses")["severity"]
    assert levels.to_dict() == {"192.0.2.7": "high", "8.8.8.8": "critical"}


def test_a_user_agent_alone_lowers_nothing(tmp_path: Path) -> None:
    case = case_of(tmp_path, [record("StopLogging", "cloudtrail")])
    known = case.known(agents=["aws-cli/"], why="ours")
    assert known.triage()["severity"].iloc[0] == "critical"


@pytest.mark.parametrize("given", [{}, {"addresses": ["office"]}, {"agents": [""]}])
def test_known_refuses_what_marks_nothing(
    given: dict[str, Any], tmp_path: Path
) -> None:
    case = case_of(tmp_path, [record("GetUser", "iam")])
    with pytest.raises(InvalidParameter):
        case.known(**given, why="the office")
