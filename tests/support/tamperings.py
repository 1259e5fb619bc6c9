"""What someone may do to log files and digests, and what a validation must say of it.

Each changes a trail in place and returns the findings that must come, and no other:
what, and the key that it is about. ``AWS`` says whether ``aws cloudtrail
validate-logs`` reports it, as ``tests/test_validate_logs.py`` holds it to.
"""

import gzip
import hashlib
import json
from collections.abc import Callable
from typing import Any

from tests.support.digests_made import (
    FIRST,
    SIGNED,
    Trail,
    delivered,
    fingerprint,
    sign,
)

Found = set[tuple[str, str]]
Tampering = Callable[[Trail], Found]

REGION, OTHER = "us-east-1", "eu-west-1"
TAMPERINGS: dict[str, Tampering] = {}
SEEN_BY_AWS: dict[str, bool] = {}


def tampering(seen_by_aws: bool) -> Callable[[Tampering], Tampering]:
    """Take a function into the list, by its name."""

    def add(function: Tampering) -> Tampering:
        name = function.__name__.replace("_", " ")
        TAMPERINGS[name], SEEN_BY_AWS[name] = function, seen_by_aws
        return function

    return add


def without_an_event(trail: Trail, key: str) -> bytes:
    """Remove the last record of a log file."""
    said = trail.read(key)
    said["Records"] = said["Records"][:-1]
    return gzip.compress(json.dumps(said).encode(), mtime=0)


@tampering(True)
def an_event_removed_from_a_log_file(trail: Trail) -> Found:
    key = trail.log_of(11)
    trail.put(key, without_an_event(trail, key))
    return {("log file changed", key)}


@tampering(True)
def a_log_file_deleted(trail: Trail) -> Found:
    key = trail.log_of(11)
    del trail.objects[key]
    return {("log file missing", key)}


