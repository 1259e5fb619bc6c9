"""How much of the raw logs a question reads from a Parquet copy of them.

The practice organization, and in its account with the stolen bucket what a busy account
writes beside. The raw side is counted as ``case.estimate`` counts it: the gzip files of
the partitions in scope. The copy is filled by ``copies.fill`` on a real Trino, and what
a question then reads of it is Trino's own count.

The Trino, and the values that stand for Athena's reading of the logs, are the tests'
own: a stand-in made for this alone would measure something else than what they prove.
Run: python -m benchmarks.copy
"""

import contextlib
import gzip
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, NoReturn

import pyarrow.parquet as pq

import trailkit as tk
from benchmarks import logs
from benchmarks.scan import Listing
from tests.conformance.trino_jars import NotStarted
from tests.conformance.trino_server import (
    CATALOG,
    LOOPBACK,
    TrinoServer,
    partition_folders,
)
from tests.support.raw_rows import Located, partition_values, raw_rows
from tools.practice_case import practice
from tools.practice_case.organization import ACCOUNTS, ANALYTICS, ORGANIZATION
from trailkit.aws.prices import prices_of
from trailkit.case import Case
from trailkit.questions.library import load
from trailkit.questions.question import Question
from trailkit.record import Kind
from trailkit.store import practice_case
from trailkit.tables import copies
from trailkit.tables.copy import Copy
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable
from trailkit.tables.table import Table
from trailkit.tables.table_source import TableSource

FOLDER = Path("build/benchmarks")
EVENTS = 800_000
FIRST, LAST = date(2026, 3, 8), date(2026, 3, 14)
BUSY, BUSY_DAYS = datetime(2026, 3, 12, tzinfo=UTC), 2
FILES = BUSY_DAYS * len(logs.REGIONS) * 24 * 6
"""A log file for each ten minutes and region."""

TOGETHER = 10
MEMORY = 4_000
"""Megabytes for a busy day, which is sorted and freed of repeats in one step."""

SCALE = 8
"""The account is a model of one that writes three million events a day.

Trino reads files by eight megabytes, and gaps of one; it writes pages of one, and row
groups of 128. Here most columns of a day are smaller, and all would be read whatever is
asked. So these sizes are scaled as the account is. How Athena reads, and bills, is not
known.
"""

WANTED = 8
"""At the median a question shall read at most this part of the gzip files."""

BUCKET = "central-logs"
TABLE = RawTable(
    "benchmark",
    "cloudtrail",
    Layout(BUCKET, organization=ORGANIZATION),
    date(2026, 3, 1),
    accounts=tuple(account.id for account in ACCOUNTS),
).definition()
COPY = Copy("benchmark", "copy", "analysis", "cloudtrail")


class Row(NamedTuple):
    """A question, and the bytes it reads: of the log files, and of the copy."""

    question: str
    raw: int
    copy: int

    @property
    def share(self) -> float:
        """What it reads of the copy, as a part of what it reads of the log files."""
        return self.copy / self.raw


class Counting:
    """An engine that lists log files, so that an estimate can weigh them."""

    name = "listing"
    region = "us-east-1"
    prices = prices_of(region)
    reservation = None

    def __init__(self, folder: Path) -> None:
        """Take the folder that stands for the bucket."""
        files = folder.rglob("*.json.gz")
        sizes = {path.relative_to(folder).as_posix(): path.stat() for path in files}
        listing = Listing({key: stat.st_size for key, stat in sizes.items()})
        self.objects = listing.page

    def headers(self, **asked: Any) -> Mapping[str, Any]:
        """Return nothing: no file here is encrypted."""
        return {}

    def head(self, url: str) -> bytes:
        """Return nothing: no log file is looked into."""
        return b""

    def run(self, sql: str) -> NoReturn:
        """Refuse: nothing is asked here."""
        raise NotImplementedError(sql)


def write(folder: Path, events: int) -> None:
    """Write the log files: the practice case, and a busy day of one account."""
    practice_case.unpack(folder)
    trail = logs.Trail(BUSY, BUSY_DAYS, (ANALYTICS.id,))
    logs.write(folder, events, FILES, trail=trail)


def raw_case(folder: Path) -> Case:
    """Return the case over the raw table, which can be weighed and not asked."""
    source = TableSource({Kind.EVENT: "benchmark.cloudtrail"}, lambda _: TABLE)
    return Case(source, Counting(folder), load())


def publish(server: TrinoServer, folder: Path) -> None:
    """Make the raw table on Trino, with a file for each of its partitions."""
    for number, (values, located) in enumerate(_parts(folder)):
        place = server.place(TABLE).joinpath(*partition_folders(values))
        place.mkdir(parents=True, exist_ok=True)
        rows = raw_rows(located, TABLE).drop_columns([*TABLE.partitions, "$path"])
        pq.write_table(rows, place / f"{number}.parquet")
    server.adopt(TABLE)


