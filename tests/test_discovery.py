"""Discovery finds trails and log folders, says what is recorded, and what it missed."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from moto.cloudtrail.responses import CloudTrailResponse
from moto.s3.models import s3_backends

from tests.support.athena_server import ACCOUNT, AthenaServer
from tests.support.trails_made import (
    DATA_S3,
    MANAGEMENT,
    MEMBERS,
    ONE_BUCKET,
    ORGANIZATION,
    S3_OBJECTS,
    TODAY,
    event_selector,
    fields,
    find,
    put,
    trail,
)
from trailkit import clock
from trailkit.admin.discovery.discovered import Discovery
from trailkit.admin.discovery.log_folders import TrailFolder
from trailkit.coverage.selectors import State, read_selectors, recorded
from trailkit.errors import AccessRefused, TableError
from trailkit.record import Kind
from trailkit.tables.layout import Layout

# Trails


def test_a_trail_is_told_with_all_that_matters(aws: AthenaServer) -> None:
    settings = {"EnableLogFileValidation": True, "IsOrganizationTrail": True}
    trail(selectors=[event_selector()], S3KeyPrefix="audit", **settings)
    put(TODAY, root=f"audit/AWSLogs/{ORGANIZATION}/")
    row = find().trails.iloc[0]
    assert row["name"] == "central"
    assert row["home_region"] == "us-east-1"
    assert row["multi_region"]
    assert row["organization"]
    assert (row["bucket"], row["prefix"]) == ("central-logs", "audit")
    assert row["validated"]
    assert row["logging"]
    assert "management:write" in row["records"]


def test_trails_of_other_regions_are_found_once(aws: AthenaServer) -> None:
    trail("one")
    trail("two", region="eu-west-1")
    assert list(find().trails["name"]) == ["two", "one"]


def test_an_account_without_trails_is_no_error(aws: AthenaServer) -> None:
    found = find()
    assert found.trails.empty
    assert found.folders.empty
    assert found.tables("security") == ()
    assert found.recorded("data:s3").state is State.UNKNOWN
    assert "no folders" in repr(found)


# What is recorded


R, N, U = State.RECORDED, State.NOT_RECORDED, State.UNKNOWN


@pytest.mark.parametrize(
    ("selector", "states"),
    [
        (event_selector(), {"management:read": R, "management:kms": R, "data:s3": N}),
        (
            event_selector(ReadWriteType="WriteOnly"),
            {"management:read": N, "management:write": R, "management:kms": U},
        ),
        (
            event_selector(ExcludeManagementEventSources=["kms.amazonaws.com"]),
            {"management:read": R, "management:kms": N},
        ),
        (event_selector(IncludeManagementEvents=False), {"management:write": N}),
        (event_selector(DataResources=[S3_OBJECTS]), {"data:s3": R, "data:lambda": N}),
        (event_selector(DataResources=[ONE_BUCKET]), {"data:s3": U}),
        (
            event_selector(DataResources=[S3_OBJECTS], ReadWriteType="ReadOnly"),
            {"data:s3": U},
        ),
    ],
)
def test_basic_selectors_say_what_is_recorded(
    selector: dict[str, Any], states: dict[str, State]
) -> None:
    read = read_selectors({"EventSelectors": [selector]})
    assert {need: recorded(read, need).state for need in states} == states


@pytest.mark.parametrize(
    ("selectors", "states"),
    [
        ([MANAGEMENT], {"management:read": R, "management:kms": R, "network": N}),
        (
            [fields(eventCategory=["Management"], readOnly=["false"])],
            {"management:read": N, "management:write": R},
        ),
        (
            [
                fields(
                    eventCategory=["Management"],
                    eventSource={
                        "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]
                    },
                )
            ],
            {"management:read": R, "management:kms": N},
        ),
        (
            [
                fields(
                    eventCategory=["Management"],
                    eventName={"NotEquals": ["DeleteTrail"]},
                )
            ],
            {"management:write": U},
        ),
        ([DATA_S3], {"data:s3": R, "management:read": N}),
        (
            [
                fields(
                    eventCategory=["Data"],
                    resources_type=["AWS::S3::Object"],
                    resources_ARN={"StartsWith": ["arn:aws:s3:::payroll/"]},
                )
            ],
            {"data:s3": U},
        ),
        (
            [
                fields(
                    eventCategory=["Data"],
                    resources_type=["AWS::S3::Object"],
                    readOnly=[each],
                )
                for each in ("true", "false")
            ],
            {"data:s3": R},
        ),
        (
            [fields(eventCategory=["Data"], resources_type=["AWS::S3Express::Object"])],
            {"data:s3": U, "data:s3express": U, "data:lambda": N},
        ),
        (
            [fields(eventCategory=["Data"], resources_type=["AWS::EC2::Snapshot"])],
            {"data:ebs": U},
        ),
        (
            [
                fields(
                    eventCategory=["NetworkActivity"], eventSource=["s3.amazonaws.com"]
                )
            ],
            {"network": U, "management:write": N},
        ),
        ([fields(eventCategory=["Data"])], {"data:s3": N}),
    ],
)
def test_advanced_selectors_say_what_is_recorded(
    selectors: list[dict[str, Any]], states: dict[str, State]
) -> None:
    read = read_selectors({"AdvancedEventSelectors": selectors})
    assert {need: recorded(read, need).state for need in states} == states


def test_a_part_is_named(aws: AthenaServer) -> None:
    trail(selectors=[event_selector(DataResources=[ONE_BUCKET])])
    frame = find().coverage.set_index("need")
    assert frame.loc["data:s3", "state"] == "unknown"
    assert frame.loc["data:s3", "why"] == (
        "in part: AWS::S3::Object arn:aws:s3:::payroll/"
    )


def test_recorded_everywhere_takes_a_trail_over_everything(aws: AthenaServer) -> None:
    put(TODAY)
    trail(advanced=[MANAGEMENT, DATA_S3], IsOrganizationTrail=True)
    found = find()
    assert found.recorded("data:s3").state is R
    assert f"central, logging since {TODAY}" in found.recorded("data:s3").why
    assert found.recorded("data:lambda").state is N
    assert found.recorded("network").state is N


def test_a_trail_of_one_region_or_account_is_not_everything(aws: AthenaServer) -> None:
    put(TODAY)
    trail(selectors=[event_selector()])
    assert find().recorded("management:write").state is U
    assert find().recorded("data:s3").state is U, "444455556666 may have its own trail"


def test_a_trail_that_was_stopped_records_nothing(aws: AthenaServer) -> None:
    trail(selectors=[event_selector()], logging=False)
    found = find()
    assert found.recorded("management:write").state is N
    assert "NOT LOGGING" in repr(found)


@pytest.mark.parametrize(
    ("insights", "state"),
    [
        ((), N),
        (("ApiCallRateInsight",), U),
        (("ApiCallRateInsight", "ApiErrorRateInsight"), R),
    ],
)
def test_insights_are_recorded_when_both_types_are(
    aws: AthenaServer, insights: tuple[str, ...], state: State
) -> None:
    trail(insights=insights)
    assert find().recorded("insight").state is state


def test_insights_that_were_never_on_are_off(aws: AthenaServer) -> None:
    trail()
    aws.refuse("cloudtrail:GetInsightSelectors", "InsightNotEnabledException")
    assert find().recorded("insight").state is N
    assert find().left_out == ()


def test_aggregated_events_need_data_events(
    aws: AthenaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {
        "AggregationConfigurations": [
            {"EventCategory": "Data", "Templates": ["API_ACTIVITY"]}
        ]
    }
    monkeypatch.setattr(
        CloudTrailResponse, "get_event_configuration", lambda self: json.dumps(answer)
    )
    trail(advanced=[DATA_S3])
    assert find().recorded("aggregated:s3").state is R
    assert find().recorded("aggregated:lambda").state is N


# Folders


def test_folders_have_their_first_and_last_day(aws: AthenaServer) -> None:
    trail(IsOrganizationTrail=True)
    put(date(2019, 12, 31), date(2020, 1, 1), date(2023, 5, 6), TODAY)
    put(date(2021, 2, 3), region="us-east-1", folder="CloudTrail-Digest")
    put(date(2022, 11, 5), date(2022, 12, 9), account=MEMBERS[1])
    frame = find().folders
    assert frame[["account", "folder", "region"]].values.tolist() == [
        [MEMBERS[0], "CloudTrail", "eu-west-1"],
        [MEMBERS[0], "CloudTrail-Digest", "us-east-1"],
        [MEMBERS[1], "CloudTrail", "eu-west-1"],
    ]
    assert [day.date() for day in frame["first_day"]] == [
        date(2019, 12, 31),
        date(2021, 2, 3),
        date(2022, 11, 5),
    ]
    assert [day.date() for day in frame["last_day"]] == [
        TODAY,
        date(2021, 2, 3),
        date(2022, 12, 9),
    ]
    assert set(frame["organization"]) == {ORGANIZATION}


def test_what_is_no_log_folder_is_passed_over(aws: AthenaServer) -> None:
    put(TODAY, folder="vpcflowlogs")
    put(TODAY, account="not-an-account")
    put(TODAY, region="../us-east-1'")
    backend = s3_backends[ACCOUNT]["aws"]
    for key in ("2019/", "0000/00/00/x", "new/folder/"):
        place = f"AWSLogs/{MEMBERS[0]}/CloudTrail/eu-west-1/{key}"
        backend.put_object("central-logs", place, b"")
    assert find(logs="s3://central-logs").folders.empty


def test_a_stray_file_does_not_hide_the_first_day(aws: AthenaServer) -> None:
    root = f"AWSLogs/{ORGANIZATION}/{MEMBERS[0]}/CloudTrail/eu-west-1/"
    s3_backends[ACCOUNT]["aws"].put_object("central-logs", root, b"")
    put(date(2024, 2, 29), date(2024, 3, 1))
    frame = find(logs="s3://central-logs/AWSLogs/").folders
    assert frame["first_day"][0].date() == date(2024, 2, 29)


def test_control_tower_and_account_trails_share_a_bucket(aws: AthenaServer) -> None:
    put(TODAY, root=f"{ORGANIZATION}/AWSLogs/{ORGANIZATION}/")
    put(TODAY, root=f"{ORGANIZATION}/AWSLogs/")
    found = find(logs=f"s3://central-logs/{ORGANIZATION}/")
    assert {
        (each.layout.prefix, each.layout.organization) for each in found.all_folders
    } == {
        (ORGANIZATION, ORGANIZATION),
        (ORGANIZATION, None),
    }


def test_requests_grow_with_folders_and_not_with_days(aws: AthenaServer) -> None:
    days = [TODAY - timedelta(days=each) for each in range(0, 800, 40)]
    accounts = [f"{number:012d}" for number in range(1, 21)]
    for account in accounts:
        for region in ("eu-west-1", "us-east-1"):
            put(*days, account=account, region=region)
    aws.faults.seen.clear()
    assert len(find(logs="s3://central-logs").folders) == 40
    # Two roots, listed for organizations and accounts; an account's kinds and regions;
    # the edges before, between and behind its regions.
    assert aws.faults.seen.count("s3:ListBucket") == 3 + 20 * 2 + 20 * (2 + 1)


def test_every_page_of_a_listing_is_read(
    aws: AthenaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    for number in range(5):
        put(TODAY, account=f"{number:012d}")
    assert len(find(logs="s3://central-logs").folders) == 5


# Tables


def test_each_kind_gets_a_table_ready_to_create(aws: AthenaServer) -> None:
    put(date(2023, 3, 4), TODAY)
    put(TODAY, account=MEMBERS[1], region="mx-south-1")
    put(date(2024, 1, 1), folder="CloudTrail-Insight")
    put(TODAY, folder="CloudTrail-Digest")
    events, insights = find(logs="s3://central-logs").tables("security", "trail")
    assert (events.name, insights.name) == ("trail", "trail_insights")
    assert (events.kind, insights.kind) == (Kind.EVENT, Kind.INSIGHT)
    assert (events.start, insights.start) == (date(2023, 3, 4), date(2024, 1, 1))
    assert events.accounts == MEMBERS
    assert {"mx-south-1", "af-south-1"} <= set(events.regions), "found, and known"
    assert events.definition().location.endswith(f"AWSLogs/{ORGANIZATION}/")


def test_a_second_place_gets_other_names(aws: AthenaServer) -> None:
    put(TODAY, account=MEMBERS[0])
    put(TODAY, account=MEMBERS[1])
    put(TODAY, root="AWSLogs/")
    named = {
        each.name: each.layout.organization
        for each in find(logs="s3://central-logs").tables("security")
    }
    assert named == {"cloudtrail": ORGANIZATION, "cloudtrail_2": None}


def test_of_very_many_accounts_each_question_names_its_own() -> None:
    layout = Layout("central-logs", organization=ORGANIZATION)
    folders = tuple(
        TrailFolder(layout, f"{number:012d}", "CloudTrail", "eu-west-1", TODAY, TODAY)
        for number in range(1001)
    )
    found = Discovery(ACCOUNT, "aws", clock.now(), (), folders)
    assert found.tables("security")[0].accounts is None
    assert "accounts: 1,001" in repr(found)


# Rights


@pytest.mark.parametrize(
    ("action", "on"),
    [
        ("cloudtrail:DescribeTrails", "*"),
        ("cloudtrail:ListTrails", "*"),
        ("cloudtrail:GetTrailStatus", "trail/central"),
        ("cloudtrail:GetEventSelectors", "trail/central"),
        ("cloudtrail:GetInsightSelectors", "trail/central"),
        ("cloudtrail:GetEventConfiguration", "trail/central"),
        ("s3:ListBucket", "central-logs"),
    ],
)
def test_a_missing_right_is_named_and_the_rest_works(
    aws: AthenaServer, action: str, on: str
) -> None:
    trail(insights=("ApiCallRateInsight",), IsOrganizationTrail=True)
    put(TODAY)
    aws.refuse(action, "AccessDenied" if "s3" in action else "AccessDeniedException")
    found = find(logs="s3://central-logs/")
    assert len(found.missing) == 1
    assert found.missing[0].startswith(f"{action} on ")
    assert found.missing[0].endswith(on)
    assert f"missing right: {action}" in repr(found)
    assert found.folders.empty == (action == "s3:ListBucket")
    assert found.trails.empty == (action == "cloudtrail:DescribeTrails")


def test_a_trail_that_may_not_log_records_nothing_for_certain(
    aws: AthenaServer,
) -> None:
    trail(selectors=[event_selector()])
    aws.refuse("cloudtrail:GetTrailStatus", "AccessDeniedException")
    found = find()
    assert found.recorded("management:write").state is U
    assert found.recorded("data:s3").state is N
    assert "perhaps logging, records nothing for certain" in repr(found)


def test_without_all_selectors_nothing_is_said_to_be_unrecorded(
    aws: AthenaServer,
) -> None:
    trail()
    aws.refuse("cloudtrail:GetEventSelectors", "AccessDeniedException")
    assert find().recorded("data:s3").state is U


def test_a_bucket_that_is_gone_is_left_out(aws: AthenaServer) -> None:
    trail()
    s3_backends[ACCOUNT]["aws"].delete_bucket("central-logs")
    found = find()
    assert found.left_out == ("arn:aws:s3:::central-logs: NoSuchBucket",)


def test_a_place_that_no_table_can_have_is_left_out(aws: AthenaServer) -> None:
    trail(S3KeyPrefix="a b")
    assert "is not a prefix" in find().left_out[0]


def test_a_place_outside_s3_is_refused(aws: AthenaServer) -> None:
    with pytest.raises(TableError, match="not a place in S3"):
        find(logs="central-logs/prefix")


def test_expired_credentials_end_it(aws: AthenaServer) -> None:
    aws.refuse("cloudtrail:DescribeTrails", "ExpiredTokenException")
    with pytest.raises(AccessRefused, match="have expired"):
        find()
