"""A chart to click, or questions to pick from, in a notebook: an optional widget.

Nothing depends on it: whatever it finds stands beside the chart as a line to run.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import HasEdges
from trailkit.charts.dark_page import show_rules
from trailkit.display.card import Card
from trailkit.errors import InvalidParameter, MissingExtra, typed
from trailkit.report.choices import Aside, Marks, Questions, marks_of

if TYPE_CHECKING:
    from trailkit.report.reported_case import ReportedCase


@typed
def explore(
    shown: "pd.DataFrame | HasEdges | go.Figure | ReportedCase",
    case: "ReportedCase | None" = None,
    **settings: Any,
) -> Any:
    """Return a chart to click in a notebook, with what a mark leads to beside it.

    ``shown`` is a frame, a lineage or a figure; ``settings`` are those of ``tk.chart``.
    A click on a mark shows the card of its event, a drag over a time the window; and
    the line of code that does the same. Where a query costs money, the card tells what
    the frame has. Of a case alone, ``tk.explore(case)``, it shows the questions to pick
    from: what each takes, whether it was recorded, its price, its line.

    Needs the extra ``widgets`` (anywidget); raises MissingExtra without it:
    ``tk.show(event_id, case)`` is the same card, ``case.library()`` the same list.
    """
    widget = _widget()
    put_to: Any = shown if case is None else case
    if not callable(getattr(put_to, "ask", None)):
        raise InvalidParameter(
            f"{type(put_to).__name__} is not a case: tk.explore(frame, case), or"
            " tk.explore(case) for its questions."
        )
    show_rules()
    if case is None:
        return widget(Questions(put_to))
    drawn: Any = shown
    return widget(marks_of(drawn, case, **settings))


@cache
def _widget() -> Any:
    """Make the class of the widget, when the first is wanted."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise MissingExtra(
            "tk.explore needs anywidget, which is not installed. Install it with: "
            "pip install 'trailkit[widgets]'. Without it tk.show(event_id, case) is "
            "the same card."
        ) from None

    # Not at import: these take plotly's renderers along.
    from plotly.offline import get_plotlyjs

    from trailkit.charts.notebook import STEP

    class Explorer(anywidget.AnyWidget):
        """The page's part of it is explorer.js; what it shows is worked out here."""

        _esm = STEP + Path(__file__).with_name("explorer.js").read_text("utf-8")
        figure = traitlets.Unicode().tag(sync=True)
        questions = traitlets.Unicode().tag(sync=True)
        words = traitlets.Unicode().tag(sync=True)
        panel = traitlets.Unicode().tag(sync=True)
        code = traitlets.Unicode().tag(sync=True)

        def __init__(self, choices: Marks | Questions) -> None:
            super().__init__(**_shown(choices))
            self._choices = choices
            self.on_msg(self._asked)

        def _asked(self, _: Any, asked: Mapping[str, Any], __: Any) -> None:
            if asked.get("kind") == "plotly":
                self.send({"plotly": get_plotlyjs()})
                return
            found = self._choices.answer(asked)
            with self.hold_sync():
                self.panel, self.code = found.card.html(), found.code

        def __repr__(self) -> str:
            return self.words

    return Explorer


def _shown(choices: Marks | Questions) -> dict[str, str]:
    """Return what the page has at first: a figure, or a list of questions."""
    import plotly.io

    from trailkit.charts.notebook import CONFIG, words_of

    if isinstance(choices, Questions):
        listed = choices.listed()
        first = Card(f"{len(listed)} questions", ["Search, and pick one."])
        words = "Questions to pick from"
        return {"questions": json.dumps(listed), "words": words, "panel": first.html()}
    figure = {**choices.figure.to_dict(), "config": CONFIG}
    text = plotly.io.to_json(figure, validate=False) or "{}"
    panel = Aside().card.html()
    return {"figure": text, "words": words_of(figure), "panel": panel}
