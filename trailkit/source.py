"""What a case stands on: records, and what is known of the files they came from."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import pandas as pd

from trailkit.record import Kind
from trailkit.scope import Scope


@dataclass(frozen=True, slots=True)
class Original:
    """A record as it stands in its log file: file, place among its records, text."""

    file: str
    position: int
    text: str

    @property
    def record(self) -> dict[str, Any]:
        """Give the record as Python objects."""
        return json.loads(self.text)

    def __str__(self) -> str:
        """Show the record with a line for each field, all in plain ASCII."""
        record = json.dumps(self.record, indent=2)
        return f"{self.file}, record {self.position}\n{record}"

    __repr__ = __str__


Files = Callable[[], list[str]]
"""Ask for the log files of an event."""


class Source(Protocol):
    """A store of local evidence, or a table on Athena or Trino."""

    needs_window: bool
    """Whether a question without a window is refused, because it costs money."""

    @property
    def title(self) -> str:
        """Name the evidence or the table, for people."""
        ...

    def folds(self) -> bool:
        """Say whether ``records`` already holds every event once."""
        ...

    def skips(self, kind: Kind) -> bool:
        """Say whether a condition on a record's columns saves reading."""
        ...

    def records(
        self, kind: Kind, scope: Scope, columns: list[str], deliveries: bool
    ) -> str:
        """Write the Athena SELECT of ``records``, with the scope's predicates.

        ``columns`` are those in use. With ``deliveries`` each delivery is a row.
        """
        ...

    def reuse(self, kinds: Collection[Kind], scope: Scope) -> timedelta | None:
        """Say how old an answer may be that is given again; None: none may."""
        ...

    def notes(self, scope: Scope) -> list[str]:
        """Say what the scope leaves out that one would not expect."""
        ...

    def counts(self) -> dict[str, int]:
        """Count files and records, with what was skipped, folded or broken."""
        ...

    def files(self) -> pd.DataFrame:
        """List the log files: path, size, SHA-256, status, reason."""
        ...

    def problems(self) -> pd.DataFrame:
        """List what could not be read: file, position, reason."""
        ...

    def originals(self, event_id: str, files: Files) -> list[Original]:
        """Read the records of an event again from their log files.

        ``files`` asks the engine for those files, where the source does not know them.
        """
        ...
