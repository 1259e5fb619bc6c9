"""An estimate: what it lists, what it says, and that it is true."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.athena_server import AthenaServer
from tests.support.records_made import record
from tests.support.trail_listed import (
    A_FILE,
    DAYS,
    FILES,
    case,
    deliver,
)
from trailkit import clock, local
from trailkit.aws.prices import prices_of
from trailkit.cost.bill import Usage
from trailkit.cost.budget import Budget
from trailkit.display.provenance import provenance
from trailkit.errors import (
    AccessRefused,
    InvalidParameter,
    NotConfigured,
    TableError,
    UnboundedScan,
    UnknownQuestion,
)
from trailkit.questions.library import Library
from trailkit.tables.regions import REGIONS

DELETIONS = "s3/bucket-deletions"


@pytest.fixture
def server(athena: AthenaServer) -> AthenaServer:
    deliver(athena)
    return athena


def test_an_estimate_counts_the_files_of_the_scope(server: AthenaServer) -> None:
    one = case().accounts("111122223333").regions("eu-west-1")
    found = one.window("2026-03-03", "2026-03-04").estimate(DELETIONS)
    assert found.files == 2 * FILES  # the day, and the one after it for late files
    assert found.bytes == 2 * FILES * A_FILE
    assert found.bill.scan == pytest.approx(10 / 1024**2 * 5)
    assert found.frame["files"].tolist() == [FILES, FILES]


def test_an_estimate_is_what_the_run_reports(server: AthenaServer) -> None:
    week = case().window("2026-03-01", "2026-03-08").regions("us-east-1")
    said = week.estimate(DELETIONS)
    facts = provenance(week.ask(DELETIONS)).facts
    assert said.bytes == facts["bytes"] > 10 * A_FILE
    assert said.bill.scan == pytest.approx(facts["dollars"])


def test_an_estimate_lists_nothing_beyond_the_scope(server: AthenaServer) -> None:
    one = case().accounts("111122223333").regions("eu-west-1")
    server.faults.seen.clear()
    one.window("2026-03-03", "2026-03-05").estimate()
    assert server.faults.seen.count("s3:ListBucket") == 3
    assert not server.queries


def test_days_without_any_file_are_named(server: AthenaServer) -> None:
    found = case().window("2026-03-01", "2026-03-04").estimate()
    assert found.days_without_files == [DAYS[1]]
    assert "Days without any log file: 2026-03-02." in repr(found)


def test_days_to_come_are_not_called_empty(server: AthenaServer) -> None:
    now = clock.now()
    found = case().window(now, now + timedelta(hours=1)).late("7d").estimate()
    assert found.days_without_files == [now.date()]


def test_a_price_of_ones_own_wins(server: AthenaServer) -> None:
    mine = case(price=1000.0).window("2026-03-03", "2026-03-08")
    found = mine.estimate()
    assert found.bill.scan == pytest.approx(found.bytes / 1024**4 * 1000)
    assert "at $1,000.00 a terabyte" in repr(found)
    assert "prices of your own" in repr(found)


def test_one_price_of_several_may_be_ones_own(server: AthenaServer) -> None:
    listed = case().window("2026-03-03", "2026-03-08").estimate()
    mine = case(price={"get": 1.0}).window("2026-03-03", "2026-03-08").estimate()
    assert mine.bill.gets == pytest.approx(mine.files / 1000)
    assert mine.bill.scan == listed.bill.scan
    with pytest.raises(NotConfigured, match=r"price=\{'gets': 1\}.*scan, get, list"):
        case(price={"gets": 1}).window("2026-03-03", "2026-03-08").estimate()


def test_in_china_yuan_are_billed(server: AthenaServer) -> None:
    china = prices_of("cn-northwest-1")
    week = case().window("2026-03-03", "2026-03-08").estimate()
    found = replace(week, prices=china)
    assert found.bill.scan == pytest.approx(34.34 * found.bytes / 1024**4, rel=0.01)
    assert "at ¥34.34 a terabyte" in str(found)
    with pytest.raises(InvalidParameter, match=r"bills CNY.*case\.budget\(cny=…\)"):
        Budget(5).hold(found)
    Budget(5, "CNY").hold(found)


def test_reserved_capacity_is_said_to_be_billed_otherwise(server: AthenaServer) -> None:
    assert "capacity" not in str(case().window("2026-03-03", "2026-03-04").estimate())
    server.reserved["nightly"] = ["dfir"]
    found = case().window("2026-03-03", "2026-03-04").estimate()
    assert 'capacity reservation "nightly": Athena bills that by the hour' in str(found)
    other = case(workgroup="primary", results="s3://results/x/")
    assert "capacity" not in str(other.window("2026-03-03", "2026-03-04").estimate())


def test_a_lookback_widens_the_estimate(server: AthenaServer) -> None:
    day = case().window("2026-03-09", "2026-03-10")
    question = day.questions["s3/bucket-deletions"]
    looking_back = replace(question, name="x/y", lookback=timedelta(days=7))
    wider = replace(day, questions=Library([*day.questions, looking_back]))
    assert wider.estimate("x/y").files > wider.estimate(question.name).files


def test_an_estimate_needs_a_window_and_a_known_question(server: AthenaServer) -> None:
    with pytest.raises(UnboundedScan):
        case().estimate(DELETIONS)
    with pytest.raises(UnboundedScan):
        case().estimate()
    with pytest.raises(UnknownQuestion):
        case().window("2026-03-03", "2026-03-04").estimate(bucket="payroll")


def test_a_missing_right_is_named(server: AthenaServer) -> None:
    server.refuse("s3:ListBucket", "AccessDenied")
    with pytest.raises(AccessRefused, match="s3:ListBucket"):
        case().window("2026-03-03", "2026-03-04").estimate()


def test_nothing_is_billed_at_home(practice_case: Any) -> None:
    found = practice_case.estimate(DELETIONS)
    assert found.dollars == 0
    assert "s3/bucket-deletions: nothing is billed for it here." in repr(found)
    assert "Athena would read 3,819 of them" in repr(found)


def test_local_files_are_weighed_by_the_folders_of_a_trail(tmp_path: Path) -> None:
    written = json.dumps({"Records": [record()]})
    for place in (
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/09/a.json",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/10/b.json",
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/12/late.json",
        "AWSLogs/444455556666/CloudTrail/eu-west-1/2026/03/09/c.json",
        "AWSLogs/444455556666/CloudTrail-Insight/eu-west-1/2026/03/09/d.json",
        "handed-over/e.json",
    ):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(written)
    here = local(tmp_path, progress=False)
    day = here.window("2026-03-09", "2026-03-10")
    size, regions = len(written), len(REGIONS["aws"])
    assert day.estimate().usage == Usage(3 * size, 3, 2 * 2 * regions)
    one = day.accounts("111122223333").regions("us-east-1").estimate()
    assert one.usage == Usage(size, 1, 2)
    assert one.frame["files"].tolist() == [0, 1]
    assert here.estimate().files == 4
    assert "1 file does not lie in a trail's folders" in str(one)
    assert day.regions("eu-north-1").estimate().usage == Usage(lists=4)
    assert "¥" in str(one.in_region("cn-north-1"))
    with pytest.raises(TableError, match="Frankfurt"):
        one.in_region("Frankfurt")
