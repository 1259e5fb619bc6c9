"""What a check found: for each claim how many rows disagree, and what that means."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trailkit.admin.checks.expectations import Expectation


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


def judge(claim: Expectation, counts: Mapping[str, Any]) -> Finding:
    """Judge a claim by the counts of its aggregates."""
    rows, against = counts[f"{claim.name}_rows"], counts[f"{claim.name}_against"]
    if claim.due is None:
        return _every(claim, rows, against)
    return _some(claim, rows, against, counts[f"{claim.name}_due"])


def _every(claim: Expectation, rows: int, against: int) -> Finding:
    if not rows:
        return Finding(claim.text, 0, 0, Verdict.OPEN, "No row is about it.")
    if against:
        return Finding(claim.text, rows, against, Verdict.FAILS, claim.advice)
    return Finding(claim.text, rows, 0, Verdict.HOLDS, "")


def _some(claim: Expectation, rows: int, against: int, due: int) -> Finding:
    agree = rows - against
    if agree:
        share = f"So in {agree / rows:.1%} of the rows."
        return Finding(claim.text, rows, against, Verdict.HOLDS, share)
    if due:
        return Finding(claim.text, rows, against, Verdict.FAILS, claim.advice)
    return Finding(claim.text, rows, against, Verdict.OPEN, _UNSEEN)


def undeclared(claim: Expectation, rows: int) -> Finding:
    """Return of a column that the table does not declare it."""
    return Finding(claim.text, rows, rows, Verdict.OPEN, _UNDECLARED)


def absent(claim: Expectation, rows: int) -> Finding:
    """Return of a claim that what it is about cannot even be asked for."""
    return Finding(claim.text, rows, rows, Verdict.FAILS, claim.advice)


def kept_once(records: int, surplus: int) -> Finding:
    """Judge whether a copy has each record once; ``surplus`` rows are there again."""
    text = "The copy has each record once"
    if not records:
        return Finding(text, 0, 0, Verdict.OPEN, "No row is about it.")
    if surplus:
        return Finding(text, records, surplus, Verdict.FAILS, _TWICE)
    return Finding(text, records, 0, Verdict.HOLDS, "")


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


def bare(files: int, bare: int) -> Finding:
    """Judge whether the log files that were looked at are objects with ``Records``."""
    text = "A log file holds its records in Records"
    if bare:
        return Finding(text, files, bare, Verdict.FAILS, _BARE)
    return Finding(text, files, 0, Verdict.HOLDS, "")


_BARE = (
    "These files are bare arrays, out of which Athena takes no record: their events "
    "are missing in every answer of this table. Fetch the files of these days and ask "
    'them locally, where they are read: tk.acquire("s3://…", "evidence/"), then '
    'tk.local("evidence/").'
)
_UNSEEN = "No row has it, and none must. Another day may."
_UNDECLARED = (
    "The table does not declare it; one that trailkit.tables.ddl.create_table writes "
    "over the same files does, and making one copies nothing."
)
_TWICE = (
    "Two calls filled this day at once, or someone else wrote to it: counts over this "
    "copy may be too high. Fill a new one, under another name and into a folder of its "
    "own, one call at a time: tk.TableCopy(…).fill_in_account(first, last)."
)
_UNREAD = (
    "The files are there, and no row comes out of them: empty answers of this table "
    "prove nothing. Compare its input format, its SerDe and its partitions with those "
    "of trailkit.tables.ddl.create_table."
)
