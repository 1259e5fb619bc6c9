"""The suite itself: it ends, and runs in the background too."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]

CTRL_C = """
import _thread
import os
import signal
import subprocess
import sys
import time

import pytest


def test_ctrl_c_reaches_this_process() -> None:
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30)


def test_ctrl_c_reaches_a_child() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    child.send_signal(signal.SIGINT)
    assert child.wait() != 0
"""


def test_every_test_has_a_time_limit(pytestconfig: pytest.Config) -> None:
    assert float(pytestconfig.getini("timeout")) > 0


def test_ctrl_c_works_where_the_shell_ignores_it(tmp_path: Path) -> None:
    (tmp_path / "test_ctrl_c.py").write_text(CTRL_C)
    (tmp_path / "conftest.py").write_text(
        (PROJECT / "tests" / "conftest.py").read_text(encoding="utf-8")
    )
    command = (
        f"trap '' INT; {sys.executable} -m pytest -q -p no:cacheprovider {tmp_path}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
