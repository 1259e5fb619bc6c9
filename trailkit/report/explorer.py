"""A chart to click: a mark leads on to its event's card, a drag to a window.

Nothing depends on it: whatever it finds stands beside the chart as a line to run.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import HasEdges, chart
from trailkit.charts.dark_page import show_rules
from trailkit.charts.labels import label
from trailkit.display.card import Card, Line
from trailkit.display.event_card import event_card
from trailkit.errors import InvalidParameter, MissingExtra, TrailkitError, typed
from trailkit.report.one_event import show

if TYPE_CHECKING:
    from trailkit.report.reported_case import ReportedCase

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FIRST = Card(
    "Click a mark, or drag over a time",
    [
        "A mark opens the card of its event, a span of time becomes a window.",
        "By keyboard: arrows step through the marks, Enter opens one, [ and ] set the "
        "start and the end of a window.",
    ],
)


@dataclass(frozen=True)
class Aside:
    """What stands beside the chart: a card, and the line that it stands for."""

    card: Card = _FIRST
    code: str = ""


@dataclass(frozen=True)
class Marks:
    """The marks of a figure, and the case that knows more about them.

    ``events`` are the rows that it was drawn from, by event id as a figure writes it.
    """

    figure: "go.Figure"
    case: "ReportedCase"
    events: Mapping[str, pd.Series]

    def answer(self, asked: Mapping[str, Any]) -> Aside:
        """Return what a page asks for: a mark that was chosen, or a span of time."""
        try:
            if asked.get("kind") == "window":
                return self._window(str(asked["start"]), str(asked["end"]))
            return self._event(asked["marks"])
        except TrailkitError as error:
            return Aside(Card("Nothing to show", [str(error)]))

    def _event(self, marks: list[list[int]]) -> Aside:
        wanted = next(filter(None, map(self._carried, marks)), None)
        if wanted is None:
            said = "It sums many events. Drag over their time to narrow the case to it."
            return Aside(Card("This mark stands for no single event", [said]))
        row = self.events.get(wanted)
        event_id = wanted if row is None else str(row["event_id"])
        code = f"tk.show({event_id!r}, case)"
        if self.case.source.needs_window:
            return Aside(_unpaid(row, event_id), code)
        return Aside(show(event_id, self.case), code)

    def _carried(self, mark: list[int]) -> str | None:
        """Return the event that a mark names in the last of what it carries."""
        curve, number = mark
        traces: Any = self.figure.data
        carried = np.atleast_1d(np.asarray(traces[curve].customdata, object))
        if not isinstance(number, int) or number >= len(carried):
            return None
        last = str(np.atleast_1d(carried[number])[-1])
        return last if last in self.events or _UUID.fullmatch(last) else None

    def _window(self, start: str, end: str) -> Aside:
        if self.figure.layout.xaxis.type != "date":
            return Aside()
        ends = [pd.Timestamp(each) for each in (start, end)]
        first, last = min(ends).floor("1s"), max(ends).ceil("1s")
        last = max(last, first + pd.Timedelta("1s"))
        lines: list[Line] = [("from", f"{first} UTC"), ("to", f"{last} UTC")]
        code = f'case.window("{first}", "{last}")'
        return Aside(Card("A window of the case", lines), code)


def _unpaid(row: pd.Series | None, event_id: str) -> Card:
    """Return what the frame tells of an event: to read more costs money."""
    if row is None:
        return Card(event_id, ["Its card takes a query, which costs: run the line."])
    card = event_card(row.dropna())
    said = "This is what the frame tells. Its record takes a query: run the line."
    return Card(card.title, [*card.lines, said], card.parts)


def marks_of(
    shown: "pd.DataFrame | HasEdges | go.Figure", case: "ReportedCase", **settings: Any
) -> Marks:
    """Return the marks of a figure, or of the chart of a frame or a lineage."""
    if isinstance(shown, go.Figure):
        return Marks(shown, case, {})
    events = shown if isinstance(shown, pd.DataFrame) else pd.DataFrame()
    if "event_id" not in events:
        return Marks(chart(shown, **settings), case, {})
    rows = (row for _, row in events.dropna(subset="event_id").iterrows())
    by_label = {label(row["event_id"]): row for row in rows}
    return Marks(chart(shown, **settings), case, by_label)


@typed
def explore(
    shown: "pd.DataFrame | HasEdges | go.Figure", case: "ReportedCase", **settings: Any
) -> Any:
    """Return a chart to click in a notebook, with what a mark leads to beside it.

    ``shown`` is a frame, a lineage or a figure; ``settings`` are those of ``tk.chart``.
    A click on a mark shows the card of its event, a drag over a time the window; and
    the line of code that does the same. Where a query costs money, the card tells what
    the frame has. Needs the extra ``widgets`` (anywidget); raises MissingExtra without
    it: ``tk.show(event_id, case)`` is the same card.
    """
    widget = _widget()
    if not callable(getattr(case, "ask", None)):
        raise InvalidParameter(
            f"{type(case).__name__} is not a case: tk.explore(frame, case)."
        )
    marks = marks_of(shown, case, **settings)
    show_rules()
    return widget(marks)


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
    import plotly.io
    from plotly.offline import get_plotlyjs

    from trailkit.charts.notebook import CONFIG, STEP, words_of

    class Explorer(anywidget.AnyWidget):
        """The page's part of it is explorer.js; what it shows is worked out here."""

        _esm = STEP + Path(__file__).with_name("explorer.js").read_text("utf-8")
        figure = traitlets.Unicode().tag(sync=True)
        words = traitlets.Unicode().tag(sync=True)
        panel = traitlets.Unicode().tag(sync=True)
        code = traitlets.Unicode().tag(sync=True)

        def __init__(self, marks: Marks) -> None:
            figure = {**marks.figure.to_dict(), "config": CONFIG}
            text = plotly.io.to_json(figure, validate=False) or "{}"
            first = Aside()
            super().__init__(
                figure=text, words=words_of(figure), panel=first.card.html()
            )
            self._marks = marks
            self.on_msg(self._asked)

        def _asked(self, _: Any, asked: Mapping[str, Any], __: Any) -> None:
            if asked.get("kind") == "plotly":
                self.send({"plotly": get_plotlyjs()})
                return
            found = self._marks.answer(asked)
            with self.hold_sync():
                self.panel, self.code = found.card.html(), found.code

        def __repr__(self) -> str:
            return self.words

    return Explorer
