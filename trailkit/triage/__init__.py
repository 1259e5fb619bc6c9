"""Triage: what an investigator must see in the first hour, most serious first."""

from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from trailkit.coverage.answers import Logs
from trailkit.coverage.explain import coverage
from trailkit.coverage.selectors import State
from trailkit.display.known import Known, known_why
from trailkit.display.provenance import KEY
from trailkit.progress import notice
from trailkit.questions.header import SEVERITIES
from trailkit.triage.kinds import kinds
from trailkit.triage.levels import Seen, judge

_COLUMNS = {
    "question": "str", "finding": "str", "technique": "str", "severity": "str",
    "count": "Int64", "first_seen": "datetime64[us, UTC]",
    "last_seen": "datetime64[us, UTC]", "actors": "str", "accounts": "str",
    "example_event_id": "str", "why": "str", "identity_id": "str",
    "addresses": "str", "agents": "str",
}  # fmt: skip

_NOT_RECORDED = {
    "management:write": "Every change, such as a stopped trail or a new key",
    "management:read": "Discovery, and secrets that were read",
    "data:s3": "Objects read in bulk, deleted or written under a foreign key",
}
"""What cannot be found where a kind of event was not recorded."""


def triage(asked: pd.DataFrame, logs: Logs, known: tuple[Known, ...]) -> pd.DataFrame:
    """Level the answer of triage/findings, most serious first; see ``Case.triage``."""
    rows = asked.to_dict("records")
    seen = [_seen(known, row) for row in rows]
    judge(seen)
    found = [_finding(one, row) for one, row in zip(seen, rows, strict=True)]
    # Levels first, then what is worst by its kind, then time.
    order = sorted(range(len(found)), key=lambda at: _rank(seen[at]))
    frame = pd.DataFrame([found[at] for at in order] + list(_unseen(logs)))
    frame = frame.reindex(columns=list(_COLUMNS)).astype(_COLUMNS)
    frame.attrs = {**asked.attrs, "next": next_questions(seen, rows, order)}
    frame.attrs[KEY] = {**asked.attrs.get(KEY, {}), "rows": len(frame)}
    for line in frame.attrs["next"]:
        notice(f"Ask next: {line}")
    return frame


def next_questions(
    seen: list[Seen], rows: list[dict[Hashable, Any]], order: list[int]
) -> list[str]:
    """Write the three questions to ask about the most serious finding."""
    if not order:
        return []
    one, row = seen[order[0]], rows[order[0]]
    if str(row["identity_id"]).startswith("address "):
        return [f'case.ask("identity/address", address={row["actor"]!r})']
    who = str(row["identity_id"]).split("/i-")[0]
    window = f"case.window({_day(one.day)!r}, {_day(one.day + timedelta(days=1))!r})"
    return [
        f'case.ask("identity/credential-use", identity={who!r})',
        f'{window}.ask("identity/activity", identity={who!r})',
        f'case.ask("identity/left-behind", identity={who!r})',
    ]


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def _rank(one: Seen) -> tuple[int, int, datetime, int, str]:
    return (
        -one.level, -one.kind.level, one.first_seen, one.kind.number, one.identity
    )  # fmt: skip


def _seen(known: tuple[Known, ...], row: dict[Hashable, Any]) -> Seen:
    whole = {name: int(row[name]) for name in _COUNTS}
    truth = {name: row[name] is not pd.NA and bool(row[name]) for name in _TRUTHS}
    times = {name: row[name].to_pydatetime() for name in _TIMES}
    marks = _text(row["marks"])
    return Seen(
        kind=kinds()[int(row["number"])],
        identity=str(row["identity_id"]),
        marks=tuple(marks.split("; ")) if marks else (),
        known=known_why(
            known,
            identities=[_text(row["identity_id"]), _text(row["actor"])],
            addresses=_listed(row["addresses"]),
        ),
        **whole, **truth, **times,
    )  # fmt: skip


_COUNTS = ("events", "succeeded", "denied", "by_service", "unmarked")
_TRUTHS = ("is_own", "new", "has_home")
_TIMES = ("day", "first_seen", "last_seen", "evidence_from", "evidence_to")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _listed(value: Any) -> list[str]:
    return [each for each in _text(value).split(", ") if each]


def _finding(one: Seen, row: dict[Hashable, Any]) -> dict[str, Any]:
    return {
        "question": one.kind.question,
        "finding": one.kind.title,
        "technique": one.kind.technique,
        "severity": SEVERITIES[one.level],
        "count": one.events,
        "first_seen": one.first_seen,
        "last_seen": one.last_seen,
        "actors": row["actor"],
        "accounts": row["accounts"],
        "example_event_id": row["example_event_id"],
        "why": _why(one, int(row["things"])),
        "identity_id": row["identity_id"],
        "addresses": row["addresses"],
        "agents": row["agents"],
    }


def _why(one: Seen, things: int) -> str:
    """Return what it means, how much of it, and what moved the level."""
    amount = f"{one.succeeded:,} of {one.events:,} succeeded"
    if things > 1:
        amount += f", {things:,} different"
    means = one.kind.means[0].upper() + one.kind.means[1:]
    base = f"usually {SEVERITIES[one.kind.level]}"
    return "; ".join([f"{means}; {amount}; {base}", *one.reasons])


def _unseen(logs: Logs) -> Iterator[dict[str, Any]]:
    """List what could not be found, as its events are not known to be recorded."""
    every = coverage(logs, _NOT_RECORDED, listing=False)
    for need, lost in _NOT_RECORDED.items():
        states = every.loc[every["need"] == need, "state"]
        if len(states) and set(states) <= {State.PROVED.value, State.RECORDED.value}:
            continue
        told = ", ".join(f"{state}: {n}" for state, n in states.value_counts().items())
        yield {
            "finding": lost,
            "severity": _together(states),
            "why": f"Events of the kind {need}, by accounts and Regions: {told}. Where "
            "they were not recorded, none here does not show that nothing happened: "
            "case.coverage() tells where.",
        }


def _together(states: pd.Series) -> str:
    """Return the one state of a kind; in part, where accounts and Regions differ."""
    if states.empty:
        return State.UNKNOWN.value
    return states.iloc[0] if states.nunique() == 1 else State.PART.value
