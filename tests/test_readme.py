"""The README's five minutes run as they stand."""

import re
from pathlib import Path
from typing import Any

import pytest

from trailkit.questions.library import load

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_five_minutes_run_as_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    said: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), said)
    assert (said["deletions"]["outcome"] == "success").any()
    assert len(said["deeds"]) > len(said["deletions"])
    assert "No rows" not in capsys.readouterr().out


def test_every_topic_is_listed_with_a_link_to_its_questions() -> None:
    section = README.partition("## What can be asked")[2].partition("\n## ")[0]
    named = re.findall(
        r"^\| \[(\w+)\]\(docs/questions\.md#(\w+)\)", section, re.MULTILINE
    )
    topics = {question.name.partition("/")[0] for question in load()}
    assert not {(topic, topic) for topic in topics} - set(named)
