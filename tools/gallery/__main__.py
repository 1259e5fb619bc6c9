"""Draw the gallery: ``make gallery``; the page is build/gallery/index.html.

``python -m tools.gallery FOLDER`` draws each folder of logs in FOLDER as well.
"""

import argparse
import html
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import plotly.graph_objects as go
from playwright.sync_api import Page, sync_playwright

import trailkit as tk
from tools.gallery import frames

OUT = Path(__file__).parents[2] / "build" / "gallery"
WIDTHS = (1100, 1440)
_PAGE = """<!doctype html><meta charset="utf-8"><title>trailkit gallery</title>
<style>body{font:14px system-ui;margin:24px;background:#777;color:#fff}
img{max-width:100%;display:block;margin:4px 0 18px}
div{display:grid;grid-template-columns:1fr 1fr;gap:8px}</style>"""


def main() -> None:
    """Draw all, and say which chart is slow, wide or noisy."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "logs", nargs="?", type=Path, help="a folder of folders of logs"
    )
    parser.add_argument("--only", help="draw groups whose name begins so")
    options = parser.parse_args()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with (
        sync_playwright() as player,
        player.chromium.launch(executable_path=shutil.which("chromium")) as browser,
    ):
        tab = browser.new_page()
        complaints = listen(tab)
        sections = [
            section(tab, group, charts)
            for group, charts in groups(options.logs)
            if group.startswith(options.only or "")
        ]
    (OUT / "index.html").write_text(_PAGE + "".join(sections), encoding="utf-8")
    print(f"{OUT / 'index.html'}: {len(complaints)} complaints of the browser")
    raise SystemExit("\n".join(complaints) if complaints else 0)


def groups(logs: Path | None) -> Iterator[tuple[str, frames.Frames]]:
    """Yield the practice case, each folder of logs, and each number of rows."""
    yield "practice", frames.of_practice()
    yield from frames.of_logs(logs) if logs else ()
    for rows in frames.SIZES:
        yield f"rows-{rows}", frames.of_size(rows)


def listen(tab: Page) -> list[str]:
    """Collect errors, and requests that leave the machine."""
    found: list[str] = []
    tab.on("pageerror", lambda error: found.append(f"error: {error}"))
    tab.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith(("file:", "data:", "blob:"))
            else found.append(f"request: {asked.url}")
        ),
    )
    return found


def section(tab: Page, group: str, charts: frames.Frames) -> str:
    """Draw a group's charts in both themes and widths."""
    shown = [f"<h2>{html.escape(group)}</h2>"]
    for name, frame in charts.items():
        shown.append(f"<h3>{html.escape(name)}</h3><div>")
        for theme in ("light", "dark"):
            figure = drawn(group, name, theme, frame)
            for width in WIDTHS:
                shown.append(
                    picture(tab, figure, f"{group}-{name}-{width}-{theme}", width)
                )
        shown.append("</div>")
    return "".join(shown)


def drawn(group: str, name: str, theme: str, frame: "frames.pd.DataFrame") -> go.Figure:
    """Draw one chart, and say how long it took."""
    tk.charts.use_theme(theme)
    start = time.perf_counter()
    figure = tk.chart(frame, name.partition("-of-")[0])
    took, size = time.perf_counter() - start, len(figure.to_json())
    if theme == "light":
        print(f"{group:24} {name:16} {took:6.2f} s {size / 1000:8,.0f} kB", flush=True)
    return figure


def picture(tab: Page, figure: go.Figure, name: str, width: int) -> str:
    """Take a picture of a figure as wide as a page; return it for the page."""
    place = OUT / f"{name}.html"
    place.write_text(
        f'<body style="margin:0">{figure.to_html(include_plotlyjs="directory")}'
    )
    library = OUT / "plotly.min.js"
    if not library.exists():
        from plotly.offline import get_plotlyjs

        library.write_text(get_plotlyjs(), encoding="utf-8")
    tab.set_viewport_size({"width": width, "height": 700})
    tab.goto(place.as_uri())
    tab.wait_for_selector(".js-plotly-plot .main-svg")
    tab.locator(".js-plotly-plot").screenshot(path=OUT / f"{name}.png")
    place.unlink()
    return (
        f'<a href="{name}.png"><img loading="lazy" src="{name}.png" alt="{name}"></a>'
    )


if __name__ == "__main__":
    main()
