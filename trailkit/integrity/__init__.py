"""Evidence that can be checked: how it was acquired, and what proves it whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trailkit.scope import Moment

if TYPE_CHECKING:
    import boto3

    from trailkit.integrity.acquisition import Acquisition

__all__ = ["acquire"]


def acquire(
    place: str,
    folder: str | Path,
    *,
    window: tuple[Moment, Moment] | None = None,
    accounts: Sequence[str] = (),
    regions: Sequence[str] = (),
    usd: float | None = None,
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
    s3:GetObjectVersion, and for keys cloudtrail:ListPublicKeys. Raises TableError for
    another place, AccessRefused, Unavailable, EvidenceError where the folder cannot be
    written or nothing fits, BudgetExceeded.
    """
    from trailkit.aws.session import Access
    from trailkit.integrity.acquisition import acquire_objects
    from trailkit.integrity.acquisition_listing import WantedObjects
    from trailkit.scope import Scope

    scope = Scope().with_accounts(*accounts) if accounts else Scope()
    scope = scope.with_regions(*regions) if regions else scope
    wanted = WantedObjects.below(place, scope.window(*window) if window else scope)
    access = Access(session, profile, region, otherwise="us-east-1")
    path = Path(folder).expanduser()
    return acquire_objects(access, wanted, path, place, usd, progress)
