"""What went wrong between us and AWS, as one plain sentence with the remedy."""

import re
from collections.abc import Generator
from contextlib import contextmanager

from botocore import exceptions as boto

from trailkit.errors import (
    AccessRefused,
    EngineError,
    NotConfigured,
    TableError,
    TrailkitError,
    Unavailable,
)

EXPIRED_CODES = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")

AnsweredError = boto.ClientError
"""What boto3 raises where AWS answers with an error."""

UnansweredError = boto.BotoCoreError
"""What boto3 raises where AWS does not answer, or is not asked."""

REFUSED_CODES = ("AccessDenied", "AccessDeniedException", "403")

Known = tuple[type[TrailkitError], str]
"""The class of an error, and its sentence."""

UNKNOWN: Known = EngineError, "AWS refused the request."

_BY_CLASS: tuple[tuple[tuple[type[Exception], ...], *Known], ...] = (
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
        "No AWS credentials were found. Sign in (aws sso login), or name a profile in "
        'the call: profile="dfir".',
    ),
    (
        (boto.ProfileNotFound,),
        NotConfigured,
        "There is no such AWS profile. Name one of those in ~/.aws/config: "
        'profile="dfir".',
    ),
    (
        (boto.NoRegionError, boto.InvalidRegionError),
        NotConfigured,
        'The AWS region is wrong. Name it in the call: region="eu-west-1".',
    ),
)

_BY_CODE: tuple[tuple[tuple[str, ...], *Known], ...] = (
    (
        EXPIRED_CODES,
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
        "AWS throttled every attempt: too many queries or requests in this account and "
        "region. Wait, then repeat the line.",
    ),
    (
        ("EntityNotFoundException",),
        TableError,
        "There is no such table in this account and region. Check its name, the region "
        'and the catalog: tk.athena("catalog.database.table", …).',
    ),
)

_LOST = (boto.ConnectionError, boto.HTTPClientError, boto.IncompleteReadError)

_ACTION = re.compile(
    r"not authorized to perform: (?P<action>[\w-]+:\w+)"
    r'(?: on resource: "?(?P<on>[^\s"]+))?'
)

_SERVICES = {
    "glue": "(Get|Create)(Table|Database|Partitions)",
    "athena": "Query|WorkGroup|Catalog",
    "cloudtrail": "Trail|Selectors|LookupEvents|EventConfiguration",
    "sts": "CallerIdentity",
    "s3": "",
}
"""Whose operation it is, of the few that we call: the first that matches."""

_ACTIONS = {"ListObjectsV2": "ListBucket", "HeadObject": "GetObject"}
"""The right that an operation needs, where it is not its name."""


@contextmanager
def explained() -> Generator[None]:
    """Turn an error of boto3 into a sentence."""
    try:
        yield
    except (boto.BotoCoreError, boto.ClientError) as error:
        raise explain(error) from error


def is_unreached(error: BaseException | None) -> bool:
    """Return whether AWS did not answer: no connection, or a fault on its side."""
    if isinstance(error, boto.ClientError):
        answer = error.response.get("ResponseMetadata", {})
        return answer.get("HTTPStatusCode", 0) >= 500
    return isinstance(error, _LOST)


def is_expired(error: BaseException | None) -> bool:
    """Return whether AWS refused a request because its credentials have expired."""
    return error is not None and code(error) in EXPIRED_CODES


def is_refusal(error: BaseException) -> bool:
    """Return whether AWS refused a request for a missing permission."""
    return code(error) in REFUSED_CODES


def code(error: BaseException) -> str:
    """Return AWS's code of an error, or an empty text."""
    if isinstance(error, boto.ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return ""


def explain(error: BaseException, unknown: Known = UNKNOWN) -> TrailkitError:
    """Find the error to raise; ``unknown`` is for what is not in the tables here."""
    said = " ".join(str(error).split())
    if is_refusal(error):
        return AccessRefused(f"{_missing_right(error, said)} AWS says: {said}")
    if is_unreached(error):
        return Unavailable(
            "AWS could not be reached, or did not answer. Check network, proxy and "
            f"region, then repeat the line. {said}"
        )
    kind, sentence = _known(error) or unknown
    return kind(f"{sentence} AWS says: {said}")


def _known(error: BaseException) -> Known | None:
    """Find the error in the tables above."""
    for classes, kind, sentence in _BY_CLASS:
        if isinstance(error, classes):
            return kind, sentence
    for codes, kind, sentence in _BY_CODE:
        if code(error) in codes:
            return kind, sentence
    return None


def _missing_right(error: BaseException, said: str) -> str:
    """Name the action: from AWS's text, else from the call that was refused."""
    match = _ACTION.search(said)
    if match:
        return lacking(match["action"], match["on"])
    operation = getattr(error, "operation_name", "this call")
    action = _ACTIONS.get(operation, operation)
    return lacking(f"{_service(operation)}:{action}", None)


def _service(operation: str) -> str:
    return next(name for name, part in _SERVICES.items() if re.search(part, operation))


def lacking(action: str, on: str | None) -> str:
    """Report that a right is missing, and what to ask for.

    >>> lacking("athena:StartQueryExecution", None)
    'The right athena:StartQueryExecution is missing. Ask for a policy that gives ...'
    """
    where = f" on {on}" if on else ""
    return (
        f"The right {action}{where} is missing. Ask for a policy that gives it to your "
        "role, then repeat the line."
    )
