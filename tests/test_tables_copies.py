"""Copies in Parquet: their texts, and that filling one is exact and repeatable."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import golden_files
from tests.support.raw_rows import Located, raw_rows
from tests.support.tables_made import ACCOUNTS, OWN, by_hand
from trailkit import dialect
from trailkit.errors import TableError
from trailkit.record import Kind, relation_columns
from trailkit.scope import Scope
from trailkit.tables import copies, ddl, records
from trailkit.tables.completeness import lacking
from trailkit.tables.copied_from import Origin
from trailkit.tables.copy import KEYS, Copy
from trailkit.tables.table import Table

OWN_OF = {table.kind: table for table in OWN.values()}
RAW = OWN["organization_trail"].definition()
ORIGIN = Origin.of_source(RAW) or pytest.fail("it says where it lies")
COPY = Copy("security", "copy", "analysis", "cloudtrail", origin=ORIGIN)
SOURCE = Table.of(RAW)
DAY = Scope().window("2026-03-09", "2026-03-10").with_accounts("111122223333")
FOLDER = "s3://central-logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/eu-west-1/"
RECORD: dict[str, Any] = {
    "eventVersion": "1.11",
    "eventTime": "2026-03-09T11:40:00Z",
    "eventID": "e1",
    "eventName": "GetObject",
    "awsRegion": "eu-west-1",
    "recipientAccountId": "111122223333",
    "requestParameters": {"bucketName": "payroll"},
    "resources": [{"ARN": "arn:aws:s3:::payroll", "type": "AWS::S3::Bucket"}],
}


class Lake:
    """The raw table and its copy, on DuckDB."""

    def __init__(self) -> None:
        """Make the raw table with nothing in it, and an empty copy."""
        self.connection = duckdb.connect()
        for statement in (*dialect.settings(), *dialect.macros()):
            self.connection.execute(statement)
        self.connection.execute('create schema "security"')
        self.deliver([])
        empty = records.select(SOURCE, DAY).replace("1111222", "0000000")
        self.connection.execute(
            f'create table "security"."copy" as from ({dialect.to_duckdb(empty)})'
        )
        for key in KEYS:
            self.connection.execute(f'alter table "security"."copy" add {key} varchar')

    def deliver(self, located: list[Located]) -> None:
        """Put these records, and no others, into the raw table."""
        self.connection.register("raw", raw_rows(located, RAW))
        self.connection.execute(
            'create or replace table "security"."cloudtrail" as from raw'
        )

    def fill(self, step: Scope = DAY) -> int:
        """Run a step; say how many rows it added."""
        insert, parenthesis, select = copies.fill(COPY, SOURCE, step).partition("\n)\n")
        result = self.connection.execute(
            f"{insert}{parenthesis}{dialect.to_duckdb(select)}"
        )
        return result.fetchall()[0][0]

    def read(self, table: Table, wanted: list[str] | None = None) -> list[Any]:
        """Read records through a table."""
        select = dialect.to_duckdb(records.select(table, DAY, wanted))
        return self.connection.sql(select).to_arrow_table().to_pylist()


@pytest.fixture
def lake() -> Lake:
    return Lake()


def at(day: str, file: str, **more: Any) -> Located:
    return f"{FOLDER}{day}/{file}.json.gz", RECORD | more


def test_the_texts_are_as_reviewed() -> None:
    golden_files.compare("copies/parquet.sql", ddl.create_table(COPY.definition()))
    golden_files.compare("copies/iceberg.sql", copies.create_iceberg(COPY))
    golden_files.compare("copies/fill.sql", copies.fill(COPY, SOURCE, DAY))
    assert copies.vacuum(COPY) == "vacuum security.copy"
    assert copies.optimize(COPY, DAY) == (
        "optimize security.copy rewrite data using bin_pack where "
        "account in ('111122223333') and "
        "event_day between '2026-03-09' and '2026-03-09'"
    )


def test_optimize_and_vacuum_take_no_quotes() -> None:
    """AWS: only a name that begins with an underscore stands in backticks."""
    assert copies.vacuum(replace(COPY, name="_copy")) == "vacuum security.`_copy`"
    for each in (replace(COPY, name="1copy"), replace(COPY, database="2026")):
        with pytest.raises(TableError, match="begin with a letter"):
            copies.vacuum(each)


@pytest.mark.parametrize("kind", Kind)
def test_a_copy_of_each_kind_is_read_as_what_it_is(kind: Kind) -> None:
    copy = Table.of(replace(COPY, kind=kind).definition())
    assert copy.is_copy
    assert copy.kind is kind
    select = records.select(copy, DAY)
    assert all(f" {name}" in select for name in relation_columns())


def test_a_copy_says_what_it_was_made_of() -> None:
    assert ORIGIN.table == "security.cloudtrail"
    assert ORIGIN.place == RAW.properties["storage.location.template"]
    assert Origin.of_copy(COPY.definition().properties) == ORIGIN
    assert Table.of(COPY.definition()).region.values == ORIGIN.regions


def test_a_table_with_partitions_by_hand_is_no_origin() -> None:
    assert Origin.of_source(by_hand("account", "region", "day")) is None
    assert Origin.of_source(by_hand()) is not None


def test_a_place_counts_and_not_the_name_of_the_table_over_it() -> None:
    assert ORIGIN.serves(replace(ORIGIN, table="security.other"))
    assert not ORIGIN.serves(replace(ORIGIN, place="s3://other/AWSLogs/"))


def test_a_copy_is_not_filled_from_a_table_of_fewer_regions() -> None:
    few, every = replace(ORIGIN, regions=("eu-west-1",)), replace(ORIGIN, regions=())
    assert ORIGIN.serves(few)
    assert every.serves(ORIGIN)
    assert not few.serves(ORIGIN)
    assert not ORIGIN.serves(every)


@pytest.mark.parametrize(
    ("until", "missing", "unsure"),
    [
        ("2026-03-10T01:00:00+00:00", False, False),
        ("2026-03-10T00:59:59+00:00", False, True),
        (None, False, True),
        ("no partition", True, False),
    ],
)
def test_a_copy_lacks_what_was_not_copied_an_hour_after_the_day(
    until: str | None, missing: bool, unsure: bool
) -> None:
    marks = [] if until == "no partition" else [(("2026-03-09", ACCOUNTS[0]), until)]
    settled = timedelta(hours=1)
    found = lacking(KEYS, marks, ACCOUNTS[:1], DAY, settled)
    assert (bool(found.missing), bool(found.unsure)) == (missing, unsure)
    assert bool(lacking(KEYS, marks, (), DAY, settled).missing) == missing
    assert lacking(KEYS, marks, ACCOUNTS, DAY, settled).missing


def test_times_of_a_copy_have_the_precision_of_records() -> None:
    copy = Table.of(COPY.definition())
    select = records.select(copy, DAY, ["event_time", "event_name"])
    assert "cast(event_time as timestamp) as event_time" in select
    assert "event_name as event_name" in select


def test_a_copy_gives_the_records_of_the_table_it_was_made_from(lake: Lake) -> None:
    lake.deliver([at("2026/03/09", "a"), at("2026/03/10", "b", eventID="e2")])
    assert lake.fill() == 2
    copy = Table.of(COPY.definition())
    key = "event_id"
    found = sorted(lake.read(copy), key=lambda row: row[key])
    assert found == sorted(lake.read(SOURCE), key=lambda row: row[key])
    assert [row["file"] for row in found] == [
        f"{FOLDER}2026/03/09/a.json.gz",
        f"{FOLDER}2026/03/10/b.json.gz",
    ]


def test_a_record_delivered_twice_is_copied_once_with_the_first_place(
    lake: Lake,
) -> None:
    lake.deliver([at("2026/03/10", "b"), at("2026/03/09", "a"), at("2026/03/09", "a")])
    assert lake.fill() == 1
    [row] = lake.read(Table.of(COPY.definition()), ["file", "delivery_day"])
    assert row["file"].endswith("a.json.gz")
    assert row["delivery_day"] == date(2026, 3, 9)


def test_the_same_id_with_other_content_stays(lake: Lake) -> None:
    lake.deliver(
        [at("2026/03/09", "a"), at("2026/03/09", "b", errorCode="AccessDenied")]
    )
    assert lake.fill() == 2


def test_a_step_run_again_adds_only_what_came_late(lake: Lake) -> None:
    lake.deliver([at("2026/03/09", "a")])
    assert lake.fill() == 1
    assert lake.fill() == 0
    lake.deliver([at("2026/03/09", "a"), at("2026/03/10", "b", eventID="late")])
    assert lake.fill() == 1
    found = lake.read(Table.of(COPY.definition()), ["event_id"])
    assert sorted(row["event_id"] for row in found) == ["e1", "late"]


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        (Kind.EVENT, "event_source, event_name, event_time"),
        (Kind.INSIGHT, "event_time"),
        (Kind.AGGREGATED, "event_source, window_start"),
    ],
)
def test_rows_are_written_by_service_and_action(kind: Kind, order: str) -> None:
    copy, source = replace(COPY, kind=kind), Table.of(OWN_OF[kind].definition())
    numbered = f"over (partition by event_day, account order by {order})"
    assert numbered in copies.fill(copy, source, DAY)


@given(
    st.dates(min_value=date(2020, 1, 1), max_value=date(2026, 1, 1)),
    st.integers(0, 400),
    st.integers(1, 130),
    st.integers(1, 100),
)
def test_steps_cover_every_day_and_account_once_within_the_limit(
    first: date, length: int, accounts: int, days: int
) -> None:
    last = date.fromordinal(first.toordinal() + length)
    numbers = [f"{number:012}" for number in range(accounts)]
    cells: list[tuple[int, str]] = []
    for step in copies.steps(first, last, numbers, days=days):
        assert step.start
        assert step.end
        span = range(step.start.toordinal(), step.end.toordinal())
        assert len(span) * len(step.accounts) <= copies.MOST_PARTITIONS
        cells += [(day, account) for day in span for account in step.accounts]
    assert len(cells) == len(set(cells)) == (length + 1) * accounts


@pytest.mark.parametrize("days", [0, 101])
def test_a_step_beyond_the_limit_is_refused(days: int) -> None:
    with pytest.raises(TableError, match="1 to 100 days"):
        next(copies.steps(date(2026, 3, 1), date(2026, 3, 2), ACCOUNTS, days=days))


def test_a_copy_needs_a_folder_of_its_own() -> None:
    with pytest.raises(TableError, match="prefix"):
        replace(COPY, prefix="")
