"""What the name of a log file or a digest says: account, Region, trail, time.

Facts: CloudTrail User Guide, "CloudTrail log file name format" and "CloudTrail digest
file structure". The time of a log file is when it was delivered, to the minute; that of
a digest is the end of its hour. A log file's name does not say its trail.
"""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from trailkit.record import Kind
from trailkit.tables.layout import KINDS

_LOG = re.compile(
    r"(?P<account>[0-9]{12})_(?P<folder>CloudTrail(?:-[A-Za-z]+)?)_"
    r"(?P<region>[a-z0-9-]+)_(?P<time>[0-9]{8}T[0-9]{4}Z)_[A-Za-z0-9]+\.json(?:\.gz)?"
)
_DIGEST = re.compile(
    r"(?P<account>[0-9]{12})_CloudTrail-Digest_(?P<region>[a-z0-9-]+)_(?P<trail>.+)_"
    r"(?P<home>[a-z0-9-]+)_(?P<time>[0-9]{8}T[0-9]{6}Z)(?P<backfill>_backfill)?"
    r"\.json(?:\.gz)?"
)


class LogName(NamedTuple):
    """Where and when a log file was delivered, and the kind of its records."""

    account: str
    region: str
    kind: Kind
    time: datetime


class ChainName(NamedTuple):
    """One chain of digests: that of a trail in an account and Region.

    Backfill digests are a chain of their own.
    """

    account: str
    region: str
    trail: str
    home: str
    backfill: bool = False

    @property
    def arn(self) -> str:
        """The ARN of the trail, if the account owns it."""
        partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
        begins = (name for name in partition if self.home.startswith(f"{name}-"))
        of = partition.get(next(begins, ""), "aws")
        return f"arn:{of}:cloudtrail:{self.home}:{self.account}:trail/{self.trail}"

    def __str__(self) -> str:
        """Return it for people."""
        late = ", backfill" if self.backfill else ""
        return f"{self.trail} in {self.account} {self.region}{late}"


def base_name(path: str) -> str:
    """Return what follows the last slash of a key or a path."""
    return path.replace("\\", "/").rpartition("/")[2]


def log_name(path: str) -> LogName | None:
    """Read the name of a log file; None for any other file.

    >>> log_name("111122223333_CloudTrail_eu-west-1_20260309T1005Z_abcDEF123.json.gz")
    LogName(account='111122223333', region='eu-west-1', kind=<Kind.EVENT: 'event'>, ...
    """
    match = _LOG.fullmatch(base_name(path))
    if match is None:
        return None
    time = _time(match["time"], "%Y%m%dT%H%MZ")
    kind = _kind(path, match["folder"])
    if time is None or kind is None:
        return None
    return LogName(match["account"], match["region"], kind, time)


def _kind(path: str, named: str) -> Kind | None:
    """Return the kind of the folder, else the one that the name says."""
    folders = path.replace("\\", "/").split("/")[:-1]
    return next((KINDS[each] for each in folders if each in KINDS), KINDS.get(named))


def chain_name(path: str) -> ChainName | None:
    """Read the name of a digest: the chain that it belongs to; None for others.

    >>> name = "111122223333_CloudTrail-Digest_eu-west-1_my_trail_us-east-1_"
    >>> chain_name(name + "20260309T110000Z.json.gz")
    ChainName(account='111122223333', region='eu-west-1', trail='my_trail', ...
    """
    match = _DIGEST.fullmatch(base_name(path))
    if match is None or _time(match["time"], "%Y%m%dT%H%M%SZ") is None:
        return None
    parts = match.groupdict()
    names = (parts["account"], parts["region"], parts["trail"], parts["home"])
    return ChainName(*names, backfill=parts["backfill"] is not None)


def digest_end(path: str) -> datetime | None:
    """Return the end of a digest's hour, as its name says it."""
    match = _DIGEST.fullmatch(base_name(path))
    return match and _time(match["time"], "%Y%m%dT%H%M%SZ")


def _time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
