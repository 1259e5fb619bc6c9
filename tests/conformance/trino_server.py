"""A real Trino on loopback, with the tables of log files that a test publishes.

Open-source Trino has no CloudTrailInputFormat, and its JSON reader refuses an object
in a string column. So a table lies here in Parquet, with the columns and partition keys
of Athena's raw table, and with the values that Athena reads from the logs.
"""

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp
from trino.dbapi import Connection

from tests.conformance.trino_jars import VERSION, NotStarted, home
from trailkit.engines.trino import TrinoEngine
from trailkit.scope import quoted
from trailkit.tables.definition import Definition
from trailkit.tables.names import trino

LOOPBACK = "127.0.0.1"
CATALOG = "hive"
ICEBERG = "iceberg"
PATIENCE = 180.0

_SERVER = """
coordinator=true
node-scheduler.include-coordinator=true
node.environment=conformance
node.bind-ip={host}
node.internal-address={host}
node.external-address={host}
discovery.uri=http://{host}:{port}
http-server.http.port={port}
web-ui.enabled=false
plugin.dir={home}/plugin
catalog.config-dir={folder}/catalogs
query.max-memory={memory}MB
query.max-memory-per-node={memory}MB
memory.heap-headroom-per-node=400MB
"""
_HIVE = """
connector.name=hive
hive.iceberg-catalog-name=iceberg
hive.metastore=file
hive.metastore.catalog.dir=file://{folder}/metastore
hive.non-managed-table-writes-enabled=true
hive.compression-codec=ZSTD
parquet.max-merge-distance={gap}kB
parquet.max-buffer-size={most}kB
parquet.writer.page-size={gap}kB
parquet.writer.block-size={group}MB
"""
_ICEBERG = """
connector.name=iceberg
iceberg.catalog.type=TESTING_FILE_METASTORE
hive.metastore.catalog.dir=file://{folder}/metastore
iceberg.compression-codec=ZSTD
iceberg.expire_snapshots.min-retention=0s
"""
"""Both catalogs have one metastore: an Iceberg table is found in either, as in Glue.

Only the Iceberg one makes such a table.
"""
_JAVA = (
    *("java", "-XX:+UseParallelGC", "-XX:TieredStopAtLevel=1"),
    "-XX:ReservedCodeCacheSize=512M",
    "-Djdk.attach.allowAttachSelf=true",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
)
"""What Trino needs; quick to compile, since most classes serve one query alone."""

_KIND = re.compile("AWSLogs/.*(CloudTrail[A-Za-z-]*)/")


