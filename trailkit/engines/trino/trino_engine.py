"""Trino, through its Python client: one SELECT in, one Arrow table and facts out."""

import getpass
import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, TypeVar

import pyarrow as pa
from trino.auth import Authentication
from trino.dbapi import Connection, Cursor

from trailkit.engines import ANEW, ARROW_TYPES, Answer, QueryOptions
from trailkit.engines.parts import of_rows, timed
from trailkit.engines.trino.trino_catalog import TrinoName, definition
from trailkit.engines.trino.trino_failures import FAILURES, explained
from trailkit.progress import Say, be_silent, line, notice
from trailkit.tables.definition import Definition

_ARROW = {"varchar": pa.string(), **ARROW_TYPES}
"""The Arrow type of each type that a frame can hold; others become text."""

_PHASES = {
    "queue": "queuedTimeMillis",
    "analysis": "analysisTimeMillis",
    "planning": "planningTimeMillis",
    "finishing": "finishingTimeMillis",
    "total": "elapsedTimeMillis",
}
"""Trino's name for the milliseconds of each phase; an older one tells fewer."""

_FETCHED_ROWS = 10_000
"""As many rows are fetched at a time, while a part is put together."""

_LENGTH = re.compile(r"(varchar|timestamp)\(\d+\)")

_Columns = list[tuple[str, str]]
"""The name of each column, and its type as Athena names it."""

_Given = TypeVar("_Given")


