"""The names that go into a table's text: checked before, quoted there.

Every check returns its value, so that it reads as what it does, and raises TableError
with what is allowed. Facts: Athena User Guide, "Name databases, tables, and columns";
S3 User Guide, "Bucket naming rules"; the CloudTrail and Organizations API references.
"""

import re

from trailkit.errors import TableError

_NAME = re.compile(r"[a-z0-9_]{1,255}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)
_PREFIX = re.compile(r"[\w!.()=@+:,&-]+(/[\w!.()=@+:,&-]+)*", re.ASCII)
_PREFIX_LENGTH = 200
_INTO_LOGS = re.compile(r"(?:^|/)AWSLogs(?:/(?:o-[a-z0-9]+|[0-9]{12})(?:/.*)?)?$")
_ACCOUNT = re.compile(r"[0-9]{12}")
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
# Loose in the geography, which AWS extends, strict in what is often mistyped.
_REGION = re.compile(
    r"([a-z]{2}|us-gov|eusc-[a-z]{2}|(us|eu)-iso[a-z]?)-"
    r"((north|south)?(east|west)|north|south|central)-[1-9]"
)


def database(name: str) -> str:
    """Check the name of a database that trailkit shall write.

    >>> database("security")
    'security'
    """
    return _athena_name(name, "database")


def table(name: str) -> str:
    """Check the name of a table that trailkit shall write."""
    return _athena_name(name, "table")


def valid_name(name: str) -> bool:
    """Return whether trailkit would give a database or a table that name."""
    return _NAME.fullmatch(name) is not None


def _athena_name(name: str, what: str) -> str:
    allowed = "1 to 255 lower-case letters, digits and underscores"
    return _matching(_NAME, name, f"a {what}'s name", allowed, "cloudtrail_logs")


def bucket(name: str) -> str:
    """Check the name of an S3 bucket; without ``s3://``."""
    allowed = (
        "3 to 63 lower-case letters, digits, hyphens and dots, without s3:// in front "
        "and a prefix behind"
    )
    _matching(_BUCKET, name, "a bucket's name", allowed, "central-logs")
    if ".." in name or _ADDRESS.fullmatch(name):
        raise TableError(f'"{name}" is not a bucket\'s name: S3 refuses it.')
    return name


def prefix(text: str) -> str:
    """Check the prefix that a trail puts before ``AWSLogs``; it may be empty.

    Raises TableError for more than 200 characters, a slash at either end, signs that
    mean something else in a table's location (a brace, a dollar, a blank), and a prefix
    that already ends in ``AWSLogs``: a table below it would find nothing.
    """
    if not text:
        return text
    allowed = "letters, digits and ! _ . ( ) = @ + : , & - between single slashes"
    _matching(_PREFIX, text, "a prefix", allowed, "logs/cloudtrail")
    if len(text) > _PREFIX_LENGTH:
        raise TableError(
            f'The prefix "{text[:40]}…" has {len(text)} characters; CloudTrail allows '
            f"{_PREFIX_LENGTH}."
        )
    if found := _INTO_LOGS.search(text):
        before = text[: found.start()]
        raise TableError(
            f'The prefix "{text}" holds AWSLogs, which trailkit adds itself: the table'
            " would find nothing. A prefix is what stands before AWSLogs/: "
            + (f'"{before}".' if before else "leave it out.")
        )
    return text


def account(number: str) -> str:
    """Check an account: 12 digits, as text, for it may begin with zeros."""
    return _matching(_ACCOUNT, number, "an account", "12 digits", "111122223333")


def organization(name: str) -> str:
    """Check the id of an organization."""
    allowed = "o- and 10 to 32 lower-case letters and digits"
    return _matching(
        _ORGANIZATION, name, "an organization's id", allowed, "o-a1b2c3d4e5"
    )


def region(name: str) -> str:
    """Check that a text has the form of a region's code; it need not be a known one.

    >>> region("eu-west-1"), region("us-gov-east-1"), region("eusc-de-east-1")
    ('eu-west-1', 'us-gov-east-1', 'eusc-de-east-1')
    """
    return _matching(_REGION, name, "a region", "its code", "us-east-1")


def _matching(
    pattern: re.Pattern[str], text: object, what: str, allowed: str, example: str
) -> str:
    if isinstance(text, str) and pattern.fullmatch(text):
        return text
    raise TableError(f'{text!r} is not {what}. Write {allowed}, such as "{example}".')


def hive(name: str) -> str:
    """Quote a name for DDL, which is Hive's.

    >>> print(hive("timestamp"))
    `timestamp`
    """
    return "`" + name.replace("`", "``") + "`"


def trino(name: str) -> str:
    """Quote a name for a SELECT, which is Trino's.

    >>> print(trino("$path"))
    "$path"
    """
    return '"' + name.replace('"', '""') + '"'


def hive_text(value: str) -> str:
    r"""Quote a text for DDL: Hive escapes with a backslash.

    >>> print(hive_text("it's"))
    'it\'s'
    """
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
