"""What a click in the console calls: a burst of reads under several access keys."""

from collections.abc import Collection
from typing import Any

from tools.practice_case import s3
from tools.practice_case.organization import Bucket
from tools.practice_case.record_writer import RecordWriter, denied
from tools.practice_case.signin import Console

_FILTER: dict[str, Any] = {"filterSet": {}}
_PAGE: dict[str, Any] = {"maxResults": 100, "filterSet": {}}
_COST: dict[str, Any] = {"Granularity": "MONTHLY", "Metrics": ["UnblendedCost"]}
_WORKER: dict[str, Any] = {"functionName": "order-worker"}
_ORDERS: dict[str, Any] = {"tableName": "orders"}

PAGES: dict[str, tuple[tuple[str, dict[str, Any] | None], ...]] = {
    "home": (
        ("health:DescribeEventAggregates", {"aggregateField": "eventTypeCategory"}),
        ("notifications:ListNotificationHubs", None),
        ("ce:GetCostAndUsage", _COST),
        ("ce:GetCostForecast", {"Granularity": "MONTHLY"}),
        ("servicecatalog-appregistry:ListApplications", {"maxResults": 100}),
        ("account:GetRegionOptStatus", {"RegionName": "us-east-1"}),
    ),
    "instances": (
        ("ec2:DescribeInstances", _PAGE | {"instancesSet": {}}),
        ("ec2:DescribeInstanceStatus", _FILTER | {"includeAllInstances": True}),
        ("ec2:DescribeVolumes", _PAGE | {"volumeSet": {}}),
        ("ec2:DescribeSecurityGroups", _PAGE | {"securityGroupSet": {}}),
        ("ec2:DescribeAddresses", _FILTER | {"publicIpsSet": {}}),
        ("ec2:DescribeKeyPairs", _FILTER | {"keySet": {}}),
        ("ec2:DescribeAvailabilityZones", {"allAvailabilityZones": True}),
        ("ec2:DescribeAccountAttributes", {"accountAttributeNameSet": {}}),
        ("ec2:DescribeTags", _PAGE),
        ("ec2:DescribeImages", {"imagesSet": {}, "ownersSet": {}}),
        ("autoscaling:DescribeAutoScalingGroups", {"maxRecords": 100}),
        ("elasticloadbalancing:DescribeLoadBalancers", None),
        ("monitoring:DescribeAlarms", {"maxRecords": 100}),
    ),
    "network": (
        ("ec2:DescribeVpcs", _FILTER | {"vpcSet": {}}),
        ("ec2:DescribeSubnets", _FILTER | {"subnetSet": {}}),
        ("ec2:DescribeRouteTables", _FILTER | {"routeTableIdSet": {}}),
        ("ec2:DescribeNetworkAcls", _FILTER | {"networkAclIdSet": {}}),
        ("ec2:DescribeVpcEndpoints", {"DescribeVpcEndpointsRequest": ""}),
        ("ec2:DescribeNatGateways", {"DescribeNatGatewaysRequest": ""}),
        ("ec2:DescribeFlowLogs", {"DescribeFlowLogsRequest": ""}),
        ("ec2:DescribeNetworkInterfaces", {"networkInterfaceIdSet": {}}),
        ("ec2:DescribeInternetGateways", {"internetGatewayIdSet": {}}),
    ),
    "functions": (
        ("lambda:ListFunctions20150331", {"maxItems": 50}),
        ("lambda:GetAccountSettings20160819", None),
        ("lambda:GetFunction20150331v2", _WORKER),
        ("lambda:ListEventSourceMappings20150331", _WORKER),
        ("lambda:GetPolicy20150331v2", _WORKER),
        ("logs:DescribeLogStreams", {"logGroupName": "/aws/lambda/order-worker"}),
    ),
    "logs": (
        ("logs:DescribeLogGroups", {"limit": 50}),
        ("logs:DescribeMetricFilters", {"limit": 50}),
        ("logs:DescribeQueryDefinitions", {"maxResults": 100}),
        ("logs:StartQuery", {"limit": 10000, "logGroupNames": ["/shop/web"]}),
        ("monitoring:DescribeAlarms", {"maxRecords": 100}),
    ),
    "tables": (
        ("dynamodb:ListTables", {"limit": 100}),
        ("dynamodb:DescribeTable", _ORDERS),
        ("dynamodb:DescribeContinuousBackups", _ORDERS),
        ("application-autoscaling:DescribeScalableTargets", None),
    ),
    "queries": (
        ("athena:ListWorkGroups", {"maxResults": 50}),
        ("athena:ListDataCatalogs", {"maxResults": 50}),
        ("athena:ListNamedQueries", {"workGroup": "primary"}),
        ("glue:GetDatabases", {"maxResults": 100}),
        ("glue:GetTables", {"databaseName": "lake", "maxResults": 100}),
        ("athena:StartQueryExecution", {"workGroup": "primary"}),
        ("athena:GetQueryExecution", None),
        ("athena:GetQueryResults", {"maxResults": 1000}),
    ),
    "users": (
        ("iam:GetAccountSummary", None),
        ("iam:ListAccountAliases", None),
        ("iam:ListUsers", {"maxItems": 1000}),
        ("iam:ListGroups", {"maxItems": 1000}),
        ("iam:ListRoles", {"maxItems": 1000}),
        ("iam:ListPolicies", {"maxItems": 1000, "scope": "All"}),
        ("iam:GetAccountPasswordPolicy", None),
        ("iam:ListSAMLProviders", None),
    ),
    "trail": (
        ("cloudtrail:DescribeTrails", {"includeShadowTrails": True}),
        ("cloudtrail:LookupEvents", {"maxResults": 50}),
        ("cloudtrail:ListEventDataStores", {"maxResults": 100}),
        ("guardduty:ListDetectors", {"maxResults": 50}),
        ("guardduty:ListFindings", {"maxResults": 50}),
        ("securityhub:GetFindings", {"maxResults": 100}),
        ("config:DescribeConfigurationRecorders", None),
    ),
    "bills": (
        ("ce:GetCostAndUsage", _COST),
        ("ce:GetDimensionValues", {"Dimension": "SERVICE"}),
        ("billing:ListBillingViews", None),
        ("budgets:ViewBudget", None),
        ("organizations:ListAccounts", None),
        ("organizations:DescribeOrganization", None),
    ),
}

