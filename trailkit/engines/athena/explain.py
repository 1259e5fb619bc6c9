"""What went wrong between us and AWS, as one plain sentence with the remedy."""

import re
from collections.abc import Generator
from contextlib import contextmanager

from botocore import exceptions as boto
from pyathena import error as pyathena

from trailkit.errors import (
    AccessRefused,
    NotConfigured,
    QueryFailed,
    TableError,
    TrailkitError,
    Unavailable,
)

REFUSED_CODES = ("AccessDenied", "AccessDeniedException", "403")

_BY_CLASS: tuple[tuple[tuple[type[Exception], ...], type[TrailkitError], str], ...] = (
    (
        (boto.LoginError, boto.SSOError, boto.TokenRetrievalError),
        AccessRefused,
        "The AWS credentials have expired. Sign in again (aws sso login), and repeat "
        "the line.",
    ),
    (
        (
            boto.CredentialRetrievalError,
            boto.NoAuthTokenError,
            boto.NoCredentialsError,
            boto.PartialCredentialsError,
        ),
        AccessRefused,
        "No AWS credentials were found. Sign in (aws sso login), or name a profile: "
        'tk.athena("db.table", profile="dfir", …).',
    ),
    (
        (boto.ProfileNotFound,),
        NotConfigured,
        "There is no such AWS profile. Name one of those in ~/.aws/config: "
        'tk.athena("db.table", profile="dfir", …).',
    ),
    (
        (boto.NoRegionError, boto.InvalidRegionError),
        NotConfigured,
        'The AWS region is wrong. Name it: tk.athena("db.table", region="eu-west-1", '
        "…).",
    ),
)

_BY_CODE: tuple[tuple[tuple[str, ...], type[TrailkitError], str], ...] = (
    (
        ("ExpiredToken", "ExpiredTokenException", "RequestExpired"),
        AccessRefused,
        "The AWS credentials have expired. Sign in again (aws sso login, or new keys), "
        "and repeat the line.",
    ),
    (
        (
            *("InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch"),
            *("InvalidSignatureException", "UnrecognizedClientException"),
        ),
        AccessRefused,
        "AWS does not know these credentials. Check the profile and its keys.",
    ),
    (
        (
            *("ThrottlingException", "TooManyRequestsException"),
            *("RequestLimitExceeded", "SlowDown"),
        ),
        Unavailable,
        "AWS throttled every attempt for two minutes: too many queries or requests in "
        "this account and region. Wait, then repeat the line.",
    ),
    (
        ("EntityNotFoundException",),
        TableError,
        "There is no such table in this account and region. Check its name, the region "
        'and the catalog: tk.athena("catalog.database.table", …).',
    ),
    (
        ("NoSuchBucket",),
        NotConfigured,
        "The bucket for results cannot be used. It must exist, in the same region.",
    ),
)

# Athena answers InvalidRequestException for many things; its text tells them apart.
_BY_TEXT: tuple[tuple[str, type[TrailkitError], str], ...] = (
    (
        r"WorkGroup .*not found",
        NotConfigured,
        "There is no such workgroup in this account and region. Check its name, the "
        "region and the profile.",
    ),
    (
        "No output location",
        NotConfigured,
        "The workgroup has no place for results. Name one: "
        'tk.athena("db.table", results="s3://bucket/prefix/", …).',
    ),
    (
        "output bucket",
        NotConfigured,
        "The bucket for results cannot be used. It must exist in the same region, and "
        "you need s3:GetBucketLocation on it.",
    ),
)

_LOST = (boto.ConnectionError, boto.HTTPClientError, boto.IncompleteReadError)

_ACTION = re.compile(
    r"not authorized to perform: (?P<action>[\w-]+:\w+)"
    r'(?: on resource: "?(?P<on>[^\s"]+))?'
)


@contextmanager
def explained() -> Generator[None]:
    """Turn an error of boto3 or PyAthena into a sentence."""
    try:
        yield
    except (boto.BotoCoreError, boto.ClientError, pyathena.Error) as error:
        # PyAthena wraps what boto3 raised.
        inner = error.__cause__ if isinstance(error, pyathena.Error) else None
        raise _explain(inner or error) from error


def is_unreached(error: BaseException | None) -> bool:
    """Say whether AWS did not answer: no connection, or a fault on its side."""
    if isinstance(error, boto.ClientError):
        answer = error.response.get("ResponseMetadata", {})
        return answer.get("HTTPStatusCode", 0) >= 500
    return isinstance(error, _LOST)


def is_refusal(error: BaseException) -> bool:
    """Say whether AWS refused a request for want of a right."""
    return _code(error) in REFUSED_CODES


def _explain(error: BaseException) -> TrailkitError:
    said = " ".join(str(error).split())
    if is_refusal(error):
        return AccessRefused(f"{_missing_right(error, said)} AWS says: {said}")
    if is_unreached(error):
        return Unavailable(
            "AWS could not be reached, or did not answer. Check network, proxy and "
            f"region, then repeat the line. {said}"
        )
    kind, sentence = _known(error, said)
    return kind(f"{sentence} AWS says: {said}")


def _known(error: BaseException, said: str) -> tuple[type[TrailkitError], str]:
    """Find the error in the tables above."""
    for classes, kind, sentence in _BY_CLASS:
        if isinstance(error, classes):
            return kind, sentence
    for codes, kind, sentence in _BY_CODE:
        if _code(error) in codes:
            return kind, sentence
    for pattern, kind, sentence in _BY_TEXT:
        if re.search(pattern, said):
            return kind, sentence
    return QueryFailed, "The query was refused."


def _code(error: BaseException) -> str:
    if isinstance(error, boto.ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return ""


def _missing_right(error: BaseException, said: str) -> str:
    """Name the action: from AWS's text, else from the call that was refused."""
    match = _ACTION.search(said)
    if match:
        return lacking(match["action"], match["on"])
    operation = getattr(error, "operation_name", "this call")
    return lacking(f"{_service(operation)}:{operation}", None)


def _service(operation: str) -> str:
    """Tell whose operation it is, of the few that we call."""
    if operation == "GetTable":
        return "glue"
    return "athena" if re.search("Query|WorkGroup|Catalog", operation) else "s3"


def lacking(action: str, on: str | None) -> str:
    """Say that a right is missing, and what to ask for.

    >>> lacking("athena:StartQueryExecution", None)
    'The right athena:StartQueryExecution is missing. Ask for a policy that gives ...'
    """
    where = f" on {on}" if on else ""
    return (
        f"The right {action}{where} is missing. Ask for a policy that gives it to your "
        "role, then repeat the line."
    )
