"""Ten thousand accounts, thirty regions, seven years: what AWS takes is kept to."""

import gzip
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

import trailkit as tk
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import raw_rows
from tests.support.tables_made import OWN, by_hand
from tests.support.trail_listed import session
from trailkit import clock
from trailkit.admin.discovery.discovered import Discovery
from trailkit.admin.discovery.log_folders import TrailFolder
from trailkit.admin.setup.setup import Setup
from trailkit.case import Case
from trailkit.errors import QueryFailed, ScopeError, TableError
from trailkit.lens import compose
from trailkit.scope import Scope
from trailkit.tables import ddl, read_plan
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout
from trailkit.tables.partitions import partition_filter
from trailkit.tables.raw import MOST_ACCOUNTS, RawTable
from trailkit.tables.regions import REGIONS
from trailkit.tables.table import Table
from trailkit.tables.text import QUERY_TEXT_LIMIT

ACCOUNTS = tuple(f"{number:012}" for number in range(10**11, 10**11 + 10_000))
FEWER = ACCOUNTS[:MOST_ACCOUNTS]
YEARS = ("2019-11-01", "2026-11-01")

PROPERTY_LIMIT = 512_000
"""Bytes of one table property. (Glue API, ``ParametersMapValue``.)"""

METADATA_LIMIT = 1_000_000
"""About a megabyte of metadata, gzipped. (Athena, "Supported types", enum.)"""

TEMPLATE_LIMIT = 1_000_000
"""Bytes of a CloudFormation template that lies in S3; 51,200 of one that is sent."""

LONGEST = replace(
    OWN["organization_trail"],
    database="d" * 255,
    name="t" * 255,
    start=date(2019, 1, 1),
    layout=Layout("b" * 63, prefix="p" * 200, organization=f"o-{'a' * 32}"),
)
"""The longest of names."""


def adopted(accounts: tuple[str, ...] = ACCOUNTS) -> Definition:
    """Return a table that someone made with a list of all accounts."""
    definition = LONGEST.definition()
    listed = {
        "projection.account.type": "enum",
        "projection.account.values": ",".join(accounts),
    }
    return replace(definition, properties={**definition.properties, **listed})


@pytest.mark.parametrize("accounts", [None, FEWER])
def test_a_tables_text_and_properties_fit(accounts: tuple[str, ...] | None) -> None:
    definition = replace(LONGEST, accounts=accounts).definition()
    assert len(ddl.create_table(definition).encode()) < QUERY_TEXT_LIMIT
    assert max(map(len, definition.properties.values())) < PROPERTY_LIMIT
    described = json.dumps(definition.glue()).encode()
    assert len(gzip.compress(described)) < METADATA_LIMIT


def test_a_list_of_too_many_accounts_is_refused_with_another_scheme() -> None:
    with pytest.raises(TableError, match=r"10,000 accounts.*Leave accounts out"):
        replace(LONGEST, accounts=ACCOUNTS)
    injected = replace(LONGEST, accounts=None).definition().properties
    assert injected["projection.account.type"] == "injected"


# Questions


def opened(server: AthenaServer, definition: Definition) -> Case:
    server.create(definition, raw_rows([], definition))
    name = f"{definition.database}.{definition.name}"
    case = tk.athena(name, workgroup="dfir", poll=0.01, session=session())
    return case.window(*YEARS)


@pytest.mark.parametrize("kind", ["listed", "injected", "by hand"])
def test_the_widest_question_over_a_thousand_accounts_fits(
    athena: AthenaServer, kind: str
) -> None:
    tables = {
        "listed": adopted(),
        "injected": replace(LONGEST, accounts=None).definition(),
        "by hand": by_hand("account", "region", "year", "month", "day"),
    }
    wide = opened(athena, tables[kind]).accounts(*FEWER).regions(*REGIONS["aws"])
    select = f"select {', '.join(compose.columns('events'))} from events"
    text = compose.compose(select, wide.source, wide.scope)
    assert len(text.encode()) < QUERY_TEXT_LIMIT / 3


def test_every_account_at_once_is_refused_before_athena_does(
    athena: AthenaServer,
) -> None:
    wide = opened(athena, adopted()).accounts(*ACCOUNTS)
    with pytest.raises(QueryFailed, match="262,144"):
        wide.ask("s3/bucket-deletions")
    assert not athena.queries


