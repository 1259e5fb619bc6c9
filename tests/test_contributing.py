"""CONTRIBUTING.md is true: its map, its table of keys, and its way to a question."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from trailkit.questions import header, meanings

PROJECT = Path(__file__).parents[1]
TEXT = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[list[str]]:
    """List the first cells of each table, without backticks and the table's head."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [re.findall(r"^\| `(\w+)`", table, re.MULTILINE) for table in tables]


def test_the_map_names_every_room() -> None:
    named = set(re.findall(r"`trailkit/([\w.]+)/?`", section("The rooms")))
    there = {
        path.name
        for path in (PROJECT / "trailkit").iterdir()
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py"
    }
    assert not there - named


def test_the_tables_hold_every_key_of_a_header() -> None:
    keys, parts = first_cells(section("The header"))
    assert sorted(keys) == sorted(header.KEYS)
    assert sorted(parts) == sorted(header.PARTS)


def test_the_tables_hold_every_severity_and_meaning() -> None:
    assert ", ".join(f"`{each}`" for each in header.SEVERITIES) in TEXT
    assert ", ".join(f"`{each}`" for each in meanings.MEANINGS) in TEXT


def block(language: str) -> str:
    [text] = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return text


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy the project, and add the question as the section says."""
    for name in ("sql", "tests", "trailkit"):
        skipped = shutil.ignore_patterns("__pycache__", "conformance")
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=skipped)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    question, example = [
        tmp_path / path
        for path in (
            "sql/s3/bucket-listings.sql",
            "tests/examples/s3/bucket-listings.yaml",
        )
    ]
    assert not question.exists()
    question.write_text(block("sql"), encoding="utf-8")
    example.write_text(block("yaml"), encoding="utf-8")
    return tmp_path


def test_a_question_added_as_told_passes_at_once(copied: Path) -> None:
    write, check = re.findall(
        r"^    (?:(\w+=\w+) )?\.venv/bin/pytest (.*)$", TEXT, re.M
    )
    assert write[0] == "TRAILKIT_GOLDEN=write"
    assert "passed" in pytest_in(copied, write[1], TRAILKIT_GOLDEN="write")
    assert check[0] == "TRAILKIT_SAMPLE=all"
    checked = pytest_in(copied, check[1], TRAILKIT_SAMPLE="all")
    passed = re.search(r"(\d+) passed", checked)
    assert passed is not None
    assert int(passed[1]) >= 9


def pytest_in(folder: Path, words: str, **environment: str) -> str:
    """Run pytest in a project of its own; return what it says."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *words.split()],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
