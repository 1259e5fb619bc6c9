"""Trails in moto and the folders of their logs, short to write."""

from datetime import date
from typing import Any

import boto3
from moto.s3.models import s3_backends

from tests.support.athena_server import ACCOUNT
from trailkit import clock
from trailkit.admin.discovery import discover
from trailkit.admin.discovery.discovered import Discovery

ORGANIZATION = "o-a1b2c3d4e5"
MEMBERS = ("111122223333", "444455556666")
TODAY = clock.today()


def put(
    *days: date,
    account: str = MEMBERS[0],
    region: str = "eu-west-1",
    folder: str = "CloudTrail",
    root: str = f"AWSLogs/{ORGANIZATION}/",
) -> None:
    bucket = s3_backends[ACCOUNT]["aws"].get_bucket("central-logs")
    for day in days:
        key = f"{root}{account}/{folder}/{region}/{day:%Y/%m/%d}/{account}_x.json.gz"
        s3_backends[ACCOUNT]["aws"].put_object(bucket.name, key, b"")


def trail(
    name: str = "central",
    region: str = "us-east-1",
    selectors: list[dict[str, Any]] | None = None,
    advanced: list[dict[str, Any]] | None = None,
    insights: tuple[str, ...] = (),
    logging: bool = True,
    **settings: Any,
) -> None:
    client = boto3.client("cloudtrail", region_name=region)
    settings = {"S3BucketName": "central-logs", "IsMultiRegionTrail": True, **settings}
    client.create_trail(Name=name, **settings)
    if selectors:
        client.put_event_selectors(TrailName=name, EventSelectors=selectors)
    if advanced:
        client.put_event_selectors(TrailName=name, AdvancedEventSelectors=advanced)
    if insights:
        chosen = [{"InsightType": each} for each in insights]
        client.put_insight_selectors(TrailName=name, InsightSelectors=chosen)
    if logging:
        client.start_logging(Name=name)


def find(**settings: Any) -> Discovery:
    return discover(progress=False, **settings)


def event_selector(**settings: Any) -> dict[str, Any]:
    return {"ReadWriteType": "All", "IncludeManagementEvents": True, **settings}


def fields(**equals: Any) -> dict[str, Any]:
    """Return an advanced selector; a value is a list for Equals, or the operators."""
    named = {name.replace("_", "."): value for name, value in equals.items()}
    return {
        "FieldSelectors": [
            {"Field": name, **(value if isinstance(value, dict) else {"Equals": value})}
            for name, value in named.items()
        ]
    }


S3_OBJECTS = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
ONE_BUCKET = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::payroll/"]}
MANAGEMENT = fields(eventCategory=["Management"])
DATA_S3 = fields(eventCategory=["Data"], resources_type=["AWS::S3::Object"])
