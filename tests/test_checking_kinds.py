"""First contact with the tables of other kinds of record: Insights and the rest."""

import gzip
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

import trailkit as tk
from tests.support.athena_queries import put
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import Located, raw_rows
from tests.support.records_made import (
    OTHER,
    Record,
    aggregated,
    case_of,
    insight,
    network,
)
from tests.support.records_made import record as event
from tests.test_checking import (
    CELL,
    NOBODY,
    TABLE,
    Change,
    changed,
    failing,
    session,
    url,
    verdicts,
)
from trailkit.admin.checks.expectations import expectations
from trailkit.case import Case
from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.tables.definition import Definition

KINDS = (Kind.INSIGHT, Kind.NETWORK, Kind.AGGREGATED)
NAMES = {
    Kind.EVENT: "cloudtrail",
    Kind.INSIGHT: "insights",
    Kind.NETWORK: "network",
    Kind.AGGREGATED: "aggregated",
}
MAKE = {Kind.INSIGHT: insight, Kind.NETWORK: network, Kind.AGGREGATED: aggregated}


def table_of(kind: Kind) -> Definition:
    return replace(TABLE, name=NAMES[kind], kind=kind).definition()


def rows_of(table: Definition, located: Iterable[Located], change: Change) -> pa.Table:
    """Return the rows of a table, changed."""
    made = raw_rows(located, table)
    return pa.Table.from_pylist(list(map(change, made.to_pylist())), made.schema)


def published(
    server: AthenaServer, kind: Kind, located: list[Located], change: Change = dict
) -> Case:
    """Put the files of a kind into S3 and their rows into its table; open it."""
    server.bucket(TABLE.layout.bucket)
    for place in {place for place, _ in located}:
        put(place, bytes(1024))
    table = table_of(kind)
    server.create(table, rows_of(table, located, change), 1024 * len(located))
    others = {each: f"security.{NAMES[each]}" for each in KINDS}
    return tk.athena(
        "security.cloudtrail",
        insights=others[Kind.INSIGHT],
        network=others[Kind.NETWORK],
        aggregated=others[Kind.AGGREGATED],
        workgroup="dfir",
        poll=0.01,
        session=session(),
    )


def located(kind: Kind, *records: Record) -> list[Located]:
    return [(url(kind=kind), each) for each in records]


def everyday(kind: Kind) -> list[Located]:
    """Return records of which every claim holds that a record can speak to."""
    if kind is Kind.INSIGHT:
        error = {"insightType": "ApiErrorRateInsight", "errorCode": "AccessDenied"}
        return located(kind, insight(), insight("End"), insight(details=error))
    return located(kind, *(MAKE[kind]() for _ in range(3)))


def one(kind: Kind, **fields: object) -> list[Located]:
    """Return the everyday records, and one more with these fields."""
    return [*everyday(kind), *located(kind, MAKE[kind](**fields))]


def details(**fields: object) -> list[Located]:
    return one(Kind.INSIGHT, details=fields)


def window(**fields: str) -> list[Located]:
    whole = {**aggregated()["timeWindow"], **fields}
    return one(Kind.AGGREGATED, timeWindow=whole)


I, N, A = KINDS  # noqa: E741
FILLED = "is filled, which AWS's table does not list"
EARLY, LATE = "2026-03-10T00:00:00Z", "2026-03-07T00:00:00Z"
TWICE = {"eventID": "6b7c3bd0-0000-4000-8000-00000000000a"}
ERRORS = insight(details={"insightType": "ApiErrorRateInsight"})
MANAGEMENT = {"eventType": "AwsApiCall", "eventCategory": "Management"}


def elsewhere(kind: Kind) -> Change:
    return changed("$path", url(kind=kind, account=OTHER))


