"""Examples of a question: records that it must find, the rows, and records close by.

Each question has a file ``tests/examples/<topic>/<name>.yaml``. A record in it states
what matters; the rest is filled in from an everyday record. Short forms:

* ``who``: ``{user: alice}``, ``{role: Admin, session: x}``, ``{root: true}``,
  ``{service: ec2}``, ``{account: "444455556666"}``, or a whole userIdentity
* ``at``: the time, on 9 March 2026 unless it has a date
* ``denied``: ``"iam:CreateUser on resource: arn:…"``, AWS's code and message
* ``data``: true for a data event
* ``repeat``: so many records; ``{n}`` in a text becomes the number of each
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support import records_made as made

FOLDER = Path(__file__).parents[1] / "examples"

KEYS = {"page", "shape", "ask", "finds", "rows", "near"}


@dataclass(frozen=True)
class Example:
    """The examples of one question."""

    question: str
    finds: list[made.Record]
    rows: list[dict[str, Any]]
    near: list[made.Record]
    ask: dict[str, Any] = field(default_factory=dict)


def read(question: str) -> Example:
    """Read the examples of a question."""
    given = yaml.safe_load((FOLDER / f"{question}.yaml").read_text(encoding="utf-8"))
    assert given.keys() <= KEYS, given.keys() - KEYS
    assert ("page" in given) != ("shape" in given), "name the page, or the shape"
    return Example(
        question,
        finds=[each for stated in given["finds"] for each in records(stated)],
        rows=given["rows"],
        near=[each for stated in given["near"] for each in records(stated)],
        ask=given.get("ask", {}),
    )


def names() -> list[str]:
    """List the questions that have examples."""
    paths = FOLDER.glob("*/*.yaml")
    return sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in paths)


def records(stated: dict[str, Any]) -> Iterator[made.Record]:
    """Make the records that an example states."""
    stated = dict(stated)
    count = stated.pop("repeat", None)
    if count is None:
        yield _record(stated)
        return
    text = json.dumps(stated, default=str)
    for number in range(1, count + 1):
        yield _record(json.loads(text.replace("{n}", str(number))))


def _record(stated: dict[str, Any]) -> made.Record:
    fields = json.loads(json.dumps(stated, default=str))
    name = fields.pop("eventName")
    service = fields.pop("eventSource").removesuffix(".amazonaws.com")
    who = fields.pop("who", None)
    fields = {**_denied(fields.pop("denied", None)), **_data(fields), **fields}
    return made.record(name, service, _who(who), fields.pop("at", "11:40:00"), **fields)


def _denied(action: str | None) -> made.Record:
    if action is None:
        return {}
    who = f"User: arn:aws:iam::{made.ACCOUNT}:user/alice"
    message = f"{who} is not authorized to perform: {action}"
    code = {"errorCode": "AccessDenied", "errorMessage": message}
    return {**code, "requestParameters": None, "responseElements": None}


def _data(fields: made.Record) -> made.Record:
    if not fields.pop("data", False):
        return {}
    return {"managementEvent": False, "eventCategory": "Data"}


def _who(who: dict[str, Any] | None) -> made.Record | None:
    match who:
        case {"user": name, **rest}:
            return made.user(name, **rest)
        case {"role": name, **rest}:
            return made.role(name, rest.pop("session", "deploy"), **rest)
        case {"root": _, **rest}:
            return made.root(**rest)
        case {"service": name}:
            return made.service(name)
        case {"account": account, **rest}:
            return made.stranger(rest.get("principal", ""), account)
        case _:
            return who
