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
from tools.practice_case.routine import days
from tools.practice_case.scribe import Fault, Scribe, resource
from tools.practice_case.sts import assume_for_service, run_function

INSTANCES = tuple(f"i-{hexadecimal(f'shop-web-{number}')}" for number in range(3))
NOT_YOURS = Fault("AccessDenied", "Access Denied")


def run(scribe: Scribe) -> None:
    """Tell what services do by themselves."""
    for when in days.every(60):
        scribe.at(when)
        _guard_trail(scribe)
        _launch(scribe, when)
        _refuse_delivery(scribe)
    for when in days.every(30):
        scribe.at(when, seconds=10)
        _check_bucket(scribe)
        _crawl_lake(scribe)
    for day in days.ALL:
        _build_reports(scribe, day)
    for day in days.WORKING:
        _scale(scribe, day)


def _guard_trail(scribe: Scribe) -> None:
    """Look whether the organization's trail is on; a function does so on a timer."""
    guard = run_function(scribe, TRAIL_GUARD, "trail-guard")
    for name in ("GetTrailStatus", "GetEventSelectors"):
        scribe.call(guard, f"cloudtrail:{name}", {"name": ORG_TRAIL})


def _crawl_lake(scribe: Scribe) -> None:
    crawler = assume_for_service(scribe, "glue", LAKE_CRAWLER, "GlueJobRunnerSession")
    scribe.call(crawler, "glue:GetTable", {"databaseName": "lake", "name": "orders"})
    prefix = f"orders/{scribe.now:%Y/%m/%d}/"
    s3.list_objects(scribe, crawler, LAKE, prefix)
    scribe.call(
        crawler,
        "kms:Decrypt",
        {"encryptionContext": {"aws:s3:arn": LAKE.arn}, "keyId": LAKE_KEY},
        resources=[resource(LAKE_KEY, ANALYTICS, "AWS::KMS::Key")],
    )


def _launch(scribe: Scribe, when: datetime) -> None:
    """Renew the keys of the shop's instances, each every six hours."""
    for number, instance in enumerate(INSTANCES):
        if when.hour % 6 == number:
            assume_for_service(scribe, "ec2", SHOP_WEB, instance)


def _check_bucket(scribe: Scribe) -> None:
    """Let CloudTrail ask whether it may still write; one account, yet a shared id."""
    s3.bucket_call(
        scribe,
        by_service("cloudtrail", MANAGEMENT),
        "GetBucketAcl",
        ORG_TRAIL_BUCKET,
        {"acl": ""},
        sharedEventID=scribe.chance.uuid(),
    )


def _refuse_delivery(scribe: Scribe) -> None:
    """Refuse flow logs that are still sent to a bucket whose policy was tightened."""
    key = f"AWSLogs/{ANALYTICS.id}/vpcflowlogs/eu-central-1/{scribe.now:%Y/%m/%d}"
    s3.object_call(
        scribe,
        by_service("delivery.logs", ANALYTICS),
        "PutObject",
        OLD_LOGS,
        f"{key}/flow.log.gz",
        fault=NOT_YOURS,
        sharedEventID=scribe.chance.uuid(),
    )


def _build_reports(scribe: Scribe, day: datetime) -> None:
    """Read the lake every morning, and write the reports."""
    scribe.at(day, 5, scribe.chance.between(0, 9))
    builder = run_function(scribe, REPORT_BUILDER, "report-builder")
    for number in range(60):
        name = f"orders/{day:%Y/%m/%d}/part-{number:04}.parquet"
        sent = scribe.chance.between(200_000, 900_000)
        s3.object_call(scribe, builder, "GetObject", LAKE, name, sent=sent)
    for number in range(14):
        name = f"{day:%Y/%m/%d}/report-{number:02}.csv"
        received = scribe.chance.between(40_000, 800_000)
        s3.object_call(scribe, builder, "PutObject", REPORTS, name, received=received)


def _scale(scribe: Scribe, day: datetime) -> None:
    """Start two instances in the morning, and stop them in the evening."""
    names = [f"i-{hexadecimal(f'{day:%F} {number}')}" for number in range(2)]
    items = {"items": [{"instanceId": name} for name in names]}
    for hour, name in ((7, "RunInstances"), (20, "TerminateInstances")):
        scribe.at(day, hour, scribe.chance.between(0, 5))
        scaling = assume_for_service(scribe, "autoscaling", AUTO_SCALING, "AutoScaling")
        scaling = scaling.through("autoscaling")
        scribe.call(scaling, "ec2:DescribeInstances", {"instancesSet": items})
        answer = {"instancesSet": items, "requestId": Chance(names[0]).uuid()}
        scribe.call(scaling, f"ec2:{name}", {"instancesSet": items}, answer)
