"""IAM policies with the least rights: exact ARNs, ``*`` only where AWS demands it."""

import json
from collections.abc import Iterable

from trailkit.admin.setup.arns import Arns
from trailkit.admin.setup.setup_names import Wanted
from trailkit.admin.setup.statements import (
    Policy,
    Statement,
    allow,
    databases,
    literal,
    on_tables,
    place_results,
    policy,
    some,
)
from trailkit.aws import permissions
from trailkit.display.card import folded
from trailkit.errors import TableError, typed
from trailkit.record import FOLDERS
from trailkit.tables import names
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable


def analyst(wanted: Wanted) -> Policy:
    """Write the policy of who asks questions: reads logs and tables, writes results.

    Raises TableError where it would be longer than IAM allows.
    """
    results_key = [wanted.results_key] if wanted.results_key else []
    return policy(
        allow("Query", permissions.QUERY, _workgroup(wanted)),
        *_catalog(wanted, permissions.READ_TABLES),
        *_list_logs(wanted, (each.layout.root for each in wanted.tables)),
        allow("ReadLogs", permissions.READ_LOGS, _log_files(wanted)),
        *some("ReadEncryptedLogs", permissions.READ_ENCRYPTED, wanted.log_keys),
        allow("ReadEventHistory", permissions.READ_EVENT_HISTORY, ["*"]),
        *_results(wanted),
        *some("WriteEncryptedResults", permissions.WRITE_ENCRYPTED, results_key),
    )


def table_maker(wanted: Wanted) -> Policy:
    """Write the policy of who finds logs and makes tables; it reads no log file.

    Raises TableError where it would be longer than IAM allows.
    """
    bucket = [wanted.arns.bucket(wanted.results_bucket)] if wanted.new_bucket else []
    return policy(
        allow("FindTrails", permissions.FIND_TRAILS, ["*"]),
        *some("ReadTrails", permissions.READ_TRAILS, wanted.trails),
        *_list_logs(wanted, map(_above_organization, wanted.tables)),
        *_catalog(wanted, (*permissions.MAKE_TABLES, "glue:GetTable")),
        allow("MakeWorkgroup", permissions.MAKE_WORKGROUP, _workgroup(wanted)),
        *some("MakeBucket", permissions.MAKE_BUCKET, bucket),
    )


@typed
def acquisition_policy(
    place: str, *, keys: Iterable[str] = (), region: str = "us-east-1"
) -> str:
    """Write the IAM policy that ``tk.acquire`` and ``tk.digests`` need for a place.

    ``place`` is ``s3://bucket/prefix``; ``keys`` are the ARNs of KMS keys by which the
    files are encrypted; ``region`` tells the partition of AWS. Raises TableError for
    what is not a place in S3.

    >>> "s3:GetObjectVersion" in acquisition_policy("s3://central-logs/AWSLogs/")
    True
    """
    name, prefix = _parts(place)
    if not place.startswith("s3://"):
        raise TableError(
            f'"{place}" is not a place in S3. Name bucket and prefix: '
            'tk.acquisition_policy("s3://bucket/prefix").'
        )
    arns, below = Arns("", region), f"{literal(prefix)}*"
    bucket, files = [arns.bucket(names.bucket(name))], [arns.bucket(name, below)]
    listed = [below] if prefix else []
    written = policy(
        allow("ListLogs", permissions.LIST_VERSIONS, bucket, listed),
        allow("ReadLogs", permissions.READ_VERSIONS, files),
        allow("SeeLocks", permissions.SEE_LOCKS, files),
        allow("ReadPublicKeys", permissions.READ_PUBLIC_KEYS, ["*"]),
        *some("ReadEncryptedLogs", permissions.READ_ENCRYPTED, keys),
    )
    return folded(f"The rights to copy {place}", json.dumps(written, indent=2))


def _catalog(wanted: Wanted, actions: Iterable[str]) -> Iterable[Statement]:
    """Allow to read databases, and so much on the tables and what they lie in."""
    named = [(table.database, table.name) for table in wanted.tables]
    yield databases(wanted.arns, wanted.databases)
    yield on_tables("Tables", actions, wanted.arns, named)


def _list_logs(wanted: Wanted, roots: Iterable[str]) -> Iterable[Statement]:
    """Allow to list each bucket of logs, below these folders."""
    below: dict[str, list[str]] = {}
    for bucket, key in dict.fromkeys(map(_parts, roots)):
        below.setdefault(bucket, []).append(f"{key}*")
    for number, (bucket, keys) in enumerate(below.items(), start=1):
        yield allow(
            f"ListLogs{number}",
            permissions.LIST_LOGS,
            [wanted.arns.bucket(bucket)],
            keys,
        )


def _log_files(wanted: Wanted) -> list[str]:
    """Name the files of the kinds that have tables."""
    return [
        wanted.arns.bucket(bucket, f"{key}*/{FOLDERS[table.kind]}/*")
        for table in wanted.tables
        for bucket, key in [_parts(table.layout.root)]
    ]


def _above_organization(table: RawTable) -> str:
    """Return the folder where discovery begins to look."""
    return Layout(table.layout.bucket, table.layout.prefix).root


def _parts(location: str) -> tuple[str, str]:
    """Take a place in S3 apart into bucket and key."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key


def _results(wanted: Wanted) -> Iterable[Statement]:
    bucket, prefix = wanted.results_bucket, wanted.results_prefix
    yield place_results(wanted.arns, bucket)
    files = wanted.arns.bucket(bucket, f"{prefix}/*")
    owner = wanted.account
    yield allow("WriteResults", permissions.WRITE_RESULTS, [files], account=owner)
    unloaded = [
        wanted.arns.bucket(bucket, f"{prefix}/{files}")
        for files in ("unload/*", "*-manifest.csv")
    ]
    yield allow("CleanResults", permissions.CLEAN_RESULTS, unloaded, account=owner)


def _workgroup(wanted: Wanted) -> list[str]:
    return [wanted.arns.workgroup(wanted.workgroup)]
