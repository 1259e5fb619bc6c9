"""What the next query of a walk is about: identifiers, and how far in time.

Whatever began a session lies in the second of its creation date, so that is where a
walk looks first. Where nothing is found there, and forwards, a kind of credential says
how long it can last. IAM User Guide, "Compare AWS STS credentials", "AssumeRoot";
IAM Identity Center User Guide, "Session durations"; AWS Sign-In User Guide.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from trailkit.lineage.candidates import PORTAL_DAYS, SOON, carried_on, portal_targets
from trailkit.lineage.edges import Edge, entered
from trailkit.lineage.gathered import (
    KEY,
    SESSION,
    Row,
    called,
    is_provider,
    linked,
    near,
    plain,
)
from trailkit.lineage.joining import Joined
from trailkit.lineage.reach import Reach
from trailkit.lineage.want_list import FIRST, LAST, Span, WantList

CHAINED = timedelta(hours=1)
ROOT = timedelta(minutes=15)
ROLE = timedelta(hours=12)
TOKEN = timedelta(hours=36)

_OF_KIND = {
    "role chain": CHAINED,
    "AssumeRoot": ROOT,
    "GetSessionToken": TOKEN,
    "GetFederationToken": TOKEN,
}
_OF_IDENTITY = {
    "AssumedRole": ROLE,
    "FederatedUser": TOKEN,
    "IAMUser": TOKEN,
    "Root": TOKEN,
    "IdentityCenterUser": PORTAL_DAYS,
}
_SECOND = timedelta(seconds=1)

_PASSES = ("role passed", "account access grant")
_MACHINES = {
    f"{name}.amazonaws.com" for name in ("codebuild", "ec2", "ecs-tasks", "lambda")
}


def lifetime(joined: Joined, at: str) -> timedelta | None:
    """Return how long a credential can last; None for one without end."""
    if at.startswith("AKIA"):
        return None
    for hand in joined.by_issue.get(at, ()):
        if hand["kind"] in _OF_KIND:
            return _OF_KIND[hand["kind"]]
    kinds = {row["identity_type"] for row in joined.members.get(at, [])}
    lengths = [_OF_IDENTITY[kind] for kind in kinds if kind in _OF_IDENTITY]
    return max(lengths, default=ROLE if KEY.fullmatch(at) else TOKEN)


def started(joined: Joined, at: str) -> datetime | None:
    """Return when a credential began: as its records say, else when it was issued."""
    starts = [row["session_start"] for row in joined.members.get(at, [])]
    known = [each for each in starts if each is not None]
    issued = [hand["time"] for hand in joined.by_issue.get(at, ())]
    return min(known or issued, default=None)


def _life(joined: Joined, at: str) -> Span:
    """Return when a credential can have acted."""
    begun, length = started(joined, at), lifetime(joined, at)
    if begun is None:
        return FIRST, LAST
    if length is None:
        return begun - _SECOND, LAST
    return begun - _SECOND, begun + length + _SECOND


def _before(joined: Joined, at: str, length: timedelta | None) -> Span:
    """Return the time before a node's first act in which it can have begun."""
    rows = joined.members.get(at, [])
    seen = min((row["first_seen"] for row in rows), default=LAST)
    start = FIRST if length is None or seen == LAST else seen - length
    return start, seen + _SECOND if seen != LAST else LAST


def backward(joined: Joined, now: Reach) -> WantList:
    """Want what began the nodes before the start for which nothing sure is known."""
    wanted, reached = WantList(), entered(joined.edges)
    for at in now.before:
        if at not in reached:
            _origins(joined, at, wanted)
    for edge in now.edges:
        _of_candidate(edge, now, wanted)
    return wanted


def everywhere(joined: Joined, now: Reach) -> WantList:
    """Want what is further away than a second, backwards and forwards."""
    wanted = forward(joined, now)
    wanted.also(further(joined, now))
    return wanted


def further(joined: Joined, now: Reach) -> WantList:
    """Want what may have begun them outside the second in which it should have."""
    wanted, reached = WantList(), entered(joined.edges)
    for at in now.before:
        rows = joined.members.get(at, [])
        if at in reached or not rows or at.startswith("AKIA"):
            continue
        span = _before(joined, at, lifetime(joined, at))
        _own_ids(at, rows, wanted, span)
        wanted.add("links", carried_on(joined, at), span)
        signed = {row["sign_in_session"] for row in rows} - {None}
        wanted.add("links", [f"sign-in/{each}" for each in signed], span)
        if rows[0]["identity_type"] == "IdentityCenterUser":
            wanted.add("links", [f"person/{rows[0]['identity_id']}"], span)
        if any((row["one_via"] or "").isdigit() for row in rows):
            wanted.add("principals", [rows[0]["principal"]], span)
    return wanted


def forward(joined: Joined, now: Reach) -> WantList:
    """Want all that came of the nodes that were reached, and who made those."""
    wanted = WantList()
    for at in now.before | now.after:
        rows, span = joined.members.get(at, []), _life(joined, at)
        _own_ids(at, rows, wanted, span)
        names = called(rows)
        if at in now.before and _is_machine(joined, at, names):
            wanted.add("links", [f"name/{name}" for name in names], (FIRST, span[1]))
    for at in now.before:
        _owners(joined, at, wanted)
        for hand in joined.by_issue.get(at, ()):
            if hand["via"] and hand["role"]:
                span = FIRST, hand["time"]
                wanted.add("links", [f"passed/{hand['role']}"], span)
    for at in now.after:
        _made(at, wanted)
    for hand in joined.done:
        passed = hand["role"] if hand["kind"] in _PASSES else None
        if passed and joined.known.caller(hand, joined.issued) in now.after:
            wanted.add("roles", [passed], (hand["time"], LAST))
    return wanted