class TrinoEngine:
    """Run Athena SQL on a Trino of your own.

    ``table`` is ``catalog.schema.table``; its catalog and schema are those of every
    query. ``user`` is the one at this computer, unless it is given. ``auth`` is one of
    ``trino.auth``, which wants https; ``verify`` is False, or a file of certificates.

    Nothing is asked of Trino before the first ``run``.
    """

    name = "trino"

    def __init__(
        self,
        table: str,
        *,
        host: str,
        port: int | None = None,
        user: str | None = None,
        http_scheme: str | None = None,
        auth: Authentication | None = None,
        verify: bool | str = True,
    ) -> None:
        """Remember where to ask; raises TableError for a wrong name."""
        self._table = TrinoName.parse(table)
        self._server = f"{host}:{port}" if port else host
        self._settings: dict[str, Any] = {
            "host": host,
            "port": port,
            "user": user or getpass.getuser(),
            "http_scheme": http_scheme or ("https" if auth else None),
            "auth": auth,
            "verify": verify,
            "catalog": self._table.catalog,
            "schema": self._table.schema,
            "source": "trailkit",
            "timezone": "UTC",
        }

    def run(self, sql: str, options: QueryOptions = ANEW) -> Answer:
        """Run one SELECT.

        Ctrl-C stops it on the server. Raises NotConfigured, AccessRefused, TableError,
        QueryFailed, QueryCancelled or Unavailable.
        """
        del options  # Trino keeps no answer, and bills none
        started = time.monotonic()
        with explained(self._server), closing(self._connect()) as connection:
            cursor, rows = _fetch(connection, sql)
            columns = _columns(cursor)
        seconds = round(time.monotonic() - started, 3)
        facts = self._facts(cursor.stats or {}, seconds)
        return Answer(_arrow(rows, columns), dict(columns), facts)

    def chunks(
        self, sql: str, rows: int, options: QueryOptions = ANEW
    ) -> Generator[Answer]:
        """Run one SELECT, and fetch its rows part by part.

        Trino gives a query up that no one has asked for rows in five minutes. (Trino
        documentation, ``query.client.timeout``.)
        """
        del options
        with (
            explained(self._server),
            closing(self._connect()) as connection,
            _stopping(_Running(connection, sql)) as running,
        ):
            columns = running.columns()
            for part, seconds in timed(of_rows(running.tables(columns, rows), rows)):
                facts = self._facts(running.cursor.stats or {}, seconds)
                yield Answer(part, dict(columns), facts)

    def definition(self, table: str) -> Definition:
        """Read a table's definition from Trino.

        Raises TableError where there is none, or a view; AccessRefused.
        """
        name = TrinoName.parse(table)
        with explained(self._server), closing(self._connect()) as connection:
            return definition(name, lambda sql: _fetch(connection, sql)[1])

    def _facts(self, stats: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return what the provenance keeps of a query."""
        return {
            "query_id": stats.get("queryId"),
            "server": self._server,
            "bytes": stats.get("physicalInputBytes", 0),
            "rows_read": stats.get("processedRows", 0),
            "seconds": seconds,
            "milliseconds": {
                phase: stats[name] for phase, name in _PHASES.items() if name in stats
            },
        }

    def _connect(self) -> Connection:
        return Connection(**self._settings)


class _Running:
    """A statement on its way, whose progress shows while someone waits for it."""

    def __init__(self, connection: Connection, sql: str) -> None:
        self._say: Say = be_silent
        self._sql = sql
        self.cursor = connection.cursor(stats_callback=self._show)

    def wait(self, work: Callable[[], _Given]) -> _Given:
        """Do a piece of work; Ctrl-C stops the statement on the server."""
        try:
            with line() as self._say:
                return work()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(self.cursor)) from None
        finally:
            self._say = be_silent

    def columns(self) -> _Columns:
        """Start it, and read its columns."""
        return self.wait(lambda: _columns(self.cursor.execute(self._sql)))

    def tables(self, columns: _Columns, most: int) -> Iterator[pa.Table]:
        """Return its rows bit by bit; first the columns without rows."""
        rows: Sequence[Sequence[Any]] = []
        count = min(most, _FETCHED_ROWS)
        yield _arrow(rows, columns)
        while rows := self.wait(lambda: self.cursor.fetchmany(count)):
            yield _arrow(rows, columns)

    def _show(self, stats: dict[str, Any]) -> None:
        seconds = stats.get("elapsedTimeMillis", 0) / 1000
        self._say(
            f"Trino: {stats.get('state', '').lower()}, {seconds:.0f} s, "
            f"{stats.get('processedRows', 0):,} rows read"
        )


def _fetch(connection: Connection, sql: str) -> tuple[Cursor, list[list[Any]]]:
    """Run a statement to its end; Ctrl-C stops it on the server."""
    running = _Running(connection, sql)
    rows = running.wait(lambda: running.cursor.execute(sql).fetchall())
    return running.cursor, rows


@contextmanager
def _stopping(running: _Running) -> Generator[_Running]:
    """Stop a statement whose rows no one fetches to the end."""
    try:
        yield running
    except GeneratorExit:
        try:
            running.cursor.cancel()
        except FAILURES as error:
            notice(_running_on(running.cursor, error))
        raise


def _stopped(cursor: Cursor) -> str:
    """Stop a query, and say how that ended."""
    if cursor.query_id is None:
        return "Interrupted before Trino ran anything."
    try:
        cursor.cancel()
    except FAILURES as error:
        return _running_on(cursor, error)
    return f"Query {cursor.query_id} is stopped on Trino."


def _running_on(cursor: Cursor, error: Exception) -> str:
    return f"Query {cursor.query_id} could not be stopped and may run on: {error}"


def _type_name(kind: str) -> str:
    """Name a type as Athena does, without the length that Trino adds.

    >>> _type_name("timestamp(3)"), _type_name("varchar(7)"), _type_name("unknown")
    ('timestamp', 'varchar', 'varchar')
    """
    return "varchar" if kind == "unknown" else _LENGTH.sub(r"\1", kind)


def _columns(cursor: Cursor) -> _Columns:
    return [
        (column.name, _type_name(str(column.type_code)))
        for column in cursor.description
    ]


def _arrow(rows: Sequence[Sequence[Any]], columns: _Columns) -> pa.Table:
    values = zip(*rows, strict=True) if rows else ([] for _ in columns)
    arrays = [
        _array(column, kind) for column, (_, kind) in zip(values, columns, strict=True)
    ]
    return pa.table(arrays, [name for name, _ in columns])


def _array(values: Sequence[Any], kind: str) -> pa.Array:
    if kind in _ARROW:
        return pa.array(values, _ARROW[kind])
    texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.string())
