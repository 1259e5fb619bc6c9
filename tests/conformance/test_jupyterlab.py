"""The first notebook, run as a person runs it: `make lab`, and a real Chromium."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, sync_playwright

PROJECT = Path(__file__).parents[2]
NOTEBOOK = PROJECT / "notebooks" / "00_start_here.ipynb"
LOOPBACK = "127.0.0.1"
PATIENCE = 300  # seconds, on a busy machine

PROMPTS = ".jp-NotebookPanel .jp-CodeCell .jp-InputPrompt"
CHART = ".js-plotly-plot"
STDERR = "[data-mime-type='application/vnd.jupyter.stderr']"


@dataclass
class Visit:
    """What was seen while the notebook ran."""

    prompts: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    called_out: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """Open the notebook in JupyterLab, run all its cells, and look."""
    home = tmp_path_factory.mktemp("home")
    seen = Visit()
    with (
        tripwire(seen.called_out) as proxy,
        lab(home, proxy) as url,
        sync_playwright() as player,
        player.chromium.launch(executable_path=chromium()) as browser,
    ):
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(PATIENCE * 1000)
        listen(page, seen)
        page.goto(url)
        run_all_cells(page)
        look(page, seen)
        page.locator(CHART).first.scroll_into_view_if_needed()
        page.wait_for_timeout(1000)
        page.screenshot(path=home / "start_here.png")
        print(f"Screenshot: {home / 'start_here.png'}")
    return seen


def chromium() -> str:
    """Find the system's browser; Playwright's own would have to be fetched."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.fail("There is no Chromium: apt-get install chromium")


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
def lab(home: Path, proxy: str) -> Generator[str]:
    """Run `make lab` on a copy of the notebook, for a user without any settings."""
    copy = shutil.copy(NOTEBOOK, home)
    port, token = free_port(), secrets.token_hex()
    options = "OPTIONS=--no-browser"
    options += f" --ServerApp.port={port} --IdentityProvider.token={token}"
    server = subprocess.Popen(
        # What is installed stays: pip could not get past the proxy.
        ["make", "--old-file=.venv/kit", "lab", f"NOTEBOOK={copy}", options],
        cwd=PROJECT,
        env=os.environ | {"HOME": str(home)} | calls_through(proxy),
    )
    address = f"http://{LOOPBACK}:{port}"
    try:
        wait_for(f"{address}/api?token={token}", server)
        yield f"{address}/lab/tree/{NOTEBOOK.name}?token={token}"
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


def listen(page: Page, seen: Visit) -> None:
    def note_request(request: Request) -> None:
        seen.requests.append(request.url)

    page.on("request", note_request)
    page.on("websocket", lambda opened: seen.requests.append(opened.url))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on(
        "console",
        lambda said: seen.errors.append(said.text) if said.type == "error" else None,
    )


def run_all_cells(page: Page) -> None:
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    done = "prompts => prompts.length && prompts.every(p => /\\d/.test(p.textContent))"
    page.wait_for_function(f"({done})([...document.querySelectorAll('{PROMPTS}')])")
    page.wait_for_timeout(2000)  # the last chart is drawn after its cell has run


def look(page: Page, seen: Visit) -> None:
    seen.prompts = page.locator(PROMPTS).all_text_contents()
    seen.stderr = page.locator(STDERR).all_text_contents()
    charts = page.locator(CHART).all()
    seen.marks = [chart.locator("svg .trace path").count() for chart in charts]


def code_cells() -> list[str]:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]


def test_every_cell_runs_in_order_and_none_complains(visit: Visit) -> None:
    count = len(code_cells())
    assert visit.prompts == [f"[{number}]:" for number in range(1, count + 1)]
    assert not visit.stderr


def test_every_chart_is_drawn(visit: Visit) -> None:
    charts = [cell for cell in code_cells() if "chart" in cell]
    assert charts
    assert len(visit.marks) == len(charts)
    assert all(visit.marks)


def test_console_shows_no_error(visit: Visit) -> None:
    assert not visit.errors


def test_no_request_leaves_loopback(visit: Visit) -> None:
    hosts = {urlsplit(url.removeprefix("blob:")).hostname for url in visit.requests}
    assert hosts == {LOOPBACK}
    assert not visit.called_out
