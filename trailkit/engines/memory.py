"""How much memory is left for a piece of work, so that it ends before the machine does.

Linux says it in ``/proc``; where there is none, nothing is watched.
"""

import re
from pathlib import Path

_SHARE = 0.8
"""Of what is free at the beginning, so much may be used."""

_MEMINFO = Path("/proc/meminfo")
_STATUS = Path("/proc/self/status")


class Room:
    """The memory that was free when a piece of work began."""

    def __init__(self, most: int | None = None) -> None:
        """Look at the machine; ``most`` bytes at most, where that is less."""
        free, self._before = _read(_MEMINFO, "MemAvailable"), used()
        room = None if free is None else int(free * _SHARE)
        given = [each for each in (room, most) if each is not None]
        self.bytes = min(given, default=None)

    def is_used_up(self) -> bool:
        """Return whether this process has grown by more than that."""
        if self.bytes is None or self._before is None:
            return False
        return (used() or 0) - self._before > self.bytes


def used() -> int | None:
    """Return the bytes of memory that this process holds; None where no one knows."""
    return _read(_STATUS, "VmRSS")


def _read(file: Path, name: str) -> int | None:
    """Read a figure in kilobytes."""
    try:
        text = file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else None
