"""The part of Athena that runs statements: tables, queries, their states and files.

Statements run on DuckDB, by the same dialect as the local engine; the result files go
to moto's S3. Messages are those that Athena gives.
"""

import hashlib
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from sqlglot import exp

from tests.support import athena_writing as writing
from tests.support.athena_reading import Read, parsed, read
from tests.support.athena_results import Rows, to_csv, to_parquet
from tests.support.athena_reuse import reusable
from trailkit import clock, dialect
from trailkit.errors import UnsupportedSQL
from trailkit.tables.definition import Definition

REGION = "us-east-1"
CATALOG = "awsdatacatalog"

_UNLOAD = re.compile(
    r"unload\s*\((?P<select>.*)\)\s*to\s*'(?P<target>s3://[^']+)'\s*with\s*\(.*\)\s*",
    re.IGNORECASE | re.DOTALL,
)


_BUCKET = re.compile(r'"s3tablescatalog/[a-z0-9-]+"\.')
"""The catalog of a table bucket: its tables have names that no other has here."""

THROTTLED = (
    "HIVE_CURSOR_ERROR: Please reduce your request rate. (Service: Amazon S3; Status "
    "Code: 503; Error Code: SlowDown; Request ID: 1A2B3C4D5E6F7890; Proxy: null)"
)
"""As people have shown it: github.com/duo-labs/cloudtracker/issues/63."""


TIMEOUT = "Query timeout"
"""Athena User Guide, "Service quotas" (DML query timeout) and "Troubleshooting"."""

FILES_A_SECOND = 800
"""As many small files are read in a second, as AWS's Big Data Blog measured."""


class Refused(Exception):
    """Athena would fail the query with this reason."""


@dataclass(frozen=True)
class Table:
    """A registered table: its partition keys, and the bytes of its files.

    With ``in_s3`` they are those that lie in moto's S3, where the table looks, and no
    others have rows; else they are, together, so large (``total``), each row the same.
    """

    database: str
    name: str
    partitions: tuple[str, ...]
    total: int
    in_s3: bool = False

    @property
    def quoted(self) -> str:
        """The table in DuckDB."""
        return f'{CATALOG}."{self.database}"."{self.name}"'

    @property
    def stored(self) -> str:
        """The rows of all its files, read or not."""
        return f'{CATALOG}."{self.database}"."{self.name}$rows"'

    @property
    def read(self) -> str:
        """The files that the statement at work reads."""
        return f'{CATALOG}."{self.database}"."{self.name}$read"'


