"""Services that work day and night: functions on a timer, scaling, deliveries."""

from datetime import datetime

from tools.practice_case import s3
from tools.practice_case.callers import by_service
from tools.practice_case.chance import Chance, hexadecimal
from tools.practice_case.organization import (
    ANALYTICS,
    AUTO_SCALING,
    LAKE,
    LAKE_CRAWLER,
    LAKE_KEY,
    MANAGEMENT,
    OLD_LOGS,
    ORG_TRAIL,
    ORG_TRAIL_BUCKET,
    REPORT_BUILDER,
    REPORTS,
    SHOP_WEB,
    TRAIL_GUARD,
)
from tools.practice_case.record_writer import Fault, RecordWriter, resource
from tools.practice_case.routine import days
from tools.practice_case.sts import assume_for_service, run_function

INSTANCES = tuple(f"i-{hexadecimal(f'shop-web-{number}')}" for number in range(3))
NOT_YOURS = Fault("AccessDenied", "Access Denied")


def run(writer: RecordWriter) -> None:
    """Tell what services do by themselves."""
    for when in days.every(60):
        writer.at(when)
        _guard_trail(writer)
        _launch(writer, when)
        _refuse_delivery(writer)
    for when in days.every(30):
        writer.at(when, seconds=10)
        _check_bucket(writer)
        _crawl_lake(writer)
    for day in days.ALL:
        _build_reports(writer, day)
    for day in days.WORKING:
        _scale(writer, day)


def _guard_trail(writer: RecordWriter) -> None:
    """Look whether the organization's trail is on; a function does so on a timer."""
    guard = run_function(writer, TRAIL_GUARD, "trail-guard")
    for name in ("GetTrailStatus", "GetEventSelectors"):
        writer.call(guard, f"cloudtrail:{name}", {"name": ORG_TRAIL})


def _crawl_lake(writer: RecordWriter) -> None:
    crawler = assume_for_service(writer, "glue", LAKE_CRAWLER, "GlueJobRunnerSession")
    writer.call(crawler, "glue:GetTable", {"databaseName": "lake", "name": "orders"})
    prefix = f"orders/{writer.now:%Y/%m/%d}/"
    s3.list_objects(writer, crawler, LAKE, prefix)
    writer.call(
        crawler,
        "kms:Decrypt",
        {"encryptionContext": {"aws:s3:arn": LAKE.arn}, "keyId": LAKE_KEY},
        resources=[resource(LAKE_KEY, ANALYTICS, "AWS::KMS::Key")],
    )


def _launch(writer: RecordWriter, when: datetime) -> None:
    """Renew the keys of the shop's instances, each every six hours."""
    for number, instance in enumerate(INSTANCES):
        if when.hour % 6 == number:
            assume_for_service(writer, "ec2", SHOP_WEB, instance)


def _check_bucket(writer: RecordWriter) -> None:
    """Let CloudTrail ask whether it may still write; one account, yet a shared id."""
    s3.bucket_call(
        writer,
        by_service("cloudtrail", MANAGEMENT),
        "GetBucketAcl",
        ORG_TRAIL_BUCKET,
        {"acl": ""},
        sharedEventID=writer.chance.uuid(),
    )


def _refuse_delivery(writer: RecordWriter) -> None:
    """Refuse flow logs that are still sent to a bucket whose policy was tightened."""
    key = f"AWSLogs/{ANALYTICS.id}/vpcflowlogs/eu-central-1/{writer.now:%Y/%m/%d}"
    s3.object_call(
        writer,
        by_service("delivery.logs", ANALYTICS),
        "PutObject",
        OLD_LOGS,
        f"{key}/flow.log.gz",
        fault=NOT_YOURS,
        sharedEventID=writer.chance.uuid(),
    )


def _build_reports(writer: RecordWriter, day: datetime) -> None:
    """Read the lake every morning, and write the reports."""
    writer.at(day, 5, writer.chance.between(0, 9))
    builder = run_function(writer, REPORT_BUILDER, "report-builder")
    for number in range(60):
        name = f"orders/{day:%Y/%m/%d}/part-{number:04}.parquet"
        sent = writer.chance.between(200_000, 900_000)
        s3.object_call(writer, builder, "GetObject", LAKE, name, sent=sent)
    for number in range(14):
        name = f"{day:%Y/%m/%d}/report-{number:02}.csv"
        received = writer.chance.between(40_000, 800_000)
        s3.object_call(writer, builder, "PutObject", REPORTS, name, received=received)


def _scale(writer: RecordWriter, day: datetime) -> None:
    """Start two instances in the morning, and stop them in the evening."""
    names = [f"i-{hexadecimal(f'{day:%F} {number}')}" for number in range(2)]
    items = {"items": [{"instanceId": name} for name in names]}
    for hour, name in ((7, "RunInstances"), (20, "TerminateInstances")):
        writer.at(day, hour, writer.chance.between(0, 5))
        scaling = assume_for_service(writer, "autoscaling", AUTO_SCALING, "AutoScaling")
        scaling = scaling.through("autoscaling")
        writer.call(scaling, "ec2:DescribeInstances", {"instancesSet": items})
        answer = {"instancesSet": items, "requestId": Chance(names[0]).uuid()}
        writer.call(scaling, f"ec2:{name}", {"instancesSet": items}, answer)
