"""Fixtures that many tests share."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from trailkit import clock

if TYPE_CHECKING:
    from tests.support.athena_server import AthenaServer
    from trailkit.case import Case

PROJECT = Path(__file__).parents[1]

# A busy machine takes long over any example; benchmarks measure speed.
settings.register_profile("at leisure", deadline=None)
settings.load_profile("at leisure")


def pytest_configure() -> None:
    """Let Ctrl-C reach the tests of it, also in a background job, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real, public logs that lies beside the project."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        message = f"{folder} is not there: put the public sample logs in it."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """Return the folder of odd inputs that lies beside the project."""
    folder = PROJECT.parent / "shared" / "cases"
    if not folder.is_dir():
        message = f"{folder} is not there: put the odd inputs in it."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _one_day() -> Iterator[None]:
    """Let trailkit's clock stop where the day ends on which the run began."""
    running = clock.now
    end = datetime.combine(clock.today(), time.max, UTC)
    clock.now = lambda: min(running(), end)
    yield
    clock.now = running


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep stores and the practice case out of the user's cache folder."""
    os.environ["TRAILKIT_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def practice_case() -> "Case":
    """Open the practice case; it is unpacked and read once a run."""
    import trailkit

    return trailkit.demo()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped a test: what is skipped checks nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("\nIn CI a skipped test is a failed one.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def _running_athena() -> "Iterator[AthenaServer]":
    from tests.support.athena_server import AthenaServer

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


@pytest.fixture
def aws(athena: "AthenaServer", monkeypatch: pytest.MonkeyPatch) -> "AthenaServer":
    """Return an account with a bucket for logs; moto has no GetEventConfiguration."""
    from moto.cloudtrail.responses import CloudTrailResponse

    monkeypatch.setattr(
        CloudTrailResponse,
        "get_event_configuration",
        lambda self: '{"AggregationConfigurations": []}',
        raising=False,
    )
    athena.bucket("central-logs")
    return athena
