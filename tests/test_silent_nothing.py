"""Where Athena would find nothing and say nothing, trailkit says it, before the run."""

from dataclasses import replace
from typing import Any

import pytest

import trailkit as tk
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import raw_rows
from tests.support.tables_made import BOOTSTRAP, DOCUMENTED, NUMBERED, by_hand
from tests.support.trail_listed import TABLE, many_accounts, record, session
from trailkit.case import Case
from trailkit.display.provenance import provenance
from trailkit.errors import ScopeError, TableError, TrailkitError, UnboundedScan
from trailkit.tables.definition import Definition

DELETIONS = "s3/bucket-deletions"
FILE = (
    "s3://central-logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/03/1.json.gz"
)


def case(server: AthenaServer, table: Definition, name: str = "trail") -> Case:
    """Make a table with one event, and open it on its day."""
    table = replace(table, database="security", name=name)
    server.create(table, raw_rows([(FILE, record(FILE))], table))
    opened = tk.athena(
        f"security.{name}", workgroup="dfir", poll=0.01, session=session()
    )
    return opened.window("2026-03-03", "2026-03-04")


def changed(table: Definition, **projection: str) -> Definition:
    """Change properties of a projection; ``day__range`` is projection.day.range."""
    properties = {
        f"projection.{name.replace('__', '.')}": value
        for name, value in projection.items()
    }
    return replace(table, properties={**table.properties, **properties})


def require_refused(
    server: AthenaServer, asked: Case, error: type[TrailkitError], says: str
) -> None:
    """See that neither an ask nor an estimate is answered, and that nothing ran."""
    for ask in (lambda: asked.ask(DELETIONS), lambda: asked.estimate(DELETIONS)):
        with pytest.raises(error, match=says):
            ask()
    assert not server.queries


OWN = TABLE.definition()
INJECTED = many_accounts().definition()


def test_the_event_is_found_where_the_scope_is_right(athena: AthenaServer) -> None:
    assert len(case(athena, OWN).ask(DELETIONS)) == 1
    one = case(athena, INJECTED, "injected").accounts("111122223333")
    assert len(one.ask(DELETIONS)) == 1


def test_an_injected_table_without_an_account(athena: AthenaServer) -> None:
    says = r'case\.accounts\("111122223333"\)'
    require_refused(athena, case(athena, INJECTED), UnboundedScan, says)


def test_an_injected_table_with_more_accounts_than_athena_takes(
    athena: AthenaServer,
) -> None:
    many = case(athena, INJECTED).accounts(*(f"{n:012}" for n in range(10_000)))
    require_refused(athena, many, ScopeError, "10,000 accounts.*Ask in several parts")


def test_an_account_that_the_table_does_not_list(athena: AthenaServer) -> None:
    asked = case(athena, OWN).accounts("000000000012")
    require_refused(athena, asked, TableError, 'does not look into "000000000012"')


def test_a_region_that_the_table_does_not_list(athena: AthenaServer) -> None:
    asked = case(athena, INJECTED).accounts("111122223333").regions("sa-east-1")
    require_refused(athena, asked, TableError, 'does not look into "sa-east-1"')


def test_a_region_beside_the_one_folder_of_the_documented_table(
    athena: AthenaServer,
) -> None:
    asked = case(athena, DOCUMENTED).regions("eu-west-1")
    require_refused(athena, asked, TableError, 'does not look into "eu-west-1"')


@pytest.mark.parametrize("role", ["accounts", "regions"])
def test_a_place_beside_the_folder_of_a_table_without_partitions(
    athena: AthenaServer, role: str
) -> None:
    table = replace(by_hand(), location=FILE.rpartition("/2026")[0])
    other = {"accounts": "444455556666", "regions": "us-east-1"}[role]
    asked = getattr(case(athena, table), role)(other)
    require_refused(athena, asked, TableError, f'does not look into "{other}"')