class TrinoServer:
    """The server's process, and the tables that it has."""

    def __init__(self, folder: Path, memory: int = 1000, scale: int = 1) -> None:
        """Start on a free port, with everything it writes below the folder.

        ``memory`` is what a query may take, in megabytes. ``scale`` makes Trino's own
        sizes so many times smaller: a reading of a file of eight megabytes, the gap of
        one that it reads rather than to ask twice, a Parquet page of one, a row group
        of 128.
        """
        started = time.monotonic()
        self.folder, self.port = folder, _free_port()
        self._settings = {
            "memory": memory,
            "gap": 1024 // scale,
            "most": 8 * 1024 // scale,
            "group": 128 // scale,
        }
        jars = home()
        self._configure(jars)
        self._log = (folder / "server.log").open("wb")
        self._process = subprocess.Popen(
            [
                *_JAVA,
                f"-Xmx{memory + 1500}M",
                f"-Dconfig={folder / 'server.properties'}",
                *("-cp", f"{jars}/lib/*:{jars}/plugin/lake/classes"),
                *("StartTrino", VERSION),
            ],
            cwd=folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        self.seconds = time.monotonic() - started

    def stop(self) -> None:
        """End the process, and no other."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def engine(self, table: str = f"{CATALOG}.security.cloudtrail") -> TrinoEngine:
        """Return an engine that asks this server."""
        return TrinoEngine(table, host=LOOPBACK, port=self.port, user="analyst")

    def rows(self, sql: str) -> list[list[Any]]:
        """Run any statement, and give its rows as Trino's client does."""
        with Connection(
            LOOPBACK, self.port, "analyst", catalog=CATALOG, timezone="UTC"
        ) as connection:
            return connection.cursor().execute(sql).fetchall()

    def create(self, table: Definition, rows: pa.Table, total: int) -> None:
        """Make a table of rows, a file for each partition; ``total`` is not needed."""
        del total
        place = self.place(table)
        for names, part in _partitions(rows, list(table.partitions)):
            folder = place.joinpath(*names)
            folder.mkdir(parents=True)
            pq.write_table(part, folder / "part.parquet")
        self.adopt(table)

    def place(self, table: Definition) -> Path:
        """Return a table's folder, whose name says the kind, as in the logs' bucket."""
        kind = _KIND.search(table.properties["storage.location.template"])
        assert kind is not None
        return self.folder / table.database / table.name / "AWSLogs" / kind[1]

    def adopt(self, table: Definition) -> None:
        """Make a table of the files in its folder."""
        self.create_empty(table, self.place(table))
        self.rows(
            f"call {CATALOG}.system.sync_partition_metadata("
            f"{quoted(table.database)}, {quoted(table.name)}, 'ADD')"
        )

    def create_empty(self, table: Definition, place: Path) -> None:
        """Make a table of a folder, and of no partition in it yet."""
        place.mkdir(parents=True, exist_ok=True)
        self._create_schema(table)
        self.rows(_create_table(table, place))

    def create_iceberg(
        self, table: Definition, keys: Iterable[str], place: Path
    ) -> None:
        """Make an Iceberg table, by keys that are among its columns, with no rows."""
        self._create_schema(table)
        self.rows(_create_iceberg(table, keys, place))

    def _create_schema(self, table: Definition) -> None:
        name = f"{trino(CATALOG)}.{trino(table.database)}"
        self.rows(f"create schema if not exists {name}")

    def _configure(self, jars: Path) -> None:
        (self.folder / "catalogs").mkdir()
        texts = {
            "server.properties": _SERVER,
            f"catalogs/{CATALOG}.properties": _HIVE,
            f"catalogs/{ICEBERG}.properties": _ICEBERG,
        }
        for name, text in texts.items():
            filled = text.format(
                host=LOOPBACK,
                port=self.port,
                home=jars,
                folder=self.folder,
                **self._settings,
            )
            (self.folder / name).write_text(filled, encoding="utf-8")

    def _wait(self) -> None:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up and self._process.poll() is None:
            if self._is_ready():
                return
            time.sleep(0.5)
        log = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")
        raise NotStarted(f"Trino did not start:\n{log[-4000:]}")

    def _is_ready(self) -> bool:
        try:
            with urlopen(f"http://{LOOPBACK}:{self.port}/v1/info", timeout=5) as reply:
                return not json.load(reply)["starting"]
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return listener.getsockname()[1]


def _partitions(
    rows: pa.Table, keys: list[str]
) -> Iterator[tuple[list[str], pa.Table]]:
    """Take rows apart by their keys; give the folders' names as Hive writes them."""
    data = rows.drop_columns([*keys, "$path"])
    for values in rows.select(keys).group_by(keys).aggregate([]).to_pylist():
        mask = [pc.equal(rows[key], value) for key, value in values.items()]
        chosen = mask[0]
        for more in mask[1:]:
            chosen = pc.and_(chosen, more)
        yield partition_folders(values), data.filter(chosen)


def partition_folders(values: Mapping[str, str]) -> list[str]:
    """Name the folders of a partition as Hive does.

    >>> partition_folders({"region": "eu-west-1", "day": "2026/03/09"})
    ['region=eu-west-1', 'day=2026%2F03%2F09']
    """
    return [f"{key}={value.replace('/', '%2F')}" for key, value in values.items()]


def _create_table(table: Definition, place: Path) -> str:
    return (
        f"create table {_columns(CATALOG, table)} with (\n    format = 'PARQUET',\n"
        f"    external_location = 'file://{place}',\n"
        f"    partitioned_by = {_array(table.partitions)}\n)"
    )


def _create_iceberg(table: Definition, keys: Iterable[str], place: Path) -> str:
    """Write what Athena's CREATE TABLE means; Iceberg has microseconds only."""
    columns = _columns(ICEBERG, table).replace("TIMESTAMP", "TIMESTAMP(6)")
    return (
        f"create table {columns} with (\n    format = 'PARQUET',\n"
        f"    location = 'file://{place}',\n"
        f"    partitioning = {_array(keys)}\n)"
    )


def _columns(catalog: str, table: Definition) -> str:
    """Write a table's name and columns."""
    columns = {**table.columns, **table.partitions}
    listed = ",\n".join(f"    {trino(n)} {_type(k)}" for n, k in columns.items())
    name = ".".join(map(trino, (catalog, table.database, table.name)))
    return f"{name} (\n{listed}\n)"


def _array(texts: Iterable[str]) -> str:
    return f"array[{', '.join(map(quoted, texts))}]"


def _type(hive: str) -> str:
    return exp.DataType.build(hive, dialect="hive").sql("trino")
