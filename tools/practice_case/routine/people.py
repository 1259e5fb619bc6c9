"""People at work: they sign in through Identity Center, click and type."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tools.practice_case import identity_center, s3
from tools.practice_case.callers import Caller
from tools.practice_case.console import browse, list_buckets, open_bucket
from tools.practice_case.organization import (
    LAKE,
    OFFICE,
    ORDERS,
    PEOPLE,
    REPORTS,
    SHOP_ASSETS,
    SHOP_OPERATIONS,
    Bucket,
    Person,
    Role,
)
from tools.practice_case.record_writer import RecordWriter, denied
from tools.practice_case.routine import days
from tools.practice_case.signin import open_console
from tools.practice_case.sts import assume_role

PAGES = {
    "PowerUser": ("home", "instances", "network", "functions", "logs", "tables"),
    "AdministratorAccess": ("home", "users", "bills", "trail"),
    "Operations": ("instances", "network", "logs", "functions", "tables"),
    "Developer": ("home", "functions", "logs", "tables", "instances"),
    "DataEngineer": ("queries", "logs", "functions"),
    "Analyst": ("queries", "queries", "home"),
    "Finance": ("home",),
    "SecurityAudit": ("trail", "users", "network", "trail"),
    "Billing": ("bills", "home", "bills"),
}
REFUSED = {
    "Developer": ("ce", "organizations", "account"),
    "Analyst": ("ce", "health", "account"),
    "Finance": ("ce", "servicecatalog-appregistry"),
}
BUCKETS: dict[str, tuple[Bucket, ...]] = {
    "Developer": (SHOP_ASSETS, ORDERS),
    "DataEngineer": (LAKE, REPORTS),
    "Analyst": (REPORTS,),
    "Finance": (REPORTS,),
}
TYPED: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("sts:GetCallerIdentity", None),
    ("ec2:DescribeInstances", {"instancesSet": {}, "filterSet": {}}),
    ("logs:FilterLogEvents", {"logGroupName": "/shop/web", "limit": 200}),
    ("logs:DescribeLogGroups", {"limit": 50}),
    ("cloudformation:DescribeStacks", None),
    ("ssm:GetParameter", {"name": "/shop/web/flags", "withDecryption": False}),
    ("ecs:DescribeServices", {"cluster": "shop", "services": ["web"]}),
    ("monitoring:GetMetricData", {"maxDatapoints": 500}),
    ("lambda:GetFunctionConfiguration20150331v2", {"functionName": "order-worker"}),
)


def work(writer: RecordWriter) -> None:
    """Tell the working days of everybody, and the weekends of whoever is on call."""
    for day in days.WORKING:
        for person in PEOPLE:
            if writer.chance.happens(0.92):
                _working_day(writer, day, person)
    for day in days.WEEKEND:
        _on_call(writer, day, PEOPLE[1])


def _working_day(writer: RecordWriter, day: datetime, person: Person) -> None:
    address = person.home if writer.chance.happens(0.4) else OFFICE
    writer.at(day, person.early, writer.chance.between(0, 55))
    if writer.chance.happens(0.07):
        identity_center.fail_password(writer, person, address)
        writer.wait(5, 20)
    user = identity_center.sign_in(writer, person, address)
    for _ in range(writer.chance.between(2, 3)):
        _visit(writer, person, user, writer.chance.pick(person.roles))
        writer.wait(60 * 60, 190 * 60)
    if person.command_line:
        _type(writer, person, user, person.roles[0])


def _visit(writer: RecordWriter, person: Person, user: Caller, role: Role) -> None:
    """Open the console of an account, and some of its pages."""
    console = open_console(
        writer.chance, identity_center.open_account(writer, person, user, role)
    )
    kind = _permission_set(role)
    for page in writer.chance.some(PAGES[kind], 0.8):
        browse(writer, console, page, REFUSED.get(kind, ()))
        writer.wait(20, 400)
    for bucket in BUCKETS.get(kind, ()):
        list_buckets(writer, console)
        open_bucket(writer, console, bucket)
        _download(writer, console.hand(writer.chance), bucket)


def _permission_set(role: Role) -> str:
    """Read the permission set's name out of its role's."""
    return role.name.split("_")[1]


def _download(writer: RecordWriter, caller: Caller, bucket: Bucket) -> None:
    for _ in range(writer.chance.between(0, 3)):
        name = f"2026/{writer.now:%m}/{writer.chance.pick(('daily', 'weekly'))}.parquet"
        sent = writer.chance.between(4_000, 900_000)
        s3.object_call(writer, caller, "GetObject", bucket, name, sent=sent)


def _type(writer: RecordWriter, person: Person, user: Caller, role: Role) -> None:
    """Work on the command line; a call in thirty is not allowed."""
    caller = identity_center.get_role_credentials(writer, person, user, role)
    caller = replace(caller, agent=person.command_line)
    for action, request in writer.chance.some(TYPED * 2, 0.7):
        if writer.chance.happens(0.03):
            writer.call(caller, action, fault=denied(caller, action))
        else:
            writer.call(caller, action, request)
        writer.wait(3, 90)
    if role.account == SHOP_OPERATIONS.account:
        _operate(writer, caller, person)


def _operate(writer: RecordWriter, caller: Caller, person: Person) -> None:
    """Do what the shop needs by hand, in the role that is made for it."""
    operator = assume_role(
        writer, caller, SHOP_OPERATIONS, person.name, source_identity=person.login
    ).caller
    host = writer.chance.pick(("i-0a12example", "i-0b34example"))
    writer.call(operator, "ssm:StartSession", {"target": host}, {"sessionId": host})
    writer.wait(60, 600)
    writer.call(operator, "ssm:TerminateSession", {"sessionId": host})
    writer.call(operator, "ecs:UpdateService", {"cluster": "shop", "service": "web"})


def _on_call(writer: RecordWriter, day: datetime, person: Person) -> None:
    writer.at(day, 9, writer.chance.between(0, 59))
    user = identity_center.sign_in(writer, person, person.home)
    _visit(writer, person, user, person.roles[0])
    _type(writer, person, user, person.roles[0])