def test_every_account_is_asked_about_by_naming_none(athena: AthenaServer) -> None:
    assert opened(athena, adopted()).ask("s3/bucket-deletions").empty


def test_an_estimate_of_everything_says_what_counting_would_take(
    athena: AthenaServer,
) -> None:
    with pytest.raises(ScopeError, match=r"340,000 folders.*\$1.70 and 19 minutes"):
        opened(athena, adopted()).estimate()


def test_what_a_thousand_accounts_read_in_seven_years_takes_little_memory() -> None:
    definition = adopted()
    scope = Scope().window(*YEARS).with_accounts(*FEWER)
    found = read_plan.read_plan(Table.of(definition), definition, scope, lambda *_: [])
    assert len(found.places) == 34_000
    assert len({id(place.days) for place in found.places if place.days}) == 1
    assert "looks into 86,972,000 folders" in found.notes[0]


def test_fifty_thousand_partitions_are_chosen_from_in_a_second_or_two() -> None:
    definition = by_hand("account", "region", "year", "month", "day")
    table = Table.of(definition)
    scope = Scope().window("2026-03-09", "2026-03-10").with_accounts(ACCOUNTS[7])
    listed = (
        ([account, "us-east-1", "2026", "3", str(day)], f"s3://b/{account}/{day:02}")
        for account in ACCOUNTS[:1_800]
        for day in range(1, 29)
    )
    found = read_plan.read_plan(table, definition, scope, lambda *_: listed)
    [place] = found.places
    assert [*place.days] == [f"{ACCOUNTS[7]}/09/", f"{ACCOUNTS[7]}/10/"]


def test_glue_is_told_no_more_than_it_takes() -> None:
    table = Table.of(by_hand("account", "region", "year", "month", "day"))
    text = partition_filter(table, Scope().window(*YEARS).with_accounts(*ACCOUNTS))
    assert "account" not in text
    assert "year in ('2019', '2020'" in text
    assert len(text) <= 2048
    few = partition_filter(table, Scope().window(*YEARS).with_accounts(*ACCOUNTS[:3]))
    assert few.startswith(f"account in ('{ACCOUNTS[0]}', ")


def test_a_scope_of_many_accounts_is_said_in_few_words() -> None:
    said = str(Scope().with_accounts(*ACCOUNTS).with_regions("eu-west-1"))
    assert said == (
        "all times, 10,000 accounts (100000000000 to 100000009999), eu-west-1"
    )


# Discovery and set-up


def test_discovery_of_ten_thousand_accounts_gives_a_table_that_must_be_told() -> None:
    layout = Layout("central-logs", organization="o-a1b2c3d4e5")
    folders = tuple(
        TrailFolder(layout, account, "CloudTrail", region, date(2019, 1, 1), date.max)
        for account in ACCOUNTS
        for region in REGIONS["aws"][:30]
    )
    now = clock.now()
    found = Discovery("111122223333", "aws", now, (), folders)
    [table] = found.tables("security")
    assert table.accounts is None
    assert table.start == date(2019, 1, 1)
    assert "more than 1,000 accounts: of its table every question must name" in repr(
        found
    )
    assert len(found.folders) == 300_000


@pytest.mark.parametrize("accounts", [None, FEWER])
def test_a_set_up_of_many_accounts_fits(accounts: tuple[str, ...] | None) -> None:
    kinds = tuple(
        replace(OWN[name], accounts=accounts, start=date(2019, 1, 1))
        for name in ("organization_trail", "insight", "network", "aggregated")
    )
    setup = Setup(kinds, "111122223333", "eu-west-1", "s3://athena-results/trailkit/")
    assert len(setup.cloudformation().encode()) < TEMPLATE_LIMIT
    statements = setup.sql().split(";\n\n")
    assert max(len(each.encode()) for each in statements) < QUERY_TEXT_LIMIT
    assert json.loads(setup.analyst_policy())
    assert json.loads(setup.table_maker_policy())


def test_seven_years_are_cut_from_a_list_of_days_in_no_time() -> None:
    table: RawTable = replace(LONGEST, accounts=FEWER)
    scope = Scope().window(*YEARS).with_late(timedelta(days=30))
    found = read_plan.read_plan(
        Table.of(table.definition()), table.definition(), scope, lambda *_: []
    )
    assert len(found.days) == 2_557 + 30
