"""A table of CloudTrail records, whoever made it: what a SELECT over it must know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from trailkit.errors import TableError
from trailkit.record import Kind, columns
from trailkit.tables.copied_from import Origin
from trailkit.tables.days import Days, TextDays
from trailkit.tables.definition import Definition
from trailkit.tables.keys import Key, find_days, find_key
from trailkit.tables.layout import KINDS
from trailkit.tables.names import trino
from trailkit.tables.projection import Projection

_NEEDED = {
    Kind.EVENT: ("eventid", "eventtime", "eventname", "eventsource"),
    Kind.INSIGHT: ("eventid", "eventtime", "insightdetails"),
    Kind.NETWORK: ("eventid", "eventtime", "eventname", "eventsource"),
    Kind.AGGREGATED: ("eventid", "timewindow", "summary"),
}
"""Without these columns a table answers no question."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of records: its quoted name, its columns, its partition keys.

    ``columns`` are the declared ones, lower-case, with their Hive types. ``condition``
    keeps the rows that a view shows.
    """

    name: str
    kind: Kind
    columns: Mapping[str, str]
    account: Key
    region: Key
    days: Days
    condition: str = ""

    @property
    def is_copy(self) -> bool:
        """Whether the table holds ``records`` themselves: a copy by trailkit."""
        return _is_copy(self.columns)

    @classmethod
    def of(cls, definition: Definition, catalog: str | None = None) -> Self:
        """Read a definition: one of trailkit's, AWS's documented one, or another.

        Raises TableError where it lacks a column that every question needs, or has
        partition keys that trailkit cannot read.
        """
        if _is_copy(definition.columns):
            return cls._of_copy(definition, _name(definition, catalog))
        kind = _kind(definition)
        _check_columns(definition, kind)
        account = find_key(definition, "account")
        region = find_key(definition, "region")
        _check_injected(definition, account, region)
        return cls(
            name=_name(definition, catalog),
            kind=kind,
            columns=definition.columns,
            account=account,
            region=region,
            days=find_days(definition),
            condition=definition.condition,
        )

    @classmethod
    def _of_copy(cls, definition: Definition, name: str) -> Self:
        origin = Origin.of_copy(definition.properties)
        return cls(
            name=name,
            kind=_kind_of_copy(definition.columns),
            columns=definition.columns,
            account=Key(trino("account"), "account"),
            region=Key("folder_region", values=(origin and origin.regions) or None),
            days=TextDays("event_day", "-"),
            condition=definition.condition,
        )


def _kind_of_copy(declared: Mapping[str, str]) -> Kind:
    """Tell the kind of record whose columns these are, or come nearest to."""
    return min(Kind, key=lambda kind: len(columns(kind).keys() ^ declared.keys()))


def _is_copy(declared: Mapping[str, str]) -> bool:
    """Tell by the id, which AWS's own names write as one word."""
    return "event_id" in declared


def _name(definition: Definition, catalog: str | None) -> str:
    parts = (catalog, definition.database, definition.name)
    return ".".join(trino(part) for part in parts if part)


def _kind(definition: Definition) -> Kind:
    """Tell the kind of record by the folder that the table looks into."""
    template = definition.properties.get("storage.location.template", "")
    for place in (template, definition.location):
        for folder in place.rpartition("AWSLogs/")[2].split("/"):
            if folder in KINDS:
                return KINDS[folder]
    return Kind.EVENT


def _check_columns(definition: Definition, kind: Kind) -> None:
    missing = [name for name in _NEEDED[kind] if name not in definition.columns]
    if missing:
        raise TableError(
            f"The table {definition.full_name} has no column "
            f"{', '.join(missing)}. A table of CloudTrail records ({kind}) needs it: "
            "make one that has all columns, with trailkit.tables.ddl.create_table."
        )


def _check_injected(definition: Definition, *keys: Key) -> None:
    """Refuse a key that every query must fill, and no scope can."""
    known = {key.expression for key in keys}
    for column in definition.partitions:
        injected = Projection(column, definition.properties).type == "injected"
        if injected and trino(column) not in known:
            raise TableError(
                f"The table {definition.full_name} must be told a "
                f'value of its partition key "{column}" in every query, and a scope '
                "has none for it. Make a table whose keys are account, region and day: "
                "trailkit.tables.ddl.create_table writes one."
            )
