"""Measure reading, opening, asking, importing, and what a table reads: ``make bench``.

The files are generated once, in ``build/benchmarks``. With ``--quick`` they are a
hundredth of the size, to see that the benchmark itself works.
"""

import argparse
import os
from pathlib import Path

from benchmarks import copy, digests, growing, logs, measure, questions, scan

FOLDER = Path("build/benchmarks")
EVENTS, FILES = 400_000, 4_000
STEPS = ["-m", "benchmarks.steps"]
SHELL = ["-m", "trailkit", "ask"]
MILLION, FILES_A_MILLION = 1_000_000, 10_000
LARGE_STEPS = {
    "read_by_trailkit": "102 s, 1.1 GB",
    "open_again": "at most 1 s",
    "ask_all_of_the_first": "96 s, 2.3 GB; at most 15 s, 1.5 GB",
    "ask_the_library": "at most 60 s, 4 GB",
    "triage": "at most 15 s",
    "trace": "at most 5 s",
}
"""What is measured once over millions of events.

Beside each its figures before the store kept the lens, and the bound for two million.
"""


def main() -> None:
    """Print every figure beside its baseline and the bound it is held to."""
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument(
        "--large", type=int, metavar="MILLIONS", help="of events: 2, 20"
    )
    given = parser.parse_args()
    if given.large:
        _large(given.large)
        return
    smaller = 100 if given.quick else 1
    folder = FOLDER / f"{EVENTS // smaller}"
    evidence = folder / "logs"
    _generate(evidence, EVENTS // smaller, FILES // smaller)
    packed = sum(path.stat().st_size for path in evidence.rglob("*.gz"))
    print(f"{FILES // smaller:,} files, {packed / 1e6:,.0f} MB packed, ", end="")
    print(f"{os.cpu_count()} cores; medians of {measure.RUNS}\n")
    _read(evidence, folder)
    _imports()
    _questions(evidence, folder)
    print("\ngrowing")
    growing.main(smaller)
    print("\ndigests")
    digests.main(smaller)
    _tables(smaller)


def _large(millions: int) -> None:
    """Read and ask millions of events once: time, memory, size on the disk."""
    folder = FOLDER / f"{millions}-million"
    evidence, store = folder / "logs", folder / "store"
    _generate(evidence, millions * MILLION, millions * FILES_A_MILLION)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    steps = [[*STEPS, step, str(evidence), str(store)] for step in LARGE_STEPS]
    for step, measured in zip(
        LARGE_STEPS, measure.alternating(*steps, runs=1), strict=True
    ):
        print(f"{step:<22} {measured}   ({LARGE_STEPS[step]})")
    size = sum(path.stat().st_size for path in store.glob("*.parquet"))
    print(f"store {size / 1e6:,.0f} MB")


def _generate(evidence: Path, events: int, files: int) -> None:
    if not evidence.exists():
        print(f"Generating {events:,} events: a minute or more, once.")
        logs.write(evidence, events, files)


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
    print("questions, the quicker of two, beside one that works the lens out")
    total = 0.0
    for asked in questions.seconds_of_each(evidence, folder / "store"):
        total += asked.seconds
        ratio = asked.seconds / (asked.worked_out or asked.seconds)
        print(f"  {asked.name:<28} {asked.seconds:6.2f} s  ratio {ratio:4.2f}", end="")
        print(f" {asked.rows:>10,} rows")
    print(f"  together {total:.1f} s")
    least, few, many = questions.small_and_long(evidence, folder / "store")
    print(f"  over {questions.FEW} events {least:.2f} s, at most 0.15")
    print(f"  20 values {few:.2f} s, {questions.LONG:,} values {many:.2f} s", end="")
    print(", at most 3 s more")
    shell = [
        *SHELL,
        "overview/volume",
        "--evidence",
        str(evidence),
        "--csv",
        os.devnull,
    ]
    [asked] = measure.alternating(shell)
    print(f"from the shell             {asked}\n  at most 1.5 s")


def _imports() -> None:
    ours, pandas = measure.alternating(
        [*STEPS, "import_trailkit"], [*STEPS, "import_pandas"], runs=9
    )
    print(f"import trailkit            {ours}\nimport pandas              {pandas}")
    print(f"  ratio {ours.median / pandas.median:.2f}, at most 1.30\n")


if __name__ == "__main__":
    main()
