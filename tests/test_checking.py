"""First contact: each claim fails where it is untrue, and the price is said before."""

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pytest

import trailkit as tk
from tests.support.athena_queries import put
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import Located, raw_rows
from tests.support.records_made import ACCOUNT, OTHER, Record, case_of, record, user
from tests.support.tables_made import DOCUMENTED
from trailkit import dialect
from trailkit.admin.checks import Check
from trailkit.admin.checks.expectations import expectations
from trailkit.case import Case
from trailkit.errors import (
    AccessRefused,
    BudgetExceeded,
    InvalidWindow,
    ScopeError,
    TableError,
    UnboundedScan,
)
from trailkit.record import Kind, columns
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout
from trailkit.tables.raw import RawTable
from trailkit.tables.schema import raw_columns

REGIONS = ("af-south-1", "eu-west-1", "us-east-1")
TABLE = RawTable(
    "security",
    "cloudtrail",
    Layout("central-logs"),
    date(2024, 1, 1),
    accounts=(ACCOUNT, OTHER),
    regions=REGIONS,
)
DAY = date(2026, 3, 9)
CELL = {"account": ACCOUNT, "region": "eu-west-1", "day": "2026-03-09"}
"""Where ``record`` puts its events."""

NOBODY = "count_if(false)"
"""What a claim counts of the rows of which one must agree, where none must."""

Change = Callable[[dict[str, Any]], dict[str, Any]]


def url(
    name: str = "1",
    account: str = ACCOUNT,
    region: str = "eu-west-1",
    day: date = DAY,
    kind: Kind = Kind.EVENT,
) -> str:
    folder = TABLE.layout.folder(kind, account, region, day)
    return f"{folder}{account}_CloudTrail_{region}_{name}.json.gz"


def everyday() -> list[Located]:
    """Return records of which every claim holds that a record can speak to."""
    asked = {"requestParameters": {"bucketName": "payroll"}}
    listed = [{"ARNPrefix": "arn:aws:s3:::payroll/2026/", "type": "AWS::S3::Object"}]
    portal = {"type": "IdentityCenterUser", "credentialId": "c-1"}
    return [
        (url(), record("DeleteBucket", "s3", **asked)),
        (url(), record("ListObjects", "s3", resources=listed, **asked)),
        (url("2"), record("GetRoleCredentials", "sso", {**user("bob"), **portal})),
    ]


@cache
def session() -> boto3.Session:
    """Read boto3's models once, which takes a while."""
    return boto3.Session()


def published(
    server: AthenaServer,
    located: Iterable[Located],
    definition: Definition | None = None,
    change: Change = dict,
    without: tuple[str, ...] = (),
) -> Case:
    """Put the files into S3 and their rows, changed, into a table; open it."""
    located = list(located)
    server.bucket(TABLE.layout.bucket)
    for place in {place for place, _ in located}:
        put(place, bytes(1024))
    table = definition or TABLE.definition()
    made = raw_rows(located, table)
    rows = pa.Table.from_pylist(list(map(change, made.to_pylist())), made.schema)
    server.create(table, rows.drop_columns(list(without)), 1024 * len(located))
    name = f"{table.database}.{table.name}"
    return tk.athena(name, workgroup="dfir", poll=0.01, session=session())


def verdicts(check: Check) -> dict[str, str]:
    """Return the verdict of each claim, by the claim's first words."""
    frame = check.frame
    return dict(zip(frame["claim"], frame["verdict"], strict=True))


def failing(check: Check) -> list[str]:
    return [claim for claim, verdict in verdicts(check).items() if verdict == "fails"]


# What is claimed


def test_of_everyday_records_nothing_fails(athena: AthenaServer) -> None:
    found = published(athena, everyday()).table.check(**CELL)
    assert found.records == 3
    assert failing(found) == []
    open_ = [each for each, verdict in verdicts(found).items() if verdict == "open"]
    assert len(open_) == 14, "what these three records cannot tell"
    assert found.summary.endswith("111122223333 eu-west-1, 3 records: nothing fails")


def changed(column: str, value: Any) -> Change:
    return lambda row: {**row, column: value}


def one(**fields: Any) -> list[Located]:
    """Return the everyday records, and one more with these fields."""
    return [*everyday(), (url("3"), record(**fields))]


