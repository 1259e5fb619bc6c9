"""PyAthena's cursor, with more patience and less trust.

A query goes on in Athena when the network is lost or credentials expire: the cursor
asks for it again by its id, with credentials read anew. One that failed may go back to
the queue (Athena API Reference, "QueryExecutionStatus"): it is over when it stays so.
And the cursor names the owner that the result bucket must have.

Athena gives an earlier answer again only where the workgroup's settings of results hold
for both, and nothing of them was sent with the query. (Athena User Guide, "Reuse query
results".) So where the place is the workgroup's own, a query that may be answered so
is sent without place and owner; both have been looked at before.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from pyathena.converter import Converter
from pyathena.cursor import Cursor
from pyathena.error import OperationalError
from pyathena.model import AthenaQueryExecution

from trailkit.aws.failures import is_expired, is_unreached
from trailkit.progress import notice

PATIENCE_SECONDS = 600.0
"""How long a lost connection is tried again."""

_LOOKS_AFTER_FAILURE = 2
"""So often a failed query is looked at again."""

# PyAthena logs what it raises; trailkit says it once, in a sentence.
logging.getLogger("pyathena").addHandler(logging.NullHandler())


class PatientCursor(Cursor):
    """Run a query, and find it again after a lost connection."""

    def __init__(
        self,
        *,
        owner: str | None,
        own: bool,
        renew: Callable[[], Any] | None = None,
        **settings: Any,
    ) -> None:
        """Take the owner of the result bucket; ``own``: the workgroup names it.

        ``renew`` gives a client of Athena with credentials that were read anew.
        """
        super().__init__(**settings)
        self._owner, self._own, self._renew = owner, own, renew
        self._expired = False

    def _build_start_query_execution_request(
        self, query: str, *settings: Any, **more: Any
    ) -> dict[str, Any]:
        request = super()._build_start_query_execution_request(query, *settings, **more)
        if self._own and "ResultReuseConfiguration" in request:
            request.pop("ResultConfiguration", None)
        if self._owner and "ResultConfiguration" in request:
            request["ResultConfiguration"]["ExpectedBucketOwner"] = self._owner
        return request

    def _get_query_execution(self, query_id: str) -> AthenaQueryExecution:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return super()._get_query_execution(query_id)
            except OperationalError as error:
                cause = error.__cause__
                if time.monotonic() > deadline or not self._may_go_on(query_id, cause):
                    raise
            self._wait_poll_interval()

    def _may_go_on(self, query_id: str, cause: BaseException | None) -> bool:
        """Return whether to look again: AWS was not reached, or credentials expired."""
        if self._renew is None or not (is_expired(cause) or self._expired):
            return is_unreached(cause)
        if not self._expired:
            notice(
                "Your credentials expired; the query goes on in Athena. Renew them "
                f"(such as by aws sso login), and it is picked up: {query_id}."
            )
        self._expired = True
        client = self._renew()
        self._connection._client = client  # pyright: ignore[reportPrivateUsage]
        return True

    def _poll_until_terminal(self, query_id: str) -> Any:
        """Wait for the end; a query that failed may be queued again by Athena."""
        execution = super()._poll_until_terminal(query_id)
        for _ in range(_LOOKS_AFTER_FAILURE):
            if execution.state != AthenaQueryExecution.STATE_FAILED:
                break
            self._wait_poll_interval()
            execution = super()._poll_until_terminal(query_id)
        return execution


class AsText(Converter):
    """Leave each value as the text that Athena sent; null stays None."""

    def __init__(self) -> None:
        """Map nothing."""
        super().__init__(mappings={})

    def convert(
        self, type_: str, value: str | None, type_hint: str | None = None
    ) -> str | None:
        """Return the text itself."""
        return value
