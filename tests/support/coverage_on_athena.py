"""The tests' Athena over the situations: rows only of files that lie in its S3.

A file gives rows where its storage class can be read, and its account, Region and day
are among those that the table's projection lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from moto.s3.models import s3_backends

import trailkit as tk
from tests.support.athena_server import ACCOUNT, REGION, AthenaServer
from tests.support.coverage_situations import (
    HERE,
    HOME,
    LAYOUT,
    SITUATIONS,
    A,
    B,
    readable,
)
from tests.support.raw_rows import raw_rows
from tests.support.trail_listed import session
from trailkit.admin.copies import backfill
from trailkit.case import Case
from trailkit.coverage.selectors import Coverage, State
from trailkit.tables.layout import parse
from trailkit.tables.log_scope import LogScope
from trailkit.tables.raw import RawTable

TABLE = RawTable(
    "security",
    "matrix",
    LAYOUT,
    date(2026, 1, 1),
    accounts=(A,),
    regions=(HERE, HOME),
)


class Told:
    """What someone who saw all trails tells of them: one state for each kind."""

    time = datetime(2026, 3, 20, tzinfo=UTC)

    def __init__(self, *accounts: str, **states: Coverage) -> None:
        """Take the accounts, and the state of each kind, ``_`` in it for its colon."""
        self._accounts = [*accounts] or [A]
        self._states = {name.replace("_", ":"): said for name, said in states.items()}

    def needs(self) -> list[str]:
        """List the kinds."""
        return [*self._states]

    def accounts(self, log_scope: LogScope) -> list[str]:
        """List the accounts of the table."""
        return self._accounts

    def recorded(self, need: str, log_scope: LogScope | None = None) -> Coverage:
        """Return the state of a kind."""
        return self._states[need]


ALL = Coverage(State.RECORDED, "central: all of them")
WRITES = Told(
    management_write=ALL,
    management_read=Coverage(State.NOT_RECORDED, "central: no selector"),
    data_s3=Coverage(State.UNKNOWN, "central: in part: one bucket"),
)

MORE = Told(A, B, management_write=ALL)
DATA = Told(data_s3=ALL)
RESTARTED = Told(
    management_write=Coverage(
        State.UNKNOWN, "central: it was last started on 2026-03-09"
    )
)
OFF = Told(
    management_write=Coverage(
        State.NOT_RECORDED, "central: it was stopped on 2026-03-08"
    )
)


@dataclass(frozen=True)
class TableSituation:
    """A table over a situation: what differs of it, what trails tell, and its copy.

    ``copied`` are the days and accounts that a copy was filled with, which is then
    asked instead of the table.
    """

    logs: str
    trails: Told | None = WRITES
    changes: Mapping[str, Any] = field(default_factory=dict)
    copied: tuple[str, str, tuple[str, ...]] | None = None


EIGHTH, NINTH, TENTH = "2026-03-08", "2026-03-09", "2026-03-10"
BOTH_ACCOUNTS = {"accounts": (A, B)}

KNOWN: dict[str, TableSituation] = {
    "whole, trails not asked": TableSituation("whole", None),
    "whole, every day": TableSituation("a day without a file"),
    "joined after the table was made": TableSituation("an account that joined"),
    "a Region that the table lacks": TableSituation(
        "whole", changes={"regions": (HERE,)}
    ),
    "stopped the day before": TableSituation("whole", OFF),
    "stopped and restarted": TableSituation("stopped", RESTARTED),
    "data, selectors of today": TableSituation("data from two on", DATA),
    "copied": TableSituation("whole", copied=(NINTH, NINTH, ())),
    "copied the day before": TableSituation("whole", copied=(EIGHTH, EIGHTH, ())),
    "copied, trails not asked": TableSituation(
        "whole", None, copied=(EIGHTH, EIGHTH, ())
    ),
    "copied of one account": TableSituation(
        "an account that joined", MORE, BOTH_ACCOUNTS, (NINTH, NINTH, (A,))
    ),
}
"""Situations of a table, beside those of its logs alone."""


def on_athena(server: AthenaServer, logs: str) -> Case:
    """Put the files into S3, and open a table over them, or a copy of it."""
    known = KNOWN.get(logs) or TableSituation(logs)
    files = SITUATIONS[known.logs]()
    server.bucket(LAYOUT.bucket)
    for each in files:
        s3_backends[ACCOUNT]["aws"].put_object(
            LAYOUT.bucket, each.key(), each.content(), storage=each.storage
        )
    table = replace(TABLE, **known.changes)
    definition = table.definition()
    rows = [row for row in readable(files) if _projected(table, row[0])]
    server.create(definition, raw_rows(rows, definition), 0)
    name = _fill(server, *known.copied) if known.copied else definition.full_name
    case = tk.athena(name, workgroup="dfir", poll=0.01, session=session())
    return case.recorded_by(known.trails) if known.trails else case


def _fill(
    server: AthenaServer, first: str, last: str, accounts: tuple[str, ...]
) -> str:
    """Fill a copy of the table, and return its name."""
    server.bucket("analysis")
    copy = tk.TableCopy(
        "security.matrix",
        "security.copy",
        "s3://analysis/copy/",
        account=ACCOUNT,
        region=REGION,
        workgroup="dfir",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill, "POLL", 0.01)
        copy.fill_in_account(
            first, last, accounts=accounts, session=session(), confirm=ACCOUNT
        )
    return "security.copy"


def _projected(table: RawTable, url: str) -> bool:
    key = parse(url.partition(f"s3://{LAYOUT.bucket}/")[2])
    assert key is not None
    return (
        key.account in (table.accounts or [key.account]) and key.region in table.regions
    )
