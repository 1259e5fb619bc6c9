"""IAM policies with the least rights: exact ARNs, ``*`` only where AWS demands it."""

import json
from collections.abc import Iterable
from typing import Any

from trailkit.aws import rights
from trailkit.deployment.wanted import Wanted
from trailkit.errors import TableError
from trailkit.record import FOLDERS
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable

MOST_CHARACTERS = 6144
"""The size of a managed policy, blanks not counted. (IAM User Guide, "Quotas".)"""

Statement = dict[str, Any]
Policy = dict[str, Any]


def analyst(wanted: Wanted) -> Policy:
    """Write the policy of who asks questions: reads logs and tables, writes results.

    Raises TableError where it would be longer than IAM allows.
    """
    results_key = [wanted.results_key] if wanted.results_key else []
    return _policy(
        _allow("Query", rights.QUERY, [_workgroup(wanted)]),
        *_catalog(wanted, rights.READ_TABLES),
        *_list_logs(wanted, (each.layout.root for each in wanted.tables)),
        _allow("ReadLogs", rights.READ_LOGS, _log_files(wanted)),
        *_some("ReadEncryptedLogs", rights.READ_ENCRYPTED, wanted.log_keys),
        _allow("ReadEventHistory", rights.READ_EVENT_HISTORY, ["*"]),
        *_results(wanted),
        *_some("WriteEncryptedResults", rights.WRITE_ENCRYPTED, results_key),
    )


def table_maker(wanted: Wanted) -> Policy:
    """Write the policy of who finds logs and makes tables; it reads no log file.

    Raises TableError where it would be longer than IAM allows.
    """
    bucket = [wanted.bucket_arn(wanted.results_bucket)] if wanted.new_bucket else []
    return _policy(
        _allow("FindTrails", rights.FIND_TRAILS, ["*"]),
        *_some("ReadTrails", rights.READ_TRAILS, wanted.trails),
        *_list_logs(wanted, map(_above_organization, wanted.tables)),
        *_catalog(wanted, (*rights.MAKE_TABLES, "glue:GetTable")),
        _allow("MakeWorkgroup", rights.MAKE_WORKGROUP, [_workgroup(wanted)]),
        *_some("MakeBucket", rights.MAKE_BUCKET, bucket),
    )


def _catalog(wanted: Wanted, on_tables: Iterable[str]) -> Iterable[Statement]:
    """Allow to read databases, and so much on the tables and what they lie in."""
    catalog = wanted.arn("glue", "catalog")
    databases = [wanted.arn("glue", f"database/{name}") for name in wanted.databases]
    tables = [
        wanted.arn("glue", f"table/{each.database}/{each.name}")
        for each in wanted.tables
    ]
    default = wanted.arn("glue", "database/default")
    yield _allow("Databases", rights.READ_CATALOG, [catalog, default, *databases])
    yield _allow("Tables", on_tables, [catalog, *databases, *tables])


def _list_logs(wanted: Wanted, roots: Iterable[str]) -> Iterable[Statement]:
    """Allow to list each bucket of logs, below these folders."""
    below: dict[str, list[str]] = {}
    for bucket, key in dict.fromkeys(map(_parts, roots)):
        below.setdefault(bucket, []).append(f"{key}*")
    for number, (bucket, keys) in enumerate(below.items(), start=1):
        yield _allow(
            f"ListLogs{number}", rights.LIST_LOGS, [wanted.bucket_arn(bucket)], keys
        )


def _log_files(wanted: Wanted) -> list[str]:
    """Name the files of the kinds that have tables."""
    return [
        wanted.bucket_arn(bucket, f"{key}*/{FOLDERS[table.kind]}/*")
        for table in wanted.tables
        for bucket, key in [_parts(table.layout.root)]
    ]


def _above_organization(table: RawTable) -> str:
    """Give the folder where discovery begins to look."""
    return Layout(table.layout.bucket, table.layout.prefix).root


def _parts(location: str) -> tuple[str, str]:
    """Take a place in S3 apart into bucket and key."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key


def _results(wanted: Wanted) -> Iterable[Statement]:
    bucket, prefix = wanted.results_bucket, wanted.results_prefix
    whole = wanted.bucket_arn(bucket)
    # No condition on the prefix: asking where the bucket lies has none.
    yield _allow("PlaceResults", rights.PLACE_RESULTS, [whole])
    files = wanted.bucket_arn(bucket, f"{prefix}/*")
    yield _allow("WriteResults", rights.WRITE_RESULTS, [files])
    unloaded = [
        wanted.bucket_arn(bucket, f"{prefix}/{files}")
        for files in ("unload/*", "*-manifest.csv")
    ]
    yield _allow("CleanResults", rights.CLEAN_RESULTS, unloaded)


def _workgroup(wanted: Wanted) -> str:
    return wanted.arn("athena", f"workgroup/{wanted.workgroup}")


def _some(
    name: str, actions: Iterable[str], resources: Iterable[str]
) -> list[Statement]:
    """Give a statement, or none where there is nothing that it would be about."""
    named = list(resources)
    return [_allow(name, actions, named)] if named else []


def _allow(
    name: str,
    actions: Iterable[str],
    resources: Iterable[str],
    prefixes: Iterable[str] = (),
) -> Statement:
    statement: Statement = {
        "Sid": name,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(set(resources)),
    }
    if prefixes := sorted(prefixes):
        statement["Condition"] = {"StringLike": {"s3:prefix": prefixes}}
    return statement


def _policy(*statements: Statement) -> Policy:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    size = len(json.dumps(policy, separators=(",", ":")))
    if size > MOST_CHARACTERS:
        raise TableError(
            f"The policy would have {size:,} characters, and IAM allows "
            f"{MOST_CHARACTERS:,}. Set up fewer tables at once."
        )
    return policy
