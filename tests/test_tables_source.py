"""Tables as the source of a case: which kinds there are, and what is not known."""

from datetime import timedelta

import pytest

import trailkit as tk
from tests.support.tables_made import OWN
from trailkit import clock
from trailkit.errors import TableError, UnboundedScan
from trailkit.record import Kind
from trailkit.scope import Scope
from trailkit.tables.definition import Definition
from trailkit.tables.table_source import TableSource

WEEK = Scope().window("2026-03-02", "2026-03-09")
DEFINITIONS = {name: table.definition() for name, table in OWN.items()}


def source(**tables: str) -> TableSource:
    names = {Kind(kind): name for kind, name in tables.items()}
    return TableSource(names, lambda name: DEFINITIONS[name])


def test_records_come_from_the_table_of_their_kind() -> None:
    tables = source(event="organization_trail", insight="insight")
    text = tables.records(Kind.INSIGHT, WEEK, ["event_id"], deliveries=False)
    assert DEFINITIONS["insight"].name in text
    assert tables.title == "organization_trail, insight"


def test_a_kind_without_a_table_is_refused() -> None:
    with pytest.raises(TableError, match=r'network="database\.table"'):
        source(event="organization_trail").records(Kind.NETWORK, WEEK, [], False)


def test_a_table_of_another_kind_is_refused() -> None:
    with pytest.raises(TableError, match="is a table of insight records, not of event"):
        source(event="insight").records(Kind.EVENT, WEEK, ["event_id"], False)


def test_a_definition_is_read_once_and_when_it_is_needed() -> None:
    read: list[str] = []

    def define(name: str) -> Definition:
        read.append(name)
        return DEFINITIONS[name]

    tables = TableSource({Kind.EVENT: "organization_trail"}, define)
    assert read == []
    for _ in range(2):
        tables.records(Kind.EVENT, WEEK, ["event_id"], False)
    assert read == ["organization_trail"]


def test_files_delivered_later_are_spoken_of() -> None:
    assert source(event="x").notes(WEEK) == [
        "Log files delivered later than 2026-03-09 were not searched: "
        'case.late("30d") searches them too.'
    ]


def test_nothing_is_late_yet_in_a_window_that_touches_today() -> None:
    now = clock.now()
    assert source(event="x").notes(Scope().window(now - timedelta(hours=1), now)) == []


def test_what_a_table_cannot_know_is_refused_with_the_way_to_it() -> None:
    tables = source(event="organization_trail")
    assert not tables.deduplicates()
    assert tables.counts() == {}
    for ask in (tables.files, tables.problems, lambda: tables.originals("e1", list)):
        with pytest.raises(TableError, match="select distinct file from deliveries"):
            ask()


def test_a_case_on_athena_needs_a_window_and_asks_aws_nothing_before() -> None:
    case = tk.athena("security.cloudtrail", workgroup="dfir")
    with pytest.raises(UnboundedScan, match=r"would read every log file of security\."):
        case.ask("s3/bucket-deletions")
