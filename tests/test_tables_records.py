"""The SELECT that makes ``records``: its text, its rows, and what it refuses."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support import golden_files
from tests.support.raw_rows import Located, raw_rows
from tests.support.tables_made import ACCOUNTS, DOCUMENTED, OWN
from trailkit import dialect
from trailkit.dialect.sql_files import sql_folder
from trailkit.errors import ScopeError, TableError, UnboundedScan
from trailkit.record import PLACE, Column, Kind, Type, columns, relation_columns
from trailkit.scope import Scope
from trailkit.tables import records
from trailkit.tables.definition import Definition
from trailkit.tables.layout import parse
from trailkit.tables.table import Table

HOUR = Scope().window("2026-03-09 11:40", "2026-03-09 12:40")
DEFINITIONS = {name: table.definition() for name, table in OWN.items()} | {
    "documented": DOCUMENTED
}


def table(name: str) -> Table:
    return Table.of(DEFINITIONS[name])


# The text


@pytest.mark.parametrize(
    "name",
    ["shared_bucket", "documented", "insight", "network", "aggregated"],
)
def test_the_select_over_each_kind_of_table_is_as_reviewed(name: str) -> None:
    golden_files.compare(f"records/{name}.sql", records.select(table(name), HOUR))


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("account", HOUR.with_accounts(*ACCOUNTS[:2])),
        ("region", HOUR.with_regions("eu-west-1")),
        ("early", Scope().window("2021-11-22", "2021-11-24").with_regions("us-east-1")),
        (
            "everywhere",
            replace(HOUR.with_regions("eu-west-1"), everywhere=("iam", "sts")),
        ),
        ("late", HOUR.with_late("30d")),
    ],
)
def test_the_select_in_each_kind_of_scope_is_as_reviewed(
    name: str, scope: Scope
) -> None:
    wanted = ["event_id", "event_name", "aws_region"]
    text = records.select(table("organization_trail"), scope, wanted)
    golden_files.compare(f"records/scope_{name}.sql", text)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_select_is_in_the_sql_that_the_engines_share(name: str) -> None:
    scope = HOUR.with_accounts("111122223333")
    dialect.check(records.select(table(name), scope))


# The rows


RECORD: dict[str, Any] = {
    "eventVersion": "1.11",
    "eventTime": "2026-03-09T11:40:00Z",
    "eventID": "e1",
    "eventName": "GetObject",
    "eventSource": "s3.amazonaws.com",
    "awsRegion": "eu-west-1",
    "recipientAccountId": "111122223333",
}
PLACE_OF_RECORD = (
    "s3://central-logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/09/"
    "111122223333_CloudTrail_eu-west-1_20260309T1145Z_AbCdEfGhIjKlMnOp.json.gz"
)


def run(
    located: list[Located],
    definition: Definition,
    scope: Scope = HOUR,
    wanted: list[str] | None = None,
) -> list[dict[str, Any]]:
    """Run the SELECT on DuckDB, over the rows that Athena would show."""
    connection = duckdb.connect()
    for statement in (*dialect.settings(), *dialect.macros()):
        connection.execute(statement)
    connection.register("raw", raw_rows(located, definition))
    connection.execute(f'create schema if not exists "{definition.database}"')
    connection.execute(
        f'create table "{definition.database}"."{definition.name}" as from raw'
    )
    sql = dialect.to_duckdb(records.select(Table.of(definition), scope, wanted))
    return connection.sql(sql).to_arrow_table().to_pylist()


def test_a_row_is_typed_and_knows_its_place() -> None:
    record = RECORD | {
        "readOnly": True,
        "managementEvent": False,
        "sessionCredentialFromConsole": "true",
        "requestParameters": {"bucketName": "payroll"},
        "responseElements": None,
        "apiVersion": 55606,
        "resources": [
            {"ARN": "arn:aws:s3:::payroll", "accountId": "111122223333"},
            {"ARNPrefix": "arn:aws:s3:::payroll/", "type": "AWS::S3::Object"},
        ],
        "userIdentity": {
            "type": "AssumedRole",
            "sessionContext": {
                "sessionIssuer": {},
                "attributes": {
                    "mfaAuthenticated": "false",
                    "creationDate": "2026-03-09T11:00:00Z",
                },
                "webIdFederationData": {"federatedProvider": "idp", "attributes": {}},
            },
        },
    }
    [row] = run([(PLACE_OF_RECORD, record)], DEFINITIONS["account_trail"])
    assert row["event_time"] == datetime(2026, 3, 9, 11, 40)
    assert row["session_creation_date"] == datetime(2026, 3, 9, 11)
    assert row["read_only"] is True
    assert row["management_event"] is False
    assert row["session_credential_from_console"] is True
    assert row["session_mfa_authenticated"] is False
    assert json.loads(row["request_parameters"]) == {"bucketName": "payroll"}
    assert row["web_id_federated_provider"] == "idp"
    assert row["response_elements"] is None
    assert row["api_version"] == "55606"
    assert row["session_issuer_arn"] is None
    assert row["resources"] == [
        {"arn": "arn:aws:s3:::payroll", "account_id": "111122223333", "type": None},
        {"arn": "arn:aws:s3:::payroll/", "account_id": None, "type": "AWS::S3::Object"},
    ]
    assert {name: row[name] for name in PLACE} == {
        "delivery_day": date(2026, 3, 9),
        "folder_account": "111122223333",
        "folder_region": "eu-west-1",
        "file": PLACE_OF_RECORD,
    }


def expected(path: str, record: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """Work a row out in Python, from the definition of the record."""
    own = columns(kind)
    row = {
        name: _typed(own[name], record) if name in own else None
        for name in relation_columns()
    }
    row["web_id_attributes"] = None  # a map, which has no text
    key = parse(path)
    assert key is not None
    return row | {
        "delivery_day": key.day,
        "folder_account": key.account,
        "folder_region": key.region,
        "file": path,
    }


def _typed(column: Column, record: Any) -> Any:
    value = record
    for part in column.path:
        value = value.get(part) if isinstance(value, dict) else None
    if value is None:
        return None
    if column.type is Type.TIME:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC).replace(tzinfo=None)
    if column.type is Type.BOOLEAN:
        return {"true": True, "false": False}.get(str(value).lower())
    if column.type is Type.RESOURCES:
        return [
            {
                "arn": each.get("ARN", each.get("ARNPrefix")),
                "account_id": each.get("accountId"),
                "type": each.get("type"),
            }
            for each in value
        ]
    return value if isinstance(value, str) else json.loads(json.dumps(value))


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    """Read JSON texts, whose blanks may differ."""
    kinds = relation_columns()
    return {
        name: _loaded(value) if kinds.get(name) is Type.JSON else value
        for name, value in row.items()
    }


def _loaded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return value


NETWORK = RECORD | {
    "eventCategory": "NetworkActivity",
    "eventType": "AwsVpceEvent",
    "errorCode": "VpceAccessDenied",
    "vpcEndpointId": "vpce-0a1b2c3d",
    "vpcEndpointAccountId": "111122223333",
    "userIdentity": {"type": "AWSAccount", "accountId": "444455556666"},
}
INSIGHT = {
    "eventVersion": "1.09",
    "eventTime": "2026-03-09T11:41:00Z",
    "eventID": "i1",
    "eventType": "AwsCloudTrailInsight",
    "awsRegion": "eu-west-1",
    "recipientAccountId": "111122223333",
    "sharedEventID": "s1",
    "eventCategory": "Insight",
    "insightDetails": {
        "state": "End",
        "eventSource": "s3.amazonaws.com",
        "eventName": "DeleteObject",
        "insightType": "ApiCallRateInsight",
        "insightContext": {
            "statistics": {
                "baseline": {"average": 9.8e-05},
                "insight": {"average": 12.5},
                "insightDuration": 5,
            },
            "attributions": [{"attribute": "userAgent", "insight": []}],
        },
    },
}
AGGREGATED = {
    "eventVersion": "1.0",
    "accountId": "111122223333",
    "eventId": "a1",
    "eventCategory": "Aggregated",
    "eventType": "AwsAggregatedEvent",
    "eventSource": "s3.amazonaws.com",
    "awsRegion": "eu-west-1",
    "timeWindow": {
        "windowStart": "2026-03-09T11:40:00Z",
        "windowEnd": "2026-03-09T11:45:00Z",
        "windowSize": "PT5M",
    },
    "summary": {"primaryDimension": {"dimension": "eventName", "statistics": []}},
    "addendum": {"reason": "DELIVERY_DELAY"},
}


@pytest.mark.parametrize(
    ("name", "kind", "record"),
    [
        ("organization_trail", Kind.EVENT, RECORD),
        ("insight", Kind.INSIGHT, INSIGHT),
        ("network", Kind.NETWORK, NETWORK),
        ("aggregated", Kind.AGGREGATED, AGGREGATED),
    ],
)
def test_every_kind_of_record_gives_the_columns_that_the_record_defines(
    name: str, kind: Kind, record: dict[str, Any]
) -> None:
    path = (
        OWN[name].layout.folder(kind, "111122223333", "eu-west-1", date(2026, 3, 9))
        + "file.json.gz"
    )
    [row] = run([(path, record)], DEFINITIONS[name])
    assert comparable(row) == comparable(expected(path, record, kind))


def test_the_two_forms_of_an_aggregated_time_are_read() -> None:
    window = {"windowStart": "2026-03-09 11:40:00", "windowEnd": "no time"}
    path = PLACE_OF_RECORD.replace("CloudTrail/", "CloudTrail-Aggregated/")
    [row] = run(
        [(path, AGGREGATED | {"timeWindow": window})], DEFINITIONS["aggregated"]
    )
    assert row["window_start"] == datetime(2026, 3, 9, 11, 40)
    assert row["window_end"] is None


def test_real_records_are_typed_as_the_record_says(shared_data: Path) -> None:
    located = list(real_records(shared_data))
    rows = run(
        located,
        DEFINITIONS["account_trail"],
        Scope().window("2023-07-10", "2023-07-11"),
    )
    assert len(rows) == len(located) > 2_000
    found = sorted(map(comparable, rows), key=str)
    wanted = [expected(*each, Kind.EVENT) for each in located]
    assert found == sorted(map(comparable, wanted), key=str)


def real_records(shared_data: Path) -> Iterator[Located]:
    """Return real records, as if they lay in the folders of a trail."""
    for file in sorted((shared_data / "invictus-aws-dataset").rglob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        folder = (
            "s3://central-logs/AWSLogs/111122223333/CloudTrail/us-east-1/2023/07/10"
        )
        for record in content["Records"]:
            yield f"{folder}/{file.name}", record


def test_the_documented_table_gives_the_same_but_for_what_it_lacks() -> None:
    record = RECORD | {
        "managementEvent": True,
        "resources": [
            {"ARN": "arn:aws:s3:::payroll"},
            {"ARNPrefix": "arn:aws:s3:::x/"},
        ],
        "userIdentity": {
            "arn": "arn:aws:iam::111122223333:user/ana",
            "sessionContext": {"sourceIdentity": "ana"},
        },
        "tlsDetails": {"tlsVersion": "TLSv1.3", "keyExchange": "x25519"},
    }
    path = PLACE_OF_RECORD.replace("eu-west-1", "us-east-1")
    located: list[Located] = [(path, record)]
    [own] = run(located, DEFINITIONS["account_trail"])
    [documented] = run(located, DOCUMENTED)
    lacking = {name for name in own if own[name] != documented[name]}
    assert lacking == {
        "management_event",
        "session_source_identity",
        "key_exchange",
        "resources",
    }
    assert documented["resources"][1]["arn"] is None


def test_no_relation_reads_the_one_column_that_a_table_cannot_give() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sql_folder().glob("*.sql")]
    assert texts
    assert not any("web_id_attributes" in text for text in texts)


# What is kept


def at(time: str, **more: Any) -> dict[str, Any]:
    return RECORD | {"eventTime": time, "eventID": time} | more


def ids(located: list[Located], scope: Scope, name: str = "account_trail") -> list[str]:
    rows = run(located, DEFINITIONS[name], scope, ["event_id"])
    return sorted(row["event_id"] for row in rows)


def test_the_window_is_half_open_and_exact() -> None:
    times = [
        "2026-03-09T11:39:59Z",
        "2026-03-09T11:40:00Z",
        "2026-03-09T12:39:59Z",
        "2026-03-09T12:40:00Z",
        "2026-03-09T12:40:00.000Z",
        "2026-03-09T14:00:00+02:00",
        "no time",
    ]
    located: list[Located] = [(PLACE_OF_RECORD, at(time)) for time in times]
    assert ids(located, HOUR) == [
        "2026-03-09T11:40:00Z",
        "2026-03-09T12:39:59Z",
        "2026-03-09T14:00:00+02:00",
    ]


def test_a_file_delivered_after_midnight_is_searched() -> None:
    scope = Scope().window("2026-03-09 23:00", "2026-03-10 00:00")
    days = ["2026/03/08", "2026/03/09", "2026/03/10", "2026/03/11"]
    located: list[Located] = [
        (PLACE_OF_RECORD.replace("2026/03/09", day), at("2026-03-09T23:58:00Z"))
        for day in days
    ]
    rows = run(located, DEFINITIONS["account_trail"], scope, ["delivery_day"])
    assert {row["delivery_day"] for row in rows} == {
        date(2026, 3, 9),
        date(2026, 3, 10),
    }
    late = run(
        located, DEFINITIONS["account_trail"], scope.with_late("2d"), ["delivery_day"]
    )
    assert max(row["delivery_day"] for row in late) == date(2026, 3, 11)


def test_accounts_are_the_recipients_and_old_records_have_their_folders() -> None:
    old = {name: value for name, value in RECORD.items() if "recipient" not in name}
    other = RECORD | {"recipientAccountId": "444455556666", "eventID": "e2"}
    located: list[Located] = [(PLACE_OF_RECORD, old), (PLACE_OF_RECORD, other)]
    assert ids(located, HOUR.with_accounts("111122223333")) == ["e1"]


def test_before_november_2021_a_global_event_is_found_in_any_region() -> None:
    """A public lab has the whole attack in the folder of another region."""
    path = PLACE_OF_RECORD.replace("2026/03/09", "2021/07/09")
    record = at("2021-07-09T10:00:00Z", awsRegion="us-east-1")
    scope = Scope().window("2021-07-09", "2021-07-10").with_regions("us-east-1")
    assert ids([(path, record)], scope) == ["2021-07-09T10:00:00Z"]


def test_services_everywhere_are_found_in_any_region() -> None:
    located: list[Located] = [
        (PLACE_OF_RECORD, at("2026-03-09T11:41:00Z")),
        (PLACE_OF_RECORD, at("2026-03-09T11:42:00Z", eventSource="iam.amazonaws.com")),
    ]
    scope = HOUR.with_regions("us-east-1")
    assert ids(located, scope) == []
    assert ids(located, replace(scope, everywhere=("iam",))) == ["2026-03-09T11:42:00Z"]


# What is refused


def test_without_a_window_nothing_is_written() -> None:
    with pytest.raises(UnboundedScan, match=r"case\.window"):
        records.select(table("shared_bucket"), Scope())


def test_a_table_that_must_be_told_its_accounts_says_what_to_type() -> None:
    with pytest.raises(UnboundedScan, match=r'case\.accounts\("111122223333"\)'):
        records.select(table("organization_trail_injected"), HOUR)


def test_more_accounts_than_athena_takes_at_once_are_refused() -> None:
    accounts = [f"{number:012}" for number in range(1001)]
    with pytest.raises(ScopeError, match="1,001 accounts"):
        records.select(
            table("organization_trail_injected"), HOUR.with_accounts(*accounts)
        )


@pytest.mark.parametrize(
    ("name", "scope", "message"),
    [
        ("shared_bucket", HOUR.with_accounts("000000000012"), "000000000012"),
        ("account_trail", HOUR.with_regions("eu-west-2"), "eu-west-1"),
        ("documented", HOUR.with_regions("eu-west-1"), "us-east-1"),
        ("shared_bucket", Scope().window("2019-12-31", "2020-01-02"), "2020-01-01"),
    ],
)
def test_a_scope_beyond_the_table_is_refused_before_it_finds_nothing(
    name: str, scope: Scope, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        records.select(table(name), scope)


def test_a_column_that_is_none_names_the_nearest() -> None:
    with pytest.raises(TableError, match="event_name"):
        records.select(table("shared_bucket"), HOUR, ["eventname"])
