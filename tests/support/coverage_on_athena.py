"""The tests' Athena over the situations: rows only of files that lie in its S3.

A file gives rows where its storage class can be read, and its account, Region and day
are among those that the table's projection lists.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from moto.s3.models import s3_backends

import trailkit as tk
from tests.support.athena_server import ACCOUNT, AthenaServer
from tests.support.coverage_situations import (
    HERE,
    HOME,
    LAYOUT,
    SITUATIONS,
    A,
    readable,
)
from tests.support.raw_rows import raw_rows
from tests.support.trail_listed import session
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

    def __init__(self, **states: Coverage) -> None:
        """Take the state of each kind; colons are written as underscores."""
        self._states = {name.replace("_", ":"): said for name, said in states.items()}

    def needs(self) -> list[str]:
        """List the kinds."""
        return [*self._states]

    def accounts(self, log_scope: LogScope) -> list[str]:
        """List the accounts of the table."""
        return [A]

    def recorded(self, need: str, log_scope: LogScope | None = None) -> Coverage:
        """Return the state of a kind."""
        return self._states[need]


ALL = Coverage(State.RECORDED, "central: all of them")
WRITES = Told(
    management_write=ALL,
    management_read=Coverage(State.NOT_RECORDED, "central: no selector"),
    data_s3=Coverage(State.UNKNOWN, "central: in part: one bucket"),
)

KNOWN: dict[str, tuple[str, dict[str, Any], Told | None]] = {
    "whole, trails not asked": ("whole", {}, None),
    "whole, every day": ("a day without a file", {}, WRITES),
    "joined after the table was made": ("an account that joined", {}, WRITES),
    "a Region that the table lacks": ("whole", {"regions": (HERE,)}, WRITES),
}
"""Situations of a table: its logs, what differs of the table, what trails tell."""


def on_athena(server: AthenaServer, logs: str) -> Case:
    """Put the files into S3, and open a table over them."""
    name, changes, trails = KNOWN.get(logs, (logs, {}, WRITES))
    files = SITUATIONS[name]()
    server.bucket(LAYOUT.bucket)
    for each in files:
        s3_backends[ACCOUNT]["aws"].put_object(
            LAYOUT.bucket, each.key(), each.content(), storage=each.storage
        )
    table = replace(TABLE, **changes)
    definition = table.definition()
    rows = [row for row in readable(files) if _projected(table, row[0])]
    server.create(definition, raw_rows(rows, definition), 0)
    case = tk.athena("security.matrix", workgroup="dfir", poll=0.01, session=session())
    return case.recorded_by(trails) if trails else case


def _projected(table: RawTable, url: str) -> bool:
    key = parse(url.partition(f"s3://{LAYOUT.bucket}/")[2])
    assert key is not None
    return (
        key.account in (table.accounts or [key.account]) and key.region in table.regions
    )
