"""Run a Python program as a process of its own, and measure it from outside."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

RUNS = 3
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Measured:
    """Wall-clock seconds of several runs, and the largest peak of memory in bytes."""

    seconds: list[float]
    peak: int

    @property
    def median(self) -> float:
        """Return the median of the seconds."""
        return statistics.median(self.seconds)

    def __str__(self) -> str:
        """Show the median, the range and the peak."""
        spread = f"{min(self.seconds):.2f} to {max(self.seconds):.2f}"
        return f"{self.median:6.2f} s ({spread}), peak {self.peak / 1e9:.2f} GB"


def alternating(*programs: list[str], runs: int = RUNS) -> list[Measured]:
    """Run programs in turn, so that a slower moment of the machine meets them all."""
    rounds = [[_once(arguments) for arguments in programs] for _ in range(runs)]
    return [
        Measured([seconds for seconds, _ in runs_of], max(peak for _, peak in runs_of))
        for runs_of in zip(*rounds, strict=True)
    ]


def _once(arguments: list[str]) -> tuple[float, int]:
    """Return the seconds, and the peak of the memory that it and its processes held."""
    started, peak = time.monotonic(), 0
    process = subprocess.Popen([sys.executable, *arguments])
    ended = 0
    while not ended:
        peak = max(peak, _held(process.pid))
        time.sleep(_LOOK_SECONDS)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return seconds, max(peak, usage.ru_maxrss * 1024)


def _held(pid: int) -> int:
    """Add up the memory of a process and of those it started, where /proc tells."""
    there = Path(f"/proc/{pid}")
    try:
        pages = int((there / "statm").read_text().split()[1])
        lists = [each.read_text() for each in there.glob("task/*/children")]
    except (OSError, IndexError):
        return 0
    held = pages * os.sysconf("SC_PAGE_SIZE")
    return held + sum(_held(int(child)) for child in " ".join(lists).split())