@tampering(True)
def a_log_file_cut_short(trail: Trail) -> Found:
    key = trail.log_of(11)
    content = trail.objects[key].content
    trail.put(key, content[: len(content) // 2])
    return {("log file cannot be unpacked", key)}


@tampering(True)
def a_log_file_emptied(trail: Trail) -> Found:
    key = trail.log_of(11)
    trail.put(key, b"")
    return {("log file changed", key)}


@tampering(True)
def bytes_put_behind_a_log_file(trail: Trail) -> Found:
    key = trail.log_of(11)
    trail.put(key, trail.objects[key].content + b'{"Records":[]}')
    return {("bytes behind the log file", key)}


@tampering(True)
def a_second_gzip_member_behind_a_log_file(trail: Trail) -> Found:
    key = trail.log_of(11)
    more = gzip.compress(json.dumps(trail.read(key)).encode())
    trail.put(key, trail.objects[key].content + more)
    return {("bytes behind the log file", key)}


@tampering(True)
def two_log_files_exchanged(trail: Trail) -> Found:
    first, second = trail.log_of(8), trail.log_of(14)
    objects = trail.objects
    objects[first], objects[second] = objects[second], objects[first]
    return {("log file changed", first), ("log file changed", second)}


@tampering(True)
def a_log_file_renamed(trail: Trail) -> Found:
    key = trail.log_of(11)
    new = key.replace(".json.gz", "x.json.gz")
    trail.objects[new] = trail.objects.pop(key)
    return {("log file renamed or moved", key)}


@tampering(True)
def a_log_file_moved_to_another_region(trail: Trail) -> Found:
    key = trail.log_of(11)
    trail.objects[key.replace(REGION, "us-west-2")] = trail.objects.pop(key)
    return {("log file renamed or moved", key)}


@tampering(False)
def a_log_file_planted(trail: Trail) -> Found:
    key = trail.log_of(11).replace(".json.gz", "x.json.gz")
    trail.put(key, without_an_event(trail, trail.log_of(11)))
    return {("log file that no digest names", key)}


@tampering(True)
def a_log_file_struck_from_its_digest_and_deleted(trail: Trail) -> Found:
    key, digest = trail.log_of(11), trail.digest_of(11)
    said = trail.read(digest)
    said["logFiles"] = [each for each in said["logFiles"] if each["s3Object"] != key]
    trail.rewrite(digest, said)
    del trail.objects[key]
    return {("digest changed", digest)}


@tampering(True)
def a_log_file_changed_and_its_hash_as_well(trail: Trail) -> Found:
    key, digest = trail.log_of(11), trail.digest_of(11)
    changed = without_an_event(trail, key)
    trail.put(key, changed)
    said = trail.read(digest)
    for each in said["logFiles"]:
        if each["s3Object"] == key:
            text = gzip.decompress(changed)
            each["hashValue"] = hashlib.sha256(text).hexdigest()
    trail.rewrite(digest, said)
    return {("digest changed", digest)}


@tampering(True)
def a_digest_signed_with_a_key_of_ones_own(trail: Trail) -> Found:
    key = trail.digest_of(11)
    said = trail.read(key)
    said["logFiles"] = []
    signed(trail, key, said, "mallory")
    return {("digest changed", key)}


@tampering(True)
def a_digest_that_names_a_key_of_ones_own(trail: Trail) -> Found:
    key = trail.digest_of(11)
    said = trail.read(key)
    said["digestPublicKeyFingerprint"] = fingerprint("mallory")
    signed(trail, key, said, "mallory")
    return {("digest signed by an unknown key", key)}


@tampering(True)
def a_digest_deleted(trail: Trail) -> Found:
    key = trail.digest_of(11)
    del trail.objects[key]
    return {("digest missing", key)}


def lose(trail: Trail, *hours: int) -> None:
    """Delete the digests of some hours, with the log files that they name."""
    for hour in hours:
        for key in delivered(trail, REGION, FIRST.replace(hour=hour)):
            del trail.objects[key]
        del trail.objects[trail.digest_of(hour)]


@tampering(True)
def three_digests_in_a_row_deleted_with_their_log_files(trail: Trail) -> Found:
    lose(trail, 10, 11, 12)
    return {("digest missing", trail.digest_of(12))}


@tampering(False)
def the_newest_digests_deleted_with_their_log_files(trail: Trail) -> Found:
    lose(trail, 13, 14, 15)
    return {("chain ends early", trail.digest_of(12))}


@tampering(True)
def the_oldest_digests_deleted_with_their_log_files(trail: Trail) -> Found:
    lose(trail, 8, 9, 10)
    return {("chain begins late", trail.digest_of(10))}


@tampering(True)
def a_digest_replaced_by_that_of_another_hour(trail: Trail) -> Found:
    key, other = trail.digest_of(11), trail.digest_of(9)
    trail.objects[key] = trail.objects[other]
    return {("digest moved", key), ("digest missing", key)}


@tampering(True)
def a_digest_replaced_by_that_of_another_region(trail: Trail) -> Found:
    key, other = trail.digest_of(11), trail.digest_of(11, OTHER)
    trail.objects[key] = trail.objects[other]
    return {("digest moved", key), ("digest missing", key)}


@tampering(True)
def a_digest_cut_short(trail: Trail) -> Found:
    key = trail.digest_of(11)
    made = trail.objects[key]
    trail.objects[key] = made._replace(content=made.content[:100])
    return {("digest cannot be read", key), ("digest missing", key)}


@tampering(True)
def the_signature_of_a_digest_removed(trail: Trail) -> Found:
    key = trail.digest_of(11)
    trail.put(key, trail.objects[key].content)
    return {("signature of the digest removed", key)}


@tampering(True)
def the_signature_of_a_digest_replaced(trail: Trail) -> Found:
    key = trail.digest_of(11)
    other = trail.objects[trail.digest_of(9)].metadata
    trail.put(key, trail.objects[key].content, **other)
    return {("signature of the digest changed", key)}


@tampering(False)
def bytes_put_behind_a_digest(trail: Trail) -> Found:
    key = trail.digest_of(11)
    made = trail.objects[key]
    trail.objects[key] = made._replace(content=made.content + b"more")
    return {("bytes behind the digest", key)}


@tampering(True)
def the_hours_of_a_digest_widened(trail: Trail) -> Found:
    """Widen an hour over one that was deleted, so that no time seems to be missing."""
    key, next_one = trail.digest_of(10), trail.digest_of(11)
    del trail.objects[key]
    said = trail.read(next_one)
    said["digestStartTime"] = said["digestStartTime"].replace("T11", "T10")
    said["previousDigestS3Object"] = trail.digest_of(9)
    trail.rewrite(next_one, said)
    return {("digest changed", next_one)}


@tampering(True)
def a_trail_stopped_for_three_hours(trail: Trail) -> Found:
    """No forgery, but what an intruder does: the chain breaks, and begins anew."""
    for hour in (10, 11, 12, 13, 14, 15):
        files = delivered(trail, REGION, FIRST.replace(hour=hour))
        if hour < 13:
            for key in files:
                del trail.objects[key]
        del trail.objects[trail.digest_of(hour)]
    for hour in (13, 14, 15):
        start = FIRST.replace(hour=hour)
        files = delivered(trail, REGION, start)
        trail.add_digest(REGION, start, files, anew=hour == 13)
    return {("chain starts anew", trail.digest_of(13))}


@tampering(False)
def a_trail_deleted_and_another_made_three_hours_later(trail: Trail) -> Found:
    """What an intruder does as well: the hours between belong to no chain."""
    found: Found = set()
    for region in (OTHER, REGION):
        for hour in range(10, 16):
            start = FIRST.replace(hour=hour)
            files = delivered(trail, region, start)
            del trail.objects[trail.digest_of(hour, region)]
            if hour >= 13:
                made = trail.add_digest(region, start, files, trail="new-trail")
                found |= {("hours without a digest", made)} if hour == 13 else set()
                continue
            for key in files:
                del trail.objects[key]
    return found


def signed(trail: Trail, key: str, said: dict[str, Any], by: str) -> None:
    """Write a digest anew, signed by someone."""
    trail.rewrite(key, said)
    text = gzip.decompress(trail.objects[key].content)
    previous = said["previousDigestSignature"]
    place = f"{said['digestS3Bucket']}/{said['digestS3Object']}"
    sha256 = hashlib.sha256(text).hexdigest()
    signature = sign(by, f"{said['digestEndTime']}\n{place}\n{sha256}\n{previous}")
    metadata = {"signature": signature, "signature-algorithm": SIGNED}
    trail.objects[key] = trail.objects[key]._replace(metadata=metadata)
