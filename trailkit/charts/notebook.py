"""How a chart gets into a notebook, and from there into any export, offline.

JupyterLab draws plotly's own type of output, also in a notebook that is not trusted.
An export to HTML takes the HTML beside it: the same chart, drawn by a copy of plotly.js
that the first chart of the notebook brings along, with a label for a screen reader and
marks that the arrow keys step through.
"""

import html
import json
import os
from typing import Any

import plotly.graph_objects as go
import plotly.io
from plotly.io.base_renderers import MimetypeRenderer
from plotly.offline import get_plotlyjs

from trailkit.charts.dark_page import show_rules
from trailkit.charts.labels import plain
from trailkit.charts.once import kernel_shell, wanted

NAME = "trailkit"
"""The name by which plotly knows this way of showing."""

CONFIG = {"displaylogo": False, "responsive": True}
# JupyterLab lays its charts out anew itself. Where plotly did so as well, the two took
# turns, and a chart lost its height when a window changed its size.
_LAB_CONFIG = {**CONFIG, "responsive": False}

_PLAIN = "text/plain"
_OWN = "application/vnd.plotly.v1+json"

STEP = """
function step(place, say, key) {
  var at = -1;
  place.addEventListener("keydown", function (event) {
    var marks = [];
    place.data.forEach(function (trace, curve) {
      if (trace.hoverinfo === "skip" || !trace.x) { return; }
      (trace.x.length ? Array.from(trace.x) : []).forEach(function (x, number) {
        marks.push({curveNumber: curve, pointNumber: number});
      });
    });
    var move = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!move && key && at >= 0) { key(event.key, marks[at]); }
    if (!move || !marks.length) { return; }
    event.preventDefault();
    at = (at + move + marks.length) % marks.length;
    window.Plotly.Fx.hover(place, [marks[at]]);
    setTimeout(function () {
      var shown = Array.from(place.querySelectorAll(".hoverlayer text"));
      say.textContent = shown.map(function (each) {
        return Array.from(each.querySelectorAll("tspan.line")).map(
          function (line) { return line.textContent; }).join(", ")
          || each.textContent;
      }).join("; ");
    }, 50);
  });
}
"""
"""Let the arrow keys step through the marks of a chart; ``key`` gets the others."""

_DRAW = f"""
(function () {{
  var data = document.currentScript.previousElementSibling;
  var place = data.previousElementSibling;
  var say = place.previousElementSibling;
  function draw() {{
    var figure = JSON.parse(data.textContent);
    window.Plotly.newPlot(place, figure.data, figure.layout, figure.config);
    step(place, say);
  }}{STEP}
  function wait(left) {{
    if (window.Plotly) {{ draw(); }}
    else if (left) {{ setTimeout(function () {{ wait(left - 1); }}, 100); }}
    else {{ place.textContent = "This chart needs the output of the notebook's first "
      + "chart: run that cell again, and export again."; }}
  }}
  wait(50);
}})();
"""


class NotebookRenderer(MimetypeRenderer):
    """Shows a figure as plotly's own type, as HTML, and as words."""

    def to_mimebundle(self, fig_dict: dict[str, Any]) -> dict[str, Any]:
        """Return the three forms of a figure; the client takes the one it knows."""
        show_rules()
        fig_dict["config"] = CONFIG
        text = plotly.io.to_json(fig_dict, validate=False)
        words = words_of(fig_dict)
        return {
            _OWN: {**json.loads(text or "{}"), "config": _LAB_CONFIG},
            "text/html": _library() + _in_page(text or "{}", words, fig_dict),
            _PLAIN: words,
        }


def show_in_notebooks() -> None:
    """Let plotly show figures this way, in a notebook whose user chose no other."""
    if kernel_shell() is None or "PLOTLY_RENDERER" in os.environ:
        return
    plotly.io.renderers[NAME] = NotebookRenderer()
    if plotly.io.renderers.default == "plotly_mimetype":
        plotly.io.renderers.default = NAME


def words_of(fig_dict: dict[str, Any]) -> str:
    """Return what a figure says, as plain text."""
    layout = fig_dict.get("layout", {})
    meta = layout.get("meta")
    words = meta.get("words") if isinstance(meta, dict) else None
    return plain(words or str(layout.get("title", {}).get("text", "A chart.")))


def _library() -> str:
    return f"<script>{get_plotlyjs()}</script>" if wanted("plotly.js") else ""


def html_of(figure: "go.Figure") -> str:
    """Return a figure as a piece of a page that holds plotly.js already."""
    fig_dict = {**figure.to_dict(), "config": CONFIG}
    text = plotly.io.to_json(fig_dict, validate=False)
    return _in_page(text or "{}", words_of(fig_dict), fig_dict)


def _in_page(figure: str, words: str, fig_dict: dict[str, Any]) -> str:
    height = int(fig_dict.get("layout", {}).get("height") or 420)
    # No text of a log can end the element that holds the figure.
    data = figure.replace("<", "\\u003c").replace("&", "\\u0026")
    hidden = (
        "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
    )
    return (
        "<div>"
        f'<div role="status" style="{hidden}"></div>'
        f'<div class="tk-chart" role="img" tabindex="0" style="height:{height}px"'
        f' aria-label="{html.escape(words)}"></div>'
        f'<script type="application/json">{data}</script>'
        f"<script>{_DRAW}</script></div>"
    )
