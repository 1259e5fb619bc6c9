"""A better table over the files of one that cannot keep a question to its scope.

Athena bills what it reads, and can leave out only whole partitions. A table without one
for account, region or day reads all of them, whatever the scope.
"""

from datetime import date

from trailkit.errors import TableError
from trailkit.tables.days import columns_of
from trailkit.tables.definition import Definition
from trailkit.tables.keys import Key, template
from trailkit.tables.layout import Layout, beginning
from trailkit.tables.names import valid_name
from trailkit.tables.raw import RawTable
from trailkit.tables.regions import REGIONS, partition_of
from trailkit.tables.table import Table

BEGAN = date(2013, 11, 13)
"""The day on which AWS opened CloudTrail: no log file is older."""


def unpruned(table: Table, definition: Definition) -> list[str]:
    """Name what a question cannot be kept to: account, region, day.

    A table over the folder of one account, or of one region, needs no key for it.
    """
    if table.by_event:
        return []
    place = beginning(template(definition) or definition.location)
    keys = {"account": table.account, "region": table.region}
    lacking = [
        role for role, key in keys.items() if not _keeps(key) and not place.get(role)
    ]
    return lacking if columns_of(table.days) else [*lacking, "day"]


def _keeps(key: Key) -> bool:
    """Whether it is a partition key, or one value for all files."""
    return key.column is not None or key.values is not None


def advice(table: Table, definition: Definition) -> str | None:
    """Return what a table cannot leave out, and how to see a better one; or ``""``."""
    lacking = unpruned(table, definition)
    if not lacking:
        return None
    if not definition.partitions:
        read = "no partitions: a question reads every file"
    else:
        keys = " and ".join(lacking)
        read = f"no partition key for {keys}: a question reads those of every {keys}"
    return (
        f"{table.name} has {read} below {definition.location}, whatever "
        f"{'the window' if 'day' in lacking else 'is in scope'}. A table over the same "
        "files that reads less, and copies nothing: print(case.table.better())."
    )


def better(table: Table, definition: Definition, region: str) -> RawTable:
    """Specify a table by account, region and day over the files of another one.

    It looks into every region of the partition of AWS that a region lies in. Raises
    TableError where the table's place does not show a trail's folders.
    """
    place = beginning(template(definition) or definition.location)
    bucket = place.get("bucket")
    if not bucket:
        raise TableError(
            f"{table.name} lies in {definition.location}, which does not show the "
            "folders of a trail (…/AWSLogs/…): no better table can be written for it. "
            "tk.discover() finds the trail's own folders, and a table for them."
        )
    account = place["account"]
    return RawTable(
        _name(definition.database, "security"),
        _name(f"{definition.name}_by_day", "cloudtrail_by_day"),
        Layout(bucket, place["prefix"] or "", place["organization"]),
        BEGAN,
        table.kind,
        (account,) if account else None,
        REGIONS[partition_of(region)],
    )


def _name(wanted: str, otherwise: str) -> str:
    return wanted if valid_name(wanted) else otherwise
