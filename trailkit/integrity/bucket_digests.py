"""Validate the digests of a place in S3, where they lie: nothing is kept on the disk.

Every digest and log file in scope is fetched once and hashed; the public keys come from
AWS. To look at the logs as well, acquire them: that costs the same.
"""

import threading
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from trailkit.aws.failures import explained
from trailkit.aws.in_parallel import in_order
from trailkit.aws.s3_objects import NotHad, received
from trailkit.aws.session import Access
from trailkit.errors import EvidenceError
from trailkit.integrity.acquisition_listing import ListedObject, Lister, WantedObjects
from trailkit.integrity.acquisition_price import price_of, require_affordable
from trailkit.integrity.digest_chains import is_digest
from trailkit.integrity.hash_worker import UNREAD, Hashed, hash_bytes
from trailkit.integrity.held_files import Held, Say
from trailkit.integrity.local_digests import keys_of_aws
from trailkit.integrity.validation import Validation, validate
from trailkit.progress import line, notice


class BucketFiles:
    """The log files and digests in scope, all versions; digests are read at once."""

    def __init__(self, s3: Any, listed: Sequence[ListedObject], say: Say) -> None:
        """Fetch the digests, whose signatures stand in their metadata."""
        self._s3 = s3
        self._objects = {_url(each): each for each in listed}
        self._digests: dict[str, bytes] = {}
        signatures: dict[str, str | None] = {}
        digests = [url for url, each in self._objects.items() if is_digest(each.key)]
        with closing(in_order(self._get, digests)) as answers:
            for url, answer in zip(digests, answers, strict=True):
                if answer is None:
                    continue
                self._digests[url] = answer[0]
                signatures[url] = answer[1].get("signature")
                say(f"Reading digests: {len(self._digests):,} of {len(digests):,}")
        self.held = [
            Held(url, each.key, each.bucket, each.version, each.latest)._replace(
                signature=signatures.get(url)
            )
            for url, each in self._objects.items()
        ]

    def _get(self, url: str) -> tuple[bytes, dict[str, str]] | None:
        try:
            return received(self._s3, self._objects[url].asked)
        except NotHad:
            return None

    def read(self, wanted: Sequence[Held], say: Say) -> dict[str, bytes]:
        """Return digests, by URL."""
        del say
        had = (each.path for each in wanted if each.path in self._digests)
        return {path: self._digests[path] for path in had}

    def hash(self, wanted: Sequence[Held], say: Say) -> dict[str, Hashed]:
        """Fetch and hash log files as CloudTrail does, by URL."""
        urls, found = [each.path for each in wanted], dict[str, Hashed]()
        with closing(in_order(self._hash, urls)) as hashes:
            for url, hashed in zip(urls, hashes, strict=True):
                found[url] = hashed
                say(f"Validating {len(found):,} of {len(urls):,} log files")
        return found

    def _hash(self, url: str) -> Hashed:
        try:
            return hash_bytes(received(self._s3, self._objects[url].asked)[0])
        except NotHad as reason:
            return "", f"{UNREAD}: {reason}"


def _url(each: ListedObject) -> str:
    version = "" if each.version == "null" else f"?versionId={each.version}"
    return f"s3://{each.bucket}/{each.key}{version}"


def validate_bucket(
    access: Access,
    wanted: WantedObjects,
    place: str,
    usd: float | None,
    progress: bool,
) -> Validation:
    """Validate what is wanted of a place in S3; see ``tk.digests``."""
    s3 = access.client("s3")
    with explained(), line(progress) as say:
        listed = _listed(Lister(s3, wanted), place, say)
        price = price_of(s3, listed, access.region)
        notice(str(price))
        require_affordable(price, usd)
        files = BucketFiles(s3, listed, say)
        keys = keys_of_aws([each.key for each in listed], access)
        asked = _Asked(wanted)
        return validate(files, keys, say, asked)


class _Asked:
    """Whether a log file that a digest names is in scope."""

    def __init__(self, wanted: WantedObjects) -> None:
        self._wanted = wanted

    def __call__(self, bucket: str, key: str) -> bool:
        return bucket == self._wanted.bucket and self._wanted.takes(key)


def _listed(lister: Lister, place: str, say: Say) -> list[ListedObject]:
    found, lock = list[ListedObject](), threading.Lock()

    def listed(prefix: str) -> int:
        for page in lister.pages(prefix):
            with lock:
                found.extend(each for each in page if not each.marker)
        return len(found)

    prefixes = lister.wanted.parts(lister.s3)
    with closing(in_order(listed, prefixes)) as counts:
        for count in counts:
            say(f"Listing {place}: {count:,} objects")
    if not any(is_digest(each.key) for each in found):
        raise EvidenceError(
            f"There is no digest in scope below {place}: nothing can be validated. The "
            "trail has validation off, or the prefix is another one."
        )
    return sorted(found)
