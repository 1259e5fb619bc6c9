"""What a check found: for each claim how many rows disagree, and what that means."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trailkit.checking.claims import Claim


class Verdict(StrEnum):
    """Whether a claim holds of the rows looked at; open where none of them can tell."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim, the rows that it is about, those that disagree, and what it means."""

    claim: str
    rows: int
    disagree: int
    verdict: Verdict
    meaning: str


def judge(claim: Claim, counts: Mapping[str, Any]) -> Finding:
    """Judge a claim by the counts of its aggregates."""
    rows, against = counts[f"{claim.name}_rows"], counts[f"{claim.name}_against"]
    if claim.due is None:
        return _every(claim, rows, against)
    return _some(claim, rows, against, counts[f"{claim.name}_due"])


def _every(claim: Claim, rows: int, against: int) -> Finding:
    if not rows:
        return Finding(claim.text, 0, 0, Verdict.OPEN, "No row is about it.")
    if against:
        return Finding(claim.text, rows, against, Verdict.FAILS, claim.advice)
    return Finding(claim.text, rows, 0, Verdict.HOLDS, "")


def _some(claim: Claim, rows: int, against: int, due: int) -> Finding:
    agree = rows - against
    if agree:
        share = f"So in {agree / rows:.1%} of the rows."
        return Finding(claim.text, rows, against, Verdict.HOLDS, share)
    if due:
        return Finding(claim.text, rows, against, Verdict.FAILS, claim.advice)
    return Finding(claim.text, rows, against, Verdict.OPEN, _UNSEEN)


def undeclared(claim: Claim, rows: int) -> Finding:
    """Say of a column that the table does not declare it."""
    return Finding(claim.text, rows, rows, Verdict.OPEN, _UNDECLARED)


def absent(claim: Claim, rows: int) -> Finding:
    """Say of a claim that what it is about cannot even be asked for."""
    return Finding(claim.text, rows, rows, Verdict.FAILS, claim.advice)


def files_read(files: int, read: int) -> Finding:
    """Judge whether the log files that were listed gave rows."""
    text = "The table shows the records of the log files in its folders"
    lacking = files - read
    if not files:
        return Finding(text, 0, 0, Verdict.OPEN, "There is no log file.")
    if read:
        few = f"{lacking:,} without any record." if lacking else ""
        return Finding(text, files, lacking, Verdict.HOLDS, few)
    return Finding(text, files, files, Verdict.FAILS, _UNREAD)


_UNSEEN = "No row has it, and none must. Another day may."
_UNDECLARED = (
    "The table does not declare it; one that trailkit.tables.ddl.create_table writes "
    "over the same files does, and making one copies nothing."
)
_UNREAD = (
    "The files are there, and no row comes out of them: empty answers of this table "
    "prove nothing. Compare its input format, its SerDe and its partitions with those "
    "of trailkit.tables.ddl.create_table."
)
