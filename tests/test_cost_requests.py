"""GETs, LISTs and Decrypts: the estimate against what the tests' AWS counts."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

import trailkit as tk
from tests.support.athena_queries import put
from tests.support.athena_reading import Read
from tests.support.athena_server import AthenaServer
from tests.support.listed_s3 import ListedS3
from tests.support.trail_listed import session
from tests.support.trail_tables import (
    BUCKET,
    DAYS,
    KINDS,
    OWN,
    deliver,
    publish,
    publish_copy,
    table_of,
)
from trailkit.case import Case
from trailkit.cost.estimate import Estimate
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import BudgetExceeded, QueryFailed, TrailkitError
from trailkit.record import Kind
from trailkit.tables.layout import Layout

DELETIONS = "s3/bucket-deletions"
A_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KMS_SINCE = DAYS[6]


def objects(bucket: str = BUCKET) -> dict[str, Any]:
    return dict(s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket].keys.items())


def encrypted(file: Any, bucket_key: bool = False) -> None:
    file.encryption, file.kms_key_id = "aws:kms", A_KEY
    file.bucket_key_enabled = bucket_key


def encrypted_since(file: Any) -> None:
    if f"/{KMS_SINCE:%Y/%m/%d}/" <= file.name[-len("/2026/03/01/1.json.gz") :]:
        encrypted(file)


def classed(storage_class: str) -> Callable[[Any], None]:
    def store(file: Any) -> None:
        file._storage_class = storage_class

    return store


LYING: dict[str, Callable[[Any], None]] = {
    "with KMS": encrypted,
    "with KMS and bucket keys": lambda file: encrypted(file, True),
    "with KMS since a day": encrypted_since,
    "in Infrequent Access": classed("STANDARD_IA"),
    "in Glacier Instant Retrieval": classed("GLACIER_IR"),
}
"""How files lie that are not plain; with the kinds of tables they are more than 20."""


def case(name: str, **more: Any) -> Case:
    opened = tk.athena(
        f"security.{name}", workgroup="dfir", poll=0.01, session=session(), **more
    )
    return opened.accounts("111122223333").window("2026-03-02", "2026-03-08")


@pytest.fixture
def sizes(athena: AthenaServer) -> dict[str, int]:
    for bucket in (BUCKET, "analysis"):
        athena.bucket(bucket)
    return deliver(athena)


def cost(read: Read) -> float:
    """Work out what AWS bills in us-east-1, but for the result."""
    megabytes = -(-max(read.bytes, 10 * 1024**2) // 1024**2)
    return (
        megabytes * 5 / 1024**2
        + read.gets * 0.0004 / 1000
        + read.lists * 0.005 / 1000
        + read.decrypts * 0.03 / 10_000
        + read.retrieved * 0.01 / 1024**3
    )


def require_true(server: AthenaServer, asked: Case) -> Estimate:
    said = asked.estimate(DELETIONS)
    asked.ask(DELETIONS)
    done, usage = server.last.read, said.usage
    for name in ("bytes", "gets", "lists", "decrypts", "retrieved"):
        assert getattr(usage, name) == pytest.approx(getattr(done, name), rel=0.05), (
            name
        )
    assert said.dollars - said.bill.results == pytest.approx(cost(done), rel=0.05)
    return said


@pytest.mark.parametrize("lying", LYING)
@pytest.mark.parametrize("kind", ["trailkit's own", "unpartitioned, of every account"])
def test_requests_are_counted_however_files_lie(
    athena: AthenaServer, sizes: dict[str, int], lying: str, kind: str
) -> None:
    table = table_of(kind)
    publish(athena, table, sizes)
    for file in objects().values():
        LYING[lying](file)
    said = require_true(athena, case(table.name))
    assert (said.usage.decrypts > 0) == ("KMS" in lying)
    assert (said.usage.retrieved > 0) == ("In" in lying)


@pytest.mark.parametrize("reads", [True, False])
def test_restored_files_count_where_the_table_reads_them(
    athena: AthenaServer, sizes: dict[str, int], reads: bool
) -> None:
    table = table_of("trailkit's own")
    if reads:
        more = {**table.properties, "read_restored_glacier_objects": "TRUE"}
        table = replace(table, properties=more)
    publish(athena, table, sizes)
    every = case(table.name).estimate(DELETIONS)
    files = [file for name, file in objects().items() if "/2026/" in name]
    for number, file in enumerate(files):
        file._storage_class = "GLACIER"
        file.status = "RESTORED" if number % 3 else "AVAILABLE"
    said = require_true(athena, case(table.name))
    assert said.files + said.archived == every.files
    assert (said.files > 0) == reads


def test_they_are_counted_of_a_copy(athena: AthenaServer) -> None:
    athena.bucket("analysis")
    publish_copy(athena, iceberg=False)
    asked = case("copied").window("2026-03-04", "2026-03-06")
    said = asked.estimate()
    asked.query("select event_id from events order by event_id")
    assert said.usage.gets == athena.last.read.gets == 2 * said.files
    assert said.usage.lists == athena.last.read.lists


def test_a_folder_of_many_files_takes_several_lists(athena: AthenaServer) -> None:
    athena.bucket(BUCKET)
    place = Layout(BUCKET).folder(Kind.EVENT, "111122223333", "us-east-1", DAYS[5])
    sizes = {f"{place}{number:05}.json.gz": 1 for number in range(2_500)}
    for url in sizes:
        put(url, b"x")
    athena.create(OWN.definition(), _no_rows(), in_s3=True)
    asked = case("cloudtrail").window(DAYS[5], DAYS[6]).regions("us-east-1")
    said = require_true(athena, asked)
    assert said.usage.lists == 3 + 1  # the day after is looked into as well


def _no_rows() -> Any:
    from tests.support.raw_rows import raw_rows

    return raw_rows([], OWN.definition())


# What it says


def test_small_files_are_said_to_cost_more_in_requests(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    publish(athena, OWN.definition(), sizes)
    for file in objects().values():
        encrypted(file)
    said = str(case("cloudtrail").estimate())
    assert (
        "S3's GETs (less than $0.01; they cost more below about 86 KB a file)" in said
    )
    assert "KMS's Decrypts (less than $0.01; below about 644 KB a file)" in said
    assert "tk.TableCopy(…)" in said
    assert "An S3 Bucket Key on their bucket" in said


def test_large_files_are_not(athena: AthenaServer) -> None:
    athena.bucket(BUCKET)
    place = Layout(BUCKET).folder(Kind.EVENT, "111122223333", "us-east-1", DAYS[5])
    url = f"{place}1.json.gz"
    put(url, bytes(1_000_000))
    publish(athena, OWN.definition(), {url: 1_000_000})
    encrypted(objects()[url.partition(f"{BUCKET}/")[2]])
    said = str(case("cloudtrail").estimate())
    assert "more than the scan" not in said


def test_what_may_not_be_looked_at_counts_as_encrypted(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    publish(athena, OWN.definition(), sizes)
    athena.refuse("s3:HeadObject", "AccessDenied")
    said = case("cloudtrail").estimate()
    assert said.usage.decrypts == said.usage.gets
    assert "could not be looked at, so each counts with a KMS Decrypt" in str(said)


def test_an_archive_tier_of_intelligent_tiering_shows(
    athena: AthenaServer, sizes: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(athena, OWN.definition(), sizes)
    opened = case("cloudtrail")
    archived = {"ArchiveStatus": "ARCHIVE_ACCESS"}
    monkeypatch.setattr(type(opened.engine), "headers", lambda self, **_: archived)
    assert "in an archive tier of S3 Intelligent-Tiering" in str(opened.estimate())


# Budgets


@pytest.fixture
def every(athena: AthenaServer, sizes: dict[str, int]) -> list[str]:
    """Publish tables of every kind over the same files, encrypted since a day."""
    for kind in KINDS:
        publish(athena, table_of(kind), sizes)
    for file in objects().values():
        encrypted_since(file)
    return [table_of(kind).name for kind in KINDS]


def test_a_budget_is_never_exceeded(athena: AthenaServer, every: list[str]) -> None:
    run_at_random(athena, every, 6)


@pytest.mark.soak
def test_a_budget_is_never_exceeded_in_a_thousand_runs(
    athena: AthenaServer, every: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists come from memory, not by HTTP: nearly all the time went there."""
    lying = objects()
    monkeypatch.setattr(
        AthenaEngine, "objects", partial(listed, ListedS3(sorted(lying)), lying)
    )
    run_at_random(athena, every, 1_000)


