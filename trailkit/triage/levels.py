"""How serious a finding is: its base level, raised and lowered, each time with why.

The rules look at one finding, at the same finding on other days, and at the other
findings of the same identity.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trailkit.questions.header import SEVERITIES
from trailkit.triage.kinds import FindingKind

HIGH = SEVERITIES.index("high")

_DAYS_OF_ROUTINE = 3
_COMPANY = timedelta(hours=24)


@dataclass(slots=True)
class Seen:
    """One row of triage/findings: a kind, an identity and a day."""

    kind: FindingKind
    identity: str
    day: datetime
    events: int
    succeeded: int
    denied: int
    by_service: int
    unmarked: int
    marks: tuple[str, ...]
    is_own: bool
    new: bool
    has_home: bool
    first_seen: datetime
    last_seen: datetime
    evidence_from: datetime
    evidence_to: datetime
    known: str | None = None
    reasons: list[str] = field(default_factory=list[str])
    level: int = 0


def judge(findings: list[Seen]) -> None:
    """Set the level of each finding, and the reasons for it."""
    for one in findings:
        one.level = one.kind.level + _apply(one, _alone(one))
    of_identity: dict[str, list[Seen]] = {}
    for one in findings:
        of_identity.setdefault(one.identity, []).append(one)
    settled = {id(one): one.level for one in findings}
    for one in findings:
        if _is_routine(one, of_identity[one.identity], settled):
            one.level += _apply(one, [(-2, "it is routine for this identity")])
    settled = {id(one): one.level for one in findings}
    for one in findings:
        if _has_company(one, of_identity[one.identity], settled):
            one.level += _apply(
                one, [(1, "the identity has another serious finding within a day")]
            )
        one.level = min(max(one.level, 0), len(SEVERITIES) - 1)


def _apply(one: Seen, steps: Iterable[tuple[int, str]]) -> int:
    """Note the reason of each step; return the sum of the steps."""
    total = 0
    for step, reason in steps:
        total += step
        one.reasons.append(f"{'raised' if step > 0 else 'lowered'}: {reason}")
    return total


def _alone(one: Seen) -> Iterator[tuple[int, str]]:
    """Go through what the finding itself tells."""
    raising = [mark[2:] for mark in one.marks if mark.startswith("+ ")]
    lowering = [mark[2:] for mark in one.marks if mark.startswith("- ")]
    if raising:
        yield 1, ", ".join(raising)
    elif lowering and not one.unmarked:
        yield -1, ", ".join(lowering)
    if "denied" not in one.kind.flags and not one.succeeded and one.kind.number != 8:
        if one.denied:
            yield -1, "no call got through, all were refused"
        else:
            yield -2, "no call got through, all failed"
    if one.by_service == one.events and "service" not in one.kind.flags:
        yield -2, "an AWS service made every call"
    if one.is_own:
        yield -2, "the identity had made the thing itself"
    if one.new and "new" not in one.kind.flags:
        yield 1, "from an address and with an agent that are new to the identity"
    if one.kind.number == 11 and not one.has_home:
        yield -1, "its home is only a guess, without calls of an SSM agent"
    if one.known is not None:
        yield -1, f"marked as known ({one.known})"


def _is_routine(one: Seen, others: list[Seen], settled: dict[int, int]) -> bool:
    """Whether the identity did so on three quiet days, early in the evidence too."""
    if "always" in one.kind.flags:
        return False
    serious = {
        other.day
        for other in others
        if settled[id(other)] >= HIGH and other.kind is not one.kind
    }
    days = sorted(
        other.day
        for other in others
        if other.kind is one.kind and other.day != one.day and other.day not in serious
    )
    if len(days) < _DAYS_OF_ROUTINE:
        return False
    quarter = (one.evidence_to - one.evidence_from) / 4
    return days[0] <= one.evidence_from + quarter


def _has_company(one: Seen, others: list[Seen], settled: dict[int, int]) -> bool:
    return any(
        other.kind is not one.kind
        and settled[id(other)] >= HIGH
        and other.first_seen <= one.last_seen + _COMPANY
        and other.last_seen >= one.first_seen - _COMPANY
        for other in others
    )