WINDOWS: dict[str, tuple[Definition, tuple[str, str], str]] = {
    "before a fixed day": (
        OWN,
        ("2023-12-31", "2024-01-02"),
        "begins with 2024-01-01",
    ),
    "after a fixed day": (
        changed(OWN, day__range="2024/01/01,2026/03/02"),
        ("2026-03-03", "2026-03-04"),
        "ends with 2026-03-02",
    ),
    "before a day that moves": (
        changed(OWN, day__range="NOW-2DAYS,NOW"),
        ("2026-03-03", "2026-03-04"),
        "begins with",
    ),
    "before hours that move": (
        changed(OWN, day__range="NOW - 48 HOURS , NOW"),
        ("2026-03-03", "2026-03-04"),
        "begins with",
    ),
    "before today, where the range begins with it": (
        changed(OWN, day__range="NOW,NOW+1DAYS"),
        ("2026-03-03", "2026-03-04"),
        "begins with",
    ),
    "before the years": (
        NUMBERED,
        ("2023-12-31", "2024-01-02"),
        "begins with 2024-01-01",
    ),
    "after the years": (
        changed(NUMBERED, year__range="2024,2025"),
        ("2026-03-03", "2026-03-04"),
        "ends with 2025-12-31",
    ),
    "a year that is not listed": (
        changed(NUMBERED, year__type="enum", year__values="2024,2027"),
        ("2026-03-03", "2026-03-04"),
        "does not look into 2026-03-03",
    ),
    "a month that is left out": (
        changed(NUMBERED, month__range="4,12"),
        ("2026-03-03", "2026-03-04"),
        "does not look into 2026-03-03",
    ),
    "a day of the month that is left out": (
        changed(NUMBERED, day__range="1,30"),
        ("2026-01-30", "2026-02-01"),
        "does not look into 2026-01-31",
    ),
    "a day that is not listed": (
        changed(OWN, day__type="enum", day__values="2026/03/01,2026/03/04"),
        ("2026-03-03", "2026-03-04"),
        "does not look into 2026-03-03",
    ),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_a_day_that_the_table_does_not_look_into(
    athena: AthenaServer, name: str
) -> None:
    table, window, says = WINDOWS[name]
    asked = case(athena, table).everything().window(*window).accounts("111122223333")
    require_refused(athena, asked, TableError, says)


PROPERTIES: dict[str, tuple[Definition, str]] = {
    "a blank among the regions": (
        changed(OWN, region__values="us-east-1, eu-west-1"),
        "'projection.region.values' = 'us-east-1,eu-west-1'",
    ),
    "a blank among the accounts": (
        changed(OWN, account__values="444455556666 ,111122223333"),
        "'projection.account.values' = '444455556666,111122223333'",
    ),
    "a blank among the years": (
        changed(NUMBERED, year__type="enum", year__values="2025, 2026"),
        "'projection.year.values' = '2025,2026'",
    ),
    "a blank among the days": (
        changed(OWN, day__type="enum", day__values="2026/03/03, 2026/03/04"),
        "'projection.day.values' = '2026/03/03,2026/03/04'",
    ),
    "a blank beside a date": (
        changed(OWN, day__range="2024/01/01 ,NOW"),
        r'projection.day.range, "2024/01/01 ,NOW"',
    ),
    "months without their zero": (
        changed(NUMBERED, month__digits=""),
        "'projection.month.digits' = '2'",
    ),
    "days without their zero": (
        changed(NUMBERED, day__type="enum", day__values="1,2,3,4,5,6,7"),
        'looks for folders "7" where CloudTrail writes "07"',
    ),
    "every second day": (
        changed(OWN, day__interval="2"),
        "'projection.day.interval' = '1'",
    ),
    "the first day of every month": (
        changed(OWN, day__interval__unit="MONTHS"),
        "'projection.day.interval.unit' = 'DAYS'",
    ),
    "every second year": (
        changed(NUMBERED, year__interval="2"),
        "'projection.year.interval' = '1'",
    ),
    "days in another form": (
        changed(BOOTSTRAP, date_partition__format="yyyy-M-d"),
        "holds days in a form that trailkit does not read",
    ),
    "no range": (changed(OWN, day__range=""), "projection.day.range"),
    "years that are none": (changed(NUMBERED, year__range="all,now"), "year.range"),
    "a 30th of February": (
        changed(OWN, day__range="2024/02/30,NOW"),
        "projection.day.range",
    ),
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_projection_that_finds_nothing(athena: AthenaServer, name: str) -> None:
    table, says = PROPERTIES[name]
    asked = case(athena, table).accounts("111122223333")
    require_refused(athena, asked, TableError, says)


def notes(asked: Case, question: str = DELETIONS, **values: Any) -> str:
    return "\n".join(provenance(asked.ask(question, **values)).notes)


def test_a_region_whose_folder_an_early_search_does_not_find(
    athena: AthenaServer,
) -> None:
    """Its events of global services may lie in another region's folder."""
    table = changed(OWN, day__range="2020/01/01,NOW")
    early = (
        case(athena, table)
        .everything()
        .window("2021-03-03", "2021-03-04")
        .regions("sa-east-1")
    )
    assert "does not look into the folders of sa-east-1" in notes(early)


def test_a_table_without_the_region_of_iam(athena: AthenaServer) -> None:
    table = changed(OWN, region__values="eu-west-1")
    asked = case(athena, table)
    assert "does not look into us-east-1, where AWS records IAM" in notes(asked)
    assert "us-east-1" not in notes(asked.regions("eu-west-1"))
    china = changed(OWN, region__values="cn-north-1")
    assert "us-east-1" not in notes(case(athena, china, "china"))
