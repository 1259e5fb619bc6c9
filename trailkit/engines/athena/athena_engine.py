"""Athena, through PyAthena: one SELECT in, one Arrow table and its facts out."""

import re
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cached_property, partial
from itertools import chain
from typing import Any, Literal

import boto3
from pyathena.connection import Connection

from trailkit.aws import failures
from trailkit.aws.attempts import found_or_none
from trailkit.aws.prices import Own, Prices, prices_of
from trailkit.aws.session import Access, settings
from trailkit.engines import ANEW, Answer, QueryOptions
from trailkit.engines.athena import fetching, glue_catalog, unload
from trailkit.engines.athena.accounting import accounted
from trailkit.engines.athena.athena_failures import explained
from trailkit.engines.athena.capacity import reservation_of
from trailkit.engines.athena.cursor import AsText, PatientCursor
from trailkit.engines.athena.destination import (
    DEFAULT_WORKGROUP,
    Destination,
    require_one,
    settle,
)
from trailkit.engines.athena.fetching import Sent
from trailkit.engines.athena.query import Query
from trailkit.engines.athena.result_files import ResultFiles
from trailkit.engines.parts import of_rows, timed
from trailkit.errors import NotConfigured, QueryFailed
from trailkit.progress import line, notice
from trailkit.tables.definition import Definition

_LEADING_COMMENTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)

LARGE_BYTES = 1024**3
"""From so many bytes of log files on, a list may be long: about eight million records.

Of a list of a fortieth of them, the CSV has 200,000 rows. See docs/decisions/0006.
"""

_LEAST_REUSE, _MOST_REUSE = timedelta(minutes=1), timedelta(days=7)
"""The ages that Athena takes. (Athena API, ResultReuseByAgeConfiguration.)"""

_WAITS = (5, 20)
"""So many polls lie between a query that may pass and the next attempt."""

Unload = bool | Literal["auto"]
"""Whether an answer comes as Parquet; "auto": where it is a list, and may be long."""


