"""What was done, in words: the deed that a list of events is about.

The verb comes from the name of the API call; what came to nothing says so. The most
telling event is a change that succeeded, by an identity that does it rarely.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from trailkit.charts.identity import folded
from trailkit.charts.labels import label
from trailkit.charts.reading import is_text, outcomes, time_column, times

_SPECIAL = {
    "ConsoleLogin": ("signed in to the console", "as", 3),
    "CredentialVerification": ("proved a credential", "for", 1),
    "SwitchRole": ("switched to role", "", 3),
    "StopLogging": ("stopped logging", "of", 10),
    "StartLogging": ("started logging", "of", 4),
    "DeleteTrail": ("deleted trail", "", 10),
    "UpdateTrail": ("changed trail", "", 9),
    "PutEventSelectors": ("changed event selectors", "of", 9),
    "LeaveOrganization": ("left the organization", "", 10),
    "DeleteDetector": ("deleted detector", "", 10),
    "ScheduleKeyDeletion": ("scheduled deletion of key", "", 9),
    # A bucket outweighs what was in it, and must be emptied first.
    "DeleteBucket": ("deleted bucket", "", 8),
    "DeleteObject": ("deleted object", "", 5),
    "DeleteObjects": ("deleted objects", "of", 5),
    "CreateAccessKey": ("created an access key", "for", 7),
    "CreateLoginProfile": ("created a password", "for", 7),
    "UpdateLoginProfile": ("changed the password", "of", 7),
    "UpdateAssumeRolePolicy": ("changed the trust policy", "of", 7),
    "GetSecretValue": ("read secret", "", 4),
    "GetObject": ("read object", "", 2),
    "AssumeRole": ("assumed role", "", 2),
    "GetCallerIdentity": ("asked who it is", "", 1),
}
"""Calls with words of their own, the preposition before a target, and a weight."""

_VERBS = {
    **dict.fromkeys(["Delete", "Remove", "Terminate"], ("deleted", "of", 6)),
    **dict.fromkeys(["Disable", "Stop", "Deactivate"], ("stopped", "of", 6)),
    **dict.fromkeys(["Attach", "Add"], ("attached", "to", 6)),
    "Detach": ("detached", "from", 5),
    "Authorize": ("opened", "of", 5),
    "Revoke": ("revoked", "of", 4),
    "Put": ("put", "on", 4),
    "Create": ("created", "for", 4),
    **dict.fromkeys(["Update", "Modify", "Set", "Change"], ("changed", "of", 4)),
    "Run": ("started", "of", 4),
    "Start": ("started", "of", 3),
    "Send": ("sent", "to", 3),
    "Enable": ("enabled", "of", 3),
    "Assume": ("assumed", "as", 2),
    "Get": ("read", "of", 1),
    "List": ("listed", "of", 1),
    "Describe": ("looked up", "of", 1),
    "Decrypt": ("decrypted", "with", 1),
}
_CAME = {"success": 4.0, "denied": 2.0, "failed": 0.5}
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_NOT_ABOUT = (
    *("service", "finding", "effect", "identity_type", "error_code", "error_message"),
    *("access_key", "session_id", "user_agent", "note"),
)
_USUAL = 8
"""A list of events begins with eight columns; the next says what it was about."""


def weight(action: object) -> int:
    """Return how much an action can change, from 1 for a look to 10 for blinding."""
    name = str(action)
    if name in _SPECIAL:
        return _SPECIAL[name][2]
    return _VERBS.get((_WORD.findall(name) or [""])[0], ("", "", 1))[2]


def done(action: object, target: object = None) -> str:
    """Return in words, as safe text, what an action did to its target.

    >>> done("DeleteBucket", "payroll"), done("AttachUserPolicy", "bob")
    ('deleted bucket payroll', 'attached user policy to bob')
    """
    said, joint = _words(str(action))
    if not isinstance(target, str) or not target:
        return said
    noun = said.rpartition(" ")[2]
    about = short(target).removeprefix(f"{noun}/").removeprefix(f"{noun}:")
    return " ".join(filter(None, [said, joint, label(about, 48)]))


def short(target: object) -> str:
    """Return an ARN without what all of an account have in common.

    >>> short("arn:aws:iam::111122223333:role/Deploy"), short("payroll")
    ('role/Deploy', 'payroll')
    """
    text = str(target)
    parts = text.split(":", 5)
    return parts[5] if parts[0] == "arn" and len(parts) == 6 and parts[5] else text


def _words(action: str) -> tuple[str, str]:
    if action in _SPECIAL:
        return _SPECIAL[action][:2]
    verb, *rest = _WORD.findall(action) or [""]
    if verb not in _VERBS or not action.isalnum():
        return f"called {label(action)}", "on"
    said, joint, _ = _VERBS[verb]
    noun = " ".join(word if word.isupper() else word.lower() for word in rest)
    return f"{said} {noun}".strip(), joint if len(rest) != 1 else ""


def came_to(outcome: object, action: object, target: object = None) -> str:
    """Return in words what an action did, or that it was denied or failed.

    >>> came_to("denied", "StopLogging", "main")
    'was denied StopLogging on main'
    """
    on = f" on {label(short(target), 48)}" if isinstance(target, str) and target else ""
    match outcome:
        case "denied":
            return f"was denied {label(action)}{on}"
        case "failed":
            return f"failed with {label(action)}{on}"
        case "unknown":
            return f"called {label(action)}{on}, outcome unknown"
        case _:
            return done(action, target)


def target_column(frame: pd.DataFrame) -> str | None:
    """Find what the events were about: the column after the eight of every list."""
    match [*frame.columns[_USUAL - 1 : _USUAL + 1]]:
        case ["event_id", name] if is_text(frame[name]) and name not in _NOT_ABOUT:
            return name
        case _:
            return None


def ranked(events: pd.DataFrame) -> pd.Series:
    """Return how telling each event is.

    It counts what the action can change, what came of it, how rare it is, whether the
    same session or the same target was refused elsewhere in the frame, and that no
    service did it. Needs the columns actor, action, outcome, and takes target, lane.
    """
    who = events["lane"] if "lane" in events else folded(events["actor"])
    action, actions = _codes(events["action"])
    changed = np.array([weight(each) for each in actions], float)[action]
    came = events["outcome"].map(_CAME).fillna(1.0).to_numpy(float)
    person, names = _codes(who)
    often = _sizes(person * (len(actions) + 1) + action)
    rare = 3 * (1 - often / len(events)) + 2 * (1 - often / _sizes(action))
    service = np.array([str(name).startswith("service/") for name in names])[person]
    tried = _tried(events, _session(events["actor"]))
    if "target" in events:
        tried += _tried(events, events["target"])
    return pd.Series(changed + came + rare + tried - 4 * service, events.index)


def _session(actors: pd.Series) -> pd.Series:
    codes, values = _codes(actors)
    ends = np.array([str(value).rpartition("/")[2] for value in values], object)
    return pd.Series(ends[codes])


def _codes(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return codes, np.asarray(values, object)


def _sizes(codes: np.ndarray) -> np.ndarray:
    """Return how many rows share the code of each row."""
    _, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return counts[place]


def _tried(events: pd.DataFrame, column: pd.Series) -> np.ndarray:
    """Return 1.5 where a denied or failed event of the frame has the same value."""
    refused = events["outcome"].isin(["denied", "failed"])
    values = column[refused].dropna().unique()
    return 1.5 * column.isin(values).to_numpy(float)


def headline(events: pd.DataFrame) -> str:
    """Return the most telling event of a frame in words, with its time.

    Needs the columns time, actor, action and outcome; takes target, and telling.
    """
    telling = events["telling"] if "telling" in events else ranked(events)
    place = int(telling.to_numpy().argmax())
    first = events.iloc[place]
    target = first.get("target")
    said_by = ["actor", "action", "outcome"]
    said_by += ["target"] if isinstance(target, str) else []
    same = np.logical_and.reduce([_alike(events[name], place) for name in said_by])
    said = came_to(first["outcome"], first["action"], target)
    return f"{label(first['actor'], 48)} {said} {_when(events, same)}"


def _alike(column: pd.Series, place: int) -> np.ndarray:
    codes, _ = _codes(column)
    return codes == codes[place]


def _when(events: pd.DataFrame, same: np.ndarray) -> str:
    moments = events.loc[same, "time"]
    one_day = events["time"].dt.normalize().nunique() == 1
    form = "%H:%M" if one_day else "%Y-%m-%d %H:%M"
    first, last = moments.min().strftime(form), moments.max().strftime(form)
    if len(moments) == 1:
        return f"at {first} UTC"
    often = f"{len(moments):,} times"
    return f"{often} at {first} UTC" if first == last else f"{often} from {first} UTC"


def events_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what words and lanes are made from: time, actor, action, outcome, target.

    Rows without a time are left out, and the rest put in the order of time.
    """
    about = target_column(frame)
    made: dict[str, Any] = {
        "time": times(frame[time_column(frame) or "time"]),
        "outcome": outcomes(frame),
        "actor": frame["actor"].astype(object) if "actor" in frame else "unknown",
        "action": frame["action"].astype(object) if "action" in frame else "event",
        "target": frame[about].astype(object) if about else None,
    }
    dated = pd.DataFrame(made, frame.index).dropna(subset="time")
    return dated.sort_values("time", kind="stable")
