"""What a set-up makes in an account: a bucket, a workgroup, databases and tables."""

import json
from collections.abc import Mapping
from typing import Any

from trailkit.admin.setup.account_changes import Change
from trailkit.admin.setup.setup_names import EXPIRY, NOT_PUBLIC, Wanted
from trailkit.aws.attempts import found_or_none
from trailkit.aws.failures import is_refusal
from trailkit.aws.session import Access
from trailkit.errors import AccessRefused
from trailkit.tables.definition import Definition
from trailkit.tables.raw import RawTable

THERE = "there already, left as it is"
OTHER = "there already, but not the same: left as it is"

ABSENT = ("EntityNotFoundException", "InvalidRequestException", "404")
"""AWS's codes that say a thing is not there."""


def bucket(wanted: Wanted, access: Access) -> Change:
    """Make the bucket of the results: private, encrypted, emptied in time."""
    s3, name = access.client("s3"), wanted.results_bucket

    def found() -> str:
        try:
            answer = found_or_none(
                lambda: s3.head_bucket(Bucket=name, ExpectedBucketOwner=wanted.account),
                ABSENT,
            )
            return THERE if answer else ""
        except s3.exceptions.ClientError as error:
            if not is_refusal(error):
                raise
            raise AccessRefused(
                f'The bucket "{name}" belongs to another account, or the right '
                "s3:ListBucket on it is missing. Choose another name: names of "
                "buckets are shared by all accounts."
            ) from error

    def make() -> None:
        region = access.region
        place = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else place))
        s3.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=NOT_PUBLIC
        )
        rule = {"ApplyServerSideEncryptionByDefault": wanted.bucket_encryption()}
        s3.put_bucket_encryption(
            Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]}
        )
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(wanted.bucket_policy()))
        expiry = {
            "ID": EXPIRY,
            "Status": "Enabled",
            "Filter": {"Prefix": wanted.results_below},
            "Expiration": {"Days": wanted.keep_days},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        }
        s3.put_bucket_lifecycle_configuration(
            Bucket=name, LifecycleConfiguration={"Rules": [expiry]}
        )

    return Change(f"bucket {name}", found, make)


def workgroup(wanted: Wanted, access: Access) -> Change:
    """Make the workgroup: a cut-off, and an enforced, encrypted place for results."""
    athena, name = access.client("athena"), wanted.workgroup
    settings = wanted.workgroup_settings()

    def found() -> str:
        answer = found_or_none(lambda: athena.get_work_group(WorkGroup=name), ABSENT)
        if not answer:
            return ""
        there = answer["WorkGroup"]["Configuration"]
        checked = ("BytesScannedCutoffPerQuery", "EnforceWorkGroupConfiguration")
        same = all(there.get(each) == settings[each] for each in checked)
        place = there.get("ResultConfiguration", {}).get("OutputLocation")
        wanted_place = settings["ResultConfiguration"]["OutputLocation"]
        return THERE if same and place == wanted_place else OTHER

    return Change(
        f"workgroup {name}, at most {wanted.cutoff:,} bytes a query, results in "
        f"s3://{wanted.results_bucket}/{wanted.results_prefix}/",
        found,
        lambda: athena.create_work_group(Name=name, Configuration=settings),
    )


def databases(wanted: Wanted, access: Access) -> list[Change]:
    """Make the databases of the tables."""
    return [database(name, access) for name in wanted.databases]


def database(name: str, access: Access) -> Change:
    """Make a database."""
    glue = access.client("glue")

    def found() -> str:
        answer = found_or_none(lambda: glue.get_database(Name=name), ABSENT)
        return THERE if answer else ""

    return Change(
        f"database {name}",
        found,
        lambda: glue.create_database(DatabaseInput={"Name": name}),
    )


def tables(wanted: Wanted, access: Access) -> list[Change]:
    """Make the tables."""
    return [_table(table, access.client("glue")) for table in wanted.tables]


def _table(table: RawTable, glue: Any) -> Change:
    definition = table.definition()

    def found() -> str:
        answer = found_or_none(
            lambda: glue.get_table(DatabaseName=table.database, Name=table.name),
            ABSENT,
        )
        if not answer:
            return ""
        return THERE if _same(answer["Table"], definition) else OTHER

    return Change(
        f"table {table.database}.{table.name} over {table.layout.root}",
        found,
        lambda: glue.create_table(
            DatabaseName=table.database, TableInput=definition.glue()
        ),
    )


def _same(table: Mapping[str, Any], wanted: Definition) -> bool:
    """Compare a table with a definition; Glue adds properties of its own."""
    there = Definition.from_glue(table)
    return (there.columns, there.partitions, there.location) == (
        wanted.columns,
        wanted.partitions,
        wanted.location,
    ) and there.properties.items() >= wanted.properties.items()
