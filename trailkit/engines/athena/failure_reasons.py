"""What ended a query in Athena without an answer, as one plain sentence.

Athena tells it in the query's StateChangeReason. The texts looked for here are those of
the Athena User Guide ("Troubleshooting") and of queries that people have shown.
"""

import re

from trailkit.aws.failures import lacking
from trailkit.errors import (
    AccessRefused,
    QueryCancelled,
    QueryFailed,
    TableError,
    TrailkitError,
)

_ON = r'on resource: "?(?P<on>[^\s"]+)'

_ENDINGS: tuple[tuple[str, type[TrailkitError], str], ...] = (
    (
        r"Bytes scanned limit",
        QueryFailed,
        "The workgroup stops a query at {cutoff}, and this one reached it: {bill}. "
        "Narrow the window, the accounts or the regions, or use a workgroup with a "
        "higher limit.",
    ),
    (
        r"writing output",
        AccessRefused,
        "Athena may not write the results. You need s3:PutObject on their place, and "
        "kms:GenerateDataKey and kms:Decrypt on its key if it has one.",
    ),
    (
        rf"perform: kms:\w+ {_ON}",
        AccessRefused,
        "The logs are encrypted, and your role may not use their key. You need "
        "kms:Decrypt on {on}, in your policy and in the key's.",
    ),
    (
        r"KMS.*(?:AccessDenied|not allowed)|not allowed.*KMS",
        AccessRefused,
        "The logs are encrypted, and your role may not use their key. You need "
        "kms:Decrypt on it, in your policy and in the key's.",
    ),
    (
        rf"perform: s3:\w+ {_ON}",
        AccessRefused,
        "Your role may not read the logs. You need s3:GetObject and s3:ListBucket on "
        "{on}, in your policy and in the bucket's.",
    ),
    (
        r"perform: (?P<action>[\w-]+:\w+)",
        AccessRefused,
        lacking("{action}", None),
    ),
    (
        r"(?i:access denied|permission denied)",
        AccessRefused,
        "Your role may not read the logs. You need s3:GetObject and s3:ListBucket on "
        "their bucket, in your policy and in the bucket's.",
    ),
    (
        r"Insufficient Lake Formation permission|(?i:lake ?formation)",
        AccessRefused,
        "Lake Formation refuses it, and an IAM policy does not change that. Ask the "
        "data lake's administrator for SELECT and DESCRIBE on the table: aws "
        "lakeformation grant-permissions.",
    ),
    (
        r"TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|(?:Table|Schema) '[^']*' does not exist",
        TableError,
        "Athena does not find the table. Check its name, the region and the catalog: "
        'tk.athena("database.table", …).',
    ),
    (
        r"MORE_RUNS_NEEDED",
        QueryFailed,
        "Athena did a part of it. Run the same statement again until it succeeds.",
    ),
    (
        r"SlowDown|reduce your request rate|Status Code: 503",
        QueryFailed,
        "S3 throttled the reading: more files a second were asked of one prefix than "
        "it gives (5,500). Repeat the line, or narrow the window, the accounts or the "
        "regions; a copy has few large files: tk.TableCopy(…).",
    ),
    (
        r"InvalidObjectState|storage class",
        QueryFailed,
        "A log file lies in an archive of S3 (Glacier, or an archive tier of "
        "Intelligent-Tiering) and must be restored before it is read. Restore the "
        "files, or take a window without them; case.estimate() counts those of "
        "Glacier.",
    ),
    (
        r"(?P<file>s3://\S+?)[.,;:]?\s.*"
        r"(?:Unexpected end of input stream|(?i:premature|corrupt|not in gzip))",
        QueryFailed,
        "The log file {file} is cut short or damaged. Fetch it again from where it was "
        "copied; or leave it out: move it below a name that begins with an underscore, "
        "and write down that you did.",
    ),
    (
        r"Unexpected end of input stream|(?i:not in gzip format|premature end)",
        QueryFailed,
        "A log file is cut short or damaged, and Athena does not say which. Halve the "
        "window until one day and account is left, and look at its files; "
        "tk.local(folder) names each damaged file of a folder.",
    ),
    (
        r"Row is not a valid JSON|JsonParseException|Duplicate key",
        QueryFailed,
        "A log file holds a line that is not JSON as the table reads it. Halve the "
        "window until one day and account is left; tk.local(folder) reads such a file "
        "and names what is wrong in it.",
    ),
    (
        r"CONSTRAINT_VIOLATION.*column (?P<column>\w+)|injected projected partition",
        TableError,
        "The table must be told its accounts in every question: "
        'case.accounts("111122223333").',
    ),
    (
        r"HIVE_TOO_MANY_OPEN_PARTITIONS|[Ee]xceeded limit of \d+ open writers",
        QueryFailed,
        "One statement writes at most 100 partitions. Write fewer days at once: "
        "tk.TableCopy(…, days=1).",
    ),
    (
        r"(?i:too many partitions)|HIVE_EXCEEDED_PARTITION_LIMIT|partition limit",
        QueryFailed,
        "The question looks into more partitions than Athena takes. Narrow the window, "
        "the accounts or the regions.",
    ),
    (
        r"(?i:query timeout)|EXCEEDED_TIME_LIMIT|exceeded maximum time limit",
        QueryFailed,
        "It ran longer than Athena lets a query run: 30 minutes, unless your quota "
        '"DML query timeout" says otherwise. Narrow the window, the accounts or the '
        "regions, or make a copy once: tk.TableCopy(…).",
    ),
    (
        r"EXCEEDED_(?:LOCAL_|GLOBAL_)?MEMORY_LIMIT|exhausted resources",
        QueryFailed,
        "The query was too large for Athena's memory. Narrow the window, the accounts "
        "or the regions, or ask with a limit.",
    ),
    (
        r"(?i:unsupported hive type|unsupported (?:column )?type|not supported for)",
        QueryFailed,
        "The result has a column of a type that Athena cannot write. Cast it to text: "
        "cast(… as varchar), or json_format(…).",
    ),
    (
        r"HIVE_(?:BAD_DATA|PARTITION_SCHEMA_MISMATCH|UNKNOWN_ERROR)",
        TableError,
        "The table does not describe its files rightly: a column or partition has "
        "another type than what lies there. case.table.check() says which claims fail.",
    ),
    (
        r"GENERIC_INTERNAL_ERROR|INTERNAL_ERROR|HIVE_CANNOT_OPEN_SPLIT",
        QueryFailed,
        "Athena failed, and not because of the question. Repeat the line.",
    ),
)


