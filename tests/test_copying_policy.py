"""Who fills a copy may do what a fill does, on that copy and its source alone."""

import re
from dataclasses import replace
from typing import Any

import pytest

import trailkit as tk
from tests.support import golden_files, trail_tables
from tests.support.athena_server import ACCOUNT, REGION, AthenaServer
from tests.support.iam import allows, permits, statements
from tests.support.tables_made import ADOPTED, DOCUMENTED, OWN, by_hand
from tests.support.trail_listed import ACCOUNTS, TABLE, deliver, session
from trailkit.admin.copies import backfill
from trailkit.errors import TableError
from trailkit.tables.copy import Copy
from trailkit.tables.definition import Definition

KEYS = [
    f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-12345678900{number}"
    for number in range(3)
]
ORGANIZATION = OWN["organization_trail"].definition()
RESULTS = "s3://athena-results/trailkit/"
COPY = tk.TableCopy(
    "security.cloudtrail",
    "analysis.copy",
    "s3://copies/cloudtrail/",
    account=ACCOUNT,
    region=REGION,
    workgroup="dfir",
)


def policy(
    copy: tk.TableCopy = COPY, source: Definition = ORGANIZATION, **more: Any
) -> str:
    named = replace(copy, source=f"{source.database}.{source.name}")
    return named.filler_policy(source, **{"results": RESULTS, **more})


def resources(policy: str, name: str) -> list[str]:
    return [
        arn
        for each in statements(policy)
        if each["Sid"] == name
        for arn in each["Resource"]
    ]


@pytest.mark.parametrize("iceberg", [False, True])
def test_the_policy_is_as_reviewed(iceberg: bool) -> None:
    text = policy(
        replace(COPY, iceberg=iceberg),
        log_keys=KEYS[:1],
        results_key=KEYS[1],
        files_key=KEYS[2],
    )
    name = "filler_policy_iceberg" if iceberg else "filler_policy"
    golden_files.compare(f"deployment/{name}.json", text)


@pytest.mark.parametrize("iceberg", [False, True])
def test_no_star_stands_for_an_action_or_for_everything(iceberg: bool) -> None:
    text = policy(replace(COPY, iceberg=iceberg), log_keys=KEYS)
    assert not re.search(r'"[a-z0-9]+:[A-Za-z]*\*', text)
    arns = [arn for each in statements(text) for arn in each["Resource"]]
    assert all("*" not in arn or arn.startswith("arn:aws:s3:::") for arn in arns)
    assert "arn:aws:s3:::*" not in arns


def changes(text: str) -> set[tuple[str, str]]:
    changing = re.compile(r":(Batch)?(Create|Put|Delete|Update)")
    return {
        (action.partition(":")[2], arn.removeprefix("arn:aws:"))
        for each in statements(text)
        for action in each["Action"]
        if changing.search(action)
        for arn in each["Resource"]
        if not arn.endswith((":catalog", "database/analysis"))
    }


def test_who_fills_changes_nothing_but_the_copy_and_results() -> None:
    copy = f"glue:us-east-1:{ACCOUNT}:table/analysis/copy"
    written = {
        ("PutObject", "s3:::copies/cloudtrail/*"),
        ("PutObject", "s3:::copies/cloudtrail.filling"),
        ("DeleteObject", "s3:::copies/cloudtrail.filling"),
        ("PutObject", "s3:::athena-results/trailkit/*"),
        ("CreateDatabase", copy),
        ("CreateTable", copy),
    }
    assert changes(policy()) == written | {
        ("BatchCreatePartition", copy),
        ("BatchUpdatePartition", copy),
        ("CreatePartition", copy),
        ("UpdatePartition", copy),
    }
    assert changes(policy(replace(COPY, iceberg=True))) == written | {
        ("DeleteObject", "s3:::copies/cloudtrail/*"),
        ("UpdateTable", copy),
    }


def test_only_the_folder_of_the_copy_is_listed_beside_logs_and_results() -> None:
    for prefix, listed in (
        ("cloudtrail/event_day=2026-03-09/", True),
        ("cloudtrail", True),
        ("cloudtrail2/", False),
        ("", False),
        (None, False),
    ):
        bucket = "arn:aws:s3:::copies"
        assert allows(policy(), "s3:ListBucket", bucket, prefix) is listed


FOLDER = "arn:aws:s3:::central-logs/AWSLogs/"
ROOT = replace(
    by_hand("account", "region", "day"), location="s3://central-logs/AWSLogs"
)
WHOLE = replace(by_hand(), location="s3://central-logs/AWSLogs/")


@pytest.mark.parametrize(
    ("source", "files"),
    [
        (ORGANIZATION, f"{FOLDER}o-a1b2c3d4e5/*/CloudTrail/*"),
        (
            OWN["insight"].definition(),
            f"{FOLDER}o-a1b2c3d4e5/*/CloudTrail-Insight/*",
        ),
        (DOCUMENTED, f"{FOLDER}111122223333/CloudTrail/us-east-1/*"),
        *((table, f"{FOLDER}111122223333/CloudTrail/*") for table in (by_hand("day"),)),
        (ROOT, f"{FOLDER}*/CloudTrail/*"),
        (
            replace(ROOT, location="s3://central-logs/AWSLogs/111122223333/"),
            f"{FOLDER}111122223333/CloudTrail/*",
        ),
        (ADOPTED["security analytics bootstrap"], f"{FOLDER}*/CloudTrail/*"),
        (WHOLE, f"{FOLDER}*"),
        (
            replace(ROOT, location="s3://copied/case-17"),
            "arn:aws:s3:::copied/case-17/*",
        ),
        (replace(WHOLE, location="s3://copied"), "arn:aws:s3:::copied/*"),
        (
            Copy("security", "older", "copies", "older").definition(),
            "arn:aws:s3:::copies/older/*",
        ),
    ],
)
def test_the_files_of_the_source_are_read_and_no_others(
    source: Definition, files: str
) -> None:
    assert resources(policy(source=source), "ReadLogs") == [files]


