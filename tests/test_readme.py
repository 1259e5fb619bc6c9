"""The README's five minutes run as they stand."""

import re
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_five_minutes_run_as_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    said: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), said)
    assert (said["deletions"]["outcome"] == "success").any()
    assert len(said["deeds"]) > len(said["deletions"])
    assert "No rows" not in capsys.readouterr().out
