"""When Athena gives an earlier answer again, as the User Guide tells it.

"Reuse query results": only of SELECTs, in the same workgroup and database, of the same
text but for blanks and comments, without functions whose value changes and without a
limit on rows in no order; only where the workgroup's settings of results hold and
nothing else was sent; not of managed results, and not once the file is gone. Whether
log files have come since, no one looks.
"""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlglot
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from sqlglot import exp

from tests.support.athena_reading import parsed
from trailkit import clock

if TYPE_CHECKING:
    from tests.support.athena_queries import Query

_CHANGING = re.compile(
    r"\b(now|rand|random|uuid|shuffle|current_date|current_time|current_timestamp)\b"
)


def reusable(query: "Query") -> "Query | None":
    """Find the newest answer that may be given again."""
    if query.reuse_minutes is None or not _may_be_reused(query):
        return None
    oldest = clock.now() - timedelta(minutes=query.reuse_minutes)
    fitting = [
        each
        for each in query.earlier
        if _identity(each) == _identity(query)
        and each.state == "SUCCEEDED"
        and each.own_settings
        and not each.reused
        and each.ended
        and each.ended >= oldest
        and _is_there(str(each.output))
    ]
    return fitting[-1] if fitting else None


def _may_be_reused(query: "Query") -> bool:
    try:
        tree = parsed(query.sql)
    except sqlglot.errors.SqlglotError:
        return False
    return bool(
        query.own_settings
        and query.location
        and isinstance(tree, exp.Query)
        and not _CHANGING.search(query.sql.lower())
        and (tree.args.get("order") or not tree.args.get("limit"))
    )


def _identity(query: "Query") -> tuple[str, ...]:
    """Return what must be the same; the tokens are the text without its comments."""
    words = [token.text for token in sqlglot.tokenize(query.sql, read="athena")]
    return (query.workgroup, query.database, str(query.location), *words)


def _is_there(url: str) -> bool:
    """Look for an object in moto's S3."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return key in s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_bucket(bucket).keys
