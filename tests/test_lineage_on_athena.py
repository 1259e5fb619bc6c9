"""A lineage on Athena: the same edges, of queries that read seconds and hours."""

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import trailkit as tk
from tests.support import chains_made
from tests.support.athena_server import AthenaServer
from tests.support.chains_made import Chain
from tests.support.records_made import ACCOUNT, OTHER, case_of
from tests.support.tables_over_logs import publish
from trailkit.case import Case
from trailkit.lineage import Lineage

SEED, CHAINS = 5, 8


@pytest.fixture(scope="module")
def made() -> tuple[list[dict[str, Any]], list[Chain]]:
    return chains_made.chains(SEED, CHAINS)


def write_bucket(folder: Path, records: list[dict[str, Any]]) -> None:
    """Write records as an organization's trail delivers them, a file an account."""
    for account in (ACCOUNT, OTHER):
        own = [each for each in records if each["recipientAccountId"] == account]
        where = folder / f"AWSLogs/o-exampleorgid/{account}/CloudTrail/eu-west-1"
        for day in sorted({each["eventTime"][:10] for each in own}):
            of_day = [each for each in own if each["eventTime"].startswith(day)]
            place = where / day.replace("-", "/")
            place.mkdir(parents=True)
            name = f"{account}_CloudTrail_eu-west-1_{day.replace('-', '')}T2359Z_a"
            text = json.dumps({"Records": of_day}).encode()
            (place / f"{name}.json.gz").write_bytes(gzip.compress(text))


@pytest.fixture
def cases(made: Any, athena: AthenaServer, tmp_path: Path) -> tuple[Case, Case]:
    records, _ = made
    write_bucket(tmp_path / "bucket", records)
    publish(athena, tmp_path / "bucket", (ACCOUNT, OTHER), "chains")
    table = tk.athena("chains.cloudtrail", workgroup="dfir", poll=0.01, reuse=None)
    case = table.window("2026-03-09", "2026-03-12")
    return case, case_of(tmp_path / "local", records)


def edges(lineage: Lineage) -> list[list[Any]]:
    columns = ["from_id", "to_id", "kind", "certainty", "outcome", "event_id"]
    return sorted(lineage.edges[columns].fillna("").to_numpy().tolist())


def _seconds(frame: pd.DataFrame) -> float:
    """Return how long a span a query of a walk was about."""
    asked = tk.provenance(frame).parameters
    if not {"since", "until"} <= asked.keys():
        return float("inf")
    return (pd.Timestamp(asked["until"]) - pd.Timestamp(asked["since"])).total_seconds()


def test_athena_gives_the_local_edges_and_reads_seconds_on_the_way_back(
    made: Any, cases: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    on_athena, local = cases
    chain = next(each for each in made[1] if len(each.path()) == 2)
    one, other = on_athena.trace(chain.last_event), local.trace(chain.last_event)
    assert edges(one) == edges(other)
    assert one.ends["reason"].tolist() == other.ends["reason"].tolist()
    assert sum(_seconds(frame) <= 30 for frame in one._walk.frames) >= 1
    assert "Each hop is one query" in "".join(capsys.readouterr())