BUCKET_PAGE = (
    "GetBucketLocation",
    "GetBucketVersioning",
    "GetBucketTagging",
    "GetBucketEncryption",
    "GetBucketLogging",
    "GetBucketPolicyStatus",
    "GetBucketAcl",
    "GetBucketPublicAccessBlock",
)


def browse(
    writer: RecordWriter, console: Console, page: str, refused: Collection[str] = ()
) -> None:
    """Open a page: most of its calls, those to a refused service denied."""
    for action, request in writer.chance.some(PAGES[page], 0.85):
        caller = console.hand(writer.chance)
        if action.split(":")[0] in refused:
            writer.call(caller, action, fault=denied(caller, action))
        else:
            writer.call(caller, action, request)


def list_buckets(writer: RecordWriter, console: Console) -> None:
    """Open the list of buckets."""
    caller = s3.in_brackets(console.hand(writer.chance))
    writer.call(caller, "s3:ListBuckets", {"Host": "s3.amazonaws.com"})


def open_bucket(writer: RecordWriter, console: Console, bucket: Bucket) -> None:
    """Open a bucket: its objects, and some of its settings."""
    s3.list_objects(writer, console.hand(writer.chance), bucket)
    for name in writer.chance.some(BUCKET_PAGE, 0.7):
        s3.bucket_call(writer, console.hand(writer.chance), name, bucket)
