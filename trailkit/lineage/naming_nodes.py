"""Names of nodes, short enough to read."""

from typing import Any

from trailkit.lineage.gathered import KEY, SESSION, Row
from trailkit.lineage.joining import Joined


def labels(joined: Joined) -> dict[str, str]:
    """Return the label of each node: who, and by which key or since when."""
    actors = _actors(joined)
    nodes = {edge.origin for edge in joined.edges} | {
        edge.target for edge in joined.edges
    }
    return {at: _label(at, actors.get(at)) for at in nodes | {*joined.members}}


def _actors(joined: Joined) -> dict[str, str]:
    found = {
        at: next((row["actor"] for row in rows if row["actor"]), None)
        for at, rows in joined.members.items()
    }
    for hand in joined.known.hands.values():
        caller = joined.known.caller(hand, joined.issued)
        if not caller.startswith(("password:", "arn:")):
            found.setdefault(caller, hand["actor"])
        for at in (hand["issued_key"], hand["issued_session"]):
            if at and hand["outcome"] == "success":
                found.setdefault(at, _became(hand))
    return {at: actor for at, actor in found.items() if actor}


def _became(hand: Row) -> str | None:
    """Return the actor that a call makes: a role's session, or a user."""
    role: Any = hand["role"]
    if role and ":role/" in role:
        parts = ["role", role.rpartition("/")[2], hand["role_session"]]
        return "/".join(part for part in parts if part)
    return hand["actor"] if hand["kind"] != "CreateAccessKey" else None


def _label(at: str, actor: str | None) -> str:
    if at.startswith("password:"):
        return f"password of {_short(at.removeprefix('password:'))}"
    if KEY.fullmatch(at):
        return f"{actor} {at}" if actor else at
    if SESSION.fullmatch(at):
        return f"{actor or at.split('/')[0]} since {at.rpartition('/')[2]}"
    if at.startswith(("arn:", "policy ")):
        return _short(at)
    return actor or at


def _short(text: str) -> str:
    """Shorten ARNs of IAM to kind, name and account.

    >>> _short("arn:aws:iam::111122223333:user/alice")
    'user/alice of 111122223333'
    """
    head, found, arn = text.rpartition("arn:")
    parts = arn.split(":", 4)
    if not found or len(parts) < 5 or not parts[3]:
        return text
    return f"{head}{parts[4]} of {parts[3]}"
