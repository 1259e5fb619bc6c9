"""The folder that event history is written to: its pages, and a note of what is there.

Pages are JSON lines of LookupEvents, packed, and never changed once they are there. The
note says which spans of time they cover, so that a later call goes on from them. Each
file is written whole before it gets its name: a kill at any moment costs one of them.
"""

import gzip
import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trailkit.history.gaps import Span, joined

LACKS = (
    "Event history holds 90 days of management events of one account. It has no data "
    "events (S3 objects, Lambda calls), no network activity, no Insights, and nothing "
    "of other accounts."
)


class HistoryFolder:
    """A folder of one or more accounts' event history; this is the view of one."""

    def __init__(self, path: Path, account: str) -> None:
        """Make the folder if needed, and read the note of the account."""
        self.path, self.account = path, account
        path.mkdir(parents=True, exist_ok=True)
        for half_written in path.glob(f".{account}_*.part"):
            half_written.unlink()
        self._note = path / f"event-history-{account}.json"
        self._lock = threading.Lock()
        self._known = _read(self._note)

    def known(self, region: str) -> list[Span]:
        """Return the spans of a region that are there already."""
        return self._known.get(region, [])

    def add(self, region: str, events: Sequence[Mapping[str, Any]], span: Span) -> None:
        """Write events, then note the span that they complete."""
        if events:
            self._write_page(region, events)
        with self._lock:
            self._known[region] = joined([*self.known(region), span])
            self._write_note()

    def _write_page(self, region: str, events: Sequence[Mapping[str, Any]]) -> None:
        lines = "".join(json.dumps(_plain(event)) + "\n" for event in events)
        packed = gzip.compress(lines.encode(), mtime=0)
        times = [event["EventTime"].astimezone(UTC) for event in events]
        newest, oldest = f"{max(times):%Y%m%dT%H%M%SZ}", f"{min(times):%Y%m%dT%H%M%SZ}"
        content = hashlib.sha256(packed).hexdigest()[:12]
        name = f"{self.account}_EventHistory_{region}_{newest}_{oldest}_{content}"
        _replace(self.path / f"{name}.jsonl.gz", packed)

    def _write_note(self) -> None:
        note = {
            "eventHistory": self.account,
            "lacks": LACKS,
            "covered": {
                region: [[_iso(start), _iso(end)] for start, end in spans]
                for region, spans in sorted(self._known.items())
            },
        }
        _replace(self._note, (json.dumps(note, indent=1) + "\n").encode())


def _read(note: Path) -> dict[str, list[Span]]:
    if not note.exists():
        return {}
    covered = json.loads(note.read_text("utf-8"))["covered"]
    return {
        region: [(_seconds(start), _seconds(end)) for start, end in spans]
        for region, spans in covered.items()
    }


def _replace(path: Path, content: bytes) -> None:
    """Write a file under another name, and rename it when it is whole."""
    written = path.with_name(f".{path.name}.part")
    written.write_bytes(content)
    written.replace(path)


def _plain(event: Mapping[str, Any]) -> dict[str, Any]:
    return {**event, "EventTime": _iso(int(event["EventTime"].timestamp()))}


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
