"""Pipelines: Terraform with a web identity, and the old build server with a key."""

from datetime import datetime
from typing import Any

from tools.practice_case import s3
from tools.practice_case.callers import Caller, by_key
from tools.practice_case.chance import hexadecimal
from tools.practice_case.organization import (
    BUILD_SERVER,
    ORDER_FUNCTION,
    PRODUCTION,
    RUNNERS,
    SHOP_ASSETS,
    SHOP_DEPLOY,
    SHOP_WEB,
    TERRAFORM,
    Bucket,
    Role,
)
from tools.practice_case.record_writer import (
    LIMIT_EXCEEDED,
    THROTTLED,
    Fault,
    RecordWriter,
)
from tools.practice_case.routine import days
from tools.practice_case.sts import assume_with_web_identity

TERRAFORM_AGENT = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.14.5 (+https://www.terraform.io) "
    "terraform-provider-aws/6.31.0 (+https://registry.terraform.io/providers/"
    "hashicorp/aws) aws-sdk-go-v2/1.41.1 os/linux lang/go#1.25.6 md/GOARCH#amd64"
)
JENKINS_AGENT = "aws-sdk-java/1.12.661 Linux/5.4.0-216-generic OpenJDK_64-Bit_Server_VM"

Call = tuple[str, dict[str, Any] | None]

REFRESH: tuple[Call, ...] = (
    ("sts:GetCallerIdentity", None),
    ("ec2:DescribeVpcs", {"vpcSet": {"items": [{"vpcId": "vpc-0c0ffee0example"}]}}),
    ("ec2:DescribeVpcAttribute", {"attribute": "enableDnsSupport"}),
    ("ec2:DescribeSubnets", {"subnetSet": {}, "filterSet": {}}),
    ("ec2:DescribeRouteTables", {"routeTableIdSet": {}, "filterSet": {}}),
    ("ec2:DescribeSecurityGroups", {"securityGroupSet": {}, "filterSet": {}}),
    ("ec2:DescribeNatGateways", {"DescribeNatGatewaysRequest": {"MaxResults": 50}}),
    ("iam:GetRole", {"roleName": "shop-web"}),
    ("iam:ListRolePolicies", {"roleName": "shop-web"}),
    ("iam:ListAttachedRolePolicies", {"roleName": "shop-web"}),
    ("iam:GetRolePolicy", {"roleName": "shop-web", "policyName": "shop"}),
    ("iam:GetPolicy", {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    ("ssm:DescribeParameters", {"maxResults": 50}),
    ("ssm:GetParameter", {"name": "/shop/web/flags", "withDecryption": True}),
    ("ssm:ListTagsForResource", {"resourceType": "Parameter"}),
    ("secretsmanager:DescribeSecret", {"secretId": "shop/database"}),
    ("secretsmanager:GetResourcePolicy", {"secretId": "shop/database"}),
    ("lambda:GetFunction20150331v2", {"functionName": "order-worker"}),
    ("lambda:ListVersionsByFunction20150331", {"functionName": "order-worker"}),
    ("kms:DescribeKey", {"keyId": "alias/shop"}),
    ("kms:GetKeyRotationStatus", {"keyId": "alias/shop"}),
    ("logs:ListTagsForResource", {"resourceArn": "arn:aws:logs:*:*:log-group:/shop"}),
    ("cloudtrail:DescribeTrails", {"trailNameList": ["organization-trail"]}),
    ("cloudtrail:GetEventSelectors", {"trailName": "organization-trail"}),
)
APPLY: tuple[Call, ...] = (
    ("iam:PutRolePolicy", {"roleName": "shop-web", "policyName": "shop"}),
    ("ssm:PutParameter", {"name": "/shop/web/flags", "type": "String"}),
    ("ec2:CreateTags", {"resourcesSet": {"items": [{"resourceId": "vpc-0c0ffee0"}]}}),
    ("lambda:UpdateFunctionConfiguration20150331v2", {"functionName": "order-worker"}),
    ("autoscaling:UpdateAutoScalingGroup", {"autoScalingGroupName": "shop-web"}),
)
THROTTLES: dict[str, Fault] = {
    "ssm:DescribeParameters": THROTTLED,
    "ec2:DescribeRouteTables": LIMIT_EXCEEDED,
}


def run(writer: RecordWriter) -> None:
    """Tell the runs of both pipelines, on working days and in working hours."""
    for day in days.WORKING:
        for hour in sorted(writer.chance.between(8, 17) for _ in range(5)):
            writer.at(day, hour, writer.chance.between(0, 59))
            _plan(writer, writer.chance.pick(TERRAFORM))
        for hour in (10, 15):
            writer.at(day, hour, writer.chance.between(0, 50))
            _deploy(writer)
    for number, day in enumerate(days.WORKING[::2]):
        _preview(writer, day, number)


def _terraform(writer: RecordWriter, role: Role) -> Caller:
    run_id = f"run-{writer.chance.between(4100, 9900)}"
    return assume_with_web_identity(
        writer,
        role,
        run_id,
        "repo:harbour-books/infrastructure:ref:refs/heads/main",
        writer.chance.pick(RUNNERS),
        TERRAFORM_AGENT,
    )


def _plan(writer: RecordWriter, role: Role) -> None:
    """Refresh the state, throttled now and then; apply in one run of three."""
    caller = _terraform(writer, role)
    for action, request in writer.chance.some(REFRESH * 3, 0.8):
        if action in THROTTLES and writer.chance.happens(0.3):
            writer.call(caller, action, request, fault=THROTTLES[action])
            writer.wait(1, 3)
        writer.call(caller, action, request)
    if writer.chance.happens(0.33):
        for action, request in APPLY:
            writer.call(caller, action, request)


def _preview(writer: RecordWriter, day: datetime, number: int) -> None:
    """Make a bucket for a preview of the shop, and delete it in the evening."""
    bucket = Bucket(PRODUCTION, f"harbour-books-preview-{hexadecimal(str(number), 6)}")
    for hour, name in ((9, "CreateBucket"), (18, "DeleteBucket")):
        writer.at(day, hour, writer.chance.between(0, 40))
        caller = _terraform(writer, TERRAFORM[1])
        s3.bucket_call(writer, caller, name, bucket)


def _deploy(writer: RecordWriter) -> None:
    """Deploy the shop from the old build server, with the key of its IAM user."""
    caller = by_key(SHOP_DEPLOY, BUILD_SERVER, JENKINS_AGENT)
    writer.call(caller, "sts:GetCallerIdentity")
    build = f"build-{writer.chance.between(2000, 2999)}"
    for name in ("index.html", "shop.css", "shop.js", "search.js", "covers.json"):
        received = writer.chance.between(2_000, 400_000)
        key = f"{build}/{name}"
        s3.object_call(writer, caller, "PutObject", SHOP_ASSETS, key, received=received)
    writer.call(
        caller,
        "lambda:UpdateFunctionCode20150331v2",
        {"functionName": ORDER_FUNCTION, "s3Key": f"{build}/worker.zip"},
        {"functionArn": ORDER_FUNCTION, "role": SHOP_WEB.arn},
    )
    writer.call(caller, "ecs:UpdateService", {"cluster": "shop", "service": "web"})
