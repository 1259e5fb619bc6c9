"""Draw the picture in the README from the practice case: `make picture`."""

import shutil
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import sync_playwright

import trailkit as tk

PICTURE = Path(__file__).with_name("address.svg")
DRAW = """
() => Plotly.toImage(
    document.querySelector(".js-plotly-plot"),
    {format: "svg", width: 1000, height: 520}
)
"""


def main() -> None:
    """Draw what came from one address of the practice case, as a scalable picture."""
    night = tk.demo().window("2026-03-11 23:30", "2026-03-12 02:50")
    frame = night.ask("identity/address", address="203.0.113.77")
    page = tk.chart(frame).to_html()
    with (
        sync_playwright() as player,
        player.chromium.launch(executable_path=shutil.which("chromium")) as browser,
    ):
        tab = browser.new_page()
        tab.set_content(page)
        tab.wait_for_selector(".js-plotly-plot .trace")
        drawn = tab.evaluate(DRAW)
    PICTURE.write_text(unquote(drawn.partition(",")[2]), encoding="utf-8")


if __name__ == "__main__":
    main()
