"""Odd inputs that people met: each is read, remarked or refused as it should be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

import trailkit as tk
from trailkit.case import Case
from trailkit.store.store import open_store

Opened = Callable[[str], Case]


class Right(NamedTuple):
    """What is right for an input, as far as counts say."""

    events: int
    problems: int = 0
    repeats: int = 0
    remarks: int = 0
    skipped: int = 0
    broken: int = 0


RIGHT = {
    "01_s3_notification": Right(1, skipped=1),
    "03_filter_log_events_lines": Right(2),
    "05_cloudwatch_export_to_s3": Right(3, skipped=1),
    "07_sqs_sns_body": Right(3),
    "08_elastic_source": Right(2),
    "10_jsonl_stray_line": Right(101, problems=1),
    "12_grep_separators": Right(3, problems=2),
    "13_epoch_event_time": Right(3),
    "15_compact_creation_date": Right(1),
    "16_summaries_skip_without_id": Right(5),
    "18_deliveries_second_file": Right(1, repeats=1),
    "19_lower_case_keys": Right(3, remarks=2),
    "21_account_without_zero": Right(2, remarks=3),
    "22_tar_gz": Right(3),
    "25_firehose_control_message": Right(2),
    "26_type_conflicts": Right(5),
    "27_digest_and_validation": Right(1, skipped=2),
    "28_denied_or_failed": Right(8),
    "33_plotly_time_zone": Right(2),
    "35_elastic_pipeline": Right(19),
    "50_planted_duplicate_key": Right(2, remarks=3),
    "51_neighbours_not_read": Right(1, problems=1, repeats=1, broken=1),
    "52_zip_with_one_name_twice": Right(2, remarks=2),
    "53_one_odd_time": Right(2),
}


@pytest.fixture(scope="module")
def opened(shared_cases: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Open an input by its name."""
    made: dict[str, Case] = {}

    def opened(name: str) -> Case:
        if name not in made:
            store = tmp_path_factory.mktemp(name) / "store"
            made[name] = tk.local(shared_cases / name / "in", store=store)
        return made[name]

    return opened


def counts(case: Case) -> dict[str, int]:
    return case.source.counts()


def one(case: Case, select: str) -> list[dict[str, Any]]:
    return case.query(select).to_dict("records")


def test_every_input_has_its_claim(shared_cases: Path) -> None:
    inputs = {path.parent.name for path in shared_cases.glob("*/in")}
    assert inputs == RIGHT.keys()


@pytest.mark.parametrize("name", RIGHT)
def test_an_odd_input_is_read_as_it_should_be(name: str, opened: Opened) -> None:
    found, right = counts(opened(name)), RIGHT[name]
    assert (
        Right(
            found["events"],
            found["problems"],
            found["repeats"],
            found["remarks"],
            found["files_skipped"],
            found["files_broken"],
        )
        == right
    )
    assert found["records"] == right.events + right.repeats + right.problems


@pytest.mark.parametrize(
    "name",
    [
        "03_filter_log_events_lines",
        "05_cloudwatch_export_to_s3",
        "07_sqs_sns_body",
        "08_elastic_source",
        "10_jsonl_stray_line",
        "19_lower_case_keys",
        "22_tar_gz",
    ],
)
def test_what_was_wrapped_is_read_whole(name: str, opened: Opened) -> None:
    frame = opened(name).query("select time, action, actor, source_ip from events")
    assert not frame.isna().any(axis=None)
    assert set(frame["actor"]) == {"user/nina"}


def test_a_notification_is_no_event_and_says_what_it_is(opened: Opened) -> None:
    files = opened("01_s3_notification").source.files()
    reason = files.loc[files["status"] == "skipped", "reason"].item()
    assert "A notification of aws:s3, not a CloudTrail record." in reason


def test_epoch_seconds_are_a_time(opened: Opened) -> None:
    frame = opened("13_epoch_event_time").query("select time from events")
    assert set(frame["time"]) >= {pd.Timestamp("2026-03-09T11:40:00Z")}


def test_a_compact_date_is_a_time(opened: Opened) -> None:
    (row,) = one(opened("15_compact_creation_date"), "select session_start from events")
    assert row["session_start"] == pd.Timestamp("2013-11-02T01:06:28Z")


@pytest.mark.parametrize(
    "question", ["identity/active", "overview/volume", "overview/user-agents"]
)
def test_summaries_count_records_without_an_id(question: str, opened: Opened) -> None:
    frame = opened("16_summaries_skip_without_id").ask(question)
    assert frame["events"].sum() == 5


def test_each_delivery_names_its_own_file(opened: Opened) -> None:
    case = opened("18_deliveries_second_file")
    frame = case.query("select file, event_id from deliveries order by file")
    assert ["trail-a" in file for file in frame["file"]] == [True, False]
    assert ["trail-b" in file for file in frame["file"]] == [False, True]


def test_an_account_has_its_zeros_again(opened: Opened) -> None:
    case = opened("21_account_without_zero")
    assert {row["account"] for row in one(case, "select account from events")} == {
        "011222233334"
    }
    assert len(case.accounts("011222233334").query("select time from events")) == 2


def test_denied_is_what_the_benchmark_calls_so(opened: Opened) -> None:
    rows = one(
        opened("28_denied_or_failed"),
        "select time, outcome from events order by time, event_id",
    )
    assert [row["outcome"] for row in rows] == ["denied"] * 6 + ["failed"] * 2


@pytest.mark.parametrize("files", [["a.json", "b.json"], ["b.json", "a.json"], None])
def test_a_planted_twin_hides_nothing(
    files: list[str] | None, shared_cases: Path, tmp_path: Path
) -> None:
    source, logs = shared_cases / "50_planted_duplicate_key" / "in", tmp_path / "logs"
    logs.mkdir()
    for name in files or ["a.json", "b.json"]:
        (logs / name).write_bytes((source / name).read_bytes())
        if files:  # grown, else made at once
            open_store(logs, folder=tmp_path / "store", progress=False)
    case = tk.local(logs, store=tmp_path / "store", progress=False)
    assert len(case.ask("s3/bucket-deletions", bucket="payroll")) == 1
    reasons = case.source.problems()["reason"]
    assert reasons.str.startswith("A key stands twice").sum() == 1


def test_what_was_not_read_is_in_every_answer(opened: Opened) -> None:
    case = opened("51_neighbours_not_read")
    for frame in (
        case.ask("s3/bucket-deletions"),
        case.query("select time, action from events"),
    ):
        notes = " ".join(tk.provenance(frame).notes)
        assert "1 of 4 files were not read whole: what is missing" in notes
        assert "cut.json" in notes
        assert "1 of 3 records could not be read." in notes
    empty = tk.provenance(case.ask("s3/bucket-deletions")).notes[-1]
    assert empty.endswith(
        "What was not read may hold one: this does not show that nothing happened."
    )


def test_one_odd_time_costs_its_record_alone(opened: Opened) -> None:
    rows = one(opened("53_one_odd_time"), "select time from events order by time")
    assert len(rows) == 2
