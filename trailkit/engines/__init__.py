"""The seam between trailkit and what runs SQL.

An engine gets finished Athena SQL and returns Arrow. It knows nothing of questions,
cases or frames.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

ARROW_TYPES: dict[str, pa.DataType] = {
    "bigint": pa.int64(),
    "integer": pa.int64(),
    "smallint": pa.int64(),
    "tinyint": pa.int64(),
    "double": pa.float64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}
"""The Arrow type of each of Athena's types that an engine does not leave as text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine returns: rows, Athena's type of each column, and facts.

    ``types`` holds Athena's names: varchar, bigint, integer, double, boolean,
    timestamp. ``facts`` go into the provenance as they are; they hold texts,
    numbers, booleans and lists of these (query id, bytes, dollars, seconds, …).
    """

    table: pa.Table
    types: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict[str, Any])


class Engine(Protocol):
    """Run one SELECT and return its answer."""

    name: str

    def run(self, sql: str) -> Answer:
        """Run Athena SQL; raise an EngineError that says what to do."""
        ...
