"""Statements of Athena that write: INSERT, the partitions before it, Iceberg tables."""

import re
from dataclasses import dataclass

from moto.core import DEFAULT_ACCOUNT_ID
from moto.glue.models import glue_backends
from moto.s3.models import s3_backends
from sqlglot import exp

from trailkit.tables.definition import Definition

_INSERT = re.compile(
    r'insert into "(?P<database>\w+)"\."(?P<name>\w+)" \((?P<columns>[^)]+)\)\s'
    r"(?P<select>select\s.*)",
    re.DOTALL,
)
_ADD = re.compile(
    r"alter table `(?P<database>\w+)`\.`(?P<name>\w+)` add if not exists"
    r"(?P<partitions>\s+partition .*)",
    re.DOTALL,
)
_PARTITION = re.compile(
    r"partition \((?P<values>[^)]*)\)(?: location '(?P<place>[^']*)')?"
)
_CREATE = re.compile(
    r"create table if not exists `(?P<database>\w+)`\.`(?P<name>\w+)` \("
    r".*'table_type' = 'ICEBERG'.*",
    re.DOTALL,
)


@dataclass(frozen=True)
class Insert:
    """An INSERT, taken apart."""

    sql: str
    database: str
    name: str
    columns: str
    select: str

    @classmethod
    def parse(cls, sql: str) -> "Insert | None":
        """Take an INSERT apart; None for any other statement."""
        match = _INSERT.fullmatch(sql)
        return cls(sql, **match.groupdict()) if match else None


def is_definition(sql: str) -> bool:
    """Return whether a statement makes a table or names partitions, reading nothing."""
    return bool(_CREATE.fullmatch(sql) or _ADD.fullmatch(sql))


NOT_EMPTY = (
    "ICEBERG_FILESYSTEM_ERROR: Cannot create a table on a non-empty location: {}, set "
    "'iceberg.unique-table-location=true' in your Iceberg catalog properties to use "
    "unique table locations for every table."
)
"""As Trino's Iceberg connector says it: IcebergMetadata.java, beginCreateTable."""


def refusal(sql: str) -> str | None:
    """Return why a definition is refused: an Iceberg table wants an empty place."""
    if not _CREATE.fullmatch(sql):
        return None
    [place] = re.findall(r"^location 's3://(.*)'$", sql, re.MULTILINE)
    bucket, _, prefix = place.partition("/")
    keys = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_bucket(bucket).keys
    lies = any(key.startswith(prefix) for key in keys)
    return NOT_EMPTY.format(f"s3://{place}") if lies else None


def define(sql: str, region: str) -> None:
    """Put an Iceberg table into Glue, or partitions that are not there yet.

    As in Athena, an Iceberg table's partition keys are columns like the others.
    """
    if match := _ADD.fullmatch(sql):
        _add_partitions(match, region)
    elif match := _CREATE.fullmatch(sql):
        _create(sql, match, region)


def _create(sql: str, match: re.Match[str], region: str) -> None:
    columns = re.findall(r"^    `(\w+)` (.+?),?$", sql, re.MULTILINE)
    location = re.findall(r"^location '(.*)'$", sql, re.MULTILINE)[0]
    table = Definition(
        *(match["database"], match["name"]),
        columns={name: kind.replace(" ", "") for name, kind in columns},
        partitions={},
        location=location,
        properties={"table_type": "ICEBERG"},
    )
    glue = glue_backends[DEFAULT_ACCOUNT_ID][region]
    glue.create_table(table.database, table.name, table.glue(), DEFAULT_ACCOUNT_ID)


def _add_partitions(match: re.Match[str], region: str) -> None:
    """Add partitions to a table in Glue; its keys come in the table's order.

    One without a place lies in the folder that is named for it.
    """
    glue = glue_backends[DEFAULT_ACCOUNT_ID][region]
    table = match["database"], match["name"]
    location = glue.get_table(*table).as_dict()["StorageDescriptor"]["Location"]
    there = {tuple(each.values) for each in glue.get_partitions(*table, "")}
    for keys, place in _PARTITION.findall(match["partitions"]):
        named = dict(re.findall(r"`(\w+)` = '?([^',]*)'?", keys))
        if tuple(named.values()) not in there:
            folder = "/".join(f"{name}={value}" for name, value in named.items())
            storage = {"Columns": [], "Location": place or f"{location}{folder}"}
            made = {"Values": [*named.values()], "StorageDescriptor": storage}
            glue.create_partition(*table, made)


def in_glue(database: str, name: str, region: str) -> Definition | None:
    """Read a table that someone made in Glue; None where there is none."""
    glue = glue_backends[DEFAULT_ACCOUNT_ID][region]
    found = glue.databases.get(database)
    table = found and found.tables.get(name)
    return Definition.from_glue(table.as_dict()) if table else None


def duckdb_columns(table: Definition) -> str:
    """Write a table's columns, and the hidden one, as DuckDB declares them."""
    columns = {**table.columns, **table.partitions, "$path": "string"}
    return ", ".join(
        f'"{name}" {exp.DataType.build(kind, dialect="hive").sql("duckdb")}'
        for name, kind in columns.items()
    )
