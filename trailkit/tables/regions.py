"""The regions of each partition of AWS that have CloudTrail.

As of 20 November 2026, from botocore 1.44.5; a test compares. A table lists the
regions that it looks into, so a region that AWS opens later is not in an older table:
write its DDL again.
"""

from trailkit.errors import TableError

REGIONS: dict[str, tuple[str, ...]] = {
    "aws": (
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-east-1", "us-gov-west-1"),
    "aws-eusc": ("eusc-de-east-1",),
}
"""Commercial, China, GovCloud (US) and European Sovereign Cloud."""


HOME = "us-east-1"
"""The region of IAM, STS and most global services, in the commercial partition."""


def partition_of(region: str) -> str:
    """Return the partition of AWS that a region lies in; "aws" for one yet unknown.

    >>> partition_of("us-gov-west-1"), partition_of("eu-west-9")
    ('aws-us-gov', 'aws')
    """
    return next((name for name, known in REGIONS.items() if region in known), "aws")


def regions_of(partition: str) -> tuple[str, ...]:
    """Return every region of a partition of AWS.

    Raises TableError for a partition that is not in the list.

    >>> regions_of("aws-cn")
    ('cn-north-1', 'cn-northwest-1')
    """
    if partition not in REGIONS:
        raise TableError(
            f'"{partition}" is not a partition of AWS that trailkit knows. '
            f"There are: {', '.join(REGIONS)}."
        )
    return REGIONS[partition]
