"""What the README says, typed into a clean clone by someone who has nothing else."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conformance.lab import PROJECT, made_lab
from tests.test_readme import BLOCKS, README
from tools.practice_case import practice
from trailkit.store import practice_case

IN_A_SHELL = README.partition("## In a shell\n")[2].partition("\n## ")[0]
COMMANDS = [
    command
    for command in re.findall(r"^    (trailkit .*)$", IN_A_SHELL, re.MULTILINE)
    if "--table" not in command  # that one asks an account
]
SHOWN = "\nfor each in (deletions, deeds, tk.finding(deeds)): print(each.to_string()"
SHOWN += " if hasattr(each, 'to_string') else each)"


@pytest.mark.soak
def test_the_readme_names_the_culprit_to_a_newcomer(tmp_path: Path) -> None:
    home, clone = tmp_path / "home", tmp_path / "trailkit"
    home.mkdir()
    subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
    kept = re.compile("PATH|LANG|SSL_CERT_FILE|PIP_.*")
    given = {name: os.environ[name] for name in filter(kept.fullmatch, os.environ)}
    given["HOME"] = str(home)
    with made_lab(clone, given):
        pass
    given["PATH"] = f"{clone / '.venv' / 'bin'}:{given['PATH']}"

    def typed(*command: str) -> str:
        return subprocess.run(
            command, cwd=clone, env=given, check=True, capture_output=True, text=True
        ).stdout

    culprit = practice.answers().deletion.principal.partition("assumed-")[2]
    said = typed("python", "-c", "\n".join(BLOCKS) + SHOWN)
    assert culprit in said
    practice_case.unpack(clone / "evidence")
    answers = [typed("sh", "-c", command) for command in COMMANDS]
    assert any(culprit in each for each in answers)
    assert all(answers)
