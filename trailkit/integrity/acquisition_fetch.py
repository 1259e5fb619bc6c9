"""Fetch one object as it is, to a file, with what S3 says of it.

Facts: Amazon S3 API Reference, "GetObject". Object lock and legal hold are said only to
those who hold s3:GetObjectRetention and s3:GetObjectLegalHold.
"""

from collections.abc import Mapping
from typing import Any

from trailkit import clock
from trailkit.aws.s3_objects import NotHad, download
from trailkit.aws.session import AT_ONCE
from trailkit.integrity.acquisition_folder import AcquisitionFolder
from trailkit.integrity.acquisition_listing import ListedObject

_FACTS = {
    "ObjectLockMode": "object_lock_mode",
    "ObjectLockRetainUntilDate": "object_lock_until",
    "ObjectLockLegalHoldStatus": "legal_hold",
    "ReplicationStatus": "replication",
    "ServerSideEncryption": "encryption",
    "SSEKMSKeyId": "kms_key",
    "ContentType": "content_type",
}

LOCKS = {
    "object_lock_mode": "object lock",
    "legal_hold": "legal hold",
    "replication": "replication",
}
"""Facts that say what keeps an object from being deleted, and if it lies elsewhere."""

_ENOUGH = 2 * AT_ONCE
"""When so many in a row fail at S3, it is not about one object."""


class Fetcher:
    """Fetches objects into a folder, in the name of a caller; for any thread."""

    def __init__(self, s3: Any, folder: AcquisitionFolder, caller: str) -> None:
        """Take a client of S3."""
        self._s3, self._folder, self._caller = s3, folder, caller
        self._in_a_row = 0

    def fetch(self, listed: ListedObject) -> int | None:
        """Fetch an object; return its bytes, or None where it cannot be had.

        What is not a fault of the object itself is raised, as boto3 raises it; what S3
        does not give for a fault of its own is one of those until there are many.
        """
        part = self._folder.part()
        try:
            answer, sha256 = download(self._s3, listed.asked, part)
        except NotHad as reason:
            self._folder.miss(listed, str(reason))
            self._in_a_row += reason.by_s3
            if self._in_a_row > _ENOUGH and reason.__cause__:
                raise reason.__cause__ from None
            return None
        self._in_a_row = 0
        facts = _facts(answer) | {"by": self._caller}
        self._folder.keep(listed, part, sha256, facts)
        return answer["ContentLength"]


def _facts(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what S3 says of an object, and the ids of the request."""
    said = answer["ResponseMetadata"]
    facts: dict[str, Any] = {
        name: str(answer[key]) for key, name in _FACTS.items() if answer.get(key)
    }
    facts["acquired"] = clock.now().isoformat(timespec="seconds")
    facts["request_id"] = said.get("RequestId")
    facts["host_id"] = said.get("HostId")
    facts["metadata"] = answer.get("Metadata") or {}
    return facts
