"""Fixtures that many tests share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.athena_server import AthenaServer

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


@pytest.fixture(scope="session")
def _running_athena() -> "Iterator[AthenaServer]":
    from tests.athena_server import AthenaServer

    server = AthenaServer()
    yield server
    server.stop()


@pytest.fixture
def athena(
    _running_athena: "AthenaServer", monkeypatch: pytest.MonkeyPatch
) -> "AthenaServer":
    """Lead boto3 to an empty Athena with a bucket "results" and a workgroup "dfir"."""
    _running_athena.begin(monkeypatch)
    return _running_athena
