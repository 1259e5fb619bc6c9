"""Evidence that can be checked: how it was acquired, and what proves it whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trailkit.errors import typed
from trailkit.progress import notice
from trailkit.scope import Moment

if TYPE_CHECKING:
    import boto3
    import pandas as pd

    from trailkit.aws.session import Access
    from trailkit.integrity.acquisition import Acquisition
    from trailkit.integrity.acquisition_listing import WantedObjects

__all__ = ["acquire", "digests"]


@typed
def acquire(
    place: str,
    folder: str | Path,
    *,
    window: tuple[Moment, Moment] | None = None,
    accounts: Sequence[str] = (),
    regions: Sequence[str] = (),
    usd: float | None = None,
    journal: str | Path | None = None,
    session: "boto3.Session | None" = None,
    profile: str | None = None,
    region: str | None = None,
    progress: bool = True,
) -> "Acquisition":
    """Copy log files and digests from S3 into a folder, as they are, for ``tk.local``.

    ``place`` is ``s3://bucket/prefix``. ``window`` chooses by day of delivery,
    ``accounts`` and ``regions`` by folder. All versions are taken, also of what was
    deleted or replaced. The price is shown before, and above ``usd`` nothing is
    fetched: BudgetExceeded. Ctrl-C keeps what came, and the same line goes on from
    there.

    The folder holds ``objects`` and ``versions``; ``manifest.jsonl``, with bucket, key,
    version, size, ETag, SHA-256, time, caller, request ids, metadata, object lock,
    legal hold and replication of each; ``public-keys.json`` for the digests;
    ``SHA256SUMS``, which ``sha256sum --check`` verifies without trailkit.

    It needs s3:ListBucket, s3:GetObject, for older versions s3:ListBucketVersions and
    s3:GetObjectVersion, and for keys cloudtrail:ListPublicKeys:
    ``tk.acquisition_policy`` writes them. With ``journal``, the file of a case's
    journal, it becomes a line there. Raises TableError for another place,
    AccessRefused, Unavailable, EvidenceError where the folder cannot be written or
    nothing fits, BudgetExceeded, JournalError for a file that is not a journal.
    """
    from trailkit.integrity.acquisition import acquire_objects

    access, wanted = _chosen(place, window, accounts, regions, session, profile, region)
    path = Path(folder).expanduser()
    kept = None
    if journal is not None:
        from trailkit.integrity.journal import at

        kept = at(journal)
    acquisition = acquire_objects(access, wanted, path, place, usd, progress)
    if kept is not None:
        kept.acquired([path])
    return acquisition


@typed
def digests(
    place: str,
    *,
    window: tuple[Moment, Moment] | None = None,
    accounts: Sequence[str] = (),
    regions: Sequence[str] = (),
    usd: float | None = None,
    session: "boto3.Session | None" = None,
    profile: str | None = None,
    region: str | None = None,
    progress: bool = True,
) -> "pd.DataFrame":
    """Validate CloudTrail's digests where they lie in S3, and keep nothing on the disk.

    The frame is that of ``case.evidence.digests()``: a row for each chain, then one for
    each finding. Every digest and log file in scope is fetched once; the price is shown
    before, and above ``usd`` nothing is fetched: BudgetExceeded. Public keys are asked
    of AWS. All trails, accounts and Regions in scope are validated at once.

    Raises what ``tk.acquire`` raises, and AccessRefused without
    cloudtrail:ListPublicKeys.
    """
    from trailkit.integrity.bucket_digests import validate_bucket

    access, wanted = _chosen(place, window, accounts, regions, session, profile, region)
    validation = validate_bucket(access, wanted, place, usd, progress)
    notice(validation.summary)
    return validation.frame()


def _chosen(
    place: str,
    window: tuple[Moment, Moment] | None,
    accounts: Sequence[str],
    regions: Sequence[str],
    session: "boto3.Session | None",
    profile: str | None,
    region: str | None,
) -> "tuple[Access, WantedObjects]":
    """Return the way into AWS, and what is wanted there."""
    from trailkit.aws.session import Access
    from trailkit.integrity.acquisition_listing import WantedObjects
    from trailkit.scope import Scope

    scope = Scope().with_accounts(*accounts) if accounts else Scope()
    scope = scope.with_regions(*regions) if regions else scope
    wanted = WantedObjects.below(place, scope.window(*window) if window else scope)
    return Access(session, profile, region, otherwise="us-east-1"), wanted
