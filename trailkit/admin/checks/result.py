"""A check as a value: what was looked at, and what was found of each claim."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from trailkit.admin.checks.counts import CheckedPlace
from trailkit.admin.checks.deviations import Finding, Verdict
from trailkit.display.card import Card, Part
from trailkit.record import Kind
from trailkit.scope import Scope


@dataclass(frozen=True, slots=True, repr=False)
class Check:
    """What a look at one account, region and day found, claim by claim.

    ``place`` is where: the kind of record, the cell as a scope, whether in a copy.

    ``frame`` has a row for each claim: the rows that it is about, those that disagree,
    the verdict (holds, fails; open where no row can tell) and what that means.
    ``facts`` are the engine's own (query id, bytes, dollars).
    """

    source: str
    place: CheckedPlace
    time: datetime
    records: int = 0
    repeats: int = 0
    findings: tuple[Finding, ...] = ()
    sql: str = ""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def kind(self) -> Kind:
        """The kind of record that was looked at."""
        return self.place.kind

    @property
    def scope(self) -> Scope:
        """The account, region and day that were looked at."""
        return self.place.cell

    def having(self, verdict: Verdict) -> list[Finding]:
        """Return the findings with a verdict."""
        return [each for each in self.findings if each.verdict is verdict]

    @property
    def frame(self) -> pd.DataFrame:
        """Every finding as a row, those that fail first."""
        names = [each.name for each in fields(Finding)]
        order = [Verdict.FAILS, Verdict.HOLDS, Verdict.OPEN]
        rows = [
            [str(value) if isinstance(value, Verdict) else value for value in values]
            for verdict in order
            for each in self.having(verdict)
            for values in [[getattr(each, name) for name in names]]
        ]
        return pd.DataFrame(rows, columns=names)

    @property
    def summary(self) -> str:
        """Return it in one line, as the provenance of later frames keeps it."""
        when, where = f"{self.time:%Y-%m-%d %H:%M} UTC", self._where()
        if not self.records and not self.having(Verdict.FAILS):
            return f"{when}, {where}: nothing to look at"
        failed = "; ".join(each.claim for each in self.having(Verdict.FAILS))
        found = f"does not hold: {failed}" if failed else "nothing fails"
        return f"{when}, {where}, {self.records:,} records: {found}"

    def _where(self) -> str:
        day = f"{self.scope.start:%Y-%m-%d}" if self.scope.start else "all days"
        kind = [] if self.kind is Kind.EVENT else [f"({self.kind})"]
        return " ".join([day, *self.scope.accounts, *self.scope.regions, *kind])

    def __str__(self) -> str:
        """Return what was looked at, what fails, and the next line to type."""
        return "\n".join(
            [
                f"Check of {self.source}, {self._where()}",
                *self._said(),
                *(f"  {line}" for line in self._failures()),
                f"  Next: {self._next()}",
            ]
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        title, *said = (line.strip() for line in str(self).splitlines())
        claims = [Part("every claim", self.frame)]
        return Card(title, said, claims if self.findings else []).html()

    def _said(self) -> Iterator[str]:
        if not self.records:
            where = "in this folder" if self.place.in_folders else "on this day"
            yield f"  No record lies {where}, so there is nothing to look at."
            return
        repeats = f" ({self.repeats:,} of them repeats)" if self.repeats else ""
        holds, fails, left = (len(self.having(each)) for each in Verdict)
        claims = f"Of the claims {holds} hold, {fails} fail, {left} stay open."
        yield f"  {self.records:,} records{repeats}. {claims}"

    def _failures(self) -> Iterator[str]:
        for each in self.having(Verdict.FAILS):
            yield (
                f"fails: {each.claim}: not so in {each.disagree:,} of {each.rows:,}. "
                f"{each.meaning}"
            )

    def _next(self) -> str:
        if self.records:
            return ".frame has every claim; tk.provenance(frame) keeps the result."
        start = self.scope.start
        day = f"{start - timedelta(days=1):%Y-%m-%d}" if start else "2026-03-09"
        account = self.scope.accounts[0] if self.scope.accounts else "111122223333"
        kind = "" if self.kind is Kind.EVENT else f'kind="{self.kind}", '
        region = ' and region="…"' if self.place.in_folders else ""
        return (
            f'case.table.check({kind}day="{day}"), or name '
            f'account="{account}"{region} of one that was busy.'
        )
