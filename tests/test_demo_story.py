"""The answer key, checked against the log files alone."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tools.practice_case import practice
from tools.practice_case.callers import timestamp
from tools.practice_case.story.answers import Answers, Deed
from trailkit.store import practice_case

Record = dict[str, Any]
KEY = practice.answers()


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """Read the files, and keep each event once, by its id."""
    folder = tmp_path_factory.mktemp("practice")
    practice_case.unpack(folder)
    records = [
        record
        for path in folder.rglob("*.json.gz")
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]
    return {record["eventID"]: record for record in records if "eventID" in record}


def of_intruder(events: dict[str, Record]) -> list[Record]:
    records = (events[each] for each in KEY.event_ids)
    return sorted(records, key=lambda record: record["eventTime"])


def named(events: dict[str, Record], *names: str) -> list[Record]:
    return [record for record in events.values() if record.get("eventName") in names]


def succeeded(records: list[Record]) -> list[Record]:
    return [record for record in records if "errorCode" not in record]


def deeds(key: Answers) -> list[Deed]:
    return [value for value in vars(key).values() if isinstance(value, Deed)]


def test_every_record_of_the_story_reached_the_files(
    events: dict[str, Record],
) -> None:
    assert set(events) >= KEY.event_ids
    assert len(KEY.event_ids) == KEY.calls


def test_every_deed_stands_in_the_files_as_the_key_tells_it(
    events: dict[str, Record],
) -> None:
    for deed in deeds(KEY):
        record = events[deed.event_id]
        assert record["eventName"] == deed.action
        assert record["eventTime"] == timestamp(deed.time)
        assert record.get("errorCode", "") == deed.error_code
        assert record["sourceIPAddress"] == deed.address


def test_first_and_last_are_what_they_say(events: dict[str, Record]) -> None:
    records = of_intruder(events)
    assert records[0]["eventID"] == KEY.first.event_id
    assert records[-1]["eventID"] == KEY.last.event_id


def test_both_addresses_are_the_intruder_alone(events: dict[str, Record]) -> None:
    for record in events.values():
        if record.get("sourceIPAddress") in {KEY.address, KEY.browser_address}:
            twin = record["userIdentity"]["type"] == "AWSAccount"
            assert twin or record["eventID"] in KEY.event_ids


def test_the_bucket_was_deleted_once_by_whom_the_key_names(
    events: dict[str, Record],
) -> None:
    (deletion,) = [
        record
        for record in succeeded(named(events, "DeleteBucket"))
        if record["requestParameters"]["bucketName"] == KEY.bucket
    ]
    assert deletion["eventID"] == KEY.deletion.event_id
    assert deletion["userIdentity"]["arn"] == KEY.deletion.principal
    assert deletion["userIdentity"]["accessKeyId"] == KEY.deletion.access_key
    assert deletion["userAgent"] == f"[{KEY.deletion.agent}]"


def test_the_denied_deletion_names_the_bucket_in_its_message_only(
    events: dict[str, Record],
) -> None:
    record = events[KEY.refused_deletion.event_id]
    assert KEY.bucket in record["errorMessage"]
    assert record["requestParameters"] is None
    assert "resources" not in record


def test_the_role_chain_can_be_walked_back_from_the_deletion(
    events: dict[str, Record],
) -> None:
    """Key by key; where the console hides it, by principal id and session start."""
    user, issued = KEY.deletion, by_issued_key(events)
    identity = events[user.event_id]["userIdentity"]
    walked: list[str] = []
    while identity["type"] == "AssumedRole":
        record = issued.get(identity["accessKeyId"]) or by_session(events, identity)
        if record["eventName"] == "AssumeRole":
            walked.append(record["requestParameters"]["roleArn"])
        identity = record["userIdentity"]
    assert walked[::-1] == [hop.role for hop in KEY.hops]
    assert identity["arn"] == KEY.created_user
    assert identity["accessKeyId"] == KEY.created_key


def by_issued_key(events: dict[str, Record]) -> dict[str, Record]:
    return {
        record["responseElements"]["credentials"]["accessKeyId"]: record
        for record in named(events, "AssumeRole", "GetSigninToken")
        if record["responseElements"] and record["userIdentity"]["type"] != "AWSAccount"
    }


def by_session(events: dict[str, Record], identity: Record) -> Record:
    since = identity["sessionContext"]["attributes"]["creationDate"]
    (record,) = [
        record
        for record in succeeded(named(events, "AssumeRole"))
        if record["responseElements"]["assumedRoleUser"]["assumedRoleId"]
        == identity["principalId"]
        and record["eventTime"] == since
        and record["userIdentity"]["type"] != "AWSAccount"
    ]
    return record


def test_hops_over_accounts_have_twins(events: dict[str, Record]) -> None:
    assert len(KEY.hops) == 4
    assert len({hop.to_account for hop in KEY.hops}) == 3
    assert [hop.console for hop in KEY.hops] == [False, False, False, True]
    for hop in KEY.hops:
        records = [events[each] for each in hop.event_ids]
        accounts = {record["recipientAccountId"] for record in records}
        assert accounts == {hop.from_account, hop.to_account}
        copies = [each for each in records if each["eventName"] == "AssumeRole"]
        assert len(copies) == len(accounts)
        assert {each.get("sharedEventID", "") for each in copies} == {
            hop.shared_event_id
        }


def test_a_switch_of_roles_shares_no_id_and_its_issued_key_is_never_used(
    events: dict[str, Record],
) -> None:
    (hop,) = [hop for hop in KEY.hops if hop.console]
    (told,) = [
        events[each]
        for each in hop.event_ids
        if events[each]["eventName"] == "SwitchRole"
    ]
    assert "sharedEventID" not in told
    assert "accessKeyId" not in told["userIdentity"]
    callers = [each.get("userIdentity", {}) for each in events.values()]
    used = {caller.get("accessKeyId") for caller in callers}
    assert hop.issued_key not in used


def test_each_hop_begins_with_the_key_that_the_last_one_issued() -> None:
    for before, after in zip(KEY.hops[:2], KEY.hops[1:3], strict=True):
        assert after.caller_key == before.issued_key
        assert after.from_account == before.to_account


def test_a_denied_role_is_known_to_the_callers_account_only(
    events: dict[str, Record],
) -> None:
    for role in KEY.refused_roles:
        (record,) = [
            record
            for record in named(events, "AssumeRole")
            if role in record.get("errorMessage", "")
        ]
        assert record["recipientAccountId"] == "444455556666"
        assert record["requestParameters"] is None


def test_objects_and_bytes_are_those_of_the_successful_reads(
    events: dict[str, Record],
) -> None:
    read = [
        record
        for record in succeeded(named(events, "GetObject"))
        if record["eventCategory"] == "Data"
        and record["requestParameters"]["bucketName"] == KEY.bucket
        and record["sourceIPAddress"] == KEY.address
    ]
    sent = [record["additionalEventData"]["bytesTransferredOut"] for record in read]
    assert len(read) == KEY.reading.objects
    assert sum(sent) == KEY.reading.bytes
    assert len({record["requestParameters"]["key"] for record in read}) == len(read)


def test_secrets_and_parameters_are_those_that_were_read(
    events: dict[str, Record],
) -> None:
    ours = succeeded(of_intruder(events))
    asked = [record["requestParameters"] for record in ours]
    names = [record["eventName"] for record in ours]
    taken = list(zip(names, asked, strict=True))
    secrets = {asked["secretId"] for name, asked in taken if name == "GetSecretValue"}
    parameters = [
        each
        for name, asked in taken
        if name == "GetParameters"
        for each in asked["names"]
    ]
    assert secrets == set(KEY.secrets)
    assert sorted(parameters) == sorted(KEY.parameters)
    assert KEY.refused_secret not in secrets


def test_nothing_is_recorded_while_the_trail_is_off(
    events: dict[str, Record],
) -> None:
    stopped, started = timestamp(KEY.stopped.time), timestamp(KEY.started.time)
    times = {record["eventTime"] for record in events.values()}
    assert not [time for time in times if stopped < time < started]
    assert {stopped, started} <= times
    assert KEY.started.time - KEY.stopped.time > timedelta(minutes=30)


def test_no_data_event_is_recorded_while_the_selectors_are_narrow(
    events: dict[str, Record],
) -> None:
    narrowed, restored = timestamp(KEY.narrowed.time), timestamp(KEY.restored.time)
    categories = {
        record["eventCategory"]
        for record in events.values()
        if narrowed < record["eventTime"] < restored
    }
    assert categories == {"Management"}


def test_stopping_was_denied_in_a_member_account_first() -> None:
    assert KEY.refused_stop.time < KEY.stopped.time
    assert KEY.refused_stop.account != KEY.stopped.account
    assert KEY.refused_stop.error_code == "AccessDeniedException"


def test_every_object_was_deleted_before_the_bucket(
    events: dict[str, Record],
) -> None:
    deleted = [
        record
        for record in succeeded(named(events, "DeleteObject"))
        if record["requestParameters"]["bucketName"] == KEY.bucket
    ]
    assert len(deleted) == KEY.objects_deleted
    assert KEY.failed_deletion.error_code == "BucketNotEmpty"
    times = {record["eventTime"] for record in deleted}
    assert timestamp(KEY.failed_deletion.time) < min(times)
    assert max(times) < timestamp(KEY.deletion.time)


def test_the_new_user_signed_in_without_mfa_at_the_second_attempt(
    events: dict[str, Record],
) -> None:
    record = events[KEY.sign_in.event_id]
    failed = events[KEY.failed_sign_in.event_id]
    assert record["additionalEventData"]["MFAUsed"] == "No"
    assert record["userIdentity"]["arn"] == KEY.created_user
    assert failed["responseElements"] == {"ConsoleLogin": "Failure"}
    assert "errorCode" not in failed


def test_denied_calls_are_counted_in_the_words_of_each_service(
    events: dict[str, Record],
) -> None:
    denied = {"AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation"}
    codes = [record.get("errorCode") for record in of_intruder(events)]
    assert sum(code in denied for code in codes) == KEY.denied


def test_the_key_reads_as_a_story() -> None:
    lines = str(KEY).splitlines()
    assert lines == sorted(lines)
    assert any(KEY.bucket in line and "deleted" in line for line in lines)


def test_the_answer_key_in_the_documentation_is_that_of_the_generator() -> None:
    page = Path(__file__).parents[1] / "docs" / "practice-case.md"
    assert str(KEY) in page.read_text(encoding="utf-8")
