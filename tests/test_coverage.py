"""What local log files show of what was recorded, and what emptiness then proves."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import trailkit as tk
from tests.support.records_made import Record, case_of, data_event, record, user
from trailkit.case import Case
from trailkit.coverage.control import Phase, TrailSeen, trails_of
from trailkit.coverage.seen import LogsSeen, Span
from trailkit.coverage.selectors import Selector, State
from trailkit.coverage.states import Cell, Reads, cells
from trailkit.scope import Scope
from trailkit.source import DigestHour

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


MAIN = TrailSeen(
    "main",
    A,
    "us-east-1",
    (
        Phase(at(10), at(12), "role/admin", "StopLogging", logging=False),
        Phase(at(12), None, "role/admin", "StartLogging", logging=True),
    ),
)
AROUND = {(A, "us-east-1", WRITE): span(1, 23)}
HOLE = {
    (A, "us-east-1", WRITE): Span(
        at(1), at(23), span(1, 10).minutes + span(12, 23).minutes, 1
    )
}
SITUATIONS = {
    "events before and after": (LogsSeen(AROUND), State.RECORDED, "before and after"),
    "nothing at all": (LogsSeen(), State.UNKNOWN, "the logs hold no event"),
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
        LogsSeen(HOLE, (MAIN,)),
        State.PART,
        "main stopped by role/admin",
    ),
    "stopped, another trail went on": (
        LogsSeen(AROUND, (MAIN,)),
        State.RECORDED,
        "before and after",
    ),
    "silent for hours": (
        LogsSeen(HOLE),
        State.PART,
        "no event at all between 2026-03-09 10:00",
    ),
}
IAM = Reads(["iam"], frozenset({"iam"}))


def together(found: list[Cell]) -> tuple[State, str]:
    """Join the stretches of a cell: one state, or in part."""
    states = {each.state for each in found}
    state = states.pop() if len(states) == 1 else State.PART
    return state, "; ".join(each.why for each in found)


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("accounts", [(A,), (A, B)])
@pytest.mark.parametrize("hours", [(9, 13), (10.5, 11.9), (11, 12.5)])
def test_a_cell_is_recorded_only_where_nothing_speaks_against_it(
    name: str, accounts: tuple[str, ...], hours: tuple[float, float]
) -> None:
    seen, state, why = SITUATIONS[name]
    scope = Scope(start=at(hours[0]), end=at(hours[1]), accounts=accounts)
    found = cells(seen, [WRITE], scope, IAM)
    assert {each.account for each in found} == set(accounts)
    others = [each for each in found if each.account != A]
    assert all(each.state is State.UNKNOWN for each in others)
    own = [each for each in found if each.account == A]
    assert own[0].start == scope.start
    assert own[-1].end == scope.end
    if state is State.RECORDED:
        assert together(own)[0] is State.RECORDED
    else:
        assert together(own)[0] is not State.RECORDED
    if hours == (9, 13):
        assert together(own)[0] is state
        assert why in together(own)[1]


def test_a_stop_that_covers_the_window_leaves_it_unknown() -> None:
    [cell] = cells(LogsSeen(HOLE, (MAIN,)), [WRITE], window(10.5, 11.5), IAM)
    assert cell.state is State.UNKNOWN
    assert cell.cause == "stopped"


def test_each_of_many_silences_is_a_stretch_of_its_own() -> None:
    often = [at(day * 24 + hour / 10) for day in range(300) for hour in range(120)]
    seen = LogsSeen({(A, "us-east-1", WRITE): Span(often[0], often[-1], tuple(often))})
    found = cells(seen, [WRITE], Scope(regions=("us-east-1",)))
    assert [each.cause for each in found] == ["", "silent"] * 299 + [""]
    assert all(one.end == other.start for one, other in pairwise(found))
    narrow = cells(seen, [WRITE], window(24, 35).with_regions("us-east-1"))
    assert [each.cause for each in narrow] == [""], "another scope is judged anew"


def test_data_events_are_never_wholly_known() -> None:
    seen = LogsSeen({(A, "us-east-1", "data:s3"): span(1, 23)})
    scope = Scope(start=at(9), end=at(13), regions=("us-east-1",))
    [cell] = cells(seen, ["data:s3"], scope)
    assert cell.state is State.PART


# Digests


PLACE = A, "us-east-1"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{A}:trail/main"


def digests(missing: int = 0, proved: bool = True, until: int = 15) -> list[DigestHour]:
    """Make the digests of the hours from one on, when the trail began."""
    return [
        DigestHour(TRAIL, *PLACE, at(n), at(n + 1), 4, missing, proved)
        for n in range(1, until)
    ]


def known(selectors: bool = True) -> TrailSeen:
    """Make a trail that records all management events since one o'clock."""
    chosen = (Selector("Management"),) if selectors else None
    phase = Phase(at(1), None, "role/admin", "StartLogging", True, chosen)
    return TrailSeen("main", A, "us-east-1", (phase,))


def judged(deliveries: list[DigestHour], trail: TrailSeen) -> tuple[State, str]:
    seen = LogsSeen(HOLE, (trail,), tuple(deliveries))
    return together(cells(seen, [WRITE], window(9, 13), IAM))


def test_a_valid_chain_and_known_selectors_prove_what_was_recorded() -> None:
    assert judged(digests(), known())[0] is State.PROVED


def test_a_chain_proves_nothing_about_selectors() -> None:
    state, _ = judged(digests(), known(selectors=False))
    assert state is State.RECORDED, "an empty hour is explained, and no more"


