"""Fixtures that many tests share."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real, public logs that lies beside the project."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        message = f"{folder} is not there: put the public sample logs in it."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return folder


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped a test: what is skipped checks nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("\nIn CI a skipped test is a failed one.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
