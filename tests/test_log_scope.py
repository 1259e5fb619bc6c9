"""What a question over a table reaches: the place of the logs, accounts and regions."""

from dataclasses import replace

import pytest

from tests.support.tables_made import ACCOUNTS, DOCUMENTED, ORGANIZATION, OWN
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout
from trailkit.tables.log_scope import LogScope, log_scope
from trailkit.tables.table import Table

DAY = Scope().window("2026-03-09", "2026-03-10")


def reached(definition: Definition, scope: Scope = DAY) -> LogScope | None:
    return log_scope(Table.of(definition), definition, scope)


@pytest.mark.parametrize("name", OWN)
def test_a_table_of_ours_reaches_its_layout(name: str) -> None:
    table = OWN[name]
    found = reached(table.definition())
    assert found is not None
    assert (found.layout, found.kind) == (table.layout, table.kind)
    assert found.accounts == (table.accounts or ())
    assert (found.start, found.end) == (DAY.start, DAY.end)


def test_the_scope_narrows_it() -> None:
    table = OWN["organization_trail"].definition()
    found = reached(table, DAY.with_accounts(ACCOUNTS[1]).with_regions("eu-west-1"))
    assert found is not None
    assert (found.accounts, found.regions) == ((ACCOUNTS[1],), ("eu-west-1",))


def test_what_is_searched_everywhere_reaches_all_regions() -> None:
    scope = replace(DAY.with_regions("eu-west-1"), everywhere=("iam",))
    found = reached(OWN["organization_trail"].definition(), scope)
    assert found is not None
    assert found.regions == ()


def test_the_documented_table_reaches_one_account_and_region() -> None:
    found = reached(DOCUMENTED)
    assert found is not None
    assert found.layout == Layout("central-logs")
    assert (found.accounts, found.regions) == (("111122223333",), ("us-east-1",))


@pytest.mark.parametrize(
    ("location", "layout", "accounts"),
    [
        ("s3://logs/AWSLogs/111122223333", Layout("logs"), ("111122223333",)),
        ("s3://logs/AWSLogs/111122223333/CloudTrail/", Layout("logs"), ACCOUNTS[:1]),
        ("s3://logs/a/b/AWSLogs/", Layout("logs", "a/b"), ()),
        (
            f"s3://logs/AWSLogs/{ORGANIZATION}/",
            Layout("logs", organization=ORGANIZATION),
            (),
        ),
    ],
)
def test_partitions_by_hand_go_by_the_location(
    location: str, layout: Layout, accounts: tuple[str, ...]
) -> None:
    keys = {"region": "string", "year": "string", "month": "string", "day": "string"}
    table = replace(DOCUMENTED, partitions=keys, properties={}, location=location)
    found = reached(table)
    assert found is not None
    assert (found.layout, found.accounts, found.regions) == (layout, accounts, ())


@pytest.mark.parametrize(
    "location",
    ["s3://logs/copies/", "", "hdfs://x/AWSLogs/1/", "s3://B_/AWSLogs/111122223333/"],
)
def test_another_place_is_no_trails(location: str) -> None:
    assert reached(replace(DOCUMENTED, properties={}, location=location)) is None


def test_each_kind_has_its_own_table() -> None:
    found = reached(OWN[Kind.INSIGHT].definition())
    assert found is not None
    assert found.kind is Kind.INSIGHT
