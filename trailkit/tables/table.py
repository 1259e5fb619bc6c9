"""A table of CloudTrail records, whoever made it: what a SELECT over it must know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from trailkit.errors import TableError
from trailkit.record import CALLS, Kind, Type, columns
from trailkit.tables.column_expressions import (
    expression,
    has_maps_alone,
    is_lake,
    null,
)
from trailkit.tables.copied_from import Origin
from trailkit.tables.days import Days, EventTimes, PathDays, TextDays, columns_of
from trailkit.tables.definition import Definition
from trailkit.tables.form import DEEP, DEEP_IN_MAPS, NEEDED, Form
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

_OTHERS_OF_LAKE = {
    "insightstate": "Insights events",
    "configuration": "configuration items of AWS Config",
    "eventdata": "events from outside AWS",
}
"""The other stores of CloudTrail Lake, by a column that only they have.

(CloudTrail User Guide, "Supported SQL schemas for event data stores".)
"""

_OTHER_OCSF = re.compile(
    "vpc_{1,2}flow|route_?53|sh_findings|security_hub|eks_{1,2}audit|wafv?2?_"
)
"""The other sources of Security Lake and CloudWatch, by their tables' names."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of records: its quoted name, its columns, its partition keys.

    ``columns`` are the declared ones, lower-case, with their Hive types. ``condition``
    keeps the rows that a view shows, or those of the kind. ``form`` says how they give
    the columns of ``records``, where they are not AWS's own.
    """

    name: str
    kind: Kind
    columns: Mapping[str, str]
    account: Key
    region: Key
    days: Days
    condition: str = ""
    form: Form | None = None

    @property
    def is_copy(self) -> bool:
        """Whether the table holds ``records`` themselves: a copy by trailkit."""
        return _is_copy(self.columns)

    @property
    def by_event(self) -> bool:
        """Whether its days are those of events, not of the delivery of log files."""
        of_form = self.form is not None or isinstance(self.days, EventTimes)
        return self.is_copy or of_form

    @property
    def in_other_form(self) -> bool:
        """Whether AWS made it of CloudTrail's records: it is not of log files."""
        return self.form is not None or is_lake(self.columns)

    @property
    def deep(self) -> Mapping[str, str]:
        """What a form does not show of a column of the lens, by its name."""
        if self.form:
            return DEEP
        return DEEP_IN_MAPS if has_maps_alone(self.columns) else {}

    @property
    def lacks(self) -> tuple[str, ...]:
        """The columns of ``records`` that a form has no place for."""
        if self.form:
            return self.form.lacking
        if not is_lake(self.columns):
            return ()
        own = columns(self.kind).items()
        return tuple(
            name
            for name, each in own
            if each.in_files and expression(each, self.columns) == null(each.type)
        )

    @classmethod
    def of(
        cls,
        definition: Definition,
        catalog: str | None = None,
        wanted: Kind = Kind.EVENT,
    ) -> Self:
        """Read a definition: one of trailkit's, AWS's documented one, or another.

        ``wanted`` is the kind that a table of several shall show. Raises TableError
        where it lacks a column that every question needs, or has partition keys that
        trailkit cannot read.
        """
        name = _name(definition, catalog or definition.catalog)
        if _is_copy(definition.columns):
            return cls._of_copy(definition, name)
        declared = {**definition.columns, **definition.partitions}
        if form := Form.of(declared):
            return cls._in_form(definition, declared, name, form, wanted)
        of_lake = is_lake(definition.columns)
        kind = wanted if of_lake and wanted in CALLS else _kind(definition)
        _check_columns(definition, kind)
        account = find_key(definition, "account")
        region = find_key(definition, "region")
        _check_injected(definition, account, region)
        return cls(
            name=name,
            kind=kind,
            columns=definition.columns,
            account=account,
            region=region,
            days=_days(definition, of_lake),
            condition=_joined(
                definition.condition,
                _of_kind(
                    kind,
                    expression(columns(kind)["event_category"], definition.columns),
                )
                if of_lake
                else "",
            ),
        )

    @classmethod
    def _in_form(
        cls,
        definition: Definition,
        declared: Mapping[str, str],
        name: str,
        form: Form,
        wanted: Kind,
    ) -> Self:
        kind = wanted if wanted in CALLS else Kind.EVENT
        _check_form(definition, form)
        return cls(
            name=name,
            kind=kind,
            columns=declared,
            account=_key_in(form, "folder_account"),
            region=_key_in(form, "folder_region"),
            days=_days_in(declared),
            condition=_joined(
                definition.condition,
                form.condition,
                _of_kind(kind, form.expressions["event_category"]),
            ),
            form=form,
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


def _joined(*conditions: str) -> str:
    return " and ".join(f"({each})" for each in conditions if each)


def _of_kind(kind: Kind, category: str) -> str:
    """Keep the rows of a kind, where a table holds calls and network activity."""
    sign = "=" if kind is Kind.NETWORK else "<>"
    return f"coalesce({category}, '') {sign} 'NetworkActivity'"


def _days(definition: Definition, of_lake: bool) -> Days:
    found = find_days(definition)
    timed = definition.columns.get("eventtime", "").startswith("timestamp")
    by_time = of_lake and timed and not columns_of(found)
    return EventTimes("eventtime") if by_time else found


def _key_in(form: Form, name: str) -> Key:
    """Return the column that says the account or the region, where there is one."""
    column = form.expressions.get(name)
    return Key(trino(column), column) if column else Key(null(Type.TEXT))


def _days_in(declared: Mapping[str, str]) -> Days:
    """Return what keeps a table of OCSF to some days, as its source's version has it.

    (Security Lake User Guide, "Security Lake queries": ``time_dt``, ``eventDay``.)
    """
    if "time_dt" in declared:
        return EventTimes("time_dt")
    return TextDays("eventday", "") if "eventday" in declared else PathDays()


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


def _check_form(definition: Definition, form: Form) -> None:
    """Refuse a table of OCSF that is not one of CloudTrail's events."""
    other = _OTHER_OCSF.search(definition.name)
    missing = [name for name in NEEDED if name not in form.expressions]
    if other or missing:
        why = f"of {other[0]}" if other else f"without {', '.join(missing)}"
        raise TableError(
            f"{definition.full_name} is a table of OCSF {why}: it does not hold events "
            "of CloudTrail. Security Lake has them in the tables that end in "
            "cloud_trail_mgmt_2_0, s3_data_2_0 and lambda_execution_2_0, CloudWatch in "
            "aws_cloudtrail__management and aws_cloudtrail__data."
        )


def _check_columns(definition: Definition, kind: Kind) -> None:
    for name, what in _OTHERS_OF_LAKE.items():
        if name in definition.columns and "eventname" not in definition.columns:
            raise TableError(
                f"{definition.full_name} is a table of CloudTrail Lake that holds "
                f"{what}, which trailkit does not read. Name one of its events: "
                'tk.athena("database.table", …).'
            )
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