UNTRUE: list[tuple[str, int, list[Located], Change]] = [
    ("A row is one record", 3, everyday(), changed("eventsource", None)),
    ("A record has an event id", 1, one(eventID=None), dict),
    ("A record has an event id", 1, one(eventID=""), dict),
    ("An event id is that of one event", 2, everyday(), changed("eventid", "x")),
    ("A record is of the kind event", 1, one(eventCategory="Insight"), dict),
    ("eventTime is a time", 1, one(eventTime="yesterday"), dict),
    ('"$path" names the log file', 3, everyday(), changed("$path", None)),
    (
        "A log file lies in the folders",
        3,
        everyday(),
        changed("$path", url(account=OTHER)),
    ),
    ("An event is not younger", 1, one(at="2026-03-10T00:00:00Z"), dict),
    ("A log file came on the day", 1, one(at="2026-03-07T23:59:59Z"), dict),
    ("The folder's account", 1, one(recipientAccountId=OTHER), dict),
    ("Since 2021-11-23 the folder's region", 1, one(awsRegion="us-east-1"), dict),
    ("requestParameters is JSON", 3, everyday(), changed("requestparameters", "{a=1}")),
    ("responseElements is JSON", 3, everyday(), changed("responseelements", '{"a":')),
    ("additionalEventData is JSON", 3, everyday(), changed("additionaleventdata", "x")),
    ("serviceEventDetails is JSON", 3, everyday(), changed("serviceeventdetails", "-")),
    ("edgeDeviceDetails is JSON", 3, everyday(), changed("edgedevicedetails", "[")),
    (
        "Keys inside requestParameters",
        3,
        everyday(),
        changed("requestparameters", '{"bucketname": "payroll"}'),
    ),
    ("A resource has an ARN", 1, one(resources=[{"accountId": ACCOUNT}]), dict),
    ("managementEvent is filled", 3, everyday(), changed("managementevent", None)),
    (
        "userIdentity.credentialId is filled",
        1,
        [(url(), record(who={"type": "IdentityCenterUser"}))],
        dict,
    ),
    (
        "userIdentity.identityProvider is filled",
        1,
        [(url(), record(who={"type": "SAMLUser"}))],
        dict,
    ),
]


@pytest.mark.parametrize(
    ("claim", "rows", "located", "change"),
    UNTRUE,
    ids=[f"{number} {claim}" for number, (claim, *_) in enumerate(UNTRUE)],
)
def test_a_claim_that_is_untrue_fails(
    claim: str,
    rows: int,
    located: list[Located],
    change: Change,
    athena: AthenaServer,
) -> None:
    found = published(athena, located, change=change).table.check(**CELL)
    [failed] = [each for each in failing(found) if each.startswith(claim)]
    row = found.frame.set_index("claim").loc[failed]
    assert row["disagree"] == rows
    assert row["meaning"].endswith(".")
    assert f"fails: {failed}" in str(found)


def test_every_claim_has_a_test_that_makes_it_fail() -> None:
    failed = {claim for claim, *_ in UNTRUE}
    never = [
        claim.text
        for claim in expectations()
        if claim.due != NOBODY
        and not any(claim.text.startswith(each) for each in failed)
    ]
    assert never == []


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(column, id=column.name)
        for column in columns(Kind.EVENT).values()
        if not column.documented and column.in_files
    ],
)
def test_a_column_that_aws_does_not_list_holds_once_it_is_filled(
    column: Any, athena: AthenaServer
) -> None:
    value: Any = True if column.name == "management_event" else "x"
    for name in reversed(column.path):
        value = {name: value}
    found = published(athena, [(url(), record(**value))]).table.check(**CELL)
    text = f"{'.'.join(column.path)} is filled, which AWS's table does not list"
    assert verdicts(found)[text] == "holds"
    meaning = found.frame.set_index("claim").loc[text, "meaning"]
    assert meaning == "So in 100.0% of the rows."


def test_without_path_the_rest_is_looked_at(athena: AthenaServer) -> None:
    found = published(athena, everyday(), without=("$path",)).table.check(**CELL)
    assert [each[:7] for each in failing(found)] == ['"$path"', "A log f"]
    assert verdicts(found)["A record has an event id"] == "holds"


def test_a_resource_of_the_documented_table_lacks_its_prefix(
    athena: AthenaServer,
) -> None:
    resources = "array<struct<arn:string,accountid:string,type:string>>"
    columns = {**raw_columns(Kind.EVENT), "resources": resources}
    table = replace(TABLE.definition(), columns=columns)
    found = published(athena, everyday(), table).table.check(**CELL)
    assert [each[:14] for each in failing(found)] == ["A resource has"]


def test_what_a_table_does_not_declare_stays_open(athena: AthenaServer) -> None:
    place = url(account=ACCOUNT, region="us-east-1")
    case = published(athena, [(place, record(awsRegion="us-east-1"))], DOCUMENTED)
    found = case.table.check(**{**CELL, "region": "us-east-1"})
    row = found.frame.set_index("claim").loc[
        "managementEvent is filled, which AWS's table does not list"
    ]
    assert row["verdict"] == "open"
    assert row["meaning"].startswith("The table does not declare it")


