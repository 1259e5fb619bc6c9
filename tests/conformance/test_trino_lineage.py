"""A lineage on a real Trino: the edges, ends and acts of the local one."""

from typing import Any

import pandas as pd
import pytest

from tests import chains_made
from tests.chains_made import Chain
from tests.conformance.practice_asked import DATABASE, on_trino
from tests.conformance.trino_server import TrinoServer
from tests.records_made import ACCOUNT, OTHER, case_of
from tests.tables_over_logs import publish
from tests.test_equal_engines import WINDOW
from tests.test_lineage_on_athena import edges, write_bucket
from tools.practice_case import practice
from trailkit.case import Case

SEED, CHAINS, TRACED = 20260309, 12, 4


@pytest.fixture(scope="module")
def made() -> tuple[list[dict[str, Any]], list[Chain]]:
    return chains_made.chains(SEED, CHAINS)


@pytest.fixture(scope="module")
def cases(
    made: Any, trino: TrinoServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Case, Case]:
    folder = tmp_path_factory.mktemp("chains")
    write_bucket(folder / "bucket", made[0])
    publish(trino, folder / "bucket", (ACCOUNT, OTHER), "chains")
    table = on_trino(trino, "chains").window("2026-03-09", "2026-03-12")
    return table, case_of(folder / "local", made[0])


def test_trino_finds_the_local_edges_of_made_chains_to_their_first_credential(
    made: Any, cases: tuple[Case, Case]
) -> None:
    for chain in sorted(made[1], key=lambda each: -len(each.path()))[:TRACED]:
        one, other = (case.trace(chain.last_event) for case in cases)
        assert edges(one) == edges(other)
        assert one.ends["id"].tolist() == [chain.first]
        assert one.ends["reason"].tolist() == [chain.reason]


def test_trino_traces_the_deletion_of_the_practice_case(
    published: TrinoServer, local: Case
) -> None:
    truth = practice.answers()
    cases = (on_trino(published, DATABASE).window(*WINDOW), local.window(*WINDOW))
    one, other = (case.trace(truth.deletion.event_id) for case in cases)
    assert one.ends["id"].tolist() == [truth.leaked_key]
    assert edges(one) == edges(other)
    pd.testing.assert_frame_equal(one.events(), other.events())
    pd.testing.assert_frame_equal(one.resources(), other.resources())
