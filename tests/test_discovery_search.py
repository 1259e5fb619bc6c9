"""The search for folders and days: few requests, told before, bounded, stopped."""

import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.athena_server import AthenaServer
from tests.support.listed_s3 import ListedS3, Organization
from tests.support.trails_made import (
    MANAGEMENT,
    MEMBERS,
    ORGANIZATION,
    TODAY,
    find,
    put,
    trail,
)
from trailkit import clock
from trailkit.admin.discovery.discovered import Discovery
from trailkit.admin.discovery.log_folders import FolderKey
from trailkit.admin.discovery.recording import KnownTrails
from trailkit.admin.discovery.search import FoundFolders, search
from trailkit.admin.discovery.trails import Trail
from trailkit.aws.attempts import Attempts
from trailkit.coverage.selectors import State, read_selectors
from trailkit.errors import InvalidParameter, TableError
from trailkit.progress import be_silent
from trailkit.tables.layout import CLOUDTRAIL_BEGAN, KINDS, Layout, parse
from trailkit.tables.log_scope import LogScope
from trailkit.tables.regions import REGIONS

ROOT = f"AWSLogs/{ORGANIZATION}/"
PLACES = [FolderKey("central-logs", "")]
PEOPLE = [f"{number:012d}" for number in range(1, 9)]


def searched(
    s3: ListedS3, most: int | None = None, say: Any = be_silent
) -> FoundFolders:
    return search(s3, PLACES, Attempts(), say, most=most)


def key(
    day: date,
    region: str = "eu-west-1",
    account: str = MEMBERS[0],
    folder: str = "CloudTrail",
    name: str = "",
) -> str:
    name = name or f"{account}_{folder}_{region}_x.json.gz"
    return f"{ROOT}{account}/{folder}/{region}/{day:%Y/%m/%d}/{name}"


def small(accounts: int = 8) -> ListedS3:
    """Return an organization of a few accounts, each with two regions."""
    return ListedS3(Organization(ROOT, accounts, ("eu-west-1", "us-east-1"), TODAY))


# The days are true


def truth(keys: Sequence[str]) -> dict[tuple[str, str, str], tuple[date, date]]:
    """Work first and last days out from all the keys."""
    found: dict[tuple[str, str, str], list[date]] = {}
    for each in filter(None, map(parse, keys)):
        if each.day <= TODAY:
            place = (each.account, each.folder, each.region)
            found.setdefault(place, []).append(each.day)
    return {place: (min(days), max(days)) for place, days in found.items()}


LOG_FILES = st.builds(
    key,
    st.integers(0, 1500).map(lambda ago: TODAY - timedelta(days=ago)),
    st.sampled_from(["ap-east-1", "eu-west-1", "us-east-1"]),
    st.sampled_from(MEMBERS),
    st.sampled_from([*KINDS, "CloudTrail-Digest"]),
    st.sampled_from(["", "renamed.json.gz", "_"]),
)
BESIDE = st.builds(
    "".join,
    st.tuples(
        st.just(ROOT),
        st.sampled_from([f"{each}/" for each in MEMBERS]),
        st.sampled_from(
            [
                "CloudTrail",
                "CloudTrail/eu-west-1/",
                "CloudTrail/eu-west-1/_x",
                "CloudTrail/eu-west-1/0000/00/00/x_x",
                "CloudTrail/eu-west-1/new/folder/x",
                "CloudTrail/eu-west-1/9999/12/31/x_x",
                "CloudTrail/eu-west-1_x/2024/01/01/x_x",
                "CloudTrail-Else/eu-west-1/2024/01/01/x_x",
                "Config/eu-west-1/2024/01/01/x_x",
            ]
        ),
    ),
)


@settings(max_examples=40)
@given(st.sets(LOG_FILES, max_size=60), st.sets(BESIDE), st.sampled_from([1, 3, 1000]))
def test_days_are_those_of_the_keys_whatever_lies_beside(
    logs: set[str], beside: set[str], few: int
) -> None:
    known = truth([*logs])
    found = searched(ListedS3(sorted(logs | beside), few=few))
    seen = {
        (each.account, each.folder, each.region): (each.first_day, each.last_day)
        for each in found.folders
    }
    strange = set(seen) - set(known)
    assert {place: seen[place] for place in known} == known
    assert not strange or "9999" in str(beside)
    assert found.not_looked_at == ()


