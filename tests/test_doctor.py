"""The doctor: each broken set-up is named with its remedy, and nothing else alarms."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from moto.athena.models import athena_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.glue.models import glue_backends
from moto.s3.models import s3_backends

import trailkit as tk
from tests.support.athena_queries import REGION, put
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import raw_rows
from tests.support.records_made import ACCOUNT, OTHER, record
from tests.support.trail_listed import session
from trailkit.__main__ import main
from trailkit.admin.doctor import Diagnosis
from trailkit.admin.doctor.lines import Standing
from trailkit.errors import TableError
from trailkit.integrity.frame_hash import frame_hash
from trailkit.record import Kind
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable

BUCKET = "central-logs"
REGIONS = ("eu-west-1", "us-east-1")
TABLE = RawTable(
    "security",
    "cloudtrail",
    Layout(BUCKET),
    date(2024, 1, 1),
    accounts=(ACCOUNT, OTHER),
    regions=REGIONS,
)
DAYS = [date(2026, 3, day) for day in range(2, 10)]
A_FILE = 1_000_000
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NOT_AUTHORIZED = (
    "User: arn:aws:iam::123456789012:user/analyst is not authorized to perform:"
)
LAKE_FORMATION = (
    "Insufficient Lake Formation permission(s): Required Describe on cloudtrail"
)
REMEDY = "aws lakeformation grant-permissions"


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    """Deliver a healthy trail: two accounts and Regions, files of a megabyte."""
    athena.bucket(BUCKET)
    located = []
    for account in TABLE.accounts or ():
        for region in REGIONS:
            for day in DAYS:
                url = file_of(account, region, day)
                put(url, bytes(A_FILE))
                located.append((url, event(account, region, day)))
    athena.create(TABLE.definition(), raw_rows(located, TABLE.definition()), in_s3=True)
    return athena


def file_of(account: str, region: str, day: date) -> str:
    folder = TABLE.layout.folder(Kind.EVENT, account, region, day)
    return f"{folder}{account}_CloudTrail_{region}_{day:%Y%m%d}T1200Z_x.json.gz"


def event(account: str, region: str, day: date) -> dict[str, Any]:
    made = record("DeleteBucket", "s3", requestParameters={"bucketName": "payroll"})
    return {
        **made,
        "eventTime": f"{day}T11:58:00Z",
        "awsRegion": region,
        "recipientAccountId": account,
    }


def examined(workgroup: str = "dfir", table: str = "cloudtrail") -> Diagnosis:
    opened = tk.athena(
        f"security.{table}", workgroup=workgroup, poll=0.01, session=session()
    )
    return opened.window("2026-03-03", "2026-03-09").table.doctor()


def alarms(found: Diagnosis) -> list[str]:
    return [str(each) for each in found.lines if each.state is not Standing.GOOD]


def every_file(change: Callable[[Any], None], bucket: str = BUCKET) -> None:
    for file in dict(
        s3_backends[ACCOUNT_ID]["aws"].buckets[bucket].keys.items()
    ).values():
        change(file)


ACCOUNT_ID = DEFAULT_ACCOUNT_ID


def group(**settings: Any) -> Callable[[AthenaServer], None]:
    def change(server: AthenaServer) -> None:
        configuration = athena_backends[ACCOUNT_ID][REGION].work_groups["dfir"]
        configuration.configuration = {**configuration.configuration, **settings}

    return change


def results(**settings: Any) -> Callable[[AthenaServer], None]:
    place = {"OutputLocation": "s3://results/athena/", **settings}
    return group(ResultConfiguration=place)


def refusing(action: str, code: str, message: str) -> Callable[[AthenaServer], None]:
    return lambda server: server.refuse(action, code, message)


def more_accounts(server: AthenaServer) -> None:
    put(file_of("999988887777", "us-east-1", DAYS[3]), bytes(A_FILE))


def in_glacier(server: AthenaServer) -> None:
    month = "/2026/03/0"
    every_file(lambda file: month in file.name and set_class(file, "GLACIER"))


def set_class(file: Any, name: str) -> None:
    file._storage_class = name


def with_kms(file: Any) -> None:
    file.encryption, file.kms_key_id, file.bucket_key_enabled = "aws:kms", KEY, False


def many_regions(server: AthenaServer) -> None:
    regions = (*REGIONS, *(f"ap-south-{n}" for n in range(1, 9)))
    wide = replace(TABLE, regions=regions).definition()
    glue = glue_backends[ACCOUNT_ID][REGION]
    glue.update_table("security", "cloudtrail", wide.glue())


def small_files(server: AthenaServer) -> None:
    every_file(shrink)


def shrink(file: Any) -> None:
    file.value = bytes(10_000)


BROKEN: dict[str, tuple[Callable[[AthenaServer], object], list[str]]] = {
    "a disabled workgroup": (
        lambda server: server.disable("dfir"),
        ['stop  state: "dfir" is disabled. Enable it, or name another.'],
    ),
    "an old engine": (
        group(EngineVersion={"EffectiveEngineVersion": "Athena engine version 2"}),
        ["stop  engine: .*Name a workgroup of Athena engine version 3"],
    ),
    "results as ciphertext": (
        results(EncryptionConfiguration={"EncryptionOption": "CSE_KMS", "KmsKey": KEY}),
        [r"stop  encryption: .*\(CSE_KMS\).*ciphertext.*Set SSE_KMS or SSE_S3"],
    ),
    "a stranger's bucket of results": (
        lambda server: server.faults.owners.update(results="999999999999"),
        ["stop  results: results does not belong to account 123456789012"],
    ),
    "no bucket of results": (
        results(OutputLocation="s3://nowhere/athena/"),
        ["stop  results: there is no bucket nowhere. Make it, or name another."],
    ),
    "Identity Center": (
        group(IdentityCenterConfiguration={"EnableIdentityCenter": True}),
        ["stop  sign-in: .*Name a workgroup that takes IAM credentials"],
    ),
    "Lake Formation": (
        refusing(
            "glue:GetTable",
            "AccessDeniedException",
            LAKE_FORMATION,
        ),
        [f"stop  Lake Formation: it refuses Describe on cloudtrail;.*{REMEDY}"],
    ),
    "IAM": (
        refusing(
            "glue:GetTable",
            "AccessDeniedException",
            f"{NOT_AUTHORIZED} glue:GetTable on resource: "
            "arn:aws:glue:us-east-1:123456789012:catalog",
        ),
        ["stop  IAM: it refuses the table. The right glue:GetTable on arn"],
    ),
    "an encrypted catalog": (
        refusing(
            "glue:GetTable",
            "AccessDeniedException",
            f"{NOT_AUTHORIZED} kms:Decrypt on resource: {KEY} because of no policy",
        ),
        ["stop  encrypted catalog: .*your role needs kms:Decrypt on its key"],
    ),
    "an account that the table lacks": (
        more_accounts,
        ["look  accounts: the table leaves out 1 with log files: 999988887777."],
    ),
    "an archive": (
        in_glacier,
        [
            "look  storage classes: log files of 2026-03 lie in S3 Glacier.*Restore",
            "look  archived: all 28 log files of .* lie in Glacier",
        ],
    ),
    "KMS for each file": (
        lambda server: every_file(with_kms),
        ["look  KMS: .* take a KMS Decrypt each. Turn on S3 Bucket Keys"],
    ),
    "Regions that no one uses": (
        many_regions,
        ["look  empty partitions: of 20 accounts and Regions 16 .*case.regions"],
    ),
    "small files": (
        small_files,
        ["look  price: .*GETs .*more than the scan .*tk.TableCopy"],
    ),
    "a low cut-off": (
        group(BytesScannedCutoffPerQuery=10_000_000),
        ["stop  cut-off: the workgroup stops it at 9.5 MB.*higher limit"],
    ),
    "reserved capacity": (
        lambda server: server.reserved.update(nightly=["dfir"]),
        ['look  capacity: .*"nightly", billed by the hour'],
    ),
}


def test_a_healthy_set_up_alarms_nobody(server: AthenaServer) -> None:
    found = examined()
    assert alarms(found) == []
    assert found.worst is Standing.GOOD
    areas = list(dict.fromkeys(each.area for each in found.lines))
    assert areas == ["workgroup", "catalog", "log files", "a usual question", "records"]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_set_up_is_named_with_its_remedy(
    server: AthenaServer, broken: str
) -> None:
    change, expected = BROKEN[broken]
    change(server)
    found = alarms(examined())
    assert len(found) == len(expected), found
    for said, wanted in zip(found, expected, strict=True):
        assert re.search(wanted, said), said


def test_a_workgroup_that_is_not_there_is_named_with_those_that_are(
    server: AthenaServer,
) -> None:
    [alarm] = alarms(examined(workgroup="dfri"))[:1]
    assert 'there is no workgroup "dfri"' in alarm
    assert '"dfir"' in alarm


def test_a_table_that_is_not_there_is_named(server: AthenaServer) -> None:
    [alarm] = alarms(examined(table="cloudtrial"))
    assert alarm.startswith("stop  table: there is no security.cloudtrial")


def test_what_is_handed_on_has_no_names(server: AthenaServer) -> None:
    more_accounts(server)
    text = examined().to_json()
    for name in (ACCOUNT, OTHER, "999988887777", "dfir", "central-logs", "cloudtrail"):
        assert name not in text
    assert [each["state"] for each in json.loads(text)["lines"]].count("look") == 1


def test_it_is_a_card_and_a_page_of_text(server: AthenaServer) -> None:
    """What is to be looked at stands on top of the card."""
    more_accounts(server)
    found = examined()
    assert "Doctor: security.cloudtrail, workgroup dfir, us-east-1" in str(found)
    shown = found._repr_html_()
    assert 'class="tk-title"' in shown
    assert shown.index("999988887777") < shown.index("<details")
    assert "<details open><summary>A usual question: 2 good</summary>" in shown
    assert list(found.frame.columns) == ["area", "about", "state", "said", "remedy"]


def test_the_command_line_prints_it(
    server: AthenaServer, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    file = tmp_path / "doctor.json"
    words = ["security.cloudtrail", "--workgroup", "dfir", "--json", str(file)]
    window = ["--window", "2026-03-03", "2026-03-09"]
    assert main(["doctor", *words, *window]) == 0
    assert "Doctor: security.cloudtrail" in capsys.readouterr().out
    assert json.loads(file.read_text())["worst"] == "good"


def test_the_journal_tells_of_it(server: AthenaServer, tmp_path: Path) -> None:
    opened = tk.athena(
        "security.cloudtrail", workgroup="dfir", poll=0.01, session=session()
    )
    case = opened.window("2026-03-03", "2026-03-09").journal(tmp_path / "case.jsonl")
    found = case.table.doctor()
    assert case.custody
    line = case.custody.entries()[-1]
    assert line["what"] == "examined"
    assert line["said"] == f"security.cloudtrail by workgroup dfir: {found.summary}"
    assert line["lines"] == [str(each) for each in found.lines]
    assert line["sha256"] == frame_hash(found.frame)
    assert case.custody.frame()["about"].iloc[-1] == line["said"]


def test_local_files_have_no_doctor(practice_case: Any) -> None:
    with pytest.raises(TableError, match="Only a table on Athena"):
        practice_case.table.doctor()
