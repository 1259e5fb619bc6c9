"""First contact means the same on a real Trino: what holds, what fails, how often."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import trailkit as tk
from tests.conformance.test_trino_equal import plain  # noqa: F401 - a fixture
from tests.conformance.trino_server import CATALOG, LOOPBACK, TrinoServer
from tests.support.raw_rows import Located, raw_rows
from tests.support.sampled import WHOLE
from tests.test_checking import CELL, TABLE, UNTRUE, Change, everyday, failing
from tests.test_checking_kinds import KINDS, NAMES
from tests.test_checking_kinds import UNTRUE as UNTRUE_OF_KINDS
from tests.test_checking_kinds import everyday as everyday_of
from trailkit.case import Case
from trailkit.record import Kind

PLACE = "A log file lies in the folders"
"""Trino's stand-in has no log files: its paths say nothing about this claim."""

ON_TRINO = [
    pytest.param(number, *each, id=f"{number} {each[0]}")
    for number, each in enumerate(UNTRUE)
    if not each[0].startswith((PLACE, '"$path"'))
]
OF_KINDS = [
    pytest.param(number, *each, id=f"{number} {each[0]} {each[1]}")
    for number, each in enumerate(UNTRUE_OF_KINDS)
    if not each[1].startswith(PLACE) and (WHOLE or number % 6 == 0)
]


def case_of(
    server: TrinoServer,
    name: str,
    located: list[Located],
    change: Change = dict,
    kind: Kind = Kind.EVENT,
) -> Case:
    table = replace(TABLE, name=name, kind=kind).definition()
    made = raw_rows(located, table)
    rows = pa.Table.from_pylist(list(map(change, made.to_pylist())), made.schema)
    server.create(table, rows, 0)
    where = {"host": LOOPBACK, "port": server.port, "user": "analyst"}
    others = {NAMES[each]: f"{CATALOG}.{table.database}.{name}" for each in KINDS}
    return tk.trino(f"{CATALOG}.{table.database}.{name}", **where, **others)


def test_of_everyday_records_nothing_fails(trino: TrinoServer) -> None:
    found = case_of(trino, "everyday", everyday()).table.check(**CELL)
    assert (found.records, failing(found)) == (3, [])


@pytest.mark.parametrize(("number", "claim", "rows", "located", "change"), ON_TRINO)
def test_a_claim_that_is_untrue_fails(
    number: int,
    claim: str,
    rows: int,
    located: list[Located],
    change: Change,
    trino: TrinoServer,
) -> None:
    found = case_of(trino, f"untrue_{number}", located, change).table.check(**CELL)
    [failed] = [each for each in failing(found) if each.startswith(claim)]
    assert found.frame.set_index("claim").loc[failed, "disagree"] == rows


@pytest.mark.parametrize("kind", KINDS)
def test_of_everyday_records_of_a_kind_nothing_fails(
    kind: Kind, trino: TrinoServer
) -> None:
    case = case_of(trino, f"everyday_{kind}", everyday_of(kind), kind=kind)
    found = case.table.check(kind=kind, **CELL)
    assert (found.records, failing(found)) == (3, [])


@pytest.mark.parametrize(
    ("number", "kind", "claim", "rows", "located", "change"), OF_KINDS
)
def test_a_claim_about_a_kind_that_is_untrue_fails(
    number: int,
    kind: Kind,
    claim: str,
    rows: int,
    located: list[Located],
    change: Change,
    trino: TrinoServer,
) -> None:
    case = case_of(trino, f"untrue_kind_{number}", located, change, kind)
    found = case.table.check(kind=kind, **CELL)
    [failed] = [each for each in failing(found) if each.startswith(claim)]
    assert found.frame.set_index("claim").loc[failed, "disagree"] == rows


@pytest.mark.parametrize("kind", Kind)
def test_the_practice_case_is_found_the_same(
    kind: Kind,
    local: Case,
    plain: Case,  # noqa: F811
    logs: Path,
) -> None:
    at_home = local.table.check(kind=kind)
    scope = at_home.scope
    found = plain.window("2026-03-01", "2026-03-20").table.check(
        kind=kind,
        account=scope.accounts[0],
        region=scope.regions[0],
        day=scope.start,
    )
    assert found.records == at_home.records > (1_000 if kind is Kind.EVENT else 0)
    assert found.repeats == at_home.repeats
    pd.testing.assert_frame_equal(_comparable(found.frame), _comparable(at_home.frame))


def _comparable(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["claim"].str.startswith(PLACE)].reset_index(drop=True)


def test_the_fullest_cell_of_a_day_is_taken(plain: Case) -> None:  # noqa: F811
    found = plain.window("2026-03-12", "2026-03-13").table.check()
    assert found.records > 500
    assert len(found.scope.accounts) == len(found.scope.regions) == 1
