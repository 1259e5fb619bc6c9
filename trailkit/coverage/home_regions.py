"""The Regions in which AWS records a service: one table.

Facts: CloudTrail User Guide, "CloudTrail concepts" (IAM, CloudFront and the global
endpoint of STS are recorded in us-east-1 since 22 November 2021); AWS Organizations
User Guide, "Logging API calls with CloudTrail" (us-east-1, in China cn-northwest-1);
AWS Sign-In User Guide and IAM User Guide, "Logging with CloudTrail" (sign-in and STS
in the Region of the endpoint); IAM Identity Center User Guide (that of the instance);
AWS Global Accelerator Developer Guide (us-west-2); AWS Account Management Reference
Guide, "Enable or disable AWS Regions" (the Regions that every account has).
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from trailkit.tables.regions import partition_of

_VIRGINIA = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1"}

HOMES: dict[str, dict[str, str]] = {
    "iam": {**_VIRGINIA, "aws-cn": "cn-north-1"},
    "organizations": {**_VIRGINIA, "aws-cn": "cn-northwest-1"},
    "account": _VIRGINIA,
    "cloudfront": _VIRGINIA,
    "route53": _VIRGINIA,
    "route53domains": _VIRGINIA,
    "globalaccelerator": {"aws": "us-west-2"},
}
"""The one Region of each service that has one, by partition.

STS, sign-in and Identity Center are not among them: they are recorded in the Region of
the endpoint or the instance, which may be any.
"""

ALWAYS: dict[str, frozenset[str]] = {
    "aws": frozenset(
        {
            *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"),
            *("ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1"),
            *("eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
            *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
        }
    ),
    "aws-cn": frozenset({"cn-north-1", "cn-northwest-1"}),
    "aws-us-gov": frozenset({"us-gov-east-1", "us-gov-west-1"}),
}
"""The Regions that are enabled in every account of a partition."""


_ONCE_ANYWHERE = {"cloudfront", "iam"}
_AT_HOME_SINCE = datetime(2021, 11, 22, tzinfo=UTC)


def home_of(service: str, partition: str) -> str | None:
    """Return the one Region where a service is recorded; None where it may be any.

    >>> home_of("iam", "aws"), home_of("signin", "aws")
    ('us-east-1', None)
    """
    return HOMES.get(service, {}).get(partition)


def partition_in(regions: Iterable[str]) -> str:
    """Return the partition of some Regions: that of the first."""
    return partition_of(min(regions, default=""))


def regions_of(
    services: Collection[str] | None,
    everywhere: Collection[str],
    asked: Collection[str],
    held: Collection[str],
    since: datetime | None = None,
) -> frozenset[str]:
    """Return the Regions that a question must see recorded to find nothing.

    ``services`` are those that it reads, None for any; ``everywhere`` are searched in
    all Regions whatever the scope; ``asked`` are those in scope, none for all; ``held``
    are those of which there are logs. ``since`` is where the window begins: until 22
    November 2021 a trail of any Region could record the events of IAM and CloudFront.
    """
    partition = partition_in(held or asked)
    every = ALWAYS.get(partition, frozenset()).union(held)
    found: set[str] = set()
    for service in {*everywhere} | ({*services} if services is not None else set()):
        home = home_of(service, partition)
        if service in _ONCE_ANYWHERE and since and since < _AT_HOME_SINCE:
            home = None
        if service in everywhere or not asked:
            found |= {home} if home else every
        else:
            found |= {*asked}
    if services is None:
        found |= {*asked} or every
    return frozenset(found)
