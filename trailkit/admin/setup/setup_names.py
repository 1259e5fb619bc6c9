"""What a set-up consists of, with every name checked, and the ARNs of its parts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from trailkit.admin.setup.arns import Arns
from trailkit.errors import TableError
from trailkit.tables import names
from trailkit.tables.raw import RawTable

_FOLDER = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<prefix>.*[^/])/?")
_WORKGROUP = re.compile(r"[A-Za-z0-9._-]{1,128}")
_ANALYST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
_TRAIL = re.compile(r"arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:[0-9]{12}:trail/[\w.-]+")
_LEAST_CUTOFF = 10_000_000
_MOST_DAYS = 36_500

TERABYTE = 10**12

NOT_PUBLIC = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
"""A bucket's public access block."""

EXPIRY = "results-expire"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parts of a set-up in one account and region.

    ``cutoff`` is the most bytes that a query may scan. ``results_key`` encrypts the
    results (else S3's own keys do), ``log_keys`` the logs; both are ARNs of KMS keys.
    With ``new_bucket`` the bucket of the results is made as well, which deletes them
    after ``keep_days``. ``trails`` are ARNs, for the rights to read what they record.

    Raises TableError for what AWS would not allow.
    """

    tables: tuple[RawTable, ...]
    account: str
    region: str
    results: str
    workgroup: str = "trailkit"
    cutoff: int = TERABYTE
    results_key: str | None = None
    log_keys: tuple[str, ...] = ()
    trails: tuple[str, ...] = ()
    new_bucket: bool = False
    keep_days: int = 90

    def __post_init__(self) -> None:
        """Check every name."""
        names.account(self.account)
        names.region(self.region)
        names.bucket(self.results_bucket)
        names.prefix(self.results_prefix)
        self._check_tables()
        check_workgroup(self.workgroup)
        check_keys(self.arns, (*self.log_keys, *filter(None, [self.results_key])))
        for trail in self.trails:
            _check(_TRAIL, trail, "the ARN of a trail", "found.trails.arn has them")
        if self.cutoff < _LEAST_CUTOFF:
            raise TableError(
                f"A workgroup's cut-off is at least {_LEAST_CUTOFF:,} bytes, not "
                f"{self.cutoff:,}. Such as cutoff=10**12, a terabyte."
            )
        if not 1 <= self.keep_days <= _MOST_DAYS:
            raise TableError(
                f"keep_days={self.keep_days!r} is not a number of days from 1 to "
                f"{_MOST_DAYS:,}. Such as keep_days=90."
            )

    def _check_tables(self) -> None:
        named = [(table.database, table.name) for table in self.tables]
        if not named:
            raise TableError(
                'There are no tables to set up. tk.discover().tables("security") '
                "gives those of the logs that it finds."
            )
        if len(set(named)) < len(named):
            raise TableError("Two tables have the same name. Rename one of them.")

    @property
    def arns(self) -> Arns:
        """The ARNs of the account and region."""
        return Arns(self.account, self.region)

    @property
    def results_bucket(self) -> str:
        """The bucket of the results."""
        return s3_folder(self.results)[0]

    @property
    def results_prefix(self) -> str:
        """The folder of the results, without a slash at the end."""
        return s3_folder(self.results)[1]

    @property
    def databases(self) -> tuple[str, ...]:
        """The databases of the tables, once each."""
        return tuple(dict.fromkeys(table.database for table in self.tables))

    def workgroup_settings(self) -> dict[str, Any]:
        """Return the workgroup's configuration as Athena and CloudFormation take it."""
        encryption = {"EncryptionOption": "SSE_S3"}
        if self.results_key:
            encryption = {"EncryptionOption": "SSE_KMS", "KmsKey": self.results_key}
        return {
            "EnforceWorkGroupConfiguration": True,
            "BytesScannedCutoffPerQuery": self.cutoff,
            "PublishCloudWatchMetricsEnabled": True,
            "ResultConfiguration": {
                "OutputLocation": f"s3://{self.results_bucket}/{self.results_prefix}/",
                "EncryptionConfiguration": encryption,
                "ExpectedBucketOwner": self.account,
            },
            "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
        }

    def bucket_encryption(self) -> dict[str, str]:
        """Return the default encryption of the bucket of the results."""
        if self.results_key:
            return {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.results_key}
        return {"SSEAlgorithm": "AES256"}

    def bucket_policy(self) -> dict[str, Any]:
        """Return the policy of the bucket of the results: over TLS, or not at all."""
        bucket = self.arns.bucket
        named = (bucket(self.results_bucket), bucket(self.results_bucket, "*"))
        refused = {
            "Sid": "OnlyOverTLS",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": list(named),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return {"Version": "2012-10-17", "Statement": [refused]}

    @property
    def results_below(self) -> str:
        """The prefix of the results: a copy may lie elsewhere in their bucket."""
        return f"{self.results_prefix}/"


def s3_folder(text: str) -> tuple[str, str]:
    """Take a folder in S3 apart: its bucket, and its place without a slash behind.

    >>> s3_folder("s3://athena-results/trailkit/")
    ('athena-results', 'trailkit')
    """
    example = "s3://athena-results/trailkit/"
    match = _check(_FOLDER, text, "a folder in S3", example)
    return match["bucket"], match["prefix"]


def check_workgroup(name: str) -> None:
    """Refuse what is not the name of a workgroup."""
    _check(_WORKGROUP, name, "a workgroup's name", "dfir")


def check_analyst(name: str) -> None:
    """Refuse what cannot be part of a workgroup's name and of a folder."""
    _check(_ANALYST, name, "a name for a workgroup and a folder", "nina")


def check_keys(arns: Arns, keys: Iterable[str]) -> None:
    """Refuse what is not the ARN of a KMS key."""
    for key in keys:
        example = arns.of("kms", "key/1234abcd-…")
        _check(_KEY, key, "the ARN of a KMS key", example)


def _check(
    pattern: re.Pattern[str], text: object, what: str, example: str
) -> re.Match[str]:
    match = pattern.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise TableError(f'{text!r} is not {what}. Write it like "{example}".')
    return match
