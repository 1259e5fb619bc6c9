"""What the README says, typed into a clean clone by someone who has nothing else."""

import os
import re
import secrets
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conformance.lab import LOOPBACK, free_port, wait_for
from tests.test_readme import BLOCKS, README
from tools.practice_case import practice
from trailkit.store import practice_case

PROJECT = Path(__file__).parents[1]
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
    kept = {"PATH", "LANG", "SSL_CERT_FILE"}
    given = {name: text for name, text in os.environ.items() if name in kept}
    given |= {name: text for name, text in os.environ.items() if name[:4] == "PIP_"}
    given |= {"HOME": str(home)}
    open_the_lab(clone, given)

    def typed(*command: str | Path) -> str:
        return subprocess.run(
            command, cwd=clone, env=given, check=True, capture_output=True, text=True
        ).stdout

    culprit = practice.answers().deletion.principal.partition("assumed-")[2]
    python = clone / ".venv" / "bin" / "python"
    said = typed(python, "-c", "\n".join(BLOCKS) + SHOWN)
    assert culprit in said
    practice_case.unpack(clone / "evidence")
    bin_first = f"PATH={clone / '.venv' / 'bin'}:$PATH"
    answers = [typed("sh", "-c", f"{bin_first} {command}") for command in COMMANDS]
    assert any(culprit in each for each in answers)
    assert all(answers)


def open_the_lab(clone: Path, given: dict[str, str]) -> None:
    """Type `make lab`, wait until the notebook is served, and end it by Ctrl-C."""
    port, token = free_port(), secrets.token_hex()
    options = f"--no-browser --ServerApp.port={port} --IdentityProvider.token={token}"
    server = subprocess.Popen(
        ["make", "lab", f"OPTIONS={options}"],
        cwd=clone,
        env=given,
        start_new_session=True,
    )
    try:
        wait_for(f"http://{LOOPBACK}:{port}/api?token={token}", server)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(60)
