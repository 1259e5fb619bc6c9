"""JupyterLab as `make lab` starts it, a real Chromium, and a wire that trips."""

import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from playwright.sync_api import ConsoleMessage, Page

PROJECT = Path(__file__).parents[2]
LOOPBACK = "127.0.0.1"
PATIENCE = 300  # seconds, on a busy machine


def chromium() -> str:
    """Find the system's browser; Playwright's own would have to be fetched."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.fail("There is no Chromium: apt-get install chromium")


@dataclass
class Heard:
    """What a page asked for and complained of, and who called out."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    called_out: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Note all of it from now on."""
        page.on("request", lambda each: self.requests.append(each.url))
        page.on("websocket", lambda each: self.requests.append(each.url))
        page.on("pageerror", lambda each: self.errors.append(str(each)))
        page.on("console", self._said)

    def _said(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.errors.append(said.text)


@contextmanager
def tripwire(called_out: list[str]) -> Generator[str]:
    """Return a proxy that lets nothing out, and notes who wanted to."""

    class Refuse(StreamRequestHandler):
        def handle(self) -> None:
            called_out.append(self.rfile.readline(1000).decode("latin-1"))

    with ThreadingTCPServer((LOOPBACK, 0), Refuse) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
        server.shutdown()


@contextmanager
def lab(home: Path, proxy: str, notebook: Path, *options: str) -> Generator[str]:
    """Run `make lab` for a user without any settings; yield JupyterLab's address."""
    # What is installed stays: pip could not get past the proxy.
    words = ("--old-file=.venv/kit", f"NOTEBOOK={notebook}")
    env = os.environ | {"HOME": str(home)} | calls_through(proxy)
    with made_lab(PROJECT, env, words, options) as address:
        yield address


@contextmanager
def made_lab(
    project: Path,
    env: Mapping[str, str],
    words: Sequence[str] = (),
    options: Sequence[str] = (),
) -> Generator[str]:
    """Run `make lab` in a checkout, with words for make and options for JupyterLab."""
    port, token = free_port(), secrets.token_hex()
    said = ["--no-browser", f"--ServerApp.port={port}"]
    said += [f"--IdentityProvider.token={token}", *options]
    command = ["make", *words, "lab", f"OPTIONS={' '.join(said)}"]
    server = subprocess.Popen(command, cwd=project, env=env)
    address = f"http://{LOOPBACK}:{port}"
    try:
        wait_for(f"{address}/api?token={token}", server)
        yield f"{address}/lab?token={token}"
    finally:
        if server.poll() is None:
            stop = urllib.request.Request(f"{address}/api/shutdown?token={token}", b"")
            urllib.request.urlopen(stop).close()
        server.wait(PATIENCE)


def calls_through(proxy: str) -> dict[str, str]:
    """Return the environment that sends every call here but those to loopback."""
    through = dict.fromkeys(["http_proxy", "https_proxy", "all_proxy"], proxy)
    through |= {"no_proxy": f"{LOOPBACK},localhost"}
    return through | {name.upper(): value for name, value in through.items()}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return listener.getsockname()[1]


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < give_up:
        try:
            return urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.2)
    server.terminate()
    pytest.fail("JupyterLab did not start.")
