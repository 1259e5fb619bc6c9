"""A validation finds every tampering with log files and digests, and invents none."""

import gzip
import hashlib
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.digests_made import (
    ACCOUNT,
    BUCKET,
    FIRST,
    HOUR,
    REGIONS,
    ROOT,
    TRAIL,
    delivered,
    everything,
    nothing,
    practice_trail,
    public_keys,
)
from tests.support.tamperings import TAMPERINGS, without_an_event
from trailkit.integrity.digest_files import read_digest
from trailkit.integrity.digest_findings import VERDICTS, DigestVerdict
from trailkit.integrity.digest_keys import PublicKeys
from trailkit.integrity.hashing import hash_all
from trailkit.integrity.held_files import Held, LocalFiles
from trailkit.integrity.log_names import base_name
from trailkit.integrity.validation import Validation, validate

ALARMS = (DigestVerdict.TAMPERED, DigestVerdict.GAP)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_tampering_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    trail = practice_trail()
    expected = TAMPERINGS[name](trail)
    validation = trail.validated(tmp_path)
    found = {
        (each.what, each.file.removeprefix(f"{tmp_path}/"))
        for each in validation.findings
        if each.verdict in ALARMS
    }
    assert found == expected
    assert all(each.hides and each.start for each in validation.findings)


def proved_hours(validation: Validation, region: str = "us-east-1") -> list[int]:
    """Return the hours of the day that are proved."""
    hours = validation.proof.deliveries
    return [each.start.hour for each in hours if each.proved and each.region == region]


def whats(validation: Validation) -> list[str]:
    return sorted(each.what for each in validation.findings)


def test_a_trail_as_delivered_gives_no_finding(tmp_path: Path) -> None:
    trail = practice_trail()
    validation = trail.validated(tmp_path)
    assert not validation.findings
    assert str(validation.proof) == "48 of 48 files validated by digests"
    for region in REGIONS:
        assert proved_hours(validation, region) == list(range(8, 16))
    named = sum(each.named for each in validation.proof.deliveries)
    assert named == 48
    arn = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{TRAIL}"
    assert {each.trail for each in validation.proof.deliveries} == {arn}


def test_a_plain_copy_is_proved_up_to_the_newest_digest_but_not_that_one(
    tmp_path: Path,
) -> None:
    trail = practice_trail()
    validation = trail.validated(tmp_path, plain=True)
    assert whats(validation) == ["signature not at hand"] * 2
    assert validation.valid_digests == validation.digests - 2
    assert proved_hours(validation) == list(range(8, 15))


def test_a_copy_without_folders_is_proved_as_well(tmp_path: Path) -> None:
    trail = practice_trail()
    flat = [tmp_path / base_name(key) for key in trail.objects]
    for path, made in zip(flat, trail.objects.values(), strict=True):
        path.write_bytes(made.content)
    files = LocalFiles([Held(str(path), str(path)) for path in flat])
    found = validate(files, public_keys(), nothing, everything)
    assert whats(found) == ["signature not at hand"] * 2


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_a_copy_in_an_archive_is_proved_as_well(form: str, tmp_path: Path) -> None:
    trail = practice_trail()
    trail.write(tmp_path / "copy")
    made = shutil.make_archive(f"{tmp_path}/copied", form, tmp_path / "copy", "AWSLogs")
    held = [Held(f"{made}/{key}", key, archive=made) for key in trail.objects]
    found = validate(LocalFiles(held), public_keys(), nothing, everything)
    assert whats(found) == ["signature not at hand"] * 2


def test_without_keys_nothing_is_proved_and_nothing_alarms(tmp_path: Path) -> None:
    trail = practice_trail()
    validation = trail.validated(tmp_path, keys=PublicKeys())
    assert whats(validation) == ["public key not at hand"] * 2
    assert validation.proof.validated == 0


def test_a_trail_without_validation_gives_no_alarm(tmp_path: Path) -> None:
    trail = practice_trail()
    for region in REGIONS:
        for key in trail.digests(region):
            del trail.objects[key]
    validation = trail.validated(tmp_path)
    assert not validation.findings
    assert "no digests among 48 log files" in validation.summary


def test_another_trail_without_validation_is_noted_and_no_alarm(
    tmp_path: Path,
) -> None:
    trail = practice_trail()
    for key in trail.logs():
        again = without_an_event(trail, key)
        trail.put(key.replace(".json.gz", "2.json.gz"), again)
    validation = trail.validated(tmp_path)
    assert whats(validation) == [
        "another trail without validation",
        "log files after the newest digest",
    ] or whats(validation) == ["another trail without validation"]


def test_two_trails_in_one_place_are_two_chains(tmp_path: Path) -> None:
    trail = practice_trail()
    for number in range(8):
        start = FIRST + number * HOUR
        key = trail.log_of(start.hour)
        mine = key.replace(".json.gz", "b.json.gz")
        trail.put(mine, trail.objects[key].content)
        trail.add_digest("us-east-1", start, [mine], trail="second_trail")
    validation = trail.validated(tmp_path)
    assert not validation.findings
    names = [(each.region, each.trail) for each in validation.chains]
    assert names == [
        ("eu-west-1", TRAIL),
        ("us-east-1", TRAIL),
        ("us-east-1", "second_trail"),
    ]


def test_backfill_digests_are_a_chain_of_their_own(tmp_path: Path) -> None:
    trail = practice_trail()
    late = trail.log_of(11).replace(".json.gz", "late.json.gz")
    trail.put(late, without_an_event(trail, trail.log_of(11)))
    start = FIRST.replace(hour=11)
    trail.add_digest("us-east-1", start, [late], backfill=True)
    later = FIRST.replace(hour=14)
    trail.add_digest("us-east-1", later, [], backfill=True)
    validation = trail.validated(tmp_path)
    assert not validation.findings
    assert str(validation.proof) == "49 of 49 files validated by digests"


