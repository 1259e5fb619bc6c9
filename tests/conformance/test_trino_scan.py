"""What a question reads of a large trail, by Trino's own count of bytes.

Twenty accounts, five regions of which one holds half, six weeks. Athena bills bytes:
the predicates on the partitions must keep a question to its own.
"""

import itertools
import random
import shutil
import statistics
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import trailkit as tk
from tests.conformance.trino_server import (
    CATALOG,
    LOOPBACK,
    TrinoServer,
    partition_folders,
)
from tests.support.raw_rows import raw_rows
from tests.support.sampled import WHOLE
from tools.practice_case import practice
from tools.practice_case.record_writer import Record
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable

ACCOUNTS = tuple(f"{number:012}" for number in range(101, 121))
REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-south-1")
DAYS = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(45))
LARGE, SMALL = 1600, 400
"""Records a day and account: in the first region, and in each of the other four."""

SAMPLE = 30 if WHOLE else 8
TABLE = RawTable(
    "large", "cloudtrail", Layout("central-logs"), DAYS[0], accounts=ACCOUNTS
).definition()


@pytest.fixture(scope="module")
def total(trino: TrinoServer, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Make the trail; give its bytes."""
    folder = tmp_path_factory.mktemp("parts")
    records = practice.records()
    size = 0
    for account, region in itertools.product(ACCOUNTS, REGIONS):
        some = records[: LARGE if region == REGIONS[0] else SMALL]
        part = _part(folder / f"{account}-{region}.parquet", some, account, region)
        for day in DAYS:
            values = {"account": account, "region": region, "day": f"{day:%Y/%m/%d}"}
            place = trino.place(TABLE).joinpath(*partition_folders(values))
            place.mkdir(parents=True)
            shutil.copyfile(part, place / "part.parquet")
            size += part.stat().st_size
    trino.adopt(TABLE)
    return size


def _part(path: Path, records: list[Record], account: str, region: str) -> Path:
    """Write a day's records of an account in a region."""
    url = (
        f"s3://central-logs/AWSLogs/{account}/CloudTrail/{region}/2026/01/01/"
        f"{account}_CloudTrail_{region}_20260101T0000Z_aaaaaaaaaaaaaaaa.json.gz"
    )
    place = {"recipientAccountId": account, "awsRegion": region}
    rows = raw_rows([(url, {**record, **place}) for record in records], TABLE)
    pq.write_table(rows.drop_columns([*TABLE.partitions, "$path"]), path)
    return path


def test_a_question_reads_a_two_thousandth_of_a_large_trail(
    trino: TrinoServer, total: int
) -> None:
    case = tk.trino(
        f"{CATALOG}.{TABLE.database}.{TABLE.name}", host=LOOPBACK, port=trino.port
    )
    cells = list(itertools.product(ACCOUNTS, REGIONS, DAYS[:-1]))
    shares: dict[str, float] = {}
    for account, region, day in random.Random(0).sample(cells, SAMPLE):
        cell = case.window(day, day + timedelta(days=1))
        frame = cell.accounts(account).regions(region).ask("overview/errors")
        read = tk.provenance(frame).facts["bytes"]
        assert read > 0
        shares[f"{account} {region} {day}"] = read / total
    worst = max(shares, key=shares.__getitem__)
    median = statistics.median(shares.values())
    print(f"Median 1/{1 / median:,.0f}; worst 1/{1 / shares[worst]:,.0f}: {worst}")
    assert median <= 1 / 2000
