"""What went wrong on the way to Athena, as one plain sentence with the remedy."""

import re
from collections.abc import Generator
from contextlib import contextmanager

from botocore import exceptions as boto
from pyathena import error as pyathena

from trailkit.aws.failures import Known, explain
from trailkit.errors import NotConfigured, QueryFailed

# Athena answers InvalidRequestException for many things; its text tells them apart.
_BY_TEXT: tuple[tuple[str, *Known], ...] = (
    (
        r"WorkGroup .*not found",
        NotConfigured,
        "There is no such workgroup in this account and region. Check its name, the "
        "region and the profile.",
    ),
    (
        r"WorkGroup .*(?i:disabled)",
        NotConfigured,
        "The workgroup is disabled. Name another one, or have it enabled: aws athena "
        "update-work-group --state ENABLED.",
    ),
    (
        r"(?i:expected bucket owner)",
        NotConfigured,
        "The bucket for results belongs to another account than is expected. Name its "
        'owner if you trust it: tk.athena(…, bucket_owner="111122223333").',
    ),
    (
        "No output location",
        NotConfigured,
        "The workgroup has no place for results. Name one: "
        'tk.athena("db.table", results="s3://bucket/prefix/", …).',
    ),
    (
        "output bucket|NoSuchBucket",
        NotConfigured,
        "The bucket for results cannot be used. It must exist in the same region, and "
        "you need s3:GetBucketLocation on it.",
    ),
)


@contextmanager
def explained() -> Generator[None]:
    """Turn an error of boto3 or PyAthena into a sentence."""
    try:
        yield
    except (boto.BotoCoreError, boto.ClientError, pyathena.Error) as error:
        # PyAthena wraps what boto3 raised.
        inner = error.__cause__ if isinstance(error, pyathena.Error) else None
        raise explain(inner or error, _unknown(inner or error)) from error


def _unknown(error: BaseException) -> Known:
    """Find what only Athena says, by its text."""
    for pattern, kind, sentence in _BY_TEXT:
        if re.search(pattern, str(error)):
            return kind, sentence
    return QueryFailed, "The query was refused."