_PASSING = re.compile(
    r"SlowDown|reduce your request rate|Status Code: 503|GENERIC_INTERNAL_ERROR"
    r"|HIVE_CANNOT_OPEN_SPLIT|INTERNAL_ERROR_QUERY_ENGINE"
)


def may_pass(reason: str, retryable: bool) -> bool:
    """Return whether the same query may come to its end when it is asked again.

    Athena says so itself (``AthenaError.Retryable``), or the reason is one of S3 or of
    Athena and not of the query.

    >>> may_pass("Please reduce your request rate. (Error Code: SlowDown)", False)
    True
    """
    return retryable or _PASSING.search(reason) is not None


def explain_ending(state: str, reason: str, bill: str, cutoff: str) -> TrailkitError:
    """Find the error for a query's end.

    ``bill`` says what it costs all the same, ``cutoff`` what its workgroup allows.

    >>> explain_ending("CANCELLED", "Query cancelled by user", "1 KB scanned", "1 GB")
    QueryCancelled('Someone stopped the query: 1 KB scanned. Repeat the line to run ...
    """
    said = " ".join(reason.split())
    for pattern, kind, sentence in _ENDINGS:
        if match := re.search(pattern, said):
            known = sentence.format(bill=bill, cutoff=cutoff, **match.groupdict())
            return kind(f"{known} Athena says: {said}")
    if state == "CANCELLED":
        return QueryCancelled(
            f"Someone stopped the query: {bill}. Repeat the line to run it again. "
            f"Athena says: {said}"
        )
    return QueryFailed(
        "Athena broke the query off. Repeat the line once; if it ends so again, narrow "
        f"the window and look up what Athena says: {said}"
    )
