"""Trino, through its Python client: one SELECT in, one Arrow table and facts out."""

import getpass
import re
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import pyarrow as pa
from trino.auth import Authentication
from trino.dbapi import Connection, Cursor

from trailkit.engines import ARROW_TYPES, Answer
from trailkit.engines.trino.catalog import TableName, definition
from trailkit.engines.trino.explain import FAILURES, explained
from trailkit.progress import line
from trailkit.tables.definition import Definition

_ARROW = {"varchar": pa.string(), **ARROW_TYPES}
"""The Arrow type of each type that a frame can hold; others become text."""

_LENGTH = re.compile(r"(varchar|timestamp)\(\d+\)")


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
        self._table = TableName.parse(table)
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

    def run(self, sql: str) -> Answer:
        """Run one SELECT.

        Ctrl-C stops it on the server. Raises NotConfigured, AccessRefused, TableError,
        QueryFailed, QueryCancelled or Unavailable.
        """
        started = time.monotonic()
        with explained(self._server), closing(self._connect()) as connection:
            cursor, rows = _fetch(connection, sql)
            described = cursor.description
        names = [column.name for column in described]
        types = [_type_name(str(column.type_code)) for column in described]
        return Answer(
            _arrow(rows, names, types),
            dict(zip(names, types, strict=True)),
            self._facts(cursor.stats or {}, started),
        )

    def definition(self, table: str) -> Definition:
        """Read a table's definition from Trino.

        Raises TableError where there is none, or a view; AccessRefused.
        """
        name = TableName.parse(table)
        with explained(self._server), closing(self._connect()) as connection:
            return definition(name, lambda sql: _fetch(connection, sql)[1])

    def _facts(self, stats: dict[str, Any], started: float) -> dict[str, Any]:
        """Give what the provenance keeps of a query."""
        return {
            "query_id": stats.get("queryId"),
            "server": self._server,
            "bytes": stats.get("physicalInputBytes", 0),
            "rows_read": stats.get("processedRows", 0),
            "seconds": round(time.monotonic() - started, 3),
            "engine_seconds": stats.get("elapsedTimeMillis", 0) / 1000,
            "queue_seconds": stats.get("queuedTimeMillis", 0) / 1000,
        }

    def _connect(self) -> Connection:
        return Connection(**self._settings)


def _fetch(connection: Connection, sql: str) -> tuple[Cursor, list[list[Any]]]:
    """Run a statement to its end; Ctrl-C stops it on the server."""
    with line() as say:
        cursor = connection.cursor(stats_callback=_progress(say))
        try:
            return cursor, cursor.execute(sql).fetchall()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(cursor)) from None


def _progress(say: Callable[[str], None]) -> Callable[[dict[str, Any]], None]:
    def show(stats: dict[str, Any]) -> None:
        seconds = stats.get("elapsedTimeMillis", 0) / 1000
        say(
            f"Trino: {stats.get('state', '').lower()}, {seconds:.0f} s, "
            f"{stats.get('processedRows', 0):,} rows read"
        )

    return show


def _stopped(cursor: Cursor) -> str:
    """Stop a query, and say how that ended."""
    if cursor.query_id is None:
        return "Interrupted before Trino ran anything."
    try:
        cursor.cancel()
    except FAILURES as error:
        return f"Query {cursor.query_id} could not be stopped and may run on: {error}"
    return f"Query {cursor.query_id} is stopped on Trino."


def _type_name(kind: str) -> str:
    """Name a type as Athena does, without the length that Trino adds.

    >>> _type_name("timestamp(3)"), _type_name("varchar(7)"), _type_name("unknown")
    ('timestamp', 'varchar', 'varchar')
    """
    return "varchar" if kind == "unknown" else _LENGTH.sub(r"\1", kind)


def _arrow(
    rows: Sequence[Sequence[Any]], names: list[str], types: list[str]
) -> pa.Table:
    values = zip(*rows, strict=True) if rows else ([] for _ in types)
    arrays = [_array(column, kind) for column, kind in zip(values, types, strict=True)]
    return pa.table(arrays, names)


def _array(values: Sequence[Any], kind: str) -> pa.Array:
    if kind in _ARROW:
        return pa.array(values, _ARROW[kind])
    texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.string())
