"""docs/set-up.md runs as it stands, on an account with logs and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.cloudtrail.responses import CloudTrailResponse
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, s3_backends

from tests.support.athena_server import ACCOUNT, AthenaServer
from trailkit.admin.copies import backfill

PAGE = (Path(__file__).parents[1] / "docs/set-up.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_runs_as_it_stands(
    athena: AthenaServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = {"get_event_configuration": {}, "lookup_events": {"Events": []}}
    for name, answer in answers.items():
        text = json.dumps(answer)
        method = lambda self, text=text: text  # noqa: E731
        monkeypatch.setattr(CloudTrailResponse, name, method, raising=False)
    monkeypatch.setattr(backfill, "POLL", 0.01)
    # moto does not read conditions: a bucket that takes TLS alone would take nothing.
    permitted = lambda *_: PermissionResult.NEUTRAL  # noqa: E731
    monkeypatch.setattr(FakeBucket, "get_permission", permitted)
    athena.bucket("central-logs")
    key = f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/03/09/x.json.gz"
    s3_backends[ACCOUNT]["aws"].put_object("central-logs", key, b"")
    boto3.client("cloudtrail").create_trail(Name="central", S3BucketName="central-logs")
    monkeypatch.chdir(tmp_path)
    said: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/set-up.md", "exec"), said)
    table = boto3.client("glue").get_table(DatabaseName="security", Name="cloudtrail")
    assert table["Table"]["StorageDescriptor"]["Location"].startswith("s3://central")
    assert said["history"].new_events == 0