def listed(keys: ListedS3, files: dict[str, Any], **asked: Any) -> dict[str, Any]:
    """Answer as ListObjectsV2 does, with what the files are."""
    page = keys.list_objects_v2(**asked)
    for item in page["Contents"]:
        file = files[item["Key"]]
        item["Size"], item["StorageClass"] = file.size, file.storage_class
        item["LastModified"] = file.last_modified
    return page


def run_at_random(athena: AthenaServer, every: list[str], runs: int) -> None:
    """Ask within budgets of all sizes; no refused query runs, none is overspent.

    A table is opened once, and mostly read by a short query.
    """
    chance, refused, failed = random.Random(runs), 0, 0
    opened = {
        name: tk.athena(
            f"security.{name}",
            workgroup="dfir",
            poll=0.02,
            session=session(),
            reuse=None,
        ).accounts("111122223333")
        for name in every
    }
    for number in range(runs):
        first = chance.randint(1, 7)
        asked = opened[chance.choice(every)].window(
            date(2026, 3, first), date(2026, 3, chance.randint(first + 1, 8))
        )
        paid = asked.budget(usd=chance.choice([0.00001, 0.0002, 0.0005, 0.01]))
        before = len(athena.queries)
        for _ in range(chance.randint(1, 4)):
            athena.failure = (
                "GENERIC_INTERNAL_ERROR: x" if chance.random() < 0.2 else None
            )
            begun = len(athena.queries)
            try:
                if chance.random() < 0.2:
                    paid.ask(DELETIONS)
                else:
                    paid.query("select event_id from events order by event_id")
            except BudgetExceeded:
                refused += 1
                assert len(athena.queries) == begun, "a refused query ran"
            except QueryFailed:
                failed += 1
            except TrailkitError:
                assert len(athena.queries) == begun
        ran = list(athena.queries.values())[before:]
        billed = sum(
            cost(each.read) - (scan(each.read) if each.state == "FAILED" else 0)
            for each in ran
        )
        assert billed <= paid.spending.spent * 1.000001, number
        assert paid.spending.spent <= paid.spending.amount, number
        if number % 50 == 49:
            print(f"{number + 1:,} runs, {refused:,} refused, {failed:,} failed")
    assert refused
    assert failed


def scan(read: Read) -> float:
    return cost(Read(bytes=read.bytes))
