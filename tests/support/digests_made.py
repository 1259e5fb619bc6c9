"""A trail with digests: log files of the practice case, signed with real RSA keys."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from trailkit.integrity.digest_keys import PublicKeys, as_keys
from trailkit.integrity.held_files import Held, LocalFiles
from trailkit.integrity.log_names import log_name
from trailkit.integrity.validation import Validation, validate
from trailkit.store import practice_case

BUCKET, TRAIL, HOME = "central-logs", "org-trail", "us-east-1"
ACCOUNT = "111122223333"
REGIONS = ("eu-west-1", "us-east-1")
ROOT = f"AWSLogs/{ACCOUNT}"
HOUR = timedelta(hours=1)
FIRST, LAST = datetime(2026, 3, 9, 8, tzinfo=UTC), datetime(2026, 3, 9, 16, tzinfo=UTC)
SIGNED = "SHA256withRSA"


class Made(NamedTuple):
    """An object in S3: its bytes, and the metadata that a plain copy loses."""

    content: bytes
    metadata: dict[str, str] = {}  # noqa: RUF012 - never changed


@cache
def private_key(region: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public_value(region: str) -> bytes:
    return (
        private_key(region)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    )


def fingerprint(region: str) -> str:
    return hashlib.sha256(public_value(region)).hexdigest()[:32]


def key_list(region: str) -> list[dict[str, str]]:
    """Write a Region's keys as the command list-public-keys prints them."""
    value = base64.b64encode(public_value(region)).decode()
    return [{"Fingerprint": fingerprint(region), "Value": value}]


def public_keys(regions: Sequence[str] = REGIONS) -> PublicKeys:
    return as_keys("the tests' keys", {each: key_list(each) for each in regions})


