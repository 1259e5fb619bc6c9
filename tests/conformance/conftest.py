"""Fixtures of the tests that need heavier parts."""

from collections.abc import Iterator

import pytest

from tests.conformance.trino_server import TrinoServer
from tests.test_equal_engines import real_logs  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def trino(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TrinoServer]:
    """Give a Trino that runs."""
    server = TrinoServer(tmp_path_factory.mktemp("trino"))
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\nTrino started in {server.seconds:.0f} seconds.")
    yield server
    server.stop()
