"""Every notebook, run as a person runs it: `make lab`, and a real Chromium.

One JupyterLab and one browser run each notebook once, and then look at it: wide and
light, narrow and dark. The pictures are in build/jupyterlab, for a person to judge.
"""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.conformance.lab import (
    LOOPBACK,
    PATIENCE,
    PROJECT,
    Heard,
    chromium,
    lab,
    tripwire,
)
from tests.support.sampled import some
from trailkit.charts.dark_page import in_rgb
from trailkit.charts.grounds import GROUNDS

NOTEBOOKS = some(sorted((PROJECT / "notebooks").glob("*.ipynb")), 3)
PICTURES = PROJECT / "build" / "jupyterlab"
WIDTH = 1440
LOOKS = {"light": ("JupyterLab Light", WIDTH), "dark": ("JupyterLab Dark", 1100)}
TALLEST = 14_000  # pixels; a picture of more is not drawn

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
PROMPTS = f"{PANEL} .jp-CodeCell .jp-InputPrompt"
CHART = f"{PANEL} .js-plotly-plot"
MARKS = "svg .trace path, svg .heatmaplayer image"
STDERR = f"{PANEL} [data-mime-type='application/vnd.jupyter.stderr']"
CELLS = f"{PANEL} .jp-Notebook .jp-Cell"

CALL = "([name, given]) => jupyterapp.commands.execute(name, given)"
OPEN = """
async path => {
    const opened = await jupyterapp.commands.execute("docmanager:open", {path});
    await opened.context.ready;
    await opened.revealed;
    await opened.sessionContext.ready;
}
"""
CLOSE = """
async () => {
    await jupyterapp.shell.currentWidget.sessionContext.shutdown();
    await jupyterapp.shell.currentWidget.context.save();
    await jupyterapp.commands.execute("application:close");
}
"""
HEIGHT = """
cells => {
    cells[0].scrollIntoView();
    return Math.ceil(cells.at(-1).getBoundingClientRect().bottom
        - cells[0].getBoundingClientRect().top);
}
"""
DRAWN = """
([chart, count]) => {
    const charts = [...document.querySelectorAll(chart)];
    // While plotly lays a chart out anew, it has no height.
    return charts.length >= count && charts.every(each =>
        each.offsetHeight > 100 && each.querySelector(".main-svg .gtitle"));
}
"""
CUT = """
charts => charts.flatMap(chart => {
    const frame = chart.querySelector("svg.main-svg").getBoundingClientRect();
    const texts = chart.querySelectorAll(
        ".gtitle, .gtitle-subtitle, .xtick text, .ytick text, .legendtext");
    return [...texts].filter(text => {
        const box = text.getBoundingClientRect();
        return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
    }).map(text => text.textContent);
})
"""
"""The texts of the charts that stand out of their picture."""
COLOURS = """
charts => charts.map(chart => [
    getComputedStyle(chart.querySelector("svg.main-svg")).backgroundColor,
    getComputedStyle(chart.querySelector(".gtitle")).fill])
"""
"""The ground and the text of each chart."""


