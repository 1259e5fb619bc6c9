"""Tables of records as the source of a case."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from trailkit import clock
from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.source import (
    Apart,
    DigestHour,
    Files,
    Lacking,
    Lacks,
    Original,
    Proof,
    ReadPlan,
)
from trailkit.tables import missing_partitions, records
from trailkit.tables.advice import advice, better
from trailkit.tables.completeness import Mark, lacking
from trailkit.tables.days import columns_of
from trailkit.tables.definition import Definition
from trailkit.tables.keys import by_hand
from trailkit.tables.log_scope import LogScope, log_scope
from trailkit.tables.partitions import ListPartitions, partition_filter
from trailkit.tables.pruning import beyond, delivery_days, searched_regions
from trailkit.tables.raw import RawTable
from trailkit.tables.read_plan import read_plan
from trailkit.tables.reuse import greatest_age
from trailkit.tables.table import Table

ReadOriginals = Callable[[str, str], Iterable[tuple[str, int, str]]]
"""Read the records with an event id from a log file in S3: file, position, text."""


class TableSource:
    """One table for each kind of record that the case can be asked about.

    ``names`` holds the tables as ``database.table``; ``define`` reads a definition,
    once and when it is first needed; ``read`` finds an event in a log file in S3;
    ``listed`` gives the partitions that a table has in its catalog, ``marks`` those of
    a copy, with up to when log files were copied.
    """

    needs_window = True
    lens = None
    proof: Proof | None = None
    deliveries: tuple[DigestHour, ...] = ()

    def __init__(
        self,
        names: Mapping[Kind, str],
        define: Callable[[str], Definition],
        read: ReadOriginals | None = None,
        listed: ListPartitions | None = None,
        marks: Callable[[str, str], Iterable[Mark]] | None = None,
    ) -> None:
        """Remember the names; nothing is read yet."""
        self._names, self._define, self._read = dict(names), define, read
        self._listed = listed or _unlisted_partitions
        self._marks = marks or _unlisted_partitions
        self._tables: dict[Kind, tuple[Table, Definition]] = {}
        self._last: dict[Kind, tuple[Scope, ReadPlan]] = {}
        self._advised: set[Kind] = set()

    def keep(self, name: str, content: bytes) -> None:
        """Keep nothing: the log files are not at hand."""

    def kept(self, name: str) -> None:
        """Return None: nothing is kept of a table."""

    @property
    def title(self) -> str:
        """Name the tables."""
        return ", ".join(self._names.values())

    @property
    def paths(self) -> Sequence[Path]:
        """Nothing: a table lies in S3."""
        return ()

    def require_files(self) -> NoReturn:
        """Raise TableError: a table does not list its files."""
        raise self._unlisted()

    def deduplicates(self) -> bool:
        """Return False: a trail may deliver a record twice, and a table shows both."""
        return False

    def skips(self, kind: Kind) -> bool:
        """Return whether the table is a copy, whose rows lie sorted."""
        return self.is_copy(kind)

    def is_copy(self, kind: Kind) -> bool:
        """Return whether the table holds ``records`` themselves: a copy by trailkit."""
        return self._table(kind)[0].is_copy

    def in_other_form(self, kind: Kind) -> bool:
        """Return whether it is OCSF or of CloudTrail Lake, and not of log files."""
        return self._table(kind)[0].in_other_form

    def by_event(self, kind: Kind) -> bool:
        """Return whether the table's days are those of events."""
        return self._table(kind)[0].by_event

    def lacks(self, kind: Kind) -> Lacks:
        """Return what the form of a table has no place for."""
        table = self._table(kind)[0]
        return Lacks(frozenset(table.lacks), table.deep)

    def name(self, kind: Kind) -> str:
        """Name the table of a kind; raises TableError where there is none."""
        self._table(kind)
        return self._names[kind]

    def records(
        self,
        kind: Kind,
        scope: Scope,
        columns: list[str],
        deliveries: bool,
    ) -> str:
        """Write the SELECT of ``records``, with the scope's predicates.

        Raises UnboundedScan without a window, TableError for a kind without a table
        or a scope that the table does not look into.
        """
        return records.select(self._table(kind)[0], scope, columns)

    def read_plan(self, kind: Kind, scope: Scope) -> ReadPlan:
        """Return the places in S3 that a SELECT of ``records`` reads.

        Raises what ``records`` raises, TableError where no partition is in scope or
        trailkit cannot work out where they lie, and ScopeError for too many.
        """
        at, found = self._last.get(kind, (None, None))
        if found is None or at != scope:
            found = read_plan(*self._table(kind), scope, self._listed)
            self._last[kind] = scope, found
        return found

    def apart(self, kind: Kind, scope: Scope) -> Apart | None:
        """Return the accounts and days of log files that a SELECT can be kept to.

        A copy has few large files, and is read at once.
        """
        table, _ = self._table(kind)
        keyed = table.account.column or columns_of(table.days)
        if table.by_event or not keyed:
            return None
        accounts = scope.folders or scope.accounts or table.account.values or ()
        named = accounts if table.account.column else ()
        regions = searched_regions(table, scope) or table.region.values or ()
        return Apart(named, bool(columns_of(table.days)), regions)

    def lists_partitions(self, kind: Kind) -> bool:
        """Return whether someone must add a partition before a table looks into it."""
        table, definition = self._table(kind)
        return table.form is None and by_hand(definition)

    def require_partitions(self, kind: Kind, scope: Scope) -> None:
        """Raise TableError where partitions are added by hand, and none is in scope."""
        if self.lists_partitions(kind):
            self.read_plan(kind, scope)

    def _is_listed(self, kind: Kind) -> bool:
        """Return whether partitions are added by hand, and can be listed here."""
        can_list = self._listed is not _unlisted_partitions
        return can_list and self.lists_partitions(kind)

    def missing_partitions(self, kind: Kind, scope: Scope) -> list[str]:
        """Write the statements that add the partitions that a scope lacks.

        Raises what ``missing_partitions.statements`` raises.
        """
        return missing_partitions.statements(*self._table(kind), scope, self._listed)

    def advice(self, kind: Kind) -> str | None:
        """Report once what a table cannot leave out, and how to see a better one."""
        said = advice(*self._table(kind))
        if said is None or kind in self._advised:
            return None
        self._advised.add(kind)
        return said

    def better(self, kind: Kind, region: str) -> RawTable:
        """Specify a table by account, region and day over the same files.

        Raises TableError where they do not lie in a trail's folders.
        """
        return better(*self._table(kind), region)

    def log_scope(self, kind: Kind, scope: Scope) -> LogScope | None:
        """Return the place, accounts and regions of the log files that a scope reaches.

        Of a copy it is what the table reaches that it was made of; None where that does
        not lie in a trail's folders. Raises TableError for a kind without a table, and
        for a copy that does not say of what it was made.
        """
        return log_scope(*self._table(kind), scope)

    def lacking(
        self, kind: Kind, scope: Scope, accounts: Sequence[str], settled: timedelta
    ) -> Lacking:
        """Return which days and accounts in scope a copy does not hold whole.

        Raises what ``records`` raises, and AccessRefused without glue:GetPartitions.
        """
        table, definition = self._table(kind)
        marks = self._marks(definition.full_name, partition_filter(table, scope))
        return lacking(definition.partitions, marks, accounts, scope, settled)

    def reuse(self, kinds: Collection[Kind], scope: Scope) -> timedelta | None:
        """Return how old an answer may be: as the log files come, and never of a copy.

        A copy grows when someone extends it, whatever the day; other tables whose days
        are those of events grow when AWS adds to them.
        """
        if any(self._table(kind)[0].by_event for kind in kinds):
            return None
        return greatest_age(scope, clock.now())

    def _table(self, kind: Kind) -> tuple[Table, Definition]:
        if kind not in self._names:
            raise TableError(
                f"This case has no table of {kind} records. Name it when you open "
                f'the case: tk.athena(…, {_KEYWORDS[kind]}="database.table").'
            )
        if kind not in self._tables:
            definition = self._define(self._names[kind])
            table = Table.of(definition, wanted=kind)
            if table.kind is not kind:
                raise TableError(
                    f"{self._names[kind]} is a table of {table.kind} records, not of "
                    f"{kind} records. Name another table for them."
                )
            self._tables[kind] = table, definition
        return self._tables[kind]

    def incomplete(self) -> list[str]:
        """Return nothing: an engine that cannot read a log file ends the query."""
        return []

    def notes(self, scope: Scope, kinds: Collection[Kind] = ()) -> list[str]:
        """List log files that were not searched: late ones, and what a table lacks."""
        by_hand = [kind for kind in kinds if self._is_listed(kind)]
        return [
            *self._late(scope),
            *(
                f"{each.view} is a view over {each.full_name}: only the rows and "
                "columns that it shows were searched."
                for _, each in self._tables.values()
                if each.view
            ),
            *(gap for kind in by_hand for gap in self.read_plan(kind, scope).gaps),
            *(
                note
                for table, _ in self._tables.values()
                for note in beyond(table, scope)
            ),
        ]

    def _late(self, scope: Scope) -> list[str]:
        last = delivery_days(scope)[1]
        opened = [table for table, _ in self._tables.values()]
        by_event = opened and all(each.by_event and not each.is_copy for each in opened)
        if last >= clock.today() or by_event:
            return []
        return [
            f"Log files delivered later than {last} were not searched: "
            'case.late("30d") searches them too.'
        ]

    def counts(self) -> dict[str, int]:
        """Count nothing: a table does not know its files."""
        return {}

    def files(self) -> NoReturn:
        """Refuse: a table does not know its files."""
        raise self._unlisted()

    def problems(self) -> NoReturn:
        """Refuse: Athena does not tell what it could not read."""
        raise self._unlisted()

    def originals(self, event_id: str, files: Files) -> list[Original]:
        """Fetch the log files of an event from S3, and find its records in them."""
        if self._table(Kind.EVENT)[0].in_other_form:
            raise TableError(
                f"{self.title} holds records in another form, and not the log files "
                "that CloudTrail wrote: what it has of an event is "
                'case.ask("overview/event", event_id="…").'
            )
        if self._read is None:
            raise self._unlisted()
        return [
            Original(*found) for file in files() for found in self._read(file, event_id)
        ]

    def _unlisted(self) -> TableError:
        return TableError(
            f"The log files of {self.title} lie in S3 and are not listed. Find those "
            'of an event with case.query("select distinct file from deliveries where '
            "event_id = '…'\")."
        )


def _unlisted_partitions(name: str, narrowed: str) -> NoReturn:
    """Refuse: this engine does not list them."""
    del narrowed
    raise TableError(f"The partitions of {name} cannot be listed here.")


_KEYWORDS = {
    Kind.EVENT: "table",
    Kind.INSIGHT: "insights",
    Kind.NETWORK: "network",
    Kind.AGGREGATED: "aggregated",
}
"""What ``tk.athena`` calls the table of each kind."""
