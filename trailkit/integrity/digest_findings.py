"""What a validation finds: a closed list of kinds, each with its verdict.

*tampered*: someone changed, removed or added something after CloudTrail delivered it.
*gap*: hours that no digest proves, which may have an innocent reason, such as a trail
that was stopped. *unproved*: nothing is wrong, but something that would prove it is not
at hand. *note*: worth knowing. *valid*: a chain that holds.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from trailkit.integrity.log_names import ChainName


class DigestVerdict(StrEnum):
    """How bad it is, worst first."""

    TAMPERED = "tampered"
    GAP = "gap"
    UNPROVED = "unproved"
    NOTE = "note"
    VALID = "valid"


VERDICTS = {
    "log file missing": DigestVerdict.TAMPERED,
    "log file deleted, an older version is at hand": DigestVerdict.TAMPERED,
    "log file changed": DigestVerdict.TAMPERED,
    "log file replaced, the original is at hand": DigestVerdict.TAMPERED,
    "log file cannot be unpacked": DigestVerdict.TAMPERED,
    "bytes behind the log file": DigestVerdict.TAMPERED,
    "older version of a log file differs": DigestVerdict.TAMPERED,
    "log file renamed or moved": DigestVerdict.TAMPERED,
    "log file that no digest names": DigestVerdict.TAMPERED,
    "digest missing": DigestVerdict.TAMPERED,
    "digest changed": DigestVerdict.TAMPERED,
    "digest cannot be read": DigestVerdict.TAMPERED,
    "digest moved": DigestVerdict.TAMPERED,
    "digest signed by an unknown key": DigestVerdict.TAMPERED,
    "bytes behind the digest": DigestVerdict.TAMPERED,
    "signature of the digest changed": DigestVerdict.TAMPERED,
    "signature of the digest removed": DigestVerdict.TAMPERED,
    "digest not the one that the next names": DigestVerdict.TAMPERED,
    "chain starts anew": DigestVerdict.GAP,
    "hours without a digest": DigestVerdict.GAP,
    "chain ends early": DigestVerdict.GAP,
    "chain begins late": DigestVerdict.GAP,
    "signature not at hand": DigestVerdict.UNPROVED,
    "public key not at hand": DigestVerdict.UNPROVED,
    "log file cannot be read": DigestVerdict.UNPROVED,
    "digest not to be had": DigestVerdict.UNPROVED,
    "log files after the newest digest": DigestVerdict.UNPROVED,
    "log files before the first digest": DigestVerdict.UNPROVED,
    "log files in hours without a valid digest": DigestVerdict.UNPROVED,
    "log files named by a digest that is not valid": DigestVerdict.UNPROVED,
    "chain begins before the evidence": DigestVerdict.NOTE,
    "digest outside the chain": DigestVerdict.NOTE,
    "another trail without validation": DigestVerdict.NOTE,
    "copies of log files": DigestVerdict.NOTE,
}
"""Each kind of finding, and its verdict."""


class DigestFinding(NamedTuple):
    """One finding: where, which hours, which file, and what that may hide.

    ``end`` is exclusive. ``files`` counts log files, where it is about several.
    """

    what: str
    account: str
    region: str
    trail: str
    start: datetime | None
    end: datetime | None
    file: str
    hides: str
    files: int | None = None

    @property
    def verdict(self) -> DigestVerdict:
        """How bad it is."""
        return VERDICTS[self.what]


def about(
    what: str,
    chain: ChainName,
    start: datetime | None,
    end: datetime | None,
    file: str,
    hides: str,
) -> DigestFinding:
    """Make a finding about one chain."""
    where = (chain.account, chain.region, chain.trail)
    return DigestFinding(what, *where, start, end, file, hides)


def hours(start: datetime | None, end: datetime | None) -> str:
    """Write a stretch of time as part of a sentence.

    >>> hours(datetime(2026, 3, 9, 10), datetime(2026, 3, 9, 11))
    'from 2026-03-09 10:00 to 11:00'
    """
    if start is None or end is None:
        return "at a time that is not known"
    same_day = start.date() == end.date()
    last = f"{end:%H:%M}" if same_day else f"{end:%Y-%m-%d %H:%M}"
    return f"from {start:%Y-%m-%d %H:%M} to {last}"
