"""What ended a query in Athena: each reason that people have met has its remedy."""

import pytest

from tests.support.athena_writing import NOT_EMPTY
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
    "VACUUM in parts": (
        "ICEBERG_VACUUM_MORE_RUNS_NEEDED: more files are left",
        EngineError,
        "Athena did a part of it. Run the same statement again until it succeeds",
    ),
    "a fault of Athena's": (
        "GENERIC_INTERNAL_ERROR: sorry",
        EngineError,
        "Repeat the line",
    ),
    "throttling, as a split": (
        "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://logs/: Slow down",
        EngineError,
        "S3 throttled the reading",
    ),
    "damaged deflate data": (
        "HIVE_CURSOR_ERROR: incorrect data check",
        EngineError,
        "cut short or damaged",
    ),
    "an expired token": (
        "The provided token has expired. (Status Code: 400; Error Code: ExpiredToken)",
        AccessRefused,
        "Sign in again, and repeat",
    ),
    "a disabled key": (
        "com.amazonaws.services.s3.model: arn:aws:kms:us-east-1:123456789012:key/1 is "
        "disabled. (Status Code: 400; Error Code: KMS.DisabledException)",
        AccessRefused,
        "aws kms enable-key",
    ),
    "a key to be deleted": (
        "arn:aws:kms:us-east-1:1:key/1 is pending deletion. (Error Code: "
        "KMS.KMSInvalidStateException)",
        AccessRefused,
        "cancel-key-deletion",
    ),
    "another Region": (
        "The bucket is in this region: eu-west-1. (Status Code: 301; Error Code: "
        "PermanentRedirect)",
        TableError,
        "lies in another Region",
    ),
    "a bucket that is gone": (
        "HIVE_METASTORE_ERROR: The specified bucket does not exist (NoSuchBucket)",
        TableError,
        "A bucket is gone",
    ),
    "a file that is gone": (
        "HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split s3://logs/x.json.gz "
        "(offset=0): The specified key does not exist. (Error Code: NoSuchKey)",
        EngineError,
        "deleted while it was read",
    ),
    "a column that is gone": (
        "COLUMN_NOT_FOUND: line 9:5: Column 'tlsdetails' cannot be resolved",
        TableError,
        "Open the case again",
    ),
    "a stale view": (
        "VIEW_IS_STALE: line 1:15: View 'a.b' is stale",
        TableError,
        "REP",
    ),
    "two writers": (
        "ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table",
        EngineError,
        "Another statement wrote",
    ),
    "an Iceberg file that is gone": (
        "ICEBERG_CANNOT_OPEN_SPLIT: Error opening Iceberg split s3://a/data/1.parquet",
        TableError,
        "own list names files",
    ),
    "a place with files": (
        NOT_EMPTY.format("s3://analysis/copy/"),
        TableError,
        "Name an empty folder",
    ),
    "a partition of other keys": (
        "GENERIC_INTERNAL_ERROR: Number of partition values does not match number of "
        "filters",
        TableError,
        "get-partitions",
    ),
    "a column of two types": (
        "GENERIC_INTERNAL_ERROR: parent builder is null",
        TableError,
        r"case\.table\.better\(\)",
    ),
    "Glue without a place": (
        "HIVE_METASTORE_ERROR: Required Table Storage Descriptor is not populated",
        TableError,
        r"case\.table\.better\(\)",
    ),
    "Glue that fails": (
        "HIVE_METASTORE_ERROR: unknown",
        EngineError,
        "Repeat the line",
    ),
    "bad data": (
        "HIVE_BAD_DATA: Error parsing field value for field 2: For input string",
        TableError,
        r"case\.table\.check\(\)",
    ),
    "memory of a worker": (
        "EXCEEDED_LOCAL_MEMORY_LIMIT: Query exceeded per-node memory limit",
        EngineError,
        "too large for Athena's memory",
    ),
    "too many stages": (
        "QUERY_HAS_TOO_MANY_STAGES: Number of stages in the query (161) exceeds",
        EngineError,
        "too large for Athena to plan",
    ),
    "a value that does not fit": (
        "INVALID_CAST_ARGUMENT: Cannot cast 'x' to BIGINT",
        EngineError,
        "try_cast",
    ),
    "another grammar": ("SYNTAX_ERROR: line 1:8", EngineError, r"case\.sql\(…\)"),
    "too many requests": (
        "Rate exceeded (Service: AWSGlue; Error Code: ThrottlingException)",
        EngineError,
        "at_once=2",
    ),
    "a lost worker": (
        "Encountered too many errors talking to a worker node",
        EngineError,
        "Repeat the line",
    ),
    "another account's bucket": (
        "PERMISSION_DENIED: User: arn:aws:iam::1:user/a is not authorized to perform: "
        's3:GetObject on resource: "arn:aws:s3:::logs/x" because no resource-based '
        "policy allows the s3:GetObject action",
        AccessRefused,
        "and in the bucket's",
    ),
    "a reason that no one knows": ("SOMETHING_NEW: x", EngineError, "look up what"),
}


@pytest.mark.parametrize(
    "reason",
    [
        REASONS["a column of two types"][0],
        REASONS["a partition of other keys"][0],
        REASONS["a file that is gone"][0] + " Status Code: 404",
        "HIVE_CANNOT_OPEN_SPLIT: Access Denied (Status Code: 403)",
    ],
)
def test_what_stays_wrong_is_not_asked_again(reason: str) -> None:
    assert not may_pass(reason, False)


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
