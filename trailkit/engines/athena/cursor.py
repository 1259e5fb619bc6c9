"""PyAthena's cursor, with more patience and less trust.

A query goes on in Athena when the network is lost: the cursor asks for it again by its
id. And it names the owner that the result bucket must have.

Athena gives an earlier answer again only where the workgroup's settings of results hold
for both, and nothing of them was sent with the query. (Athena User Guide, "Reuse query
results".) So where the place is the workgroup's own, a query that may be answered so
is sent without place and owner; both have been looked at before.
"""

import logging
import time
from typing import Any

from pyathena.converter import Converter
from pyathena.cursor import Cursor
from pyathena.error import OperationalError
from pyathena.model import AthenaQueryExecution

from trailkit.aws.failures import is_unreached

PATIENCE_SECONDS = 600.0
"""How long a lost connection is tried again."""

# PyAthena logs what it raises; trailkit says it once, in a sentence.
logging.getLogger("pyathena").addHandler(logging.NullHandler())


class PatientCursor(Cursor):
    """Run a query, and find it again after a lost connection."""

    def __init__(self, *, owner: str | None, own: bool, **settings: Any) -> None:
        """Take the owner of the result bucket; ``own``: the workgroup names it."""
        super().__init__(**settings)
        self._owner, self._own = owner, own

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
                if not is_unreached(error.__cause__) or time.monotonic() > deadline:
                    raise
            self._wait_poll_interval()


class AsText(Converter):
    """Leave each value as the text that Athena sent; null stays None."""

    def __init__(self) -> None:
        """Map nothing."""
        super().__init__(mappings={})

    def convert(
        self, type_: str, value: str | None, type_hint: str | None = None
    ) -> str | None:
        """Give the text itself."""
        return value
