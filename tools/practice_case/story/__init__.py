"""What happened at Harbour Books. Reading on spoils the practice case.

A key of the shop's deployment user leaks and is used from abroad. It grants itself all
rights, makes a user with a key and a password, and goes through four roles in three
accounts: it takes secrets and payslips, stops the trail, deletes the payroll archive
and cleans up. ``tell`` writes the records and, from the same calls, the answer key.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

from tools.practice_case import signin
from tools.practice_case.callers import Caller, timestamp
from tools.practice_case.console import browse, list_buckets
from tools.practice_case.insights import Unusual, insight
from tools.practice_case.organization import (
    ACCOUNT_ACCESS,
    ORG_TRAIL,
    PAYROLL,
    PRODUCTION,
    REPORT_BUILDER,
    SHOP_DEPLOY,
    SHOP_OPERATIONS,
    TERRAFORM,
    TRAIL_MAINTENANCE,
    US_EAST_1,
)
from tools.practice_case.record_writer import Record, RecordWriter
from tools.practice_case.story import damage, foothold, theft
from tools.practice_case.story.answers import Answers, Notes, Reading
from tools.practice_case.story.cast import (
    ADDRESS,
    AGENT,
    ARCHIVE,
    BROWSER,
    BROWSER_ADDRESS,
    CREATED,
    GUARDED_SECRET,
    PARAMETERS,
    POLICY,
    SECRETS,
    SESSION,
    secret_arn,
)
from tools.practice_case.sts import assume_role, refuse_role
from tools.practice_case.trail import Silence

SECOND_EVENING = datetime(2026, 3, 11, tzinfo=UTC)
NIGHT = datetime(2026, 3, 12, tzinfo=UTC)

SIGN_IN_REGION = "eu-north-1"
"""Where the global sign-in page sends a browser that knows the account's alias."""

REFUSED_ROLES = (TERRAFORM[1], ACCOUNT_ACCESS)


@dataclass(frozen=True, slots=True)
class Tale:
    """The story: its records, what the trail was kept from recording, the answers."""

    records: list[Record]
    silences: tuple[Silence, ...]
    answers: Answers


@cache
def tell() -> Tale:
    """Tell the story, from the first use of the key to the clean-up."""
    writer, aftermath, notes = RecordWriter("story"), RecordWriter("aftermath"), Notes()
    leaked, created = foothold.gain(writer, notes)
    _visit_console(writer, notes)
    operator = _go_to_the_shop(writer, notes, created)
    builder, read = _go_to_analytics(writer, notes, operator)
    keeper = _go_to_management(writer, notes, builder)
    aftermath.at(NIGHT, 2, 0, 2)
    damage.restart_logging(aftermath, notes)
    _return_to_analytics(writer, notes, keeper)
    writer.at(NIGHT, 2, 41, 5)
    damage.clean_up(writer, notes, leaked, created.access_key)
    _notice(aftermath)
    answers = _answers(notes, read, created.access_key, writer.records)
    return Tale(writer.records + aftermath.records, _silences(answers), answers)


def _visit_console(writer: RecordWriter, notes: Notes) -> None:
    """Sign in as the new user, at the second attempt and without MFA; look around."""
    visitor = (CREATED, BROWSER_ADDRESS, BROWSER)
    writer.at(SECOND_EVENING, 20, 7, 15)
    failed = signin.fail_to_sign_in(writer, *visitor, SIGN_IN_REGION)
    notes.deed("failed_sign_in", failed)
    writer.wait(12, 30)
    console, record = signin.sign_in(writer, *visitor, mfa=False, region=SIGN_IN_REGION)
    notes.deed("sign_in", record)
    for page in ("home", "users", "instances", "tables", "functions", "trail"):
        browse(writer, console, page)
        writer.wait(40, 240)
    list_buckets(writer, console)


def _go_to_the_shop(writer: RecordWriter, notes: Notes, created: Caller) -> Caller:
    """Hop once: to the role that operates the shop, which may read its secrets."""
    writer.at(SECOND_EVENING, 23, 38, 20)
    writer.call(created, "sts:GetCallerIdentity", region=US_EAST_1)
    for role in REFUSED_ROLES:
        refuse_role(writer, created, role)
        writer.wait(20, 60)
    operator = notes.hop(assume_role(writer, created, SHOP_OPERATIONS, SESSION))
    theft.read_secrets(writer, operator)
    theft.read_parameters(writer, operator)
    damage.fail_to_stop_logging(writer, notes, operator)
    return operator


