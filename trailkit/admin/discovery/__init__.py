"""Discovery: which trails there are, where their logs lie, and what they record."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trailkit import clock
from trailkit.errors import TableError, typed
from trailkit.progress import line, notice

if TYPE_CHECKING:
    import boto3

    from trailkit.admin.discovery.discovered import Discovery
    from trailkit.admin.discovery.log_folders import FolderKey

__all__ = ["discover"]

MOST_REQUESTS = 100_000
"""After so many requests to S3 the days of further folders are not looked for.

That is about $0.50 and six minutes, and enough for some thousand accounts.
"""


@typed
def discover(
    session: "boto3.Session | None" = None,
    *,
    logs: str | Sequence[str] = (),
    profile: str | None = None,
    region: str | None = None,
    most_requests: int | None = MOST_REQUESTS,
    progress: bool = True,
) -> "Discovery":
    """Find the trails of an account, and the folders in S3 that hold their logs.

    It only reads. ``logs`` adds places that no trail of this account names, such as
    ``"s3://central-logs/prefix/"`` of another account. A missing right is named in the
    result and hides only what it is needed for.

    All accounts, kinds of logs and regions are listed, then for each the first and the
    last day: the progress line says how many requests to S3 that takes, the price and
    the time. ``most_requests`` ends the search for days, and so does Ctrl-C: what was
    found is given back, with what was not looked at in ``not_looked_at``. 0 leaves the
    days out, None sets no bound.

    Raises NotConfigured without a region, AccessRefused without valid credentials,
    Unavailable where AWS does not answer, TableError for a place that is not in S3 or
    a bound that is not a number; KeyboardInterrupt for Ctrl-C before all folders are
    listed.
    """
    from trailkit.admin.discovery.discovered import Discovery
    from trailkit.admin.discovery.log_folders import FolderKey
    from trailkit.admin.discovery.search import search
    from trailkit.admin.discovery.trails import find_trails
    from trailkit.aws.attempts import Attempts
    from trailkit.aws.failures import explained
    from trailkit.aws.session import Access

    _check_most(most_requests)
    places = [_place(each) for each in ([logs] if isinstance(logs, str) else logs)]
    access, attempts = Access(session, profile, region), Attempts()
    with explained(), line(progress) as say:
        say("Looking for trails")
        caller = access.client("sts").get_caller_identity()
        partition = caller["Arn"].split(":")[1]
        trails = find_trails(access, attempts)
        places += [FolderKey(trail.bucket, trail.prefix) for trail in trails]
        s3 = access.client("s3")
        found = search(s3, places, attempts, say, partition, most_requests)
    for each in found.not_looked_at:
        notice(f"Not looked at: {each}")
    return Discovery(
        account=caller["Account"],
        partition=partition,
        time=clock.now(),
        all_trails=trails,
        all_folders=found.folders,
        missing=attempts.missing,
        left_out=attempts.left_out,
        not_looked_at=found.not_looked_at,
    )


def _check_most(most: object) -> None:
    if most is None or (type(most) is int and most >= 0):
        return
    raise TableError(
        f"most_requests={most!r} is not a number of requests. Write a whole one, such "
        "as most_requests=100_000, or None for no bound."
    )


def _place(text: str) -> "FolderKey":
    """Read a place in S3; what begins with AWSLogs is not part of the prefix."""
    from trailkit.admin.discovery.log_folders import FolderKey
    from trailkit.tables import names

    bucket, _, key = text.removeprefix("s3://").partition("/")
    if not text.startswith("s3://"):
        raise TableError(
            f'"{text}" is not a place in S3. Write logs="s3://central-logs/prefix/".'
        )
    before = f"/{key}".partition("/AWSLogs")[0].strip("/")
    return FolderKey(names.bucket(bucket), names.prefix(before))
