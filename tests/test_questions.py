"""Every question of the library, on hand-made records."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support import examples_read, golden_files
from tests.support.made_day import (
    ADMIN,
    ARGUMENTS,
    BUCKET,
    DAY,
    ISSUED,
    STOLEN,
    STRANGE,
)
from tests.support.records_made import (
    ACCOUNT,
    OTHER,
    case_of,
    record,
    role,
    root,
    write,
)
from tests.support.sampled import some
from tests.support.tables_made import OWN
from trailkit.case import Case
from trailkit.engines import ANEW, Answer, QueryOptions
from trailkit.engines.duckdb import LocalEngine
from trailkit.errors import InvalidParameter
from trailkit.lens import compose
from trailkit.questions.library import load
from trailkit.questions.question import EVENT_COLUMNS, Question
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.store.store import open_store
from trailkit.store.store_source import StoreSource
from trailkit.tables.table_source import TableSource

Answers = Callable[[Question], pd.DataFrame]
Made = Callable[..., Case]

LIBRARY = load()
QUESTIONS = [pytest.param(each, id=each.name) for each in LIBRARY]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open the made day."""
    return case_of(tmp_path_factory.mktemp("day"), DAY)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Open a case of these records."""
    return lambda *records: case_of(tmp_path_factory.mktemp("made"), list(records))


EXAMPLES = {name: examples_read.read(name) for name in examples_read.names()}
EVERYTHING = [*DAY, *(made for each in EXAMPLES.values() for made in each.finds)]
"""The made day and the records of all examples: every question has an answer there."""


def ask(case: Case, question: Question) -> pd.DataFrame:
    """Ask a question so that it has an answer."""
    name = question.name
    example = EXAMPLES[name].ask if name in EXAMPLES else {}
    return case.ask(name, **ARGUMENTS.get(name, example))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open the made day with the records of all examples."""
    made = case_of(tmp_path_factory.mktemp("everything"), EVERYTHING)
    return made.window(*WEEK)


WEEK = ("2026-03-09", "2026-03-16")
"""Where the records lie that are to be found; what is before is a baseline."""


@pytest.fixture(scope="module")
def answer(everything: Case) -> Answers:
    """Ask a question, once for all tests."""
    return cache(lambda question: ask(everything, question))


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Return some columns of a frame as tuples, with None for what is missing."""
    shown = frame[list(columns)].astype(object)
    return list(shown.where(shown.notna(), None).itertuples(index=False, name=None))


# What holds for every question


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_an_answer(question: Question, answer: Answers) -> None:
    frame = answer(question)
    assert len(frame) > 0
    assert list(frame.columns) == question.columns


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_empty_answer_has_the_same_columns_and_types(
    question: Question, everything: Case, answer: Answers
) -> None:
    full = answer(question)
    before = replace(everything, scope=Scope())
    empty = ask(before.window("2001-01-01", "2001-01-02"), question)
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


class Unfolded(StoreSource):
    """A store that gives every delivery as a record, as a raw table does."""

    def deduplicates(self) -> bool:
        return False

    def records(self, *args: Any, **fields: Any) -> str:
        kind, scope, columns = args[:3]
        return super().records(kind, scope, columns, deliveries=True)


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open everything with every file delivered twice, and nothing folded."""
    folder = tmp_path_factory.mktemp("doubled")
    for number, start in enumerate(range(0, len(EVERYTHING), 50)):
        part = EVERYTHING[start : start + 50]
        write(folder / "logs", part, f"{number}.json")
        write(folder / "logs", part, f"again-{number}.json")
    store = open_store(folder / "logs", folder=folder / "store", progress=False)
    source = Unfolded(store)
    engine = LocalEngine(store.folder, source.views())
    return Case(source, engine, LIBRARY).window(*WEEK)


@pytest.mark.parametrize("question", some(QUESTIONS, 3))
def test_files_delivered_twice_change_no_frame(
    question: Question, answer: Answers, doubled: Case
) -> None:
    pd.testing.assert_frame_equal(ask(doubled, question), answer(question))


