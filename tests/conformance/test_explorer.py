"""A chart to click, in JupyterLab and a real Chromium, by mouse and by keyboard."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import Page, expect, sync_playwright

import trailkit as tk
from tests.conformance.lab import (
    LOOPBACK,
    PATIENCE,
    PROJECT,
    Heard,
    chromium,
    lab,
    tripwire,
)
from trailkit.case import Case

PICTURES = PROJECT / "build" / "explorer"
CELLS = [
    "import trailkit as tk",
    'case = tk.demo().window("2026-03-11 23:30", "2026-03-12 02:50")',
    'deletions = case.ask("s3/bucket-deletions")',
    "tk.explore(deletions, case)",
    'tk.explore(case.query("select time, outcome from events"), case, name="volume")',
    "tk.explore(case)",
]
MARK = ".scatterlayer .trace .points path"


@dataclass(kw_only=True)
class Seen(Heard):
    """A notebook that ran, and what the browser said of it."""

    page: Page


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Run the cells in JupyterLab, and leave it open."""
    home = tmp_path_factory.mktemp("home")
    notebook = home / "explore.ipynb"
    cells = [nbformat.v4.new_code_cell("\n".join(CELLS[:4]))]
    cells += map(nbformat.v4.new_code_cell, CELLS[4:])
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), notebook)
    called_out: list[str] = []
    options = [f"--ServerApp.root_dir={home}", "--LabApp.expose_app_in_browser=True"]
    with ExitStack() as stack:
        proxy = stack.enter_context(tripwire(called_out))
        url = stack.enter_context(lab(home, proxy, notebook, *options))
        player = stack.enter_context(sync_playwright())
        browser = player.chromium.launch(executable_path=chromium())
        page = stack.enter_context(browser).new_page(
            viewport={"width": 1440, "height": 1500}
        )
        page.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        found = Seen(page=page, called_out=called_out)
        found.listen(page)
        page.goto(url)
        page.wait_for_function("window.jupyterapp")
        page.evaluate("jupyterapp.restored")
        page.evaluate(
            """async path => {
                const opened = await jupyterapp.commands.execute(
                    "docmanager:open", {path});
                await opened.context.ready;
                await opened.revealed;
                await opened.sessionContext.ready;
                jupyterapp.commands.execute("notebook:run-all-cells");
            }""",
            notebook.name,
        )
        yield found


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def test_a_click_opens_the_card_of_the_event(seen: Seen, local: Case) -> None:
    place = seen.page.locator(".tk-explore").first
    expect(place.locator(MARK).first).to_be_visible()
    place.locator(MARK).last.click(force=True)

    code = place.locator("code")
    expect(code).to_have_text(re.compile(r"^tk\.show\('[0-9a-f-]{36}', case\)$"))
    picture(seen.page, "clicked")
    card = eval(code.inner_text(), {"tk": tk, "case": local})
    assert place.locator(".tk-card .tk-title").first.inner_text() == card.title
    assert place.get_by_text("original record").is_visible()


def test_the_line_is_copied(seen: Seen) -> None:
    place = seen.page.locator(".tk-explore").first
    place.get_by_role("button", name="Copy").click()

    assert seen.page.evaluate("getSelection().toString()").startswith("tk.show('")


def test_keys_open_a_mark_and_set_a_window(seen: Seen) -> None:
    place = seen.page.locator(".tk-explore").first
    chart, code = place.locator(".tk-chart"), place.locator("code")
    chart.focus()
    for key in ("ArrowRight", "["):
        seen.page.keyboard.press(key)
    for key in ("ArrowRight", "]"):
        seen.page.keyboard.press(key)
    expect(code).to_have_text(re.compile(r'^case\.window\("2026-03-1'))
    seen.page.keyboard.press("Enter")
    expect(code).to_have_text(re.compile(r"^tk\.show"))


def test_a_drag_over_a_volume_gives_the_window(seen: Seen, local: Case) -> None:
    place = seen.page.locator(".tk-explore").nth(1)
    place.scroll_into_view_if_needed()
    plot = place.locator(".nsewdrag").first
    expect(plot).to_be_visible()
    box = plot.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    seen.page.mouse.move(box["x"] + box["width"] * 0.3, y)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=5)
    seen.page.mouse.up()

    code = place.locator("code")
    expect(code).to_have_text(re.compile(r'^case\.window\("[\d: -]+", "[\d: -]+"\)$'))
    picture(seen.page, "dragged")
    assert eval(code.inner_text(), {"case": local}).scope.bounded


def test_a_question_is_found_by_a_word_and_picked(seen: Seen, local: Case) -> None:
    place = seen.page.locator(".tk-explore").nth(2)
    place.scroll_into_view_if_needed()
    search = place.get_by_role("searchbox", name="Search the questions")
    search.fill("bucket deleted")
    found = place.locator(".tk-questions button")
    expect(found.filter(has_text="s3/bucket-deletions")).to_be_visible()
    assert found.count() < 10
    seen.page.keyboard.press("Tab")
    found.filter(has_text="s3/bucket-deletions").press("Enter")

    code = place.locator("code")
    expect(code).to_have_text('case.ask("s3/bucket-deletions")')
    expect(place.get_by_text("nothing: local files")).to_be_visible()
    picture(seen.page, "picked")
    assert len(eval(code.inner_text(), {"case": local}))
    search.fill("no such words")
    expect(place.get_by_text("None has it.")).to_be_visible()


def test_nothing_complains_and_nothing_leaves_loopback(seen: Seen) -> None:
    assert not seen.errors
    hosts = {urlsplit(url.removeprefix("blob:")).hostname for url in seen.requests}
    assert hosts == {LOOPBACK}
    assert not seen.called_out
