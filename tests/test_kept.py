"""What a store keeps of the lens is what the lens works out, column by column."""

import json
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pytest

import trailkit as tk
from tests.support.records_made import record
from tests.test_oddities import ODDITIES
from trailkit import dialect
from trailkit.case import Case
from trailkit.lens import compose, kept
from trailkit.questions.library import load
from trailkit.scope import Scope
from trailkit.store import ingest

SEEN = ("events", "deliveries", "network")


def rows(case: Case, relation: str, text: str) -> pa.Table:
    """Ask for every column: as it is kept, or worked out anew from the records."""
    select = f"select {', '.join(compose.columns(relation))} from {relation}"
    write = {"kept": compose.to_run, "worked out": compose.compose}[text]
    table = case.engine.run(write(select, case.source, case.scope)).table
    order = [name for name in table.column_names if name != "resources"]
    return table.sort_by([(name, "ascending") for name in order])


def assert_kept(case: Case, relation: str) -> int:
    """Hold the kept relation equal to the one worked out; give its rows."""
    first, other = (rows(case, relation, text) for text in ("kept", "worked out"))
    for name in first.column_names:
        assert first[name].equals(other[name]), name
    return first.num_rows


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("odd")
    for oddity in ODDITIES:
        oddity.write(folder)
    return tk.local(folder, progress=False)


@pytest.mark.parametrize("relation", SEEN)
def test_the_practice_case_is_kept_as_it_is_worked_out(
    practice_case: Case, relation: str
) -> None:
    assert assert_kept(practice_case, relation) > 0


@pytest.mark.parametrize("relation", SEEN[:2])
def test_oddities_are_kept_as_they_are_worked_out(odd: Case, relation: str) -> None:
    assert assert_kept(odd, relation) > len(ODDITIES)


