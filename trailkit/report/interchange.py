"""Events and findings in the forms of other tools: Timesketch, STIX, Navigator, OCSF.

Each takes a frame and a file, and notes itself in the journal, where one is kept.
"""

import ipaddress
import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from trailkit import clock
from trailkit.charts.reading import time_column
from trailkit.display.cells import missing
from trailkit.errors import ExportError, typed
from trailkit.report.export import to_csv, written

ATTACK = "19"
"""The version of ATT&CK whose ids the questions name."""

_TIMESKETCH = ["message", "datetime", "timestamp_desc"]
_OURS = uuid.UUID("5d5f0b35-3a0c-5a59-9f6e-2d0a54c1d9a7")
_STIX_TYPES = {
    "source_ip": "address",
    "address": "address",
    "client_ip": "address",
    "access_key": "key",
    "user_agent": "agent",
}
_SCORES = {"critical": 100, "high": 75, "medium": 50, "low": 25, "note": 10}
_ACTIVITIES = (
    (("Create", "Put", "Run", "Add", "Attach"), 1),
    (("Get", "List", "Describe", "Head", "Lookup", "Batch"), 2),
    (("Update", "Modify", "Set", "Change", "Enable", "Start"), 3),
    (("Delete", "Remove", "Terminate", "Detach"), 4),
)
"""OCSF's activities of API Activity: create, read, update, delete; else other."""


@typed
def to_timesketch(frame: pd.DataFrame, target: str | Path) -> None:
    """Write events for Timesketch, as CSV or, named ``.jsonl``, as JSON lines.

    The columns message, datetime and timestamp_desc come first, then the frame's own.
    Raises ExportError for a frame without a column of times, and for other names.
    """
    path = Path(target)
    when = _time_of(frame, "Timesketch")
    rest = frame.drop(
        columns=["message", "datetime", "timestamp_desc"], errors="ignore"
    )
    dated = frame[frame[when].notna()]
    made = pd.DataFrame(
        {
            "message": [_message(each) for _, each in dated.iterrows()],
            "datetime": dated[when],
            "timestamp_desc": "Event Time",
        },
        index=dated.index,
    )
    table = pd.concat([made, rest.loc[dated.index]], axis=1)
    table.attrs = frame.attrs
    if path.suffix == ".csv":
        to_csv(table, path)
    elif path.suffix == ".jsonl":
        _write(frame, path, "".join(f"{json.dumps(each)}\n" for each in _plain(table)))
    else:
        raise ExportError(f"{path.name}: Timesketch takes a .csv or a .jsonl.")


@typed
def to_stix(frame: pd.DataFrame, target: str | Path) -> None:
    """Write the public addresses, keys and user agents of a frame as STIX 2.1.

    Each becomes an indicator, valid from its first event; the same value always has
    the same id. Choose the rows first: what is written is called malicious. Raises
    ExportError where the frame holds none of them.
    """
    when = time_column(frame) or "first_seen"
    seen = list(_indicators(frame, when))
    if not seen:
        raise ExportError(
            "This frame holds no public address, access key or user agent. Columns "
            f"that are read: {', '.join(_STIX_TYPES)}."
        )
    bundle_id = uuid.uuid5(_OURS, json.dumps([each["id"] for each in seen]))
    bundle = {"type": "bundle", "id": f"bundle--{bundle_id}", "objects": seen}
    _write(frame, Path(target), json.dumps(bundle, indent=1))