def test_files_without_a_row_fail(athena: AthenaServer) -> None:
    case = published(athena, everyday())
    for name in ("5", "6"):
        put(url(name, region="us-east-1"), bytes(10))
    found = case.table.check(**{**CELL, "region": "us-east-1"})
    [failed] = failing(found)
    assert failed.startswith("The table shows the records of the log files")
    assert "not so in 2 of 2" in str(found)
    assert "does not hold: The table shows" in found.summary


def test_repeats_are_counted_and_no_fault(athena: AthenaServer) -> None:
    records = [each for _, each in everyday()]
    twice = [(url(name), each) for name in "12" for each in records]
    found = published(athena, twice).table.check(**CELL)
    assert (found.records, found.repeats) == (6, 3)
    assert failing(found) == []
    assert "6 records (3 of them repeats)" in str(found)


def test_the_folder_decides_and_not_the_record(athena: AthenaServer) -> None:
    strays = {"recipientAccountId": OTHER, "awsRegion": "us-east-1"}
    located = [(url(), record(at="2026-03-01T00:00:00Z", **strays))]
    located += [(url(day=date(2026, 3, 10)), record())]
    assert published(athena, located).table.check(**CELL).records == 1


# The one query


def test_it_is_one_scan_of_one_partition(athena: AthenaServer) -> None:
    located = [*everyday(), (url(day=date(2026, 3, 10)), record())]
    found = published(athena, located).table.check(**CELL)
    assert len(athena.queries) == 1
    assert found.sql == athena.last.sql
    assert found.facts["bytes"] == 3 * 1024


def test_its_sql_means_the_same_on_every_engine(athena: AthenaServer) -> None:
    found = published(athena, everyday()).table.check(**CELL)
    dialect.check(found.sql[found.sql.index("\nselect", found.sql.rindex("\n)")) :])


def test_the_price_is_said_before(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    case = published(athena, everyday())
    athena.failure = "GENERIC_INTERNAL_ERROR: sorry"
    with pytest.raises(tk.TrailkitError):
        case.table.check(**CELL)
    said = capsys.readouterr().err
    assert "The check: 2 log files, 2 KB, less than $0.01" in said
    assert "2026-03-09 00:00:00 to 2026-03-10 00:00:00 UTC" in said


def test_a_budget_is_shown_and_kept(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    paid = published(athena, everyday()).budget(usd=1)
    paid.table.check(**CELL)
    assert "$1.00 left" in capsys.readouterr().err
    assert paid.spending.queries == 1
    with pytest.raises(BudgetExceeded, match="The check"):
        paid.budget(usd=1e-9).table.check(**CELL)


def without_template() -> Definition:
    """Return a table with partitions by hand, which does not say where they lie."""
    return replace(TABLE.definition(), properties={})


def test_a_price_that_cannot_be_told_is_refused_once(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    case = published(athena, everyday(), without_template())
    with pytest.raises(TableError, match=r"case\.table\.check\(unpriced=True\)"):
        case.table.check(**CELL)
    assert athena.queries == {}
    assert case.table.check(**CELL, unpriced=True).records == 3
    assert "cannot be told before" in capsys.readouterr().err


def test_a_table_without_a_price_wants_its_place_named(athena: AthenaServer) -> None:
    case = published(athena, everyday(), without_template())
    with pytest.raises(TableError, match=r"has no partition.*unpriced=True\)"):
        case.window("2026-03-09", "2026-03-10").table.check()


def test_without_the_right_to_list_there_is_no_price(athena: AthenaServer) -> None:
    case = published(athena, everyday())
    athena.refuse("s3:ListBucket", "AccessDenied")
    with pytest.raises(AccessRefused, match=r"s3:ListBucket.*unpriced=True"):
        case.table.check(**CELL)
    assert case.table.check(**CELL, unpriced=True).records == 3
    with pytest.raises(AccessRefused, match=r"name the place to look at"):
        case.table.check(day=CELL["day"])


# Where it looks


def test_it_takes_the_last_full_day_and_the_fullest_region(
    athena: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    busy = [
        (url(name, region="us-east-1"), record(awsRegion="us-east-1")) for name in "123"
    ]
    case = published(athena, [*everyday(), *busy])
    found = case.window("2026-03-01", "2026-03-10 12:00").table.check()
    assert found.scope.accounts == (ACCOUNT,)
    assert found.scope.regions == ("us-east-1",)
    assert "2026-03-09 111122223333 us-east-1, 3 records" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("window", "day"),
    [
        (("2026-03-01", "2026-03-10"), "2026-03-09"),
        (("2026-03-01", "2026-03-10 12:00"), "2026-03-09"),
        (("2026-03-09 11:00", "2026-03-09 12:00"), "2026-03-09"),
        (("2026-03-09 11:00", "2026-03-10 12:00"), "2026-03-09"),
    ],
)
def test_the_day_is_the_last_full_one(
    window: tuple[str, str], day: str, athena: AthenaServer
) -> None:
    found = published(athena, everyday()).window(*window).table.check()
    assert f"{found.scope.start:%Y-%m-%d}" == day


def test_the_scope_is_kept_to(athena: AthenaServer) -> None:
    located = [(url(account=OTHER), record(recipientAccountId=OTHER))]
    case = published(athena, [*everyday(), *located]).window("2026-03-09", "2026-03-10")
    assert case.accounts(OTHER).table.check().records == 1
    assert case.regions("us-east-1").table.check().records == 0


def test_an_empty_folder_is_not_asked_and_says_what_to_type(
    athena: AthenaServer,
) -> None:
    found = published(athena, everyday()).table.check(**{**CELL, "account": OTHER})
    assert athena.queries == {}
    assert found.frame.empty
    assert "nothing to look at" in found.summary
    assert 'case.table.check(day="2026-03-08")' in str(found)


def test_without_window_and_day_it_is_refused(athena: AthenaServer) -> None:
    with pytest.raises(UnboundedScan, match=r"case\.window"):
        published(athena, everyday()).table.check()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"account": "' or 1=1 --"}, ScopeError),
        ({"region": "eu-west-1' --"}, ScopeError),
        ({"day": "today"}, InvalidWindow),
        ({"day": "2999-01-01"}, InvalidWindow),
        ({"account": "999988887777"}, TableError),
    ],
)
def test_a_cell_that_cannot_be_is_refused(
    wrong: dict[str, str], error: type[Exception], athena: AthenaServer
) -> None:
    with pytest.raises(error) as refused:
        published(athena, everyday()).table.check(**{**CELL, **wrong})
    assert "unpriced" not in str(refused.value)


