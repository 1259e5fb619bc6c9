"""One value of a frame, for a person: as HTML and as plain text."""

from typing import Any

import pandas as pd

from trailkit.display.columns import Kind
from trailkit.visible import middle, safe, visible

MISSING = "–"
"""What stands for a missing value; an empty text is shown as (empty)."""

SIGNS = {"success": "✓", "denied": "✕", "failed": "!", "unknown": "?"}
"""A sign for each outcome, beside its word."""

_ID_WIDTH = 17
_TEXT_WIDTH = 400
"""A cell shows one line; the whole is at hand when it is pointed at, and in copies."""


def plain(value: Any, kind: Kind, width: int = 60) -> str:
    """Return a value as plain text of one line.

    >>> plain(1234567, "number"), plain(2_398_682, "bytes"), plain(None, "text")
    ('1,234,567', '2.4 MB', '–')
    """
    if missing(value):
        return MISSING
    match kind:
        case "time":
            return moment(value)
        case "bytes":
            return sized(float(value))
        case "number":
            return number(value)
        case "yesno":
            return "yes" if value else "no"
        case "outcome":
            return f"{SIGNS.get(str(value), '?')} {middle(visible(str(value)), width)}"
        case "id":
            return middle(visible(str(value)), min(_ID_WIDTH, width))
        case "text":
            return middle(visible(str(value)), width) or "(empty)"


def html(value: Any, kind: Kind) -> str:
    """Return a value as the inside of a table's cell."""
    if missing(value):
        return f'<span class="tk-none" title="missing">{MISSING}</span>'
    if kind == "id":
        return _id(visible(str(value)))
    if kind == "text":
        return _text(str(value))
    if kind == "outcome":
        return _outcome(str(value))
    whole = f"{int(value):,} bytes" if kind == "bytes" else _iso(value, kind)
    return f'<span title="{safe(whole)}">{safe(plain(value, kind))}</span>'


def missing(value: Any) -> bool:
    """Return whether a value is missing; lists and dicts never are."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def moment(value: Any) -> str:
    """Return a time without its offset: the heading says that it is UTC.

    >>> moment(pd.Timestamp("2026-03-12 03:17:04+01:00"))
    '2026-03-12 02:17:04'
    """
    time = _utc(value)
    return time.strftime("%Y-%m-%d %H:%M:%S") + (
        f".{time.microsecond:06}".rstrip("0") if time.microsecond else ""
    )


def number(value: Any) -> str:
    """Return a number, grouped; a whole one has no point."""
    count = float(value)
    if count == int(count) and abs(count) < 1e15:
        return f"{int(count):,}"
    return f"{count:,.4g}" if abs(count) < 1000 else f"{count:,.1f}"


def sized(count: float) -> str:
    """Return bytes with their unit.

    >>> sized(0), sized(999), sized(1_536_000_000)
    ('0 B', '999 B', '1.5 GB')
    """
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(count) < 999.95 or unit == "TB":
            return f"{count:,.0f} B" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    return ""


def _utc(value: Any) -> pd.Timestamp:
    time = pd.Timestamp(value)
    return time.tz_localize("UTC") if time.tz is None else time.tz_convert("UTC")


def _iso(value: Any, kind: Kind) -> str:
    return _utc(value).isoformat().replace("+00:00", "Z") if kind == "time" else ""


def _id(whole: str) -> str:
    """Hide the middle of an id from the eye; it stays in a copy."""
    if len(whole) <= _ID_WIDTH + 3:
        return safe(whole)
    head = _ID_WIDTH // 2
    start, end = safe(whole[:head]), safe(whole[head - _ID_WIDTH :])
    hidden = safe(whole[head : head - _ID_WIDTH])
    return (
        f'<span class="tk-id" title="{safe(whole)}">{start}'
        f'<span class="tk-mid">{hidden}</span>{end}</span>'
    )


def _text(whole: str) -> str:
    if whole == "":
        return '<span class="tk-none">(empty)</span>'
    shown = visible(whole)
    return f'<span title="{safe(middle(shown, 4_000))}">{safe(shown)}</span>'


def _outcome(word: str) -> str:
    known = word if word in SIGNS else "unknown"
    sign = f'<b class="tk-{known}" aria-hidden="true">{SIGNS[known]}</b>'
    return f'<span class="tk-outcome">{sign} {safe(word)}</span>'
