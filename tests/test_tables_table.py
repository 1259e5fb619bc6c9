"""Tables that others made are read as they are, or refused with the reason."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import boto3
import duckdb
import moto
import pytest

from tests.support.raw_rows import Located, raw_rows
from tests.support.tables_made import (
    ADOPTED,
    BOOTSTRAP,
    DOCUMENTED,
    DOCUMENTED_COLUMNS,
    NUMBERED,
    OWN,
    by_hand,
    projected,
)
from trailkit import clock, dialect
from trailkit.errors import TableError, UnboundedScan
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables import records
from trailkit.tables.definition import Definition
from trailkit.tables.table import Table

HOUR = Scope().window("2026-03-09 11:40", "2026-03-09 12:40")
PATH = (
    "s3://central-logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/09/f.json.gz"
)
RECORD: dict[str, Any] = {
    "eventTime": "2026-03-09T11:40:00Z",
    "eventID": "e1",
    "awsRegion": "eu-west-1",
    "recipientAccountId": "111122223333",
}


def rows(definition: Definition, path: str = PATH, **scope: Any) -> list[Any]:
    """Read one record through a table, on DuckDB."""
    located: list[Located] = [(path, RECORD)]
    connection = duckdb.connect()
    for statement in (*dialect.settings(), *dialect.macros()):
        connection.execute(statement)
    connection.register("raw", raw_rows(located, definition))
    connection.execute('create schema if not exists "default"')
    connection.execute(f'create table "default"."{definition.name}" as from raw')
    select = records.select(Table.of(definition), replace(HOUR, **scope))
    return connection.sql(dialect.to_duckdb(select)).to_arrow_table().to_pylist()


@pytest.mark.parametrize("name", ADOPTED)
def test_a_record_and_its_place_are_found_in_any_table(name: str) -> None:
    [row] = rows(ADOPTED[name], accounts=("111122223333",), regions=("eu-west-1",))
    assert row["event_id"] == "e1"
    assert row["delivery_day"] == date(2026, 3, 9)
    assert row["folder_account"] == "111122223333"
    assert row["folder_region"] == "eu-west-1"
    assert row["file"] == PATH


@pytest.mark.parametrize(
    "name", [n for n, table in ADOPTED.items() if table.partitions]
)
def test_a_day_outside_the_scope_is_pruned(name: str) -> None:
    assert rows(ADOPTED[name], PATH.replace("03/09", "03/12")) == []


def test_days_written_with_dashes_or_without_zeros_are_found() -> None:
    dashes = projected(
        "s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/${day}",
        day__type="date",
        day__format="yyyy-MM-dd",
        day__range="2020-01-01,NOW",
    )
    select = records.select(Table.of(dashes), HOUR, ["event_id"])
    assert "\"day\" between '2026-03-09' and '2026-03-10'" in select
    select = records.select(Table.of(by_hand("year", "month", "day")), HOUR)
    assert "\"month\" in ('03', '3')" in select


def test_keys_that_are_numbers_are_compared_as_numbers() -> None:
    table = replace(
        by_hand("year", "month", "day"),
        partitions={"year": "int", "month": "int", "day": "int"},
    )
    select = records.select(Table.of(table), HOUR, ["event_id"])
    assert '"month" in (3)' in select
    assert '"day" in (9, 10)' in select


def test_a_window_over_new_year_keeps_both_years() -> None:
    scope = Scope().window("2025-12-31", "2026-01-02")
    select = records.select(Table.of(by_hand("year", "month", "day")), scope)
    assert "\"year\" in ('2025', '2026')" in select
    assert "between 20251231 and 20260102" in select


def test_a_table_is_the_same_after_a_way_through_glue() -> None:
    with moto.mock_aws():
        glue = boto3.client("glue", region_name="eu-west-1")
        glue.create_database(DatabaseInput={"Name": "security"})
        for name, table in OWN.items():
            definition = replace(table.definition(), name=name)
            glue.create_table(DatabaseName="security", TableInput=definition.glue())
            answer = glue.get_table(DatabaseName="security", Name=name)
            read = Definition.from_glue(answer["Table"])
            assert Table.of(read) == Table.of(definition)
            assert read.location == definition.location
            assert read.serde == definition.serde


def test_the_kind_of_record_is_known_by_the_folder() -> None:
    kinds = {name: Table.of(table.definition()).kind for name, table in OWN.items()}
    assert {kinds.pop(kind.value) for kind in Kind if kind.value in kinds} == {
        Kind.INSIGHT,
        Kind.NETWORK,
        Kind.AGGREGATED,
    }
    assert set(kinds.values()) == {Kind.EVENT}


def test_a_prefix_that_looks_like_a_folder_does_not_tell_the_kind() -> None:
    layout = replace(OWN["insight"].layout, prefix="CloudTrail")
    table = replace(OWN["insight"], layout=layout)
    assert Table.of(table.definition()).kind is Kind.INSIGHT


def test_names_of_other_people_are_quoted() -> None:
    table = replace(DOCUMENTED, database='my"db', name="cloud trail")
    assert Table.of(table, catalog="lake").name == '"lake"."my""db"."cloud trail"'


# Columns declared otherwise


def declared(**columns: str) -> Table:
    return Table.of(replace(DOCUMENTED, columns=DOCUMENTED_COLUMNS | columns))


def read_as(table: Table, column: str) -> str:
    """Return the SQL of one column."""
    lines = records.select(table, HOUR, [column]).splitlines()
    return next(line.strip(" ,") for line in lines if line.endswith(f" as {column}"))


@pytest.mark.parametrize(
    ("columns", "column", "sql"),
    [
        ({"readonly": "boolean"}, "read_only", "readonly as read_only"),
        ({"apiversion": "bigint"}, "api_version", "cast(apiversion as varchar)"),
        ({"eventtime": "timestamp"}, "event_time", "cast(eventtime as timestamp)"),
        (
            {"useridentity": "string"},
            "session_issuer_arn",
            "json_extract_scalar(useridentity, '$.sessionContext.sessionIssuer.arn')",
        ),
        (
            {"tlsdetails": "struct<tlsVersion:string>"},
            "tls_version",
            "tlsdetails.tlsversion as tls_version",
        ),
        (
            {"tlsdetails": "map<string,string>"},
            "tls_version",
            "element_at(tlsdetails, 'tlsVersion') as tls_version",
        ),
        (
            {"tlsdetails": "struct<ciphersuite:string>"},
            "tls_version",
            "cast(null as varchar) as tls_version",
        ),
        (
            {"resources": "array<struct<type:string>>"},
            "resources",
            "cast(row(null, null, each.type) as",
        ),
    ],
)
def test_a_column_is_read_as_it_is_declared(
    columns: dict[str, str], column: str, sql: str
) -> None:
    assert sql in read_as(declared(**columns), column)


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"requestparameters": "struct<bucketname:string>"}, "request_parameters"),
        ({"requestparameters": "struct<x-amz-acl:string>"}, "request_parameters"),
        ({"requestparameters": "map<string,string>"}, "request_parameters"),
        ({"responseelements": "array<string>"}, "response_elements"),
        ({"resources": "string"}, "resources"),
        ({"resources": "array<string>"}, "resources"),
        ({"useridentity": "bigint"}, "user_identity_arn"),
        ({"eventname": "uniontype<int,string>"}, "event_name"),
    ],
)
def test_a_column_that_loses_what_it_holds_is_refused_when_it_is_asked_for(
    columns: dict[str, str], column: str
) -> None:
    table = declared(**columns)
    assert records.select(table, HOUR, ["event_id"])
    with pytest.raises(TableError, match=next(iter(columns))):
        records.select(table, HOUR, [column])


# Tables that cannot be read


def test_a_view_is_refused() -> None:
    view = {"DatabaseName": "d", "Name": "v", "TableType": "VIRTUAL_VIEW"}
    with pytest.raises(TableError, match="is a view"):
        Definition.from_glue(view)


@pytest.mark.parametrize(
    ("missing", "kind"), [("eventid", "event"), ("eventtime", "event")]
)
def test_a_table_without_a_needed_column_is_refused_by_its_name(
    missing: str, kind: str
) -> None:
    columns = {
        name: text for name, text in DOCUMENTED_COLUMNS.items() if name != missing
    }
    with pytest.raises(TableError, match=missing):
        Table.of(replace(DOCUMENTED, columns=columns))


def test_a_blank_in_an_enum_is_refused_with_the_statement_that_mends_it() -> None:
    properties = BOOTSTRAP.properties | {
        "projection.region_partition.values": "eu-west-1, us-east-1"
    }
    with pytest.raises(TableError, match=r"'eu-west-1,us-east-1'"):
        Table.of(replace(BOOTSTRAP, properties=properties))


@pytest.mark.parametrize(
    "change",
    [
        {"projection.date_partition.format": "yyyyMMdd"},
        {"projection.date_partition.format": "dd/MM/yyyy"},
        {"projection.date_partition.range": "2020/01/01"},
        {"projection.date_partition.range": "yesterday,NOW"},
    ],
)
def test_days_in_another_form_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(TableError, match="date_partition"):
        Table.of(replace(BOOTSTRAP, properties={**BOOTSTRAP.properties, **change}))


def test_a_key_that_only_its_maker_can_fill_is_refused() -> None:
    table = projected("s3://b/${team}/${day}", team__type="injected", day__type="date")
    with pytest.raises(TableError, match="team"):
        Table.of(table)


@pytest.mark.parametrize(
    ("range_", "window"),
    [
        ("2020/01/01,2022/12/31", ("2022-12-31", "2023-01-02")),
        ("2020/01/01,2022/12/31", ("2019-12-31", "2020-01-02")),
        ("NOW-3YEARS,NOW", ("2020-01-01", "2020-01-02")),
    ],
)
def test_a_window_beyond_the_projected_days_is_refused(
    range_: str, window: tuple[str, str]
) -> None:
    properties = BOOTSTRAP.properties | {"projection.date_partition.range": range_}
    table = Table.of(replace(BOOTSTRAP, properties=properties))
    with pytest.raises(TableError, match="find nothing"):
        records.select(table, Scope().window(*window))


def test_a_range_that_moves_with_the_day_takes_what_is_in_it() -> None:
    properties = BOOTSTRAP.properties | {
        "projection.date_partition.range": "NOW-3YEARS,NOW+1DAYS"
    }
    table = Table.of(replace(BOOTSTRAP, properties=properties))
    yesterday = clock.now() - timedelta(days=1)
    assert records.select(table, Scope().window(yesterday, clock.now()))


def test_years_beyond_the_projection_are_refused() -> None:
    with pytest.raises(TableError, match="2024-01-01"):
        records.select(Table.of(NUMBERED), Scope().window("2023-12-01", "2023-12-02"))


def test_a_region_that_every_query_must_name_is_asked_for() -> None:
    properties = BOOTSTRAP.properties | {"projection.region_partition.type": "injected"}
    table = Table.of(replace(BOOTSTRAP, properties=properties))
    with pytest.raises(UnboundedScan, match=r"case\.regions"):
        records.select(table, HOUR)
    early = Scope().window("2020-07-09", "2020-07-10").with_regions("us-west-1")
    assert "\"region_partition\" in ('us-west-1')" in records.select(table, early)
