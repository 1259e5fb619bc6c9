"""The definition of a table, as Glue holds it and as DDL writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from trailkit.errors import TableError

JSON_SERDE = "org.apache.hive.hcatalog.data.JsonSerDe"
CLOUDTRAIL_INPUT = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"


S3_TABLES = "s3tablescatalog"
"""What Athena calls the catalog of S3 Tables; behind a slash it names a bucket."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A table: its columns and partition keys with Hive types, where and how it lies.

    ``properties`` are the table's parameters; partition projection stands in them.
    ``view`` names a view over the table, of which ``condition`` is the WHERE; then
    ``columns`` are those that it shows. ``catalog`` is its catalog, where a query must
    name it.
    """

    database: str
    name: str
    columns: Mapping[str, str]
    partitions: Mapping[str, str]
    location: str
    serde: str = JSON_SERDE
    input_format: str = CLOUDTRAIL_INPUT
    output_format: str = TEXT_OUTPUT
    properties: Mapping[str, str] = field(default_factory=dict[str, str])
    view: str = ""
    condition: str = ""
    catalog: str = ""

    @property
    def full_name(self) -> str:
        """The table's name behind that of its database."""
        return f"{self.database}.{self.name}"

    @property
    def of_s3_tables(self) -> bool:
        """Whether it lies in a table bucket of S3 Tables, which lists no files."""
        return self.catalog.lower().startswith(f"{S3_TABLES}/")

    @property
    def is_iceberg(self) -> bool:
        """Whether it is an Iceberg table, which keeps its own list of files."""
        return self.properties.get("table_type", "").upper() == "ICEBERG"

    @property
    def reads_restored(self) -> bool:
        """Whether it reads objects that were restored from an archive of S3.

        (Athena User Guide, "Query restored Amazon S3 Glacier objects".)
        """
        said = self.properties.get("read_restored_glacier_objects", "")
        return said.lower() == "true"

    @property
    def lies_in_columns(self) -> bool:
        """Whether its files (Parquet, ORC) let a query read some columns only."""
        formats = f"{self.serde} {self.input_format}".lower()
        return self.is_iceberg or "parquet" in formats or "orc" in formats

    def glue(self) -> dict[str, Any]:
        """Return Glue's ``TableInput``, for an API call or for CloudFormation."""
        return {
            "Name": self.name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", **self.properties},
            "PartitionKeys": _glue_columns(self.partitions),
            "StorageDescriptor": {
                "Columns": _glue_columns(self.columns),
                "Location": self.location,
                "InputFormat": self.input_format,
                "OutputFormat": self.output_format,
                "SerdeInfo": {"SerializationLibrary": self.serde},
            },
        }

    @classmethod
    def from_glue(cls, table: Mapping[str, Any]) -> Self:
        """Read the ``Table`` of Glue's GetTable, whoever made the table.

        Raises TableError for a view, which does not say where its rows lie.
        """
        if table.get("TableType") == "VIRTUAL_VIEW":
            raise TableError(
                f"{table['DatabaseName']}.{table['Name']} is a view, and trailkit "
                "cannot see what a question over it would read. Open the table that "
                'the view reads: tk.athena("database.table", …).'
            )
        storage: Mapping[str, Any] = table.get("StorageDescriptor", {})
        return cls(
            database=table["DatabaseName"],
            name=table["Name"],
            columns=_columns(storage.get("Columns", ())),
            partitions=_columns(table.get("PartitionKeys", ())),
            location=storage.get("Location", ""),
            serde=storage.get("SerdeInfo", {}).get("SerializationLibrary", ""),
            input_format=storage.get("InputFormat", ""),
            output_format=storage.get("OutputFormat", ""),
            properties=table.get("Parameters", {}),
        )


def _glue_columns(columns: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Type": kind} for name, kind in columns.items()]


def _columns(columns: Any) -> dict[str, str]:
    return {each["Name"].lower(): each.get("Type", "string") for each in columns}
