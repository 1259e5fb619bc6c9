"""DuckDB over a local store, locked down so that only the store can be read."""

import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa

from trailkit import dialect
from trailkit.dialect.patterns import MEND
from trailkit.engines import ANEW, Answer, QueryOptions
from trailkit.engines.interruptible import interruptible
from trailkit.engines.memory import Room
from trailkit.engines.parts import of_rows, timed
from trailkit.errors import QueryFailed
from trailkit.progress import line
from trailkit.visible import visible

_TYPES = {
    "VARCHAR": "varchar",
    "TINYINT": "tinyint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "bigint",
    "DECIMAL(38,0)": "bigint",
    "FLOAT": "real",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "DATE": "date",
    '"NULL"': "varchar",
}
"""Athena's name for each DuckDB type; other types keep DuckDB's, and no frame."""

_BATCH_ROWS = 50_000
"""As many rows DuckDB hands over at a time."""

_Given = TypeVar("_Given")


class LocalEngine:
    """Run Athena SQL on DuckDB.

    ``views`` names the relations that the SQL may read (``schema.name``), each with
    the DuckDB SELECT over the Parquet files of ``folder``. Nothing outside that folder
    can be read or written, whatever the SQL says.
    """

    name = "local"

    def __init__(self, folder: Path, views: Mapping[str, str]) -> None:
        """Open an in-memory database over the folder and lock it."""
        self._spill = tempfile.mkdtemp(prefix="trailkit-")
        self._connection = duckdb.connect(":memory:")
        weakref.finalize(self, _close, self._connection, self._spill)
        for statement in (*dialect.settings(), *dialect.macros()):
            self._connection.execute(statement)
        # A file of the store never changes: what its footer says is read once.
        self._connection.execute("set global parquet_metadata_cache = true")
        for name, select in views.items():
            schema = name.partition(".")[0]
            self._connection.execute(f"create schema if not exists {schema}")
            self._connection.execute(f"create view {name} as {select}")
        self._hide_catalog()
        self._lock_down(folder)

    def _hide_catalog(self) -> None:
        """Put an empty view before each of DuckDB's own, which tell paths and settings.

        A bare name then finds nothing of the catalog, whatever a check has let through.
        """
        own = self._connection.execute(
            "select distinct view_name from duckdb_views() where internal"
        )
        for (name,) in own.fetchall():
            self._connection.execute(
                f'create view main."{name}" as select null as nothing where false'
            )

    def _lock_down(self, folder: Path) -> None:
        self._connection.execute("set allowed_directories = ?", [[str(folder)]])
        self._connection.execute("set temp_directory = ?", [self._spill])
        self._connection.execute("set python_enable_replacements = false")
        self._connection.execute("set enable_external_access = false")
        self._connection.execute("set lock_configuration = true")

    def run(self, sql: str, options: QueryOptions = ANEW) -> Answer:
        """Run Athena SQL.

        Ctrl-C stops the query at once. Raises UnsupportedSQL for what the engines do
        not share and QueryFailed for what DuckDB refuses.
        """
        del options  # nothing is billed here, and nothing kept
        return self.run_duckdb(dialect.to_duckdb(sql))

    def chunks(
        self, sql: str, rows: int, options: QueryOptions = ANEW
    ) -> Generator[Answer]:
        """Run Athena SQL, and give its answer in parts while DuckDB works it out."""
        del options
        return self._chunks(dialect.to_duckdb(sql), rows)

    def run_duckdb(self, text: str) -> Answer:
        """Run DuckDB's own SQL, as ``run`` writes it; the lock holds here too."""
        started = time.monotonic()
        cursor = self._connection.cursor()
        answer = _interruptible(lambda: _fetch(cursor, text), cursor)
        answer.facts["seconds"] = round(time.monotonic() - started, 3)
        return answer

    def _chunks(self, text: str, rows: int) -> Generator[Answer]:
        with closing(self._connection.cursor()) as cursor:
            reader, types = _interruptible(lambda: _open(cursor, text), cursor)
            for part, seconds in timed(of_rows(_batches(reader, cursor), rows)):
                yield Answer(part, types, {"seconds": seconds})


