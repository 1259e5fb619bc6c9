"""What many tiny files cost beside few large ones, and a day beside the month before.

Run: python -m benchmarks.growing
"""

import argparse
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from benchmarks import logs, measure

FOLDER = Path("build/benchmarks/growing")
STEPS = ["-m", "benchmarks.steps"]
EVENTS, TINY, LARGE, MONTH_FILES = 240_000, 30_000, 24, 2_400
"""Eight events are about 10 KB, unpacked."""


def main(smaller: int = 1) -> None:
    """Print the seconds of each, their ratio and its bound."""
    folder = FOLDER / f"{EVENTS // smaller}"
    _sizes(folder, smaller)
    _day(folder, smaller)


def _sizes(folder: Path, smaller: int) -> None:
    tiny = _written(folder / "tiny", smaller, TINY // smaller)
    large = _written(folder / "large", smaller, max(LARGE // smaller, 1))
    many, few = measure.alternating(_read(tiny), _read(large))
    print(f"{TINY // smaller:>7,} tiny files       {many}")
    print(f"{max(LARGE // smaller, 1):>7,} large files      {few}")
    print(f"  ratio {many.median / few.median:.2f} for as many events, at most 1.20")


def _day(folder: Path, smaller: int) -> None:
    month = _written(folder / "month", smaller, MONTH_FILES // smaller)
    files = sorted(month.rglob("*.gz"), key=lambda path: path.name.split("_")[3])
    last = files[-max(len(files) // logs.MONTH.days, 1) :]
    grown, day = folder / "grown", folder / "day"
    for there in (grown, day):
        shutil.rmtree(there, ignore_errors=True)
    _link(day, month, last)
    _link(grown, month, files[: -len(last)])
    [_] = measure.alternating(_read(grown), runs=1)
    _link(grown, month, last)
    [added] = measure.alternating(_read(grown, "open_again"), runs=1)
    [alone] = measure.alternating(_read(day), runs=1)
    print(f"a day added to a month    {added}")
    print(f"the day alone             {alone}")


def _written(folder: Path, smaller: int, files: int) -> Path:
    if not folder.exists():
        logs.write(folder, EVENTS // smaller, files)
    return folder


def _read(evidence: Path, step: str = "read_by_trailkit") -> list[str]:
    return [
        *STEPS,
        step,
        str(evidence),
        str(evidence.with_name(f"{evidence.name}-store")),
    ]


def _link(there: Path, month: Path, files: Iterable[Path]) -> None:
    for path in files:
        target = there / path.relative_to(month)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser("benchmarks.growing", description=__doc__)
    parser.add_argument("--smaller", type=int, default=1)
    main(parser.parse_args().smaller)