def _parts(folder: Path) -> Iterator[tuple[Mapping[str, str], list[Located]]]:
    """Read the log files of each partition, some of them at a time."""
    below = f"AWSLogs/{ORGANIZATION}/*/CloudTrail/*/*/*/*"
    for place in sorted(folder.glob(below)):
        key = f"s3://{BUCKET}/{place.relative_to(folder).as_posix()}"
        files = sorted(place.iterdir())
        for first in range(0, len(files), TOGETHER):
            located = [
                (f"{key}/{file.name}", record)
                for file in files[first : first + TOGETHER]
                for record in json.loads(gzip.decompress(file.read_bytes()))["Records"]
            ]
            yield partition_values(located[0][0], TABLE), located


def fill(server: TrinoServer) -> None:
    """Make the copy, a day at a time."""
    definition = COPY.definition()
    place = server.folder / COPY.database / COPY.name
    server.create_empty(definition, place)
    accounts = [account.id for account in ACCOUNTS]
    for step in copies.steps(FIRST, LAST, accounts, days=1):
        server.rows(copies.fill(COPY, Table.of(TABLE), step))


def measured(raw: Case, copy: Case) -> Iterator[Row]:
    """Weigh every question on the raw table, and ask it of the copy."""
    for question in raw.questions:
        values = _values(question)
        with contextlib.redirect_stderr(io.StringIO()):  # progress, and notes
            weighed = raw.estimate(question.name, **values)
            frame = copy.ask(question.name, **values)
        read = tk.provenance(frame).facts["bytes"]
        yield Row(question.name, weighed.bytes, read)


def _values(question: Question) -> dict[str, str]:
    """Return each parameter that a question needs a value that has an answer."""
    key = practice.answers()
    known = {
        "access_key": key.leaked_key,
        "address": key.address,
        "bucket": key.bucket,
        "event_id": key.deletion.event_id,
        "resource": key.bucket,
    }
    needed = [each.name for each in question.parameters if not each.optional]
    return {name: known[name] for name in needed}


def week(case: Case) -> Case:
    """Narrow to the days of the copy, in all accounts."""
    return case.window(FIRST, LAST + timedelta(days=1))


def day(case: Case) -> Case:
    """Narrow to the day of the theft, in the account with the bucket."""
    return case.window(BUSY, BUSY + timedelta(days=1)).accounts(ANALYTICS.id)


def cell(case: Case) -> Case:
    """Narrow that day and account to one of its two regions."""
    return day(case).regions(logs.REGIONS[0])


def main(smaller: int = 1) -> None:
    """Print the tables of all questions; fail where a day's median is too high.

    ``smaller`` divides the events, to see that the benchmark itself works: then
    nothing is held to anything.
    """
    folder = FOLDER / f"copy-{EVENTS // smaller}"
    if not folder.exists():
        write(folder, EVENTS // smaller)
    with tempfile.TemporaryDirectory() as made:
        try:
            server = TrinoServer(Path(made), MEMORY, SCALE)
        except NotStarted as error:
            raise SystemExit(str(error)) from error
        try:
            share = _measured(server, folder)
        finally:
            server.stop()
    if smaller == 1 and share * WANTED > 1:
        raise SystemExit("The median question reads more of the copy than wanted.")


def _measured(server: TrinoServer, folder: Path) -> float:
    """Make both tables, and print what is read of them; give a day's larger median."""
    publish(server, folder)
    fill(server)
    raw, copy = raw_case(folder), copy_case(server)
    _printed(week(raw), week(copy))
    middle = max(_printed(of(raw), of(copy)) for of in (day, cell))
    print(f"  at most 1/{WANTED} of a day, and of one region")
    return middle


def _printed(raw: Case, copy: Case) -> float:
    """Print what each question reads, and the median of the shares; give that."""
    print(f"{raw.scope}\n  {'':28} {'log files':>12} {'copy':>12}   share")
    rows = [*measured(raw, copy)]
    for row in rows:
        print(f"  {row.question:28} {row.raw:12,} {row.copy:12,} {row.share:7.3f}")
    middle = median(row.share for row in rows)
    print(f"  median 1/{1 / middle:.1f}")
    return middle


def copy_case(server: TrinoServer) -> Case:
    """Return the case over the copy."""
    name = f"{CATALOG}.{COPY.database}.{COPY.name}"
    return tk.trino(name, host=LOOPBACK, port=server.port)


if __name__ == "__main__":
    main()
