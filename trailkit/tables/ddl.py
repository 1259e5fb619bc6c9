"""The statements that make Athena's databases and tables: text in, text out.

Nothing here runs anything. DDL in Athena is Hive's: backticks around names.
"""

from collections.abc import Mapping

from trailkit.tables import names
from trailkit.tables.definition import Definition
from trailkit.tables.schema import spread


def create_database(name: str) -> str:
    """Write the statement that makes a database.

    >>> print(create_database("security"))
    create database if not exists `security`
    """
    return f"create database if not exists {names.hive(names.database(name))}"


def create_table(table: Definition) -> str:
    """Write the statement that makes an external table.

    It only describes files: it copies and changes nothing, and dropping the table
    leaves them as they are.
    """
    return (
        f"create external table if not exists {_qualified(table)} (\n"
        f"{column_lines(table.columns)}\n"
        ")\n"
        f"partitioned by (\n{column_lines(table.partitions)}\n)\n"
        f"row format serde {names.hive_text(table.serde)}\n"
        "stored as\n"
        f"    inputformat {names.hive_text(table.input_format)}\n"
        f"    outputformat {names.hive_text(table.output_format)}\n"
        f"location {names.hive_text(table.location)}\n"
        f"tblproperties (\n{_properties(table.properties)}\n)"
    )


def drop_table(table: Definition) -> str:
    """Write the statement that forgets a table; the log files stay."""
    return f"drop table if exists {_qualified(table)}"


def _qualified(table: Definition) -> str:
    database = names.hive(names.database(table.database))
    return f"{database}.{names.hive(names.table(table.name))}"


def column_lines(columns: Mapping[str, str]) -> str:
    """Write columns with their Hive types, one a line."""
    return ",\n".join(
        f"    {names.hive(name)} {spread(kind, '    ')}"
        for name, kind in columns.items()
    )


def _properties(properties: Mapping[str, str]) -> str:
    return ",\n".join(
        f"    {names.hive_text(name)} = {names.hive_text(value)}"
        for name, value in properties.items()
    )
