"""Where the partitions of a projected table lie: the folders that a scope reads."""

from dataclasses import replace
from datetime import date

import pytest

from tests.support.tables_made import DOCUMENTED, projected
from tests.support.trail_listed import (
    ACCOUNTS,
    BUCKET,
    REGIONS,
    TABLE,
    folder,
    many_accounts,
)
from trailkit.errors import ScopeError, TableError
from trailkit.scope import Scope
from trailkit.tables.definition import Definition
from trailkit.tables.folders import LogFolder, folders
from trailkit.tables.table import Table

WEEK = Scope().window("2026-03-02", "2026-03-09")
MONDAY = date(2026, 3, 2)


def places(definition: Definition, scope: Scope = WEEK) -> list[LogFolder]:
    return folders(Table.of(definition), definition, scope)


def first(place: LogFolder) -> str:
    """Return the first folder, and see that it is that of the first day."""
    key, day = next(iter(place.days.items()))
    assert day == MONDAY
    return f"s3://{place.bucket}/{place.prefix}{key}"


def test_the_documented_table_has_one_place() -> None:
    [place] = places(DOCUMENTED)
    assert first(place) == (
        "s3://central-logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/"
    )
    assert len(place.days) == 8


def test_an_injected_table_has_the_places_of_the_accounts_named() -> None:
    scope = WEEK.with_accounts("777788889999").with_regions("eu-west-1")
    [place] = places(many_accounts().definition(), scope)
    assert place.bucket == BUCKET
    assert first(place) == folder("777788889999", "eu-west-1", MONDAY)


def test_global_services_have_places_in_every_region() -> None:
    scope = WEEK.with_accounts(ACCOUNTS[0]).with_regions("eu-west-1")
    definition = TABLE.definition()
    assert len(places(definition, scope)) == 1
    everywhere = replace(scope, everywhere=("iam",))
    assert len(places(definition, everywhere)) == len(REGIONS)


def test_folders_by_year_month_and_day_are_spelled_as_the_table_does() -> None:
    numbered = projected(
        "s3://copied-logs/${year}/${month}/${day}",
        year__type="integer",
        year__range="2020,2030",
        month__type="enum",
        month__values=",".join(f"{n:02}" for n in range(1, 13)),
        day__type="integer",
        day__range="1,31",
    )
    [place] = places(numbered)
    assert first(place) == "s3://copied-logs/2026/03/2/"


def test_days_that_a_table_lists_are_spelled_as_it_lists_them() -> None:
    listed = projected(
        "s3://copied-logs/${day}/",
        day__type="enum",
        day__values="2026-03-02,2026-03-03",
    )
    scope = Scope().window("2026-03-02", "2026-03-04").with_late("1d")
    [place] = places(listed, scope)
    assert [*place.days] == ["2026-03-02/", "2026-03-03/"]


def test_without_a_template_partitions_lie_in_folders_named_for_their_keys() -> None:
    named = projected(
        "",
        account__type="enum",
        account__values="111122223333",
        day__type="date",
        day__format="yyyy-MM-dd",
        day__range="2020-01-01,NOW",
    )
    properties = dict(named.properties)
    del properties["storage.location.template"]
    bare = replace(named, properties=properties, location="s3://copied-logs/x")
    [place] = places(bare)
    assert first(place) == "s3://copied-logs/x/account=111122223333/day=2026-03-02/"


def test_the_day_may_come_before_the_account() -> None:
    turned = projected(
        "s3://copied-logs/${day}/${account}/${team}",
        account__type="enum",
        account__values="111122223333,444455556666",
        day__type="date",
        day__format="yyyy/MM/dd",
        day__range="2020/01/01,NOW",
        team__type="enum",
        team__values="red,blue",
    )
    found = [first(place) for place in places(turned)]
    assert len(found) == 4
    assert found[0] == "s3://copied-logs/2026/03/02/111122223333/red/"


def test_a_key_of_few_numbers_has_a_folder_for_each() -> None:
    numbered = projected(
        "s3://copied-logs/${team}/${day}/",
        team__type="integer",
        team__range="1,12",
        team__digits="2",
        day__type="date",
        day__format="yyyy/MM/dd",
        day__range="2020/01/01,NOW",
    )
    found = [place.prefix for place in places(numbered)]
    assert found == [f"{number:02}/" for number in range(1, 13)]


def test_folders_that_nothing_lists_are_refused() -> None:
    unlisted = projected(
        "s3://copied-logs/${team}/${day}/",
        team__type="integer",
        team__range="0,9223372036854775807",
        day__type="date",
        day__format="yyyy/MM/dd",
        day__range="2020/01/01,NOW",
    )
    with pytest.raises(TableError, match="values of team"):
        places(unlisted)


def test_more_folders_than_can_be_listed_are_refused_with_what_it_would_take() -> None:
    properties = TABLE.definition().properties | {
        "projection.account.values": ",".join(f"{n:012}" for n in range(10_000)),
        "projection.region.values": ",".join(f"eu-west-{n}" for n in range(30)),
        "projection.day.range": "2019/01/01,NOW",
    }
    large = replace(TABLE.definition(), properties=properties)
    with pytest.raises(ScopeError, match=r"300,000 folders.*\$1.50 and 17 minutes"):
        places(large, Scope().window("2019-12-01", "2026-11-01"))
