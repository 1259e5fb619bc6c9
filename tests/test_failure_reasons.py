"""What ended a query in Athena: each reason that people have met has its remedy."""

import pytest

from trailkit.engines.athena.failure_reasons import explain_ending, may_pass
from trailkit.errors import AccessRefused, EngineError, TableError

TOO_LARGE = "Query exhausted resources at this scale factor"
DAMAGED = "HIVE_CURSOR_ERROR: Failed to read file at s3://logs/x.json.gz."
S3_503 = "(Service: Amazon S3; Status Code: 503; Error Code: SlowDown)"
ARCHIVED = "(Status Code: 403; Error Code: InvalidObjectState)"

REASONS: dict[str, tuple[str, type[Exception], str]] = {
    "throttling": (
        f"HIVE_CURSOR_ERROR: Please reduce your request rate. {S3_503}",
        EngineError,
        "S3 throttled the reading.*Repeat the line, or narrow",
    ),
    "a truncated file": (
        f"{DAMAGED} Unexpected end of input stream",
        EngineError,
        r"The log file s3://logs/x.json.gz is cut short.*leave it out",
    ),
    "a truncated file without a name": (
        "HIVE_CURSOR_ERROR: Unexpected end of input stream",
        EngineError,
        "does not say which. Halve the window",
    ),
    "an injected key": (
        "CONSTRAINT_VIOLATION: For the injected projected partition column account, "
        "the WHERE clause must contain only static equality conditions",
        TableError,
        r'case\.accounts\("111122223333"\)',
    ),
    "too many partitions to write": (
        "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers",
        EngineError,
        r"tk\.TableCopy\(…, days=1\)",
    ),
    "an archive": (
        f"HIVE_CURSOR_ERROR: The operation is not valid for the object's {ARCHIVED}",
        EngineError,
        "must be restored",
    ),
    "a key that stands twice": (
        "HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: Duplicate "
        'key "tag"',
        EngineError,
        r"tk\.local\(folder\) reads such a file",
    ),
    "Lake Formation": (
        "Insufficient Lake Formation permission(s): Required Select on cloudtrail",
        AccessRefused,
        "an IAM policy does not change that.*grant-permissions",
    ),
    "KMS": (
        "User: arn:aws:iam::123456789012:user/a is not authorized to perform: "
        "kms:Decrypt on resource: arn:aws:kms:us-east-1:123456789012:key/1",
        AccessRefused,
        "You need kms:Decrypt on arn:aws:kms:us-east-1:123456789012:key/1",
    ),
    "a timeout": ("Query timeout", EngineError, "30 minutes"),
    "memory": (TOO_LARGE, EngineError, "Narrow the window"),
    "a type": (
        "NOT_SUPPORTED: Unsupported Hive type: json",
        EngineError,
        r"json_format\(…\)",
    ),
    "a fault of Athena's": (
        "GENERIC_INTERNAL_ERROR: sorry",
        EngineError,
        "Repeat the line",
    ),
    "a reason that no one knows": ("SOMETHING_NEW: x", EngineError, "look up what"),
}


@pytest.mark.parametrize("name", REASONS)
def test_each_reason_has_its_remedy(name: str) -> None:
    reason, kind, remedy = REASONS[name]
    error = explain_ending("FAILED", reason, "nothing is billed", "1 GB")
    assert isinstance(error, kind)
    with pytest.raises(kind, match=remedy):
        raise error
    assert reason.split()[-1] in str(error)


def test_what_may_pass_is_told_from_what_does_not() -> None:
    assert may_pass(REASONS["throttling"][0], False)
    assert may_pass("anything", True)
    for name in ("a timeout", "memory", "KMS", "an archive", "a type"):
        assert not may_pass(REASONS[name][0], False), name
