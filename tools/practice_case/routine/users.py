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
from tools.practice_case.routine import days
from tools.practice_case.scribe import Scribe, tls
from tools.practice_case.signin import SIGN_IN, fail_to_sign_in, open_console, sign_in

OLD_AGENT = "Boto3/1.9.62 Python/3.6.8 Linux/3.10.0-1160.el7.x86_64 Botocore/1.12.62"


def work(scribe: Scribe) -> None:
    """Tell what they do: Mateo with MFA, John without, the appliance every night."""
    for day in days.WORKING[::3]:
        _mateo(scribe, day)
    for day in days.WORKING[1::4]:
        _john(scribe, day)
    for day in days.ALL:
        _back_up(scribe, day)
    _root(scribe, days.WORKING[4])


def _mateo(scribe: Scribe, day: datetime) -> None:
    scribe.at(day, 10, scribe.chance.between(0, 59))
    console, _ = sign_in(scribe, MATEO, OFFICE, FIREFOX, mfa=True)
    for page in ("home", "instances", "users"):
        browse(scribe, console, page)
        scribe.wait(30, 200)


def _john(scribe: Scribe, day: datetime) -> None:
    scribe.at(day, 14, scribe.chance.between(0, 59))
    if scribe.chance.happens(0.7):
        fail_to_sign_in(scribe, JOHN, OFFICE, CHROME)
        scribe.wait(5, 30)
    console, _ = sign_in(scribe, JOHN, OFFICE, CHROME, mfa=False)
    browse(scribe, console, "queries")
    list_buckets(scribe, console)
    open_bucket(scribe, console, REPORTS)


def _back_up(scribe: Scribe, day: datetime) -> None:
    """Copy the day's reports; the appliance is old, and speaks TLS 1.2."""
    scribe.at(day, 1, 10)
    caller = replace(by_key(BACKUP, BACKUP_SERVER, OLD_AGENT), old_tls=True)
    s3.list_objects(scribe, caller, REPORTS, f"{day:%Y/%m}/")
    for number in range(scribe.chance.between(8, 14)):
        name, size = f"{day:%Y/%m/%d}/report-{number:02}.csv", 40_000
        sent = scribe.chance.between(size, 20 * size)
        s3.object_call(scribe, caller, "GetObject", REPORTS, name, sent=sent)


def _root(scribe: Scribe, day: datetime) -> None:
    """Sign in as root, once, with MFA, to change the contact for invoices."""
    scribe.at(day, 11, 26)
    arn = f"arn:aws:iam::{MANAGEMENT.id}:root"
    identity = {
        "type": "Root",
        "principalId": MANAGEMENT.id,
        "arn": arn,
        "accountId": MANAGEMENT.id,
        "accessKeyId": "",
    }
    root = Caller(identity, MANAGEMENT, OFFICE, FIREFOX, US_EAST_1)
    since = scribe.now
    scribe.event(
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
    console = open_console(scribe.chance, replace(root, identity=identity | context))
    browse(scribe, console, "bills")
    scribe.call(
        console.hand(scribe.chance),
        "account:PutAlternateContact",
        {"alternateContactType": "BILLING", "name": "HIDDEN_DUE_TO_SECURITY_REASONS"},
    )
