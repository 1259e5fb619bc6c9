"""An event as a card: who, what, when, where, its original, and what to ask next."""

import json
from typing import Any

import pandas as pd

from trailkit.charts.deed import came_to, target_column
from trailkit.charts.labels import plain
from trailkit.display import cells
from trailkit.display.card import Card, Line, Part

_FACTS: dict[str, tuple[str, ...]] = {
    "who": ("actor", "principal_arn"),
    "when": ("time",),
    "where": ("account", "region"),
    "from": ("source_ip", "via"),
    "with": ("access_key", "session_id"),
    "agent": ("user_agent",),
    "outcome": ("outcome", "error_code", "error_message"),
    "on": ("resource_arns",),
    "event": ("event_id",),
}
"""What an investigator asks first, and the columns that hold the answer."""

_NEXT = {
    "access_key": 'case.ask("identity/access-key", access_key={})',
    "source_ip": 'case.ask("identity/address", address={})',
}


def event_card(event: pd.Series, original: str | None = None) -> Card:
    """Return the card of one event: a row of a list of events.

    ``original`` is the text of its record, which is folded; JSON is set out by lines.
    The next questions are lines to run.

    >>> event = {"actor": "root", "action": "DeleteTrail", "outcome": "denied"}
    >>> print(event_card(pd.Series(event)))
    root was denied DeleteTrail
      who      root
      outcome  denied
    """
    facts: list[Line] = [
        (word, text) for word, names in _FACTS.items() if (text := _said(event, names))
    ]
    parts = [Part("original record", _set_out(original))] if original else []
    asked = _questions(event)
    parts += [Part("next questions", asked, open=True)] if asked else []
    rest = _rest(event)
    parts += [Part("all columns", rest)] if rest else []
    return Card(_title(event), facts, parts)


def _title(event: pd.Series) -> str:
    about = target_column(pd.DataFrame([event]))
    action, outcome = event.get("action", "an event"), event.get("outcome", "success")
    said = came_to(outcome, action, event[about] if about else None)
    actor = event.get("actor")
    who = "someone unknown" if cells.missing(actor) else str(actor)
    return f"{who} {plain(said)}"


def _said(event: pd.Series, names: tuple[str, ...]) -> str:
    values = [event[name] for name in names if name in event.index]
    return ", ".join(_shown(value) for value in values if not cells.missing(value))


def _shown(value: Any) -> str:
    return (
        f"{cells.moment(value)} UTC" if isinstance(value, pd.Timestamp) else str(value)
    )


def _set_out(original: str) -> str:
    try:
        return json.dumps(json.loads(original), indent=2, ensure_ascii=False)
    except ValueError:
        return original


def _questions(event: pd.Series) -> str:
    """Write the next questions as lines of Python; a log value is quoted as one."""
    lines = [
        line.format(repr(str(event[name])))
        for name, line in _NEXT.items()
        if name in event.index and not cells.missing(event[name])
    ]
    return "\n".join(lines)


def _rest(event: pd.Series) -> str:
    told = {"action", *(name for names in _FACTS.values() for name in names)}
    rest = [name for name in event.index if name not in told]
    shown = [(name, event[name]) for name in rest if not cells.missing(event[name])]
    return "\n".join(f"{name}: {_shown(value)}" for name, value in shown)
