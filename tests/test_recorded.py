"""An empty answer says what it proves: recorded, not recorded, or unknown, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from moto.cloudtrail.models import cloudtrail_backends

import trailkit as tk
from tests.athena_server import ACCOUNT, AthenaServer
from tests.raw_rows import raw_rows
from tests.records_made import case_of, data_event, record
from tests.tables_made import DOCUMENTED
from tests.trails_made import (
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
from trailkit.case import Case
from trailkit.discovery.found import Discovery
from trailkit.errors import EvidenceError
from trailkit.evidence.tables import SCHEMAS
from trailkit.tables.copy import Copy
from trailkit.tables.definition import Definition

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
    """Put a log file of long ago, and one of today."""
    put(TODAY - timedelta(days=days), TODAY, account=account, **place)


def over(
    server: AthenaServer, found: Discovery, definition: Definition | None = None
) -> Case:
    """Open the first table that was found, without any event in it."""
    table = definition or found.tables("security")[0].definition()
    server.create(table, raw_rows([], table), 0)
    name = f"{table.database}.{table.name}"
    return tk.athena(name, workgroup="dfir", poll=0.01).window(*WINDOW)


def said(case: Case, name: str, **values: Any) -> str:
    """Ask, and give what the empty frame says."""
    frame = case.ask(name, **({"bucket": "payroll"} | values))
    assert frame.empty
    return tk.provenance(frame).notes[-1]


def with_trail(server: AthenaServer, **settings: Any) -> Case:
    """Give a case over the logs of one trail of the organization, since 2024."""
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
    assert "Events of the kind data:s3 were recorded there" in words
    assert "central, logging since 2024-01-02: all of them" in words
    assert STANDS in words
    assert PROVES in said(case, DELETIONS)


def test_what_is_not_recorded_proves_nothing(aws: AthenaServer) -> None:
    words = said(with_trail(aws, advanced=[MANAGEMENT]), READS)
    assert "Events of the kind data:s3 are not recorded there" in words
    assert "no selector lets them through" in words
    assert STANDS in words
    assert NOTHING in words


def test_a_part_is_unknown_and_the_part_is_named(aws: AthenaServer) -> None:
    selector = event_selector(DataResources=[ONE_BUCKET])
    words = said(with_trail(aws, selectors=[selector]), READS)
    assert "Whether events of the kind data:s3 were recorded there is unknown" in words
    assert "in part: AWS::S3::Object arn:aws:s3:::payroll/" in words
    assert NOTHING in words


def test_without_discovery_it_is_unknown_and_the_way_is_told(
    aws: AthenaServer,
) -> None:
    trail(advanced=[DATA_S3], IsOrganizationTrail=True)
    logs()
    words = said(over(aws, find()), READS)
    assert "is unknown (case.recorded_by(tk.discover()) may tell)" in words


def test_several_kinds_are_told_apart(aws: AthenaServer) -> None:
    writes = fields(eventCategory=["Management"], readOnly=["false"])
    frame = with_trail(aws, advanced=[writes]).ask("activity/volume")
    words = tk.provenance(frame).notes[-1]
    assert "Events of the kind management:read are not recorded there" in words
    assert "management:write" not in words, "that it is recorded helps nobody here"


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
    assert "are not recorded there (central: no selector" in words


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
    assert PROVES in said(case.regions("us-east-1"), READS)
    assert "in us-east-1 alone" in said(case, READS)
    assert "in us-east-1 alone" in said(case.regions("eu-west-1"), READS)


def test_a_trail_without_global_services_is_a_part(aws: AthenaServer) -> None:
    settings = {"IsMultiRegionTrail": False, "IncludeGlobalServiceEvents": False}
    case = with_trail(aws, advanced=[MANAGEMENT], **settings)
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
    since(START, stopped=datetime.now(UTC), is_logging=False)
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
    words = said(case.window(TODAY - timedelta(days=1), datetime.now(UTC)), READS)
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
    words = said(over(aws, find(), DOCUMENTED).recorded_by(find()), READS)
    place = "s3://central-logs/AWSLogs/"
    assert f"no trail was seen that delivers to {place}" in words


def test_a_copy_lies_in_no_trails_folders(aws: AthenaServer) -> None:
    trail(advanced=[DATA_S3], IsOrganizationTrail=True)
    logs()
    copy = Copy("security", "copied", "copies", "cloudtrail").definition()
    schema = SCHEMAS["records"]
    for name in (*copy.partitions, "$path"):
        schema = schema.append(pa.field(name, pa.string()))
    aws.create(copy, schema.empty_table(), 0)
    case = tk.athena("security.copied", workgroup="dfir", poll=0.01)
    case = case.window(*WINDOW).recorded_by(find())
    assert "the table lies in no trail's folders" in said(case, READS)


def test_a_right_that_is_missing_hides_trails(aws: AthenaServer) -> None:
    case = with_trail(aws, advanced=[MANAGEMENT])
    aws.refuse("cloudtrail:ListTrails", "AccessDeniedException")
    words = said(case.recorded_by(find()), READS)
    assert "is unknown" in words


# All kinds at once


def test_coverage_lists_every_kind_with_its_reason(aws: AthenaServer) -> None:
    lambda_calls = fields(
        eventCategory=["Data"],
        resources_type=["AWS::Lambda::Function"],
        readOnly=["true"],
    )
    case = with_trail(aws, advanced=[MANAGEMENT, lambda_calls])
    frame = case.coverage().set_index("need")
    assert frame["state"].to_dict() == {
        "management:kms": "recorded",
        "management:read": "recorded",
        "management:write": "recorded",
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
    frame = case.coverage().set_index("need")
    assert frame["state"].to_dict() == {
        "management:read": "unknown",
        "management:write": "recorded",
        "data:s3": "recorded",
    }


def test_local_files_are_not_covered_by_trails(tmp_path: Path) -> None:
    case = case_of(tmp_path, [record()])
    with pytest.raises(EvidenceError, match="may hold less than the trails recorded"):
        case.recorded_by(object())  # type: ignore[arg-type]


def test_narrowing_keeps_the_trails(aws: AthenaServer) -> None:
    case = with_trail(aws, advanced=[MANAGEMENT, DATA_S3])
    assert PROVES in said(case.accounts(MEMBERS[0]).regions("eu-west-1"), READS)
    assert ORGANIZATION in case.trails.all_folders[0].layout.root  # type: ignore[union-attr]