def test_before_the_first_digest_a_change_of_the_trail_may_be_overlooked() -> None:
    assert judged(digests()[3:], known())[0] is not State.PROVED


def test_the_last_hour_of_a_chain_is_not_proved() -> None:
    state, why = judged(digests(until=13), known())
    assert state is State.PART
    assert "such events stand before and after" in why


def test_an_empty_hour_that_a_digest_names_is_no_silence() -> None:
    assert judged(digests(proved=False), known(selectors=False))[0] is State.RECORDED


def test_files_that_a_digest_names_and_that_lack_are_told() -> None:
    state, why = judged(digests(missing=2), known())
    assert state is State.UNKNOWN
    assert "a digest names 2 log files of then that are not among these" in why


# Trails, from the calls that change them


def changed(*calls: tuple[str, float, dict[str, Any]], **where: str) -> TrailSeen:
    """Read calls of CloudTrail: name, hour, request."""
    rows = [
        {
            "time": at(hour),
            "action": name,
            "actor": "user/mallory",
            "account": where.get("account", A),
            "region": where.get("region", "us-east-1"),
            "request": json.dumps({"name": "main", **asked}),
            "response": None,
        }
        for name, hour, asked in calls
    ]
    [trail] = trails_of(rows)
    return trail


CREATED = ("CreateTrail", 1, {"isMultiRegionTrail": True})
STARTED = ("StartLogging", 2, {})
DATA = {"field": "eventCategory", "equals": ["Data"]}
OBJECTS = {"field": "resources.type", "equals": ["AWS::S3::Object"]}
ADVANCED = {"advancedEventSelectors": [{"fieldSelectors": [DATA, OBJECTS]}]}
BASIC = {"eventSelectors": [{"readWriteType": "WriteOnly"}]}


@pytest.mark.parametrize(
    ("calls", "need", "region", "covers"),
    [
        pytest.param([CREATED], WRITE, "eu-west-1", False, id="created, not started"),
        pytest.param([CREATED, STARTED], WRITE, "eu-west-1", True, id="started"),
        pytest.param([CREATED, STARTED], "data:s3", "eu-west-1", False, id="no data"),
        pytest.param(
            [("CreateTrail", 1, {}), STARTED],
            WRITE,
            "eu-west-1",
            False,
            id="one Region",
        ),
        pytest.param(
            [("CreateTrail", 1, {}), STARTED], WRITE, "us-east-1", True, id="its own"
        ),
        pytest.param(
            [CREATED, STARTED, ("PutEventSelectors", 3, ADVANCED)],
            "data:s3",
            "eu-west-1",
            True,
            id="data set",
        ),
        pytest.param(
            [CREATED, STARTED, ("PutEventSelectors", 3, ADVANCED)],
            WRITE,
            "eu-west-1",
            False,
            id="data set, management displaced",
        ),
        pytest.param(
            [
                CREATED,
                STARTED,
                ("PutEventSelectors", 3, ADVANCED),
                ("PutEventSelectors", 4, BASIC),
            ],
            "data:s3",
            "eu-west-1",
            False,
            id="advanced displaced by basic",
        ),
        pytest.param(
            [CREATED, STARTED, ("PutEventSelectors", 3, BASIC)],
            READ,
            "eu-west-1",
            False,
            id="writes only",
        ),
        pytest.param(
            [CREATED, STARTED, ("UpdateTrail", 3, {"isMultiRegionTrail": False})],
            WRITE,
            "eu-west-1",
            False,
            id="one Region from now on",
        ),
        pytest.param(
            [CREATED, STARTED, ("UpdateTrail", 3, {"kmsKeyId": "k"})],
            WRITE,
            "eu-west-1",
            True,
            id="only what is sent changes",
        ),
        pytest.param(
            [CREATED, STARTED, ("DeleteTrail", 3, {})],
            WRITE,
            "us-east-1",
            False,
            id="deleted",
        ),
        pytest.param(
            [CREATED, STARTED, ("DeleteTrail", 3, {}), ("CreateTrail", 4, {})],
            WRITE,
            "us-east-1",
            False,
            id="another of the same name, not started",
        ),
    ],
)
def test_a_trail_is_as_its_last_calls_left_it(
    calls: list[tuple[str, float, dict[str, Any]]],
    need: str,
    region: str,
    covers: bool,
) -> None:
    trail = changed(*calls)
    assert trail.covers(trail.phases[-1], need, A, region) is covers


def test_another_accounts_trail_is_not_this_ones() -> None:
    arn = {"name": f"arn:aws:cloudtrail:us-east-1:{B}:trail/main"}
    row = {"time": at(1), "action": "StopLogging", "actor": None, "account": A}
    row |= {"region": "us-east-1", "request": json.dumps(arn), "response": None}
    assert trails_of([row]) == ()


@given(st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=4))
def test_no_request_of_a_call_is_too_odd(value: Any) -> None:
    for name in ("name", "eventSelectors", "advancedEventSelectors", "s3BucketName"):
        row = {"time": at(1), "action": "PutEventSelectors", "actor": "x"}
        row |= {"account": A, "region": "us-east-1", "response": "[]"}
        asked = json.dumps({"trailName": "main", name: value})
        for trail in trails_of([row | {"request": asked}]):
            assert trail.doubt(trail.phases[-1], WRITE) is not None


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
    words = said(case.regions("eu-west-1"))
    assert "No such event among 40." in words
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
        *["need", "account", "region", "state", "start", "end", "why", "cause"]
    ]
    row = frame[frame["need"] == WRITE].iloc[0]
    assert row["state"] == "recorded, inferred"
    assert row["account"] == A
