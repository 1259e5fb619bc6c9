"""What local log files show of what was recorded, and what emptiness then proves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import trailkit as tk
from tests.records_made import Record, case_of, data_event, record, user
from trailkit.case import Case
from trailkit.coverage.seen import LogsSeen, Span, Stop
from trailkit.coverage.selectors import State
from trailkit.coverage.states import cells
from trailkit.scope import Scope

PROVES, NOTHING = "and this is not among them", "does not show that nothing happened"
A, B = "111122223333", "444455556666"
WRITE, READ = "management:write", "management:read"
DAY = datetime(2026, 3, 9, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def span(first: float, last: float, every: float = 0.1) -> Span:
    """Make a span with an event every so many hours."""
    count = int((last - first) / every) + 1
    minutes = tuple(at(first + number * every) for number in range(count))
    return Span(minutes[0], minutes[-1], minutes, count)


def window(first: float, last: float) -> Scope:
    return Scope(start=at(first), end=at(last))


STOP = Stop("main", at(10), at(12), "role/admin", "StopLogging")
AROUND = {(A, "us-east-1", WRITE): span(1, 23)}
HOLE = {
    (A, "us-east-1", WRITE): Span(
        at(1), at(23), span(1, 10).minutes + span(12, 23).minutes, 1
    )
}
SITUATIONS = {
    "events before and after": (LogsSeen(AROUND), State.RECORDED, "before and after"),
    "nothing at all": (LogsSeen(), None, ""),
    "another kind only": (
        LogsSeen({(A, "us-east-1", READ): span(1, 23)}),
        State.UNKNOWN,
        "none of them is in the logs",
    ),
    "another Region only": (
        LogsSeen({(A, "eu-west-1", WRITE): span(1, 23)}),
        State.UNKNOWN,
        "the logs hold no event from there",
    ),
    "late to begin": (
        LogsSeen({(A, "us-east-1", WRITE): span(11.5, 23)}),
        State.PART,
        "the first of them is of 2026-03-09 11:30",
    ),
    "early to end": (
        LogsSeen({(A, "us-east-1", WRITE): span(1, 11)}),
        State.PART,
        "the last of them is of 2026-03-09 11:00",
    ),
    "stopped in between": (
        LogsSeen(HOLE, (STOP,)),
        State.PART,
        "main stopped by role/admin",
    ),
    "stopped, another trail went on": (
        LogsSeen(AROUND, (STOP,)),
        State.RECORDED,
        "before and after",
    ),
    "silent for hours": (
        LogsSeen(HOLE),
        State.PART,
        "no event at all 2026-03-09 10:00",
    ),
}


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("accounts", [(A,), (A, B)])
@pytest.mark.parametrize("hours", [(9, 13), (10.5, 11.9), (11, 12.5)])
def test_a_cell_is_recorded_only_where_nothing_speaks_against_it(
    name: str, accounts: tuple[str, ...], hours: tuple[float, float]
) -> None:
    seen, state, why = SITUATIONS[name]
    scope = Scope(start=at(hours[0]), end=at(hours[1]), accounts=accounts)
    found = cells(seen, [WRITE], scope, ["iam"])
    assert [each.account for each in found] == list(accounts)
    others = [each for each in found if each.account != A]
    assert all(each.state is State.UNKNOWN for each in others)
    [own] = [each for each in found if each.account == A]
    if state is None:
        assert own.state is State.UNKNOWN
    elif state is State.RECORDED:
        assert own.state is State.RECORDED
    else:
        assert own.state is not State.RECORDED
    if hours == (9, 13) and state is not None:
        assert own.state is state
        assert why in own.why


def test_a_stop_that_covers_the_window_leaves_it_unknown() -> None:
    [cell] = cells(LogsSeen(HOLE, (STOP,)), [WRITE], window(10.5, 11.5), ["iam"])
    assert cell.state is State.UNKNOWN
    assert "not by this trail" in cell.why


def test_data_events_are_never_wholly_known() -> None:
    seen = LogsSeen({(A, "us-east-1", "data:s3"): span(1, 23)})
    [cell] = cells(seen, ["data:s3"], window(9, 13))
    assert cell.state is State.PART


# Whole answers


def said(case: Case, name: str = "s3/bucket-deletions", **values: str) -> str:
    frame = case.ask(name, **values)
    assert frame.empty
    return tk.provenance(frame).notes[-1]


def everyday() -> list[Record]:
    """Make writes all day long, every six minutes."""
    return [
        record("PutBucketTagging", "s3", at=f"{hour:02}:{minute:02}:00")
        for hour in range(24)
        for minute in range(0, 60, 6)
    ]


def test_what_was_recorded_did_not_happen(tmp_path: Path) -> None:
    case = case_of(tmp_path, everyday()).window("2026-03-09 09:00", "2026-03-09 13:00")
    words = said(case)
    assert "There is no such event among 40." in words
    assert (
        "Management write events were recorded for 111122223333 in eu-west-1" in words
    )
    assert PROVES in words


def test_a_region_that_the_logs_lack_proves_nothing(tmp_path: Path) -> None:
    case = case_of(tmp_path, everyday()).window("2026-03-09 09:00", "2026-03-09 13:00")
    assert NOTHING in said(case.regions("ap-south-1"))
    assert "the logs hold no event from there" in said(case.accounts(B))


def test_iam_is_recorded_in_us_east_1_alone(tmp_path: Path) -> None:
    case = case_of(tmp_path, everyday()).window("2026-03-09 09:00", "2026-03-09 13:00")
    words = said(case, "persistence/users-and-keys")
    assert NOTHING in words
    assert "the logs hold no event from there" in words


def test_a_trail_that_was_off_is_named_with_its_times(tmp_path: Path) -> None:
    off = [
        record(name, "cloudtrail", user("mallory"), at, requestParameters={"name": "t"})
        for name, at in (("StopLogging", "10:00:00"), ("StartLogging", "12:00:00"))
    ]
    quiet = [
        each for each in everyday() if not "T10" <= each["eventTime"][10:13] < "T12"
    ]
    case = case_of(tmp_path, quiet + off).window("2026-03-09 09:00", "2026-03-09 13:00")
    words = said(case)
    assert NOTHING in words
    assert "2026-03-09 10:00 to 12:00 (t stopped by user/mallory)" in words
    full = case.ask("overview/volume")
    assert any("did not record all" in note for note in tk.provenance(full).notes)


def test_the_practice_case_names_who_stopped_the_trail(practice_case: Case) -> None:
    hour = practice_case.window("2026-03-12 01:00", "2026-03-12 02:00")
    words = said(hour, "persistence/iam-changes", target="nobody")
    assert "2026-03-12 01:14 to 02:00 (organization-trail stopped by role/tr" in words
    assert NOTHING in words


def test_data_events_switched_on_after_the_window_prove_nothing(tmp_path: Path) -> None:
    late = data_event("GetObject", at="14:00:00")
    case = case_of(tmp_path, [*everyday(), late])
    words = said(
        case.window("2026-03-09 09:00", "2026-03-09 13:00"),
        "s3/objects-read",
        bucket="payroll",
    )
    assert NOTHING in words
    assert "the first of them is of 2026-03-09 14:00" in words


def test_coverage_has_a_row_for_each_kind_account_and_region(tmp_path: Path) -> None:
    frame = case_of(tmp_path, everyday()).coverage()
    assert list(frame.columns) == [
        *["need", "account", "region", "state", "start", "end", "why"]
    ]
    row = frame[frame["need"] == WRITE].iloc[0]
    assert row["state"] == "recorded, inferred"
    assert row["account"] == A
