"""The report in a real Chromium: from disk, offline, on paper, without scripts."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import trailkit as tk
from tests.conformance.lab import chromium
from tests.test_report import HOSTILE, hostile_frame

PROJECT = Path(__file__).parents[2]
CHART = ".js-plotly-plot svg .trace"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with (
        sync_playwright() as player,
        player.chromium.launch(executable_path=chromium()) as opened,
    ):
        yield opened


class Seen:
    """A page of a file, opened without network, and what it tried to do."""

    def __init__(self, browser: Browser, path: Path, scripts: bool = True) -> None:
        self.wrong: list[str] = []
        context = browser.new_context(offline=True, java_script_enabled=scripts)
        self.page: Page = context.new_page()
        self.page.on("dialog", lambda each: self._dialog(each))
        self.page.on("pageerror", lambda each: self.wrong.append(str(each)))
        self.page.on("console", lambda each: self._said(each.type, each.text))
        self.page.on("request", lambda each: self._asked(each.url))
        self.page.goto(path.as_uri())
        self.page.wait_for_timeout(1500)

    def _dialog(self, dialog) -> None:
        self.wrong.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.wrong.append(text)

    def _asked(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            self.wrong.append(url)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report with 10,000 hostile strings in its marks, frames and charts."""
    folder = tmp_path_factory.mktemp("reported")
    case = tk.demo().journal(folder / "case.jsonl", who=HOSTILE[0])
    frame = hostile_frame(2_500)
    for start in range(0, 2_500, 500):
        case.mark(frame.iloc[start : start + 500], HOSTILE[start // 500], tag="<b>")
    case.mark(case.ask("s3/bucket-deletions").head(3), "deleted")
    return case.report(folder / "out.html", title=HOSTILE[1], frames=[frame])


def test_ten_thousand_hostile_strings_are_inert(browser: Browser, report: Path):
    seen = Seen(browser, report)
    assert seen.wrong == []
    assert seen.page.locator(CHART).count() > 0
    assert seen.page.locator("iframe, object, embed, [onerror], [onload]").count() == 0


def test_without_scripts_each_chart_is_a_picture(browser: Browser, report: Path):
    seen = Seen(browser, report, scripts=False)
    pictures = seen.page.locator("img.still")
    assert pictures.count() == 3
    assert all(each.is_visible() for each in pictures.all())
    assert seen.page.locator(".no-script").count() == 0
    assert seen.wrong == []


def test_it_prints_with_every_chart(browser: Browser, report: Path):
    seen = Seen(browser, report)
    seen.page.emulate_media(media="print")
    assert all(each.is_visible() for each in seen.page.locator("img.still").all())
    assert len(seen.page.pdf(format="A4")) > 50_000


def test_a_pdf_is_printed_beside_it(tmp_path: Path):
    case = tk.demo().journal(tmp_path / "case.jsonl")
    case.mark(case.ask("s3/bucket-deletions").head(3), "deleted")
    printed = case.report(tmp_path / "out.pdf").read_bytes()
    assert printed.startswith(b"%PDF-")
    assert len(printed) > 20_000
    assert (tmp_path / "out.html").is_file()
    assert case.custody
    assert case.custody.entries()[-1]["file"] == str(tmp_path / "out.pdf")


def test_nbconvert_shows_every_chart_offline(browser: Browser, tmp_path: Path):
    notebook = PROJECT / "notebooks" / "10_who_deleted_the_bucket.ipynb"
    words = ["--execute", "--to", "html", "--output-dir", str(tmp_path), str(notebook)]
    subprocess.run([sys.executable, "-m", "nbconvert", *words], check=True, timeout=300)
    text = notebook.read_text(encoding="utf-8")
    seen = Seen(browser, tmp_path / "10_who_deleted_the_bucket.html")
    drawn = seen.page.locator(".js-plotly-plot:has(svg .trace)")
    assert drawn.count() == text.count("tk.chart") > 0
