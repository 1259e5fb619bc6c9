"""Athena, through PyAthena: one SELECT in, one Arrow table and its facts out."""

import re
import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any

import boto3
from pyathena.connection import Connection

from trailkit.aws import explain
from trailkit.aws.access import Access
from trailkit.cost.price import per_terabyte
from trailkit.engines import Answer
from trailkit.engines.athena import catalog, results, unload
from trailkit.engines.athena.cursor import AsText, PatientCursor
from trailkit.engines.athena.destination import Destination, require_one, settle
from trailkit.engines.athena.explain import explained
from trailkit.engines.athena.files import ResultFiles
from trailkit.engines.athena.query import Query
from trailkit.progress import line
from trailkit.tables.definition import Definition

_LEADING_COMMENTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)
_LARGEST_PAGE = 1_000


class AthenaEngine:
    """Run Athena SQL in a workgroup, and bring its answer as Arrow.

    ``results`` is a place in S3, needed unless the workgroup has its own.
    ``bucket_owner`` is the account that must own its bucket; left out, the one that the
    workgroup names, else the caller's. ``price`` is dollars per terabyte, where yours
    is not the list's. With ``unload`` an answer comes as Parquet, which is quicker for
    millions of rows; one whose order could not be put back comes as CSV all the same.

    Nothing is asked of AWS before the first ``run``.
    """

    name = "athena"

    def __init__(
        self,
        table: str,
        *,
        workgroup: str | None = None,
        results: str | None = None,
        region: str | None = None,
        profile: str | None = None,
        session: boto3.Session | None = None,
        bucket_owner: str | None = None,
        price: float | None = None,
        poll: float = 1.0,
        unload: bool = False,
    ) -> None:
        """Remember where to ask; raises NotConfigured or TableError."""
        require_one(workgroup, results)
        self._table = catalog.TableName.parse(table)
        self._access = Access(session, profile, region)
        self._workgroup, self._results = workgroup, results
        self._bucket_owner = bucket_owner
        self._price, self._poll, self._unloads = price, poll, unload

    def run(self, sql: str) -> Answer:
        """Run one SELECT.

        Ctrl-C stops it in Athena and says what is billed. Raises NotConfigured,
        AccessRefused, TableError, QueryFailed, QueryCancelled or Unavailable.
        """
        select = _without_leading_comments(sql)
        with explained(), line() as say:
            order = unload.order(select) if self._unloads else None
            if order is None or self.destination.location is None:
                return self._by_csv(select, say)
            return self._by_unload(select, order, say)

    def execute(self, statement: str) -> dict[str, Any]:
        """Run a statement that changes something, and give its facts.

        Ctrl-C stops it in Athena. Raises what ``run`` raises.
        """
        with explained(), line() as say:
            query = self._query(say)
            query.run(statement)
            return query.facts()

    def definition(self, table: str) -> Definition:
        """Read a table's definition from Glue.

        Raises TableError where there is none, AccessRefused without glue:GetTable.
        """
        with explained():
            return catalog.definition(catalog.TableName.parse(table), self._access)

    def read(self, url: str) -> bytes:
        """Fetch a log file from S3; raises AccessRefused without s3:GetObject."""
        with explained():
            return ResultFiles(self._access.client("s3"), None).read(url)

    @cached_property
    def destination(self) -> Destination:
        """The workgroup and the checked place of results."""
        return settle(self._access, self._workgroup, self._results, self._bucket_owner)

    @property
    def price(self) -> float:
        """Dollars for a terabyte scanned: yours, else the region's."""
        return per_terabyte(self._access.region) if self._price is None else self._price

    def objects(self, **asked: Any) -> dict[str, Any]:
        """List objects in S3, a page of them, as ListObjectsV2 does.

        Raises AccessRefused without s3:ListBucket.
        """
        with explain.explained():
            return self._access.client("s3").list_objects_v2(**asked)

    @cached_property
    def _connection(self) -> Connection[PatientCursor]:
        place = self.destination
        return Connection(
            session=self._access.session,
            region_name=self._access.region,
            s3_staging_dir=place.sent or "",
            work_group=place.workgroup,
            catalog_name=self._table.catalog,
            schema_name=self._table.database,
            poll_interval=self._poll,
            cursor_class=PatientCursor,
            cursor_kwargs={"owner": place.owner},
            converter=AsText(),
        )

    @cached_property
    def _files(self) -> ResultFiles:
        return ResultFiles(self._access.client("s3"), self.destination.owner)

    def _query(self, say: Callable[[str], None]) -> Query:
        return Query(self._connection, self.price, self.destination.cutoff, say)

    def _by_csv(self, select: str, say: Callable[[str], None]) -> Answer:
        """Read the CSV file that Athena wrote, or the rows of managed results."""
        query = self._query(say)
        managed = self.destination.location is None
        cursor = query.run(select, rows=_LARGEST_PAGE if managed else 1)
        described = results.columns(cursor.description or [])
        if cursor.output_location is None:
            table = results.from_rows(cursor.fetchall(), described)
        else:
            table = results.from_csv(
                self._files.read(cursor.output_location), described
            )
        return self._answer(table, described, query.facts())

    def _by_unload(
        self, select: str, order: unload.Order, say: Callable[[str], None]
    ) -> Answer:
        """Read the Parquet files that Athena wrote, and delete them."""
        query = self._query(say)
        target = f"{self.destination.location}unload/{uuid.uuid4()}/"
        cursor = query.run(unload.statement(select, target))
        manifest = cursor.data_manifest_location
        urls = self._files.read(manifest).decode().split() if manifest else []
        facts = query.facts()
        if not urls:
            return self._without_rows(select, facts, say)
        table, described = results.from_parquet(map(self._files.read, urls))
        facts |= {
            "output": target,
            "deleted": self._files.delete([*urls, str(manifest)]),
        }
        return self._answer(unload.sort(table, order), described, facts)

    def _without_rows(
        self, select: str, facts: dict[str, Any], say: Callable[[str], None]
    ) -> Answer:
        """Ask for the columns of an answer of which UNLOAD left nothing."""
        empty = self._by_csv(unload.only_types(select), say)
        for name in ("bytes", "dollars"):
            facts[name] += empty.facts[name]
        return Answer(
            empty.table, empty.types, {**facts, "region": self._access.region}
        )

    def _answer(
        self, table: Any, described: list[results.Column], facts: dict[str, Any]
    ) -> Answer:
        types = {column.name: column.type for column in described}
        return Answer(table, types, {**facts, "region": self._access.region})


def _without_leading_comments(sql: str) -> str:
    """Let the text begin with its first word, which PyAthena and Athena look at."""
    match = _LEADING_COMMENTS.match(sql)
    return sql[match.end() if match else 0 :]
