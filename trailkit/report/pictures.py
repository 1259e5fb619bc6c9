"""Static pictures of charts, for pages without scripts and for paper.

A Chromium on this computer draws them, if there is one: it opens one local page, with
its network cut off, and hands the pictures back as SVG.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

_NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *("chrome", "microsoft-edge", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_DUMP = ("--virtual-time-budget=60000", "--dump-dom")
_SECONDS = 90
_WIDTH = 1000
_DRAW = """
const figures = JSON.parse(document.getElementById("figures").textContent);
const out = document.getElementById("out");
(async () => {
  const drawn = [];
  for (const figure of figures) {
    const place = document.createElement("div");
    document.body.append(place);
    const height = figure.layout.height || 420;
    const layout = {...figure.layout, width: WIDTH, height: height};
    await Plotly.newPlot(place, figure.data, layout, {staticPlot: true});
    drawn.push(await Plotly.toImage(place, {format: "svg", width: WIDTH, height}));
    place.remove();
  }
  out.textContent = JSON.stringify(drawn);
})();
""".replace("WIDTH", str(_WIDTH))


def chromium() -> str | None:
    """Return the path of a Chromium on this computer; None without one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def pictures(figures: Sequence["go.Figure"]) -> list[str]:
    """Draw each figure as the ``src`` of an image; an empty list where none can.

    A browser that fails or hangs costs the pictures, and not the report.
    """
    browser = chromium()
    if browser is None or not figures:
        return []
    with tempfile.TemporaryDirectory(prefix="trailkit-") as folder:
        page = Path(folder) / "charts.html"
        page.write_text(_page(figures), encoding="utf-8")
        try:
            said = browse(browser, folder, *_DUMP, page.as_uri(), seconds=_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return []
    return _found(said.decode("utf-8", "replace"), len(figures))


def browse(browser: str, folder: str, *words: str, seconds: int) -> bytes:
    """Run a browser without a window, a profile of yours, or the network.

    Return what it prints. Raises OSError and TimeoutExpired.
    """
    as_root = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    command = [
        browser,
        *("--headless", "--disable-gpu", "--disable-dev-shm-usage", *as_root),
        *("--no-first-run", "--disable-background-networking", "--disable-extensions"),
        *("--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profile"),
        *words,
    ]
    return subprocess.run(  # noqa: S603 - our own words and page
        command, capture_output=True, timeout=seconds, check=False
    ).stdout


def _page(figures: Sequence["go.Figure"]) -> str:
    data = json.dumps([json.loads(each.to_json() or "{}") for each in figures])
    data = data.replace("<", "\\u003c")
    return (
        f'<!doctype html><meta charset="utf-8"><body><pre id="out"></pre>'
        f'<script type="application/json" id="figures">{data}</script>'
        f"<script>{get_plotlyjs()}</script><script>{_DRAW}</script>"
    )


def _found(page: str, count: int) -> list[str]:
    """Read the pictures out of the page; all of them, or none."""
    match = re.search(r'<pre id="out">(.*?)</pre>', page, re.DOTALL)
    try:
        drawn = json.loads(unescape(match[1])) if match else []
    except ValueError:
        return []
    good = [each for each in drawn if each.startswith("data:image/svg+xml,")]
    return good if len(good) == count else []
