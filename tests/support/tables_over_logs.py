"""A folder of log files as tables on the tests' Athena: one for each kind of record."""

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import Located, raw_rows
from trailkit.record import Kind
from trailkit.tables.layout import Layout, LogKey, parse
from trailkit.tables.raw import RawTable

BUCKET = "central-logs"
START = date(2016, 1, 1)

NAMES = {
    Kind.EVENT: "cloudtrail",
    Kind.INSIGHT: "insights",
    Kind.NETWORK: "network",
    Kind.AGGREGATED: "aggregated",
}


def publish(
    server: AthenaServer, logs: Path, accounts: tuple[str, ...], database: str
) -> None:
    """Make the tables of a folder that lies as an organization trail's bucket does.

    In the database ``…_twice`` every file is there twice, and the rows are shuffled.
    """
    located = list(located_in(logs))
    total = sum(path.stat().st_size for path in logs.rglob("*.json.gz"))
    [organization] = {_key(path).organization for path, _ in located}
    layout = Layout(BUCKET, organization=organization)
    for kind, name in NAMES.items():
        table = RawTable(database, name, layout, START, kind=kind, accounts=accounts)
        definition = table.definition()
        own = [row for row in located if _key(row[0]).kind is kind]
        rows = raw_rows(own, definition)
        server.create(definition, rows, total)
        doubled = replace(definition, database=f"{database}_twice")
        server.create(doubled, _twice(rows), 2 * total)


def located_in(logs: Path) -> Iterator[Located]:
    """Return every record of a folder, at the address that its file would have."""
    for path in sorted(logs.rglob("*.json.gz")):
        url = f"s3://{BUCKET}/{path.relative_to(logs).as_posix()}"
        for record in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
            yield url, record


def _key(url: str) -> LogKey:
    key = parse(url.removeprefix(f"s3://{BUCKET}/"))
    assert key is not None, url
    return key


def _twice(rows: pa.Table) -> pa.Table:
    place = rows.schema.get_field_index("$path")
    paths = pc.replace_substring(rows["$path"], ".json.gz", "2.json.gz")
    both = pa.concat_tables([rows, rows.set_column(place, "$path", paths)])
    order = random.Random(0).sample(range(len(both)), len(both))
    return both.take(pa.array(order, pa.int64()))
