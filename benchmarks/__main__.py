"""Measure reading, opening, asking, importing, and what a table reads: ``make bench``.

The files are generated once, in ``build/benchmarks``. With ``--quick`` they are a
hundredth of the size, to see that the benchmark itself works.
"""

import argparse
import os
from pathlib import Path

from benchmarks import copy, logs, measure, questions, scan

FOLDER = Path("build/benchmarks")
EVENTS, FILES = 400_000, 4_000
STEPS = ["-m", "benchmarks.steps"]


def main() -> None:
    """Print every figure beside its baseline and the bound it is held to."""
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    smaller = 100 if parser.parse_args().quick else 1
    folder = FOLDER / f"{EVENTS // smaller}"
    evidence = folder / "logs"
    if not evidence.exists():
        print(f"Generating {EVENTS // smaller:,} events: a minute or two, once.")
        logs.write(evidence, EVENTS // smaller, FILES // smaller)
    packed = sum(path.stat().st_size for path in evidence.rglob("*.gz"))
    print(f"{FILES // smaller:,} files, {packed / 1e6:,.0f} MB packed, ", end="")
    print(f"{os.cpu_count()} cores; medians of {measure.RUNS}\n")
    _read(evidence, folder)
    _imports()
    _questions(evidence, folder)
    _tables(smaller)


def _tables(smaller: int) -> None:
    """Count what a question reads of a large trail, and of a Parquet copy."""
    print("\nscan, a question on one account, region and day")
    scan.main()
    print("\ncopy, in bytes that a question reads")
    copy.main(smaller)


def _read(evidence: Path, folder: Path) -> None:
    store, target = str(folder / "store"), str(folder / "read_json.parquet")
    ours, theirs = measure.alternating(
        [*STEPS, "read_by_trailkit", str(evidence), store],
        [*STEPS, "read_by_duckdb", str(evidence), target],
    )
    print(f"reading, trailkit          {ours}")
    print(f"reading, DuckDB read_json  {theirs}")
    print(f"  ratio {ours.median / theirs.median:.2f}, at most 0.50; 1.0 GB at most")
    [again] = measure.alternating([*STEPS, "open_again", str(evidence), store])
    print(f"opening again              {again}\n  at most 1 s\n")


def _questions(evidence: Path, folder: Path) -> None:
    print("questions, the quicker of two, each at most 1 s")
    for name, seconds, rows in questions.seconds_of_each(evidence, folder / "store"):
        print(f"  {name:<28} {seconds:5.2f} s {rows:>10,} rows")


def _imports() -> None:
    ours, pandas = measure.alternating(
        [*STEPS, "import_trailkit"], [*STEPS, "import_pandas"], runs=9
    )
    print(f"import trailkit            {ours}\nimport pandas              {pandas}")
    print(f"  ratio {ours.median / pandas.median:.2f}, at most 1.30\n")


if __name__ == "__main__":
    main()
