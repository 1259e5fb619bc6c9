"""What a choice on a page leads to: a card, and the line of code that it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from trailkit.charts import HasEdges, chart
from trailkit.charts.labels import label
from trailkit.display.card import Card, Line, Part
from trailkit.display.event_card import event_card
from trailkit.errors import TrailkitError
from trailkit.report.one_event import show

if TYPE_CHECKING:
    from trailkit.questions.question import Question
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


@dataclass(frozen=True)
class Questions:
    """The questions that a case answers, to pick from."""

    case: "ReportedCase"

    def listed(self) -> list[dict[str, str]]:
        """List each question with what it is found by: its name, title and keywords."""
        return [
            {
                "name": each.name,
                "title": each.title,
                "about": " ".join([each.name, each.title, *each.keywords]).lower(),
            }
            for each in self.case.questions
        ]

    def answer(self, asked: Mapping[str, Any]) -> Aside:
        """Return what a question asks, whether it was recorded, and what it costs."""
        try:
            question = self.case.questions[str(asked.get("question"))]
            return Aside(self._card(question), _line(question))
        except TrailkitError as error:
            return Aside(Card("Nothing to show", [str(error)]))

    def _card(self, question: "Question") -> Card:
        # Not at import: it takes the SQL's grammar along.
        from trailkit.questions.library import describe

        case = self.case
        costs = case.source.needs_window
        price = f"case.estimate({question.name!r}) tells it before it is asked"
        lines: list[Line] = [
            ("scope", str(case.scope)),
            ("recorded", self._recorded(question.name)),
            ("price", price if costs else "nothing: local files"),
        ]
        title, _, help_ = describe(question).partition("\n\n")
        return Card(title, lines, [Part("What it takes and shows", help_, open=True)])

    def _recorded(self, name: str) -> str:
        """Count the stretches of accounts and Regions by what was recorded."""
        if self.case.source.needs_window:
            return f"case.coverage({name!r}) lists the files in S3, and tells it"
        states = self.case.coverage(name)["state"].value_counts()
        counted = [f"{state} {count:,}" for state, count in states.items()]
        return f"{'; '.join(counted)} (accounts, Regions and times)"


def _line(question: "Question") -> str:
    """Write the line that asks a question; what it needs is left to fill in."""
    needed = (each.name for each in question.parameters if each.required)
    values = "".join(f', {name}="…"' for name in needed)
    return f'case.ask("{question.name}"{values})'
