"""What Athena itself says of a query that succeeded, and its results held against it.

Who may write into the results' bucket can cut, edit or replace a file of results. S3
alone says when a file was written, and Athena when the query ended and how many rows
it gave: what does not fit is an error. (Amazon Athena API, GetQueryRuntimeStatistics,
whose figures of rows come a moment after the end, and not at all where Lake Formation
filters rows; Amazon S3 API, GetObject.)
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from trailkit.errors import ResultsChanged

CLOCKS = timedelta(seconds=2)
"""S3 tells whole seconds, and its clock and Athena's are not one."""

_WAITS = (0.0, 0.5, 1.0)
"""Seconds to wait before each look at the figures: they may come late."""


@dataclass
class Figures:
    """A query's own figures; ``ended`` is None where Athena does not say.

    ``query_id`` is the query that wrote the file: of an answer given again an earlier
    one.
    """

    client: Any
    query_id: str
    ended: datetime | None
    reused: bool = False
    told: dict[str, int] = field(default_factory=dict[str, int])
    missed: str = ""

    def require_unchanged(self, url: str, written: datetime) -> None:
        """Raise ResultsChanged where a file is younger than the query's end."""
        if self.ended is not None and written > self.ended + CLOCKS:
            raise self.changed(
                f"{url} was written at {written:%Y-%m-%d %H:%M:%S} UTC, after the "
                f"query ended at {self.ended:%Y-%m-%d %H:%M:%S} UTC"
            )

    def require_rows(self, found: int) -> None:
        """Raise ResultsChanged where Athena gave another number of rows."""
        rows = None
        for seconds in _WAITS:
            time.sleep(seconds)
            rows = self._ask().get("OutputRows")
            if rows == found:
                return
        if rows is None and found == 0 and self.told.get("OutputBytes"):
            raise self.changed(
                f"they have no rows, and Athena gave {self.told['OutputBytes']:,} bytes"
            )
        if rows is not None:
            raise self.changed(f"they have {found:,} rows, and Athena gave {rows:,}")

    def counted(self, pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Return pieces on, and hold the number of their rows at the end."""
        found = 0
        for piece in pieces:
            found += piece.num_rows
            yield piece
        self.require_rows(found)

    def require_written(self, found: int) -> None:
        """Raise ResultsChanged where an UNLOAD wrote another number of rows.

        Athena tells it as UpdateCount, which is 0 where it does not count. (Amazon
        Athena API, GetQueryResults.)
        """
        asked = {"QueryExecutionId": self.query_id, "MaxResults": 1}
        wrote = self.client.get_query_results(**asked).get("UpdateCount")
        if wrote and wrote != found:
            raise self.changed(f"they have {found:,} rows, and Athena wrote {wrote:,}")

    def changed(self, how: str) -> ResultsChanged:
        """Write the error."""
        again = "tk.athena(…, reuse=None) asks" if self.reused else "Ask"
        return ResultsChanged(
            f"The results of query {self.query_id} are not as Athena wrote them: "
            f"{how}. Someone or something changed them in their bucket: find out who "
            f"may write there. {again} anew."
        )

    def facts(self) -> dict[str, Any]:
        """Return what the provenance keeps: Athena's own count of rows and bytes."""
        names = {"OutputRows": "output_rows", "OutputBytes": "output_bytes"}
        return {to: self.told[name] for name, to in names.items() if name in self.told}

    def notes(self) -> tuple[str, ...]:
        """Report where the answer could not be held against a count of Athena's."""
        if "OutputRows" in self.told or not self.missed:
            return ()
        return (
            f"Athena does not say how many rows query {self.query_id} gave, so no one "
            f"can say that the results hold all of them: {self.missed}",
        )

    def _ask(self) -> dict[str, int]:
        """Ask for the rows and bytes that the query gave."""
        try:
            answer = self.client.get_query_runtime_statistics(
                QueryExecutionId=self.query_id
            )
        except (BotoCoreError, ClientError) as error:
            self.missed = " ".join(str(error).split())
            return self.told
        self.missed = "its figures of rows are not there (yet)."
        rows = answer["QueryRuntimeStatistics"].get("Rows") or {}
        self.told = {name: count for name, count in rows.items() if count is not None}
        return self.told
