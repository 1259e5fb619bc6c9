"""How a large answer is taken in: CSV whole, CSV in chunks, the Parquet of an UNLOAD.

A list of a million events lies in files as Athena writes them; only the way from the
files to the frame is measured, each time in a process of its own. What Athena takes to
write them, and the network, are not in it. Run: python -m benchmarks.answers
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from multiprocessing import Process
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from benchmarks import measure
from trailkit.engines import Answer
from trailkit.engines.athena import results, unload
from trailkit.engines.athena.figures import Figures
from trailkit.engines.athena.result_files import BLOCK_BYTES
from trailkit.engines.athena.results import ResultColumn
from trailkit.engines.parts import of_rows
from trailkit.execution.frames import to_frame

FOLDER = Path("build/benchmarks/answers")
ROWS, PARTS, CHUNK = 1_000_000, 20, 100_000
ORDER = [("time", "ascending"), ("event_id", "ascending")]

_LIST = """
select
    timestamp '2026-03-01 00:00:00' + to_seconds(range // 4) as time,
    case hash(range) % 3 when 0 then 'GetObject' when 1 then 'Decrypt' else 'PutObject'
        end as action,
    'role/shop-web/i-' || lpad((hash(range) % 5000)::varchar, 17, '0') as actor,
    '10.0.' || hash(range) % 256 || '.' || range % 256 as source_ip,
    '11112222' || 3000 + range % 400 as account,
    'us-east-1' as region,
    case when range % 50 = 0 then 'denied' else 'success' end as outcome,
    md5(range::varchar)::uuid::varchar as event_id,
    'ASIA' || upper(left(md5((range // 100)::varchar), 16)) as access_key,
    case when range % 10 > 0 then 'aws-sdk-java/2.21 Linux/6.1 "lang" ' || range % 99
        end as user_agent,
    case when range % 50 = 0 then 'User is not authorized to perform: s3:GetObject'
        end as error_message
from range({rows})
order by time, event_id
"""


def write(folder: Path, rows: int) -> None:
    """Write the answer as Athena leaves it, by CSV and by UNLOAD."""
    table = duckdb.sql(_LIST.format(rows=rows)).to_arrow_table()
    folder.mkdir(parents=True)
    csv.write_csv(
        table, folder / "list.csv", csv.WriteOptions(quoting_style="all_valid")
    )
    for part in range(PARTS):
        places = pa.array(range(part, rows, PARTS))
        pq.write_table(table.take(places), folder / f"{part}.parquet")


def _columns() -> list[ResultColumn]:
    names = duckdb.sql(_LIST.format(rows=1)).columns
    return [
        ResultColumn(each, "timestamp" if each == "time" else "varchar")
        for each in names
    ]


def _types(columns: list[ResultColumn]) -> dict[str, str]:
    return {each.name: each.type for each in columns}


def by_csv(folder: Path) -> int:
    """Read the CSV whole."""
    columns = _columns()
    table = results.from_csv((folder / "list.csv").read_bytes(), columns)
    return len(to_frame(Answer(table, _types(columns))))


def in_chunks(folder: Path) -> int:
    """Read the CSV block by block, a frame of 100,000 rows at a time."""
    columns = _columns()
    tables = results.from_blocks(
        _blocks(folder / "list.csv"), columns, Figures(None, "1", None)
    )
    parts = (Answer(part, _types(columns)) for part in of_rows(tables, CHUNK))
    return sum(len(to_frame(part)) for part in parts)


def by_unload(folder: Path) -> int:
    """Read the Parquet files, and put the rows back in order."""
    paths = sorted(folder.glob("*.parquet"))
    found = results.from_parquet(path.read_bytes() for path in paths)
    assert found is not None
    table, columns = found
    return len(to_frame(Answer(unload.sort(table, ORDER), _types(columns))))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


WAYS: dict[str, Callable[[Path], int]] = {
    each.__name__: each for each in (by_csv, in_chunks, by_unload)
}


def main() -> None:
    """Print seconds, peak of memory and bytes of each way."""
    parser = argparse.ArgumentParser("benchmarks.answers", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    folder = FOLDER / f"{rows}"
    if not folder.exists():
        # A process that has been large counts as large in those that it starts.
        once = Process(target=write, args=(folder, rows))
        once.start()
        once.join()
    measured = measure.alternating(
        *(["-m", "benchmarks.answers", way, str(folder)] for way in WAYS)
    )
    print(f"a list of {rows:,} events, {len(_columns())} columns")
    for way, seconds in zip(WAYS, measured, strict=True):
        kind = "parquet" if way == "by_unload" else "csv"
        size = sum(path.stat().st_size for path in folder.glob(f"*.{kind}"))
        print(f"  {way:<10} {size / 1e6:6,.0f} MB  {seconds}")


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in WAYS:
        WAYS[sys.argv[1]](Path(sys.argv[2]))
    else:
        main()