def _go_to_analytics(
    writer: RecordWriter, notes: Notes, operator: Caller
) -> tuple[Caller, Reading]:
    """Hop a second time: to the role that builds reports, which may read payslips."""
    writer.at(NIGHT, 0, 6, 31)
    builder = notes.hop(assume_role(writer, operator, REPORT_BUILDER, SESSION))
    read = theft.read_objects(writer, builder)
    notes.deed("refused_deletion", theft.fail_to_delete(writer, builder))
    return builder, read


def _go_to_management(writer: RecordWriter, notes: Notes, builder: Caller) -> Caller:
    """Hop a third time: to the role that maintains the organization's trail."""
    writer.at(NIGHT, 1, 9, 2)
    keeper = notes.hop(assume_role(writer, builder, TRAIL_MAINTENANCE, SESSION))
    writer.call(keeper, "organizations:ListAccounts")
    damage.stop_logging(writer, notes, keeper)
    return keeper


def _return_to_analytics(writer: RecordWriter, notes: Notes, keeper: Caller) -> None:
    """Turn the session into a console, switch the role there, delete the bucket."""
    writer.at(NIGHT, 2, 3, 44)
    token = signin.get_signin_token(writer, keeper)
    browser = replace(token, address=BROWSER_ADDRESS, agent=BROWSER, old_tls=False)
    writer.wait(3, 9)
    signin.sign_in_session(writer, browser)
    writer.wait(60, 90)
    switched = notes.hop(signin.switch_role(writer, browser, ACCOUNT_ACCESS))
    writer.at(NIGHT, 2, 14, 10)
    console = signin.open_console(writer.chance, switched)
    damage.delete_bucket(writer, notes, console)


def _notice(writer: RecordWriter) -> None:
    """Let CloudTrail Insights notice the errors of the first evening."""
    unusual = Unusual(
        "ec2:DescribeInstances",
        PRODUCTION,
        PRODUCTION.region,
        SHOP_DEPLOY.arn,
        AGENT,
        rate=2.5,
        baseline=0.0014,
        error="Client.UnauthorizedOperation",
    )
    insight(writer, unusual, foothold.EVENING.replace(hour=21, minute=33), 6)


def _silences(answers: Answers) -> tuple[Silence, ...]:
    """Work out when the trail recorded nothing, and when only management events."""
    stopped, started = timestamp(answers.stopped.time), timestamp(answers.started.time)
    narrowed = timestamp(answers.narrowed.time)
    restored = timestamp(answers.restored.time)
    spared = frozenset({"Management", "Insight"})
    return Silence(stopped, started), Silence(narrowed, restored, spared)


def _answers(
    notes: Notes, read: Reading, created_key: str, records: list[Record]
) -> Answers:
    keys = [record["userIdentity"].get("accessKeyId", "") for record in records]
    codes = [record.get("errorCode", "") for record in records]
    return Answers(
        **notes.deeds,
        culprit=SHOP_DEPLOY.arn,
        leaked_key=SHOP_DEPLOY.access_key,
        address=ADDRESS,
        browser_address=BROWSER_ADDRESS,
        agent=AGENT,
        policy=POLICY,
        created_user=CREATED.arn,
        created_user_id=CREATED.unique_id,
        created_key=created_key,
        keys=tuple(key for key in dict.fromkeys(keys) if key),
        refused_roles=tuple(role.arn for role in REFUSED_ROLES),
        hops=tuple(notes.hops),
        secrets=tuple(secret_arn(name) for name in SECRETS),
        refused_secret=secret_arn(GUARDED_SECRET),
        parameters=PARAMETERS,
        reading=read,
        trail=ORG_TRAIL,
        bucket=PAYROLL.name,
        objects_deleted=len(ARCHIVE),
        calls=len(records),
        denied=sum("AccessDenied" in code or "Unauthorized" in code for code in codes),
        event_ids=frozenset(record["eventID"] for record in records),
    )
