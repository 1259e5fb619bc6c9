"""Partitions that a scope lacks are written as statements that add just those."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

import trailkit as tk
from tests.support import golden_files
from tests.support.athena_server import AthenaServer
from tests.support.sampled import some
from tests.support.tables_made import ADOPTED, DOCUMENTED, OWN, by_hand
from tests.support.trail_listed import session
from tests.support.trail_tables import (
    BY_HAND,
    DAYS,
    INSIGHTS,
    deliver,
    publish,
    publish_copy,
    table_of,
)
from trailkit import clock
from trailkit.case import Case
from trailkit.display.provenance import provenance
from trailkit.engines.athena import AthenaEngine
from trailkit.errors import ScopeError, TableError, UnboundedScan
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables import missing_partitions
from trailkit.tables.copy import Copy
from trailkit.tables.definition import Definition
from trailkit.tables.partitions import Listed
from trailkit.tables.table import Table
from trailkit.tables.text import QUERY_TEXT_LIMIT

DELETIONS = "s3/bucket-deletions"
ROOT = "s3://central-logs/AWSLogs"
ACCOUNT, OTHER = "111122223333", "444455556666"
SCOPE = Scope().window("2026-03-08", "2026-03-09")
"""A day, and the next one of delivery."""


def written(
    definition: Definition, scope: Scope = SCOPE, listed: Iterable[Listed] = ()
) -> list[str]:
    there = list(listed)
    return missing_partitions.statements(
        Table.of(definition), definition, scope, lambda *_: iter(there)
    )


def clauses(statements: Iterable[str]) -> list[str]:
    return [line.strip() for each in statements for line in each.splitlines()[1:]]


ORGANIZATION = replace(
    by_hand("account", "region", "year", "month", "day"),
    database="security",
    name="trail",
    location="s3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/",
)


def test_the_statement_is_as_reviewed() -> None:
    place = "s3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail"
    there = [
        ([ACCOUNT, "us-east-1", "2026", "03", "08"], f"{place}/us-east-1/2026/03/08"),
        ([ACCOUNT, "eu-west-1", "2026", "03", "07"], f"{place}/eu-west-1/2026/03/07/"),
    ]
    golden_files.compare(
        "ddl/missing_partitions.sql", "\n".join(written(ORGANIZATION, listed=there))
    )


def test_a_day_is_written_as_those_that_are_there() -> None:
    table = by_hand("region", "day")
    place = f"{ROOT}/{ACCOUNT}/CloudTrail/us-east-1"
    for spelled in ("2026/03/01", "2026-03-01"):
        there = [(["us-east-1", spelled], f"{place}/2026/03/01")]
        wanted = spelled[:-2] + "08"
        assert clauses(written(table, listed=there))[0] == (
            f"partition (`region` = 'us-east-1', `day` = '{wanted}') "
            f"location '{place}/2026/03/08/'"
        )


@pytest.mark.parametrize(
    ("kind", "there", "says"),
    [
        ("string", ("03", "01"), "`month` = '03', `day` = '08'"),
        ("string", ("3", "1"), "`month` = '3', `day` = '8'"),
        ("string", ("3", "11"), "`month` = '3', `day` = '08'"),
        ("int", ("3", "1"), "`month` = 3, `day` = 8"),
        ("int", ("03", "01"), "`month` = 3, `day` = 8"),
    ],
)
def test_numbers_are_written_as_those_that_are_there(
    kind: str, there: tuple[str, str], says: str
) -> None:
    keys = ("region", "year", "month", "day")
    types = {"region": "string", **dict.fromkeys(keys[1:], kind)}
    table = replace(by_hand(*keys), partitions=types)
    place = f"{ROOT}/{ACCOUNT}/CloudTrail/us-east-1/2026/03/{there[1]:>02}"
    listed = [(["us-east-1", "2026", *there], place)]
    assert says in clauses(written(table, listed=listed))[0]


def test_a_table_of_one_region_needs_only_days() -> None:
    place = f"{ROOT}/{ACCOUNT}/CloudTrail/us-east-1"
    table = replace(by_hand("timestamp"), location=place)
    assert clauses(written(table)) == [
        f"partition (`timestamp` = '2026/03/{day}') location '{place}/2026/03/{day}/'"
        for day in ("08", "09")
    ]
    other = SCOPE.with_regions("eu-west-1")
    assert written(table, other) == [], "it has no folder of that region"


def test_accounts_and_regions_are_those_named_else_those_there() -> None:
    scope = SCOPE.with_accounts(OTHER).with_regions("eu-west-2")
    [first, _] = clauses(written(ORGANIZATION, scope))
    assert f"`account` = '{OTHER}', `region` = 'eu-west-2'" in first
    with pytest.raises(TableError, match=r"which regions there are.*case\.regions"):
        written(ORGANIZATION)
    named = SCOPE.with_regions("eu-west-2")
    with pytest.raises(TableError, match=r"which accounts there are.*case\.accounts"):
        written(ORGANIZATION, named)


def test_before_november_2021_every_region_that_is_there_is_written() -> None:
    """Events of global services may lie in any of them."""
    scope = Scope().window("2021-03-01", "2021-03-02")
    place = f"{ROOT}/{ACCOUNT}/CloudTrail/eu-west-1/2021/03/05"
    table = by_hand("region", "day")
    asked = scope.with_regions("us-east-1")
    found = clauses(written(table, asked, [(["eu-west-1", "2021/03/05"], place)]))
    assert {each.split("'")[1] for each in found} == {"eu-west-1", "us-east-1"}


def test_a_stray_value_becomes_no_folder() -> None:
    place = f"{ROOT}/{ACCOUNT}/CloudTrail/us-east-1/2026/03/05"
    there = [([value, "2026/03/05"], place) for value in ("us-east-1 ", "a/../b", "x'")]
    with pytest.raises(TableError, match="which regions"):
        written(by_hand("region", "day"), listed=there)
    early = Scope().window("2021-03-01", "2021-03-02").with_regions("us-east-1")
    assert len(clauses(written(by_hand("region", "day"), early, there))) == 2


def test_no_day_after_today_is_written() -> None:
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    scope = Scope().window(today - timedelta(days=1), today + timedelta(days=3))
    table = replace(by_hand("day"), location=f"{ROOT}/{ACCOUNT}/CloudTrail/us-east-1/")
    assert len(clauses(written(table, scope))) == 2


def test_names_of_others_are_quoted() -> None:
    table = replace(
        by_hand("timestamp"),
        database="My DB",
        name="a`b",
        location=f"{ROOT}/{ACCOUNT}/CloudTrail/us-east-1/",
    )
    [text] = written(table)
    assert text.startswith("alter table `My DB`.`a``b` add if not exists\n")


def test_no_statement_is_longer_than_athena_takes() -> None:
    scope = Scope().window("2023-01-01", "2026-01-01")
    scope = scope.with_accounts(ACCOUNT, OTHER).with_regions("us-east-1", "eu-west-1")
    found = written(ORGANIZATION, scope)
    sizes = [len(each.encode()) for each in found]
    assert len(found) > 1
    assert max(sizes) <= QUERY_TEXT_LIMIT
    assert min(sizes[:-1]) > QUERY_TEXT_LIMIT * 0.99
    assert len(set(clauses(found))) == len(clauses(found)) == 4 * 1097


def test_more_folders_than_anybody_adds_are_refused() -> None:
    accounts = [f"{number:012}" for number in range(1000)]
    scope = Scope().window("2025-01-01", "2026-01-01").with_accounts(*accounts)
    with pytest.raises(ScopeError, match="366,000 folders"):
        written(ORGANIZATION, scope.with_regions("us-east-1"))


VALUES = ["us-east-1", "2026/03/01"]
ELSEWHERE = [
    "s3://other-logs/2026/03/01/",
    f"{ROOT}/{ACCOUNT}/CloudTrail-Insight/us-east-1/2026/03/01",
    f"{ROOT}/o-a1b2c3d4e5/{ACCOUNT}/CloudTrail/us-east-1/2026/03/01/",
    f"s3://other-logs/AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/03/01/",
    "s3://central-logs/",
]


@pytest.mark.parametrize(
    ("definition", "says"),
    [
        (DOCUMENTED, "works its partitions out by itself"),
        (OWN["account_trail"].definition(), "works its partitions out by itself"),
        (by_hand(), "has no partition key for the day"),
        (by_hand("region"), "has no partition key for the day"),
        (by_hand("region", "day", "team"), 'partition key "team"'),
        (Copy("security", "copy", "b-1", "copy").definition(), "is a copy"),
        (
            replace(by_hand("region", "day"), location="s3://copied/case-17/"),
            "does not show the folders of a trail",
        ),
        (
            replace(by_hand("region", "day"), location=f"{ROOT}/"),
            "no partition key for the account, and lies in",
        ),
        (by_hand("day"), "no partition key for the region, and lies in"),
    ],
)
def test_where_no_folder_can_be_worked_out_one_sentence_says_why(
    definition: Definition, says: str
) -> None:
    named = SCOPE.with_regions("us-east-1")
    with pytest.raises(TableError, match=says) as refused:
        written(definition, named)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_layout_that_no_partition_has_is_not_written(place: str) -> None:
    table = by_hand("region", "day")
    with pytest.raises(TableError, match=f"lie elsewhere, such as in {place}"):
        written(table, listed=[(VALUES, place)])
    right = f"s3a://central-logs/AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/03/01"
    assert written(table, listed=[(VALUES, place), (VALUES, right)])


# In an account


@pytest.fixture
def sizes(athena: AthenaServer) -> dict[str, int]:
    athena.bucket("central-logs")
    return deliver(athena)


def case(name: str, **more: str) -> Case:
    opened = tk.athena(
        f"security.{name}", workgroup="dfir", poll=0.01, session=session(), **more
    )
    return opened.accounts(ACCOUNT).window("2026-03-01", "2026-03-09")


def run(text: str) -> Iterator[str]:
    engine = AthenaEngine("security.x", workgroup="dfir", poll=0.01, session=session())
    for statement in text.split(";\n\n"):
        engine.execute(statement.removesuffix(";"))
        yield statement


@pytest.mark.parametrize("kind", some(BY_HAND, 3))
def test_once_they_are_run_no_day_is_missing_and_more_is_read(
    athena: AthenaServer, sizes: dict[str, int], kind: str
) -> None:
    table = table_of(kind)
    publish(athena, table, sizes, added=lambda url: "/2026/03/05/" in url)
    asked = case(table.name)
    note = "print(case.table.missing_partitions())"
    assert note in str(asked.estimate())
    files = asked.estimate().files
    assert any(note in each for each in provenance(asked.ask(DELETIONS)).notes)
    assert list(run(asked.table.missing_partitions()))
    again = case(table.name)
    assert "has no partition of" not in str(again.estimate())
    assert again.estimate().files > files
    assert again.table.missing_partitions() == ""


def test_what_is_there_is_not_written_again(
    athena: AthenaServer, sizes: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    table = table_of("region and dt")
    publish(athena, table, sizes)
    text = case(table.name).table.missing_partitions()
    place = f"{ROOT}/{ACCOUNT}/CloudTrail"
    assert text == (
        f"alter table `security`.`{table.name}` add if not exists\n"
        + "\n".join(
            f"    partition (`region` = '{region}', `dt` = '{DAYS[-2]}') "
            f"location '{place}/{region}/2026/03/08/'"
            for region in ("eu-west-1", "us-east-1")
        )
        + ";"
    )
    whole = case(table.name).window("2026-03-03", "2026-03-05")
    assert whole.table.missing_partitions() == ""
    assert "No partition is missing in the scope" in capsys.readouterr().err
    assert not athena.queries, "nothing is run"


def test_other_kinds_have_their_own_folders(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    publish(athena, table_of("region and dt"), sizes)
    table = replace(
        INSIGHTS.definition(),
        partitions={"region": "string", "day": "string"},
        location=f"{ROOT}/{ACCOUNT}/CloudTrail-Insight/",
        properties={},
    )
    publish(athena, table, deliver(athena, Kind.INSIGHT))
    opened = case("region_and_dt", insights="security.insights")
    text = opened.table.missing_partitions("insight")
    assert "CloudTrail-Insight/us-east-1/2026/03/08/'" in text
    said = opened.query("select event_id from insights")
    named = 'print(case.table.missing_partitions("insight"))'
    assert any(named in note for note in provenance(said).notes)


def test_only_a_window_on_athena_lacks_partitions(
    athena: AthenaServer, practice_case: Case, sizes: dict[str, int]
) -> None:
    with pytest.raises(TableError, match=r"tk\.athena"):
        practice_case.table.missing_partitions()
    publish(athena, table_of("region and dt"), sizes)
    opened = tk.athena(
        "security.region_and_dt", workgroup="dfir", session=session(), poll=0.01
    )
    with pytest.raises(UnboundedScan, match="window"):
        opened.table.missing_partitions()
    with pytest.raises(TableError, match='Did you mean "event"'):
        case("region_and_dt").table.missing_partitions("events")


def test_the_refusal_without_a_partition_names_the_statements(
    athena: AthenaServer, sizes: dict[str, int]
) -> None:
    table = table_of("region and dt")
    publish(athena, table, {})
    with pytest.raises(
        TableError, match=r"print\(case\.table\.missing_partitions\(\)\)"
    ):
        case(table.name).ask(DELETIONS)


def test_a_copy_is_said_to_grow_by_its_fill(athena: AthenaServer) -> None:
    athena.bucket("analysis")
    publish_copy(athena, iceberg=False)
    said = str(case("copied").estimate())
    assert "fill_in_account(…)" in said
    assert "missing_partitions" not in said


def test_adopted_tables_of_one_account_are_known() -> None:
    named = SCOPE.with_accounts(ACCOUNT).with_regions("us-east-1")
    for definition in ADOPTED.values():
        if definition.partitions and "projection.enabled" not in definition.properties:
            assert len(clauses(written(definition, named))) == 2
