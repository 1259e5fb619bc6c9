"""Filling a copy: its steps and their price first, then one step after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, cast

import pandas as pd

from trailkit import clock
from trailkit.admin.copies.copy_names import WantedCopy
from trailkit.admin.copies.fill_lock import Lock
from trailkit.admin.copies.watermarks import mark
from trailkit.admin.setup import account_setup
from trailkit.admin.setup.account_changes import check_account
from trailkit.aws.attempts import found_or_none
from trailkit.aws.failures import explained
from trailkit.aws.prices import say_bytes, say_dollars
from trailkit.aws.session import Access
from trailkit.cost.by_account import by_account
from trailkit.cost.estimate import Billing, Estimate, estimate
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import TableError
from trailkit.lens.compose import relation_of
from trailkit.progress import notice
from trailkit.scope import Scope
from trailkit.tables import copies
from trailkit.tables.copied_from import Origin
from trailkit.tables.copy import Copy
from trailkit.tables.days import is_midnight
from trailkit.tables.definition import Definition
from trailkit.tables.pruning import event_days
from trailkit.tables.table import Table
from trailkit.tables.table_source import TableSource

if TYPE_CHECKING:
    import boto3

POLL = 1.0
"""Seconds between two looks at a statement that runs."""


def engine_of(
    wanted: WantedCopy, session: "boto3.Session | None", profile: str | None
) -> AthenaEngine:
    """Return the engine that runs a copy's statements; nothing is asked of AWS yet."""
    return AthenaEngine(
        wanted.source,
        workgroup=wanted.workgroup,
        region=wanted.region,
        profile=profile,
        session=session,
        poll=POLL,
    )


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """The steps of a fill, with the log files that each reads, their price, its SQL.

    ``billed`` are the dollars that the steps which were run did cost.
    """

    title: str
    steps: tuple[Estimate, ...]
    sql: tuple[tuple[str, ...], ...]
    next: str
    billed: float = 0.0

    @property
    def bytes(self) -> int:
        """The bytes of log files that all steps read."""
        return sum(step.bytes for step in self.steps)

    @property
    def dollars(self) -> float:
        """The price of all steps; what the copy holds already is read as well."""
        return sum(step.dollars for step in self.steps)

    @property
    def frame(self) -> pd.DataFrame:
        """The steps: scope, log files, bytes, dollars, statements."""
        rows = [
            (str(step.scope), step.files, step.bytes, step.dollars, ";\n\n".join(sql))
            for step, sql in zip(self.steps, self.sql, strict=True)
        ]
        return pd.DataFrame(rows, columns=["scope", "files", "bytes", "dollars", "sql"])

    def __repr__(self) -> str:
        """Return it in words."""
        files = sum(step.files for step in self.steps)
        return (
            f"{self.title}\n"
            f"  steps: {len(self.steps):,}, which read {files:,} log files, "
            f"{say_bytes(self.bytes)}: {say_dollars(self.dollars)}, and more for days "
            f"that the copy holds already\n{self.next}"
        )


