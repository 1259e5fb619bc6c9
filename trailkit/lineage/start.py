"""Where a lineage starts: an event, a key, a session, a role, a user, an address."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from trailkit.errors import InvalidParameter
from trailkit.lineage.gathered import KEY, SESSION, plain

_EVENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ROLE_SESSION = re.compile(r"arn:[^:]+:sts::\d{12}:assumed-role/([^/]+)/(.+)")
_ALLOWED = (
    "an event id, an access key, a session_id, the ARN, the unique id or the name of a"
    " user, a role or a role's session, an address, or a row of a frame"
)


def asked(start: object) -> dict[str, Any]:
    """Return the parameters of ``lineage/credentials`` by which a start is found.

    Raises InvalidParameter for what cannot be one.

    >>> asked("AKIAIOSFODNN7EXAMPLE")
    {'keys': ['AKIAIOSFODNN7EXAMPLE']}
    >>> asked("arn:aws:sts::111122223333:assumed-role/Ops/alice")
    {'name': 'Ops/alice'}
    """
    if isinstance(start, str):
        return _of_text(start)
    text, time = _of_row(start)
    then = {"since": time, "until": time} if _EVENT.fullmatch(text) and time else {}
    return _of_text(text) | then


def _of_text(text: str) -> dict[str, Any]:
    text = text.strip().removeprefix("password:")
    if not text:
        raise InvalidParameter(f"start is empty. Use {_ALLOWED}.")
    if _EVENT.fullmatch(text.lower()):
        return {"event": text.lower()}
    if KEY.fullmatch(text):
        return {"keys": [text]}
    if SESSION.fullmatch(text):
        return {"sessions": [text]}
    if session := _ROLE_SESSION.fullmatch(text):
        return {"name": f"{session[1]}/{session[2]}"}
    if text.startswith("arn:"):
        return {"principals": [plain(text)]}
    return {"address": text} if _is_address(text) else {"name": text}


def _of_row(row: object) -> tuple[str, datetime | None]:
    """Return what tells most in a row of a frame: event, key, session, address.

    Beside it stands the time of the row, by which an event is found at once.
    """
    if hasattr(row, "_asdict"):
        row = row._asdict()  # type: ignore[union-attr]
    if isinstance(row, pd.DataFrame) and len(row) == 1:
        row = row.iloc[0]
    if isinstance(row, pd.DataFrame):
        raise InvalidParameter(
            f"A frame of {len(row)} rows is not a start. Take one: frame.iloc[0]."
        )
    if not isinstance(row, pd.Series | Mapping):
        raise InvalidParameter(f"{row!r} is not a start. Use {_ALLOWED}.")
    for name in ("event_id", "access_key", "session_id", "source_ip", "actor"):
        value = row.get(name)
        if isinstance(value, str) and value:
            time = row.get("time")
            known = isinstance(time, datetime) and time.tzinfo is not None
            return value, time if known else None
    raise InvalidParameter(
        "The row has no event_id, access_key, session_id, source_ip or actor."
        f" Use {_ALLOWED}."
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
