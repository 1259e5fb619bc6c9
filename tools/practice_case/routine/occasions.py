"""What happens once in a while, and is as it should be: look before you accuse."""

from dataclasses import replace
from datetime import datetime

from tools.practice_case import identity_center, s3
from tools.practice_case.console import list_buckets, open_bucket
from tools.practice_case.organization import (
    ACCOUNT_ACCESS,
    ANALYTICS,
    OFFICE,
    ORG_TRAIL,
    PAYROLL,
    PEOPLE,
    TRAIL_MAINTENANCE,
    Bucket,
)
from tools.practice_case.record_writer import RecordWriter
from tools.practice_case.routine import days
from tools.practice_case.signin import open_console
from tools.practice_case.sts import assume_role
from tools.practice_case.trail import RECORDED

PAY_DAYS = days.WORKING[2:4]
MARY, FINANCE, SECURITY = PEOPLE[0], PEOPLE[6], PEOPLE[7]


def happen(writer: RecordWriter) -> None:
    """Tell the pay days, a change of the trail, two buckets tidied away."""
    for day in PAY_DAYS:
        _pay(writer, day)
    _change_selectors(writer, days.WORKING[1])
    for day in (days.WORKING[3], days.WORKING[8]):
        _tidy(writer, day)


def _pay(writer: RecordWriter, day: datetime) -> None:
    """Open the payroll archive, as finance does at the beginning of a month."""
    writer.at(day, 9, 40)
    user = identity_center.sign_in(writer, FINANCE, OFFICE)
    role = FINANCE.roles[0]
    console = open_console(
        writer.chance, identity_center.open_account(writer, FINANCE, user, role)
    )
    list_buckets(writer, console)
    open_bucket(writer, console, PAYROLL)
    for number in range(8):
        caller = console.hand(writer.chance)
        name, size = f"2026/02/payslips-{number:02}.pdf", writer.chance.between(9, 99)
        s3.object_call(writer, caller, "PutObject", PAYROLL, name, received=size * 1000)
        writer.wait(10, 60)


def _change_selectors(writer: RecordWriter, day: datetime) -> None:
    """Let the security engineer switch network activity events on; it is announced."""
    writer.at(day, 10, 5)
    user = identity_center.sign_in(writer, SECURITY, OFFICE)
    caller = identity_center.get_role_credentials(
        writer, SECURITY, user, SECURITY.roles[0]
    )
    keeper = assume_role(writer, caller, TRAIL_MAINTENANCE, SECURITY.name).caller
    writer.call(keeper, "cloudtrail:GetEventSelectors", {"trailName": ORG_TRAIL})
    selectors = {"trailName": ORG_TRAIL, "advancedEventSelectors": RECORDED}
    writer.call(keeper, "cloudtrail:PutEventSelectors", selectors, selectors)


def _tidy(writer: RecordWriter, day: datetime) -> None:
    """Go into the analytics account from outside, and delete a bucket left empty."""
    writer.at(day, 16, 20)
    user = identity_center.sign_in(writer, MARY, MARY.home)
    caller = identity_center.get_role_credentials(writer, MARY, user, MARY.roles[2])
    caller = replace(caller, agent=MARY.command_line)
    helper = assume_role(writer, caller, ACCOUNT_ACCESS, MARY.name).caller
    bucket = Bucket(ANALYTICS, f"harbour-books-old-exports-{day:%d}")
    s3.list_objects(writer, helper, bucket)
    s3.bucket_call(writer, helper, "DeleteBucket", bucket)
