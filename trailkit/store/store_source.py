"""A local store as the source of a case, with the way back to the log files."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from trailkit.dialect import Bound
from trailkit.dialect.predicates import scope_predicates, texts
from trailkit.record import PLACE, Kind
from trailkit.scope import Scope, quoted
from trailkit.source import DigestHour, Files, Lacking, Lacks, Original, Proof
from trailkit.store.kept_results import KeptResults
from trailkit.store.store import Store
from trailkit.store.walk import BAD_NAME

_SCHEMA = "store"
_NAMED = 3


ReadDigests = Callable[["StoreSource"], tuple[DigestHour, ...]]


_LISTS = "case.evidence.problems() lists the files; one may be planted."


class StoreSource:
    """Write ``records`` over a store's views, and read its lists of files."""

    needs_window = False

    def __init__(self, store: Store, digests: ReadDigests | None = None) -> None:
        """Stand on an open store; ``digests`` reads those among its files."""
        self._store, self._results = store, KeptResults(store)
        self._digests = digests
        self.proof: Proof | None = None

    @property
    def deliveries(self) -> tuple[DigestHour, ...]:
        """The hours of the digests at hand; read when first needed."""
        return self.proof.deliveries if self.proof else self._read_digests

    @cached_property
    def _read_digests(self) -> tuple[DigestHour, ...]:
        return self._digests(self) if self._digests else ()

    def keep(self, name: str, content: bytes) -> None:
        """Keep a result in the store until a file changes."""
        self._results.keep(name, content)

    def kept(self, name: str) -> bytes | None:
        """Return a result that was kept; raise ValueError for one that was changed."""
        return self._results.find(name)

    @property
    def lens(self) -> str:
        """Return the version of the lens that worked out the columns it keeps."""
        return self._store.manifest.lens

    @property
    def title(self) -> str:
        """Name the evidence."""
        return ", ".join(str(path) for path in self._store.evidence)

    @property
    def paths(self) -> Sequence[Path]:
        """The folders and files of the evidence."""
        return self._store.evidence

    def require_files(self) -> None:
        """Return: local files can be listed."""

    def name(self, kind: Kind) -> str:
        """Return the name of the evidence, whatever the kind of record."""
        return self.title

    def in_other_form(self, kind: Kind) -> bool:
        """Return False: they are log files as a trail delivered them."""
        del kind
        return False

    def by_event(self, kind: Kind) -> bool:
        """Return False: files lie as a trail delivered them."""
        del kind
        return False

    def lacks(self, kind: Kind) -> Lacks:
        """Return nothing: files hold records as AWS wrote them."""
        del kind
        return Lacks()

    def is_copy(self, kind: Kind) -> bool:
        """Return False: the store is made of log files."""
        return False

    def read_plan(self, kind: Kind, scope: Scope) -> None:
        """Return None: nothing is read in S3."""

    def apart(self, kind: Kind, scope: Scope) -> None:
        """Return None: a store is read at once."""

    def require_partitions(self, kind: Kind, scope: Scope) -> None:
        """Return: a store has no partitions to add."""

    def advice(self, kind: Kind) -> None:
        """Return None: a store reads what is in scope."""

    def log_scope(self, kind: Kind, scope: Scope) -> None:
        """Return None: local files may lie in any folder."""

    def lacking(
        self, kind: Kind, scope: Scope, accounts: Sequence[str], settled: timedelta
    ) -> Lacking:
        """Return nothing: a store is no copy of a table."""
        return Lacking("", "")

    def views(self) -> dict[str, str]:
        """Write the DuckDB SELECT of each relation of the store, by name."""
        records, places = self._read("records"), self._read("places")
        found_in = ", ".join(f"places.{name}" for name in PLACE)
        columns = f"records.* exclude ({', '.join(PLACE)}), {found_in}"
        return {
            f"{_SCHEMA}.records": f"select * from {records}",
            f"{_SCHEMA}.deliveries": (
                f"select {columns} from {records} as records "
                f"join {places} as places using (record_id)"
            ),
        }

    def _read(self, name: str) -> str:
        files = texts(str(file) for file in self._store.parquet(name))
        return f"read_parquet([{files}])"

    def deduplicates(self) -> bool:
        """Return whether each event id stands once.

        The store has folded exact repeats. Where an id occurs with different content,
        a question that reads nothing of what differs must still see one event.
        """
        return self.counts()["conflicts"] == 0

    def skips(self, kind: Kind) -> bool:
        """Return False: a row group is of some hours, and a window always applied."""
        return False

    def records(
        self, kind: Kind, scope: Scope, columns: list[str], deliveries: bool
    ) -> str:
        """Write the SELECT of ``records``, with the scope's predicates."""
        table = f"{_SCHEMA}.{'deliveries' if deliveries else 'records'}"
        kept = [f"kind = {quoted(kind)}", *scope_predicates(scope, kind)]
        selected = ", ".join(columns)
        where = [part for each in kept for part in ("\n    and ", each)]
        return Bound.of([f"select {selected}\nfrom {table}\nwhere\n    ", *where[1:]])

    def reuse(self, kinds: Collection[Kind], scope: Scope) -> timedelta | None:
        """Return None: no answer is reused, since the store may have grown."""
        return None

    def notes(self, scope: Scope, kinds: Collection[Kind] = ()) -> list[str]:
        """Name the files that were not read whole, that changed or that vanished.

        Every file of the evidence is searched, however late it came. Event ids that
        occur with other content are counted.
        """
        return [*self.incomplete(), *self._of_conflicts(), *self._store.notes]

    def _of_conflicts(self) -> list[str]:
        count = self.counts()["conflicts"]
        said = "event ids occur" if count > 1 else "event id occurs"
        return [f"{count:,} {said} with different content. {_LISTS}"] if count else []

    def incomplete(self) -> list[str]:
        """List what was not read of the evidence, in short sentences.

        That is what is cut or broken, a folder that cannot be opened, a name with
        control characters, what is packed too deep or in a way not known, and records
        that could not be read. Whatever it holds is in no answer.
        """
        files = self._not_whole
        sentences: list[str] = []
        if files:
            named = "; ".join(f'"{file}": {reason}' for file, reason in files[:_NAMED])
            more = f" And {len(files) - _NAMED:,} more." if len(files) > _NAMED else ""
            sentences.append(
                f"{len(files):,} of {self.counts()['files']:,} files were not read "
                f"whole: what is missing of them is in no answer. {named}{more}"
            )
        if lost := self.counts()["problems"]:
            sentences.append(
                f"{lost:,} of {self.counts()['records']:,} records could not be read."
            )
        return sentences

    @cached_property
    def _not_whole(self) -> list[tuple[str, str]]:
        rows = [
            row
            for part in self._store.parquet("files")
            for row in pq.read_table(
                part, columns=["file", "status", "reason"]
            ).to_pylist()
        ]
        return sorted(
            (row["file"], row["reason"])
            for row in rows
            if row["status"] == "broken" or row["reason"] == BAD_NAME
        )

    def counts(self) -> dict[str, int]:
        """Count files and records, with what was skipped, folded or broken."""
        return self._store.counts

    def files(self) -> pd.DataFrame:
        """List the log files, in the order of their paths."""
        return self._list("files").sort_values("file", ignore_index=True)

    def problems(self) -> pd.DataFrame:
        """List what could not be read, by file and position."""
        return self._list("problems").sort_values(
            ["file", "position"], ignore_index=True
        )

    def _list(self, name: str) -> pd.DataFrame:
        parts = [pq.read_table(path) for path in self._store.parquet(name)]
        return pd.concat([part.to_pandas() for part in parts], ignore_index=True)

    def verify(self) -> list[str]:
        """List the files of the store that are not what was written; hash them all."""
        return self._store.verify()

    def originals(self, event_id: str, files: Files) -> list[Original]:
        """Read the records of an event again from their log files."""
        return [Original(*place) for place in self._store.original(event_id)]