class Filling:
    """One copy in one account: what is there, and what is to be run."""

    def __init__(
        self, wanted: WantedCopy, session: "boto3.Session | None", profile: str | None
    ) -> None:
        """Remember who asks; nothing is asked of AWS yet."""
        self._wanted = wanted
        self._access = Access(session, profile, wanted.region)
        self._engine = engine_of(wanted, session, profile)

    def run(self, days: Scope, confirm: str | None) -> Plan:
        """Show the steps; run them if ``confirm`` is the account's number."""
        with explained():
            check_account(self._access, self._wanted.account, confirm)
            plan = self._plan(days)
            if confirm is None:
                return plan
            print(replace(plan, next="Changing the account now."))
        with explained(), Lock(self._wanted, self._access):
            if self._there is None:
                self._create()
            return self._carry_out(plan)

    @cached_property
    def _source(self) -> Definition:
        return self._engine.definition(self._wanted.source)

    @cached_property
    def _table(self) -> Table:
        table = Table.of(self._source)
        if table.in_other_form:
            raise TableError(
                f"{self._wanted.source} is not a table of log files, and a copy is "
                "made of those. It lies in columns already: ask it as it is."
            )
        return table

    @cached_property
    def _copy(self) -> Copy:
        origin = None if self._table.is_copy else Origin.of_source(self._source)
        return replace(self._wanted.copy(self._table.kind), origin=origin)

    @cached_property
    def _there(self) -> Definition | None:
        """Find the copy in Glue; refuse a table that cannot be filled."""
        glue, copy = self._access.client("glue"), self._copy
        place = {"DatabaseName": copy.database, "Name": copy.name}
        answer = found_or_none(lambda: glue.get_table(**place), account_setup.ABSENT)
        if not answer:
            return None
        there = Definition.from_glue(answer["Table"])
        for name in copies.written(copy):
            if name not in {**there.columns, **there.partitions}:
                raise TableError(
                    f"There is a table {self._wanted.name} already, and it has no "
                    f"column {name}: it is not a copy of {self._table.kind} records as "
                    "trailkit makes them. Give the copy another name."
                )
        self._require_origin(Origin.of_copy(there.properties))
        return there

    def _require_origin(self, made_of: Origin | None) -> None:
        """Refuse to fill a copy from a table that reads other folders than its own."""
        mine = self._copy.origin
        if made_of and not (mine and mine.serves(made_of)):
            raise TableError(
                f"{self._wanted.name} is a copy of {made_of.table}, which reads "
                f"{made_of.place}; {self._wanted.source} reads other folders, or fewer "
                "regions. Give the copy of it another name, and a folder of its own."
            )

    @property
    def _is_iceberg(self) -> bool:
        if self._there is None:
            return self._wanted.iceberg
        return self._there.is_iceberg

    def _plan(self, days: Scope) -> Plan:
        """Work out the steps, and weigh each."""
        wanted, weighed = self._wanted, tuple(self._weighed(days))
        steps = [each.scope for each in weighed]
        state = "there already" if self._there else "to be made"
        return Plan(
            f"AWS account {wanted.account}, {wanted.region}: {wanted.source} into "
            f"{wanted.name}\n  table {wanted.name} over {wanted.files}: {state}"
            f"{_in_hours(steps)}",
            weighed,
            tuple(map(self._statements, steps)),
            f'Nothing is changed yet. Add confirm="{wanted.account}".',
        )

    def _steps(self, days: Scope) -> Iterator[Scope]:
        accounts = days.accounts or self._table.account.values
        if not accounts:
            raise TableError(
                f"The table {self._wanted.source} does not list its accounts. Name "
                'those to copy: accounts=["111122223333"].'
            )
        first, last = event_days(days)
        for step in copies.steps(first, last, accounts, days=self._wanted.days):
            yield replace(step, late=days.late)

    def _weighed(self, days: Scope) -> Iterator[Estimate]:
        """Weigh the steps; what has an account and day too large to sort, in hours."""
        for step in self._steps(days):
            whole = self._estimate(step)
            parts = [step]
            if whole.bytes > copies.MOST_SORTED:
                parts = [*copies.in_hours(step, self._bytes(step))]
            if parts == [step]:
                yield whole
            else:
                yield from map(self._estimate, parts)

    def _bytes(self, step: Scope) -> dict[str, dict[date | None, int]]:
        """Count the bytes of the log files of each account, by day."""
        kind, engine = self._table.kind, cast(Billing, self._engine)
        found = by_account(self._tables, kind, step, engine, step.accounts)
        return {
            account: {day: size.bytes for day, size in found.of(account).items()}
            for account in step.accounts
        }

    def _estimate(self, step: Scope) -> Estimate:
        reads = {relation_of(self._table.kind): 1}
        return estimate("A step", reads, self._tables, self._engine, step)

    @cached_property
    def _tables(self) -> TableSource:
        return TableSource(
            {self._table.kind: self._wanted.source},
            lambda _: self._source,
            listed=self._engine.partitions,
        )

    def _statements(self, step: Scope) -> tuple[str, ...]:
        fill = copies.fill(self._copy, self._table, step)
        if self._is_iceberg:
            return (fill,)
        return copies.add_partitions(self._copy, step), fill

    def _create(self) -> None:
        """Make the database and the table, where they are not there."""
        base = account_setup.database(self._copy.database, self._access)
        if not base.found():
            base.make()
        if self._wanted.iceberg:
            self._engine.execute(copies.create_iceberg(self._copy))
        else:
            self._access.client("glue").create_table(
                DatabaseName=self._copy.database,
                TableInput=self._copy.definition().glue(),
            )

    def _carry_out(self, plan: Plan) -> Plan:
        """Run one step after the other; if that ends early, say where to go on."""
        done, billed, started = 0, 0.0, clock.now()
        try:
            for step, statements in zip(plan.steps, plan.sql, strict=True):
                if is_midnight(step.scope.start):
                    started = clock.now()
                facts = [self._engine.execute(each) for each in statements]
                if not self._is_iceberg and is_midnight(step.scope.end):
                    mark(self._access, self._copy, step.scope, started)
                billed += sum(each["dollars"] or 0 for each in facts)
                done += 1
                notice(f"Step {done:,} of {len(plan.steps):,} is done: {step.scope}.")
        finally:
            if done < len(plan.steps):
                notice(_stopped(plan, done, billed))
        asked = (
            f'tk.athena("{self._wanted.name}", workgroup="{self._wanted.workgroup}")'
        )
        ending = f"Done, for {say_dollars(billed)}. Ask it: {asked}."
        return replace(plan, next=ending, billed=billed)


def _in_hours(steps: Sequence[Scope]) -> str:
    """Report which days of an account are copied in parts, and what that takes."""
    parts = [each for each in steps if not copies.is_whole(each)]
    cells = {(each.accounts, event_days(each)[0]) for each in parts}
    if not cells:
        return ""
    return (
        f"\n  {len(cells):,} days of an account are too large to sort at once: in "
        f"{len(parts):,} steps by hours, each of which reads the whole day"
    )


def _stopped(plan: Plan, done: int, billed: float) -> str:
    """Return what was done before the end came, and where to go on."""
    [first, _] = event_days(plan.steps[done].scope)
    return (
        f"Steps done: {done:,} of {len(plan.steps):,}, for {say_dollars(billed)}. The "
        f'same call goes on from there with first="{first}": what the copy holds is '
        "not written again."
    )
