"""The benchmark compares like with like."""

from pathlib import Path

import duckdb
import pytest

from benchmarks import logs
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
