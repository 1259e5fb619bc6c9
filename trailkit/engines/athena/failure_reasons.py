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
        r"ExpiredToken|security token .*expired|token has expired",
        AccessRefused,
        "Your credentials expired while the query ran. Sign in again, and repeat the "
        "line.",
    ),
    (
        r"KMS\.(?:Disabled|KMSInvalidState|NotFound)|(?i:key .{0,120}(?:is disabled|"
        r"pending deletion|pending import))",
        AccessRefused,
        "The key of the logs is disabled, or is to be deleted: no one can read them. "
        "Ask its owner to enable it (aws kms enable-key), or to cancel its deletion "
        "(aws kms cancel-key-deletion), before it is gone.",
    ),
    (
        r"Status Code: 301|PermanentRedirect|must be addressed using the specified",
        TableError,
        "A bucket lies in another Region than Athena expects: that of the logs or of "
        "the results was moved, or made anew. case.table.doctor() names both.",
    ),
    (
        r"NoSuchBucket|(?i:specified bucket does not exist)",
        TableError,
        "A bucket is gone: that of the logs or of the results. Look at the table's "
        "LOCATION and at the place of the workgroup's results: case.table.doctor().",
    ),
    (
        r"NoSuchKey|(?i:specified key does not exist)|FileNotFoundException",
        QueryFailed,
        "A file was deleted while it was read: a lifecycle rule, or someone, takes "
        "logs away. Repeat the line; of files that go on to vanish keep a copy first: "
        'tk.acquire("s3://…", "evidence/").',
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
        r"COLUMN_NOT_FOUND|(?i:column '[^']*' cannot be resolved)",
        TableError,
        "A column is not in the table any more, or not for you: someone changed the "
        "table, or Lake Formation hides it. Open the case again, which reads the "
        "columns anew; a column that is hidden must be granted.",
    ),
    (
        r"VIEW_IS_STALE|(?i:view .{0,200} is stale)",
        TableError,
        "The view does not fit its table any more. Run its CREATE OR REPLACE VIEW "
        "again, or open the table that it reads.",
    ),
    (
        r"ICEBERG_COMMIT_ERROR",
        QueryFailed,
        "Another statement wrote to the Iceberg table at the same time, and this one "
        "took nothing over. Run it again when the other has ended.",
    ),
    (
        r"HIVE_PATH_ALREADY_EXISTS|(?i:location .{0,300}not empty|cannot create a table"
        r" on a non-empty location)",
        TableError,
        "Files lie already where the table is to be made. Name an empty folder; what "
        "a statement that failed has left there may be deleted by hand.",
    ),
    (
        r"ICEBERG_(?:INVALID_METADATA|MISSING_METADATA|BAD_DATA|CANNOT_OPEN_SPLIT"
        r"|FILESYSTEM_ERROR)",
        TableError,
        "The Iceberg table's own list names files that cannot be read: they were "
        "deleted or changed in S3, past Athena. Make the copy again in an empty place, "
        "or ask the table of the log files.",
    ),
    (
        r"Number of partition values does not match|HIVE_INVALID_PARTITION_VALUE",
        TableError,
        "A partition in Glue does not have the table's keys. Look for it (aws glue "
        "get-partitions), drop it, and add it anew: "
        "print(case.table.missing_partitions()).",
    ),
    (
        r"INVALID_TABLE_PROPERTY|HIVE_INVALID_METADATA|HIVE_UNSUPPORTED_FORMAT"
        r"|HIVE_SERDE_NOT_FOUND|parent builder is null|Multiple entries with same key"
        r"|exceeds MAX_|Storage Descriptor is not populated|is found\. \(Service: null",
        TableError,
        "Glue holds a definition that Athena cannot read the files by. Make a table "
        "over the same files, which copies nothing: print(case.table.better()).",
    ),
    (
        r"MORE_RUNS_NEEDED",
        QueryFailed,
        "Athena did a part of it. Run the same statement again until it succeeds.",
    ),
    (
        r"(?i:slow ?down)|reduce your request rate|Status Code: 503",
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
        r"(?i:unexpected end of (?:zlib )?input stream|premature|corrupt|not in gzip"
        r"|incorrect (?:data|header) check|invalid (?:block type|stored block))",
        QueryFailed,
        "The log file {file} is cut short or damaged. Fetch it again from where it was "
        "copied; or leave it out: move it below a name that begins with an underscore, "
        "and write down that you did.",
    ),
    (
        r"(?i:unexpected end of (?:zlib )?input stream|not in gzip format|premature end"
        r"|incorrect (?:data|header) check|invalid (?:block type|stored block lengths)"
        r"|zlib)",
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
        r"EXCEEDED_(?:LOCAL_|GLOBAL_)?MEMORY_LIMIT|CLUSTER_OUT_OF_MEMORY"
        r"|(?i:exhausted resources)|EXCEEDED_SPILL_LIMIT",
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
        r"QUERY_HAS_TOO_MANY_STAGES|COMPILER_ERROR"
        r"|(?i:query .{0,40}too (?:large|complex))",
        QueryFailed,
        "The query is too large for Athena to plan. Name fewer values in its lists, "
        "or ask for one kind of event at a time.",
    ),
    (
        r"DIVISION_BY_ZERO|INVALID_CAST_ARGUMENT|INVALID_FUNCTION_ARGUMENT"
        r"|NUMERIC_VALUE_OUT_OF_RANGE",
        QueryFailed,
        "A value in the logs does not fit what the query does with it, and ended it. "
        "Let such a value be null: try_cast(… as …), or try(…).",
    ),
    (
        r"SYNTAX_ERROR|TYPE_MISMATCH|FUNCTION_NOT_FOUND|mismatched input",
        QueryFailed,
        "Athena does not take the query as it is written. case.sql(…) shows its text; "
        "please report it with what Athena says, if it is a question of trailkit's.",
    ),
    (
        r"(?i:rate exceeded)|ThrottlingException|TooManyRequests|QUERY_QUEUE_FULL",
        QueryFailed,
        "Too many requests were sent to AWS at once. Repeat the line in a minute, or "
        "ask fewer questions at once: case.ask_all([…], at_once=2).",
    ),
    (
        r"HIVE_METASTORE_ERROR",
        QueryFailed,
        "Athena could not read the table's definition or partitions in Glue. Repeat "
        "the line; if it ends so again, case.table.doctor() looks at the catalog.",
    ),
    (
        r"GENERIC_INTERNAL_ERROR|INTERNAL_ERROR|HIVE_CANNOT_OPEN_SPLIT"
        r"|(?i:too many errors talking to a worker|server is shutting down)"
        r"|REMOTE_TASK_ERROR|PAGE_TRANSPORT|NO_NODES_AVAILABLE|HIVE_FILESYSTEM_ERROR",
        QueryFailed,
        "Athena failed, and not because of the question. Repeat the line.",
    ),
)


