"""A table's name, and what Glue says of the table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

from trailkit.aws.session import Access
from trailkit.errors import TableError
from trailkit.tables.copied_from import DELIVERED_UNTIL
from trailkit.tables.definition import S3_TABLES, Definition
from trailkit.tables.view import View

DEFAULT_CATALOG = "awsdatacatalog"

_PART = re.compile(r"[A-Za-z0-9_@:/-]{1,255}")


@dataclass(frozen=True, slots=True)
class TableName:
    """Catalog, database and name of a table."""

    catalog: str
    database: str
    name: str

    @property
    def of_s3_tables(self) -> bool:
        """Whether it lies in a table bucket of S3 Tables."""
        return self.catalog.lower().partition("/")[0] == S3_TABLES

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split a name as people write it; raises TableError.

        >>> TableName.parse("security.cloudtrail").catalog
        'awsdatacatalog'
        """
        parts = text.split(".")
        if len(parts) == 2:
            parts = [DEFAULT_CATALOG, *parts]
        if len(parts) != 3 or not all(map(_PART.fullmatch, parts)):
            raise TableError(
                f'{text!r} names no table of Athena. Write "database.table", or '
                '"catalog.database.table", of letters, digits and _ - @ : /.'
            )
        return cls(*parts)


def definition(table: TableName, access: Access) -> Definition:
    """Read a table's definition from Glue; of a view, that of the table it reads.

    A table of S3 Tables is in Iceberg, and a query must name its catalog.
    """
    found = read(table, access)
    if table.of_s3_tables:
        plain = Definition.from_glue(found)
        iceberg = {**plain.properties, "table_type": "ICEBERG"}
        return replace(plain, properties=iceberg, catalog=table.catalog)
    if found.get("TableType") != "VIRTUAL_VIEW":
        return Definition.from_glue(found)
    view = View.of(found)
    base = TableName(table.catalog, *view.base.split(".", 1))
    return view.over(Definition.from_glue(read(base, access)))


def read(table: TableName, access: Access) -> dict[str, Any]:
    """Return the table as Glue has it; of a resource link the table that it links to.

    A link has a name of its own and no columns. (AWS Lake Formation, "Creating resource
    links".)
    """
    glue, where = access.client("glue"), _catalog_id(table, access)
    named = {"DatabaseName": table.database, "Name": table.name}
    found: dict[str, Any] = glue.get_table(**named, **where)["Table"]
    target = found.get("TargetTable")
    if not target or found.get("StorageDescriptor", {}).get("Columns"):
        return found
    keys = ("CatalogId", "DatabaseName", "Name")
    place = {key: target[key] for key in keys if key in target}
    linked = glue.get_table(**place)["Table"]
    return {**linked, **named, "TargetTable": target}


def partitions(
    table: TableName, access: Access, partition_filter: str
) -> Iterator[tuple[list[str], str]]:
    """List a table's partitions: values, and place in S3."""
    for each in _partitions(table, access, partition_filter):
        yield each["Values"], each["StorageDescriptor"]["Location"]


def marks(
    table: TableName, access: Access, partition_filter: str
) -> Iterator[tuple[list[str], str | None]]:
    """List a copy's partitions: values, and up to when log files were copied."""
    for each in _partitions(table, access, partition_filter):
        yield each["Values"], each.get("Parameters", {}).get(DELIVERED_UNTIL)


def _partitions(
    table: TableName, access: Access, partition_filter: str
) -> Iterator[dict[str, Any]]:
    """Return the partitions as Glue has them, a page at a time.

    Where Glue does not take the narrowing expression, all are listed: its parser knows
    more keywords than are documented, and fails on a number that is none.
    """
    glue = access.client("glue")
    asked: dict[str, Any] = {
        "DatabaseName": table.database,
        "TableName": table.name,
        "ExcludeColumnSchema": True,
        **_catalog_id(table, access),
    }
    try:
        narrowed = {"Expression": partition_filter} if partition_filter else {}
        answer = glue.get_partitions(**asked, **narrowed)
        asked |= narrowed
    except (
        glue.exceptions.InvalidInputException,
        glue.exceptions.InvalidStateException,
    ):
        answer = glue.get_partitions(**asked)
    while True:
        yield from answer["Partitions"]
        if "NextToken" not in answer:
            return
        answer = glue.get_partitions(**asked, NextToken=answer["NextToken"])


def _catalog_id(table: TableName, access: Access) -> dict[str, str]:
    """Find what Glue calls a data catalog that is not our own; raises TableError.

    Glue has the catalog of a table bucket under the account's. (S3 User Guide,
    "Integrating Amazon S3 Tables with AWS analytics services".)
    """
    if table.catalog.lower() == DEFAULT_CATALOG:
        return {}
    if table.of_s3_tables:
        if not table.catalog.partition("/")[2]:
            raise TableError(
                f'"{table.catalog}" does not name a table bucket. Write it behind: '
                f'tk.athena("{S3_TABLES}/aws-cloudwatch.{table.database}.{table.name}"'
                ", …)."
            )
        account = access.caller()[0].split(":")[4]
        return {"CatalogId": f"{account}:{table.catalog}"}
    found = access.client("athena").get_data_catalog(Name=table.catalog)["DataCatalog"]
    named = found.get("Parameters", {}).get("catalog-id")
    if named is None:
        raise TableError(
            f'The data catalog "{table.catalog}" is of type {found.get("Type")} and '
            "not in Glue: trailkit reads tables of the Glue Data Catalog only, yours "
            'or that of another account. Name one: tk.athena("database.table", …).'
        )
    return {"CatalogId": named}
