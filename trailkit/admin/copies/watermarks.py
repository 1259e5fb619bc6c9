"""Noting on a copy's partitions up to when log files were copied into them.

A partition has its name before it is filled: its name alone does not say that it holds
anything. What an empty answer means leans on the note (``recorded.py``).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from trailkit.aws.failures import explained
from trailkit.aws.session import Access
from trailkit.errors import AccessRefused
from trailkit.progress import notice
from trailkit.scope import Scope
from trailkit.tables.copied_from import DELIVERED_UNTIL
from trailkit.tables.copies import days_of
from trailkit.tables.copy import Copy
from trailkit.tables.days import midnight
from trailkit.tables.pruning import delivery_days


def mark(access: Access, copy: Copy, step: Scope, started: datetime) -> None:
    """Note that a step which was started then has ended well.

    Where a right is missing it says so: the copy is filled all the same.
    """
    until = min(started, midnight(delivery_days(step)[1] + timedelta(days=1)))
    try:
        with explained():
            refused = [*_write(access, copy, step, until)]
    except AccessRefused as error:
        refused = [str(error)]
    if refused:
        notice(
            f"The copy cannot note that these days are whole, so case.coverage() will "
            f"not know of them. {refused[0]}"
        )


def _write(access: Access, copy: Copy, step: Scope, until: datetime) -> Iterator[str]:
    """Write the note on each partition of a step; give what Glue refused."""
    glue = access.client("glue")
    table = {"DatabaseName": copy.database, "TableName": copy.name}
    wanted = [
        {"Values": [str(day), account]}
        for day in days_of(step)
        for account in step.accounts
    ]
    found = glue.batch_get_partition(**table, PartitionsToGet=wanted)
    entries = [_noted(each, until) for each in found["Partitions"]]
    answer = glue.batch_update_partition(**table, Entries=entries)
    for each in answer.get("Errors", ()):
        yield each["ErrorDetail"]["ErrorMessage"]


def _noted(partition: Mapping[str, Any], until: datetime) -> dict[str, Any]:
    parameters = partition.get("Parameters", {})
    return {
        "PartitionValueList": partition["Values"],
        "PartitionInput": {
            "Values": partition["Values"],
            "StorageDescriptor": partition["StorageDescriptor"],
            "Parameters": {**parameters, DELIVERED_UNTIL: until.isoformat()},
        },
    }
