"""How a chart gets into a notebook, and from there into an export."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pandas as pd
import plotly.io
import pytest

from trailkit.charts import dark_page, notebook, once, timeline
from trailkit.charts.grounds import GROUNDS, Ground

Events = Callable[..., pd.DataFrame]
HOSTILE = '</script><img src=x onerror=alert(1)>" $x$'


@pytest.fixture
def published() -> list[dict[str, str]]:
    """Return what is shown beside charts."""
    return []


@pytest.fixture(autouse=True)
def cell(
    monkeypatch: pytest.MonkeyPatch, published: list[dict[str, str]]
) -> Iterator[dict[str, str]]:
    """Be in a notebook, in a cell whose id a test can change."""
    metadata = {"cellId": "first"}
    kernel = SimpleNamespace(get_parent=lambda channel: {"metadata": metadata})
    display = SimpleNamespace(publish=lambda data, metadata: published.append(data))
    shell = SimpleNamespace(kernel=kernel, display_pub=display)
    for room in (once, notebook, dark_page):
        monkeypatch.setattr(room, "kernel_shell", lambda: shell)
    monkeypatch.setattr(once, "_SHOWN", {})
    before = plotly.io.renderers.default
    yield metadata
    plotly.io.renderers.default = before


def bundle(figure: Any) -> dict[str, Any]:
    return notebook.NotebookRenderer().to_mimebundle(figure.to_dict())


def test_a_chart_is_shown_in_three_forms(events: Events):
    figure = timeline(events(2))
    shown = bundle(figure)

    assert set(shown) == {
        *("application/vnd.plotly.v1+json", "text/html", "text/plain"),
    }
    own = shown["application/vnd.plotly.v1+json"]
    assert own["layout"]["title"]["text"] == figure.layout.title.text
    assert shown["text/plain"].startswith("role/Admin/bob deleted bucket 2 times")


def test_in_jupyterlab_one_alone_lays_a_chart_out_anew(events: Events):
    shown = bundle(timeline(events(2)))
    assert not shown["application/vnd.plotly.v1+json"]["config"]["responsive"]
    assert '"responsive":true' in shown["text/html"]


def test_plotly_js_stands_once_in_a_notebook(events: Events, cell: dict[str, str]):
    figure = timeline(events(1))
    first = bundle(figure)["text/html"]
    cell["cellId"] = "second"

    assert len(first) > 4_000_000
    assert len(bundle(figure)["text/html"]) < 20_000
    cell["cellId"] = "first"
    assert len(bundle(figure)["text/html"]) > 4_000_000


def test_a_client_that_names_no_cell_gets_plotly_js_once(
    events: Events, cell: dict[str, str]
):
    cell.clear()
    figure = timeline(events(1))

    assert len(bundle(figure)["text/html"]) > 4_000_000
    assert len(bundle(figure)["text/html"]) < 20_000


def test_the_html_has_a_label_and_takes_the_focus(events: Events):
    shown = bundle(timeline(events(1)))["text/html"]

    assert 'role="img" tabindex="0"' in shown
    label = html.unescape(re.findall(r'aria-label="([^"]*)"', shown)[-1])
    assert label == bundle(timeline(events(1)))["text/plain"]


def test_hostile_text_cannot_end_the_data_nor_the_label(
    events: Events, cell: dict[str, str]
):
    bundle(timeline(events(1)))
    cell["cellId"] = "second"
    frame = events(1, actor=HOSTILE, action=HOSTILE, error_code=HOSTILE)
    shown = bundle(timeline(frame).update_layout(title_text=HOSTILE))["text/html"]

    assert "<img" not in shown
    assert shown.count("<script") == shown.count("</script>") == 2


def test_a_notebook_shows_charts_this_way_unless_its_user_chose_another(
    monkeypatch: pytest.MonkeyPatch,
):
    plotly.io.renderers.default = "plotly_mimetype"
    notebook.show_in_notebooks()
    assert plotly.io.renderers.default == "trailkit"

    plotly.io.renderers.default = "browser"
    notebook.show_in_notebooks()
    assert plotly.io.renderers.default == "browser"

    monkeypatch.setenv("PLOTLY_RENDERER", "plotly_mimetype")
    plotly.io.renderers.default = "plotly_mimetype"
    notebook.show_in_notebooks()
    assert plotly.io.renderers.default == "plotly_mimetype"


def test_rules_for_a_dark_page_stand_once_in_a_notebook(
    events: Events, cell: dict[str, str], published: list[dict[str, str]]
):
    bundle(timeline(events(1)))
    cell["cellId"] = "second"
    bundle(timeline(events(1)))
    [shown] = published
    assert shown["text/plain"] == ""
    for name, colour in vars_of(GROUNDS["light"]).items():
        swapped = f'[style*="fill: {dark_page.in_rgb(colour)}"]'
        dark = vars_of(GROUNDS["dark"])[name]
        assert f"{swapped}{{fill:{dark}!important}}" in shown["text/html"]
    assert "script" not in shown["text/html"]


def vars_of(ground: Ground) -> dict[str, str]:
    """Return the colours of a ground, but for its hovers: they are dark on both."""
    return {name: each for name, each in asdict(ground).items() if name != "hover"}


def test_nothing_is_fetched(events: Events, cell: dict[str, str]):
    bundle(timeline(events(1)))
    cell["cellId"] = "second"

    assert not re.search(r"https?://", bundle(timeline(events(1)))["text/html"])
