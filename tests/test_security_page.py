"""SECURITY.md names tests that are there."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
TEXT = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT)))
SECTION = TEXT.partition("## What it defends against")[2].partition("\n## ")[0]


@pytest.mark.parametrize(("path", "test"), NAMED)
def test_every_test_that_it_names_is_there(path: str, test: str) -> None:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert not test or test in there


def test_every_defence_names_its_tests() -> None:
    rows = re.findall(r"^\| (?!attack|---)(.*) \|$", SECTION, re.MULTILINE)
    assert len(rows) > 10
    assert not [row for row in rows if "`tests/" not in row.rpartition(" | ")[2]]
