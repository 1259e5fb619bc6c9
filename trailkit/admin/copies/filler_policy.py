"""The IAM policy of who fills a copy: every right that a fill uses, and no more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trailkit.admin.copies.backfill import engine_of
from trailkit.admin.copies.copy_names import WantedCopy
from trailkit.admin.copies.fill_lock import LOCK
from trailkit.admin.setup.arns import Arns
from trailkit.admin.setup.setup_names import check_keys, s3_folder
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
from trailkit.engines.athena.glue_catalog import DEFAULT_CATALOG, TableName
from trailkit.errors import TableError
from trailkit.record import FOLDERS
from trailkit.tables.definition import Definition
from trailkit.tables.keys import by_hand, template
from trailkit.tables.layout import beginning, bucket_and_key
from trailkit.tables.table import Table

if TYPE_CHECKING:
    import boto3

_PLACEHOLDER = re.compile(r"\$\{[^}]+\}")
_STARS = re.compile(r"(?<![^/])(\*/)+\*$")
"""Any folder, and what lies in it: one star stands for them all."""


@dataclass(frozen=True, slots=True)
class Around:
    """What lies around a copy: its source, the place of results and their KMS key.

    ``results`` is None where Athena keeps them itself.
    """

    source: Definition
    results: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Keys:
    """The ARNs of KMS keys: of the logs, of the results, of the copy's bucket."""

    logs: tuple[str, ...] = ()
    results: str | None = None
    files: str | None = None

    @property
    def written(self) -> list[str]:
        """Those with which a fill writes: Athena takes that of results for a copy."""
        return [key for key in (self.results, self.files) if key]


def look(
    wanted: WantedCopy,
    source: Definition | None,
    results: str | None,
    session: "boto3.Session | None",
    profile: str | None,
) -> Around:
    """Put together what is given, and what Glue and Athena say of the rest."""
    if results:
        s3_folder(results)
    engine = engine_of(wanted, session, profile)
    source = source or engine.definition(wanted.source)
    _check_source(wanted, source)
    if results:
        return Around(source, results, None)
    return Around(source, engine.destination.location, engine.destination.key)


def _check_source(wanted: WantedCopy, source: Definition) -> None:
    name = TableName.parse(wanted.source)
    if name.catalog.lower() != DEFAULT_CATALOG:
        raise TableError(
            f"{wanted.source} lies in another account's catalog, whose ARN is not "
            "known here. Fill a copy from a table in the account's own catalog."
        )
    given = source.full_name
    if given.lower() != f"{name.database}.{name.name}".lower():
        raise TableError(
            f"The definition is that of {given}, and {wanted.source} is copied. Give "
            "the definition of that table, or leave it out: it is read from Glue."
        )


def filler(wanted: WantedCopy, around: Around, keys: Keys) -> Policy:
    """Write the policy of who fills a copy: reads its source, writes copy and results.

    Raises TableError for what is not a key, or where the policy would be longer than
    IAM allows.
    """
    arns = Arns(wanted.account, wanted.region)
    check_keys(arns, (*keys.logs, *keys.written))
    return policy(
        allow("Query", permissions.QUERY, [arns.workgroup(wanted.workgroup)]),
        *_catalog(wanted, around.source, arns),
        *_logs(around.source, arns),
        *some("ReadEncryptedLogs", permissions.READ_ENCRYPTED, keys.logs),
        *_files(wanted, arns),
        *_results(around.results, arns),
        *some("WriteEncrypted", permissions.WRITE_ENCRYPTED, keys.written),
    )


def _catalog(wanted: WantedCopy, source: Definition, arns: Arns) -> Iterator[Statement]:
    """Allow to read the source, and to make, fill and read the copy."""
    copied = literal(source.database), literal(source.name)
    database, _, name = wanted.name.partition(".")
    fill = permissions.FILL_ICEBERG if wanted.iceberg else permissions.FILL_COPY
    made = (*permissions.READ_TABLES, *permissions.MAKE_TABLES, *fill)
    yield databases(arns, [copied[0], database])
    yield on_tables("ReadSource", permissions.READ_TABLES, arns, [copied])
    yield on_tables("FillCopy", made, arns, [(database, name)])


def _logs(source: Definition, arns: Arns) -> Iterator[Statement]:
    """Allow to list and to read the source's files, of its kind of record."""
    place = template(source) or source.location
    bucket, key = bucket_and_key(place)
    above, *below = _PLACEHOLDER.split(key) if template(source) else [key]
    first = f"{above}/" if above and not below else above
    whole = arns.bucket(literal(bucket))
    yield allow("ListLogs", permissions.LIST_LOGS, [whole], [f"{literal(first)}*"])
    files = "*".join(map(literal, (above, *below)))
    pattern = "/".join([*filter(None, [files]), *_kind_below(source, key), "*"])
    every = arns.bucket(literal(bucket), _STARS.sub("*", pattern))
    yield allow("ReadLogs", permissions.READ_LOGS, [every])


def _kind_below(source: Definition, key: str) -> list[str]:
    """Return the folder of a table's kind where it lies above: its partitions do not.

    Of a table without partitions, every file below is read.
    """
    trail, table = beginning(source.location), Table.of(source)
    folder = FOLDERS[table.kind]
    added = by_hand(source) and not table.is_copy
    if not (trail and added) or folder in key.split("/"):
        return []
    return [folder] if trail["account"] else ["*", folder]


def _files(wanted: WantedCopy, arns: Arns) -> Iterator[Statement]:
    """Allow to write the copy's files; to delete its lock, and what Iceberg replaces.

    A plain copy loses no file: Athena deletes nothing there, and who fills it cannot.
    """
    bucket, prefix = s3_folder(wanted.files)
    whole = [arns.bucket(bucket)]
    yield allow("PlaceCopy", permissions.PLACE_COPY, whole)
    yield allow("ListCopy", permissions.LIST_LOGS, whole, [prefix, f"{prefix}/*"])
    every = arns.bucket(bucket, f"{prefix}/*")
    lock = arns.bucket(bucket, f"{prefix}{LOCK}")
    yield allow("WriteCopy", permissions.WRITE_COPY, [every, lock])
    cleaned = [every, lock] if wanted.iceberg else [lock]
    yield allow("CleanCopy", permissions.CLEAN_COPY, cleaned)


def _results(results: str | None, arns: Arns) -> Iterator[Statement]:
    """Allow to write results, unless Athena keeps them itself."""
    if results is None:
        return
    bucket, key = bucket_and_key(results)
    yield place_results(arns, bucket)
    files = arns.bucket(bucket, f"{literal(key)}/*" if key else "*")
    yield allow("WriteResults", permissions.WRITE_RESULTS, [files])
