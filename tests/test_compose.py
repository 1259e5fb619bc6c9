"""The lens, composed for a question: what is written, and what is left out."""

import pytest

from trailkit.lens import compose
from trailkit.record import Kind
from trailkit.scope import Scope


class Table:
    """A source that tells what it was asked for."""

    needs_window = False
    title = "a table"

    def __init__(self, deduplicates: bool = True, skips: bool = False) -> None:
        self._folds, self._skips = deduplicates, skips
        self.asked: list[tuple[Kind, list[str], bool]] = []

    def deduplicates(self) -> bool:
        return self._folds

    def skips(self, kind: Kind) -> bool:
        return self._skips

    def records(
        self, kind: Kind, scope: Scope, columns: list[str], deliveries: bool
    ) -> str:
        self.asked.append((kind, columns, deliveries))
        return "select 1"


def composed(select: str, table: Table) -> str:
    return compose.compose(select, table, Scope())


def test_only_the_columns_in_use_are_written_and_read():
    table = Table()
    sql = composed("select time, region from events order by time", table)
    assert "aws_region" in sql
    assert "user_agent" not in sql
    assert table.asked == [
        (Kind.EVENT, ["event_time", "aws_region", "event_id"], False)
    ]


def test_the_event_id_is_always_there_to_tell_events_apart():
    table = Table()
    assert "as event_id" in composed("select count(*) as n from events", table)


def test_events_are_distinct_where_the_source_holds_repeats():
    assert "select distinct" in composed(
        "select time from events", Table(deduplicates=False)
    )


def test_events_are_not_made_distinct_where_they_are_already():
    assert "distinct" not in composed("select time from events", Table())


def test_deliveries_keep_their_repeats_and_their_file():
    table = Table(deduplicates=False)
    sql = composed("select file from deliveries", table)
    assert "distinct" not in sql
    assert table.asked[0][2] is True
    assert "file" in table.asked[0][1]


def test_events_have_no_file():
    assert "file" not in compose.columns("events")
    assert "file" in compose.columns("deliveries")


def test_each_kind_of_record_has_its_own_records():
    table = Table()
    sql = composed("select 1 as one from events, insights", table)
    assert "records as (" in sql
    assert "insights_records as (" in sql
    assert {kind for kind, _, _ in table.asked} == {Kind.EVENT, Kind.INSIGHT}


def test_the_questions_own_ctes_follow_and_its_text_stays():
    text = "with mine as (select  time from events)\nselect time -- as is\nfrom mine"
    sql = composed(text, Table())
    assert sql.endswith(
        "mine as (select  time from events)\nselect time -- as is\nfrom mine"
    )


@pytest.mark.parametrize("name", sorted(compose.RELATIONS))
def test_every_relation_composes_whole(name):
    table = Table(deduplicates=False)
    sql = composed(f"select * from {name}", table)
    assert all(f" as {column}" in sql for column in compose.columns(name))


def test_the_lens_has_every_column_that_the_design_promises():
    promised = """
        time action event_name service family event_source actor identity_id
        principal_arn session_name session_start session_id access_key source_identity
        identity_type caller_account mfa_authenticated assumed_root via source_ip
        client_ip ip_kind user_agent vpc_endpoint account region outcome error_code
        error_message read_only from_console category request response additional_data
        service_details resources event_id shared_event_id original_event_id
        addendum_reason request_id tls_version
    """
    assert set(promised.split()) <= set(compose.columns("events"))
