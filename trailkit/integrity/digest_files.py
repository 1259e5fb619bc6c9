"""A digest file: what it says, and the text that its signature is made of.

Facts: CloudTrail User Guide, "CloudTrail digest file structure" and "Custom
implementations of CloudTrail log file integrity validation".
"""

import hashlib
from datetime import UTC, datetime

import msgspec

from trailkit.integrity.hash_worker import in_words, open_member
from trailkit.integrity.log_names import ChainName, chain_name

ALGORITHM = "SHA256withRSA"
"""The one algorithm by which CloudTrail signs."""


class NamedFile(msgspec.Struct, frozen=True):
    """A log file as a digest names it: place, hash, the times of its events."""

    bucket: str = msgspec.field(name="s3Bucket")
    key: str = msgspec.field(name="s3Object")
    hash: str = msgspec.field(name="hashValue")
    algorithm: str | None = msgspec.field(name="hashAlgorithm", default="SHA-256")
    newest: str | None = msgspec.field(name="newestEventTime", default=None)
    oldest: str | None = msgspec.field(name="oldestEventTime", default=None)


class DigestText(msgspec.Struct, frozen=True):
    """The fields of a digest that validation needs, as CloudTrail names them."""

    account: str = msgspec.field(name="awsAccountId")
    start_text: str = msgspec.field(name="digestStartTime")
    end_text: str = msgspec.field(name="digestEndTime")
    bucket: str = msgspec.field(name="digestS3Bucket")
    key: str = msgspec.field(name="digestS3Object")
    fingerprint: str = msgspec.field(name="digestPublicKeyFingerprint")
    algorithm: str = msgspec.field(name="digestSignatureAlgorithm")
    previous_bucket: str | None = msgspec.field(name="previousDigestS3Bucket")
    previous_key: str | None = msgspec.field(name="previousDigestS3Object")
    previous_hash: str | None = msgspec.field(name="previousDigestHashValue")
    previous_signature: str | None = msgspec.field(name="previousDigestSignature")
    files: list[NamedFile] = msgspec.field(name="logFiles")


class Digest(msgspec.Struct, frozen=True):
    """A digest that was read: its text, its hash, its chain, and what is behind it.

    ``behind`` says what lies after the end of the packed digest.
    """

    text: DigestText
    sha256: str
    chain: ChainName
    start: datetime
    end: datetime
    behind: str

    @property
    def to_sign(self) -> bytes:
        """The text that CloudTrail signs."""
        text = self.text
        previous = text.previous_signature or "null"
        place = f"{text.bucket}/{text.key}"
        return f"{text.end_text}\n{place}\n{self.sha256}\n{previous}".encode()


_decode = msgspec.json.Decoder(DigestText).decode


def read_digest(received: bytes) -> Digest | str:
    """Read a digest as it was received, packed or plain; else why it cannot be read."""
    member = open_member(received)
    if isinstance(member, str):
        return member
    content, behind = member
    try:
        text = _decode(content)
        start, end = _time(text.start_text), _time(text.end_text)
    except (msgspec.DecodeError, ValueError) as error:
        return f"It does not say what a digest says: {error}."
    chain = chain_name(text.key)
    if chain is None:
        return f'It names itself "{text.key}", which is not a name of a digest.'
    sha256 = hashlib.sha256(content).hexdigest()
    return Digest(text, sha256, chain, start, end, in_words(behind))


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
