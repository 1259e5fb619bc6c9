"""The public keys of CloudTrail, kept beside the evidence, and what they prove.

Facts: CloudTrail API Reference, "ListPublicKeys": a key pair is unique to its Region,
and ``Value`` is DER of PKCS#1. A file holds, for each Region, what the command
``aws cloudtrail list-public-keys`` prints; that command's own output is read as well.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailkit.errors import EvidenceError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

KEYS_FILE = "public-keys.json"
"""The name under which an acquisition keeps them."""

BY_REGION, _LIST = "PublicKeysByRegion", "PublicKeyList"


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """Public keys by Region and fingerprint; Region "" where the file does not say.

    ``source`` is where they come from, for the reader of a result.
    """

    source: str = "no public keys"
    values: Mapping[tuple[str, str], bytes] = field(
        default_factory=dict[tuple[str, str], bytes]
    )

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.values)

    def knows(self, region: str) -> bool:
        """Return whether there are keys that may be a Region's."""
        return any(each in (region, "") for each, _ in self.values)

    def find(self, region: str, fingerprint: str) -> bytes | None:
        """Return a key of a Region."""
        own = self.values.get((region, fingerprint))
        return own or self.values.get(("", fingerprint))


def fetch_keys(client: Any, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Ask CloudTrail for a Region's public keys of a time, as its command prints them.

    Raises what boto3 raises.
    """
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"StartTime": start, "EndTime": end}
    while True:
        answer = client.list_public_keys(**asked)
        found += [_printed(each) for each in answer.get(_LIST, ())]
        if not answer.get("NextToken"):
            return sorted(found, key=lambda each: str(each["Fingerprint"]))
        asked["NextToken"] = answer["NextToken"]


def _printed(key: Mapping[str, Any]) -> dict[str, Any]:
    """Write a key as JSON can hold it: boto3 has decoded the value already."""
    value = base64.b64encode(key["Value"]).decode()
    times = {
        name: key[name].isoformat()
        for name in ("ValidityStartTime", "ValidityEndTime")
        if name in key
    }
    return {"Fingerprint": key["Fingerprint"], "Value": value} | times


def read_keys(path: Path) -> PublicKeys:
    """Read a file of public keys. Raises EvidenceError for any other file."""
    try:
        written = json.loads(path.read_text("utf-8"))
        by_region = {"": written[_LIST]} if _LIST in written else written[BY_REGION]
        return PublicKeys(f'public keys of "{path}"', _by_fingerprint(by_region))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvidenceError(
            f'"{path}" cannot be read as public keys of CloudTrail: {error}. Write one '
            "with: aws cloudtrail list-public-keys --start-time … --end-time … "
            "--region … > public-keys.json"
        ) from error


def as_keys(
    source: str, by_region: Mapping[str, Iterable[Mapping[str, Any]]]
) -> PublicKeys:
    """Make public keys of what ``fetch_keys`` returned for each Region."""
    return PublicKeys(source, _by_fingerprint(by_region))


def _by_fingerprint(
    by_region: Mapping[str, Iterable[Mapping[str, Any]]],
) -> dict[tuple[str, str], bytes]:
    return {
        (region, str(key["Fingerprint"])): base64.b64decode(key["Value"])
        for region, keys in by_region.items()
        for key in keys
    }


def is_signed(value: bytes, signature: str, text: bytes) -> bool:
    """Return whether a signature, in hexadecimal, is of this text by this key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    key = _load(value)
    if key is None:
        return False
    try:
        raw = binascii.unhexlify(signature)
        key.verify(raw, text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def _load(value: bytes) -> "RSAPublicKey | None":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    try:
        key = serialization.load_der_public_key(value)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None