class Warehouse:
    """Tables in DuckDB, under the names that Athena's SQL uses."""

    def __init__(self) -> None:
        """Open an empty one."""
        self._connection = duckdb.connect()
        for statement in (*dialect.settings(), *dialect.macros()):
            self._connection.execute(statement)
        self._tables: dict[tuple[str, str], Table] = {}
        self._at_work = threading.RLock()
        self._attach()

    def _attach(self) -> None:
        self._connection.execute(f"attach ':memory:' as {CATALOG}")
        self._connection.execute(f'create schema {CATALOG}."default"')

    def empty(self) -> None:
        """Forget all tables."""
        with self._at_work:
            self._connection.execute(f"detach {CATALOG}")
            self._tables.clear()
            self._attach()

    def close(self) -> None:
        """Close DuckDB."""
        self._connection.close()

    def register(
        self,
        database: str,
        name: str,
        rows: pa.Table,
        partitions: Sequence[str] = (),
        total: int | None = None,
        in_s3: bool = False,
    ) -> None:
        """Add a table; ``total`` is the size of its files in bytes, or S3 says it."""
        whole = rows.nbytes if total is None else total
        table = Table(database, name, tuple(partitions), whole, in_s3)
        self._connection.execute(f'create schema if not exists {CATALOG}."{database}"')
        self._connection.register("registered", rows)
        stored = table.stored if in_s3 else table.quoted
        self._connection.execute(f"create or replace table {stored} as from registered")
        self._connection.unregister("registered")
        if in_s3:
            self._connection.execute(
                f"create or replace table {table.read} (path varchar);"
                f"create or replace view {table.quoted} as select * from {stored} "
                f'where "$path" in (select path from {table.read})'
            )
        self._tables[database, name] = table

    def run(self, sql: str, database: str) -> Rows:
        """Run a SELECT; raise Refused as Athena would."""
        with self._at_work:
            for table, node in self._read(sql, database):
                if table.in_s3:
                    self._let_through(table, self._read_of(table, node).paths)
            return self._run(sql, database)

    def _run(self, sql: str, database: str) -> Rows:
        cursor = self._connection.cursor()
        try:
            cursor.execute(f"set search_path = '{CATALOG}.\"{database}\",memory.main'")
            return Rows.of(cursor.sql(dialect.to_duckdb(_BUCKET.sub("", sql))))
        except duckdb.Error as error:
            raise Refused(f"GENERIC_USER_ERROR: {error}") from error

    def _let_through(self, table: Table, paths: Iterable[str]) -> None:
        """Let a table show the rows of these files only."""
        files = pa.table({"path": pa.array(list(paths), pa.string())})
        cursor = self._connection.cursor()
        cursor.register("files", files)
        cursor.execute(f"create or replace table {table.read} as from files")

    def scanned(self, sql: str, database: str) -> int:
        """Return how many bytes a SELECT reads: those of the partitions it asks for."""
        return self.usage(sql, database).bytes

    def usage(self, sql: str, database: str) -> Read:
        """Return what a SELECT reads: bytes, and for files in S3 requests too."""
        total = Read()
        if sql.endswith("limit 0"):
            return total
        for table, node in self._read(sql, database):
            total = total.plus(self._read_of(table, node), _times(node))
        return total

    def _read(self, sql: str, database: str) -> Iterator[tuple[Table, exp.Expression]]:
        """Find the tables that a statement reads, and where it reads them."""
        tree = parsed(sql)
        named = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
        for node in tree.find_all(exp.Table):
            if not node.db and node.name.lower() in named:
                continue
            key = (node.db.lower() or database, node.name.lower())
            if key not in self._tables and not self._find(*key):
                raise Refused(_not_found(sql, node.name, *key))
            yield self._tables[key], node

    def _find(self, database: str, name: str) -> bool:
        """Take a table that someone made in Glue, with nothing in it."""
        definition = writing.in_glue(database, name, REGION)
        if definition:
            self.create(definition)
        return definition is not None

    def create(self, definition: Definition) -> None:
        """Make a table with nothing in it."""
        database, name = definition.database, definition.name
        table = Table(database, name, tuple(definition.partitions), 0)
        self._connection.execute(f'create schema if not exists {CATALOG}."{database}"')
        self._connection.execute(
            f"create table {table.quoted} ({writing.duckdb_columns(definition)})"
        )
        self._tables[database, name] = table

    def insert(self, asked: writing.Insert, database: str) -> None:
        """Run an INSERT; raise Refused as Athena would."""
        rows = self.run(asked.select, database).table
        list(self._read(f"select 1 from {asked.database}.{asked.name}", database))
        table = self._tables[asked.database, asked.name]
        cursor = self._connection.cursor()
        cursor.register("inserted", rows)
        cursor.execute(
            f"insert into {table.quoted} ({asked.columns}) select * from inserted"
        )
        self._tables[asked.database, asked.name] = replace(
            table, total=table.total + rows.nbytes
        )

    def _read_of(self, table: Table, node: exp.Expression) -> Read:
        """Apply the conditions on partition keys, and no others."""
        conditions = [
            part.sql(dialect="athena")
            for part in _conjuncts(node.find_ancestor(exp.Select))
            if _columns(part) and _columns(part) <= set(table.partitions)
        ]
        if table.in_s3:
            definition = writing.in_glue(table.database, table.name, REGION)
            assert definition is not None
            return read(definition, REGION, conditions)
        kept = self._count(table, conditions)
        return Read(round(table.total * kept / max(self._count(table, []), 1)))

    def _count(self, table: Table, conditions: Sequence[str]) -> int:
        [(count,)] = self._rows(table, "count(*)", conditions)
        return count

    def _rows(self, table: Table, wanted: str, conditions: Sequence[str]) -> list[Any]:
        where = " and ".join([*conditions, "true"])
        sql = f"select {wanted} from {table.quoted} where {where}"
        return self._connection.cursor().execute(dialect.to_duckdb(sql)).fetchall()