UNTRUE: list[tuple[Kind, str, int, list[Located], Change]] = [
    *((kind, f"A record is of the kind {kind}", 1, one(kind, **MANAGEMENT), dict)
      for kind in KINDS),
    (I, "A row is one record", 3, everyday(I), changed("insightdetails", "{")),
    (I, "A row is one record", 1, details(eventName=""), dict),
    (N, "A row is one record", 3, everyday(N), changed("eventname", "")),
    (A, "A row is one record", 1, one(A, eventSource=None), dict),
    (I, "A record has an event id", 1, one(I, eventID=None), dict),
    (N, "A record has an event id", 1, one(N, eventID=None), dict),
    (A, "A record has an event id", 1, one(A, eventId=""), dict),
    (I, "An event id is that of one event", 1,
     located(I, insight(**TWICE), insight(**TWICE, eventTime=EARLY)), dict),
    (A, "An event id is that of one event", 1,
     located(A, *(aggregated(start, eventId="a") for start in (EARLY, LATE))), dict),
    (I, "eventTime is a time", 1, one(I, eventTime="yesterday"), dict),
    (A, "timeWindow.windowStart is a time", 1, window(windowStart="now"), dict),
    (I, "A log file lies in the folders", 3, everyday(I), elsewhere(I)),
    (A, "A log file lies in the folders", 3, everyday(A), elsewhere(A)),
    (I, "An event is not younger", 1, one(I, eventTime=EARLY), dict),
    (A, "An event is not younger", 1, window(windowStart=EARLY), dict),
    (I, "A log file came on the day", 1, one(I, eventTime=LATE), dict),
    (A, "A log file came on the day", 1, window(windowStart=LATE), dict),
    (I, "The folder's account", 1, one(I, recipientAccountId=OTHER), dict),
    (A, "The folder's account", 1, one(A, accountId=OTHER), dict),
    (I, "Since 2021-11-23 the folder's region", 1, one(I, awsRegion="x"), dict),
    (A, "Since 2021-11-23 the folder's region", 1, one(A, awsRegion="x"), dict),
    (I, "An insight starts or ends", 1, details(state="Middle"), dict),
    (I, "An insight starts or ends", 1, one(I, sharedEventID=""), dict),
    (I, "An insight has the averages", 1, details(insightContext={"a": 1}), dict),
    (A, "A time window ends after", 1, window(windowEnd=LATE), dict),
    (A, "A time window ends after", 1, window(windowEnd="later"), dict),
    (A, "summary is JSON", 3, everyday(A), changed("summary", "{a={")),
    (A, "A summary says by which", 1, one(A, summary={"primarydimension": {}}), dict),
    (I, f"insightDetails.errorCode {FILLED}", 1, located(I, ERRORS), dict),
    *((I, f"insightDetails.{name} {FILLED}", 3, everyday(I),
       changed("insightdetails", "{}"))
      for name in ("state", "insightType", "insightContext")),
    *((A, f"timeWindow.{name} {FILLED}", 3, everyday(A), changed("timewindow", None))
      for name in ("windowStart", "windowEnd", "windowSize")),
    *((A, f"{name} {FILLED}", 3, everyday(A), changed(name.lower(), None))
      for name in ("accountId", "eventId", "summary")),
]  # fmt: skip
"""What is untrue of each kind, the claim that says so, and of how many rows."""


@pytest.mark.parametrize("kind", KINDS)
def test_of_everyday_records_nothing_fails(kind: Kind, athena: AthenaServer) -> None:
    found = published(athena, kind, everyday(kind)).table.check(kind=kind, **CELL)
    assert (found.kind, found.records, failing(found)) == (kind, 3, [])
    assert len(athena.queries) == 1
    assert found.summary.endswith(f"eu-west-1 ({kind}), 3 records: nothing fails")
    assert str(found).startswith(f"Check of security.{NAMES[kind]}, 2026-03-09")


@pytest.mark.parametrize(
    ("kind", "claim", "rows", "rows_located", "change"),
    UNTRUE,
    ids=[f"{number} {kind} {claim}" for number, (kind, claim, *_) in enumerate(UNTRUE)],
)
def test_a_claim_that_is_untrue_fails(
    kind: Kind,
    claim: str,
    rows: int,
    rows_located: list[Located],
    change: Change,
    athena: AthenaServer,
) -> None:
    case = published(athena, kind, rows_located, change)
    found = case.table.check(kind=kind, **CELL)
    [failed] = [each for each in failing(found) if each.startswith(claim)]
    row = found.frame.set_index("claim").loc[failed]
    assert row["disagree"] == rows
    assert row["meaning"].endswith(".")