def test_requests_are_under_way_at_once() -> None:
    s3 = small()
    s3.before_each = lambda number: time.sleep(0.01)
    searched(s3)
    assert s3.most_under_way > 4


def test_a_region_takes_one_request_more_or_less_however_old() -> None:
    days = [TODAY - timedelta(days=each) for each in range(2000)]
    regions = REGIONS["aws"][:10]
    s3 = ListedS3(sorted(key(day, region) for day in days for region in regions))
    assert len(searched(s3).folders) == 10
    # Two roots, one of them also for organizations; an account's kinds and regions.
    assert s3.requests == 3 + 1 + 1 + (10 + 1)


# Ten thousand accounts


@pytest.mark.soak
def test_of_ten_thousand_accounts_the_days_that_tell_most_come_first() -> None:
    regions = REGIONS["aws"][-30:]
    s3 = ListedS3(Organization(ROOT, 10_000, regions, TODAY), few=4)
    levels, main = 2 + 10 + 10_000 + 10_000, 2 * 10_000
    found = searched(s3, most=levels + main)
    assert s3.requests == found.requests == levels + main
    assert len(found.folders) == 300_000
    seen = [each for each in found.folders if each.is_seen]
    assert {each.region for each in seen} == {"us-east-1"}
    assert len(seen) == 10_000
    [said] = found.not_looked_at
    assert "290,000 of 300,000 folders, because most_requests=40_012" in said
    assert "about 330,012 requests, $1.65" in said
    assert_answers_in_time(found)


def assert_answers_in_time(found: FoundFolders) -> None:
    """Look that what one does next with so much takes no minutes."""
    begun = time.process_time()
    whole = discovery(found)
    assert "300,000 folders" in repr(whole)
    assert whole.tables("security")[0].start == CLOUDTRAIL_BEGAN
    assert len(whole.folders) == 300_000
    start = datetime(2025, 1, 1, tzinfo=UTC)
    trails = (recording_trail(),)
    known = KnownTrails("1" * 12, whole.time, trails, whole.all_folders, complete=True)
    for account in (None, f"{77:012d}"):
        reach = LogScope(
            Layout("central-logs", organization=ORGANIZATION),
            accounts=(account,) if account else (),
            start=start,
            end=start + timedelta(days=1),
        )
        state, _ = known.recorded("management:write", reach)
        assert state is State.RECORDED, "us-east-1 alone spans it, in every account"
    assert time.process_time() - begun < 60


def recording_trail() -> Trail:
    """Return a trail of the organization that has recorded all management events."""
    return Trail(
        name="central",
        arn="arn:aws:cloudtrail:us-east-1:111122223333:trail/central",
        home_region="us-east-1",
        multi_region=True,
        organization=True,
        global_services=True,
        bucket="central-logs",
        prefix="",
        validated=True,
        kms_key=None,
        logging=True,
        logging_since=datetime(2014, 1, 1, tzinfo=UTC),
        logging_until=None,
        delivery_error="",
        selectors=read_selectors({"AdvancedEventSelectors": [MANAGEMENT]}),
        insights=(),
        aggregates=(),
    )


def discovery(found: FoundFolders) -> Discovery:
    return Discovery(
        "111122223333",
        "aws",
        clock.now(),
        (),
        found.folders,
        not_looked_at=found.not_looked_at,
    )


# What it takes is told, bounded, and stopped


def test_progress_tells_folders_requests_price_and_time() -> None:
    said: list[str] = []
    searched(small(), most=5_000, say=said.append)
    assert "Looking for accounts: 8 in 2 of 2" in said
    assert said[-1].startswith("Days of 16 folders: 24 of ~24 requests, less than")
    assert said[-1].endswith("a second left, stops at 5,000")


@pytest.mark.parametrize("most", [0, 1, 19, 20, 27, 42, 43])
def test_the_bound_is_kept_and_folders_are_listed_all_the_same(most: int) -> None:
    s3, levels = small(), 3 + 8 + 8
    found = searched(s3, most)
    assert s3.requests == max(levels, most)
    assert len(found.folders) == 16
    assert (found.not_looked_at == ()) == (most == 43)
    if found.not_looked_at:
        assert f"because most_requests={most} were used up" in found.not_looked_at[0]
        assert "With most_requests=None all are looked at" in found.not_looked_at[0]


