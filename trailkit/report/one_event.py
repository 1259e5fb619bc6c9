"""One event of a case as a card: asked for, with its record as AWS wrote it."""

from typing import TYPE_CHECKING

import pandas as pd

from trailkit.display.card import Card
from trailkit.display.event_card import event_card
from trailkit.errors import EvidenceError, InvalidParameter, NothingFound

if TYPE_CHECKING:
    from trailkit.report.reported_case import ReportedCase


def show(event_id: "str | pd.Series", case: "ReportedCase") -> Card:
    """Return an event as a card: who, what, when, where, its record, what to ask next.

    ``event_id`` is an id, or a row of a frame that has one. Raises NothingFound where
    no event in the case's scope has it.

    >>> import trailkit as tk
    >>> case = tk.demo()
    >>> card = show(tk.latest(case.ask("s3/bucket-deletions")), case)
    >>> print(str(card).splitlines()[0])
    role/terraform/run-6650 deleted bucket
    """
    is_row = isinstance(event_id, pd.Series)
    wanted = event_id.get("event_id") if is_row else event_id
    if not isinstance(wanted, str) or not callable(getattr(case, "ask", None)):
        raise InvalidParameter(
            "Give the id of an event, or a row that has one, and the case: "
            'tk.show(frame.iloc[0], case), tk.show("the-event-id", case).'
        )
    frame = case.ask("overview/event", event_id=wanted)
    if frame.empty:
        raise NothingFound(
            f'No event has the id "{wanted}" in {case.scope}. Take the id from the '
            "event_id column of a frame, or widen the case: case.everything()."
        )
    return event_card(frame.iloc[0].dropna(), _record(wanted, case))


def _record(event_id: str, case: "ReportedCase") -> str | None:
    """Return the record as AWS wrote it; None where its log file is out of reach."""
    try:
        return str(case.original(event_id))
    except EvidenceError:
        return None
