"""What the investigation did itself is marked, listed, and never dropped."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import trailkit as tk
from tests.support.athena_server import AthenaServer
from tests.support.records_made import (
    Record,
    denied,
    record,
    role,
    root,
    service,
    stranger,
    user,
    write,
)
from trailkit.aws.session import Access
from trailkit.errors import InvalidParameter
from trailkit.execution.own_traces import BY_AGENT, BY_ATHENA, BY_KEY, BY_NAME
from trailkit.questions.library import load

ANALYST = "arn:aws:sts::111122223333:assumed-role/Analyst/alice"
KEY, OTHER_KEY = "ASIAQ7H2XLWTVEXAMPLE", "ASIAIOSFODNN7EXAMPLE"


def event(number: int, account: str = "111122223333", **more: Any) -> dict[str, Any]:
    role = f"arn:aws:iam::{account}:role/Analyst"
    session = {"sessionIssuer": {"type": "Role", "arn": role, "userName": "Analyst"}}
    identity = {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:alice",
        "arn": f"arn:aws:sts::{account}:assumed-role/Analyst/alice",
        "accountId": account,
        "accessKeyId": OTHER_KEY,
        "sessionContext": session,
    }
    identity |= more.pop("identity", {})
    return {
        "eventVersion": "1.11",
        "eventID": f"e{number}",
        "eventTime": f"2026-03-09T10:00:{number:02}Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2",
        "userIdentity": identity,
    } | more


ATHENA = {
    "identity": {"invokedBy": "athena.amazonaws.com"},
    "sourceIPAddress": "athena.amazonaws.com",
    "userAgent": "athena.amazonaws.com",
}
SOMEBODY = {"arn": "arn:aws:iam::111122223333:user/bob", "type": "IAMUser"}
BOB = {"identity": SOMEBODY | {"userName": "bob", "sessionContext": {}}}
AGENT = {"userAgent": "[Boto3/1.44.5 md/Botocore#1.44.5 app/trailkit]"}
EVENTS = {
    BY_KEY: event(1, identity={"accessKeyId": KEY}),
    BY_NAME: event(2),
    BY_ATHENA: event(3, **ATHENA),
    BY_AGENT: event(4, **BOB, **AGENT),
    "another account": event(5, account="444455556666"),
    "another user": event(6, **BOB),
    "Athena for another user": event(
        7, **ATHENA | {"identity": BOB["identity"] | ATHENA["identity"]}
    ),
}
EXPECTED = {
    f"e{number}": why if why in (BY_KEY, BY_NAME, BY_ATHENA, BY_AGENT) else None
    for number, why in enumerate(EVENTS, start=1)
}


@pytest.fixture
def case(tmp_path: Path) -> tk.Case:
    (tmp_path / "logs").mkdir()
    log = json.dumps({"Records": [*EVENTS.values()]})
    (tmp_path / "logs" / "log.json").write_text(log)
    return tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)


def test_rows_are_marked_and_none_is_dropped(case: tk.Case) -> None:
    mine = case.investigated_by(ANALYST, KEY)
    select = (
        "select time, event_id, actor, principal_arn, access_key, user_agent, via, "
        "source_ip from events order by event_id"
    )
    frame = mine.query(select)
    found = frame["own"].astype(object).where(frame["own"].notna(), None)
    assert dict(zip(frame["event_id"], found, strict=True)) == EXPECTED
    assert "own" not in case.query(select)
    parts = list(mine.query_chunks(select, rows=2))
    assert all("own" in part for part in parts)


def test_they_are_listed_with_the_reason(case: tk.Case) -> None:
    frame = case.investigated_by(ANALYST, KEY).own_traces()
    assert list(frame["event_id"]) == ["e1", "e2", "e3", "e4"]
    assert list(frame["own"]) == [BY_KEY, BY_NAME, BY_ATHENA, BY_AGENT]
    assert list(case.own_traces()["own"]) == [BY_AGENT]


# A morning of an investigation among others' calls, each with its mark by hand

MINE = role("Analyst", "alice", key=KEY)
OF_ATHENA = {
    "sourceIPAddress": "athena.amazonaws.com",
    "userAgent": "athena.amazonaws.com",
}
A_TRAIL = "arn:aws:s3:::central-logs/AWSLogs/111122223333/CloudTrail/1.json.gz"


def by_athena(name: str, service: str, number: int, who: Record) -> Record:
    """Make a call of Athena in someone's name, with a key that nothing issued."""
    lent = {"accessKeyId": f"ASIALENT{number:012}", "invokedBy": "athena.amazonaws.com"}
    return record(name, service, who | lent, **OF_ATHENA)


def with_agent(agent: str, who: Record, name: str = "GetObject") -> Record:
    return record(name, "s3", who, userAgent=agent)


BOTO = "[Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 {}]"
OLD_KEY = role("Analyst", "alice", key="ASIAYESTERDAY00EXAMPL")
OTHER_ACCOUNT = role("Analyst", "alice", account="444455556666", key="ASIAOTHER")
OTHER_SESSION = role("Analyst", "mallory", key="ASIAMALLORY")
OTHER_ROLE = role("Deploy", "alice", key="ASIADEPLOY")
BOB_WHO, MALLORY = user("bob", key="AKIABOB"), user("mallory", key="AKIAMALLORY")