def _conjuncts(select: exp.Expression | None) -> Iterator[exp.Expression]:
    """Take a SELECT's condition apart at its ANDs."""
    where = select.args.get("where") if select else None
    pending = [where.this] if where else []
    while pending:
        part = pending.pop().unnest()
        if isinstance(part, exp.And):
            pending += [part.left, part.right]
        else:
            yield part


def _times(node: exp.Expression) -> int:
    """Count how often a table is read: Trino runs a CTE for each reference to it."""
    inside = node.find_ancestor(exp.CTE)
    if inside is None:
        return 1
    named = [
        table
        for table in inside.root().find_all(exp.Table)
        if not table.db and table.name.lower() == inside.alias_or_name.lower()
    ]
    return sum(map(_times, named))


def _columns(condition: exp.Expression) -> set[str]:
    return {column.name.lower() for column in condition.find_all(exp.Column)}


def _not_found(sql: str, written: str, database: str, name: str) -> str:
    place = re.search(rf'[\w".]*{re.escape(written)}', sql)
    before = sql[: place.start() if place else 0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return (
        f"TABLE_NOT_FOUND: line {line}:{column}: "
        f"Table '{CATALOG}.{database}.{name}' does not exist"
    )


_NO_ROWS = Rows(["rows"], ["bigint"], [], pa.table({"rows": pa.array([], "int64")}))


@dataclass
class Query:
    """One query execution, which moves on a step each time someone looks."""

    sql: str
    database: str
    workgroup: str
    warehouse: Warehouse
    location: str | None
    slow: float = 0
    failure: str | None = None
    failure_state: str = "FAILED"
    comes_back: int = 0
    cutoff: int | None = None
    throttle: int | None = None
    most_minutes: float = 30
    ciphertext: bool = False
    own_settings: bool = True
    reuse_minutes: int | None = None
    afterwards: Callable[["Query"], None] | None = None
    earlier: list["Query"] = field(default_factory=list)
    reused: "Query | None" = None
    begun: datetime = field(default_factory=lambda: clock.now())
    ended: datetime | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "NEW"
    reason: str | None = None
    scanned: int = 0
    read: Read = field(default_factory=Read)
    rows: Rows | None = None
    manifest: str | None = None
    updated: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self.started

    @property
    def output(self) -> str | None:
        """The CSV file of the results; managed results have none."""
        if self.reused:
            return self.reused.output
        return self.location and f"{self.location}{self.id}.csv"

    def look(self) -> None:
        """Move on: queued, then running for ``slow`` seconds, then the end."""
        if self.state == "FAILED" and self.comes_back > 0:
            self.comes_back -= 1
            self.failure, self.state = None, "QUEUED"
            return
        if self.state == "NEW" and (again := reusable(self)):
            self.reused, self.rows = again, again.rows
            self._end("SUCCEEDED", None)
        if self.state == "NEW":
            self.state = "QUEUED"
        elif self.state == "QUEUED":
            self.state = "RUNNING"
        elif self.state == "RUNNING" and self.seconds >= self.slow:
            self._finish()
        if self.state == "RUNNING":
            self._scan_on()

    def stop(self) -> None:
        """Cancel it; what has been scanned stays."""
        if self.state in ("NEW", "QUEUED", "RUNNING"):
            self._leave_a_part()
            self._end("CANCELLED", "Query cancelled by user")

    def _scan_on(self) -> None:
        if writing.is_definition(self.sql):
            return
        try:
            total = self.warehouse.scanned(self._parts()[0], self.database)
        except (Refused, UnsupportedSQL, sqlglot.errors.SqlglotError):
            return
        share = min(0.9, self.seconds / self.slow) if self.slow else 0.5
        self.scanned = max(self.scanned, round(total * share))

    def _parts(self) -> tuple[str, str | None]:
        """Take a statement apart: its SELECT, and the target of an UNLOAD."""
        if insert := writing.Insert.parse(self.sql):
            return insert.select, None
        unload = _UNLOAD.fullmatch(self.sql)
        return (unload["select"], unload["target"]) if unload else (self.sql, None)

    def _finish(self) -> None:
        select, target = self._parts()
        try:
            if writing.is_definition(self.sql):
                if why := self.failure or writing.refusal(self.sql):
                    raise Refused(why)
                writing.define(self.sql, REGION)
                return self._end_written()
            self.read = self.warehouse.usage(select, self.database)
            self.scanned = self.read.bytes
            if self.failure:
                raise Refused(self.failure)
            self._stay_below_cutoff()
            self._require_few()
            self._require_in_time()
            if insert := writing.Insert.parse(self.sql):
                self.warehouse.insert(insert, self.database)
                return self._end_written()
            rows = self.warehouse.run(select, self.database)
        except (Refused, UnsupportedSQL, sqlglot.errors.SqlglotError) as error:
            self._leave_a_part()
            return self._end(self.failure_state, str(error))
        if target and (refusal := _unloadable(rows, target)):
            return self._end("FAILED", refusal)
        self._unload(rows, target) if target else self._write(rows)
        return self._end("SUCCEEDED", None)

    def _end_written(self) -> None:
        self.rows = _NO_ROWS
        self._end("SUCCEEDED", None)

    def _stay_below_cutoff(self) -> None:
        if self.cutoff is not None and self.scanned > self.cutoff:
            self.scanned = self.cutoff
            raise Refused("Bytes scanned limit was exceeded")

    def _require_few(self) -> None:
        """Break off where S3 throttles: so many files are more than it gives."""
        if self.throttle is not None and self.read.gets > self.throttle:
            raise Refused(THROTTLED)

    def _require_in_time(self) -> None:
        """Break off what would run longer than the quota lets it."""
        if self.read.gets / FILES_A_SECOND > self.most_minutes * 60:
            raise Refused(TIMEOUT)

    def _leave_a_part(self) -> None:
        """Leave what an UNLOAD had written before its end, as Athena does."""
        target = self._parts()[1]
        if target and self.state == "RUNNING":
            put(f"{target}{uuid.uuid4()}", b"PAR1")

    def _end(self, state: str, reason: str | None) -> None:
        self.state, self.reason = state, reason
        self.ended = clock.now()
        if state == "SUCCEEDED" and self.afterwards:
            self.afterwards(self)

    def _write(self, rows: Rows) -> None:
        self.rows = rows
        if self.output:
            put(self.output, self._encrypted(to_csv(rows)))
            put(f"{self.output}.metadata", b"\x0a\x00")

    def _encrypted(self, content: bytes) -> bytes:
        """Encrypt a result as CSE_KMS does: before it is in S3."""
        return (
            hashlib.shake_256(content).digest(len(content) + 16)
            if self.ciphertext
            else content
        )

    def _unload(self, rows: Rows, target: str) -> None:
        self.rows, self.updated = _NO_ROWS, len(rows.values)
        parts = {f"{target}{uuid.uuid4()}": part for part in to_parquet(rows)}
        for url, part in parts.items():
            put(url, self._encrypted(part))
        self.manifest = f"{self.location or target}{self.id}-manifest.csv"
        put(self.manifest, "".join(f"{url}\n" for url in parts).encode())

    def describe(self) -> dict[str, Any]:
        """Tell what GetQueryExecution tells."""
        status: dict[str, Any] = {
            "State": self.state,
            "SubmissionDateTime": self.begun.timestamp(),
        }
        if self.ended:
            status["CompletionDateTime"] = self.ended.timestamp()
        if self.reason:
            status["StateChangeReason"] = self.reason
        if self.state == "FAILED":
            status["AthenaError"] = {
                "ErrorCategory": 2,
                "ErrorType": 1000,
                "Retryable": False,
                "ErrorMessage": self.reason,
            }
        milliseconds = round(self.seconds * 1000)
        return {
            "QueryExecutionId": self.id,
            "Query": self.sql,
            "StatementType": "DML",
            "SubstatementType": "UNLOAD" if self._parts()[1] else "SELECT",
            "ResultConfiguration": {"OutputLocation": self.output}
            if self.output
            else {},
            "ManagedQueryResultsConfiguration": {"Enabled": self.location is None},
            "QueryExecutionContext": {"Catalog": CATALOG, "Database": self.database},
            "Status": status,
            "Statistics": {
                "DataScannedInBytes": self.scanned,
                "EngineExecutionTimeInMillis": milliseconds,
                "TotalExecutionTimeInMillis": milliseconds + 5,
                "QueryQueueTimeInMillis": 4,
                "ServicePreProcessingTimeInMillis": 3,
                "QueryPlanningTimeInMillis": 2,
                "ServiceProcessingTimeInMillis": 1,
                "ResultReuseInformation": {
                    "ReusedPreviousResult": self.reused is not None
                },
                **({"DataManifestLocation": self.manifest} if self.manifest else {}),
            },
            "WorkGroup": self.workgroup,
            "EngineVersion": {"EffectiveEngineVersion": "Athena engine version 3"},
        }

    def page(self, first: int, size: int) -> dict[str, Any]:
        """Return rows as GetQueryResults does; the first row is the header."""
        assert self.rows is not None
        texts = [self.rows.names, *self.rows.texts()][first : first + size]
        more = first + size < len(self.rows.values) + 1
        return {
            "ResultSet": {
                "Rows": [{"Data": [_datum(text) for text in row]} for row in texts],
                "ResultSetMetadata": {"ColumnInfo": self.rows.column_info()},
            },
            "UpdateCount": self.updated,
            **({"NextToken": str(first + size)} if more else {}),
        }

    def statistics(self) -> dict[str, Any]:
        """Tell what GetQueryRuntimeStatistics tells; of an UNLOAD the row of its count.

        Of an answer given again it tells nothing: nothing ran.
        """
        if self.rows is None or self.reused:
            return {}
        rows = 1 if self.updated else len(self.rows.values)
        return {"Rows": {"OutputRows": rows, "OutputBytes": 9 * rows}}


_REFUSED_TYPES = ("json", "interval", "time", "uuid", "ipaddress")


def _unloadable(rows: Rows, target: str) -> str | None:
    """Return why UNLOAD refuses a result; None where it takes it.

    (Athena User Guide, "UNLOAD": a column needs a name that no other has, the place
    must be empty; "Data types in Athena": what its Parquet does not take.)
    """
    if "" in rows.names or any(name.startswith("_col") for name in rows.names):
        return "MISSING_COLUMN_NAME: Column name not specified at position 1"
    if len(set(rows.names)) < len(rows.names):
        return "DUPLICATE_COLUMN_NAME: Column name specified more than once"
    if any(map(pa.types.is_null, rows.table.schema.types)):
        return "NOT_SUPPORTED: Unsupported Hive type: unknown"
    for kind in rows.types:
        if kind in _REFUSED_TYPES:
            return f"NOT_SUPPORTED: Unsupported Hive type: {kind}"
    bucket, _, prefix = target.removeprefix("s3://").partition("/")
    keys = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_bucket(bucket).keys
    if any(key.startswith(prefix) for key in keys):
        return f"HIVE_PATH_ALREADY_EXISTS: Target directory {target} already exists"
    return None


def _datum(text: str | None) -> dict[str, str]:
    return {} if text is None else {"VarCharValue": text}


def put(url: str, content: bytes) -> None:
    """Write an object into moto's S3."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(bucket, key, content)
