"""One object of S3 into a file, one page of versions; and why one cannot be had.

Facts: Amazon S3 API Reference, "GetObject" and "ListObjectVersions".
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore import exceptions as boto

from trailkit.aws.failures import code, is_refusal

_PIECE = 1 << 20
_ATTEMPTS = 4
_BROKEN_OFF = (
    boto.HTTPClientError,
    boto.IncompleteReadError,
    boto.ResponseStreamingError,
)
_GONE = ("NoSuchKey", "NoSuchVersion", "404", "PreconditionFailed", "412")


class NotHad(Exception):
    """One object cannot be had; the text says why. Others may be."""


def download(
    s3: Any, asked: Mapping[str, str], part: Path
) -> tuple[Mapping[str, Any], str]:
    """Write an object to a file as it is; return S3's answer, and its SHA-256.

    What breaks off is asked for again, four times in all. Raises NotHad where the
    object itself is at fault, and else what boto3 raises.
    """
    for left in reversed(range(_ATTEMPTS)):
        try:
            answer = s3.get_object(**asked)
            sha256, size = _save(answer["Body"].iter_chunks(_PIECE), part)
            if size == answer["ContentLength"]:
                return answer, sha256
        except boto.ClientError as error:
            if reason := _reason(error):
                raise NotHad(reason) from error
            raise
        except _BROKEN_OFF:
            if not left:
                raise
    raise NotHad("It broke off each time that it was asked for.")


def received(s3: Any, asked: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return an object as it is, and its metadata; raises as ``download`` does."""
    for left in reversed(range(_ATTEMPTS)):
        try:
            answer = s3.get_object(**asked)
            return answer["Body"].read(), answer.get("Metadata") or {}
        except boto.ClientError as error:
            if reason := _reason(error):
                raise NotHad(reason) from error
            raise
        except _BROKEN_OFF:
            if not left:
                raise
    raise NotHad("It broke off each time that it was asked for.")


def _save(pieces: Iterator[bytes], part: Path) -> tuple[str, int]:
    sha256, size = hashlib.sha256(), 0
    with part.open("wb") as file:
        for piece in pieces:
            sha256.update(piece)
            size += file.write(piece)
    return sha256.hexdigest(), size


def _reason(error: boto.ClientError) -> str:
    """Return why one object cannot be had; nothing where more than it is at fault."""
    named = code(error)
    if named in _GONE:
        return "It was changed or deleted after it was listed: acquire again."
    if named == "InvalidObjectState":
        return "It lies in an archive: restore it, and acquire again."
    if is_refusal(error) or named.startswith("KMS."):
        return f"It may not be read: {' '.join(str(error).split())}"
    return ""


def versions_page(s3: Any, asked: Mapping[str, str]) -> Mapping[str, Any] | None:
    """List a page of versions; None where versions may not be listed."""
    try:
        return s3.list_object_versions(**asked)
    except boto.ClientError as error:
        if is_refusal(error):
            return None
        raise


def needs_key(s3: Any, bucket: str, key: str) -> bool:
    """Return whether each GET of such an object is a request to KMS as well."""
    try:
        said = s3.head_object(Bucket=bucket, Key=key)
    except boto.ClientError:
        return False
    is_keyed = said.get("ServerSideEncryption", "").startswith("aws:kms")
    return is_keyed and not said.get("BucketKeyEnabled")