def test_ctrl_c_gives_back_the_days_found_until_then() -> None:
    s3 = ListedS3(Organization(ROOT, 300, ("eu-west-1", "us-east-1"), TODAY))
    s3.before_each = interrupting_at(1200)
    found = searched(s3)
    assert len(found.folders) == 600
    assert 0 < sum(each.is_seen for each in found.folders) < 600
    assert "because it was stopped" in found.not_looked_at[0]
    whole = {(each.account, each.region): each for each in searched(s3).folders}
    for each in found.folders:
        known = whole[each.account, each.region]
        assert each.first_day in (None, known.first_day)
        assert each.last_day in (None, known.last_day)


def interrupting_at(number: int) -> Any:
    def before(now: int) -> None:
        if now == number:
            signal.raise_signal(signal.SIGINT)

    return before


def test_ctrl_c_before_all_folders_are_listed_says_why_nothing_comes() -> None:
    s3 = ListedS3(Organization(ROOT, 300, ("eu-west-1", "us-east-1"), TODAY))
    s3.before_each = interrupting_at(100)
    with pytest.raises(KeyboardInterrupt, match="some of the accounts would pass for"):
        searched(s3)


def test_a_folder_that_may_not_be_looked_into_stays_with_unknown_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from botocore.exceptions import ClientError

    s3 = small(1)

    def refuse(number: int) -> None:
        if number > 3 + 1 + 1:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListObjectsV2")

    s3.before_each = refuse
    found = searched(s3)
    assert [each.is_seen for each in found.folders] == [False, False]
    assert "because a right is missing" in found.not_looked_at[0]


def test_a_bound_below_nothing_is_refused() -> None:
    with pytest.raises(TableError, match=r"Write a whole one, such as"):
        find(most_requests=-1)


@pytest.mark.parametrize("most", [1.5, True, "100"])
def test_a_bound_that_is_no_number_is_refused(most: Any) -> None:
    with pytest.raises(InvalidParameter, match=f"{most!r} is not a whole number"):
        find(most_requests=most)


# What was not looked at is unknown


def test_days_left_out_are_said_everywhere_and_hide_no_folder(
    aws: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    trail(IsOrganizationTrail=True)
    put(date(2024, 2, 29), TODAY)
    found = find(most_requests=0)
    assert "Not looked at: the first and last days of 1 of 1 folders" in (
        capsys.readouterr().err
    )
    assert "days unknown (days of 1 folders unknown)" in repr(found)
    assert "not looked at: the first and last days of 1 of 1 folders" in repr(found)
    assert found.folders[["first_day", "last_day"]].isna().all(axis=None)
    [table] = found.tables("security")
    assert table.start == CLOUDTRAIL_BEGAN
    assert table.accounts == (MEMBERS[0],)


@pytest.mark.parametrize(
    ("seen", "unseen", "words"),
    [
        pytest.param((900, 0), True, "", id="one folder spans it"),
        pytest.param((1, 0), True, "were looked for", id="another may span it"),
        pytest.param((1, 0), False, "lie there from", id="none spans it"),
    ],
)
def test_days_that_nobody_looked_for_are_unknown_and_not_a_gap(
    seen: tuple[int, int], unseen: bool, words: str, aws: AthenaServer
) -> None:
    trail(IsOrganizationTrail=True, advanced=[MANAGEMENT])
    put(TODAY)
    put(TODAY, region="us-east-1")
    found = find()
    first, last = (TODAY - timedelta(days=each) for each in seen)
    one, other = found.all_folders
    days = {"first_day": None, "last_day": None} if unseen else {}
    folders = (replace(one, first_day=first, last_day=last), replace(other, **days))
    start = clock.now() - timedelta(days=3)
    begun = replace(found.all_trails[0], logging_since=start - timedelta(days=900))
    found = replace(found, all_folders=folders, all_trails=(begun,))
    reach = LogScope(one.layout, start=start, end=start + timedelta(days=1))
    state, why = found.recorded("management:write", reach)
    assert (state is State.RECORDED) == (not words)
    assert words in why