MORNING: list[tuple[Record, str | None]] = [
    # alice signs in and asks Athena; trailkit's calls carry her session's key
    (record("GetCallerIdentity", "sts", MINE), BY_KEY),
    (record("StartQueryExecution", "athena", MINE), BY_KEY),
    (record("GetQueryExecution", "athena", MINE), BY_KEY),
    (with_agent(BOTO.format("app/trailkit"), MINE), BY_KEY),
    # Athena reads Glue, S3 and KMS in her name
    (by_athena("GetTable", "glue", 1, MINE), BY_ATHENA),
    (by_athena("GetPartitions", "glue", 2, MINE), BY_ATHENA),
    (by_athena("ListObjects", "s3", 3, MINE), BY_ATHENA),
    (by_athena("GetObject", "s3", 4, MINE), BY_ATHENA),
    (by_athena("PutObject", "s3", 5, MINE), BY_ATHENA),
    (by_athena("Decrypt", "kms", 6, MINE), BY_ATHENA),
    (by_athena("GenerateDataKey", "kms", 7, MINE), BY_ATHENA),
    # of some calls only the address says Athena
    (record("GetObject", "s3", OLD_KEY, **OF_ATHENA), BY_ATHENA),
    # her own calls by hand, also with the key of the day before, and refused ones
    (record("DescribeTrails", "cloudtrail", OLD_KEY), BY_NAME),
    (denied("GetBucketPolicy", "s3", A_TRAIL, who=OLD_KEY), BY_NAME),
    (denied("Decrypt", "kms", "arn:aws:kms:::key/1", who=MINE), BY_KEY),
    # who carries trailkit's user agent says so himself
    (with_agent(BOTO.format("app/trailkit"), BOB_WHO), BY_AGENT),
    (with_agent("app/trailkit", MALLORY, "DeleteObject"), BY_AGENT),
    # others: the same names elsewhere, Athena for others, and nothing of the kind
    (record("GetObject", "s3", OTHER_ACCOUNT), None),
    (by_athena("GetObject", "s3", 8, OTHER_ACCOUNT), None),
    (record("AssumeRole", "sts", OTHER_SESSION), None),
    (record("GetObject", "s3", OTHER_ROLE), None),
    (by_athena("GetObject", "s3", 9, BOB_WHO), None),
    (by_athena("GetTable", "glue", 10, OTHER_SESSION), None),
    (record("GetObject", "s3", service("athena"), **OF_ATHENA), None),
    (record("GetObject", "s3", service("cloudtrail")), None),
    (with_agent(BOTO.format("app/trailkite-x"), BOB_WHO), None),
    (with_agent("Boto3/1.44.5", MALLORY), None),
    (record("DeleteTrail", "cloudtrail", user("alice", key="AKIAALICE")), None),
    (record("StopLogging", "cloudtrail", root()), None),
    (record("GetObject", "s3", stranger("AIDAALICE")), None),
]


@pytest.fixture
def morning(tmp_path: Path) -> tk.Case:
    """Write the morning into log files, each with every third call."""
    calls = [call for call, _ in MORNING]
    for number in range(3):
        write(tmp_path / "logs", calls[number::3], f"{number}.json")
    case = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    return case.investigated_by(ANALYST, KEY)


def test_a_morning_is_marked_as_by_hand_and_no_call_is_dropped(
    morning: tk.Case,
) -> None:
    by_hand = {call["eventID"]: why for call, why in MORNING}
    frame = morning.query(
        "select event_id, actor, principal_arn, access_key, user_agent, via, source_ip "
        "from events"
    )
    own = frame["own"].astype(object).where(frame["own"].notna(), None)
    assert dict(zip(frame["event_id"], own, strict=True)) == by_hand
    counted = morning.query("select count(*) as events from events")
    assert counted["events"].tolist() == [len(MORNING)]
    listed = morning.own_traces()
    assert dict(zip(listed["event_id"], listed["own"], strict=True)) == {
        each: why for each, why in by_hand.items() if why
    }


def test_a_question_of_the_library_is_marked_alike(morning: tk.Case) -> None:
    by_hand = {call["eventID"]: why for call, why in MORNING}
    frame = morning.ask("identity/activity", identity="role/Analyst")
    assert len(frame) == 19
    own = frame["own"].astype(object).where(frame["own"].notna(), None)
    assert own.tolist() == [by_hand[event_id] for event_id in frame["event_id"]]


@pytest.mark.parametrize("who", ["alice", "arn:aws:iam::1:role/Analyst", "", 7])
def test_what_names_nobody_is_refused(case: tk.Case, who: Any) -> None:
    with pytest.raises(InvalidParameter, match="get-caller-identity"):
        case.investigated_by(who)


def test_local_files_do_not_say_who_investigates(case: tk.Case) -> None:
    with pytest.raises(InvalidParameter, match="Name who investigates"):
        case.investigated_by()


def test_on_athena_aws_is_asked_and_the_user_agent_names_trailkit(
    athena: AthenaServer,
) -> None:
    case = tk.athena("security.cloudtrail", workgroup="dfir").investigated_by()
    assert case.own is not None
    assert case.own.keys == {"AKIAIOSFODNN7EXAMPLE"}
    assert [each.actor for each in case.own.who] == ["user/moto"]
    sent = Access(None, None, None).client("sts").meta.config.user_agent_appid
    assert sent == "trailkit"


def test_no_question_has_a_column_of_its_own_under_the_name_of_a_mark() -> None:
    found = list[str]()
    for each in load():
        columns = each.sql.rsplit("\nselect\n", 1)[-1].partition("\nfrom ")[0]
        while (less := re.sub(r"\([^()]*\)", "", columns)) != columns:
            columns = less
        if {"known", "own"} & {*re.findall(r"(\w+)(?=,|$)", columns)}:
            found.append(each.name)
    assert not found
