"""What ``aws cloudtrail validate-logs`` says of each tampering, beside trailkit.

AWS's own command runs from a virtual environment of its own, since it pins another
botocore. It is asked of the tests' S3, and of the same public keys.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from moto.cloudtrail.responses import CloudTrailResponse
from moto.s3.models import s3_backends

from tests.conftest import PROJECT
from tests.support.athena_server import ACCOUNT as OWNER
from tests.support.athena_server import AthenaServer
from tests.support.digests_made import (
    ACCOUNT,
    BUCKET,
    HOME,
    REGIONS,
    TRAIL,
    Trail,
    key_list,
    practice_trail,
)
from tests.support.tamperings import SEEN_BY_AWS, TAMPERINGS
from trailkit.integrity.digest_findings import DigestVerdict

pytestmark = pytest.mark.soak

PAGE = PROJECT / "docs" / "evidence.md"
WRITE = os.environ.get("TRAILKIT_GOLDEN") == "write"


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Install AWS's command, and return its path."""
    folder = tmp_path_factory.mktemp("awscli")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "awscli"]
    subprocess.run(pip, check=True)
    return str(folder / "bin" / "aws")


def keys_of_region(response: CloudTrailResponse) -> str:
    region = response.region
    known = key_list(region) if region in REGIONS else []
    return json.dumps({"PublicKeyList": known})


def put(trail: Trail) -> None:
    bucket = s3_backends[OWNER]["aws"]
    for key, made in trail.objects.items():
        said = made.metadata
        bucket.put_object(BUCKET, key, made.content).set_metadata(
            {f"x-amz-meta-{name}": said[name] for name in said}
        )


def said_by_aws(command: str) -> str:
    """Ask AWS's command about the Region that is tampered with."""
    asked = ["cloudtrail", "validate-logs", "--verbose", "--region", HOME]
    asked += ["--trail-arn", f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:trail/{TRAIL}"]
    asked += ["--s3-bucket", BUCKET, "--start-time", "2026-03-09T08:00:00Z"]
    asked += ["--end-time", "2026-03-09T16:00:00Z"]
    run = subprocess.run([command, *asked], capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def alarms(said: str) -> list[str]:
    """Return its lines that say that something is wrong."""
    lines = [line.strip() for line in said.splitlines()]
    wrong = ("Digest file\t", "Log file\t")
    return [
        each
        for each in lines
        if each.startswith("No log files")
        or (each.startswith(wrong) and "INVALID" in each)
    ]


@pytest.fixture
def bucket(aws: AthenaServer, monkeypatch: pytest.MonkeyPatch) -> AthenaServer:
    monkeypatch.setattr(
        CloudTrailResponse, "list_public_keys", keys_of_region, raising=False
    )
    return aws


def in_short(line: str) -> str:
    """Shorten a line of the command to what it says, without the place."""
    kind = line.split("\t")[0]
    reason = re.sub(r" for fingerprint .*", "", line.split("INVALID: ")[-1])
    return f"{kind} invalid: {reason}" if "INVALID" in line else "a gap, as a notice"


def test_a_trail_as_delivered_is_valid_for_both(
    command: str, bucket: AthenaServer, tmp_path: Path
) -> None:
    trail = practice_trail()
    put(trail)
    said = said_by_aws(command)
    assert "8/8 digest files valid" in said
    assert "30/30 log files valid" in said
    assert not alarms(said)
    assert not trail.validated(tmp_path).findings


def test_the_page_shows_both_side_by_side(
    command: str, bucket: AthenaServer, tmp_path: Path
) -> None:
    rows: list[str] = []
    seen: dict[str, bool] = {}
    for number, (name, tamper) in enumerate(TAMPERINGS.items()):
        trail = practice_trail()
        tamper(trail)
        bucket.reset()
        bucket.bucket(BUCKET)
        put(trail)
        lines = alarms(said_by_aws(command))
        seen[name] = bool(lines)
        validation = trail.validated(tmp_path / str(number))
        mine = sorted(
            {
                each.what
                for each in validation.findings
                if each.verdict in (DigestVerdict.TAMPERED, DigestVerdict.GAP)
            }
        )
        theirs = "; ".join(dict.fromkeys(map(in_short, lines))) or "nothing"
        rows.append(f"| {name} | {'; '.join(mine)} | {theirs} |")
    table = "\n".join(rows)
    if WRITE:
        before, rest = PAGE.read_text().split("<!-- tamperings -->\n", 1)
        after = rest.split("<!-- end -->", 1)[1]
        head = "| done | trailkit | `validate-logs` |\n| --- | --- | --- |\n"
        marked = f"<!-- tamperings -->\n{head}{table}\n<!-- end -->"
        PAGE.write_text(before + marked + after)
    assert table in PAGE.read_text()
    assert seen == SEEN_BY_AWS