def _close(connection: duckdb.DuckDBPyConnection, spill: str) -> None:
    connection.close()
    shutil.rmtree(spill, ignore_errors=True)


def _fetch(cursor: duckdb.DuckDBPyConnection, text: str) -> Answer:
    result = cursor.sql(text)
    return Answer(result.to_arrow_table(), _types(result))


def _open(
    cursor: duckdb.DuckDBPyConnection, text: str
) -> tuple[pa.RecordBatchReader, dict[str, str]]:
    result = cursor.sql(text)
    return result.to_arrow_reader(_BATCH_ROWS), _types(result)


def _types(result: duckdb.DuckDBPyRelation) -> dict[str, str]:
    return {
        name: _TYPES.get(str(kind), str(kind).lower())
        for name, kind in zip(result.columns, result.types, strict=True)
    }


def _batches(
    reader: pa.RecordBatchReader, cursor: duckdb.DuckDBPyConnection
) -> Iterator[pa.Table]:
    """Return what DuckDB hands over, batch by batch; first the columns without rows."""
    yield reader.schema.empty_table()
    while (batch := _interruptible(lambda: next(reader, None), cursor)) is not None:
        yield pa.Table.from_batches([batch])


def _interruptible(
    work: Callable[[], _Given], cursor: duckdb.DuckDBPyConnection
) -> _Given:
    """Do the work where Ctrl-C stops it; say for how long it runs.

    DuckDB tells a cursor no percentage, and lets none ask for it behind the lock.
    """
    with line() as say:
        room, started = Room(), time.monotonic()

        def look() -> None:
            if room.is_used_up():
                raise QueryFailed(
                    "The query would take more memory than this machine has free: it "
                    "is stopped. Narrow it, or let it make fewer and shorter texts."
                )
            say(f"DuckDB: running, {time.monotonic() - started:,.0f} s")

        try:
            return interruptible(work, cursor, look)
        except duckdb.Error as error:
            raise _said(error) from error


_NO_INDEX = re.compile("not a value: index (-?[0-9]+)")
_NOT_A_VALUE = re.compile(
    r"""not a value: (.*?)(['"]( to [A-Z0-9]+|, expected .*))?$""", re.DOTALL
)
"""What Athena refuses, as ``macros.sql`` makes it fail: a subscript, and a cast."""

_NO_PATTERN = re.compile(
    "Invalid Input Error: ("
    "(?:missing|unexpected|bad repetition|no argument for repetition|trailing"
    "|invalid (?:escape|perl|character class|repetition|named)).*)",
    re.DOTALL,
)
"""How RE2 refuses a pattern."""

_ITS_OWN = re.compile(r'\n\n(?:LINE \d+: |Use "SET )')
"""Before DuckDB's form of the query, and before settings that are locked."""


def _said(error: duckdb.Error) -> QueryFailed:
    """Turn DuckDB's refusal into a sentence."""
    reason = _ITS_OWN.split(str(error).strip())[0]
    if "Division by zero" in reason:
        return QueryFailed(
            "A number is divided by zero: write x / nullif(y, 0), or try(x / y)."
        )
    if index := _NO_INDEX.search(reason):
        return QueryFailed(
            f"A list has no element {index[1]}: write element_at(list, {index[1]}),"
            " which is null there."
        )
    if cast := _NOT_A_VALUE.search(reason):
        return QueryFailed(
            f'"{visible(cast[1])}" cannot be cast to that type: write try_cast(x as …),'
            " or try(…), which is null there."
        )
    if pattern := _NO_PATTERN.search(reason):
        return QueryFailed(
            "A text that the query makes is not a regular expression"
            f" ({visible(pattern[1])}).{MEND}"
        )
    if isinstance(error, duckdb.IOException):
        reason += (
            "\nThe store may have been made anew by another notebook: open the case "
            "again with tk.local(...)."
        )
    return QueryFailed(f"DuckDB refused the query. {reason}")