@typed
def to_navigator(
    frame: pd.DataFrame, target: str | Path, name: str = "trailkit"
) -> None:
    """Write findings as a layer for the ATT&CK Navigator (layer format 4.5).

    ``case.triage()`` has the columns technique, severity and count; a technique's score
    is that of its worst finding, from 10 (note) to 100 (critical). Raises ExportError
    for a frame without a column technique.
    """
    if "technique" not in frame.columns:
        raise ExportError(
            "A layer needs a column technique, as case.triage() has it. The frame has: "
            f"{', '.join(map(str, frame.columns))}."
        )
    layer = {
        "name": name,
        "versions": {"attack": ATTACK, "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": f"Written by trailkit {version('trailkit')}.",
        "techniques": [_technique(*each) for each in frame.groupby("technique")],
        "gradient": {
            "colors": ["#ffffff", "#ffb000", "#c1272d"],
            "minValue": 0,
            "maxValue": 100,
        },
    }
    _write(frame, Path(target), json.dumps(layer, indent=1))


@typed
def to_ocsf(frame: pd.DataFrame, target: str | Path) -> None:
    """Write events as OCSF 1.5.0, class API Activity with profile cloud, JSON lines.

    For a list of events. What the frame lacks is left out, or 0, which means unknown.
    Raises ExportError without a column of times, action or actor.
    """
    when = _time_of(frame, "OCSF")
    for name in ("action", "actor"):
        if name not in frame.columns:
            raise ExportError(
                f"OCSF needs a list of events; there is no column {name}."
            )
    dated = frame[frame[when].notna()]
    lines = (json.dumps(_ocsf(row, when)) for row in dated.to_dict("records"))
    _write(frame, Path(target), "".join(f"{each}\n" for each in lines))


def _time_of(frame: pd.DataFrame, what: str) -> str:
    name = time_column(frame)
    if name is None:
        raise ExportError(
            f"{what} needs events with a time; no column of this holds one."
        )
    return name


def _write(frame: pd.DataFrame, path: Path, text: str) -> None:
    with written(path, frame):
        path.write_text(text, encoding="utf-8")


def _message(row: pd.Series) -> str:
    said = [row.get(each) for each in ("note", "actor", "action", "outcome")]
    return ": ".join(str(each) for each in said if not missing(each)) or "an event"


def _plain(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in table.to_dict("records"):
        yield {str(k): _value(v) for k, v in row.items() if not missing(v)}


def _value(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)


def _indicators(frame: pd.DataFrame, when: str) -> Iterator[dict[str, Any]]:
    now = clock.now()
    for column, kind in _STIX_TYPES.items():
        if column not in frame.columns:
            continue
        dated = when in frame.columns
        for value, rows in frame.groupby(column):
            first = rows[when].min() if dated else pd.NaT
            pattern = _pattern(str(value), kind)
            if pattern:
                yield _indicator(pattern, kind, now if missing(first) else first, now)


def _pattern(value: str, kind: str) -> str:
    if kind == "key":
        return f"[user-account:user_id = {_quoted(value)}]"
    if kind == "agent":
        return (
            "[network-traffic:extensions.'http-request-ext'.request_header."
            f"'User-Agent' = {_quoted(value)}]"
        )
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return ""
    private = any(address in each for each in _PRIVATE)
    return "" if private else f"[ipv{address.version}-addr:value = {_quoted(value)}]"


_PRIVATE = [
    ipaddress.ip_network(each)
    for each in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
        *("127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128"),
    )
]
"""Networks that say nothing outside one company; documentation ones count as public."""


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _indicator(pattern: str, kind: str, first: Any, now: datetime) -> dict[str, Any]:
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.uuid5(_OURS, pattern)}",
        "created": _stamp(now),
        "modified": _stamp(now),
        "name": f"{kind} seen in CloudTrail",
        "indicator_types": ["malicious-activity"],
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": _stamp(first),
    }


def _stamp(time: Any) -> str:
    return f"{pd.Timestamp(time).tz_convert('UTC'):%Y-%m-%dT%H:%M:%S}.000Z"


def _technique(name: Any, rows: pd.DataFrame) -> dict[str, Any]:
    severities = rows["severity"] if "severity" in rows else pd.Series(["note"])
    counts = rows["count"] if "count" in rows else pd.Series(dtype="float64")
    count = int(pd.to_numeric(counts, errors="coerce").fillna(0).sum()) or len(rows)
    return {
        "techniqueID": str(name),
        "score": max(_SCORES.get(str(each), 10) for each in severities),
        "comment": f"{count:,} events",
        "enabled": True,
    }


def _ocsf(row: Mapping[Any, Any], when: str) -> dict[str, Any]:
    action = _text(row, "action")
    activity = next((n for starts, n in _ACTIVITIES if action.startswith(starts)), 99)
    outcome = _text(row, "outcome")
    status = {"success": 1, "denied": 2, "failed": 2}.get(outcome, 0)
    event: dict[str, Any] = {
        "class_uid": 6003,
        "category_uid": 6,
        "activity_id": activity,
        "type_uid": 600300 + activity,
        "time": int(pd.Timestamp(row[when]).timestamp() * 1000),
        "severity_id": 1,
        "status_id": status,
        "actor": {"user": _user(row)},
        "api": {"operation": action, **_service(row)},
        "src_endpoint": _endpoint(row),
        "cloud": _cloud(row),
        "metadata": {
            "version": "1.5.0",
            "profiles": ["cloud"],
            "product": {"name": "CloudTrail", "vendor_name": "AWS"},
        },
    }
    if uid := _text(row, "event_id"):
        event["metadata"]["uid"] = uid
    if code := _text(row, "error_code"):
        event["status_code"] = code
    return event


def _text(row: Mapping[Any, Any], name: str) -> str:
    value = row.get(name)
    return "" if missing(value) else str(value)


def _user(row: Mapping[Any, Any]) -> dict[str, str]:
    user = {"name": _text(row, "actor") or "unknown"}
    for key, column in (("uid", "principal_arn"), ("credential_uid", "access_key")):
        if text := _text(row, column):
            user[key] = text
    return user


def _service(row: Mapping[Any, Any]) -> dict[str, Any]:
    name = _text(row, "service")
    return {"service": {"name": name}} if name else {}


def _endpoint(row: Mapping[Any, Any]) -> dict[str, str]:
    """Tell an address from the name of a service, which CloudTrail writes there too."""
    source = _text(row, "source_ip")
    try:
        ipaddress.ip_address(source)
    except ValueError:
        return {"name": source or "unknown"}
    return {"ip": source}


def _cloud(row: Mapping[Any, Any]) -> dict[str, Any]:
    cloud: dict[str, Any] = {"provider": "AWS"}
    if region := _text(row, "region"):
        cloud["region"] = region
    if account := _text(row, "account"):
        cloud["account"] = {"uid": account}
    return cloud