def test_a_chain_whose_beginning_is_not_at_hand_is_noted(tmp_path: Path) -> None:
    trail = practice_trail()
    for hour in (8, 9):
        for key in delivered(trail, "us-east-1", FIRST.replace(hour=hour)):
            del trail.objects[key]
        del trail.objects[trail.digest_of(hour)]
    validation = trail.validated(tmp_path)
    assert whats(validation) == ["chain begins before the evidence"]
    [found] = validation.findings
    assert found.verdict is DigestVerdict.NOTE
    assert "before 2026-03-09 10:00" in found.hides


def test_log_files_beyond_the_chain_are_unproved_and_no_alarm(tmp_path: Path) -> None:
    trail = practice_trail()
    content = without_an_event(trail, trail.log_of(11))
    for time in ("T0710Z", "T1655Z"):
        trail.put(re.sub("T11[0-9]{2}Z", time, trail.log_of(11)), content)
    validation = trail.validated(tmp_path)
    assert whats(validation) == [
        "log files after the newest digest",
        "log files before the first digest",
    ]
    assert validation.proof.validated == 48


def test_a_log_file_packed_anew_with_the_same_text_is_as_delivered(
    tmp_path: Path,
) -> None:
    trail = practice_trail()
    for pack in (gzip.compress, lambda text: text):
        key = trail.log_of(11)
        trail.put(key, pack(gzip.decompress(practice_trail().objects[key].content)))
        assert not trail.validated(tmp_path).findings


def test_what_was_not_asked_for_is_not_missed(tmp_path: Path) -> None:
    trail = practice_trail()
    gone = trail.log_of(8)
    del trail.objects[gone]
    trail.write(tmp_path)
    files = LocalFiles(trail.held(tmp_path))
    found = validate(files, public_keys(), nothing, lambda _, key: key != gone)
    assert not found.findings
    assert proved_hours(found) == list(range(9, 16))
    assert sum(each.missing for each in found.proof.deliveries) == 1


def test_the_older_version_of_a_log_file_proves_what_was_replaced(
    tmp_path: Path,
) -> None:
    trail = practice_trail()
    key = trail.log_of(11)
    (tmp_path / "old.json.gz").write_bytes(trail.objects[key].content)
    old = Held(str(tmp_path / "old.json.gz"), key, BUCKET, "v1", current=False)
    trail.put(key, without_an_event(trail, key))
    trail.write(tmp_path)
    held = [*trail.held(tmp_path), old]
    replaced = validate(LocalFiles(held), public_keys(), nothing, everything)
    assert whats(replaced) == ["log file replaced, the original is at hand"]
    gone = [each for each in held if each.key != key or not each.current]
    deleted = validate(LocalFiles(gone), public_keys(), nothing, everything)
    assert whats(deleted) == ["log file deleted, an older version is at hand"]
    assert deleted.proof.validated == replaced.proof.validated == 48


def test_every_kind_of_finding_is_of_the_list() -> None:
    assert {each.value for each in DigestVerdict} - {"valid"} == {*VERDICTS.values()}


def test_many_files_are_hashed_by_further_processes_alike(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{number}.json.gz") for number in range(2_500)]
    for number, path in enumerate(paths):
        Path(path).write_bytes(gzip.compress(b"%d" % number, mtime=0))
    hashes = hash_all(paths, nothing)
    expected = [(hashlib.sha256(b"%d" % n).hexdigest(), "") for n in range(2_500)]
    assert [hashes[path] for path in paths] == expected


@given(st.binary(max_size=300))
def test_whatever_is_no_digest_is_told_and_never_raises(content: bytes) -> None:
    assert isinstance(read_digest(content), str)
    assert isinstance(read_digest(gzip.compress(content)), str)


def test_a_second_copy_that_differs_is_told_wherever_it_lies(tmp_path: Path) -> None:
    trail = practice_trail()
    key = trail.log_of(11)
    other = tmp_path / "second" / key
    other.parent.mkdir(parents=True)
    other.write_bytes(without_an_event(trail, key))
    trail.write(tmp_path / "first")
    held = [*trail.held(tmp_path / "first", plain=True), Held(str(other), str(other))]
    found = validate(LocalFiles(held), public_keys(), nothing, everything)
    assert ("log file changed", str(other)) in [
        (each.what, each.file) for each in found.findings
    ]


def test_an_older_version_that_differs_is_told(tmp_path: Path) -> None:
    trail = practice_trail()
    key = trail.log_of(11)
    (tmp_path / "old.json.gz").write_bytes(without_an_event(trail, key))
    old = Held(str(tmp_path / "old.json.gz"), key, BUCKET, "v1", current=False)
    trail.write(tmp_path)
    held = [*trail.held(tmp_path), old]
    found = validate(LocalFiles(held), public_keys(), nothing, everything)
    assert whats(found) == ["older version of a log file differs"]
    said = "48 of 49 files validated by digests, signs of tampering: 1"
    assert str(found.proof) == said


def test_what_a_forged_digest_names_alarms_nobody_and_proves_nothing(
    tmp_path: Path,
) -> None:
    trail = practice_trail()
    key = trail.digest_of(11)
    said = trail.read(key)
    said["logFiles"] += [said["logFiles"][0] | {"s3Object": f"{ROOT}/never/was.gz"}]
    trail.rewrite(key, said)
    validation = trail.validated(tmp_path)
    assert whats(validation) == [
        "digest changed",
        "log files named by a digest that is not valid",
    ]
    assert validation.proof.validated == 48 - len(said["logFiles"]) + 1
