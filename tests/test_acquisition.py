"""An acquisition copies what lies in S3 as it is, whatever happens while it runs."""

import hashlib
import json
import math
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.cloudtrail.responses import CloudTrailResponse
from moto.s3.models import s3_backends

import trailkit as tk
from tests.conftest import PROJECT
from tests.support.athena_server import ACCOUNT, AthenaServer
from tests.support.digests_made import (
    BUCKET,
    REGIONS,
    ROOT,
    Trail,
    key_list,
    practice_trail,
)
from tests.support.iam import permits
from tests.support.quick_s3 import QuickS3
from tests.support.tamperings import without_an_event
from trailkit.aws.session import AT_ONCE
from trailkit.errors import (
    AccessRefused,
    BudgetExceeded,
    EvidenceError,
    JournalError,
    StoreBusy,
    TableError,
    TrailkitError,
)
from trailkit.integrity.acquisition import Acquisition
from trailkit.integrity.acquisition_folder import (
    AcquisitionFolder,
    _as_path,
    read_manifest,
)
from trailkit.integrity.acquisition_listing import ListedObject
from trailkit.integrity.acquisition_price import price_of

PLACE = f"s3://{BUCKET}/"
CALLER = "arn:aws:sts::123456789012:user/moto"


def keys_of_region(response: CloudTrailResponse) -> str:
    """Answer ListPublicKeys, which moto does not have."""
    region = response.region
    known = key_list(region) if region in REGIONS else []
    return json.dumps({"PublicKeyList": known})


@pytest.fixture
def bucket(aws: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> AthenaServer:
    """Lead boto3 to an S3 with the bucket of a trail, and to its public keys."""
    monkeypatch.setattr(
        CloudTrailResponse, "list_public_keys", keys_of_region, raising=False
    )
    return aws


def s3() -> Any:
    return boto3.client("s3")


def put(key: str, content: bytes, metadata: Mapping[str, str] | None = None) -> None:
    """Put an object into moto's own store, which is quicker than over HTTP."""
    made = s3_backends[ACCOUNT]["aws"].put_object(BUCKET, key, content)
    said = metadata or {}
    made.set_metadata({f"x-amz-meta-{name}": said[name] for name in said})


def upload(trail: Trail) -> None:
    for key, made in trail.objects.items():
        put(key, made.content, made.metadata)


def versioned() -> None:
    s3().put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
    )


def acquire(folder: Path, **more: Any) -> Acquisition:
    return tk.acquire(PLACE, folder, progress=False, **more)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


PASSING = ("acquired", "request_id", "host_id")
LISTS = ("manifest.jsonl", "acquisition.json", "SHA256SUMS")


def steady(folder: Path) -> dict[str, Any]:
    """Return what is in a folder, but for times and ids of requests."""
    files: dict[str, Any] = files_of(folder)
    lines = [json.loads(each) for each in files["manifest.jsonl"].splitlines()]
    for line in lines:
        for name in PASSING:
            line.pop(name, None)
    sums = files["SHA256SUMS"].decode().splitlines()
    files["SHA256SUMS"] = [each for each in sums if not each.endswith(LISTS)]
    note = json.loads(files["acquisition.json"])["acquisition"]
    for one in note:
        del one["began"], one["ended"]
    return files | {"manifest.jsonl": lines, "acquisition.json": note}