@dataclass
class Visit(Heard):
    """What was seen while the notebooks ran."""

    prompts: dict[str, list[str]] = field(default_factory=dict)
    stderr: dict[str, list[str]] = field(default_factory=dict)
    marks: dict[str, list[int]] = field(default_factory=dict)
    cut: dict[str, list[str]] = field(default_factory=dict)
    colours: dict[str, list[list[str]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """Run each notebook in JupyterLab, all its cells, and look."""
    home, seen = tmp_path_factory.mktemp("home"), Visit()
    folder = Path(shutil.copytree(PROJECT / "notebooks", home / "notebooks"))
    render_every_cell(home)
    shutil.rmtree(PICTURES, ignore_errors=True)
    options = [f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"]
    with (
        tripwire(seen.called_out) as proxy,
        lab(home, proxy, folder / NOTEBOOKS[0].name, *options) as url,
        sync_playwright() as player,
        player.chromium.launch(executable_path=chromium()) as browser,
    ):
        page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
        page.set_default_timeout(PATIENCE * 1000)
        seen.listen(page)
        page.goto(url)
        page.wait_for_function("window.jupyterapp")
        page.evaluate("jupyterapp.restored")
        for path in NOTEBOOKS:
            run_all_cells(page, path)
            look(page, path, seen)
            page.evaluate(CLOSE)
    return seen


def render_every_cell(home: Path) -> None:
    """Let JupyterLab lay out cells out of sight too, or a picture would lack them."""
    settings = home / ".jupyter/lab/user-settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    mode = json.dumps({"windowingMode": "none"})
    (settings / "tracker.jupyterlab-settings").write_text(mode, encoding="utf-8")


def run_all_cells(page: Page, path: Path) -> None:
    page.evaluate(OPEN, path.name)
    page.evaluate(CALL, ["notebook:run-all-cells", {}])
    done = "prompts => prompts.length && prompts.every(p => /\\d/.test(p.textContent))"
    page.wait_for_function(f"({done})([...document.querySelectorAll('{PROMPTS}')])")
    page.wait_for_function(DRAWN, arg=[CHART, charts_of(path)])


def look(page: Page, path: Path, seen: Visit) -> None:
    """Take a picture of the whole notebook in each theme."""
    name, charts = path.stem, charts_of(path)
    for theme, (called, width) in LOOKS.items():
        page.evaluate(CALL, ["apputils:change-theme", {"theme": called}])
        page.set_viewport_size({"width": width, "height": 1000})
        height = page.eval_on_selector_all(CELLS, HEIGHT)
        tall = min(height + 200, TALLEST)
        page.set_viewport_size({"width": width, "height": tall})
        page.eval_on_selector_all(CELLS, HEIGHT)  # from its top
        page.wait_for_timeout(300)  # charts are laid out anew
        page.wait_for_function(DRAWN, arg=[CHART, charts])
        page.screenshot(path=picture(name, theme, width))
        cut = page.eval_on_selector_all(CHART, CUT)
        seen.cut[f"{name}, {theme}, {width}"] = cut
        seen.colours.setdefault(theme, []).extend(
            page.eval_on_selector_all(CHART, COLOURS)
        )
    seen.prompts[name] = page.locator(PROMPTS).all_text_contents()
    seen.stderr[name] = page.locator(STDERR).all_text_contents()
    charts = page.locator(CHART).all()
    seen.marks[name] = [chart.locator(MARKS).count() for chart in charts]
    page.set_viewport_size({"width": WIDTH, "height": 1000})


def picture(name: str, theme: str, width: int) -> Path:
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES / f"{name}-{theme}-{width}.png"


def code_cells(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]


def charts_of(path: Path) -> int:
    return len([cell for cell in code_cells(path) if "tk.chart(" in cell])


def test_every_cell_runs_in_order_and_none_complains(visit: Visit) -> None:
    for path in NOTEBOOKS:
        count = len(code_cells(path))
        wanted = [f"[{number}]:" for number in range(1, count + 1)]
        assert visit.prompts[path.stem] == wanted
        assert not visit.stderr[path.stem]


def test_every_chart_is_drawn(visit: Visit) -> None:
    for path in NOTEBOOKS:
        assert len(visit.marks[path.stem]) == charts_of(path), path.stem
        assert all(visit.marks[path.stem]), path.stem


def test_no_text_of_a_chart_stands_out_of_its_picture(visit: Visit) -> None:
    assert {where: cut for where, cut in visit.cut.items() if cut} == {}


def test_charts_stand_on_the_ground_of_the_page(visit: Visit) -> None:
    for theme, ground in GROUNDS.items():
        wanted = [in_rgb(ground.paper), in_rgb(ground.text)]
        assert visit.colours[theme] == [wanted] * len(visit.colours["light"])


def test_console_shows_no_error(visit: Visit) -> None:
    assert not visit.errors


def test_no_request_leaves_loopback(visit: Visit) -> None:
    hosts = {urlsplit(url.removeprefix("blob:")).hostname for url in visit.requests}
    assert hosts == {LOOPBACK}
    assert not visit.called_out
