"""Sessions whose keys no record issued: nodes by principal and second of creation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from trailkit.lineage.edges import Edge, agreed
from trailkit.lineage.gathered import SIGN_INS, UNLIKE, Row
from trailkit.lineage.nodes import Nodes

_SECOND = timedelta(seconds=1)


def edges(nodes: Nodes) -> Iterator[Edge]:
    """Return the edges to sessions, from what began them or may have."""
    for session, rows in nodes.members.items():
        if any(row["session_id"] == session for row in rows):
            yield from _issuers(nodes, session, rows)


def _issuers(nodes: Nodes, session: str, rows: list[Row]) -> list[Edge]:
    begun = nodes.begun(session)
    signed = [each for each in begun if each["action"] in SIGN_INS]
    traded = [_traded(nodes, each, session) for each in signed if each["session_id"]]
    traded = [edge for edge in traded if edge.origin != session]
    relayed = _relayed(nodes, session, rows)
    if relayed and _origins(relayed) != _origins(traded):
        return relayed
    if traded:
        return agreed(traded)
    direct = [each for each in signed if not each["session_id"]]
    direct = direct or [
        each for each in begun if each["action"] not in (*SIGN_INS, "SwitchRole")
    ]
    if direct:
        return _direct(nodes, session, direct, begun)
    return _guessed(nodes, session, rows, begun)


def _origins(edges: list[Edge]) -> set[str]:
    return {edge.origin for edge in edges}


def _traded(nodes: Nodes, hand: Row, session: str) -> Edge:
    """Join a console with the key that was traded in, or that its token issued."""
    edge = nodes.edge(hand, session, "strong", "console sign-in of this session")
    if hand["issued_key"] and edge.origin != session:
        return replace(edge, origin=hand["issued_key"])
    return edge


def _direct(
    nodes: Nodes, session: str, calls: list[Row], begun: list[Row]
) -> list[Edge]:
    """Join by principal and second of creation."""
    if all(each["action"] == "CreateTokenWithIAM" for each in calls):
        reason = "both have the id of the credential"
        return [nodes.edge(each, session, "certain", reason) for each in calls]
    switch = [each["event_id"] for each in begun if each["action"] == "SwitchRole"]
    beside = f"; SwitchRole {switch[0]} in the same second" if switch else ""
    if all(_keyless(each) and not _spent(nodes, each) for each in calls):
        reason = f"same principal, created in that second{beside}"
        return agreed([nodes.edge(each, session, "strong", reason) for each in calls])
    return [nodes.edge(each, session, "inferred", _doubt(each)) for each in calls]


def _spent(nodes: Nodes, hand: Row) -> bool:
    """Whether the key that it issued acts, so that another needs another call."""
    return hand["issued_key"] in nodes.acting


def _relayed(nodes: Nodes, session: str, rows: list[Row]) -> list[Edge]:
    """Join the keys under which services act for a caller with its own key.

    A session may have several: a key that a console's sign-in token was made for has
    the principal and the start of the one that asked.
    """
    if any(row["relayed"] < row["events"] for row in rows):
        return []
    last = max(row["last_seen"] for row in rows)
    keys = {
        key
        for key in nodes.keys_of_session.get(session, ())
        if any(hand["time"] <= last for hand in nodes.by_issue[key])
    }
    reason = "services acted for this session; AWS does not record their keys"
    kind = "forward access session"
    return agreed(
        [Edge(key, session, kind, "strong", None, reason) for key in sorted(keys)],
        "services acted for this session, which has several keys",
    )


def _guessed(
    nodes: Nodes, session: str, rows: list[Row], begun: list[Row]
) -> list[Edge]:
    """List candidates: calls without an answer, or a switch of roles alone."""
    role, name, start = (
        next((row[column] for row in rows if row[column]), None)
        for column in ("principal", "session_name", "session_start")
    )
    reason = "same role, session name and second; the answer is not recorded"
    blind = [
        nodes.edge(each, session, "inferred", reason)
        for each in nodes.unanswered.get(role, ())
        if start is not None
        and each["role_session"] in (name, None)
        and abs(each["time"] - start) <= _SECOND
    ]
    switched = "SwitchRole in that second; the AssumeRole behind it is missing"
    return blind or [
        nodes.edge(each, session, "inferred", switched)
        for each in begun
        if each["action"] == "SwitchRole"
    ]


def _keyless(hand: Row) -> bool:
    """Whether the key in the answer says nothing about the key in use."""
    return hand["issued_key"] is None or hand["kind"] in UNLIKE


def _doubt(hand: Row) -> str:
    if _keyless(hand):
        return "same principal and second, but its own key acts as well"
    return f"same principal and second, but it issued another key, {hand['issued_key']}"
