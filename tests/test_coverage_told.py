"""An empty answer says what it proves: recorded, not recorded, or unknown, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.cloudtrail.models import cloudtrail_backends

import trailkit as tk
from tests.support.athena_server import ACCOUNT, REGION, AthenaServer
from tests.support.raw_rows import raw_rows
from tests.support.records_made import case_of, data_event, record
from tests.support.tables_made import DOCUMENTED
from tests.support.trails_made import (
    DATA_S3,
    MANAGEMENT,
    MEMBERS,
    ONE_BUCKET,
    ORGANIZATION,
    TODAY,
    event_selector,
    fields,
    find,
    put,
    trail,
)
from trailkit import clock
from trailkit.admin.copies import backfill
from trailkit.admin.discovery.discovered import Discovery
from trailkit.case import Case
from trailkit.errors import EvidenceError, TableError
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout

READS, DELETIONS = "s3/objects-read", "s3/bucket-deletions"
"""They need data:s3 and management:write."""

START = datetime(2024, 1, 2, tzinfo=UTC)
WINDOW = (TODAY - timedelta(days=3), TODAY - timedelta(days=2))
PROVES, NOTHING = "and this is not among them", "does not show that nothing happened"
STANDS = f"as the selectors stand on {TODAY}"


def since(start: datetime, **status: Any) -> None:
    """Let the trails have been logging for so long."""
    for each in cloudtrail_backends[ACCOUNT]["us-east-1"].trails.values():
        each.status.started = start
        for name, value in status.items():
            setattr(each.status, name, value)


def logs(account: str = MEMBERS[0], days: int = 900, **place: Any) -> None:
    """Put a log file of long ago, and one of each of the last days."""
    recent = [TODAY - timedelta(days=each) for each in range(4)]
    put(TODAY - timedelta(days=days), *recent, account=account, **place)


def over(
    server: AthenaServer, found: Discovery, definition: Definition | None = None
) -> Case:
    """Open the first table that was found, without any event in it."""
    table = definition or found.tables("security")[0].definition()
    server.create(table, raw_rows([], table), 0)
    name = f"{table.database}.{table.name}"
    return tk.athena(name, workgroup="dfir", poll=0.01).window(*WINDOW)


def said(case: Case, name: str, **values: Any) -> str:
    """Ask of the Region that has log files, and give what the empty frame says."""
    if not case.scope.regions:
        case = case.regions("eu-west-1")
    frame = case.ask(name, **({"bucket": "payroll"} | values))
    assert frame.empty
    return tk.provenance(frame).notes[-1]


def with_trail(server: AthenaServer, **settings: Any) -> Case:
    """Return a case over the logs of one trail of the organization, since 2024."""
    trail(**{"IsOrganizationTrail": True, **settings})
    since(START)
    logs()
    found = find()
    return over(server, found).recorded_by(found)


# The three states


def test_what_was_recorded_did_not_happen(aws: AthenaServer) -> None:
    case = with_trail(aws, advanced=[MANAGEMENT, DATA_S3])
    words = said(case, READS)
    assert PROVES in words
    assert "Data events of s3 were recorded for 111122223333 in eu-west-1" in words
    assert "central, logging since 2024-01-02: all of them" in words
    assert STANDS in words
    assert PROVES in said(case, DELETIONS)


def test_what_is_not_recorded_proves_nothing(aws: AthenaServer) -> None:
    words = said(with_trail(aws, advanced=[MANAGEMENT]), READS)
    assert "Not recorded: data events of s3 of 111122223333 in eu-west-1" in words
    assert "no selector lets them through" in words
    assert STANDS in words
    assert NOTHING in words


def test_a_part_is_unknown_and_the_part_is_named(aws: AthenaServer) -> None:
    selector = event_selector(DataResources=[ONE_BUCKET])
    words = said(with_trail(aws, selectors=[selector]), READS)
    assert "Not known: data events of s3 of 111122223333 in eu-west-1" in words
    assert "in part: AWS::S3::Object arn:aws:s3:::payroll/" in words
    assert NOTHING in words


def test_without_discovery_it_is_unknown_and_the_way_is_told(
    aws: AthenaServer,
) -> None:
    trail(advanced=[DATA_S3], IsOrganizationTrail=True)
    logs()
    words = said(over(aws, find()), READS)
    assert "(case.recorded_by(tk.discover()) can show it)" in words


def test_several_kinds_are_told_apart(aws: AthenaServer) -> None:
    writes = fields(eventCategory=["Management"], readOnly=["false"])
    case = with_trail(aws, advanced=[writes]).regions("eu-west-1")
    frame = case.ask("overview/volume")
    words = tk.provenance(frame).notes[-1]
    assert "Not recorded: management read events of 111122223333 in eu-west-1" in words
    assert "Management write events were recorded for 111122223333" in words


def test_what_is_left_out_of_the_recorded_is_named(aws: AthenaServer) -> None:
    excluded = ["kms.amazonaws.com", "rdsdata.amazonaws.com"]
    selector = event_selector(ExcludeManagementEventSources=excluded)
    words = said(with_trail(aws, selectors=[selector]), DELETIONS)
    assert f"all of them but those of {', '.join(excluded)}" in words
    assert PROVES in words


# Which trail, where, and when


def test_only_the_trail_that_delivers_there_counts(aws: AthenaServer) -> None:
    aws.bucket("elsewhere")
    trail(
        "other", advanced=[DATA_S3], S3BucketName="elsewhere", IsOrganizationTrail=True
    )
    trail("prefixed", advanced=[DATA_S3], S3KeyPrefix="a", IsOrganizationTrail=True)
    trail("mine", advanced=[DATA_S3])
    words = said(with_trail(aws, advanced=[MANAGEMENT]), READS)
    assert (
        "Not recorded: data events of s3 of 111122223333 in eu-west-1 (central: no sel"
        in words
    )


def test_trails_over_one_place_add_up(aws: AthenaServer) -> None:
    trail("data", advanced=[DATA_S3], IsOrganizationTrail=True)
    case = with_trail(aws, advanced=[MANAGEMENT])
    assert PROVES in said(case, READS)
    assert PROVES in said(case, DELETIONS)


def test_an_accounts_trail_covers_that_account(aws: AthenaServer) -> None:
    trail(advanced=[DATA_S3])
    since(START)
    for account in (ACCOUNT, MEMBERS[0]):
        logs(account, root="AWSLogs/")
    found = find()
    case = over(aws, found).recorded_by(found)
    assert PROVES in said(case.accounts(ACCOUNT), READS)
    words = said(case, READS)
    assert f"of {MEMBERS[0]} no such trail was seen" in words
    assert NOTHING in words
    unlisted = said(case, DELETIONS)
    assert "but other accounts may have trails of their own" in unlisted


def test_a_trail_of_one_region_covers_that_region(aws: AthenaServer) -> None:
    case = with_trail(aws, advanced=[DATA_S3], IsMultiRegionTrail=False)
    assert "(no log file in scope)" in said(case.regions("us-east-1"), READS)
    logs(region="us-east-1")
    assert PROVES in said(case.regions("us-east-1"), READS)
    assert "in us-east-1 alone" in said(case, READS)
    assert "in us-east-1 alone" in said(case.regions("eu-west-1"), READS)


def test_a_trail_without_global_services_is_a_part(aws: AthenaServer) -> None:
    settings = {"IsMultiRegionTrail": False, "IncludeGlobalServiceEvents": False}
    case = with_trail(aws, advanced=[MANAGEMENT], **settings)
    logs(region="us-east-1")
    words = said(case.regions("us-east-1"), DELETIONS)
    assert "in part: without global services (IAM, …)" in words


@pytest.mark.parametrize(
    ("began", "ended", "words"),
    [
        pytest.param(0, None, "it was last started on", id="started since"),
        pytest.param(900, 9, "it was stopped on", id="stopped before"),
        pytest.param(900, 2.5, "it was stopped on", id="stopped within"),
    ],
)
def test_a_trail_that_did_not_log_then_proves_nothing(
    began: float, ended: float | None, words: str, aws: AthenaServer
) -> None:
    case = with_trail(aws, advanced=[DATA_S3])
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    stopped = {} if ended is None else {"stopped": midnight - timedelta(days=ended)}
    since(midnight - timedelta(days=began), is_logging=ended is None, **stopped)
    told = said(case.recorded_by(find()), READS)
    assert words in told
    assert NOTHING in told


def test_a_trail_that_was_stopped_afterwards_had_logged(aws: AthenaServer) -> None:
    case = with_trail(aws, advanced=[DATA_S3])
    since(START, stopped=clock.now(), is_logging=False)
    assert PROVES in said(case.recorded_by(find()), READS)


def test_files_that_do_not_span_the_window_prove_nothing(
    aws: AthenaServer,
) -> None:
    case = with_trail(aws, advanced=[DATA_S3])
    put(TODAY - timedelta(days=1), TODAY, account=MEMBERS[1])
    case = case.recorded_by(find())
    assert PROVES in said(case.accounts(MEMBERS[0]), READS)
    wide = over_both(aws).recorded_by(find())
    words = said(wide, READS)
    assert (
        f"log files of {MEMBERS[1]} lie there from {TODAY - timedelta(days=1)}" in words
    )


def over_both(server: AthenaServer) -> Case:
    table = find().tables("both")[0].definition()
    properties = {**table.properties, "projection.day.range": "2020/01/01,NOW"}
    return over(server, find(), replace(table, properties=properties))


def test_the_last_hour_may_still_come(aws: AthenaServer) -> None:
    case = with_trail(aws, advanced=[DATA_S3])
    words = said(
        case.everything().window(TODAY - timedelta(days=1), clock.now()), READS
    )
    assert "log files of the last hour may still come" in words


def test_a_delivery_that_fails_is_told(
    aws: AthenaServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from moto.cloudtrail.models import TrailStatus

    case = with_trail(aws, advanced=[DATA_S3])
    whole = TrailStatus.description
    monkeypatch.setattr(
        TrailStatus,
        "description",
        lambda self: {**whole(self), "LatestDeliveryError": "AccessDenied"},
    )
    found = find()
    assert found.trails["delivery_error"][0] == "AccessDenied"
    words = said(case.recorded_by(found), READS)
    assert "its last log file did not arrive (AccessDenied)" in words


def test_logs_of_two_organizations_are_not_told_apart(aws: AthenaServer) -> None:
    put(TODAY, account=MEMBERS[1], root="AWSLogs/o-zzzzzzzzzz/")
    words = said(with_trail(aws, advanced=[DATA_S3]), READS)
    assert "logs of several organizations lie there" in words


def test_a_table_of_another_place_is_not_covered(aws: AthenaServer) -> None:
    trail(advanced=[DATA_S3], S3KeyPrefix="a")
    case = over(aws, find(), DOCUMENTED).recorded_by(find())
    words = said(case.regions("us-east-1"), READS)
    place = "s3://central-logs/AWSLogs/"
    assert f"no trail was seen that delivers to {place}" in words


# Copies


class Copied:
    """A trail of the organization, its table, and a copy of that."""

    def __init__(self, server: AthenaServer, **settings: Any) -> None:
        self.server = server
        server.bucket("analysis")
        trail(IsOrganizationTrail=True, advanced=[MANAGEMENT, DATA_S3])
        since(START)
        for account in MEMBERS:
            logs(account)
        self.found = find()
        table = replace(self.found.tables("security")[0], **settings).definition()
        server.create(table, raw_rows([], table), 0)

    def fill(self, first: date, last: date, *accounts: str, **settings: Any) -> None:
        late = settings.pop("late", "1d")
        copy = tk.TableCopy(
            "security.cloudtrail",
            "security.copy",
            "s3://analysis/copy/",
            account=ACCOUNT,
            region=REGION,
            workgroup="dfir",
            **settings,
        )
        copy.fill_in_account(first, last, accounts=accounts, late=late, confirm=ACCOUNT)

    def case(self) -> Case:
        case = tk.athena("security.copy", workgroup="dfir", poll=0.01)
        return case.window(*WINDOW).recorded_by(self.found)


@pytest.fixture
def copied(aws: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> Copied:
    monkeypatch.setattr(backfill, "POLL", 0.01)
    return Copied(aws)


def test_what_a_copy_holds_whole_did_not_happen(copied: Copied) -> None:
    copied.fill(*WINDOW)
    assert PROVES in said(copied.case(), READS)
    assert PROVES in said(copied.case().accounts(MEMBERS[1]), DELETIONS)
    states = copied.case().coverage().set_index("need")["state"]
    assert states["management:write"] == "recorded, inferred"
    assert states["data:dynamodb"] == "not recorded"
    assert states["network"] == "unknown"


def test_a_day_that_was_not_copied_is_not_in_the_copy(copied: Copied) -> None:
    copied.fill(WINDOW[1], WINDOW[1])
    words = said(copied.case(), READS)
    assert "Not all in the copy: data events of s3" in words
    assert f"nothing was copied of {WINDOW[0]} ({MEMBERS[0]})" in words
    assert NOTHING in words
    frame = copied.case().coverage().set_index("need")
    assert frame.loc["management:write", "state"] == "not in the copy"
    assert frame.loc["data:dynamodb", "state"] == "not in the copy"


def test_an_account_that_was_not_copied_is_not_in_the_copy(copied: Copied) -> None:
    copied.fill(*WINDOW, MEMBERS[0])
    words = said(copied.case(), READS)
    assert f"nothing was copied of {WINDOW[0]} ({MEMBERS[1]})" in words
    assert PROVES in said(copied.case().accounts(MEMBERS[0]), READS)


def test_a_step_that_failed_leaves_no_proof(copied: Copied) -> None:
    start_query = copied.server.start_query

    def fail_to_insert(**settings: Any) -> Any:
        insert = settings["sql"].startswith("insert")
        copied.server.failure = "GENERIC_INTERNAL_ERROR: sorry" if insert else None
        return start_query(**settings)

    copied.server.start_query = fail_to_insert  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(tk.TrailkitError):
        copied.fill(*WINDOW)
    copied.server.failure = None
    copied.server.start_query = start_query  # pyright: ignore[reportAttributeAccessIssue]
    words = said(copied.case(), READS)
    assert "the copy may lack log files that came late of" in words
    assert NOTHING in words
    copied.fill(*WINDOW)
    assert PROVES in said(copied.case(), READS)


def test_a_day_that_was_copied_before_its_end_is_not_whole(copied: Copied) -> None:
    copied.fill(WINDOW[0], TODAY)
    case = copied.case().everything().window(WINDOW[0], clock.now())
    words = said(case, READS)
    assert "came late of" in words
    # In the first hour of a day yesterday is named before it.
    assert f"{TODAY} ({MEMBERS[0]})" in words


def test_a_copy_of_some_regions_is_asked_about_those(
    aws: AthenaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "POLL", 0.01)
    copied = Copied(aws, regions=("eu-west-1", "us-east-1"))
    copied.fill(*WINDOW)
    assert PROVES in said(copied.case().regions("eu-west-1"), READS)
    with pytest.raises(TableError, match='does not look into "eu-north-1"'):
        said(copied.case().regions("eu-north-1"), READS)


def test_a_copy_that_does_not_say_its_source_is_unknown(copied: Copied) -> None:
    copied.fill(*WINDOW, iceberg=True)
    words = said(copied.case(), READS)
    assert "Not known: " in words
    assert "does not say here what it was made of, as an Iceberg copy" in words


def test_without_the_right_to_note_it_the_copy_is_filled_and_unknown(
    copied: Copied, capsys: pytest.CaptureFixture[str]
) -> None:
    copied.server.refuse("glue:BatchUpdatePartition", "AccessDeniedException")
    copied.fill(*WINDOW)
    told = capsys.readouterr().err
    assert "case.coverage() will not know of them" in told
    assert "BatchUpdatePartition" in told
    assert "Not known: " in said(copied.case(), READS)


def test_a_copy_is_filled_from_one_place_alone(copied: Copied) -> None:
    copied.fill(*WINDOW)
    copied.server.bucket("elsewhere")
    table = replace(
        copied.found.tables("security")[0], layout=Layout("elsewhere")
    ).definition()
    glue = boto3.client("glue")
    glue.update_table(DatabaseName="security", TableInput=table.glue())
    with pytest.raises(TableError, match=r"is a copy of security\.cloudtrail"):
        copied.fill(*WINDOW)


def test_a_right_that_is_missing_hides_trails(aws: AthenaServer) -> None:
    case = with_trail(aws, advanced=[MANAGEMENT])
    aws.refuse("cloudtrail:ListTrails", "AccessDeniedException")
    words = said(case.recorded_by(find()), READS)
    assert "Not known: " in words


# All kinds at once


def test_coverage_lists_every_kind_with_its_reason(aws: AthenaServer) -> None:
    lambda_calls = fields(
        eventCategory=["Data"],
        resources_type=["AWS::Lambda::Function"],
        readOnly=["true"],
    )
    case = with_trail(aws, advanced=[MANAGEMENT, lambda_calls])
    frame = case.regions("eu-west-1").coverage().set_index("need")
    assert frame["state"].to_dict() == {
        "management:kms": "recorded, inferred",
        "management:read": "recorded, inferred",
        "management:write": "recorded, inferred",
        **frame["state"].to_dict(),
        "data:dynamodb": "not recorded",
        "data:lambda": "unknown",
        "data:s3": "not recorded",
        "insight": "unknown",
        "network": "unknown",
    }
    assert "AWS::Lambda::Function reads" in frame.loc["data:lambda", "why"]
    assert "no table of network records" in frame.loc["network", "why"]


def test_coverage_of_a_table_costs_nothing(aws: AthenaServer) -> None:
    with_trail(aws, advanced=[MANAGEMENT]).coverage()
    assert aws.queries == {}


def test_coverage_of_local_files_is_what_lies_in_them(tmp_path: Path) -> None:
    case = case_of(tmp_path, [record("DeleteBucket", "s3"), data_event("GetObject")])
    frame = case.regions("eu-west-1").coverage().set_index("need")
    assert frame["state"].to_dict() == {
        **dict.fromkeys(frame.index, "unknown"),
        "management:write": "recorded, inferred",
        "data:s3": "in part",
    }


def test_local_files_are_not_covered_by_trails(tmp_path: Path) -> None:
    case = case_of(tmp_path, [record()])
    with pytest.raises(EvidenceError, match="may hold less than the trails recorded"):
        case.recorded_by(object())  # type: ignore[arg-type]


def test_narrowing_keeps_the_trails(aws: AthenaServer) -> None:
    case = with_trail(aws, advanced=[MANAGEMENT, DATA_S3])
    assert PROVES in said(case.accounts(MEMBERS[0]).regions("eu-west-1"), READS)
    assert ORGANIZATION in case.trails.all_folders[0].layout.root  # type: ignore[union-attr]
