"""One query on its way through Athena: waited for, stopped, paid."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pyathena.connection import Connection
from pyathena.error import DatabaseError, OperationalError
from pyathena.model import AthenaQueryExecution

from trailkit.aws.failures import is_unreached
from trailkit.aws.prices import Prices, say_bytes
from trailkit.engines.athena.cursor import PatientCursor
from trailkit.engines.athena.failure_reasons import explain_ending, may_pass
from trailkit.engines.athena.figures import Figures
from trailkit.errors import QueryFailed
from trailkit.tables.text import QUERY_TEXT_LIMIT

_MINUTE = timedelta(minutes=1)

_ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")

_MISSED = (BotoCoreError, ClientError, OperationalError)


class Query:
    """A statement, its progress and its price."""

    def __init__(
        self,
        connection: Connection[PatientCursor],
        prices: Prices,
        cutoff: int | None,
        say: Callable[[str], None],
    ) -> None:
        """Take the Region's prices, the workgroup's limit, a place to speak."""
        self._connection, self._prices, self._cutoff = connection, prices, cutoff
        self._say = say
        self._started = time.monotonic()
        self._seen: AthenaQueryExecution | None = None
        self._reuse: timedelta | None = None
        self._id: str | None = None
        self._may_run = False

    def run(
        self, statement: str, rows: int = 1, reuse: timedelta | None = None
    ) -> PatientCursor:
        """Run it to its end; ``rows`` are fetched at a time.

        Athena may give an answer again that is not older than ``reuse``. Ctrl-C stops
        it there. Raises AccessRefused, TableError, QueryFailed or QueryCancelled for a
        query that Athena ended.
        """
        _require_fitting(statement)
        self._reuse = reuse
        cursor = self._connection.cursor(arraysize=rows, on_poll=self._look)
        self._may_run = True
        try:
            cursor.execute(
                statement,
                result_reuse_enable=reuse is not None,
                result_reuse_minutes=reuse // _MINUTE if reuse else None,
                on_start_query_execution=self._begun,
            )
        except KeyboardInterrupt as interrupt:
            raise KeyboardInterrupt(self._stopped(interrupt.__cause__)) from None
        except OperationalError as error:
            seen = self._seen
            if seen is None or seen.state not in ("FAILED", "CANCELLED"):
                raise
            reason = seen.state_change_reason or ""
            bill, limit = self._said_bill(), self._limit()
            ending = explain_ending(seen.state, reason, bill, limit)
            if isinstance(ending, QueryFailed):
                ending.may_pass = may_pass(reason, bool(seen.retryable))
            raise ending from error
        except DatabaseError as error:
            self._may_run = self._id is not None or is_unreached(error.__cause__)
            raise
        return cursor

    @property
    def may_run(self) -> bool:
        """Whether it was started, as far as anyone knows."""
        return self._may_run

    def bill(self) -> float | None:
        """Return the dollars that it is billed; None where no one knows.

        A failed query and an answer given again are free, a stopped one is not. (Amazon
        Athena pricing.)
        """
        seen = self._seen
        if not self._may_run:
            return 0.0
        if seen is None or seen.state not in _ENDED:
            return None
        if seen.state == "FAILED" or seen.reused_previous_result:
            return 0.0
        scanned = seen.data_scanned_in_bytes
        return None if scanned is None else self._prices.scanned(scanned)

    def stop(self) -> str:
        """Stop it where it may still run, and say how it ended, and what it costs."""
        if not self._may_run:
            return ""
        if self._id is None and self._seen is None:
            return (
                "A query may have been started in Athena, and may run on and be "
                "billed: look for it in the Athena console."
            )
        if not self._has_ended():
            self._stop_late()
        return self._ending()

    def _begun(self, query_id: str) -> None:
        self._id = query_id

    def _has_ended(self) -> bool:
        return self._seen is not None and self._seen.state in _ENDED

    def _stop_late(self) -> None:
        """Stop a query that was lost sight of; what AWS refuses, ``_ending`` tells."""
        client, asked = self._connection.client, {"QueryExecutionId": self._id}
        with suppress(*_MISSED):
            client.stop_query_execution(**asked)
        with suppress(*_MISSED):
            self._seen = AthenaQueryExecution(client.get_query_execution(**asked))

    def _ending(self) -> str:
        """Return how it ended, and what it costs."""
        seen = self._seen
        if seen is None or seen.state not in _ENDED:
            scanned = f", and had scanned {say_bytes(self._bytes())}" if seen else ""
            return (
                f"Query {self._id} was started{scanned}. It may still run, and be "
                f"billed{self._at_most()}: look at it, or stop it, in the Athena "
                "console."
            )
        ends = {"CANCELLED": "is stopped in Athena", "FAILED": "failed in Athena"}
        end = ends.get(seen.state or "", "had ended already")
        return f"Query {seen.query_id} {end}: {self._said_bill()}."

    @property
    def manifest(self) -> str | None:
        """The list of the files that an UNLOAD wrote, or was about to."""
        return self._seen.data_manifest_location if self._seen else None

    @cached_property
    def figures(self) -> Figures:
        """What Athena says of the query that wrote the results."""
        seen, client = self._seen, self._connection.client
        own, first = str(self._id), self._first()
        if first:
            return Figures(client, first, _end_of(self._connection, first), True)
        ended = seen.completion_date_time if seen else None
        return Figures(
            client,
            own,
            ended.astimezone(UTC) if ended else None,
            bool(seen and seen.reused_previous_result),
        )

    def _first(self) -> str | None:
        """Return the query whose answer was given again: the file of rows names it."""
        seen = self._seen
        place = (seen.output_location or "") if seen else ""
        first = place.rpartition("/")[2].removesuffix(".csv")
        reused = seen is not None and seen.reused_previous_result
        return first if reused and first and first != self._id else None

    def notes(self) -> tuple[str, ...]:
        """Return what Athena did not count, and when it reused an earlier answer."""
        if self._seen is None or not self._seen.reused_previous_result:
            return self.figures.notes()
        return (
            *self.figures.notes(),
            f"Athena reused an answer {self._of_old()}; nothing is billed. Log files "
            "delivered since then are not in it: tk.athena(…, reuse=None) asks anew.",
        )

    def _of_old(self) -> str:
        """Return how old the answer is."""
        ended, first = self.figures.ended, self._first()
        if first and ended:
            return f"of {ended:%Y-%m-%d %H:%M:%S} UTC (query {first})"
        minutes = (self._reuse or _MINUTE) // _MINUTE
        return f"that is at most {minutes:,} minutes old"

    def facts(self) -> dict[str, Any]:
        """Return what the provenance keeps of it."""
        seen = self._seen
        if seen is None:
            return {}
        return {
            "query_id": seen.query_id,
            "bytes": self._bytes(),
            "dollars": self.bill(),
            "price_per_terabyte": self._prices.scan,
            "currency": self._prices.currency,
            "seconds": round(time.monotonic() - self._started, 3),
            "milliseconds": _phases(seen),
            "reused": bool(seen.reused_previous_result),
            "workgroup": seen.work_group,
            "region": self._connection.region_name,
            "output": seen.output_location,
            "format": "CSV" if seen.output_location else "rows",
            **(self.figures.facts() if seen.state == "SUCCEEDED" else {}),
        }

    def _look(self, execution: Any) -> None:
        self._seen = execution
        seconds = time.monotonic() - self._started
        self._say(
            f"Athena: {execution.state.lower()}, {seconds:.0f} s, "
            f"{say_bytes(self._bytes())} scanned, {self._prices.say(self._dollars())}"
        )

    def _bytes(self) -> int:
        return (self._seen.data_scanned_in_bytes or 0) if self._seen else 0

    def _dollars(self) -> float:
        """Return the dollars of what has been scanned so far."""
        seen = self._seen
        if seen is None or seen.state == "FAILED" or seen.reused_previous_result:
            return 0.0
        return self._prices.scanned(self._bytes())

    def _said_bill(self) -> str:
        amount = self.bill()
        if amount is None:
            return "what is billed is not known"
        cost = f"{self._prices.say(amount)} billed" if amount else "nothing is billed"
        return f"{say_bytes(self._bytes())} scanned, {cost}"

    def _at_most(self) -> str:
        if not self._cutoff:
            return ""
        return f" {self._prices.say(self._prices.scanned(self._cutoff))} at most"

    def _limit(self) -> str:
        return say_bytes(self._cutoff) if self._cutoff else "a number of bytes"

    def _stopped(self, failure: BaseException | None) -> str:
        """Return how an interrupted query ended, and what it costs."""
        seen = self._seen
        if seen is None:
            return "Interrupted before Athena ran anything."
        if failure is not None and not self._has_ended():
            return (
                f"Query {seen.query_id} could not be stopped and may run on, and be "
                f"billed: {failure}. Stop it in the Athena console."
            )
        return self._ending()


def _phases(seen: AthenaQueryExecution) -> dict[str, int]:
    """Return each phase's milliseconds, in Athena's words; planning is in engine."""
    told = {
        "queue": seen.query_queue_time_in_millis,
        "service_pre_processing": seen.service_pre_processing_time_in_millis,
        "planning": seen.query_planning_time_in_millis,
        "engine": seen.engine_execution_time_in_millis,
        "service_processing": seen.service_processing_time_in_millis,
        "total": seen.total_execution_time_in_millis,
    }
    return {name: count for name, count in told.items() if count is not None}


def _end_of(connection: Connection[Any], query_id: str) -> datetime | None:
    """Ask when a query ended; None where Athena does not say."""
    try:
        answer = connection.client.get_query_execution(QueryExecutionId=query_id)
    except (BotoCoreError, ClientError):
        return None
    ended = answer["QueryExecution"]["Status"].get("CompletionDateTime")
    return ended.astimezone(UTC) if ended else None


def _require_fitting(statement: str) -> None:
    size = len(statement.encode())
    if size > QUERY_TEXT_LIMIT:
        raise QueryFailed(
            f"The query is {size:,} bytes of text; Athena takes {QUERY_TEXT_LIMIT:,}. "
            "Shorten the lists among its parameters, or name fewer accounts."
        )
