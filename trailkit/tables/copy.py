"""A copy of a table in Parquet: what it is called, where it lies, its columns.

``copies`` writes the statements that make and fill it.
"""

from dataclasses import dataclass

from trailkit.errors import TableError
from trailkit.record import PLACE, Kind, Type, columns
from trailkit.tables import names
from trailkit.tables.copied_from import Origin
from trailkit.tables.definition import Definition

KEYS = ("event_day", "account")
"""The partition keys of a copy: the day of the event, the account that received it."""

_TYPES = {
    Type.BOOLEAN: "boolean",
    Type.TIME: "timestamp",
    Type.RESOURCES: "array<struct<arn:string,account_id:string,type:string>>",
}
_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy to make: its name, and a folder of its own for its files.

    ``origin`` says what it is made of, and stands in its properties. Raises TableError
    for names that are not allowed.
    """

    database: str
    name: str
    bucket: str
    prefix: str
    kind: Kind = Kind.EVENT
    origin: Origin | None = None

    def __post_init__(self) -> None:
        """Check the names."""
        names.database(self.database)
        names.table(self.name)
        names.bucket(self.bucket)
        if not names.prefix(self.prefix):
            raise TableError("A copy needs a folder of its own: give it a prefix.")

    def definition(self) -> Definition:
        """Return the copy's definition, as a plain table of Parquet files."""
        own = columns(self.kind).items()
        read = {name: _TYPES.get(column.type, "string") for name, column in own}
        place = {
            name: kind.replace("varchar", "string") for name, kind in PLACE.items()
        }
        return Definition(
            database=self.database,
            name=self.name,
            columns=read | place,
            partitions=dict.fromkeys(KEYS, "string"),
            location=f"s3://{self.bucket}/{self.prefix}/",
            serde=f"{_PARQUET}.serde.ParquetHiveSerDe",
            input_format=f"{_PARQUET}.MapredParquetInputFormat",
            output_format=f"{_PARQUET}.MapredParquetOutputFormat",
            properties={
                "classification": "parquet",
                "parquet.compression": "ZSTD",
                **(self.origin.properties() if self.origin else {}),
            },
        )
