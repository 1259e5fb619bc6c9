"""The second night: logging stopped, a bucket deleted, traces removed."""

from collections.abc import Sequence
from typing import Any

from tools.practice_case import s3
from tools.practice_case.callers import Caller
from tools.practice_case.console import list_buckets, open_bucket
from tools.practice_case.organization import (
    MANAGEMENT,
    ORG_TRAIL,
    PAYROLL,
    SHOP_DEPLOY,
    TRAIL_GUARD,
)
from tools.practice_case.record_writer import Fault, Record, RecordWriter, denied
from tools.practice_case.signin import Console
from tools.practice_case.story.answers import Notes
from tools.practice_case.story.cast import ADMINISTRATOR, ARCHIVE, NAME, POLICY
from tools.practice_case.sts import run_function
from tools.practice_case.trail import MANAGEMENT_EVENTS, RECORDED, Selector

BATCH = 500
OWN_POLICY = {"userName": SHOP_DEPLOY.name, "policyName": POLICY}
HAS_KEYS = Fault(
    "DeleteConflictException",
    "Cannot delete entity, must remove referenced objects first.",
)


def fail_to_stop_logging(writer: RecordWriter, notes: Notes, caller: Caller) -> None:
    """Try to stop the trail from a member account, which is denied."""
    action = "cloudtrail:StopLogging"
    fault = denied(caller, action, ORG_TRAIL)
    refused = writer.call(caller, action, region=MANAGEMENT.region, fault=fault)
    notes.deed("refused_stop", refused)


def stop_logging(writer: RecordWriter, notes: Notes, caller: Caller) -> None:
    """Look at the trail, narrow what it records, then stop it."""
    for name in ("DescribeTrails", "GetTrailStatus", "GetEventSelectors"):
        writer.call(caller, f"cloudtrail:{name}", {"name": ORG_TRAIL})
        writer.wait(20, 60)
    notes.deed("narrowed", _put_selectors(writer, caller, [MANAGEMENT_EVENTS]))
    writer.wait(150, 200)
    stop = writer.call(caller, "cloudtrail:StopLogging", {"name": ORG_TRAIL})
    notes.deed("stopped", stop)


def restart_logging(writer: RecordWriter, notes: Notes) -> None:
    """Let the function that guards the trail repair it, on its next round."""
    guard = run_function(writer, TRAIL_GUARD, "trail-guard")
    writer.wait(6, 8)
    start = writer.call(guard, "cloudtrail:StartLogging", {"name": ORG_TRAIL})
    notes.deed("started", start)
    notes.deed("restored", _put_selectors(writer, guard, RECORDED))


def _put_selectors(
    writer: RecordWriter, caller: Caller, selectors: Sequence[Selector]
) -> Record:
    request = {"trailName": ORG_TRAIL, "advancedEventSelectors": list(selectors)}
    return writer.call(caller, "cloudtrail:PutEventSelectors", request, request)


def delete_bucket(writer: RecordWriter, notes: Notes, console: Console) -> None:
    """Delete the bucket in the console: it must be emptied first."""
    list_buckets(writer, console)
    open_bucket(writer, console, PAYROLL)
    writer.wait(30, 60)
    notes.deed("failed_deletion", _delete(writer, console, fault=s3.NOT_EMPTY))
    writer.wait(40, 90)
    for start in range(0, len(ARCHIVE), BATCH):
        _empty(writer, console, ARCHIVE[start : start + BATCH])
    writer.wait(30, 60)
    notes.deed("deletion", _delete(writer, console))


def _delete(writer: RecordWriter, console: Console, **more: Any) -> Record:
    caller = console.hand(writer.chance)
    return s3.bucket_call(writer, caller, "DeleteBucket", PAYROLL, **more)


def _empty(writer: RecordWriter, console: Console, keys: tuple[str, ...]) -> None:
    """Delete objects in one call, which is recorded once as such and once an object.

    Amazon S3 User Guide, "CloudTrail events": so since June 2025.
    """
    caller = console.hand(writer.chance)
    batch = s3.bucket_call(
        writer,
        caller,
        "DeleteObjects",
        PAYROLL,
        {"delete": ""},
        resources=s3.under(PAYROLL),
    )
    same = {"requestID": batch["requestID"]}
    writer.pace = 0
    for number, key in enumerate(keys):
        s3.object_call(writer, caller, "DeleteObject", PAYROLL, key, **same)
        if number % 40 == 0:
            writer.wait(1, 2)
    writer.pace = 2


def clean_up(writer: RecordWriter, notes: Notes, leaked: Caller, key: str) -> None:
    """Remove the user that was made and the policy; see that the rights are gone."""
    steps: tuple[tuple[str, dict[str, Any], Fault | None], ...] = (
        ("iam:DeleteLoginProfile", NAME, None),
        ("iam:DetachUserPolicy", NAME | ADMINISTRATOR, None),
        ("iam:DeleteUser", NAME, HAS_KEYS),
        ("iam:DeleteAccessKey", NAME | {"accessKeyId": key}, None),
        ("iam:DeleteUser", NAME, None),
        ("iam:DeleteUserPolicy", OWN_POLICY, None),
    )
    for action, request, fault in steps:
        notes.deed("cleaned_up", writer.call(leaked, action, request, fault=fault))
        writer.wait(8, 40)
    fault = denied(leaked, "iam:ListUsers")
    notes.deed("last", writer.call(leaked, "iam:ListUsers", fault=fault))
