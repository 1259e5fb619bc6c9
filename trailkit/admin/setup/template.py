"""One CloudFormation template that deploys a set-up whole."""

from typing import Any

from trailkit.admin.setup import policies
from trailkit.admin.setup.setup_names import EXPIRY, NOT_PUBLIC, Wanted
from trailkit.admin.setup.statements import Policy

Template = dict[str, Any]


def template(wanted: Wanted) -> Template:
    """Write the template; it needs CAPABILITY_IAM, and goes into the set-up's account.

    Deleting the stack forgets databases and tables and leaves log files and the bucket
    of the results.
    """
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "trailkit: tables over CloudTrail logs, a workgroup, rights.",
        "Resources": {
            **_databases(wanted),
            **_tables(wanted),
            **(_bucket(wanted) if wanted.new_bucket else {}),
            "Workgroup": _workgroup(wanted),
            "Analyst": _policy("Ask questions with trailkit", policies.analyst(wanted)),
            "TableMaker": _policy(
                "Find logs and make tables with trailkit", policies.table_maker(wanted)
            ),
        },
        "Outputs": {
            name: {"Value": {"Ref": name}} for name in ("Analyst", "TableMaker")
        },
    }


def _databases(wanted: Wanted) -> dict[str, Any]:
    return {
        f"Database{number}": {
            "Type": "AWS::Glue::Database",
            "Properties": {
                "CatalogId": wanted.account,
                "DatabaseInput": {"Name": name},
            },
        }
        for number, name in enumerate(wanted.databases, start=1)
    }


def _tables(wanted: Wanted) -> dict[str, Any]:
    return {
        f"Table{number}": {
            "Type": "AWS::Glue::Table",
            "DependsOn": f"Database{wanted.databases.index(table.database) + 1}",
            "Properties": {
                "CatalogId": wanted.account,
                "DatabaseName": table.database,
                "TableInput": table.definition().glue(),
            },
        }
        for number, table in enumerate(wanted.tables, start=1)
    }


def _workgroup(wanted: Wanted) -> dict[str, Any]:
    workgroup: dict[str, Any] = {
        "Type": "AWS::Athena::WorkGroup",
        "Properties": {
            "Name": wanted.workgroup,
            "State": "ENABLED",
            "WorkGroupConfiguration": wanted.workgroup_settings(),
        },
    }
    if wanted.new_bucket:
        workgroup["DependsOn"] = "ResultsBucket"
    return workgroup


def _bucket(wanted: Wanted) -> dict[str, Any]:
    policy = {"Bucket": wanted.results_bucket, "PolicyDocument": wanted.bucket_policy()}
    return {
        "ResultsBucket": _results_bucket(wanted),
        "ResultsBucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "DependsOn": "ResultsBucket",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": policy,
        },
    }


def _results_bucket(wanted: Wanted) -> dict[str, Any]:
    expiry = {
        "Id": EXPIRY,
        "Status": "Enabled",
        "Prefix": wanted.results_below,
        "ExpirationInDays": wanted.keep_days,
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    return {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketName": wanted.results_bucket,
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": wanted.bucket_encryption()}
                ]
            },
            "PublicAccessBlockConfiguration": NOT_PUBLIC,
            "LifecycleConfiguration": {"Rules": [expiry]},
        },
    }


def _policy(description: str, document: Policy) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"Description": description, "PolicyDocument": document},
    }
