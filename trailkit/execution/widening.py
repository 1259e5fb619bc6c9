"""One question about a moment, asked ever wider around it until there is an answer."""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd

from trailkit.errors import BudgetExceeded
from trailkit.progress import keeping, notice

STEPS = {
    "an hour": timedelta(hours=1),
    "a day": timedelta(days=1),
    "a week": timedelta(days=7),
    "a month": timedelta(days=30),
}
"""How much time, half of it before the moment and half after."""


def find(ask: Callable[[timedelta], pd.DataFrame]) -> pd.DataFrame:
    """Ask within so much time before and after, and say what was searched.

    Raises BudgetExceeded where the budget does not allow the first step.
    """
    frame, said = _ask(ask, "an hour")
    searched = ["an hour"]
    for name in list(STEPS)[1:]:
        if len(frame):
            break
        try:
            frame, said = _ask(ask, name)
        except BudgetExceeded as error:
            said = [*said, f"The search ended before {name}. {error}"]
            break
        searched.append(name)
    for note in said:
        notice(note)
    notice(_outcome(searched, len(frame)))
    return frame


def _ask(
    ask: Callable[[timedelta], pd.DataFrame], name: str
) -> tuple[pd.DataFrame, list[str]]:
    with keeping() as said:
        return ask(STEPS[name] / 2), said


def _outcome(searched: list[str], rows: int) -> str:
    *before, last = searched
    if not rows:
        return f"Searched {last} around that time, and found nothing."
    nothing = f" In {before[-1]} there was nothing." if before else ""
    return f"Found {rows:,} rows in {last} around that time.{nothing}"
