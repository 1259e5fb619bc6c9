"""What one does with the table of a case: check it, and write better DDL for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from trailkit.admin.checks import Check, Named, check
from trailkit.cost.budget import Budget
from trailkit.cost.estimate import Billing
from trailkit.engines import Engine
from trailkit.errors import TableError, UnboundedScan
from trailkit.progress import notice
from trailkit.record import Kind
from trailkit.scope import Moment, Scope
from trailkit.source import Source
from trailkit.tables import ddl
from trailkit.tables.table_source import TableSource

if TYPE_CHECKING:
    from trailkit.admin.doctor import Diagnosis


@dataclass(frozen=True, slots=True)
class CaseTable:
    """The table of a case, within its scope: ``case.table``."""

    source: Source
    engine: Engine
    scope: Scope
    spending: Budget | None = None
    journal: Callable[..., object] | None = None

    def check(
        self,
        *,
        kind: str = "event",
        account: str | None = None,
        region: str | None = None,
        day: Moment | None = None,
        unpriced: bool = False,
    ) -> Check:
        """Check one account, region and day: whether the table is as trailkit reads it.

        For the first contact with a table: it shows its price, then counts in one query
        what no documentation settles. ``kind`` is event, insight, network or
        aggregated. What you do not name is the first account in scope, the last full
        day, and the region with most log files. ``case.checked(result)`` makes later
        frames carry the result in their provenance.

        Of a copy it looks at a day of events of the account with most of them, and also
        whether each record is there once. Where an event id is there again it reads the
        day two more times to compare the records: the price covers all three. A table
        of OCSF, of CloudTrail Lake, or without partitions it looks at for a whole day.

        Raises TableError for a kind of record without a table; TableError or
        AccessRefused where the price cannot be told before: with ``unpriced`` it runs
        all the same.
        """
        named = Named(Kind.named(kind), account, region, day)
        if day is None:
            self._require_window("check")
        where = self.source, self.engine, self.scope
        found = check(*where, named, self.spending, unpriced)
        notice(f"Check: {found.summary}.")
        self._note(
            "checked",
            found.frame,
            said=found.summary,
            scope=str(found.scope),
            rows=found.records,
            sql=found.sql,
            facts=found.facts,
        )
        return found

    def doctor(self) -> "Diagnosis":
        """Return what works and what does not, on one page: for the first contact.

        It looks at the workgroup, the table in the catalog, the log files, and the
        price and time of a usual question: the case's window, else the last seven days.
        Then it checks one day of records. Each line is good, look or stop, with the
        remedy. It costs about a cent; nothing is changed in AWS. ``.to_json()`` is the
        page without your names, to hand on.

        Raises TableError for what is not a table on Athena.
        """
        from trailkit.admin.doctor import examine
        from trailkit.engines.athena import AthenaEngine

        self._on_athena()
        if not isinstance(self.engine, AthenaEngine):
            raise TableError("The doctor looks at tables on Athena: tk.athena(…).")
        found = examine(self.source, self.engine, self.scope, self.spending)
        said = f"{found.table} by workgroup {found.workgroup}: {found.summary}"
        lines = [str(each) for each in found.lines]
        self._note("examined", found.frame, said=said, lines=lines)
        return found

    def advice(self, kind: str = "event") -> str:
        """Return what the table cannot leave out of a question, and the remedy."""
        said = self.source.advice(Kind.named(kind))
        return said or f"{self.source.title} keeps to every scope: nothing to advise."

    def better(self, kind: str = "event") -> str:
        """Return the DDL of a table over the same files that keeps to every scope.

        For a table on Athena without partitions by account, region and day. Nothing is
        changed in AWS: it is text to run in Athena, and such a table copies nothing.
        ``kind`` is event, insight, network or aggregated. Raises TableError where the
        files do not lie in a trail's folders.
        """
        tables, billing = self._on_athena()
        better = tables.better(Kind.named(kind), billing.region)
        return ddl.create_table(better.definition())

    def missing_partitions(self, kind: str = "event") -> str:
        """Return the statements that add the partitions that the scope lacks.

        For a table on Athena whose partitions are added by hand. Nothing is changed in
        AWS: it is text to run in Athena, one statement at a time, each as long as
        Athena takes. It names days up to today, of the accounts and regions in scope:
        those that you name, else those of the partitions that are there. ``kind`` is
        event, insight, network or aggregated. Raises TableError where trailkit cannot
        work out the folders, ScopeError for more than 100,000 of them, AccessRefused
        without glue:GetPartitions.
        """
        self._require_window("missing_partitions")
        tables, _ = self._on_athena()
        statements = tables.missing_partitions(Kind.named(kind), self.scope)
        if not statements:
            notice(f"No partition is missing in the scope {self.scope}.")
        return "".join(f"{each};\n\n" for each in statements).rstrip("\n")

    def _note(self, what: str, frame: pd.DataFrame, **details: Any) -> None:
        """Note what was found, where a journal is kept."""
        if self.journal:
            self.journal(what, frame, **details)

    def _on_athena(self) -> tuple[TableSource, Billing]:
        """Return source and engine, or refuse what is not a table on Athena."""
        if isinstance(self.engine, Billing) and isinstance(self.source, TableSource):
            return self.source, self.engine
        raise TableError(
            "Only a table on Athena has partitions, and can be made better: "
            'tk.athena("database.table", …).'
        )

    def _require_window(self, name: str) -> None:
        if self.source.needs_window and not self.scope.bounded:
            raise UnboundedScan(
                f'"{name}" needs a window: case.window("2026-03-02", "2026-03-03") or '
                'case.last("24h").'
            )