def test_what_lies_in_s3_is_copied_as_it_is(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    trail = practice_trail()
    upload(trail)
    made = acquire(tmp_path)
    files = files_of(tmp_path)
    copied = {
        name.removeprefix(f"objects/{BUCKET}/"): content
        for name, content in files.items()
        if name.startswith("objects/")
    }
    assert copied == {key: made.content for key, made in trail.objects.items()}
    assert (made.files, made.new_files, made.missed) == (64, 64, {})
    lines = list(read_manifest(tmp_path))
    assert len(lines) == 64
    for line in lines:
        content = trail.objects[line["key"]].content
        assert line["sha256"] == hashlib.sha256(content).hexdigest()
        assert line["size"] == len(content)
        assert line["by"] == made.caller
        assert line["metadata"] == trail.objects[line["key"]].metadata
        assert line["acquired"]
        assert line["request_id"]
        assert {"version_id", "etag", "last_modified"} <= line.keys()


def test_sha256sum_verifies_it_without_trailkit(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    put(f"{ROOT}/CloudTrail/us-east-1/2026/03/09/{_LOG}", b"{}")
    acquire(tmp_path)
    check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, check=False).returncode == 0
    listed = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert len(listed) == len(files_of(tmp_path)) - 1
    (tmp_path / "manifest.jsonl").write_text("{}")
    run = subprocess.run(check, cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 1


_LOG = "111122223333_CloudTrail_us-east-1_20260309T1005Z_abcdefgh12345678.json.gz"


def test_an_acquisition_is_validated_to_the_newest_digest(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    acquire(tmp_path / "evidence")
    case = tk.local(tmp_path / "evidence", store=tmp_path / "store", progress=False)
    frame = case.evidence.digests(progress=False)
    assert set(frame["verdict"]) == {"valid"}
    assert str(case.source.proof) == "48 of 48 files validated by digests"
    assert not case.evidence.problems()["lost"].any()
    assert case.evidence.verify().empty


def test_digests_are_validated_where_they_lie(
    bucket: AthenaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    trail = practice_trail()
    upload(trail)
    frame = tk.digests(PLACE, progress=False)
    assert set(frame["verdict"]) == {"valid"}
    said = capsys.readouterr().err
    assert "48 of 48 files validated by digests" in said
    assert "16 of 16 digests valid by public keys asked of AWS" in said
    put(trail.log_of(11), without_an_event(trail, trail.log_of(11)))
    frame = tk.digests(PLACE, regions=["us-east-1"], progress=False)
    [row] = frame[frame["what"] != "chain"].itertuples()
    assert row.what == "log file changed"
    assert row.file == f"{PLACE}{trail.log_of(11)}"
    with pytest.raises(BudgetExceeded):
        tk.digests(PLACE, usd=0)
    with pytest.raises(EvidenceError, match="no digest in scope"):
        tk.digests(PLACE, regions=["eu-north-1"])


def test_deleted_and_replaced_log_files_are_taken_too(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    versioned()
    trail = practice_trail()
    upload(trail)
    gone, replaced = trail.log_of(11), trail.log_of(12)
    s3().delete_object(Bucket=BUCKET, Key=gone)
    put(replaced, without_an_event(trail, replaced))
    made = acquire(tmp_path / "evidence")
    assert (made.older_versions, made.delete_markers) == (2, 1)
    older = {
        content
        for name, content in files_of(tmp_path / "evidence").items()
        if name.startswith("versions/")
    }
    assert older == {trail.objects[gone].content, trail.objects[replaced].content}
    case = tk.local(tmp_path / "evidence", store=tmp_path / "store", progress=False)
    frame = case.evidence.digests(progress=False)
    assert set(frame[frame["what"] != "chain"]["what"]) == {
        "log file deleted, an older version is at hand",
        "log file replaced, the original is at hand",
    }


class Replicating:
    """An application that says of each object that it was replicated."""

    def __init__(self, server: AthenaServer, status: str) -> None:
        self._behind, self._status = server.faults._application, status

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        said = ("x-amz-replication-status", self._status)

        def answer(status: str, headers: list[Any], *more: Any) -> Any:
            return start(status, [*headers, said], *more)

        return self._behind(environ, answer)


def test_locks_holds_and_replication_are_noted_and_shown(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "locked-logs"
    s3().create_bucket(Bucket=place, ObjectLockEnabledForBucket=True)
    keys = [
        f"{ROOT}/CloudTrail/us-east-1/2026/03/09/{_LOG.replace('1005', f'100{n}')}"
        for n in range(3)
    ]
    for key in keys:
        s3().put_object(Bucket=place, Key=key, Body=b"{}")
    hold = {"Status": "ON"}
    s3().put_object_legal_hold(Bucket=place, Key=keys[0], LegalHold=hold)
    until = datetime(2031, 1, 1, tzinfo=UTC)
    for key, mode in zip(keys, ["COMPLIANCE", "GOVERNANCE"], strict=False):
        retention = {"Mode": mode, "RetainUntilDate": until}
        s3().put_object_retention(Bucket=place, Key=key, Retention=retention)
    layer = Replicating(bucket, "COMPLETED")
    monkeypatch.setattr(bucket.faults, "_application", layer)
    made = tk.acquire(f"s3://{place}/AWSLogs/", tmp_path, progress=False)
    lines = [*read_manifest(tmp_path)]
    assert [line["legal_hold"] for line in lines if "legal_hold" in line] == ["ON"]
    locks = [line.get("object_lock_mode") for line in lines]
    assert locks == ["COMPLIANCE", "GOVERNANCE", None]
    for line in lines[:2]:
        assert line["object_lock_until"].startswith("2031-01-01")
    assert [line["replication"] for line in lines] == ["COMPLETED"] * 3
    assert made.said_by_s3 == {
        "object lock COMPLIANCE": 1,
        "object lock GOVERNANCE": 1,
        "legal hold ON": 1,
        "replication COMPLETED": 3,
    }
    assert "legal hold ON 1, replication COMPLETED 3" in repr(made)
    again = tk.acquire(f"s3://{place}/AWSLogs/", tmp_path, progress=False)
    assert (again.new_files, again.said_by_s3) == (0, made.said_by_s3)


def test_where_none_of_them_is_told_it_says_so(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    assert "legal hold, replication: none told" in repr(acquire(tmp_path))


def test_only_what_is_in_scope_is_fetched_and_listed(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    trail = practice_trail()
    upload(trail)
    other = f"{ROOT}/CloudTrail/us-east-1/2026/05/01/{_LOG}".replace("0309", "0501")
    put(other, b"{}")
    put(f"{ROOT}/Config/us-east-1/2026/3/9/x.json.gz", b"{}")
    made = acquire(
        tmp_path,
        window=("2026-03-09", "2026-03-10"),
        regions=["us-east-1"],
        accounts=["111122223333"],
    )
    assert made.files == len(trail.logs()) + len(trail.digests())
    note = json.loads((tmp_path / "acquisition.json").read_text())["acquisition"]
    assert note[0]["regions"] == ["us-east-1"]


def test_a_second_acquisition_fetches_what_is_new(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    trail = practice_trail()
    upload(trail)
    acquire(tmp_path)
    again = acquire(tmp_path)
    assert (again.new_files, again.files) == (0, 64)
    put(f"{ROOT}/CloudTrail/us-east-1/2026/03/09/{_LOG}", b"{}")
    assert acquire(tmp_path).new_files == 1
    note = json.loads((tmp_path / "acquisition.json").read_text())["acquisition"]
    assert len(note) == 3


def test_a_price_above_the_limit_fetches_nothing(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    with pytest.raises(BudgetExceeded, match="To fetch: 64 files"):
        acquire(tmp_path, usd=0)
    assert not list((tmp_path).glob("objects"))
    assert acquire(tmp_path, usd=1).new_files == 64


def objects() -> dict[str, Any]:
    return dict(s3_backends[ACCOUNT]["aws"].buckets[BUCKET].keys.items())


def encrypt(key: str, bucket_key: bool = False) -> None:
    made = objects()[key]
    made.encryption, made.bucket_key_enabled = "aws:kms", bucket_key


def test_the_decrypts_of_kms_are_priced_before_anything_is_fetched(
    bucket: AthenaServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A trail's key was for log files alone until May 2025: digests take none."""
    trail = practice_trail()
    upload(trail)
    logs = [key for key in trail.objects if "/CloudTrail/" in key]
    for key in logs:
        encrypt(key)
    dollars = len(logs) / 10_000 * 0.03
    for call in (partial(acquire, tmp_path), partial(tk.digests, PLACE)):
        with pytest.raises(BudgetExceeded, match=r"KMS less than \$0\.01"):
            call(usd=dollars)
    assert not [*tmp_path.glob("objects")]
    assert "s3:GetObject" not in bucket.faults.seen
    price = acquire(tmp_path, usd=1).price
    assert (price.files, price.kms) == (64, 48)
    assert price.dollars == pytest.approx(
        64 / 1000 * 0.0004 + dollars + price.bytes / 1024**3 * 0.09
    )
    lines = read_manifest(tmp_path)
    assert {line["key"] for line in lines if line.get("encryption")} == {*logs}
    assert "KMS less than $0.01" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("bucket_key", "kms"), [(False, 64), (True, 1)], ids=["own keys", "a bucket key"]
)
def test_where_digests_are_encrypted_too_they_are_priced_too(
    bucket: AthenaServer, tmp_path: Path, bucket_key: bool, kms: int
) -> None:
    upload(practice_trail())
    for key in objects():
        encrypt(key, bucket_key)
    assert acquire(tmp_path).price.kms == kms


def test_of_what_was_deleted_the_version_is_looked_at(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    versioned()
    trail = practice_trail()
    upload(trail)
    for key in trail.objects:
        encrypt(key)
        s3().delete_object(Bucket=BUCKET, Key=key)
    assert acquire(tmp_path).price.kms == 64


def test_what_may_not_be_looked_at_is_priced_as_if_it_were_encrypted(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    bucket.refuse("s3:HeadObject", "AccessDenied")
    assert acquire(tmp_path).price.kms == 64


class Heads:
    """An S3 that tells of each object whether it has a key, and counts the looks."""

    def __init__(self, keyed: Callable[[int], bool]) -> None:
        self.keyed, self.looks = keyed, 0

    def head_object(self, **asked: str) -> dict[str, str]:
        self.looks += 1
        kind = "aws:kms" if self.keyed(int(asked["Key"][-14:-8])) else "AES256"
        return {"ServerSideEncryption": kind}


@pytest.mark.parametrize("many", [1, 2, 24, 25, 26, 1_000, 100_000])
@pytest.mark.parametrize("since", [0, 0.3, 1])
def test_a_few_looks_price_any_number_of_objects(many: int, since: float) -> None:
    name = "111122223333_CloudTrail_us-east-1_20260309T1005Z_{:06}.json.gz"
    keys = (f"{ROOT}/CloudTrail/us-east-1/{name.format(n)}" for n in range(many))
    listed = (
        ListedObject(BUCKET, key, "null", "", True, False, 10, "", "GLACIER_IR")
        for key in keys
    )
    heads = Heads(lambda number: number >= since * many)
    price = price_of(heads, listed, "us-east-1")
    true = many - math.ceil(since * many)
    assert true <= price.kms <= true + many / 12 + 1
    assert heads.looks <= 25
    assert (price.files, price.bytes, price.retrieved) == (many, 10 * many, 30 * many)
    assert ("retrieval" in str(price)) is True


def test_without_the_right_to_versions_the_current_ones_are_fetched(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    bucket.refuse("s3:ListBucketVersions", "AccessDenied")
    made = acquire(tmp_path)
    assert made.files == 64
    assert "s3:ListBucketVersions" in made.notes[0]


def test_without_the_right_to_objects_it_says_so(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    bucket.refuse("s3:GetObject", "AccessDenied", "no identity-based policy")
    with pytest.raises(AccessRefused, match="None of 64 objects"):
        acquire(tmp_path)


def test_one_object_that_cannot_be_had_costs_only_itself(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    bucket.refuse("s3:GetObject", "AccessDenied", times=3)
    made = acquire(tmp_path)
    assert made.files == 64 - len(made.missed)
    assert 1 <= len(made.missed) <= 3
    assert acquire(tmp_path).files == 64


class Failing:
    """An application that fails for some keys, and for whoever does not pay."""

    def __init__(self, server: AthenaServer, fails: Mapping[str, str]) -> None:
        self._behind, self._fails = server.faults._application, fails
        self.owner_pays = True

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        code = self._fails.get(environ["PATH_INFO"].partition(BUCKET + "/")[2])
        payer = environ.get("HTTP_X_AMZ_REQUEST_PAYER")
        if not environ["PATH_INFO"].startswith(f"/{BUCKET}"):
            return self._behind(environ, start)
        if not self.owner_pays and payer != "requester":
            code = "AccessDenied"
        if code is None:
            return self._behind(environ, self._charged(start))
        status = {"InternalError": "500", "SlowDown": "503"}.get(code, "403")
        status = "400" if code == "InvalidRequest" else status
        start(f"{status} Failing", [("Content-Type", "application/xml")])
        return [f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()]

    def _charged(self, start: Any) -> Any:
        if self.owner_pays:
            return start
        charged = ("x-amz-request-charged", "requester")
        return lambda status, headers, *more: start(status, [*headers, charged], *more)


def failing(
    server: AthenaServer, monkeypatch: pytest.MonkeyPatch, **fails: str
) -> Failing:
    """Let the first log files fail with these codes, one each."""
    logs = dict(zip(practice_trail().logs(), fails.values(), strict=False))
    made = Failing(server, logs)
    monkeypatch.setattr(server.faults, "_application", made)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return made


def test_each_bad_object_costs_only_itself_and_is_no_tampering(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(practice_trail())
    failing(
        bucket,
        monkeypatch,
        refused="AccessDenied",
        own_key="InvalidRequest",
        broken="InternalError",
        slow="SlowDown",
    )
    made = acquire(tmp_path / "evidence")
    assert made.files == 60
    reasons = [made.missed[key] for key in practice_trail().logs()[:4]]
    for reason, said in zip(reasons, ["not be read", "SSE-C", "S3", "S3"], strict=True):
        assert said in reason
    assert "not fetched: " in repr(made)
    case = tk.local(tmp_path / "evidence", store=tmp_path / "store", progress=False)
    frame = case.evidence.digests(progress=False)
    assert set(frame["verdict"]) == {"valid"}
    assert str(case.source.proof) == "44 of 44 files validated by digests"
    found = tk.digests(PLACE, progress=False)
    rows = found[found["what"] != "chain"]
    assert set(rows["what"]) == {"log file cannot be read"}
    assert set(rows["verdict"]) == {"unproved"}


def test_where_everything_fails_at_s3_it_stops_and_says_so(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = practice_trail()
    upload(trail)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    slow = Failing(bucket, dict.fromkeys(trail.objects, "SlowDown"))
    with monkeypatch.context() as patch:
        patch.setattr(bucket.faults, "_application", slow)
        with pytest.raises(TrailkitError, match="SlowDown"):
            acquire(tmp_path)
    assert acquire(tmp_path).files == 64


def test_a_digest_that_cannot_be_had_is_not_called_missing(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail = practice_trail()
    upload(trail)
    bad = Failing(bucket, {trail.digest_of(11): "AccessDenied"})
    monkeypatch.setattr(bucket.faults, "_application", bad)
    acquire(tmp_path / "evidence")
    case = tk.local(tmp_path / "evidence", store=tmp_path / "store", progress=False)
    for frame in (
        case.evidence.digests(progress=False),
        tk.digests(PLACE, progress=False),
    ):
        assert "tampered" not in set(frame["verdict"])
        assert "digest not to be had" in set(frame["what"])


def test_a_bucket_whose_requesters_pay_is_acquired_and_it_says_who_pays(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(practice_trail())
    failing(bucket, monkeypatch).owner_pays = False
    made = acquire(tmp_path)
    assert (made.files, made.missed) == (64, {})
    assert any("billed to your account" in note for note in made.notes)


def test_the_policy_of_an_acquisition_allows_all_that_it_asks_for(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    acquire(tmp_path)
    tk.digests(PLACE, progress=False)
    written = tk.acquisition_policy(PLACE, keys=["arn:aws:kms:eu-west-1:1:key/2"])
    asked = [each for each in bucket.faults.asked if each.action.startswith("s3:")]
    assert {each.action for each in asked} >= {"s3:GetObject", "s3:ListBucketVersions"}
    for each in asked:
        assert permits(written, each, ACCOUNT, "us-east-1", ""), each
    assert "kms:Decrypt" in written
    narrow = tk.acquisition_policy("s3://other-bucket/logs/", region="cn-north-1")
    assert "arn:aws-cn:s3:::other-bucket/logs/*" in narrow
    assert not any(permits(narrow, each, ACCOUNT, "us-east-1", "") for each in asked)


def test_an_acquisition_is_a_line_of_the_journal(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    evidence, kept = tmp_path / "evidence", tmp_path / "case.jsonl"
    acquire(evidence, journal=kept)
    case = tk.local(evidence, store=tmp_path / "store", progress=False)
    case = case.journal(kept, who="r.okafor")
    case.evidence.digests(progress=False)
    case.evidence.verify()
    case.journal(kept, who="r.okafor")
    assert case.custody
    entries = case.custody.entries()
    assert [each["what"] for each in entries] == [
        *("acquired", "opened", "validated", "verified", "opened"),
    ]
    sums = hashlib.sha256((evidence / "SHA256SUMS").read_bytes()).hexdigest()
    assert (entries[0]["place"], entries[0]["sums"]) == (PLACE, sums)
    assert entries[0]["by"] == CALLER
    later = case.journal(tmp_path / "another.jsonl", who="b").custody
    assert later
    assert [each["what"] for each in later.entries()] == ["acquired", "opened"]
    about = case.custody.frame()["about"]
    assert about[0] == PLACE
    assert "48 of 48 files validated" in about[2]
    kept.write_text("no journal")
    with pytest.raises(JournalError):
        acquire(evidence, journal=kept)


def test_what_is_no_place_in_s3_is_refused(tmp_path: Path) -> None:
    for place in ("bucket/prefix", "s3://", "https://bucket.s3.amazonaws.com"):
        with pytest.raises(TableError, match=r"tk\.acquire"):
            tk.acquire(place, tmp_path)


def test_an_empty_place_is_told(bucket: AthenaServer, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no log file and no digest in scope"):
        acquire(tmp_path)


def test_a_hostile_key_leads_nowhere_else(bucket: AthenaServer, tmp_path: Path) -> None:
    name = f"/../../../{ROOT}/CloudTrail/us-east-1/2026/03/09/{_LOG}"
    put(f"a{name}", b"{}")
    acquire(tmp_path / "evidence")
    assert [path.name for path in tmp_path.iterdir()] == ["evidence"]
    for key in ("../x", "a/./b", "..", "/", "a\nb", "a\\b", "~", "x/..%2E/y"):
        parts = _as_path(key).split("/")
        assert not {"", ".", ".."} & set(parts)
        assert not {"\n", "\\"} & set(_as_path(key))


def test_what_was_changed_since_is_named_on_opening_and_by_verify(
    bucket: AthenaServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trail = practice_trail()
    upload(trail)
    folder = tmp_path / "evidence"
    acquire(folder)
    changed = folder / "objects" / BUCKET / trail.log_of(11)
    changed.write_bytes(without_an_event(trail, trail.log_of(11)))
    gone = folder / "objects" / BUCKET / trail.log_of(12)
    gone.unlink()
    (folder / "objects" / "more.json").write_text("{}")
    case = tk.local(folder, store=tmp_path / "store", progress=False)
    said = capsys.readouterr().err
    assert "3 files are not as acquired" in said
    frame = case.evidence.verify()
    assert dict(zip(frame["file"], frame["wrong"], strict=True)) == {
        str(changed): "changed",
        str(gone): "missing",
        str(folder / "objects" / "more.json"): "not acquired: added since",
    }


@pytest.mark.parametrize("line", ["{}", "not JSON", "[" * 100_000, '"a"', "\udcff"])
def test_a_line_that_is_none_of_a_manifest_is_named(line: str, tmp_path: Path) -> None:
    text = line.encode("utf-8", "surrogateescape")
    (tmp_path / "manifest.jsonl").write_bytes(text + b"\n")
    with pytest.raises(EvidenceError, match=r"Line 1 of .* was changed"):
        list(read_manifest(tmp_path))


def test_two_processes_do_not_acquire_into_one_folder(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    other = AcquisitionFolder(tmp_path)
    with pytest.raises(StoreBusy, match="Another process is acquiring"):
        acquire(tmp_path)
    other.close()
    assert acquire(tmp_path).files == 64


def test_one_that_was_ended_while_it_wrote_its_lists_counts_once(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(practice_trail())
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            acquire(tmp_path)
    assert acquire(tmp_path).new_files == 0
    note = json.loads((tmp_path / "acquisition.json").read_text())["acquisition"]
    assert len(note) == 1


def _interrupted(path: Path) -> None:
    raise KeyboardInterrupt(path)


# Ended at any moment

PARENT = """
import os, sys
import boto3, sqlite3
import trailkit as tk
import trailkit.integrity.acquisition

session = boto3.Session()
for service in ("s3", "sts", "cloudtrail"):
    session.client(service)  # reads what a client is made of, once for all children
while folder := sys.stdin.readline().strip():
    child = os.fork()
    if not child:
        try:
            tk.acquire(sys.argv[1], folder, progress=False, session=session)
        except BaseException:
            os._exit(1)
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""
"""A process that has imported all it needs, and forks for each acquisition."""


class Struck:
    """Acquisitions that are ended at a request, again and again, until one is whole."""

    def __init__(self, server: AthenaServer, folder: Path) -> None:
        self.server, self.folder, self.strikes = server, folder, 0
        self.again = list[str]()
        self._parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, PLACE],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, after: int, strike: int) -> bool:
        """Run one, struck after so many more requests; return whether it was whole."""
        before, had = len(self.server.faults.seen), self._had()
        self._ask(f"{self.folder}\n")
        child = int(self._told())
        ended = threading.Event()
        watching = threading.Thread(
            target=self._watch, args=[child, before + after, strike, ended]
        )
        watching.start()
        code = int(self._told())
        ended.set()
        watching.join()
        self.strikes += code != 0
        asked = self.server.faults.asked[before:]
        self.again += [each for one in asked for each in one.about if each in had]
        return code == 0

    def _had(self) -> set[str]:
        """Return what was fetched and written down before, as it is asked for."""
        plan = self.folder / ".acquiring" / "plan.sqlite"
        if not plan.exists():
            return set()
        with closing(sqlite3.connect(plan)) as found:
            select = "select bucket || '/' || key from objects where state = 'fetched'"
            return {each for (each,) in found.execute(select)}

    def _watch(self, child: int, at: int, strike: int, ended: threading.Event) -> None:
        while not ended.wait(0.002):
            if len(self.server.faults.seen) >= at:
                with suppress(ProcessLookupError):
                    os.kill(child, strike)
                return

    def _ask(self, line: str) -> None:
        assert self._parent.stdin
        self._parent.stdin.write(line)
        self._parent.stdin.flush()

    def _told(self) -> str:
        assert self._parent.stdout
        return self._parent.stdout.readline()

    def end(self) -> None:
        """End the process that forks, by the end of its input."""
        self._parent.communicate()

    def fetched(self) -> Counter[str]:
        """Count how often each object was asked for."""
        faults = self.server.faults
        both = zip(faults.seen, faults.asked, strict=True)
        return Counter(one.about[0] for seen, one in both if seen == "s3:GetObject")


def many_logs(number: int) -> dict[str, bytes]:
    folder = f"{ROOT}/CloudTrail/us-east-1/2026/03/09"
    name = "111122223333_CloudTrail_us-east-1_20260309T1005Z_{:016}.json.gz"
    return {
        f"{folder}/{name.format(each)}": f"{each}".encode() * 50
        for each in range(number)
    }


def struck_until_whole(
    server: AthenaServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    strikes: int,
    every: int,
) -> Struck:
    """Acquire with so many strikes, then undisturbed elsewhere, and compare."""
    behind = server.faults._application
    quick = QuickS3(behind, BUCKET, many_logs(number))
    monkeypatch.setattr(server.faults, "_application", quick)
    struck = Struck(server, tmp_path / "struck")
    ends = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
    for turn in range(strikes):
        if turn % 4 == 3:
            server.drop("s3:GetObject", times=3)
        if struck.run(every + turn % 7, ends[turn % len(ends)]):
            break
    while not struck.run(1_000_000, 0):
        assert struck.strikes < strikes + 5
    struck.end()
    fetched = struck.fetched()
    assert struck.again == []
    # What was under way was cut.
    extra = sum(fetched.values()) - len(fetched)
    assert extra <= struck.strikes * (AT_ONCE + 1) + 3 * strikes
    assert len(fetched) == number
    acquire(tmp_path / "undisturbed")
    assert steady(tmp_path / "struck") == steady(tmp_path / "undisturbed")
    return struck


def test_killed_stopped_and_cut_it_ends_like_one_undisturbed(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    struck = struck_until_whole(bucket, tmp_path, monkeypatch, 120, 3, every=30)
    assert struck.strikes == 3


@pytest.mark.soak
def test_a_hundred_times_over_ten_thousand_objects(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    struck = struck_until_whole(bucket, tmp_path, monkeypatch, 10_000, 100, every=90)
    fetched = struck.fetched()
    print(f"{struck.strikes} strikes, {sum(fetched.values()):,} requests for objects")
    assert struck.strikes == 100


MEMORY = """
import resource, sys
import trailkit as tk
tk.acquire(sys.argv[1], sys.argv[2], progress=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.soak
def test_it_stays_within_a_gigabyte_of_memory(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = many_logs(2_000)
    logs |= dict.fromkeys([*logs][:40], bytes(40_000_000))
    quick = QuickS3(bucket.faults._application, BUCKET, logs)
    monkeypatch.setattr(bucket.faults, "_application", quick)
    words = [sys.executable, "-c", MEMORY, PLACE, str(tmp_path)]
    ended = subprocess.run(words, cwd=PROJECT, capture_output=True, check=False)
    assert not ended.returncode, ended.stderr.decode()
    kilobytes = int(ended.stdout)
    print(f"{kilobytes / 1e3:,.0f} MB at most, for objects of 1.6 GB in all")
    assert kilobytes < 1_000_000


def test_ctrl_c_says_how_to_go_on(
    bucket: AthenaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(practice_trail())
    main = threading.main_thread().ident
    assert main is not None
    bucket.refuse("x", "x", until=lambda: _interrupt(bucket, main))
    with pytest.raises(KeyboardInterrupt, match="same line goes on"):
        acquire(tmp_path)
    bucket.faults.planned.clear()
    assert acquire(tmp_path).files == 64


def _interrupt(server: AthenaServer, main: int) -> bool:
    if server.faults.seen.count("s3:GetObject") == 20:
        signal.pthread_kill(main, signal.SIGINT)
    return True


def test_what_ends_all_requests_is_raised_and_what_came_stays(
    bucket: AthenaServer, tmp_path: Path
) -> None:
    upload(practice_trail())
    seen = bucket.faults.seen
    bucket.refuse(
        "s3:GetObject",
        "ExpiredToken",
        until=lambda: seen.count("s3:GetObject") < 30,
    )
    with pytest.raises(TrailkitError, match="expired"):
        acquire(tmp_path)
    bucket.faults.planned.clear()
    assert 64 - 30 <= acquire(tmp_path).new_files < 64
