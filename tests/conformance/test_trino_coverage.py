"""What an empty answer says on a real Trino, in some situations of the matrix."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.conformance.practice_asked import on_trino
from tests.conformance.trino_server import TrinoServer
from tests.support.coverage_on_athena import TABLE
from tests.support.coverage_situations import SITUATIONS, A, B, readable
from tests.support.raw_rows import raw_rows
from tests.test_coverage_matrix import answered, cells, require
from trailkit.case import Case


@pytest.fixture(scope="module")
def opened(trino: TrinoServer) -> Callable[[str], Case]:
    """Return a way to open each situation's files as a table, once."""
    known: dict[str, Case] = {}

    def opened(logs: str) -> Case:
        if logs not in known:
            database = "silence_" + re.sub("[^a-z]", "_", logs.lower())
            table = replace(
                TABLE, database=database, name="cloudtrail", accounts=(A, B)
            ).definition()
            rows: Any = raw_rows(readable(SITUATIONS[logs]()), table)
            trino.create(table, rows, 0)
            known[logs] = on_trino(trino, database)
        return known[logs]

    return opened


@pytest.mark.parametrize(("logs", "ask", "scope", "says"), [*cells("trino")])
def test_silence_on_trino_says_no_more_than_it_can_prove(
    logs: str, ask: str, scope: str, says: str, opened: Callable[[str], Case]
) -> None:
    require(answered(opened(logs), ask, scope), says)
