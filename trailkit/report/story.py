"""Marks: events that an analyst holds up, with a note; together the story of a case."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from trailkit.dialect.literals import literal
from trailkit.display.provenance import KEY, provenance
from trailkit.errors import InvalidParameter, JournalError, TrailkitError
from trailkit.integrity.journal import NAME, Entry, Journal, begin, run_of
from trailkit.progress import notice
from trailkit.report.reported_case import ReportedCase

EIGHT = (
    *("time", "action", "actor", "source_ip", "account", "region", "outcome"),
    "event_id",
)
"""The columns of a list of events, which each mark keeps."""

_MOST = 1_000
_STORY = {
    "time": "datetime64[us, UTC]",
    **dict.fromkeys(EIGHT[1:], "str"),
    **dict.fromkeys(("note", "tag", "marked_by"), "str"),
    "marked_at": "datetime64[us, UTC]",
    "question": "str",
    "message": "str",
    "datetime": "datetime64[us, UTC]",
    "timestamp_desc": "str",
}


def kept(case: ReportedCase) -> Journal:
    """Return the case's journal, or the one that lies beside the notebook."""
    return case.custody or Journal(Path(NAME).resolve(), "")


Query = Callable[[str], pd.DataFrame]


def mark(
    case: ReportedCase, query: Query, events: Any, note: str, tag: str
) -> pd.DataFrame:
    """Add a mark to the journal, and return the marked events.

    ``query`` looks events up by their ids, in silence.
    """
    if not isinstance(note, str) or not note.strip():
        raise InvalidParameter(
            f"{note!r} is not a note. Say in words what the events show: "
            'case.mark(frame, "first use of the key", tag="entry").'
        )
    if not isinstance(tag, str):
        raise InvalidParameter(
            f'{tag!r} is not a tag: use a word, such as tag="entry".'
        )
    marked = _events(query, events)
    journal = case.custody or begin(NAME, None, case.source, case.scope)
    said = {"note": note.strip(), "tag": tag.strip()}
    journal.note("marked", **said, **_origin(events, marked))
    count = f"{len(marked):,} event{'s' if len(marked) > 1 else ''}"
    notice(f"Marked {count} in {journal.path}.")
    return marked


def story(journal: Journal) -> pd.DataFrame:
    """Return the marked events by time, each with its note, tag and question.

    The last three columns are those that Timesketch reads.
    """
    rows = [row for entry in journal.everything() for row in _rows(entry)]
    frame = pd.DataFrame(rows, columns=[*_STORY]).astype(_STORY)
    frame = frame.sort_values(["time", "event_id"], ignore_index=True, kind="stable")
    frame.attrs[KEY] = {
        "title": "What is the story of the case?",
        "scope": f"marks of {journal.path.name}",
        "rows": len(frame),
        "chart": "timeline",
    }
    return journal.following(frame)


def _events(query: Query, events: Any) -> pd.DataFrame:
    """Return the events that are marked, with the eight columns of a list."""
    if isinstance(events, pd.Series) and "event_id" in events.index:
        events = pd.DataFrame([events])
    if isinstance(events, pd.DataFrame):
        return _of_frame(query, events)
    wanted = [events] if isinstance(events, str) else _ids(events)
    return _looked_up(query, list(dict.fromkeys(wanted)))


def _of_frame(query: Query, frame: pd.DataFrame) -> pd.DataFrame:
    if "event_id" not in frame.columns:
        raise InvalidParameter(
            "This frame holds no events to mark: it has no column event_id. Ask for "
            "the events behind it, or give event ids: case.mark([event_id, …], "
            '"what they show").'
        )
    if not set(EIGHT) <= {*frame.columns}:
        return _looked_up(query, list(frame["event_id"].dropna().unique()))
    _require_some(len(frame))
    return frame[[*EIGHT]].drop_duplicates("event_id")


def _ids(events: Any) -> list[str]:
    listed = list(events) if isinstance(events, Iterable) else [events]
    for each in listed:
        if not isinstance(each, str):
            raise InvalidParameter(
                f"{each!r} is not an event id. Use a frame with a column event_id, "
                "one of its rows, an id, or a list of ids."
            )
    return listed


def _looked_up(query: Query, ids: Sequence[str]) -> pd.DataFrame:
    _require_some(len(ids))
    wanted = literal(list(ids), "list of text")
    found = query(
        f"select {', '.join(EIGHT)} from events"
        f" where contains({wanted}, event_id) order by time, event_id"
    )
    if missing := [each for each in ids if each not in {*found["event_id"]}]:
        raise InvalidParameter(
            f'No event in scope has the id "{missing[0]}". Take ids from the event_id '
            "column of a frame, and a case whose window holds them."
        )
    return found


def _require_some(count: int) -> None:
    if not count:
        raise InvalidParameter(
            "There is no event to mark: the frame is empty. Look first: len(frame)."
        )
    if count > _MOST:
        raise InvalidParameter(
            f"{count:,} events are too many for one mark, which holds {_MOST:,}. Mark "
            "the ones that decide: case.mark(frame.head(3), …)."
        )


def _origin(events: Any, marked: pd.DataFrame) -> Entry:
    """Return the events of a mark, and the question that they came from."""
    columns = [[_plain(value) for value in marked[name]] for name in EIGHT]
    rows = [dict(zip(EIGHT, row, strict=True)) for row in zip(*columns, strict=True)]
    if not isinstance(events, pd.DataFrame):
        return {"events": rows}
    try:
        asked = provenance(events).summary()
    except TrailkitError:  # a frame of the user's own making
        return {"events": rows}
    return {"events": rows, "run": asked["run"], **run_of(asked)}


def _plain(value: Any) -> str | None:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value.tz_convert('UTC'):%Y-%m-%dT%H:%M:%S.%fZ}"
    return str(value)


def _rows(entry: Entry) -> list[Entry]:
    if entry["what"] != "marked":
        return []
    if not isinstance(entry.get("events"), list):
        raise JournalError(f"Line {entry['line']} marks no events.")
    return [_row(entry, event) for event in entry["events"]]


def _row(entry: Entry, event: Entry) -> Entry:
    time = pd.to_datetime(event["time"], utc=True)
    who, what, outcome = (event.get(each) for each in ("actor", "action", "outcome"))
    return {
        **event,
        "time": time,
        "note": entry["note"],
        "tag": entry.get("tag") or None,
        "marked_by": entry["who"],
        "marked_at": pd.to_datetime(entry["at"], utc=True),
        "question": entry.get("question"),
        "message": f"{entry['note']} ({who or 'unknown'}: {what}, {outcome})",
        "datetime": time,
        "timestamp_desc": "Event Time",
    }