def sign(region: str, text: str) -> str:
    signature = private_key(region).sign(
        text.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    return signature.hex()


def digest_key(
    region: str,
    end: datetime,
    trail: str = TRAIL,
    backfill: bool = False,
    root: str = ROOT,
) -> str:
    late = "_backfill" if backfill else ""
    account = root.rpartition("/")[2]
    name = f"{account}_CloudTrail-Digest_{region}_{trail}_{HOME}"
    day = f"{end:%Y/%m/%d}"
    folder = f"{root}/CloudTrail-Digest/{region}/{day}"
    return f"{folder}/{name}_{end:%Y%m%dT%H%M%SZ}{late}.json.gz"


def iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class Trail:
    """The objects of a trail by key; ``last`` is the newest digest of each chain.

    ``root`` is the folder of an account; below it lie its files.
    """

    objects: dict[str, Made] = field(default_factory=dict)
    last: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    root: str = ROOT

    def copy(self) -> "Trail":
        return Trail(dict(self.objects), dict(self.last), self.root)

    def put(self, key: str, content: bytes, **metadata: str) -> None:
        self.objects[key] = Made(content, metadata)

    def logs(self, region: str = "us-east-1") -> list[str]:
        folder = f"{ROOT}/CloudTrail/{region}/"
        return sorted(each for each in self.objects if each.startswith(folder))

    def digests(self, region: str = "us-east-1", trail: str = TRAIL) -> list[str]:
        folder = f"{ROOT}/CloudTrail-Digest/{region}/"
        return sorted(
            key
            for key in self.objects
            if key.startswith(folder) and f"_{trail}_" in key
        )

    def log_of(self, hour: int, region: str = "us-east-1") -> str:
        """Return the first log file that was delivered in an hour of the day."""
        return next(key for key in self.logs(region) if f"T{hour:02}" in key)

    def digest_of(self, hour: int, region: str = "us-east-1") -> str:
        """Return the digest of the hour that begins then."""
        return digest_key(region, FIRST.replace(hour=hour + 1))

    def read(self, key: str) -> dict[str, Any]:
        return json.loads(gzip.decompress(self.objects[key].content))

    def rewrite(self, key: str, said: dict[str, Any]) -> None:
        """Change what a file says, as one who cannot sign."""
        content = gzip.compress(json.dumps(said).encode(), mtime=0)
        self.objects[key] = self.objects[key]._replace(content=content)

    def add_digest(
        self,
        region: str,
        start: datetime,
        files: Sequence[str],
        *,
        trail: str = TRAIL,
        backfill: bool = False,
        anew: bool = False,
        end: datetime | None = None,
        signed_by: str | None = None,
        named: Sequence[dict[str, str]] | None = None,
    ) -> str:
        """Add the digest of an hour as CloudTrail does; ``anew`` begins a chain."""
        end = end or start + HOUR
        key = digest_key(region, end, trail, backfill, self.root)
        chain = (region, trail, backfill)
        before = None if anew else self.last.get(chain)
        said = self._said(region, key, start, end, before)
        said["logFiles"] = [*self._named(files)] if named is None else [*named]
        content = json.dumps(said).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        previous = said["previousDigestSignature"] or "null"
        text = f"{iso(end)}\n{BUCKET}/{key}\n{sha256}\n{previous}"
        metadata = {
            "signature": sign(signed_by or region, text),
            "signature-algorithm": SIGNED,
        }
        if backfill:
            metadata["backfill-generation-timestamp"] = iso(end)
        self.objects[key] = Made(gzip.compress(content, mtime=0), metadata)
        self.last[chain] = key
        return key

    def _said(
        self,
        region: str,
        key: str,
        start: datetime,
        end: datetime,
        before: str | None,
    ) -> dict[str, Any]:
        text = gzip.decompress(self.objects[before].content) if before else b""
        return {
            "awsAccountId": self.root.rpartition("/")[2],
            "digestStartTime": iso(start),
            "digestEndTime": iso(end),
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": fingerprint(region),
            "digestSignatureAlgorithm": SIGNED,
            "newestEventTime": None,
            "oldestEventTime": None,
            "previousDigestS3Bucket": BUCKET if before else None,
            "previousDigestS3Object": before,
            "previousDigestHashValue": hashlib.sha256(text).hexdigest()
            if before
            else None,
            "previousDigestHashAlgorithm": "SHA-256" if before else None,
            "previousDigestSignature": self.objects[before].metadata["signature"]
            if before
            else None,
        }

    def _named(self, files: Sequence[str]) -> Iterator[dict[str, Any]]:
        for key in files:
            text = gzip.decompress(self.objects[key].content)
            times = sorted(each["eventTime"] for each in json.loads(text)["Records"])
            yield {
                "s3Bucket": BUCKET,
                "s3Object": key,
                "hashValue": hashlib.sha256(text).hexdigest(),
                "hashAlgorithm": "SHA-256",
                "newestEventTime": times[-1],
                "oldestEventTime": times[0],
            }

    # The same, on disk

    def write(self, folder: Path) -> None:
        """Write a plain copy, which has lost the objects' metadata."""
        for key, made in self.objects.items():
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made.content)

    def held(self, folder: Path, plain: bool = False) -> list[Held]:
        """List the files of such a copy; with what an acquisition knows of each."""
        if plain:
            paths = (str(folder / key) for key in self.objects)
            return [Held(path, path) for path in paths]
        return [
            Held(
                str(folder / key), key, BUCKET, signature=made.metadata.get("signature")
            )
            for key, made in self.objects.items()
        ]

    def validated(
        self, folder: Path, plain: bool = False, keys: PublicKeys | None = None
    ) -> Validation:
        """Write the trail into a folder, and validate it there."""
        self.write(folder)
        files = LocalFiles(self.held(folder, plain))
        chosen = public_keys() if keys is None else keys
        return validate(files, chosen, nothing, everything)


def nothing(text: str) -> None:
    del text


def everything(bucket: str, key: str) -> bool:
    del bucket, key
    return True


@cache
def _practice() -> Trail:
    trail = Trail()
    for path in sorted(practice_case.folder().rglob("*.json.gz")):
        name = log_name(str(path))
        if (
            name is None
            or f"/{ACCOUNT}/CloudTrail/" not in path.as_posix()
            or name.region not in REGIONS
            or not FIRST <= name.time < LAST
        ):
            continue
        day = f"{name.time:%Y/%m/%d}"
        key = f"{ROOT}/CloudTrail/{name.region}/{day}/{path.name}"
        trail.put(key, path.read_bytes())
    for region in REGIONS:
        for number in range(int((LAST - FIRST) / HOUR)):
            start = FIRST + number * HOUR
            trail.add_digest(region, start, delivered(trail, region, start))
    return trail


def delivered(trail: Trail, region: str, start: datetime) -> list[str]:
    """List the log files of an hour."""
    return [
        key
        for key in trail.logs(region)
        if (name := log_name(key)) and start <= name.time < start + HOUR
    ]


def practice_trail() -> Trail:
    """Return eight hours of the practice case, in two Regions, with their digests."""
    return _practice().copy()
