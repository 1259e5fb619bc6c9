"""The Trino engine, as far as it goes without a Trino; conformance has a real one."""

import importlib
import socket

import pytest
from trino.auth import BasicAuthentication

import trailkit as tk
import trailkit.engines.trino
from trailkit.engines.trino import TrinoEngine
from trailkit.errors import NotConfigured, TableError, Unavailable

TABLE = "hive.security.cloudtrail"


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize("name", ["cloudtrail", "security.cloudtrail", "a..b", "a.b."])
def test_a_table_is_named_in_full(name: str) -> None:
    with pytest.raises(TableError, match=r"catalog\.schema\.table"):
        tk.trino(name, host="127.0.0.1")


def test_a_case_opens_without_asking(closed_port: int) -> None:
    case = tk.trino(TABLE, host="127.0.0.1", port=closed_port)
    assert case.source.title == TABLE


def test_no_server_is_unavailable(closed_port: int) -> None:
    engine = TrinoEngine(TABLE, host="127.0.0.1", port=closed_port)
    with pytest.raises(Unavailable, match=f"127.0.0.1:{closed_port}"):
        engine.run("select 1")


def test_a_password_goes_over_https_only(closed_port: int) -> None:
    engine = TrinoEngine(
        TABLE,
        host="127.0.0.1",
        port=closed_port,
        http_scheme="http",
        auth=BasicAuthentication("analyst", "secret"),
    )
    with pytest.raises(NotConfigured, match="http_scheme") as caught:
        engine.run("select 1")
    assert "secret" not in str(caught.value)


def test_without_the_client_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NotConfigured, match=r'pip install "trailkit\[trino\]"'):
        importlib.reload(trailkit.engines.trino)
