"""A set-up deploys whole, gives the rights in use, and changes nothing unasked."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import pyarrow as pa
import pytest
from cfnlint.api import lint_all
from moto.s3.models import s3_backends

import trailkit.aws.permissions as rights
from tests.support import golden_files
from tests.support.athena_server import ACCOUNT, REGION, AthenaServer
from tests.support.iam import allows, statements
from trailkit.admin.setup import Setup
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import AccessRefused, NotConfigured, TableError
from trailkit.record import Kind
from trailkit.tables import ddl
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable

LOGS = Layout("central-logs", organization="o-a1b2c3d4e5")
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL = "arn:aws:cloudtrail:us-east-1:123456789012:trail/central"
ACCOUNTS = ("111122223333", "444455556666")


def table(name: str = "cloudtrail", kind: Kind = Kind.EVENT, **more: Any) -> RawTable:
    settings = {"layout": LOGS, "start": date(2024, 1, 1), "accounts": ACCOUNTS, **more}
    return RawTable("security", name, kind=kind, **settings)


def setup(**settings: Any) -> Setup:
    given = {
        "tables": (table(), table("cloudtrail_insights", Kind.INSIGHT)),
        "account": ACCOUNT,
        "region": REGION,
        "results": "s3://athena-results/trailkit/",
        **settings,
    }
    return Setup(**given)


WHOLE = setup(
    results_key=KEY, log_keys=(KEY,), trails=(TRAIL,), workgroup="made", new_bucket=True
)


# Texts


@pytest.mark.parametrize(
    "text",
    ["sql", "workgroup_json", "analyst_policy", "table_maker_policy", "cloudformation"],
)
def test_texts_are_as_reviewed(text: str) -> None:
    suffix = "sql" if text == "sql" else "json"
    golden_files.compare(f"deployment/{text}.{suffix}", getattr(WHOLE, text)())


def test_the_template_is_valid_for_cloudformation() -> None:
    for each in (WHOLE, setup(), setup(region="eu-west-1", cutoff=10_000_000)):
        problems = map(str, lint_all(each.cloudformation()))
        # Informations are advice about style.
        assert [each for each in problems if not each.startswith("[I")] == []


def test_bucket_and_policies_of_the_template_deploy(athena: AthenaServer) -> None:
    template = json.loads(WHOLE.cloudformation())
    # moto makes no stacks of Glue and Athena.
    template["Resources"] = {
        name: each
        for name, each in template["Resources"].items()
        if each["Type"] in ("AWS::S3::Bucket", "AWS::IAM::ManagedPolicy")
    }
    stacks = boto3.client("cloudformation")
    stacks.create_stack(StackName="trailkit", TemplateBody=json.dumps(template))
    outputs = stacks.describe_stacks()["Stacks"][0]["Outputs"]
    arns = {each["OutputKey"]: each["OutputValue"] for each in outputs}
    version = boto3.client("iam").get_policy_version(
        PolicyArn=arns["Analyst"], VersionId="v1"
    )
    document = version["PolicyVersion"]["Document"]
    assert document == json.loads(WHOLE.analyst_policy())
    assert "athena-results" in s3_backends[ACCOUNT]["aws"].buckets


def test_the_template_holds_the_same_tables_as_the_sql() -> None:
    resources = json.loads(WHOLE.cloudformation())["Resources"]
    for number, each in enumerate(WHOLE.tables, start=1):
        properties = resources[f"Table{number}"]["Properties"]
        assert properties["TableInput"] == each.definition().glue()
        assert ddl.create_table(each.definition()) in WHOLE.sql()


def test_the_workgroup_enforces_cutoff_encryption_and_place() -> None:
    settings = json.loads(WHOLE.workgroup_json())["Configuration"]
    assert settings["EnforceWorkGroupConfiguration"]
    assert settings["BytesScannedCutoffPerQuery"] == 10**12
    place = settings["ResultConfiguration"]
    assert place["OutputLocation"] == "s3://athena-results/trailkit/"
    assert place["EncryptionConfiguration"] == {
        "EncryptionOption": "SSE_KMS",
        "KmsKey": KEY,
    }
    assert place["ExpectedBucketOwner"] == ACCOUNT


def test_other_partitions_have_their_own_arns() -> None:
    china = setup(region="cn-north-1").analyst_policy()
    assert "arn:aws-cn:s3:::central-logs" in china
    assert "arn:aws:" not in china


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("tables", ()),
        ("tables", (table(), table())),
        ("account", "12"),
        ("region", "moon-1"),
        ("results", "athena-results"),
        ("results", "s3://athena-results/"),
        ("results", "s3://athena-results/*"),
        ("workgroup", "a b"),
        ("workgroup", "*"),
        ("cutoff", 1),
        ("keep_days", 0),
        ("results_key", "alias/results"),
        ("log_keys", ("*",)),
        ("trails", ("arn:aws:cloudtrail:*:*:trail/*",)),
    ],
)
def test_what_aws_would_not_take_is_refused(setting: str, value: Any) -> None:
    with pytest.raises(TableError):
        setup(**{setting: value})


def test_a_policy_that_is_too_long_is_refused() -> None:
    many = tuple(table(f"cloudtrail_{number}") for number in range(100))
    with pytest.raises(TableError, match="IAM allows 6,144"):
        setup(tables=many).analyst_policy()


# Policies


DAY = "AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/eu-west-1/2026/03/09/"


def test_a_star_stands_only_where_aws_demands_it() -> None:
    starred = {
        action
        for policy in (WHOLE.analyst_policy(), WHOLE.table_maker_policy())
        for each in statements(policy)
        if "*" in each["Resource"]
        for action in each["Action"]
    }
    assert starred == {*rights.FIND_TRAILS, *rights.READ_EVENT_HISTORY}
    both = WHOLE.analyst_policy() + WHOLE.table_maker_policy()
    assert not re.search(r'"[a-z0-9]+:[A-Za-z]*\*', both), "no action with a star"
    arns = re.findall(r'"(arn:[^"]*)"', both)
    assert all("*" not in arn or ":s3:::" in arn for arn in arns)


def test_an_analyst_reads_logs_that_have_a_table_and_nothing_else() -> None:
    policy = WHOLE.analyst_policy()
    bucket = "arn:aws:s3:::central-logs"
    assert allows(policy, "s3:GetObject", f"{bucket}/{DAY}x.json.gz")
    assert allows(policy, "s3:ListBucket", bucket, DAY)
    for key in (
        DAY.replace("CloudTrail", "CloudTrail-Digest"),
        DAY.replace("CloudTrail", "CloudTrail-NetworkActivity"),
        DAY.replace("AWSLogs/", "private/AWSLogs/"),
        "AWSLogs/111122223333/vpcflowlogs/x",
    ):
        assert not allows(policy, "s3:GetObject", f"{bucket}/{key}x.json.gz")
    assert not allows(policy, "s3:ListBucket", bucket, "private/")
    assert not allows(policy, "s3:ListBucket", bucket)
    assert not allows(policy, "s3:PutObject", f"{bucket}/{DAY}x.json.gz")


def test_an_analyst_changes_nothing_but_results() -> None:
    changing = re.compile(r":(Create|Put|Delete|Update|Start|Abort)")
    changed = {
        (action, arn)
        for each in statements(WHOLE.analyst_policy())
        for action in each["Action"]
        if changing.search(action)
        for arn in each["Resource"]
    }
    results = "arn:aws:s3:::athena-results/trailkit"
    assert changed == {
        ("s3:PutObject", f"{results}/*"),
        ("s3:AbortMultipartUpload", f"{results}/*"),
        ("s3:DeleteObject", f"{results}/unload/*"),
        ("s3:DeleteObject", f"{results}/*-manifest.csv"),
        (
            "athena:StartQueryExecution",
            f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/made",
        ),
    }


def test_who_makes_tables_reads_no_log() -> None:
    policy = WHOLE.table_maker_policy()
    actions = {action for each in statements(policy) for action in each["Action"]}
    assert "s3:GetObject" not in actions
    assert "athena:StartQueryExecution" not in actions
    assert allows(policy, "cloudtrail:GetEventSelectors", TRAIL)
    assert not allows(policy, "cloudtrail:GetEventSelectors", TRAIL + "2")
    bucket = "arn:aws:s3:::central-logs"
    assert allows(policy, "s3:ListBucket", bucket, "AWSLogs/"), "discovery begins there"
    assert not allows(policy, "s3:ListBucket", bucket, "private/")


def test_no_analyst_writes_into_the_results_of_another() -> None:
    nina, omar = WHOLE.for_analyst("nina"), WHOLE.for_analyst("omar")
    results, policy = "arn:aws:s3:::athena-results/trailkit", nina.analyst_policy()
    group = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup"
    for action in (*rights.WRITE_RESULTS, *rights.CLEAN_RESULTS):
        assert allows(policy, action, f"{results}/nina/unload/x-manifest.csv")
        for other in ("omar/unload/x-manifest.csv", "x.csv", "ninax/x.csv"):
            assert not allows(policy, action, f"{results}/{other}")
    assert allows(policy, "athena:StartQueryExecution", f"{group}/made-nina")
    assert not allows(policy, "athena:StartQueryExecution", f"{group}/made-omar")
    own = omar.workgroup_settings()
    assert own["EnforceWorkGroupConfiguration"]
    place = own["ResultConfiguration"]["OutputLocation"]
    assert place == "s3://athena-results/trailkit/omar/"


@pytest.mark.parametrize("name", ["", "*", "a/b", "..", "nina ", "n\u0131na", "x" * 41])
def test_what_cannot_be_a_folder_of_an_analyst_is_refused(name: str) -> None:
    with pytest.raises(TableError):
        WHOLE.for_analyst(name)


def test_results_go_into_a_bucket_of_the_account_alone() -> None:
    policy, place = WHOLE.analyst_policy(), "arn:aws:s3:::athena-results"
    for action, arn in (
        ("s3:PutObject", f"{place}/trailkit/x.csv"),
        ("s3:DeleteObject", f"{place}/trailkit/unload/x"),
        ("s3:GetBucketLocation", place),
    ):
        assert allows(policy, action, arn)
        assert not allows(policy, action, arn, owner="999999999999")


# What the engine asks for is what the policy allows


def answer(aws: AthenaServer, unload: bool) -> None:
    engine = AthenaEngine(
        "security.cloudtrail", workgroup="dfir", unload=unload, poll=0
    )
    engine.definition("security.cloudtrail")
    engine.run("select event_id from security.cloudtrail order by event_id")


def seen(aws: AthenaServer) -> set[str]:
    return {action for action in aws.faults.seen if not action.startswith("sts:")}


def test_the_analyst_may_do_what_the_engine_does(athena: AthenaServer) -> None:
    athena.register("security", "cloudtrail", pa.table({"event_id": ["e1"]}))
    athena.faults.seen.clear()
    for unload in (False, True):
        answer(athena, unload)
    allowed = {
        action
        for each in statements(WHOLE.analyst_policy())
        for action in each["Action"]
    }
    assert seen(athena) <= allowed
    assert "s3:DeleteObject" in seen(athena), "the test reaches the cleaning up"


def test_the_table_maker_may_do_what_the_calls_do(athena: AthenaServer) -> None:
    athena.faults.seen.clear()
    make_all(WHOLE, confirm=ACCOUNT)
    allowed = {
        action
        for each in statements(WHOLE.table_maker_policy())
        for action in each["Action"]
    }
    assert seen(athena) - allowed <= {"s3:PutObject", "unsigned:"}


# In the account


def make_all(wanted: Setup, confirm: str | None = None) -> str:
    calls = (
        wanted.create_bucket_in_account,
        wanted.create_workgroup_in_account,
        wanted.create_tables_in_account,
    )
    return "\n".join(repr(call(confirm=confirm)) for call in calls)


def test_without_confirmation_nothing_is_changed(athena: AthenaServer) -> None:
    said = make_all(WHOLE)
    assert f'Nothing is changed yet. Add confirm="{ACCOUNT}".' in said
    assert "table security.cloudtrail over s3://central-logs/" in said
    assert said.count("to be made") == 5
    assert not any(re.search("Create|Put", each) for each in athena.faults.seen)
    assert boto3.client("glue").get_databases()["DatabaseList"] == []


def test_confirmed_calls_make_everything(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    said = make_all(WHOLE, confirm=ACCOUNT)
    assert said.count(": made") == 5
    assert capsys.readouterr().out.count("Changing the account now.") == 3
    made = boto3.client("glue").get_table(DatabaseName="security", Name="cloudtrail")
    assert made["Table"]["PartitionKeys"][0]["Name"] == "account"
    group = boto3.client("athena").get_work_group(WorkGroup="made")["WorkGroup"]
    assert group["Configuration"]["BytesScannedCutoffPerQuery"] == 10**12
    block = boto3.client("s3").get_public_access_block(Bucket="athena-results")
    assert all(block["PublicAccessBlockConfiguration"].values())


def test_the_bucket_of_the_results_takes_tls_alone_and_empties_itself(
    athena: AthenaServer,
) -> None:
    wanted = replace(WHOLE, keep_days=30)
    wanted.create_bucket_in_account(confirm=ACCOUNT)
    s3 = boto3.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket="athena-results")["Policy"])
    [refused] = policy["Statement"]
    assert (refused["Effect"], refused["Principal"]) == ("Deny", "*")
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert refused["Resource"] == [
        "arn:aws:s3:::athena-results",
        "arn:aws:s3:::athena-results/*",
    ]
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket="athena-results")["Rules"]
    assert rule["Filter"] == {"Prefix": "trailkit/"}, "a copy beside them stays"
    assert rule["Expiration"] == {"Days": 30}
    made = json.loads(wanted.cloudformation())["Resources"]
    assert made["ResultsBucketPolicy"]["Properties"]["PolicyDocument"] == policy
    [same] = made["ResultsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert (same["Prefix"], same["ExpirationInDays"]) == ("trailkit/", 30)


def test_the_engine_works_in_what_was_made(athena: AthenaServer) -> None:
    make_all(WHOLE, confirm=ACCOUNT)
    engine = AthenaEngine("security.cloudtrail", workgroup="made", poll=0)
    assert engine.destination.location == "s3://athena-results/trailkit/"
    assert engine.destination.enforced
    assert engine.definition("security.cloudtrail").location == LOGS.root


def test_what_is_there_is_left_as_it_is(athena: AthenaServer) -> None:
    make_all(WHOLE, confirm=ACCOUNT)
    again = make_all(WHOLE, confirm=ACCOUNT)
    assert again.count("there already, left as it is") == 5
    other = replace(WHOLE, tables=(table(start=date(2020, 1, 1)),), cutoff=10**10)
    said = make_all(other, confirm=ACCOUNT)
    assert said.count("not the same: left as it is") == 2


@pytest.mark.parametrize("confirm", ["yes", "111122223333", ""])
def test_another_confirmation_is_refused(athena: AthenaServer, confirm: str) -> None:
    with pytest.raises(NotConfigured, match="Nothing was changed"):
        WHOLE.create_tables_in_account(confirm=confirm)


def test_credentials_of_another_account_are_refused(athena: AthenaServer) -> None:
    other = replace(WHOLE, account="111122223333")
    with pytest.raises(NotConfigured, match=f"are of account {ACCOUNT}"):
        other.create_tables_in_account(confirm="111122223333")


def test_a_bucket_of_a_stranger_is_not_used(athena: AthenaServer) -> None:
    athena.bucket("athena-results", owner="999999999999")
    with pytest.raises(AccessRefused, match="belongs to another account"):
        WHOLE.create_bucket_in_account(confirm=ACCOUNT)


def test_a_missing_right_is_named(athena: AthenaServer) -> None:
    athena.refuse("glue:CreateTable", "AccessDeniedException")
    with pytest.raises(AccessRefused, match="right glue:CreateTable is missing"):
        WHOLE.create_tables_in_account(confirm=ACCOUNT)


def test_buckets_are_made_in_any_region(athena: AthenaServer) -> None:
    replace(WHOLE, region="eu-west-1").create_bucket_in_account(confirm=ACCOUNT)
    made = s3_backends[ACCOUNT]["aws"].get_bucket("athena-results")
    assert made.region_name == "eu-west-1"
