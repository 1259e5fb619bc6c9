import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.practice_case import practice, routine
from tools.practice_case.console import PAGES
from tools.practice_case.organization import PAYROLL
from tools.practice_case.routine import days, people

FOLDER = Path(routine.__file__).parent


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return routine.records()


def test_the_routine_never_looks_at_the_story() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [each.name for each in getattr(node, "names", [])]
            source = getattr(node, "module", "") or ""
            assert "story" not in f"{source} {' '.join(names)}", path


def test_the_routine_can_be_had_without_loading_the_story() -> None:
    code = (
        "import sys; from tools.practice_case import routine; "
        "assert not [name for name in sys.modules if 'demo.story' in name]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_routine_holds_nothing_of_the_intruder(
    records: list[dict[str, Any]],
) -> None:
    key = practice.answers()
    addresses = {record.get("sourceIPAddress") for record in records}
    assert addresses.isdisjoint({key.address, key.browser_address})
    assert key.agent not in {record.get("userAgent") for record in records}
    assert "svc-backup-sync" not in str(records)


def test_the_leaked_key_has_an_ordinary_life_too(records: list[dict[str, Any]]) -> None:
    leaked = practice.answers().leaked_key
    used = [
        record
        for record in records
        if record.get("userIdentity", {}).get("accessKeyId") == leaked
    ]
    assert len(used) > 100
    assert {record["sourceIPAddress"] for record in used} == {"192.0.2.44"}


def test_other_buckets_are_deleted_rightly(records: list[dict[str, Any]]) -> None:
    deleted = [
        record["requestParameters"]["bucketName"]
        for record in records
        if record.get("eventName") == "DeleteBucket"
    ]
    assert len(deleted) > 5
    assert PAYROLL.name not in deleted


def test_nobody_opens_the_payroll_archive_after_pay_day(
    records: list[dict[str, Any]],
) -> None:
    opened = [r["eventTime"] for r in records if PAYROLL.name in str(r)]
    assert opened
    assert max(opened) < "2026-03-06"


def test_people_rest_at_night_and_on_most_weekends(
    records: list[dict[str, Any]],
) -> None:
    by_people = [
        record["eventTime"]
        for record in records
        if "@example.com" in str(record.get("userIdentity", {}).get("arn", ""))
    ]
    hours = {int(time[11:13]) for time in by_people}
    weekend = [t for t in by_people if t[:10] in {f"{d:%F}" for d in days.WEEKEND}]
    assert hours.isdisjoint({0, 1, 2, 3, 4})
    assert 0 < len(weekend) < len(by_people) / 10


def test_a_console_session_has_many_keys_and_no_record_issues_them(
    records: list[dict[str, Any]],
) -> None:
    clicked = [r for r in records if r.get("sessionCredentialFromConsole")]
    keys = {record["userIdentity"]["accessKeyId"] for record in clicked}
    answered = [record.get("responseElements") or {} for record in records]
    issued = {each.get("credentials", {}).get("accessKeyId") for each in answered}
    assert len(keys) > 300
    assert keys.isdisjoint(issued)


def test_the_key_that_identity_center_issues_is_never_used(
    records: list[dict[str, Any]],
) -> None:
    issued = {
        record["responseElements"]["credentials"]["accessKeyId"]
        for record in records
        if record.get("eventName") == "AssumeRoleWithSAML"
    }
    callers = [record.get("userIdentity", {}) for record in records]
    used = {caller.get("accessKeyId") for caller in callers}
    assert issued
    assert not issued & used


def test_every_account_is_awake_all_night(records: list[dict[str, Any]]) -> None:
    """Else a trail that was stopped could not be told from a quiet hour."""
    for account in {record.get("recipientAccountId") for record in records} - {None}:
        times = [
            f"{record['eventTime']}"
            for record in records
            if record.get("recipientAccountId") == account
        ]
        assert len({time[:13] for time in times}) == 14 * 24


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("errorCode", "ThrottlingException"),
        ("errorCode", "AccessDenied"),
        ("errorCode", "VpceAccessDenied"),
        ("errorCode", "Client.DryRunOperation"),
        ("errorCode", "200"),
        ("errorMessage", "Failed authentication"),
        ("userAgent", ""),
    ],
)
def test_it_holds_the_oddities_of_real_logs(
    records: list[dict[str, Any]], field: str, value: str
) -> None:
    assert any(record.get(field) == value for record in records)


def test_every_permission_set_has_pages_that_exist() -> None:
    for pages in people.PAGES.values():
        assert set(pages) <= set(PAGES)
