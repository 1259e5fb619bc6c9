"""Edges that only may be: by account, name, person and time; never taken as fact."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from trailkit.lineage.edges import Edge, entered
from trailkit.lineage.gathered import Row, grouped, linked
from trailkit.lineage.nodes import Nodes

SOON = timedelta(seconds=10)
"""The portal's call is so long before or after the sign-in to the account, at most."""

PORTAL_DAYS = timedelta(days=90)
"""So long a session in the access portal may last."""

_OF_FUNCTIONS = "code of a function"

ON_MACHINES = {
    "command on a machine": "acted after it",
    "instance profile placed": "acted after its role was placed",
    _OF_FUNCTIONS: "acted after its code was changed",
}
"""Kinds of calls after which a machine's or function's role may serve the caller."""

_SERVICE_OF = {"ecs": "ecs-tasks"}
"""Services that assume roles under another name than that of their API."""


def edges(nodes: Nodes, found: list[Edge]) -> Iterator[Edge]:
    """Return every candidate, given the edges that are known otherwise."""
    yield from _portal(nodes, found)
    yield from _people(nodes)
    yield from _pods(nodes, found)
    yield from _passed(nodes, found)
    yield from _machines(nodes)
    yield from _delegates(nodes)
    yield from _carried(nodes, entered(found))


def portal_targets(hand: Row) -> list[str]:
    """List what a portal's call for the role of a sign-in may name: account and set.

    >>> portal_targets({"role": "arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_1a"})
    ['111122223333/AWSReservedSSO_Ops_1a', '111122223333/Ops']
    """
    head, _, name = (hand["role"] or "").partition(":role/")
    account = head.rpartition(":")[2]
    reserved = name.removeprefix("AWSReservedSSO_").rpartition("_")[0]
    return [f"{account}/{each}" for each in (name, reserved) if each]


def _maybe(nodes: Nodes, hand: Row, target: str, reason: str) -> Edge:
    return nodes.edge(hand, target, "inferred", reason)


def _portal(nodes: Nodes, found: list[Edge]) -> Iterator[Edge]:
    """Calls of the access portal that may have led to a session."""
    calls = _by_word(nodes, "portal")
    reason = "same account and permission set, seconds apart"
    for edge in found:
        if edge.hand and edge.done and edge.kind == "Identity Center":
            for name in portal_targets(edge.hand):
                for call in _around(calls.get(name, []), edge.hand["time"], SOON):
                    yield _maybe(nodes, call, edge.target, reason)


def _by_word(nodes: Nodes, kind: str) -> dict[str, list[Row]]:
    """Return calls by what their first link of a kind names, each list by time."""
    calls = sorted(nodes.with_link.get(kind, ()), key=_time)
    return grouped(calls, lambda call: linked(call, kind)[0])


def _around(calls: list[Row], time: datetime, most: timedelta) -> list[Row]:
    """List the calls of some time before or after, of calls by time."""
    first = bisect_left(calls, time - most, key=_time)
    return calls[first : bisect_right(calls, time + most, key=_time)]


def _time(call: Row) -> datetime:
    return call["time"]


def _people(nodes: Nodes) -> Iterator[Edge]:
    """Sign-ins of a person to Identity Center before a session in the portal."""
    calls = _by_word(nodes, "person")
    reason = "the same person signed in before; no id joins the two"
    for at, rows in nodes.members.items():
        if rows[0]["identity_type"] != "IdentityCenterUser":
            continue
        seen = min(row["first_seen"] for row in rows)
        for call in calls.get(rows[0]["identity_id"], ()):
            before = timedelta(0) <= seen - call["time"] <= PORTAL_DAYS
            if before and call["session_id"] != at:
                yield _maybe(nodes, call, at, reason)


def _pods(nodes: Nodes, found: list[Edge]) -> Iterator[Edge]:
    """The agent on a node that asked for a pod's role."""
    asked = sorted(nodes.with_link.get("pods", ()), key=_time)
    reason = "the agent of a node of that cluster asked in the same second"
    for edge in found:
        hand = edge.hand
        if hand and edge.done and edge.kind == "EKS Pod Identity":
            for call in _around(asked, hand["time"], timedelta(seconds=1)):
                name = hand["role_session"] or ""
                if name.startswith(f"eks-{linked(call, 'pods')[0]}-"):
                    yield _maybe(nodes, call, edge.target, reason)


