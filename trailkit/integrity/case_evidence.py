"""The local files that a case stands on, as ``case.evidence``."""

from dataclasses import dataclass

import pandas as pd

from trailkit.source import Source


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log files as they were received, and what became of each."""

    source: Source

    def files(self) -> pd.DataFrame:
        """List the log files with size, SHA-256, and why one was not read."""
        return self.source.files()

    def problems(self) -> pd.DataFrame:
        """List what could not be read, with file, position and reason."""
        return self.source.problems()
