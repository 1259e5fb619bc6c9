"""Every statement that trailkit writes for Athena, but for the questions themselves."""

import re
from dataclasses import replace

import pytest

from tests.support.tables_made import OWN, by_hand
from tests.test_silent_nothing import PROPERTIES
from trailkit.engines.athena import unload
from trailkit.errors import TableError
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables import copies, ddl, missing_partitions
from trailkit.tables.advice import better
from trailkit.tables.copy import Copy
from trailkit.tables.definition import Definition
from trailkit.tables.raw import MOST_ACCOUNTS
from trailkit.tables.table import Table

_A_TABLE = OWN["account_trail"]


def _better(place: str) -> Definition:
    """Return the table that is offered instead of one without partitions."""
    table = replace(by_hand(), location=f"s3://central-logs/x/AWSLogs/{place}")
    return better(Table.of(table), table, "us-east-1").definition()


def _mending(table: Definition) -> str:
    """Return the statement that the refusal of a projection names."""
    with pytest.raises(TableError) as refused:
        Table.of(table)
    statement = re.search(r"alter table … .*\)(?=\.)", str(refused.value))
    assert statement, refused.value
    return statement[0].replace("…", "`security`.`select`")


def _missing(table: Definition, scope: Scope) -> list[str]:
    """Return what adds the partitions that a scope lacks, where there is none yet."""
    scope = scope.with_accounts("111122223333").with_regions("us-east-1", "eu-west-1")
    return missing_partitions.statements(Table.of(table), table, scope, lambda *_: ())


_COPY = Copy("security", "copy", "analysis", "cloudtrail")
_SCOPED = Scope().window("2026-03-01", "2026-03-03").with_accounts("111122223333")
_UNLOADED = "s3://results/athena/unload/1/"
_DAY = Scope().window("2026-03-01", "2026-03-02")
_YEARS = Scope().window("2023-01-01", "2026-01-01")
_BY_DATE = by_hand("account", "region", "year", "month", "day")
_NUMBERS = dict.fromkeys(("year", "month", "day"), "int")

HIVE = {
    **{name: ddl.create_table(table.definition()) for name, table in OWN.items()},
    "keywords": ddl.create_table(
        replace(_A_TABLE, database="database", name="select").definition()
    ),
    "longest names": ddl.create_table(
        replace(_A_TABLE, database="d" * 255, name="9" * 255).definition()
    ),
    "every safe sign": ddl.create_table(
        replace(
            _A_TABLE, layout=replace(_A_TABLE.layout, prefix="a!_.()=@+:,&-z")
        ).definition()
    ),
    **{
        f"copy of {kind}": ddl.create_table(
            Copy("security", "copy", "analysis", "cloudtrail", kind).definition()
        )
        for kind in Kind
    },
    **{
        f"better table over {place}": ddl.create_table(_better(place))
        for place in ("", "111122223333/", "111122223333/CloudTrail/us-east-1/")
    },
    "a thousand accounts": ddl.create_table(
        replace(
            _A_TABLE,
            database="d" * 255,
            name="t" * 255,
            accounts=tuple(f"{number:012}" for number in range(MOST_ACCOUNTS)),
        ).definition()
    ),
    **{
        f"what mends {name}": _mending(table)
        for name, (table, says) in PROPERTIES.items()
        if "' = '" in says
    },
    "partitions of a copy": copies.add_partitions(_COPY, _SCOPED),
    **{
        f"missing partitions of {table.name} by {', '.join(table.partitions)}": text
        for table in (
            by_hand("region", "day"),
            by_hand("region", "timestamp"),
            by_hand("account", "region", "date"),
            replace(_BY_DATE, database="database", name="my-trail-1"),
        )
        for text in _missing(table, _DAY)
    },
    "missing partitions in numbers": _missing(
        replace(_BY_DATE, partitions={**_BY_DATE.partitions, **_NUMBERS}), _DAY
    )[0],
    "missing partitions, as long as Athena takes": _missing(_BY_DATE, _YEARS)[0],
    "database": ddl.create_database("security"),
    "drop": ddl.drop_table(_A_TABLE.definition()),
}
"""What Hive's grammar has: Athena's DDL is Hive's."""

ATHENA = {
    **HIVE,
    **{
        f"Iceberg copy of {kind}": copies.create_iceberg(replace(_COPY, kind=kind))
        for kind in Kind
    },
    **{
        f"fill from {name}": copies.fill(_COPY, Table.of(table.definition()), _SCOPED)
        for name, table in OWN.items()
        if table.kind is Kind.EVENT
    },
    "optimize": copies.optimize(_COPY, _SCOPED),
    "vacuum": copies.vacuum(_COPY),
    "vacuum of a name with an underscore": copies.vacuum(replace(_COPY, name="_copy")),
    "unload": unload.statement("with a as (select 1 as x) select x from a", _UNLOADED),
    "types of an unload": unload.only_types('select \')\' as x from "a"."b"'),
}
"""All of them. The questions are looked at when the tests' Athena is asked them."""