def test_what_is_doubled_is_doubled_past_the_store(
    doubled: Case, everything: Case
) -> None:
    count = "select count(*) as rows_read from deliveries"
    once = everything.query(count)["rows_read"].item()
    assert doubled.query(count)["rows_read"].item() == 2 * once > 0


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open everything with its records backwards, in many files."""
    folder = tmp_path_factory.mktemp("shuffled")
    for number, start in enumerate(range(0, len(EVERYTHING), 7)):
        part = EVERYTHING[::-1][start : start + 7]
        write(folder / "logs", part, f"{number:04}.json")
    logs = tk.local(folder / "logs", store=folder / "store", progress=False)
    return logs.window(*WEEK)


@pytest.mark.parametrize("question", some(QUESTIONS, 3))
def test_shuffled_records_change_no_frame(
    question: Question, answer: Answers, shuffled: Case
) -> None:
    pd.testing.assert_frame_equal(ask(shuffled, question), answer(question))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_next_question_is_there(question: Question) -> None:
    names = {each.name for each in LIBRARY}
    assert question.next
    assert set(question.next) <= names - {question.name}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_says_what_it_answers_and_what_misleads(
    question: Question,
) -> None:
    assert question.answers
    assert question.notes
    assert question.title.endswith("?")
    assert all(parameter.help for parameter in question.parameters)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_names_its_columns(question: Question) -> None:
    assert "select *" not in question.sql
    assert question.scans == 1 or "twice" in question.notes


class NoEngine:
    """Stand where an engine would; nothing is run."""

    name = "none"

    def run(self, sql: str, options: QueryOptions = ANEW) -> Answer:
        raise AssertionError(sql)


OF_KIND = {
    kind: "organization_trail" if kind is Kind.EVENT else kind.value for kind in Kind
}
"""Which of the tables made for tests has each kind of record."""

SAMPLES = {
    "integer": 7,
    "number": 0.5,
    "boolean": True,
    "time": "2026-03-09T11:00:00Z",
    "duration": "1h",
    "cidr": "203.0.113.0/24",
}
"""A value of each type but text."""


MEANT = {
    "access_key": "AKIAIOSFODNN7EXAMPLE",
    "bucket": "payroll",
    "event_id": "5f4a1c3e-0000-4000-8000-000000000001",
}
"""A text for each meaning that refuses others."""


def sample(kind: str, name: str) -> Any:
    """Return a value of a type; of a list, one with one item."""
    value = SAMPLES.get(kind.removeprefix("list of "), MEANT.get(name, "it's"))
    return [value] if kind.startswith("list of ") else value


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_text_for_athena_is_the_golden_one(question: Question) -> None:
    tables = {kind: OWN[named].definition() for kind, named in OF_KIND.items()}
    by_name = {each.full_name: each for each in tables.values()}
    names = {kind: each.full_name for kind, each in tables.items()}
    source = TableSource(names, by_name.__getitem__)
    case = Case(source, NoEngine(), LIBRARY).window("2026-03-09", "2026-03-10")
    needed = {
        each.name: sample(each.type, each.name)
        for each in question.parameters
        if not each.optional and each.default is None
    }
    text = case.sql(question.name, **needed)
    golden_files.compare(f"questions/{question.name}.sql", text)


# Activity


def test_volume_counts_an_action_of_two_accounts_once(case: Case) -> None:
    frame = case.ask("overview/volume")
    hour = frame[frame["hour"] == pd.Timestamp("2026-03-09T09:00Z")]
    twins = 2
    of_the_hour = [made for made in DAY if made["eventTime"][11:13] == "09"]
    assert hour["events"].sum() == len(of_the_hour) - twins
    assert hour["outcome"].tolist() == ["denied", "failed", "success"]


def test_one_event_id_at_two_times_is_two_events(made: Made) -> None:
    first = record(at="11:00:00")
    case = made(first, {**first, "eventTime": "2026-03-09T11:30:00Z"})
    assert rows(case.ask("overview/volume"), "events") == [(2,)]


def test_an_event_is_shown_with_all_that_the_lens_sees(case: Case) -> None:
    frame = case.ask("overview/event", event_id=DAY[0]["eventID"])
    assert len(frame) == 1
    seen = set(compose.columns("events")) - {"resources", "action_id"}
    assert set(frame.columns) >= seen


def test_errors_are_counted_by_code_and_by_who_met_them(case: Case) -> None:
    frame = case.ask("overview/errors")
    top = frame.iloc[0]
    assert top[["error_code", "outcome", "identity"]].tolist() == [
        "AccessDenied",
        "denied",
        "user/alice",
    ]
    assert (
        top["code_events"]
        == frame.query("error_code == 'AccessDenied'")["events"].sum()
    )
    assert (frame["outcome"] != "success").all()


def test_the_sessions_of_a_role_are_one_identity(made: Made) -> None:
    failure = {"errorCode": "AccessDenied"}
    case = made(
        record(who=role("Ci", "one"), **failure),
        record(who=role("Ci", "two"), **failure),
    )
    expected = [("role/Ci", 2)]
    assert rows(case.ask("overview/errors"), "identity", "events") == expected
    assert rows(case.ask("identity/active"), "identity", "events") == expected


def test_people_who_share_a_role_of_identity_center_are_two(
    made: Made,
) -> None:
    path = "/aws-reserved/sso.amazonaws.com/"
    people = [role("AWSReservedSSO_Ops_01", name, path=path) for name in ("ann", "bo")]
    case = made(*(record(who=person) for person in people))
    frame = case.ask("identity/active")
    assert rows(frame, "identity", "events") == [("sso/ann", 1), ("sso/bo", 1)]


def test_a_user_of_the_portal_goes_by_the_name_that_one_event_tells(
    made: Made,
) -> None:
    who = {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "f-1"}}
    case = made(
        record("ListAccounts", "sso", who),
        record(
            "CredentialChallenge", "signin", who, additionalEventData={"UserName": "z"}
        ),
    )
    frame = case.ask("identity/active")
    assert rows(frame, "identity", "identity_id", "events") == [("sso/z", "f-1", 2)]


def test_a_resource_is_found_wherever_it_is_named(case: Case) -> None:
    frame = case.ask("resource/history", resource=BUCKET)
    assert set(frame["named_in"]) == {"resources", "request", "error message"}
    refused = frame[
        (frame["action"] == "DeleteBucket") & (frame["outcome"] == "denied")
    ]
    assert refused["named_in"].tolist() == ["error message"]


def test_each_account_counts_its_own_records(case: Case) -> None:
    frame = case.ask("overview/regions")
    assert frame["events"].sum() == len(DAY)
    assert set(frame["account"]) == {ACCOUNT, OTHER}


def test_user_agents_show_the_strange_one(case: Case) -> None:
    frame = case.ask("overview/user-agents").set_index("user_agent")
    strange = frame.loc["Boto3/1.40 md/Kali"]
    assert strange["addresses"] == 1
    assert strange["denied"] > 5


def test_many_values_are_searched_as_few_are(case: Case) -> None:
    few = [BUCKET, STRANGE, ADMIN, ISSUED]
    many = few + [f"AKIAIOSFODNN7NONE{number:03}" for number in range(30)]
    found = case.ask("overview/search", values=few)
    pd.testing.assert_frame_equal(case.ask("overview/search", values=many), found)
    assert set(found["found_in"]) >= {"source_ip", "access_key", "request", "response"}
    assert set(found["indicator"]) == set(few)


def test_a_pattern_holds_to_the_fields_it_is_tried_on(case: Case) -> None:
    frame = case.ask("overview/search", pattern="(?i)^boto3/[0-9.]+")
    assert set(rows(frame, "indicator", "found_in")) == {("Boto3/1.40", "user_agent")}


def test_an_unknown_by_is_refused_with_those_there_are(case: Case) -> None:
    with pytest.raises(InvalidParameter, match='"colour" is not one of action, '):
        case.ask("overview/top", by="colour")


# Identity


def test_who_was_active_counts_what_came_of_it(case: Case) -> None:
    frame = case.ask("identity/active").set_index("identity")
    alice = frame.loc["user/alice"]
    counted = alice["succeeded"] + alice["denied"] + alice["failed"]
    assert alice["events"] == counted
    assert alice["addresses"] == 2
    assert alice["user_agents"] == 2
    assert {"root", "root-session", "anonymous", "service/ec2"} <= set(frame.index)


def test_a_user_seen_by_two_accounts_is_one_identity(case: Case) -> None:
    frame = case.ask("identity/active")
    assert frame["identity_id"].tolist().count("AIDAALICEXXXXXXXXXXX") == 1


def test_a_key_brings_the_rest_of_its_session(case: Case) -> None:
    frame = case.ask("identity/access-key", access_key=ISSUED)
    joined = set(rows(frame, "action", "joined_by"))
    assert {("StopLogging", "key"), ("PutEventSelectors", "session")} <= joined
    assert frame["keys_joined"].unique().tolist() == [2]


def test_a_long_term_key_stands_alone(case: Case) -> None:
    frame = case.ask("identity/access-key", access_key=STOLEN)
    assert frame["joined_by"].unique().tolist() == ["key"]
    assert frame["keys_joined"].unique().tolist() == [1]


def test_a_role_assumed_over_accounts_is_one_row_that_knows_the_caller(
    case: Case,
) -> None:
    frame = case.ask("identity/role-assumptions", role="Admin")
    shown = rows(frame, "actor", "outcome", "role", "issued_key", "copies")
    assert shown == [("user/alice", "success", ADMIN, ISSUED, 2)]


def test_a_refused_assumption_is_found_by_the_role_in_its_message(
    case: Case,
) -> None:
    frame = case.ask("identity/role-assumptions", role="Billing")
    shown = rows(frame, "actor", "outcome", "role")
    assert shown == [("user/alice", "denied", f"arn:aws:iam::{OTHER}:role/Billing")]


def test_a_switch_of_roles_names_where_it_came_from(case: Case) -> None:
    frame = case.ask("identity/role-assumptions", role="Ops")
    shown = rows(frame, "action", "role_session", "switched_from")
    assert shown == [("SwitchRole", "alice", f"arn:aws:iam::{ACCOUNT}:user/alice")]


def test_a_key_shows_what_it_assumed_and_who_issued_it(case: Case) -> None:
    onward = case.ask("identity/role-assumptions", access_key=STOLEN)
    assert rows(onward, "outcome") == [("denied",), ("success",)]
    back = case.ask("identity/role-assumptions", access_key=ISSUED)
    assert rows(back, "access_key") == [(STOLEN,)]


def test_root_activity_leaves_out_what_services_did(case: Case) -> None:
    frame = case.ask("identity/root-activity")
    assert rows(frame, "action", "actor") == [
        ("ConsoleLogin", "root"),
        ("CreateAccessKey", "root"),
        ("PutBucketPolicy", "root-session"),
    ]


def test_a_session_of_assume_root_is_known_by_the_call_that_issued_its_key(
    tmp_path: Path,
) -> None:
    issued, other = "ASIAIOSFODNN7ROOT001", "ASIAIOSFODNN7ROOT002"
    granted = {"credentials": {"accessKeyId": issued}}
    made = [
        record("AssumeRoot", "sts", role("Admin"), responseElements=granted),
        record("AssumeRoot", "sts", role("Admin"), errorCode="AccessDenied"),
        record("DeleteBucketPolicy", "s3", root(accessKeyId=issued)),
        record("ListBuckets", "s3", root(accessKeyId=other)),
        record("GetBucketAcl", "s3", root()),
    ]
    frame = case_of(tmp_path, made).ask("identity/root-activity")
    assert set(rows(frame, "action", "actor")) == {
        ("DeleteBucketPolicy", "root-session"),
        ("ListBuckets", "root"),
        ("GetBucketAcl", "root"),
    }


# Network and console


def test_an_address_shows_everything_that_came_from_it(case: Case) -> None:
    frame = case.ask("identity/address", address=STRANGE)
    came = [made for made in DAY if made["sourceIPAddress"] == STRANGE]
    assert len(frame) == len(came)
    assert frame["ip_kind"].unique().tolist() == ["public"]


def test_sign_ins_are_shown_with_what_was_checked(case: Case) -> None:
    frame = case.ask("signin/console")
    assert rows(frame, "action", "actor", "outcome", "mfa_used", "credentials")[:6] == [
        ("ConsoleLogin", "user/bob", "success", "No", None),
        ("ConsoleLogin", "user/carol", "success", "Yes", None),
        ("ConsoleLogin", "root", "failed", "No", None),
        ("ConsoleLogin", "role/Federated/dan", "success", "No", None),
        ("CredentialVerification", "sso/user-1", "failed", None, "TOTP"),
        ("UserAuthentication", "sso/user-1", "success", None, "PASSWORD"),
    ]


def test_weak_sign_ins_leave_out_whom_aws_cannot_judge(case: Case) -> None:
    frame = case.ask("signin/weak")
    assert rows(frame, "action", "actor", "finding") == [
        ("ConsoleLogin", "user/bob", "without MFA"),
        ("ConsoleLogin", "root", "failed"),
        ("CredentialVerification", "sso/user-1", "failed"),
        ("UserAuthentication", "sso/user-1", "without MFA"),
    ]


# IAM, CloudTrail, secrets


def test_changes_to_iam_name_target_and_new_key(case: Case) -> None:
    frame = case.ask("persistence/iam-changes", target="backup")
    assert rows(frame, "action", "outcome", "target", "changed_key") == [
        ("CreateUser", "success", "backup", None),
        ("CreateAccessKey", "success", "backup", "AKIAI44QH8DHBEXAMPLE"),
        ("AttachUserPolicy", "denied", "backup", None),
    ]


def test_changes_to_trust_are_changes_to_access(case: Case) -> None:
    frame = case.ask("persistence/iam-changes", target="Ops")
    assert rows(frame, "action", "document") == [("UpdateAssumeRolePolicy", "{}")]


def test_cloudtrail_is_stopped_altered_or_left_alone(case: Case) -> None:
    frame = case.ask("impairment/cloudtrail")
    shown = rows(frame, "action", "trail", "effect", "management_events", "read_write")
    assert shown == [
        ("StopLogging", "main", "stops", None, None),
        ("PutEventSelectors", "main", "alters", True, "All"),
        ("PutEventSelectors", "main", "alters", False, "ReadOnly"),
        ("DeleteTrail", "main", "none", None, None),
    ]


def test_secrets_and_parameters_are_read_by_name(case: Case) -> None:
    frame = case.ask("credentials/secrets-read")
    assert rows(frame, "outcome", "names", "with_decryption")[:2] == [
        ("success", "prod/database", None),
        ("success", "/app/key, /app/url", True),
    ]


def test_a_refused_read_is_found_by_the_secret_in_its_message(case: Case) -> None:
    frame = case.ask("credentials/secrets-read", name="prod/key")
    assert rows(frame, "outcome", "action") == [("denied", "GetSecretValue")]


# S3


def test_bucket_deletions_show_refused_failed_and_done(case: Case) -> None:
    frame = case.ask("s3/bucket-deletions", bucket=BUCKET)
    assert rows(frame, "outcome", "bucket", "actor", "source_ip") == [
        ("denied", BUCKET, "user/alice", STRANGE),
        ("failed", BUCKET, "user/alice", STRANGE),
        ("success", BUCKET, "user/alice", STRANGE),
    ]


def test_directory_and_table_buckets_are_buckets(case: Case) -> None:
    frame = case.ask("s3/bucket-deletions")
    assert rows(frame, "service", "bucket")[-2:] == [
        ("s3express", "scratch--euw1-az1--x-s3"),
        ("s3tables", "tables"),
    ]


def test_a_refused_deletion_of_another_bucket_is_not_this_one(
    case: Case,
) -> None:
    assert len(case.ask("s3/bucket-deletions", bucket="pay")) == 0


def test_objects_read_are_summed_by_who_and_where(case: Case) -> None:
    frame = case.ask("s3/objects-read", bucket=BUCKET)
    shown = rows(frame, "object", "identity", "succeeded", "denied", "bytes_out")
    assert shown == [
        ("2026/march.csv", "user/alice", 2, 0, 1500),
        ("2026/april.csv", "user/alice", 1, 0, 70),
        ("index.html", "anonymous", 1, 0, 9),
        ("2025/may.csv", "user/alice", 0, 1, 0),
        ("2026/june.csv", "user/alice", 1, 0, 0),
    ]


# Events as lists


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_list_of_events_is_in_the_order_of_time(
    question: Question, answer: Answers
) -> None:
    frame = answer(question)
    if tuple(frame.columns[:8]) == EVENT_COLUMNS:
        ordered = frame.sort_values(["time", "event_id"], ignore_index=True)
        pd.testing.assert_frame_equal(frame, ordered)
    else:
        assert {"first_seen", "last_seen"} <= set(frame.columns)
