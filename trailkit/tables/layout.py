"""Where CloudTrail puts its files: S3 keys, taken apart and put together.

    [prefix/]AWSLogs/[organization/]account/folder/region/yyyy/mm/dd/file

Facts: CloudTrail User Guide, "Getting and viewing your CloudTrail log files" and
"CloudTrail digest file structure". The region is where the event was recorded, the day
that of delivery, in UTC.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from trailkit.record import FOLDERS, Kind
from trailkit.tables import names

DIGESTS = "CloudTrail-Digest"
"""The folder of the digests, which prove that log files are whole."""

KINDS = {folder: kind for kind, folder in FOLDERS.items()}
"""The kind of record that each folder holds; the digests' holds none."""

CLOUDTRAIL_BEGAN = date(2013, 11, 13)
"""The day that CloudTrail was announced: no log file is older."""

DAY = r"(?P<day>[0-9]{4}/[0-9]{2}/[0-9]{2})"
"""The pattern of a day, as folders say it."""


def folders(
    account: str = "[^/]+",
    folder: str = "CloudTrail(?:-[A-Za-z]+)?",
    region: str = "[^/]+",
    organization: str = "o-[^/]+",
) -> str:
    """Write the pattern of a trail's folders, down to that of the region.

    It is loose unless it is told more: files that others copied have accounts that are
    masked, and regions that no list knows.

    >>> re.match(folders(), "AWSLogs/o-x/redacted/CloudTrail/us_east_1/")["account"]
    'redacted'
    """
    return (
        rf"AWSLogs/(?:(?P<organization>{organization})/)?(?P<account>{account})/"
        rf"(?P<folder>{folder})/(?P<region>{region})/"
    )


_KEY = re.compile(
    r"(?:(?P<prefix>.*)/)?"
    # Organization and region are loose: labs have o-abcd and us_east_1, and AWS opens
    # new regions.
    + folders("[0-9]{12}", "|".join([*KINDS, DIGESTS]), "[A-Za-z0-9_-]+", "o-[a-z0-9]+")
    + rf"{DAY}/(?P<name>[^/]+)",
    re.DOTALL,
)


_BEGINNING = re.compile(
    r"s3[an]?://(?P<bucket>[^/$]+)/(?:(?P<prefix>[^$]+)/)?AWSLogs"
    r"(?:/(?P<organization>o-[a-z0-9]+))?(?:/(?P<account>[0-9]{12})"
    r"(?:/CloudTrail[A-Za-z-]*(?:/(?P<region>[^/$]+))?)?)?(?:/.*)?"
)


def bucket_and_key(place: str) -> tuple[str, str]:
    """Take a folder in S3 apart; its key has no slash at the end.

    >>> bucket_and_key("s3://logs/x/AWSLogs/")
    ('logs', 'x/AWSLogs')
    """
    bucket, _, key = place.partition("://")[2].rstrip("/").partition("/")
    return bucket, key


def beginning(place: str) -> dict[str, str | None]:
    """Take the place of a table apart, as far down a trail's folders as it goes.

    Empty where it does not show them.

    >>> found = beginning("s3://logs/x/AWSLogs/111122223333/CloudTrail/")
    >>> found["bucket"], found["prefix"], found["account"], found["region"]
    ('logs', 'x', '111122223333', None)
    """
    match = _BEGINNING.fullmatch(place)
    return match.groupdict() if match else {}


@dataclass(frozen=True, slots=True)
class LogKey:
    """The place of one file: its S3 key, or its path below a local folder.

    ``prefix`` is None where nothing stands before ``AWSLogs``. ``str`` gives the key.

    >>> key = parse(
    ...     "logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail-Insight/eu-west-1/"
    ...     "2026/03/09/111122223333_CloudTrail-Insight_eu-west-1_x.json.gz"
    ... )
    >>> key.account, key.region, key.day.isoformat(), key.kind
    ('111122223333', 'eu-west-1', '2026-03-09', <Kind.INSIGHT: 'insight'>)
    """

    account: str
    folder: str
    region: str
    day: date
    name: str
    organization: str | None = None
    prefix: str | None = None

    @property
    def kind(self) -> Kind | None:
        """The kind of record in the file; None for a digest."""
        return KINDS.get(self.folder)

    def __str__(self) -> str:
        """Put the key together again."""
        before = "" if self.prefix is None else f"{self.prefix}/"
        root = f"{before}AWSLogs/{_folder(self.organization)}"
        day = _day(self.day)
        return root + _below(self.account, self.folder, self.region, day) + self.name


def parse(key: str) -> LogKey | None:
    """Take a key apart, or give None where it is not in a trail's folders.

    A local path does as well, with forward slashes.
    """
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    parts = match.groupdict()
    try:
        day = date.fromisoformat(parts.pop("day").replace("/", "-"))
    except ValueError:
        return None
    return LogKey(day=day, **parts)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a trail's folders begin: bucket, prefix and, for its trail, organization.

    Raises TableError for names that S3, CloudTrail or Organizations do not allow.

    >>> Layout("central-logs", prefix="cloudtrail").root
    's3://central-logs/cloudtrail/AWSLogs/'
    >>> Layout("central-logs", organization="o-a1b2c3d4e5").root
    's3://central-logs/AWSLogs/o-a1b2c3d4e5/'
    """

    bucket: str
    prefix: str = ""
    organization: str | None = None

    def __post_init__(self) -> None:
        """Check the names."""
        names.bucket(self.bucket)
        names.prefix(self.prefix)
        if self.organization is not None:
            names.organization(self.organization)

    @classmethod
    def control_tower(
        cls, bucket: str, organization: str, *, account_trails: bool = False
    ) -> Self:
        """Return the layout of AWS Control Tower: its prefix is the organization's id.

        Landing zones before version 3.0 had ``account_trails`` instead of one trail of
        the organization; AWS does not document their folders.

        >>> Layout.control_tower("central-logs", "o-a1b2c3d4e5").root
        's3://central-logs/o-a1b2c3d4e5/AWSLogs/o-a1b2c3d4e5/'
        """
        names.organization(organization)
        return cls(bucket, organization, None if account_trails else organization)

    @property
    def root(self) -> str:
        """The folder above those of the accounts."""
        prefix = f"{self.prefix}/" if self.prefix else ""
        return f"s3://{self.bucket}/{prefix}AWSLogs/{_folder(self.organization)}"

    def folder(self, kind: Kind, account: str, region: str, day: date) -> str:
        """Return the folder of one account, region and day of delivery.

        >>> Layout("logs").folder(
        ...     Kind.EVENT, "111122223333", "eu-west-1", date(2026, 3, 9)
        ... )
        's3://logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/09/'
        """
        return self.root + _below(account, FOLDERS[kind], region, _day(day))

    def template(self, kind: Kind) -> str:
        """Return the folder with placeholders, for partition projection.

        >>> Layout("logs").template(Kind.EVENT)
        's3://logs/AWSLogs/${account}/CloudTrail/${region}/${day}/'
        """
        return self.root + _below("${account}", FOLDERS[kind], "${region}", "${day}")


def _below(account: str, folder: str, region: str, day: str) -> str:
    return f"{account}/{folder}/{region}/{day}/"


def _folder(name: str | None) -> str:
    return f"{name}/" if name else ""


def _day(day: date) -> str:
    return day.isoformat().replace("-", "/")
