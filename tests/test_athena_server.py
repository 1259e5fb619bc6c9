"""The Athena of the tests behaves as Athena does: states, files, bytes, refusals."""

from typing import Any

import boto3
import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from tests.support.athena_results import as_text, hive_type
from tests.support.athena_server import ACCOUNT, AthenaServer

ROWS = pa.table(
    {
        "actor": ["user/ada", None, "", 'say "hi",\r\nthen go'],
        "number": pa.array([1, 2, None, 9007199254740993]),
        "account": ["111122223333", "111122223333", "444455556666", "444455556666"],
    }
)


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    athena.register("security", "cloudtrail", ROWS, ["account"], total=1_000_000)
    return athena


def start(sql: str, **settings: Any) -> str:
    client = boto3.client("athena")
    settings = {"WorkGroup": "dfir", **settings}
    return client.start_query_execution(QueryString=sql, **settings)["QueryExecutionId"]


def look(query: str) -> dict[str, Any]:
    client = boto3.client("athena")
    return client.get_query_execution(QueryExecutionId=query)["QueryExecution"]


def finish(query: str) -> dict[str, Any]:
    while (seen := look(query))["Status"]["State"] in ("QUEUED", "RUNNING"):
        pass
    return seen


def read(url: str) -> bytes:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def test_a_query_is_queued_runs_and_ends(server: AthenaServer) -> None:
    query = start("select count(*) as n from security.cloudtrail")
    seen = [look(query) for _ in range(3)]
    states = [each["Status"]["State"] for each in seen]
    scanned = [each["Statistics"]["DataScannedInBytes"] for each in seen]
    assert states == ["QUEUED", "RUNNING", "SUCCEEDED"]
    assert scanned == [0, 500_000, 1_000_000]


def test_results_under_cse_kms_are_ciphertext_in_s3(server: AthenaServer) -> None:
    encryption = {"EncryptionOption": "CSE_KMS", "KmsKey": "alias/results"}
    place = {"OutputLocation": "s3://results/x/", "EncryptionConfiguration": encryption}
    server.workgroup("secret", enforced=True, ResultConfiguration=place)
    for group in ("secret", "dfir"):
        done = finish(start("select 'found' as one", WorkGroup=group))
        content = read(done["ResultConfiguration"]["OutputLocation"])
        assert (b"found" in content) == (group == "dfir")


def test_only_the_partitions_asked_for_are_scanned(server: AthenaServer) -> None:
    query = start(
        "with mine as (select * from security.cloudtrail"
        " where account in ('111122223333') and number > 0) select actor from mine"
    )
    assert finish(query)["Statistics"]["DataScannedInBytes"] == 500_000


def test_csv_keeps_null_and_empty_apart_and_doubles_quotes(
    server: AthenaServer,
) -> None:
    query = start("select actor, number from security.cloudtrail order by number")
    location = finish(query)["ResultConfiguration"]["OutputLocation"]
    assert location == f"s3://results/athena/{query}.csv"
    assert read(location) == (
        b'"actor","number"\n'
        b'"user/ada","1"\n'
        b',"2"\n'
        b'"say ""hi"",\r\nthen go","9007199254740993"\n'
        b'"",\n'
    )
    assert read(f"{location}.metadata")


def test_rows_come_in_pages_after_a_header(server: AthenaServer) -> None:
    query = start("select number from security.cloudtrail order by number")
    finish(query)
    client = boto3.client("athena")
    first = client.get_query_results(QueryExecutionId=query, MaxResults=3)
    second = client.get_query_results(
        QueryExecutionId=query, NextToken=first["NextToken"]
    )
    rows = first["ResultSet"]["Rows"] + second["ResultSet"]["Rows"]
    values = [row["Data"][0].get("VarCharValue") for row in rows]
    assert values == ["number", "1", "2", "9007199254740993", None]
    assert "NextToken" not in second


def test_unload_writes_parquet_and_a_manifest(server: AthenaServer) -> None:
    query = start(
        "unload (select number from security.cloudtrail)"
        " to 's3://results/unload/1/' with (format = 'PARQUET')"
    )
    manifest = finish(query)["Statistics"]["DataManifestLocation"]
    parts = [read(url) for url in read(manifest).decode().split()]
    assert parts
    assert all(part.startswith(b"PAR1") for part in parts)


