"""Why a lineage ends where it does: one reason for each of its beginnings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from trailkit.lineage.edges import Edge
from trailkit.lineage.gathered import KEY, SESSION, Row, grouped
from trailkit.lineage.joining import Joined
from trailkit.lineage.reach import Reach

REASONS = {
    "long-term key": "a long-term key; no call in the logs created it",
    "password": "a user's password; no call in the logs set it",
    "root user": "the root user of the account",
    "service-issued": "an AWS service assumed the role for itself",
    "federated outside AWS": "an identity provider vouched; its sign-in is not AWS's",
    "several candidates": "no record tells which of the candidates it was",
    "account not recorded": "the call is in the logs of an account that is not here",
    "before the window": "it began before the first event that was searched",
    "coverage gap": "nothing of the account was recorded around its second",
    "read-only events not recorded": "the call is a read, and only writes are recorded",
    "event not recorded": "the call is a data event, and none is recorded",
    "never recorded by AWS": "AWS writes no record of how such a credential is issued",
    "not in the logs": "the issuing call should be in the logs searched, and is not",
    "not followed further": "the walk stopped here",
}
"""Each reason, and what it means."""

BY_COVERAGE = ("account not recorded", "not in the logs", "before the window")
"""What holds without knowing what was recorded, and may then be another reason."""

_GAP = timedelta(hours=1)
"""An account that is silent so long on both sides of a second may have a gap."""

_COGNITO = "CognitoIdentityCredentials"
_FORM = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of the logs: by account and moment, and when a trail was off."""

    rows: Sequence[Row] = ()
    stopped: Sequence[Mapping[str, str | None]] = ()

    def of(self, account: str | None, start: Any) -> Row | None:
        """Return what is known of an account, at a moment where that was asked."""
        rows = [row for row in self.rows if row["account"] == account]
        exact = [row for row in rows if row["moment"] == start]
        return next(iter(exact or rows), None)

    def off(self, moment: datetime) -> str:
        """Return when a trail was off, if it was at a moment."""
        for each in self.stopped:
            start, end = each["start"] or "", each["end"] or ""
            after = not start or datetime.fromisoformat(start) <= moment
            if after and (not end or moment <= datetime.fromisoformat(end)):
                return f"a trail was off from {start or 'before'} to {end or 'the end'}"
        return ""


@dataclass(frozen=True, slots=True)
class End:
    """A beginning of the lineage and the reason why nothing is before it."""

    node: str
    reason: str
    detail: str = ""


def ends(
    joined: Joined, now: Reach, recorded: Recorded, halted: bool, hops: int
) -> list[End]:
    """List the nodes before which nothing sure is known, with the reason of each."""
    found = list[End]()
    led = grouped(
        (each for each in joined.edges if each.done and each.backward),
        lambda edge: edge.target,
    )
    out = grouped(joined.edges, lambda edge: edge.origin)
    for at, distance in now.before.items():
        into = [edge for edge in led.get(at, ()) if edge.origin != at]
        if any(edge.sure for edge in into) and distance < hops:
            continue
        if distance >= hops or halted:
            found.append(End(at, "not followed further", f"after {distance} hops"))
        elif into:
            found.append(End(at, "several candidates", _named(into)))
        else:
            found.append(_of_node(joined, at, recorded, out.get(at, [])))
    return found


def _is_temporary(at: str) -> bool:
    """Whether a node is a credential whose issue no record that was read tells."""
    return bool(SESSION.fullmatch(at) or (KEY.fullmatch(at) and at[:4] == "ASIA"))


def _named(into: list[Edge]) -> str:
    origins = dict.fromkeys(edge.origin for edge in into)
    return f"{len(origins)}: {', '.join([*origins][:5])}"


def _of_node(joined: Joined, at: str, recorded: Recorded, out: list[Edge]) -> End:
    if at.startswith("password:"):
        root = at.endswith(":root")
        return End(at, "root user" if root else "password")
    members = joined.members.get(at, [])
    kinds = {row["identity_type"] for row in members}
    if "IdentityCenterUser" in kinds:
        return End(at, "federated outside AWS", "signed in to the access portal")
    if at.startswith("AKIA"):
        return End(at, "root user" if "Root" in kinds else "long-term key")
    if _is_temporary(at) or members:
        return _of_session(at, members, recorded)
    return _of_caller(at, recorded, out)


