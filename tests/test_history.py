"""Event history comes whole, at AWS's pace, and goes on where it stopped."""

import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.cloudtrail.responses import CloudTrailResponse

import trailkit.history.account_history as account
from tests.support.athena_server import ACCOUNT, AthenaServer
from trailkit.aws.session import Access
from trailkit.errors import AccessRefused, EvidenceError, InvalidWindow, TableError
from trailkit.history import event_history
from trailkit.history.fetched import EventHistory
from trailkit.history.gaps import gaps, joined
from trailkit.history.rate_limiter import Pace
from trailkit.store.envelopes import split
from trailkit.store.store import open_store
from trailkit.store.unpack import Skipped

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = NOW - timedelta(days=90)
PAGE = 50


class History:
    """What CloudTrail keeps: a fake of LookupEvents, which moto does not have."""

    def __init__(self) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.before: Callable[[str], None] = lambda region: None

    def add(self, region: str, *seconds_ago: float) -> None:
        for each in seconds_ago:
            moment = NOW - timedelta(seconds=each)
            number = sum(map(len, self.events.values()))
            record = {"eventName": "ListUsers", "eventID": f"e{number}"}
            self.events.setdefault(region, []).append(
                {
                    "EventId": f"e{number}",
                    "EventTime": moment.timestamp(),
                    "CloudTrailEvent": json.dumps(record),
                }
            )

    def answer(self, response: CloudTrailResponse) -> str:
        region, asked = response.region, json.loads(response.body)
        self.asked.append((region, asked))
        self.before(region)
        fitting = sorted(
            (
                each
                for each in self.events.get(region, [])
                if asked["StartTime"] <= each["EventTime"] <= asked["EndTime"]
            ),
            key=lambda each: -each["EventTime"],
        )
        first = int(asked.get("NextToken", 0))
        page: dict[str, Any] = {"Events": fitting[first : first + PAGE]}
        if first + PAGE < len(fitting):
            page["NextToken"] = str(first + PAGE)
        return json.dumps(page)


