"""One query on its way through Athena: waited for, stopped, paid."""

import time
from collections.abc import Callable
from typing import Any

from pyathena.connection import Connection
from pyathena.error import OperationalError
from pyathena.model import AthenaQueryExecution

from trailkit.cost.price import dollars, say_bytes, say_dollars
from trailkit.engines.athena.cursor import PatientCursor
from trailkit.engines.athena.endings import explain_ending
from trailkit.errors import QueryFailed

QUERY_TEXT_LIMIT = 262_144
"""Bytes of UTF-8 that Athena takes as one query (Athena User Guide, Service Quotas)."""


class Query:
    """A statement, its progress and its price."""

    def __init__(
        self,
        connection: Connection[PatientCursor],
        price: float,
        cutoff: int | None,
        say: Callable[[str], None],
    ) -> None:
        """Take dollars per terabyte, the workgroup's limit, a place to speak."""
        self._connection, self._price, self._cutoff = connection, price, cutoff
        self._say = say
        self._started = time.monotonic()
        self._seen: AthenaQueryExecution | None = None

    def run(self, statement: str, rows: int = 1) -> PatientCursor:
        """Run it to its end; ``rows`` are fetched at a time.

        Ctrl-C stops it in Athena. Raises AccessRefused, TableError, QueryFailed or
        QueryCancelled for a query that Athena ended.
        """
        _require_fitting(statement)
        cursor = self._connection.cursor(arraysize=rows, on_poll=self._look)
        try:
            cursor.execute(statement)
        except KeyboardInterrupt as interrupt:
            raise KeyboardInterrupt(self._stopped(interrupt.__cause__)) from None
        except OperationalError as error:
            seen = self._seen
            if seen is None or seen.state not in ("FAILED", "CANCELLED"):
                raise
            reason = seen.state_change_reason or ""
            ending = explain_ending(seen.state, reason, self._bill(), self._limit())
            ending.dollars = self._dollars()
            raise ending from error
        return cursor

    def facts(self) -> dict[str, Any]:
        """Give what the provenance keeps of it."""
        seen = self._seen
        if seen is None:
            return {}
        return {
            "query_id": seen.query_id,
            "bytes": self._bytes(),
            "dollars": self._dollars(),
            "price_per_terabyte": self._price,
            "seconds": round(time.monotonic() - self._started, 3),
            "engine_seconds": (seen.engine_execution_time_in_millis or 0) / 1000,
            "queue_seconds": (seen.query_queue_time_in_millis or 0) / 1000,
            "reused": bool(seen.reused_previous_result),
            "workgroup": seen.work_group,
            "output": seen.output_location,
        }

    def _look(self, execution: Any) -> None:
        self._seen = execution
        seconds = time.monotonic() - self._started
        self._say(
            f"Athena: {execution.state.lower()}, {seconds:.0f} s, "
            f"{say_bytes(self._bytes())} scanned, {say_dollars(self._dollars())}"
        )

    def _bytes(self) -> int:
        return (self._seen.data_scanned_in_bytes or 0) if self._seen else 0

    def _dollars(self) -> float:
        """Say what is billed: nothing for a failed query or a reused result."""
        seen = self._seen
        if seen is None or seen.state == "FAILED" or seen.reused_previous_result:
            return 0.0
        return dollars(self._bytes(), self._price)

    def _bill(self) -> str:
        amount = self._dollars()
        cost = f"{say_dollars(amount)} billed" if amount else "nothing is billed"
        return f"{say_bytes(self._bytes())} scanned, {cost}"

    def _limit(self) -> str:
        return say_bytes(self._cutoff) if self._cutoff else "a number of bytes"

    def _stopped(self, failure: BaseException | None) -> str:
        """Say how an interrupted query ended, and what it costs."""
        seen = self._seen
        if seen is None:
            return "Interrupted before Athena ran anything."
        if failure is not None:
            return (
                f"Query {seen.query_id} could not be stopped and may run on, and be "
                f"billed: {failure}. Stop it in the Athena console."
            )
        ends = {"CANCELLED": "is stopped in Athena", "SUCCEEDED": "had ended already"}
        end = ends.get(seen.state or "", "was told to stop")
        return f"Query {seen.query_id} {end}: {self._bill()}."


def _require_fitting(statement: str) -> None:
    size = len(statement.encode())
    if size > QUERY_TEXT_LIMIT:
        raise QueryFailed(
            f"The query is {size:,} bytes of text; Athena takes {QUERY_TEXT_LIMIT:,}. "
            "Shorten the lists among its parameters, or name fewer accounts."
        )
