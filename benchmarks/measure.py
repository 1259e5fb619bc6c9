"""Run a Python program as a process of its own, and measure it from outside."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

RUNS = 3


@dataclass(frozen=True)
class Measured:
    """Wall-clock seconds of several runs, and the largest peak of memory in bytes."""

    seconds: list[float]
    peak: int

    @property
    def median(self) -> float:
        """Give the median of the seconds."""
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
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, *arguments])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return time.monotonic() - started, usage.ru_maxrss * 1024
