"""An estimate: what it lists, what it says, and that it is true."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.athena_server import AthenaServer
from tests.tables_made import DOCUMENTED
from tests.trail_listed import (
    A_FILE,
    ACCOUNTS,
    BUCKET,
    DAYS,
    FILES,
    REGIONS,
    TABLE,
    case,
    deliver,
    folder,
    many_accounts,
)
from trailkit.cost import listing
from trailkit.cost.listing import Size, measure, sample
from trailkit.errors import AccessRefused, TableError, UnboundedScan, UnknownQuestion
from trailkit.library import Library
from trailkit.provenance import provenance
from trailkit.scope import Scope
from trailkit.tables.folders import LogFolder, folders
from trailkit.tables.table import Table

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
    assert found.dollars == pytest.approx(10 / 1024**2 * 5)
    assert found.frame["files"].tolist() == [FILES, FILES]


def test_an_estimate_is_what_the_run_reports(server: AthenaServer) -> None:
    week = case().window("2026-03-01", "2026-03-08").regions("us-east-1")
    said = week.estimate(DELETIONS)
    facts = provenance(week.ask(DELETIONS)).facts
    assert said.bytes == facts["bytes"] > 10 * A_FILE
    assert said.dollars == pytest.approx(facts["dollars"])


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
    now = datetime.now(UTC)
    found = case().window(now, now + timedelta(hours=1)).late("7d").estimate()
    assert found.days_without_files == [now.date()]


def test_a_price_of_ones_own_wins(server: AthenaServer) -> None:
    mine = case(price=1000.0).window("2026-03-03", "2026-03-08")
    found = mine.estimate()
    assert found.dollars == pytest.approx(found.bytes / 1024**4 * 1000)
    assert "at $1,000.00 a terabyte" in repr(found)


def test_a_lookback_widens_the_estimate(server: AthenaServer) -> None:
    day = case().window("2026-03-09", "2026-03-10")
    [*_, question] = day.questions
    looking_back = replace(question, name="x/y", lookback=timedelta(days=7))
    wider = replace(day, questions=Library([*day.questions, looking_back]))
    assert wider.estimate("x/y").files > wider.estimate(question.name).files


def test_files_in_glacier_are_told_apart() -> None:
    day = date(2026, 3, 3)
    place = LogFolder("b", {"k/": day})
    items = [
        {"Key": "k/1.json.gz", "Size": 5, "StorageClass": "STANDARD"},
        {"Key": "k/2.json.gz", "Size": 7, "StorageClass": "DEEP_ARCHIVE"},
        {"Key": "k/_hidden", "Size": 7},
    ]
    sizes = measure([place], lambda **_: {"Contents": items}, print)
    assert sizes == {day: Size(files=1, bytes=5, archived=1)}


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
    assert repr(found) == "s3/bucket-deletions: nothing is billed for it here."
    assert found.frame.empty


# --- Where the files of a scope lie

WEEK = Scope().window("2026-03-02", "2026-03-09")


def test_the_documented_table_has_one_place() -> None:
    [place] = folders(Table.of(DOCUMENTED), DOCUMENTED, WEEK)
    first = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/"
    assert place.bucket == "central-logs"
    assert next(iter(place.days.items())) == (first, date(2026, 3, 2))
    assert len(place.days) == 8


def test_an_injected_table_has_the_places_of_the_accounts_named() -> None:
    definition = many_accounts().definition()
    scope = WEEK.with_accounts("777788889999").with_regions("eu-west-1")
    [place] = folders(Table.of(definition), definition, scope)
    assert f"s3://{BUCKET}/{next(iter(place.days))}" == folder(
        "777788889999", "eu-west-1", date(2026, 3, 2)
    )


def test_global_services_have_places_in_every_region() -> None:
    definition = TABLE.definition()
    scope = WEEK.with_accounts(ACCOUNTS[0]).with_regions("eu-west-1")
    table = Table.of(definition)
    assert len(folders(table, definition, scope)) == 1
    everywhere = replace(scope, everywhere=("iam",))
    assert len(folders(table, definition, everywhere)) == len(REGIONS)


def test_folders_by_year_month_and_day_are_spelled_as_the_table_does() -> None:
    properties = {
        **DOCUMENTED.properties,
        "projection.year.type": "integer",
        "projection.year.range": "2020,2030",
        "projection.month.type": "enum",
        "projection.month.values": ",".join(f"{n:02}" for n in range(1, 13)),
        "projection.day.type": "integer",
        "projection.day.range": "1,31",
        "storage.location.template": (
            "s3://central-logs/AWSLogs/111122223333/CloudTrail/us-east-1/"
            "${year}/${month}/${day}"
        ),
    }
    keys = {"year": "int", "month": "string", "day": "int"}
    numbered = replace(DOCUMENTED, partitions=keys, properties=properties)
    [place] = folders(Table.of(numbered), numbered, WEEK)
    assert next(iter(place.days)).endswith("/us-east-1/2026/03/2/")


def test_a_table_that_does_not_say_where_it_lies_is_refused() -> None:
    bare = replace(DOCUMENTED, properties={})
    with pytest.raises(TableError, match=r"storage\.location\.template"):
        folders(Table.of(bare), bare, WEEK)


# --- A look


def alike(count: int, size: int) -> tuple[list[LogFolder], Any]:
    """Give so many folders with a file of that size in each."""
    days = {f"k/{n:05}/": date(2026, 3, 3) for n in range(count)}
    folders = [LogFolder("b", {key: day}) for key, day in days.items()]
    keys = [f"{key}1.json.gz" for key in days]

    def page(**request: Any) -> dict[str, Any]:
        found = [key for key in keys if key.startswith(request["Prefix"])]
        return {"Contents": [{"Key": key, "Size": size} for key in found]}

    return folders, page


@pytest.mark.parametrize("count", [0, 1, 16, 17, 900])
def test_a_look_at_folders_that_are_alike_is_right(count: int) -> None:
    assert sample(*alike(count, 7)) == 7 * count


def test_a_look_is_the_same_each_time() -> None:
    folders, page = alike(900, 7)

    def uneven(**request: Any) -> dict[str, Any]:
        return page(**request) if "7" in request["Prefix"] else {}

    assert sample(folders, uneven) == sample(folders, uneven) > 0


# --- Many folders


def fake_pages(keys: list[str], most: int) -> Any:
    """Answer as ListObjectsV2 does, with so many keys a page."""

    def page(**request: Any) -> dict[str, Any]:
        after = request.get("ContinuationToken", request["StartAfter"])
        found = [
            key
            for key in sorted(keys)
            if key > after and key.startswith(request["Prefix"])
        ]
        answer: dict[str, Any] = {
            "Contents": [{"Key": key, "Size": 1} for key in found[:most]],
            "IsTruncated": len(found) > most,
        }
        if len(found) > most:
            answer["NextContinuationToken"] = found[most - 1]
        return answer

    return page


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 5)), unique=True),
    st.integers(1, 7),
    st.integers(0, 390),
    st.integers(1, 60),
    st.booleans(),
)
def test_many_days_in_a_row_count_as_each_day_for_itself(
    files: list[tuple[int, int]], most: int, first: int, length: int, padded: bool
) -> None:
    def key(number: int) -> str:
        day = date(2025, 1, 1) + timedelta(days=number)
        return (
            f"x/{day:%Y/%m/%d}/" if padded else f"x/{day.year}/{day.month}/{day.day}/"
        )

    keys = [f"{key(number)}{name}.json.gz" for number, name in files]
    wanted = {
        key(n): date(2025, 1, 1) + timedelta(days=n)
        for n in range(first, first + length)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "_FEW", 5)
        sizes = measure([LogFolder("b", wanted)], fake_pages(keys, most), print)
    for day in wanted.values():
        number = (day - date(2025, 1, 1)).days
        assert sizes[day].files == sum(n == number for n, _ in files)
