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
        r"TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|(?:Table|Schema) '[^']*' does not exist",
        TableError,
        "Athena does not find the table. Check its name, the region and the catalog: "
        'tk.athena("database.table", …).',
    ),
    (
        r"exhausted resources|(?i:query timeout)",
        QueryFailed,
        "The query was too large for Athena. Narrow the window, the accounts or the "
        "regions.",
    ),
)


def explain_ending(state: str, reason: str, bill: str, cutoff: str) -> TrailkitError:
    """Find the error for a query's end.

    ``bill`` says what it costs all the same, ``cutoff`` what its workgroup allows.

    >>> explain_ending("CANCELLED", "Query cancelled by user", "1 KB scanned", "1 GB")
    QueryCancelled('Somebody stopped the query: 1 KB scanned. Repeat the line to run ...
    """
    said = " ".join(reason.split())
    for pattern, kind, sentence in _ENDINGS:
        if match := re.search(pattern, said):
            known = sentence.format(bill=bill, cutoff=cutoff, **match.groupdict())
            return kind(f"{known} Athena says: {said}")
    if state == "CANCELLED":
        return QueryCancelled(
            f"Somebody stopped the query: {bill}. Repeat the line to run it again. "
            f"Athena says: {said}"
        )
    return QueryFailed(f"Athena broke the query off. {said}")
