"""One trail's files in the tests' S3, and tables of every kind over them.

Files have sizes of their own; the tests' Athena counts those that a statement reads.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from tests.support.athena_queries import put
from tests.support.athena_server import AthenaServer
from tests.support.raw_rows import Located, partition_values, raw_rows
from tests.support.tables_made import ADOPTED, DOCUMENTED, NUMBERED, by_hand
from tests.support.trail_listed import TABLE, record
from trailkit.record import Kind
from trailkit.tables.copy import Copy
from trailkit.tables.definition import Definition
from trailkit.tables.layout import Layout

BUCKET = "central-logs"
ACCOUNTS = ("111122223333", "444455556666")
REGIONS = ("eu-west-1", "us-east-1")
DAYS = [
    *(date(2021, 3, 1) + timedelta(days=n) for n in range(3)),
    *(date(2026, 3, 1) + timedelta(days=n) for n in range(9)),
]
"""Of the last but one there is no file."""

OWN = replace(TABLE, start=date(2020, 1, 1))
INSIGHTS = replace(OWN, name="insights", kind=Kind.INSIGHT)

TRAIL = "s3://central-logs/AWSLogs/"
KINDS: dict[str, Definition] = {
    **ADOPTED,
    "trailkit's own": OWN.definition(),
    "injected": replace(OWN, accounts=None).definition(),
    "documented": DOCUMENTED,
    "by hand, of every account": replace(
        by_hand("account", "region", "day"), location=TRAIL
    ),
    "by hand, with a keyword": by_hand("region", "timestamp"),
    "by hand, in numbers": replace(
        by_hand("region", "year", "month", "day"),
        partitions={"region": "string", "year": "int", "month": "int", "day": "int"},
    ),
    "unpartitioned, of every account": replace(by_hand(), location=TRAIL),
    "projected, with a moving start": replace(
        DOCUMENTED,
        properties={
            **DOCUMENTED.properties,
            "projection.timestamp.type": " Date ",
            "projection.timestamp.range": "NOW - 90 MONTHS , NOW",
        },
    ),
    "projected, years in an enum": replace(
        NUMBERED,
        properties={
            **NUMBERED.properties,
            "projection.year.type": "enum",
            "projection.year.values": "2020,2021,2022,2023,2024,2025,2026",
        },
    ),
    "trailkit's own, with restored files": replace(
        OWN.definition(),
        properties={
            **OWN.definition().properties,
            "read_restored_glacier_objects": "true",
        },
    ),
    "by hand, one Region by dt": replace(by_hand("dt"), location=DOCUMENTED.location),
    "by hand, one Region in numbers": replace(
        by_hand("year", "month", "day"), location=DOCUMENTED.location
    ),
    "injected, with days in numbers": replace(
        NUMBERED,
        partitions={"account": "string", **NUMBERED.partitions},
        properties={
            **NUMBERED.properties,
            "projection.account.type": "injected",
            "projection.year.range": "2020,2030",
            "storage.location.template": (
                f"{TRAIL}${{account}}/CloudTrail/${{region}}/${{year}}/${{month}}/${{day}}"
            ),
        },
    ),
}
"""What is adopted, by what it is. A part of them sees one account or region only."""

BY_HAND = [
    kind
    for kind, table in KINDS.items()
    if table.partitions and "projection.enabled" not in table.properties
]
"""Those to which someone adds partitions."""

CHANCE = random.Random(0)


def table_of(kind: str) -> Definition:
    """Return a table of a kind, under a name of its own."""
    name = "".join(letter if letter.isalnum() else "_" for letter in kind.lower())
    return replace(KINDS[kind], database="security", name=name)


def deliver(server: AthenaServer, kind: Kind = Kind.EVENT) -> dict[str, int]:
    """Put a trail's files into S3: the size of each that Athena reads."""
    sizes: dict[str, int] = {}
    layout = Layout(BUCKET)
    for account in ACCOUNTS:
        for region in REGIONS:
            for day in DAYS:
                if day == DAYS[-2]:
                    continue
                place = layout.folder(kind, account, region, day)
                for number in range(CHANCE.randint(1, 4)):
                    sizes[f"{place}{number}.json.gz"] = CHANCE.randint(1, 90_000)
                put(f"{place}_hidden", bytes(50_000))
    for url, size in sizes.items():
        put(url, bytes(size))
    return sizes


