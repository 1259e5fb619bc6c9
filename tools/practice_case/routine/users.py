"""IAM users who are left from earlier days: two people, a backup appliance, root."""

from dataclasses import replace
from datetime import datetime

from tools.practice_case import s3
from tools.practice_case.callers import Caller, by_key, session_attributes
from tools.practice_case.console import browse, list_buckets, open_bucket
from tools.practice_case.organization import (
    BACKUP,
    BACKUP_SERVER,
    CHROME,
    FIREFOX,
    JOHN,
    MANAGEMENT,
    MATEO,
    OFFICE,
    REPORTS,
    US_EAST_1,
)
from tools.practice_case.record_writer import RecordWriter, tls
from tools.practice_case.routine import days
from tools.practice_case.signin import SIGN_IN, fail_to_sign_in, open_console, sign_in

OLD_AGENT = "Boto3/1.9.62 Python/3.6.8 Linux/3.10.0-1160.el7.x86_64 Botocore/1.12.62"


def work(writer: RecordWriter) -> None:
    """Tell what they do: Mateo with MFA, John without, the appliance every night."""
    for day in days.WORKING[::3]:
        _mateo(writer, day)
    for day in days.WORKING[1::4]:
        _john(writer, day)
    for day in days.ALL:
        _back_up(writer, day)
    _root(writer, days.WORKING[4])


def _mateo(writer: RecordWriter, day: datetime) -> None:
    writer.at(day, 10, writer.chance.between(0, 59))
    console, _ = sign_in(writer, MATEO, OFFICE, FIREFOX, mfa=True)
    for page in ("home", "instances", "users"):
        browse(writer, console, page)
        writer.wait(30, 200)


def _john(writer: RecordWriter, day: datetime) -> None:
    writer.at(day, 14, writer.chance.between(0, 59))
    if writer.chance.happens(0.7):
        fail_to_sign_in(writer, JOHN, OFFICE, CHROME)
        writer.wait(5, 30)
    console, _ = sign_in(writer, JOHN, OFFICE, CHROME, mfa=False)
    browse(writer, console, "queries")
    list_buckets(writer, console)
    open_bucket(writer, console, REPORTS)


def _back_up(writer: RecordWriter, day: datetime) -> None:
    """Copy the day's reports; the appliance is old, and speaks TLS 1.2."""
    writer.at(day, 1, 10)
    caller = replace(by_key(BACKUP, BACKUP_SERVER, OLD_AGENT), old_tls=True)
    s3.list_objects(writer, caller, REPORTS, f"{day:%Y/%m}/")
    for number in range(writer.chance.between(8, 14)):
        name, size = f"{day:%Y/%m/%d}/report-{number:02}.csv", 40_000
        sent = writer.chance.between(size, 20 * size)
        s3.object_call(writer, caller, "GetObject", REPORTS, name, sent=sent)


def _root(writer: RecordWriter, day: datetime) -> None:
    """Sign in as root, once, with MFA, to change the contact for invoices."""
    writer.at(day, 11, 26)
    arn = f"arn:aws:iam::{MANAGEMENT.id}:root"
    identity = {
        "type": "Root",
        "principalId": MANAGEMENT.id,
        "arn": arn,
        "accountId": MANAGEMENT.id,
        "accessKeyId": "",
    }
    root = Caller(identity, MANAGEMENT, OFFICE, FIREFOX, US_EAST_1)
    since = writer.now
    writer.event(
        root,
        "signin:ConsoleLogin",
        SIGN_IN,
        responseElements={"ConsoleLogin": "Success"},
        additionalEventData={
            "LoginTo": "https://console.aws.amazon.com/billing/home",
            "MobileVersion": "No",
            "MFAIdentifier": f"arn:aws:iam::{MANAGEMENT.id}:mfa/root-account-device",
            "MFAUsed": "Yes",
        },
        tlsDetails=tls("signin.aws.amazon.com"),
    )
    context = {"sessionContext": {"attributes": session_attributes(since, mfa=True)}}
    console = open_console(writer.chance, replace(root, identity=identity | context))
    browse(writer, console, "bills")
    writer.call(
        console.hand(writer.chance),
        "account:PutAlternateContact",
        {"alternateContactType": "BILLING", "name": "HIDDEN_DUE_TO_SECURITY_REASONS"},
    )
