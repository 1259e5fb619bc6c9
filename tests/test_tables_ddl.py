"""The statements that make tables: whole texts, and what they are derived from."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.support import golden_files
from tests.support.tables_made import DOCUMENTED_COLUMNS, OWN
from trailkit.errors import TableError
from trailkit.record import FIELDS, Field, Kind, Type
from trailkit.tables import ddl
from trailkit.tables.layout import Layout
from trailkit.tables.raw import MOST_ACCOUNTS, RawTable
from trailkit.tables.schema import raw_columns, spread


@pytest.mark.parametrize("name", OWN)
def test_the_statement_of_every_layout_and_kind_is_as_reviewed(name: str) -> None:
    text = ddl.create_table(OWN[name].definition())
    golden_files.compare(f"ddl/{name}.sql", text)


def test_database_and_drop_are_one_line_each() -> None:
    assert ddl.create_database("security") == (
        "create database if not exists `security`"
    )
    assert ddl.drop_table(OWN["account_trail"].definition()) == (
        "drop table if exists `security`.`cloudtrail`"
    )


@pytest.mark.parametrize("kind", Kind)
def test_every_field_of_the_record_has_its_column(kind: Kind) -> None:
    fields = [field for field in FIELDS if kind in field.kinds]
    declared = raw_columns(kind)
    assert list(declared) == [field.name.lower() for field in fields]
    for field in fields:
        if declared[field.name.lower()].startswith("struct<"):
            leaves = _leaves(declared[field.name.lower()])
            assert leaves >= {name.lower() for name in _texts_in(field, kind)}


def _texts_in(field: Field, kind: Kind) -> set[str]:
    inner = [each for each in field.fields if kind in each.kinds]
    names = {each.name for each in inner if each.type is not Type.OBJECT}
    return names.union(*(_texts_in(each, kind) for each in inner))


def test_the_raw_table_declares_all_that_the_documented_one_does() -> None:
    raw = raw_columns(Kind.EVENT)
    for name, documented in DOCUMENTED_COLUMNS.items():
        assert _leaves(documented) <= _leaves(raw[name])


def test_the_record_knows_which_fields_are_documented() -> None:
    def documented(fields: tuple[Field, ...]) -> set[str]:
        found: set[str] = set()
        for field in fields:
            if Kind.EVENT in field.kinds and field.documented:
                inner = documented(field.fields)
                found |= inner if field.type is Type.OBJECT else {field.name.lower()}
        return found

    table = {
        leaf or name
        for name, kind in DOCUMENTED_COLUMNS.items()
        if name != "resources"
        for leaf in _leaves(kind)
    }
    assert documented(FIELDS) - {"resources"} == table


def _leaves(hive_type: str) -> set[str]:
    """Return the names of a struct's innermost fields; one empty name for a scalar."""
    flat = hive_type.replace("map<string,string>", "string")
    flat = flat.replace("struct<", ",").replace("array<", ",").replace(">", "")
    return {
        part.split(":")[0] for part in flat.split(",") if part.endswith(":string")
    } or {""}


def test_a_type_spread_over_lines_is_the_same_type() -> None:
    for kind in Kind:
        for hive_type in raw_columns(kind).values():
            spread_out = spread(hive_type, "    ")
            assert "".join(spread_out.split()) == hive_type


@pytest.mark.parametrize(
    "change",
    [
        {"database": "Security"},
        {"name": "cloud`trail"},
        {"accounts": ()},
        {"accounts": ("111122223333", "12")},
        {"accounts": "111122223333"},
        {"accounts": tuple(f"{n:012}" for n in range(MOST_ACCOUNTS + 1))},
        {"regions": ()},
        {"regions": ("us-esat-1",)},
        {"regions": ("us-east-1", " us-west-2")},
        {"start": date(9999, 1, 1)},
    ],
)
def test_a_table_that_would_find_nothing_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(TableError):
        replace(OWN["shared_bucket"], **change)


def test_a_value_given_twice_is_projected_once() -> None:
    table = RawTable(
        "security",
        "cloudtrail",
        Layout("central-logs"),
        date(2024, 1, 1),
        accounts=("111122223333", "111122223333"),
        regions=("us-east-1", "us-east-1"),
    )
    properties = table.definition().properties
    assert properties["projection.account.values"] == "111122223333"
    assert properties["projection.region.values"] == "us-east-1"


def test_the_largest_table_stays_within_the_text_that_athena_takes() -> None:
    accounts = tuple(f"{number:012}" for number in range(MOST_ACCOUNTS))
    table = replace(OWN["organization_trail"], accounts=accounts)
    assert len(ddl.create_table(table.definition()).encode()) < 262_144
