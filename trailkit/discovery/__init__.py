"""Discovery: which trails there are, where their logs lie, and what they record."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trailkit.errors import TableError
from trailkit.progress import line

if TYPE_CHECKING:
    import boto3

    from trailkit.discovery.folders import Place
    from trailkit.discovery.found import Discovery

__all__ = ["discover"]


def discover(
    session: "boto3.Session | None" = None,
    *,
    logs: str | Sequence[str] = (),
    profile: str | None = None,
    region: str | None = None,
    progress: bool = True,
) -> "Discovery":
    """Find the trails of an account, and the folders in S3 that hold their logs.

    It only reads. ``logs`` adds places that no trail of this account names, such as
    ``"s3://central-logs/prefix/"`` of another account. A missing right is named in the
    result and hides only what it is needed for.

    Raises NotConfigured without a region, AccessRefused without valid credentials,
    Unavailable where AWS does not answer, TableError for a place that is not in S3.
    """
    from trailkit.aws.access import Access
    from trailkit.aws.attempts import Attempts
    from trailkit.aws.explain import explained
    from trailkit.discovery.folders import Place, find_folders
    from trailkit.discovery.found import Discovery
    from trailkit.discovery.trails import find_trails

    places = [_place(each) for each in ([logs] if isinstance(logs, str) else logs)]
    access, attempts = Access(session, profile, region), Attempts()
    with explained(), line(progress) as say:
        say("Looking for trails")
        caller = access.client("sts").get_caller_identity()
        partition = caller["Arn"].split(":")[1]
        trails = find_trails(access, attempts)
        places += [Place(trail.bucket, trail.prefix) for trail in trails]
        s3 = access.client("s3")
        folders = find_folders(s3, places, attempts, say, partition)
    return Discovery(
        account=caller["Account"],
        partition=partition,
        time=datetime.now(UTC),
        all_trails=trails,
        all_folders=folders,
        missing=attempts.missing,
        left_out=attempts.left_out,
    )


def _place(text: str) -> "Place":
    """Read a place in S3; what begins with AWSLogs is not part of the prefix."""
    from trailkit.discovery.folders import Place
    from trailkit.tables import names

    bucket, _, key = text.removeprefix("s3://").partition("/")
    if not text.startswith("s3://"):
        raise TableError(
            f'"{text}" is no place in S3. Write logs="s3://central-logs/prefix/".'
        )
    before = f"/{key}".partition("/AWSLogs")[0].strip("/")
    return Place(names.bucket(bucket), names.prefix(before))
