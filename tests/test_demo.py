import gzip
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tools.practice_case import delivery
from tools.practice_case.organization import ACCOUNTS, ORGANIZATION
from trailkit.record import FIELDS, FOLDERS, Field, Kind, Type
from trailkit.store import practice_case

KEY = re.compile(
    rf"AWSLogs/{ORGANIZATION}/(?P<account>\d{{12}})/(?P<folder>CloudTrail[A-Za-z-]*)/"
    r"(?P<region>[a-z0-9-]+)/(?P<day>\d{4}/\d\d/\d\d)/"
    r"(?P=account)_CloudTrail_(?P=region)_(?P<minute>\d{8}T\d{4}Z)_[0-9A-Za-z]{16}"
    r"\.json\.gz"
)
Log = tuple[dict[str, str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    practice_case.unpack(folder)
    return folder


@pytest.fixture(scope="module")
def logs(folder: Path) -> list[Log]:
    return list(read(folder))


@pytest.fixture(scope="module")
def records(logs: list[Log]) -> list[dict[str, Any]]:
    return [record for _, records in logs for record in records]


def read(folder: Path) -> Iterator[Log]:
    for path in sorted(folder.rglob("*.*")):
        place = KEY.fullmatch(path.relative_to(folder).as_posix())
        assert place, path
        yield (
            place.groupdict(),
            json.loads(gzip.decompress(path.read_bytes()))["Records"],
        )


def time_of(record: dict[str, Any]) -> datetime:
    text = record.get("eventTime") or record["timeWindow"]["windowEnd"]
    return datetime.fromisoformat(text)


def delivered(place: dict[str, str]) -> datetime:
    return datetime.strptime(place["minute"], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)


def identity(record: dict[str, Any]) -> str:
    return record.get("eventID") or record["eventId"]


def test_there_are_about_thirty_thousand_records_of_every_kind(
    records: list[dict[str, Any]],
) -> None:
    distinct = {identity(record): record["eventCategory"] for record in records}
    kinds = Counter(distinct.values())
    assert 28_000 < len(distinct) < 33_000
    assert kinds["Management"] > 15_000
    assert kinds["Data"] > 9_000
    assert kinds["NetworkActivity"] > 1_000
    assert kinds["Aggregated"] > 50
    assert kinds["Insight"] >= 10


def test_every_account_has_its_folders(logs: list[Log]) -> None:
    assert {place["account"] for place, _ in logs} == {each.id for each in ACCOUNTS}
    assert {place["folder"] for place, _ in logs} == set(FOLDERS.values())
    assert len({place["region"] for place, _ in logs}) > 4


def test_every_record_lies_in_the_folder_of_its_kind_account_and_region(
    logs: list[Log],
) -> None:
    for place, held in logs:
        assert place["day"].replace("/", "") == place["minute"][:8]
        for record in held:
            kind = delivery.KINDS.get(record["eventCategory"], Kind.EVENT)
            account = record.get("recipientAccountId") or record["accountId"]
            expected = {"folder": FOLDERS[kind], "account": account}
            assert expected.items() <= place.items()
            assert record["awsRegion"] == place["region"]


def test_global_services_are_recorded_in_us_east_1(
    records: list[dict[str, Any]],
) -> None:
    regions = {
        record["awsRegion"]
        for record in records
        if record.get("eventSource") == "iam.amazonaws.com"
    }
    assert regions == {"us-east-1"}


def test_files_are_delivered_after_their_events_some_of_them_late(
    logs: list[Log],
) -> None:
    delays = [
        delivered(place) - time_of(record) for place, held in logs for record in held
    ]
    assert min(delays) > timedelta(0)
    assert sorted(delays)[len(delays) // 2] < timedelta(minutes=12)
    assert sum(delay > timedelta(hours=8) for delay in delays) > 100
    assert sum(delay > timedelta(days=2) for delay in delays) > 20


def test_some_events_lie_in_the_folder_of_the_next_day(logs: list[Log]) -> None:
    late = [
        place
        for place, held in logs
        for record in held
        if delivered(place) - time_of(record) < timedelta(hours=1)
        and delivered(place).date() > time_of(record).date()
    ]
    assert late


def test_a_late_record_says_so_in_its_addendum(logs: list[Log]) -> None:
    for place, held in logs:
        for record in held:
            if delivered(place) - time_of(record) > timedelta(hours=8):
                assert record["addendum"]["reason"] == "DELIVERY_DELAY"


def test_repeats_are_exact_and_in_another_file(logs: list[Log]) -> None:
    seen: dict[str, dict[str, Any]] = {}
    repeats = 0
    for _, held in logs:
        assert len({identity(record) for record in held}) == len(held)
        for record in held:
            first = seen.setdefault(identity(record), record)
            repeats += first is not record
            assert first == record
    assert repeats > 200


def test_records_hold_only_fields_that_the_record_reference_names(
    records: list[dict[str, Any]],
) -> None:
    for record in records:
        assert list(unknown(record, FIELDS)) == []


def unknown(value: dict[str, Any], fields: tuple[Field, ...]) -> Iterator[str]:
    known = {field.name: field for field in fields}
    for name, inner in value.items():
        if name not in known:
            yield name
        elif known[name].type is Type.OBJECT:
            yield from unknown(inner, known[name].fields)


def test_every_name_is_one_that_is_kept_for_documentation(
    records: list[dict[str, Any]],
) -> None:
    text = json.dumps(records)
    accounts = {each.id for each in ACCOUNTS}
    assert set(re.findall(r"(?<![\w.-])\d{12}(?![\w.-])", text)) <= accounts
    for key in set(re.findall(r"\b(?:AKIA|ASIA|AIDA|AROA)\w+", text)):
        assert key.endswith("EXAMPLE")
    for record in records:
        assert is_for_documentation(record.get("sourceIPAddress", "192.0.2.1"))


def is_for_documentation(address: str) -> bool:
    ranges = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:", "10.20.")
    service = address == "AWS Internal" or address.endswith(".amazonaws.com")
    return service or address.startswith(ranges)


def test_all_of_it_is_past(records: list[dict[str, Any]]) -> None:
    assert max(map(time_of, records)) < datetime(2026, 3, 16, tzinfo=UTC)


def test_the_archive_holds_what_the_generator_makes(folder: Path) -> None:
    """Another process, another order of sets, another time zone: the same files."""
    code = (
        "import hashlib, sys; from tools.practice_case import practice; "
        "[print(key, hashlib.sha256(text).hexdigest()) "
        "for key, text in practice.files()]"
    )
    environment = os.environ | {"PYTHONHASHSEED": "1234", "TZ": "Asia/Tokyo"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert dict(line.split() for line in run.stdout.splitlines()) == tree(folder)


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(
            gzip.decompress(path.read_bytes())
        ).hexdigest()
        for path in folder.rglob("*.gz")
    }


def test_the_folder_is_made_once(tmp_path: Path, monkeypatch: Any) -> None:
    made: list[Path] = []
    monkeypatch.setattr(practice_case, "unpack", made.append)
    monkeypatch.setenv("TRAILKIT_CACHE", str(tmp_path / "cache"))
    first = practice_case.folder()
    assert practice_case.folder() == first
    assert first.parent == tmp_path / "cache"
    assert len(made) == 1


def test_unpacking_that_is_broken_off_leaves_nothing(
    tmp_path: Path, monkeypatch: Any
) -> None:
    def stop(folder: Path) -> int:
        (folder / "half").write_text("a log")
        raise KeyboardInterrupt

    monkeypatch.setattr(practice_case, "unpack", stop)
    with pytest.raises(KeyboardInterrupt):
        practice_case.folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_whoever_is_slower_takes_the_folder_of_the_other(
    tmp_path: Path, monkeypatch: Any
) -> None:
    target = tmp_path / f"practice-{practice_case.version()}"

    def another_is_quicker(_: Path) -> int:
        target.mkdir()
        (target / "theirs").touch()
        return 0

    monkeypatch.setattr(practice_case, "unpack", another_is_quicker)
    assert practice_case.folder(tmp_path) == target
    assert [path.name for path in target.iterdir()] == ["theirs"]
    assert list(tmp_path.iterdir()) == [target]