def _passed(nodes: Nodes, found: list[Edge]) -> Iterator[Edge]:
    """Sessions of a role that a service assumed after the role was passed to it."""
    calls = grouped(nodes.with_link.get("passed", ()), lambda call: call["role"])
    reason = "the service assumed the role later; which pass it was is not recorded"
    for edge in found:
        hand = edge.hand
        if not hand or not edge.sure or hand["service"] != "sts" or not hand["via"]:
            continue
        for call in calls.get(hand["role"], ()):
            service = _SERVICE_OF.get(call["service"], call["service"])
            before = call["time"] <= hand["time"]
            if before and hand["via"] == f"{service}.amazonaws.com":
                kind = "passed role used"
                role = call["role"]
                yield Edge(role, edge.target, kind, "inferred", hand, reason)
                break


def _machines(nodes: Nodes) -> Iterator[Edge]:
    """Sessions of a machine's or function's role that acted after it was changed."""
    for call in nodes.done:
        if call["kind"] not in ON_MACHINES:
            continue
        for name in linked(call, "name"):
            reason = f"a role's session named {name} {ON_MACHINES[call['kind']]}"
            acted = {
                at: min(row["session_start"] or row["first_seen"] for row in rows)
                for at in sorted(nodes.by_name.get(name, ()))
                if (rows := nodes.members.get(at, []))
                and any(row["last_seen"] >= call["time"] for row in rows)
            }
            if call["kind"] == _OF_FUNCTIONS and len(acted) > 1:
                # A function has a session every half an hour: the first stands for all.
                reason += f"; it is the first of {len(acted):,} such sessions"
                acted = {_first_after(call["time"], acted): None}
            for at in acted:
                yield _maybe(nodes, call, at, reason)


def _first_after(time: datetime, began: dict[str, datetime]) -> str:
    """Return the session that began first after a time, else the last before it."""
    later = {at: start for at, start in began.items() if start >= time}
    if later:
        return min(later, key=lambda at: later[at])
    return max(began, key=lambda at: began[at])


def _delegates(nodes: Nodes) -> Iterator[Edge]:
    """Sessions under which a partner acts for one who let it."""
    calls = [each for each in nodes.done if each["kind"] == "delegated access"]
    reason = "the same principal let a partner act, and a partner's account shows"
    for at, rows in nodes.members.items() if calls else ():
        partner = any((row["one_via"] or "").isdigit() for row in rows)
        for call in calls if partner else ():
            same = call["principal"] == rows[0]["principal"]
            later = max(row["last_seen"] for row in rows) >= call["time"]
            edge = _maybe(nodes, call, at, reason)
            if same and later and edge.origin != at:
                yield edge


def _carried(nodes: Nodes, reached: set[str]) -> Iterator[Edge]:
    """Calls that set what a session of unknown issue carries along its chain."""
    marked = (nodes.with_link.get(kind, ()) for kind in ("source", "tag"))
    setters = [*{id(each): each for own in marked for each in own}.values()]
    for at, rows in nodes.members.items():
        carried = set[str]() if at in reached else {*carried_on(nodes, at)}
        if not carried:
            continue
        seen = min(row["session_start"] or row["first_seen"] for row in rows)
        for call in setters:
            words = carried.intersection((call["links"] or "").split(" "))
            if words and call["time"] <= seen and call["service"] == "sts":
                reason = f"it set {sorted(words)[0]}, which the session carries on"
                edge = _maybe(nodes, call, at, reason)
                if edge.origin != at:
                    yield edge


def carried_on(nodes: Nodes, at: str) -> Iterator[str]:
    """List the links of what a session carries: source identity, transitive tags."""
    for row in nodes.members.get(at, []):
        if row["source_identity"]:
            yield f"source/{row['source_identity']}"
    for hand in nodes.calls_of.get(at, ()):
        if hand["transitive_tags"]:
            yield from _tags(hand["transitive_tags"])


def _tags(text: str) -> list[str]:
    try:
        tags = json.loads(text)
    except ValueError:
        return []
    pairs = tags.items() if isinstance(tags, dict) else []
    return [f"tag/{key}={value}".replace(" ", "+") for key, value in pairs]