def test_files_that_are_bare_arrays_are_found(athena: AthenaServer) -> None:
    """Athena takes no record out of them, and says nothing."""
    asked = published(athena, A, everyday(A))
    put(url("2", kind=A), gzip.compress(b' [{"eventId": "a"}]'))
    put(url("3", kind=A), b'[{"eventId": "b"}]')
    put(url("4", kind=A), gzip.compress(b'{"Records": []}'))
    found = asked.table.check(kind=A, **CELL)
    claim = "A log file holds its records in Records"
    assert claim in failing(found)
    row = found.frame.set_index("claim").loc[claim]
    assert (row["rows"], row["disagree"]) == (4, 2)
    assert "tk.acquire" in row["meaning"]


@pytest.mark.parametrize("kind", [Kind.INSIGHT, Kind.AGGREGATED])
def test_every_claim_has_a_test_that_makes_it_fail(kind: Kind) -> None:
    failed = {claim for of, claim, *_ in UNTRUE if of is kind}
    never = [
        claim.text
        for claim in expectations(kind)
        if claim.due != NOBODY and not claim.text.startswith(tuple(failed))
    ]
    # A source and a name are claimed together; that a path is there, of every kind.
    assert never == ['"$path" names the log file of a row'] + (
        [f"insightDetails.{name} {FILLED}" for name in ("eventSource", "eventName")]
        if kind is Kind.INSIGHT
        else []
    )


def test_calls_by_an_endpoint_have_the_claims_of_events() -> None:
    others = {Kind.EVENT: Kind.NETWORK, Kind.NETWORK: Kind.EVENT}
    names = {kind: [claim.name for claim in expectations(kind)] for kind in others}
    assert names[Kind.EVENT] == names[Kind.NETWORK]


def test_network_activity_need_not_say_that_it_is_no_management_event(
    athena: AthenaServer,
) -> None:
    case = published(athena, N, everyday(N), changed("managementevent", None))
    assert (
        verdicts(case.table.check(kind=N, **CELL))[f"managementEvent {FILLED}"]
        == "open"
    )


def test_the_fullest_region_of_a_kind_is_taken(athena: AthenaServer) -> None:
    busy = [
        (url(name, region="us-east-1", kind=I), insight(awsRegion="us-east-1"))
        for name in "123"
    ]
    case = published(athena, I, [*everyday(I), *busy])
    found = case.window("2026-03-01", "2026-03-10 12:00").table.check(kind="insight")
    assert found.scope.regions == ("us-east-1",)
    assert found.records == 3


def test_a_kind_without_a_table_names_what_to_give(athena: AthenaServer) -> None:
    case = tk.athena("security.cloudtrail", workgroup="dfir", session=session())
    with pytest.raises(TableError, match="no table of insight records"):
        case.table.check(kind="insight", **CELL)
    with pytest.raises(TableError, match=r'"insights".*Did you mean "insight"'):
        case.table.check(kind="insights", **CELL)


def test_checks_of_two_kinds_stand_beside_each_other(athena: AthenaServer) -> None:
    case = published(athena, I, everyday(I))
    made = rows_of(table_of(Kind.EVENT), [(url(), event())], dict)
    athena.create(table_of(Kind.EVENT), made, 1024)
    put(url(), bytes(1024))
    found = [case.table.check(kind=kind, **CELL) for kind in ("insight", "event")]
    case = case.checked(*found).window("2026-03-09", "2026-03-10")
    frame = case.ask("overview/volume")
    assert tk.provenance(frame).checked == tuple(each.summary for each in found)


def test_an_empty_folder_says_the_next_line_with_its_kind(
    athena: AthenaServer,
) -> None:
    case = published(athena, A, everyday(A))
    found = case.table.check(kind="aggregated", **{**CELL, "account": OTHER})
    assert 'case.table.check(kind="aggregated", day="2026-03-08")' in str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_local_files_are_looked_at_by_kind(kind: Kind, tmp_path: Path) -> None:
    records = [dict(each) for _, each in everyday(kind)]
    case = case_of(tmp_path, [*records, event()])
    found = case.table.check(kind=kind)
    assert (found.records, failing(found)) == (3, [])
    assert case.table.check().records == 1


def test_the_practice_case_has_every_kind(practice_case: Case) -> None:
    for kind in KINDS:
        found = practice_case.table.check(kind=kind)
        assert (found.records > 0, failing(found)) == (True, [])
