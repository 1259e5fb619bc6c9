"""A lineage on Athena: the same edges, of queries that read seconds and hours."""

import _thread
import gzip
import json
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

import trailkit as tk
from tests.support import chains_made
from tests.support.athena_server import AthenaServer
from tests.support.chains_made import Chain
from tests.support.records_made import ACCOUNT, OTHER, case_of
from tests.support.tables_over_logs import BUCKET, publish
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


def scopes(lineage: Lineage, folder: Path) -> float:
    """Return how often a walk read as much as all log files of the scope."""
    whole = sum(path.stat().st_size for path in folder.rglob("*.gz"))
    facts = [tk.provenance(frame).facts for frame in lineage._walk.frames]
    return sum(each.get("scanned_bytes", 0) for each in facts) / whole


def test_athena_gives_the_local_edges_and_reads_seconds_on_the_way_back(
    made: Any, cases: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_athena, local = cases
    chain = next(each for each in made[1] if len(each.path()) == 2)
    one, other = on_athena.trace(chain.last_event), local.trace(chain.last_event)
    assert edges(one) == edges(other)
    assert one.ends["reason"].tolist() == other.ends["reason"].tolist()
    assert sum(_seconds(frame) <= 30 for frame in one._walk.frames) >= 1
    said = "".join(capsys.readouterr())
    assert "Each hop is one query" in said
    assert "Hop 1: 1 credentials known." in said
    # Once to find the start, twice for each credential of the chain.
    assert scopes(one, tmp_path / "bucket") <= 1 + 2 * (len(chain.path()) + 1)


def test_a_row_with_its_time_is_found_without_reading_the_scope(
    made: Any, cases: Any, tmp_path: Path
) -> None:
    key = next(each for each in made[1] if not each.path() and each.last == each.first)
    row = next(each for each in made[0] if each["eventID"] == key.last_event)
    start = {"event_id": key.last_event, "time": pd.Timestamp(row["eventTime"])}
    lineage = cases[0].trace(start)
    assert lineage.ends["id"].tolist() == [key.first]
    assert _seconds(lineage._walk.frames[0]) == 0
    assert scopes(lineage, tmp_path / "bucket") < 3


def test_a_walk_that_the_budget_ends_keeps_what_it_knows(
    made: Any, cases: Any, athena: AthenaServer, tmp_path: Path
) -> None:
    athena.bucket(BUCKET)
    for path in (tmp_path / "bucket").rglob("*.gz"):
        key = path.relative_to(tmp_path / "bucket").as_posix()
        boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
    chain = next(each for each in made[1] if len(each.path()) == 2)
    price = cases[0].estimate().most
    lineage = cases[0].budget(usd=2.5 * price).trace(chain.last_event)
    assert not lineage.complete
    assert "of the budget of" in repr(lineage)
    assert len(lineage._walk.frames) > 1
    assert set(lineage.ends["reason"]) == {"not followed further"}


def test_ctrl_c_stops_the_hop_in_athena_and_keeps_what_is_known(
    made: Any, cases: Any, athena: AthenaServer
) -> None:
    chain = next(each for each in made[1] if len(each.path()) == 2)

    def press() -> None:
        while len(athena.queries) == 3 or athena.last.state != "RUNNING":
            time.sleep(0.01)
        _thread.interrupt_main()

    def afterwards(_: object) -> None:
        if len(athena.queries) == 3:
            athena.slow = 30
            threading.Thread(target=press, daemon=True).start()

    athena.afterwards = afterwards
    lineage = cases[0].trace(chain.last_event)
    assert not lineage.complete
    assert "interrupted" in repr(lineage)
    assert [each.state for each in athena.queries.values()].count("CANCELLED") == 1
    assert len(athena.queries) == 4
    found, whole = edges(lineage), edges(cases[1].trace(chain.last_event))
    assert found
    assert {tuple(each[:2]) for each in found} <= {tuple(each[:2]) for each in whole}
    assert "not followed further" in set(lineage.ends["reason"])
