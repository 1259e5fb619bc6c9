"""A trail whose log files lie in the tests' S3, and the case over it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import boto3

import trailkit as tk
from tests.support.athena_queries import put
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import Located, raw_rows
from trailkit.case import Case
from trailkit.record import Kind
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable

BUCKET = "central-logs"
ACCOUNTS = ("111122223333", "444455556666")
REGIONS = ("eu-west-1", "us-east-1")
TABLE = RawTable(
    "security",
    "cloudtrail",
    Layout(BUCKET),
    date(2024, 1, 1),
    accounts=ACCOUNTS,
    regions=REGIONS,
)
DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(10)]
"""The days of which the trail has files; the second has none."""

A_FILE = 1024**2
FILES = 3
"""Each account, region and day has so many files, of a megabyte each."""


def folder(account: str, region: str, day: date) -> str:
    return TABLE.layout.folder(Kind.EVENT, account, region, day)


def deliver(server: AthenaServer, table: RawTable = TABLE) -> None:
    """Put the files into S3, and the table with one event for each file into Athena."""
    server.bucket(BUCKET)
    located: list[Located] = []
    for place in places():
        for number in range(FILES):
            url = f"{place}{number}.json.gz"
            put(url, bytes(A_FILE))
            located.append((url, record(url)))
    definition = table.definition()
    rows = raw_rows(located, definition)
    server.create(definition, rows, total=len(located) * A_FILE)


def places() -> Iterable[str]:
    for account in ACCOUNTS:
        for region in REGIONS:
            for day in DAYS:
                if day != DAYS[1]:
                    yield folder(account, region, day)


def record(url: str) -> dict[str, Any]:
    *_, account, _, region, year, month, day, name = url.split("/")
    return {
        "eventID": f"{account}-{region}-{day}-{name}",
        "eventTime": f"{year}-{month}-{day}T12:00:00Z",
        "eventName": "DeleteBucket",
        "eventSource": "s3.amazonaws.com",
        "awsRegion": region,
        "recipientAccountId": account,
        "requestParameters": {"bucketName": "payroll"},
    }


@cache
def session() -> boto3.Session:
    """Read boto3's models once, which takes a while."""
    return boto3.Session()


def case(table: RawTable = TABLE, **settings: Any) -> Case:
    name = f"{table.database}.{table.name}"
    given = {"workgroup": "dfir", "poll": 0.01, "session": session(), **settings}
    return tk.athena(name, **given)


def many_accounts() -> RawTable:
    """Return the table without its list of accounts."""
    return replace(TABLE, accounts=None)
