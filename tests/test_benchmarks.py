"""The benchmark compares like with like."""

from pathlib import Path

import duckdb
import pytest

from benchmarks import copy, digests, logs
from benchmarks.steps import read_by_duckdb, read_by_trailkit
from trailkit.record import relation_columns

# DuckDB writes JSON anew: an escaped character in a response comes back plain.
LEFT_OUT = ("resources", "response_elements")
COLUMNS = ", ".join(name for name in relation_columns() if name not in LEFT_OUT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("benchmark")
    logs.write(made / "logs", 1_000, 10)
    return made


def test_the_generator_makes_the_same_files_again(folder, tmp_path):
    logs.write(tmp_path / "logs", 1_000, 10)
    first = sorted(path.read_bytes() for path in folder.rglob("*.json.gz"))
    again = sorted(path.read_bytes() for path in tmp_path.rglob("*.json.gz"))
    assert first == again


def test_both_ways_to_read_give_the_same_rows_and_types(folder):
    read_by_trailkit(str(folder / "logs"), str(folder / "store"))
    target = folder / "read_json.parquet"
    read_by_duckdb(str(folder / "logs"), str(target))
    ours = f"select distinct {COLUMNS} from '{folder}/store/**/records*.parquet'"
    theirs = f"select distinct {COLUMNS} from '{target}'"
    described = [duckdb.sql(f"describe {each}").fetchall() for each in (ours, theirs)]
    assert [row[:2] for row in described[0]] == [row[:2] for row in described[1]]
    [(missing,)] = duckdb.sql(
        f"select count(*) from ({theirs} except {ours})"
    ).fetchall()
    [(rows,)] = duckdb.sql(f"select count(*) from ({theirs})").fetchall()
    assert rows > 900
    assert missing == 0


@pytest.fixture(scope="module")
def busy(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("busy")
    copy.write(made, 5_000)
    return made


def test_the_raw_side_of_a_copy_is_the_gzip_files_of_the_partitions(busy):
    case = copy.day(copy.raw_case(busy))
    days = ("2026/03/12", "2026/03/13")  # the day, and the one after it for late files
    files = [
        path
        for day in days
        for path in busy.glob(f"AWSLogs/*/{copy.ANALYTICS.id}/CloudTrail/*/{day}/*")
    ]
    assert len(files) > copy.FILES
    weighed = case.estimate("s3/bucket-deletions")
    assert weighed.bytes == sum(path.stat().st_size for path in files)


def test_both_sides_of_a_copy_have_the_same_records(busy):
    located = [each for _, some in copy._parts(busy) for each in some]
    ids = {record["eventID"] for _, record in located if "eventID" in record}
    read_by_trailkit(str(busy), str(busy.parent / "busy-store"))
    stored = duckdb.sql(
        f"select event_id from '{busy.parent}/busy-store/**/records*.parquet' "
        "where kind = 'event'"
    )
    assert ids == {row[0] for row in stored.fetchall() if row[0]}
    assert len(ids) > 30_000


def test_a_copy_that_is_read_too_much_fails_the_benchmark(monkeypatch, tmp_path):
    class Quiet:
        def __init__(self, *_) -> None: ...

        def stop(self) -> None: ...

    monkeypatch.setattr(copy, "FOLDER", tmp_path)
    monkeypatch.setattr(copy, "write", lambda *_: None)
    monkeypatch.setattr(copy, "TrinoServer", Quiet)
    monkeypatch.setattr(copy, "_measured", lambda *_: 0.2)
    with pytest.raises(SystemExit, match="more of the copy than wanted"):
        copy.main()
    monkeypatch.setattr(copy, "_measured", lambda *_: 0.12)
    copy.main()
    monkeypatch.setattr(copy, "_measured", lambda *_: 0.2)
    copy.main(100)


def test_the_digests_of_the_benchmark_are_valid_and_both_hash_all(tmp_path):
    digests.write(tmp_path, 200)
    digests.validate_digests(str(tmp_path))
    paths = [path for path in digests._paths(str(tmp_path)) if "-Digest" not in path]
    assert digests._hash(paths) == 200
