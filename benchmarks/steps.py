"""The programs that are measured; each call is a process of its own."""

import shutil
import sys
from pathlib import Path


def read_by_trailkit(logs: str, store: str) -> None:
    """Read log files into a new store: checked, folded, sorted, with their places."""
    from trailkit.store.store import open_store

    shutil.rmtree(store, ignore_errors=True)
    open_store(logs, folder=Path(store), progress=False)


def read_by_duckdb(logs: str, target: str) -> None:
    """Read the same files with DuckDB's read_json, as read_json.sql says."""
    import duckdb

    statement = Path(__file__).with_name("read_json.sql").read_text(encoding="utf-8")
    target_file = Path(target)
    target_file.unlink(missing_ok=True)
    duckdb.execute(statement, {"logs": f"{logs}/**/*.json.gz", "parquet": target})


def open_again(logs: str, store: str) -> None:
    """Open a store that is up to date."""
    from trailkit.store.store import open_store

    open_store(logs, folder=Path(store), progress=False)


def ask_all_of_the_first(logs: str, store: str) -> None:
    """Ask the questions that trailkit began with, and print the time of each."""
    from benchmarks.questions import seconds_of_each

    for asked in seconds_of_each(Path(logs), Path(store), baseline=False):
        print(f"  {asked.name:<28} {asked.seconds:6.2f} s {asked.rows:>10,} rows")


def ask_the_library(logs: str, store: str) -> None:
    """Ask each question of the library, and print the time of each."""
    from benchmarks.questions import seconds_of_the_library

    for asked in seconds_of_the_library(Path(logs), Path(store)):
        print(f"  {asked.name:<34} {asked.seconds:6.2f} s {asked.rows:>10,} rows")


def triage(logs: str, store: str) -> None:
    """Look for what must be seen first."""
    from benchmarks.questions import seconds_of_triage

    seconds, findings = seconds_of_triage(Path(logs), Path(store))
    print(f"  case.triage() {seconds:.2f} s, {findings:,} findings")


def trace(logs: str, store: str) -> None:
    """Follow a busy key."""
    from benchmarks.questions import seconds_of_trace

    seconds, edges = seconds_of_trace(Path(logs), Path(store))
    print(f"  case.trace() {seconds:.2f} s, {edges:,} edges")


def import_trailkit() -> None:
    """Import the public face."""
    import trailkit  # noqa: F401


def import_pandas() -> None:
    """Import what every notebook imports anyway."""
    import pandas  # noqa: F401


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
