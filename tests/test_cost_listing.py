"""Files in S3, counted by as few requests as there can be, and none of them twice."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkit.cost import s3_listing
from trailkit.cost.count_files import measure, pages, sample, total_of
from trailkit.cost.s3_listing import ListPage, Place, Size, Sizes
from trailkit.tables.folders import LogFolder
from trailkit.tables.read_plan import FileTree

DAY = date(2026, 3, 3)


def counted(places: Sequence[Place], list_page: ListPage) -> Sizes:
    return measure(places, list_page, lambda _: None)


def fake_pages(keys: Iterable[str], most: int) -> Callable[..., dict[str, Any]]:
    """Answer as ListObjectsV2 does, with so many keys and folders a page."""
    every = sorted(keys)

    def page(**asked: Any) -> dict[str, Any]:
        prefix, delimiter = asked["Prefix"], asked.get("Delimiter")
        after = asked.get("ContinuationToken", asked.get("StartAfter", ""))
        found: dict[str, bool] = {}
        for key in every:
            if key.startswith(prefix):
                rest = key.removeprefix(prefix)
                is_folder = bool(delimiter) and delimiter in rest
                name = prefix + rest.partition("/")[0] + "/" if is_folder else key
                if name > after:
                    found[name] = is_folder
        shown = list(found)[:most]
        answer: dict[str, Any] = {
            "Contents": [{"Key": key, "Size": 1} for key in shown if not found[key]],
            "CommonPrefixes": [{"Prefix": key} for key in shown if found[key]],
            "IsTruncated": len(found) > most,
        }
        if len(found) > most:
            answer["NextContinuationToken"] = shown[-1]
        return answer

    return page


def noting(list_page: ListPage) -> tuple[ListPage, list[dict[str, Any]]]:
    """Keep what is asked."""
    asked: list[dict[str, Any]] = []

    def page(**each: Any) -> Any:
        asked.append(each)
        return list_page(**each)

    return page, asked


def everything(prefix: str) -> FileTree:
    return FileTree("b", prefix, lambda _: True, lambda _: None)


def test_files_in_glacier_are_told_apart() -> None:
    place = LogFolder("b", "", {"k/": DAY})
    items = [
        {"Key": "k/1.json.gz", "Size": 5, "StorageClass": "STANDARD"},
        {"Key": "k/2.json.gz", "Size": 7, "StorageClass": "DEEP_ARCHIVE"},
        {"Key": "k/_hidden", "Size": 7},
        {"Key": "k/", "Size": 0},
    ]
    sizes = counted([place], lambda **_: {"Contents": items})
    assert sizes == {DAY: Size(files=1, bytes=5, archived=1, gets=1)}


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
        return f"{day:%Y/%m/%d}/" if padded else f"{day.year}/{day.month}/{day.day}/"

    keys = [f"x/{key(number)}{name}.json.gz" for number, name in files]
    wanted = {
        key(n): date(2025, 1, 1) + timedelta(days=n)
        for n in range(first, first + length)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(s3_listing, "_FEW", 5)
        sizes = counted([LogFolder("b", "x/", wanted)], fake_pages(keys, most))
    for day in wanted.values():
        number = (day - date(2025, 1, 1)).days
        assert sizes.get(day, Size()).files == sum(n == number for n, _ in files)


@given(
    st.sets(st.from_regex(r"([ab]{1,2}/){0,4}[xyz]{1,2}", fullmatch=True)),
    st.integers(1, 7),
    st.integers(1, 9),
)
def test_every_file_of_a_tree_is_counted_once(
    keys: set[str], most: int, wide: int
) -> None:
    files = {f"logs/{key}" for key in keys} | {"elsewhere/x"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(s3_listing, "_WIDE", wide)
        sizes = counted([everything("logs/")], fake_pages(files, most))
    assert total_of(sizes).files == len(keys)


def test_a_small_tree_takes_one_request() -> None:
    asked: list[Any] = []
    list_page = fake_pages([f"logs/{n}/x" for n in range(900)], 1000)
    counted(
        [everything("logs/")], lambda **each: asked.append(each) or list_page(**each)
    )
    assert len(asked) == 1


def test_a_large_tree_is_gone_through_in_many_parts_and_few_requests() -> None:
    keys = [
        f"logs/{region}/{year}/{month:02}/{n:05}"
        for region in range(17)
        for year in range(2020, 2027)
        for month in range(1, 13)
        for n in range(70)
    ]
    list_page, asked = noting(fake_pages(keys, 1000))
    sizes = counted([everything("logs/")], list_page)
    assert total_of(sizes).files == len(keys) == 99_960
    below = {each["Prefix"] for each in asked}
    assert len(below) > 100
    assert len(asked) < 3 * len(keys) / 1000


def test_a_tree_counts_what_is_read_and_by_day() -> None:
    tree = FileTree("b", "", lambda key: "skip" not in key, lambda _: DAY)
    sizes = counted([tree], fake_pages(["a/1", "a/skip", "b/2", "b/_x"], 1000))
    assert sizes == {DAY: Size(2, 2, gets=2)}


def test_closing_the_count_stops_the_listing() -> None:
    list_page, asked = noting(fake_pages([f"x/{n:06}" for n in range(5_000)], 1))
    counting = pages([everything("x/")], list_page)
    next(counting)
    counting.close()
    assert len(asked) < 100


def test_an_error_of_a_request_ends_the_count() -> None:
    def refuse(**_: Any) -> dict[str, Any]:
        raise PermissionError("no")

    with pytest.raises(PermissionError):
        counted([everything("x/")], refuse)


def test_a_thousand_accounts_and_seven_years_are_counted_in_little_memory() -> None:
    """Thirty regions of each: 76 million folders, 30,000 requests."""
    days = {
        f"{day:%Y/%m/%d}/": day
        for day in (date(2019, 1, 1) + timedelta(days=n) for n in range(2_557))
    }
    places = [
        LogFolder("b", f"AWSLogs/{account:012}/CloudTrail/r{region}/", days)
        for account in range(1_000)
        for region in range(30)
    ]
    asked = 0

    def page(**each: Any) -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"Contents": [{"Key": f"{each['StartAfter']}x", "Size": 1}]}

    sizes = counted(places, page)
    assert asked == len(places)
    assert sizes == {date(2019, 1, 1): Size(len(places), len(places), gets=len(places))}


# --- A look


def alike(count: int, size: int) -> tuple[list[LogFolder], Any]:
    """Return so many folders with a file of that size in each."""
    days = {f"k/{n:05}/": date(2026, 3, 3) for n in range(count)}
    folders = [LogFolder("b", "", {key: day}) for key, day in days.items()]
    keys = [f"{key}1.json.gz" for key in days]

    def page(**request: Any) -> dict[str, Any]:
        found = [key for key in keys if key.startswith(request["Prefix"])]
        return {"Contents": [{"Key": key, "Size": size} for key in found]}

    return folders, page


@pytest.mark.parametrize("count", [0, 1, 16, 17, 900])
def test_a_look_at_folders_that_are_alike_is_right(count: int) -> None:
    assert sample(*alike(count, 7)).bytes == 7 * count


def test_a_look_is_the_same_each_time() -> None:
    folders, page = alike(900, 7)

    def uneven(**request: Any) -> dict[str, Any]:
        return page(**request) if "7" in request["Prefix"] else {}

    first, second = sample(folders, uneven), sample(folders, uneven)
    assert first == second
    assert first.bytes > 0
