"""Whatever form the records come in, the store holds the same."""

import json
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.support.evidence_made import (
    FORMS,
    Rows,
    all_is_accounted_for,
    dumped,
    log,
    put,
    records_of,
    rows,
)
from tests.support.records_made import data_event, denied, record, role
from tests.support.sampled import sampled
from trailkit.case import Case
from trailkit.connect import local
from trailkit.store.store import Store, open_store

INVICTUS = "invictus-aws-dataset"

MADE = [
    record("CreateUser", "iam", at="10:00:00", requestParameters={"userName": "zoë"}),
    denied("DeleteBucket", "s3", "arn:aws:s3:::payroll", at="10:00:01"),
    data_event("GetObject", at="10:00:02", resources=[{"ARN": "arn:aws:s3:::b/k"}]),
    record("RunInstances", "ec2", role("Deploy"), at="10:00:03", readOnly="false"),
    record("ListUsers", "iam", at="10:00:04", userAgent='odd \t "agent" \\ <b>'),
]


def opened(folder: Path) -> Store:
    store = open_store(folder / "logs", folder=folder / "store", progress=False)
    assert all_is_accounted_for(store)
    return store


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("plain")
    put(folder / "logs", {"a.json": log(MADE)})
    return records_of(opened(folder))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records(
    form: str, plain: Rows, tmp_path: Path
) -> None:
    put(tmp_path / "logs", FORMS[form](MADE))
    store = opened(tmp_path)
    assert store.counts["events"] == len(MADE)
    assert not store.counts["repeats"] + store.counts["problems"]
    assert records_of(store) == plain


def test_one_record_in_all_forms_is_one_event(plain: Rows, tmp_path: Path) -> None:
    for form, write in FORMS.items():
        put(tmp_path / "logs" / form, write(MADE))
    store = opened(tmp_path)
    assert store.counts["events"] == len(MADE)
    assert store.counts["repeats"] == len(MADE) * (len(FORMS) - 1)
    assert store.counts["conflicts"] == 0
    assert records_of(store) == plain


def test_each_delivery_leads_to_its_original(tmp_path: Path) -> None:
    for form, write in FORMS.items():
        put(tmp_path / "logs" / form, write(MADE))
    store = opened(tmp_path)
    for made in MADE:
        originals = store.original(made["eventID"])
        assert len(originals) == len(FORMS)
        assert all(json.loads(text) == made for _, _, text in originals)


def test_a_wrapper_gives_the_time_that_a_record_lacks(tmp_path: Path) -> None:
    detail = {key: value for key, value in MADE[0].items() if key != "eventTime"}
    wrapped = {"time": "2026-03-09T10:00:00Z", "detail": detail}
    put(tmp_path / "logs", {"a.json": dumped(wrapped)})
    (row,) = rows(opened(tmp_path), "select event_time from {records}")
    assert row == (datetime(2026, 3, 9, 10),)


# Real logs


@pytest.fixture(scope="module")
def public_logs(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Store, pd.DataFrame]:
    """Open all public logs as one store, with the list of its files."""
    folder = tmp_path_factory.mktemp("public") / "store"
    store = open_store(shared_data, folder=folder, progress=False)
    files = pd.concat(map(pd.read_parquet, store.parquet("files")))
    files.index = pd.Index([Path(file).name for file in files["file"]])
    return store, files


def test_every_public_file_and_record_is_accounted_for(
    public_logs: tuple[Store, pd.DataFrame], shared_data: Path
) -> None:
    store, files = public_logs
    there = sum(path.is_file() for path in shared_data.rglob("*"))
    assert store.counts["files"] == len(files) == there
    assert all_is_accounted_for(store)
    assert store.counts["problems"] == 2  # one in each file that is broken
    assert store.counts["records"] == files["records"].sum()


def test_a_broken_public_file_is_listed_with_its_reason(
    public_logs: tuple[Store, pd.DataFrame],
) -> None:
    _, files = public_logs
    broken = files.loc[files["status"] == "broken", "reason"].to_dict()
    assert set(broken) == {"samples-large.json", "bad_cloudtrail.json"}
    assert "around the break" in broken["samples-large.json"]
    assert "Cut short" in broken["bad_cloudtrail.json"]


def test_a_skipped_public_file_says_what_it_is(
    public_logs: tuple[Store, pd.DataFrame],
) -> None:
    _, files = public_logs
    skipped = files[files["status"] == "skipped"]
    assert skipped["reason"].str.startswith(("No CloudTrail record", "No log")).all()
    assert skipped["records"].sum() == 0


def test_a_public_log_packed_and_plain_folds(shared_data: Path, tmp_path: Path) -> None:
    logs = shared_data / "trailscraper-tests" / "cloudtrail"
    store = open_store(logs, folder=tmp_path / "store", progress=False)
    assert store.counts["files_read"] == 2
    assert store.counts["events"] == store.counts["repeats"] == 2


def test_a_public_event_with_two_times_stays_two(
    shared_data: Path, tmp_path: Path
) -> None:
    logs = shared_data / "umccr-flaws-slice"
    store = open_store(logs, folder=tmp_path / "store", progress=False)
    assert (store.counts["events"], store.counts["repeats"]) == (185, 0)
    assert store.counts["conflicts"] == 1


@pytest.fixture(scope="module")
def once(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("once") / "store"
    return local(shared_data / INVICTUS, store=folder, progress=False)


@pytest.fixture(scope="module")
def copied(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Open the same logs with every file once more, under another name."""
    folder = tmp_path_factory.mktemp("copied")
    (folder / "logs").mkdir()
    for path in (shared_data / INVICTUS).rglob("*.json"):
        (folder / "logs" / path.name).write_bytes(path.read_bytes())
        (folder / "logs" / f"copy-of-{path.name}").write_bytes(path.read_bytes())
    return local(folder / "logs", store=folder / "store", progress=False)


def test_the_public_hour_is_read_whole(once: Case) -> None:
    counts = once.source.counts()
    assert (counts["files_read"], counts["events"]) == (55, 2900)
    assert counts["problems"] == counts["repeats"] == counts["remarks"] == 0


def test_the_public_hour_copied_is_the_same_hour(copied: Case) -> None:
    counts = copied.source.counts()
    assert (counts["files_read"], counts["events"]) == (110, 2900)
    assert (counts["repeats"], counts["problems"]) == (2900, 0)


def test_no_question_sees_that_files_were_copied(once: Case, copied: Case) -> None:
    asked = 0
    for question in sampled():
        if all(p.optional for p in question.parameters):
            pd.testing.assert_frame_equal(
                copied.ask(question.name), once.ask(question.name), obj=question.name
            )
            asked += 1
    assert asked > 8