_PASSING = re.compile(
    r"(?i:slow ?down)|reduce your request rate|Status Code: 503|GENERIC_INTERNAL_ERROR"
    r"|HIVE_CANNOT_OPEN_SPLIT|INTERNAL_ERROR_QUERY_ENGINE|(?i:rate exceeded)"
    r"|ThrottlingException|TooManyRequests|QUERY_QUEUE_FULL|REMOTE_TASK_ERROR"
    r"|PAGE_TRANSPORT|NO_NODES_AVAILABLE|(?i:too many errors talking to a worker)"
)

_STAYS = re.compile(
    r"Number of partition values|parent builder is null|Multiple entries with same key"
    r"|exceeds MAX_|NoSuchBucket|AccessDenied|(?i:access denied)|Status Code: 40[34]"
    r"|Path missing in file system location"
)
"""What Athena calls an internal error, and is one of the table or of a right."""


def may_pass(reason: str, retryable: bool) -> bool:
    """Return whether the same query may come to its end when it is asked again.

    Athena says so itself (``AthenaError.Retryable``), or the reason is one of S3 or of
    Athena and not of the query.

    >>> may_pass("Please reduce your request rate. (Error Code: SlowDown)", False)
    True
    """
    passing = _PASSING.search(reason) and not _STAYS.search(reason)
    return retryable or bool(passing)


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