def acting(joined: Joined, now: Reach) -> WantList:
    """Want the credentials that acted as the nodes that were reached."""
    wanted = WantList()
    for at in now.before | now.after:
        _own_ids(at, joined.members.get(at, []), wanted, _life(joined, at))
        if ":user/" in at and at.startswith("arn:") and at in now.after:
            wanted.add("principals", [at], (FIRST, LAST))
    for hand in joined.done:
        if joined.known.caller(hand, joined.issued) in now.after:
            _consequences(hand, wanted)
    return wanted


def _consequences(hand: Row, wanted: WantList) -> None:
    """Want the credentials that may act in consequence of a call."""
    time, span = hand["time"], (hand["time"] - SOON, hand["time"] + TOKEN)
    if hand["issued_session"]:
        wanted.add("sessions", near(hand["issued_session"]), span)
    words = [word for word in (hand["links"] or "").split(" ") if word]
    links = [each for each in words if each.startswith(("request/", "sign-in/"))]
    wanted.add("links", links, span)
    wanted.add("names", linked(hand, "name"), (time, time + TOKEN))


def _is_machine(joined: Joined, at: str, names: Iterable[str]) -> bool:
    """Whether a session is one of a machine, a task, a build or a function."""
    issued = {hand["via"] for hand in joined.by_issue.get(at, ())}
    named = any(name.startswith(("i-", "AWSCodeBuild-")) for name in names)
    return named or bool(issued & _MACHINES)


def _origins(joined: Joined, at: str, wanted: WantList) -> None:
    """Want the call that began a node: in its second, where that is known."""
    rows, begun = joined.members.get(at, []), started(joined, at)
    if begun is not None:
        span = begun - SOON, begun + SOON
        _own_ids(at, rows, wanted, span)
        seconds = [begun + timedelta(seconds=each) for each in (-1, 0, 1)]
        wanted.add("starts", seconds, (seconds[0], seconds[2]))
    elif KEY.fullmatch(at) and not at.startswith("AKIA"):
        span = _before(joined, at, lifetime(joined, at))
        _own_ids(at, rows, wanted, span)
    elif at.startswith("token "):
        wanted.add("made", [at], (FIRST, LAST))
    elif rows and rows[0]["session_id"] and rows[0]["session_start"] is None:
        _own_ids(at, rows, wanted, _before(joined, at, lifetime(joined, at)))


def _own_ids(at: str, rows: list[Row], wanted: WantList, span: Span) -> None:
    """Want a node by its keys, and by its session and those of the next seconds."""
    if KEY.fullmatch(at):
        wanted.add("keys", [at], span)
    elif SESSION.fullmatch(at):
        wanted.add("sessions", near(at), span)
    wanted.add("keys", [row["access_key"] for row in rows], span)
    if any(row["session_id"] == at for row in rows):
        wanted.add("sessions", near(at), span)


def _of_candidate(edge: Edge, now: Reach, wanted: WantList) -> None:
    """Want what tells more of a candidate: its portal, its pod's node, its key."""
    hand = edge.hand
    if hand is None or edge.target not in now.before or not edge.done:
        return
    span = hand["time"] - SOON, hand["time"] + SOON
    if edge.kind == "Identity Center":
        links = [f"portal/{each}" for each in portal_targets(hand)]
        wanted.add("links", links, span)
    beside = edge.certainty == "inferred" or not edge.backward
    if beside and hand["access_key"] and hand["session_start"]:
        # A candidate is named by its key where the issue of that is recorded.
        # A sign-in token's key is issued later than its session began.
        span = hand["session_start"] - SOON, hand["time"] + SOON
        wanted.add("keys", [hand["access_key"]], span)
    if edge.kind == "EKS Pod Identity":
        wanted.add("starts", [hand["time"]], span)


def _owners(joined: Joined, at: str, wanted: WantList) -> None:
    """Want who made the user behind a password or a long-term key."""
    span = _before(joined, at, None)
    if at.startswith("password:"):
        wanted.add("made", [at, at.removeprefix("password:")], span)
    elif at.startswith(("arn:", "token ")):
        wanted.add("made", [at], span)
    for row in joined.members.get(at, []):
        if row["session_id"] is None and row["identity_type"] == "IAMUser":
            wanted.add("made", [plain(row["principal"])], span)


def _made(at: str, wanted: WantList) -> None:
    """Want what came of a user, a password, a role, a provider that was made."""
    every = FIRST, LAST
    if at.startswith("password:"):
        wanted.add("principals", [at.removeprefix("password:")], every)
    elif at.startswith("token "):
        wanted.add("links", [f"token/{at.removeprefix('token ')}"], every)
    elif ":user/" in at and at.startswith("arn:"):
        wanted.add("principals", [at], every)
    elif ":role/" in at and at.startswith("arn:"):
        wanted.add("roles", [at], every)
    elif is_provider(at):
        wanted.add("links", [f"provider/{at}"], every)
