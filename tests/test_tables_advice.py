"""A table that cannot keep to a scope says so once, with its cost, and a better one."""

from dataclasses import replace
from typing import Any

import pytest

import trailkit as tk
from tests.support import golden_files
from tests.support.athena_server import AthenaServer
from tests.support.tables_made import ADOPTED, DOCUMENTED, OWN, by_hand, projected
from tests.support.trail_listed import session
from tests.support.trail_tables import deliver, publish, table_of
from trailkit.case import Case
from trailkit.cost import table_cost as cost_advice
from trailkit.display.provenance import provenance
from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.tables import ddl
from trailkit.tables.advice import advice, better, unpruned
from trailkit.tables.copy import Copy
from trailkit.tables.definition import Definition
from trailkit.tables.regions import REGIONS, regions_of
from trailkit.tables.table import Table

DELETIONS = "s3/bucket-deletions"


def lacking(definition: Definition) -> list[str]:
    return unpruned(Table.of(definition), definition)


@pytest.mark.parametrize("name", [name for name in ADOPTED if ADOPTED[name].partitions])
def test_a_table_by_day_over_one_account_and_its_regions_lacks_nothing(
    name: str,
) -> None:
    assert lacking(ADOPTED[name]) == []


@pytest.mark.parametrize("name", OWN)
def test_our_own_tables_lack_nothing(name: str) -> None:
    assert lacking(OWN[name].definition()) == []


def test_the_documented_table_and_a_copy_lack_nothing() -> None:
    assert lacking(DOCUMENTED) == []
    assert lacking(Copy("security", "copy", "analysis", "copies").definition()) == []


TRAIL = "s3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/"


@pytest.mark.parametrize(
    ("definition", "lacks"),
    [
        (by_hand(), ["region", "day"]),
        (replace(by_hand(), location=TRAIL), ["account", "region", "day"]),
        (replace(by_hand(), location=f"{TRAIL}111122223333/"), ["region", "day"]),
        (
            replace(by_hand(), location=f"{TRAIL}111122223333/CloudTrail/us-east-1"),
            ["day"],
        ),
        (replace(by_hand("region", "day"), location=TRAIL), ["account"]),
        (replace(by_hand("account", "day"), location=TRAIL), ["region"]),
        (by_hand("region"), ["day"]),
        (
            projected(
                "s3://copied-logs/${day}/",
                day__type="date",
                day__format="yyyy/MM/dd",
                day__range="2020/01/01,NOW",
            ),
            ["account", "region"],
        ),
    ],
)
def test_what_a_table_cannot_leave_out_is_known(
    definition: Definition, lacks: list[str]
) -> None:
    assert lacking(definition) == lacks
    said = advice(Table.of(definition), definition)
    assert said
    assert "print(case.table.better())" in said


# The better table


def improved(definition: Definition, region: str = "us-east-1") -> Definition:
    return better(Table.of(definition), definition, region).definition()


def test_the_statement_of_a_better_table_is_as_reviewed() -> None:
    table = replace(by_hand(), database="security", name="trail", location=TRAIL)
    golden_files.compare("ddl/better.sql", ddl.create_table(improved(table)))


@pytest.mark.parametrize(
    "location",
    [
        "s3://central-logs/logs/AWSLogs/o-a1b2c3d4e5",
        "s3://central-logs/logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/",
        "s3a://central-logs/logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/x-1/2026",
    ],
)
def test_a_better_table_is_over_the_same_trail_and_lacks_nothing(location: str) -> None:
    table = improved(replace(by_hand(), location=location))
    assert table.location == TRAIL
    assert lacking(table) == []
    kind = table.properties["projection.account.type"]
    assert kind == ("enum" if "1111" in location else "injected")
    assert table.properties["projection.day.range"] == "2013/11/13,NOW"


@pytest.mark.parametrize("partition", REGIONS)
def test_a_better_table_looks_into_the_regions_of_its_own_partition(
    partition: str,
) -> None:
    known = regions_of(partition)
    values = improved(by_hand(), known[0]).properties["projection.region.values"]
    assert values == ",".join(known)


def test_a_better_table_keeps_the_kind_of_record() -> None:
    place = f"{TRAIL}111122223333/CloudTrail-Insight/"
    columns = OWN["insight"].definition().columns
    table = improved(replace(by_hand(), location=place, columns=columns))
    assert "/CloudTrail-Insight/" in table.properties["storage.location.template"]
    assert Table.of(table).kind is Kind.INSIGHT


def test_names_that_trailkit_would_not_give_are_replaced() -> None:
    odd = replace(by_hand(), database="My DB", name="Trail-1")
    assert (improved(odd).database, improved(odd).name) == (
        "security",
        "cloudtrail_by_day",
    )


@pytest.mark.parametrize(
    "location",
    ["s3://copied-logs/case-17/", "", "s3://logs/AWSLogsX/", "s3://b/a b/AWSLogs/"],
)
def test_a_place_that_shows_no_trail_gives_no_table(location: str) -> None:
    with pytest.raises(TableError):
        improved(replace(by_hand(), location=location))


# What is said, and when


def opened(server: AthenaServer, kind: str, **settings: Any) -> Case:
    server.bucket("central-logs")
    table = table_of(kind)
    publish(server, table, deliver(server))
    case = tk.athena(
        f"security.{table.name}",
        workgroup="dfir",
        poll=0.01,
        session=session(),
        **settings,
    )
    return case.window("2026-03-03", "2026-03-04")


EVERY = "unpartitioned, of every account"


def test_the_first_ask_says_what_it_reads_and_no_other_does(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    case = opened(athena, EVERY)
    read = provenance(case.ask(DELETIONS)).facts["bytes"]
    said = capsys.readouterr().err
    assert "s3://central-logs/AWSLogs/, whatever the window" in said
    assert f"{read / 1024**2:.1f} MB: less than $0.01." in said
    case.regions("eu-west-1").ask(DELETIONS)
    case.inventory()
    assert "has no partitions" not in capsys.readouterr().err


def test_it_is_said_before_the_query_starts(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    case = opened(athena, EVERY)
    athena.refuse("athena:StartQueryExecution", "AccessDeniedException")
    with pytest.raises(Exception, match="StartQueryExecution"):
        case.ask(DELETIONS)
    assert "has no partitions" in capsys.readouterr().err


def test_what_is_very_much_is_counted_in_part(
    athena: AthenaServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cost_advice, "MOST_REQUESTS", 0)
    opened(athena, EVERY).ask(DELETIONS)
    assert "This question reads more than 0 files" in capsys.readouterr().err


def test_without_the_right_to_list_it_is_said_without_a_number(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    case = opened(athena, EVERY)
    athena.refuse("s3:ListBucket", "AccessDenied")
    assert len(case.ask(DELETIONS))
    said = capsys.readouterr().err
    assert "How much that is cannot be counted" in said
    assert "s3:ListBucket" in said


def test_a_table_that_prunes_is_not_spoken_of(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(athena, "documented", unload=False).ask(DELETIONS)
    assert "better_table" not in capsys.readouterr().err


def test_the_line_that_is_named_shows_the_statement(athena: AthenaServer) -> None:
    text = opened(athena, EVERY).table.better()
    assert text.startswith("create external table if not exists `security`.")
    assert "location 's3://central-logs/AWSLogs/'" in text


def test_only_a_table_on_athena_has_a_better_one(
    athena: AthenaServer, practice_case: Case
) -> None:
    with pytest.raises(TableError, match=r"tk\.athena"):
        practice_case.table.better()
    with pytest.raises(TableError, match='Did you mean "event"'):
        opened(athena, EVERY).table.better("events")
