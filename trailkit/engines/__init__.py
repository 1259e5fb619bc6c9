"""The seam between trailkit and what runs SQL.

An engine gets finished Athena SQL and returns Arrow. It knows nothing of questions,
cases, scopes or frames.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import timedelta
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
    numbers, booleans, and lists and dicts of these (query id, bytes, dollars, …).
    ``notes`` are sentences that the reader of the answer must not miss.
    """

    table: pa.Table
    types: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    notes: tuple[str, ...] = ()


def _nobody_knows() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """What an engine is told of a query besides its text.

    ``reuse`` says how old an answer may be that is given again; None: it is worked out
    anew. ``lists`` says that the answer is a list, with a row for each of what it is
    about, and so may be long. ``estimate`` says about how many bytes of log files are
    read, 0 where no one knows: it may take a few requests, so an engine asks it only
    where that decides something.
    """

    reuse: timedelta | None = None
    lists: bool = False
    estimate: Callable[[], int] = _nobody_knows
    again: bool = True


ANEW = QueryOptions()
"""A query like any other: worked out anew, of unknown weight."""


class Engine(Protocol):
    """Run one SELECT and return its answer."""

    name: str

    def run(self, sql: str, options: QueryOptions = ANEW) -> Answer:
        """Run Athena SQL; raise an EngineError that says what to do."""
        ...

    def chunks(
        self, sql: str, rows: int, options: QueryOptions = ANEW
    ) -> Generator[Answer]:
        """Run Athena SQL, and give its answer in parts of so many rows.

        The last part has what is left; an answer without rows is one part. Closing the
        generator before its end stops the query.
        """
        ...
