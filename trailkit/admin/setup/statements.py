"""The statements that IAM policies are made of: actions, and what they are about."""

import json
from collections.abc import Iterable
from typing import Any

from trailkit.admin.setup.arns import Arns
from trailkit.aws import permissions
from trailkit.errors import TableError

MOST_CHARACTERS = 6144
"""The size of a managed policy, blanks not counted. (IAM User Guide, "Quotas".)"""

Statement = dict[str, Any]
Policy = dict[str, Any]


def policy(*statements: Statement) -> Policy:
    """Put statements together; raises TableError for more than IAM allows."""
    whole = {"Version": "2012-10-17", "Statement": list(statements)}
    size = len(json.dumps(whole, separators=(",", ":")))
    if size > MOST_CHARACTERS:
        raise TableError(
            f"The policy would have {size:,} characters, and IAM allows "
            f"{MOST_CHARACTERS:,}. Write one for fewer tables, or fewer keys, at once."
        )
    return whole


def allow(
    name: str,
    actions: Iterable[str],
    resources: Iterable[str],
    prefixes: Iterable[str] = (),
    account: str | None = None,
) -> Statement:
    """Allow actions on resources; of a bucket, to list below these prefixes only.

    With an ``account`` only where it owns the resource: a bucket that was deleted, and
    made again by a stranger, gets nothing.
    """
    statement: Statement = {
        "Sid": name,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(set(resources)),
    }
    condition: dict[str, Any] = {}
    if prefixes := sorted(prefixes):
        condition["StringLike"] = {"s3:prefix": prefixes}
    if account:
        condition["StringEquals"] = {"aws:ResourceAccount": account}
    return statement | ({"Condition": condition} if condition else {})


def some(
    name: str, actions: Iterable[str], resources: Iterable[str]
) -> list[Statement]:
    """Return a statement, or none where there is nothing that it would be about."""
    named = list(resources)
    return [allow(name, actions, named)] if named else []


def databases(arns: Arns, names: Iterable[str]) -> Statement:
    """Allow to read databases, and "default", at which Athena always looks."""
    named = [arns.database(name) for name in ("default", *names)]
    return allow("Databases", permissions.READ_CATALOG, [arns.catalog(), *named])


def on_tables(
    name: str, actions: Iterable[str], arns: Arns, tables: Iterable[tuple[str, str]]
) -> Statement:
    """Allow actions on tables, by database and name: Glue asks above them as well."""
    named = list(tables)
    above = [arns.catalog(), *(arns.database(database) for database, _ in named)]
    return allow(name, actions, [*above, *(arns.table(*each) for each in named)])


def place_results(arns: Arns, bucket: str) -> Statement:
    """Allow what Athena asks of the bucket of results.

    It has no condition on a prefix: asking where the bucket lies has none.
    """
    return allow(
        "PlaceResults",
        permissions.PLACE_RESULTS,
        [arns.bucket(bucket)],
        account=arns.account,
    )


def literal(text: str) -> str:
    """Write a name that came from elsewhere so that IAM reads it sign by sign.

    >>> literal("logs/${day}/*")
    'logs/${$}{day}/${*}'
    """
    return "".join(f"${{{sign}}}" if sign in "*?$" else sign for sign in text)
