"""One object of S3 into a file, one page of versions; and why one cannot be had.

Facts: Amazon S3 API Reference, "GetObject" and "ListObjectVersions".
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from botocore import exceptions as boto

from trailkit.aws.failures import code, is_refusal

_PIECE = 1 << 20
_ATTEMPTS = 4
_BROKEN_OFF = (
    boto.HTTPClientError,
    boto.IncompleteReadError,
    boto.ResponseStreamingError,
)
_SERVER_FAULT = 500
_SLOW = ("SlowDown", "RequestTimeout", "Throttling", "ThrottlingException")
_ITS_OWN_KEY = ("InvalidRequest", "InvalidArgument")
_Result = TypeVar("_Result")
_GONE = ("NoSuchKey", "NoSuchVersion", "404", "PreconditionFailed", "412")


PAYER = {"RequestPayer": "requester"}
"""Where the bucket's owner has the requester pay, S3 answers no one else."""


class NotHad(Exception):
    """One object cannot be had; the text says why. Others may be.

    ``by_s3`` says that not the object is at fault: S3 or the way to it fails.
    """

    def __init__(self, reason: str, by_s3: bool = False) -> None:
        """Say why."""
        super().__init__(reason)
        self.by_s3 = by_s3


def download(
    s3: Any, asked: Mapping[str, str], part: Path
) -> tuple[Mapping[str, Any], str]:
    """Write an object to a file as it is; return S3's answer, and its SHA-256.

    What breaks off is asked for again, four times in all. Raises NotHad where the
    object itself is at fault, and else what boto3 raises.
    """

    def save(answer: Mapping[str, Any]) -> tuple[Mapping[str, Any], str] | None:
        sha256, size = _save(answer["Body"].iter_chunks(_PIECE), part)
        return (answer, sha256) if size == answer["ContentLength"] else None

    return _tried(s3, asked, save)


def received(s3: Any, asked: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return an object as it is, and its metadata; raises as ``download`` does."""

    def read(answer: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        return answer["Body"].read(), answer.get("Metadata") or {}

    return _tried(s3, asked, read)


def _tried(
    s3: Any,
    asked: Mapping[str, str],
    work: Callable[[Mapping[str, Any]], _Result | None],
) -> _Result:
    """Do something with an object; ask again for what breaks off."""
    broken: Exception | None = None
    for _ in range(_ATTEMPTS):
        try:
            if (result := work(s3.get_object(**asked, **PAYER))) is not None:
                return result
        except boto.ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if reason := _reason(error):
                raise NotHad(reason) from error
            if status >= _SERVER_FAULT or code(error) in _SLOW:
                raise NotHad(f"S3 failed each time: {error}", by_s3=True) from error
            raise
        except _BROKEN_OFF as error:
            broken = error
    reason = "It broke off each time that it was asked for."
    raise NotHad(reason, by_s3=broken is not None) from broken


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
    if named in _ITS_OWN_KEY:
        said = "it may be encrypted with a key that only its owner has (SSE-C)"
        return f"S3 does not give it, {said}: {' '.join(str(error).split())}"
    if is_refusal(error) or named.startswith("KMS."):
        return f"It may not be read: {' '.join(str(error).split())}"
    return ""


def versions_page(s3: Any, asked: Mapping[str, str]) -> Mapping[str, Any] | None:
    """List a page of versions; None where versions may not be listed."""
    try:
        return s3.list_object_versions(**asked, **PAYER)
    except boto.ClientError as error:
        if is_refusal(error):
            return None
        raise


def headers(s3: Any, asked: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return what S3 says of an object without its bytes; None where it does not say.

    Of one that is gone, or has a key of its owner (SSE-C), nothing is returned.
    """
    try:
        return s3.head_object(**asked, **PAYER)
    except boto.ClientError as error:
        return {} if code(error) in (*_GONE, "400") else None