# At home, and afterwards


def test_local_files_are_looked_at_where_most_records_are(tmp_path: Path) -> None:
    folder = tmp_path / "logs" / url().removeprefix("s3://central-logs/")
    folder.parent.mkdir(parents=True)
    records: list[Record] = [each for _, each in everyday()]
    folder.write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    case = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    found = case.table.check()
    assert (found.records, failing(found)) == (3, [])
    assert found.scope.accounts == (ACCOUNT,)


def test_files_outside_a_trails_folders_go_by_their_records(tmp_path: Path) -> None:
    found = case_of(tmp_path, [record(), record(eventID="")]).table.check()
    assert found.records == 2
    assert failing(found) == ["A record has an event id"]


def test_a_check_and_a_frame_are_the_same_on_athena_and_at_home(
    athena: AthenaServer, practice_case: Case
) -> None:
    names = list(practice_case.table.check().frame.columns)
    frame = published(athena, everyday()).table.check(**CELL).frame
    assert list(frame.columns) == names
    assert names == ["claim", "rows", "disagree", "verdict", "meaning"]


def test_later_frames_of_the_case_carry_the_result(athena: AthenaServer) -> None:
    case = published(athena, one(eventID="")).window("2026-03-09", "2026-03-10")
    before = case.ask("s3/bucket-deletions")
    found = case.table.check(**CELL)
    after = case.checked(found).accounts(ACCOUNT).ask("s3/bucket-deletions")
    assert tk.provenance(before).checked == ()
    assert tk.provenance(after).checked == (found.summary,)
    assert f"checked  {found.summary}" in str(tk.provenance(after))
    assert "does not hold: A record has an event id" in found.summary


def test_another_case_is_not_checked_by_it(athena: AthenaServer) -> None:
    case = published(athena, everyday()).window("2026-03-09", "2026-03-10")
    other = tk.athena("security.cloudtrail", workgroup="dfir", poll=0.01)
    case.table.check()
    frame = other.window("2026-03-09", "2026-03-10").ask("overview/volume")
    assert tk.provenance(frame).checked == ()


def test_a_second_check_hides_no_failure(athena: AthenaServer) -> None:
    elsewhere = (url(region="us-east-1"), record(awsRegion="us-east-1"))
    case = published(athena, [*one(eventID=""), elsewhere])
    earlier = case.table.check(**CELL)
    first = case.table.check(**CELL)
    nothing = case.table.check(**{**CELL, "account": OTHER})
    second = case.table.check(**{**CELL, "region": "us-east-1"})
    known = case.checked(earlier).checked(first, nothing).checked(second)
    assert case.checks == ()
    frame = known.window("2026-03-09", "2026-03-10").ask("overview/volume")
    checked = tk.provenance(frame).checked
    assert checked == (first.summary, second.summary), "one each; of nothing none"
    assert "does not hold" in checked[0]