def publish(
    server: AthenaServer,
    table: Definition,
    sizes: dict[str, int],
    added: Callable[[str], bool] = lambda _: True,
) -> None:
    """Make a table with a row for each file that it looks into, and its partitions.

    ``added`` says of the files whether someone added the partitions in which they lie.
    """
    located: list[Located] = [(url, record(url)) for url in sizes if _sees(table, url)]
    rows = raw_rows(located, table)
    server.create(table, _typed(rows, table), in_s3=True)
    if table.partitions and "projection.enabled" not in table.properties:
        seen = [each for each in located if added(each[0])]
        for values, place in dict.fromkeys(_partitions(seen, table)):
            server.add_partition(table.database, table.name, values, place)


def _sees(table: Definition, url: str) -> bool:
    """Look whether a file lies where the table looks, by its place and its lists."""
    template = table.properties.get("storage.location.template", table.location)
    if not url.startswith(template.partition("$")[0].rstrip("/") + "/"):
        return False
    values = partition_values(url, table)
    listed = {
        name: table.properties.get(f"projection.{name}.values") for name in values
    }
    return all(
        text is None or "year" in name or values[name] in text.split(",")
        for name, text in listed.items()
    )


def _typed(rows: pa.Table, table: Definition) -> pa.Table:
    for name, kind in table.partitions.items():
        if kind == "int":
            place = rows.schema.get_field_index(name)
            rows = rows.set_column(place, name, rows[name].cast(pa.int32()))
    return rows


def _partitions(
    located: list[Located], table: Definition
) -> Iterator[tuple[tuple[str, ...], str]]:
    for url, _ in located:
        yield tuple(partition_values(url, table).values()), url.rpartition("/")[0]


COPY = Copy("security", "copied", "analysis", "copies/cloudtrail")


def publish_copy(server: AthenaServer, iceberg: bool) -> None:
    """Make a copy of some days, as INSERT leaves it: a file a day and account."""
    definition = COPY.definition()
    if iceberg:
        properties = {"table_type": "ICEBERG", "format": "parquet"}
        columns = {**definition.columns, **definition.partitions}
        definition = replace(
            definition, columns=columns, partitions={}, properties=properties
        )
    rows: list[dict[str, Any]] = []
    sizes: dict[str, int] = {}
    places: dict[tuple[str, str], str] = {}
    for day in DAYS[-6:]:
        for account in ACCOUNTS:
            keys = f"event_day={day}/account={account}"
            folder = f"{COPY.definition().location}{'data/a1b2/' * iceberg}{keys}"
            file = f"{folder}/{day:%d}.parquet"
            places[str(day), account] = folder
            sizes[file] = CHANCE.randint(1, 90_000)
            put(file, bytes(sizes[file]))
            row = dict.fromkeys(COPY.definition().columns, None)
            row |= {"event_id": f"{day}-{account}", "$path": file}
            rows.append(row | {"event_day": str(day), "account": account})
    server.create(definition, _copied(rows), in_s3=not iceberg)
    if not iceberg:
        for values, place in places.items():
            server.add_partition("security", "copied", values, place)


def _copied(rows: list[dict[str, Any]]) -> pa.Table:
    types = {
        "timestamp": pa.timestamp("us"),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    resources = pa.list_(
        pa.struct([(name, pa.string()) for name in ("arn", "account_id", "type")])
    )
    fields = {
        name: resources if kind.startswith("array") else types.get(kind, pa.string())
        for name, kind in COPY.definition().columns.items()
    }
    fields |= dict.fromkeys(["event_day", "account", "$path"], pa.string())
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))