class AthenaEngine:
    """Run Athena SQL in a workgroup, and bring its answer as Arrow.

    ``results`` is a place in S3, needed unless the workgroup has its own.
    ``bucket_owner`` is the account that must own its bucket; left out, the one that the
    workgroup names, else the caller's. ``price`` is what you pay for a terabyte, where
    that is not the list's, or several prices by their names: ``{"get": 0.0004}``.

    With ``unload`` an answer comes as Parquet, which is quicker for millions of rows;
    one whose order could not be put back comes as CSV all the same. With "auto" a list
    does, where the log files that it reads are large. ``reuse`` is how old an answer
    may be that Athena gives again, where the options of a query allow it at all; Athena
    never gives one again that came as Parquet, or that it keeps itself.

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
        price: Own | None = None,
        poll: float = 1.0,
        unload: Unload = False,
        reuse: timedelta | None = None,
    ) -> None:
        """Remember where to ask; raises NotConfigured or TableError."""
        require_one(workgroup, results)
        _require_settings(unload, reuse)
        self._table = glue_catalog.TableName.parse(table)
        self._access = Access(session, profile, region)
        self.table, self.workgroup = table, workgroup or DEFAULT_WORKGROUP
        self.results, self.bucket_owner = results, bucket_owner
        self._price, self._poll = price, poll
        self._unload, self._reuse = unload, reuse
        self._headers: dict[tuple[str, str], dict[str, Any]] = {}
        self._reads_restored = False

    def run(self, sql: str, options: QueryOptions = ANEW) -> Answer:
        """Run one SELECT.

        Where S3 throttled it, or Athena failed by itself, it is asked again, twice at
        most. Ctrl-C stops it in Athena and says what is billed. Raises NotConfigured,
        AccessRefused, TableError, QueryFailed, QueryCancelled or Unavailable.
        """
        for wait in _WAITS if options.again else ():
            try:
                return self._once(sql, options)
            except QueryFailed as error:
                if not error.may_pass:
                    raise
                notice(f"It is asked again in a moment. {error}")
                time.sleep(wait * self._poll)
        return self._once(sql, options)

    def _once(self, sql: str, options: QueryOptions) -> Answer:
        with accounted() as queries, explained(), line() as say:
            sent = self._sent(sql, options)
            ask = partial(self._query, say, queries)
            order = self._order_after_unload(sent, options)
            if order is None:
                return fetching.whole(sent, ask(), self._files)
            try:
                return fetching.by_unload(sent, order, ask, self._files)
            except QueryFailed as error:
                if not unload.is_refused(str(error)):
                    raise
            return fetching.whole(sent, ask(), self._files)

    def chunks(
        self, sql: str, rows: int, options: QueryOptions = ANEW
    ) -> Generator[Answer]:
        """Run one SELECT, and read its rows piece by piece; never as Parquet.

        An UNLOAD has no order, and putting it back takes all rows at once.
        """
        with accounted() as queries, explained():
            with line() as say:
                sent = self._sent(sql, options)
                query = self._query(say, queries)
                found, pieces = fetching.in_pieces(sent, query, self._files)
            ran = found.facts["seconds"]
            for part, seconds in timed(of_rows(chain([found.table], pieces), rows)):
                facts = {**found.facts, "seconds": round(ran + seconds, 3)}
                yield Answer(part, found.types, facts, found.notes)

    def execute(self, statement: str) -> dict[str, Any]:
        """Run a statement that changes something, and give its facts.

        Ctrl-C stops it in Athena. Raises what ``run`` raises.
        """
        with accounted() as queries, explained(), line() as say:
            query = self._query(say, queries)
            query.run(statement)
            return query.facts()

    def client(self, service: str) -> Any:
        """Return boto3's client of a service, in the Region in which it asks."""
        return self._access.client(service)

    def glue_table(self) -> dict[str, Any]:
        """Return the table that it was opened with, as Glue's GetTable does.

        Raises botocore's ClientError as it comes, TableError for another catalog.
        """
        return glue_catalog.read(self._table, self._access)

    def definition(self, table: str) -> Definition:
        """Read a table's definition from Glue.

        Raises TableError where there is none, AccessRefused without glue:GetTable.
        """
        with explained():
            name = glue_catalog.TableName.parse(table)
            found = glue_catalog.definition(name, self._access)
        if name.catalog.lower() != self._table.catalog.lower():
            found = replace(found, catalog=name.catalog)
        self._reads_restored |= found.reads_restored
        return found

    def partitions(
        self, table: str, partition_filter: str = ""
    ) -> Iterator[tuple[list[str], str]]:
        """List a table's partitions in Glue: the values of their keys, their places.

        ``narrowing`` is an expression as Glue takes it. Raises AccessRefused without
        glue:GetPartitions.
        """
        name = glue_catalog.TableName.parse(table)
        with explained(), line() as say:
            listed = glue_catalog.partitions(name, self._access, partition_filter)
            for number, each in enumerate(listed, start=1):
                say(f"Reading the partitions of {table}: {number:,}")
                yield each

    def marks(
        self, table: str, partition_filter: str = ""
    ) -> Iterator[tuple[list[str], str | None]]:
        """List a copy's partitions in Glue, with up to when log files were copied.

        Raises what ``partitions`` raises.
        """
        with explained():
            yield from glue_catalog.marks(
                glue_catalog.TableName.parse(table), self._access, partition_filter
            )

    def read(self, url: str) -> bytes:
        """Fetch a log file from S3; raises AccessRefused without s3:GetObject."""
        with explained():
            return self._log_files.read(url)

    def head(self, url: str) -> bytes:
        """Fetch the first kilobyte of a log file, as ``read`` fetches all of it."""
        with explained():
            return self._log_files.head(url)

    @cached_property
    def destination(self) -> Destination:
        """The workgroup and the checked place of results."""
        return settle(self._access, self.workgroup, self.results, self.bucket_owner)

    @cached_property
    def prices(self) -> Prices:
        """The prices of its Region, with yours in their place."""
        return prices_of(self._access.region, self._price)

    @cached_property
    def reservation(self) -> str | None:
        """The capacity reservation that its workgroup uses; None if none is known.

        (Athena User Guide, "Manage query processing capacity".)
        """
        return reservation_of(self._access, self.workgroup)

    @property
    def region(self) -> str:
        """The region of AWS in which it asks."""
        return self._access.region

    def objects(self, **asked: Any) -> dict[str, Any]:
        """List objects in S3, a page of them, as ListObjectsV2 does.

        What was restored from an archive is in S3 Standard, for a table that reads it.
        Raises AccessRefused without s3:ListBucket.
        """
        if self._reads_restored:
            asked["OptionalObjectAttributes"] = ["RestoreStatus"]
        with failures.explained():
            page = self._access.client("s3").list_objects_v2(**asked)
        for each in page.get("Contents", ()) if self._reads_restored else ():
            if each.get("RestoreStatus", {}).get("RestoreExpiryDate"):
                each["StorageClass"] = "STANDARD"
        return page

    def headers(self, **asked: Any) -> dict[str, Any]:
        """Return the headers of an object in S3, as HeadObject does; empty if gone.

        Each object is asked for once. Raises AccessRefused without s3:GetObject.
        """
        key = (asked["Bucket"], asked["Key"])
        if key not in self._headers:
            with failures.explained():
                head = partial(self._access.client("s3").head_object, **asked)
                self._headers[key] = found_or_none(head, ("404", "NoSuchKey")) or {}
        return self._headers[key]

    def caller(self) -> tuple[str, ...]:
        """Return the ARN of the session's identity, and its access key; asks AWS."""
        with explained():
            return self._access.caller()

    @cached_property
    def _connection(self) -> Connection[PatientCursor]:
        place = self.destination
        return Connection(
            session=self._access.session,
            config=settings(),
            region_name=self._access.region,
            s3_staging_dir=place.sent or "",
            work_group=place.workgroup,
            catalog_name=self._table.catalog,
            schema_name=self._table.database,
            poll_interval=self._poll,
            cursor_class=PatientCursor,
            cursor_kwargs={
                "owner": place.owner,
                "own": place.own,
                "renew": self._renewed,
            },
            converter=AsText(),
        )

    def _renewed(self) -> Any:
        """Read the credentials anew, and give a client of Athena with them."""
        self._access.renew()
        return self._access.client("athena")

    @cached_property
    def _log_files(self) -> ResultFiles:
        return ResultFiles(partial(self._access.client, "s3"), None)

    @cached_property
    def _files(self) -> ResultFiles:
        return ResultFiles(partial(self._access.client, "s3"), self.destination.owner)

    def _query(self, say: Callable[[str], None], queries: list[Query]) -> Query:
        query = Query(self._connection, self.prices, self.destination.cutoff, say)
        queries.append(query)
        return query

    def _sent(self, sql: str, options: QueryOptions) -> Sent:
        location = self.destination.location
        ages = [age for age in (self._reuse, options.reuse) if age is not None]
        may_reuse = len(ages) == 2 and location and min(ages) >= _LEAST_REUSE
        return Sent(
            _without_leading_comments(sql), location, min(ages) if may_reuse else None
        )

    def _order_after_unload(
        self, sent: Sent, options: QueryOptions
    ) -> unload.Order | None:
        """Return the order to put back after an UNLOAD; None for an answer by CSV."""
        if not self._unload or sent.location is None:
            return None
        order = unload.order(sent.select)
        if order is None or self._unload is True:
            return order
        return order if options.lists and options.estimate() >= LARGE_BYTES else None


def _require_settings(unload: object, reuse: timedelta | None) -> None:
    if unload not in (True, False, "auto"):
        raise NotConfigured(
            f'unload={unload!r} is not a way to fetch an answer. Write unload="auto", '
            "True or False."
        )
    if reuse is not None and not _LEAST_REUSE <= reuse <= _MOST_REUSE:
        raise NotConfigured(
            f"reuse={str(reuse)!r} is not an age of an answer to take again. "
            'Write one from a minute to seven days, such as reuse="60m", or reuse=None.'
        )


def _without_leading_comments(sql: str) -> str:
    """Let the text begin with its first word, which PyAthena and Athena look at."""
    match = _LEADING_COMMENTS.match(sql)
    return sql[match.end() if match else 0 :]