def test_signs_that_iam_reads_otherwise_are_written_as_themselves() -> None:
    odd = replace(ROOT, location="s3://copied/${aws:username}/*")
    text = policy(source=odd)
    assert resources(text, "ReadLogs") == [
        "arn:aws:s3:::copied/${$}{aws:username}/${*}/*"
    ]


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_other_partitions_have_their_own_arns(region: str, partition: str) -> None:
    text = policy(replace(COPY, region=region))
    assert f"arn:{partition}:s3:::central-logs" in text
    assert f"arn:{partition}:athena:{region}:{ACCOUNT}:workgroup/dfir" in text
    assert "arn:aws:" not in text


@pytest.mark.parametrize(
    "settings",
    [
        {"source": DOCUMENTED},
        {"results": "athena-results"},
        {"results": "s3://athena-results/"},
        {"log_keys": ["*"]},
        {"results_key": "alias/results"},
        {"files_key": "alias/copies"},
        {"log_keys": [f"{KEYS[0][:-3]}{number}" for number in range(100, 200)]},
    ],
)
def test_what_is_no_part_of_the_policy_is_refused(settings: dict[str, Any]) -> None:
    given = {"source": ORGANIZATION, "results": RESULTS, **settings}
    with pytest.raises(TableError):
        COPY.filler_policy(**given)


def test_a_workgroup_that_would_stand_for_all_is_refused() -> None:
    with pytest.raises(TableError, match="is not a workgroup's name"):
        replace(COPY, workgroup="*")


def test_a_table_of_another_catalog_is_refused() -> None:
    foreign = replace(COPY, source="other.security.cloudtrail")
    with pytest.raises(TableError, match="another account's catalog"):
        foreign.filler_policy(ORGANIZATION, results=RESULTS)


# What is read of an account


@pytest.fixture
def server(athena: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> AthenaServer:
    monkeypatch.setattr(backfill, "POLL", 0.01)
    deliver(athena)
    athena.bucket("copies")
    return athena


def test_what_is_not_given_is_read(server: AthenaServer) -> None:
    server.workgroup(
        "keyed",
        "s3://results/",
        ResultConfiguration={
            "OutputLocation": "s3://results/",
            "EncryptionConfiguration": {
                "EncryptionOption": "SSE_KMS",
                "KmsKey": KEYS[1],
            },
        },
    )
    read = replace(COPY, workgroup="keyed").filler_policy(session=session())
    assert resources(read, "ReadLogs") == [f"{FOLDER}*/CloudTrail/*"]
    assert resources(read, "WriteResults") == ["arn:aws:s3:::results/*"]
    assert resources(read, "WriteEncrypted") == [KEYS[1]]
    given = COPY.filler_policy(session=session())
    assert given == policy(source=TABLE.definition(), results="s3://results/athena")
    assert not any(re.search("Create|Put", each) for each in server.faults.seen)


def test_results_that_athena_keeps_need_no_bucket(server: AthenaServer) -> None:
    server.workgroup("managed", managed=True)
    text = replace(COPY, workgroup="managed").filler_policy(session=session())
    assert "WriteResults" not in text


@pytest.mark.parametrize("iceberg", [False, True])
@pytest.mark.parametrize("by_hand", [False, True])
def test_all_that_a_fill_asks_of_aws_is_allowed(
    server: AthenaServer, iceberg: bool, by_hand: bool
) -> None:
    copy = replace(COPY, iceberg=iceberg)
    if by_hand:
        table = trail_tables.table_of("by hand, of every account")
        trail_tables.publish(server, table, trail_tables.deliver(server))
        copy = replace(copy, source=f"security.{table.name}")
    text = copy.filler_policy(session=session())
    server.faults.asked.clear()
    days = {"first": "2026-03-01", "last": "2026-03-03", "accounts": ACCOUNTS}
    for _ in range(2):
        copy.fill_in_account(**days, session=session(), confirm=ACCOUNT)
    # What no one needs to know is asked for all the same, and may be refused.
    optional = "athena:ListCapacityReservations"
    asked = [each for each in server.faults.asked if each.action != optional]
    assert [x for x in asked if not permits(text, x, ACCOUNT, REGION, "dfir")] == []
    seen = {each.action for each in asked}
    assert {"glue:CreateDatabase", "s3:ListBucket", "athena:GetWorkGroup"} <= seen
    assert ("glue:GetPartitions" in seen) is by_hand
    assert ("glue:CreateTable" in seen) is not iceberg


def test_a_request_beyond_the_copy_is_not(server: AthenaServer) -> None:
    """The check above can fail: the policy of another copy does not do."""
    text = replace(COPY, name="analysis.other").filler_policy(session=session())
    COPY.fill_in_account("2026-03-01", "2026-03-01", session=session(), confirm=ACCOUNT)
    refused = {
        each.action
        for each in server.faults.asked
        if not permits(text, each, ACCOUNT, REGION, "dfir")
    }
    assert {"glue:GetTable", "glue:CreateTable"} <= refused
