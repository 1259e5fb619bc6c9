"""Fixtures of the tests that need heavier parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import trailkit as tk
from tests.conformance.practice_asked import ACCOUNT_IDS, DATABASE
from tests.conformance.trino_server import TrinoServer
from tests.conformance.trino_warehouse import TrinoWarehouse
from tests.support.athena_server import AthenaServer
from tests.support.tables_over_logs import BUCKET, publish
from tests.test_equal_engines import real_logs  # noqa: F401 - a fixture
from trailkit.admin.copies import backfill
from trailkit.case import Case
from trailkit.store import practice_case


@pytest.fixture(scope="session")
def trino(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TrinoServer]:
    """Return a Trino that runs."""
    server = TrinoServer(tmp_path_factory.mktemp("trino"))
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\nTrino started in {server.seconds:.0f} seconds.")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log files of the practice case."""
    folder = tmp_path_factory.mktemp("practice")
    practice_case.unpack(folder)
    return folder


@pytest.fixture(scope="session")
def local(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return the practice case over its files."""
    return tk.local(logs, store=tmp_path_factory.mktemp("store"), progress=False)


@pytest.fixture(scope="session")
def published(trino: TrinoServer, logs: Path) -> TrinoServer:
    """Return the Trino that has its tables, and the doubled ones."""
    publish(trino, logs, ACCOUNT_IDS, DATABASE)
    return trino


@pytest.fixture(scope="module")
def athena_on_trino(
    _running_athena: AthenaServer, published: TrinoServer, logs: Path
) -> Iterator[AthenaServer]:
    """Return the tests' Athena with the practice tables, run on that Trino."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill, "POLL", 0.01)
        _running_athena.begin(patch)
        _running_athena.bucket(BUCKET)
        _running_athena.bucket("analysis")
        _running_athena.warehouse = TrinoWarehouse(published)
        publish(_running_athena, logs, ACCOUNT_IDS, DATABASE)
        yield _running_athena
