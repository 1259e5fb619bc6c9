"""Where Athena puts results, and whose bucket that must be; settled before a query.

A result bucket of a name that a stranger has taken would hand them the findings
(CVE-2026-118029 in another client), so its owner is checked, and S3 checks it again at
every access.
"""

import re
from dataclasses import dataclass
from typing import Any

from trailkit.aws.failures import is_refusal
from trailkit.aws.session import Access
from trailkit.errors import AccessRefused, NotConfigured

_LOCATION = re.compile(
    r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w!.()=@+:,&-]+)*/?", re.ASCII
)
_WORKGROUP = re.compile(r"[A-Za-z0-9._-]{1,128}")
DEFAULT_WORKGROUP = "primary"


@dataclass(frozen=True, slots=True)
class Destination:
    """A workgroup, and the place of its results; none where Athena manages them.

    ``enforced`` says that the workgroup's place counts and nothing may be sent, ``own``
    that the place is the workgroup's; ``cutoff`` is its limit of bytes for a query,
    ``key`` the KMS key with which the workgroup has results encrypted.
    """

    workgroup: str
    location: str | None
    owner: str | None
    enforced: bool
    own: bool
    cutoff: int | None
    key: str | None

    @property
    def sent(self) -> str | None:
        """The place to send with a query."""
        return None if self.enforced else self.location


def require_one(workgroup: str | None, results: str | None) -> None:
    """Refuse a case with neither workgroup nor place for results."""
    if not workgroup and not results:
        raise NotConfigured(
            "Athena needs a workgroup or a place for results. Name one: "
            'tk.athena("db.table", workgroup="dfir") or '
            'tk.athena("db.table", results="s3://bucket/prefix/").'
        )
    if workgroup and not _WORKGROUP.fullmatch(workgroup):
        raise NotConfigured(
            f"workgroup={workgroup!r} is not a name of a workgroup: it has letters, "
            'digits, dots, hyphens and underscores. Write workgroup="dfir".'
        )
    if results and not _LOCATION.fullmatch(results):
        raise NotConfigured(
            f"results={results!r} is not a place in S3. Write "
            'results="s3://bucket/prefix/", of letters, digits and ! _ . ( ) = @ + : , '
            "& - between single slashes."
        )


@dataclass(frozen=True, slots=True)
class _Workgroup:
    """What a workgroup says of results."""

    name: str
    location: str | None
    owner: str | None
    managed: bool
    enforced: bool
    cutoff: int | None
    key: str | None
    ciphertext: bool

    @classmethod
    def read(cls, access: Access, name: str) -> "_Workgroup":
        """Ask Athena for it."""
        group = access.client("athena").get_work_group(WorkGroup=name)["WorkGroup"]
        if group.get("State") == "DISABLED":
            raise NotConfigured(f'Workgroup "{name}" is disabled. Name another.')
        settings = group["Configuration"]
        own = settings.get("ResultConfiguration") or {}
        managed = settings.get("ManagedQueryResultsConfiguration") or {}
        kept = managed if managed.get("Enabled") else own
        encryption = kept.get("EncryptionConfiguration") or {}
        return cls(
            name=name,
            location=own.get("OutputLocation"),
            owner=own.get("ExpectedBucketOwner"),
            managed=bool(managed.get("Enabled")),
            enforced=bool(settings.get("EnforceWorkGroupConfiguration")),
            cutoff=settings.get("BytesScannedCutoffPerQuery"),
            key=encryption.get("KmsKey"),
            ciphertext=encryption.get("EncryptionOption") == "CSE_KMS",
        )

    def choose(self, results: str | None) -> str | None:
        """Choose between its place and another; refuse one that would not count."""
        if self.managed:
            place = "lets Athena keep its results"
        elif self.enforced and self.location:
            place = f"enforces {self.location}"
        else:
            return results or self.location
        if results and results.rstrip("/") != (self.location or "").rstrip("/"):
            raise NotConfigured(
                f'Workgroup "{self.name}" {place}, so results="{results}" would not '
                "count. Leave results= out, or name another workgroup."
            )
        return None if self.managed else self.location


def settle(
    access: Access, workgroup: str | None, results: str | None, owner: str | None
) -> Destination:
    """Read the workgroup, choose the place for results and check its owner.

    ``owner`` is the account that must own the bucket; left out, the one that the
    workgroup names, else the caller's. Raises NotConfigured or AccessRefused.
    """
    group = _Workgroup.read(access, workgroup or DEFAULT_WORKGROUP)
    location = group.choose(results)
    if group.managed:
        return Destination(group.name, None, None, True, True, group.cutoff, group.key)
    if not location:
        raise NotConfigured(
            f'Workgroup "{group.name}" has no place for results. Set one in the '
            f'workgroup, or name it: tk.athena("db.table", workgroup="{group.name}", '
            'results="s3://bucket/prefix/").'
        )
    own = location == group.location
    if group.ciphertext and (group.enforced or own):
        raise NotConfigured(
            f'Workgroup "{group.name}" has results encrypted by Athena (CSE_KMS): they '
            "come as ciphertext, which trailkit cannot read. Set SSE_KMS or SSE_S3 in "
            'it, or name another: tk.athena("db.table", workgroup="…").'
        )
    owner = owner or group.owner or _account(access)
    _check_owner(access.client("s3"), location, owner)
    return Destination(
        workgroup=group.name,
        location=location.rstrip("/") + "/",
        owner=owner,
        enforced=group.enforced,
        own=own,
        cutoff=group.cutoff,
        key=group.key,
    )


def _account(access: Access) -> str:
    return access.client("sts").get_caller_identity()["Account"]


def _check_owner(s3: Any, location: str, owner: str) -> None:
    """Make sure that the bucket belongs to the account; S3 alone can say."""
    bucket = location.removeprefix("s3://").partition("/")[0]
    try:
        s3.get_bucket_location(Bucket=bucket, ExpectedBucketOwner=owner)
    except s3.exceptions.ClientError as error:
        if not is_refusal(error):
            raise
        raise AccessRefused(
            f'The result bucket "{bucket}" does not belong to account {owner}, or the '
            "right s3:GetBucketLocation on it is missing. If another account owns it "
            "and you trust that account, name it: "
            'tk.athena(…, bucket_owner="111122223333").'
        ) from error