@pytest.fixture
def history(athena: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> History:
    kept = History()
    monkeypatch.setattr(
        CloudTrailResponse,
        "lookup_events",
        lambda response: kept.answer(response),
        raising=False,
    )
    return kept


def fetch(
    folder: Path,
    regions: Sequence[str] = ("eu-west-1",),
    end: datetime = NOW,
    sleep: account.Sleep = lambda seconds: None,
) -> EventHistory:
    access = Access(None, None, None)
    return account.fetch_account(
        access, folder, regions, START, end, progress=False, sleep=sleep
    )


def ids(folder: Path) -> Counter[str]:
    """Count the ids of the records in a folder, as the evidence reader sees them."""
    found: Counter[str] = Counter()
    for path in folder.glob("*.jsonl.gz"):
        items = split(gzip.decompress(path.read_bytes()))
        assert not items.problems
        found.update(json.loads(bytes(text))["eventID"] for text in items.texts)
    return found


def test_events_of_all_regions_come_whole(history: History, tmp_path: Path) -> None:
    history.add("eu-west-1", *range(1000, 401_000, 1000))
    history.add("us-east-1", 5, 5, 89 * 86400)
    result = fetch(tmp_path, ("eu-west-1", "us-east-1", "sa-east-1"))
    assert result.new_events == 403
    assert len(ids(tmp_path)) == 403
    assert result.not_searched == {}
    assert {path.name.split("_")[2] for path in tmp_path.glob("*.gz")} == {
        "eu-west-1",
        "us-east-1",
    }


def test_every_region_of_the_partition_is_asked(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "regions_of", lambda partition: ("eu-west-1",))
    assert fetch(tmp_path, ()).regions == ("eu-west-1",)


def test_what_is_there_is_not_asked_for_again(history: History, tmp_path: Path) -> None:
    history.add("eu-west-1", 10, 4000, 80 * 86400)
    fetch(tmp_path)
    history.asked.clear()
    again = fetch(tmp_path)
    assert again.new_events == 1, "the last hour is not settled"
    [(_, asked)] = history.asked
    assert asked["StartTime"] == (NOW - timedelta(hours=1)).timestamp()
    assert set(ids(tmp_path)) == {"e0", "e1", "e2"}


def test_an_event_that_comes_late_is_found_by_the_next_call(
    history: History, tmp_path: Path
) -> None:
    fetch(tmp_path)
    history.add("eu-west-1", 1800)
    fetch(tmp_path, end=NOW + timedelta(days=1))
    assert set(ids(tmp_path)) == {"e0"}


def test_a_stopped_fetch_goes_on_where_it_stopped(
    history: History, tmp_path: Path
) -> None:
    # Four events in each second, so that pages end inside a second.
    history.add("eu-west-1", *(4000 + number // 4 for number in range(500)))
    sleeping: list[float] = []

    def stop_soon(seconds: float) -> None:
        sleeping.append(seconds)
        if len(sleeping) == 4:
            raise OSError(28, "No space left on device")

    with pytest.raises(EvidenceError, match="No space left"):
        fetch(tmp_path, sleep=stop_soon)
    assert len(ids(tmp_path)) == 200
    history.asked.clear()
    result = fetch(tmp_path)
    assert len(ids(tmp_path)) == 500
    assert result.new_events <= 300 + 4, "at most the last second comes twice"
    assert history.asked[0][1]["StartTime"] == (NOW - timedelta(hours=1)).timestamp()


def test_ctrl_c_keeps_what_came(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.add("eu-west-1", *range(4000, 4400))
    third = threading.Event()

    def count(region: str) -> None:
        if len(history.asked) == 3:
            third.set()

    def interrupt(*args: Any) -> None:
        assert third.wait(300)
        raise KeyboardInterrupt

    history.before = count
    monkeypatch.setattr(account, "line", lambda shown: nullcontext(interrupt))
    with pytest.raises(KeyboardInterrupt, match="the same line goes on"):
        account.fetch_account(
            Access(None, None, None), tmp_path, ["eu-west-1"], START, NOW, False
        )
    came = len(ids(tmp_path))
    assert 100 <= came < 400
    monkeypatch.undo()


def test_a_kill_between_page_and_note_loses_nothing(
    history: History, tmp_path: Path
) -> None:
    history.add("eu-west-1", 4000, 5000)
    fetch(tmp_path)
    [note] = tmp_path.glob("*.json")
    note.unlink()
    fetch(tmp_path)
    assert ids(tmp_path) == {"e0": 1, "e1": 1}, "the same page has the same name"


def test_a_half_written_page_is_cleared_away(history: History, tmp_path: Path) -> None:
    half = tmp_path / f".{ACCOUNT}_EventHistory_eu-west-1_x.jsonl.gz.part"
    half.write_bytes(b"half")
    fetch(tmp_path)
    assert not half.exists()


def test_a_second_account_has_its_own_note(history: History, tmp_path: Path) -> None:
    (tmp_path / "event-history-111122223333.json").write_text("not ours")
    fetch(tmp_path)
    assert (tmp_path / f"event-history-{ACCOUNT}.json").exists()


def test_two_requests_a_second_are_not_exceeded(
    history: History, tmp_path: Path
) -> None:
    history.add("eu-west-1", *range(4000, 4000 + 10 * PAGE))
    slept: list[float] = []
    account.fetch_account(
        Access(None, None, None),
        tmp_path,
        ["eu-west-1"],
        START,
        NOW,
        progress=False,
        clock=lambda: sum(slept),
        sleep=slept.append,
    )
    assert len(history.asked) == 10
    assert slept == [0.5] * 9


def test_a_region_that_fails_does_not_sink_the_rest(
    history: History, tmp_path: Path
) -> None:
    history.add("eu-west-1", 10)

    def fail(region: str) -> None:
        if region == "me-south-1":
            raise NotImplementedError

    history.before = fail
    result = fetch(tmp_path, ("eu-west-1", "me-south-1"))
    assert result.new_events == 1
    assert list(result.not_searched) == ["me-south-1"]
    assert "not complete: me-south-1" in repr(result)


def test_a_region_that_is_not_enabled_is_said(
    athena: AthenaServer, history: History, tmp_path: Path
) -> None:
    athena.refuse("cloudtrail:LookupEvents", "UnrecognizedClientException", times=1)
    result = fetch(tmp_path, ("eu-west-1", "me-south-1"))
    assert list(result.not_searched.values()) == [
        "the region is not enabled for this account."
    ]


def test_without_the_right_nothing_is_fetched(
    athena: AthenaServer, history: History, tmp_path: Path
) -> None:
    athena.refuse("cloudtrail:LookupEvents", "AccessDeniedException")
    with pytest.raises(
        AccessRefused, match=r"right cloudtrail:LookupEvents is missing"
    ):
        fetch(tmp_path)


def test_the_result_says_what_the_source_lacks(
    history: History, tmp_path: Path
) -> None:
    said = repr(fetch(tmp_path))
    assert "no data events" in said
    assert "90 days" in said
    assert "nothing of other accounts" in said
    assert f'tk.local("{tmp_path}")' in said


def test_the_public_call_takes_ninety_days_at_most(tmp_path: Path) -> None:
    with pytest.raises(InvalidWindow, match="days=91"):
        event_history(None, tmp_path, days=91)


def test_the_public_call_fetches(history: History, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    result = event_history(None, folder, regions=["eu-west-1"], progress=False)
    assert (result.new_events, result.folder) == (0, folder)


def test_local_reads_what_was_fetched(history: History, tmp_path: Path) -> None:
    history.add("eu-west-1", *range(1800, 3300))
    folder = tmp_path / "evidence"
    fetch(folder)
    fetch(folder)
    store = open_store(folder, folder=tmp_path / "store", progress=False)
    assert store.counts["events"] == 1500
    assert store.counts["records"] == 1500, "equal pages are one file"
    assert store.counts["files_broken"] == 0
    assert store.counts["files_skipped"] == 1, "the note"


def test_the_note_says_what_it_is(history: History, tmp_path: Path) -> None:
    fetch(tmp_path)
    [note] = tmp_path.glob("*.json")
    with pytest.raises(Skipped, match="trailkit's own note"):
        split(note.read_bytes())


def test_a_wrong_region_is_refused(history: History, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="is not a region"):
        fetch(tmp_path, ("../evil",))


def test_a_folder_that_cannot_be_made_is_said(history: History, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvidenceError, match="cannot be written"):
        fetch(tmp_path / "file")


def test_times_are_written_in_utc(history: History, tmp_path: Path) -> None:
    history.add("eu-west-1", 3600)
    fetch(tmp_path)
    [path] = tmp_path.glob("*.gz")
    assert json.loads(gzip.decompress(path.read_bytes()))["EventTime"] == (
        "2026-11-20T11:00:00Z"
    )
    assert "_20261120T110000Z_20261120T110000Z_" in path.name


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


@given(SPANS, st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_gaps_are_what_is_wanted_and_not_known(
    spans: list[tuple[int, int]], wanted: tuple[int, int]
) -> None:
    known = {second for start, end in spans for second in range(start, end)}
    assert {s for start, end in joined(spans) for s in range(start, end)} == known
    missing = [s for start, end in gaps(wanted, spans) for s in range(start, end)]
    assert len(missing) == len(set(missing))
    assert set(missing) == set(range(*wanted)) - known


@given(st.lists(st.floats(0, 3), max_size=30))
def test_no_second_has_more_requests_than_allowed(idle: list[float]) -> None:
    now = 0.0
    times: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    pace = Pace(2, lambda: now, sleep)
    for each in idle:
        now += each
        pace.keep()
        times.append(now)
    assert all(b - a >= 0.5 - 1e-9 for a, b in pairwise(times))