@pytest.mark.parametrize("relation", SEEN[:2])
def test_real_logs_are_kept_as_they_are_worked_out(
    shared_data: Path, relation: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case = tk.local(shared_data, store=tmp_path_factory.mktemp("store") / "s")
    assert assert_kept(case, relation) > 3_000


@pytest.mark.parametrize("relation", SEEN)
def test_a_key_is_as_distinct_as_the_action_it_stands_for(
    odd: Case, practice_case: Case, relation: str
) -> None:
    select = (
        f"select outcome, count(distinct action_id) as n from {relation} group by 1"
    )
    for case in (odd, practice_case):
        by_key, by_text = (
            case.engine.run(write(select, case.source, case.scope)).table
            for write in (compose.to_run, compose.compose)
        )
        assert by_key.sort_by("outcome").equals(by_text.sort_by("outcome"))


@pytest.mark.parametrize(
    ("where", "joins"),
    [
        ("action in ('AssumeRole', 'DeleteBucket', 'it''s')", 1),
        ("service = 'iam' and action in ('CreateUser', 'CreateAccessKey')", 2),
        ("(service = 's3' and action = 'GetObject') or action = 'AssumeRole'", 1),
        ("(service = 's3' and outcome = 'denied') or (service = 'iam')", 1),
        ("action in ('DeleteBucket') or outcome = 'denied'", 0),
        ("not action in ('AssumeRole')", 0),
        ("outcome in ('denied', 'failed')", 0),
    ],
)
def test_what_a_store_is_sorted_by_passes_over_no_row(
    where: str, joins: int, practice_case: Case
) -> None:
    select = f"select event_id, action from events where {where} order by event_id"
    source, scope = practice_case.source, practice_case.scope
    texts = [
        write(select, source, scope) for write in (compose.to_run, compose.compose)
    ]
    assert texts[0].count(" in (select one from unnest(array[") == joins
    quick, slow = (practice_case.engine.run(text).table for text in texts)
    assert quick.num_rows > 0
    assert quick.equals(slow)


def test_what_is_asked_is_read_and_not_worked_out(practice_case: Case) -> None:
    select = (
        "select actor, outcome, count(distinct action_id) as n"
        " from events group by actor, outcome"
    )
    text = compose.to_run(select, practice_case.source, Scope())
    assert "lens_actor as actor" in text
    assert f"{kept.KEY} as action_id" in text
    assert "user_identity" not in text
    assert "lens_" not in compose.compose(select, practice_case.source, Scope())


@pytest.mark.parametrize(
    ("select", "apart"),
    [
        ("select count(distinct KEY) as n from events", True),
        ("select count(distinct e.KEY) filter (where a > 1) as n from events e", True),
        ("with x as (select KEY from events) select count(KEY) as n from x", False),
        ("with x as (select KEY, a from y) select count(distinct KEY) from x", True),
        ("select count(*) over (partition by KEY) as n from events", True),
        ("select row_number() over (order by KEY) as n from events", False),
        ("select a from events group by a, KEY", True),
        ("select KEY from events group by KEY", False),
        ("with x as (select KEY from events) select * from x", False),
        ("with x as (select KEY as b from events) select b from x", False),
        ("select max(KEY) as n from events", False),
        ("select a from events where KEY = 'x'", False),
        ("select a from events where b in (select KEY from events)", False),
        ("select count(distinct KEY || 'x') as n from events", False),
        ("select a from events order by KEY", False),
        ("select a from events join c using (KEY)", False),
        ("select a from (select KEY, a from events) as x", False),
        ("select count(distinct if(a, KEY)) as n from events", True),
        ("select count(distinct if(KEY, a)) as n from events", False),
        ("select count(distinct if(a, KEY, b)) as n from events", False),
        ("with x as (select KEY as b from y) select count(distinct b) from x", True),
        ("with x as (select if(a, KEY) as b from y) select b from x", False),
        ("with x as (select KEY as b from y) select a from x where b = 'c'", False),
        ("with x as (select KEY as b from y) select b.c from x", False),
        ("select a from events order by Key", False),
        ("with x (b) as (select KEY from y) select b from x", False),
    ],
)
def test_a_key_stands_in_only_where_no_value_is_looked_at(
    select: str, apart: bool
) -> None:
    assert dialect.only_told_apart(select, "key") is apart


def test_most_summaries_count_by_the_key() -> None:
    counting = [each.tried() for each in load() if "action_id" in each.sql]
    by_key = [sql for sql in counting if dialect.only_told_apart(sql, "action_id")]
    assert len(by_key) > len(counting) / 2


@pytest.fixture
def older(tmp_path: Path) -> Case:
    """Make a store by another version of the lens, which lacked a column."""
    for oddity in ODDITIES:
        oddity.write(tmp_path / "logs")
    older = mock.Mock(return_value="an older one")
    lacking = {name: each for name, each in kept.names().items() if name != "actor"}
    with (
        mock.patch("trailkit.store.store.lens_version", older),
        mock.patch("trailkit.store.manifest.lens_version", older),
        mock.patch("trailkit.lens.kept.names", mock.Mock(return_value=lacking)),
    ):
        return tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)


def test_another_lens_is_worked_out_without_reading_a_log_file(
    older: Case, tmp_path: Path
) -> None:
    with mock.patch.object(ingest, "stage", side_effect=AssertionError("it reads")):
        after = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    assert after.source.counts() == older.source.counts()
    assert assert_kept(after, "deliveries") > len(ODDITIES)
    assert rows(after, "events", "worked out").equals(
        rows(older, "events", "worked out")
    )


def test_an_open_case_goes_on_while_the_lens_is_worked_out_anew(
    older: Case, tmp_path: Path
) -> None:
    tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    kept_before = older.engine.run("select lens_outcome from store.records").table
    assert kept_before.num_rows > len(ODDITIES)


def test_records_are_added_to_what_was_kept(older: Case, tmp_path: Path) -> None:
    again = tmp_path / "logs" / "later.json"
    again.write_text(json.dumps({"Records": [record(eventID="a-later-one")]}))
    after = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    assert after.source.counts()["events"] == older.source.counts()["events"] + 1
    assert assert_kept(after, "events") > len(ODDITIES)


def test_a_lens_that_could_not_be_worked_out_whole_counts_for_nothing(
    older: Case, tmp_path: Path
) -> None:
    with (
        mock.patch.object(ingest.LensColumns, "beside", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    kept_before = older.engine.run("select lens_outcome from store.records").table
    assert kept_before.num_rows > len(ODDITIES)
    after = tk.local(tmp_path / "logs", store=tmp_path / "store", progress=False)
    assert assert_kept(after, "events") > len(ODDITIES)