def test_a_stopped_query_is_cancelled(server: AthenaServer) -> None:
    server.slow = 60
    query = start("select 1 as one")
    look(query), look(query)
    boto3.client("athena").stop_query_execution(QueryExecutionId=query)
    assert look(query)["Status"]["State"] == "CANCELLED"


def test_a_missing_table_is_named_with_its_place(server: AthenaServer) -> None:
    query = start("select 1\nfrom security.trail")
    status = finish(query)["Status"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"] == (
        "TABLE_NOT_FOUND: line 2:6: "
        "Table 'awsdatacatalog.security.trail' does not exist"
    )


def test_the_workgroup_limits_the_bytes(server: AthenaServer) -> None:
    server.workgroup(
        "tight", "s3://results/", enforced=True, BytesScannedCutoffPerQuery=10_000
    )
    seen = finish(start("select * from security.cloudtrail", WorkGroup="tight"))
    assert seen["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert seen["Statistics"]["DataScannedInBytes"] == 10_000


@pytest.mark.parametrize(
    ("enforced", "wanted", "used"),
    [
        (False, None, "s3://results/own/"),
        (False, "s3://results/mine", "s3://results/mine/"),
        (True, "s3://results/mine", "s3://results/own/"),
    ],
)
def test_the_workgroup_may_enforce_its_place(
    server: AthenaServer, enforced: bool, wanted: str | None, used: str
) -> None:
    server.workgroup("group", "s3://results/own/", enforced=enforced)
    result = {"OutputLocation": wanted} if wanted else {}
    query = start("select 1 as one", WorkGroup="group", ResultConfiguration=result)
    assert look(query)["ResultConfiguration"]["OutputLocation"].startswith(used)


def test_managed_results_have_no_place(server: AthenaServer) -> None:
    server.workgroup("managed", managed=True)
    query = start("select 1 as one", WorkGroup="managed")
    assert "OutputLocation" not in finish(query).get("ResultConfiguration", {})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"WorkGroup": "nobody"}, "WorkGroup nobody is not found"),
        ({"WorkGroup": "primary"}, "No output location provided"),
        (
            {"ResultConfiguration": {"OutputLocation": "s3://absent/"}},
            "Unable to verify/create output bucket absent",
        ),
    ],
)
def test_a_query_that_cannot_start_is_refused(
    server: AthenaServer, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        start("select 1 as one", **settings)


def test_the_table_is_described_from_glue(server: AthenaServer) -> None:
    metadata = boto3.client("athena").get_table_metadata(
        CatalogName="AwsDataCatalog", DatabaseName="security", TableName="cloudtrail"
    )["TableMetadata"]
    assert metadata["Columns"] == [
        {"Name": "actor", "Type": "string"},
        {"Name": "number", "Type": "bigint"},
    ]
    assert metadata["PartitionKeys"] == [{"Name": "account", "Type": "string"}]


def test_an_action_can_be_refused_so_many_times(server: AthenaServer) -> None:
    server.refuse("athena:ListWorkGroups", "AccessDeniedException", "no", times=1)
    client = boto3.client("athena")
    with pytest.raises(ClientError, match="AccessDenied"):
        client.list_work_groups()
    assert client.list_work_groups()["WorkGroups"]


def test_a_bucket_of_another_owner_is_refused(server: AthenaServer) -> None:
    client = boto3.client("s3")
    client.get_bucket_location(Bucket="results", ExpectedBucketOwner=ACCOUNT)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.get_bucket_location(Bucket="results", ExpectedBucketOwner="111122223333")


def test_a_lost_connection_is_tried_again_by_boto3(server: AthenaServer) -> None:
    server.drop("athena:ListWorkGroups")
    assert boto3.client("athena").list_work_groups()["WorkGroups"]
    assert server.faults.seen.count("athena:ListWorkGroups") == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "true"),
        (1.0, "1.0"),
        (1e10, "1.0E10"),
        (1.25e-5, "1.25E-5"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (["a", None], "[a, null]"),
        ({"arn": "x"}, "{arn=x}"),
    ],
)
def test_values_are_written_as_athena_does(value: Any, text: str | None) -> None:
    assert as_text(value) == text


def test_glue_types_are_written_from_arrow() -> None:
    kind = pa.struct({"Type": pa.string(), "ids": pa.list_(pa.int64())})
    assert hive_type(kind) == "struct<type:string,ids:array<bigint>>"