def _of_caller(at: str, recorded: Recorded, out: list[Edge]) -> End:
    """Return the reason for whoever called without a credential of their own."""
    callers = [edge.hand for edge in out if edge.hand is not None]
    kinds = {hand["identity_type"] for hand in callers}
    if kinds & {"SAMLUser", "WebIdentityUser", "Unknown"}:
        return End(at, "federated outside AWS")
    if kinds & {"AWSService", None} and callers:
        return End(at, "service-issued")
    account = next((hand["caller_account"] for hand in callers), None)
    if "AWSAccount" in kinds and account not in {
        row["account"] for row in recorded.rows
    }:
        return End(at, "account not recorded", account or "")
    if "AWSAccount" in kinds:
        return End(at, "not in the logs", f"the copy of account {account}")
    return End(at, "not in the logs")


def _of_session(at: str, members: list[Row], recorded: Recorded) -> End:
    """Return the reason for a session whose issuing call is missing."""
    source = next(
        (row["source_identity"] for row in members if row["source_identity"]), ""
    )
    detail = f"source identity {source}" if source else ""
    relayed = all(row["relayed"] == row["events"] for row in members)
    if members and relayed:
        return End(at, "never recorded by AWS", "services acted for the caller")
    account = _account(members)
    start = next((row["session_start"] for row in members), None)
    known = recorded.of(account, start)
    if account and known is None:
        return End(at, "account not recorded", account)
    reason, why = _by_coverage(members, start, known)
    if start is not None and reason == "not in the logs" and recorded.off(start):
        reason, why = "coverage gap", recorded.off(start)
    if reason == "not in the logs" and _is_console(members):
        reason, why = "never recorded by AWS", "a console session without a sign-in"
    return End(at, reason, "; ".join(filter(None, [why, detail])))


def _by_coverage(members: list[Row], start: Any, known: Row | None) -> tuple[str, str]:
    """Return why a call is missing, by what was recorded of the account, and facts."""
    if known is None:
        return "not in the logs", ""
    first, before, after = known["first_seen"], known["before"], known["after"]
    if start is not None and start < first:
        seen = f"began {start:{_FORM}}, first event {first:{_FORM}}"
        return "before the window", seen
    if not known["read_events"] and _is_role(members):
        return "read-only events not recorded", str(known["account"])
    names = {row["session_name"] for row in members}
    if _COGNITO in names and not known["data_events"]:
        return "event not recorded", "GetCredentialsForIdentity of Cognito"
    if start is None or before is None or after is None or known["moment"] != start:
        return "not in the logs", ""
    if start - before >= _GAP and after - start >= _GAP:
        return "coverage gap", f"nothing from {before:{_FORM}} to {after:{_FORM}}"
    return "not in the logs", ""


def _is_console(members: list[Row]) -> bool:
    users = {row["identity_type"] for row in members} & {"IAMUser", "Root"}
    return bool(users) and any(row.get("from_console") for row in members)


def _is_role(members: list[Row]) -> bool:
    return any(row["identity_type"] == "AssumedRole" for row in members)


def _account(members: list[Row]) -> str | None:
    for row in members:
        part = (row["principal"] or "").split(":")
        if len(part) > 4 and part[4]:
            return part[4]
    return next((row["caller_account"] for row in members), None)


def frame_of(found: list[End], labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the ends as a frame: id, label, reason, meaning, detail."""
    data: list[dict[str, Any]] = [
        {
            "id": end.node,
            "label": labels.get(end.node, end.node),
            "reason": end.reason,
            "meaning": REASONS[end.reason],
            "detail": end.detail or None,
        }
        for end in found
    ]
    columns = ["id", "label", "reason", "meaning", "detail"]
    return pd.DataFrame(data, columns=columns, dtype="str")
